"""Working days (工作日) by the official calendar with its make-up days (调休): ``policies/working-days.yml``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache, cached_property

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph.errors import DefinitionError, Inconsistent
from credit_graph.policyfile import Basis, read_policy
from credit_graph.resources import root

_DAY = timedelta(days=1)


class CalendarYear(BaseModel):
    """One year as the State Council's office announced it: spans of days off, and weekend days that are worked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    year: int = Field(ge=1949, le=9998)
    days_off: tuple[tuple[date, date], ...]
    days_worked: tuple[date, ...]
    basis: Basis

    @model_validator(mode="after")
    def _consistent(self) -> CalendarYear:
        faults: list[tuple[tuple[str, ...], str, str]] = []
        for first, last in self.days_off:
            if first > last:
                faults.append((("days_off",), f"{first} 晚于 {last}", f"{first} lies after {last}"))
        named = {"days_off": [day for span in self.days_off for day in span], "days_worked": self.days_worked}
        for key, days in named.items():
            for day in days:
                if day.year != self.year:
                    faults.append(((key,), f"{day} 不在 {self.year} 年", f"{day} is no day of {self.year}"))
        for day in self.days_worked:
            if day.weekday() < 5 or day in self.off:
                faults.append((("days_worked",), f"{day} 不是可调休的周末", f"{day} is no free weekend day"))
        if faults:
            raise Inconsistent(faults)
        return self

    @cached_property
    def off(self) -> frozenset[date]:
        """Every day off."""
        return frozenset(first + _DAY * n for first, last in self.days_off for n in range((last - first).days + 1))


class Calendar(BaseModel):
    """The years that are known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    years: tuple[CalendarYear, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Calendar:
        if len(self._by_year) < len(self.years):
            raise Inconsistent([(("years",), "同一年份出现两次", "a year stands there twice")])
        return self

    @cached_property
    def _by_year(self) -> dict[int, CalendarYear]:
        return {row.year: row for row in self.years}

    def works(self, day: date) -> bool:
        """Whether it is a working day; ``DefinitionError("policy.no_calendar")`` for a year that is not known."""
        if day.year not in self._by_year:
            raise DefinitionError("policy.no_calendar", year=day.year)
        row = self._by_year[day.year]
        return day in row.days_worked or (day.weekday() < 5 and day not in row.off)

    def after(self, day: date, count: int) -> date:
        """The last day of a term of ``count`` working days (at least one); ``day`` itself does not count.

        行政处罚法 art. 85, 民法典 art. 201: a term begins the day after. Raises ``DefinitionError``.
        """
        if count < 1:
            raise ValueError("a term has one working day at least")
        days = (found for found in _following(day) if self.works(found))
        return next(found for number, found in enumerate(days, start=1) if number == count)


def _following(day: date) -> Iterator[date]:
    while True:
        day += _DAY
        yield day


@cache
def calendar() -> Calendar:
    """The shipped calendar; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "working-days.yml", Calendar)
