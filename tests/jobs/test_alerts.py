"""Warnings in the graph: what a run keeps, what people do with it, and that nothing is lost or there twice."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from commandline import invoke
from credit_graph.errors import CreditGraphError
from credit_graph.jobs import batches, decisions
from credit_graph.jobs.erase import erase
from credit_graph.jobs.erasing import Target
from credit_graph.jobs.grade import grade
from credit_graph.jobs.tombstones import Ground
from credit_graph.model.statement import Statement
from credit_graph.model.time import DAY_MAX, OPEN_SEQ, Point
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from handmade import City

FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)
A, B, C = (f"91330200{letter * 10}" for letter in "ABC")
KEY = "1a" * 32
ID = "330206198001011238"  # an invented citizen ID


@pytest.fixture
def city(store: Store, monkeypatch: pytest.MonkeyPatch) -> City:
    """A's permit has lapsed, B is represented by a person under a ban, C is sound."""
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(FRIDAY))
    load_or_create(store.settings, store)
    made = City(store)
    for code in (A, B, C):
        made.firm(code, f"测试{code[-1]}有限公司")
    lapsed(made, A, "食品经营许可证", date(2026, 11, 2))
    ban = {"person_name": "王测试", "sanction_kind": "任职限制", "offices": "法定代表人", "document_number": "限1号"}
    made.say("Sanction", C, "ban", pid=KEY, start=date(2025, 1, 1), **ban)  # type: ignore[arg-type]
    made.say("Office", B, "office", pid=KEY, person_name="王测试", office="legal_representative")
    made.commit()
    return made


def lapsed(city: City, eid: str, name: str, until: date) -> Statement:
    return city.say("Permit", eid, f"{eid}{name}", permit_name=name, permitted_until=until)


def graded(store: Store, day: date) -> None:
    grade(store, Point(batches.last_seq(store), day, day))


def typed(*words: str) -> str:
    done = invoke("--actor", "张一", "alerts", *words)
    assert done.exit_code == 0, done.output
    assert KEY not in done.output
    return done.output


def as_json(*words: str) -> Any:
    return json.loads(typed(*words, "--json"))


def ran() -> dict[str, int]:
    found = as_json("run")
    return {name: found[name] for name in ("opened", "joined", "reopened", "signals", "ended", "waiting")}


def kept(store: Store) -> set[tuple[str, ...]]:
    """What is in the graph, as sets: warnings as they stand, signals that stand."""
    seq = batches.last_seq(store)
    alerts = store.read("read/alerts", seq=seq, states=["open", "assigned", "handled", "closed"], after=date(1, 1, 1),
                        after_eid="", limit=100)  # fmt: skip
    signals = store.read("read/alert_signals", seq=seq, open=DAY_MAX)
    found = {(r["eid"], r["state"], r["step"], r["level"], str(r["due_on"])) for r in (row["record"] for row in alerts)}
    return found | {(r["eid"], r["rule"], str(r["round"])) for r in (row["record"] for row in signals)}


STANDING = {
    (A, "open", "opened", "yellow", "2026-12-18"),
    (A, "permit_lapsed", "1"),
    (B, "open", "opened", "red", "2026-11-27"),
    (B, "banned_office", "1"),
}


def _listed(folder: Path, *options: str) -> Path:
    path = folder / "list.xlsx"
    typed("list", *options, "--out", str(path))
    return path


def the_list_in_excel(path: Path, sid: str) -> None:
    """It has A's warning alone, which rests on the record ``sid``."""
    book = load_workbook(path).worksheets[0]
    rows = [[cell.value for cell in row] for row in book.iter_rows(min_row=3)]
    assert dict(zip(rows[0], rows[1], strict=True)) == {
        "序号": 1,
        "统一社会信用代码": A,
        "名称": "测试A有限公司",
        "行政区划": None,
        "预警级别": "黄色",
        "第几次": 1,
        "问题": "食品经营许可证有效期至 2026-11-02，未见续期",
        "预警日期": "2026-11-20",
        "办理期限": "2026-12-18",
        "责任人": "李二",
        "状态": "已销号",
        "处置措施": "责令限期办理延续",
        "处置日期": "2026-11-20",
        "说明": "已办理延续",
        "销号日期": "2026-11-20",
        "依据（记录编号）": sid,
    }
    assert len(rows) == 2


