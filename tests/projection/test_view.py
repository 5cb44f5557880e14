"""The view of one enterprise: precedence of sources, former names, contradictions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_graph.errors import DefinitionError
from credit_graph.model.time import DAY_MAX, DAY_MIN, OPEN_SEQ, Point
from credit_graph.projection.names import normal_name, normal_names
from credit_graph.projection.view import EntityKind, Precedence, enterprise_view, precedence

POINT = Point(5, date(2026, 11, 23), date(2026, 11, 23))


def record(kind: str, sid: str, **more: Any) -> dict[str, Any]:
    base = {
        "sid": sid,
        "source": "registration",
        "kind": kind,
        "known_from": 1,
        "known_to": OPEN_SEQ,
        "valid_from": DAY_MIN,
        "valid_to": DAY_MAX,
    }
    return {**base, **more}


def view(*records: dict[str, Any]) -> dict[str, Any]:
    return enterprise_view(records, POINT, precedence())


def test_rank_then_later_validity_then_later_batch() -> None:
    first = record("Registration", "r1", name="甲公司", valid_from=date(2019, 1, 1))
    later = record("Registration", "r2", name="乙公司", valid_from=date(2020, 1, 1), source="other")
    newest = record("Registration", "r3", name="丙公司", valid_from=date(2020, 1, 1), source="third", known_from=2)
    event = record("Case", "c1", name="丁公司", valid_from=date(2024, 1, 1), source="penalty")
    assert view(first, later, newest, event)["name"] == "丙公司"
    assert view(first, later, event)["name"] == "乙公司"
    assert view(event)["name"] == "丁公司"
    assert view(first, later, newest, event)["sids"]["name"] == "r3"


def test_only_what_is_known_and_valid_counts() -> None:
    closed = record("Registration", "r1", name="错名公司", known_to=3)
    future = record("Registration", "r2", name="未来公司", valid_from=date(2027, 1, 1))
    unknown = record("Registration", "r3", name="以后公司", known_from=6)
    ended = record("Registration", "r4", name="旧名公司", valid_to=date(2020, 1, 1))
    now = record("Registration", "r5", name="现名公司", valid_from=date(2020, 1, 1))
    found = view(closed, future, unknown, ended, now)
    assert (found["name"], found["former_names"], found["names"]) == (
        "现名公司",
        ["旧名公司"],
        ["现名公司", "旧名公司"],
    )


def test_former_names_latest_first_and_spellings_once() -> None:
    names = ["一号公司", "二号（宁波）公司", "二号(宁波)公司", "现名公司"]
    records = [
        record("Registration", f"r{i}", name=name, valid_from=date(2010 + i, 1, 1), valid_to=date(2011 + i, 1, 1))
        for i, name in enumerate(names[:3])
    ]
    now = record("Registration", "r9", name=names[3], valid_from=date(2013, 1, 1))
    assert view(*records, now)["former_names"] == ["二号(宁波)公司", "一号公司"]


def test_contradictions_between_sources_only() -> None:
    shown = record("Registration", "r1", name="甲公司", state="存续", valid_from=date(2020, 1, 1))
    other = record("Registration", "r2", name=" 甲公司", state="吊销", source="gsxt")
    case = record("Case", "c1", name="乙公司", source="penalty")
    found = view(shown, other, case)
    assert found["contradictions"] == [
        {
            "field": "state",
            "value": "存续",
            "source": "registration",
            "sid": "r1",
            "other_value": "吊销",
            "other_source": "gsxt",
            "other_sid": "r2",
        }
    ]


def test_an_officer_who_is_no_legal_representative_is_not_shown_as_one() -> None:
    officer = record("Office", "o1", person_name="李某", office="executive", source="legal_representative")
    head = record("Office", "o2", person_name="王某", office="法定代表人", source="legal_representative")
    assert view(officer)["legal_representative"] is None
    assert view(officer, head)["legal_representative"] == "王某"


def test_no_records() -> None:
    found = view()
    assert (found["name"], found["former_names"], found["contradictions"], found["phones"]) == (None, [], [], [])


@pytest.mark.parametrize(
    ("entity_type", "code", "kind"),
    [
        ("有限责任公司（自然人投资或控股）", "91330200AAAAAAAAAA", "企业"),
        ("有限责任公司分公司（国有独资）", "91330200AAAAAAAAAA", "分支机构"),
        ("个人独资企业分支机构", None, "分支机构"),
        ("个体工商户", "92330200AAAAAAAAAA", "个体工商户"),
        ("个人独资企业", None, "企业"),
        ("农民专业合作社分支机构", None, "农民专业合作社"),
        (None, "93330200AAAAAAAAAA", "农民专业合作社"),
        (None, "91330200AAAAAAAAAA", "企业"),
        (None, "12330200AAAAAAAAAA", None),
        (None, None, None),
    ],
)
def test_entity_kinds(entity_type: str | None, code: str | None, kind: str | None) -> None:
    assert precedence().entity_kind(entity_type, code) == kind


def test_a_day_without_precedence_is_an_error() -> None:
    with pytest.raises(DefinitionError) as caught:
        enterprise_view([], Point(1, date(1990, 1, 1), date(1990, 1, 1)), precedence())
    assert caught.value.code == "policy.none_in_force"


def test_two_rows_for_one_day_are_an_error() -> None:
    row = precedence().rows[0]
    twice = Precedence(rows=(row, row), entity_kinds=(EntityKind(kind="企业"),))
    with pytest.raises(DefinitionError) as caught:
        twice.on(date(2026, 1, 1))
    assert caught.value.code == "policy.invalid"


def test_names_compare_without_width_case_spaces_and_brackets() -> None:
    assert normal_name("宁波 ＡＢＣ（中国）有限公司") == normal_name("宁波abc(中国)有限公司")
    assert normal_name("甲【乙】丙") == normal_name("甲〔乙〕丙") == "甲(乙)丙"
    assert normal_name("甲公司") != normal_name("甲乙公司")


@given(
    st.lists(st.text(st.sampled_from("甲乙鿿一（）()ＡaA1１ \n·【ßﬁ﨑"), max_size=6) | st.text(max_size=4) | st.none())
)
def test_names_in_a_column_are_compared_as_one_by_one(names: list[str | None]) -> None:
    column = pa.chunked_array([pa.array(names[:3], pa.large_string()), pa.array(names[3:], pa.large_string())])
    assert normal_names(column).to_pylist() == [None if name is None else normal_name(name) for name in names]
