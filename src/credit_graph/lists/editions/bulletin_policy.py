"""How a bulletin (公告) is worded, as dated data (``policies/bulletins.yml``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from credit_graph.errors import DefinitionError, Inconsistent
from credit_graph.policyfile import Basis, Dated, read_policy
from credit_graph.resources import root
from credit_graph.text import t

# what a text may name in braces; policies/bulletins.yml says what each is
PLACEHOLDERS = frozenset(
    "list period valid count decision basis bureau reconsideration court office address phone reconsideration_term "
    "lawsuit_term ways conditions removed release root attachment size sha256".split()
)
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


def fill(text: str, values: Mapping[str, str]) -> str | None:
    """The text with its values; ``None`` where it speaks of something of which there is none."""
    names = set(_PLACEHOLDER.findall(text))
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text) if all(values.get(name) for name in names) else None


def _checked(text: str) -> str:
    unknown = sorted(set(_PLACEHOLDER.findall(text)) - PLACEHOLDERS)
    if unknown or re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        what = "{" + "} {".join(unknown) + "}" if unknown else "{ }"
        raise ValueError(t(f"没有占位符 {what}", f"there is no placeholder {what}"))
    return text


class Section(BaseModel):
    """A numbered section: its heading, its text, and where the wording comes from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    heading: str = Field(min_length=1)
    text: str = Field(min_length=1)
    basis: Basis

    _fields = field_validator("text")(_checked)


class BulletinRow(Dated):
    """The wording on a span of days. ``lists``: names of lists; empty: of all others. ``longest``: so many entries
    stand in the bulletin's own table (``annex``); of more, a ``file`` is named. ``decision``: what entries rest on, as
    texts call it. ``none``: the opening without any entry.
    """

    id: str
    lists: tuple[str, ...] = ()
    longest: int = Field(ge=0)
    decision: str = Field(min_length=1)
    title: str = Field(min_length=1)
    opening: str = Field(min_length=1)
    none: str = Field(min_length=1)
    annex: str = Field(min_length=1)
    file: str = Field(min_length=1)
    sections: tuple[Section, ...]

    _fields = field_validator("title", "opening", "none", "annex", "file")(_checked)


class Bulletins(BaseModel):
    """The rows of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bulletins: tuple[BulletinRow, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Bulletins:
        ids = [row.id for row in self.bulletins]
        if twice := sorted({row for row in ids if ids.count(row) > 1}):
            raise Inconsistent([(("bulletins",), f"id 重复：{'、'.join(twice)}", f"twice: {', '.join(twice)}")])
        return self


@cache
def _rows() -> tuple[BulletinRow, ...]:
    return read_policy(root("policies") / "bulletins.yml", Bulletins).bulletins


def bulletin_on(list_name: str, day: date) -> BulletinRow:
    """The wording for a list on a day: the first row that names it, else the first that names none.

    Raises ``DefinitionError``: ``policy.invalid``, ``policy.none_in_force``.
    """
    found = [row for row in _rows() if row.in_force(day) and (not row.lists or list_name in row.lists)]
    if not found:
        raise DefinitionError("policy.none_in_force", day=day, what=f"bulletins.yml: {list_name}")
    return min(found, key=lambda row: not row.lists)
