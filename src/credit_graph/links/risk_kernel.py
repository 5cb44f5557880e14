"""The compiled part of max-product: Dijkstra's algorithm on products, with a heap whose entries can rise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from credit_graph.links.compiled import compiled
from credit_graph.links.neighbours import Flags, Ids, Places

Values = NDArray[np.float64]
Codes = NDArray[np.unsignedinteger[Any]]


@compiled
def step_codes(indptr: Places, edge: Ids, first: Ids, of_edge: Codes) -> Codes:
    """The code of every step: twice the kind of its relationship, and one more where it leads back to ``first``."""
    code = np.empty(edge.size, of_edge.dtype)
    for u in range(indptr.size - 1):
        for k in range(indptr[u], indptr[u + 1]):
            code[k] = 2 * of_edge[edge[k]] + (first[edge[k]] != u)
    return code


@compiled
def spread_from(
    indptr: Places,
    neighbour: Ids,
    edge: Ids,
    code: Codes,
    table: Values,
    flip: int,
    closed: Flags,
    sources: Ids,
    strength: Values,
    floor: float,
) -> tuple[Values, Ids, Ids, Ids, Ids]:
    """Best value, source, hops, entity before and relationship before, of every entity.

    ``flip``: 0 along the direction of the weights, 1 against it. Labels are ordered by value, then fewer hops, then
    smaller id of the entity and the relationship before: the result depends on no order of work.
    """
    count = indptr.size - 1
    value = np.zeros(count, np.float64)
    hops = np.zeros(count, np.int32)
    source = np.full(count, -1, np.int32)
    via = np.full(count, -1, np.int32)
    over = np.full(count, -1, np.int32)
    place = np.full(count, -1, np.int32)  # in the heap; -1: not there yet, -2: done
    heap = np.empty(count, np.int32)
    size = 0
    for i in range(sources.size):
        u = sources[i]
        if strength[i] > 0 and strength[i] >= floor:
            value[u], source[u] = strength[i], u
            heap[size], place[u] = u, size
            size += 1
            _rise(heap, place, value, hops, size - 1)
    for i in range(sources.size):
        u = sources[i]
        # a hub passes on what it is a source of, never what reaches it
        if closed[u] and strength[i] > 0:
            size = _relax(
                indptr, neighbour, edge, code, table, flip, floor, u, strength[i], 0, u,
                value, source, hops, via, over, place, heap, size,
            )  # fmt: skip
    while size > 0:
        u = heap[0]
        size -= 1
        place[u] = -2
        if size > 0:
            heap[0] = heap[size]
            place[heap[0]] = 0
            _sink(heap, place, value, hops, 0, size)
        if not closed[u]:
            size = _relax(
                indptr, neighbour, edge, code, table, flip, floor, u, value[u], hops[u], source[u],
                value, source, hops, via, over, place, heap, size,
            )  # fmt: skip
    return value, source, hops, via, over


@compiled
def _relax(
    indptr: Places,
    neighbour: Ids,
    edge: Ids,
    code: Codes,
    table: Values,
    flip: int,
    floor: float,
    u: int,
    strength: float,
    steps: int,
    origin: int,
    value: Values,
    source: Ids,
    hops: Ids,
    via: Ids,
    over: Ids,
    place: Ids,
    heap: Ids,
    size: int,
) -> int:
    """Offer what ``u`` passes on to its neighbours: the heap's new size."""
    for k in range(indptr[u], indptr[u + 1]):
        v = neighbour[k]
        offer = strength * table[code[k] ^ flip]
        if place[v] == -2 or offer <= 0 or offer < floor or offer < value[v]:
            continue
        if offer == value[v] and not _before(steps + 1, u, edge[k], hops[v], via[v], over[v]):
            continue
        value[v], hops[v], source[v], via[v], over[v] = offer, steps + 1, origin, u, edge[k]
        if place[v] == -1:
            heap[size], place[v] = v, size
            size += 1
        _rise(heap, place, value, hops, place[v])
    return size


@compiled
def _before(steps: int, u: int, e: int, other_steps: int, other_u: int, other_e: int) -> bool:
    """Whether a label of the same value goes before the other: fewer hops, then ids."""
    if steps != other_steps:
        return steps < other_steps
    return u < other_u or (u == other_u and e < other_e)


@compiled
def _higher(value: Values, hops: Ids, u: int, v: int) -> bool:
    """Whether u leaves the heap before v."""
    if value[u] != value[v]:
        return bool(value[u] > value[v])
    return bool(hops[u] < hops[v]) or (hops[u] == hops[v] and u < v)


@compiled
def _rise(heap: Ids, place: Ids, value: Values, hops: Ids, at: int) -> None:
    u = heap[at]
    while at > 0:
        above = (at - 1) >> 1
        if not _higher(value, hops, u, heap[above]):
            break
        heap[at] = heap[above]
        place[heap[at]] = at
        at = above
    heap[at] = u
    place[u] = at


@compiled
def _sink(heap: Ids, place: Ids, value: Values, hops: Ids, at: int, size: int) -> None:
    u = heap[at]
    while 2 * at + 1 < size:
        below = 2 * at + 1
        if below + 1 < size and _higher(value, hops, heap[below + 1], heap[below]):
            below += 1
        if not _higher(value, hops, heap[below], u):
            break
        heap[at] = heap[below]
        place[heap[at]] = at
        at = below
    heap[at] = u
    place[u] = at
