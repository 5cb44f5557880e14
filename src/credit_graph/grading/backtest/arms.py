"""What is compared: the policy, the same without other firms, and the same on a graph whose ties are left to chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from credit_graph.grading.backtest.ranking import Floats
from credit_graph.grading.backtest.rewire import rewired
from credit_graph.grading.grade import GradeFrame, grade
from credit_graph.grading.policy import GradingPolicy, Indicator
from credit_graph.links.compute import Links
from credit_graph.projection import Projection


@dataclass(frozen=True, slots=True)
class Arm:
    """Of every firm graded (index ``eid``): ``risk`` orders them, the class first and then the score; ``level``."""

    firms: pd.DataFrame

    def of(self, eids: pd.Series) -> tuple[Floats, pd.Series]:
        """Risk and level of these firms."""
        rows = self.firms.reindex(eids)
        return rows["risk"].to_numpy(np.float64), rows["level"].reset_index(drop=True)


def related(policy: GradingPolicy, groups: Sequence[str]) -> list[Indicator]:
    """The indicators that look at other firms."""
    return [indicator for indicator in policy.indicators if indicator.group in groups]


def policy_arm(graded: GradeFrame) -> Arm:
    """The classes as the policy gives them."""
    return _arm(graded, _points(graded, list(graded.policy.indicators)))


def own_history(graded: GradeFrame, others: Sequence[Indicator]) -> Arm:
    """The same policy, of a firm's own records only: nothing from ``others``."""
    return _arm(graded, _own(graded, others))


def on_rewired(
    graded: GradeFrame, others: Sequence[Indicator], projection: Projection, links: Links, random: np.random.Generator
) -> Arm:
    """The same policy with ``others`` looking at firms that chance chose (:func:`rewire.rewired`).

    What an ended firm come back tells (换马甲) stays as it is: rooms and telephones are not dealt out, and the search
    takes longer than all else. The arm is the stronger for it, never weaker.
    """
    dealt = [indicator for indicator in others if indicator.input.type != "reborn"]
    kept = [indicator for indicator in others if indicator.input.type == "reborn"]
    only = graded.policy.model_copy(update={"indicators": tuple(dealt), "direct": ()})
    elsewhere = grade(projection, rewired(links, random), only)
    return _arm(graded, _own(graded, others) + _points(graded, kept) + _points(elsewhere, dealt))


def _own(graded: GradeFrame, others: Sequence[Indicator]) -> pd.Series:
    left_out = {indicator.id for indicator in others}
    return _points(graded, [rule for rule in graded.policy.indicators if rule.id not in left_out])


def _points(graded: GradeFrame, rules: Sequence[Indicator]) -> pd.Series:
    total = pd.Series(0, index=graded.firms.index, dtype="int64")
    for rule in rules:
        total += graded.indicators[rule.id]["points"].to_numpy(np.int64)
    return total


def _arm(graded: GradeFrame, points: pd.Series) -> Arm:
    """Class and order by points; a direct rule gives its class unless they give a worse one."""
    scale = graded.policy.scale
    names = [level.level for level in scale.levels]
    score = np.minimum(points.to_numpy(), scale.maximum)
    place = np.searchsorted([level.from_ for level in scale.levels], score, side="right") - 1
    given = graded.firms["direct_rule"].map({rule.id: names.index(rule.level) for rule in graded.policy.direct})
    place = np.maximum(given.fillna(0).to_numpy(np.int64), place)
    risk = place * (scale.maximum + 1) + score
    return Arm(pd.DataFrame({"risk": risk, "level": np.array(names, dtype=object)[place]}, index=points.index))
