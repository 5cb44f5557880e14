"""Figures of a backtest: what to expect, how it fits, intervals, and that a draw counts as often as it weighs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from backtestcity import RULES

from credit_graph.grading.backtest.compare import _permutations
from credit_graph.grading.backtest.measures import Cases, calibrate, difference, expectations, measures
from credit_graph.grading.backtest.ranking import Curves, auc

FEW = RULES.model_copy(update={"bootstrap": 200, "permutations": 60, "rewirings": 3})


def cases(risk: list[float], found: list[bool], weight: list[float] | None = None) -> Cases:
    weights = np.array(weight or [1.0] * len(risk))
    level = pd.Series(["A"] * len(risk))
    return Cases(np.array(risk, float), level, np.array(found), weights, np.arange(len(risk)))


def isotone(risk: np.ndarray, found: np.ndarray, weight: np.ndarray) -> dict[float, float]:
    """Isotonic regression by its min-max formula."""
    levels = np.unique(risk)

    def mean(low: float, high: float) -> float:
        part = (risk >= low) & (risk <= high)
        return float((weight * found)[part].sum() / weight[part].sum())

    return {x: max(min(mean(a, b) for b in levels if b >= x) for a in levels if a <= x) for x in levels}


def test_expectations_come_from_other_groups_only() -> None:
    draw = np.random.default_rng(5)
    risk, found = draw.integers(0, 6, 80).astype(float), draw.random(80) < 0.4
    weight, fold = draw.choice([1.0, 5.0], 80), draw.integers(0, 3, 80)
    earlier, later = cases(risk.tolist(), found.tolist(), weight.tolist()), cases([0, 2, 5], [True, False, True])
    told = expectations(earlier, later, fold, np.array([0, 1, 2]))
    for place, (asked, number) in enumerate(zip([0.0, 2.0, 5.0], [0, 1, 2], strict=True)):
        others = fold != number
        expected = isotone(risk[others], found[others], weight[others])
        assert told[place] == pytest.approx(expected[asked])
    # the outcome of a group's own firms changes nothing of what is expected of it
    mine = fold == 1
    other = cases(risk.tolist(), (found ^ mine).tolist(), weight.tolist())
    assert expectations(other, later, fold, np.array([1, 1, 1])) == pytest.approx(
        expectations(earlier, later, fold, np.array([1, 1, 1]))
    )
    assert np.isnan(expectations(earlier, later, np.zeros(80, int), np.zeros(3, int))).all()


def test_calibration_by_hand() -> None:
    two = RULES.model_copy(update={"bins": 2})
    expected, found = np.array([0.1, 0.1, 0.4, 0.6]), np.array([False, True, False, True])
    told = calibrate(expected, found, np.ones(4), two)
    assert told is not None
    assert [(one.looked_at, one.expected, one.rate.value) for one in told.bins] == [(2, 0.1, 0.5), (2, 0.5, 0.5)]
    assert told.brier == pytest.approx((0.01 + 0.81 + 0.16 + 0.16) / 4)
    assert told.error == pytest.approx(0.2)
    # a bin has about half of the weight, not of the draws, and a draw counts in its mean as it weighs
    told = calibrate(np.array([0.1, 0.2, 0.4, 0.6]), found, np.array([1.0, 3, 1, 7]), two)
    assert told is not None and [one.looked_at for one in told.bins] == [3, 1]
    assert [one.expected for one in told.bins] == pytest.approx([0.22, 0.6])
    # of one expectation none is put apart, however many bins there are
    one = calibrate(np.full(7, 0.3), np.arange(7) < 2, np.ones(7), RULES)
    assert one is not None and [part.looked_at for part in one.bins] == [7]
    assert calibrate(np.full(3, np.nan), np.zeros(3, bool), np.ones(3), RULES) is None


def repeated(one: Cases) -> Cases:
    """Every item as often as it weighs, each of weight one."""
    times = one.weight.astype(int)
    level = one.level.repeat(times.tolist()).reset_index(drop=True)
    found, weight = one.found.repeat(times), np.ones(times.sum())
    return Cases(one.risk.repeat(times), level, found, weight, one.group.repeat(times))


def test_a_draw_counts_as_often_as_it_weighs() -> None:
    """One with a probability of a quarter stands for four firms of its group: in every figure but the intervals of a
    class, which know how few were looked at."""
    draw = np.random.default_rng(3)
    found, weight = draw.random(60) < 0.4, draw.choice([1.0, 4.0], 60)
    one = cases((draw.integers(0, 9, 60) + 2.0 * found).tolist(), found.tolist(), weight.tolist())
    one = replace(one, level=pd.Series(draw.choice(["A", "B"], 60)), group=np.sort(draw.integers(0, 12, 60)))
    expected = draw.choice([0.1, 0.35, 0.6], 60)
    told = measures(one, ["A", "B"], RULES, expected)
    again = measures(repeated(one), ["A", "B"], RULES, expected.repeat(weight.astype(int)))
    assert (told.auc, told.ks, told.lift) == pytest.approx((again.auc, again.ks, again.lift))
    shares = [[(level.share, level.rate.value) for level in side.levels] for side in (told, again)]
    assert np.array(shares[0]) == pytest.approx(np.array(shares[1]))
    fits = [side.calibration for side in (told, again) if side.calibration is not None]
    assert (fits[0].brier, fits[0].error) == pytest.approx((fits[1].brier, fits[1].error))
    bins = [[(part.expected, part.rate.value) for part in fit.bins] for fit in fits]
    assert len(bins[0]) == 3 and np.array(bins[0]) == pytest.approx(np.array(bins[1]))
    other = replace(one, risk=draw.integers(0, 9, 60).astype(float))
    pairs = (one, other), (repeated(one), repeated(other))
    gaps = [difference(mine, its, FEW, np.random.default_rng(11)) for mine, its in pairs]
    assert (gaps[0].value, gaps[0].low, gaps[0].high) == pytest.approx((gaps[1].value, gaps[1].low, gaps[1].high))
    once = FEW.model_copy(update={"permutations": 1})
    dealt = np.random.default_rng(2).permutation(found)
    draws, middle = _permutations(one, once, np.random.default_rng(2))
    assert draws.tolist() == [auc(Curves(one.risk).steps(dealt, weight))]
    assert middle.found.tolist() == dealt.tolist()


def test_the_interval_is_that_of_resampled_groups() -> None:
    draw = np.random.default_rng(7)
    group = np.sort(draw.integers(0, 12, 60))
    found = draw.random(60) < 0.4
    one, two = draw.integers(0, 9, 60) + 3.0 * found, draw.integers(0, 9, 60).astype(float)
    sides = [replace(cases(score.tolist(), found.tolist()), group=group) for score in (one, two)]
    told = difference(sides[0], sides[1], FEW, np.random.default_rng(11))

    random, gaps = np.random.default_rng(11), []
    labels = np.unique(group)
    for _ in range(FEW.bootstrap):
        chosen = np.concatenate([np.flatnonzero(group == labels[n]) for n in random.integers(0, 12, 12)])
        pair = [auc(Curves(score[chosen]).steps(found[chosen], np.ones(len(chosen)))) for score in (one, two)]
        gaps.append(pair[0] - pair[1])
    assert (told.low, told.high) == pytest.approx(tuple(np.percentile(gaps, [2.5, 97.5])))
