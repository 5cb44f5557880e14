"""``policies/links/holdings.yml`` as typed objects."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.resources import root


class HolderList(BaseModel):
    """Holders of one kind of record by one of its amounts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["Contribution", "ReportedContribution"]
    amount: Literal["subscribed", "paid"]


class Lists(Dated):
    """Which source says who holds how much (出资、年报股东、股权变更)."""

    id: str
    order: tuple[HolderList, ...] = Field(min_length=1)
    report_years: int = Field(ge=0)
    changes: bool


class HolderNames(Dated):
    """How a holder that is only named is found among the firms."""

    id: str
    never_hold: tuple[str, ...]
    legal_forms: tuple[tuple[str, ...], ...]
    regions: tuple[str, ...]


class StateHolders(Dated):
    """Who holds for the state (国家出资): by the end of the name or the beginning of the credit code."""

    id: str
    endings: tuple[str, ...] = Field(min_length=1)
    code_prefixes: tuple[str, ...]


class Partnerships(Dated):
    """Who has the votes of a partnership (合伙企业)."""

    id: str
    type_contains: tuple[str, ...] = Field(min_length=1)
    positions: tuple[str, ...] = Field(min_length=1)
    limited: tuple[str, ...] = Field(min_length=1)  # in the type of those whose general partners execute
    general: tuple[str, ...] = Field(min_length=1)  # positions of these
    delegates: tuple[str, ...]


class HoldingRules(BaseModel):
    """The rows of one day; ``partnerships``: none before the law of 1997."""

    model_config = ConfigDict(frozen=True)

    day: date
    lists: Lists
    names: HolderNames
    state: StateHolders
    partnerships: Partnerships | None


class HoldingPolicy(BaseModel):
    """All rows; :meth:`on` gives those of one day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lists: tuple[Lists, ...]
    names: tuple[HolderNames, ...]
    state: tuple[StateHolders, ...]
    partnerships: tuple[Partnerships, ...]

    def on(self, day: date) -> HoldingRules:
        """The rules in force on the day; raises ``DefinitionError`` where none or two are."""
        ruled = [row for row in self.partnerships if row.in_force(day)]
        return HoldingRules(
            day=day,
            lists=only_in_force(self.lists, day, "links/holdings.yml lists"),
            names=only_in_force(self.names, day, "links/holdings.yml names"),
            state=only_in_force(self.state, day, "links/holdings.yml state"),
            partnerships=only_in_force(ruled, day, "links/holdings.yml partnerships") if ruled else None,
        )


@cache
def holding_policy() -> HoldingPolicy:
    """The shipped policy; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "links" / "holdings.yml", HoldingPolicy)
