"""Annual reports (年度报告): who owes one for a year, who has filed, and the rates (年报率). Pure.

Owed by whom was registered before 1 January of the year of filing and is in being on the day that is asked about
(企业信息公示暂行条例第八条). A report counts from its day of filing, whenever it was loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from credit_graph.errors import UsageError
from credit_graph.grading.matching import fits
from credit_graph.grading.places import placed
from credit_graph.grading.reports_policy import ReportRules
from credit_graph.projection import Projection

KIND = "AnnualReport"
_VIEW = ["entity_kind", "entity_type", "state", "founded_on", "approved_on", "district", "authority", "industry_code"]
COUNTS = ["due", "reported", "in_time", "late", "paper", "undated", "silent"]


@dataclass(frozen=True, slots=True)
class Obliged:
    """Who owes the report of ``year``, as of ``day``.

    ``firms`` by eid, ascending: group (id), county, county_name, station, section, last_day (of the window), filed_on
    (NaT: not filed, or on an unknown day), paper, and status: in_time, late, undated (filed on an unknown day), silent.
    ``unlinked``: reports of the year whose firm is not known; ``paper_refused``: reports on paper that do not count;
    ``paper_loaded``: whether any report on paper is known; ``first``: the earliest year that any report speaks of.
    """

    year: int
    day: date
    rules: ReportRules
    firms: pd.DataFrame
    unlinked: int
    paper_refused: int
    paper_loaded: bool
    first: int | None


def current_year(day: date) -> int:
    """The year whose report is filed in the year of ``day``."""
    return day.year - 1


def obliged(projection: Projection, rules: ReportRules, year: int) -> Obliged:
    """Who owes the report of ``year`` at the projection's point, and who has filed it by then.

    Raises ``UsageError("usage.bad_value")`` for a year before the first under the rules, or one whose reports can't
    have begun by the day.
    """
    day = projection.point.valid
    if not rules.first_year <= year <= current_year(day):
        why = f"{rules.first_year}–{current_year(day)}"
        raise UsageError("usage.bad_value", option="--year", value=year, why=why)
    firms = _owing(projection, rules, year)
    firms["last_day"] = last_days(firms, rules, year)
    every, unlinked = _reports(projection, rules, [year])
    counts = _counts(every, projection, rules)
    firms = firms.join(_first_filed(every[counts]))
    firms["paper"] = firms["paper"].eq(True)
    firms["status"] = _status(firms)
    kept = ["group", "county", "county_name", "station", "section", "last_day", "filed_on", "paper", "status"]
    refused = int((~counts & every["eid"].isin(firms.index)).sum())
    history = projection.history(KIND, ["year", rules.paper.field])
    paper = bool(fits(rules.paper, history[rules.paper.field]).any())
    first = None if history.empty else int(history["year"].min())
    return Obliged(year, day, rules, firms[kept], unlinked, refused, paper, first)


def in_being(firms: pd.DataFrame, rules: ReportRules, day: date) -> pd.Series:
    """Whether each enterprise was in being on the day.

    A register that is loaded once knows only the last state: one that has ended was in being until the day of that
    entry (核准日期).
    """
    ended_later = firms["state"].isin(rules.ended) & (firms["approved_on"] > np.datetime64(day))
    return firms["state"].isin(rules.states) | ended_later


def _owing(projection: Projection, rules: ReportRules, year: int) -> pd.DataFrame:
    firms = projection.enterprises[_VIEW]
    group = firms["entity_kind"].map(rules.group_of).astype("str")
    too_young = firms["founded_on"] >= np.datetime64(date(year + 1, 1, 1))
    owing = group.notna() & in_being(firms, rules, projection.point.valid) & ~too_young
    places = placed(firms, rules)  # of all: a station is told by the town's other entities too
    return places[owing].assign(group=group[owing], entity_type=firms["entity_type"][owing])


def last_days(firms: pd.DataFrame, rules: ReportRules, year: int) -> pd.Series:
    """The last day on which each may file: of the first window that fits, or as a notice has moved it."""
    last = np.empty(len(firms), dtype="datetime64[D]")
    for window in reversed(rules.windows):
        fit = np.ones(len(firms), dtype=bool)
        if window.type_contains:
            fit = firms["entity_type"].str.contains("|".join(window.type_contains), na=False).to_numpy(bool)
        last[fit] = np.datetime64(window.to.of(year + 1))
    for row in rules.moved:
        if row.year == year:
            last[firms["group"].isin(row.groups).to_numpy()] = np.datetime64(row.to)
    return pd.Series(last, index=firms.index)


def filed_years(projection: Projection, rules: ReportRules, years: Sequence[int]) -> pd.DataFrame:
    """Per enterprise (eid) and year whether a report was filed by the day, or on an unknown one."""
    every, _ = _reports(projection, rules, years)
    counting = every[_counts(every, projection, rules)]
    pairs = pd.DataFrame({"eid": counting["eid"], "year": counting["year"].astype(int), "filed": True})
    table = pairs.drop_duplicates().pivot(index="eid", columns="year", values="filed")
    return table.reindex(columns=list(years)).eq(True)


def _reports(projection: Projection, rules: ReportRules, years: Sequence[int]) -> tuple[pd.DataFrame, int]:
    """The reports of these years that were filed by the day, or on an unknown day; how many name no known firm."""
    frame = projection.history(KIND, ["year", "filed_on", rules.paper.field])
    frame = frame[frame["in_use"] & frame["year"].isin(list(years))]
    frame = frame[~(frame["filed_on"] > np.datetime64(projection.point.valid))]
    known = frame["eid"].notna()
    return frame[known], int((~known).sum())


def _counts(reports: pd.DataFrame, projection: Projection, rules: ReportRules) -> pd.Series:
    """Whether each report counts: on paper only those of the groups that may file so; adds the column ``paper``."""
    reports["paper"] = fits(rules.paper, reports[rules.paper.field])
    may = [kind for group in rules.groups if group.paper for kind in group.kinds]
    return ~reports["paper"] | reports["eid"].map(projection.enterprises["entity_kind"]).isin(may)


def _first_filed(reports: pd.DataFrame) -> pd.DataFrame:
    """filed_on, paper, filed (True) per eid: of the report that was filed first; one of an unknown day comes last."""
    ordered = reports.sort_values(["eid", "filed_on", "paper", "sid"], na_position="last")
    first = ordered.drop_duplicates("eid").set_index("eid")
    return first[["filed_on", "paper"]].assign(filed=True)


def _status(firms: pd.DataFrame) -> pd.Series:
    filed, dated = firms["filed"].eq(True), firms["filed_on"].notna()
    in_time = firms["filed_on"] <= firms["last_day"]
    chosen = np.select([filed & dated & in_time, filed & dated, filed], ["in_time", "late", "undated"], "silent")
    return pd.Series(chosen, index=firms.index, dtype="str")


def counted(found: Obliged, by: Sequence[str]) -> pd.DataFrame:
    """Counts per group and ``by`` (columns of ``firms``), ascending: due, reported, of them in_time, late, paper;
    undated and silent are the others that are due."""
    firms = found.firms
    flags = {
        "due": np.ones(len(firms), dtype=bool),
        "reported": firms["status"].isin(["in_time", "late"]),
        "in_time": firms["status"] == "in_time",
        "late": firms["status"] == "late",
        "paper": firms["paper"] & firms["status"].isin(["in_time", "late"]),
        "undated": firms["status"] == "undated",
        "silent": firms["status"] == "silent",
    }
    order = pd.CategoricalDtype([group.id for group in found.rules.groups], ordered=True)
    keys = {**{name: firms[name] for name in by}, "group": firms["group"].astype(order)}
    return pd.DataFrame(keys | flags).groupby([*by, "group"], observed=True)[COUNTS].sum()


def rate(reported: int, due: int) -> float | None:
    """年报率 in percent with two decimals, half up, computed in integers; ``None`` where nobody owes a report."""
    return (reported * 20_000 + due) // (2 * due) / 100 if due else None


def compared(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The counts of both days side by side: those of the day before as ``due_before`` and ``reported_before``."""
    earlier = before[["due", "reported"]].add_suffix("_before")
    return now.join(earlier, how="outer").fillna(0).astype(int).sort_index()
