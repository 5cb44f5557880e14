"""Annual reports of the graph: rates against the same day last year, call lists, candidates for entry or mark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from credit_graph.grading import silent
from credit_graph.grading.reports import Obliged, compared, counted, current_year, obliged, rate
from credit_graph.grading.reports_policy import ReportRules, reports_policy
from credit_graph.model.time import Point
from credit_graph.projection import project
from credit_graph.store import Store
from credit_graph.text import t

# what the rates are told by: the columns that name a row
DIMENSIONS: dict[str, list[str]] = {
    "kind": [],
    "county": ["county"],
    "station": ["county", "station"],
    "industry": ["section"],
    "year": [],
}
CHANNEL = "internal"

OPERATIONAL = (
    "个体工商户年报率仅为工作进度数据，不作考核、不排名（促进个体工商户发展条例第三十二条）。",
    "The rate of individual businesses is a figure of work in progress: no measure of anybody, no ranking "
    "(促进个体工商户发展条例 art. 32).",
)


@dataclass(frozen=True, slots=True)
class Rates:
    """年报率: ``rows`` by dimension, the day compared with, and ``notes`` on what the figures rest on."""

    point: Point
    year: int
    before: date
    rows: list[dict[str, Any]]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Silent:
    """Who has not filed: ``firms`` as :func:`credit_graph.grading.silent.silent` tells; ``contacts`` if allowed."""

    point: Point
    found: Obliged
    firms: pd.DataFrame
    contacts: pd.DataFrame | None
    notes: list[str]


def rates(store: Store, point: Point, dimensions: Sequence[str], year: int | None = None) -> Rates:
    """The rates of a year at ``point`` and on the same day a year before, by each of ``dimensions``.

    Raises ``UsageError`` for a year that can't be asked about, ``DefinitionError`` where no rules are in force.
    """
    now = at(store, point, year)
    before = at(store, replace(point, valid=year_before(point.valid)), now.year - 1)
    rows = [row for name in dimensions if name != "year" for row in _rows(name, now, before)]
    if "year" in dimensions:
        rows += _by_year(store, point, now, before)
    return Rates(point, now.year, before.day, rows, [*_notes(now), _reconstructed(before.day)])


def silent_firms(
    store: Store, point: Point, year: int | None = None, *, with_contacts: bool = False, candidates: bool = False
) -> Silent:
    """Who owes the report of a year and has not filed it; ``candidates``: only those for whom an entry or mark is due,
    with its last day, ``decide_by``.

    ``with_contacts``: with the liaison and phones, which only a role with the right ``contacts`` may see. Raises as
    :func:`credit_graph.grading.silent.decide_by` does.
    """
    projection = project(store, point, CHANNEL)
    found = obliged(projection, _rules(point), _year(point, year))
    firms = silent.silent(found, projection)
    if candidates:
        firms = firms[silent.overdue(firms)].reset_index(drop=True)
        firms["decide_by"] = silent.decide_by(firms, found.rules)
    contacts = silent.contacts(projection, firms["eid"].tolist()) if with_contacts else None
    notes = [*([_decisions(firms, point.valid)] if candidates else []), *_notes(found)]
    return Silent(point, found, firms, contacts, notes)


def at(store: Store, point: Point, year: int | None = None) -> Obliged:
    """Who owes the report of a year (default: the one filed in the year of the valid day) at ``point``."""
    return obliged(project(store, point, CHANNEL), _rules(point), _year(point, year))


def year_before(day: date) -> date:
    """The same day a year before; 29 February becomes the 28th."""
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def _rules(point: Point) -> ReportRules:
    return reports_policy().on(point.valid)


def _year(point: Point, year: int | None) -> int:
    return current_year(point.valid) if year is None else year


def _rows(dimension: str, now: Obliged, before: Obliged) -> Iterator[dict[str, Any]]:
    by = DIMENSIONS[dimension]
    table = compared(counted(now, by), counted(before, by))
    for key, counts in zip(table.index, table.to_dict("records"), strict=True):
        *place, group = key if isinstance(key, tuple) else (key,)
        yield {"by": dimension, **_place(dimension, place, now), **_group(now.rules, group), **_figures(counts)}


def _by_year(store: Store, point: Point, now: Obliged, before: Obliged) -> Iterator[dict[str, Any]]:
    """Every year back to the first with a report, each on the same day of its own year of filing."""
    found = {now.year: now, before.year: before}
    first = max(now.rules.first_year, now.first if now.first is not None else now.year)
    for year in range(first, now.year + 1):
        for wanted in (year, year - 1):
            if wanted not in found and wanted >= first:
                day = point.valid
                while day.year > wanted + 1:
                    day = year_before(day)
                found[wanted] = at(store, replace(point, valid=day), wanted)
        table = counted(found[year], [])
        earlier = counted(found[year - 1], []) if year > first or year - 1 in found else table.iloc[:0]
        for group, counts in compared(table, earlier).to_dict("index").items():
            place = {"place": str(year), "name": str(year), "day": found[year].day.isoformat()}
            yield {"by": "year", **place, **_group(now.rules, str(group)), **_figures(counts)}


def _place(dimension: str, place: list[str], now: Obliged) -> dict[str, Any]:
    unknown = t("（未定）", "(unknown)")
    if dimension == "kind":
        return {"place": "", "name": t("全市", "all")}
    if dimension == "industry":
        names = {row.section: t(row.name.zh, row.name.en) for row in now.rules.industries}
        return {"place": place[0], "name": names.get(place[0], unknown)}
    counties = now.firms.drop_duplicates("county").set_index("county")["county_name"]
    county = counties.get(place[0], place[0]) or unknown
    if dimension == "county":
        return {"place": place[0], "name": county}
    return {"place": place[1], "name": place[1] or unknown, "county": place[0], "county_name": county}


def _group(rules: ReportRules, group: str) -> dict[str, Any]:
    row = next(item for item in rules.groups if item.id == group)
    return {"group": group, "group_name": t(row.name.zh, row.name.en)}


def _figures(counts: dict[Any, int]) -> dict[str, Any]:
    """The counts, both rates in percent, and the change in percentage points."""
    now, earlier = (counts["reported"], counts["due"]), (counts["reported_before"], counts["due_before"])
    change = None
    if now[1] and earlier[1]:
        change = round(100 * (now[0] / now[1] - earlier[0] / earlier[1]), 2)
    named = {str(name): int(value) for name, value in counts.items()}
    return {**named, "rate": rate(*now), "rate_before": rate(*earlier), "change": change}


def _notes(found: Obliged) -> list[str]:
    """What the figures rest on and lack."""
    notes = []
    if any(group.operational for group in found.rules.groups):
        notes.append(t(*OPERATIONAL))
    if any(group.paper for group in found.rules.groups) and not found.paper_loaded:
        notes.append(
            t(
                "未载入纸质年报，提交纸质年报的个体工商户仍计为未报。",
                "No reports on paper are loaded: individual businesses that filed so count as silent.",
            )
        )
    undated = int((found.firms["status"] == "undated").sum())
    if undated:
        notes.append(
            t(
                f"{undated} 户的年报已在数据中但报送日不详，不计入已报，也不列入未报名单。",
                f"{undated} have a report of which the day of filing is not known: neither reported nor silent.",
            )
        )
    if found.unlinked:
        notes.append(
            t(
                f"{found.unlinked} 份年报对应不到主体，未计入。",
                f"{found.unlinked} reports belong to no known entity and are left out.",
            )
        )
    if found.paper_refused:
        notes.append(
            t(
                f"{found.paper_refused} 份纸质年报的主体依规不能以纸质报送，未计入。",
                f"{found.paper_refused} reports on paper are of entities that may not file so, and are left out.",
            )
        )
    return notes


def _decisions(firms: pd.DataFrame, day: date) -> str:
    late = int((firms["decide_by"] < pd.Timestamp(day)).sum())
    return t(
        f"{late} 户已过作出列入决定或标记的期限（见“决定期限”，按工作日计）。",
        f"For {late} the last day for the decision, counted in working days, is over.",
    )


def _reconstructed(day: date) -> str:
    return t(
        f"上年同日（{day}）的应报户按现有登记数据回溯，此前已从登记表删除的主体不在内。",
        f"Who owed a report on {day} is told by the register as it is known now, without what has left it since.",
    )
