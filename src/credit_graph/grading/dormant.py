"""Who seems to have stopped trading for long (长期停业未经营): for notice and checking, never a strike-off. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from credit_graph.grading.matching import fits
from credit_graph.grading.reports import current_year, filed_years, in_being, last_days
from credit_graph.grading.reports_policy import DormantRules, Fact, ReportRules
from credit_graph.projection import Projection

NOTICE = (
    "本名单供公告催告和核实之用，不是吊销、注销或者除名决定。",
    "For notice and checking only: no decision to revoke, deregister or strike off.",
)
_VIEW = ["entity_kind", "entity_type", "state", "founded_on", "approved_on"]


@dataclass(frozen=True, slots=True)
class Dormant:
    """Silent and unreachable entities by eid: ``firms`` on the list, ``excluded`` for a named reason, ``alive`` with a
    sign of life.

    Columns: last_report (year, 0 for none); unreachable, excluded, sign (ids of facts), each with the record that shows
    it, ``…_sid`` and ``…_day``. ``silent``: how many are silent; ``unchecked``: ids of facts of which no record is
    loaded; ``not_judged``: kinds of entities whose reports on paper are not loaded, so that none can be called silent.
    """

    day: date
    firms: pd.DataFrame
    excluded: pd.DataFrame
    alive: pd.DataFrame
    silent: int
    unchecked: tuple[str, ...]
    not_judged: tuple[str, ...]


def dormant(projection: Projection, rules: DormantRules, reports: ReportRules) -> Dormant:
    """Judge everybody at the projection's point."""
    every = (*rules.unreachable, *rules.signs, *rules.excluded)
    unchecked = tuple(fact.id for fact in every if not projection.stated(fact.kind))
    not_judged = _not_judged(projection, rules, reports)
    silent = _silent(projection, rules, reports, [kind for kind in rules.kinds if kind not in not_judged])
    found = silent.join(_first(projection, rules.unreachable, silent.index, "unreachable"))
    found = found[found["unreachable"].notna()]
    found = found.join(_first(projection, rules.excluded, found.index, "excluded"))
    found = found.join(_first(projection, rules.signs, found.index, "sign"))
    alive, excluded = found["sign"].notna(), found["excluded"].notna()
    return Dormant(
        projection.point.valid,
        found[~alive & ~excluded],
        found[~alive & excluded],
        found[alive],
        len(silent),
        unchecked,
        not_judged,
    )


def _not_judged(projection: Projection, rules: DormantRules, reports: ReportRules) -> tuple[str, ...]:
    if not projection.stated("AnnualReport"):
        return rules.kinds
    if fits(reports.paper, projection.history("AnnualReport", [reports.paper.field])[reports.paper.field]).any():
        return ()
    may = [kind for group in reports.groups if group.paper for kind in group.kinds]
    return tuple(kind for kind in rules.kinds if kind in may)


def _silent(projection: Projection, rules: DormantRules, reports: ReportRules, kinds: list[str]) -> pd.DataFrame:
    """Those in being that owed the reports of the last years whose windows are over and have filed none since, by eid:
    last_report."""
    day, year, count = projection.point.valid, current_year(projection.point.valid), rules.silent_years
    firms = projection.enterprises[_VIEW]
    firms = firms[firms["entity_kind"].isin(kinds) & firms["entity_kind"].isin(list(reports.group_of))]
    firms = firms[firms["state"].isin(rules.states) & in_being(firms, reports, day)]
    firms = firms.assign(group=firms["entity_kind"].map(reports.group_of))
    over = last_days(firms, reports, year) < np.datetime64(day)
    first = np.where(over, year - count + 1, year - count)  # of the years that all must be missing
    first_reported = max(reports.first_year, 1)
    years = range(first_reported, year + 1)
    filed = filed_years(projection, reports, years).reindex(firms.index, fill_value=False)
    last = pd.Series(np.max(filed.to_numpy() * np.array(years), axis=1, initial=0), index=firms.index)
    owed = ~(firms["founded_on"].dt.year > first) & (first >= first_reported)
    silent: pd.DataFrame = pd.DataFrame({"last_report": last})[owed & (last < first)]
    return silent


def _first(projection: Projection, facts: Iterable[Fact], eids: pd.Index, name: str) -> pd.DataFrame:
    """Of each firm the first fact of the policy that holds, with the latest record that shows it."""
    parts = [shown(projection, fact, eids).assign(fact=fact.id, rank=rank) for rank, fact in enumerate(facts)]
    every = pd.concat(parts).sort_values(["eid", "rank"]).drop_duplicates("eid").set_index("eid")
    columns = {"fact": name, "sid": f"{name}_sid", "day": f"{name}_day"}
    result: pd.DataFrame = every[list(columns)].rename(columns=columns)
    return result


def shown(projection: Projection, fact: Fact, eids: pd.Index) -> pd.DataFrame:
    """Per firm of ``eids`` the latest record that shows the fact: eid, sid, day; of one day the first by sid."""
    found = showing(projection, fact, eids).sort_values(["eid", "day", "sid"], ascending=[True, False, True])
    return found.drop_duplicates("eid")


def showing(projection: Projection, fact: Fact, eids: pd.Index) -> pd.DataFrame:
    """Every record of firms of ``eids`` that shows the fact: eid, sid, day."""
    frame = projection.history(fact.kind, fact.fields)
    frame = frame[frame["in_use"] & frame["eid"].isin(eids)]
    frame = frame.assign(day_=frame[fact.day or "valid_from"])
    chosen = _holds(frame, fact, projection.point.valid)
    if fact.settled_by:
        decided = frame.groupby("eid")[fact.settled_by].max()
        chosen &= ~(decided.reindex(frame["eid"]).to_numpy() >= frame["day_"].to_numpy())
    found = frame[chosen]
    return pd.DataFrame({"eid": found["eid"], "sid": found["sid"], "day": found["day_"]})


def _holds(frame: pd.DataFrame, fact: Fact, day: date) -> pd.Series:
    chosen = frame["visible"] if fact.only == "valid" else ~(frame["day_"] > np.datetime64(day))
    for condition in fact.where:
        chosen = chosen & fits(condition, frame[condition.field])
    if fact.months is not None:
        start = np.datetime64((pd.Timestamp(day) - pd.DateOffset(months=fact.months)).date())
        chosen = chosen & (frame["day_"] > start) & (frame["day_"] <= np.datetime64(day))
    return chosen
