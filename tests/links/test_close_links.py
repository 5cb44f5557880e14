"""Close links by both definitions, against the definitions written down plainly in fractions."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from itertools import combinations

import networkx as nx
import numpy as np
import pytest

from credit_graph.links import close_links
from credit_graph.links.close_links import CloseLink, TooManyPaths, ecb_close_links, product_close_links
from credit_graph.links.stakes import Stakes, stakes

Held = dict[tuple[int, int], int]  # (holder, company) -> percent


def chart(held: Held, count: int) -> Stakes:
    rows = [(h, y, votes) for (h, y), votes in held.items()]
    holder, company, votes = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(3))
    capital = np.full(count, 100)
    return stakes(count, holder.astype(np.int32), company.astype(np.int32), votes, capital, infer_residual=False)


def majority_of(held: Held, count: int, x: int) -> set[int]:
    found: set[int] = set()
    while True:
        more = {y for y in range(count) if y != x and sum(held.get((h, y), 0) for h in {x, *found} - {y}) > 50}
        if more == found:
            return found
        found = more


def owns(held: Held, count: int, x: int, y: int) -> Fraction:
    return Fraction(sum(held.get((h, y), 0) for h in {x, *majority_of(held, count, x)} - {y}), 100)


def ecb_pairs(held: Held, count: int, third_at_20: bool) -> set[frozenset[int]]:
    pairs = set()
    for x, y in combinations(range(count), 2):
        close = owns(held, count, x, y) >= Fraction(1, 5) or owns(held, count, y, x) >= Fraction(1, 5)
        for z in set(range(count)) - {x, y}:
            if third_at_20:
                close |= min(owns(held, count, z, x), owns(held, count, z, y)) >= Fraction(1, 5)
            else:
                close |= {x, y} <= majority_of(held, count, z)
        if close:
            pairs.add(frozenset((x, y)))
    return pairs


def random_chart(draw: random.Random, count: int) -> Held:
    held: Held = {}
    for y in range(count):
        left = 100
        for h in draw.sample(range(count), draw.randint(0, min(3, count))):
            votes = draw.choice([8, 12, 20, 30, 40, 51, 60])
            if h != y and votes <= left:
                held[h, y] = votes
                left -= votes
    return held


@pytest.mark.parametrize("seed", range(5))
def test_both_definitions_on_random_charts(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(40):
        count = draw.randint(2, 7)
        held = random_chart(draw, count)
        holdings = chart(held, count)
        for third_at_20 in (False, True):
            third_line = Fraction(1, 5) if third_at_20 else None
            links = {x: ecb_close_links(holdings, x, third_line=third_line) for x in range(count)}
            found = {frozenset((x, link.other)) for x, all_ in links.items() for link in all_}
            assert found == ecb_pairs(held, count, third_at_20)
            for x, all_ in links.items():
                assert {link.other for link in all_} == {y for pair in found if x in pair for y in pair if y != x}
                shares = {(link.other, link.why): link.share for link in all_ if link.why != "third"}
                assert all(share == owns(held, count, x, y) for (y, why), share in shares.items() if why == "owns")
                assert all(share == owns(held, count, y, x) for (y, why), share in shares.items() if why == "owned")
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from(range(count))
        graph.add_edges_from(held)
        for x in range(count):
            wanted: list[tuple[str, int, Fraction | None]] = []
            for y in sorted(set(range(count)) - {x}):
                for why, start, end in (("owns", x, y), ("owned", y, x)):
                    products: list[Fraction] = [
                        math.prod((Fraction(held[step], 100) for step in nx.utils.pairwise(path)), start=Fraction(1))
                        for path in nx.all_simple_paths(graph, start, end)
                    ]
                    if sum(products, Fraction(0)) >= Fraction(1, 5):
                        wanted.append((why, y, sum(products, Fraction(0))))
            found_products: list[tuple[str, int, Fraction | None]] = [
                (link.why, link.other, link.share) for link in product_close_links(holdings, x)
            ]
            assert sorted(found_products) == sorted(wanted)


def test_the_definitions_disagree_both_ways() -> None:
    bought = chart({(0, 2): 8, (0, 1): 51, (1, 2): 12}, 3)
    assert [link for link in ecb_close_links(bought, 0) if link.other == 2] == [CloseLink(2, "owns", Fraction(1, 5))]
    assert [link.other for link in product_close_links(bought, 0)] == [1]
    chained = chart({(0, 1): 50, (1, 2): 60}, 3)
    assert [link.other for link in ecb_close_links(chained, 0)] == [1]
    assert product_close_links(chained, 0)[1] == CloseLink(2, "owns", Fraction(3, 10))


def test_a_third_party_needs_the_majority_of_both_and_the_state_is_none() -> None:
    sisters = chart({(0, 1): 51, (0, 2): 51}, 3)
    assert ecb_close_links(sisters, 1) == [CloseLink(0, "owned", Fraction(51, 100)), CloseLink(2, "third", third=0)]
    state = np.array([True, False, False])
    assert ecb_close_links(sisters, 1, state=state) == [CloseLink(0, "owned", Fraction(51, 100))]
    half = chart({(0, 1): 50, (0, 2): 51}, 3)
    assert ecb_close_links(half, 1) == [CloseLink(0, "owned", Fraction(1, 2))]


def test_a_company_over_100_per_cent_counts_only_where_asked() -> None:
    faulty = chart({(0, 2): 60, (1, 2): 60}, 3)
    assert (ecb_close_links(faulty, 2), product_close_links(faulty, 2)) == ([], [])
    share = Fraction(3, 5)
    both = [CloseLink(0, "owned", share), CloseLink(1, "owned", share)]
    assert ecb_close_links(faulty, 2, use_faults=True) == both
    assert product_close_links(faulty, 2, use_faults=True) == both


def test_too_many_paths_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(close_links, "MAX_PATHS", 100)
    everyone = {(x, y): 10 for x in range(8) for y in range(8) if x != y}
    with pytest.raises(TooManyPaths):
        product_close_links(chart(everyone, 8), 0)
