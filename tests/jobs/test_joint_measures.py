"""Joint measures in the graph: what a run asks for, what departments answer, and that nothing is lost or twice."""

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
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from handmade import City

BUREAU = "庆原市市场监督管理局"
A, B, C = (f"9162100{n}MA7000034{n}" for n in "234")


@pytest.fixture
def city(store: Store, monkeypatch: pytest.MonkeyPatch) -> City:
    """A stands on the serious list of a source, B on it no more; C is to be listed by this bureau."""
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-07-01")
    load_or_create(store.settings, store)
    made = City(store)
    for code in (A, B, C):
        made.firm(code, f"庆原测试{code[-1]}有限公司", authority=BUREAU)
    for code, more in ((A, {}), (B, {"removed_on": date(2026, 3, 2), "removal_reason": "期满"})):
        content: dict[str, Any] = {"listed_on": date(2025, 3, 3), "reason": "生产经营添加药品的食品", **more}
        content |= {"name": f"庆原测试{code[-1]}有限公司", "credit_code": code, "listed_by": BUREAU}
        made.say("SeriousListing", code, f"s{code}", source="list", start=date(2025, 3, 3), **content)
    made.commit()
    return made


def typed(*words: str, role: str = "case_officer", actor: str = "张一") -> Any:
    done = invoke("--actor", actor, "--role", role, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def refused(*words: str) -> str:
    with pytest.raises(CreditGraphError) as caught:
        invoke("--actor", "张一", "--role", "case_officer", *words)
    return caught.value.code


def tasks(*words: str) -> set[tuple[str, str, str, str]]:
    states = [word for state in ("asked", "answered", "lift_asked", "closed", "void") for word in ("--state", state)]
    found = typed("measures", "list", *states, *words)
    return {(row["id"], row["code"], row["measure"], row["state"]) for row in found}


def list_c(monkeypatch: pytest.MonkeyPatch) -> str:
    """C goes on the abnormal list; its publication is still to be recorded."""
    said = "ground=6", "facts=未报送", "found_on=2026-06-30"
    words = [word for pair in said for word in ("--set", pair)]
    (one,) = typed("list", "begin", "abnormal_operation", "listing", C, *words)["proceedings"]
    typed("list", "step", "reviewed", one["id"], "--outcome", "agreed", role="reviewer", actor="李二")
    typed("list", "step", "decided", one["id"], "--outcome", "agreed", role="approver", actor="赵三")
    return str(one["id"])


FIRST = {
    ("LH2026-00001-1", A, "key_supervision", "asked"),
    ("LH2026-00002-1", A, "no_honours", "asked"),
    ("LH2026-00003-1", A, "no_simple_deregistration", "asked"),
}


def test_from_the_first_run_over_old_entries_to_the_last_lift(
    city: City, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = city.store
    ran = typed("measures", "run")
    assert (ran["steps"], ran["waiting"]) == ({"asked": 3}, 3)
    assert ran["entries"] == {"serious_violation": {"removed": 1, "stands": 1}}
    assert {(row["measure"], row["list"]) for row in ran["refused"]} == {
        ("green_channel", "red_list"),
        ("fewer_inspections", "red_list"),
        ("legal_representative_bar", "person_bans"),
        ("no_commitment_procedure", "serious_violation"),
    }
    assert tasks() == FIRST
    seq = batches.last_seq(store)
    again = typed("measures", "run")
    assert (again["batch"], again["steps"], batches.last_seq(store)) == (None, {}, seq)
    # an entry of the bureau's own counts from its publication on
    proceeding = list_c(monkeypatch)
    assert typed("measures", "run")["steps"] == {}
    receipt = ["--set", "receipt=G-1", "--set", "published_on=2026-07-01"]
    typed("list", "step", "published", proceeding, *receipt, role="publisher", actor="周四")
    assert typed("measures", "run")["steps"] == {"asked": 1}
    registrar = {row for row in tasks() if row[2] == "no_simple_deregistration"}
    assert registrar == {
        ("LH2026-00003-1", A, "no_simple_deregistration", "asked"),
        ("LH2026-00004-1", C, "no_simple_deregistration", "asked"),
    }
    # the registrar fills in its workbook; one row is wrong
    file = tmp_path / "registrar.xlsx"
    assert invoke("measures", "export", "--department", "registrar", "--out", str(file)).exit_code == 0
    book = load_workbook(file)
    (sheet,) = book.worksheets
    header = [cell.value for cell in sheet[3]]
    columns = {name: header.index(name) + 1 for name in ("任务编号", "名称", "反馈", "日期", "反馈人")}
    assert [sheet.cell(row, columns["任务编号"]).value for row in (4, 5)] == ["LH2026-00003-1", "LH2026-00004-1"]
    for row, word in ((4, "已实施"), (5, "做了")):
        sheet.cell(row, columns["反馈"]).value = word
        sheet.cell(row, columns["日期"]).value = date(2026, 7, 1)
        sheet.cell(row, columns["反馈人"]).value = "登记科王五"
    book.save(file)
    seq = batches.last_seq(store)
    assert refused("measures", "import", str(file)) == "input.answer_faults"
    assert batches.last_seq(store) == seq
    back = typed("measures", "import", str(file), "--partial")
    assert (back["answered"], [(row["row"], row["code"]) for row in back["faults"]]) == (
        ["LH2026-00003-1"],
        [(5, "usage.bad_value")],
    )
    seq = batches.last_seq(store)
    typed("measures", "import", str(file), "--partial")
    assert batches.last_seq(store) == seq  # read twice, it writes nothing
    typed("measures", "answer", "LH2026-00002-1", "--as", "no_case", "--who", "文明办")
    # A's entry is repaired: what was taken has to be lifted, what was asked is taken back
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-07-20")
    decision = decisions.Decision("王五", "approver", "准予修复")
    decisions.place_hold(store, "list", f"s{A}", "repaired", decision, start=date(2026, 7, 20))
    assert typed("measures", "run")["steps"] == {"closed": 1, "lift_asked": 1, "void": 1}
    assert tasks() == {
        ("LH2026-00001-1", A, "key_supervision", "void"),
        ("LH2026-00002-1", A, "no_honours", "closed"),
        ("LH2026-00003-2", A, "no_simple_deregistration", "lift_asked"),
        ("LH2026-00004-1", C, "no_simple_deregistration", "asked"),
    }
    (lift,) = typed("measures", "list", "--state", "lift_asked")
    assert (lift["why"], lift["due_on"], lift["answered_by"]) == ("repaired", "2026-07-23", "登记科王五")
    (count,) = [row for row in typed("measures", "counts") if row["measure"] == "no_simple_deregistration"]
    names = ("asked", "in_time", "late", "taken", "silent", "lifts", "lifts_open", "lifts_late")
    assert [count[name] for name in names] == [2, 1, 0, 1, 1, 1, 1, 0]
    assert [row["code"] for row in typed("measures", "list", "--late")] == [C]
    typed("measures", "answer", "LH2026-00003-2", "--as", "lifted", "--on", "2026-07-20")
    assert refused("measures", "answer", "LH2026-00003-1", "--as", "taken") == "state.task_step"
    assert typed("measures", "run")["steps"] == {}


class Killed(Exception):
    """What ends a process in the middle."""


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_an_interrupted_run_leaves_nothing_and_the_next_finds_all(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    store, seq = city.store, batches.last_seq(city.store)
    with monkeypatch.context() as broken:

        def fail(*_: object) -> None:
            raise Killed

        broken.setattr(decisions, "close_statements", fail)
        with pytest.raises(Killed):
            typed("measures", "run")
    assert batches.open_batch(store) is not None and tasks() == set()
    assert typed("measures", "run")["steps"] == {"asked": 3}
    assert (tasks(), batches.last_seq(store), batches.open_batch(store)) == (FIRST, seq + 1, None)
    assert invoke("batch", "undo", str(seq + 1)).exit_code == 0
    assert tasks() == set()
    assert typed("measures", "run")["steps"] == {"asked": 3}


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_what_is_refused_writes_nothing(city: City, tmp_path: Path) -> None:
    typed("measures", "run")
    seq = batches.last_seq(city.store)
    both = ("LH2026-00001-1", "LH2026-00099-1")
    assert refused("measures", "answer", *both, "--as", "taken") == "usage.unknown_entity"  # none of them
    assert refused("measures", "answer", both[0], both[0], "--as", "taken") == "usage.bad_value"
    assert refused("measures", "answer", both[0], "--as", "taken", "--on", "2026-07-02") == "usage.future"
    assert refused("measures", "list", "--department", "nobody") == "usage.bad_value"
    assert refused("measures", "list", "--state", "done") == "usage.bad_value"
    assert refused("measures", "export", "--department", "registrar", "--out", "x.csv") == "usage.bad_value"
    other = tmp_path / "other.csv"
    other.write_text("名称,电话\n甲,1\n", encoding="utf-8")
    assert refused("measures", "import", str(other)) == "input.no_answers"
    other.write_text("任务编号,反馈,日期\nLH2026-00001-1,已实施,2026-07-01\n", encoding="utf-8")
    assert refused("measures", "import", str(other), "--department", "registrar") == "input.answer_faults"
    assert batches.last_seq(city.store) == seq
