"""Control and integrated ownership against brute force in exact fractions, on random charts with rings and blanks."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from charts import Drawn, brute_control, brute_owned, columns, draw, with_rules
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_graph.links.beneficial import Criterion, beneficial_owners, chains
from credit_graph.links.closure import closure
from credit_graph.links.exact import ExactOwnership
from credit_graph.links.forest import ControlForest, Status, control_forest
from credit_graph.links.ownership import owners
from credit_graph.links.rings import rings
from credit_graph.links.stakes import Gap, Stakes

HALF = Fraction(1, 2)


def forest_of(chart: Drawn, seed: int) -> tuple[Stakes, ControlForest]:
    holdings = columns(chart.n, chart.votes, chart.capital, seed)
    return holdings, control_forest(holdings)


def controlled(forest: ControlForest, n: int) -> dict[int, set[int]]:
    found = {x: set(forest.controlled(x)) for x in range(n)}
    assert found == {x: {y for y in range(n) if forest.controls(x, y)} for x in range(n)}
    return found


def expected_status(chart: Drawn, control: dict[int, set[int]]) -> dict[int, Status]:
    """What can be said of each company, from its definition."""
    shares, unlisted, blank = with_rules(chart)
    found = {}
    for y in range(chart.companies):
        above = {x for x in control if y in control[x]}
        holders = {h for h, z in shares if z == y} | blank[y]
        if above:
            inside = above <= control[y]  # all of them are controlled by y: a ring
            found[y] = Status.RING if inside else Status.CONTROLLED
            continue
        blocs = {frozenset({x} | control[x]) for x in range(chart.n)}
        largest = [bloc for bloc in blocs if not any(bloc < other for other in blocs)]
        has = {bloc: sum((shares.get((h, y), Fraction(0)) for h in bloc), Fraction(0)) for bloc in largest}
        may = {b: has[b] + (unlisted[y] if b & (blank[y] or holders) else 0) for b in largest}
        if not holders:
            found[y] = Status.UNDETERMINED
        elif has.get(frozenset({y} | control[y]), Fraction(0)) > HALF:
            found[y] = Status.ITSELF
        elif sum(votes == HALF for votes in has.values()) == 2:
            found[y] = Status.JOINT
        else:
            found[y] = Status.UNDETERMINED if unlisted[y] and max(may.values()) > HALF else Status.NONE
    return found


def check_control(seed: int) -> None:
    chart = draw(seed, blanks=seed % 3 == 0)
    shares, _, _ = with_rules(chart)
    expected = brute_control(chart.n, shares)
    holdings, forest = forest_of(chart, seed)
    assert controlled(forest, chart.n) == expected, seed
    assert {x: closure(holdings, x) for x in range(chart.n)} == expected, seed
    assert {y: Status(forest.status[y]) for y in range(chart.companies)} == expected_status(chart, expected), seed


def check_ownership(seed: int) -> None:
    chart = draw(seed, own=seed % 2 == 0)
    shares, _, _ = with_rules(chart)
    expected = brute_owned(chart.n, shares)
    holdings = columns(chart.n, chart.votes, chart.capital, seed)
    solver = ExactOwnership(holdings, rings(holdings))
    exact = {(h, y): share for y in range(chart.n) for h, share in (solver.owned(y) or {}).items() if h != y}
    assert exact == expected, seed
    line = [Fraction(1, 4), Fraction(1, 10), Fraction(1, 2)][seed % 3]
    rows = owners(holdings, line)
    found = dict(zip(zip(rows.owner.tolist(), rows.company.tolist(), strict=True), rows.share.tolist(), strict=True))
    assert found.keys() == {pair for pair, share in expected.items() if share >= line}, seed
    assert all(abs(share - float(expected[pair])) < 1e-5 for pair, share in found.items()), seed


def test_control_of_2000_random_charts() -> None:
    for seed in range(2000):
        check_control(seed)


def test_ownership_of_2000_random_charts() -> None:
    for seed in range(2000):
        check_ownership(seed)


@pytest.mark.slow
def test_20000_random_charts() -> None:
    for seed in range(100_000, 120_000):
        check_control(seed)
        check_ownership(seed)


def half_rule(n: int, shares: dict[tuple[int, int], Fraction]) -> dict[int, set[int]]:
    """Control where half is enough: by rounds, who alone has half of a company without a controller rules it."""
    ruled: dict[int, int] = {}
    while True:
        control = brute_control(n, shares, ruled)
        fresh = {}
        for y in set(range(n)) - ruled.keys() - set().union(*control.values()):
            has = {x: sum((shares.get((h, y), Fraction(0)) for h in {x} | control[x]), Fraction(0)) for x in control}
            enough = [x for x, votes in has.items() if votes >= HALF]
            lowest = [x for x in enough if not any(z in control[x] for z in enough)]
            if len(lowest) == 1 and lowest[0] != y:
                fresh[y] = lowest[0]
        if not fresh:
            return control
        ruled |= fresh


def test_where_half_is_enough() -> None:
    different = 0
    for seed in range(300):
        chart = draw(seed)
        shares = dict(with_rules(chart)[0])
        holdings = columns(chart.n, chart.votes, chart.capital, seed)
        expected = half_rule(chart.n, shares)
        if any(x in expected[y] for x in expected for y in expected[x]):
            continue  # rings of exact halves: the rounds of the definition above don't move a company deeper
        assert controlled(control_forest(holdings, at_exactly_half=True), chart.n) == expected, seed
        different += expected != brute_control(chart.n, shares)
    assert different > 50


def test_who_rules_goes_before_votes() -> None:
    for seed in range(150):
        chart = draw(seed)
        ruled = np.full(chart.n, -1, np.int32)
        ruled[0] = chart.n - 1
        holdings = columns(chart.n, chart.votes, chart.capital, seed)
        forest = control_forest(holdings, ruled=ruled)
        expected = brute_control(chart.n, with_rules(chart)[0], {0: chart.n - 1})
        assert controlled(forest, chart.n) == expected, seed
        assert {x: closure(holdings, x, ruled=ruled) for x in range(chart.n)} == expected, seed


def test_possible_control_is_what_some_filling_of_the_gaps_gives() -> None:
    for seed in range(60):
        chart = draw(seed, blanks=True, own=False)
        holdings = columns(chart.n, chart.votes, chart.capital, seed, infer_residual=False)
        for x in range(chart.n):
            everything = closure(holdings, x, possible=True)
            assert union_of_fillings(chart, x, everything | {x}) == everything, seed


def union_of_fillings(chart: Drawn, x: int, reach: set[int]) -> set[int]:
    """What ``x`` controls under any way of giving each company's missing votes to one blank holder or, where there
    is none and anyone within reach is on the list, to ``x``."""
    options = []
    for y in range(chart.companies):
        listed = {h: v for (h, z), v in chart.votes.items() if z == y}
        rest = 100 - sum(v or 0 for v in listed.values())
        blanks = [h for h, v in listed.items() if v is None]
        takers = blanks or ([x] if reach & listed.keys() and x != y else [])
        options.append([(h, y, rest) for h in takers] if rest and takers else [None])
    found = set()
    for filling in product(*options):
        filled = {pair: Fraction(v, 100) for pair, v in chart.votes.items() if v}
        for h, y, rest in (part for part in filling if part):
            filled[h, y] = filled.get((h, y), Fraction(0)) + Fraction(rest, 100)
        found |= brute_control(chart.n, filled)[x]
    return found


@st.composite
def drawn(draw_: Any) -> Drawn:
    return draw(draw_(st.integers(0, 10**9)), blanks=draw_(st.booleans()))


@settings(max_examples=60, deadline=None)
@given(drawn(), st.integers(0, 1000), st.integers(0, 1000))
def test_the_order_of_the_rows_does_not_matter(chart: Drawn, one: int, other: int) -> None:
    first, second = forest_of(chart, one)[1], forest_of(chart, other)[1]
    for field in ("parent", "ring", "root", "basis", "status", "near_line"):
        assert getattr(first, field).tolist() == getattr(second, field).tolist()


@settings(max_examples=60, deadline=None)
@given(drawn(), st.data())
def test_more_votes_of_a_controlled_company_never_end_control(chart: Drawn, data: Any) -> None:
    _, forest = forest_of(chart, 0)
    control = controlled(forest, chart.n)
    x = data.draw(st.sampled_from(range(chart.n)))
    if not control[x] or any(v is None for v in chart.votes.values()):
        return
    h = data.draw(st.sampled_from(sorted(control[x])))
    y = data.draw(st.sampled_from(range(chart.companies)))
    rest = 100 - sum(v or 0 for (_, z), v in chart.votes.items() if z == y)
    if h == y or rest < 1:
        return
    more = {**chart.votes, (h, y): (chart.votes.get((h, y)) or 0) + data.draw(st.integers(1, rest))}
    _, after = forest_of(Drawn(chart.n, chart.companies, more), 0)
    assert control[x] - {x} <= controlled(after, chart.n)[x] | {x}


@settings(max_examples=60, deadline=None)
@given(drawn())
def test_at_most_four_own_a_quarter_and_chains_add_up(chart: Drawn) -> None:
    holdings, forest = forest_of(chart, 0)
    person = np.arange(chart.n) >= chart.companies
    rows = beneficial_owners(holdings, forest, person)
    for y in range(chart.companies):
        here = [i for i in range(len(rows.company)) if rows.company[i] == y and rows.criteria[i] & Criterion.EQUITY]
        assert len(here) <= 4
    circular = rings(holdings)
    solver = ExactOwnership(holdings, circular)
    for y in range(chart.companies):
        for h, share in (solver.owned(y) or {}).items():
            found, complete = chains(holdings, h, y)
            total = sum((chain.share for chain in found), Fraction(0))
            assert complete
            assert [c.share for c in found] == sorted((c.share for c in found), reverse=True)
            if (circular.ring < 0).all():
                assert total == share
            elif h != y:
                assert total <= share


def test_a_gap_never_gives_a_firm_no() -> None:
    for seed in range(300):
        chart = draw(seed, blanks=True)
        holdings, forest = forest_of(chart, seed)
        for y in range(chart.companies):
            if forest.status[y] == Status.UNDETERMINED:
                assert holdings.gap[y] in (Gap.UNLISTED, Gap.BLANK, Gap.NO_HOLDERS)
