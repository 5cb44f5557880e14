"""Writes tables as the files of a city: CSV in several encodings, XLSX, JSON lines, gz. Same table, same bytes."""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.demo.cells import Column, Mask, keep, texts

_BLOCK = 100_000  # rows put together at once
_ZIP_DAY = (2026, 1, 1, 0, 0, 0)  # of the members of an archive, whenever it is written


@dataclass
class Table:
    """Columns of text by their headers. ``lines`` replaces whole rows of the file by raw text (broken ones)."""

    columns: dict[str, Column]
    lines: dict[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def only(self, rows: Mask | Any) -> Table:
        """Some of the rows: a mask or places."""
        return Table({name: keep(texts(column), np.asarray(rows)) for name, column in self.columns.items()})

    def and_rows(self, other: Table) -> Table:
        """The rows of another table below; a column that it lacks is empty there."""
        empty = pa.array([""] * len(other), type=pa.string())
        columns = {
            name: pa.concat_arrays([texts(column), texts(other.columns.get(name, empty))])
            for name, column in self.columns.items()
        }
        return Table(columns, self.lines)

    def with_headers(self, headers: dict[str, str]) -> Table:
        """The table under other headers."""
        return Table({headers.get(name, name): column for name, column in self.columns.items()}, self.lines)


@dataclass(frozen=True)
class Form:
    """How a file is written. ``suffix`` names the format: csv, tsv, xlsx, jsonl; with .gz if compressed."""

    suffix: str = "csv"
    encoding: str = "utf-8-sig"
    title: str = ""


def write(path: Path, table: Table, form: Form) -> None:
    """Write the table; ``path`` has no suffix yet."""
    path = path.with_name(f"{path.name}.{form.suffix}")
    if form.suffix == "xlsx":
        _write_xlsx(path, table)
        return
    delimiter = "\t" if form.suffix.startswith("tsv") else ","
    data = _jsonl(table) if form.suffix.startswith("jsonl") else _csv(table, delimiter, form.title)
    if form.encoding != "utf-8":
        data = data.decode().encode(form.encoding)
    if form.suffix.endswith(".gz"):
        packed = io.BytesIO()
        with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=3, mtime=0) as file:
            file.write(data)
        data = packed.getvalue()
    path.write_bytes(data)


def _csv(table: Table, delimiter: str, title: str) -> bytes:
    head = delimiter.join(_quoted_text(name, delimiter) for name in table.columns) + "\r\n"
    parts = [(title + "\r\n" if title else "").encode(), head.encode()]
    columns = [texts(column) for column in table.columns.values()]
    for start in range(0, len(table), _BLOCK):
        cells = [_quoted(column.slice(start, _BLOCK), delimiter) for column in columns]
        rows = pc.binary_join_element_wise(*cells, delimiter)
        rows = pc.binary_join_element_wise(rows, "\r\n", "")
        broken = {place - start: line for place, line in table.lines.items() if start <= place < start + _BLOCK}
        if broken:
            kept = rows.to_pylist()
            for place, line in broken.items():
                kept[place] = line + "\r\n"
            rows = pa.array(kept, type=pa.string())
        parts.append(_bytes(rows))
    return b"".join(parts)


def _bytes(rows: Column) -> bytes:
    """The texts of a column one after the other."""
    offsets = np.frombuffer(rows.buffers()[1], dtype=np.int32)[rows.offset : rows.offset + len(rows) + 1]
    return bytes(memoryview(rows.buffers()[2])[offsets[0] : offsets[-1]])


def _quoted(cells: Column, delimiter: str) -> Column:
    """Cells with quotes where they need them."""
    needs = pc.match_substring_regex(cells, f'["\r\n{delimiter}]')
    if not pc.any(needs).as_py():
        return cells
    doubled = pc.replace_substring(cells, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise('"', doubled, '"', ""), cells)


def _quoted_text(text: str, delimiter: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in f'"\r\n{delimiter}') else text


def _jsonl(table: Table) -> bytes:
    """One object a line; an empty cell is left out."""
    parts: list[Any] = ["{"]
    for place, (name, column) in enumerate(table.columns.items()):
        cells = pc.replace_substring(pc.replace_substring(texts(column), "\\", "\\\\"), '"', '\\"')
        pair = pc.binary_join_element_wise(f'"{name}": "', cells, '"', "")
        parts += [", ", pair] if place else [pair]
    return _bytes(pc.binary_join_element_wise(*parts, "}\n", ""))


_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATION = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
)
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _write_xlsx(path: Path, table: Table) -> None:
    """A workbook of one sheet, all cells text (as registers export them)."""
    rows = [texts(column) for column in table.columns.values()]
    body = b""
    if len(table):
        cells = [pc.binary_join_element_wise(_CELL, _escaped(column), "</t></is></c>", "") for column in rows]
        body = _bytes(pc.binary_join_element_wise("<row>", *cells, "</row>", ""))
    head = "".join(f"{_CELL}{escape(name)}</t></is></c>" for name in table.columns)
    sheet = (
        f'{_XML}<worksheet xmlns="{_SHEET}"><sheetData><row>{head}</row>'.encode() + body + b"</sheetData></worksheet>"
    )
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": _XML + _TYPES,
        "_rels/.rels": f'{_XML}{_RELATION}Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{_XML}{_RELATION}Type="{_OFFICE}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DAY), data, zipfile.ZIP_DEFLATED, 3)


_CELL = '<c t="inlineStr"><is><t>'


def _escaped(cells: Column) -> Column:
    for plain, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        cells = pc.replace_substring(cells, plain, entity)
    return cells
