"""The brief for the head of section (工作简报): lists, work due and late, report rates, classes, warnings, changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from credit_graph.errors import StateError
from credit_graph.grading.places import placed
from credit_graph.grading.reports_policy import reports_policy
from credit_graph.jobs.alert_list import Listed, level_name, listed, state_name
from credit_graph.jobs.brief_due import counted, due
from credit_graph.jobs.level_history import level_changes
from credit_graph.jobs.levels import levels
from credit_graph.jobs.reports import CHANNEL, rates
from credit_graph.jobs.sheets import Value
from credit_graph.model.time import Point
from credit_graph.projection import Projection, project
from credit_graph.store import Store
from credit_graph.text import t

LEVELS = ("A", "B", "C", "D")
_LISTS = {
    "AbnormalListing": ("经营异常名录", "list of abnormal operation"),
    "AbnormalMark": ("个体工商户经营异常标记", "marks of individual businesses"),
    "SeriousListing": ("严重违法失信名单", "list of serious violations"),
}
_URGENT = 10  # warnings named, so that the brief stays one page
_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the brief: an id, what it is called, its header and rows, and a line of explanation."""

    id: str
    title: str
    header: list[str]
    rows: list[list[Value]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """The brief as of ``point``, with what changed after the day ``since``."""

    point: Point
    since: date
    tables: list[Table]


def brief(store: Store, point: Point, since: date | None = None) -> Brief:
    """All tables at ``point``; ``since``: the day compared with, by default a month before.

    Raises ``DefinitionError`` where no rules of reports are in force, or no calendar tells when entries are due.
    """
    start = since or month_before(point.valid)
    projection = project(store, point, CHANNEL)
    county = placed(projection.enterprises, reports_policy().on(point.valid))
    warnings = listed(store, seq=point.seq)
    tables = [
        _lists(projection, start),
        _people(store, projection, warnings),
        _rates(store, point),
        _classes(store, point, start, county),
        _changes(store, projection, start, warnings),
        _warnings(warnings),
    ]
    return Brief(point, start, tables)


def month_before(day: date) -> date:
    """The same day a month before; the last day of the month where it has no such day."""
    before: date = (pd.Timestamp(day) - pd.DateOffset(months=1)).date()
    return before


def _lists(projection: Projection, since: date) -> Table:
    header = [
        t("名单", "list"),
        t(f"在列（{projection.point.valid}）", "standing"),
        t("列入", "in"),
        t("移出", "out"),
        t(f"在列（{since}）", f"standing on {since}"),
    ]
    rows: list[list[Value]] = [
        [t(*name), *_standing(projection, kind, since)] for kind, name in _LISTS.items() if projection.stated(kind)
    ]
    note = t(
        "按来源数据计，未审查期限和依据；可以发布的条目以名单发布为准。", "As sources say; releases judge the terms."
    )
    return Table("lists", t("名单进出", "Lists in and out"), header, rows, note)


def _standing(projection: Projection, kind: str, since: date) -> list[int]:
    """How many records stand on the day, began and ended after ``since``, and stood then."""
    frame = projection.history(kind)
    frame = frame[frame["in_use"] & frame["eid"].notna()]
    day, start = np.datetime64(projection.point.valid), np.datetime64(since)
    begins, ends = frame["valid_from"], frame["valid_to"]
    return [
        int((ends > day).sum()),
        int((begins > start).sum()),
        int(((ends > start) & (ends <= day)).sum()),
        int(((begins <= start) & (ends > start)).sum()),
    ]


def _people(store: Store, projection: Projection, warnings: Sequence[Listed]) -> Table:
    """Who has what to do."""
    header = [
        t("责任人", "who"),
        t("事项", "what"),
        t("待办", "open"),
        t("七日内到期", "due in 7 days"),
        t("逾期", "late"),
    ]
    rows = counted(due(store, projection, warnings), projection.point.valid)
    return Table("people", t("到期与逾期（按责任人）", "Due and late, by person"), header, rows)


def _rates(store: Store, point: Point) -> Table:
    found = rates(store, point, ["kind"])
    header = [
        t("类别", "kind"),
        t("应报", "due"),
        t("已报", "reported"),
        t("未报", "silent"),
        t("年报率%", "rate %"),
        t("上年同日%", "year before %"),
        t("增减（百分点）", "change (points)"),
    ]
    names = ("group_name", "due", "reported", "silent", "rate", "rate_before", "change")
    rows: list[list[Value]] = [[row[name] for name in names] for row in found.rows]
    title = t(f"年报率（{found.year} 年度）", f"Report rates ({found.year})")
    return Table("rates", title, header, rows, " ".join(found.notes))


def _classes(store: Store, point: Point, since: date, county: pd.DataFrame) -> Table:
    header = [
        t("县区", "county"),
        *(t(f"{level} 类", level) for level in LEVELS),
        t(f"D 类（{since}）", f"D on {since}"),
        t("D 类增减", "change of D"),
    ]
    title = t("信用风险分类（按县区）", "Credit-risk classes by county")
    found = _levels(store, point, county)
    if found is None:
        return Table("classes", title, header, [], t("尚未分级：credit-graph grade", "Not graded yet"))
    run, now = found
    was, before = _levels(store, replace(point, valid=since), county) or (None, None)
    named = county.drop_duplicates("county").set_index("county")["county_name"]
    rows: list[list[Value]] = []
    for code in sorted(now.index.union(before.index if before is not None else now.index)):
        counts = [_count(now, code, level) for level in LEVELS]
        then = None if before is None else _count(before, code, "D")
        change = None if then is None else counts[-1] - then
        rows.append([named.get(code, "") or t("（未定）", "(unknown)"), *counts, then, change])
    note = t("起作用的类别：人工调整、省级分类优先。", "The class in effect: overrides and the province's class lead.")
    note += t(f"分级结果：{_run(run)}；", f" Run: {_run(run)}; ")
    if was is None:
        note += t(f"{since} 或以前没有分级结果，无从比较。", f"no run on or before {since} to compare with.")
    else:
        note += t(f"比较：{_run(was)}。", f"compared with {_run(was)}.")
    return Table("classes", title, header, rows, note)


def _run(run: dict[str, Any]) -> str:
    """The id by which ``grade --check`` knows a run, and the day that it graded."""
    return t(f"{run['valid']}（{run['rid']}）", f"{run['valid']} ({run['rid']})")


def _levels(store: Store, point: Point, county: pd.DataFrame) -> tuple[dict[str, Any], pd.DataFrame] | None:
    """The run, and by it county and class -> firms; ``None`` where nothing was graded by then."""
    try:
        run, found = levels(store, point)
    except StateError as error:
        if error.code != "state.no_run":
            raise
        return None
    where = county["county"].reindex(found.index).fillna("")
    return run, pd.crosstab(where, found["in_effect"])


def _count(table: pd.DataFrame, county: str, level: str) -> int:
    known = county in table.index and level in table.columns
    return int(table[level].to_dict()[county]) if known else 0


def _warnings(warnings: Sequence[Listed]) -> Table:
    header = [
        t("代码", "code"),
        t("名称", "name"),
        t("预警级别", "level"),
        t("信号", "signals"),
        t("状态", "state"),
        t("责任人", "owner"),
        t("期限", "due"),
    ]
    waiting = [item for item in warnings if item.alert.waits]
    rows: list[list[Value]] = [
        [
            item.code,
            item.name,
            level_name(item.alert),
            t("；", "; ").join(dict.fromkeys(signal.name for signal in item.signals if signal.stands)),
            state_name(item.alert),
            item.alert.owner,
            item.alert.due_on,
        ]
        for item in waiting[:_URGENT]
    ]
    title = t(f"未结预警（{len(waiting)} 户）", f"Open warnings ({len(waiting)})")
    note = t(f"仅列最先到期的 {_URGENT} 户。", f"The first {_URGENT} due.") if len(waiting) > _URGENT else ""
    return Table("warnings", title, header, rows, note)


def _changes(store: Store, projection: Projection, since: date, warnings: Sequence[Listed]) -> Table:
    day = projection.point.valid
    rules = reports_policy().on(day)
    firms = projection.enterprises
    ended = firms[firms["state"].isin(rules.ended)]
    changes = [
        (change.was_level, change.level)
        for change in level_changes(store, since + timedelta(days=1), projection.point.seq, _MOST)
        if change.was_level and change.level and change.point.valid <= day
    ]
    counts: list[tuple[str, int]] = [
        (t("新设立", "founded"), _within(firms["founded_on"], since, day)),
        (t("注销、吊销、撤销、迁出", "ended"), _within(ended["approved_on"], since, day)),
        (t("报送年报", "reports filed"), _events(projection, "AnnualReport", "filed_on", since)),
        (t("行政处罚决定", "penalties decided"), _events(projection, "Case", "decided_on", since)),
        (t("投诉举报", "complaints"), _events(projection, "Complaint", "received_on", since)),
        (t("风险类别上升", "class rose"), sum(after > before for before, after in changes)),
        (t("风险类别下降", "class fell"), sum(after < before for before, after in changes)),
        (t("新预警（未结）", "new warnings, open"), sum(since < item.alert.opened_on <= day for item in warnings)),
    ]
    rows: list[list[Value]] = [[name, count] for name, count in counts]
    title = t(f"{since} 以来的变化", f"Changes since {since}")
    return Table("changes", title, [t("事项", "what"), t("数量", "count")], rows)


def _events(projection: Projection, kind: str, field: str, since: date) -> int:
    """Distinct firms and days of events; several sources tell of one."""
    frame = projection.history(kind, [field])
    frame = frame[frame["in_use"] & frame["eid"].notna()].drop_duplicates(["eid", field])
    return _within(frame[field], since, projection.point.valid)


def _within(column: pd.Series, since: date, day: date) -> int:
    return int(((column > np.datetime64(since)) & (column <= np.datetime64(day))).sum())
