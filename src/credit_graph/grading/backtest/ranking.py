"""How well numbers order what happened: AUC, KS, lift, rates with Wilson intervals, each with weights.

``score``: float64 (n), higher means riskier; ``found``: bool (n), whether it happened; ``weight``: float64 (n), above
zero, one over the probability of having been looked at (Horvitz and Thompson 1952). Items of one score are taken
together, so that no order among them matters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


class Interval(NamedTuple):
    """An estimate and its two-sided interval; NaN where there is nothing to estimate from."""

    value: float
    low: float
    high: float


class Steps(NamedTuple):
    """Weights of what happened and of what did not per distinct score, the highest first."""

    found: Floats
    other: Floats


class Curves:
    """Scores sorted once, to be summed under many weights: of resampled groups, of permuted outcomes."""

    def __init__(self, score: Floats) -> None:
        self.order = np.argsort(-score, kind="stable")
        ordered = score[self.order]
        self._starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(score) else np.empty(0, int)

    def steps(self, found: Flags, weight: Floats) -> Steps:
        """Sums per distinct score."""
        if not len(self.order):
            return Steps(np.empty(0), np.empty(0))
        happened, weights = found[self.order], weight[self.order]
        positive = np.add.reduceat(np.where(happened, weights, 0.0), self._starts)
        return Steps(positive, np.add.reduceat(np.where(happened, 0.0, weights), self._starts))


def auc(steps: Steps) -> float:
    """Chance that a case that happened scores higher than one that did not, ties half; NaN if either is missing."""
    total = steps.found.sum() * steps.other.sum()
    if not total > 0:
        return float("nan")
    below = steps.other.sum() - np.cumsum(steps.other)
    return float((steps.found * (below + steps.other / 2)).sum() / total)


def ks(steps: Steps) -> float:
    """Kolmogorov-Smirnov: the widest gap between the two distributions of the score."""
    if not (steps.found.sum() > 0 and steps.other.sum() > 0):
        return float("nan")
    gap = np.cumsum(steps.found) / steps.found.sum() - np.cumsum(steps.other) / steps.other.sum()
    return float(np.abs(gap).max())


def lift(steps: Steps, share: float) -> float:
    """Rate among the riskiest ``share`` over the rate of all; of a score that only partly fits in, its share."""
    size = steps.found + steps.other
    if not steps.found.sum() > 0:
        return float("nan")
    limit = share * size.sum()
    before = np.cumsum(size) - size
    taken = np.clip((limit - before) / size, 0.0, 1.0)
    return float((taken * steps.found).sum() / limit / (steps.found.sum() / size.sum()))


def roc(steps: Steps) -> tuple[Floats, Floats]:
    """Points of the curve from (0, 0) to (1, 1): share of what did not happen, share of what did."""
    other, found = np.cumsum(steps.other) / steps.other.sum(), np.cumsum(steps.found) / steps.found.sum()
    return np.r_[0.0, other], np.r_[0.0, found]


def wilson(found: Flags, weight: Floats, confidence: float) -> Interval:
    """Rate with its Wilson score interval (Wilson 1927); with weights of the effective size (Kish 1965)."""
    if not len(found):
        return Interval(float("nan"), float("nan"), float("nan"))
    rate = float((weight * found).sum() / weight.sum())
    size = float(weight.sum() ** 2 / (weight**2).sum())
    z = float(ndtri(0.5 + confidence / 2))
    middle = (rate + z * z / (2 * size)) / (1 + z * z / size)
    half = z * np.sqrt(rate * (1 - rate) / size + z * z / (4 * size * size)) / (1 + z * z / size)
    # exactly 0 and 1 where nothing, or everything, happened: not a rounding error beside it
    return Interval(rate, 0.0 if rate == 0 else float(middle - half), 1.0 if rate == 1 else float(middle + half))


def resampled(groups: Ints, draws: int, random: np.random.Generator) -> Iterator[Floats]:
    """How often each item is drawn when whole groups are, with replacement (cluster bootstrap).

    ``groups``: the group of each item, 0 … k-1.
    """
    count = int(groups.max()) + 1 if len(groups) else 0
    for _ in range(draws):
        yield np.bincount(random.integers(0, count, count), minlength=count).astype(np.float64)[groups]


def interval(value: float, draws: Floats, confidence: float) -> Interval:
    """The estimate between the percentiles of its resampled values; NaN where none could be computed."""
    usable = draws[~np.isnan(draws)]
    if not len(usable):
        return Interval(value, float("nan"), float("nan"))
    low, high = np.percentile(usable, [50 - 50 * confidence, 50 + 50 * confidence])
    return Interval(value, float(low), float(high))


def influence(score: Floats, found: Flags, weight: Floats) -> tuple[float, Floats]:
    """The AUC, and how much each item adds to its error: summed by groups and squared, they add up to its variance.

    The linearised estimate (DeLong, DeLong and Clarke-Pearson 1988), with weights. Something must have been found, and
    not everywhere.
    """
    levels, place = np.unique(score, return_inverse=True)
    positive = np.bincount(place, np.where(found, weight, 0.0), len(levels))
    negative = np.bincount(place, np.where(found, 0.0, weight), len(levels))
    below = (np.cumsum(negative) - negative / 2) / negative.sum()  # of what was not found, by score
    above = 1 - (np.cumsum(positive) - positive / 2) / positive.sum()
    value = float((positive * below).sum() / positive.sum())
    part = np.where(found, (below[place] - value) / positive.sum(), (above[place] - value) / negative.sum())
    return value, weight * part
