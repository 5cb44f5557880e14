"""``policies/links/goals.yml`` as typed objects."""

from __future__ import annotations

from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.resources import root


class Goal(BaseModel):
    """What a measure has to reach, in a city with at least ``of_at_least`` of the cases that it counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_least: float | None = Field(default=None, ge=0, le=1)
    at_most: float | None = Field(default=None, ge=0, le=1)
    above_baseline: bool = False
    of_at_least: int = Field(default=0, ge=0)

    def met(self, value: float, baseline: float | None) -> bool:
        """Whether the value reaches the goal."""
        high = self.at_least is None or value >= self.at_least
        low = self.at_most is None or value <= self.at_most
        return high and low and (not self.above_baseline or baseline is None or value > baseline)


class Goals(Dated):
    """The goals of a day: in a city whose files are clean, and in one with faults in its rows."""

    id: str
    clean: dict[str, Goal]
    noisy: dict[str, Goal]

    def of(self, noise: float) -> dict[str, Goal]:
        """Measure -> goal, for a city with that share of rows with faults."""
        return self.noisy if noise > 0 else self.clean


class GoalPolicy(BaseModel):
    """All rows; :meth:`on` gives that of one day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    goals: tuple[Goals, ...]

    def on(self, day: date) -> Goals:
        """The goals in force on the day; raises ``DefinitionError`` where none or two are."""
        return only_in_force(self.goals, day, "links/goals.yml")


@cache
def goal_policy() -> GoalPolicy:
    """The shipped goals; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "links" / "goals.yml", GoalPolicy)
