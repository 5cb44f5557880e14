"""``credit-graph alerts``: early warning (风险预警): look for signals, and take each warning on until it is closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.commands.deciding import RoleOption, acting
from credit_graph.commands.links import progress_bar
from credit_graph.grading.alert_life import STEPS, Alert, assign, close, handle
from credit_graph.grading.alert_policy import alert_policy
from credit_graph.grading.policy import NOTICE
from credit_graph.jobs import alert_book, alert_list
from credit_graph.jobs import alerts as job
from credit_graph.jobs.alert_list import level_name, state_name
from credit_graph.jobs.decisions import Decision
from credit_graph.jobs.finding import find_firm
from credit_graph.jobs.withheld import Reader
from credit_graph.model.time import OPEN_SEQ
from credit_graph.server.roles import role, viewer
from credit_graph.text import joined, t

app = typer.Typer(help="风险预警：发现、分派、处置、销号 / early warning", no_args_is_help=True)

_UNVERIFIED = 20  # shown without --json
Codes = Annotated[list[str], typer.Argument(metavar="CODE…", help="代码或名称 / code or name")]
Code = Annotated[str, typer.Argument(metavar="CODE", help="代码或名称 / code or name")]
ByOption = Annotated[str | None, typer.Option("--by", help="经办人 / who acts; default: --actor")]
NoteOption = Annotated[str, typer.Option("--note", help="说明 / a note")]


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="alerts")


@app.command("run", help="查找风险信号，形成或更新预警 / look for signals now")
def run(
    dry: Annotated[bool, typer.Option("--dry-run", help="只显示，不写入 / tell only, keep nothing")] = False,
    by: ByOption = None,
    role: RoleOption = None,
    json: common.JsonOption = False,
) -> None:
    """Judge the city by policies/alerts.yml; repeated, it changes nothing."""
    with common.graph() as store, progress_bar(json) as report:
        found = job.run(store, acting(by, role, "alerts run"), report, keep=not dry)
    if json:
        common.print_json(_run_json(found))
        return
    common.console.print(f"{found.point.valid} {summary(found)}", style="bold", highlight=False)
    if dry:
        common.console.print(t("试运行，未写入。", "Told only; nothing was written."))
    elif found.seq is None:
        common.console.print(t("结果与上次相同，未写入。", "Same as the last time; nothing was written."))
    if found.graded and found.before is None:
        common.console.print(t("没有更早的分级结果可比。", "There is no earlier grading run to compare with."))
    if found.stale:
        zh, en = (
            "分级结果早于最新数据，请先运行 credit-graph grade。",
            "The classes are older than the data: grade first.",
        )
        common.console.print(t(zh, en))
    for rule, why in found.silent.items():
        common.console.print(t(f"未判断 {_rule(rule)}：{why.zh}", f"Not judged, {_rule(rule)}: {why.en}"))
    _print_unverified(found)
    common.console.print(t(*NOTICE), style="bold")


def summary(found: job.AlertRun) -> str:
    """What a run found, in one line."""
    opened, joined_, again = (found.steps[step] for step in ("opened", "joined", "reopened"))
    zh = f"新预警 {opened} 户，再次预警 {again} 户，新增信号 {joined_} 户，待办 {found.waiting} 户"
    zh += f"；信号新增 {found.signals} 条，消失 {found.ended} 条；待核实 {len(found.unverified)} 条"
    en = f"{opened} warnings, {again} opened again, {joined_} with more signals, {found.waiting} waiting; "
    en += f"{found.signals} signals began, {found.ended} ended; {len(found.unverified)} to be verified"
    return t(zh, en)


@app.command("list", help="问题清单 / list warnings")
def list_alerts(
    state: Annotated[
        list[str] | None, typer.Option("--state", help="open | assigned | handled | closed，可重复 / may be repeated")
    ] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="责任人 / owner")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="只列逾期 / only those past their term")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="写成表格文件 / write a workbook, FILE.xlsx")] = None,
    limit: common.LimitOption = 50,
    json: common.JsonOption = False,
) -> None:
    """Show warnings that are not closed, or those of the given states, the ones due first."""
    with common.graph() as store:
        found = alert_list.listed(store, states=state or (), owner=owner, overdue=overdue)
        if out is not None:
            common.log("export", {"by": "alerts list", "file": out.name, "warnings": len(found)})
    if out is not None:
        alert_book.write(out, found, clock.today())
        zh = f"问题清单 {len(found)} 条 → {out}"
        common.notes.print(t(zh, f"{len(found)} warnings → {out}"), highlight=False)
    if json:
        common.print_json([_json(item) for item in found])
        return
    columns = [t("代码", "code"), t("名称", "name"), t("级别", "level"), t("状态", "state"), t("期限", "due")]
    columns += [t("责任人", "owner"), t("信号", "signals")]
    rows = [_row(item) for item in found[:limit]]
    common.print_table(common.counted("风险预警", "Warnings", len(found), len(rows)), columns, rows)
    common.console.print(t(*NOTICE), style="bold")


@app.command("show", help="一户的预警、依据与办理过程 / one warning, its evidence and steps")
def show(code: Code, json: common.JsonOption = False) -> None:
    """Show every signal with the statements behind it, and every step with who took it."""
    with common.graph() as store:
        found, steps = alert_list.one(store, find_firm(store, code))
        reader = Reader(store, common.point(store, None, None), viewer(role(common.caller().role)))
        records = reader.records(sid for signal in found.signals for sid in signal.sids)
    if json:
        told = [records[sid] for sid in sorted(records)]
        common.print_json({**_json(found), "records": told, "steps": [_step(row) for row in steps]})
        return
    alert = found.alert
    head = f"{found.code} {found.name}"
    level, state = level_name(alert), state_name(alert)
    zh = f"{head}：{level}预警（第 {alert.round} 次，{alert.points} 分），{state}，期限 {alert.due_on}"
    en = f"{head}: {level} (round {alert.round}, {alert.points} points), {state}, due {alert.due_on}"
    common.console.print(t(zh, en), style="bold", highlight=False)
    for signal in found.signals:
        gone = "" if signal.stands else t("（已消失）", " (gone)")
        common.console.print(f"· {signal.found_on} {signal.name}：{signal.text}{gone}", highlight=False)
        for sid in signal.sids:
            record = records.get(sid, {"text": "", "source": ""})
            common.console.print(f"    {record['text']}（{record['source']}，{sid}）", highlight=False)
    common.console.print(t("办理过程：", "Steps:"))
    for row in steps:
        said = [t(*STEPS[row["step"]]), row.get("owner"), row.get("measure"), row.get("note")]
        text = joined(part for part in said if part)
        common.console.print(f"  {row['stepped_on']} {text}（{row['actor']}，{row['role']}）", highlight=False)
    common.console.print(t(*NOTICE), style="bold")


@app.command("assign", help="分派责任人 / give warnings to somebody")
def assign_alerts(
    codes: Codes,
    owner: Annotated[str, typer.Option("--owner", help="责任人 / owner")],
    due: Annotated[str | None, typer.Option("--due", help="另定期限 / another last day (YYYY-MM-DD)")] = None,
    note: NoteOption = "",
    by: ByOption = None,
    role: RoleOption = None,
) -> None:
    """All of them, or none where one can't be."""
    day = common.day("--due", due)
    said = job.screened(owner) or ""
    _take(codes, lambda alert, today: assign(alert, said, today, day, job.screened(note)), acting(by, role, said))


