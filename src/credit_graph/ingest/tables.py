"""Tables of a file: CSV with any usual delimiter, XLSX and other spreadsheets, JSON, Parquet; every cell as text."""

from __future__ import annotations

import codecs
import csv
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from credit_graph.errors import InputError
from credit_graph.ingest.files import OLE, ZIP, SourceFile, guard_archive, head
from credit_graph.ingest.limits import limits
from credit_graph.text import t

Cells = list[str | None]
_DELIMITERS = ",\t;|"
_SAMPLE = 40  # lines looked at to find the delimiter
_PLAIN = 1e15  # spreadsheets keep 15 digits; longer numbers have lost some


@dataclass(frozen=True, slots=True)
class RawTable:
    """One sheet, or the whole of a file: its rows, title and notes included, read anew on each call."""

    sheet: str
    rows: Callable[[], Iterator[Cells]]


def tables(file: SourceFile) -> list[RawTable]:
    """The tables of a file by its first bytes, whatever it is called.

    Raises ``InputError``: encrypted, damaged, not_a_table, too_large, unsafe_archive.
    """
    start = head(file.data)
    if start[:4] == ZIP:
        guard_archive(file.data, file.label)
        return _sheets(file)
    if start == OLE:
        if _encrypted(file.data):
            raise InputError("input.encrypted", path=file.label)
        return _sheets(file)
    if start[:4] == b"PAR1":
        return [RawTable("", lambda: _guarded(file, _parquet(file)))]
    encoding = _encoding(file)
    if start.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"[", b"{"):
        return [RawTable("", lambda: _guarded(file, _json(file, encoding)))]
    return [RawTable("", lambda: _guarded(file, _csv(file, encoding)))]


def _guarded(file: SourceFile, rows: Iterable[Cells]) -> Iterator[Cells]:
    """Rows within the limits on columns and cells."""
    allowed = limits()
    for row in rows:
        if len(row) > allowed.max_columns:
            why = t(f"{len(row)} 列，超过 {allowed.max_columns} 列", f"{len(row)} columns, over {allowed.max_columns}")
            raise InputError("input.too_large", path=file.label, why=why)
        yield row


def _encrypted(path: Path) -> bool:
    """Whether an OLE container holds an encrypted workbook (MS-OFFCRYPTO)."""
    return "EncryptedPackage".encode("utf-16-le") in path.read_bytes()


# ── text ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _encoding(file: SourceFile) -> str:
    """UTF-8 if every byte says so, else GB18030 if every byte says so; ``InputError`` if neither."""
    start = head(file.data, 4)
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        if _decodes(file.data, encoding):
            return encoding
    why = t("不是 UTF-8 或 GB18030 文本", "it is neither UTF-8 nor GB18030 text")
    raise InputError("input.not_a_table", path=file.label, why=why)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                if b"\0" in block:
                    return False
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _csv(file: SourceFile, encoding: str) -> Iterator[Cells]:
    csv.field_size_limit(limits().max_cell_characters)
    with file.data.open(encoding=encoding, newline="") as stream:
        sample = [line for _, line in zip(range(_SAMPLE), stream, strict=False)]
        delimiter = max(_DELIMITERS, key=lambda d: _regularity(sample, d))
        stream.seek(0)
        reader = csv.reader(stream, delimiter=delimiter)
        try:
            yield from reader
        except csv.Error as error:
            line = reader.line_num
            why = t(
                f"第 {line} 行附近：单元格过长或引号未闭合", f"near line {line}: a cell is too long or a quote is open"
            )
            code = "input.too_large" if "limit" in str(error) else "input.damaged"
            raise InputError(code, path=file.label, why=why) from None


def _regularity(sample: list[str], delimiter: str) -> tuple[int, int]:
    """How many rows agree on a number of cells above one, and that number: text has delimiters too, but unevenly."""
    try:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if len(row) > 1)
    except csv.Error:
        return (0, 0)
    return max(((rows, width) for width, rows in widths.items()), default=(0, 0))


def _json(file: SourceFile, encoding: str) -> Iterator[Cells]:
    """A list of objects, or an object that holds one such list; numbers keep their digits."""
    try:
        data = json.loads(file.data.read_text(encoding=encoding), parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise InputError("input.damaged", path=file.label, why=str(error).partition(":")[0]) from None
    lists = [data] if isinstance(data, list) else [v for v in data.values() if isinstance(v, list) and v]
    if len(lists) != 1 or not all(isinstance(item, dict) for item in lists[0]):
        why = t("JSON 中没有唯一的对象列表", "the JSON holds no single list of objects")
        raise InputError("input.not_a_table", path=file.label, why=why)
    header = list(dict.fromkeys(name for item in lists[0] for name in item))
    yield list(header)
    for item in lists[0]:
        yield [_text(item.get(name)) for name in header]


# ── binary ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _sheets(file: SourceFile) -> list[RawTable]:
    try:
        book = CalamineWorkbook.from_path(str(file.data))
        names = book.sheet_names
    except PasswordError:
        raise InputError("input.encrypted", path=file.label) from None
    except (CalamineError, OSError, ValueError) as error:
        raise InputError("input.damaged", path=file.label, why=_calamine(error)) from None
    return [RawTable(name, lambda name=name: _guarded(file, _sheet(file, name))) for name in names]  # type: ignore[misc]


def _sheet(file: SourceFile, name: str) -> Iterator[Cells]:
    try:
        sheet = CalamineWorkbook.from_path(str(file.data)).get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise InputError("input.damaged", path=file.label, why=_calamine(error)) from None
    for row in rows:
        yield [_text(cell) for cell in row]


def _calamine(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


def _parquet(file: SourceFile) -> Iterator[Cells]:
    try:
        source = pq.ParquetFile(file.data)
        yield list(source.schema_arrow.names)
        for batch in source.iter_batches(batch_size=20_000):
            columns = [[_text(cell) for cell in column.to_pylist()] for column in batch.columns]
            yield from (list(cells) for cells in zip(*columns, strict=True))
    except (pa.ArrowException, OSError) as error:
        raise InputError("input.damaged", path=file.label, why=str(error).splitlines()[0][:200]) from None


def _text(value: Any) -> str | None:
    """A cell as text. Whole numbers without ``.0``; numbers that lost digits in exponent form, so that it shows."""
    text: str | None
    match value:
        case None | str():
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
            text = value.hex()
        case list() | dict() | tuple():
            text = json.dumps(value, ensure_ascii=False, default=str)
        case _:
            text = str(value)
    return text


def _number(value: float) -> str | None:
    if not math.isfinite(value):
        return None
    if abs(value) >= _PLAIN:
        return f"{value:.5E}"
    return str(int(value)) if value.is_integer() else repr(value)
