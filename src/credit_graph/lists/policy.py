"""List definitions (``policies/lists/NAME.yml``) as typed objects; the format is documented in docs/lists.md."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from credit_graph.errors import DefinitionError, Inconsistent, UsageError
from credit_graph.lists.bases import Carried, Document, Level, documents, gate, refused
from credit_graph.lists.periods import Period, months_later
from credit_graph.model.kinds import KINDS, SUBJECT_FIELDS
from credit_graph.policyfile import Basis, Dated, only_in_force, read_policy
from credit_graph.resources import root
from credit_graph.text import t

V = TypeVar("V")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(_Strict):
    """A name in both languages."""

    zh: str
    en: str


class Cited(_Strict):
    """A rule with the article of the row's document that says it."""

    article: str
    basis: Basis


class Term(Cited):
    """How long an entry stands (名单期限): ``years`` from the day of listing, or ``until`` it is removed (移出),
    or until the day that its own decision names."""

    years: int | None = Field(default=None, gt=0)
    until: Literal["removal", "decision"] | None = None

    @model_validator(mode="after")
    def _one(self) -> Term:
        if (self.years is None) == (self.until is None):
            raise Inconsistent([((), "须写明 years 或 until 之一", "must have one of years and until")])
        return self

    def last_day(self, listed_on: date) -> date | None:
        """The last day of the term, ``None`` where no length of time ends it. The day of listing is not counted, so
        the term ends with the same day of a later year; where that year has no such day, with the last of the month
        (民法典第二百零一条、第二百零二条).
        """
        return None if self.years is None else months_later(listed_on, 12 * self.years)


class Authority(Cited):
    """Who may list (列入机关): a pattern that the whole name of the authority has to fit."""

    pattern: str

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

    patterns: tuple[str, ...]
    basis: Basis

    @field_validator("patterns")
    @classmethod
    def _check(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_pattern(item) for item in value)

    def fits(self, text: str) -> bool:
        """Whether the plain text (:func:`plain`) is worded so, from its beginning on."""
        return any(re.match(pattern, text) for pattern in self.patterns)


class Ground(_Wording):
    """A ground of listing (列入情形) of the document. Without ``patterns`` no record is known to have it."""

    patterns: tuple[str, ...] = ()

    article: str
    text: str


class NotGround(_Wording):
    """A wording that is surely no ground of the document, and why."""

    why: Title


class Excluded(_Strict):
    """Who is never on this list, by the beginning of the credit code (GB 32100: 92 is 个体工商户), and why."""

    code_prefix: str = Field(pattern=r"^[0-9A-Z]{1,8}$")
    why: Title
    basis: Basis


class Removal(Cited):
    """A way off the list (移出), by whom it is begun and on which condition; not before ``earliest`` is over. Its
    ``id`` is what procedures name it by."""

    id: str | None = None
    way: Title
    earliest: Period | None = None


class Repair(Cited):
    """What credit repair (信用修复) asks of the listed: its conditions; ``none`` says why there is none."""

    conditions: tuple[Title, ...] = ()
    none: Title | None = None


class Procedure(Cited):
    """How an entry is decided (程序): its name, and its steps in order."""

    name: Title
    steps: tuple[str, ...] = Field(min_length=1)


