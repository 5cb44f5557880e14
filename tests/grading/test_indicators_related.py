"""Exact points of related firms and persons (关联关系信息), with the statements that lead to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from graded import A, B, C, Case, Firm, check_all, firm, graded, listed_seriously, result

from handmade import Said

Build = Callable[[Firm], Any]
REVOKED = {"state": "吊销"}


def nothing(firm: Firm, code: str) -> set[str]:
    return set()


def state(firm: Firm, code: str) -> set[str]:
    """The registration, which says the state."""
    return {s.sid for s in firm.said.statements if s.eid == code and s.kind == "Registration"}


def group(strike: Callable[[Firm, str], set[str]], struck: int, sound: int, state: str = "存续") -> Build:
    """A group under one person: the firm itself, struck ones and sound ones."""

    def build(firm: Firm) -> tuple[set[str], set[str]]:
        pid = firm.person()
        own = firm.holds(firm.eid, pid, person=True)
        statements, path = set(), set()
        for number in range(struck + sound):
            other = firm.other(state=state if number < struck else "存续")
            tie = firm.holds(other, pid, person=True)
            if number < struck:
                statements |= strike(firm, other)
                path |= {own, tie}
        return statements, path

    return build


def itself(firm: Firm) -> tuple[set[str], set[str]]:
    """Only the firm itself is struck: a share of the others is 0."""
    pid = firm.person()
    for code in (firm.eid, firm.other()):
        firm.holds(code, pid, person=True)
    firm.listed()
    return set(), set()


def long_chain(firm: Firm) -> tuple[set[str], set[str]]:
    """A person over a firm over a firm over the firm; the one beside the first is listed."""
    pid = firm.person()
    top, middle, beside = firm.other(), firm.other(), firm.other()
    ties = {firm.holds(top, pid, person=True), firm.holds(middle, top), firm.holds(firm.eid, middle)}
    return {firm.listed(of=beside)}, {*ties, firm.holds(beside, pid, person=True)}


def branch_in_group(firm: Firm) -> tuple[set[str], set[str]]:
    """The firm is a branch: its group is that of its parent."""
    pid, parent, other = firm.person(), firm.other(), firm.other()
    branch = firm.register(entity_type="分公司", parent_code=parent)
    ties = {firm.holds(parent, pid, person=True), firm.holds(other, pid, person=True)}
    return {firm.listed(of=other)}, {branch, *ties}


def listed(firm: Firm, code: str) -> set[str]:
    return {firm.listed(of=code)}


def seriously(firm: Firm, code: str) -> set[str]:
    return {firm.seriously(of=code)}


def punished(day: date = date(2026, 1, 1)) -> Callable[[Firm, str], set[str]]:
    return lambda firm, code: {firm.case(day, of=code)}


def defaulting(firm: Firm, code: str) -> set[str]:
    return {firm.measure("失信被执行人", of=code)}


def found(firm: Firm, code: str) -> set[str]:
    return {firm.inspected("发现问题待后续处理", of=code)}


def under(strike: Callable[[Firm, str], set[str]]) -> Build:
    """A firm holds the whole capital."""

    def build(firm: Firm) -> tuple[set[str], set[str]]:
        holder = firm.other()
        tie = firm.holds(firm.eid, holder)
        return strike(firm, holder), {tie}

    return build


def branch_of(strike: Callable[[Firm, str], set[str]]) -> Build:
    def build(firm: Firm) -> tuple[set[str], set[str]]:
        parent = firm.other()
        sid = firm.register(entity_type="分公司", parent_code=parent)
        return strike(firm, parent), {sid}

    return build


def with_branches(strike: Callable[[Firm, str], set[str]], struck: int, sound: int) -> Build:
    def build(firm: Firm) -> tuple[set[str], set[str]]:
        statements, path = set(), set()
        for number in range(struck + sound):
            code = firm.other(name=f"无关{firm.number}之{number}分公司", entity_type="分公司", parent_code=firm.eid)
            if number < struck:
                statements |= strike(firm, code)
                path |= state(firm, code)
        return statements, path

    return build


def invested(struck: int, sound: int) -> Build:
    """Small holdings, which give no control."""

    def build(firm: Firm) -> tuple[set[str], set[str]]:
        statements, path = set(), set()
        for number in range(struck + sound):
            code = firm.other()
            tie = firm.holds(code, firm.eid, share=10)
            if number < struck:
                statements |= listed(firm, code)
                path.add(tie)
        return statements, path

    return build


def siblings(strike: Callable[[Firm, str], set[str]], count: int, pid: str | None = None, **more: Any) -> Build:
    """Other firms with the same legal representative."""

    def build(firm: Firm) -> tuple[set[str], set[str]]:
        person = pid or firm.person()
        own = firm.represents(firm.eid, person)
        statements, path = set(), set()
        for _ in range(count):
            code = firm.other(**more)
            tie = firm.represents(code, person)
            statements |= strike(firm, code)
            path |= {own, tie}
        # a name within one firm never connects two firms, even under one (wrong) node
        return (statements, path) if pid is None else (set(), set())

    return build


def history(strike: Callable[[Firm, str], set[str]], count: int, **more: Any) -> Build:
    """The person who controls the firm once represented others."""

    def build(firm: Firm) -> tuple[set[str], set[str]]:
        pid = firm.person()
        own = firm.holds(firm.eid, pid, person=True)
        statements, path = set(), set()
        for _ in range(count):
            code = firm.other(**more)
            past = {"pid": pid, "person_name": "王", "office": "legal_representative"}
            tie = firm.say("Office", of=code, day=date(2015, 1, 1), end=date(2018, 1, 1), **past)
            statements |= strike(firm, code)
            path |= {own, tie}
        return statements, path

    return build


def own_group_is_no_history(firm: Firm) -> tuple[set[str], set[str]]:
    pid, code = firm.person(), firm.other(**REVOKED)
    for company in (firm.eid, code):
        firm.holds(company, pid, person=True)
    return set(), set()


def in_person(kind: str, controls: bool, **content: Any) -> Build:
    """A record about the controller, or the legal representative, himself."""

    def build(firm: Firm) -> tuple[set[str], set[str]]:
        pid = firm.person()
        tie = firm.holds(firm.eid, pid, person=True) if controls else firm.represents(firm.eid, pid)
        return {firm.said.say(kind, None, f"p-{firm.number}", pid=pid, **content).sid}, {tie}

    return build


DEFAULTS = {"measure_kind": "失信被执行人"}
CASES = [
    Case("group_revoked", 100, 80, group(state, 1, 0, "吊销")),
    Case("group_revoked", 20, 50, group(state, 1, 4, "吊销")),
    Case("group_revoked", 16, 20, group(state, 1, 5, "吊销")),
    Case("group_revoked", 0, 0, group(nothing, 0, 3)),
    Case("group_struck", 50, 10, group(state, 1, 1, "注销")),
    Case("group_struck", 100, 20, group(state, 2, 0, "注销")),
    Case("group_abnormal", 33, 50, group(listed, 1, 2)),
    Case("group_abnormal", 50, 80, group(listed, 2, 2)),
    Case("group_abnormal", 10, 25, group(listed, 1, 9)),
    Case("group_abnormal", 0, 0, itself),
    Case("group_abnormal", 33, 50, long_chain),
    Case("group_abnormal", 50, 80, branch_in_group, register=None),
    Case("group_serious", 25, 90, group(seriously, 1, 3)),
    Case("group_serious", 100, 120, group(seriously, 1, 0)),
    Case("group_serious", 10, 50, group(seriously, 1, 9)),
    Case("group_penalised", 50, 90, group(punished(), 1, 1)),
    Case("group_penalised", 50, 63, group(punished(date(2025, 11, 23)), 1, 1)),
    Case("group_penalised", 25, 60, group(punished(), 1, 3)),
    Case("group_penalised", 10, 30, group(punished(), 1, 9)),
    Case("group_penalised", 0, 0, group(lambda firm, code: punished(date(2023, 11, 23))(firm, code) and set(), 0, 1)),
    Case("group_defaulting", 50, 100, group(defaulting, 1, 1)),
    Case("group_defaulting", 25, 70, group(defaulting, 1, 3)),
    Case("group_defaulting", 10, 40, group(defaulting, 1, 9)),
    Case("group_findings", 50, 50, group(found, 1, 1)),
    Case("group_findings", 25, 30, group(found, 1, 3)),
    Case("group_findings", 10, 15, group(found, 1, 9)),
    Case("holder_serious", 1, 120, under(seriously)),
    Case("holder_abnormal", 1, 40, under(listed)),
    Case("parent_listed", 1, 80, branch_of(listed), register=None),
    Case("parent_penalised", 1, 50, branch_of(punished()), register=None),
    Case("parent_penalised", 1, 35, branch_of(punished(date(2025, 1, 1))), register=None),
    Case("branches_abnormal", 33, 15, with_branches(listed, 1, 2)),
    Case("branches_abnormal", 50, 40, with_branches(listed, 1, 1)),
    Case("branches_penalised", 50, 40, with_branches(punished(), 2, 2)),
    Case("branches_penalised", 50, 28, with_branches(punished(date(2025, 1, 1)), 1, 1)),
    Case("invested_abnormal", 50, 30, invested(1, 1)),
    Case("invested_abnormal", 33, 10, invested(1, 2)),
    Case("siblings_listed", 1, 30, siblings(listed, 1)),
    Case("siblings_listed", 3, 60, siblings(listed, 3)),
    Case("siblings_listed", 0, 0, siblings(listed, 1, "name:other")),
    Case("siblings_penalised", 1, 30, siblings(punished(), 1)),
    Case("siblings_penalised", 3, 50, siblings(punished(), 3)),
    Case("siblings_penalised", 1, 21, siblings(punished(date(2025, 1, 1)), 1)),
    Case("siblings_revoked", 1, 40, siblings(state, 1, **REVOKED)),
    Case("siblings_revoked", 3, 70, siblings(state, 3, **REVOKED)),
    Case("controller_revoked", 1, 40, history(state, 1, **REVOKED)),
    Case("controller_revoked", 3, 80, history(state, 3, **REVOKED)),
    Case("controller_revoked", 0, 0, own_group_is_no_history),
    Case("controller_serious", 1, 60, history(seriously, 1)),
    Case("controller_serious", 2, 100, history(seriously, 2)),
    Case("controller_abnormal", 1, 14, history(listed, 1)),
    Case("controller_abnormal", 3, 28, history(listed, 3)),
    Case("controller_abnormal", 3, 40, history(lambda firm, code: {firm.listed(date(2026, 1, 1), of=code)}, 3)),
    Case("controller_penalised", 1, 30, history(punished(), 1)),
    Case("controller_penalised", 3, 50, history(punished(), 3)),
    Case("controller_defaulting", 1, 100, in_person("Measure", True, **DEFAULTS)),
    Case("controller_defaulting", 0, 0, lambda firm: in_person("Measure", False, **DEFAULTS)(firm) and (set(), set())),
    Case("representative_defaulting", 1, 100, in_person("Measure", False, **DEFAULTS)),
    Case("representative_sanctioned", 1, 100, in_person("Sanction", False, sanction_kind="从业禁止")),
    Case("representative_sanctioned", 0, 0,
         lambda firm: in_person("Sanction", False, sanction_kind="罚款")(firm) and (set(), set())),
]  # fmt: skip
WITHOUT = {"reborn", "reborn_abnormal"}  # below


def test_every_case() -> None:
    assert check_all(CASES) == []


def reborn(what: str) -> tuple[Any, set[str], set[str]]:
    """乙 was revoked or listed in 2025 and, with its representative, came back as 甲 in the same trade."""
    said = Said()
    trade = {"industry_code": "5219", "industry": "其他综合零售"}
    said.firm(A, "庆原市鑫源商贸有限公司", founded_on=date(2025, 3, 1), **trade)
    ended = {"state": "吊销", "approved_on": date(2025, 2, 1)} if what == "revoked" else {}
    old = said.firm(B, "庆原市鑫源商贸部有限公司", founded_on=date(2015, 1, 1), **trade, **ended)
    end = old.sid
    if what == "abnormal":
        day = date(2025, 2, 1)
        end = said.say("AbnormalListing", B, "l", start=day, listed_on=day).sid
    ties = {
        said.say("Office", eid, eid, pid="k" * 64, person_name="王", office="legal_representative").sid
        for eid in (A, B)
    }
    return said, {end}, ties


def test_a_revoked_firm_come_back() -> None:
    said, statements, path = reborn("revoked")
    assert result(said, "reborn") == (1, 120, statements, path)
    assert result(said, "reborn_abnormal") == (0, 0, set(), set())
    assert result(said, "reborn", B) == (0, 0, set(), set())


def test_an_abnormal_firm_come_back() -> None:
    said, statements, path = reborn("abnormal")
    assert result(said, "reborn_abnormal") == (1, 40, statements, path)
    assert result(said, "reborn") == (0, 0, set(), set())


def test_a_serious_listing_past_its_term_weighs_on_nobody() -> None:
    said = firm()
    said.firm(B, "乙有限公司")
    said.firm(C, "丙有限公司")
    said.say("Contribution", A, "1", holder_name="乙有限公司", holder_code=B, subscribed=60_000_000)
    listed_seriously(said, B, date(2023, 11, 23))
    assert result(said, "holder_serious")[:2] == (0, 0)
    assert graded(said).indicators["holder_serious"].loc[B, "points"] == 0


def test_a_record_under_a_hold_weighs_on_nobody() -> None:
    said = firm()
    said.firm(B, "乙有限公司")
    for eid in (A, B):
        said.say("Contribution", eid, eid, holder_name="王", pid="k" * 64, subscribed=100_000_000)
    case = said.say("Case", B, "c", start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
    assert result(said, "group_penalised")[:3] == (100, 90, {case.sid})
    said.hold(case, start=date(2026, 5, 1))
    assert result(said, "group_penalised")[:3] == (0, 0, set())
