"""The bureau that the installation works for (本机关), as dated data (``policies/authority.yml``)."""

from __future__ import annotations

from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from credit_graph.errors import Inconsistent
from credit_graph.lists.bases import within
from credit_graph.lists.policy import plain
from credit_graph.model.identifiers import is_credit_code
from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.resources import root
from credit_graph.text import t


class AuthorityRow(Dated):
    """The bureau on a span of days: whom it acts for, and what its letters say of it.

    ``demo``: it is the invented city's. ``short``: begins its documents' numbers (机关代字). ``registrars``: whole
    names of the registration authorities and branches that it acts for. ``superior``: the next higher regulator.
    ``reconsideration``, ``court``: where its decisions can be contested (行政复议机关、管辖法院).
    ``address``, ``office``, ``phone``: where a party turns to.
    """

    id: str
    demo: bool = False
    name: str = Field(min_length=1)
    short: str = Field(min_length=1)
    region: str = Field(pattern=r"^\d{6}$")
    credit_code: str
    registrars: tuple[str, ...] = Field(min_length=1)
    superior: str = Field(min_length=1)
    reconsideration: str = Field(min_length=1)
    court: str = Field(min_length=1)
    address: str = Field(min_length=1)
    office: str = Field(min_length=1)
    phone: str = Field(min_length=1)

    @field_validator("credit_code")
    @classmethod
    def _code(cls, value: str) -> str:
        if not is_credit_code(value):
            raise ValueError(t("不是有效的统一社会信用代码", "is no valid credit code"))
        return value

    @model_validator(mode="after")
    def _itself(self) -> AuthorityRow:
        if self.name not in self.registrars:
            zh, en = f"须包括本机关 {self.name}", f"must have the bureau itself: {self.name}"
            raise Inconsistent([(("registrars",), zh, en)])
        return self

    def acts_for(self, registrar: str) -> bool:
        """Whether it decides on those whom that authority registered, by the authority's whole name."""
        return plain(registrar) in {plain(name) for name in self.registrars}

    def covers(self, region: str) -> bool:
        """Whether the administrative division (six digits) lies in its own."""
        return within(region, self.region)


class Authorities(BaseModel):
    """The rows of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: tuple[AuthorityRow, ...] = Field(min_length=1)


@cache
def _rows() -> tuple[AuthorityRow, ...]:
    return read_policy(root("policies") / "authority.yml", Authorities).rows


def authority_on(day: date) -> AuthorityRow:
    """The bureau as it is on the day.

    Raises ``DefinitionError``: ``policy.invalid`` for a wrong file or two rows of one day, ``policy.none_in_force``.
    """
    return only_in_force(_rows(), day, "authority.yml")
