"""Purge: which natural persons' data are past the term that ``policies/retention.yml`` gives them (保存期限届满).

Basis: 个人信息保护法 (Personal Information Protection Law), article 47. The job only finds; what is due goes the way of
every erasure, by decision of two persons.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph import clock
from credit_graph.errors import Inconsistent
from credit_graph.jobs.batches import recent
from credit_graph.jobs.erasing import sid_ranges
from credit_graph.jobs.tombstones import hashed_content
from credit_graph.model.kinds import KINDS, FieldType
from credit_graph.model.statement import Statement
from credit_graph.model.time import DAY_MAX, OPEN_SEQ
from credit_graph.policyfile import Dated, read_policy
from credit_graph.resources import root
from credit_graph.store import Store


class Retention(Dated):
    """How long records of one kind that name a natural person, or all of them, are kept."""

    id: str
    kind: str
    sources: tuple[str, ...] = ()  # empty: of every source
    about: Literal["subject", "any", "all"]
    after: str  # end, begin, or a day field of the kind
    years: int = Field(ge=0, le=200)

    @model_validator(mode="after")
    def _known(self) -> Retention:
        fields = KINDS[self.kind].fields if self.kind in KINDS else {}
        if self.kind not in KINDS:
            raise Inconsistent([(("kind",), f"没有记录类别 {self.kind}", f"there is no kind {self.kind}")])
        days = {"end", "begin", *(name for name, item in fields.items() if item.type is FieldType.DAY)}
        if self.after not in days:
            allowed = ", ".join(sorted(days))
            raise Inconsistent([(("after",), f"只能是 {allowed}", f"must be one of {allowed}")])
        return self


class RetentionFile(BaseModel):
    """``policies/retention.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: tuple[Retention, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """One statement past its term: the day since which it is due, the row of the policy, and its basis."""

    sid: str
    source: str
    kind: str
    person: str  # how the record names the person
    since: date
    rule: str
    basis: str

    def as_dict(self) -> dict[str, Any]:
        """As ``purge --dry-run --json`` prints it."""
        return {name: getattr(self, name) for name in self.__slots__}


@cache
def retention() -> tuple[Retention, ...]:
    """The rows of this installation; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "retention.yml", RetentionFile).rows


def due(store: Store) -> list[Due]:
    """What is due today, longest overdue first.

    Statements of one record that say the same count as one: all of them have to be due, else one that was merely
    asserted again would take the one that still is true with it. Of two rows that speak of a record the longer term
    counts.
    """
    today = clock.today()
    rules = [row for row in retention() if row.in_force(today)]
    closed_on = {batch.seq: batch.properties.get("committed_on") for batch in recent(store, 1_000_000)}
    found: list[Due] = []
    for kind in sorted({row.kind for row in rules}):
        groups: dict[tuple[str, str, str], list[tuple[date, Retention, Statement]]] = defaultdict(list)
        every = any(row.kind == kind and row.about == "all" for row in rules)
        for item in _records(store, kind, every=every):
            name = (item.source, item.key, hashed_content(str, item.content))
            days = [(_since(row, item, closed_on), row, item) for row in rules if _speaks(row, item)]
            if days:
                groups[name].append(max(days, key=lambda day: day[0]))
        for members in groups.values():
            last, _, _ = max(members, key=lambda day: day[0])
            found += [_due(row, item, last) for _, row, item in members if last <= today]
    return sorted(found, key=lambda item: (item.since, item.source, item.sid))


def _records(store: Store, kind: str, *, every: bool) -> list[Statement]:
    return [
        Statement.from_properties(row["record"])
        for low, high in sid_ranges()
        for row in store.read("read/retention", labels={"KIND": kind}, low=low, high=high, every=every)
    ]


def _speaks(row: Retention, item: Statement) -> bool:
    if row.kind != item.kind or (row.sources and item.source not in row.sources):
        return False
    return row.about == "all" or (item.pid is not None and (row.about == "any" or item.eid is None))


def _since(row: Retention, item: Statement, closed_on: dict[int, date | None]) -> date:
    """The first day on which the statement is past its term; ``DAY_MAX`` while that is not known."""
    day = item.content.get(row.after)
    if row.after == "begin":
        day = item.valid_from
    if not isinstance(day, date):
        day = item.valid_to
        if item.known_to != OPEN_SEQ:  # corrected: nobody believes it any more since that day
            day = min(day, closed_on.get(item.known_to) or DAY_MAX)
    return _later(day, row.years)


def _later(day: date, years: int) -> date:
    """The same day so many years later (of 29 February the 1 March); ``DAY_MAX`` beyond the calendar."""
    if day.year + years >= DAY_MAX.year:
        return DAY_MAX
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _due(row: Retention, item: Statement, since: date) -> Due:
    names = ("person_name", "holder_name", "legal_representative", "name")
    person = next((str(item.content[name]) for name in names if name in item.content), "")
    return Due(item.sid, item.source, item.kind, person, since, row.id, row.basis.source)
