"""The links of the pinned run as arrays in memory: what control, owners, groups and paths are answered from.

Built by the first request that asks, from the projection that lies beside the graph, for the channel of its role: a
record under a hold on that channel supports nothing there. Kept until another run or another channel needs the room.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from functools import cached_property, partial
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import pandas as pd
import pyarrow as pa

from credit_graph.links import compute, lookup
from credit_graph.links.path import EdgeKind, Network, PathAnswer
from credit_graph.links.policy import link_policy
from credit_graph.links.structure import Structure
from credit_graph.model.time import Point
from credit_graph.projection import Projection
from credit_graph.server.columns import columns_at
from credit_graph.server.context import LINK, Context, Moment
from credit_graph.store import Store

_KEPT = 2  # a city of 300,000 firms takes about half a gigabyte
_NETWORKS = 3
_HEAD = 2  # place in the key of the batch up to which holds count

_lock = Lock()
_charts: WeakKeyDictionary[Store, OrderedDict[tuple[Any, ...], Charts]] = WeakKeyDictionary()


class Charts:
    """Everything that the links of one point give, each part worked out once."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        self.links = compute.kept_links(projection, link_policy())
        self.chart: Structure = compute.chart(self.links)
        self._searching = Lock()
        self._networks: OrderedDict[frozenset[EdgeKind], Network] = OrderedDict()

    @cached_property
    def groups(self) -> pd.DataFrame:
        """Members of groups, as :func:`credit_graph.links.grouping.members`."""
        return compute.group_members(self.projection, self.links, self.chart)

    @cached_property
    def persons(self) -> frozenset[str]:
        """The natural persons: who holds, and who has an office."""
        holders = (str(pid) for pid in self.chart.ids[self.chart.person])
        return frozenset(holders) | frozenset(self.projection.offices["pid"])

    @cached_property
    def _edges(self) -> Mapping[str, pa.Table]:
        return compute.network_tables(self.projection, self.links)

    def network(self, kinds: Collection[EdgeKind]) -> Network:
        """The edges of these kinds, indexed for paths and neighbourhoods; all where none is named."""
        key = frozenset(kinds)
        if key not in self._networks:
            self._networks[key] = Network(self._edges, key or None)
            while len(self._networks) > _NETWORKS:
                self._networks.popitem(last=False)
        return self._networks[key]

    def explain(self, kinds: Collection[EdgeKind], start: str, end: str, count: int) -> PathAnswer:
        """Paths between two entities; a search uses scratch arrays, so one goes at a time."""
        with self._searching:
            return self.network(kinds).explain(start, end, count)

    def near(self, kinds: Collection[EdgeKind], entity: str, hops: int, limit: int) -> list[tuple[str, int]]:
        """(entity, hops) of what lies within some hops, the near ones first, at most ``limit``."""
        with self._searching:
            network = self.network(kinds)
            number = network.number(entity)
            if number is None:
                return []
            found = network.search.ego(number, hops, limit)
            return [(network.name(node), int(hop)) for node, hop in zip(found.nodes, found.hops, strict=True)]

    def is_firm(self, entity: str) -> bool:
        """Whether it is an enterprise that some record speaks of."""
        return entity in self.projection.enterprises.index

    def is_place(self, entity: str) -> bool:
        """Whether it is an address or a telephone."""
        return entity in self.links.addresses.index or entity in self.links.phones.index

    def names(self, entities: Collection[str]) -> dict[str, str]:
        """How entities are called."""
        return lookup.called(self.projection, self.links, entities)


async def charts(context: Context, moment: Moment) -> Charts:
    """The charts of the link run that answers for the moment, on the channel of the role.

    Raises ``StateError("state.no_run")`` without such a run.
    """
    run = await context.run_at(LINK, moment)
    names = await context.bids()
    point = Point(run["seq"], run["valid"], moment.point.use)
    key = (run["rid"], point, moment.head, context.role.channel, names)
    return await context.together(partial(_kept, context.store, key, point, moment.head, context.role.channel))


def _kept(store: Store, key: tuple[Any, ...], point: Point, head: int, channel: str) -> Charts:
    with _lock:  # two requests at once must not build the same twice
        kept = _charts.setdefault(store, OrderedDict())
        for old in [one for one in kept if one[_HEAD] < head]:
            del kept[old]  # an erasure is a batch: what it removed must not live on here
        if key not in kept:
            kept[key] = Charts(columns_at(store, point, head, channel, key[-1]).projection)
            while len(kept) > _KEPT:
                kept.popitem(last=False)
        kept.move_to_end(key)
        return kept[key]
