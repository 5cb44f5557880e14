"""``policies/backtest.yml`` as typed objects: what counts as having happened, and by how much a leak shows."""

from __future__ import annotations

from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from credit_graph.grading.rules import Condition, Group, Records
from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.resources import root


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Draws(_Strict):
    """Inspections that chance chose, with a probability that is known: of these a rate says where violations are."""

    kind: str
    day: str
    probability: str  # field: share, parts per million
    random_arm: str  # field: flag, chance alone chose it
    found: Condition  # a violation was found
    unseen: Condition  # nothing could be looked at


class Leaks(_Strict):
    """When a result is too good to be true; see :mod:`credit_graph.grading.backtest.leaks`."""

    ceiling: float = Field(gt=0.5, le=1)  # of the AUC
    rise: float = Field(ge=0, lt=0.5)  # of the AUC over that of what came before


class BacktestRules(Dated):
    """How a backtest is made and judged."""

    id: str
    draws: Draws
    violations: tuple[Records, ...] = Field(min_length=1)  # of all firms, wherever somebody looked
    related: tuple[Group, ...]  # groups of indicators that look at other firms
    top_percent: int = Field(gt=0, lt=100)
    folds: int = Field(ge=2)
    bins: int = Field(ge=2)
    bootstrap: int = Field(ge=100)
    rewirings: int = Field(ge=1)
    permutations: int = Field(ge=20)
    confidence_percent: int = Field(gt=50, lt=100)
    least_found: int = Field(ge=1)  # violations without which nothing is estimated
    seed: int
    leaks: Leaks

    @property
    def confidence(self) -> float:
        """Of intervals, as a share."""
        return self.confidence_percent / 100


class BacktestPolicy(_Strict):
    """All rows; :meth:`on` gives that of one day."""

    backtest: tuple[BacktestRules, ...] = Field(min_length=1)

    def on(self, day: date) -> BacktestRules:
        """The row in force; raises ``DefinitionError`` if none or two are."""
        return only_in_force(self.backtest, day, "backtest.yml")


@cache
def backtest_policy() -> BacktestPolicy:
    """The shipped rules; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "backtest.yml", BacktestPolicy)
