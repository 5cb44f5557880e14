"""Rules of early warning over the records of a city: complaints, new firms, groups, permits, terms, reports,
and the province's class.

Each returns the signals that hold now, new or not (``signals.COLUMNS``), or why it can't be judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from credit_graph.grading.alert_policy import (
    Burst,
    Contagion,
    ListedController,
    MassAtRoom,
    OfficialRise,
    PermitLapse,
    ReportLapse,
    Struck,
    TermLapse,
)
from credit_graph.grading.facts import loaded
from credit_graph.grading.leading import OFFICIAL
from credit_graph.grading.reports import current_year, last_days
from credit_graph.grading.reports_policy import reports_policy
from credit_graph.grading.rules import months_before
from credit_graph.grading.signals import NEW, NONE_BEFORE, Scene, Silence, Told, Unverified, iso, rows
from credit_graph.links.holders import is_keyed
from credit_graph.links.said import spoken_of
from credit_graph.model.derived import address_key
from credit_graph.model.kinds import KINDS

Found = pd.DataFrame | Silence
KEY = ["source", "key"]
_STRUCK = ["eid", "what", "kind", "on", "sid", "new"]


def not_loaded(kind: str) -> Silence:
    """No source of the kind is loaded: that nothing is found means nothing."""
    zh = KINDS[kind].zh
    return Silence(f"数据源未载入：{zh}", f"no source of {kind} is loaded")


def burst(rule: Burst, scene: Scene) -> Found:
    """Complaints of the last days against those of the days before, back from the last day that the source tells of."""
    if not loaded(rule.records.kind, scene.projection):
        return not_loaded(rule.records.kind)
    frame = spoken_of(scene.projection, rule.records, *KEY)
    frame = frame.drop_duplicates(["eid", *KEY])
    day = frame[rule.records.day] if rule.records.day else frame["valid_from"]
    until = day.max()
    start = until - np.timedelta64(rule.days, "D")
    before = start - np.timedelta64(rule.days_before, "D")
    recent = frame[day > start]
    counted = recent.groupby("eid").size()
    earlier = frame[(day > before) & (day <= start)].groupby("eid").size().reindex(counted.index, fill_value=0)
    # as many a day, in whole numbers: count / days >= times * earlier / days_before
    many = counted[(counted >= rule.least) & (counted * rule.days_before >= rule.times * earlier * rule.days)]
    sids = recent.sort_values("sid").groupby("eid")["sid"]

    def told() -> Iterator[Told]:
        for eid, count in many.items():
            said = {
                "count": int(count),
                "days": rule.days,
                "until": iso(until),
                "earlier": int(earlier[eid]),
                "days_before": rule.days_before,
            }
            yield str(eid), rule.id, "", True, list(sids.get_group(eid)), said

    return rows(told())


def official_rise(rule: OfficialRise, scene: Scene) -> Found:
    """Firms whose class by the province is one that warns; new where it is higher than that of its month before."""
    if not loaded(OFFICIAL, scene.projection):
        return not_loaded(OFFICIAL)
    frame = scene.projection.history(OFFICIAL, [*NEW, "risk_class", "month"])
    frame = frame[frame["in_use"] & frame["eid"].notna() & frame["risk_class"].notna()]
    months = frame.sort_values(["eid", "valid_from", "known_from", "sid"])
    months = months.drop_duplicates(["eid", "valid_from"], keep="last")
    before = months.groupby("eid")[["risk_class", "sid"]].shift().add_suffix("_before")
    last = months.join(before).drop_duplicates("eid", keep="last")
    last = last[last["risk_class"].isin(rule.to)]
    rose = last["risk_class"] > last["risk_class_before"]  # A to D by rising risk; a first class has not risen
    new = rose & scene.fresh(last, last["valid_from"], rule.days)

    def told() -> Iterator[Told]:
        for row, fresh in zip(last.to_dict(orient="records"), new, strict=True):
            known = isinstance(row["risk_class_before"], str)
            said = {
                "before": row["risk_class_before"] if known else NONE_BEFORE,
                "after": row["risk_class"],
                "month": iso(row["month"])[:7],
            }
            sids = [row["sid"], *([row["sid_before"]] if known else [])]
            yield str(row["eid"]), rule.id, row["risk_class"], bool(fresh), sids, said

    return rows(told())


def mass_at_room(rule: MassAtRoom, scene: Scene) -> Found:
    """Firms founded lately whose addresses go down to one room, which is not shared by arrangement (集群注册)."""
    if not loaded("Registration", scene.projection):
        return not_loaded("Registration")
    hubs = scene.links.rules.hubs
    frame = scene.projection.records("Registration", ["founded_on", "address"])
    new = frame["founded_on"] > np.datetime64(scene.day) - np.timedelta64(rule.days, "D")
    frame = frame[frame["in_use"] & frame["eid"].isin(scene.alive) & new & frame["address"].notna()]
    texts = pd.Series(frame["address"].unique(), dtype="str")
    room = re.compile(hubs.room)
    rooms = {text: address_key(text) for text in texts if room.search(text) and not hubs.hosted(text)}
    frame = frame.assign(aid=frame["address"].map(rooms)).dropna(subset=["aid"])
    firms = frame.groupby("aid")["eid"].nunique()
    frame = frame[frame["aid"].isin(firms.index[firms >= rule.firms])].sort_values(["aid", "eid", "sid"])

    def told() -> Iterator[Told]:
        for aid, part in frame.groupby("aid"):
            said = {"count": int(firms[aid]), "days": rule.days}
            for eid, own in part.groupby("eid")["sid"]:
                yield str(eid), rule.id, str(aid), True, [*own, *part["sid"]], said

    return rows(told())


def struck(rules: tuple[Struck, ...], days: int, scene: Scene) -> pd.DataFrame:
    """Firms that are struck: eid, what (by language), kind, on, sid, new; the latest record of each kind.

    A state strikes while it lasts, an event while it is new.
    """
    parts = []
    for rule in rules:
        frame = spoken_of(scene.projection, rule, *NEW)
        on = frame[rule.day].fillna(frame["valid_from"]) if rule.day else frame["valid_from"]
        new = scene.fresh(frame, on, days)
        kept = new if KINDS[rule.kind].nature == "event" else pd.Series(True, index=frame.index)
        if rule.years is not None:
            kept &= on > np.datetime64(months_before(scene.day, 12 * rule.years))
        what = pd.Series([rule.what.model_dump()] * len(frame), index=frame.index, dtype=object)
        told = frame.assign(on=on, new=new, kind=rule.kind, what=what)
        parts.append(told.loc[kept, _STRUCK])
    every = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_STRUCK)
    latest = every.sort_values(["eid", "kind", "on", "sid"]).drop_duplicates(["eid", "kind"], keep="last")
    return latest.reset_index(drop=True)


def listed_controller(rule: ListedController, scene: Scene) -> Found:
    """Firms founded after the listing of one that the same controller, or the listed firm itself, controls."""
    kinds = sorted({row.kind for row in rule.listed})
    if missing := [kind for kind in kinds if not loaded(kind, scene.projection)]:
        return not_loaded(missing[0])
    listed = struck(rule.listed, rule.days, scene).merge(scene.groups, on="eid")
    frame = scene.projection.records("Registration", [*NEW, "founded_on"])
    frame = frame[frame["in_use"] & frame["eid"].isin(scene.alive) & frame["founded_on"].notna()]
    new = frame[scene.fresh(frame, frame["founded_on"], rule.days)].merge(scene.groups, on="eid")
    pairs = new.merge(listed[["eid", "head", "what", "on", "sid"]], on="head", suffixes=("", "_listed"))
    pairs = pairs[(pairs["eid"] != pairs["eid_listed"]) & (pairs["founded_on"] > pairs["on"])]
    pairs = pairs.sort_values(["eid", "eid_listed", "sid"])

    def told() -> Iterator[Told]:
        for row in _keyed(pairs, rule.id, scene).to_dict(orient="records"):
            eid, other, head = str(row["eid"]), str(row["eid_listed"]), str(row["head"])
            sids = [row["sid_listed"], row["sid"], *scene.chain(eid, head), *scene.chain(other, head)]
            yield eid, rule.id, other, True, sids, {"firm": other, "what": row["what"], "on": iso(row["on"])}

    return rows(told())


def contagion(rule: Contagion, scene: Scene) -> Found:
    """Firms of the group of one that is struck; of a large group only those next to it."""
    kinds = sorted({row.kind for row in rule.struck})
    if not any(loaded(kind, scene.projection) for kind in kinds):
        return not_loaded(kinds[0])
    groups = scene.groups[scene.groups["eid"].isin(scene.projection.enterprises.index)]
    size = groups.groupby("head").size()
    hit = struck(rule.struck, rule.days, scene).merge(groups, on="eid").rename(columns={"eid": "firm"})
    pairs = hit.merge(groups[groups["eid"].isin(scene.alive)], on="head")
    pairs = pairs[pairs["eid"] != pairs["firm"]]
    above = scene.controllers["controller"]
    near = (pairs["eid"].map(above) == pairs["firm"]) | (pairs["firm"].map(above) == pairs["eid"])
    pairs = pairs[near | (pairs["head"].map(size) <= rule.nearest_over)].sort_values(["eid", "firm", "kind"])

    def told() -> Iterator[Told]:
        for row in _keyed(pairs, rule.id, scene).to_dict(orient="records"):
            eid, firm, head = str(row["eid"]), str(row["firm"]), str(row["head"])
            sids = [row["sid"], *scene.chain(eid, head), *scene.chain(firm, head)]
            said = {"firm": firm, "what": row["what"], "on": iso(row["on"])}
            yield eid, rule.id, f"{firm}|{row['kind']}", bool(row["new"]), sids, said

    return rows(told())


def _keyed(pairs: pd.DataFrame, rule: str, scene: Scene) -> pd.DataFrame:
    """The pairs whose head is a firm or a person with a keyed ID; the others are to be verified (待核实)."""
    persons = set(scene.chart.ids[scene.chart.person])
    named = pairs["head"].map(lambda head: head in persons and not is_keyed(head)).astype(bool)
    why = Silence("控制人没有证件号码", "the controller is known by name only")
    for sid, part in pairs[named].groupby("sid"):
        eids = tuple(sorted(set(part["eid"])))
        scene.unverified.append(Unverified(rule, why, str(sid), eids, len(eids)))
    return pairs[~named]


def permit_lapse(rule: PermitLapse, scene: Scene) -> Found:
    """Permits whose last day has come, of firms that have no other of the name."""
    if not loaded("Permit", scene.projection):
        return not_loaded("Permit")
    frame = scene.projection.history("Permit", [*NEW, "permit_name", "permit_kind", "permitted_until", "state"])
    gone = frame["state"].isin(rule.states_excluded)
    frame = frame[frame["in_use"] & frame["eid"].isin(scene.alive) & ~gone & frame["permitted_until"].notna()]
    frame = frame.assign(name_=frame["permit_name"].fillna(frame["permit_kind"]).fillna(""))
    frame = frame.sort_values(["eid", "name_", "permitted_until", "known_from", "sid"])
    last = frame.drop_duplicates(["eid", "name_"], keep="last")
    lapsed = last[last["permitted_until"] < np.datetime64(scene.day) + np.timedelta64(rule.ahead, "D")]
    new = scene.fresh(lapsed, lapsed["permitted_until"], rule.days)
    columns = zip(lapsed["eid"], lapsed["name_"], new, lapsed["sid"], lapsed["permitted_until"], strict=True)
    return rows(
        (eid, rule.id, name, bool(fresh), [sid], {"permit": name, "until": iso(until)})
        for eid, name, fresh, sid, until in columns
    )


def term_lapse(rule: TermLapse, scene: Scene) -> Found:
    """Firms in being whose term of business has ended."""
    if not loaded("Registration", scene.projection):
        return not_loaded("Registration")
    ends = scene.projection.enterprises["term_to"].reindex(scene.alive)
    ends = pd.to_datetime(ends[ends < np.datetime64(scene.day)])
    shown = scene.projection.shown("term_to").reindex(ends.index)
    new = ends > np.datetime64(scene.day) - np.timedelta64(rule.days, "D")
    columns = zip(ends.index, ends, new, shown, strict=True)
    return rows((eid, rule.id, iso(end), bool(fresh), [sid], {"until": iso(end)}) for eid, end, fresh, sid in columns)


def report_lapse(rule: ReportLapse, scene: Scene) -> Found:
    """Firms that owe the report of the last year whose window is over and have filed none."""
    if not loaded("AnnualReport", scene.projection):
        return not_loaded("AnnualReport")
    reports = reports_policy().on(scene.day)
    firms = scene.projection.enterprises.loc[scene.alive, ["entity_kind", "entity_type", "founded_on"]]
    firms = firms[firms["entity_kind"].isin(rule.kinds)]
    firms["group"] = firms["entity_kind"].map(reports.group_of)
    newest = current_year(scene.day)
    last = last_days(firms, reports, newest)
    year = (last < np.datetime64(scene.day)).map({True: newest, False: newest - 1})
    last = last.where(year == newest, last_days(firms, reports, newest - 1))
    frame = scene.projection.history("AnnualReport", ["year"])
    told = year.isin(frame["year"])  # of a year without any report nothing is known
    if not told.any():
        return Silence(f"没有载入任何 {newest} 年度报告", f"no report of {newest} is loaded")
    filed = pd.MultiIndex.from_arrays([frame["eid"], frame["year"]])
    missing = ~pd.MultiIndex.from_arrays([firms.index, year]).isin(filed)
    late = firms.index[told & (firms["founded_on"].dt.year <= year) & missing]
    fresh = last > np.datetime64(scene.day) - np.timedelta64(rule.days, "D")
    columns = zip(late, year[late], last[late], fresh[late], scene.projection.shown("founded_on")[late], strict=True)
    return rows(
        (str(eid), rule.id, str(of), bool(new), [sid], {"year": int(of), "until": iso(until)})
        for eid, of, until, new, sid in columns
    )
