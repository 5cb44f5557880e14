"""The formats beside CSV, XLSX, JSON and Parquet: XLS, ODS, JSON lines, gzip, UTF-16, headers of two lines."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checking import all_rows, check, outcome, text_of
from city import REGISTRATION, registration
from credit_graph.ingest.files import SourceFile, expand, fingerprint
from credit_graph.ingest.tables import tables
from officefiles import ods, ods_cell, ods_row, xls
from sourcefiles import put, refused, workbook, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CSV = "企业名称,金额\n甲,1\n".encode()
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def rows(path: Path) -> list[list[str]]:
    (file,) = expand([path])
    return list(tables(file)[0].rows())


# XLS and ODS


def test_an_xls_says_what_the_xlsx_says(tmp_path: Path) -> None:
    cells: list[list[Any]] = [["登记表"], [], ["代码", "日期", "金额", "号码", "是"],
             ["0012", date(2008, 6, 16), 10000.0, 330206198001011234.0, True],
             [None, datetime(2008, 6, 16, 8, 30), 0.4, 913302, "文字"]]  # fmt: skip
    old = rows(put(tmp_path / "a.xls", xls(数据=cells)))
    assert old == rows(put(tmp_path / "a.xlsx", workbook(数据=cells)))
    assert old[3:] == [
        ["0012", "2008-06-16", "10000", "3.30206198001011E+17", "1"],
        ["", "2008-06-16 08:30:00", "0.4", "913302", "文字"],
    ]
    assert rows(put(tmp_path / "called.csv", xls(数据=cells))) == old  # by its bytes, whatever it is called


def test_the_same_rows_in_every_other_format_say_the_same(tmp_path: Path) -> None:
    items = [registration(i, reg_capt=str(20_000 * (i + 1))) for i in range(30)]
    text = text_of(REGISTRATION, items)
    cells = [REGISTRATION, *([item[name] for name in REGISTRATION] for item in items)]
    lines = "\n".join(json.dumps(item, ensure_ascii=False) for item in items)
    paths = [
        put(tmp_path / "a.csv", text.encode()),
        put(tmp_path / "a.xls", xls(数据=cells)),
        put(tmp_path / "a.ods", ods("".join(ods_row(*map(ods_cell, line)) for line in cells))),
        put(tmp_path / "a.tsv", text.replace(",", "\t").encode("utf-16")),
        put(tmp_path / "a.jsonl", lines.encode("gb18030")),
        put(tmp_path / "b.json", b"\xfe\xff" + lines.encode("utf-16-be")),
        put(tmp_path / "c.json", json.dumps(items).encode("utf-16")),
        put(tmp_path / "a.csv.gz", gzip.compress(text.encode("gb18030"))),
        put(tmp_path / "a.jsonl.gz", gzip.compress(lines.encode())),
        put(tmp_path / "a.xls.gz", gzip.compress(xls(数据=cells))),
        put(tmp_path / "a.zip", zipped({"x/a.csv.gz": gzip.compress(text.encode())})),
    ]
    said = [[(r.number, r.key, r.status, r.content) for r in all_rows(check(path))] for path in paths]
    assert len(said[0]) == 30
    assert [path.name for path, content in zip(paths, said, strict=True) if content != said[0]] == []


def test_every_sheet_of_an_xls_is_recognised_on_its_own(tmp_path: Path) -> None:
    data = xls(说明=[["本簿说明"]], 甲=[["a"]], 乙=[["b"]])
    assert [table.sheet for table in tables(SourceFile(put(tmp_path / "a.xls", data)))] == ["说明", "甲", "乙"]


def test_workbooks_that_claim_more_cells_than_the_memory_holds(tmp_path: Path) -> None:
    corner: list[list[Any]] = [["a"], *[[]] * 65_534, [*[None] * 255, "b"]]
    small = xls(一=corner)
    assert (len(small) < 10_000, len(rows(put(tmp_path / "small.xls", small)))) == (True, 65_536)
    assert refused(lambda: rows(put(tmp_path / "a.xls", xls(一=corner, 二=corner)))) == "input.too_large"
    wide = ods(ods_row(ods_cell("a", times=16_384), times=2_000))
    deep = ods(ods_row(ods_cell(None, times=16_383), ods_cell("a")) + ods_row(ods_cell("b"), times=5_000))
    for data in (wide, deep):
        assert refused(lambda data=data: rows(put(tmp_path / "a.ods", data))) == "input.too_large"  # type: ignore[misc]
    empty = ods(ods_row(ods_cell("a")) + ods_row(ods_cell(None, times=16_384), times=1_048_575))
    assert rows(put(tmp_path / "b.ods", empty)) == [["a"]]


@same_folder
@given(data=st.binary(max_size=3000), start=st.sampled_from(["ole", "xls", "ods", "gz"]), at=st.integers(0, 5000))
def test_random_bytes_called_xls_are_refused(tmp_path: Path, data: bytes, start: str, at: int) -> None:
    whole = {"ole": OLE, "xls": xls(一=[["x"]]), "ods": ods(ods_row(ods_cell("x"))), "gz": gzip.compress(CSV)}[start]
    path = put(tmp_path / "a.xls", whole[:at] + data + whole[at + len(data) :])
    try:
        found = rows(path)
    except Exception as error:
        assert refused(lambda: rows(path)).startswith("input."), error
    else:
        assert all(isinstance(cell, str) for row in found for cell in row)


# JSON lines


def test_json_lines(tmp_path: Path) -> None:
    text = (
        '{"企业名称": "甲", "金额": 1.50}\r\n\r\n{"金额": 123456789012345678901234567890, "有效": true}\n{"有效": null}'
    )
    wanted = [
        ["企业名称", "金额", "有效"],
        ["甲", "1.50", ""],
        ["", "", ""],
        ["", "123456789012345678901234567890", "1"],
        ["", "", ""],
    ]
    for name in ("a.jsonl", "a.ndjson", "a.json", "a.txt"):
        assert rows(put(tmp_path / name, text.encode())) == wanted
    assert rows(put(tmp_path / "b.jsonl", b'{"a": "1"}')) == [["a"], ["1"]]
    assert refused(lambda: rows(put(tmp_path / "c.jsonl", b'{"a": \n1'))) == "input.damaged"
    assert refused(lambda: rows(put(tmp_path / "d.jsonl", b'{"a": "' + b"x" * 12_000_000))) == "input.too_large"


def test_a_broken_line_of_json_costs_one_row(tmp_path: Path) -> None:
    items = [json.dumps(registration(i), ensure_ascii=False) for i in range(1, 6)]
    items[1] = items[1][:100]
    items[3] = "[1, 2]"
    found = all_rows(check(put(tmp_path / "a.jsonl", "\n".join(items).encode())))
    assert [(row.number, row.status) for row in found] == [
        (2, "ok"),
        (3, "quarantined"),
        (4, "ok"),
        (5, "quarantined"),
        (6, "ok"),
    ]
    assert [[(fault.reason, fault.value) for fault in row.reasons] for row in found if row.reasons] == [
        [("row_shape", items[1])],
        [("row_shape", "[1, 2]")],
    ]
    one = put(tmp_path / "b.jsonl", b'{"a": 1}\n{"a": 2')
    assert rows(one) == [["a"], ["1"], ['{"a": 2', "…"]]  # never as many cells as the header has


def test_nested_values_are_refused_with_a_reason(tmp_path: Path) -> None:
    """A nested value is set aside and its row kept; where it is the key the row is refused."""
    changes: list[dict[str, Any]] = [
        {"comp_nm": {"zh": "甲公司"}, "addr": ["甲路1号", "乙路2号"], "puburl": {"a": 1}},
        {"uni_social_crd_cd": [{"code": "x"}], "comp_nm": []},
        {"addr": "[甲]路1号", "opt_scop": '["批发"'},
    ]
    items: list[dict[str, Any]] = [registration(i) | change for i, change in enumerate(changes, start=1)]
    lines = "\n".join(json.dumps(item, ensure_ascii=False) for item in items)
    for path in (
        put(tmp_path / "a.jsonl", lines.encode()),
        put(tmp_path / "a.json", json.dumps(items, ensure_ascii=False).encode()),
    ):
        found = all_rows(check(path))
        assert outcome(found[0]) == (
            "ok",
            {
                ("name", "value_nested", '{"zh": "甲公司"}'),
                ("address", "value_nested", '["甲路1号", "乙路2号"]'),
            },
        )
        assert found[1].status == "quarantined"
        assert (found[2].status, found[2].faults) == ("ok", ())
        assert (found[2].content["address"], found[2].content["business_scope"]) == ("[甲]路1号", '["批发"')


# gzip


def test_what_a_gzip_file_holds_is_the_file(tmp_path: Path) -> None:
    (file,) = expand([put(tmp_path / "登记20260131.csv.gz", gzip.compress(CSV))])
    assert (file.label, file.name) == ("登记20260131.csv.gz/登记20260131.csv", "登记20260131.csv")
    assert fingerprint(file) == hashlib.sha256(CSV).hexdigest()
    (odd,) = expand([put(tmp_path / "没有后缀", gzip.compress(CSV) + gzip.compress("乙,2\n".encode()))])
    assert list(tables(odd)[0].rows()) == [["企业名称", "金额"], ["甲", "1"], ["乙", "2"]]
    inner = gzip.compress(zipped({"b.csv": CSV}))
    assert [f.members for f in expand([put(tmp_path / "b.zip.gz", inner)])] == [("b.zip", "b.csv")]
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted(["登记20260131.csv.gz", "没有后缀", "b.zip.gz"])


def test_damaged_and_dangerous_gzip_files(tmp_path: Path) -> None:
    def refusal(data: bytes) -> str:
        return refused(lambda: [fingerprint(file) for file in expand([put(tmp_path / "a.csv.gz", data)])])

    whole = gzip.compress(os.urandom(500_000).hex().encode())
    spoilt = bytearray(whole)
    spoilt[1000] ^= 255
    assert refusal(whole[: len(whole) // 2]) == "input.damaged"
    assert refusal(whole[:12]) == "input.damaged"
    assert refusal(bytes(spoilt)) == "input.damaged"
    assert refusal(whole + b"rubbish") == "input.damaged"
    assert refusal(gzip.compress(b"a,b\n" * 25_000_000)) == "input.unsafe_archive"
    assert refusal(gzip.compress(b"")) == "input.empty"
    deep = CSV
    for _ in range(4):
        deep = gzip.compress(deep)
    assert refusal(deep) == "input.unsafe_archive"


def test_packed_archives_are_named_as_such(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tar = bytes(257) + b"ustar\x0000" + bytes(800)
    for data in (gzip.compress(tar), b"7z\xbc\xaf\x27\x1c" + bytes(100), b"Rar!\x1a\x07" + bytes(100)):
        with pytest.raises(Exception, match="请先解开"):
            rows(put(tmp_path / "a.gz", data))


_LARGE = """
import resource, sys
from datetime import date
from pathlib import Path
from credit_graph.ingest.check import check_file
from credit_graph.ingest.definitions import definitions
from credit_graph.ingest.files import expand
(file,) = expand([Path(sys.argv[1])])
(table,) = check_file(file, definitions(), secret=bytes(32), work=Path(sys.argv[2]), today=date(2026, 11, 23))
print(table.read, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def large(tmp_path: Path, name: str, size: int) -> tuple[int, int]:
    """Rows read and MiB taken by a process that checks a file of ``size`` bytes (before packing)."""
    lines = [json.dumps(registration(i) | {"opt_scop": f"{i:x}" * 40}, ensure_ascii=False) for i in range(1000)]
    block = "\n".join(lines).encode() + b"\n"
    path = tmp_path / name
    with gzip.open(path, "wb", compresslevel=1) if name.endswith(".gz") else path.open("wb") as file:
        for _ in range(size // len(block)):
            file.write(block)
    (tmp_path / "work").mkdir(exist_ok=True)
    command = [sys.executable, "-c", _LARGE, str(path), str(tmp_path / "work")]
    read, taken = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert int(read) == size // len(block) * 1000
    return int(read), int(taken) // (1024 if sys.platform == "linux" else 1024 * 1024)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_a_large_file_takes_little_memory(tmp_path: Path, name: str) -> None:
    read, taken = large(tmp_path, name, 300_000_000)
    assert read > 200_000
    assert taken < 400, taken


# encodings


def test_utf16_by_its_mark(tmp_path: Path) -> None:
    text = CSV.decode()
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert rows(put(tmp_path / "a.csv", mark + text.encode(encoding))) == [["企业名称", "金额"], ["甲", "1"]]
        cut = mark + text.encode(encoding)[:-1]
        assert refused(lambda cut=cut: rows(put(tmp_path / "b.csv", cut))) == "input.not_a_table"  # type: ignore[misc]
    assert refused(lambda: rows(put(tmp_path / "c.csv", text.encode("utf-16-le")))) == "input.not_a_table"


# headers


GROUPED = [
    ["企业出资情况表", "", "", "", "", ""],
    ["统一社会信用代码", "企业信息", "", "登记", "", "其他"],
    ["", "企业名称", "住所", "状态", "机关", ""],
]


def grouped(*lines: list[str]) -> list[list[str]]:
    one = registration(1)
    data = [one["uni_social_crd_cd"], one["comp_nm"], "甲路1号", "存续", "市局", "无"]
    return [*lines, data, [registration(2)["uni_social_crd_cd"], "乙公司", "乙路2号", "在业", "市局", ""]]


def test_a_header_of_two_lines(tmp_path: Path) -> None:
    """The group and its column together are the name; a cell over both lines is a name by itself."""
    path = put(tmp_path / "a.csv", "\n".join(",".join(line) for line in grouped(*GROUPED)).encode())
    table = check(path, source="registration")
    assert table.header == ["统一社会信用代码", "企业名称", "住所", "登记状态", "登记机关", "其他"]
    assert table.mapped == {
        "统一社会信用代码": "credit_code",
        "企业名称": "name",
        "住所": "address",
        "登记状态": "state",
        "登记机关": "authority",
    }
    assert [(row.number, row.content["state"], row.content["address"]) for row in all_rows(table)] == [
        (4, "存续", "甲路1号"),
        (5, "存续", "乙路2号"),
    ]


def test_merged_cells_in_both_workbook_formats(tmp_path: Path) -> None:
    merged = [(0, 0, 0, 5), (1, 2, 0, 0), (1, 1, 1, 2), (1, 1, 3, 4), (1, 2, 5, 5), (3, 4, 4, 4)]
    cells = [[cell or None for cell in line] for line in grouped(*GROUPED)]
    cells[4][4] = None
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for line in cells:
        sheet.append(line)
    for top, bottom, left, right in merged:
        sheet.merge_cells(start_row=top + 1, end_row=bottom + 1, start_column=left + 1, end_column=right + 1)
    book.save(tmp_path / "a.xlsx")
    for path in (tmp_path / "a.xlsx", put(tmp_path / "a.xls", xls(merged, 数据=cells))):
        table = check(path, source="registration")
        assert list(table.mapped.values()) == ["credit_code", "name", "address", "state", "authority"]
        assert [(r.number, r.content["authority"]) for r in all_rows(table)] == [(4, "市局"), (5, "市局")]
        assert table.skipped["title"] == 2


def test_a_header_of_one_line_stays_one(tmp_path: Path) -> None:
    """Neither a title above nor a row below is drawn into it."""
    for above in ([], [["登记状态", "企业"]], [["2026年", "企业", "登记"]]):
        lines = [*above, REGISTRATION, list(registration(1).values()), list(registration(2).values())]
        path = put(tmp_path / "a.csv", "\n".join(",".join(line) for line in lines).encode())
        table = check(path)
        assert (table.header, table.read) == (REGISTRATION, 2)
