"""``policies/links/risk.yml`` as typed objects."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from credit_graph.links.path import EdgeKind
from credit_graph.links.said import RecordRule
from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.resources import root

Share = Annotated[float, Field(ge=0, le=1)]


class RiskWeight(BaseModel):
    """Which part of a risk passes over one relationship of a kind, from its first end and towards it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    forward: Share
    backward: Share


class RiskSource(RecordRule):
    """Who is a source of risk, and of how much: a firm with such a record, true on the valid day.

    ``months``: an event counts so long after its day.
    """

    source: str
    strength: Share
    months: int | None = Field(default=None, ge=1)


class RiskRules(Dated):
    """How far risk spreads (风险传导)."""

    id: str
    sources: tuple[RiskSource, ...]
    weights: dict[EdgeKind, RiskWeight]
    decay: Share
    floor: Share
    damping: Annotated[float, Field(ge=0, lt=1)]


class RiskPolicy(BaseModel):
    """All rows; :meth:`on` gives that of one day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    risk: tuple[RiskRules, ...]

    def on(self, day: date) -> RiskRules:
        """The rules in force on the day; raises ``DefinitionError`` where none or two are."""
        return only_in_force(self.risk, day, "links/risk.yml")


@cache
def risk_policy() -> RiskPolicy:
    """The shipped policy; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "links" / "risk.yml", RiskPolicy)
