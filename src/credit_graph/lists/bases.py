"""Legal bases (法律依据): the documents of ``policies/bases`` and the gate that a list has to pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph.errors import DefinitionError
from credit_graph.model.time import DAY_MAX
from credit_graph.policyfile import Basis, Dated, only_in_force, read_policy
from credit_graph.resources import root
from credit_graph.text import t

DocumentKind = Literal["law", "administrative_regulation", "central_policy", "local_regulation", "department_rule"]
Level = Literal["national", "local"]

_DIGITS = "零一二三四五六七八九"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Document(_Strict):
    """A law, regulation, central policy, local regulation or department rule, in force on [from, to)."""

    id: str
    title: str
    number: str
    kind: DocumentKind
    region: str | None = None
    in_force_from: date
    in_force_to: date = DAY_MAX
    articles: dict[str, str]
    basis: Basis

    @model_validator(mode="after")
    def _local(self) -> Document:
        if (self.kind == "local_regulation") != (self.region is not None):
            raise ValueError("region: a local regulation (地方性法规) has one, nothing else has")
        return self

    def in_force(self, day: date) -> bool:
        """Whether the document applies on the day."""
        return self.in_force_from <= day < self.in_force_to

    def cite(self, *articles: str) -> str:
        """《标题》（文号）第…条, as a decision cites it; of several articles the first 至 the last."""
        ends = dict.fromkeys((articles[0], articles[-1]))
        return f"《{self.title}》（{self.number}）" + "至".join(f"第{chinese_number(int(a))}条" for a in ends)


class _Documents(_Strict):
    documents: tuple[Document, ...] = Field(min_length=1)


class AllowedRow(Dated):
    """Which kinds of document may carry a list, per level of the list (国办发〔2020〕49号)."""

    id: str
    levels: dict[Level, tuple[DocumentKind, ...]]


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


def gate(list_name: str, level: Level, document_id: str, day: date) -> Document:
    """The document that the list rests on, if it may carry it on that day (国办发〔2020〕49号第六、七项).

    Raises ``DefinitionError``: ``policy.no_basis`` where the document is unknown, not in force, or of a kind
    that may not carry a list of this level.
    """
    document = documents().get(document_id)
    if document is None:
        raise _refused(list_name, day, t(f"没有登记文件 {document_id}", f"unknown document {document_id}"))
    if not document.in_force(day):
        why = t(f"{document.number} 当日不施行", f"{document.number} is not in force")
        raise _refused(list_name, day, why)
    rows = read_policy(root("policies") / "bases" / "allowed.yml", _Allowed).rows
    allowed = only_in_force(rows, day, "bases/allowed.yml").levels.get(level, ())
    if document.kind not in allowed:
        why = t(f"{document.kind} 不得设列此级名单", f"{document.kind} carries no {level} list")
        raise _refused(list_name, day, why)
    return document


def chinese_number(number: int) -> str:
    """1 to 99 in Chinese numerals, as articles are counted: 10 十, 11 十一, 21 二十一."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def _read() -> Iterator[Document]:
    for path in sorted((root("policies") / "bases").glob("*.yml")):
        if path.name != "allowed.yml":
            yield from read_policy(path, _Documents).documents


def _refused(list_name: str, day: date, why: str) -> DefinitionError:
    return DefinitionError("policy.no_basis", list=list_name, day=day, why=why)
