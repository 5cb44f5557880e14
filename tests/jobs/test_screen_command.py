"""``credit-graph screen``, as typed, on both engines: a list of rows in, the same rows with their answers out."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError
from credit_graph.jobs import screen_file
from credit_graph.jobs.grade import grade
from credit_graph.jobs.screen_file import answered, finished, read, write
from credit_graph.links.screen import Asked
from credit_graph.model.time import Point
from credit_graph.store import Store
from facts import D, commit, fact

A, B = "91621002MA00X0015H", "91621002MA70000342"
TODAY = D("2026-11-23")
ID = "110101199003070134"


def typed(*words: str, role: str = "analyst") -> str:
    done = invoke("--actor", "周分析", "--role", role, *words)
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(*words: str, role: str = "analyst") -> str:
    with pytest.raises(CreditGraphError) as raised:
        invoke("--role", role, *words)
    return raised.value.code


@pytest.fixture
def graph(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Two firms, one of them renamed; the other is graded, and on a list."""
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    register: dict[str, Any] = {"state": "存续", "address": "甘肃省庆原市西原区1号", "entity_type": "有限责任公司"}
    listed: dict[str, Any] = {
        "listed_on": D("2026-05-06"),
        "listing_id": "A1",
        "reason": "未依照规定的期限公示年度报告的",
    }
    old: dict[str, Any] = {"credit_code": A, "name": "庆原旧名商贸有限公司", **register}
    now: dict[str, Any] = {
        **old,
        "name": "庆原天工建材有限公司",
        "legal_representative": "王小明",
        "district": "621002",
    }
    facts = [
        fact("Registration", "r0", A, start=D("2015-03-01"), end=D("2020-01-01"), **old),
        fact("Registration", "r1", A, start=D("2020-01-01"), **now),
        fact("Registration", "r2", B, credit_code=B, name="庆原宏达建材有限公司", **register),
        fact("AbnormalListing", "k1", B, start=D("2026-05-06"), listed_by="庆原市西原区市场监督管理局", **listed),
    ]
    commit(store, 1, facts)
    grade(store, Point(1, TODAY, TODAY))
    return store


def test_rows_come_back_in_order_with_who_they_are(graph: Store, tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    rows = [
        "某街道排查名单,,,",
        "序号,企业名称,信用代码,法人",
        f"1,庆原天工建材,,{ID}",
        "2,=1+1,,",
        f"3,慶原舊名商貿有限公司,{A},王小明",
        "",
        "5,庆原宏大建材有限公司,,",
        "6,庆原天大建材有限公司,,,多一格",
    ]
    source.write_text("\n".join(rows), encoding="utf-8")
    assert "共 6 行：匹配 3，无匹配 3。" in typed("screen", str(source), "--out", str(out))
    with out.open(encoding="utf-8-sig", newline="") as file:
        header, *told = list(csv.reader(file))
    own = "核查结果 得分 说明 匹配主体代码 匹配主体名称 登记状态 信用风险分类（内部） 名单 其他可能"
    assert header == [*"序号 企业名称 信用代码 法人".split(), "", *own.split()]
    assert [row[5] for row in told] == ["匹配", "无匹配", "匹配", "无匹配", "匹配", "无匹配"]
    assert told[0][:4] == ["1", "庆原天工建材", "", "11**************34"]
    assert told[0][6:11] == ["98", "缺组织形式（-2）", A, "庆原天工建材有限公司", "存续"]
    assert told[1][1] == "'=1+1"
    assert told[2][6:9] == ["100", "代码一致", A]
    assert told[3][:5] == [""] * 5 and told[3][7] == "本行没有代码和名称"
    assert told[4][7:10] == ["同音、形近、重复或颠倒的字（-6）", B, "庆原宏达建材有限公司"]
    assert [row[11] for row in told] == ["A", "", "A", "", told[4][11], ""] and told[4][11] in "ABCD"
    assert told[5][4] == "多一格" and "庆原天工建材有限公司" in told[5][13]
    assert ID not in out.read_text(encoding="utf-8-sig")
    assert refused("screen", str(source), "--out", str(out)) == "state.exists"
    assert refused("screen", str(source), "--out", str(tmp_path / "o"), role="public") == "access.denied"

    book = tmp_path / "out.xlsx"
    typed("screen", str(source), "--out", str(book), role="department")
    sheet = openpyxl.load_workbook(book).worksheets[0]
    cells: list[list[Any]] = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0][0].strip() == "某街道排查名单"
    assert cells[3][1] == "=1+1" and sheet.cell(4, 2).data_type == "s"
    assert [cells[2][place] for place in (5, 6, 7)] == [
        "匹配",
        "98",
        "缺组织形式（-2）",
    ]  # no word of the representative
    assert cells[7][13] is None  # candidates are for who may browse
    told_json = json.loads(typed("screen", str(source), "--exact", "--json"))
    assert told_json["counts"] == {"无匹配": 5, "匹配": 1}
    assert {row["匹配主体代码"] for row in told_json["answers"]} == {"", A}


