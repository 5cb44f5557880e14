"""``credit-graph level history | changes``: how credit-risk classes changed from run to run (分类变化)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from credit_graph.commands import common
from credit_graph.errors import UsageError
from credit_graph.grading.lines import Difference
from credit_graph.grading.policy import NOTICE
from credit_graph.jobs import level_history as job
from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.finding import find_firm
from credit_graph.jobs.level_history import LevelChange
from credit_graph.jobs.names import names
from credit_graph.server.roles import role
from credit_graph.text import t

_MOST = 3  # differences told of one change


def history(
    code: Annotated[str, typer.Argument(metavar="CODE", help="代码或名称 / code or name")],
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    as_json: common.JsonOption = False,
) -> None:
    """Print every change of one firm's class or score, the latest first, with the points that made it."""
    role(common.caller().role).require("evidence")
    with common.graph() as store:
        point = common.point(store, valid, known)
        eid = find_firm(store, code)
        found = job.level_history(store, [eid], point)[eid]
        why = job.differences(store, found)
        name = names(store, [eid], point).get(eid, "")
    if as_json:
        common.print_json([_shown(change, name, why) for change in found])
        return
    common.print_table(
        t(f"{eid} {name} 信用风险分类变化（{len(found)}）", f"{eid} {name}: changes of class ({len(found)})"),
        _columns()[2:],
        [_cells(change, name, why)[2:] for change in found],
    )
    common.console.print(t(*NOTICE), style="bold")


def changes(
    since: Annotated[str | None, typer.Option("--since", help="自何日起 / since this day (YYYY-MM-DD)")] = None,
    limit: common.LimitOption = 50,
    as_json: common.JsonOption = False,
) -> None:
    """Print the firms that changed from one class to another since a day, the latest first."""
    role(common.caller().role).require("evidence")
    day = common.past_day("--since", since)
    if day is None:
        raise UsageError("usage.bad_value", option="--since", value="", why="YYYY-MM-DD")
    with common.graph() as store:
        point = common.point(store, None, None)
        found = job.level_changes(store, day, last_seq(store), limit + 1)
        shown = found[:limit]
        why = job.differences(store, shown)
        called = names(store, [change.eid for change in shown], point)
    if as_json:
        common.print_json([_shown(change, called.get(change.eid), why) for change in shown])
        return
    more = t("，更早的未显示，--limit 可改", ", earlier ones are not shown; see --limit") if len(found) > limit else ""
    common.print_table(
        t(f"{day} 以来级别变化（{len(shown)}{more}）", f"changes of class since {day} ({len(shown)}{more})"),
        _columns(),
        [_cells(change, called.get(change.eid, ""), why) for change in shown],
    )
    common.console.print(t(*NOTICE), style="bold")


def _columns() -> list[str]:
    first = [t("代码", "code"), t("名称", "name"), t("有效日", "valid"), t("已知批次", "known"), t("变化", "change")]
    return [*first, t("得分", "score"), t("原因（分值变化）", "why (change of points)"), t("分级", "run")]


def _cells(change: LevelChange, name: str, why: Mapping[str, Sequence[Difference]]) -> tuple[Any, ...]:
    level = f"{change.was_level or '—'} → {change.level or '—'}"
    score = " → ".join("—" if value is None else str(value) for value in (change.was_score, change.score))
    told = why.get(change.gid, ())
    texts = [f"{t(*item.name)} {item.after - item.before:+d}" for item in told[:_MOST]]
    more = [t(f"另有 {len(told) - _MOST} 项", f"{len(told) - _MOST} more")] if len(told) > _MOST else []
    point = change.point
    return (change.eid, name, point.valid, point.seq, level, score, t("；", "; ").join([*texts, *more]), change.run)


def _shown(change: LevelChange, name: str | None, why: Mapping[str, Sequence[Difference]]) -> dict[str, Any]:
    return {
        "code": change.eid,
        "name": name,
        "valid": change.point.valid,
        "known": change.point.seq,
        "use_day": change.point.use,
        "policy": change.policy,
        "run": change.run,
        "before": change.was_level,
        "level": change.level,
        "score_before": change.was_score,
        "score": change.score,
        "direct_rule": change.direct_rule,
        "why": [
            {"indicator": item.id, "name": t(*item.name), "before": item.before, "points": item.after}
            for item in why.get(change.gid, ())
        ],
    }
