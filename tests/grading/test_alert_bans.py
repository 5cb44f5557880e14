"""Persons under a ban who hold an office: what a ban forbids, and what is only to be verified (待核实)."""

from __future__ import annotations

from datetime import date
from typing import Any

from alerting import KEY, OTHER, A, B, C, D, E, firms, judged, only, told, warned

from credit_graph.grading.alerts import Judgement
from credit_graph.model.statement import Statement
from handmade import Said

RULE = "banned_office"
COMPANY_LAW = "董事、监事、高级管理人员"


def ban(said: Said, pid: str, offices: str | None = COMPANY_LAW, kind: str = "任职限制", **more: Any) -> Statement:
    """A decision on 王测试, whose number is that of the record."""
    number = len(said.statements)
    content: dict[str, Any] = {"person_name": "王测试", "sanction_kind": kind, "document_number": f"{number}号", **more}
    if offices is not None:
        content["offices"] = offices
    return said.say("Sanction", E, f"ban{number}", pid=pid, start=date(2025, 1, 1), **content)


def officer(said: Said, eid: str, pid: str, position: str | None, office: str = "executive") -> Statement:
    values: dict[str, Any] = {"person_name": "王测试", "office": office, **({"position": position} if position else {})}
    return said.say("Office", eid, f"{eid}{pid}{position}{office}", pid=pid, **values)


def unverified(found: Judgement) -> list[tuple[str, str, tuple[str, ...], int]]:
    return [(row.why.zh[:6], row.sid, row.eids, row.firms) for row in found.unverified]


def test_a_person_under_a_ban_holds_an_office_that_it_forbids() -> None:
    said = firms(A, B, C)
    decision = ban(said, KEY)
    held = officer(said, A, KEY, "执行董事兼总经理", "legal_representative")
    officer(said, B, KEY, "办公室主任")
    officer(said, C, KEY, None, "legal_representative")  # the ban does not speak of 法定代表人
    found = judged(said, RULE, same=[])
    assert {(eid, new) for eid, _, new in told(found, RULE)} == {(A, True)}
    figures, sids = only(found, RULE)
    assert figures == {"kind": "任职限制", "document": "3号", "offices": "执行董事兼总经理"}
    assert (sids, found.unverified) == ((decision.sid, held.sid), [])


FORBIDS = [
    ("法定代表人", None, "legal_representative", True),
    ("法定代表人", "董事长", "executive", False),
    ("董事", "执行董事", "executive", True),
    ("董事", "董事会秘书", "executive", False),
    ("高级管理人员", "董事会秘书", "executive", True),
    ("高级管理人员", "副总经理", "executive", True),
    ("监事", "监事会主席", "executive", True),
    ("董事、高级管理人员", "监事", "executive", False),
    ("食品生产经营管理工作", "经理", "executive", False),  # no food permit here
]


def test_what_a_ban_forbids() -> None:
    said = Said()
    for number, (offices, position, office, _) in enumerate(FORBIDS):
        eid, pid = f"9133020{number}AAAAAAAAAA", f"{number}c" * 32
        said.firm(eid, f"测试{number}有限公司")
        officer(said, eid, pid, position, office)
        ban(said, pid, offices)
    struck = {int(eid[7]) for eid in warned(judged(said, RULE, same=[]), RULE)}
    assert struck == {number for number, (*_, forbidden) in enumerate(FORBIDS) if forbidden}


def test_a_ban_of_a_trade_holds_at_firms_of_the_trade() -> None:
    said = firms(A, B, C)
    ban(said, KEY, "食品生产经营管理工作、食品安全管理人员", "从业禁止")
    officer(said, A, KEY, "经理")
    officer(said, B, KEY, "经理")
    officer(said, C, KEY, None, "liaison")
    for eid, name in ((A, "食品经营许可证"), (B, "道路运输经营许可"), (C, "食品经营许可证")):
        said.say("Permit", eid, f"p{eid}", permit_name=name, permitted_until=date(2030, 1, 1))
    assert warned(judged(said, RULE, same=[]), RULE) == {A}


def test_what_is_no_ban_or_no_office_now_warns_of_nothing() -> None:
    said = firms(A, B, C, D)
    ban(said, "1d" * 32)
    said.statements[-1] = said.statements[-1].again(valid_to=date(2026, 11, 23))  # over since today
    officer(said, A, "1d" * 32, "董事")
    ban(said, "2d" * 32, kind="处罚到人")
    officer(said, B, "2d" * 32, "董事")
    ban(said, "3d" * 32)
    officer(said, C, "3d" * 32, "董事")
    said.statements[-1] = said.statements[-1].again(valid_to=date(2026, 11, 1))
    said.hold(ban(said, "4d" * 32))
    officer(said, D, "4d" * 32, "董事")
    found = judged(said, RULE, same=[])
    assert (told(found, RULE), found.unverified) == (set(), [])


def test_without_a_keyed_id_on_both_sides_it_is_to_be_verified() -> None:
    said = firms(A, B, C)
    decision = ban(said, "name:E")
    officer(said, A, KEY, "董事")
    officer(said, B, "name:B", "监事")
    officer(said, C, KEY, "司机")
    found = judged(said, RULE, same=[])
    assert (told(found, RULE), unverified(found)) == (set(), [("限制决定没有", decision.sid, (A, B), 2)])


def test_an_office_that_names_no_id_is_to_be_verified() -> None:
    said = firms(A, B, C, D)
    decision = ban(said, KEY)
    officer(said, A, KEY, "董事")
    officer(said, A, "name:A", "监事")  # he is warned of there already
    officer(said, B, "name:B", "监事")
    officer(said, C, "name:C", "监事")
    officer(said, C, OTHER, "董事")  # at C the name is that of another person
    officer(said, D, KEY, "司机")
    officer(said, D, "name:D", "监事")  # most likely he, but no ID says so
    same = [(f"name:{letter}", pid, "same_firm_name") for letter, pid in (("A", KEY), ("C", OTHER), ("D", KEY))]
    found = judged(said, RULE, same=same)
    assert (warned(found, RULE), unverified(found)) == ({A}, [("任职信息没有", decision.sid, (B, D), 2)])


def test_people_decide_that_a_name_is_the_person_under_the_ban() -> None:
    said = firms(A, B)
    ban(said, KEY)
    officer(said, B, "name:B", "监事")
    officer(said, A, KEY, "司机")
    names: dict[str, Any] = {"person_a": "name:B", "person_b": KEY}
    said.say("PersonDecision", None, "d", source="bureau", decision="join", basis="核实", **names)
    found = judged(said, RULE)
    assert (warned(found, RULE), found.unverified) == ({B}, [])


def test_a_scope_that_no_rule_reads_is_to_be_verified() -> None:
    said = firms(A, B)
    decisions = [ban(said, KEY, None), ban(said, OTHER, "不得从事相关活动")]
    officer(said, A, KEY, "董事")
    officer(said, B, OTHER, "董事")
    found = judged(said, RULE, same=[])
    assert told(found, RULE) == set()
    expected = zip(decisions, (A, B), strict=True)
    assert set(unverified(found)) == {("限制范围不明", decision.sid, (eid,), 1) for decision, eid in expected}


def test_a_common_name_leads_to_nobody() -> None:
    said = Said()
    decision = ban(said, "name:E")
    for number in range(21):
        code = f"9133{number:02d}00AAAAAAAAAA"
        said.firm(code, f"测试{number}")
        officer(said, code, f"name:{code}", "董事")
    assert unverified(judged(said, RULE, same=[])) == [("限制决定没有", decision.sid, (), 21)]
