"""The compiled part of max-product: Dijkstra's algorithm on products, on a heap of labels."""

from __future__ import annotations

from heapq import heappop, heappush
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
    done = np.zeros(count, np.bool_)
    waiting: Any = [(-1.0, np.int64(0), np.int64(0))]
    waiting.clear()  # the best first; a label that was improved meanwhile stays in it and is passed over
    for i in range(sources.size):
        u = sources[i]
        if strength[i] > 0 and strength[i] >= floor:
            value[u], source[u] = strength[i], u
            heappush(waiting, (-strength[i], np.int64(0), np.int64(u)))
    for i in range(sources.size):
        u = sources[i]
        # a hub passes on what it is a source of, never what reaches it
        if closed[u] and strength[i] > 0:
            _relax(
                indptr, neighbour, edge, code, table, flip, floor, u, strength[i], 0, u,
                value, source, hops, via, over, done, waiting,
            )  # fmt: skip
    while len(waiting) > 0:
        u = heappop(waiting)[2]
        if done[u]:
            continue
        done[u] = True
        if not closed[u]:
            _relax(
                indptr, neighbour, edge, code, table, flip, floor, u, value[u], hops[u], source[u],
                value, source, hops, via, over, done, waiting,
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
    done: Flags,
    waiting: Any,
) -> None:
    """Offer what ``u`` passes on to its neighbours."""
    for k in range(indptr[u], indptr[u + 1]):
        v = neighbour[k]
        offer = strength * table[code[k] ^ flip]
        if offer <= 0 or offer < floor or offer < value[v] or done[v]:
            continue
        better = offer > value[v] or steps + 1 < hops[v]
        if better or (steps + 1 == hops[v] and (u < via[v] or (u == via[v] and edge[k] < over[v]))):
            value[v], hops[v], source[v], via[v], over[v] = offer, steps + 1, origin, u, edge[k]
        if better:
            heappush(waiting, (-offer, np.int64(steps + 1), np.int64(v)))
