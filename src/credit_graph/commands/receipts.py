"""``credit-graph receipt add | import | list | undo``: from which day GSXT or 信用中国 shows a record (公示回执)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph.commands import common, deciding
from credit_graph.commands.deciding import ByOption, RoleOption
from credit_graph.jobs import receipt_book as book
from credit_graph.jobs import receipt_file
from credit_graph.jobs.receipt_book import Known, Refused
from credit_graph.lists.receipts import CHANNEL_NAMES
from credit_graph.text import t

app = typer.Typer(help="公示回执：公示系统、信用中国 / receipts of publication", no_args_is_help=True)

_REFUSED = 20  # shown without --json


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    deciding.add_undo(app, book.undo, lambda _: "")
    parent.add_typer(app, name="receipt")


@app.command("add", help="记录一份公示回执 / record a receipt")
def add(
    wanted: Annotated[str, typer.Argument(metavar="CODE-OR-NUMBER", help="文号、记录编号或代码 / what is shown")],
    channel: Annotated[str, typer.Option("--channel", help="gsxt | credit_china")],
    number: Annotated[str, typer.Option("--number", help="回执编号 / number of the receipt")],
    day: Annotated[str, typer.Option("--on", help="公示之日 / shown from (YYYY-MM-DD)")],
    by: ByOption = None,
    role: RoleOption = None,
) -> None:
    """Clocks that run from publication start on that day; one receipt per record and channel."""
    stated = book.Stated(wanted.strip(), channel.strip(), number, day.strip())
    with common.graph() as store:
        done = book.record(store, [stated], deciding.decision(by, role, "receipt"))
    (made,) = done.receipts
    common.console.print(
        t(f"已记录 {made.sid}（批次 {done.seq}）。", f"Recorded {made.sid} (batch {done.seq})."), highlight=False
    )


@app.command("import", help="成批记录公示回执（CSV、XLSX） / record a file of receipts")
def import_file(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="列：文号、公示渠道、回执编号、公示日期 / columns")],
    channel: Annotated[str | None, typer.Option("--channel", help="未写明时的渠道 / where a row names none")] = None,
    refused: Annotated[Path | None, typer.Option("--refused", help="未记录的行写入此文件 / FILE.xlsx, new")] = None,
    by: ByOption = None,
    role: RoleOption = None,
    as_json: common.JsonOption = False,
) -> None:
    """What can be recorded is; every other row is told with its column and why."""
    rows = receipt_file.read(path, channel)
    with common.graph() as store, common.progress(show=not as_json) as report:
        decision = deciding.decision(by, role, path.name)
        done = book.record(store, rows, decision, names=receipt_file.NAMES, partial=True, progress=report)
    if refused is not None and done.refused:
        common.log("export", {"by": "receipt import", "file": refused.name, "rows": len(done.refused)})
        receipt_file.write_refused(refused, done.refused)
    if as_json:
        told = [_refused(item) for item in done.refused]
        common.print_json({"batch": done.seq, "recorded": len(done.receipts), "refused": told})
        return
    zh = f"共 {len(rows)} 行：已记录 {len(done.receipts)}，未记录 {len(done.refused)}。"
    en = f"{len(rows)} rows: {len(done.receipts)} recorded, {len(done.refused)} refused."
    common.console.print(t(zh, en), highlight=False)
    for item in done.refused[:_REFUSED]:
        where = t(f"第 {item.stated.row} 行 {item.column}", f"row {item.stated.row}, {item.column}")
        common.notes.print(f"{where}: {item.error.code} {item.error}", highlight=False, soft_wrap=True)
    if len(done.refused) > _REFUSED:
        common.notes.print(t("其余见 --refused 或 --json", "the others: --refused or --json"), highlight=False)


@app.command("list", help="列出公示回执 / list receipts")
def show(
    undone: Annotated[bool, typer.Option("--all", help="包括已撤销的 / also those undone")] = False,
    limit: common.LimitOption = 50,
    as_json: common.JsonOption = False,
) -> None:
    """Which record is shown where, from which day, by which receipt; those of proceedings: ``list show``."""
    with common.graph() as store:
        found = [_shown(item) for item in book.known(store, undone=undone)]
    if as_json:
        common.print_json(found)
        return
    columns = [t("编号", "id"), t("渠道", "channel"), t("回执编号", "receipt"), t("公示日", "shown from")]
    columns += [t("文号", "document"), t("数据源", "source"), t("记录键", "key"), t("记录人", "by"), t("状态", "state")]
    names = ("id", "channel_name", "number", "on", "document", "source", "key", "by", "state")
    rows = [[item[name] for name in names] for item in found[:limit]]
    common.print_table(common.counted("公示回执", "Receipts", len(found), len(rows)), columns, rows)


def _shown(item: Known) -> dict[str, Any]:
    said = item.statement.content
    channel = next(words for id_, words in CHANNEL_NAMES.items() if id_ == said["channel"])
    return {
        "id": item.statement.sid,
        "channel": said["channel"],
        "channel_name": t(*channel),
        "number": said["number"],
        "on": said["shown_on"],
        "kind": said["shown_kind"],
        "source": said["shown_source"],
        "key": said["shown_key"],
        "document": said.get("shown_document"),
        "by": said["actor"],
        "role": said["role"],
        "undone": item.undone,
        "state": deciding.state_text(item.undone),
    }


def _refused(item: Refused) -> dict[str, Any]:
    stated = item.stated
    return {
        "row": stated.row,
        "column": item.column,
        "code": item.error.code,
        "why": str(item.error),
        "cells": [stated.what, stated.channel, stated.number, stated.day],
    }
