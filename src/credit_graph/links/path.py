"""Shortest explanation between two entities: a chain of links, each with the statement that says so.

Hubs over the limit and hosted addresses (集群注册) are no evidence and are not walked through; where that is why
there is no path, the answer says so. The search itself is :mod:`credit_graph.links.search`.
"""

from __future__ import annotations

from collections.abc import Collection, Set
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, get_args

import numpy as np
import pandas as pd

from credit_graph.links.neighbours import Ids, edge_mask, neighbours
from credit_graph.links.search import Ego, PathSearch, Walk
from credit_graph.projection.numbering import numbered

MAX_HOPS = 8
NodeKind = Literal["enterprise", "person", "address", "phone"]
EdgeKind = Literal["holds", "office", "branch", "address", "phone", "same_person"]
EDGE_KINDS: tuple[EdgeKind, ...] = get_args(EdgeKind)
_CODES = {kind: code for code, kind in enumerate(EDGE_KINDS)}


@dataclass(frozen=True, slots=True)
class Hop:
    """One step: from one entity to the next, why, and the statements behind it."""

    start: str
    end: str
    kind: str
    label: str  # the office, the share …
    sids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """The hops from start to end; empty with ``blocked`` where only hubs over the limit connect the two.

    ``others``: further paths that differ in their entities, shortest first.
    """

    hops: tuple[Hop, ...] = ()
    blocked: tuple[str, ...] = ()  # hubs of the path that would have been found
    found: bool = field(default=False)
    others: tuple[tuple[Hop, ...], ...] = ()


def edge_frame(parts: dict[EdgeKind, pd.DataFrame]) -> pd.DataFrame:
    """All edges: a, b, kind, label, sids. ``parts``: kind -> frame with a, b, label, sids."""
    frames = [frame[["a", "b", "label", "sids"]].assign(kind=kind) for kind, frame in parts.items()]
    every = pd.concat(frames, ignore_index=True)
    every = every[every["a"] != every["b"]]
    # the order decides between paths of one length, so it must not depend on the order of loading
    return every.sort_values(["a", "b", "kind", "label"], ignore_index=True)


class Network:
    """Edges and hubs, indexed once for any number of questions.

    ``edges``: as :func:`edge_frame`; ``hubs``: nodes that are not walked through (they may be an end);
    ``kinds``: which kinds of edges count, default all.
    """

    def __init__(self, edges: pd.DataFrame, hubs: Set[str], kinds: Collection[EdgeKind] | None = None) -> None:
        found = numbered((edges["a"], edges["b"]))
        self.edges = edges
        self.names: list[str] = found.entities.tolist()
        self.ids = {name: number for number, name in enumerate(self.names)}
        closed = np.zeros(len(self.names), dtype=np.bool_)
        closed[[self.ids[hub] for hub in hubs if hub in self.ids]] = True
        self.closed = closed
        self.first, second = found.ends  # the ends of each relationship
        self.code = code = edges["kind"].map(_CODES).to_numpy().astype(np.uint8)
        usable = None if kinds is None else edge_mask(code, only=[_CODES[kind] for kind in kinds])
        graph = neighbours(self.first, second, len(self.names))
        self.search = PathSearch(graph, closed=closed, usable=usable)

    def explain(self, start: str, end: str, count: int = 1, max_hops: int = MAX_HOPS) -> PathAnswer:
        """Up to ``count`` paths of at most ``max_hops`` edges; an entity without any edge has no path."""
        if start == end:
            return PathAnswer(found=True)
        if start not in self.ids or end not in self.ids:
            return PathAnswer()
        answer = self.search.explain(self.ids[start], self.ids[end], max_hops, count)
        hops = [self._hops(walk) for walk in answer.walks]
        blocked = tuple(sorted(self.names[node] for node in answer.blocked))
        return PathAnswer(hops[0] if hops else (), blocked, bool(hops), tuple(hops[1:]))

    def ego(self, center: str, hops: int, limit: int) -> tuple[list[str], pd.DataFrame, bool]:
        """The entities within ``hops`` of the centre, at most ``limit``, the near ones first; the edges between
        them; and whether the limit cut something off."""
        if center not in self.ids:
            return [center], self.edges.iloc[:0], False
        found: Ego = self.search.ego(self.ids[center], hops, limit)
        return [self.names[node] for node in found.nodes], self._rows(found.edges), found.truncated

    def _rows(self, edges: Ids) -> pd.DataFrame:
        return self.edges.iloc[edges]

    def _hops(self, walk: Walk) -> tuple[Hop, ...]:
        rows = self._rows(np.array(walk.edges, dtype=np.int32))
        told = rows[["kind", "label", "sids"]].itertuples(index=False, name=None)
        ends = pairwise(self.names[node] for node in walk.nodes)
        return tuple(Hop(a, b, *row) for (a, b), row in zip(ends, told, strict=True))
