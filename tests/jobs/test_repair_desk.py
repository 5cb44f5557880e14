"""The repair desk in the graph: from the portal's file to the decision, the hold, and the points that are gone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from commandline import invoke
from credit_graph.grading import runfile
from credit_graph.jobs import batches
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.grade import DEFAULT_POLICY, grade, run_path, state_name
from credit_graph.jobs.runs import current_run
from credit_graph.model.time import Point
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from handmade import City
from listwork import BUREAU, STAFF, on, said
from listwork import answer as typed
from listwork import refusal as refused

A, B, C, D = (f"9162100{n}MA7000034{n}" for n in "2345")
TODAY = date(2025, 12, 1)
ALL = "信用修复申请书；守信承诺书；罚款缴纳凭证"
HEADER = "申请编号,申请事项,企业名称,统一社会信用代码,处罚决定书文号,申请日期,申请材料,公示日期,修复事由"


@pytest.fixture
def city(store: Store, monkeypatch: pytest.MonkeyPatch) -> City:
    """A has a penalty that two sources deliver, another one, and an excluded one; B is on the abnormal list; C is of
    another city; D's penalty is too young."""
    on(TODAY.isoformat(), monkeypatch)
    load_or_create(store.settings, store)
    made = City(store)
    for code in (A, B, D):
        made.firm(code, f"庆原测试{code[-1]}有限公司", authority=BUREAU, address="庆原市西原区南大街1号")
    made.firm(C, "外地测试有限公司", authority="兰州市市场监督管理局")
    case: dict[str, Any] = {"basis": "《产品质量法》第四十九条", "penalty_kind": "罚款;没收违法所得", "fine": 5_000_000}
    case |= {"authority": BUREAU, "procedure": "普通程序"}

    def penalty(code: str, key: str, number: str, day: date, **more: Any) -> None:
        full = {**case, "document_number": number, "decided_on": day, "credit_code": code, **more}
        made.say("Case", code, key, start=day, **full)

    day = date(2025, 5, 12)
    penalty(A, "a1", "庆市监罚〔2025〕7号", day, source="penalty_decision")
    penalty(A, "a1-twin", "庆市监罚〔2025〕7号", day, source="penalty_published", basis="", fine=5_000_000)
    penalty(A, "a2", "庆市监罚〔2025〕8号", day, source="penalty_decision")
    penalty(A, "a3", "庆市监罚〔2025〕9号", day, source="penalty_decision", penalty_kind="责令停产停业;罚款")
    penalty(C, "c", "兰市监罚〔2025〕1号", day, source="penalty_decision", authority="兰州市市场监督管理局")
    penalty(B, "b1", "庆市监罚〔2025〕20号", day, source="penalty_decision")
    penalty(D, "d", "庆市监罚〔2025〕30号", date(2025, 8, 1), source="penalty_decision")
    listed = date(2025, 7, 9)
    entry: dict[str, Any] = {"listed_on": listed, "reason": "未按照规定的期限公示年度报告", "listed_by": BUREAU}
    made.say("AbnormalListing", B, "b", start=listed, source="abnormal_listing", **entry)
    made.commit()
    refresh(store)
    return made


def holds(store: Store, eid: str) -> set[tuple[str, str, str, date]]:
    rows = store.read("read/kind_of_firms", labels={"KIND": "Hold"}, eids=[eid], seq=batches.last_seq(store))
    names = ("held_key", "reason", "channels", "valid_from")
    return {tuple(row["record"][name] for name in names) for row in rows}


def graded(store: Store, eid: str) -> dict[str, Any]:
    """The firm's row of the current run."""
    run = current_run(store, state_name(DEFAULT_POLICY))
    assert run is not None
    return runfile.rows(run_path(store, run["rid"]), [eid])[eid]


def export(path: Path, *lines: str) -> Path:
    path.write_text("\n".join([HEADER, *lines]) + "\n", "utf-8")
    return path


def penalty_line(number: str, code: str, document: str, materials: str = ALL, shown: str = "2025-05-20") -> str:
    return f"{number},行政处罚信息修复,,{code},{document},2025-12-01,{materials},{shown},"


THREE = "public,departments,grading"
BUNDLE = ("--bundle", "repair-penalty-2025-12-01")


