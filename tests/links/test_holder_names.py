"""Who a holder is that sources only name: the one firm that fits, a person, or unknown. No graph."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from credit_graph.model.derived import unknown_holder
from handmade import Said
from shareholders import CAPITAL, A, B, C, D, changed, linked, registered, reported, rows

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
