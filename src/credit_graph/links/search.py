"""Shortest paths and neighbourhoods on arrays: bidirectional breadth-first search that does not walk through hubs.

The scratch arrays of a :class:`PathSearch` are made once and cleaned after each search, so that a search costs what
it touches and not what there is. One search at a time uses them: threads need one object each.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from credit_graph.links.compiled import compiled
from credit_graph.links.neighbours import Flags, Ids, Levels, Neighbours, Places

MOST_HOPS = 100  # levels are int8
_NONE = np.zeros(0, dtype=np.int32)


class Walk(NamedTuple):
    """A path: its entities from start to end, and the relationship of each hop."""

    nodes: tuple[int, ...]
    edges: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What connects two entities: the paths, shortest first; without one, the hubs that alone connect the two."""

    walks: tuple[Walk, ...] = ()
    blocked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Ego:
    """A neighbourhood: ``nodes`` int32[s] in the order found, their distance ``hops`` int8[s] from the first one,
    the relationships ``edges`` int32 between them, ascending, and whether the size limit cut something off."""

    nodes: Ids
    hops: Levels
    edges: Ids
    truncated: bool


class PathSearch:
    """Searches over ``graph``, of which ``usable`` (bool[m], default all) says which relationships count.

    ``closed`` (bool[n], default none): hubs, which may be an end of a path and are never walked through.
    Between paths of one length the one with the smallest ids from the start on is taken, so that the answer depends
    on the relationships alone.
    """

    def __init__(self, graph: Neighbours, *, closed: Flags | None = None, usable: Flags | None = None) -> None:
        count = graph.count
        self.graph = graph
        self._closed = np.zeros(count, dtype=np.bool_) if closed is None else closed.copy()
        self._open = np.zeros(count if self._closed.any() else 0, dtype=np.bool_)
        self._usable = np.zeros(0, dtype=np.bool_) if usable is None else usable
        if len(self._closed) != count:
            raise ValueError("closed needs one value for each entity")
        if len(graph.edge) and usable is not None and graph.edge.max() >= len(usable):
            raise ValueError("usable needs one value for each relationship")
        self._near = np.zeros(count, dtype=np.int8)  # 1 + hops from the start, 0: not reached
        self._far = np.zeros(count, dtype=np.int8)  # the same from the end
        self._on = np.zeros(count, dtype=np.bool_)
        self._queues = tuple(np.empty(count, dtype=np.int32) for _ in range(3))
        self._nodes = np.empty(MOST_HOPS + 1, dtype=np.int32)
        self._edges = np.empty(MOST_HOPS, dtype=np.int32)

    def shortest(self, start: int, end: int, max_hops: int) -> Walk | None:
        """The shortest path of at most ``max_hops`` hops that walks through no hub; None where there is none.

        Raises ``ValueError`` for ids out of range and more than ``MOST_HOPS`` hops.
        """
        self.graph.check(start, end)
        if not 0 <= max_hops <= MOST_HOPS:
            raise ValueError(f"max_hops must be 0 to {MOST_HOPS}")
        return self._run(self._closed, int(start), int(end), int(max_hops), _NONE)

    def alternatives(self, start: int, end: int, count: int, max_hops: int) -> list[Walk]:
        """Up to ``count`` paths that differ in their entities, by length and then ids.

        Yen, Finding the k shortest loopless paths in a network, Management Science 17 (1971): each further path
        leaves one found before at some entity.
        """
        best = self.shortest(start, end, max_hops)
        found = [] if best is None else [best]
        waiting: list[tuple[int, Walk]] = []
        while 0 < len(found) < count:
            for walk in self._branches(found, max_hops):
                if (len(walk.edges), walk) not in waiting:
                    heapq.heappush(waiting, (len(walk.edges), walk))
            if not waiting:
                break
            found.append(heapq.heappop(waiting)[1])
        return found[:count]

    def explain(self, start: int, end: int, max_hops: int, count: int = 1) -> Explanation:
        """Up to ``count`` paths; where only hubs connect the two, the hubs on the path that was not taken."""
        walks = self.alternatives(start, end, count, max_hops)
        if walks or not len(self._open):
            return Explanation(tuple(walks))
        through = self._run(self._open, int(start), int(end), int(max_hops), _NONE)
        if through is None:
            return Explanation()
        return Explanation(blocked=tuple(sorted(node for node in through.nodes[1:-1] if self._closed[node])))

    def ego(self, center: int, hops: int, limit: int) -> Ego:
        """The entities within ``hops`` of ``center``, at most ``limit`` of them, the near ones first.

        Hubs are shown and not walked through, unless the centre is one. Raises ``ValueError`` as :meth:`shortest`.
        """
        self.graph.check(center)
        if not 0 <= hops <= MOST_HOPS or limit < 1:
            raise ValueError(f"hops must be 0 to {MOST_HOPS} and limit at least 1")
        graph = self.graph
        arrays = graph.indptr, graph.neighbour, graph.edge
        span = int(center), int(hops), int(limit)
        size, truncated = _around(*arrays, self._closed, self._usable, *span, self._near, self._queues[0])
        nodes = self._queues[0][:size].copy()
        levels = self._near[nodes] - np.int8(1)
        edges = np.sort(_between(*arrays, self._usable, nodes, self._near))
        self._near[nodes] = 0
        return Ego(nodes, levels, edges, bool(truncated))

    def _branches(self, found: list[Walk], max_hops: int) -> list[Walk]:
        """The shortest path that leaves the last one found at each of its entities."""
        last = found[-1]
        result = []
        for at in range(len(last.nodes) - 1):
            root = last.nodes[: at + 1]
            skip = {walk.nodes[at + 1] for walk in found if walk.nodes[: at + 1] == root}
            before = list(root[:-1])
            kept = self._closed[before]
            self._closed[before] = True
            spur = self._run(self._closed, root[-1], last.nodes[-1], max_hops - at, np.array(sorted(skip), np.int32))
            self._closed[before] = kept
            if spur is not None:
                result.append(Walk(root[:-1] + spur.nodes, last.edges[:at] + spur.edges))
        return result

    def _run(self, closed: Flags, start: int, end: int, max_hops: int, skip: Ids) -> Walk | None:
        graph = self.graph
        first, second, marked = self._queues
        hops = _search(
            graph.indptr, graph.neighbour, graph.edge, closed, self._usable, start, end, max_hops, skip,
            self._near, self._far, self._on, first, second, marked, self._nodes, self._edges,
        )  # fmt: skip
        if hops < 0:
            return None
        return Walk(tuple(self._nodes[: hops + 1].tolist()), tuple(self._edges[:hops].tolist()))


