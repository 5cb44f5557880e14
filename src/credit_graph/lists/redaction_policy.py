"""The rules of ``policies/redaction.yml``: which penalties are not published, and what is looked for in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from credit_graph.errors import Inconsistent
from credit_graph.lists.bases import documents
from credit_graph.lists.policy import Title
from credit_graph.policyfile import Basis, Dated, only_in_force, read_policy
from credit_graph.resources import root

What = Literal["id_number", "phone", "account", "number", "email", "contact", "plate", "address", "health", "person"]
Test = Literal["ordinary_procedure", "more_than_warning", "adult", "not_secret"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _patterns(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"{value}: {error}") from None
    return values


class PenaltyRule(Dated):
    """When a penalty is not published at all, and what is said where the record does not tell."""

    id: str
    test: Test
    name: Title
    unknown: Title
    document: str
    article: str
    except_basis: tuple[str, ...] = ()  # words in a penalty's legal basis by which the rule does not apply

    @model_validator(mode="after")
    def _cited(self) -> PenaltyRule:
        document = documents().get(self.document)
        if document is None or self.article not in document.articles:
            zh, en = f"没有登记 {self.document} 第{self.article}条", f"{self.document} has no article {self.article}"
            raise Inconsistent([(("article",), zh, en)])
        return self


class Parties(_Strict):
    """Words by which sources name a kind of party."""

    organisations: tuple[str, ...] = Field(min_length=1)
    persons: tuple[str, ...] = Field(min_length=1)
    basis: Basis


class Look(Dated):
    """What is looked for. ``patterns`` are enough by themselves; ``words`` stand before a number of ``least`` digits,
    or before a name; ``after`` stand after a name."""

    id: str
    what: What
    name: Title
    patterns: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    least: int | None = Field(default=None, gt=0)
    after: tuple[str, ...] = ()
    surnames: str = ""
    compound_surnames: tuple[str, ...] = ()
    not_names: tuple[str, ...] = ()
    not_endings: str = Field(default="", pattern=r"^[一-鿿]*$")

    @field_validator("patterns", "words", "after", "not_names")
    @classmethod
    def _check(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return _patterns(values)


class Explained(Dated):
    """Numbers that are none of a person; ``sure``: not even where their digits together would make one."""

    id: str
    patterns: tuple[str, ...] = Field(min_length=1)
    sure: bool = False

    @field_validator("patterns")
    @classmethod
    def _check(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return _patterns(values)


class RedactionPolicy(_Strict):
    """All rules of redaction."""

    penalties: tuple[PenaltyRule, ...]
    parties: Parties
    looks: tuple[Look, ...]
    explained: tuple[Explained, ...]

    @model_validator(mode="after")
    def _once(self) -> RedactionPolicy:
        rows: Mapping[str, Iterable[PenaltyRule | Look | Explained]] = {
            "penalties": self.penalties,
            "looks": self.looks,
            "explained": self.explained,
        }
        for name, items in rows.items():
            ids = [row.id for row in items]
            if twice := sorted({found for found in ids if ids.count(found) > 1}):
                raise Inconsistent([((name,), f"编号重复：{twice[0]}", f"{twice[0]} stands there twice")])
        return self

    def penalty_rules(self, day: date) -> dict[Test, PenaltyRule]:
        """The rules in force, one for each test; raises ``DefinitionError``: without one nothing is published."""
        return {
            test: only_in_force([r for r in self.penalties if r.test == test], day, test) for test in get_args(Test)
        }

    def looks_on(self, day: date) -> dict[What, Look]:
        """What is looked for on the day; raises ``DefinitionError`` where a kind has no row in force, or two."""
        return {what: only_in_force([r for r in self.looks if r.what == what], day, what) for what in get_args(What)}


@cache
def redaction_policy() -> RedactionPolicy:
    """The shipped rules; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "redaction.yml", RedactionPolicy)
