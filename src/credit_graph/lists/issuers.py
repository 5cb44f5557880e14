"""Issuing departments (列入机关): who decides entries and signs off a release (``policies/issuers.yml``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from credit_graph.errors import DefinitionError, UsageError
from credit_graph.lists.authority import authority_on
from credit_graph.lists.policy import plain
from credit_graph.policyfile import Basis, Dated, read_policy
from credit_graph.resources import root
from credit_graph.text import joined, t


class Issuer(Dated):
    """A department on a span of days.

    ``formerly``: names that its older decisions carry; ``lists``: on which it enters; ``region``: six digits, ``None``:
    the bureau's; ``prefixes``: how the numbers of its decisions begin (机关代字), none where in any way.
    """

    id: str
    name: str = Field(min_length=1)
    formerly: tuple[str, ...] = ()
    lists: tuple[str, ...] = Field(min_length=1)
    region: str | None = Field(default=None, pattern=r"^\d{6}$")
    prefixes: tuple[str, ...] = ()

    def is_called(self, name: str) -> bool:
        """Whether this is its name, or was."""
        return plain(name) in {plain(known) for known in (self.name, *self.formerly)}


class _Issuers(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: tuple[Issuer, ...] = ()


@cache
def _rows() -> tuple[Issuer, ...]:
    return read_policy(root("policies") / "issuers.yml", _Issuers).rows


def issuers_on(list_name: str, day: date, rows: Sequence[Issuer] | None = None) -> list[Issuer]:
    """The departments that enter on the list on the day; ``rows``: instead of those of the file.

    Raises ``DefinitionError`` for a wrong file, a region outside the bureau's, or where ``authority.yml`` has no row.
    """
    given = _rows() if rows is None else rows
    in_force = [row for row in given if row.in_force(day)] or _registrars(list_name, day)
    bureau = authority_on(day)
    if out := [row.id for row in in_force if row.region is not None and not bureau.covers(row.region)]:
        why = t(f"{joined(out)} 的行政区划不在本机关辖区内", f"{joined(out)}: the region is not the bureau's")
        raise DefinitionError("policy.invalid", path="issuers.yml", why=why)
    return [row for row in in_force if list_name in row.lists]


def issuer_named(list_name: str, name: str, day: date, rows: Sequence[Issuer] | None = None) -> Issuer | None:
    """The department of that name, present or former, on the day; ``None``: it does not enter on the list."""
    return next((row for row in issuers_on(list_name, day, rows) if row.is_called(name)), None)


def required_issuer(list_name: str, name: str, day: date, option: str = "--department") -> Issuer:
    """The same; raises ``UsageError("usage.bad_value")`` with the names that there are."""
    found = issuer_named(list_name, name, day)
    if found is None:
        known = joined(row.name for row in issuers_on(list_name, day))
        raise UsageError("usage.bad_value", option=option, value=name, why=known)
    return found


def _registrars(list_name: str, day: date) -> list[Issuer]:
    """The bureau and those that it acts for, where the file says nothing of the day."""
    bureau = authority_on(day)
    basis = Basis(source="authority.yml: registrars", confidence="own")
    return [
        Issuer(
            id=name,
            name=name,
            lists=(list_name,),
            prefixes=(bureau.short,) if name == bureau.name else (),
            effective_from=bureau.effective_from,
            effective_to=bureau.effective_to,
            basis=basis,
        )
        for name in bureau.registrars
    ]