def test_from_the_portals_file_to_the_points_that_are_gone(
    city: City, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    grade(store, Point(city.seq - 1, TODAY, TODAY))
    before = graded(store, A)
    _import_twice(store, tmp_path)
    _granted(store, monkeypatch, before)
    _revoked(store, monkeypatch, before, tmp_path)


def _import_twice(store: Store, tmp_path: Path) -> None:
    """Each row begins a proceeding or is refused with its column; the second time nothing happens."""
    file = export(
        tmp_path / "export.csv",
        penalty_line("GS-1", A, "庆市监罚[2025]第7号"),
        penalty_line("GS-2", A, "庆市监罚〔2025〕8号"),
        penalty_line("GS-3", A, "庆市监罚〔2025〕9号"),  # 45号令第十四条
        penalty_line("GS-4", C, "兰市监罚〔2025〕1号"),
        penalty_line("GS-5", D, "庆市监罚〔2025〕30号", shown="2025-08-10"),  # since less than six months
        penalty_line("GS-6", A, "庆市监罚〔2025〕7号"),  # the same penalty once more
        penalty_line("GS-7", D, "庆市监罚〔2025〕31号"),  # there is none
        penalty_line("GS-8", "没有这家公司", "庆市监罚〔2025〕7号"),
        penalty_line("GS-9", D, "庆市监罚〔2025〕30号", materials="信用修复申请书"),
        penalty_line("GS-1", A, "庆市监罚〔2025〕7号"),  # the same application once more
        f"GS-10,移出经营异常名录,,{B},,2025-12-01,申请书、承诺书,,补报年报",
        f"GS-11,移出经营异常名录,,{A},,2025-12-01,申请书、承诺书,,补报年报",
        penalty_line("GS-12", B, "庆市监罚〔2025〕20号"),  # it stands on the abnormal list: 3号第六条
    )
    out = tmp_path / "refused.xlsx"
    done = typed("case_officer", "repair", "import", str(file), "--refused", str(out))
    assert done["begun"] == {
        "repair-penalty-2025-12-01": ["XF2025-00001", "XF2025-00002"],
        "repair-abnormal_operation-2025-12-01": ["YC2025-00001"],
    }
    assert [(row["row"], row["column"], row["code"]) for row in done["refused"]] == [
        (4, "文书号", "state.no_early_stop"),
        (5, "统一社会信用代码", "state.not_competent"),
        (6, "公示日期", "state.shown_too_short"),
        (7, "申请编号", "state.proceeding_open"),
        (8, "文书号", "state.not_listed"),
        (9, "统一社会信用代码", "usage.unknown_entity"),
        (10, "申请材料", "state.materials_missing"),
        (11, "申请编号", "state.application_known"),
        (13, "文书号", "state.not_listed"),
        (14, "统一社会信用代码", "state.on_list"),
    ]
    sheet = load_workbook(out).worksheets[0]
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        str(row["row"]) for row in done["refused"]
    ]
    # once more: nothing is begun twice
    seq = batches.last_seq(store)
    again = typed("case_officer", "repair", "import", str(file))
    assert (again["begun"], sorted(again["known"])) == ({}, ["GS-1", "GS-10", "GS-2"])
    assert batches.last_seq(store) == seq


def _granted(store: Store, monkeypatch: pytest.MonkeyPatch, before: dict[str, Any]) -> None:
    """One is granted, one refused: the penalty's points are gone that day, as a full run finds too."""
    shown = typed("case_officer", "list", "step", "accepted", *BUNDLE, "--outcome", "accepted")
    assert [item["due"] for item in shown["proceedings"]] == ["2025-12-22", "2025-12-22"]  # 15 working days
    typed("case_officer", "list", "step", "verified", *BUNDLE, "--outcome", "met", *said(finding="已缴清，无再犯"))
    typed("reviewer", "list", "step", "reviewed", *BUNDLE, "--outcome", "agreed")
    assert holds(store, A) == set()
    on("2025-12-03", monkeypatch)
    typed("approver", "list", "step", "decided", "XF2025-00002", "--outcome", "refused")
    decided = typed("approver", "list", "step", "decided", "XF2025-00001", "--outcome", "agreed")["proceedings"][0]
    assert (decided["steps"][-1]["number"], decided["due"]) == ("庆市监信修〔2025〕2号", "2025-12-08")
    # every source's record of the penalty is out of use, and the firm's points are those of the others alone
    day = date(2025, 12, 3)
    assert holds(store, A) == {("a1", "repaired", THREE, day), ("a1-twin", "repaired", THREE, day)}
    after = graded(store, A)
    assert after["score"] < before["score"], (before, after)
    last = grade(store, Point(batches.last_seq(store), day, day))
    assert runfile.rows(run_path(store, last.rid), [A])[A]["score"] == after["score"]
    assert refused("case_officer", "list", "stop", "XF2025-00001", "--why", "x") == "state.in_effect"
    counted = typed("case_officer", "repair", "counts", "--month", "2025-12")["kinds"]
    figures = {row["kind"]: row for row in counted}
    assert figures["penalty"] == {
        "kind": "penalty", "name": "行政处罚信息修复", "received": 2, "accepted": 2, "granted": 1, "refused": 1,
        "withdrawn": 0, "median_days": 2.0, "longest_days": 2, "late": 0,
    }  # fmt: skip
    assert (figures["abnormal_operation"]["received"], figures["abnormal_operation"]["granted"]) == (1, 0)


