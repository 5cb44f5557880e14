"""CSV, XLSX, JSON lines and Parquet: the same bytes each time, the same content in each, never a formula."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from collections import Counter
from typing import Any
from unicodedata import category
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from credit_graph.errors import InputError
from credit_graph.lists.editions.cells import LONGEST, cleaned, csv_cell, from_csv_cell
from credit_graph.lists.editions.edition import Edition, canonical, leaf
from credit_graph.lists.editions.tables import read_csv, read_jsonl, read_parquet, read_xlsx, table_files, write_csv
from sampleedition import COLUMNS, edition, entries

# what spreadsheets run, what they turn into something else, what their markup and escapes are made of
NASTY = [
    *(start + "1+1" for start in "=+-@\t\r＝＋－＠"), "'=1", "''=1", "'a", "'", '=HYPERLINK("http://x")', '"', '""',
    "a\r\nb", "a\n", " a ", "<r><t>x</t></r>", "<r></t></is></c>", "&amp;", "]]>", "_x0041_", "_x0041_x0042_",
    "_x005F_x0041_", "a\x00b", "\x0b", "\x1b[0m", "\u2028", "\x85", "\ufeff", "\ufffe", "\ud800", "\U0001f600", "𠮷野",
    "913302001234567890", "621002000000001", "007", "1e5", "１２３４５６７８９０１２", "3-4", "2026/10", "2026-10-09",
    "", ",", ";", "sep=,", "﹦1", "\u202e1",
]  # fmt: skip
TEXT = st.one_of(st.text(st.characters(), max_size=30), st.sampled_from(NASTY))


def of_texts(texts: list[str | None]) -> Edition:
    return edition([{**entry, "name": text} for entry, text in zip(entries(len(texts)), texts, strict=True)])


def by_openpyxl(data: bytes) -> list[dict[str, str | None]]:
    """As ``read_xlsx``, by another reader; it leaves the escapes in, and reads every cell as what the file says."""
    rows = load_workbook(io.BytesIO(data)).worksheets[0].iter_rows()
    header = [cell.value for cell in next(rows)]
    assert header == [column.zh for column in COLUMNS]
    found = []
    for row in rows:
        assert {cell.data_type for cell in row if cell.value is not None} == {"s"}
        assert {(cell.number_format, cell.quotePrefix) for cell in row} == {("@", True)}
        texts = [None if cell.value is None else unescape(str(cell.value)) for cell in row]
        found.append(dict(zip((column.name for column in COLUMNS), texts, strict=True)))
    return found


def every_reading(files: dict[str, bytes]) -> list[list[dict[str, str | None]]]:
    return [
        read_csv(files["entries.csv"], COLUMNS),
        read_xlsx(files["entries.xlsx"], COLUMNS),
        by_openpyxl(files["entries.xlsx"]),
        read_jsonl(files["entries.jsonl"]),
        read_parquet(files["entries.parquet"]),
    ]


def test_every_format_has_the_same_content() -> None:
    made = entries(20)
    assert every_reading(table_files(edition(made))) == [made] * 5
    assert every_reading(table_files(edition([]))) == [[]] * 5


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=12))
@example(NASTY)
def test_any_text_is_the_same_in_every_format_once_an_entry_is_made_of_it(texts: list[str]) -> None:
    made = of_texts([cleaned(text) for text in texts])
    assert every_reading(table_files(made)) == [list(made.entries)] * 5


def test_of_all_characters_those_stay_that_every_format_can_hold() -> None:
    every = "".join(map(chr, range(0x110000)))
    done = cleaned(every) or ""
    assert cleaned(done) == done
    ElementTree.fromstring(f"<a>{done.replace('<', '').replace('&', '')}</a>".encode())
    gone = [c for c, kept in zip(every.replace("\r", "\n"), done.replace("\r", "\n"), strict=True) if c != kept]
    kinds = Counter(category(c) for c in gone)
    assert kinds == {"Cc": 65 - 2 - 1, "Zl": 1, "Zp": 1, "Cs": 0x800, "Cn": 32 + 2}  # not: tab, line feed, return


def test_what_becomes_of_control_characters() -> None:
    assert cleaned("a\r\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h\n\ti") == "a\nb\nc\nd\ne\nf\ng\nh\n\ti"
    assert cleaned("a\x00b\x1fc\x7fd\x9fe\ud800f\ufffeg\ufdd0h") == "a�b�c�d�e�f�g�h"
    assert (cleaned(""), cleaned(None)) == (None, None)


@given(TEXT)
def test_a_csv_cell_gives_its_text_back_and_never_begins_as_a_formula(text: str) -> None:
    assert from_csv_cell(csv_cell(text)) == (text or None)
    assert not csv_cell(text).startswith(tuple("=+-@\t\r\n＝＋－＠"))


def test_the_csv_byte_for_byte() -> None:
    made = of_texts(["=1+1", '甲"乙', "'＝1", "913302001234567890"])
    columns = COLUMNS[:3]
    made = Edition(**{**{name: getattr(made, name) for name in Edition.__slots__}, "columns": columns})
    assert write_csv(made) == (
        b"\xef\xbb\xbf"
        + (
            '序号,企业名称,统一社会信用代码\r\n1,\'=1+1,91621002MA0000001X\r\n2,"甲""乙",91621002MA0000002X\r\n'
            "3,''＝1,91621002MA0000003X\r\n4,'913302001234567890,91621002MA0000004X\r\n"
        ).encode()
    )


def test_a_line_of_the_jsonl_is_what_its_leaf_is_the_hash_of() -> None:
    made = edition(entries(3))
    lines = table_files(made)["entries.jsonl"].split(b"\n")
    assert lines == [*(canonical(entry) for entry in made.entries), b""]
    first = read_jsonl(lines[0] + b"\n")[0]
    assert leaf(first, COLUMNS) == leaf(made.entries[0], COLUMNS)


def test_the_parquet_is_of_strings_and_says_titles_and_head() -> None:
    made = edition(entries(3))
    schema = pq.read_schema(io.BytesIO(table_files(made)["entries.parquet"]))
    assert {str(field.type) for field in schema} == {"string"}
    assert schema.field("name").metadata == {b"zh": "企业名称".encode(), b"en": b"name"}
    said = {key.decode(): value.decode() for key, value in schema.metadata.items()}
    head = {key: str(value) for key, value in made.head.as_json().items() if value is not None}
    assert said == {**head, "mark": "测试数据，不得公开"}


def test_the_sheet_is_frozen_filtered_and_prints_its_header_on_every_page() -> None:
    sheet: Any = load_workbook(io.BytesIO(table_files(edition(entries(30)))["entries.xlsx"])).active
    shown = (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows, sheet.dimensions)
    assert shown == ("严重违法失信名单", "A2", "A1:N31", "$1:$1", "A1:N31")
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)


def test_a_row_is_as_high_as_its_longest_text_takes() -> None:
    made = of_texts(["甲", "一" * 17, "一" * 18, "甲\n乙\n\n丙", "a" * 35, "一" * 9000])
    sheet: Any = load_workbook(io.BytesIO(table_files(made)["entries.xlsx"])).active
    heights = [sheet.row_dimensions[row].height for row in range(1, 8)]
    # the basis of every second entry takes two lines of 35 half widths
    assert heights == [30.0, 30.0, 30.0, 30.0, 60.0, 30.0, 405.0]


def test_the_same_edition_gives_the_same_bytes_on_another_day(monkeypatch: pytest.MonkeyPatch) -> None:
    made = edition(entries(40))
    first = table_files(made)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 1e8)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2e9))
    assert table_files(made) == first
    days = {part.date_time for part in zipfile.ZipFile(io.BytesIO(first["entries.xlsx"])).infolist()}
    assert days == {(1980, 1, 1, 0, 0, 0)}


def test_a_text_that_no_cell_holds_is_named() -> None:
    whole = "𠮷" * (LONGEST // 2)
    assert read_xlsx(table_files(of_texts([whole]))["entries.xlsx"], COLUMNS)[0]["name"] == whole
    with pytest.raises(InputError) as caught:
        table_files(of_texts(["甲", whole + "甲乙"]))
    assert (caught.value.code, caught.value.fields) == (
        "input.release_text_too_long",
        {"number": "2", "column": "企业名称"},
    )


def test_another_header_is_no_table_of_the_release() -> None:
    files = table_files(edition(entries(2)))
    for read, name in ((read_csv, "entries.csv"), (read_xlsx, "entries.xlsx")):
        with pytest.raises(ValueError, match="序号"):
            read(files[name], COLUMNS[1:])
    assert next(csv.reader(io.StringIO(files["entries.csv"].decode("utf-8-sig")))) == [c.zh for c in COLUMNS]
