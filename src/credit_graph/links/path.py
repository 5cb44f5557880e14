"""Shortest explanation between two entities: a chain of links, each with the statement that says so.

Hubs over the limit and hosted addresses (集群注册) are no evidence and are not walked through; where that is why
there is no path, the answer says so. The search itself is :mod:`credit_graph.links.search`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from credit_graph.links.neighbours import Flags, Ids, Neighbours, edge_mask, neighbours
from credit_graph.links.search import Ego, PathSearch, Walk
from credit_graph.projection.numbering import numbered

MAX_HOPS = 8
NodeKind = Literal["enterprise", "person", "address", "phone"]
EdgeKind = Literal["holds", "office", "branch", "address", "phone", "same_person"]
EDGE_KINDS: tuple[EdgeKind, ...] = get_args(EdgeKind)
_CODES = {kind: code for code, kind in enumerate(EDGE_KINDS)}
MESH = ("nodes", "rows", "steps", "ends", "told")
_TEXT = pa.large_string()


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


def mesh(edges: pd.DataFrame, hubs: Set[str]) -> dict[str, pa.Table]:
    """Edges and hubs as columns that any number of questions are answered from: the tables ``MESH``.

    ``edges``: as :func:`edge_frame`; ``hubs``: nodes that are not walked through (they may be an end).
    ``nodes``: name and closed (a hub) of each entity, ``by_name`` their numbers by ascending name; ``rows`` and
    ``steps``: the symmetric CSR (see :class:`Neighbours`); ``ends``: first, second (numbers) and kind (place in
    ``EDGE_KINDS``) of each relationship; ``told``: its label and sids.
    """
    found = numbered((edges["a"], edges["b"]))
    names = pa.array(found.entities, _TEXT)
    first, second = found.ends
    graph = neighbours(first, second, len(names))
    closed = pc.is_in(names, value_set=pa.array(sorted(hubs), _TEXT))
    kind = edges["kind"].map(_CODES).to_numpy().astype(np.uint8)
    return {
        "nodes": pa.table({"name": names, "closed": closed, "by_name": pc.sort_indices(names).cast(pa.int32())}),
        "rows": pa.table({"indptr": graph.indptr}),
        "steps": pa.table({"neighbour": graph.neighbour, "edge": graph.edge}),
        "ends": pa.table({"first": first, "second": second, "kind": kind}),
        "told": pa.table(
            {"label": pa.array(edges["label"], _TEXT), "sids": pa.array(edges["sids"].tolist(), pa.large_list(_TEXT))}
        ),
    }


class Network:
    """Edges and hubs, indexed for any number of questions. ``tables``: as :func:`mesh`; ``kinds``: which kinds of
    edges count, default all."""

    def __init__(self, tables: Mapping[str, pa.Table], kinds: Collection[EdgeKind] | None = None) -> None:
        self._tables = tables
        self._names = tables["nodes"]["name"].combine_chunks()
        self._by_name = tables["nodes"]["by_name"].to_numpy()
        self.closed: Flags = _array(tables["nodes"], "closed")
        self.first: Ids = _array(tables["ends"], "first")  # an end of each relationship
        self.code: NDArray[np.uint8] = _array(tables["ends"], "kind")
        usable = None if kinds is None else edge_mask(self.code, only=[_CODES[kind] for kind in kinds])
        steps = tables["steps"]
        graph = Neighbours(_array(tables["rows"], "indptr"), _array(steps, "neighbour"), _array(steps, "edge"))
        self.search = PathSearch(graph, closed=self.closed, usable=usable)

    def number(self, name: str) -> int | None:
        """The number of an entity; ``None`` for one without any edge."""
        place = bisect_left(self._by_name, name.encode(), key=lambda number: self.name(number).encode())
        if place == len(self._by_name) or self.name(self._by_name[place]) != name:
            return None
        return int(self._by_name[place])

    def numbers(self, names: Iterable[str]) -> dict[str, int]:
        """The numbers of many entities, of those that have any edge; by number."""
        wanted = pc.is_in(self._names, value_set=pa.array(names, _TEXT))
        found = np.flatnonzero(wanted)
        return dict(zip(self._names.take(pa.array(found)).to_pylist(), found.tolist(), strict=True))

    def name(self, number: int) -> str:
        """What the entity of a number is called."""
        name: str = self._names[int(number)].as_py()
        return name

    def explain(self, start: str, end: str, count: int = 1, max_hops: int = MAX_HOPS) -> PathAnswer:
        """Up to ``count`` paths of at most ``max_hops`` edges; an entity without any edge has no path."""
        if start == end:
            return PathAnswer(found=True)
        ends = self.number(start), self.number(end)
        if ends[0] is None or ends[1] is None:
            return PathAnswer()
        answer = self.search.explain(ends[0], ends[1], max_hops, count)
        hops = [self.hops(walk) for walk in answer.walks]
        blocked = tuple(sorted(map(self.name, answer.blocked)))
        return PathAnswer(hops[0] if hops else (), blocked, bool(hops), tuple(hops[1:]))

    def ego(self, center: str, hops: int, limit: int) -> tuple[list[str], pd.DataFrame, bool]:
        """The entities within ``hops`` of the centre, at most ``limit``, the near ones first; the edges between
        them, as :func:`edge_frame`; and whether the limit cut something off."""
        number = self.number(center)
        if number is None:
            return [center], self._rows([]), False
        found: Ego = self.search.ego(number, hops, limit)
        return [self.name(node) for node in found.nodes], self._rows(found.edges), found.truncated

    def hops(self, walk: Walk) -> tuple[Hop, ...]:
        """The steps of a walk, in its direction."""
        rows = self._rows(walk.edges)
        told = rows[["kind", "label", "sids"]].itertuples(index=False, name=None)
        ends = pairwise(self.name(node) for node in walk.nodes)
        return tuple(Hop(a, b, *row) for (a, b), row in zip(ends, told, strict=True))

    def _rows(self, edges: Sequence[int] | Ids) -> pd.DataFrame:
        """The edges of these numbers."""
        rows = pa.array(edges, pa.int32())
        ends, told = self._tables["ends"].take(rows), self._tables["told"].take(rows)
        columns = {end: self._names.take(ends[column]).to_pylist() for end, column in (("a", "first"), ("b", "second"))}
        columns |= {"kind": [EDGE_KINDS[code] for code in ends["kind"].to_pylist()]}
        sids = [tuple(sids) for sids in told["sids"].to_pylist()]
        return pd.DataFrame({**columns, "label": told["label"].to_pylist(), "sids": sids})


def _array(table: pa.Table, name: str) -> NDArray[Any]:
    """A column that compiled code may take: of arrays that can't be written it would be compiled once more."""
    return np.array(table[name].to_numpy())
