"""Who is graded, direct classes, cut points, and properties of the whole grade."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import pandas as pd
import pytest
from graded import TODAY, A, B, C, D, firm, graded, listed_seriously
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_graph.grading.grade import GradeFrame, grade
from credit_graph.grading.policy import grading_policy
from credit_graph.grading.rules import Span, months_before
from credit_graph.links.compute import links
from credit_graph.links.policy import link_policy
from handmade import Said, projection_of


def summary(said: Said, valid: date = TODAY, today: date = TODAY) -> tuple[Any, ...]:
    found: Any = graded(said, valid, today).firms.loc[A]
    return found["level"], found["direct_rule"], int(found["score"])


def taxed(said: Said, eid: str, kind: str = "重大税收违法") -> str:
    return said.say("Measure", eid, f"{eid}-{kind}", measure_kind=kind).sid


# how a firm came on a list, and what that gives: level and direct rule
LISTED: list[tuple[Callable[[Said, str], str], str, str]] = [
    (lambda said, eid: listed_seriously(said, eid, date(2024, 3, 1)), "D", "serious_list"),  # whatever the score
    # past its term it is no ground
    (lambda said, eid: listed_seriously(said, eid, date(2023, 11, 23)), "A", ""),
    (lambda said, eid: listed_seriously(said, eid, date(2015, 1, 1)), "A", ""),
    (lambda said, eid: taxed(said, eid, "失信被执行人"), "D", "court_defaulter"),
    (taxed, "D", "tax_blacklist"),
    # of two the first rule is named
    (lambda said, eid: (taxed(said, eid), listed_seriously(said, eid, date(2024, 3, 1)))[1], "D", "serious_list"),
]


def test_lists_that_give_d_at_once() -> None:
    said, wanted = Said(), {}
    for number, (listed, level, rule) in enumerate(LISTED):
        eid = f"9133{number:014d}"
        said.firm(eid, f"第{number}号有限公司")
        sid = listed(said, eid)
        wanted[eid] = (level, rule, 0, (sid,) if rule else ())
    rows = graded(said).firms[["level", "direct_rule", "score", "direct_statements"]]
    assert {eid: (*told[:3], tuple(told[3])) for eid, *told in rows.itertuples(name=None)} == wanted


def test_who_is_graded() -> None:
    said = firm()
    said.firm(B, "乙分公司", entity_type="分公司")
    said.firm(C, "丙店", entity_type="个体工商户")
    said.firm(D, "丁有限公司", state="注销")
    said.firm("93330200EEEEEEEEEE", "戊合作社", entity_type="农民专业合作社")
    said.say("Case", "91330200FFFFFFFFFF", "x", name="己有限公司")
    assert list(graded(said).firms.index) == [A, B]


@pytest.mark.parametrize("founded", [None, date(2010, 1, 1), TODAY, date(2026, 11, 24)])
def test_who_is_founded_later_is_not_graded_yet(founded: date | None) -> None:
    graded_now = A in graded(firm(founded_on=founded)).firms.index
    assert graded_now is (founded is None or founded <= TODAY)


def test_records_under_a_hold_do_not_score() -> None:
    said = firm()
    case = said.say("Case", A, "1", start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
    listed_seriously(said, A, date(2024, 3, 1))
    said.hold(case, start=date(2026, 5, 1))
    said.hold(said.statements[-2], start=date(2026, 5, 1))
    assert summary(said) == ("A", "", 0)
    day = date(2026, 4, 30)
    assert summary(said, today=day, valid=day) == ("D", "serious_list", 80)


def test_the_cut_points_are_right_open() -> None:
    said = firm()
    said.say("AbnormalListing", A, "1", start=date(2019, 1, 1), listed_on=date(2019, 1, 1))
    assert summary(said) == ("B", "", 200)


def test_a_sum_over_the_scale_is_cut_in_a_line_of_its_own() -> None:
    said = firm(founded_on=date(2026, 1, 1), registered_capital=0, state="吊销", term_to=date(2026, 6, 1))
    for number in range(5):
        day = date(2026, 1, 1 + number)
        said.say("AbnormalListing", A, str(number), start=day, listed_on=day)
        said.say("Case", A, str(number), start=day, decided_on=day, fine=10**9, penalty_kind="吊销许可证件")
    found = graded(said)
    assert (_total(found), found.firms.loc[A, "score"], found.firms.loc[A, "scale_cap"]) == (1210, 1000, -210)
    assert found.firms.loc[A, "level"] == "D"


def test_the_channel_must_be_grading() -> None:
    projection = projection_of(firm().statements, TODAY, channel="internal")
    with pytest.raises(ValueError, match="grading"):
        grade(projection, links(projection, link_policy()), grading_policy("general", TODAY)[0])


@pytest.mark.parametrize(
    ("day", "span", "start"),
    [
        (date(2024, 2, 29), Span(years=3), date(2021, 2, 28)),
        (date(2026, 3, 31), Span(months=1), date(2026, 2, 28)),
        (date(2026, 1, 15), Span(months=1), date(2025, 12, 15)),
        (date(2026, 12, 31), Span(months=6), date(2026, 6, 30)),
        (date(2026, 11, 23), Span(months=18), date(2025, 5, 23)),
    ],
)
def test_windows(day: date, span: Span, start: date) -> None:
    assert span.start(day) == start


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.integers(1, 600))
def test_a_month_back_is_the_same_day_or_the_last_of_the_month(day: date, months: int) -> None:
    found = months_before(day, months)
    assert (day.year - found.year) * 12 + day.month - found.month == months
    assert found.day <= day.day
    assert found.day == day.day or (found.replace(day=28).month == found.month and _is_last(found))


def _is_last(day: date) -> bool:
    return date.fromordinal(day.toordinal() + 1).month != day.month


# each adds something bad to the firm ``own``, to ``other`` beside it in its group, or to the person above both
Violation = Callable[[Said, str, str, str, str], object]
VIOLATIONS: list[Violation] = [
    lambda said, own, other, pid, key: said.say("Case", own, key, decided_on=date(2025, 1, 1), fine=10**6),
    lambda said, own, other, pid, key: said.say("Case", own, key, decided_on=date(2026, 1, 1), penalty_kind="吊销"),
    lambda said, own, other, pid, key: said.say("AbnormalListing", own, key, listed_on=date(2025, 2, 1)),
    lambda said, own, other, pid, key: said.say("SeriousListing", own, key, listed_on=date(2025, 3, 1)),
    lambda said, own, other, pid, key: said.say(
        "Inspection", own, key, inspected_on=date(2024, 5, 1), result="不予配合情节严重"
    ),
    lambda said, own, other, pid, key: said.say("Complaint", own, key, received_on=date(2026, 10, 1), result="立案"),
    lambda said, own, other, pid, key: said.say("Measure", own, key, measure_kind="欠税", amount_due=10**9),
    lambda said, own, other, pid, key: said.say("Sampling", own, key, sampled_on=date(2026, 5, 1), result="不合格"),
    lambda said, own, other, pid, key: said.say("Case", other, key, decided_on=date(2025, 1, 1)),
    lambda said, own, other, pid, key: said.say("AbnormalListing", other, key, listed_on=date(2025, 2, 1)),
    lambda said, own, other, pid, key: said.say("Measure", None, key, pid=pid, measure_kind="失信被执行人"),
]
Chosen = st.lists(st.integers(0, len(VIOLATIONS) - 1), min_size=1, max_size=6)


def family(said: Said, number: int, chosen: list[int]) -> str:
    """A firm with another one under one person, who represents both, and the violations chosen; its code."""
    own, other, pid = f"9133{number:014d}", f"9144{number:014d}", f"{number:064d}"
    said.firm(own, f"第{number}号有限公司")
    said.firm(other, f"第{number}号之二有限公司")
    for eid in (own, other):
        amounts: dict[str, Any] = {"subscribed": 100_000_000, "paid": 100_000_000}
        said.say("Contribution", eid, f"h{eid}", holder_name="王", pid=pid, **amounts)
        said.say("Office", eid, f"o{eid}", pid=pid, person_name="王", office="legal_representative")
    for place, violation in enumerate(chosen):
        VIOLATIONS[violation](said, own, other, pid, f"{number}-{place}")
    return own


@settings(max_examples=3, deadline=None)
@given(st.lists(Chosen, min_size=8, max_size=8))
def test_points_add_up_and_a_violation_never_lowers_score_or_class(lists: list[list[int]]) -> None:
    said = Said()
    family(said, 0, list(range(len(VIOLATIONS))))  # every kind is loaded
    steps = [chosen[:length] for chosen in lists for length in range(len(chosen) + 1)]
    eids = [family(said, number, chosen) for number, chosen in enumerate(steps, start=1)]
    found = graded(said)
    points = pd.DataFrame({name: frame["points"] for name, frame in found.indicators.items()}).loc[eids]
    caps = pd.Series({rule.id: rule.cap for rule in found.policy.indicators})
    assert set(points) == set(caps.index)
    assert ((points >= 0) & (points <= caps)).to_numpy().all()
    firms = found.firms.loc[eids]
    assert (firms["score"] == points.sum(axis=1) + firms["scale_cap"]).all()
    assert firms["score"].between(0, 1000).all()
    last = (0, 0)
    for score, level, chosen in zip(firms["score"], firms["level"], steps, strict=True):
        now = (score, "ABCD".index(level))
        if chosen:
            assert now[0] >= last[0]
            assert now[1] >= last[1]
        else:
            assert now == (0, 0)
        last = now


@settings(max_examples=3, deadline=None)
@given(st.lists(Chosen, min_size=8, max_size=8))
def test_without_records_in_use_the_score_is_the_floor(lists: list[list[int]]) -> None:
    said = Said()
    eids = [family(said, number, chosen) for number, chosen in enumerate(lists)]
    for record in [one for one in said.statements if one.kind not in {"Registration", "Contribution", "Office"}]:
        said.hold(record)
    firms = graded(said).firms.loc[eids]
    assert set(zip(firms["level"], firms["direct_rule"], firms["score"], strict=True)) == {("A", "", 0)}


def _points(found: GradeFrame, indicator: str, eid: str) -> int:
    row: Any = found.indicators[indicator].loc[eid]
    return int(row["points"])


def _total(found: GradeFrame, eid: str = A) -> int:
    return sum(_points(found, indicator, eid) for indicator in found.indicators)


def test_the_order_of_statements_does_not_matter() -> None:
    said = Said()
    eid = family(said, 1, list(range(len(VIOLATIONS))))
    results = []
    for seed in range(3):
        Random(seed).shuffle(said.statements)
        found = graded(said)
        firm_: Any = found.firms.loc[eid, ["level", "direct_rule", "score", "scale_cap"]]
        results.append((*firm_, {name: tuple(map(str, frame.loc[eid])) for name, frame in found.indicators.items()}))
    # by hand: penalties 30 % of 80 and 70 % of 140, fines 70 % of 20, heavy 100, listed 200 and 70 % of 40, refused
    # 40 % of 80, tip 30, arrears 70, sample 40; the sister: 70 % of 90 and of 30, 80, 30; the person 200
    assert 24 + 98 + 14 + 100 + 200 + 28 + 32 + 30 + 70 + 40 + 63 + 21 + 80 + 30 + 200 == 1030
    assert results[0][:4] == ("D", "serious_list", 1000, -30)
    assert results[0] == results[1] == results[2]
