"""What other departments are told, and on which terms: ``policies/departments.yml``."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.resources import root


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Notice(_Strict):
    """What a class must not be taken for, in both languages."""

    zh: str
    en: str


class DepartmentTerms(Dated):
    """The terms in force on some days. ``valid_months``: how many months after its own a class may be used;
    ``acknowledge_days``: within how many days stop-of-use events have to be acknowledged."""

    id: str
    notice: Notice
    valid_months: int = Field(ge=0)
    acknowledge_days: int = Field(ge=1)

    def valid_until(self, month: date) -> date:
        """The last day on which a class of the month may be used."""
        later = month.year * 12 + month.month - 1 + self.valid_months
        year, before = divmod(later, 12)
        return date(year, before + 1, monthrange(year, before + 1)[1])


class _File(_Strict):
    rows: tuple[DepartmentTerms, ...] = Field(min_length=1)


@cache
def _file() -> _File:
    return read_policy(root("policies") / "departments.yml", _File)


def department_terms(day: date) -> DepartmentTerms:
    """The terms in force. Raises ``DefinitionError``: ``policy.invalid``, ``policy.none_in_force``."""
    return only_in_force(_file().rows, day, "departments.yml")
