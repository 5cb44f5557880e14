"""``policies/annual_reports.yml`` as typed objects: who owes an annual report, until when, and what follows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from credit_graph.errors import Inconsistent
from credit_graph.grading.rules import Condition, Strict
from credit_graph.model.definition import Title
from credit_graph.model.kinds import KINDS, FieldType
from credit_graph.policyfile import Basis, Dated, only_in_force, read_policy
from credit_graph.projection.columns import content_types
from credit_graph.resources import root
from credit_graph.text import t

FILE = "annual_reports.yml"


class Fact(Strict):
    """What records of a kind show of a firm: valid now or ever begun, fulfilling all conditions, in the last months."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: Title
    kind: str
    only: Literal["valid", "begun"]
    where: tuple[Condition, ...] = ()
    day: str | None = None  # default: the beginning of validity
    months: int | None = Field(None, ge=1)
    settled_by: str | None = None  # a day: with a later one in any record of the kind the fact is settled

    @model_validator(mode="after")
    def _fits_the_kind(self) -> Self:
        if self.kind not in KINDS:
            raise Inconsistent([(("kind",), f"没有记录类型 {self.kind}", f"there is no kind {self.kind}")])
        types = content_types(self.kind)
        faults: list[tuple[tuple[str, ...], str, str]] = []
        for name in ("day", "settled_by"):
            field = getattr(self, name)
            if field is not None and types.get(field) is not FieldType.DAY:
                faults.append(((name,), f"{self.kind} 没有日期字段 {field}", f"{self.kind} has no day {field}"))
        for test in self.where:
            if test.field not in types:
                why = f"{self.kind} 没有字段 {test.field}", f"{self.kind} has no field {test.field}"
                faults.append((("where",), *why))
        if faults:
            raise Inconsistent(faults)
        return self

    @property
    def fields(self) -> list[str]:
        """The fields that are read."""
        named = [self.day, self.settled_by, *(test.field for test in self.where)]
        return sorted({name for name in named if name is not None})


