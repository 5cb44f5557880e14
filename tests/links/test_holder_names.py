"""Who a holder is that sources only name: the one firm that fits, a person, or unknown. No graph."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from credit_graph.commands.links import basis_text, interval_text
from credit_graph.links.card import card
from credit_graph.links.compute import links
from credit_graph.links.policy import link_policy
from credit_graph.model.derived import unknown_holder
from handmade import Said, projection_of
from shareholders import CAPITAL, TODAY, A, B, C, D, changed, linked, registered, reported, rows

NAMES: list[Any] = [
    ("乙（宁波）贸易有限公司", ("name", B)),
    ("乙(宁波) 贸易有限公司", ("name", B)),
    ("旧乙贸易有限公司", ("former_name", B)),
    ("乙（宁波）贸易有限责任公司", ("legal_form", B)),
    ("浙江省宁波市丙建材有限公司", ("region", C)),
    ("宁波丙建材有限责任公司", ("region", C)),
    ("丙建材有限公司", ("region", C)),
    ("兰州丙建材有限公司", ("unknown", None)),
    ("甘肃丙建材有限公司", ("unknown", None)),
    ("宁波丙建材股份有限公司", ("unknown", None)),
    ("同名有限公司", ("unknown", None)),
    ("同名有限责任公司", ("unknown", None)),
    ("王某", ("unknown", None)),
    ("丙厂慈溪分公司", ("unknown", None)),
]


@pytest.mark.parametrize(("name", "expected"), NAMES, ids=[case[0] for case in NAMES])
def test_a_name_is_a_firm_only_where_one_fits(name: str, expected: tuple[str, str | None]) -> None:
    said = Said()
    said.firm(A, "甲有限公司")
    said.firm(B, "旧乙贸易有限公司", key="old", start=date(2001, 1, 1), end=date(2010, 1, 1))
    said.firm(B, "乙（宁波）贸易有限公司", key="new", start=date(2010, 1, 1))
    said.firm(C, "宁波市丙建材有限公司", address="浙江省宁波市海曙区1号")
    said.firm(D, "同名有限公司")
    said.firm("91330200EEEEEEEEEE", "同名有限公司")
    said.firm("92330200FFFFFFFFFF", "王某", entity_type="个体工商户")
    said.firm("91330200GGGGGGGGGG", "丙厂慈溪分公司", entity_type="分公司")
    registered(said, A, name, CAPITAL, pid=None)
    found = linked(said).holdings
    [(match, holder, kind, matched)] = rows(found, "match", "holder", "holder_kind", "matched")
    assert (match, holder if expected[1] else None) == expected
    shown = {B: "乙（宁波）贸易有限公司", C: "宁波市丙建材有限公司"}
    if match == "unknown":
        assert (kind, matched, holder[:5]) == ("unknown", None, "name:")
    else:
        assert (kind, matched) == ("enterprise", "旧乙贸易有限公司" if match == "former_name" else shown[holder])


def test_a_person_listed_like_a_household_stays_a_person() -> None:
    said = Said()
    said.firm(A, "甲有限公司")
    said.firm("92330200FFFFFFFFFF", "王某", entity_type="个体工商户")
    said.firm(B, "同仁堂")
    registered(said, A, "王某", 60_000_000, pid="name:wang")
    registered(said, A, "同仁堂", 40_000_000, pid="name:tong")
    assert rows(linked(said).holdings, "holder", "holder_kind", "match") == {
        ("name:wang", "person", "person"),
        (B, "enterprise", "name"),
    }


def test_one_company_has_one_holder_of_a_name_whatever_the_source() -> None:
    said = Said()
    said.firm(A, "甲有限公司")
    said.firm(B, "乙有限公司")
    registered(said, A, "乙公司（简称）", 30_000_000, holder_code=B, published_on=date(2020, 1, 1), pid=None)
    registered(said, A, "某省投资中心", 30_000_000, published_on=date(2020, 1, 1), pid=None)
    changed(said, A, date(2021, 1, 1), "乙公司(简称)", 300_000, 350_000)
    changed(said, A, date(2021, 1, 1), "某省 投资中心", 300_000, 250_000)
    unknown = unknown_holder(A, "某省投资中心")  # the node that the register's record has
    assert rows(linked(said).holdings, "holder", "match", "share_ppm") == {
        (B, "code", 350_000),
        (unknown, "unknown", 250_000),
    }


def test_a_keyed_officer_is_the_holder_of_that_name_in_a_report() -> None:
    said = Said()
    said.firm(A, "甲有限公司")
    said.say("Office", A, "1", pid="k1", person_name="王测试", office="executive")
    reported(said, A, 2025, "王测试", CAPITAL, pid="name:reported")
    assert rows(linked(said).holdings, "holder", "match", "basis") == {("k1", "person", "subscribed")}


def test_holders_are_shown_with_interval_basis_and_fault_and_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    said = Said()
    said.firm(A, "甲有限公司")
    said.firm(B, "乙贸易有限公司")
    said.firm(C, "丙有限公司")
    registered(said, A, "乙贸易有限责任公司", 30_000_000)
    reported(said, A, 2025, "王测试", 20_000_000, pid="name:secretkey")
    changed(said, B, date(2021, 1, 1), "P", 0, 600_000)
    registered(said, C, "P", 60_000_000)
    registered(said, C, "某中心", 60_000_000)
    projection = projection_of(said.statements, TODAY)
    found = links(projection, link_policy())
    held = {company: card(projection, found, company)["holders"] for company in (A, B, C)}
    texts = {eid: [(row["name"], interval_text(row), basis_text(row)) for row in rows_] for eid, rows_ in held.items()}
    assert texts == {
        A: [
            ("乙贸易有限公司", "30.00%～80.00%", "认缴 组织形式写法不同：乙贸易有限公司"),
            ("王测试", "20.00%～70.00%", "认缴"),
        ],
        B: [("P", "60.00%～100.00%", "股权变更公示的比例")],
        C: [("P", "60.00%", "认缴 合计超过百分之百"), ("某中心", "60.00%", "认缴 未识别主体 合计超过百分之百")],
    }
    assert held[A][1]["holder"].startswith("person:")
    assert "secretkey" not in str(held)
    monkeypatch.setenv("CREDIT_GRAPH_LANG", "en")
    assert basis_text(held[A][0]) == "subscribed legal form written otherwise: 乙贸易有限公司"
