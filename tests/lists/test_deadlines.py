"""Deadlines: worked days over month ends, holidays, make-up days and year ends, with the article beside each.

Counted by hand in the calendars of policies/working-days.yml; the day of the event is not counted (民法典第二百零一条).
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_graph import text
from credit_graph.errors import DefinitionError, UsageError
from credit_graph.lists.deadlines import Deadlines, deadline, deadlines
from credit_graph.lists.periods import Period, months_later
from credit_graph.policyfile import read_policy
from credit_graph.resources import root
from credit_graph.workdays import calendar

D = date.fromisoformat
ORDER_45, ORDER_44 = "国家市场监督管理总局令第45号", "国家市场监督管理总局令第44号"
RULE_68, RULE_3 = "总局令第101号修订", "国市监信规〔2021〕3号"


@pytest.mark.parametrize(
    ("event", "day", "last", "article"),
    [
        # National Day, a worked Saturday
        ("penalty_to_credit_china", "2026-09-30", "2026-10-15", "发改办财金〔2018〕424号）第（一）项"),
        # a worked Sunday, Mid-Autumn, National Day
        ("penalty_to_gsxt", "2026-09-18", "2026-10-22", f"{ORDER_45}）第九条"),
        # Spring Festival between two worked Saturdays
        ("penalty_to_gsxt", "2026-02-06", "2026-03-12", f"{ORDER_45}）第九条"),
        ("penalty_pushed", "2026-11-20", "2026-12-04", f"{ORDER_45}）第十条"),
        ("penalty_withdrawn", "2026-04-30", "2026-05-08", f"{ORDER_45}）第十一条"),
        ("penalty_withdrawn", "2025-01-24", "2025-02-05", f"{ORDER_45}）第十一条"),
        # ninety days are no working days, and an office's term does not move on from a day of rest
        ("penalty_decided_within", "2026-01-15", "2026-04-15", "主席令第七十号）第六十条"),
        ("penalty_decided_within", "2025-11-17", "2026-02-15", "主席令第七十号）第六十条"),
        ("hearing_request", "2024-09-27", "2024-10-10", "主席令第七十号）第六十四条"),
        # the batch of those that did not report; 30 June 2024 was a Sunday
        ("abnormal_report_listed", "2026-06-30", "2026-07-14", f"{RULE_68}）第六条"),
        ("abnormal_report_listed", "2024-06-30", "2024-07-12", f"{RULE_68}）第六条"),
        ("abnormal_order_obeyed", "2026-01-23", "2026-02-02", f"{RULE_68}）第七条"),
        ("abnormal_order_obeyed", "2026-02-10", "2026-02-24", "主席令第四十五号）第二百零三条"),
        ("abnormal_order_listed", "2026-02-24", "2026-03-09", f"{RULE_68}）第七条"),
        ("abnormal_removed", "2025-09-30", "2025-10-14", f"{RULE_68}）第十一条"),
        # thirty days from the end of a leap year's January; to a Sunday
        ("objection", "2024-01-31", "2024-03-01", f"{RULE_68}）第十七条"),
        ("objection", "2026-01-02", "2026-02-02", "2026-02-01 是休息日，顺延：《中华人民共和国民法典》"),
        ("objection_accepted", "2026-06-18", "2026-06-26", f"{RULE_68}）第十七条"),
        # over the year's end
        ("objection_verified", "2025-12-22", "2026-01-20", f"{RULE_68}）第十七条"),
        ("serious_published", "2024-04-26", "2024-05-27", f"{ORDER_44}）第十四条"),
        ("serious_stopped", "2024-02-08", "2024-02-19", f"{ORDER_44}）第十八条"),
        ("repair_accepted", "2025-04-25", "2025-04-28", f"{RULE_3}）第七条"),
        # fifteen working days until the new rule, seven from its first day
        ("repair_decided", "2025-12-24", "2026-01-15", f"{RULE_3}）第七条"),
        (
            "repair_decided",
            "2025-12-25",
            "2026-01-06",
            "《市场监督管理信用修复管理办法》（国家市场监督管理总局（2025年））",
        ),
        ("instant_information", "2021-09-10", "2021-10-14", "国务院令第654号）第十条"),
        # Labour Day moves the end on; a Saturday that is worked does not
        ("reconsideration", "2026-03-06", "2026-05-06", "主席令第九号）第八十八条"),
        ("lawsuit", "2025-08-31", "2026-02-28", "主席令第七十一号修正）第四十六条"),
    ],
)
def test_worked_deadlines(event: str, day: str, last: str, article: str) -> None:
    found = deadline(event, D(day))
    assert (found.day, article in found.article[0]) == (D(last), True)


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        ("2023-11-30", 3, "2024-02-29"),
        ("2024-11-30", 3, "2025-02-28"),
        ("2024-08-31", 6, "2025-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2024-12-31", 2, "2025-02-28"),
        ("2024-12-01", 1, "2025-01-01"),
        ("2025-01-31", 11, "2025-12-31"),
    ],
)
def test_months_end_with_the_day_of_the_same_number_or_the_last(day: str, months: int, last: str) -> None:
    assert months_later(D(day), months) == D(last)


@given(day=st.dates(date(2000, 1, 1), date(2090, 1, 1)), months=st.integers(0, 60))
def test_months_never_run_into_the_next_one(day: date, months: int) -> None:
    last = months_later(day, months)
    assert (last.year * 12 + last.month) - (day.year * 12 + day.month) == months
    assert last.day == day.day or (last.day < day.day and (last + timedelta(days=1)).day == 1)


@given(
    st.sampled_from(sorted({row.event for row in deadlines().deadlines})), st.dates(date(2024, 1, 1), date(2026, 3, 1))
)
def test_a_deadline_lies_after_its_event_and_a_term_in_working_days_ends_on_one(event: str, day: date) -> None:
    row = next(row for row in deadlines().deadlines if row.event == event and row.in_force(day))
    if row.period is None:
        return
    found = deadline(event, day)
    assert found.day > day
    assert calendar().works(found.day) or (row.rolls is None and not row.period.working_days)


def test_a_deadline_is_explained_in_both_languages() -> None:
    found = deadline("penalty_to_gsxt", D("2026-11-02"))
    zh = "《市场监督管理行政处罚信息公示规定》（国家市场监督管理总局令第45号）第九条"
    assert found.sentence() == f"自 2026-11-02 作出决定起20个工作日内，处罚信息在公示系统公示。{zh}"
    text.use("en")
    try:
        assert found.sentence().startswith(
            "within 20 working days from 2026-11-02 (the decision): publish the penalty on"
        )
        assert found.sentence().endswith("(国家市场监督管理总局令第45号), art. 9")
    finally:
        text.use("zh")
    assert (found.duty, found.confidence) == (("办案机构", "case unit"), "verified")


@pytest.mark.parametrize(
    ("event", "day", "code"),
    [
        ("penalty_to_gsxt", "2026-12-28", "policy.no_calendar"),  # into 2027, which nobody has announced
        ("penalty_to_gsxt", "2020-12-21", "policy.none_in_force"),
        ("repair_accepted", "2025-12-25", "policy.unset"),  # the new rule's term was not seen
        ("repair_stopped", "2026-01-05", "policy.unset"),
    ],
)
def test_a_term_that_can_not_be_told_is_an_error(event: str, day: str, code: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        deadline(event, D(day))
    assert caught.value.code == code


def test_an_event_that_no_rule_knows_is_refused() -> None:
    with pytest.raises(UsageError, match="penalty_to_gsxt"):
        deadline("rumour", D("2026-11-02"))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"years": 1}, ("1年", "1 year")),
        ({"months": 6}, ("6个月", "6 months")),
        ({"days": 30}, ("30日", "30 days")),
        ({"working_days": 7}, ("7个工作日", "7 working days")),
    ],
)
def test_a_period_has_one_unit(values: dict[str, int], words: tuple[str, str]) -> None:
    assert Period(**values).words == words
    for wrong in ({}, {"years": 0}, values | {"months": 2, "days": 1}):
        with pytest.raises(ValueError, match="must be one of"):
            Period(**wrong)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("effective_to: 2025-12-25\n    period: {working_days: 15}", "period: {working_days: 15}", "两条同时有效"),
        ('article: "9"', 'article: "19"', "没有登记第19条"),
        ("document: publicity_notice_424", "document: rumour", "rumour"),
        ("rolls: {document: civil_code", "rolls: {document: rumour", "rumour"),
        ("period: {days: 30}", "period: {working_days: 30}", "不顺延"),
    ],
)
def test_a_faulty_policy_of_deadlines_is_refused(tmp_path: Path, old: str, new: str, why: str) -> None:
    shipped = (root("policies") / "deadlines.yml").read_text(encoding="utf-8")
    assert old in shipped
    path = tmp_path / "deadlines.yml"
    path.write_text(shipped.replace(old, new), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_policy(path, Deadlines)
    assert caught.value.code == "policy.invalid" and why in str(caught.value)
