"""Tables of every format, as rows of text."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit_graph.errors import InputError
from credit_graph.ingest.files import SourceFile
from credit_graph.ingest.tables import tables
from sourcefiles import put, refused, workbook, zipped

text = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def rows(path: Path) -> list[list[str]]:
    return list(tables(SourceFile(path))[0].rows())


def test_encodings_and_delimiters(tmp_path: Path) -> None:
    wanted = [["企业名称", "金额"], ["甲,乙；公司", "1"], ["丙\n丁", "2"], ['说"好"', "3"]]
    for delimiter in ",;\t|":
        stream = io.StringIO()
        csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(wanted)
        for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
            path = put(tmp_path / "a.txt", stream.getvalue().encode(encoding))
            assert rows(path) == wanted, (delimiter, encoding)


@same_folder
@given(table=st.lists(st.lists(text, min_size=3, max_size=3), min_size=1, max_size=8), mark=st.sampled_from(",;\t|"))
def test_any_csv_is_read_back(tmp_path: Path, table: list[list[str]], mark: str) -> None:
    header = ["统一社会信用代码", "企业名称", "登记状态"]
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=mark, quoting=csv.QUOTE_ALL).writerows([header, *table])
    path = put(tmp_path / "a.csv", stream.getvalue().encode())
    assert rows(path) == [header, *table]


def test_an_open_quote_costs_one_line(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", b'a,b\n1,"x\n2,y\n3,"p\nq"\n"4,z\n5,w\n')
    assert rows(path) == [["a", "b"], ['1,"x'], ["2", "y"], ["3", "p\nq"], ['"4,z'], ["5", "w"]]


def test_an_open_quote_in_a_large_file_is_given_up_soon(tmp_path: Path) -> None:
    lines = b"".join(b"%d,x\n" % i for i in range(3000))
    found = rows(put(tmp_path / "a.csv", b"a,b\n" + b'0,"open\n' + lines))
    assert found == [["a", "b"], ['0,"open'], *[[str(i), "x"] for i in range(3000)]]


@pytest.mark.parametrize(
    "data",
    [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, b"\xff\xd8\xff\xe0" + bytes(range(256)), b"%PDF-1.7\n\xff\xfe\x00",
     b"a,b\n1,\xff\n", b"<html><table>", b"\x1f\x8b\x08\x00\x00"],
)  # fmt: skip
def test_what_is_no_table_whatever_its_name(tmp_path: Path, data: bytes) -> None:
    path = put(tmp_path / "a.csv", data)
    assert refused(lambda: rows(path)) == "input.not_a_table"


def test_two_million_columns(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", b"a," * 2_000_000 + b"\n")
    assert refused(lambda: rows(path)) == "input.too_large"


def test_json(tmp_path: Path) -> None:
    items: list[dict[str, Any]] = [
        {"企业名称": "甲", "金额": 1.50, "有效": True},
        {"金额": 330206, "其他": {"a": [1]}, "企业名称": None},
    ]
    wanted = [["企业名称", "金额", "有效", "其他"], ["甲", "1.5", "1", ""], ["", "330206", "", '{"a": ["1"]}']]
    for data in (items, {"total": 2, "tags": [1, 2], "data": items, "page": {"n": [{"x": 1}]}}):
        for encoding in ("utf-8", "utf-8-sig", "gb18030"):
            path = put(tmp_path / "a.json", json.dumps(data, ensure_ascii=False, indent=1).encode(encoding))
            assert rows(path) == wanted
    assert rows(put(tmp_path / "b.json", b'[{"n": 123456789012345678901234567890.10}]'))[1] == [
        "123456789012345678901234567890.10"
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'[{"a": 1}', "input.damaged"),
        (b'[{"a": 1}] x', "input.damaged"),
        (b'[{"a" 1}]', "input.damaged"),
        (b'[{"a": "' + b"x" * 100_000, "input.damaged"),
        (b'{"a": ' + b"[" * 200_000, "input.damaged"),
        (b'{"a": 1}', "input.not_a_table"),
        (b'{"a": [{"x": 1}], "b": [{"x": 2}]}', "input.not_a_table"),
        (b'[{"a": 1}, 2]', "input.not_a_table"),
    ],
)
def test_json_that_is_none_or_no_table(tmp_path: Path, data: bytes, code: str) -> None:
    assert refused(lambda: rows(put(tmp_path / "a.json", data))) == code


@same_folder
@given(
    items=st.lists(st.dictionaries(st.sampled_from("abc"), text, min_size=1), max_size=6), pad=st.integers(0, 70_000)
)
def test_any_json_is_read_back(tmp_path: Path, items: list[dict[str, str]], pad: int) -> None:
    data = [{"pad": " " * pad}, *items]  # so that values lie across the blocks that are read
    header = list(dict.fromkeys(name for item in data for name in item))
    path = put(tmp_path / "a.json", json.dumps(data).encode())
    assert rows(path) == [header, *([item.get(name, "") for name in header] for item in data)]


def test_workbooks(tmp_path: Path) -> None:
    cells = [["标题"], [], ["代码", "日期", "金额", "号码", "是"],
             ["'0012", date(2008, 6, 16), 10000.0, 330206198001011234.0, True],
             [None, datetime(2008, 6, 16, 8, 30), 0.4, 913302, "文字"]]  # fmt: skip
    data = workbook(封面=[["说明"]], 数据=cells)
    wanted = [
        ["标题", "", "", "", ""],
        [""] * 5,
        ["代码", "日期", "金额", "号码", "是"],
        ["'0012", "2008-06-16", "10000", "3.30206198001011E+17", "1"],
        ["", "2008-06-16 08:30:00", "0.4", "913302", "文字"],
    ]
    for file in (SourceFile(put(tmp_path / "a.xlsx", data)), SourceFile(put(tmp_path / "a.zip", zipped({"b.xlsx": data})), ("b.xlsx",))):  # fmt: skip  # noqa: E501
        found = tables(file)
        assert [table.sheet for table in found] == ["封面", "数据"]
        assert list(found[1].rows()) == wanted
        assert list(found[1].rows()) == wanted


def test_hidden_sheets_are_passed_over(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(一=[["x"]], 二=[["y"]])))
    book["一"].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    assert [table.sheet for table in tables(SourceFile(tmp_path / "a.xlsx"))] == ["二"]


def test_locked_and_cut_off_workbooks(tmp_path: Path) -> None:
    data = workbook(一=[["x", "y"]] * 2000)
    assert refused(lambda: rows(put(tmp_path / "a.xlsx", data[: len(data) // 2]))) == "input.damaged"
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)
    locked = ole + "EncryptedPackage".encode("utf-16-le") + bytes(1000)
    assert refused(lambda: rows(put(tmp_path / "b.xlsx", locked))) == "input.encrypted"
    assert refused(lambda: rows(put(tmp_path / "c.xls", ole))) == "input.damaged"
    broken = zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<wor"})
    assert refused(lambda: rows(put(tmp_path / "d.xlsx", broken))) == "input.damaged"


def test_a_workbook_that_claims_a_sheet_of_billions(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "x"
    sheet["XFD1048576"] = "y"
    book.save(tmp_path / "a.xlsx")
    assert refused(lambda: rows(tmp_path / "a.xlsx")) == "input.too_large"


def test_parquet(tmp_path: Path) -> None:
    columns = {
        "代码": ["0012", None],
        "字节": ["甲公司".encode(), None],
        "日期": [date(2008, 6, 16), None],
        "时间": [datetime(2008, 6, 16, 8, 30), datetime(2008, 6, 16)],
        "金额": [10000.0, float("nan")],
        "数": [7, None],
        "是": [True, False],
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    wanted = [
        list(columns),
        ["0012", "甲公司", "2008-06-16", "2008-06-16 08:30:00", "10000", "7", "1"],
        ["", "", "", "2008-06-16", "", "", "0"],
    ]
    assert rows(tmp_path / "a.parquet") == wanted
    data = (tmp_path / "a.parquet").read_bytes()
    member = SourceFile(put(tmp_path / "a.zip", zipped({"x.parquet": data})), ("x.parquet",))
    assert list(tables(member)[0].rows()) == wanted
    assert refused(lambda: rows(put(tmp_path / "b.parquet", data[:-20]))) == "input.damaged"
    assert refused(lambda: rows(put(tmp_path / "c.parquet", b"PARE" + data[4:]))) == "input.encrypted"


def test_text_that_a_parquet_file_does_not_declare(tmp_path: Path) -> None:
    pq.write_table(pa.table({"名": ["企业".encode(), b"\xff\x00"]}), tmp_path / "a.parquet")
    assert rows(tmp_path / "a.parquet") == [["名"], ["企业"], ["ff00"]]


@same_folder
@given(
    data=st.binary(max_size=400),
    head=st.sampled_from([b"", b"PK\x03\x04", b"PAR1", b"[{", b"\xd0\xcf\x11\xe0", b"\xff\xfe"]),
)
def test_any_bytes_are_a_table_or_refused(tmp_path: Path, data: bytes, head: bytes) -> None:
    path = put(tmp_path / "a.csv", head + data)
    try:
        found = rows(path)
    except InputError:
        return
    assert all(isinstance(cell, str) for row in found for cell in row)
