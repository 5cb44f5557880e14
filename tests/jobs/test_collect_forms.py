"""Forms for the issuing departments: one workbook each, with choices, marks and notes; all of them or none."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError
from credit_graph.lists.authority import authority_on
from credit_graph.lists.collecting_form import quarter_of
from facts import D

WEST = "庆原市西原区市场监督管理局"
TITLES = ["企业名称", "统一社会信用代码", "列入情形", "列入原因", "决定文号", "列入日期", "公示回执编号", "公示日期"]


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")


def template(*words: str) -> str:
    done = invoke("release", "template", *words)
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(*words: str) -> str:
    with pytest.raises(CreditGraphError) as raised:
        invoke("release", "template", *words)
    return raised.value.code


def test_a_form_for_each_department(tmp_path: Path) -> None:
    out = tmp_path / "forms"
    template("serious_violation", "--out", str(out), "--period", "2026Q3")
    registrars = authority_on(D("2026-11-23")).registrars
    assert {path.name for path in out.iterdir()} == {f"严重违法失信名单-{name}-2026Q3.xlsx" for name in registrars}
    assert refused("serious_violation", "--out", str(out), "--period", "2026Q3") == "state.exists"
    book = openpyxl.load_workbook(out / f"严重违法失信名单-{WEST}-2026Q3.xlsx")
    sheet = book["报送表"]
    assert [book.sheetnames, sheet["A1"].value, sheet.freeze_panes] == [
        ["报送表", "填表说明", "credit_graph"],
        f"严重违法失信名单报送表 · {WEST} · 2026年第3季度",
        "B4",
    ]
    assert [cell.value for cell in sheet[3]] == [*TITLES, "期限届满日"]
    assert sheet.protection.sheet and all(cell.protection.locked for cell in sheet[3])
    formats = [sheet.column_dimensions[letter].number_format for letter in "ABCDEFGHI"]
    assert formats == ["@", "@", "@", "@", "@", "yyyy-mm-dd", "@", "yyyy-mm-dd", "yyyy-mm-dd"]
    assert not any(sheet.column_dimensions[letter].protection.locked for letter in "ABCDEFGHI")
    choices = {str(rule.sqref): (rule.type, rule.formula1) for rule in sheet.data_validations.dataValidation}
    assert choices["C4:C20003"] == ("list", "credit_graph!$D$1:$D$7")
    assert choices["B4:B20003"] == ("textLength", "18")
    assert choices["D4:D20003"][1].startswith("OFFSET(credit_graph!$H$1,VLOOKUP($C4,credit_graph!$D$1:$F$7,2,")
    hidden = book["credit_graph"]
    assert hidden.sheet_state == "hidden"
    assert {hidden.cell(row, 1).value: hidden.cell(row, 2).value for row in range(1, 6)} == {
        "version": "v1",
        "list": "serious_violation",
        "department": WEST,
        "period": "2026Q3",
        "rules": "order_44",
    }
    assert [hidden.cell(2, column).value for column in (4, 5, 6)] == [
        "第六条 药品、医疗器械、化妆品领域违法行为",
        10,
        4,
    ]
    assert hidden["H11"].value == "生产、销售假药"
    notes = [row[0].value for row in book["填表说明"].iter_rows()]
    assert notes[4:13] == [*TITLES, "期限届满日"]
    assert notes[14] == "示例（虚构，不要照抄到报送表）"


def test_one_department_and_a_list_without_a_term(tmp_path: Path) -> None:
    template("abnormal_operation", "--out", str(tmp_path), "--department", WEST)
    (path,) = tmp_path.iterdir()
    assert path.name == f"经营异常名录-{WEST}-{quarter_of(D('2026-11-23')).name}.xlsx"
    assert [cell.value for cell in openpyxl.load_workbook(path)["报送表"][3]] == TITLES


def test_no_form_is_written(tmp_path: Path) -> None:
    for words, code in (
        (("unknown",), "usage.bad_value"),
        (("real_estate_blacklist",), "usage.bad_value"),
        (("red_list",), "policy.no_basis"),
        (("serious_violation", "--department", "某局"), "usage.bad_value"),
        (("serious_violation", "--period", "2027Q1"), "usage.future"),
    ):
        assert refused(*words, "--out", str(tmp_path / "x")) == code
    (tmp_path / "file").write_text("")
    assert refused("serious_violation", "--out", str(tmp_path / "file")) == "state.cannot_write"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
