"""What reading a file yields: checked rows, before any comparison with the graph."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, overload

import pyarrow as pa

from credit_graph.ingest.standing import Standing
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

    __slots__ = ("_columns", "_place")

    def __init__(self, columns: Sequence[pa.Array], place: int) -> None:
        self._columns = columns
        self._place = place

    def __len__(self) -> int:
        return len(self._columns)

    @overload
    def __getitem__(self, i: int) -> str: ...
    @overload
    def __getitem__(self, i: slice) -> list[str]: ...
    def __getitem__(self, i: int | slice) -> str | list[str]:
        if isinstance(i, slice):
            return [column[self._place].as_py() for column in self._columns[i]]
        text: str = self._columns[i][self._place].as_py()
        return text


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
class Chunk:
    """A piece of a table in file order: all its screened columns, and those of its rows that were read."""

    numbers: pa.Array  # of all rows, as a spreadsheet counts
    columns: Sequence[pa.Array]  # screened text, in the header's order
    rows: list[Row]
    places: Sequence[int]  # of ``rows`` in the chunk
    digests: pa.Array | None = None  # one per row, where the table has them
    known: pa.Array | None = None  # key of each row that stands as it is and was not read, else null
    scopes: frozenset[str] = frozenset()  # of the rows that were not read


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
    def chunks(self, standing: Standing | None = None, only: Collection[int] | None = None) -> Iterator[Chunk]:
        """The table in pieces, in file order; the same on each call.

        ``standing``: rows that it knows are not read; ``only``: the numbers of the rows to read, of all others
        nothing is given.
        """

    def outline(self, standing: Standing | None = None) -> Iterator[Chunk]:
        """As ``chunks``, with rows read just as far as their status, key and scope need."""
        return self.chunks(standing)

    def rows(self) -> Iterator[list[Row]]:
        """Chunks of checked rows in file order."""
        return (chunk.rows for chunk in self.chunks())

    def discard(self) -> None:
        """Remove the spool; the table can't be read again."""
        self.spool.unlink(missing_ok=True)
