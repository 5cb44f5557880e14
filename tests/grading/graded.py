"""Firms made by hand, graded by a shipped policy; many cases share one city, each with firms of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from credit_graph.grading.grade import GradeFrame, grade
from credit_graph.grading.policy import grading_policy
from credit_graph.links.compute import links
from credit_graph.links.policy import link_policy
from handmade import Said, projection_of

TODAY = date(2026, 11, 23)
A, B, C, D, E = (f"91330200{letter * 10}" for letter in "ABCDE")
YUAN = 100


def graded(said: Said, valid: date = TODAY, today: date = TODAY, policy: str = "general") -> GradeFrame:
    projection = projection_of(said.statements, today, valid=valid)
    return grade(projection, links(projection, link_policy()), grading_policy(policy, valid)[0])


def row_of(found: GradeFrame, indicator: str, eid: str = A) -> tuple[int | None, int, set[str], set[str]]:
    """Value, points, statements and path."""
    row: Any = found.indicators[indicator].loc[eid]
    value = None if pd.isna(row["value"]) else int(row["value"])
    return value, int(row["points"]), set(row["statements"]), set(row["path"])


def result(said: Said, indicator: str, eid: str = A) -> tuple[int | None, int, set[str], set[str]]:
    return row_of(graded(said), indicator, eid)


def firm(**more: Any) -> Said:
    said = Said()
    said.firm(A, "甲有限公司", **more)
    return said


@dataclass
class Case:
    """One firm: what is said of it (``build``), and what the indicator makes of that.

    ``build`` returns the statements expected behind the value, ``None`` where they are not looked at, and may return
    those of the path too. ``register``: its registration beside the usual; ``None``: ``build`` says it.
    """

    indicator: str
    value: int | None
    points: int
    build: Callable[[Firm], set[str] | tuple[set[str], set[str]] | None] = lambda firm: None
    register: dict[str, Any] | None = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.indicator}-{self.value}-{self.points}"


class Firm:
    """The firm of a case, in a city that other cases share."""

    def __init__(self, said: Said, number: int) -> None:
        self.said, self.number = said, number
        self.eid = f"9162{number:014d}"
        self._others = 0

    def register(self, **more: Any) -> str:
        return self.said.firm(self.eid, f"第{self.number}号有限公司", **more).sid

    def other(self, **more: Any) -> str:
        """Another firm; its code."""
        self._others += 1
        code = f"9199{self.number:012d}{self._others:02d}"
        name = more.pop("name", f"第{self.number}号之{self._others}有限公司")
        self.said.firm(code, name, **more)
        return code

    def person(self, name: str = "甲") -> str:
        """The key of a person of this case."""
        return f"{self.number:032d}{ord(name):032d}"

    def say(self, kind: str, *, of: str | None = None, day: date | None = None, **more: Any) -> str:
        """A record about the firm, or another; ``day``: the beginning of its validity."""
        key = f"{self.number}-{len(self.said.statements)}"
        start: dict[str, Any] = {} if day is None else {"start": day}
        return self.said.say(kind, of or self.eid, more.pop("key", key), **start, **more).sid

    def listed(self, day: date = date(2025, 1, 1), *, of: str | None = None, **more: Any) -> str:
        return self.say("AbnormalListing", of=of, day=day, listed_on=day, **more)

    def seriously(self, day: date = date(2025, 1, 1), *, of: str | None = None, **more: Any) -> str:
        return self.say("SeriousListing", of=of, day=day, listed_on=day, **more)

    def case(self, day: date = date(2026, 1, 1), *, of: str | None = None, **more: Any) -> str:
        return self.say("Case", of=of, day=day, decided_on=day, **more)

    def inspected(self, result: str, day: date = date(2026, 1, 1), *, of: str | None = None) -> str:
        return self.say("Inspection", of=of, day=day, inspected_on=day, result=result)

    def measure(self, kind: str, day: date = date(2025, 1, 1), *, of: str | None = None, **more: Any) -> str:
        return self.say("Measure", of=of, day=day, measure_kind=kind, **more)

    def holds(self, company: str, holder: str, *, person: bool = False, share: int = 100) -> str:
        """A holding of so many per cent, of a firm by its code or of a person by key."""
        named: dict[str, Any] = {"pid": holder} if person else {"holder_code": holder}
        amount = share * 1_000_000
        return self.say("Contribution", of=company, holder_name=f"持有人{holder[-2:]}", subscribed=amount, **named)

    def represents(self, company: str, pid: str, name: str = "王") -> str:
        return self.say("Office", of=company, pid=pid, person_name=name, office="legal_representative")


def check_all(cases: Sequence[Case], policy: str = "general") -> list[str]:
    """What is not as the cases say, of all of them in one city."""
    said = Said()
    expected = []
    for number, case in enumerate(cases, start=1):
        firm = Firm(said, number)
        if case.register is not None:
            firm.register(**case.register)
        found = case.build(firm)
        expected.append(found if isinstance(found, tuple) else (found, None))
    frame = graded(said, policy=policy)
    wrong = []
    for number, (case, (statements, path)) in enumerate(zip(cases, expected, strict=True), start=1):
        eid = f"9162{number:014d}"
        value, points, told, way = row_of(frame, case.indicator, eid)
        if (value, points) != (case.value, case.points):
            wrong.append(f"{case}: got {value}, {points}")
        if statements is not None and told != statements:
            wrong.append(f"{case}: statements {told ^ statements}")
        if path is not None and way != path:
            wrong.append(f"{case}: path {way ^ path}")
    return wrong


def listed_seriously(said: Said, eid: str, day: date, removed: date | None = None) -> str:
    more: dict[str, Any] = {"removed_on": removed, "end": removed} if removed else {}
    return said.say("SeriousListing", eid, f"s-{eid}-{day}", start=day, listed_on=day, **more).sid
