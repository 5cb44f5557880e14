"""Dormant entities (长期停业未经营) of the graph, with the evidence, those left out, and what was not checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from credit_graph.grading.dormant import NOTICE, Dormant, dormant
from credit_graph.grading.places import placed
from credit_graph.grading.reports_policy import DormantRules, reports_policy
from credit_graph.grading.silent import called
from credit_graph.jobs.reports import CHANNEL
from credit_graph.jobs.sheets import Sheet, Value, write_workbook
from credit_graph.model.time import Point
from credit_graph.projection import project
from credit_graph.store import Store
from credit_graph.text import joined, t


@dataclass(frozen=True, slots=True)
class DormantList:
    """The list at a point: ``firms`` and ``excluded`` by county, station and eid; ``left_out`` counts by reason;
    ``notes`` say what it rests on and what was not checked."""

    point: Point
    rules: DormantRules
    silent: int
    firms: list[dict[str, Any]]
    excluded: list[dict[str, Any]]
    left_out: dict[str, int]
    notes: list[str]


def dormant_firms(store: Store, point: Point) -> DormantList:
    """Judge everybody at ``point``. Raises ``DefinitionError`` where no rules are in force."""
    policy = reports_policy()
    reports, rules = policy.on(point.valid), policy.dormant_on(point.valid)
    projection = project(store, point, CHANNEL)
    found = dormant(projection, rules, reports)
    both = found.firms.index.union(found.excluded.index)
    places = placed(projection.enterprises, reports).loc[both]
    shown = places.join(called(projection, both)).join(projection.enterprises["entity_kind"])
    left_out = Counter(found.excluded["excluded"]) + Counter(found.alive["sign"])
    return DormantList(
        point,
        rules,
        found.silent,
        list(_rows(found.firms, shown, rules)),
        list(_rows(found.excluded, shown, rules)),
        {fact.id: left_out[fact.id] for fact in (*rules.excluded, *rules.signs) if left_out[fact.id]},
        _notes(found, rules),
    )


def fact_names(rules: DormantRules) -> dict[str, str]:
    """What each fact of the policy is called."""
    facts = (*rules.unreachable, *rules.signs, *rules.excluded)
    return {fact.id: t(fact.name.zh, fact.name.en) for fact in facts}


def _rows(firms: pd.DataFrame, shown: pd.DataFrame, rules: DormantRules) -> Iterator[dict[str, Any]]:
    names = fact_names(rules)
    every = firms.join(shown).reset_index().sort_values(["county", "station", "eid"])
    for row in every.to_dict("records"):
        kept = ("code", "name", "entity_kind", "county", "county_name", "station", "address")
        said = {"eid": row["eid"], **{name: row[name] for name in kept}}
        said["last_report"] = row["last_report"] or None
        for part in ("unreachable", "excluded"):
            if not pd.isna(row[part]):
                day = None if pd.isna(row[f"{part}_day"]) or row[f"{part}_day"].year == 1 else row[f"{part}_day"]
                text = names[row[part]]
                record = {"fact": row[part], "text": text, "day": day.date().isoformat() if day else None}
                said[part] = {**record, "record": row[f"{part}_sid"]}
        yield said


def _notes(found: Dormant, rules: DormantRules) -> list[str]:
    notes = [t(*NOTICE)]
    names = fact_names(rules)
    if found.unchecked:
        what = joined(names[id_] for id_ in found.unchecked)
        notes.append(t(f"未核（没有载入相应数据）：{what}。", f"Not checked, no such data are loaded: {what}."))
    if found.not_judged:
        kinds = joined(found.not_judged)
        notes.append(
            t(
                f"未载入年报或纸质年报，不判断：{kinds}。",
                f"Not judged, since reports or those on paper are not loaded: {kinds}.",
            )
        )
    return notes


def write(path: Path, found: DormantList) -> None:
    """Write list, those left out and the conditions into a new workbook. Raises ``StateError``."""
    head = t(
        f"长期停业未经营主体名单（供公告催告）　截至 {found.point.valid}　{len(found.firms)} 户",
        f"Dormant entities, for notice, as of {found.point.valid}: {len(found.firms)}",
    )
    left = t(
        f"符合未报年报和无法联系条件，因下列原因不列入　{len(found.excluded)} 户",
        f"Silent and unreachable, left out for the reason named: {len(found.excluded)}",
    )
    write_workbook(
        path,
        [
            _sheet(t("名单", "list"), [head, *found.notes, ""], found.firms, excluded=False),
            _sheet(t("除外", "left out"), [left, ""], found.excluded, excluded=True),
            _conditions(found),
        ],
    )


def _sheet(name: str, above: Sequence[str], rows: Sequence[dict[str, Any]], *, excluded: bool) -> Sheet:
    columns: list[tuple[str, int]] = [
        (t("序号", "no."), 6),
        (t("县区", "county"), 12),
        (t("市场监管所", "station"), 34),
        (t("名称", "name"), 34),
        (t("统一社会信用代码（注册号）", "code"), 22),
        (t("类别", "kind"), 14),
        (t("住所（经营场所）", "address"), 40),
        (t("最后年报年度", "last report"), 12),
        (t("失联依据", "unreachable by"), 34),
        (t("日期", "day"), 12),
        (t("记录", "record"), 36),
    ]
    if excluded:
        columns += [(t("除外原因", "left out for"), 30), (t("日期", "day"), 12), (t("记录", "record"), 36)]
    else:
        columns += [(t("核实情况", "checked"), 20)]
    header, widths = [column for column, _ in columns], [width for _, width in columns]
    return Sheet(name, header, widths, _cells(rows, excluded=excluded), above)


def _cells(rows: Sequence[dict[str, Any]], *, excluded: bool) -> Iterator[list[Value]]:
    unknown = t("（未定）", "(unknown)")
    for number, row in enumerate(rows, 1):
        place = [row["county_name"] or unknown, row["station"] or unknown]
        firm = [row["name"], row["code"], row["entity_kind"], row["address"], row["last_report"] or t("无", "none")]
        parts = [row["unreachable"], *([row["excluded"]] if excluded else [])]
        told = [part[name] for part in parts for name in ("text", "day", "record")]
        yield [number, *place, *firm, *told, *([] if excluded else [""])]


def _conditions(found: DormantList) -> Sheet:
    rules, names = found.rules, fact_names(found.rules)
    titles = {
        "unreachable": t("失联（具备其一）", "unreachable"),
        "signs": t("经营迹象（具备其一即不列入）", "signs of life"),
    }
    titles["excluded"] = t("除外", "left out")
    rows: list[list[Value]] = [
        [titles[part], names[fact.id], fact.months, found.left_out.get(fact.id)]
        for part in ("unreachable", "signs", "excluded")
        for fact in getattr(rules, part)
    ]
    header = [t("条件", "part"), t("内容", "condition"), t("期间（月）", "months"), t("不列入户数", "left out")]
    above = [
        t(f"连续未报年报年度数：{rules.silent_years}", f"Reports missing in a row: {rules.silent_years}"),
        t(f"依据：{rules.basis.source}", f"Basis: {rules.basis.source}"),
        "",
    ]
    return Sheet(t("条件", "conditions"), header, [30, 44, 12, 12], rows, above)
