"""``credit-graph reports`` on a generated city, against a count of its files with nothing but the standard library."""

from __future__ import annotations

import json
import re
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError
from credit_graph.jobs.audit import entries
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.store import Store
from handmade import City

sys.path.append(str(Path(__file__).parents[1] / "demo"))
from generated import Rows, city, source

# nothing here touches a statement that the engines run differently
pytestmark = pytest.mark.parametrize("engine", ["embedded"], indirect=True)
REGISTER, REPORTS, PAPER = "dw_zj_scjdgl_scztxx", "年报信息", "个体工商户纸质年报"
LISTED, MARKED, LIAISONS = "经营异常名录", "dw_nb_scjdgl_gtjyycbjxx", "dw_nb_scjdgl_scjdlyllyxx"
SOURCES = (REGISTER, REPORTS, PAPER, LISTED, MARKED, LIAISONS)
DAY = "2026-07-08"  # when half of the entries and marks of the year are made
SHOP, FARM = "个体工商户", "农民专业合作社"


def typed(*words: str) -> str:
    result = invoke(*words, catch=True)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def as_json(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(typed(*words, "--json"))
    return found


def day_of(text: str) -> date:
    year, month, day = map(int, re.findall(r"\d+", text)[:3])
    return date(year, month, day)


def pick(row: dict[str, str], *names: str) -> str:
    return next((row[name] for name in names if row.get(name)), "")


class Count:
    """What the files say of one year on one day."""

    def __init__(self, folder: Path, day: date) -> None:
        self.day = day
        self.register: Rows = source(folder, REGISTER)
        self.filed: dict[tuple[str, int], date] = {}
        for row in [*source(folder, REPORTS), *source(folder, PAPER)]:
            key = row["统一社会信用代码"], int(re.sub(r"\D", "", pick(row, "年报年度", "报告年度")))
            filed = day_of(pick(row, "年度报告日期", "收到日期"))
            self.filed[key] = min(filed, self.filed.get(key, filed))
        received = [row for row in source(folder, PAPER) if day_of(row["收到日期"]) <= day]
        self.paper = {row["统一社会信用代码"] for row in received if row["报告年度"] == "2025年度"}

    def due(self, year: int) -> Iterator[tuple[str, str, str]]:
        """Code, kind and county of who owes the report of the year."""
        for row in self.register:
            code = pick(row, "uni_social_crd_cd", "统一社会信用代码")
            state = pick(row, "reg_state", "登记状态（中文）")
            approved = day_of(pick(row, "appr_dt", "核准日期（登记、吊销、注销日期）"))
            founded = day_of(pick(row, "est_dt", "成立日期"))
            ended = state in {"注销", "吊销"} and approved <= self.day
            if founded.year <= year and founded <= self.day and not ended:
                type_ = pick(row, "comp_type", "企业类型大类（中文）")
                kind = SHOP if type_.startswith(SHOP) else FARM if type_.startswith(FARM) else "企业（含分支机构）"
                yield code, kind, pick(row, "domdi_strict", "住所所在行政区划")[:6]

    def rates(self, year: int) -> dict[tuple[str, str], tuple[int, int, int]]:
        """Kind and county -> due, reported, in time."""
        due, reported, in_time = Counter[Any](), Counter[Any](), Counter[Any]()
        for code, *key in self.due(year):
            due[*key] += 1
            filed = self.filed.get((code, year), date.max)
            reported[*key] += filed <= self.day
            in_time[*key] += filed <= min(self.day, date(year + 1, 6, 30))
        return {key: (due[key], reported[key], in_time[key]) for key in due}


def test_rates_and_lists_of_a_city(
    store: Store, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    folder = city(tmp_path_factory.mktemp("city") / "a", firms=300, seed=4)
    load(store, [path for name in SOURCES for path in folder.glob(f"{name}*")], LoadOptions())

    now, before = Count(folder, date.fromisoformat(DAY)), Count(folder, date(2025, 7, 8))
    shown = as_json("reports", "rates", "--by", "county", "--by", "kind", "--by", "year", "--valid", DAY)
    assert (shown["year"], shown["before"]) == (2025, "2025-07-08")
    by_county = [row for row in shown["rates"] if row["by"] == "county"]
    wanted = now.rates(2025)
    assert len(wanted) > 15
    assert {
        (row["group_name"], row["place"]): tuple(row[name] for name in ("due", "reported", "in_time"))
        for row in by_county
    } == wanted
    earlier = before.rates(2024)
    assert {(r["group_name"], r["place"]): (r["due_before"], r["reported_before"]) for r in by_county} == {
        key: earlier.get(key, (0, 0))[:2] for key in wanted
    }
    paper = sum(row["paper"] for row in by_county)
    assert paper == sum(code in now.paper for code, _, _ in now.due(2025)) > 20
    whole = {row["group_name"]: row for row in shown["rates"] if row["by"] == "kind"}
    for kind, row in whole.items():
        owing, filed = (sum(count[n] for key, count in wanted.items() if key[0] == kind) for n in (0, 1))
        assert (row["due"], row["reported"], row["rate"]) == (owing, filed, round(100 * filed / owing + 1e-9, 2))
    of_2020 = {
        row["group_name"]: row["due"] for row in shown["rates"] if row["by"] == "year" and row["place"] == "2020"
    }
    assert of_2020 == Counter(kind for _, kind, _ in Count(folder, date(2021, 7, 8)).due(2020))
    assert any("不作考核、不排名" in note for note in shown["notes"])

    silent = {code for code, _, _ in now.due(2025) if now.filed.get((code, 2025), date.max) > now.day}
    due = as_json("reports", "due", "--valid", DAY)
    assert {row["code"] for row in due["firms"]} == silent
    marked = {
        pick(row, "统一社会信用代码", "uni_social_crd_cd")
        for row in [*source(folder, LISTED), *source(folder, MARKED)]
        if "年度报告" in row.get("列入经营异常名录原因", "年度报告")
        and date(2026, 7, 1) <= day_of(pick(row, "列入日期", "mark_dt")) <= now.day
        and (not pick(row, "移出日期", "recov_dt") or day_of(pick(row, "移出日期", "recov_dt")) > now.day)
    }
    candidates = as_json("reports", "candidates", "--valid", DAY)
    assert {row["code"] for row in candidates["firms"]} == silent - marked
    assert {row["decide_by"] for row in candidates["firms"]} == {"2026-07-14"}
    assert candidates["notes"][0] == "0 户已过作出列入决定或标记的期限（见“决定期限”，按工作日计）。"
    assert silent - marked
    assert silent & marked

    assert "liaison" not in due["firms"][0]
    assert "联络员姓名与电话仅检查人员可见" in due["notes"][-1]
    known = as_json("--role", "inspector", "reports", "due", "--valid", DAY)
    named = {row["uni_social_crd_cd"]: (row["nm"], row["liai_tel"]) for row in source(folder, LIAISONS)}
    called = {row["code"]: (row["liaison"], row["liaison_phone"]) for row in known["firms"] if row["liaison"]}
    assert called and all(named[code][0] == name for code, (name, _) in called.items())
    check_folder(tmp_path / "lists", known["firms"])
    read = {"by": "reports due", "firms": len(silent)}
    assert [(line["action"], line["role"], line["what"]) for line in entries(store.home)] == [
        ("contacts_read", "inspector", read),
        ("contacts_read", "inspector", read),
        ("export", "inspector", read | {"file": "lists"}),
    ]


def check_folder(folder: Path, firms: list[dict[str, Any]]) -> None:
    typed("--role", "inspector", "reports", "due", "--valid", DAY, "--out", str(folder))
    found = []
    for path in folder.iterdir():
        (sheet,) = openpyxl.load_workbook(path).worksheets
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        start = next(number for number, row in enumerate(rows) if row[0] == "序号")
        cells = [dict(zip(rows[start], row, strict=True)) for row in rows[start + 1 :]]
        assert "含个人信息" in str(rows[1][0])
        assert str(rows[0][0]).endswith(f"{len(cells)} 户")
        found += [
            (path.stem, c["统一社会信用代码（注册号）"], c["联络员"], c["联络员电话"], c["未报年度"]) for c in cells
        ]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    wanted = [
        (r["station"], r["code"], r["liaison"] or None, r["liaison_phone"] or None, "、".join(map(str, r["missing"])))
        for r in firms
    ]
    assert sorted(found, key=str) == sorted(wanted, key=str)


A, B, C = (f"91330200{letter * 10}" for letter in "ABC")


@pytest.fixture
def small(store: Store, once: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")

    def filled() -> None:
        made = City(store)
        made.firm(A, '=HYPERLINK("http://x","点")', authority="+北街市场监管所", address="@SUM(1)\x07")
        made.firm(B, "乙", authority="宁波市北仑区市场监督管理局/[新碶]:市场监管所", district="330206001")
        made.say("Office", A, "l", person_name="=1+1", mobile="-13900000001", office="liaison", pid="p")
        made.commit()

    once(filled)
    return store


@pytest.mark.reads
def test_no_cell_of_a_workbook_is_a_formula(small: Store, tmp_path: Path) -> None:
    path = tmp_path / "call.xlsx"
    typed("--role", "inspector", "reports", "due", "--out", str(path))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["汇总", "+北街市场监管所", "宁波市北仑区市场监督管理局  新碶  市场监管所"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    texts = {cell.value: cell for cell in cells if cell.data_type == "s"}
    for text in ('=HYPERLINK("http://x","点")', "@SUM(1)", "=1+1", "-13900000001"):
        assert texts[text].quotePrefix
        assert texts[text].number_format == "@"
    with pytest.raises(CreditGraphError) as exists:
        typed("reports", "due", "--out", str(path))
    assert exists.value.code == "state.exists"
    for words in (("candidates",), ("rates",), ("dormant",)):
        out = tmp_path / f"{words[0]}.xlsx"
        typed("reports", *words, "--out", str(out))
        assert all(
            cell.data_type != "f" for sheet in openpyxl.load_workbook(out) for row in sheet.iter_rows() for cell in row
        )


def test_dormant_entities(small: Store, tmp_path: Path) -> None:
    made = City(small)
    made.firm(C, "=丙", authority="北街市场监管所", district="621002001")
    listed: dict[str, Any] = {"listed_on": date(2024, 5, 6), "reason": "通过登记的住所无法联系"}
    for eid in (B, C):
        made.say("AbnormalListing", eid, eid, start=date(2024, 5, 6), **listed)
    made.say("EquityPledge", B, "p", start=date(2023, 1, 2), pledged_on=date(2023, 1, 2), state="有效")
    made.say("AnnualReport", A, "r", start=date(2025, 12, 31), year=2025, filed_on=date(2026, 1, 5), form="电子")
    made.commit()
    found = as_json("reports", "dormant", "--out", str(tmp_path / "list.xlsx"))
    (row,) = found["firms"]
    assert {name: row[name] for name in ("code", "name", "station", "last_report")} == {
        "code": C, "name": "=丙", "station": "北街市场监管所", "last_report": None,
    }  # fmt: skip
    assert (row["unreachable"]["fact"], row["unreachable"]["day"]) == ("listed_unreachable", "2024-05-06")
    (other,) = found["excluded"]
    assert (other["code"], other["excluded"]["text"], other["excluded"]["day"]) == (B, "股权已出质", "2023-01-02")
    assert (found["total"], found["silent"], found["left_out"]) == (1, 2, {"equity_pledged": 1})
    assert found["notes"][0] == "本名单供公告催告和核实之用，不是吊销、注销或者除名决定。"
    assert "股权被冻结" in found["notes"][1]
    assert "股权已出质" not in found["notes"][1]
    book = openpyxl.load_workbook(tmp_path / "list.xlsx")
    assert book.sheetnames == ["名单", "除外", "条件"]
    rows = [[cell.value for cell in line] for line in book["名单"].iter_rows()]
    assert rows[0][0] == "长期停业未经营主体名单（供公告催告）　截至 2026-11-23　1 户"
    assert rows[-1][3:5] == ["=丙", C]
    assert [line[3].data_type for line in book["名单"].iter_rows()][-1] == "s"
    assert "不是吊销" in typed("reports", "dormant")


@pytest.mark.reads
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("rates", "--by", "street"), "usage.bad_value"),
        (("rates", "--year", "2026"), "usage.bad_value"),
        (("due", "--year", "1999"), "usage.bad_value"),
        (("rates", "--valid", "2010-01-01"), "policy.none_in_force"),
        (("due", "--valid", "gestern"), "usage.bad_value"),
        (("due", "--out", "/nowhere/at/all.xlsx"), "state.cannot_write"),
    ],
)
def test_what_can_not_be_answered(small: Store, words: tuple[str, ...], code: str) -> None:
    with pytest.raises(CreditGraphError) as caught:
        typed("reports", *words)
    assert caught.value.code == code


@pytest.mark.reads
@pytest.mark.parametrize("role", ["public", "department", "administrator"])
def test_who_may_not_ask(small: Store, role: str) -> None:
    for command in ("rates", "due", "candidates", "dormant"):
        with pytest.raises(CreditGraphError) as caught:
            typed("--role", role, "reports", command)
        assert caught.value.code == "access.denied"
