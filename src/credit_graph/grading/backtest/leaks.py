"""Signs that what came after was already in what was looked at. Three tests, each blind to what another one sees.

* ``later_records``: points rest on statements that were not known, or recorded, by the day. Exact; blind to a record
  that bears an earlier day than it should.
* ``better_than_before``: a score or an indicator tells what came after better than what had happened just before, of
  which its records speak, by more than the policy's ``rise``. Records of the past can't; a value that was written
  afterwards, or is today's, can. Blind to what leaks both ways.
* ``too_good``: the AUC is surely above the policy's ``ceiling``, which no honest indicator of conduct comes near.

The last two allow for the number of things tested (Bonferroni), with errors of whole groups (linearised AUC).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtri

from credit_graph.grading.backtest.ranking import Flags, Floats, Ints, influence
from credit_graph.grading.backtest.rules import BacktestRules
from credit_graph.grading.grade import GradeFrame

Later = Callable[[Collection[str]], set[str]]  # of statements those that were not known by the day
Test = Literal["later_records", "better_than_before", "too_good"]
SCORE = "score"


@dataclass(frozen=True, slots=True)
class Leak:
    """What leaks: an indicator's id, a direct rule's, or ``score``; ``value`` over ``limit`` shows it by the test.

    Of ``later_records`` the value is the number of firms, of the others the lower end of what the test looks at.
    """

    test: Test
    what: str
    value: float
    limit: float


@dataclass(frozen=True, slots=True)
class Looked:
    """Draws of a period: whose (``eid``), what was ``found``, ``weight``, and the ``group`` of each."""

    eid: pd.Series
    found: Flags
    weight: Floats
    group: Ints


def later_records(graded: GradeFrame, later: Later) -> list[Leak]:
    """Points that rest on statements that were not known, or recorded, by the day."""
    rests = {name: frame["statements"][frame["points"] > 0] for name, frame in graded.indicators.items()}
    rests |= _direct(graded)
    known_later = later({sid for column in rests.values() for sids in column for sid in sids})
    counts = {name: sum(not known_later.isdisjoint(sids) for sids in column) for name, column in rests.items()}
    return [Leak("later_records", name, float(count), 0.0) for name, count in counts.items() if count]


def _direct(graded: GradeFrame) -> dict[str, pd.Series]:
    rule = graded.firms["direct_rule"]
    return {name: graded.firms["direct_statements"][rule == name] for name in rule[rule != ""].unique()}


def improbable(scores: Mapping[str, pd.Series], after: Looked, before: Looked, rules: BacktestRules) -> list[Leak]:
    """The two tests of the AUC. ``scores``: by name the score of every firm (index ``eid``)."""
    z = float(ndtri(1 - (1 - rules.confidence) / (2 * max(1, len(scores)))))
    found = []
    for name, score in scores.items():
        now, past = _auc(score, after), _auc(score, before)
        if now is None:
            continue
        value, spread = now
        low = value - z * _error(spread, after.group)
        if low > rules.leaks.ceiling:
            found.append(Leak("too_good", name, low, rules.leaks.ceiling))
        if past is None:
            continue
        both = np.concatenate([spread, -past[1]]), np.concatenate([after.group, before.group])
        rise = value - past[0] - z * _error(*both)
        if rise > rules.leaks.rise:
            found.append(Leak("better_than_before", name, rise, rules.leaks.rise))
    return found


def _auc(score: pd.Series, looked: Looked) -> tuple[float, Floats] | None:
    """The AUC and what each draw adds to it; ``None`` where nothing, or everything, was found."""
    if looked.found.all() or not looked.found.any():
        return None
    return influence(score.reindex(looked.eid).to_numpy(np.float64), looked.found, looked.weight)


def _error(spread: Floats, group: Ints) -> float:
    """Standard error of a sum of what groups add."""
    return float(np.sqrt((np.bincount(group, spread) ** 2).sum()))
