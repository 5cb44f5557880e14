"""Periods (期间) in legal days: how they are counted from a day, and where they end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph.errors import Inconsistent, UsageError
from credit_graph.text import t
from credit_graph.workdays import calendar


class Period(BaseModel):
    """A length of time in exactly one unit: years, months, days or working days (工作日)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    years: int = Field(default=0, ge=0)
    months: int = Field(default=0, ge=0)
    days: int = Field(default=0, ge=0)
    working_days: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _one_unit(self) -> Period:
        if sum(value > 0 for value in (self.years, self.months, self.days, self.working_days)) != 1:
            zh, en = "须为年、月、日或工作日中的一项", "must be one of years, months, days, working_days"
            raise Inconsistent([((), zh, en)])
        return self

    def last_day(self, start: date) -> date:
        """The last day of the period. The day on which it starts is not counted; years and months end with the day of
        the same number, or the last of a month that has none (民法典第二百零一条、第二百零二条).

        Raises ``DefinitionError("policy.no_calendar")`` where working days run into a year without a calendar.
        """
        if self.working_days:
            return calendar().after(start, self.working_days)
        return start + timedelta(days=self.days) if self.days else months_later(start, 12 * self.years + self.months)

    @property
    def words(self) -> tuple[str, str]:
        """The length in Chinese and English."""
        for count, zh, en in (
            (self.years, "年", "year"),
            (self.months, "个月", "month"),
            (self.days, "日", "day"),
            (self.working_days, "个工作日", "working day"),
        ):
            if count:
                return f"{count}{zh}", f"{count} {en}" + ("" if count == 1 else "s")
        raise AssertionError("a period has a unit")


def months_later(day: date, months: int) -> date:
    """The day of the same number so many months later; where that month has none, its last day."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def after_rest_days(day: date) -> date:
    """The day itself, or the first working day after it: where a law says that a period does not end on a day of rest
    (民法典第二百零三条；民事诉讼法第八十五条). Raises ``DefinitionError("policy.no_calendar")``."""
    return day if calendar().works(day) else calendar().after(day, 1)


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter (季度) of a release, written 2026Q3."""

    name: str
    first: date
    last: date

    @staticmethod
    def read(text: str) -> Quarter:
        """The quarter of that name; ``UsageError("usage.bad_value")`` where it is none."""
        found = re.fullmatch(r"([12]\d{3})Q([1-4])", text)
        if found is None:
            why = t("应为季度，如 2026Q3", "it has to be a quarter, e.g. 2026Q3")
            raise UsageError("usage.bad_value", option="--period", value=text[:40], why=why)
        first = date(int(found[1]), 3 * int(found[2]) - 2, 1)
        return Quarter(text, first, months_later(first, 3) - timedelta(days=1))
