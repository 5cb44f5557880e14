"""Paths and neighbourhoods on arrays, against enumeration of all paths."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_graph.links.neighbours import Neighbours, edge_mask, neighbours
from credit_graph.links.search import Explanation, PathSearch, Walk

Edges = list[tuple[int, int]]


def csr(edges: Edges, count: int) -> Neighbours:
    ends = np.array(edges, dtype=np.int32).reshape(-1, 2)
    return neighbours(ends[:, 0], ends[:, 1], count)


def search(edges: Edges, count: int, hubs: list[int] | None = None, usable: list[bool] | None = None) -> PathSearch:
    closed = np.zeros(count, dtype=np.bool_)
    closed[hubs or []] = True
    return PathSearch(csr(edges, count), closed=closed, usable=None if usable is None else np.array(usable, np.bool_))


def steps(edges: Edges, usable: list[bool]) -> dict[int, dict[int, int]]:
    """entity -> neighbour -> the first relationship that may be walked."""
    near: dict[int, dict[int, int]] = {}
    for number, (a, b) in enumerate(edges):
        if usable[number] and a != b:
            near.setdefault(a, {}).setdefault(b, number)
            near.setdefault(b, {}).setdefault(a, number)
    return near


def every_path(edges: Edges, usable: list[bool], hubs: set[int], start: int, end: int, max_hops: int) -> list[Walk]:
    near = steps(edges, usable)
    paths = []
    waiting: list[tuple[int, ...]] = [(start,)]
    while waiting:
        path = waiting.pop()
        if path[-1] == end:
            paths.append(path)
        elif len(path) <= max_hops:
            ahead = near.get(path[-1], {})
            waiting += [(*path, v) for v in ahead if v not in path and (v == end or v not in hubs)]
    ordered = sorted(paths, key=lambda path: (len(path), path))
    return [Walk(path, tuple(near[u][v] for u, v in pairwise(path))) for path in ordered]


def test_rows_are_ascending_by_neighbour_and_edge_without_loops() -> None:
    graph = csr([(2, 0), (1, 2), (0, 2), (1, 1)], 4)
    assert graph.indptr.tolist() == [0, 2, 3, 6, 6]
    assert graph.neighbour.tolist() == [2, 2, 2, 0, 0, 1]
    assert graph.edge.tolist() == [0, 2, 1, 0, 2, 1]
    assert [str(part.dtype) for part in (graph.indptr, graph.neighbour, graph.edge)] == ["int64", "int32", "int32"]


@pytest.mark.parametrize("seed", range(8))
def test_paths_are_those_of_enumeration(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(60):
        count, size = draw.randint(1, 9), draw.randint(0, 16)
        edges = [(draw.randrange(count), draw.randrange(count)) for _ in range(size)]
        usable = [draw.random() < 0.85 for _ in edges]
        hubs = [entity for entity in range(count) if draw.random() < 0.2]
        searcher = search(edges, count, hubs, usable)
        for _ in range(3):  # one after another on the same scratch arrays
            start, end = draw.randrange(count), draw.randrange(count)
            asked, max_hops = draw.randint(1, 6), draw.randint(0, 8)
            wanted = every_path(edges, usable, set(hubs), start, end, max_hops)
            assert searcher.alternatives(start, end, asked, max_hops) == wanted[:asked]
            through = every_path(edges, usable, set(), start, end, max_hops)[:1] if not wanted else []
            blocked = sorted({node for walk in through for node in walk.nodes[1:-1]} & set(hubs))
            answer = searcher.explain(start, end, max_hops, asked)
            assert answer == Explanation(tuple(wanted[:asked]), tuple(blocked))


@pytest.mark.parametrize("seed", range(4))
def test_a_neighbourhood_is_that_of_a_plain_search(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(60):
        count, size = draw.randint(1, 12), draw.randint(0, 24)
        edges = [(draw.randrange(count), draw.randrange(count)) for _ in range(size)]
        usable = [draw.random() < 0.85 for _ in edges]
        hubs = [entity for entity in range(count) if draw.random() < 0.2]
        center, hops, limit = draw.randrange(count), draw.randint(0, 4), draw.randint(1, 12)
        near = steps(edges, usable)
        distance = {center: 0}
        order = [center]
        for entity in order:
            if distance[entity] < hops and (entity == center or entity not in hubs):
                for other in sorted(near.get(entity, {})):
                    if other not in distance:
                        distance[other] = distance[entity] + 1
                        order.append(other)
        found = search(edges, count, hubs, usable).ego(center, hops, limit)
        kept = order[:limit]
        assert found.nodes.tolist() == kept
        assert found.hops.tolist() == [distance[entity] for entity in kept]
        among = [n for n, (a, b) in enumerate(edges) if usable[n] and a != b and {a, b} <= set(kept)]
        assert (found.edges.tolist(), found.truncated) == (among, len(order) > limit)


def test_a_hub_may_be_an_end_and_is_named_where_only_it_connects() -> None:
    star = [(0, hub) for hub in range(1, 5)]
    searcher = search(star, 5, hubs=[0])
    assert searcher.explain(1, 2, 8) == Explanation(blocked=(0,))
    assert searcher.explain(0, 2, 8) == Explanation((Walk((0, 2), (1,)),))
    assert searcher.explain(1, 2, 1) == Explanation()  # too far even through the hub
    assert search([*star, (1, 3), (3, 2)], 5, hubs=[0]).explain(1, 2, 8).walks[0].nodes == (1, 3, 2)


def test_an_entity_with_200_000_links_is_searched_at_once() -> None:
    links = 200_000
    edges = [(0, other) for other in range(1, links)] + [(links, 1), (links, links + 1)]
    searcher = search(edges, links + 2)
    assert searcher.alternatives(0, links + 1, 3, 8) == [Walk((0, 1, links, links + 1), (0, links - 1, links))]
    found = searcher.ego(0, 2, 50)
    assert (found.nodes.tolist(), found.truncated) == (list(range(50)), True)


def test_ids_and_hops_out_of_range_are_refused() -> None:
    searcher = search([(0, 1)], 2)
    for wrong in (
        lambda: searcher.shortest(0, 2, 8),
        lambda: searcher.shortest(-1, 0, 8),
        lambda: searcher.ego(2, 1, 1),
    ):
        with pytest.raises(ValueError, match="there is no entity"):
            wrong()
    with pytest.raises(ValueError, match="max_hops"):
        searcher.shortest(0, 1, 101)
    with pytest.raises(ValueError, match="ids must be 0 to 1"):
        csr([(0, 2)], 2)
    with pytest.raises(ValueError, match="usable"):
        search([(0, 1)], 2, usable=[])


def test_relationships_are_chosen_by_kind_and_day() -> None:
    kind = np.array([0, 1, 1, 2], dtype=np.uint8)
    begin = np.array(["2020-01-01", "2020-01-01", "NaT", "2024-01-01"], dtype="datetime64[D]")
    end = np.array(["NaT", "2023-05-01", "2023-05-02", "NaT"], dtype="datetime64[D]")
    day = np.datetime64("2023-05-01")
    assert edge_mask(kind, only=[0, 1]).tolist() == [True, True, True, False]
    assert edge_mask(kind, valid_from=begin, valid_to=end, day=day).tolist() == [True, False, True, False]
    assert edge_mask(kind, only=[1], valid_from=begin, valid_to=end, day=day).tolist() == [False, False, True, False]


pairs = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=16)


@settings(max_examples=150, deadline=None)
@given(edges=pairs, hubs=st.sets(st.integers(0, 7), max_size=2), start=st.integers(0, 7), end=st.integers(0, 7))
def test_paths_read_the_same_backwards_and_shrink_with_hubs(edges: Edges, hubs: set[int], start: int, end: int) -> None:
    searcher = search(edges, 8, sorted(hubs))
    there = searcher.alternatives(start, end, 100, 8)
    back = searcher.alternatives(end, start, 100, 8)
    assert sorted(walk.nodes for walk in there) == sorted(walk.nodes[::-1] for walk in back)
    free = search(edges, 8).alternatives(start, end, 1000, 8)
    assert {walk.nodes for walk in there} <= {walk.nodes for walk in free}
    for walk in there:
        assert len(set(walk.nodes)) == len(walk.nodes)
        assert [set(edges[edge]) for edge in walk.edges] == [{u, v} for u, v in pairwise(walk.nodes)]
        assert not hubs & set(walk.nodes[1:-1])
