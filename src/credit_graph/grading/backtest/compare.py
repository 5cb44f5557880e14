"""One backtest: the arms side by side over the same draws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from credit_graph.grading.backtest import groups
from credit_graph.grading.backtest.arms import Arm, on_rewired, own_history, policy_arm, related
from credit_graph.grading.backtest.leaks import SCORE, Later, Leak, Looked, improbable, later_records
from credit_graph.grading.backtest.measures import Cases, Measures, difference, expectations, measures
from credit_graph.grading.backtest.outcomes import Sample
from credit_graph.grading.backtest.ranking import Curves, Floats, Interval, Ints, auc
from credit_graph.grading.backtest.rules import BacktestRules
from credit_graph.grading.grade import GradeFrame
from credit_graph.links.compute import Links
from credit_graph.projection import Projection

ArmName = Literal["policy", "own_history", "rewired", "permuted"]
ARMS: tuple[ArmName, ...] = ("policy", "own_history", "rewired", "permuted")


@dataclass(frozen=True, slots=True)
class Frozen:
    """A day as it was known then: the graph, its links, the grades, and what was found in the time after it."""

    projection: Projection
    links: Links
    graded: GradeFrame
    sample: Sample

    @property
    def found(self) -> int:
        """Violations found among the firms that were graded."""
        rows = self.sample.rows
        return int(rows.loc[rows["eid"].isin(self.graded.firms.index), "found"].sum())


@dataclass(frozen=True, slots=True)
class Fold:
    """A part of the groups by itself."""

    looked_at: int
    found: int
    policy: float
    own_history: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of it. ``draws``: AUC of each rewiring and of each permutation; that in the middle is shown.

    ``above_chance``: share of permutations at least as good as the policy. ``over_own``, ``over_rewired``: what the
    policy's AUC is above theirs. ``learnt_before``: expectations come from the period before, else from other groups.
    """

    arms: dict[ArmName, Measures]
    draws: dict[ArmName, Floats]
    above_chance: float
    over_own: Interval
    over_rewired: Interval
    folds: list[Fold]
    leaks: list[Leak]
    looked_at: int
    found: int
    firms: int
    groups: int
    largest_group: int
    not_graded: int
    learnt_before: bool


class _Side:
    """The draws of one period whose firms are graded, under any arm."""

    def __init__(self, frozen: Frozen, numbers: pd.Series) -> None:
        rows = frozen.sample.rows
        self.rows = rows[rows["eid"].isin(frozen.graded.firms.index)].reset_index(drop=True)
        self.not_graded = len(rows) - len(self.rows)
        self.found = self.rows["found"].to_numpy(bool)
        self.weight = self.rows["weight"].to_numpy(np.float64)
        self.group = numbers.reindex(self.rows["eid"]).to_numpy(np.int64)

    def cases(self, arm: Arm) -> Cases:
        risk, level = arm.of(self.rows["eid"])
        return Cases(risk, level, self.found, self.weight, self.group)

    def looked(self) -> Looked:
        return Looked(self.rows["eid"], self.found, self.weight, self.group)


