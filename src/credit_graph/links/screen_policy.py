"""``policies/links/screening.yml`` as typed objects."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.resources import root


class Points(BaseModel):
    """What a difference takes off a score of 100; negative: what is said beside the name and agrees gives points."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    former_name: int = Field(ge=0)
    spelled_form: int = Field(ge=0)
    missing_form: int = Field(ge=0)
    other_form: int = Field(ge=0)
    spelled_region: int = Field(ge=0)
    missing_region: int = Field(ge=0)
    other_region: int = Field(ge=0)
    slip: int = Field(ge=1)
    expected: int = Field(ge=0)
    outside: int = Field(ge=0)
    edit: int = Field(ge=1)
    other_name: int = Field(ge=0)
    other_code: int = Field(ge=0)
    representative: int = Field(le=0)
    other_representative: int = Field(ge=0)
    district: int = Field(le=0)
    other_district: int = Field(ge=0)


class Expected(BaseModel):
    """When a character goes without saying beside its neighbour: the share of the own names, and how many at least."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: float = Field(gt=0, le=1)
    names: int = Field(ge=1)


class ScreenRules(Dated):
    """When a row means a firm (批量核查)."""

    id: str
    match_from: int = Field(ge=1, le=100)
    margin: int = Field(ge=1)
    shown_from: int = Field(ge=1, le=100)
    candidates: int = Field(ge=1)
    compared: int = Field(ge=1)
    expected: Expected
    points: Points
    legal_forms: tuple[tuple[str, ...], ...]
    look_alike: tuple[str, ...]

    @field_validator("look_alike")
    @classmethod
    def _once(cls, rows: tuple[str, ...]) -> tuple[str, ...]:
        every = "".join(rows)
        if twice := sorted({char for char in every if every.count(char) > 1}):
            raise ValueError(f"{''.join(twice)}：重复 / stand in two rows")
        return rows


class ScreenPolicy(BaseModel):
    """All rows; :meth:`on` gives that of one day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    screening: tuple[ScreenRules, ...]

    def on(self, day: date) -> ScreenRules:
        """The rules in force on the day; raises ``DefinitionError`` where none or two are."""
        return only_in_force(self.screening, day, "links/screening.yml")


def policy_path() -> Path:
    """Where the shipped policy is."""
    return root("policies") / "links" / "screening.yml"


@cache
def screen_policy() -> ScreenPolicy:
    """The shipped policy; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(policy_path(), ScreenPolicy)
