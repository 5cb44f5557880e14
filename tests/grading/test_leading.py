"""Which class leads: a decision about the firm, else the province's, else the bureau's own; and why they differ."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError
from credit_graph.jobs import batches
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.levels import levels
from credit_graph.model.time import Point
from credit_graph.store import Store
from handmade import City

TODAY = date(2026, 11, 23)
A, B, C = (f"91330200{letter * 10}" for letter in "ABC")
WHY = ("--why", "现场核查", "--by", "张一", "--role", "approver")


@pytest.fixture
def city(store: Store, once: Callable[[Callable[[], City]], City], monkeypatch: pytest.MonkeyPatch) -> City:
    """甲 is B for the province; 乙 is D there, and was penalised after that month; 丙 is unknown there."""
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", TODAY.isoformat())

    def filled() -> City:
        made = City(store)
        for code, name in ((A, "甲有限公司"), (B, "乙有限公司"), (C, "丙有限公司")):
            made.firm(code, name)
        for code, month, level in ((A, 9, "C"), (A, 10, "B"), (B, 10, "D")):
            start = date(2026, month, 1)
            said: dict[str, Any] = {"risk_class": level, "month": start, "risk_score": 310.5 if level == "B" else None}
            made.say("OfficialRiskClass", code, f"{code}|{month}", start=start, **said)
        made.say("Case", B, "c", start=date(2026, 11, 2), decided_on=date(2026, 11, 2), violation="虚假宣传")
        made.commit()
        refresh(store)
        return made

    return once(filled)


def typed(*words: str) -> str:
    result = invoke(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def as_json(*words: str) -> Any:
    return json.loads(typed(*words, "--json"))


def in_effect(city: City, day: date = TODAY) -> dict[str, tuple[str, str, str]]:
    _, found = levels(city.store, Point(batches.last_seq(city.store), day, TODAY))
    return {str(eid): (row["level"], row["leads"], row["in_effect"]) for eid, row in found.iterrows()}


def test_the_official_class_leads_and_ours_stands_beside_it(city: City) -> None:
    counts = as_json("grade")
    assert {name: counts[name] for name in ("levels", "official", "differs", "overridden", "in_effect")} == {
        "levels": {"A": 3, "B": 0, "C": 0, "D": 0},
        "official": 2,
        "differs": 2,
        "overridden": 0,
        "in_effect": {"A": 1, "B": 1, "C": 0, "D": 1},
    }
    assert in_effect(city) == {A: ("A", "official", "B"), B: ("A", "official", "D"), C: ("A", "own", "A")}
    found = as_json("explain", B)
    official = found["official"]
    assert found["level"] == "A"
    assert {name: official[name] for name in ("level", "score", "month", "leads", "differs")} == {
        "level": "D", "score": None, "month": "2026-10", "leads": True, "differs": True,
    }  # fmt: skip
    assert official["why"] == [
        "省级评价月份（2026-10）之后的记录：近三年行政处罚次数（80 分）",
        "其余按各自的指标与分值：本级 0 分，省级 D 类，未提供得分，省级未提供明细",
    ]
    assert official["record"]["kind"] == "OfficialRiskClass"
    printed = typed("explain", A).splitlines()
    assert printed[1] == "省级分类（2026-10）：B 类，310.5 分，以此为准；本级 A 类并列如下"
    assert as_json("explain", C)["official"] is None


def test_an_override_has_author_reason_and_expiry_and_hides_nothing(city: City) -> None:
    typed("grade")
    typed("level", "override", A, "D", "--until", "2026-12-31", *WHY)
    assert in_effect(city)[A] == ("A", "override", "D")
    assert in_effect(city, date(2026, 12, 31))[A] == ("A", "override", "D")
    assert in_effect(city, date(2027, 1, 1))[A] == ("A", "official", "B")
    found = as_json("explain", A)
    assert (found["level"], found["official"]["level"], found["official"]["leads"]) == ("A", "B", False)
    first = found["evidence"][0]
    assert (first["indicator"], first["points"]) == ("override", 0)
    (decision,) = as_json("level", "list")
    assert [record["sid"] for record in first["records"]] == [decision["id"]]
    line = "· 人工调整为 D 类，有效至 2026-12-31，理由：现场核查（张一、approver、2026-11-23）"
    assert line in typed("explain", A).splitlines()
    assert {name: decision[name] for name in ("firm", "level", "why", "by", "role", "until", "in_force")} == {
        "firm": A, "level": "D", "why": "现场核查", "by": "张一", "role": "approver", "until": "2026-12-31",
        "in_force": True,
    }  # fmt: skip
    assert refused("override", A, "C", "--until", "2026-12-31", *WHY) == "state.level_decided"
    typed("level", "undo", decision["id"], *WHY)
    assert in_effect(city)[A] == ("A", "official", "B")
    assert refused("undo", decision["id"], *WHY) == "state.decision_undone"
    assert as_json("level", "list") == []
    assert [row["undone"] for row in as_json("level", "list", "--all")] == [3]


def test_our_own_classes_lead_by_a_decision(city: City) -> None:
    typed("grade")
    typed("level", "own", "--until", "2026-12-31", *WHY)
    assert in_effect(city) == {A: ("A", "own", "A"), B: ("A", "own", "A"), C: ("A", "own", "A")}
    official = as_json("explain", A)["official"]
    assert (official["level"], official["leads"]) == ("B", False)
    assert official["why"][-1] == "已决定以本级分类为准，至 2026-12-31，理由：现场核查（张一、approver、2026-11-23）"
    assert in_effect(city, date(2027, 1, 1))[A] == ("A", "official", "B")


def refused(*words: str) -> str:
    with pytest.raises(CreditGraphError) as caught:
        invoke("level", *words)
    return caught.value.code


@pytest.mark.reads
@pytest.mark.parametrize(
    "words",
    [
        ("override", A, "D", "--until", "2026-12-31"),
        ("override", A, "D", *WHY),
        ("override", A, "E", "--until", "2026-12-31", *WHY),
        ("override", A, "D", "--until", "2026-11-22", *WHY),
        ("own",),
        ("undo", "x"),
    ],
)
def test_what_is_missing_is_refused_and_nothing_written(store: Store, city: City, words: tuple[str, ...]) -> None:
    assert refused(*words) == "usage.bad_value"
    assert batches.last_seq(store) == 1
