"""Risk spread against enumeration of paths in exact fractions, networkx and the definition of the Shapley value."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from itertools import pairwise, permutations, product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_graph.links.neighbours import neighbours
from credit_graph.links.path import EdgeKind
from credit_graph.links.ppr import ppr, ppr_parts, walk_of
from credit_graph.links.reference_risk import noisy_or, reliability
from credit_graph.links.risk import Weighted, contributions, shares, spread, weighted
from credit_graph.links.risk_policy import risk_policy

Link = tuple[int, int, int]  # from, to, kind
FORWARD = [Fraction(1), Fraction(1, 2), Fraction(3, 4), Fraction(1, 4)]
BACKWARD = [Fraction(1), Fraction(1, 4), Fraction(0), Fraction(1, 2)]
DECAY = Fraction(1, 2)


def network(links: list[Link], count: int, usable: list[bool] | None = None) -> Weighted:
    a, b, kind = (np.array([link[i] for link in links], dtype=np.int32) for i in range(3))
    forward, backward = (np.array([float(p) for p in part]) for part in (FORWARD, BACKWARD))
    mask = None if usable is None else np.array(usable, dtype=np.bool_)
    return weighted(neighbours(a, b, count), a, kind.astype(np.uint8), forward, backward, mask)


def step_weights(
    links: list[Link], usable: list[bool] | None = None
) -> dict[tuple[int, int], list[tuple[Fraction, int]]]:
    """(from, to) -> weights with their relationship, best first."""
    found: dict[tuple[int, int], list[tuple[Fraction, int]]] = {}
    for number, (a, b, kind) in enumerate(links):
        if a != b and (usable is None or usable[number]):
            found.setdefault((a, b), []).append((FORWARD[kind], number))
            found.setdefault((b, a), []).append((BACKWARD[kind], number))
    return {pair: sorted(weights, key=lambda item: (-item[0], item[1])) for pair, weights in found.items()}


def strongest(
    weights: Mapping[tuple[int, int], list[tuple[Fraction, int]]], count: int, source: int, target: int, hubs: set[int]
) -> tuple[Fraction, int]:
    """The largest product on a simple path, and the fewest hops that reach it; (0, 0) without one."""
    best = (Fraction(0), 0)
    waiting: list[tuple[tuple[int, ...], Fraction]] = [((source,), Fraction(1))]
    while waiting:
        path, value = waiting.pop()
        if path[-1] == target:
            best = max(best, (value, -(len(path) - 1)))
        elif path[-1] not in hubs or len(path) == 1:
            for v in range(count):
                weight = weights.get((path[-1], v), [(Fraction(0), -1)])[0][0] * DECAY
                if v not in path and weight:
                    waiting.append(((*path, v), value * weight))
    return best[0], -best[1]


@pytest.mark.parametrize("seed", range(6))
def test_max_product_is_that_of_enumeration(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(40):
        count = draw.randint(1, 7)
        size = draw.randint(0, 12)
        links = [(draw.randrange(count), draw.randrange(count), draw.randrange(4)) for _ in range(size)]
        usable = [draw.random() < 0.85 for _ in links]
        hubs = {entity for entity in range(count) if draw.random() < 0.2}
        closed = np.array([entity in hubs for entity in range(count)], dtype=np.bool_)
        sources = {draw.randrange(count): draw.choice([Fraction(1), Fraction(1, 2)]) for _ in range(draw.randint(1, 3))}
        floor = draw.choice([Fraction(0), Fraction(1, 8)])
        net = network(links, count, usable)
        strength = {source: float(value) for source, value in sources.items()}
        weights = step_weights(links, usable)
        found = spread(net, strength, decay=0.5, floor=float(floor), closed=closed)
        for target in range(count):
            # all weights are powers of two or 3/4 of them, so that float64 is exact here
            single = {s: strongest(weights, count, s, target, hubs) for s in sources}
            values = {s: (sources[s] * value, -hops) for s, (value, hops) in single.items() if value}
            values = {s: label for s, label in values.items() if label[0] >= floor and label[0] > 0}
            value, fewest = max(values.values(), default=(Fraction(0), 0))
            assert found.value[target] == float(value)
            walk = found.path(target)
            assert (walk is None) == (value == 0)
            if walk is not None:
                assert (walk.nodes[-1], len(walk.edges)) == (target, -fewest)
                assert found.source[target] == walk.nodes[0]
                assert not hubs & set(walk.nodes[1:-1])
                assert along(weights, walk.nodes, walk.edges) * sources[walk.nodes[0]] == value
            parts = contributions(net, strength, target, decay=0.5, floor=float(floor), closed=closed)
            assert {part.source: part.strength for part in parts} == {s: float(v) for s, (v, _) in values.items()}
            assert sum(part.part for part in parts) == pytest.approx(float(value), abs=1e-12)
            assert all(along(weights, *part.walk) * sources[part.source] == part.strength for part in parts)
            assert [part.part for part in parts] == pytest.approx(
                [float(x) for x in shapley([Fraction(part.strength) for part in parts])], abs=1e-12
            )


def along(
    weights: Mapping[tuple[int, int], list[tuple[Fraction, int]]], nodes: tuple[int, ...], edges: tuple[int, ...]
) -> Fraction:
    value = Fraction(1)
    for pair, edge in zip(pairwise(nodes), edges, strict=True):
        value *= DECAY * next(weight for weight, number in weights[pair] if number == edge)
    return value


def shapley(strengths: list[Fraction]) -> list[Fraction]:
    """By the definition: what each adds to the maximum, over all orders of arrival."""
    parts = [Fraction(0)] * len(strengths)
    orders = list(permutations(range(len(strengths))))
    for order in orders:
        largest = Fraction(0)
        for player in order:
            parts[player] += max(Fraction(0), strengths[player] - largest)
            largest = max(largest, strengths[player])
    return [part / len(orders) for part in parts]


def test_shares_of_the_strongest() -> None:
    assert shares([0.75, 0.5, 0.25]) == pytest.approx(
        [float(x) for x in (Fraction(11, 24), Fraction(5, 24), Fraction(2, 24))]
    )
    assert shares([]) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=8))
def test_shares_add_up_and_keep_the_order(strengths: list[float]) -> None:
    ordered = sorted(strengths, reverse=True)
    parts = shares(ordered)
    assert sum(parts) == pytest.approx(max(ordered, default=0))
    assert parts == sorted(parts, reverse=True)


def test_a_hub_takes_risk_and_passes_none_on_unless_it_is_the_source() -> None:
    net = network([(0, 1, 1), (1, 2, 1)], 3)
    closed = np.array([False, True, False])
    assert spread(net, {0: 1.0}, decay=1, floor=0, closed=closed).value.tolist() == [1, 0.5, 0]
    found = spread(net, {0: 1.0, 1: 0.125}, decay=1, floor=0, closed=closed)
    assert found.value.tolist() == [1, 0.5, 0.0625]
    assert [found.path(entity) for entity in range(3)] == [((0,), ()), ((0, 1), (0,)), ((1, 2), (1,))]


def test_numbers_out_of_range_are_refused() -> None:
    net = network([(0, 1, 1)], 2)
    for strength, decay in (({0: 2.0}, 0.5), ({0: 1.0}, 1.5), ({5: 1.0}, 0.5)):
        with pytest.raises(ValueError, match=r"0 to 1"):
            spread(net, strength, decay=decay, floor=0)
    with pytest.raises(ValueError, match="0 to 1"):
        weighted(net.graph, np.zeros(1, np.int32), np.zeros(1, np.uint8), np.array([1.5]), np.array([1.0]))
    with pytest.raises(ValueError, match="one source"):
        walk_of(net, {0: 0.0})
    with pytest.raises(ValueError, match="damping"):
        ppr(walk_of(net, {0: 1.0}), 1.0)


@pytest.mark.parametrize("seed", range(5))
def test_ppr_is_that_of_networkx_and_its_parts_add_up(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(20):
        count = draw.randint(2, 8)
        links = [(draw.randrange(count), draw.randrange(count), draw.randrange(4)) for _ in range(draw.randint(0, 14))]
        sources = {draw.randrange(count): draw.choice([1.0, 0.5]) for _ in range(draw.randint(1, 3))}
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from(range(count))
        for (a, b), weights in step_weights(links).items():
            graph.add_edge(a, b, weight=float(sum(weight for weight, _ in weights)))
        wanted = nx.pagerank(graph, alpha=0.85, personalization=sources, tol=1e-13, max_iter=1000)
        walk = walk_of(network(links, count), sources)
        found = ppr(walk, 0.85)
        assert found == pytest.approx([wanted[entity] for entity in range(count)], abs=1e-9)
        assert found.sum() == pytest.approx(1)
        for target in range(count):
            parts = ppr_parts(walk, 0.85, found, target)
            assert sum(parts.by_source.values()) == pytest.approx(found[target], abs=1e-9)
            assert sum(parts.by_link.values()) + parts.restart == pytest.approx(found[target], abs=1e-9)
            assert set(parts.by_source) == set(sources)
            alone = {s: sources[s] / sum(sources.values()) * ppr(walk_of(network(links, count), {s: 1.0}), 0.85)[target]
                     for s in sources}  # fmt: skip
            if not walk.ends.any():  # else the way back depends on all sources
                assert parts.by_source == pytest.approx(alone, abs=1e-9)


def test_ppr_leaves_hubs_out() -> None:
    walk = walk_of(network([(0, 1, 0), (1, 2, 0), (0, 3, 0)], 4), {0: 1.0}, np.array([False, True, False, False]))
    found = ppr(walk, 0.5)
    assert found == pytest.approx([2 / 3, 0, 0, 1 / 3])


def every_outcome(links: list[tuple[int, int, Fraction]], count: int, source: int) -> list[Fraction]:
    """The probability to be reached, over all states of all links."""
    found = [Fraction(0)] * count
    for states in product([False, True], repeat=len(links)):
        chance = Fraction(1)
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from(range(count))
        for (a, b, p), holds in zip(links, states, strict=True):
            chance *= p if holds else 1 - p
            if holds:
                graph.add_edge(a, b)
        for entity in {source, *nx.descendants(graph, source)}:
            found[entity] += chance
    return found


@pytest.mark.parametrize("seed", range(4))
def test_reliability_is_that_of_all_outcomes_and_noisy_or_that_of_trees(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(10):
        count = draw.randint(2, 5)
        links = [
            (draw.randrange(count), draw.randrange(count), Fraction(draw.randint(0, 4), 4))
            for _ in range(draw.randint(0, 7))
        ]
        nested: dict[int, dict[int, list[Fraction]]] = {}
        for a, b, p in links:
            nested.setdefault(a, {}).setdefault(b, []).append(p)
        one = {0: Fraction(1)}
        exact = reliability(nested, one, range(count))
        assert exact is not None
        assert [exact[entity] for entity in range(count)] == every_outcome(links, count, 0)
        tree = {draw.randrange(b): {b: [Fraction(draw.randint(0, 4), 4)]} for b in range(1, count)}
        assert noisy_or(tree, one, range(count)) == reliability(tree, one, range(count))


def test_noisy_or_on_a_cycle_is_the_least_solution() -> None:
    half = Fraction(1, 2)
    ring = {"S": {"A": [half]}, "A": {"B": [half]}, "B": {"A": [half]}}
    found = noisy_or(ring, {"S": Fraction(1)}, ["S", "A", "B"])
    # a = 1 - (1 - 1/2)(1 - a/4), so a = 4/7
    assert found == {"S": 1, "A": Fraction(4, 7), "B": Fraction(2, 7)}
    # b = 1 - (1 - a/2)(1 - a/4), so a^2 + 26 a - 16 = 0, which no fraction solves
    wild = ring | {"A": {"B": [half], "A2": [half]}, "A2": {"B": [half]}}
    assert noisy_or(wild, {"S": Fraction(1)}, ["S", "A", "A2", "B"]) is None


def test_the_policy_has_weights_for_every_kind() -> None:
    rules = risk_policy().on(date(2026, 11, 23))
    assert set(rules.weights) == set(EdgeKind.__args__)  # type: ignore[attr-defined]
    assert 0 < rules.floor < rules.decay <= 1
