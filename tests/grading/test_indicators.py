"""Exact points per indicator of the general policy, and properties of the whole grade."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import islice, permutations
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_graph.grading.grade import GradeFrame, grade
from credit_graph.grading.inputs import years_before
from credit_graph.grading.policy import grading_policy
from credit_graph.links.compute import links
from credit_graph.links.policy import link_policy
from handmade import Said, projection_of

TODAY = date(2026, 11, 23)
A, B, C, D = (f"91330200{letter * 10}" for letter in "ABCD")
YUAN = 100


def graded(said: Said, valid: date = TODAY, today: date = TODAY) -> GradeFrame:
    projection = projection_of(said.statements, today, valid=valid)
    return grade(projection, links(projection, link_policy()), grading_policy("general", valid)[0])


def result(said: Said, indicator: str, eid: str = A) -> tuple[int | None, int, tuple[str, ...]]:
    row: Any = graded(said).indicators[indicator].loc[eid]
    value = row["value"]
    return (None if pd.isna(value) else int(value)), int(row["points"]), row["statements"]


def firm(**more: Any) -> Said:
    said = Said()
    said.firm(A, "甲有限公司", **more)
    return said


@pytest.mark.parametrize(
    ("founded", "value", "points"),
    [
        (date(2026, 1, 1), 0, 40),
        (date(2025, 11, 24), 0, 40),
        (date(2025, 11, 23), 1, 25),
        (date(2023, 11, 24), 2, 25),
        (date(2023, 11, 23), 3, 10),
        (date(2021, 11, 23), 5, 0),
        (date(1990, 1, 1), 36, 0),
    ],
)
def test_age(founded: date, value: int, points: int) -> None:
    said = firm(founded_on=founded)
    assert result(said, "age") == (value, points, (said.statements[0].sid,))


@pytest.mark.parametrize(
    ("yuan", "points"), [(0, 20), (99_999, 20), (100_000, 10), (999_999, 10), (1_000_000, 0), (10**12, 0)]
)
def test_capital(yuan: int, points: int) -> None:
    assert result(firm(registered_capital=yuan * YUAN), "capital")[:2] == (yuan * YUAN, points)


@pytest.mark.parametrize(
    ("until", "value", "points"),
    [(date(2026, 11, 23), 0, 0), (date(2026, 11, 22), 1, 60), (date(2099, 12, 31), 0, 0)],
)
def test_licence_expired(until: date, value: int, points: int) -> None:
    assert result(firm(term_to=until), "licence_expired")[:2] == (value, points)


@pytest.mark.parametrize(("state", "points"), [("存续", 0), ("吊销", 300), ("吊销，未注销", 300)])
def test_revoked(state: str, points: int) -> None:
    assert result(firm(state=state), "revoked")[1] == points


@pytest.mark.parametrize(
    ("names", "value", "points"), [("王", 0, 0), ("王李", 1, 0), ("王李王", 2, 20), ("王李王赵", 3, 40)]
)
def test_representative_changes(names: str, value: int, points: int) -> None:
    said = Said()
    days = [date(2015, 1, 1), *(date(2024 + i, 6, 1) for i in range(3)), date(9999, 12, 31)]
    for number, name in enumerate(names):
        end = days[number + 1] if number + 1 < len(names) else date(9999, 12, 31)
        said.firm(A, "甲有限公司", key="a", legal_representative=name, start=days[number], end=end)
    found = result(said, "representative_changes")
    assert found[:2] == (value, points)
    assert set(found[2]) == {s.sid for s in said.statements[1:]}


def test_a_change_before_the_window_does_not_count() -> None:
    said = Said()
    said.firm(A, "甲有限公司", key="a", address="一号", start=date(2000, 1, 1), end=date(2023, 11, 23))
    said.firm(A, "甲有限公司", key="a", address="二号", start=date(2023, 11, 23), end=date(2023, 11, 24))
    said.firm(A, "甲有限公司", key="a", address="三号", start=date(2023, 11, 24))
    assert result(said, "address_changes") == (1, 0, (said.statements[2].sid,))


@pytest.mark.parametrize(
    ("liabilities", "value", "points"), [(79, 79, 0), (80, 80, 25), (99, 99, 25), (100, 100, 50), (900, 900, 50)]
)
def test_debt_ratio_of_the_latest_report(liabilities: int, value: int, points: int) -> None:
    said = firm()
    said.say("AnnualReport", A, "2024", year=2024, assets=100, liabilities=1000)
    last = said.say("AnnualReport", A, "2025", year=2025, assets=100, liabilities=liabilities)
    assert result(said, "debt_ratio") == (value, points, (last.sid,))


def test_debt_ratio_needs_assets() -> None:
    said = firm()
    said.say("AnnualReport", A, "2025", year=2025, assets=0, liabilities=1000)
    assert result(said, "debt_ratio") == (None, 0, ())


@pytest.mark.parametrize(
    ("years", "value", "points"),
    [((2022,), 0, 0), ((2023,), 1, 10), ((2024, 2025), 2, 25), ((2023, 2024, 2025), 3, 45)],
)
def test_losses(years: tuple[int, ...], value: int, points: int) -> None:
    said = firm()
    for year in years:
        said.say("AnnualReport", A, str(year), year=year, profit=-1)
    said.say("AnnualReport", A, "good", year=2025, profit=1)
    assert result(said, "losses")[:2] == (value, points)


@pytest.mark.parametrize(
    ("paid", "value", "points"), [(0, 0, 20), (9, 9, 20), (10, 10, 10), (50, 50, 0), (100, 100, 0)]
)
def test_paid_in(paid: int, value: int, points: int) -> None:
    said = firm()
    one = said.say("Contribution", A, "1", holder_name="王", pid="k1", subscribed=100, paid=paid)
    assert result(said, "paid_in") == (value, points, (one.sid,))


def test_paid_in_is_unknown_where_an_amount_is_missing() -> None:
    said = firm()
    said.say("Contribution", A, "1", holder_name="王", pid="k1", subscribed=100, paid=0)
    said.say("Contribution", A, "2", holder_name="李", pid="k2", subscribed=100)
    assert result(said, "paid_in") == (None, 0, ())


@pytest.mark.parametrize(("count", "points"), [(1, 200), (2, 250), (4, 250)])
def test_abnormal_now(count: int, points: int) -> None:
    said = firm()
    for number in range(count):
        said.say("AbnormalListing", A, str(number), start=date(2019, 1, 1), listed_on=date(2019, 1, 1))
    said.say(
        "AbnormalListing", A, "gone", start=date(2020, 1, 1), end=date(2021, 1, 1),
        listed_on=date(2020, 1, 1), removed_on=date(2021, 1, 1),
    )  # fmt: skip
    assert result(said, "abnormal_now")[:2] == (count, points)


@pytest.mark.parametrize(("count", "points"), [(1, 40), (2, 80), (3, 120), (5, 120)])
def test_abnormal_times_with_removed_ones(count: int, points: int) -> None:
    said = firm()
    for number in range(count):
        day, end = date(2024, 1, 1 + number), date(2024, 6, 1)
        said.say("AbnormalListing", A, str(number), start=day, end=end, listed_on=day, removed_on=end)
    early = date(2023, 11, 23)
    said.say("AbnormalListing", A, "early", start=early, end=date(2024, 1, 1), listed_on=early)
    assert result(said, "abnormal_times")[:2] == (count, points)


@pytest.mark.parametrize(("count", "points"), [(1, 80), (2, 140), (3, 180), (4, 180), (5, 220), (9, 220)])
def test_penalties(count: int, points: int) -> None:
    said = firm()
    for number in range(count):
        said.say("Case", A, str(number), start=date(2025, 1, 1), decided_on=date(2025, 1, 1))
    said.say("Case", A, "old", start=date(2023, 11, 23), decided_on=date(2023, 11, 23))
    assert result(said, "penalties")[:2] == (count, points)


@pytest.mark.parametrize(("yuan", "points"), [(9_999, 0), (10_000, 20), (100_000, 50), (1_000_000, 100)])
def test_fines(yuan: int, points: int) -> None:
    said = firm()
    day: dict[str, Any] = {"start": date(2025, 1, 1), "decided_on": date(2025, 1, 1)}
    said.say("Case", A, "1", fine=(yuan - 1) * YUAN, **day)
    said.say("Case", A, "2", confiscated=YUAN, **day)
    assert result(said, "fines")[:2] == (yuan * YUAN, points)


def test_one_decision_told_by_two_sources_counts_once() -> None:
    said = firm()
    day: dict[str, Any] = {"start": date(2025, 3, 18), "decided_on": date(2025, 3, 18)}
    number = "庆西市监处罚〔2025〕31号"
    one = said.say("Case", A, "1", source="penalty_published", document_number=number, **day)
    two = said.say(
        "Case", A, "2", source="penalty_double_publicity", document_number=f" {number}", fine=20_000 * YUAN, **day
    )
    said.say("Case", A, "3", source="penalty_published", document_number="庆西市监处罚〔2025〕32号", **day)
    value, points, sids = result(said, "penalties")
    assert (value, points) == (2, 140)
    assert {one.sid, two.sid} < set(sids)
    assert result(said, "fines")[0] == 20_000 * YUAN


@pytest.mark.parametrize(("kind", "points"), [("罚款", 0), ("罚款;责令停产停业", 100), ("吊销许可证件", 100)])
def test_heavy_penalties(kind: str, points: int) -> None:
    said = firm()
    said.say("Case", A, "1", start=date(2025, 1, 1), decided_on=date(2025, 1, 1), penalty_kind=kind)
    assert result(said, "heavy_penalties")[1] == points


def listed_seriously(said: Said, eid: str, day: date, removed: date | None = None) -> str:
    more: dict[str, Any] = {"removed_on": removed, "end": removed} if removed else {}
    return said.say("SeriousListing", eid, f"s-{eid}-{day}", start=day, listed_on=day, **more).sid


def test_serious_history_counts_only_what_was_removed() -> None:
    said = firm()
    sid = listed_seriously(said, A, date(2022, 3, 1), date(2024, 3, 1))
    assert result(said, "serious_history") == (1, 150, (sid,))
    found = graded(said).firms.loc[A]
    assert (found["level"], found["direct_rule"], found["score"]) == ("A", "", 150)


def test_now_on_the_serious_list_is_d_whatever_the_score() -> None:
    said = firm()
    sid = listed_seriously(said, A, date(2024, 3, 1))
    found = graded(said).firms.loc[A]
    assert (found["level"], found["direct_rule"], found["direct_statements"], found["score"]) == (
        "D", "serious_list", (sid,), 0,
    )  # fmt: skip


@pytest.mark.parametrize("day", [date(2023, 11, 23), date(2015, 1, 1)])
def test_a_serious_listing_past_its_term_is_no_direct_ground(day: date) -> None:
    said = firm()
    listed_seriously(said, A, day)
    assert graded(said).firms.loc[A, "direct_rule"] == ""


def related() -> Said:
    said = firm()
    said.firm(B, "乙有限公司")
    return said


def test_majority_holder_on_the_serious_list() -> None:
    said = related()
    held = said.say("Contribution", A, "1", holder_name="乙有限公司", holder_code=B, subscribed=60_000_000)
    sid = listed_seriously(said, B, date(2024, 3, 1))
    row = graded(said).indicators["holder_serious"].loc[A]
    assert (row["value"], row["points"], row["statements"], row["path"]) == (1, 120, (sid,), (held.sid,))
    assert graded(said).indicators["holder_serious"].loc[B, "points"] == 0


def test_parent_of_a_branch_listed() -> None:
    said = related()
    branch = said.firm(C, "乙有限公司宁波分公司", entity_type="分公司", parent_code=B)
    said.say("AbnormalListing", B, "1", start=date(2025, 1, 1), listed_on=date(2025, 1, 1))
    row = graded(said).indicators["parent_listed"].loc[C]
    assert (row["value"], row["points"], row["path"]) == (1, 80, (branch.sid,))


@pytest.mark.parametrize(("pid", "value", "points"), [("k1", 1, 30), ("name:other", 0, 0)])
def test_siblings_by_the_same_keyed_representative_only(pid: str, value: int, points: int) -> None:
    said = related()
    for eid, person in ((A, pid), (B, pid)):
        said.say("Office", eid, eid, pid=person, person_name="王", office="legal_representative")
    said.say("AbnormalListing", B, "1", start=date(2025, 1, 1), listed_on=date(2025, 1, 1))
    # a name within one firm never connects two firms, even under one (wrong) node
    assert result(said, "siblings_listed")[:2] == (value, points)


def test_siblings_penalised() -> None:
    said = related()
    for eid in (A, B):
        said.say("Office", eid, eid, pid="k1", person_name="王", office="legal_representative")
    case = said.say("Case", B, "1", start=date(2025, 1, 1), decided_on=date(2025, 1, 1))
    assert result(said, "siblings_penalised") == (1, 20, (case.sid,))


@pytest.mark.parametrize(("count", "points"), [(9, 0), (10, 10)])
def test_branches(count: int, points: int) -> None:
    said = firm()
    for number in range(count):
        said.firm(f"91330200{number:010d}", f"无关{number}分公司", entity_type="分公司", parent_code=A)
    assert result(said, "branches")[:2] == (count, points)


def test_a_source_that_is_not_loaded_gives_no_value_and_no_points() -> None:
    said = firm()
    assert result(said, "complaints") == (None, 0, ())
    assert result(said, "abnormal_now") == (None, 0, ())
    said.say("AbnormalListing", B, "1", start=date(2025, 1, 1))
    assert result(said, "abnormal_now") == (0, 0, ())


def test_who_is_graded() -> None:
    said = firm()
    said.firm(B, "乙分公司", entity_type="分公司")
    said.firm(C, "丙店", entity_type="个体工商户")
    said.firm(D, "丁有限公司", state="注销")
    said.firm("93330200EEEEEEEEEE", "戊合作社", entity_type="农民专业合作社")
    said.say("Case", "91330200FFFFFFFFFF", "x", name="己有限公司")
    assert list(graded(said).firms.index) == [A, B]


def test_records_under_a_hold_do_not_score() -> None:
    said = firm()
    case = said.say("Case", A, "1", start=date(2025, 1, 1), decided_on=date(2025, 1, 1))
    listed_seriously(said, A, date(2024, 3, 1))
    said.hold(case, start=date(2026, 5, 1))
    said.hold(said.statements[-2], start=date(2026, 5, 1))
    found = graded(said)
    assert (found.firms.loc[A, "level"], found.firms.loc[A, "direct_rule"], found.firms.loc[A, "score"]) == ("A", "", 0)
    before = graded(said, today=date(2026, 4, 30), valid=date(2026, 4, 30))
    assert (before.firms.loc[A, "level"], before.firms.loc[A, "score"]) == ("D", 80)


def test_the_cut_points_are_right_open() -> None:
    said = firm()
    said.say("AbnormalListing", A, "1", start=date(2019, 1, 1), listed_on=date(2019, 1, 1))
    assert tuple(graded(said).firms.loc[A, ["score", "level"]]) == (200, "B")


def test_a_sum_over_the_scale_is_cut_in_a_line_of_its_own() -> None:
    said = firm(founded_on=date(2026, 1, 1), registered_capital=0, state="吊销", term_to=date(2026, 6, 1))
    for number in range(5):
        day = date(2025, 1, 1 + number)
        said.say("AbnormalListing", A, str(number), start=day, listed_on=day)
        said.say("Case", A, str(number), start=day, decided_on=day, fine=10**9, penalty_kind="吊销许可证件")
    found = graded(said)
    total = _total(found)
    assert (total, found.firms.loc[A, "score"], found.firms.loc[A, "scale_cap"]) == (1210, 1000, -210)
    assert found.firms.loc[A, "level"] == "D"


def test_the_channel_must_be_grading() -> None:
    projection = projection_of(firm().statements, TODAY, channel="internal")
    with pytest.raises(ValueError, match="grading"):
        grade(projection, links(projection, link_policy()), grading_policy("general", TODAY)[0])


def test_leap_day_windows() -> None:
    assert years_before(date(2024, 2, 29), 3) == date(2021, 2, 28)


# each adds something bad to the firm
VIOLATIONS: list[Callable[[Said, str], object]] = [
    lambda said, key: said.say("Case", A, key, start=date(2025, 1, 1), decided_on=date(2025, 1, 1), fine=10**6),
    lambda said, key: said.say("AbnormalListing", A, key, start=date(2025, 2, 1), listed_on=date(2025, 2, 1)),
    lambda said, key: said.say("SeriousListing", A, key, start=date(2025, 3, 1), listed_on=date(2025, 3, 1)),
    lambda said, key: said.say("AnnualReport", A, key, year=2024, profit=-5, assets=10, liabilities=9),
]


@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(0, len(VIOLATIONS) - 1), max_size=4))
def test_points_add_up_and_a_violation_never_lowers_the_score(chosen: list[int]) -> None:
    said = firm()
    last = -1
    for number in [None, *chosen]:
        if number is not None:
            VIOLATIONS[number](said, f"k{len(said.statements)}")
        found = graded(said)
        row: Any = found.firms.loc[A]
        total = _total(found)
        assert row["score"] == total + row["scale_cap"]
        assert all(frame.loc[A, "points"] <= cap for frame, cap in _capped(found))
        assert 0 <= row["score"] <= 1000
        assert row["score"] >= last
        last = row["score"]


def _total(found: GradeFrame) -> int:
    points: list[Any] = [frame.loc[A, "points"] for frame in found.indicators.values()]
    return int(sum(points))


def _capped(found: GradeFrame) -> list[tuple[Any, int]]:
    return [(found.indicators[rule.id], rule.cap) for rule in found.policy.indicators]


def test_the_order_of_statements_does_not_matter() -> None:
    said = firm()
    for number, violation in enumerate(VIOLATIONS[:3]):
        violation(said, str(number))
    results = set()
    for order in islice(permutations(said.statements), 0, None, 7):
        other = Said()
        other.statements = list(order)
        found = graded(other)
        results.add(tuple(found.firms.loc[A, ["score", "level", "direct_rule"]]))
    assert results == {(320 + 20, "D", "serious_list")}