def test_files_that_can_not_be_screened_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("序号,备注\n1,无\n", encoding="utf-8")
    assert refused("screen", str(source), "--out", str(tmp_path / "out.csv")) == "input.columns"
    assert refused("screen", str(source), "--out", str(tmp_path / "out.pdf")) == "usage.bad_value"
    assert refused("screen", str(source)) == "usage.bad_value"
    assert refused("screen", str(tmp_path / "none.csv"), "--out", str(tmp_path / "out.csv")) == "input.not_found"
    assert list(tmp_path.iterdir()) == [source]


def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen_file, "CHUNK", 3)
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("名称\n" + "".join(f"甲{number}\n" for number in range(8)), encoding="utf-8")
    asked: list[list[str]] = []

    def work(rows: Any) -> list[list[str]]:
        if len(asked) == 2:
            raise KeyboardInterrupt
        asked.append([row.name for row in rows])
        return [[row.name[::-1]] for row in rows]

    def run(rests_on: str) -> list[list[str]]:
        return [cells for _, rows in answered(read(source), out, [rests_on], work, lambda *_: None) for cells in rows]

    with pytest.raises(KeyboardInterrupt):
        run("a")
    assert asked == [["甲0", "甲1", "甲2"], ["甲3", "甲4", "甲5"]]
    asked.clear()
    whole = [[f"{number}甲"] for number in range(8)]
    assert run("a") == whole
    assert asked == [["甲6", "甲7"]]
    part = tmp_path / "out.csv.part"
    (part / "0-3.json").write_text("[", encoding="utf-8")  # cut short
    asked.clear()
    assert run("a") == whole
    assert asked == [["甲3", "甲4", "甲5"]]
    asked.clear()
    with pytest.raises(KeyboardInterrupt):
        run("b")  # another state of the graph: from the beginning
    assert asked == [["甲0", "甲1", "甲2"], ["甲3", "甲4", "甲5"]]
    assert part.stat().st_mode & 0o77 == 0
    finished(out)
    assert list(tmp_path.iterdir()) == [source]


def test_every_table_of_a_workbook_is_answered(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.append(["名称", "方式"])
    first.append(["甲", "精确"])
    book.create_sheet("说明").append(["这是说明"])
    book.create_sheet("二").append(["Code"])
    book["二"].append([A])
    book.save(tmp_path / "in.xlsx")
    found = read(tmp_path / "in.xlsx")
    asked = [[table.asked(row) for row in table.rows] for table in found.tables]
    assert asked == [[Asked(name="甲", exact=True)], [Asked(code=A)]]
    answers = [(table, [["x"]]) for table in found.tables]
    with pytest.raises(CreditGraphError) as raised:
        write(tmp_path / "out.csv", answers, ["结果"])
    assert raised.value.code == "usage.bad_value"
    write(tmp_path / "out.xlsx", answers, ["结果"])
    sheets = openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets
    rows = {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in sheets}
    assert rows == {"Sheet": [["名称", "方式", "结果"], ["甲", "精确", "x"]], "二": [["Code", "结果"], [A, "x"]]}
