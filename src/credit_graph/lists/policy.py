"""List definitions (``policies/lists/NAME.yml``) as typed objects; the format is documented in docs/lists.md."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from credit_graph.errors import DefinitionError, UsageError
from credit_graph.lists.bases import Level, documents
from credit_graph.model.kinds import KINDS, SUBJECT_FIELDS
from credit_graph.policyfile import Basis, Dated, only_in_force, read_policy
from credit_graph.resources import root


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(_Strict):
    """A name in both languages."""

    zh: str
    en: str


class Term(_Strict):
    """How long an entry stands (名单期限), in years from the day of listing, and the article that says so."""

    years: int = Field(gt=0)
    article: str
    basis: Basis

    def last_day(self, listed_on: date) -> date:
        """The last day of the term. The day of listing is not counted, so the term ends with the same day of
        a later year; where that year has no such day, with the last of the month (民法典第二百零一条、第二百零二条).
        """
        year = listed_on.year + self.years
        try:
            return listed_on.replace(year=year)
        except ValueError:  # 29 February
            return date(year, 3, 1) - timedelta(days=1)


class Authority(_Strict):
    """Who may list (列入机关): a pattern that the whole name of the authority has to fit."""

    pattern: str
    article: str
    basis: Basis

    @field_validator("pattern")
    @classmethod
    def _check(cls, value: str) -> str:
        return _pattern(value)

    def fits(self, name: str) -> bool:
        """Whether that authority may list."""
        return re.fullmatch(self.pattern, plain(name)) is not None


class Publishable(_Strict):
    """The fields of the record that may leave the bureau."""

    fields: tuple[str, ...] = Field(min_length=1)
    basis: Basis


class Unchecked(_Strict):
    """A condition of the law that no column of the sources shows."""

    article: str
    text: str


class _Wording(_Strict):
    """How sources word something: regular expressions for the beginning of the plain text."""

    patterns: tuple[str, ...] = Field(min_length=1)
    basis: Basis

    @field_validator("patterns")
    @classmethod
    def _check(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_pattern(item) for item in value)

    def fits(self, text: str) -> bool:
        """Whether the plain text (:func:`plain`) is worded so, from its beginning on."""
        return any(re.match(pattern, text) for pattern in self.patterns)


class Ground(_Wording):
    """A ground of listing (列入情形) of the document."""

    article: str
    text: str


class NotGround(_Wording):
    """A wording that is surely no ground of the document, and why."""

    why: Title


class ListRow(Dated):
    """The rules of a list on a span of days."""

    id: str
    document: str
    listed_from: date  # only listings decided from this day on
    term: Term
    authority: Authority
    publishable: Publishable
    unchecked: tuple[Unchecked, ...] = ()
    grounds: tuple[Ground, ...] = Field(min_length=1)
    not_grounds: tuple[NotGround, ...] = ()

    @model_validator(mode="after")
    def _articles(self) -> ListRow:
        document = documents().get(self.document)
        if document is None:
            raise ValueError(f"document: {self.document} is not among the bases")
        cited = [self.term.article, self.authority.article, *(row.article for row in self.unchecked)]
        cited += [row.article for row in self.grounds]
        if missing := sorted(set(cited) - set(document.articles)):
            raise ValueError(f"article {', '.join(missing)} is not among those of {self.document}")
        return self


class ListPolicy(_Strict):
    """One kind of list (名单) and its dated rows."""

    name: str = Field(alias="list")
    title: Title
    record_kind: Literal["SeriousListing"]
    level: Level
    rows: tuple[ListRow, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fields(self) -> ListPolicy:
        known = {*KINDS[self.record_kind].fields, *SUBJECT_FIELDS}
        personal = {name for name, field in KINDS[self.record_kind].fields.items() if field.personal}
        for row in self.rows:
            if wrong := sorted(set(row.publishable.fields) - (known - personal)):
                raise ValueError(f"publishable: {', '.join(wrong)} is unknown or personal")
        return self

    def on(self, day: date) -> ListRow:
        """The row in force; raises ``DefinitionError("policy.none_in_force")``."""
        return only_in_force(self.rows, day, self.title.zh)


def list_names() -> list[str]:
    """The lists that this installation knows."""
    return sorted(path.stem for path in _folder().glob("*.yml"))


def list_policy(name: str) -> ListPolicy:
    """The definition of a list. Raises ``UsageError`` for an unknown name, ``DefinitionError`` for a faulty file."""
    if name not in list_names():
        raise UsageError("usage.bad_value", option="LIST", value=name, why=", ".join(list_names()))
    found = read_policy(_folder() / f"{name}.yml", ListPolicy)
    if found.name != name:
        raise DefinitionError("policy.invalid", path=f"lists/{name}.yml", why=f"list: {found.name}")
    return found


def policy_sha256(name: str) -> str:
    """SHA-256 over the list's definition and all bases: with them a release is rebuilt byte for byte."""
    digest = hashlib.sha256()
    for path in [_folder() / f"{name}.yml", *sorted((root("policies") / "bases").glob("*.yml"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def plain(text: str) -> str:
    """A wording as patterns see it: half width, without white space, without punctuation at its ends."""
    return "".join(unicodedata.normalize("NFKC", text).split()).strip("。.;；、,，:：\"'“”")


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value}: {error}") from None
    return value


def _folder() -> Path:
    return root("policies") / "lists"
