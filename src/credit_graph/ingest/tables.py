"""Tables of a file, by its first bytes whatever it is called: CSV, JSON, JSON lines, workbooks, Parquet.

Every cell is text here; nothing is interpreted yet.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from credit_graph.errors import InputError
from credit_graph.ingest import archives, workbooks
from credit_graph.ingest.files import OLE, SourceFile, is_json
from credit_graph.ingest.jsonfile import is_json_lines, json_lines, json_rows
from credit_graph.ingest.limits import limits
from credit_graph.ingest.textfile import Cells, csv_rows, encoding_of
from credit_graph.text import t

__all__ = ["Cells", "RawTable", "tables"]

_EXACT = 1e15  # spreadsheets keep 15 digits; longer numbers have lost some
_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class RawTable:
    """One sheet, or the whole of a file: its rows, title and notes included, read anew on each call."""

    sheet: str
    rows: Callable[[], Iterator[Cells]]


def tables(file: SourceFile) -> list[RawTable]:
    """The tables of a file; of a workbook, its visible sheets.

    Raises ``InputError``: encrypted, damaged, not_a_table, too_large, unsafe_archive; reading rows may raise them too.
    """
    start = file.head()
    if start[:4] == archives.ZIP or start[:4] == OLE:
        return _sheets(file)
    if start[:4] == b"PARE":
        raise InputError("input.encrypted", path=file.label)
    rows: Callable[[], Iterator[Cells]]
    if start[:4] == b"PAR1":
        rows = partial(_parquet, file)
    else:
        rows = partial(_text_rows(file, start, encoding := encoding_of(file)), file, encoding)
    return [RawTable("", lambda: _guarded(file, rows()))]


def _text_rows(file: SourceFile, start: bytes, encoding: str) -> Callable[[SourceFile, str], Iterator[Cells]]:
    """What reads the text: JSON lines by name or content, JSON by how it begins, else CSV."""
    if is_json_lines(file, encoding, start):
        return json_lines
    return json_rows if is_json(start) else csv_rows


def _guarded(file: SourceFile, rows: Iterable[Cells]) -> Iterator[Cells]:
    """Rows within the limit on columns."""
    allowed = limits().max_columns
    for row in rows:
        if len(row) > allowed:
            why = t(f"{len(row)} 列，超过 {allowed} 列", f"{len(row)} columns, over {allowed}")
            raise InputError("input.too_large", path=file.label, why=why)
        yield row


def _sheets(file: SourceFile) -> list[RawTable]:
    data = file.whole()
    workbooks.guard(data, file.label)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    except PasswordError:
        raise InputError("input.encrypted", path=file.label) from None
    except (CalamineError, OSError, ValueError):
        raise _bad_workbook(file) from None
    return [RawTable(name, lambda name=name: _guarded(file, _sheet(file, book, name))) for name in visible]  # type: ignore[misc]


def _bad_workbook(file: SourceFile) -> InputError:
    why = t("工作簿不完整或格式不对", "the workbook is incomplete or malformed")
    return InputError("input.damaged", path=file.label, why=why)


def _sheet(file: SourceFile, book: CalamineWorkbook, name: str) -> Iterator[Cells]:
    """The rows of a sheet; a cell that is merged over several rows says the same in each of them."""
    try:
        sheet = book.get_sheet_by_name(name)
        rows = sheet.iter_rows()
    except (CalamineError, OSError, ValueError):
        raise _bad_workbook(file) from None
    merged = sorted((top, left, bottom) for (top, left), (bottom, _) in sheet.merged_cell_ranges or () if bottom > top)
    merged.reverse()
    standing: dict[int, tuple[int, str]] = {}  # column -> last row of the merged cell, its text
    for number, row in enumerate(rows):
        cells = [_text(cell) for cell in row]
        for column, (bottom, text) in list(standing.items()):
            if number > bottom:
                del standing[column]
            elif not cells[column]:
                cells[column] = text
        while merged and merged[-1][0] <= number:
            top, column, bottom = merged.pop()
            if top == number and column < len(cells):
                standing[column] = (bottom, cells[column])
        yield cells


def _parquet(file: SourceFile) -> Iterator[Cells]:
    try:
        stream = io.BytesIO(file.whole()) if file.members else file.open()
        with stream, pq.ParquetFile(stream) as source:
            yield list(source.schema_arrow.names)
            for batch in source.iter_batches(batch_size=_BATCH):
                columns = [[_text(cell) for cell in column.to_pylist()] for column in batch.columns]
                yield from (list(cells) for cells in zip(*columns, strict=True))
    except (pa.ArrowException, OSError, ValueError):
        why = t("Parquet 文件不完整", "the Parquet file is incomplete")
        raise InputError("input.damaged", path=file.label, why=why) from None


def _text(value: Any) -> str:
    """A cell as text. Whole numbers without ``.0``; numbers that lost digits in exponent form, so that it shows."""
    match value:
        case None:
            text = ""
        case str():
            text = value
        case bool():
            text = "1" if value else "0"
        case float():
            text = _number(value)
        case datetime():
            whole_day = value.time() == time() and value.tzinfo is None
            text = value.date().isoformat() if whole_day else value.isoformat(" ")
        case date() | time():
            text = value.isoformat()
        case bytes():
            text = _bytes(value)
        case list() | dict() | tuple():
            text = json.dumps(value, ensure_ascii=False, default=str)
        case _:
            text = str(value)
    return text


def _bytes(value: bytes) -> str:
    """Text that its writer did not declare as text, as older Parquet writers do; else hexadecimal digits."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    if abs(value) >= _EXACT:
        return f"{value:.15G}"  # 9.13302E+17
    return str(int(value)) if value.is_integer() else repr(value)