def _revoked(store: Store, monkeypatch: pytest.MonkeyPatch, before: dict[str, Any], tmp_path: Path) -> None:
    """The proof of payment was false: shown again, its minimum counted from that day."""
    on("2025-12-10", monkeypatch)
    words = said(facts="缴纳凭证系伪造", found_on="2025-12-10")
    other = typed("case_officer", "list", "begin", "penalty", "restoration", A, *words)["proceedings"][0]["id"]
    typed("legal", "list", "step", "legal_reviewed", other, "--outcome", "agreed")
    typed("approver", "list", "step", "decided", other, "--outcome", "agreed")
    assert holds(store, A) == set()
    assert graded(store, A)["score"] == before["score"]
    for which in (BUNDLE, (other,)):
        typed("case_officer", "list", "letters", *which, "--out", str(tmp_path / "letters"))
    assert sorted(path.name.split("-", 3)[-1] for path in (tmp_path / "letters").iterdir()) == [
        "application_acceptance.docx",
        "application_acceptance.docx",
        "repair_decision.docx",
        "repair_refusal.docx",
        "repair_revocation.docx",
    ]
    form = said(number="庆市监罚〔2025〕7号", applied_on="2025-12-10", materials=ALL, shown_since="2025-05-20")
    assert refused("case_officer", "repair", "apply", "penalty", A, *form) == "state.shown_too_short"
    found = typed("case_officer", "clock", "庆市监罚〔2025〕7号", "--receipt", "2025-05-20")
    gsxt = next(item for item in found[0]["clocks"] if item["channel"] == "gsxt")
    assert (gsxt["start"], gsxt["until_min"]) == ("2025-12-10", "2026-06-10")


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_from_25_december_2025(city: City, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What was not seen of the new rules blocks with its sentence; a reorganisation pauses the publication."""
    on("2026-03-02", monkeypatch)
    form = said(number="庆市监罚〔2025〕7号", applied_on="2026-03-02", materials=ALL, shown_since="2025-05-20")
    apply = ("repair", "apply", "penalty", A)
    bare = said(number="庆市监罚〔2025〕7号", applied_on="2026-03-02", materials=ALL, severity="一般")
    assert refused("case_officer", *apply, *bare) == "usage.bad_value"  # since when GSXT shows it
    receipt = ("--channel", "gsxt", "--number", "G-7", "--on", "2025-05-20")
    who = ("--actor", STAFF["publisher"], "--role", "publisher")
    assert invoke(*who, "receipt", "add", "庆市监罚〔2025〕7号", *receipt).exit_code == 0
    assert refused("case_officer", *apply, *bare) == "state.clock_open"  # the receipt says it
    seq = batches.last_seq(store)
    assert refused("case_officer", *apply, *form) == "usage.bad_value"  # the class has to be named
    assert refused("case_officer", *apply, *form, "--set", "severity=一般") == "state.clock_open"
    # 轻微 needs no minimum; by when it is accepted is not set
    assert refused("case_officer", *apply, *form, "--set", "severity=轻微") == "policy.unset"
    assert refused("case_officer", *apply, *form, "--set", "colour=red") == "usage.bad_value"
    file = export(tmp_path / "export.csv", penalty_line("GS-1", A, "庆市监罚〔2025〕7号") + ",")
    text = file.read_text("utf-8").replace("修复事由", "失信程度").replace(",,\n", ",轻微\n")
    file.write_text(text.replace("2025-12-01", "2026-03-02"), "utf-8")  # terms are those of the day of the application
    done = typed("case_officer", "repair", "import", str(file))
    assert [(row["column"], row["code"]) for row in done["refused"]] == [("申请事项", "policy.unset")]
    assert "决定是否受理修复申请" in done["refused"][0]["why"]
    assert batches.last_seq(store) == seq

    ruling = said(court="庆原市中级人民法院", ruling_number="（2026）甘破1号", ruling_on="2026-02-20")
    brought = said(number="庆市监罚〔2025〕7号", applied_on="2026-03-02", materials="申请书、裁定书")
    begun = typed("case_officer", "repair", "apply", "temporary_penalty", A, *ruling, *brought)["proceedings"][0]
    id_ = begun["id"]
    typed("case_officer", "list", "step", "verified", id_, "--outcome", "met", *said(finding="裁定已生效"))
    typed("reviewer", "list", "step", "reviewed", id_, "--outcome", "agreed")
    typed("approver", "list", "step", "decided", id_, "--outcome", "agreed")
    day = date(2026, 3, 2)
    assert holds(store, A) == {("a1", "paused", THREE, day), ("a1-twin", "paused", THREE, day)}
    # it was no repair, so there is none to revoke; the end of the plan lets it be shown again
    false = said(facts="x", found_on="2026-03-02")
    assert refused("case_officer", "list", "begin", "penalty", "restoration", A, *false) == "state.not_listed"
    ended = said(facts="重整计划执行完毕", ended_on="2026-03-02")
    other = typed("case_officer", "list", "begin", "penalty", "resumption", A, *ended)["proceedings"][0]["id"]
    typed("approver", "list", "step", "decided", other, "--outcome", "agreed")
    assert holds(store, A) == set()
