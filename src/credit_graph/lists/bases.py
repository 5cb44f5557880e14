"""Legal bases (法律依据): the documents of ``policies/bases`` and the gate that a list has to pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph.errors import DefinitionError, Inconsistent
from credit_graph.model.time import DAY_MAX
from credit_graph.policyfile import Basis, Dated, only_in_force, read_policy
from credit_graph.resources import root
from credit_graph.text import t

DocumentKind = Literal[
    "law",
    "administrative_regulation",
    "central_policy",
    "local_regulation",
    "department_rule",
    "government_rule",
    "normative_document",
    "memorandum",
]
Level = Literal["national", "local"]

# what a kind of document is called; the last three carry neither list nor measure
KIND_NAMES: dict[DocumentKind, tuple[str, str]] = {
    "law": ("法律", "a law"),
    "administrative_regulation": ("行政法规", "an administrative regulation"),
    "central_policy": ("党中央、国务院政策文件", "a policy document of the Party Centre or State Council"),
    "local_regulation": ("地方性法规", "a local regulation"),
    "department_rule": ("部门规章", "a department rule"),
    "government_rule": ("政府规章", "a rule of a local government"),
    "normative_document": ("规范性文件", "a normative document"),
    "memorandum": ("备忘录", "a memorandum"),
}
LEVEL_NAMES: dict[Level, tuple[str, str]] = {"national": ("全国", "national"), "local": ("地方", "local")}
_LOCAL = ("local_regulation", "government_rule", "normative_document")  # may have a region; the first has to
_BY_ITEM = ("central_policy", "memorandum")  # have items （六）, not articles 第六条, where the file does not say it

_DIGITS = "零一二三四五六七八九"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Document(_Strict):
    """A legal document, in force on [from, to); ``articles``: article or item -> what it says, in short."""

    id: str
    title: str
    title_en: str
    number: str
    kind: DocumentKind
    region: str | None = Field(default=None, pattern=r"^\d{6}$")
    in_force_from: date
    in_force_to: date = DAY_MAX
    articles: dict[str, str]
    unit: Literal["article", "item"] | None = None  # what it counts by; default: articles, policies and memoranda items
    basis: Basis

    @model_validator(mode="after")
    def _local(self) -> Document:
        if self.kind == "local_regulation" and self.region is None:
            zh, en = "地方性法规须写明行政区划", "a local regulation (地方性法规) has one"
            raise Inconsistent([(("region",), zh, en)])
        if self.kind not in _LOCAL and self.region is not None:
            zh, en = "只有地方文件才有行政区划", "only a local document has one"
            raise Inconsistent([(("region",), zh, en)])
        return self

    def in_force(self, day: date) -> bool:
        """Whether the document applies on the day."""
        return self.in_force_from <= day < self.in_force_to

    def reaches(self, region: str | None) -> bool:
        """Whether it applies in the division of six digits; ``None``: everywhere in the country."""
        return self.region is None or (region is not None and within(region, self.region))

    @property
    def _by_item(self) -> bool:
        return self.unit == "item" if self.unit else self.kind in _BY_ITEM

    def cite(self, *articles: str) -> str:
        """《标题》（文号）第…条, as a decision cites it; of several articles the first 至 the last; of policies and
        notices 第（…）项; of none the document alone."""
        ends = list(dict.fromkeys((articles[0], articles[-1]))) if articles else []
        return f"《{self.title}》（{self.number}）" + "至".join(self.place(article) for article in ends)

    def place(self, article: str) -> str:
        """The article or item without the document: 第五条."""
        return ("第（{}）项" if self._by_item else "第{}条").format(chinese_number(int(article)))

    def cite_english(self, *articles: str) -> str:
        """The same in English: Title (number), art. 5–11."""
        ends = "–".join(dict.fromkeys((articles[0], articles[-1]))) if articles else ""
        word = "item" if self._by_item else "art."
        return f"{self.title_en} ({self.number})" + (f", {word} {ends}" if ends else "")


def within(inner: str, outer: str) -> bool:
    """Whether an administrative division lies in another one (six digits each; zeros at the end: all below)."""
    stem = outer.removesuffix("00").removesuffix("00")
    return inner.startswith(stem)


class _Documents(_Strict):
    documents: tuple[Document, ...] = Field(min_length=1)


class AllowedRow(Dated):
    """Which kinds of document may carry a list, and a joint measure, per level (国办发〔2020〕49号)."""

    id: str
    levels: dict[Level, tuple[DocumentKind, ...]]
    measures: dict[Level, tuple[DocumentKind, ...]]


class _Allowed(_Strict):
    rows: tuple[AllowedRow, ...] = Field(min_length=1)


@cache
def documents() -> dict[str, Document]:
    """All documents by id. Raises ``DefinitionError("policy.invalid")``, also where an id is used twice."""
    found: dict[str, Document] = {}
    for document in _read():
        if document.id in found:
            raise DefinitionError("policy.invalid", path="bases", why=t("编号重复：", "twice: ") + document.id)
        found[document.id] = document
    return found


@dataclass(frozen=True, slots=True)
class Carried:
    """What asks for a basis: a list or a joint measure by its name, of a level; local ones in a region (six digits)."""

    name: str
    level: Level
    region: str | None = None
    what: Literal["levels", "measures"] = "levels"


def gate(carried: Carried, document_id: str | None, article: str | None, day: date) -> Document:
    """The document that it rests on, if that may carry it on that day and in that place (国办发〔2020〕49号第六、七项).

    Raises ``DefinitionError("policy.no_basis")``, which names what is missing: no document is set, or it is
    unknown, not in force, not of the place, of a kind that may not carry this, or has no such article.
    """
    if document_id is None:
        raise refused(carried.name, day, t("没有设定依据文件", "no document is set") + _wanted(carried, day))
    document = documents().get(document_id)
    if document is None:
        raise refused(carried.name, day, t(f"没有登记文件 {document_id}", f"unknown document {document_id}"))
    if why := _unfit(carried, document, article, day):
        raise refused(carried.name, day, why)
    return document


def _unfit(carried: Carried, document: Document, article: str | None, day: date) -> str | None:
    """Why the document does not carry it, in the language in use."""
    name = document.number
    if not document.in_force(day):
        return t(f"{name} 当日不施行", f"{name} is not in force")
    if document.kind not in _allowed(carried, day):
        kind, level = KIND_NAMES[document.kind], LEVEL_NAMES[carried.level]
        what = t(*(("名单", "list") if carried.what == "levels" else ("措施", "measure")))
        why = t(
            f"{name} 是{kind[0]}，不得设定{level[0]}{what}", f"{name} is {kind[1]}: it carries no {level[1]} {what}"
        )
        return why + _wanted(carried, day)
    if not document.reaches(carried.region):
        return t(
            f"{name} 只在 {document.region} 施行，不适用于 {carried.region or '全国'}",
            f"{name} applies in {document.region} only, not in {carried.region or 'the whole country'}",
        )
    if article is None:
        return t(f"没有写明 {name} 的条款", f"no article of {name} is set")
    if article not in document.articles:
        return t(f"{document.cite(article)}没有登记", f"{document.cite_english(article)} is not entered")
    return None


def _allowed(carried: Carried, day: date) -> tuple[DocumentKind, ...]:
    rows = read_policy(root("policies") / "bases" / "allowed.yml", _Allowed).rows
    row = only_in_force(rows, day, "bases/allowed.yml")
    kinds: dict[Level, tuple[DocumentKind, ...]] = getattr(row, carried.what)
    return kinds.get(carried.level, ())


def _wanted(carried: Carried, day: date) -> str:
    """What would do, to be added to a refusal."""
    names = [t(*KIND_NAMES[kind]) for kind in _allowed(carried, day)]
    return t("，需要：" + "、".join(names), "; needed: " + " or ".join(names))


def chinese_number(number: int) -> str:
    """1 to 999 in Chinese numerals, as articles are counted: 10 十, 21 二十一, 201 二百零一, 110 一百一十."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    head = _DIGITS[hundreds] + "百" if hundreds else ""
    if tens:
        head += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        head += "零"
    return head + (_DIGITS[ones] if ones or not number else "")


def _read() -> Iterator[Document]:
    for path in sorted((root("policies") / "bases").glob("*.yml")):
        if path.name != "allowed.yml":
            yield from read_policy(path, _Documents).documents


def refused(list_name: str, day: date, why: str) -> DefinitionError:
    """The refusal of a list or measure that has no basis that day, and why."""
    return DefinitionError("policy.no_basis", list=list_name, day=day, why=why)
