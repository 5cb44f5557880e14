"""``credit-graph level``: how classes changed, and what people decide of them (分类变化、分类认定)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import typer

from credit_graph.commands import common, deciding, level_changes, level_export, regrading
from credit_graph.commands.deciding import ByOption, RoleOption
from credit_graph.errors import UsageError
from credit_graph.grading.leading import OVERRIDE
from credit_graph.grading.policy import NOTICE
from credit_graph.jobs import level_decisions as job
from credit_graph.jobs.finding import find_firm
from credit_graph.model.time import DAY_MAX
from credit_graph.store import Store
from credit_graph.text import t

app = typer.Typer(help="分类变化与认定：人工调整、以何为准 / changes of class, decisions", no_args_is_help=True)

WhyOption = Annotated[str, typer.Option("--why", help="理由，如核实情况、文书号 / why: what was found, a document")]


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    app.command("history", help="一户的级别与得分变化 / how one firm's class changed")(level_changes.history)
    app.command("changes", help="某日以来的级别变化 / changes of class since a day")(level_changes.changes)
    app.command("export", help="导出全部分类供其他部门使用 / all classes as files for other departments")(
        level_export.export
    )
    deciding.add_undo(app, job.undo, _regraded)
    parent.add_typer(app, name="level")


def _regraded(store: Store) -> str:
    regrading.follow(store)
    return ""


@app.command("override", help="人工调整一户的类别 / give a firm another class")
def override(
    code: Annotated[str, typer.Argument(metavar="CODE", help="代码或名称 / code or name")],
    level: Annotated[str, typer.Argument(metavar="LEVEL", help="A | B | C | D")],
    until: Annotated[str | None, typer.Option("--until", help="有效至（含） / the last day on which it holds")] = None,
    why: WhyOption = "",
    by: ByOption = None,
    role: RoleOption = None,
) -> None:
    """Give one firm another class for a time; the computed one is shown beside it."""
    decision = deciding.decision(by, role, why)
    day = common.day("--until", until)
    if day is None:
        why_not = t("必须说明有效至哪一天", "the last day must be given")
        raise UsageError("usage.bad_value", option="--until", value="", why=why_not)
    with common.graph() as store:
        made = job.override(store, find_firm(store, code), level.strip().upper(), day, decision)
        regrading.follow(store)
    common.console.print(t(f"已调整（{made}），有效至 {day}。", f"Decided ({made}), until {day}."), highlight=False)
    common.console.print(t(*NOTICE), style="bold")


@app.command("own", help="以本级分类为准 / let the bureau's own classes lead")
def own(
    until: Annotated[str | None, typer.Option("--until", help="有效至（含） / the last day on which it holds")] = None,
    why: WhyOption = "",
    by: ByOption = None,
    role: RoleOption = None,
) -> None:
    """Use the bureau's own classes where the province's would lead; both are shown."""
    decision = deciding.decision(by, role, why)
    day = common.day("--until", until)
    with common.graph() as store:
        made = job.lead_own(store, day, decision)
    common.console.print(
        t(f"自今日起以本级分类为准（{made}）。", f"From today on the bureau's own classes lead ({made})."),
        highlight=False,
    )


@app.command("list", help="列出分类认定 / list decisions")
def list_decisions(
    every: Annotated[bool, typer.Option("--all", help="包括已届满、已撤销的 / also those ended or undone")] = False,
    limit: common.LimitOption = 50,
    as_json: common.JsonOption = False,
) -> None:
    """Show what was decided of which firm, by whom, why and until when, the latest first."""
    with common.graph() as store:
        found = [_shown(item) for item in job.decided(store, every=every)]
    if as_json:
        common.print_json(found)
        return
    columns = [t("编号", "id"), t("主体", "firm"), t("认定", "decision"), t("理由", "why"), t("认定人", "by")]
    columns += [t("角色", "role"), t("日期", "day"), t("有效至", "until"), t("状态", "state")]
    names = ("id", "firm", "text", "why", "by", "role", "day", "until", "state")
    rows = [[row[name] for name in names] for row in found[:limit]]
    common.print_table(common.counted("分类认定", "Decisions on classes", len(found), len(rows)), columns, rows)


def _shown(item: job.Decided) -> dict[str, Any]:
    statement = item.statement
    said = statement.content
    ended = item.undone is None and not item.in_force
    state = t("已届满", "ended") if ended else deciding.state_text(item.undone)
    text = t(f"{said.get('level')} 类", f"class {said.get('level')}")
    if said["decision"] != OVERRIDE:
        text = t("以本级分类为准", "the bureau's own classes lead")
    return {
        "id": statement.sid,
        "firm": statement.eid,
        "decision": said["decision"],
        "level": said.get("level"),
        "text": text,
        "why": said["basis"],
        "by": said["actor"],
        "role": said["role"],
        "day": said["decided_on"],
        "until": None if statement.valid_to == DAY_MAX else statement.valid_to - timedelta(days=1),
        "known_from": statement.known_from,
        "undone": item.undone,
        "in_force": item.in_force,
        "state": state,
    }
