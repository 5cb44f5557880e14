"""Partnerships whose executing partner has the votes, and holders for the state: without a graph."""

from __future__ import annotations

from typing import Any

import pytest

from credit_graph.links.compute import chart
from handmade import Said
from shareholders import CAPITAL, A, B, C, D, linked, registered, rows

LIMITED = {"entity_type": "有限合伙企业"}


def test_the_executing_partner_has_the_votes_and_not_the_cash() -> None:
    said = Said()
    named = said.firm(A, "甲投资中心（有限合伙）", legal_representative="王伙", pid="name:wang", **LIMITED).sid
    said.firm(B, "乙有限公司")
    registered(said, A, "王伙", 1_000_000, pid="name:wang")
    registered(said, A, "李限", 99_000_000, pid="name:li")
    registered(said, B, "甲投资中心(有限合伙)", 60_000_000)
    registered(said, B, "Q", 40_000_000)
    found = linked(said)
    assert rows(found.ruled, "controller", "eid", "rule", "sids") == {("name:wang", A, "executing_partner", (named,))}
    structure = chart(found)
    assert structure.chain(B) == [B, A, "name:wang"]
    assert rows(found.holdings[found.holdings["eid"] == A], "holder", "share_ppm") == {
        ("name:wang", 10_000),
        ("name:li", 990_000),
    }


PARTNERS: list[Any] = [
    ("by the person's ID", {"pid": "k1", "person_name": "王伙", "position": "执行事务合伙人"}, "k1"),
    ("a firm with a delegate", {"person_name": "丙管理有限公司（委派代表：赵某）", "position": "执行事务合伙人"}, C),
    ("no partner", {"pid": "k9", "person_name": "孙外", "position": "执行事务合伙人"}, None),
    ("another position", {"pid": "k1", "person_name": "王伙", "position": "经理"}, None),
    ("no position", {"pid": "k1", "person_name": "王伙", "office": "executive"}, None),
    ("a representative", {"pid": "k1", "person_name": "王伙", "office": "legal_representative"}, "k1"),
]


@pytest.mark.parametrize(("office", "controller"), [case[1:] for case in PARTNERS], ids=[c[0] for c in PARTNERS])
def test_who_executes_a_partnership(office: dict[str, Any], controller: str | None) -> None:
    said = Said()
    said.firm(A, "甲投资中心（有限合伙）", **LIMITED)
    said.firm(B, "乙有限公司")
    said.firm(C, "丙管理有限公司")
    for company in (A, B):
        said.say("Office", company, f"{company}|1", **{"office": "executive", **office})
        registered(said, company, "王伙", 50_000_000, pid="k1")
        registered(said, company, "丙管理有限公司", 50_000_000)
    assert rows(linked(said).ruled, "controller", "eid") == ({(controller, A)} if controller else set())


def test_two_executing_partners_leave_the_votes_to_count() -> None:
    said = Said()
    said.firm(A, "甲投资中心（有限合伙）", **LIMITED)
    for name in ("王伙", "李伙"):
        said.say("Office", A, name, pid=f"k-{name}", person_name=name, office="executive", position="执行事务合伙人")
    registered(said, A, "王伙", 40_000_000, pid="k-王伙")
    registered(said, A, "李伙", 60_000_000, pid="k-李伙")
    found = linked(said)
    assert rows(found.ruled, "controller", "eid") == {("k-王伙", A), ("k-李伙", A)}
    assert chart(found).chain(A) == [A, "k-李伙"]


GENERAL: list[Any] = [
    ("the only one", LIMITED, ["普通合伙人"], {("k-0", A, "general_partner")}),
    ("beside an executing one", LIMITED, ["普通合伙人", "执行事务合伙人"], {("k-1", A, "executing_partner")}),
    ("both in one", LIMITED, ["普通合伙人、执行事务合伙人"], {("k-0", A, "executing_partner")}),
    ("a limited one", LIMITED, ["有限合伙人"], set()),
    ("no limited partnership", {"entity_type": "普通合伙企业"}, ["普通合伙人"], set()),
]


@pytest.mark.parametrize(("kind", "positions", "ruled"), [case[1:] for case in GENERAL], ids=[c[0] for c in GENERAL])
def test_the_general_partner_rules_where_none_executes(
    kind: dict[str, Any], positions: list[str], ruled: set[tuple[str, str, str]]
) -> None:
    said = Said()
    said.firm(A, "甲投资中心", **kind)
    said.firm(B, "乙有限公司")
    registered(said, B, "甲投资中心", 60_000_000)
    registered(said, A, "李限", 99_000_000, pid="k-9")
    for number, position in enumerate(positions):
        office: dict[str, Any] = {"person_name": f"王{number}", "office": "executive", "position": position}
        said.say("Office", A, f"o{number}", pid=f"k-{number}", **office)
        registered(said, A, f"王{number}", 500_000, pid=f"k-{number}")
    found = linked(said)
    assert rows(found.ruled, "controller", "eid", "rule") == ruled
    control = [row[0] for row in ruled] or ["k-9"]  # by votes else
    assert chart(found).chain(B) == [B, A, *control]


def test_holders_for_the_state_are_marked_and_groups_end_there() -> None:
    said = Said()
    holders = {
        A: "庆原市人民政府国有资产监督管理委员会",
        B: "庆原市财政局",
        C: "庆原市人民政府招待所有限公司",
        D: "庆原市人民政府国有资产监督管理委员会",
    }
    for company, holder in holders.items():
        said.firm(company, f"{company[-1]}有限公司")
        registered(said, company, holder, CAPITAL)
    said.firm("91330200EEEEEEEEEE", "E有限公司")
    registered(said, "91330200EEEEEEEEEE", "区机关", CAPITAL, holder_code="11330200MB0000000X")
    found = linked(said)
    state = found.holdings[found.holdings["holder"].isin(found.state)]
    assert rows(state, "eid") == {(A,), (B,), (D,), ("91330200EEEEEEEEEE",)}
    structure = chart(found)
    heads = {structure.name(number): structure.name(int(head)) for number, head in enumerate(structure.heads)}
    assert heads[A] == A
    assert heads[D] == D
    assert heads[C] != C
