"""The entries of a release as tables: CSV, XLSX, JSON lines and Parquet, and how each is read back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

from credit_graph.errors import InputError
from credit_graph.lists.editions.cells import cleaned, csv_cell, from_csv_cell, too_long
from credit_graph.lists.editions.edition import NUMBER, SALT, Column, Edition, canonical
from credit_graph.lists.editions.workbook import SheetColumn, workbook

CSV, XLSX, JSONL, PARQUET = "entries.csv", "entries.xlsx", "entries.jsonl", "entries.parquet"

Row = dict[str, str | None]

# of columns of a workbook, in half-width characters; ids that nobody reads are cut off at the cell's border
_WIDTHS = {NUMBER: 7, "credit_code": 21, "registration_number": 17, "listed_on": 12, "last_day": 12, "document": 20}
_WIDE, _WIDTH, _NARROW = 36, 18, 12
_WIDE_ONES = {"name", "reason", "ground", "basis"}
_IDS = {SALT, "sid", "record"}


def table_files(edition: Edition) -> dict[str, bytes]:
    """The entries in every tabular format, by name of the file; the same edition gives the same bytes.

    Raises ``InputError("input.release_text_too_long")`` for a text that no cell of a workbook can hold.
    """
    return {
        CSV: write_csv(edition),
        XLSX: write_xlsx(edition),
        JSONL: write_jsonl(edition),
        PARQUET: write_parquet(edition),
    }


def write_csv(edition: Edition) -> bytes:
    """UTF-8 with BOM, CRLF after each row, Chinese titles; every cell opens in a spreadsheet as the text it is."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([csv_cell(column.zh) for column in edition.columns])
    writer.writerows([csv_cell(text) for text in row] for row in _rows(edition))
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(edition: Edition) -> bytes:
    """One sheet with a frozen header in Chinese; every cell is a text.

    Raises ``InputError("input.release_text_too_long")``.
    """
    columns = [SheetColumn(column.zh, _width(column.name), column.name not in _IDS) for column in edition.columns]
    return workbook(edition.titles[0], columns, _held(edition), len(edition.entries))


def write_jsonl(edition: Edition) -> bytes:
    """One entry a line, in the form that its leaf is the hash of (``edition.canonical``)."""
    names = [column.name for column in edition.columns]
    return b"".join(canonical({name: entry[name] for name in names}) + b"\n" for entry in edition.entries)


def write_parquet(edition: Edition) -> bytes:
    """Columns of strings by their names; a field's metadata has its titles (``zh``, ``en``), the table's the head."""
    fields = [pa.field(c.name, pa.string(), metadata={"zh": c.zh, "en": c.en}) for c in edition.columns]
    said = {key: str(value) for key, value in edition.head.as_json().items() if value is not None}
    if edition.mark is not None:
        said["mark"] = edition.mark
    arrays = [pa.array([entry[field.name] for entry in edition.entries], pa.string()) for field in fields]
    out = io.BytesIO()
    pq.write_table(pa.table(arrays, schema=pa.schema(fields, metadata=said)), out, compression="zstd")
    return out.getvalue()


def read_csv(data: bytes, columns: tuple[Column, ...]) -> list[Row]:
    """The entries of ``entries.csv``. Raises ``ValueError`` where the header is not that of the columns."""
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return _named([[from_csv_cell(cell) for cell in row] for row in rows], columns)


def read_xlsx(data: bytes, columns: tuple[Column, ...]) -> list[Row]:
    """The entries of ``entries.xlsx``. Raises ``ValueError`` where the header is not that of the columns."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    return _named([[str(cell) or None for cell in row] for row in rows], columns)


def read_jsonl(data: bytes) -> list[Row]:
    """The entries of ``entries.jsonl``. Raises ``ValueError``."""
    return [json.loads(line) for line in data.split(b"\n")[:-1]]


def read_parquet(data: bytes) -> list[Row]:
    """The entries of ``entries.parquet``."""
    rows: list[Row] = pq.read_table(io.BytesIO(data)).to_pylist()
    return rows


def _width(name: str) -> int:
    return _NARROW if name in _IDS else _WIDE if name in _WIDE_ONES else _WIDTHS.get(name, _WIDTH)


def _rows(edition: Edition) -> Iterator[list[str | None]]:
    names = [column.name for column in edition.columns]
    for entry in edition.entries:
        yield [cleaned(entry[name]) for name in names]


def _held(edition: Edition) -> Iterator[list[str | None]]:
    """The rows, as long as each cell of a workbook can hold its text."""
    for place, row in enumerate(_rows(edition)):
        for column, text in zip(edition.columns, row, strict=True):
            if text is not None and too_long(text):
                number = edition.entries[place][NUMBER]
                raise InputError("input.release_text_too_long", number=number, column=column.zh)
        yield row


def _named(rows: list[list[str | None]], columns: tuple[Column, ...]) -> list[Row]:
    if not rows or rows[0] != [column.zh for column in columns]:
        raise ValueError(rows[:1])
    names = [column.name for column in columns]
    return [dict(zip(names, row, strict=True)) for row in rows[1:]]
