"""Workbooks of the formats beside XLSX, made for tests: XLS (BIFF8) and ODS."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import xlwt

Merged = tuple[int, int, int, int]  # first and last row, first and last column
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
_MIME = "application/vnd.oasis.opendocument.spreadsheet"


def xls(merged: Sequence[Merged] = (), **sheets: Sequence[Sequence[Any]]) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    day, time = xlwt.XFStyle(), xlwt.XFStyle()
    day.num_format_str, time.num_format_str = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    style = time if isinstance(value, datetime) else day if isinstance(value, date) else xlwt.XFStyle()
                    sheet.write(number, column, value, style)
        for place in merged:
            sheet.merge(*place)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def ods(body: str) -> bytes:
    """A workbook of one sheet with this XML of rows."""
    names = " ".join(f'xmlns:{name}="{_OFFICE}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="数据">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = (
        f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{_OFFICE}:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{_MIME}"/></manifest:manifest>'
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _MIME, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return stream.getvalue()


def ods_row(*cells: str, times: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


def ods_cell(value: Any, times: int = 1) -> str:
    start = f'<table:table-cell table:number-columns-repeated="{times}"'
    match value:
        case None:
            return start + "/>"
        case float() | int():
            kind = f' office:value-type="float" office:value="{value}"'
        case date():
            kind = f' office:value-type="date" office:date-value="{value.isoformat()}"'
        case _:
            kind = ' office:value-type="string"'
    return f"{start}{kind}><text:p>{value}</text:p></table:table-cell>"
