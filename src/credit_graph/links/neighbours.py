"""Who stands next to whom: relationships as a symmetric CSR, in which every step knows its relationship."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from credit_graph.links.compiled import compiled

Ids = NDArray[np.int32]  # entities or relationships
Places = NDArray[np.int64]  # positions in the arrays of steps
Flags = NDArray[np.bool_]
Levels = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Relationships of ``n`` entities, both ways.

    The steps from entity ``u`` are the positions ``indptr[u]`` to ``indptr[u + 1]``; step ``k`` leads to
    ``neighbour[k]`` over relationship ``edge[k]`` and they are ascending by (neighbour, edge).
    ``indptr``: int64[n + 1]; ``neighbour``, ``edge``: int32[2 m], less what leads from an entity to itself.
    """

    indptr: Places
    neighbour: Ids
    edge: Ids

    @property
    def count(self) -> int:
        """How many entities there are."""
        return len(self.indptr) - 1

    def check(self, *entities: int) -> None:
        """Raise ``ValueError`` for an entity that does not exist; compiled code would read past its arrays."""
        for entity in entities:
            if not 0 <= entity < self.count:
                raise ValueError(f"there is no entity {entity}: ids are 0 to {self.count - 1}")


def neighbours(a: Ids, b: Ids, count: int) -> Neighbours:
    """The symmetric CSR of relationships between ``a[e]`` and ``b[e]``, e = 0 … m - 1.

    ``a``, ``b``: int32[m], ids 0 … ``count`` - 1. A relationship of an entity to itself is left out: no path
    uses it. Raises ``ValueError`` where the arrays differ in length or hold an id out of range.
    """
    a, b = np.ascontiguousarray(a, dtype=np.int32), np.ascontiguousarray(b, dtype=np.int32)
    if len(a) != len(b):
        raise ValueError("a and b must have the same length")
    if len(a) and (min(a.min(), b.min()) < 0 or max(a.max(), b.max()) >= count):
        raise ValueError(f"ids must be 0 to {count - 1}")
    indptr, neighbour, edge = _rows_by_edge(a, b, count)
    return Neighbours(indptr, *_rows_by_neighbour(indptr, neighbour, edge))


def edge_mask(
    kind: NDArray[np.uint8],
    *,
    only: Collection[int] | None = None,
    valid_from: NDArray[np.datetime64] | None = None,
    valid_to: NDArray[np.datetime64] | None = None,
    day: np.datetime64 | None = None,
) -> Flags:
    """Which relationships may be walked: bool[m].

    ``kind``: uint8[m], of which ``only`` these; ``valid_from`` and ``valid_to``: datetime64[D][m], half open,
    NaT for open ends, of which only those that hold on ``day``.
    """
    mask = np.ones(len(kind), dtype=np.bool_)
    if only is not None:
        allowed = np.zeros(256, dtype=np.bool_)
        allowed[list(only)] = True
        mask &= allowed[kind]
    if day is not None and valid_from is not None:
        mask &= np.isnat(valid_from) | (valid_from <= day)
    if day is not None and valid_to is not None:
        mask &= np.isnat(valid_to) | (day < valid_to)
    return mask


@compiled
def _rows_by_edge(a: Ids, b: Ids, count: int) -> tuple[Places, Ids, Ids]:
    """Counting sort of the steps by where they start."""
    indptr = np.zeros(count + 1, np.int64)
    for e in range(a.size):
        if a[e] != b[e]:
            indptr[a[e] + 1] += 1
            indptr[b[e] + 1] += 1
    for u in range(count):
        indptr[u + 1] += indptr[u]
    place = indptr[:-1].copy()
    neighbour = np.empty(indptr[count], np.int32)
    edge = np.empty(indptr[count], np.int32)
    for e in range(a.size):
        u, v = a[e], b[e]
        if u != v:
            neighbour[place[u]], edge[place[u]] = v, e
            place[u] += 1
            neighbour[place[v]], edge[place[v]] = u, e
            place[v] += 1
    return indptr, neighbour, edge


@compiled
def _rows_by_neighbour(indptr: Places, neighbour: Ids, edge: Ids) -> tuple[Ids, Ids]:
    """Each row by (neighbour, edge): the steps into a row are met in the order of where they come from."""
    place = indptr[:-1].copy()
    to = np.empty_like(neighbour)
    over = np.empty_like(edge)
    for u in range(indptr.size - 1):
        for k in range(indptr[u], indptr[u + 1]):
            v = neighbour[k]
            to[place[v]], over[place[v]] = u, edge[k]
            place[v] += 1
    return to, over