def compare(now: Frozen, before: Frozen | None, past: Sample, later: Later, rules: BacktestRules) -> Comparison:
    """All arms at ``now``.

    ``before``: a day one horizon earlier, with what was found up to ``now``, to learn expectations from; ``past``: the
    draws of the time before ``now``; ``later``: of statements those not known by ``now``. Something was found.
    """
    random = np.random.default_rng(rules.seed)
    tied = [groups.ties(frozen.links) for frozen in (now, before) if frozen is not None]
    firms = pd.Index(pd.concat([f.graded.firms.index.to_series() for f in (now, before) if f is not None]).unique())
    numbers = groups.numbers(firms, *tied)
    side = _Side(now, numbers)
    learnt = _Side(before, numbers) if before is not None else side
    fold = random.permutation(int(numbers.max()) + 1) % rules.folds
    names = [level.level for level in now.graded.policy.scale.levels]

    def measured(then: Cases, cases: Cases) -> Measures:
        return measures(cases, names, rules, expectations(then, cases, fold[learnt.group], fold[side.group]))

    arms, then = _arms(now, rules, random), _arms(before, rules, random, 1) if before is not None else None
    cases = {name: [side.cases(arm) for arm in found] for name, found in arms.items()}
    earlier = cases if then is None else {name: [learnt.cases(arm) for arm in found] for name, found in then.items()}
    draws = {name: np.array([_auc(case) for case in found]) for name, found in cases.items()}
    shown = {name: found[_middle(draws[name])] for name, found in cases.items()}
    result = {name: measured(earlier[name][0], shown[name]) for name in shown}
    policy = shown["policy"]
    draws["permuted"], permuted = _permutations(policy, rules, random)
    shuffled = replace(earlier["policy"][0], found=random.permutation(learnt.found))
    result["permuted"] = measured(shuffled, permuted)
    beaten = np.count_nonzero(draws["permuted"] >= result["policy"].auc)
    sizes = np.bincount(np.unique(np.c_[side.group, pd.factorize(side.rows["eid"])[0]], axis=0)[:, 0])
    return Comparison(
        arms={name: result[name] for name in ARMS},
        draws={name: draws[name] for name in ("rewired", "permuted")},
        above_chance=(1 + beaten) / (1 + rules.permutations),
        over_own=difference(policy, shown["own_history"], rules, random),
        over_rewired=difference(policy, shown["rewired"], rules, random),
        folds=_folds(policy, shown["own_history"], fold[side.group], rules),
        leaks=_leaks(now, side, past, numbers, later, rules),
        looked_at=len(side.rows),
        found=int(side.found.sum()),
        firms=side.rows["eid"].nunique(),
        groups=int((sizes > 0).sum()),
        largest_group=int(sizes.max()),
        not_graded=side.not_graded,
        learnt_before=before is not None,
    )


def _arms(
    frozen: Frozen, rules: BacktestRules, random: np.random.Generator, rewirings: int | None = None
) -> dict[ArmName, list[Arm]]:
    others = related(frozen.graded.policy, rules.related)
    rewired = [
        on_rewired(frozen.graded, others, frozen.projection, frozen.links, random)
        for _ in range(rewirings or rules.rewirings)
    ]
    own = own_history(frozen.graded, others)
    return {"policy": [policy_arm(frozen.graded)], "own_history": [own], "rewired": rewired}


def _auc(cases: Cases) -> float:
    return auc(Curves(cases.risk).steps(cases.found, cases.weight))


def _middle(draws: Floats) -> int:
    """The place of the draw in the middle."""
    return int(np.argsort(draws, kind="stable")[len(draws) // 2])


def _permutations(cases: Cases, rules: BacktestRules, random: np.random.Generator) -> tuple[Floats, Cases]:
    """The AUC with what was found dealt out anew, many times; and the draws so dealt that are in the middle."""
    curves = Curves(cases.risk)
    dealt = [random.permutation(cases.found) for _ in range(rules.permutations)]
    found = np.array([auc(curves.steps(one, cases.weight)) for one in dealt])
    return found, replace(cases, found=dealt[_middle(found)])


def _folds(policy: Cases, own: Cases, fold: Ints, rules: BacktestRules) -> list[Fold]:
    result = []
    for number in range(rules.folds):
        mine = fold == number
        aucs = [
            auc(Curves(case.risk[mine]).steps(case.found[mine], case.weight[mine])) if mine.any() else float("nan")
            for case in (policy, own)
        ]
        result.append(Fold(int(mine.sum()), int(policy.found[mine].sum()), *aucs))
    return result


def _leaks(
    now: Frozen, side: _Side, past: Sample, numbers: pd.Series, later: Later, rules: BacktestRules
) -> list[Leak]:
    graded = now.graded
    before = _Side(Frozen(now.projection, now.links, graded, past), numbers)
    scores = {name: frame["points"] for name, frame in graded.indicators.items()}
    scores = {name: points for name, points in scores.items() if points.nunique() > 1}
    scores[SCORE] = policy_arm(graded).firms["risk"]
    return later_records(graded, later) + improbable(scores, side.looked(), before.looked(), rules)
