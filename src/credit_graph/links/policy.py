"""``policies/links/control.yml`` and ``holdings.yml`` as typed objects."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from credit_graph.links.holding_policy import HoldingPolicy, HoldingRules, holding_policy
from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.projection.names import normal_name
from credit_graph.resources import root

LEAD = ("线索，不作为列入名单或公示的依据", "A lead: no ground of a listing or publication")
HubKind = Literal["address", "phone", "person", "enterprise"]


class Majority(Dated):
    """控股 by capital: whether exactly half is enough (公司法)."""

    id: str
    at_exactly_half: bool


class Beneficial(Dated):
    """受益所有人: from which share of the equity or votes a person is one."""

    id: str
    per_cent: int = Field(gt=0, le=100)

    @property
    def line(self) -> Fraction:
        """The share as a fraction of one."""
        return Fraction(self.per_cent, 100)


class Branches(Dated):
    """How a branch (分支机构) is named after its parent."""

    id: str
    endings: tuple[str, ...] = Field(min_length=1)
    shortest_parent: int = Field(ge=2)


class Hubs(Dated):
    """From how many firms on an address, phone or person says nothing about two of them."""

    id: str
    limits: dict[HubKind, int]
    hosted_words: tuple[str, ...]
    hosted_addresses: tuple[str, ...] = ()
    room: str
    agents: tuple[str, ...]

    def hosted(self, address: str) -> bool:
        """Whether the address is shared by arrangement (集群注册 …): its text says so, or contains a listed one."""
        if any(word in address for word in self.hosted_words):
            return True
        return any(normal_name(known) in normal_name(address) for known in self.hosted_addresses)


class LinkPolicy(BaseModel):
    """All rows; :meth:`on` gives those of one day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    majority: tuple[Majority, ...]
    beneficial: tuple[Beneficial, ...]
    yuan: tuple[str, ...]
    branches: tuple[Branches, ...]
    hubs: tuple[Hubs, ...]
    holdings: HoldingPolicy = Field(default_factory=holding_policy)  # a file of its own

    def on(self, day: date) -> LinkRules:
        """The rules in force on the day; raises ``DefinitionError`` where none or two are."""
        ruled = [row for row in self.beneficial if row.in_force(day)]
        return LinkRules(
            beneficial=only_in_force(ruled, day, "links/control.yml beneficial") if ruled else None,
            majority=only_in_force(self.majority, day, "links/control.yml majority"),
            yuan=self.yuan,
            branches=only_in_force(self.branches, day, "links/control.yml branches"),
            hubs=only_in_force(self.hubs, day, "links/control.yml hubs"),
            holdings=self.holdings.on(day),
        )


class LinkRules(BaseModel):
    """The rules of one day."""

    model_config = ConfigDict(frozen=True)

    majority: Majority
    beneficial: Beneficial | None  # there was no rule for all firms before 2024-11-01
    yuan: tuple[str, ...]
    branches: Branches
    hubs: Hubs
    holdings: HoldingRules


@cache
def link_policy() -> LinkPolicy:
    """The shipped policy; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "links" / "control.yml", LinkPolicy)