class DormantRules(Dated):
    """Who seems to have stopped trading for long (长期停业未经营), for a span of days."""

    id: str
    kinds: tuple[str, ...] = Field(min_length=1)
    states: tuple[str, ...] = Field(min_length=1)
    silent_years: int = Field(ge=1)
    unreachable: tuple[Fact, ...] = Field(min_length=1)
    signs: tuple[Fact, ...]
    excluded: tuple[Fact, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        ids = [fact.id for fact in (*self.unreachable, *self.signs, *self.excluded)]
        faults = [(("excluded",), f"{id_} 出现两次", f"{id_} stands twice") for id_ in ids if ids.count(id_) > 1]
        if faults:
            raise Inconsistent(faults[:1])
        return self


class FollowUp(Strict):
    """What a missing report leads to, by which procedure of which list, on which ground, the records that show that it
    was done, and within how many working days."""

    action: Title
    kind: str
    list_name: str
    procedure: str
    ground: str
    day: str
    words: Condition | None = None
    working_days: int = Field(ge=1)
    basis: Basis

    @model_validator(mode="after")
    def _fits_the_kind(self) -> Self:
        if self.kind not in KINDS:
            raise Inconsistent([(("kind",), f"没有记录类型 {self.kind}", f"there is no kind {self.kind}")])
        types = content_types(self.kind)
        if types.get(self.day) is not FieldType.DAY:
            why = f"{self.kind} 没有日期字段 {self.day}", f"{self.kind} has no day {self.day}"
            raise Inconsistent([(("day",), *why)])
        if self.words and self.words.field not in types:
            why = f"{self.kind} 没有字段 {self.words.field}", f"{self.kind} has no field {self.words.field}"
            raise Inconsistent([(("words", "field"), *why)])
        return self


class ReportGroup(Strict):
    """Kinds of entities that are counted together; ``operational``: their rate is no measure of anybody's work."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: Title
    kinds: tuple[str, ...] = Field(min_length=1)
    paper: bool
    operational: bool
    follow_up: FollowUp


class MonthDay(Strict):
    """A day of any year."""

    month: int
    day: int

    @model_validator(mode="before")
    @classmethod
    def _written(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            found = date.fromisoformat(f"2023-{value}")  # no leap year: 29 February is no day of every year
        except ValueError:
            why = t(f"{value} 不是月日，如 06-30", f"{value} is no month and day such as 06-30")
            raise ValueError(why) from None
        return {"month": found.month, "day": found.day}

    def of(self, year: int) -> date:
        """The day in a year."""
        return date(year, self.month, self.day)


class Window(Strict):
    """When a report may be filed, in the year after the one that it speaks of; both days count."""

    type_contains: tuple[str, ...] = ()
    from_: MonthDay = Field(alias="from")
    to: MonthDay
    basis: Basis


class Moved(Strict):
    """A last day that a notice has moved, for the reports of one year."""

    year: int
    groups: tuple[str, ...] = Field(min_length=1)
    to: date
    basis: Basis


class Stations(Strict):
    """How the market-supervision station (市场监管所) of an entity is told."""

    pattern: str
    towns: dict[str, str]


class Industry(Strict):
    """A section of GB/T 4754, from a two-digit division on."""

    from_: int = Field(alias="from", ge=0, le=99)
    section: str
    name: Title


class ReportRules(Dated):
    """The rules of annual reports for a span of days."""

    id: str
    first_year: int
    states: tuple[str, ...] = Field(min_length=1)
    ended: tuple[str, ...]
    groups: tuple[ReportGroup, ...] = Field(min_length=1)
    paper: Condition
    windows: tuple[Window, ...] = Field(min_length=1)
    moved: tuple[Moved, ...]
    silent_years: int = Field(ge=1)
    stations: Stations
    county: str
    industries: tuple[Industry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        faults = list(self._faults())
        if faults:
            raise Inconsistent(faults)
        return self

    @cached_property
    def group_of(self) -> dict[str, str]:
        """Kind of entity -> id of its group."""
        return {kind: group.id for group in self.groups for kind in group.kinds}

    def _faults(self) -> Iterator[tuple[tuple[str, ...], str, str]]:
        ids = [group.id for group in self.groups]
        names = [*ids, *(kind for group in self.groups for kind in group.kinds)]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield ("groups",), f"{name} 出现两次", f"{name} stands twice"
        for id_ in sorted({id_ for row in self.moved for id_ in row.groups} - set(ids)):
            yield ("moved",), f"没有类别 {id_}", f"there is no group {id_}"
        if self.windows[-1].type_contains:
            yield ("windows",), "最后一条须适用于所有类型", "the last one must fit every type"
        starts = [row.from_ for row in self.industries]
        if starts != sorted(set(starts)):
            yield ("industries",), "from 须递增", "from must ascend"
        if self.paper.field not in content_types("AnnualReport"):
            yield ("paper", "field"), f"年报没有字段 {self.paper.field}", f"a report has no field {self.paper.field}"
        for place, pattern in ((("stations", "pattern"), self.stations.pattern), (("county",), self.county)):
            try:
                groups = re.compile(pattern).groups
            except re.error as error:
                yield place, f"不是正则表达式：{error}", f"no pattern: {error}"
            else:
                if place == ("county",) and groups != 1:
                    yield place, "须有且只有一个括号组", "must have exactly one group in brackets"


class ReportsPolicy(Strict):
    """All rows of the file."""

    reports: tuple[ReportRules, ...] = Field(min_length=1)
    dormant: tuple[DormantRules, ...] = Field(min_length=1)

    def on(self, day: date) -> ReportRules:
        """The rules of reports of a day; raises ``DefinitionError`` where none or two are in force."""
        return only_in_force(self.reports, day, FILE)

    def dormant_on(self, day: date) -> DormantRules:
        """The rules of dormant entities of a day; raises ``DefinitionError`` where none or two are in force."""
        return only_in_force(self.dormant, day, FILE)


@cache
def reports_policy(path: Path | None = None) -> ReportsPolicy:
    """The shipped policy; raises ``DefinitionError("policy.invalid")`` with file and line."""
    return read_policy(path or root("policies") / FILE, ReportsPolicy)
