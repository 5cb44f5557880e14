"""Who owes an annual report and has not filed it: to be called before the last day, and what is due after it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from credit_graph.grading.matching import fits
from credit_graph.grading.reports import Obliged, filed_years
from credit_graph.grading.reports_policy import FollowUp, ReportRules
from credit_graph.links.gather import tuples
from credit_graph.projection import Projection
from credit_graph.workdays import calendar

LIAISON = "liaison"  # 联络员, as the loader of liaisons calls the office


def silent(found: Obliged, projection: Projection) -> pd.DataFrame:
    """The silent of ``found`` by county, station and eid, with: code, name, address, founded_on, ``days`` (left until
    the last day; below 0: over it), ``missing`` (years not reported, as a tuple), ``followed_on`` (day of the entry or
    mark that this missing report has led to), ``standing`` (whether an earlier one still stands)."""
    firms = found.firms[found.firms["status"] == "silent"]
    days = (firms["last_day"] - np.datetime64(found.day)).dt.days
    rows = firms.assign(days=days).join(called(projection, firms.index))
    rows["missing"] = _missing(found, projection, rows.index)
    rows = rows.join(_followed(found, projection))
    rows["standing"] = rows["standing"].eq(True)
    return rows.reset_index().sort_values(["county", "station", "eid"], ignore_index=True)


def called(projection: Projection, eids: pd.Index) -> pd.DataFrame:
    """code (else number, else eid), name and address of enterprises, by eid."""
    view = projection.enterprises.loc[eids, ["credit_code", "registration_number", "name", "address"]]
    code = view["credit_code"].fillna(view["registration_number"]).fillna(view.index.to_series())
    return pd.DataFrame({"code": code, "name": view["name"].fillna(""), "address": view["address"].fillna("")})


def overdue(rows: pd.DataFrame) -> pd.Series:
    """Whether the window is over and nothing has followed: candidates for an entry or a mark (拟列入、拟标记)."""
    return (rows["days"] < 0) & rows["followed_on"].isna()


def decide_by(rows: pd.DataFrame, rules: ReportRules) -> pd.Series:
    """The last day for the entry or mark (列入、标记): so many working days after the last day of filing, of each of
    the :func:`overdue`. Raises ``DefinitionError("policy.no_calendar")`` for a year without a calendar."""
    terms = {group.id: group.follow_up.working_days for group in rules.groups}
    pairs = list(zip(rows["last_day"].dt.date, rows["group"], strict=True))
    ends = {(last, group): calendar().after(last, terms[group]) for last, group in set(pairs)}
    return pd.Series([ends[pair] for pair in pairs], index=rows.index, dtype="datetime64[s]")


def contacts(projection: Projection, eids: Sequence[str]) -> pd.DataFrame:
    """liaison, liaison_phone and other_phones (a tuple) of these enterprises, by eid: personal data.

    The liaison named last counts; other phones are those of the register and of offices.
    """
    offices = projection.records("Office", ["office", "person_name", "mobile", "phone", "known_from"])
    named = offices[offices["in_use"] & (offices["office"] == LIAISON)]
    named = named[named["eid"].isin(eids)].sort_values(["eid", "valid_from", "known_from", "sid"])
    last = named.drop_duplicates("eid", keep="last").set_index("eid")
    phone = last["mobile"].fillna(last["phone"])
    every = projection.phones
    others = every[every["eid"].isin(eids)]
    others = others[others["number"] != others["eid"].map(phone)]
    result = pd.DataFrame(index=pd.Index(eids, name="eid"))
    result["liaison"] = last["person_name"].reindex(result.index).fillna("")
    result["liaison_phone"] = phone.reindex(result.index).fillna("")
    numbers = tuples(others, ["eid"], "number").reindex(result.index)
    result["other_phones"] = [item if isinstance(item, tuple) else () for item in numbers]
    return result


def _missing(found: Obliged, projection: Projection, eids: pd.Index) -> pd.Series:
    """The years of the policy's last ones for which each owed a report and filed none by the day."""
    first = max(found.rules.first_year, found.year - found.rules.silent_years + 1)
    years = range(first, found.year + 1)
    filed = filed_years(projection, found.rules, years).reindex(eids, fill_value=False)
    founded = projection.enterprises.loc[eids, "founded_on"].dt.year
    owed = pd.DataFrame({year: ~(founded > year) for year in years}, index=eids)
    lacking = (owed & ~filed).to_numpy()
    return pd.Series([tuple(np.array(years)[row].tolist()) for row in lacking], index=eids, dtype=object)


def _followed(found: Obliged, projection: Projection) -> pd.DataFrame:
    """followed_on, standing by eid."""
    parts = [_records(group.id, group.follow_up, found, projection) for group in found.rules.groups]
    every = pd.concat(parts)
    after = every[every["day"] > every["last_day"]].groupby("eid")["day"].min()
    before = every[every["day"] <= every["last_day"]].groupby("eid").size() > 0
    return pd.DataFrame({"followed_on": after, "standing": before})


def _records(group: str, rule: FollowUp, found: Obliged, projection: Projection) -> pd.DataFrame:
    """Entries or marks of the group's firms that stand on the day: eid, day, last_day."""
    frame = projection.records(rule.kind, [rule.day, *([rule.words.field] if rule.words else [])])
    frame = frame[frame["in_use"]]
    if rule.words:
        frame = frame[fits(rule.words, frame[rule.words.field])]
    firms = found.firms[found.firms["group"] == group]
    frame = frame[frame["eid"].isin(firms.index)]
    last = firms["last_day"].reindex(frame["eid"]).to_numpy()
    return pd.DataFrame({"eid": frame["eid"], "day": frame[rule.day], "last_day": last})
