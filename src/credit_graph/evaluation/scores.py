"""Scores of what was found against what is true: sets, clusters, rankings. Pure functions of numbers and labels."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Rates:
    """Counts of a set that was found against the true one: right, found in all, true in all."""

    right: int
    found: int
    true: int

    @property
    def precision(self) -> float:
        """Share of what was found that is true; 1 where nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what is true that was found; 1 where there is nothing to find."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def rates(found: Collection[Hashable], true: Collection[Hashable]) -> Rates:
    """Rates of a set."""
    return Rates(len(set(found) & set(true)), len(set(found)), len(set(true)))


@dataclass(frozen=True, slots=True)
class Clustering:
    """B-cubed (Bagga and Baldwin 1998): per item the share of its cluster, and of its true cluster, that is shared."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def bcubed(found: Sequence[Hashable], true: Sequence[Hashable]) -> Clustering:
    """B-cubed of two clusterings of the same items: label per item. Two clusterings of nothing agree."""
    if len(found) != len(true):
        raise ValueError("labels of different items")
    if not len(found):
        return Clustering(1.0, 1.0)
    a, b = pd.factorize(np.asarray(found))[0], pd.factorize(np.asarray(true))[0]
    _, place, both = np.unique(a.astype(np.int64) * len(b) + b, return_inverse=True, return_counts=True)
    shared = both[place]
    return Clustering(float(np.mean(shared / np.bincount(a)[a])), float(np.mean(shared / np.bincount(b)[b])))


def average_precision(score: ArrayLike, right: Sequence[bool], true: int) -> float:
    """Area under the curve of precision by recall, as steps: what was ranked, and how many there are to find.

    Items of one score are taken together, so that their order does not matter; what was not ranked is never found.
    """
    if not true:
        return 1.0
    hits, ranked = _curve(score, right)
    gained = np.diff(np.r_[0, hits])
    return float((gained * (hits / ranked)).sum() / true)


def precision_at(score: ArrayLike, right: Sequence[bool], first: int) -> float:
    """Share of the ``first`` items that are right; of a score that only partly fits in, its share.

    Fewer items than ``first`` count as wrong where they are missing.
    """
    hits, ranked = _curve(score, right)
    place = int(np.searchsorted(ranked, first))
    if place == len(ranked):
        return float(hits[-1] / first) if len(hits) else 0.0
    before = (hits[place - 1], ranked[place - 1]) if place else (0, 0)
    part = (first - before[1]) / (ranked[place] - before[1])
    return float((before[0] + part * (hits[place] - before[0])) / first)


def _curve(score: ArrayLike, right: Sequence[bool]) -> tuple[Any, Any]:
    """Right ones and items in all down to the end of each score, from the best."""
    scores, rights = np.asarray(score, np.float64), np.asarray(right, np.int64)
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(rights[order])
    last = np.flatnonzero(np.r_[scores[order][1:] != scores[order][:-1], True][: len(scores)])
    return hits[last], last + 1
