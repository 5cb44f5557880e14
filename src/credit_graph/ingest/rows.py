"""What reading a file yields: checked rows, before any comparison with the graph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

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


@dataclass(slots=True)
class Row:
    """One input row after normalising, checking and screening."""

    number: int  # as a spreadsheet counts: the header's row + 1 …
    status: RowStatus
    cells: list[str | None]  # screened text of every input column, in the header's order
    key: str | None = None  # natural key; readable also for most quarantined rows
    eid: str | None = None  # the subject as the row names it (credit code, org:…, reg:…, tax:…, name:…)
    subject_ref: str | None = None  # how the row names a subject that the graph does not know (set by jobs)
    pid: str | None = None  # person that the row names: keyed, else per (firm, name)
    scope: str = ""
    content: dict[str, Value] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()  # values set aside; the row is kept
    reasons: tuple[Fault, ...] = ()  # why the row is quarantined


@dataclass(slots=True)
class CheckedTable:
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

    def rows(self) -> Iterator[list[Row]]:
        """Chunks of checked rows in file order."""
        raise NotImplementedError

    def discard(self) -> None:
        """Remove the spool; the table can't be read again."""
        self.spool.unlink(missing_ok=True)