@compiled
def _search(
    indptr: Places,
    neighbour: Ids,
    edge: Ids,
    closed: Flags,
    usable: Flags,
    start: int,
    end: int,
    max_hops: int,
    skip: Ids,
    near: Levels,
    far: Levels,
    on: Flags,
    first: Ids,
    second: Ids,
    marked: Ids,
    nodes: Ids,
    edges: Ids,
) -> int:
    """Hops of the shortest path, written to ``nodes`` and ``edges``, or -1; leaves the scratch arrays clean."""
    first[0], second[0] = start, end
    near[start] = far[end] = 1
    heads = np.zeros(2, np.int64)
    tails = np.ones(2, np.int64)
    loads = np.array([indptr[start + 1] - indptr[start], indptr[end + 1] - indptr[end]])
    met = start == end
    hops = 0
    while not met and hops < max_hops and heads[0] < tails[0] and heads[1] < tails[1]:
        side = 0 if loads[0] <= loads[1] else 1  # the side with fewer steps to look at
        head, tail = heads[side], tails[side]
        if side == 0:
            size, met, load = _grow(
                indptr, neighbour, edge, closed, usable, start, skip, first, head, tail, near, far, end
            )
        else:
            size, met, load = _grow(
                indptr, neighbour, edge, closed, usable, start, skip, second, head, tail, far, near, start
            )
        heads[side], tails[side], loads[side] = tail, size, load
        hops += 1
    if met:
        _walk(
            indptr, neighbour, edge, usable, start, skip, near, far, on, marked, nodes, edges,
            first[heads[0] : tails[0]], second[heads[1] : tails[1]],
        )  # fmt: skip
    for i in range(tails[0]):
        near[first[i]] = 0
    for i in range(tails[1]):
        far[second[i]] = 0
    return hops if met else -1


@compiled
def _grow(
    indptr: Places,
    neighbour: Ids,
    edge: Ids,
    closed: Flags,
    usable: Flags,
    root: int,
    skip: Ids,
    queue: Ids,
    head: int,
    tail: int,
    seen: Levels,
    other: Levels,
    goal: int,
) -> tuple[int, bool, int]:
    """One more level of one side: the queue's new size, whether the other side was met, steps of the new level."""
    size = tail
    met = False
    load = 0
    level = seen[queue[head]] + np.int8(1)
    for i in range(head, tail):
        u = queue[i]
        for k in range(indptr[u], indptr[u + 1]):
            v = neighbour[k]
            if seen[v] != 0 or (closed[v] and v != goal) or _barred(usable, edge[k], root, skip, u, v):
                continue
            seen[v] = level
            queue[size] = v
            size += 1
            load += int(indptr[v + 1] - indptr[v])
            met = met or other[v] != 0
    return size, met, load


