"""Workbooks for people: text stays text, also what begins like a formula; a file is readable by its owner only."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font

from credit_graph.errors import StateError
from credit_graph.ingest.files import shown

LONGEST = 32_767  # characters of a cell
LONGEST_NAME = 31  # of a sheet
_NOT_IN_A_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))

Value = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: lines of text above the table, the table's header with the widths of its columns, and its rows."""

    name: str
    header: Sequence[str]
    widths: Sequence[int]
    rows: Iterable[Sequence[Value]]
    above: Sequence[str] = ()


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that did not exist (mode 0600); a fault leaves none. ``StateError``: exists, cannot_write."""
    if path.exists():
        raise StateError("state.exists", path=shown(str(path)))
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise StateError("state.cannot_write", path=shown(str(path)), why=error.strerror) from None
    whole = False
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        whole = True
    except OSError as error:
        raise StateError("state.cannot_write", path=shown(str(path)), why=error.strerror) from None
    finally:
        if not whole:
            path.unlink(missing_ok=True)


@contextmanager
def new_workbook(path: Path) -> Iterator[Workbook]:
    """A workbook that is saved as a new file; raises as :func:`new_file` does, before anything is put into it."""
    with new_file(path) as file:
        book = Workbook(write_only=True)
        try:
            yield book
        except BaseException:
            for sheet in book.worksheets:  # each writes to a file of its own, which must not end after that is closed
                sheet.close()
            raise
        book.save(file)


def write_workbook(path: Path, sheets: Iterable[Sheet]) -> None:
    """Write the sheets into a new workbook. Raises ``StateError``: exists, cannot_write."""
    with new_workbook(path) as book:
        for sheet in sheets:
            _write_sheet(book, sheet)


def workbook_bytes(sheet: Sheet) -> bytes:
    """The sheet as a workbook that is sent, not kept."""
    book, out = Workbook(write_only=True), io.BytesIO()
    _write_sheet(book, sheet)
    book.save(out)
    return out.getvalue()


def write_csv(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write the rows into a new CSV file as spreadsheets read it. Raises ``StateError``: exists, cannot_write."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([[_plain(cell) for cell in row] for row in rows])
    with new_file(path) as file:
        file.write(text.getvalue().encode("utf-8-sig"))


def _plain(cell: str) -> str:
    """A spreadsheet would take such a text for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _write_sheet(book: Workbook, content: Sheet) -> None:
    sheet: Any = book.create_sheet(free_name(book, content.name))  # the stubs know less of it than there is
    sheet.freeze_panes = f"A{len(content.above) + 2}"
    for number, width in enumerate(content.widths):
        sheet.column_dimensions[_letter(number)].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{len(content.above) + 1}:{len(content.above) + 1}"
    cell = text_cell(sheet)
    for line in content.above:
        sheet.append(filled([cell], [line]))
    cells = [text_cell(sheet) for _ in content.header]
    for head in cells:
        head.font = Font(bold=True)
        head.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.append(filled(cells, content.header))
    cells = [text_cell(sheet) for _ in content.header]
    for row in content.rows:
        sheet.append([_cell(sheet, cells[place], value) for place, value in enumerate(row)])


def _cell(sheet: Any, cell: Cell, value: Value) -> Any:
    if isinstance(value, str):
        (done,) = filled([cell], [value])
        return done
    if isinstance(value, float):
        number: Cell = WriteOnlyCell(sheet, value)
        number.number_format = "0.00"
        return number
    return value.isoformat() if isinstance(value, date) else value


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else _letter(number // 26 - 1) + _letter(number % 26)


def free_name(book: Workbook, wanted: str) -> str:
    """A name for a new sheet: without what a name may not hold, not too long, not taken."""
    name = wanted.translate(_NOT_IN_A_NAME).strip()[:LONGEST_NAME] or "Sheet"
    number = 1
    taken = {title.lower() for title in book.sheetnames}
    chosen = name
    while chosen.lower() in taken:
        number += 1
        chosen = f"{name[: LONGEST_NAME - 4]} {number}"
    return chosen


def text_cell(sheet: Any) -> Cell:
    """A cell that stays text, also after someone has edited it; one serves all rows, since each is written at once."""
    cell: Cell = WriteOnlyCell(sheet)
    cell.number_format = "@"
    cell.quotePrefix = True
    return cell


def filled(cells: list[Cell], texts: Sequence[str]) -> list[Cell]:
    """The cells with these texts in them."""
    for cell, text in zip(cells, texts, strict=True):
        cell.value = exported(text) or None
        cell.data_type = "s"  # a text that begins with = would be a formula
    return cells


def exported(text: str) -> str:
    """The text as a cell of a workbook holds it: without control characters, not too long."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text[:LONGEST]
