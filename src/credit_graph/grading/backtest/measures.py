"""The figures of one arm, and how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from credit_graph.grading.backtest.ranking import (
    Curves,
    Flags,
    Floats,
    Interval,
    Ints,
    auc,
    interval,
    ks,
    lift,
    resampled,
    roc,
    wilson,
)
from credit_graph.grading.backtest.rules import BacktestRules


@dataclass(frozen=True, slots=True)
class Cases:
    """Who was looked at: ``risk`` and ``level`` of an arm, ``found``, ``weight``, ``group`` (0 … k-1), item by item."""

    risk: Floats
    level: pd.Series
    found: Flags
    weight: Floats
    group: Ints


@dataclass(frozen=True, slots=True)
class LevelRate:
    """How often something was found in a class: ``share`` of all firms, as the weights tell; rate with its interval."""

    level: str
    looked_at: int
    found: int
    share: float
    rate: Interval


@dataclass(frozen=True, slots=True)
class Bin:
    """Firms of like expectation: what was ``expected`` of them, and what came."""

    looked_at: int
    expected: float
    rate: Interval


@dataclass(frozen=True, slots=True)
class Calibration:
    """Expected against found. ``brier``: mean squared error; ``error``: mean distance of the bins, by weight."""

    bins: list[Bin]
    brier: float
    error: float


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of one arm."""

    auc: float
    ks: float
    lift: float
    levels: list[LevelRate]
    roc: tuple[Floats, Floats]
    calibration: Calibration | None


def measures(cases: Cases, levels: Sequence[str], rules: BacktestRules, expected: Floats | None) -> Measures:
    """All figures of an arm; ``expected``: the chance given to each item beforehand (:func:`expectations`)."""
    steps = Curves(cases.risk).steps(cases.found, cases.weight)
    told = [_level(cases, level, rules.confidence) for level in levels]
    calibration = None if expected is None else calibrate(expected, cases.found, cases.weight, rules)
    return Measures(auc(steps), ks(steps), lift(steps, rules.top_percent / 100), told, roc(steps), calibration)


def _level(cases: Cases, level: str, confidence: float) -> LevelRate:
    mine = (cases.level == level).to_numpy()
    found, weight = cases.found[mine], cases.weight[mine]
    share = float(weight.sum() / cases.weight.sum()) if len(cases.weight) else float("nan")
    return LevelRate(level, int(mine.sum()), int(found.sum()), share, wilson(found, weight, confidence))


def expectations(before: Cases, after: Cases, fold_before: Ints, fold_after: Ints) -> Floats:
    """The chance to expect of each later case, learnt from the earlier ones of other folds only.

    By isotonic regression (a higher risk is never expected to be better), linear between the risks seen.
    """
    result = np.full(len(after.risk), np.nan)
    for fold in np.unique(fold_after).tolist():
        learnt, asked = fold_before != fold, fold_after == fold
        result[asked] = _learnt(before.risk[learnt], before.found[learnt], before.weight[learnt], after.risk[asked])
    return result


def _learnt(risk: Floats, found: Flags, weight: Floats, asked: Floats) -> Floats:
    if not len(risk):
        return np.full(len(asked), np.nan)
    seen, place = np.unique(risk, return_inverse=True)
    total = np.bincount(place, weight)
    rate = np.bincount(place, weight * found) / total
    fitted: Floats = np.interp(asked, seen, isotonic_regression(rate, weights=total).x)
    return fitted


def calibrate(expected: Floats, found: Flags, weight: Floats, rules: BacktestRules) -> Calibration | None:
    """Bins of about equal weight by expectation; firms of one expectation stay together. ``None``: nothing expected."""
    told = ~np.isnan(expected)
    expected, found, weight = expected[told], found[told], weight[told]
    if not len(expected):
        return None
    order = np.argsort(expected, kind="stable")
    expected, found, weight = expected[order], found[order], weight[order]
    _, starts, place = np.unique(expected, return_index=True, return_inverse=True)
    middle = (np.cumsum(weight) - weight / 2)[starts] / weight.sum()
    number = np.minimum((middle * rules.bins).astype(np.int64), rules.bins - 1)[place]
    bins, error = [], 0.0
    for one in np.unique(number).tolist():
        mine = number == one
        mean = float(np.average(expected[mine], weights=weight[mine]))
        rate = wilson(found[mine], weight[mine], rules.confidence)
        bins.append(Bin(int(mine.sum()), mean, rate))
        error += abs(mean - rate.value) * float(weight[mine].sum() / weight.sum())
    return Calibration(bins, float(np.average((expected - found) ** 2, weights=weight)), error)


def difference(policy: Cases, other: Cases, rules: BacktestRules, random: np.random.Generator) -> Interval:
    """AUC of the policy less that of another arm over the same items, between percentiles of resampled groups."""
    one, two = Curves(policy.risk), Curves(other.risk)
    found, weight = policy.found, policy.weight

    def gap(times: Floats) -> float:
        return auc(one.steps(found, weight * times)) - auc(two.steps(found, weight * times))

    group = np.unique(policy.group, return_inverse=True)[1]
    drawn = [gap(times) for times in resampled(group, rules.bootstrap, random)]
    return interval(gap(np.ones(len(weight))), np.array(drawn), rules.confidence)
