"""Scores against brute force and numbers worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_graph.evaluation.scores import Rates, average_precision, bcubed, precision_at, rates


def test_rates_of_sets() -> None:
    found = rates({1, 2, 3, 4}, {3, 4, 5})
    assert found == Rates(right=2, found=4, true=3)
    assert [found.precision, found.recall, found.f1] == pytest.approx([0.5, 2 / 3, 4 / 7])
    nothing = rates(set(), {1})
    assert [nothing.precision, nothing.recall, nothing.f1] == [1.0, 0.0, 0.0]
    assert rates(set(), set()).f1 == 1.0


def test_bcubed_by_hand() -> None:
    # the example of Amigó et al. (2009): items 1-3 and 4-5 are true clusters, found as 1-2 and 3-5
    result = bcubed([*"aabbb"], [*"xxxyy"])
    # precision: 1 and 2: 1 each, 3: 1/3, 4 and 5: 2/3 each; recall: 1 and 2: 2/3 each, 3: 1/3, 4 and 5: 1 each
    assert result.precision == pytest.approx((2 + 1 / 3 + 4 / 3) / 5)
    assert result.recall == pytest.approx((4 / 3 + 1 / 3 + 2) / 5)
    assert bcubed([], []).f1 == 1.0
    with pytest.raises(ValueError, match="different items"):
        bcubed([*"ab"], [*"a"])


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_bcubed_by_its_definition(labels: list[tuple[int, int]]) -> None:
    found, true = [a for a, _ in labels], [b for _, b in labels]
    places = range(len(labels))
    precision = recall = Fraction(0)
    for i in places:
        together = {j for j in places if found[j] == found[i]}
        belong = {j for j in places if true[j] == true[i]}
        precision += Fraction(len(together & belong), len(together))
        recall += Fraction(len(together & belong), len(belong))
    result = bcubed(found, true)
    assert result.precision == pytest.approx(float(precision / len(labels)))
    assert result.recall == pytest.approx(float(recall / len(labels)))
    assert bcubed(true, found).f1 == pytest.approx(result.f1)
    assert bcubed(true, true).f1 == 1.0


def test_average_precision_by_hand() -> None:
    # right at ranks 1, 3 and 4 of five; a fourth true one was not ranked
    score, right = [0.9, 0.8, 0.7, 0.6, 0.5], [True, False, True, True, False]
    assert average_precision(score, right, 4) == pytest.approx((1 + 2 / 3 + 3 / 4) / 4)
    # two of one score count together, whatever their order
    assert average_precision([1, 1, 0], [True, False, True], 2) == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert average_precision([1, 1, 0], [False, True, True], 2) == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert average_precision([], [], 3) == 0.0
    assert average_precision([1], [False], 0) == 1.0


def test_precision_of_the_first() -> None:
    score, right = [0.9, 0.8, 0.7, 0.6], [True, True, False, True]
    assert [precision_at(score, right, k) for k in (1, 2, 3, 4)] == [1, 1, pytest.approx(2 / 3), 0.75]
    assert precision_at(score, right, 6) == 0.5  # two are missing
    assert precision_at([], [], 3) == 0.0
    # of four with one score two fit in, half of them right
    assert precision_at([1, 1, 1, 1], [True, False, False, True], 2) == 0.5


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=25), st.integers(1, 30))
def test_rankings_by_brute_force(items: list[tuple[int, bool]], first: int) -> None:
    score, right = [a for a, _ in items], [b for _, b in items]
    true = sum(right)
    area, before = Fraction(0), 0
    for level in sorted(set(score), reverse=True):
        above = [b for a, b in items if a >= level]
        area += (sum(above) - before) * Fraction(sum(above), len(above))
        before = sum(above)
    assert average_precision(score, right, true) == pytest.approx(float(area / true) if true else 1.0)
    expected, room = Fraction(0), first
    for level in sorted(set(score), reverse=True):
        here = [b for a, b in items if a == level]
        expected += Fraction(sum(here) * min(room, len(here)), len(here))
        room -= min(room, len(here))
    assert precision_at(score, right, first) == pytest.approx(float(expected / first))
