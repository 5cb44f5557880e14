"""Tables of a file, by its first bytes whatever it is called: CSV, JSON, XLSX and other workbooks, Parquet.

Every cell is text here; nothing is interpreted yet.
"""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from credit_graph.errors import InputError
from credit_graph.ingest import archives
from credit_graph.ingest.files import BLOCK, OLE, SourceFile, is_json
from credit_graph.ingest.limits import limits
from credit_graph.ingest.textfile import Cells, csv_rows, encoding_of, json_rows
from credit_graph.text import t

__all__ = ["Cells", "RawTable", "tables"]

_EXACT = 1e15  # spreadsheets keep 15 digits; longer numbers have lost some
_BATCH = 10_000
_PLACE = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})([0-9]{1,7})"')


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
        return _sheets(file, start)
    if start[:4] == b"PARE":
        raise InputError("input.encrypted", path=file.label)
    rows: Callable[[], Iterator[Cells]]
    if start[:4] == b"PAR1":
        rows = partial(_parquet, file)
    elif is_json(start):
        rows = partial(json_rows, file, encoding_of(file))
    else:
        rows = partial(csv_rows, file, encoding_of(file))
    return [RawTable("", lambda: _guarded(file, rows()))]


def _guarded(file: SourceFile, rows: Iterable[Cells]) -> Iterator[Cells]:
    """Rows within the limit on columns."""
    allowed = limits().max_columns
    for row in rows:
        if len(row) > allowed:
            why = t(f"{len(row)} 列，超过 {allowed} 列", f"{len(row)} columns, over {allowed}")
            raise InputError("input.too_large", path=file.label, why=why)
        yield row


def _sheets(file: SourceFile, start: bytes) -> list[RawTable]:
    data = file.whole()
    if start[:4] == OLE and "EncryptedPackage".encode("utf-16-le") in data:  # MS-OFFCRYPTO
        raise InputError("input.encrypted", path=file.label)
    if start[:4] == archives.ZIP:
        _guard_workbook(data, file.label)
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


def _guard_workbook(data: bytes, label: str) -> None:
    """Refuse what would unpack to more than the memory holds: a few bytes can claim a sheet of 17 billion cells."""
    allowed = limits()
    with archives.opened(io.BytesIO(data), label) as archive:
        archives.guard(archive, label)
        if sum(member.file_size for member in archive.infolist()) > allowed.max_memory_bytes:
            why = t(f"解压后超过 {allowed.max_memory_bytes} 字节，请改用 CSV", "too large when unpacked: use CSV")
            raise InputError("input.too_large", path=label, why=why)
        for member in archive.infolist():
            sheet = member.filename.startswith("xl/worksheets/")
            if sheet and _size(archive, member, label) > allowed.max_workbook_cells:
                why = t(f"超过 {allowed.max_workbook_cells} 个单元格", f"over {allowed.max_workbook_cells} cells")
                raise InputError("input.too_large", path=label, why=why)


def _size(archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str) -> int:
    """Cells of the rectangle that a sheet's cells span, by their own addresses (the stated dimension may lie)."""
    width = height = 0
    rest = b""
    with archive.open(member) as stream:
        while block := archives.read(stream, BLOCK, label):
            for column, row in set(_PLACE.findall(rest + block)):
                width = max(width, _column(column))
                height = max(height, int(row))
            rest = block[-256:]
    return width * height


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _sheet(file: SourceFile, book: CalamineWorkbook, name: str) -> Iterator[Cells]:
    try:
        rows = book.get_sheet_by_name(name).iter_rows()
    except (CalamineError, OSError, ValueError):
        raise _bad_workbook(file) from None
    for row in rows:
        yield [_text(cell) for cell in row]


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
