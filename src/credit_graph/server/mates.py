"""Who shares an address or a telephone: sorted lists in memory, so that a page takes the same time at any depth.

An address or telephone that very many share is no evidence of anything: these are neighbours, not a group.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit_graph.projection import relations
from credit_graph.server.columns import Columns, columns
from credit_graph.server.connections import Connection, connect, page_size
from credit_graph.server.context import Moment
from credit_graph.server.needs import Info

Shared = Literal["addresses", "phones"]
_KEYS: dict[Shared, str] = {"addresses": "aid", "phones": "number"}
Places = npt.NDArray[np.integer]


class Mates:
    """The enterprises at each address or telephone, and these of each enterprise, by statements in use; ascending."""

    def __init__(self, found: Columns, shared: Shared) -> None:
        self._eids = found.eids
        rows = getattr(found.projection, shared)
        rows = rows[~rows["sid"].isin(_held(found, shared))]
        firm = found.frame.index.get_indexer(pd.Index(rows["eid"]))
        key, keys = pd.factorize(rows[_KEYS[shared]])
        pairs = np.unique(np.stack([key, firm], axis=1)[firm >= 0], axis=0)
        self._firms = pairs[:, 1]
        self._first = np.searchsorted(pairs[:, 0], np.arange(len(keys) + 1))
        order = np.lexsort((pairs[:, 0], pairs[:, 1]))
        self._keys = pairs[order, 0]
        self._own = np.searchsorted(pairs[order, 1], np.arange(len(self._eids) + 1))

    def page(self, eid: str, after: str, most: int) -> list[str]:
        """The first mates of an enterprise that stand behind a place, each once."""
        place = int(np.searchsorted(self._eids, eid))
        if place == len(self._eids) or self._eids[place] != eid:
            return []
        behind = int(np.searchsorted(self._eids, after, side="right")) if after else 0
        parts: list[Places] = []
        for key in self._keys[self._own[place] : self._own[place + 1]]:
            sharing = self._firms[self._first[key] : self._first[key + 1]]
            start = int(np.searchsorted(sharing, behind))
            parts.append(sharing[start : start + most + 1])  # the enterprise itself may be one of them
        mates = np.unique(np.concatenate(parts)) if parts else np.empty(0, np.int64)
        return [str(mate) for mate in self._eids[mates[mates != place][:most]]]


def _held(found: Columns, shared: Shared) -> set[str]:
    """The statements behind the addresses or telephones that may not be used."""
    sids: set[str] = set()
    for kind in relations.fields_of(shared):
        said = found.projection.statements(kind, [])
        if not said.in_use.all():
            sids.update(said.columns["sid"].filter(~said.in_use).to_pylist())
    return sids


async def mates(
    info: Info, eid: str, at: Moment, shared: Shared, first: int | None, after: str | None, node: Callable[[str], Any]
) -> Connection[Any]:
    """A page of the enterprises that share an address or telephone with one, in the order of their key."""
    size, context = page_size(first), info.context
    name = f"{shared}_mates"
    start = str(context.sealer.open_cursor(name, after)[0]) if after is not None else ""
    context.spend(size)
    found = await columns(context, at)
    told = await context.together(partial(_page, found, shared, eid, start, size + 1))
    return connect(context, name, told, size, node, lambda mate: (mate,), after=after)


def _page(found: Columns, shared: Shared, eid: str, after: str, most: int) -> list[str]:
    with found.lock:
        if shared not in found.mates:
            found.mates[shared] = Mates(found, shared)
        made: Mates = found.mates[shared]
    return made.page(eid, after, most)
