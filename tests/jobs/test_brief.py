"""``credit-graph brief``: every figure counted by hand on a small graph, as JSON, as a page and as a workbook."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError
from credit_graph.jobs.cache import refresh
from credit_graph.store import Store
from handmade import City

pytestmark = pytest.mark.parametrize("engine", ["embedded"], indirect=True)
A, B, C, D = (f"91330200{letter * 10}" for letter in "ABCD")
EVIL = "=<script>alert(1)</script>"


def typed(*words: str) -> str:
    result = invoke(*words, catch=True)
    if result.exception is not None:
        raise result.exception
    return result.stdout


@pytest.fixture
def graph(store: Store, once: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")

    def filled() -> None:
        made = City(store)
        bureau = f"{'庆原市'}<b>西原区市场监督管理局"
        made.firm(A, EVIL, district="621002001", authority=bureau)
        made.firm(B, "乙", district="621002001", authority=bureau, founded_on=date(2026, 11, 1))
        made.firm(D, "丁", district="621002001", authority=bureau)  # has filed no report, and nothing has followed
        made.firm(C, "丙", district="621021001", state="注销", approved_on=date(2026, 11, 2))
        for number, (start, end) in enumerate(
            [
                (date(2026, 10, 23), date(9999, 12, 31)),  # stood a month ago
                (date(2026, 10, 24), date(9999, 12, 31)),  # came
                (date(2026, 1, 1), date(2026, 10, 23)),  # had left
                (date(2026, 1, 1), date(2026, 11, 23)),  # left
                (date(2026, 11, 1), date(2026, 11, 10)),  # came and left
            ]
        ):
            made.say("AbnormalListing", A, str(number), start=start, end=end, listed_on=start)
        made.say("AnnualReport", A, "r", start=date(2025, 12, 31), year=2025, filed_on=date(2026, 11, 3))
        for key in ("1", "2"):  # two sources of one decision
            made.say("Case", A, key, start=date(2026, 11, 4), decided_on=date(2026, 11, 4))
        for eid, opened in (
            (A, date(2026, 11, 3)),  # decided
            (B, date(2026, 8, 24)),  # ninety days ended yesterday
            (B, date(2026, 8, 25)),
            (D, date(2026, 9, 1)),  # end on the 30th
            (D, date(2026, 9, 2)),
            (D, date(2024, 11, 1)),  # no case is kept open for two years
        ):
            made.say("Case", eid, f"o{opened}", start=opened, opened_on=opened)
        made.commit()
        refresh(store)

    once(filled)
    return store


def tables() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(typed("brief", "--json"))
    return {table["id"]: table for table in found["tables"]} | {"head": found}


def test_figures_are_those_of_the_graph(graph: Store) -> None:
    found = tables()
    assert {name: found["head"][name] for name in ("valid", "since", "notice")} == {
        "valid": "2026-11-23",
        "since": "2026-10-23",
        "notice": "内部监管参考，非信用评价，不得公开",
    }
    assert found["lists"]["rows"] == [["经营异常名录", 2, 2, 2, 2]]
    assert found["people"]["rows"] == [
        ["（未定责任人）", "行政处罚案件", 4, 2, 1],
        ["（未定责任人）", "未报年报列入、标记", 1, 0, 1],
    ]
    assert found["rates"]["rows"] == [["企业（含分支机构）", 2, 1, 1, 50.0, 0.0, 50.0]]
    assert (found["classes"]["rows"], found["classes"]["note"]) == ([], "尚未分级：credit-graph grade")
    assert dict(found["changes"]["rows"]) == {
        "新设立": 1,
        "注销、吊销、撤销、迁出": 1,
        "报送年报": 1,
        "行政处罚决定": 1,
        "投诉举报": 0,
        "风险类别上升": 0,
        "风险类别下降": 0,
        "新预警（未结）": 0,
    }
    told = "起作用的类别：人工调整、省级分类优先。分级结果：2026-11-23（{}）；"
    last = json.loads(typed("grade", "--json"))["run"]
    classes = tables()["classes"]
    assert classes["note"] == told.format(last) + "2026-10-23 或以前没有分级结果，无从比较。"
    assert [row[-2:] for row in classes["rows"]] == [[None, None]]
    first = json.loads(typed("grade", "--valid", "2026-10-22", "--json"))["run"]
    classes = tables()["classes"]
    assert classes["note"] == told.format(last) + f"比较：2026-10-22（{first}）。"
    rows = classes["rows"]
    assert [row[0] for row in rows] == ["<b>西原区"]
    assert sum(rows[0][1:5]) == 3
    assert rows[0][-1] == rows[0][4] - rows[0][5]


class Page(HTMLParser):
    """The texts of a page, its tags, and everything that points elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [name for name, _ in attrs if name in {"src", "href", "action"}]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_and_the_workbook(graph: Store, tmp_path: Path) -> None:
    typed("grade")
    typed("--actor", "甲", "alerts", "run")
    typed("brief", "--out", str(tmp_path / "brief.html"))
    text = (tmp_path / "brief.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.links == []
    assert {"script", "link", "img", "iframe"} & set(page.tags) == set()
    assert page.tags.count("table") == 6
    assert "url(" not in text
    assert re.search(r"https?://", text) is None
    assert "<b>西原区" in page.texts
    typed("brief", "--out", str(tmp_path / "brief.xlsx"))
    book = openpyxl.load_workbook(tmp_path / "brief.xlsx")
    assert book.sheetnames == [
        "名单进出", "到期与逾期（按责任人）", "年报率（2025 年度）", "信用风险分类（按县区）",
        "2026-10-23 以来的变化", "未结预警（0 户）",
    ]  # fmt: skip
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert [cell.value for cell in next(book["名单进出"].iter_rows(min_row=6))] == ["经营异常名录", 2, 2, 2, 2]
    with pytest.raises(CreditGraphError) as exists:
        typed("brief", "--out", str(tmp_path / "brief.html"))
    assert exists.value.code == "state.exists"


@pytest.mark.reads
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("brief", "--out", "brief.pdf"), "usage.bad_value"),
        (("brief", "--since", "2026-11-23"), "usage.bad_value"),
        (("brief", "--valid", "2001-01-01"), "policy.none_in_force"),
        (("brief", "--out", "/nowhere/at/all.html"), "state.cannot_write"),
        (("--role", "public", "brief"), "access.denied"),
        (("--role", "publisher", "brief"), "access.denied"),
    ],
)
def test_what_can_not_be_answered(graph: Store, words: tuple[str, ...], code: str) -> None:
    with pytest.raises(CreditGraphError) as caught:
        typed(*words)
    assert caught.value.code == code
