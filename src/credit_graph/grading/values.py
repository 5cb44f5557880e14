"""What an indicator found for every enterprise, and how that becomes points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from credit_graph.grading.columns import NOTHING, Flags, Numbers, Rows, Said
from credit_graph.grading.facts import Facts, Table
from credit_graph.grading.rules import Indicator

MOST_PERCENT = 10**9  # per cent beyond this differ in nothing
Tell = Callable[[], Said]


def small(numbers: Numbers) -> npt.NDArray[np.signedinteger]:
    """The same numbers with as few bytes each as all of them need."""
    low, high = numbers.min(initial=0), numbers.max(initial=0)
    if low == high:  # all are 0, as of most indicators that look at others
        return np.broadcast_to(np.int8(0), numbers.shape)
    for kind in (np.int8, np.int16, np.int32):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return numbers.astype(kind)
    return numbers


@dataclass(frozen=True, slots=True)
class Value:
    """Per enterprise, by place: whole ``numbers``; ``known``: whether there is data (0 may be a finding).

    ``said``: gives the statements counted; ``path``: those that lead to related firms and persons. ``younger``: the
    numbers of each step of the decay, the shortest span first; without decay empty.
    """

    numbers: Numbers
    known: Flags
    said: Tell
    path: Tell
    younger: tuple[Numbers, ...] = ()


def points_of(rule: Indicator, value: Value) -> Numbers:
    """Points per enterprise: by bands (right-open), with decay the sum of what each span adds at its per cent, rounded
    down; at most the cap. No data, no points.

    With per cents p(1) > p(2) > … of the spans and numbers v(1) ≤ v(2) ≤ … within them the points are
    Σ (p(k) - p(k+1)) · bands(v(k)) / 100: each fact counts by its age, and one more never lowers the sum.
    """
    if rule.decay:
        percents = [*(step.percent for step in rule.decay), 0]
        weights = [percents[place] - percents[place + 1] for place in range(len(rule.decay))]
        parts = [weight * _banded(rule, numbers) for weight, numbers in zip(weights, value.younger, strict=True)]
        points: Numbers = sum(parts[1:], parts[0]) // 100
    else:
        points = _banded(rule, value.numbers)
    result: Numbers = np.where(value.known, np.minimum(points, rule.cap), 0)
    return result


def _banded(rule: Indicator, numbers: Numbers) -> Numbers:
    starts = [band.from_ for band in rule.bands]
    points = np.array([0, *(band.points for band in rule.bands)], dtype=np.int64)
    result: Numbers = points[np.searchsorted(starts, numbers, side="right")]
    return result


def nothing() -> Said:
    """No statement."""
    return NOTHING


def no_data(facts: Facts) -> Value:
    """Of nobody: no source is loaded."""
    return Value(facts.nobody, np.zeros(facts.count, np.bool_), nothing, nothing)


def found_of_all(facts: Facts, numbers: Numbers, said: Tell, path: Tell = nothing) -> Value:
    """A value of everybody: nothing found in a source that is loaded is 0."""
    return Value(numbers, np.ones(facts.count, np.bool_), said, path)


def of_rows(facts: Facts, table: Table, rows: Rows, numbers: Numbers) -> Value:
    """Values that one statement each gives."""
    values, known = facts.nobody.copy(), np.zeros(facts.count, np.bool_)
    values[table.firm[rows]], known[table.firm[rows]] = numbers, True
    return Value(values, known, lambda: Said(table.firm[rows], rows, table.sids), nothing)