class ListRow(Dated):
    """The rules of a list on a span of days. What a row leaves unset blocks the release; nothing has a default."""

    id: str
    document: str | None = None
    article: str | None = None  # the article of the document by which there is such a list
    # the national list whose entries it shows, where it has no criteria of its own
    republishes: tuple[str, ...] = Field(default=(), max_length=1)
    industries: tuple[str, ...] = ()  # only entries of firms whose industry code begins so
    excluded: tuple[Excluded, ...] = ()
    procedure: Procedure | None = None
    # the day from which listings count, term, authority and fields: read through the properties below
    set_listed_from: date | None = Field(default=None, alias="listed_from")
    set_term: Term | None = Field(default=None, alias="term")
    set_authority: Authority | None = Field(default=None, alias="authority")
    set_publishable: Publishable | None = Field(default=None, alias="publishable")
    # an entry that this bureau decided itself is released only once the receipt of GSXT (公示回执) is there
    published: Cited | None = None
    unchecked: tuple[Unchecked, ...] = ()
    grounds: tuple[Ground, ...] = ()
    not_grounds: tuple[NotGround, ...] = ()
    removal: tuple[Removal, ...] = ()
    repair: Repair | None = None

    @model_validator(mode="after")
    def _articles(self) -> ListRow:
        if self.republishes and (self.document or self.grounds):
            zh, en = "转载的名单没有自己的依据和情形", "a list that re-publishes has no document and grounds of its own"
            raise Inconsistent([(("republishes",), zh, en)])
        if self.document is None:
            return self
        document = documents().get(self.document)
        if document is None:
            raise ValueError(f"document: {self.document} is not among the bases")
        cited = {row.article for row in self.unchecked} | {row.article for row in self.grounds}
        cited |= {part.article for part in self._cited()} | ({self.article} if self.article else set())
        if missing := sorted(cited - set(document.articles)):
            raise ValueError(f"article {', '.join(missing)} is not among those of {self.document}")
        return self

    def _cited(self) -> list[Cited]:
        parts = (self.procedure, self.set_term, self.set_authority, self.published, self.repair, *self.removal)
        return [part for part in parts if part is not None]

    @property
    def listed_from(self) -> date:
        """The first day whose listings count; like all below ``DefinitionError("policy.unset")`` where it is unset."""
        return self._set("listed_from", self.set_listed_from)

    @property
    def term(self) -> Term:
        """How long an entry stands."""
        return self._set("term", self.set_term)

    @property
    def authority(self) -> Authority:
        """Who may list."""
        return self._set("authority", self.set_authority)

    @property
    def publishable(self) -> Publishable:
        """What may leave."""
        return self._set("publishable", self.set_publishable)

    def unset(self) -> list[str]:
        """What a list with criteria of its own needs before it is released, and this row leaves open."""
        parts = ("listed_from", "term", "authority", "publishable")
        return [name for name in parts if getattr(self, f"set_{name}") is None] + ([] if self.grounds else ["grounds"])

    def _set(self, name: str, value: V | None) -> V:
        if value is None:
            raise DefinitionError("policy.unset", what=self.id, parts=name)
        return value


class ListPolicy(_Strict):
    """One kind of list (名单) and its dated rows."""

    name: str = Field(alias="list")
    title: Title
    record_kind: str | None = None  # the kind of record that says who stands on it, where a source has one
    level: Level
    region: str | None = Field(default=None, pattern=r"^\d{6}$")  # of a local list
    rows: tuple[ListRow, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fields(self) -> ListPolicy:
        if (self.level == "local") != (self.region is not None):
            raise Inconsistent(
                [(("region",), "地方名单须写明，全国名单没有", "a local list has one, a national one none")]
            )
        if self.record_kind is not None and self.record_kind not in KINDS:
            raise Inconsistent([(("record_kind",), f"没有 {self.record_kind}", f"there is no {self.record_kind}")])
        fields = KINDS[self.record_kind].fields if self.record_kind else {}
        personal = {name for name, field in fields.items() if field.personal}
        for row in self.rows:
            named = row.set_publishable.fields if row.set_publishable else ()
            if wrong := sorted(set(named) - ({*fields, *SUBJECT_FIELDS} - personal)):
                raise ValueError(f"publishable: {', '.join(wrong)} is unknown or personal")
        return self

    def on(self, day: date) -> ListRow:
        """The row in force; raises ``DefinitionError("policy.none_in_force")``."""
        return only_in_force(self.rows, day, self.title.zh)

    @property
    def carried(self) -> Carried:
        """What the gate asks a basis for."""
        return Carried(t(self.title.zh, self.title.en), self.level, self.region)

    def documents_on(self, day: date) -> dict[str, Document]:
        """The documents that the list rests on that day: its own (by the list's name), or those of the lists that it
        re-publishes, which have to be national ones. Raises ``DefinitionError`` where one carries it not.
        """
        row = self.on(day)
        if not row.republishes:
            return {self.name: gate(self.carried, row.document, row.article, day)}
        others = [list_policy(name) for name in row.republishes]
        for other in others:
            if other.level != "national" or other.on(day).republishes:
                why = f"{other.title.zh} 不是全国名单", f"{other.title.en} is no national list"
                raise refused(self.carried.name, day, t(*why))
        return {name: document for other in others for name, document in other.documents_on(day).items()}


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
    """SHA-256 over the list's definition, clocks, redaction and bases: with them a release is rebuilt byte for byte."""
    digest = hashlib.sha256()
    policies = root("policies")
    shared = [policies / "clocks.yml", policies / "redaction.yml", *sorted((policies / "bases").glob("*.yml"))]
    for path in [_folder() / f"{name}.yml", *shared]:
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
