"""Applications for credit repair (信用修复) as data, ``policies/repair.yml``. Pure.

How the portal's export is read, what may be applied for, which procedure that begins, and what it has to bring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph.errors import Inconsistent, StateError, UsageError
from credit_graph.lists.policy import Title, plain
from credit_graph.lists.procedures import procedures
from credit_graph.policyfile import Dated, read_policy
from credit_graph.resources import root
from credit_graph.text import joined, t


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Material(_Strict):
    """Something that an application has to bring, and the words by which it is called there (any of them)."""

    name: Title
    words: tuple[str, ...] = Field(min_length=1)


class RepairKind(Dated):
    """What may be applied for: how the portal calls it, the procedure that it begins, and its materials."""

    id: str = Field(pattern=r"^[a-z_]{2,40}$")
    name: Title
    words: tuple[str, ...] = Field(min_length=1)
    list_name: str = Field(alias="list")
    procedure: str
    materials: tuple[Material, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _known(self) -> RepairKind:
        try:
            procedures(self.list_name).on(self.procedure, max(self.effective_from, date(2025, 12, 25)))
        except UsageError as error:
            raise Inconsistent([(("procedure",), str(error), str(error))]) from None
        return self

    def check_materials(self, handed_in: str, what: str) -> None:
        """Raises ``StateError("state.materials_missing")`` naming all that the application lacks."""
        text = plain(handed_in)
        lacking = [item.name for item in self.materials if not any(word in text for word in item.words)]
        if lacking:
            names = joined(t(name.zh, name.en) for name in lacking)
            raise StateError("state.materials_missing", what=what, materials=names)

    def said(self, row: Mapping[str, str], day: date) -> dict[str, str]:
        """What the application says of that which the procedure's first step asks."""
        first = procedures(self.list_name).on(self.procedure, day).steps[0]
        return {ask.name: row[ask.name] for ask in first.asks if row.get(ask.name)}


class RepairPolicy(_Strict):
    """All of it; ``columns``: the headers of what is read of the export."""

    columns: dict[str, tuple[str, ...]]
    required: tuple[str, ...]
    kinds: tuple[RepairKind, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> RepairPolicy:
        headers = [plain(name) for names in self.columns.values() for name in names]
        if twice := sorted({name for name in headers if headers.count(name) > 1}):
            raise Inconsistent([(("columns",), f"列名重复：{twice[0]}", f"{twice[0]} stands there twice")])
        if unknown := sorted(set(self.required) - set(self.columns)):
            raise Inconsistent([(("required",), f"没有 {unknown[0]}", f"there is no {unknown[0]}")])
        return self

    def kind(self, called: str, day: date) -> RepairKind:
        """The kind of that id or whose word the text has, in force on the day. Raises ``UsageError``."""
        text = plain(called)
        for row in self.kinds:
            if row.in_force(day) and (called == row.id or any(word in text for word in row.words)):
                return row
        known = joined(f"{row.id}（{t(row.name.zh, row.name.en)}）" for row in self.kinds if row.in_force(day))
        raise UsageError("usage.bad_value", option="KIND", value=called, why=t("可用的有：", "one of: ") + known)

    def begins(self, list_name: str, procedure: str) -> RepairKind | None:
        """The kind of application that begins such proceedings."""
        return next((row for row in self.kinds if (row.list_name, row.procedure) == (list_name, procedure)), None)


@dataclass(frozen=True, slots=True)
class Application:
    """One application: its row in the file (1: the header's line is the first), and what it says by column."""

    row: int
    values: Mapping[str, str]

    @property
    def what(self) -> str:
        """What it calls the firm by."""
        return self.values.get("code") or self.values.get("name") or ""


@cache
def repair_policy() -> RepairPolicy:
    """The shipped rules; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "repair.yml", RepairPolicy)