@app.command("handle", help="登记处置措施 / say what was done")
def handle_alert(
    codes: Codes,
    measure: Annotated[str, typer.Option("--measure", help="处置措施 / what was done")],
    note: NoteOption = "",
    by: ByOption = None,
    role: RoleOption = None,
) -> None:
    """Of warnings that are assigned."""
    said = job.screened(measure) or ""
    _take(codes, lambda alert, today: handle(alert, said, today, job.screened(note)), acting(by, role, said))


@app.command("close", help="销号 / close warnings")
def close_alert(codes: Codes, note: NoteOption = "", by: ByOption = None, role: RoleOption = None) -> None:
    """Of warnings that are handled; the note says on what ground."""
    said = job.screened(note) or ""
    _take(codes, lambda alert, today: close(alert, said, today), acting(by, role, said))


def _take(codes: list[str], step: Callable[[Alert, date], Alert], decision: Decision) -> None:
    with common.graph() as store:
        eids = [find_firm(store, code) for code in codes]
        done = job.take(store, eids, decision, step)
    for alert in done:
        zh = f"{alert.eid}：{state_name(alert)}，期限 {alert.due_on}"
        common.console.print(t(zh, f"{alert.eid}: {state_name(alert)}, due {alert.due_on}"), highlight=False)


def _rule(id_: str) -> str:
    rule = alert_policy().rule(clock.today(), id_)
    return t(rule.name.zh, rule.name.en) if rule else id_


