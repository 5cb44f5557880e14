"""The workbook of refused rows: written for people who correct them, and read back for the replay."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font

from credit_graph.errors import InputError, StateError
from credit_graph.ingest.files import SourceFile, expand, shown
from credit_graph.ingest.reasons import reason_text
from credit_graph.ingest.replayed import StoredRow
from credit_graph.ingest.tables import RawTable, tables
from credit_graph.jobs.quarantine import Refused
from credit_graph.jobs.sheets import exported, filled, free_name, new_workbook, text_cell
from credit_graph.text import t

Corrections = dict[tuple[int, int], dict[str, str]]  # (seq, row) -> header -> cell
FRONT = 5  # columns before those of the file: batch, file, row, columns, reasons
_MOST_ROWS = 1_000_000  # a sheet holds 1,048,576


def write(path: Path, delivered: Iterable[Refused]) -> int:
    """Write the open rows, a sheet per source, all cells as text; returns how many. Nothing is written for none.

    The file is readable by its owner only. Raises ``StateError``: exists, cannot_write.
    """
    if path.exists():
        raise StateError("state.exists", path=shown(str(path)))
    by_source: dict[str, list[Refused]] = {}
    for item in delivered:
        if item.open:
            by_source.setdefault(item.origin.source, []).append(item)
    if not by_source:
        return 0
    with new_workbook(path) as book:
        return sum(_write_source(book, source, found) for source, found in by_source.items())


def _write_source(book: Workbook, source: str, found: list[Refused]) -> int:
    header = list(dict.fromkeys(name for item in found for row in item.open.values() for name in row.header if name))
    front = [t("批次", "batch"), t("文件", "file"), t("行", "row"), t("列", "columns"), t("原因", "reasons")]
    count = 0
    sheet: Any = None
    cells: list[Cell] = []
    for item in found:
        for number, row in sorted(item.open.items()):
            if count % _MOST_ROWS == 0:
                sheet = _sheet(book, source, [*front, *header])
                cells = [text_cell(sheet) for _ in (*front, *header)]
            stored = dict(zip(row.header, row.cells, strict=True))
            columns = "、".join(dict.fromkeys(fault.column for fault in row.reasons if fault.column))
            reasons = "；".join(dict.fromkeys(reason_text(fault.reason) for fault in row.reasons))
            said = [str(item.origin.seq), str(item.origin.properties["path"]), str(number), columns, reasons]
            sheet.append(filled(cells, [*said, *(stored.get(name, "") for name in header)]))
            count += 1
    return count


def _sheet(book: Workbook, source: str, header: list[str]) -> Any:
    sheet: Any = book.create_sheet(
        free_name(book, source)
    )  # the type stubs know less of a write-only sheet than there is
    sheet.freeze_panes = "A2"
    for column, width in zip("ABCDE", (8, 24, 8, 24, 48), strict=True):
        sheet.column_dimensions[column].width = width
    cells = [text_cell(sheet) for _ in header]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(filled(cells, header))
    return sheet


def read(path: Path) -> Corrections:
    """The rows of a workbook as :func:`write` made it, corrected or not; a row may have been deleted.

    Raises ``InputError``: not_an_export, and what reading a workbook raises.
    """
    (file, *others) = expand([path])
    if others:
        raise _no_export(file, t("它是压缩包", "it is an archive"))
    found: Corrections = {}
    for table in tables(file):
        for place, cells in _rows(file, table):
            if place in found:
                seq, number = place
                raise _no_export(
                    file, t(f"批次 {seq} 第 {number} 行出现两次", f"row {number} of batch {seq} is there twice")
                )
            found[place] = cells
    if not found:
        raise _no_export(file, t("没有任何行", "it has no rows"))
    return found


def _rows(file: SourceFile, table: RawTable) -> Iterator[tuple[tuple[int, int], dict[str, str]]]:
    rows = table.rows()
    header = next(rows, [])
    if not any(header):
        return
    for line, row in enumerate(rows, start=2):
        if not any(row):
            continue
        place = None
        with contextlib.suppress(ValueError, IndexError):
            place = int(row[0]), int(row[2])
        if place is None:
            zh, en = f"第 {line} 行没有批次和行号", f"its line {line} names no batch and row"
            raise _no_export(file, t(zh, en))
        yield place, {name: cell for name, cell in zip(header[FRONT:], row[FRONT:], strict=False) if name}


def _no_export(file: SourceFile, why: str) -> InputError:
    return InputError("input.not_an_export", path=file.label, why=why)


def same(row: StoredRow, given: dict[str, str]) -> dict[str, str]:
    """What is given for a row, with the stored text where the workbook holds it unaltered."""
    stored = dict(zip(row.header, row.cells, strict=True))
    return {
        name: stored[name] if exported(stored[name]) == cell else cell for name, cell in given.items() if name in stored
    }