def test_a_run_warns_once_and_a_new_event_opens_again(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = city.store
    graded(store, FRIDAY)
    (permit,) = [
        Statement.from_properties(row["record"])
        for row in store.read("read/erase_statements", rows=[{"source": "permit", "key": f"{A}食品经营许可证"}])
    ]
    told = as_json("run", "--dry-run")
    assert (told["opened"], told["batch"], kept(store)) == (2, None, set())
    assert ran() == {"opened": 2, "joined": 0, "reopened": 0, "signals": 2, "ended": 0, "waiting": 2}
    assert kept(store) == STANDING
    seq = batches.last_seq(store)
    assert ran() == {"opened": 0, "joined": 0, "reopened": 0, "signals": 0, "ended": 0, "waiting": 2}
    assert batches.last_seq(store) == seq

    typed("assign", A, B, "--owner", "李二", "--note", f"见 {ID}")
    typed("handle", A, "--measure", "责令限期办理延续")
    typed("close", A, "--note", "已办理延续")
    assert [(row["code"], row["state"], row["owner"]) for row in as_json("list")] == [(B, "assigned", "李二")]
    assert [row["code"] for row in as_json("list", "--state", "closed")] == [A]
    the_list_in_excel(_listed(tmp_path, "--state", "closed"), permit.sid)
    assert as_json("list", "--owner", "王五") == as_json("list", "--overdue") == []

    # on Monday: C is listed, which gives its class at once; a second permit of A has lapsed; B's officer has gone
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(MONDAY))
    city = City(store)
    city.say("SeriousListing", C, "listing", start=FRIDAY, listed_on=FRIDAY)
    lapsed(city, A, "烟草专卖零售许可证", date(2026, 11, 22))
    (office,) = store.read("read/erase_statements", rows=[{"source": "office", "key": "office"}])
    gone = Statement.from_properties(office["record"])
    city.close(gone)
    city.statements.append(gone.again(n=1, known_from=city.seq, valid_to=FRIDAY))
    city.commit()
    graded(store, MONDAY)
    assert ran() == {"opened": 1, "joined": 0, "reopened": 1, "signals": 3, "ended": 1, "waiting": 3}
    assert kept(store) == {
        (A, "open", "reopened", "yellow", "2026-12-21"),
        (A, "permit_lapsed", "1"),
        (A, "permit_lapsed", "2"),
        (B, "assigned", "assigned", "red", "2026-11-27"),
        (C, "open", "opened", "red", "2026-11-30"),
        (C, "direct_grade", "1"),
        (C, "level_rise", "1"),
    }
    shown = as_json("show", A)
    assert {row["sid"]: row["text"] for row in shown["records"]}[permit.sid] == "行政许可：食品经营许可证，2026-11-02"
    assert [(step["step"], step["actor"], step["note"]) for step in shown["steps"]] == [
        ("opened", "张一", None),
        ("assigned", "张一", "见 33**************38"),
        ("handled", "张一", None),
        ("closed", "张一", "已办理延续"),
        ("reopened", "张一", None),
    ]
    assert [(row["text"], row["round"], row["stands"]) for row in shown["signals"]] == [
        ("食品经营许可证有效期至 2026-11-02，未见续期", 1, True),
        ("烟草专卖零售许可证有效期至 2026-11-22，未见续期", 2, True),
    ]
    (ban,) = as_json("show", B)["signals"]
    assert (ban["text"], ban["stands"]) == ("受任职限制（限1号）的人员现任 法定代表人", False)
    texts = {row["text"] for row in as_json("show", C)["signals"]}
    assert texts == {"直接判定为 D 类：当前列入严重违法失信名单", "信用风险分类为 D 类（上次：A）"}
    assert "待办 3 户" in typed("run") and "已逾期" not in typed("list")
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-28")
    assert [row["code"] for row in as_json("list", "--overdue")] == [B]
    assert "办理中，已逾期" in typed("list")


