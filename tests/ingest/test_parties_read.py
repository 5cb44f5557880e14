"""Whom a row speaks of where no credit code says it: taxpayer numbers, natural and sanctioned persons; and months."""

from __future__ import annotations

from datetime import date

import pytest

from city import citizen_id, credit_code
from credit_graph.ingest.rows import Fault, Row
from credit_graph.ingest.screening import screen_text
from credit_graph.ingest.subjects import name_subject
from credit_graph.ingest.values import Bad, month

CODE = credit_code(1)
ORG = CODE[8:17]
OWNER = citizen_id("19340506", 12)


def subject(
    content: dict[str, str], bad: dict[str, str] | None = None, *, on_person: bool = False
) -> tuple[str | None, str | None, list[str]]:
    """eid, pid and reasons of a row of these values; ``bad``: field -> reason of what could not be read."""
    row = Row(2, "ok", [], content={**content})
    faults = {name: Fault(name, name, reason, "1616173") for name, reason in (bad or {}).items()}
    reasons = [f"{fault.field}:{fault.reason}" for fault in name_subject(row, faults, on_person=on_person)]
    eid = row.eid
    if eid and eid.startswith(("name:", "natural:")):
        eid = eid.partition(":")[0] + ":"
    return eid, row.pid and row.pid.partition(":")[0], reasons


@pytest.mark.parametrize(
    ("content", "eid"),
    [
        ({"tax_number": CODE}, CODE),
        ({"tax_number": "330206" + ORG}, "org:" + ORG),
        ({"tax_number": "330206" + ORG[:-1] + ("0" if ORG[-1] != "0" else "1")}, None),  # no valid organisation code
        ({"tax_number": "ABCDEF" + ORG}, "tax:ABCDEF" + ORG),
        ({"tax_number": "33020600000012345678"}, "tax:33020600000012345678"),
        ({"tax_number": CODE, "org_code": "MA00X004X"}, CODE),
        ({"tax_number": "33020600000012345678", "org_code": ORG, "name": "甲公司"}, "org:" + ORG),
        ({"tax_number": "330206" + ORG, "credit_code": credit_code(2)}, credit_code(2)),
    ],
)
def test_a_taxpayer_number_is_read_for_what_it_is(content: dict[str, str], eid: str | None) -> None:
    expected = eid or "tax:" + content["tax_number"]
    assert subject(content) == (expected, None, [])


def test_a_masked_taxpayer_number_leaves_the_name_and_any_other_fault_refuses() -> None:
    assert subject({"name": "某店"}, {"tax_number": "code_masked"}) == ("name:", None, [])
    assert subject({}, {"tax_number": "code_masked"}) == (None, None, ["tax_number:code_masked"])
    assert subject({"name": "某店"}, {"tax_number": "code_destroyed"}) == (None, None, ["tax_number:code_destroyed"])
    both = {"tax_number": "code_masked", "org_code": "org_code_invalid"}
    assert subject({"name": "某店"}, both)[2] == ["org_code:org_code_invalid"]


@pytest.mark.parametrize(
    ("content", "bad", "found"),
    [
        ({"party_kind": "自然人", "party_id": "p", "name": "甲"}, {}, (None, "p", [])),
        ({"party_kind": "自然人", "name": "甲"}, {}, ("natural:", None, [])),
        ({"party_kind": "自然人", "name": "甲"}, {"credit_code": "code_invalid"}, ("natural:", None, [])),
        ({"party_kind": "自然人", "name": "甲"}, {"party_id": "id_check"}, ("natural:", None, [])),
        ({"party_kind": "自然人"}, {}, (None, None, ["subject:subject_missing"])),
        ({"party_kind": "自然人", "name": "甲", "credit_code": CODE}, {}, (CODE, None, [])),
        ({"party_kind": "自然人", "name": "甲", "org_code": ORG}, {}, ("org:" + ORG, None, [])),
        ({"party_kind": "法人", "name": "甲", "party_id": "p"}, {}, ("name:", None, [])),
        ({"name": "甲", "party_id": "p"}, {}, (None, "p", [])),
        ({"name": "甲"}, {"credit_code": "code_invalid"}, (None, None, ["credit_code:code_invalid"])),
    ],
)
def test_natural_persons(content: dict[str, str], bad: dict[str, str], found: tuple[str, str, list[str]]) -> None:
    assert subject(content, bad) == found


@pytest.mark.parametrize(
    ("content", "bad", "found"),
    [
        ({"person_name": "甲", "person_id": "p", "credit_code": CODE}, {}, (CODE, "p", [])),
        ({"person_name": "甲", "person_id": "p"}, {}, (None, "p", [])),
        ({"person_name": "甲", "credit_code": CODE}, {}, (CODE, "name", [])),
        ({"person_name": "甲", "name": "某公司"}, {"credit_code": "code_invalid"}, ("name:", "name", [])),
        ({"person_name": "甲"}, {}, ("natural:", None, [])),
        ({"credit_code": CODE}, {}, (None, None, ["person_name:key_missing"])),
    ],
)
def test_sanctions(content: dict[str, str], bad: dict[str, str], found: tuple[str, str, list[str]]) -> None:
    assert subject(content, bad, on_person=True) == found


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (OWNER + "01", OWNER[:2] + "*" * 16 + "01"),
        ("330206340506123" + "00000", "33" + "*" * 16 + "00"),
        ("330206340506123" + "00001", "330206340506123" + "00001"),
        ("33020600000012345678", "33020600000012345678"),
        (OWNER + "0123", OWNER + "0123"),
    ],
)
def test_an_owners_id_in_a_taxpayer_number_is_masked(number: str, shown: str) -> None:
    assert screen_text(number, tax=True) == shown
    assert screen_text(number) == number  # elsewhere twenty digits are a number of something else


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05", date(2026, 5, 1)),
        ("2026/5", date(2026, 5, 1)),
        ("202605", date(2026, 5, 1)),
        ("2026年5月", date(2026, 5, 1)),
        (" 2026 年 05 月份", date(2026, 5, 1)),
        ("２０２６－０５", date(2026, 5, 1)),
        ("2026-05-31", date(2026, 5, 1)),
        ("20260531", date(2026, 5, 1)),
        ("9999-12", None),
    ],
)
def test_months(text: str, day: date | None) -> None:
    assert month(text) == day


@pytest.mark.parametrize("text", ["2026-13", "2026", "202600", "五月", "2026-5-32", "26-05"])
def test_no_months(text: str) -> None:
    with pytest.raises(Bad, match="day_invalid"):
        month(text)