def _row(item: alert_list.Listed) -> tuple[str, ...]:
    alert = item.alert
    texts = "；".join(signal.text for signal in item.signals if signal.stands)
    return (
        item.code,
        item.name,
        level_name(alert),
        state_name(alert),
        str(alert.due_on),
        alert.owner or "",
        texts,
    )


def _json(item: alert_list.Listed) -> dict[str, Any]:
    alert = item.alert
    names = "state round level points opened_on due_on owner measure note handled_on closed_on".split()
    return {
        "code": item.code,
        "name": item.name,
        "district": item.district,
        **{name: getattr(alert, name) for name in names},
        "overdue": alert.overdue(clock.today()),
        "signals": [
            {
                "rule": signal.rule,
                "text": signal.text,
                "round": signal.round,
                "points": signal.points,
                "found_on": signal.found_on,
                "stands": signal.stands,
                "records": list(signal.sids),
            }
            for signal in item.signals
        ],
        "notice": t(*NOTICE),
    }


def _step(row: dict[str, Any]) -> dict[str, Any]:
    names = "step state round level due_on owner measure note stepped_on actor role known_from".split()
    until = None if row["known_to"] == OPEN_SEQ else row["known_to"]
    return {**{name: row.get(name) for name in names}, "known_to": until}


def _run_json(found: job.AlertRun) -> dict[str, Any]:
    return {
        "batch": found.seq,
        "known": found.point.seq,
        "valid": found.point.valid,
        **found.steps,
        "signals": found.signals,
        "ended": found.ended,
        "waiting": found.waiting,
        "unchanged": found.seq is None,
        "grade_run": found.graded,
        "before_run": found.before,
        "stale": found.stale,
        "silent": {rule: t(why.zh, why.en) for rule, why in found.silent.items()},
        "unverified": [
            {
                "rule": row.rule,
                "why": t(row.why.zh, row.why.en),
                "record": row.sid,
                "firms": row.firms,
                "codes": row.eids,
            }
            for row in found.unverified
        ],
        "notice": t(*NOTICE),
    }


def _print_unverified(found: job.AlertRun) -> None:
    """What may be something: no warning before somebody has verified it."""
    if not found.unverified:
        return
    columns = [t("规则", "rule"), t("原因", "why"), t("记录", "record"), t("可能涉及的企业", "firms")]
    rows = [
        (_rule(row.rule), t(row.why.zh, row.why.en), row.sid, joined(row.eids) or t(f"{row.firms} 户", str(row.firms)))
        for row in found.unverified[:_UNVERIFIED]
    ]
    title = common.counted("待核实（不作预警）", "To be verified, no warning", len(found.unverified), len(rows))
    common.print_table(title, columns, rows)
