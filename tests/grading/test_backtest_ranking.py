"""Figures of a ranking against plain loops over all pairs, thresholds and subsets."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp, mannwhitneyu

from credit_graph.grading.backtest.ranking import (
    Curves,
    Flags,
    Floats,
    auc,
    influence,
    interval,
    ks,
    lift,
    resampled,
    roc,
    wilson,
)

Items = tuple[Floats, Flags, Floats]


def case_of(seed: int) -> Items:
    """Scores with many ties, weights far apart, something found and something not."""
    draw = np.random.default_rng(seed)
    size = int(draw.integers(2, 30))
    found = draw.random(size) < draw.random()
    found[:2] = [True, False]
    return draw.integers(0, 7, size).astype(float), found, draw.choice([1.0, 2.0, 20.0], size)


def items() -> st.SearchStrategy[Items]:
    return st.builds(case_of, st.integers(0, 10**9))


def pairs(score: Floats, found: Flags, weight: Floats) -> float:
    """The AUC by its definition."""
    gained = total = 0.0
    for i, j in product(np.flatnonzero(found), np.flatnonzero(~found)):
        both = weight[i] * weight[j]
        total += both
        gained += both * ((score[i] > score[j]) + 0.5 * (score[i] == score[j]))
    return gained / total


@given(items())
def test_auc_is_the_chance_that_a_pair_is_in_order(case: Items) -> None:
    score, found, weight = case
    assert auc(Curves(score).steps(found, weight)) == pytest.approx(pairs(*case))


@given(items())
def test_without_weights_auc_and_ks_are_scipys(case: Items) -> None:
    score, found, _ = case
    steps = Curves(score).steps(found, np.ones(len(score)))
    u = mannwhitneyu(score[found], score[~found]).statistic
    assert auc(steps) == pytest.approx(u / (found.sum() * (~found).sum()))
    assert ks(steps) == pytest.approx(ks_2samp(score[found], score[~found], method="asymp").statistic)


@given(items())
def test_ks_is_the_widest_gap_over_all_thresholds(case: Items) -> None:
    score, found, weight = case
    shares = [
        [weight[(score >= line) & part].sum() / weight[part].sum() for part in (found, ~found)] for line in range(8)
    ]
    assert ks(Curves(score).steps(found, weight)) == pytest.approx(max(abs(a - b) for a, b in shares))


@given(items(), st.sampled_from([0.05, 0.2, 0.5]))
def test_lift_fills_the_top_share_a_sliver_at_a_time(case: Items, share: float) -> None:
    score, found, weight = case
    left = share * weight.sum()
    gained = 0.0
    for level in sorted(set(score), reverse=True):
        mine = score == level
        part = min(1.0, left / weight[mine].sum())
        gained += part * weight[mine & found].sum()
        left -= part * weight[mine].sum()
    rate = weight[found].sum() / weight.sum()
    expected = gained / (share * weight.sum()) / rate
    assert lift(Curves(score).steps(found, weight), share) == pytest.approx(expected)


@given(items())
def test_the_area_under_the_curve_is_the_auc(case: Items) -> None:
    score, found, weight = case
    steps = Curves(score).steps(found, weight)
    x, y = roc(steps)
    assert (x[0], y[0], x[-1], y[-1]) == pytest.approx((0, 0, 1, 1))
    assert float(((x[1:] - x[:-1]) * (y[1:] + y[:-1]) / 2).sum()) == pytest.approx(auc(steps))


@given(items())
def test_one_order_serves_all_weights(case: Items) -> None:
    score, found, weight = case
    curves, times = Curves(score), np.arange(len(score)) % 3.0
    kept = times > 0
    expected = Curves(score[kept]).steps(found[kept], (weight * times)[kept])
    again = curves.steps(found, weight * times)
    assert (again.found.sum(), again.other.sum()) == pytest.approx((expected.found.sum(), expected.other.sum()))
    if found[kept].any() and not found[kept].all():
        assert auc(again) == pytest.approx(pairs(score[kept], found[kept], (weight * times)[kept]))


def test_where_nothing_or_everything_was_found_nothing_is_said() -> None:
    for found in (np.zeros(3, bool), np.ones(3, bool), np.zeros(0, bool)):
        steps = Curves(np.arange(len(found), dtype=float)).steps(found, np.ones(len(found)))
        assert math.isnan(auc(steps)) and math.isnan(ks(steps))
    assert math.isnan(lift(Curves(np.zeros(3)).steps(np.zeros(3, bool), np.ones(3)), 0.5))


@pytest.mark.parametrize(
    ("hits", "size", "low", "high"),
    [(10, 100, 0.05523, 0.17437), (1, 10, 0.01788, 0.40415), (0, 10, 0.0, 0.27753), (10, 10, 0.72247, 1.0)],
)
def test_wilson_intervals_as_tables_give_them(hits: int, size: int, low: float, high: float) -> None:
    found = np.arange(size) < hits
    told = wilson(found, np.ones(size), 0.95)
    assert told.value == hits / size
    assert (told.low, told.high) == pytest.approx((low, high), abs=1e-5)


@given(st.integers(1, 40), st.integers(0, 40), st.sampled_from([0.8, 0.95, 0.99]))
def test_a_wilson_bound_is_as_far_as_its_own_error(hits: int, others: int, confidence: float) -> None:
    found = np.arange(hits + others) < hits
    told = wilson(found, np.full(len(found), 7.0), confidence)  # equal weights change nothing
    z = {0.8: 1.2815515655, 0.95: 1.9599639845, 0.99: 2.5758293035}[confidence]
    for bound in (told.low, told.high):
        if 0 < bound < 1:
            error = math.sqrt(bound * (1 - bound) / len(found))
            assert abs(told.value - bound) == pytest.approx(z * error, rel=1e-6)


def test_unequal_weights_count_as_fewer_items() -> None:
    found = np.array([True, False] * 50)
    even, uneven = np.ones(100), np.where(np.arange(100) < 10, 100.0, 1.0)
    assert wilson(found, uneven, 0.95).value == pytest.approx(0.5)
    widths = [told.high - told.low for told in (wilson(found, w, 0.95) for w in (even, uneven))]
    assert widths[1] > 2 * widths[0]  # ten items carry nearly everything


@given(items())
def test_what_items_add_to_the_error_is_delongs_variance(case: Items) -> None:
    score, found, _ = case
    value, part = influence(score, found, np.ones(len(score)))
    above = np.array([[(a > b) + 0.5 * (a == b) for b in score[~found]] for a in score[found]])
    assert value == pytest.approx(above.mean())
    by_found, by_other = above.mean(axis=1), above.mean(axis=0)
    variance = ((by_found - value) ** 2).sum() / len(by_found) ** 2
    variance += ((by_other - value) ** 2).sum() / len(by_other) ** 2
    assert (part**2).sum() == pytest.approx(variance, abs=1e-12)
    assert part.sum() == pytest.approx(0, abs=1e-9)


@given(items())
def test_the_weighted_error_is_that_of_repeated_items(case: Items) -> None:
    """A weight of two is the item twice, in one group."""
    score, found, weight = case
    times = weight.astype(int)
    value, part = influence(score, found, weight)
    again, parts = influence(score.repeat(times), found.repeat(times), np.ones(times.sum()))
    assert again == pytest.approx(value)
    assert np.bincount(np.arange(len(score)).repeat(times), parts) == pytest.approx(part, abs=1e-12)


def test_whole_groups_are_drawn() -> None:
    groups = np.array([0, 0, 1, 2, 2, 2])
    drawn = list(resampled(groups, 500, np.random.default_rng(3)))
    for times in drawn:
        assert times[0] == times[1] and times[3] == times[4] == times[5]
        assert times[0] + times[2] + times[3] == 3
    assert np.mean([times[2] for times in drawn]) == pytest.approx(1, abs=0.15)


def test_an_interval_is_between_percentiles() -> None:
    draws = np.append(np.arange(101) / 100, np.nan)
    assert interval(0.5, draws, 0.9) == pytest.approx((0.5, 0.05, 0.95))
    assert math.isnan(interval(0.5, np.array([np.nan]), 0.9).low)
