"""An .xlsx workbook of one sheet of texts. The same texts give the same bytes.

Written here since no library does it: XlsxWriter takes a text ``<r>…</r>`` for markup, openpyxl leaves ``_x0041_`` to
be read as ``A`` and writes the time of day; both take several times as long (benchmarks/release.py).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil
from xml.sax.saxutils import escape, quoteattr

from credit_graph.lists.editions.cells import LONGEST

_DAY = (1980, 1, 1, 0, 0, 0)
_LEVEL = 4  # of compression: a third of the time of 6, a tenth larger
_ROWS = 2_000  # put into the archive at once
_LINE, _HIGHEST = 15, 405  # points of a line, and of the highest row that Excel knows
_NAMES = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # Excel reads _x0041_ as A
_NOT_IN_A_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))

# style 1: a text cell (number format 49 is @), also after someone has edited it; style 2: the header; style 3: as 1,
# cut off at the cell's border
_STYLES = (
    f"{_HEAD}<styleSheet {_NAMES}>"
    '<fonts count="2"><font><sz val="11"/><name val="宋体"/></font>'
    '<font><b/><sz val="11"/><name val="宋体"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE8EDF3"/></patternFill></fill></fills>'
    '<borders count="2"><border/><border><left style="thin"/><right style="thin"/><top style="thin"/>'
    '<bottom style="thin"/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    + "".join(
        f'<xf numFmtId="49" fontId="{font}" fillId="{fill}" borderId="1" xfId="0" quotePrefix="1" '
        f'applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment {how}/></xf>'
        for font, fill, how in (
            (0, 0, 'vertical="center" wrapText="1"'),
            (1, 2, 'horizontal="center" vertical="center" wrapText="1"'),
            (0, 0, 'horizontal="fill" vertical="center"'),
        )
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of the sheet: its title, its width in half-width characters, whether long texts take several lines."""

    title: str
    width: float
    wraps: bool = True


def workbook(name: str, columns: Sequence[SheetColumn], rows: Iterable[Sequence[str | None]], count: int) -> bytes:
    """A workbook whose sheet has a frozen header and ``count`` rows of texts, such as ``cells.cleaned`` gives.

    Printed, it is landscape, as wide as the page, and every page has the header.
    """
    last = f"{letters(len(columns) - 1)}{count + 1}"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for part, xml in _parts(name.translate(_NOT_IN_A_NAME).strip()[:31] or "Sheet1", last):
            archive.writestr(_entry(part), xml.encode(), compresslevel=_LEVEL)
        with archive.open(_entry("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as sheet:
            sheet.write(_before(columns, last).encode())
            titles = [column.title for column in columns]
            sheet.write(_row(1, titles, _starts([2] * len(columns)), 2).encode())
            starts = _starts([1 if column.wraps else 3 for column in columns])
            rooms = [column.width - 1 if column.wraps else LONGEST for column in columns]
            numbered = iter(enumerate(rows, 2))
            while batch := "".join(_row(n, row, starts, _lines(row, rooms)) for n, row in islice(numbered, _ROWS)):
                sheet.write(batch.encode())
            sheet.write(_after(last).encode())
    return out.getvalue()


def letters(column: int) -> str:
    """The name of a column: A for 0, AA for 26."""
    return (letters(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DAY)
    entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
    return entry


def _starts(styles: Sequence[int]) -> list[tuple[str, str]]:
    """How the cell of a column begins, before and after the number of its row."""
    return [(f'<c r="{letters(column)}', f'" s="{style}"') for column, style in enumerate(styles)]


def _row(number: int, texts: Sequence[str | None], starts: Sequence[tuple[str, str]], lines: int) -> str:
    cells = [
        f'{start}{number}{style} t="inlineStr"><is><t xml:space="preserve">{_text(text)}</t></is></c>'
        if text
        else f"{start}{number}{style}/>"
        for (start, style), text in zip(starts, texts, strict=True)
    ]
    height = f' ht="{min(lines * _LINE, _HIGHEST)}" customHeight="1"' if lines > 1 else ""
    return f'<row r="{number}"{height}>{"".join(cells)}</row>'


def _lines(texts: Sequence[str | None], rooms: Sequence[float]) -> int:
    """How many lines the row takes, about: spreadsheets don't work it out when they open the file."""
    most = 1
    for text, room in zip(texts, rooms, strict=True):
        if text and (len(text) * 2 > room or "\n" in text):
            # in UTF-8 a Chinese character has three bytes: as many half widths as the mean of characters and bytes
            wide = [(len(line) + len(line.encode())) / 2 for line in text.split("\n")]
            most = max(most, sum(max(1, ceil(width / room)) for width in wide))
    return most


def _text(text: str) -> str:
    return escape(_ESCAPED.sub("_x005F_", text) if "_x" in text else text)


def _before(columns: Sequence[SheetColumn], last: str) -> str:
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{column.width:g}" customWidth="1"/>' for n, column in enumerate(columns, 1)
    )
    return (
        f'{_HEAD}<worksheet {_NAMES}><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><dimension ref="A1:{last}"/>'
        '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
        'state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        f"<cols>{widths}</cols><sheetData>"
    )


def _after(last: str) -> str:
    return (
        f'</sheetData><autoFilter ref="A1:{last}"/><pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" '
        'header="0.3" footer="0.3"/><pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;C第 &amp;P 页 共 &amp;N 页</oddFooter></headerFooter></worksheet>"
    )


def _parts(name: str, last: str) -> list[tuple[str, str]]:
    """All parts of the archive but the sheet."""
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{_TYPES}.{kind}+xml"/>'
        for part, kind in (("workbook", "sheet.main"), ("worksheets/sheet1", "worksheet"), ("styles", "styles"))
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/{kind}" Target="{part}.xml"/>'
        for n, (part, kind) in enumerate((("worksheets/sheet1", "worksheet"), ("styles", "styles")), 1)
    )
    sheet = escape("'" + name + "'")
    end = re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", last)
    book = (
        f'<workbook {_NAMES} xmlns:r="{_RELATIONS}">'
        f'<sheets><sheet name={quoteattr(name)} sheetId="1" r:id="rId1"/></sheets><definedNames>'
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">{sheet}!$A$1:{end}</definedName>'
        f'<definedName name="_xlnm.Print_Titles" localSheetId="0">{sheet}!$1:$1</definedName></definedNames></workbook>'
    )
    return [
        (
            "[Content_Types].xml",
            f'{_HEAD}<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.'
            'openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f"{types}</Types>",
        ),
        (
            "_rels/.rels",
            f'{_HEAD}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        ),
        ("xl/workbook.xml", _HEAD + book),
        (
            "xl/_rels/workbook.xml.rels",
            f'{_HEAD}<Relationships xmlns="{package}/relationships">{related}</Relationships>',
        ),
        ("xl/styles.xml", _STYLES),
    ]