@compiled
def _barred(usable: Flags, e: int, root: int, skip: Ids, u: int, v: int) -> bool:
    """Whether the step counts for nothing, or is one that a path found before took from ``root``."""
    if usable.size != 0 and not usable[e]:
        return True
    if skip.size == 0 or root not in (u, v):
        return False
    other = v if u == root else u
    return bool((skip == other).any())


@compiled
def _walk(
    indptr: Places,
    neighbour: Ids,
    edge: Ids,
    usable: Flags,
    start: int,
    skip: Ids,
    near: Levels,
    far: Levels,
    on: Flags,
    marked: Ids,
    nodes: Ids,
    edges: Ids,
    near_front: Ids,
    far_front: Ids,
) -> None:
    """Write the path with the smallest ids: ``on`` marks what lies on a shortest path of the near side."""
    size = 0
    # both fronts hold the entities met; the smaller one finds them sooner
    front = near_front if near_front.size <= far_front.size else far_front
    for v in front:
        if near[v] != 0 and far[v] != 0:
            on[v] = True
            marked[size] = v
            size += 1
    last = near[marked[0]]
    i = 0
    while i < size:
        v = marked[i]
        i += 1
        for k in range(indptr[v], indptr[v + 1]):
            u = neighbour[k]
            if (
                near[u] != 0
                and near[u] == near[v] - 1
                and not on[u]
                and not _barred(usable, edge[k], start, skip, u, v)
            ):
                on[u] = True
                marked[size] = u
                size += 1
    nodes[0] = start
    at = 0
    while near[nodes[at]] != last:
        at = _step(indptr, neighbour, edge, usable, start, skip, near, on, True, nodes, edges, at)
    while far[nodes[at]] != 1:
        at = _step(indptr, neighbour, edge, usable, start, skip, far, on, False, nodes, edges, at)
    for i in range(size):
        on[marked[i]] = False


@compiled
def _step(
    indptr: Places,
    neighbour: Ids,
    edge: Ids,
    usable: Flags,
    start: int,
    skip: Ids,
    level: Levels,
    on: Flags,
    away: bool,
    nodes: Ids,
    edges: Ids,
    at: int,
) -> int:
    """Append the first step that stays on a shortest path: away from the start, or towards the end."""
    u = nodes[at]
    wanted = level[u] + 1 if away else level[u] - 1
    for k in range(indptr[u], indptr[u + 1]):
        v = neighbour[k]
        if level[v] == wanted and (on[v] or not away) and not _barred(usable, edge[k], start, skip, u, v):
            nodes[at + 1], edges[at] = v, edge[k]
            return at + 1
    return at + 1  # not reached: the searches only marked what has such a step


@compiled
def _around(
    indptr: Places,
    neighbour: Ids,
    edge: Ids,
    closed: Flags,
    usable: Flags,
    center: int,
    hops: int,
    limit: int,
    seen: Levels,
    queue: Ids,
) -> tuple[int, bool]:
    """Breadth first from the centre: how many were queued, and whether the limit left one out."""
    queue[0] = center
    seen[center] = 1
    size = 1
    i = 0
    while i < size:
        u = queue[i]
        i += 1
        if seen[u] > hops or (closed[u] and u != center):
            continue
        for k in range(indptr[u], indptr[u + 1]):
            v = neighbour[k]
            if seen[v] != 0 or (usable.size != 0 and not usable[edge[k]]):
                continue
            if size == limit:
                return size, True
            seen[v] = seen[u] + 1
            queue[size] = v
            size += 1
    return size, False


@compiled
def _between(indptr: Places, neighbour: Ids, edge: Ids, usable: Flags, nodes: Ids, seen: Levels) -> Ids:
    """The relationships among the nodes, each once."""
    total = 0
    found = np.empty(16, np.int32)
    for u in nodes:
        for k in range(indptr[u], indptr[u + 1]):
            v = neighbour[k]
            if v <= u or seen[v] == 0 or (usable.size != 0 and not usable[edge[k]]):
                continue
            if total == found.size:
                larger = np.empty(2 * total, np.int32)
                larger[:total] = found
                found = larger
            found[total] = edge[k]
            total += 1
    return found[:total].copy()
