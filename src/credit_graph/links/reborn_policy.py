"""``policies/links/reborn.yml`` as typed objects."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from credit_graph.links.said import RecordRule
from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.resources import root


class RebornLink(BaseModel):
    """What one kind of link between two firms says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: str
    points: float = Field(ge=0)
    hard: bool
    limit: int = Field(ge=2)


class RebornPoints(BaseModel):
    """Points of likeness, besides those of links."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: float = Field(ge=0)
    industry: float = Field(ge=0)
    nearness: float = Field(ge=0)
    scope: float = Field(ge=0)


class RebornEnd(RecordRule):
    """What ends a firm, and how much that says; where ``day`` is empty, it was when the record began to hold."""

    what: str
    day: str
    points: float = Field(ge=0)


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"no pattern: {error}") from error
    return text


class RebornRules(Dated):
    """When a firm looks like another one come back (换马甲)."""

    id: str
    days_before: int = Field(ge=0)
    months_after: int = Field(ge=0)
    industry_digits: int = Field(ge=1, le=4)
    threshold: float
    most: int = Field(ge=1)
    ends: tuple[RebornEnd, ...]
    left_out: tuple[str, ...]
    room: Annotated[str, AfterValidator(_pattern)]
    points: RebornPoints
    links: dict[str, RebornLink]
    legal_forms: tuple[str, ...]
    regions: tuple[str, ...]


class RebornPolicy(BaseModel):
    """All rows; :meth:`on` gives that of one day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reborn: tuple[RebornRules, ...]

    def on(self, day: date) -> RebornRules:
        """The rules in force on the day; raises ``DefinitionError`` where none or two are."""
        return only_in_force(self.reborn, day, "links/reborn.yml")


@cache
def reborn_policy() -> RebornPolicy:
    """The shipped policy; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "links" / "reborn.yml", RebornPolicy)
