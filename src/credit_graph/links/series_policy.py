"""``policies/links/series.yml`` as typed objects."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.resources import root

MarkKind = Literal["violation", "article"]
Role = Literal["legal_representative", "controller", "holder", "executive", "supervisor", "liaison"]


class LikeViolation(BaseModel):
    """Names of violations that contain one of the words are called by one name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    words: tuple[str, ...] = Field(min_length=1)


class SeriesRules(Dated):
    """When penalties are a case series (串案)."""

    id: str
    months: int = Field(ge=1)
    cases: int = Field(ge=2)
    parties: int = Field(ge=1)
    limit: int = Field(ge=1)
    roles: tuple[Role, ...]
    marks: tuple[MarkKind, ...] = Field(min_length=1)
    strip: tuple[str, ...]
    like: tuple[LikeViolation, ...]
    general: tuple[str, ...]


class SeriesPolicy(BaseModel):
    """All rows; :meth:`on` gives that of one day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    series: tuple[SeriesRules, ...]

    def on(self, day: date) -> SeriesRules:
        """The rules in force on the day; raises ``DefinitionError`` where none or two are."""
        return only_in_force(self.series, day, "links/series.yml")


@cache
def series_policy() -> SeriesPolicy:
    """The shipped policy; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "links" / "series.yml", SeriesPolicy)
