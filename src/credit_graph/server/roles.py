"""Roles and limits of the API: ``policies/roles.yml`` as typed objects."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph import clock
from credit_graph.errors import AccessError, UsageError
from credit_graph.jobs.withheld import Viewer
from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.resources import root
from credit_graph.text import t

Channel = Literal["public", "departments", "grading", "internal"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(_Strict):
    """A name in both languages."""

    zh: str
    en: str


class RoleRow(Title):
    """What one role may do."""

    channel: Channel
    rights: tuple[str, ...]
    as_of: bool = True  # may ask about another valid day or an earlier state of knowledge
    introspection: bool = True
    saved_only: bool = False  # may ask saved operations only (api/operations)
    passes_holds: bool = False  # sees records that may no longer be used
    logged: bool = False  # each of its requests is a line of the audit log
    purpose: bool = False  # its requests must say what for (X-Purpose)
    budget: int | None = Field(None, gt=0)  # what one request may cost, if not the limits' budget


class Role(RoleRow):
    """A role with its name."""

    name: str

    def require(self, right: str) -> None:
        """Raise ``AccessError("access.denied")`` where the role lacks the right."""
        if right not in self.rights:
            title = roles_file().rights[right]
            raise AccessError("access.denied", role=t(self.zh, self.en), action=t(title.zh, title.en))

    def require_as_of(self) -> None:
        """Raise ``AccessError("access.denied")`` where the role sees only the present."""
        if not self.as_of:
            action = t("查询其他时点（asOf）", "ask about another point in time (asOf)")
            raise AccessError("access.denied", role=t(self.zh, self.en), action=action)


def viewer(who: Role, purpose: str | None = None) -> Viewer:
    """The role as a reader of records; outside the bureau are those whose channel is another department or the
    public. ``purpose``: as the request says it, ``None`` where nobody asks for it."""
    outside = None if who.channel in {"grading", "internal"} else (who.name, who.zh, who.en)
    return Viewer(frozenset(who.rights), outside, purpose)


class _Rows(Dated):
    id: str
    roles: dict[str, RoleRow] = Field(min_length=1)


class Limit(_Strict):
    """One limit and why it is what it is."""

    value: int = Field(gt=0)
    reason: str


class Limits(_Strict):
    """The limits of one request, and of the requests of one key."""

    depth: Limit
    tokens: Limit
    aliases: Limit
    page: Limit
    page_default: Limit
    nodes: Limit
    search_candidates: Limit
    scan: Limit
    conditions: Limit
    body_bytes: Limit
    table_rows: Limit
    budget: Limit
    list_size: Limit
    names_noted: Limit
    requests_per_minute: Limit


class RolesFile(_Strict):
    """``policies/roles.yml``."""

    rights: dict[str, Title]
    rows: tuple[_Rows, ...] = Field(min_length=1)
    limits: Limits
    costs: dict[str, int] = {}  # Type.field -> what it costs, where that is not 1

    @model_validator(mode="after")
    def _known_rights(self) -> RolesFile:
        for row in self.rows:
            for name, role in row.roles.items():
                if unknown := set(role.rights) - set(self.rights):
                    raise ValueError(f"{row.id}.{name}: unknown right {', '.join(sorted(unknown))}")
        return self

    def on(self, day: date) -> dict[str, RoleRow]:
        """The roles in force; raises ``DefinitionError`` if no row or two are."""
        return only_in_force(self.rows, day, "roles.yml").roles


@cache
def roles_file() -> RolesFile:
    """The shipped file; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "roles.yml", RolesFile)


def limits() -> Limits:
    """The limits of one request."""
    return roles_file().limits


def role(name: str) -> Role:
    """The role of that name, as in force today; ``UsageError`` where there is none."""
    known = roles_file().on(clock.today())
    if name not in known:
        raise UsageError("usage.bad_value", option="--role", value=name, why=", ".join(known))
    return Role(name=name, **known[name].model_dump())
