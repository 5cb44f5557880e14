"""``policies/links/persons.yml`` as typed objects."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.resources import root

EvidenceKind = Literal["phone", "room", "companion", "holding", "rare_pair"]


class EvidenceRule(BaseModel):
    """One kind of second evidence.

    ``limit``: shared by more firms it says nothing; ``chance``: so many other bearers of the name (``rare_pair``: firms
    with both names) would be there by chance, at most.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: EvidenceKind
    limit: int = Field(ge=2)
    chance: float = Field(gt=0)


class PersonRules(Dated):
    """What makes two mentions of one name in two firms one person."""

    id: str
    evidence: tuple[EvidenceRule, ...]
    least_firms: int = Field(ge=1)
    agents: tuple[str, ...]
    room: str

    @field_validator("room")
    @classmethod
    def _pattern(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(str(error)) from error
        return value


class PersonPolicy(BaseModel):
    """All rows; :meth:`on` gives that of one day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    persons: tuple[PersonRules, ...]

    def on(self, day: date) -> PersonRules:
        """The rules in force on the day; raises ``DefinitionError`` where none or two are."""
        return only_in_force(self.persons, day, "links/persons.yml")


@cache
def person_policy() -> PersonPolicy:
    """The shipped policy; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "links" / "persons.yml", PersonPolicy)
