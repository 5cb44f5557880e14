"""Reads a file of ``policies/`` into typed objects; a fault names file and line.

Every rule, threshold, weight, period and legal basis of the program is a dated row of such a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph.errors import DefinitionError, Inconsistent
from credit_graph.yamlfile import read_yaml

Confidence = Literal["verified", "verified-2nd", "recalled", "own"]


class Basis(BaseModel):
    """Where a rule comes from: law, notice and article, and how sure that is.

    ``recalled``: the text was not seen, so the row is to be checked and changed by whoever has it;
    ``own``: a choice of this installation that no law prescribes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(min_length=1)
    confidence: Confidence


class Dated(BaseModel):
    """A row that is in force on the days [effective_from, effective_to)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    effective_from: date
    effective_to: date = date(9999, 12, 31)
    basis: Basis

    @model_validator(mode="after")
    def _ordered(self) -> Dated:
        if self.effective_to <= self.effective_from:
            zh, en = "effective_to 须晚于 effective_from", "effective_to must lie after effective_from"
            raise Inconsistent([(("effective_to",), zh, en)])
        return self

    def in_force(self, day: date) -> bool:
        """Whether the row applies on the day."""
        return self.effective_from <= day < self.effective_to

    def overlaps(self, other: Dated) -> bool:
        """Whether there is a day on which both apply."""
        return self.effective_from < other.effective_to and other.effective_from < self.effective_to


class _InForce(Protocol):
    def in_force(self, day: date) -> bool: ...


M = TypeVar("M", bound=BaseModel)
R = TypeVar("R", bound=_InForce)


def read_policy(path: Path, model: type[M]) -> M:
    """The file as an object of ``model``.

    Raises ``DefinitionError("policy.invalid")`` with the line of the first fault.
    """
    value, problems = read_yaml(path, model)
    if value is None:
        first = problems[0]
        name = f"{path.parent.name}/{path.name}"
        raise DefinitionError("policy.invalid", path=f"{name}:{first.line}", why=first.why)
    return value


def fingerprint(*paths: Path) -> str:
    """SHA-256 over the files' bytes, in the order given: names the version of the rules that a result was made by."""
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in paths)).hexdigest()


def only_in_force(rows: Iterable[R], day: date, what: str) -> R:
    """The one row in force on the day.

    Raises ``DefinitionError``: ``policy.none_in_force``, or ``policy.invalid`` where two rows claim the day.
    """
    found = [row for row in rows if row.in_force(day)]
    if not found:
        raise DefinitionError("policy.none_in_force", day=day, what=what)
    if len(found) > 1:
        raise DefinitionError("policy.invalid", path=what, why=f"{day}：两条同时有效 / two rows in force")
    return found[0]
