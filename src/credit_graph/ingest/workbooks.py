"""Workbooks (XLSX, XLSB, XLS, ODS) before they are opened: how many cells their sheets would take in memory.

A few kilobytes can claim billions of cells: a sheet is held as the whole rectangle that its cells span, whatever its
stated dimension says, so the cells' own addresses are looked at first.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import olefile

from credit_graph.errors import InputError
from credit_graph.ingest import archives
from credit_graph.ingest.limits import limits
from credit_graph.text import t

OLE = b"\xd0\xcf\x11\xe0"
_BLOCK = 1 << 20
_PLACE = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})([0-9]{1,7})"')
# ODS: the start or the end of a row, or a cell; covered cells lie below a merged one
_ODS = re.compile(rb"<(/?)table:(table|table-row|table-cell|covered-table-cell)\b([^>]*?)(/?)>")
_ODS_REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="([0-9]{1,9})"')
# BIFF records with a cell's row and column at their beginning [MS-XLS 2.3]
_XLS_CELLS = frozenset({0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x0406})
_XLS_MANY = frozenset({0x00BD, 0x00BE})  # several cells: the last column stands at the record's end
_XLS_SHEET = 0x0809  # BOF
_XLSB_ROW = 0
_XLSB_CELLS = range(1, 12)  # BrtCellBlank … BrtFmlaError [MS-XLSB 2.3.2]


def guard(data: bytes, label: str) -> None:
    """Refuse what would unpack to more than the memory holds.

    Raises ``InputError``: encrypted, damaged, too_large, unsafe_archive.
    """
    allowed = limits().max_workbook_cells
    if any(cells > allowed for cells in (_xls if data[:4] == OLE else _archive)(data, label)):
        why = t(f"超过 {allowed} 个单元格", f"over {allowed} cells")
        raise InputError("input.too_large", path=label, why=why)


def _archive(data: bytes, label: str) -> Iterator[int]:
    """Cells of the sheets of XLSX, XLSB or ODS; of ODS and XLSB, which are read as a whole, of all sheets so far."""
    allowed = limits()
    with archives.opened(io.BytesIO(data), label) as archive:
        archives.guard(archive, label)
        if sum(member.file_size for member in archive.infolist()) > allowed.max_memory_bytes:
            why = t(f"解压后超过 {allowed.max_memory_bytes} 字节，请改用 CSV", "too large when unpacked: use CSV")
            raise InputError("input.too_large", path=label, why=why)
        for member in archive.infolist():
            if member.filename.startswith("xl/worksheets/"):
                if member.filename.endswith(".bin"):
                    yield _xlsb(_whole(archive, member, label))
                else:
                    yield _xlsx(archive, member, label)
            elif member.filename == "content.xml":
                yield from _ods(_whole(archive, member, label))


def _whole(archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str) -> bytes:
    with archives.member_of(archive, member, label) as stream:
        return archives.read(stream, member.file_size, label)


def _xlsx(archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str) -> int:
    width = height = 0
    rest = b""
    with archives.member_of(archive, member, label) as stream:
        while block := archives.read(stream, _BLOCK, label):
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


def _xlsb(data: bytes) -> int:
    """Records of a type and a size, both in groups of seven bits; rows say their number, cells their column."""
    at = width = height = 0
    while at < len(data):
        kind, at = _seven_bits(data, at, 2)
        size, at = _seven_bits(data, at, 4)
        if kind == _XLSB_ROW:
            height = max(height, 1 + int.from_bytes(data[at : at + 4], "little"))
        elif kind in _XLSB_CELLS:
            width = max(width, 1 + int.from_bytes(data[at : at + 4], "little"))
        at += size
    return width * height


def _seven_bits(data: bytes, at: int, most: int) -> tuple[int, int]:
    value = 0
    for place, byte in enumerate(data[at : at + most]):
        value |= (byte & 0x7F) << (7 * place)
        at += 1
        if byte < 0x80:
            break
    return value, at


def _xls(data: bytes, label: str) -> Iterator[int]:
    """Cells of all sheets so far (a workbook of this format is read as a whole)."""
    if "EncryptedPackage".encode("utf-16-le") in data:  # MS-OFFCRYPTO
        raise InputError("input.encrypted", path=label)
    total = 0
    at = width = height = 0
    book = _xls_stream(data, label)
    while at + 4 <= len(book):
        kind, size = int.from_bytes(book[at : at + 2], "little"), int.from_bytes(book[at + 2 : at + 4], "little")
        at += 4
        if kind == _XLS_SHEET:
            total += width * height
            width = height = 0
        elif kind in _XLS_CELLS:
            last = at + size - 2 if kind in _XLS_MANY else at + 2
            height = max(height, 1 + int.from_bytes(book[at : at + 2], "little"))
            width = max(width, 1 + int.from_bytes(book[last : last + 2], "little"))
            yield total + width * height
        at += size


def _xls_stream(data: bytes, label: str) -> bytes:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            for name in ("Workbook", "Book"):
                if file.exists(name):
                    found: bytes = file.openstream(name).read()
                    return found
    except (OSError, ValueError, IndexError, TypeError, AttributeError, KeyError, MemoryError):
        pass  # random bytes behind the first four
    why = t("工作簿不完整或格式不对", "the workbook is incomplete or malformed")
    raise InputError("input.damaged", path=label, why=why)


def _ods(data: bytes) -> Iterator[int]:
    """Cells of all sheets so far; empty rows and cells count only where something stands behind them."""
    total = width = height = row = column = last = 0
    repeated = 1
    for found in _ODS.finditer(data):
        ends, name, attributes, empty = found.groups()
        if name == b"table":
            total += width * height
            width = height = row = 0
        elif name == b"table-row" and not ends:
            repeated, column, last = _times(attributes), 0, 0
            row += repeated if empty else 0
        elif name == b"table-row":
            row += repeated
            height = row if last else height
            width = max(width, last)
            yield total + width * height
        elif not ends:
            column += _times(attributes)
            last = last if empty else column


def _times(attributes: bytes) -> int:
    found = _ODS_REPEATED.search(attributes)
    return int(found[1]) if found else 1
