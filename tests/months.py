"""A city of three firms graded on the first of three months."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from credit_graph.jobs.cache import refresh
from credit_graph.jobs.grade import grade
from credit_graph.model.time import Point
from credit_graph.store import Store
from handmade import City

A, B, C = (f"91330200{letter * 10}" for letter in "ABC")
DAYS = (date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1))


def three_months(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs. In September all are A; in October 甲 is listed; in November that is repaired, 乙 and 丙 are listed."""
    city = City(store)
    for code, name in ((A, "甲有限公司"), (B, "乙有限公司"), (C, "丙有限公司")):
        city.firm(code, name)
    listings: list[Any] = []

    def listed(code: str, day: date) -> None:
        listings.append(city.say("AbnormalListing", code, f"l-{code}", start=day, listed_on=day, reason="无法联系"))

    made = []
    for day in DAYS:
        if day == DAYS[1]:
            listed(A, date(2026, 9, 15))
        if day == DAYS[2]:
            city.hold(listings[0], start=date(2026, 10, 20))
            listed(B, date(2026, 10, 5))
            listed(C, date(2026, 10, 6))
        seq = city.commit()
        monkeypatch.setenv("CREDIT_GRAPH_TODAY", day.isoformat())
        made.append(grade(store, Point(seq, day, day)).rid)
    refresh(store)
    return made
