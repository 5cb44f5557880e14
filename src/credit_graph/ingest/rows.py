"""What reading a file yields: checked rows, before any comparison with the graph."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, overload

import pyarrow as pa

from credit_graph.model.definition import Definition
from credit_graph.model.statement import Value

RowStatus = Literal["ok", "empty", "quarantined"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One failed check: which column, why (a code of ``ingest/reasons.py``), and the screened value."""

    column: str  # header as it stands in the file
    field: str
    reason: str
    value: str


class ChunkCells(Sequence[str]):
    """The screened cells of one row; they stay in the columns of their chunk until someone looks at them."""

    __slots__ = ("_place", "columns")

    def __init__(self, columns: Sequence[pa.Array], place: int) -> None:
        self.columns = columns
        self._place = place

    def __len__(self) -> int:
        return len(self.columns)

    @overload
    def __getitem__(self, i: int) -> str: ...
    @overload
    def __getitem__(self, i: slice) -> list[str]: ...
    def __getitem__(self, i: int | slice) -> str | list[str]:
        if isinstance(i, slice):
            return [column[self._place].as_py() for column in self.columns[i]]
        text: str = self.columns[i][self._place].as_py()
        return text

    def at(self, columns: Sequence[pa.Array], place: int) -> bool:
        """Whether these are the cells at that place of those columns."""
        return self.columns is columns and self._place == place


@dataclass(slots=True)
class Row:
    """One input row after normalising, checking and screening."""

    number: int  # as a spreadsheet counts: the header's row + 1 …
    status: RowStatus
    cells: Sequence[str]  # screened text of every input column, in the header's order
    key: str | None = None  # natural key; readable also for most quarantined rows
    eid: str | None = None  # the subject as the row names it (credit code, org:…, reg:…, tax:…, name:…)
    subject_ref: str | None = None  # how the row names a subject that the graph does not know (set by jobs)
    pid: str | None = None  # person that the row names: keyed, else per (firm, name)
    scope: str = ""
    content: dict[str, Value] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()  # values set aside; the row is kept
    reasons: tuple[Fault, ...] = ()  # why the row is quarantined


@dataclass(slots=True)
class CheckedTable(ABC):
    """One table of one file, recognised; ``rows()`` reads it again on each call, in chunks."""

    path: Path  # as given on the command line
    member: str  # sheet or archive member, "" if none
    definition: Definition
    sha256: str  # of the file's (or member's) bytes
    header: list[str]
    mapped: dict[str, str]  # header -> field
    ignored: list[str]
    unmapped: list[str]  # neither mapped nor ignored: reported
    units: dict[str, str]  # field -> decided unit
    as_of: date | None
    read: int  # data rows
    skipped: dict[str, int]  # title lines, totals, notes, blank lines
    spool: Path  # Parquet of the screened rows; the caller moves or removes it
    notes: list[str] = field(default_factory=list)  # what the user should know: more rows than expected …

    @abstractmethod
    def rows(self) -> Iterator[list[Row]]:
        """Chunks of checked rows in file order."""

    def discard(self) -> None:
        """Remove the spool; the table can't be read again."""
        self.spool.unlink(missing_ok=True)
