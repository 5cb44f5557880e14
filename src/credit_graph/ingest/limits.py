"""How files are read: limits and words from ``policies/loading.yml``."""

from __future__ import annotations

import re
from datetime import date
from functools import cache, cached_property

from pydantic import BaseModel, ConfigDict, Field, field_validator

from credit_graph import clock, policyfile
from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.resources import root


class Limits(Dated):
    """One dated row: what is refused as implausible or dangerous, and how cells and rows are understood."""

    id: str
    max_closure_share: float = Field(ge=0, le=1)
    max_closure_rows: int = Field(ge=0)
    max_line_bytes: int = Field(gt=0)
    max_columns: int = Field(gt=0)
    max_cell_characters: int = Field(gt=0)
    max_cell_lines: int = Field(gt=0)
    max_title_rows: int = Field(gt=0)
    max_archive_members: int = Field(gt=0)
    max_archive_depth: int = Field(gt=0)
    max_archive_bytes: int = Field(gt=0)
    max_archive_ratio: float = Field(gt=1)
    ratio_from_bytes: int = Field(gt=0)  # what unpacks to less is harmless at any ratio
    max_memory_bytes: int = Field(gt=0)
    max_workbook_cells: int = Field(gt=0)
    suffixes: tuple[str, ...]
    empty: tuple[str, ...]
    withheld: tuple[str, ...]
    open_days: tuple[date, ...]
    open_words: tuple[str, ...]
    no_days: tuple[date, ...]
    first_day: date
    last_day: date
    totals: str
    notes: str
    currencies: dict[str, tuple[str, ...]]
    documents: dict[str, tuple[str, ...]]
    organisation_words: tuple[str, ...]

    @field_validator("totals", "notes")
    @classmethod
    def _pattern(cls, text: str) -> str:
        """A folded YAML text holds spaces where its lines break; rows are compared without any."""
        text = "".join(text.split())
        try:
            re.compile(text)
        except re.error as error:
            raise ValueError(str(error)) from None
        return text

    @cached_property
    def empty_words(self) -> frozenset[str]:
        """What an empty cell may hold, in upper case."""
        return frozenset(word.upper() for word in self.empty)

    @cached_property
    def withheld_words(self) -> frozenset[str]:
        """What stands in the place of a figure that is not published."""
        return frozenset(self.withheld)

    @cached_property
    def total_row(self) -> re.Pattern[str]:
        """First cell of a row of totals, without spaces."""
        return re.compile(self.totals)

    @cached_property
    def note_row(self) -> re.Pattern[str]:
        """First cell of a note, without spaces."""
        return re.compile(self.notes, re.DOTALL)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: tuple[Limits, ...] = Field(min_length=1)


@cache
def _on(day: date) -> Limits:
    return only_in_force(read_policy(root("policies") / "loading.yml", _File).rows, day, "loading.yml")


def limits() -> Limits:
    """The row in force today; ``DefinitionError`` for a faulty file."""
    return _on(clock.today())


@cache
def rules() -> Limits:
    """The row in force when the process first asked: for what is looked up cell by cell."""
    return limits()


@cache
def fingerprint() -> str:
    """Names the version of the rules by which cells are read."""
    return policyfile.fingerprint(root("policies") / "loading.yml")
