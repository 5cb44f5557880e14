"""``credit-graph hold add | lift | list``: keep a record from use on some channels (停用标记)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from credit_graph import clock
from credit_graph.commands import common, deciding, regrading
from credit_graph.commands.deciding import ByOption, FromOption, RoleOption, ToOption
from credit_graph.errors import UsageError
from credit_graph.jobs import decisions
from credit_graph.jobs.decisions import StandingHold
from credit_graph.model.kinds import CHANNELS, DECISION_KINDS, WORK_KINDS
from credit_graph.model.statement import Statement
from credit_graph.store import Store
from credit_graph.text import joined, t

app = typer.Typer(help="停用标记：修复、撤销、到期 / keep records from use", no_args_is_help=True)

BasisOption = Annotated[str, typer.Option("--basis", help="依据，如文书号 / on what basis, e.g. a document number")]


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="hold")


@app.command("add", help="停用一条记录 / put a record on hold")
def add(
    statement: Annotated[str | None, typer.Argument(help="记录编号 / a statement of the record")] = None,
    reason: Annotated[
        str, typer.Option("--reason", help="repaired | withdrawn | expired | deleted_by_source | paused")
    ] = "",
    basis: BasisOption = "",
    source: Annotated[str | None, typer.Option("--source", help="数据源 / source of the record")] = None,
    key: Annotated[str | None, typer.Option("--key", help="记录键 / its natural key")] = None,
    event_day: Annotated[
        str | None, typer.Option("--event-day", help="只停用此日开始的 / only what begins then")
    ] = None,
    channels: Annotated[str, typer.Option("--channels", help=" | ".join(CHANNELS))] = ",".join(CHANNELS[:3]),
    start: FromOption = None,
    end: ToOption = None,
    by: ByOption = None,
    role: RoleOption = None,
) -> None:
    """Put a record, named by a statement id or by source and key, on hold for some channels."""
    decision = deciding.decision(by, role, basis, "--basis")
    with common.graph() as store:
        named = _record(store, statement, source, key)
        seq = decisions.place_hold(
            store,
            *named,
            reason,
            decision,
            start=common.day("--from", start) or clock.today(),
            end=common.day("--to", end),
            event_day=common.day("--event-day", event_day),
            channels=[name.strip() for name in channels.split(",") if name.strip()],
        )
        placed = _placed(store, seq)
        regrading.follow(store)
    common.console.print(
        t(
            f"已停用：{placed}（批次 {seq}，{' '.join(named)}）。",
            f"On hold: {placed} (batch {seq}, {' '.join(named)}).",
        ),
        highlight=False,
    )


@app.command("lift", help="解除停用 / lift a hold")
def lift(
    hold: Annotated[str, typer.Argument(metavar="HOLD", help="停用标记编号，见 hold list / id of the hold")],
    basis: BasisOption = "",
    by: ByOption = None,
    role: RoleOption = None,
) -> None:
    """Lift a hold that the bureau placed; what a source placed only the source lifts."""
    decision = deciding.decision(by, role, basis, "--basis")
    with common.graph() as store:
        seq = decisions.lift(store, hold, decision)
        regrading.follow(store)
    common.console.print(t(f"已解除（批次 {seq}）。", f"Lifted (batch {seq})."), highlight=False)


@app.command("list", help="列出停用标记 / list holds")
def list_holds(
    lifted: Annotated[bool, typer.Option("--all", help="包括已解除的 / also those lifted")] = False,
    source: Annotated[
        str | None, typer.Option("--source", help="只列此数据源 / on records of this source only")
    ] = None,
    limit: common.LimitOption = 50,
    as_json: common.JsonOption = False,
) -> None:
    """Show what is on hold, since when, for which channels, on what basis and by whom; the bureau's own first."""
    with common.graph() as store:
        found = [_shown(item) for item in decisions.holds(store, source, lifted=lifted)]
    if as_json:
        common.print_json(found)
        return
    columns = [
        t("编号", "id"),
        t("数据源", "source"),
        t("记录键", "key"),
        t("事件日", "event day"),
        t("原因", "reason"),
        t("渠道", "channels"),
        t("起", "from"),
        t("止", "to"),
        t("依据", "basis"),
        t("决定人", "by"),
        t("状态", "state"),
    ]
    found.sort(key=lambda item: item["placed_by"] != decisions.SOURCE)
    rows = [[_said(name, item[name]) for name in _FIELDS] for item in found[:limit]]
    common.print_table(common.counted("停用标记", "Holds", len(found), len(rows)), columns, rows)


_FIELDS = ("id", "source", "key", "event_day", "reason", "channels", "from", "to", "basis", "by", "state")


def _shown(item: StandingHold) -> dict[str, Any]:
    statement = item.statement
    said = statement.content
    state = t("有效", "in force") if item.in_force else t("未到期或已届满", "not today")
    if item.lifted is not None:
        state = t(f"已于批次 {item.lifted} 解除", f"lifted by batch {item.lifted}")
    return {
        "id": statement.sid,
        "source": said.get("held_source"),
        "key": said.get("held_key"),
        "event_day": said.get("event_day"),
        "reason": said.get("reason"),
        "channels": said.get("channels"),
        "from": deciding.shown_day(statement.valid_from),
        "to": deciding.shown_day(statement.valid_to),
        "basis": said.get("basis"),
        "by": said.get("actor") or statement.source,
        "placed_by": statement.source,
        "in_force": item.in_force,
        "lifted": item.lifted,
        "state": state,
    }


def _said(name: str, value: Any) -> Any:
    """A cell of the table: codes in words, as ``--json`` gives them in English."""
    if name == "reason" and value in _REASONS:
        return t(*_REASONS[value])
    if name == "channels":
        return joined(t(*_CHANNELS[channel]) for channel in value.split(","))
    return value


_REASONS = {
    "repaired": ("信用修复", "repaired"),
    "withdrawn": ("撤销", "withdrawn"),
    "expired": ("届满", "expired"),
    "deleted_by_source": ("来源已删除", "deleted by source"),
    "paused": ("暂停公示", "paused"),
}
_CHANNELS = {
    "public": ("公开", "public"),
    "departments": ("部门", "departments"),
    "grading": ("分级", "grading"),
    "internal": ("内部", "internal"),
}


def _record(store: Store, statement: str | None, source: str | None, key: str | None) -> tuple[str, str]:
    """Source and key of the record, given so or by one of its statements."""
    if statement is None and source and key:
        return source, key
    if statement is None or source or key:
        why = t("给出记录编号，或 --source 与 --key", "a statement id, or --source and --key")
        raise UsageError("usage.bad_value", option="STATEMENT", value=statement or "", why=why)
    rows = store.read("read/statement", sid=statement)
    if not rows:
        raise UsageError("usage.unknown_entity", what=statement)
    if rows[0]["record"]["kind"] in (*DECISION_KINDS, *WORK_KINDS):
        why = t("这是一个停用标记、认定或预警", "it is a hold itself, a decision, or a warning")
        raise UsageError("usage.bad_value", option="STATEMENT", value=statement, why=why)
    return rows[0]["record"]["source"], rows[0]["record"]["key"]


def _placed(store: Store, seq: int) -> str:
    """The id of the hold that a batch placed."""
    records = [Statement.from_properties(row["record"]) for row in store.read("read/records_opened", seq=seq)]
    return next(record.sid for record in records if record.kind == "Hold")
