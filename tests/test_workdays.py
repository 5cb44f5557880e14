"""Working days: the official calendar, terms over holidays and make-up days, and years that nobody announced."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_graph.errors import DefinitionError
from credit_graph.policyfile import read_policy
from credit_graph.workdays import Calendar, calendar

D = date.fromisoformat
DAYS = st.dates(date(2021, 1, 1), date(2026, 9, 1))


def test_the_years_have_as_many_working_days_as_were_announced() -> None:
    # 250, 249, 249, 251, 248, 248: counted by hand in the calendars of these years
    days = [date(2021, 1, 1) + timedelta(days=n) for n in range(6 * 365 + 1)]
    counted = {year: sum(calendar().works(day) for day in days if day.year == year) for year in range(2021, 2027)}
    assert counted == {2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248}


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        ("2026-11-23", 1, "2026-11-24"),
        ("2026-11-20", 1, "2026-11-23"),  # Friday
        ("2026-09-18", 1, "2026-09-20"),  # a Sunday worked instead of 7 October
        ("2026-09-18", 5, "2026-09-24"),
        ("2026-09-18", 6, "2026-09-28"),  # over the Mid-Autumn days
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),  # a Saturday that is worked
        ("2026-02-13", 2, "2026-02-24"),  # the 14th is worked, then the spring festival
        ("2024-12-31", 1, "2025-01-02"),
    ],
)
def test_a_term_ends_on_a_working_day(day: str, count: int, last: str) -> None:
    assert calendar().after(D(day), count) == D(last)


@given(day=DAYS, one=st.integers(1, 30), two=st.integers(1, 30))
def test_terms_add_up_and_count_the_working_days_between(day: date, one: int, two: int) -> None:
    last = calendar().after(day, one + two)
    assert calendar().after(calendar().after(day, one), two) == last
    between = [day + timedelta(days=n) for n in range(1, (last - day).days + 1)]
    assert sum(calendar().works(found) for found in between) == one + two
    assert calendar().works(last)


def test_a_year_without_a_row_is_no_guess() -> None:
    with pytest.raises(DefinitionError) as caught:
        calendar().after(date(2026, 12, 28), 20)
    assert (caught.value.code, caught.value.fields) == ("policy.no_calendar", {"year": 2027})
    assert "policies/working-days.yml 没有 2027 年" in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "line", "why"),
    [
        (("year: 2026", "year: soon"), 3, "整数"),
        (("days_off: [[2026-01-01, 2026-01-03]]", "days_off: [[2026-01-03, 2026-01-01]]"), 4, "晚于"),
        (("days_off: [[2026-01-01, 2026-01-03]]", "days_off: [[2025-12-31, 2026-01-03]]"), 4, "不在 2026 年"),
        (("days_worked: [2026-01-04]", "days_worked: [2026-01-05]"), 5, "不是可调休的周末"),
        (("days_worked: [2026-01-04]", "days_worked: [2026-01-03]"), 5, "不是可调休的周末"),
        (("days_worked: [2026-01-04]", "days_worked: [2026-02-30]"), 5, "不是日期"),
        (("confidence: own", "confidence: sure"), 6, "confidence"),
    ],
)
def test_a_wrong_calendar_names_its_line(tmp_path: Path, changed: tuple[str, str], line: int, why: str) -> None:
    text = (
        "# calendar\nyears:\n  - year: 2026\n    days_off: [[2026-01-01, 2026-01-03]]\n"
        "    days_worked: [2026-01-04]\n    basis: {source: 通知, confidence: own}\n"
    )
    path = tmp_path / "working-days.yml"
    path.write_text(text.replace(*changed), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_policy(path, Calendar)
    assert caught.value.code == "policy.invalid"
    assert f"working-days.yml:{line}" in str(caught.value) and why in str(caught.value)


def test_a_year_twice_is_refused(tmp_path: Path) -> None:
    row = "  - {year: 2026, days_off: [], days_worked: [], basis: {source: a, confidence: own}}\n"
    path = tmp_path / "working-days.yml"
    path.write_text("years:\n" + row + row, encoding="utf-8")
    with pytest.raises(DefinitionError, match="两次"):
        read_policy(path, Calendar)