class Killed(Exception):
    """What ends a process in the middle."""


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_an_interrupted_run_leaves_nothing_and_the_next_finds_all(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    store, seq = city.store, batches.last_seq(city.store)
    for where in ("close_statements", "write_statements"):
        with monkeypatch.context() as broken:

            def fail(*_: object) -> None:
                raise Killed

            broken.setattr(decisions, where, fail)
            with pytest.raises(Killed):
                typed("run")
        assert batches.open_batch(store) is not None and as_json("list") == []
    with pytest.raises(CreditGraphError) as caught:
        typed("assign", A, "--owner", "李二")
    assert caught.value.code == "state.batch_open"
    assert ran()["opened"] == 2
    assert (kept(store), batches.last_seq(store), batches.open_batch(store)) == (STANDING, seq + 1, None)


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_run_that_is_taken_back_is_made_again(city: City) -> None:
    store = city.store
    assert ran()["opened"] == 2
    undone = batches.last_seq(store)
    done = invoke("batch", "undo", str(undone))
    assert (done.exit_code, kept(store)) == (0, set())
    assert (ran()["opened"], kept(store)) == (2, STANDING)
    assert [step["known_to"] for step in as_json("show", A)["steps"]] == [undone + 1, None]


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_what_is_refused_writes_nothing(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    store = city.store

    def refused(*words: str) -> str:
        with pytest.raises(CreditGraphError) as caught:
            typed(*words)
        return caught.value.code

    ran()
    seq = batches.last_seq(store)
    assert refused("assign", A, C, "--owner", "李二") == "state.no_alert"  # none of them
    assert refused("assign", A, "--owner", " ") == "usage.bad_value"
    assert refused("assign", A, "--owner", "李二", "--due", "2026-11-19") == "usage.bad_value"
    assert refused("assign", A, "--owner", "李二", "--due", "明天") == "usage.bad_value"
    assert refused("assign", "没有", "--owner", "李二") == "usage.unknown_entity"
    assert refused("handle", A, "--measure", "约谈") == "state.alert_step"
    assert refused("close", A, "--note", "无") == "state.alert_step"
    assert refused("show", C) == "state.no_alert"
    assert refused("list", "--state", "开") == "usage.bad_value"
    assert batches.last_seq(store) == seq
    # a term that runs into a year whose calendar nobody has entered
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-12-28")
    city = City(store)
    lapsed(city, C, "食品经营许可证", date(2026, 12, 27))
    city.commit()
    seq = batches.last_seq(store)
    assert refused("run") == "policy.no_calendar"
    assert (batches.last_seq(store), batches.open_batch(store)) == (seq, None)


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_note_can_be_erased_by_law(city: City) -> None:
    store = city.store
    ran()
    typed("assign", A, "--owner", "李二", "--note", "王测试电话")
    rows = store.read("read/erase_statements", rows=[{"source": "bureau", "key": f"alert|{A}"}])
    (noted,) = [row["record"] for row in rows if row["record"]["known_to"] == OPEN_SEQ]
    erase(store, Target(sids=(noted["sid"],)), Ground("清除决定书〔2026〕1号", "张一", "李二"))
    rows = store.read("read/erase_statements", rows=[{"source": "bureau", "key": f"alert|{A}"}])
    assert [row["record"]["step"] for row in rows] == ["opened"]


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_an_empty_graph_has_nothing_to_warn_of(store: Store) -> None:
    load_or_create(store.settings, store)
    with pytest.raises(CreditGraphError) as caught:
        typed("run")
    assert caught.value.code == "state.no_data"
