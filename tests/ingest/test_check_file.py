"""Files: their format, units, day and totals; what is said of them as a whole."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from checking import KNOWN, SECRET, TODAY, all_rows, check, csv_file, outcome, text_of
from city import OFFICE, REGISTRATION, office, registration
from credit_graph.errors import UsageError
from credit_graph.ingest.check import check_file
from credit_graph.ingest.files import expand
from credit_graph.model.definition import Definition
from sourcefiles import put, refused, workbook, zipped


def test_units_by_cell_caller_header_and_plausibility(tmp_path: Path) -> None:
    def capital(*cells: str, header: str = "reg_capt", **options: Any) -> tuple[str, list[Any]]:
        columns = [header if name == "reg_capt" else name for name in REGISTRATION]
        rows = [registration(i) for i in range(len(cells))]
        for row, cell in zip(rows, cells, strict=True):
            del row["reg_capt"]
            row[header] = cell
        table = check(csv_file(tmp_path, columns, rows), **options)
        return table.units["registered_capital"], [r.content.get("registered_capital") for r in all_rows(table)]

    assert capital("30000", "50000", "0") == ("元", [3_000_000, 5_000_000, 0])
    assert capital("3", "50", "万元") == ("万元", [3_000_000, 50_000_000, None])
    assert capital("30000", "5万元", "7亿") == ("元", [3_000_000, 5_000_000, 70_000_000_000])
    assert capital("5000", header="注册资本（元）") == ("元", [500_000])
    assert capital("5000", header="注册资本（元）", units={"注册资本": "万元"}) == ("万元", [5_000_000_000])
    assert capital("5000", units={"reg_capt": "元"}) == ("元", [500_000])
    assert capital("5000", units={"registered_capital": "万元"}) == ("万元", [5_000_000_000])
    assert capital("5000", units={"fine": "元", "reg_capt": "元"}) == ("元", [500_000])
    assert capital("0", "") == ("元", [0, None])
    assert refused(lambda: capital("5000", "6000")) == "input.unit_undecided"
    assert refused(lambda: capital("0.001")) == "input.unit_undecided"
    for units in ({"reg_capt": "亿元"}, {"reg_cap": "元"}):  # not allowed; misspelt
        with pytest.raises(UsageError):
            capital("5000", units=units)


def test_foreign_money_is_never_taken_for_renminbi(tmp_path: Path) -> None:
    cells = [("100万美元", ""), ("100万美元", "美元"), ("100万美元", "人民币"), ("100万元人民币", ""), ("5万", "港元")]
    rows = [registration(i, reg_capt=capital, capt_kind=kind) for i, (capital, kind) in enumerate(cells)]
    found = all_rows(check(csv_file(tmp_path, REGISTRATION, rows)))
    assert [(r.content.get("registered_capital"), r.content.get("currency")) for r in found] == [
        (100_000_000, "美元"),
        (100_000_000, "美元"),
        (None, "人民币"),
        (100_000_000, None),
        (5_000_000, "港元"),
    ]
    assert outcome(found[2])[1] == {("registered_capital", "currency_conflict", "100万美元")}


def test_the_day_of_a_file(tmp_path: Path) -> None:
    rows = [registration(1)]
    assert check(csv_file(tmp_path, REGISTRATION, rows, "登记20260131.csv")).as_of == date(2026, 1, 31)
    assert check(csv_file(tmp_path, REGISTRATION, rows, "登记20260131.csv"), as_of=date(2025, 5, 5)).as_of == date(
        2025, 5, 5
    )
    assert check(csv_file(tmp_path, REGISTRATION, rows, "登记20261399.csv")).as_of is None
    assert check(csv_file(tmp_path, REGISTRATION, rows, "登记.csv")).as_of is None
    data = zipped({"登记.csv": text_of(REGISTRATION, rows).encode()})
    assert check(put(tmp_path / "全量20260228.zip", data)).as_of == date(2026, 2, 28)
    with pytest.raises(UsageError):
        check(csv_file(tmp_path, REGISTRATION, rows, "登记20270101.csv"))


def test_the_same_table_in_every_format_says_the_same(tmp_path: Path) -> None:
    rows = [registration(i, reg_capt=str(20_000 * (i + 1))) for i in range(30)]
    text = text_of(REGISTRATION, rows)
    frame = [[row[name] for name in REGISTRATION] for row in rows]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    paths = [
        put(tmp_path / "a.csv", text.encode()),
        put(tmp_path / "b.csv", text.replace(",", "\t").encode("gb18030")),
        put(tmp_path / "a.xlsx", workbook(数据=[REGISTRATION, *frame])),
        put(tmp_path / "a.json", json.dumps({"code": 0, "data": rows}, ensure_ascii=False).encode()),
        tmp_path / "a.parquet",
        put(tmp_path / "a.zip", zipped({"x/a.csv": text.encode()})),
    ]
    tables = [check(path) for path in paths]
    said = [[(r.number, r.key, r.status, r.content) for r in all_rows(table)] for table in tables]
    assert [content for content in said if content != said[0]] == []
    assert len(said[0]) == 30
    assert [table.path.name for table in tables] == ["a.csv", "b.csv", "a.xlsx", "a.json", "a.parquet", "a.csv"]


def test_every_sheet_that_fits_is_a_table(tmp_path: Path) -> None:
    firms = [REGISTRATION, [registration(1)[name] for name in REGISTRATION]]
    offices = [OFFICE, [office(1, "李静")[name] for name in OFFICE]]
    path = put(tmp_path / "a.xlsx", workbook(说明=[["本簿说明"]], 登记=firms, 人员=offices))
    work = tmp_path / "work"
    work.mkdir()
    found = check_file(expand([path])[0], KNOWN, secret=SECRET, work=work, today=TODAY)
    assert [(table.member, table.definition.source, table.read) for table in found] == [
        ("登记", "registration", 1),
        ("人员", "legal_representative", 1),
    ]
    assert len(found[0].notes) == 1 and "说明" in found[0].notes[0]


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = csv_file(tmp_path, REGISTRATION, [registration(i) for i in range(10_001)])

    def grow(_rows: int) -> None:
        with path.open("a", encoding="utf-8") as file:
            file.write("\n")

    assert refused(lambda: check(path, progress=grow)) == "input.changed"


def test_totals_are_asserted(tmp_path: Path) -> None:
    definition = KNOWN["registration"]
    expect = {"min": 2, "max": 3}
    known: dict[str, Definition] = {"registration": Definition.model_validate({**_raw(definition), "expect": expect})}
    rows = [registration(i) for i in range(4)]
    assert refused(lambda: check(csv_file(tmp_path, REGISTRATION, rows[:1]), known=known)) == "input.too_few_rows"
    assert check(csv_file(tmp_path, REGISTRATION, rows[:3]), known=known).notes == []
    assert len(check(csv_file(tmp_path, REGISTRATION, rows), known=known).notes) == 1
    assert refused(lambda: check(csv_file(tmp_path, REGISTRATION, []))) == "input.too_few_rows"


def _raw(definition: Definition) -> dict[str, Any]:
    return definition.model_dump(by_alias=True, exclude_defaults=True)


def test_columns_that_nothing_reads_are_reported(tmp_path: Path) -> None:
    rows = [registration(1) | {"新增列": "x", "puburl": "http://x", "": "y"}]
    table = check(csv_file(tmp_path, [*REGISTRATION, "新增列", "puburl", ""], rows))
    assert (table.unmapped, table.ignored) == (["新增列"], ["puburl", ""])


def test_the_same_file_gives_the_same_rows(tmp_path: Path) -> None:
    rows = [registration(i, est_dt=f"2018-02-{i + 20}") for i in range(12)]
    path = csv_file(tmp_path, REGISTRATION, rows)
    first, second = check(path), check(path)
    seen = [
        [(r.number, r.key, r.content, r.faults, list(r.cells)) for r in all_rows(t)] for t in (first, first, second)
    ]
    assert seen[0] == seen[1] == seen[2]
    assert first.sha256 == second.sha256
