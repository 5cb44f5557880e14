"""``credit-graph quarantine list | show | export | replay``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from credit_graph.commands import common, regrading
from credit_graph.commands.load import AcceptOption, print_batches
from credit_graph.errors import InputError
from credit_graph.ingest.files import shown
from credit_graph.ingest.reasons import reason_text
from credit_graph.jobs import quarantine as room
from credit_graph.jobs import quarantinebook as book
from credit_graph.jobs.replay import replay as run_replay
from credit_graph.text import t

app = typer.Typer(help="隔离的行 / rows that were refused", no_args_is_help=True)

SourceOption = Annotated[str | None, typer.Option("--source", help="只看此数据源 / of this source only")]
BatchOption = Annotated[int | None, typer.Option("--batch", help="只看此批次 / of this batch only")]
AllOption = Annotated[bool, typer.Option("--all", help="含已重放的行 / with rows that were accepted since")]


@app.command("list", help="列出隔离的行 / list refused rows")
def list_rows(
    source: SourceOption = None,
    batch: BatchOption = None,
    everything: AllOption = False,
    limit: common.LimitOption = 50,
    as_json: common.JsonOption = False,
) -> None:
    """Rows that are refused, with reason, column, value, file, row and version."""
    with common.graph() as store:
        found = room.quarantined(store, source, batch, replayed=everything)
    if as_json:
        common.print_json(found)
        return
    columns = [
        t("编号", "id"),
        t("文件", "file"),
        t("行", "row"),
        t("列", "column"),
        t("值", "value"),
        t("原因", "reason"),
    ]
    rows = [[r["id"], r["path"], r["row"], r["column"], r["value"], reason_text(r["reason"])] for r in found[:limit]]
    if everything:
        columns.append(t("重放批次", "replayed"))
        rows = [[*row, item.get("replayed")] for row, item in zip(rows, found, strict=False)]
    common.print_table(common.counted("隔离的行", "Refused rows", len(found), len(rows)), columns, rows)


@app.command("show", help="一行的全部内容 / one row in full")
def show_row(
    wanted: Annotated[str, typer.Argument(metavar="ID", help="批次:行 / SEQ:ROW")],
    as_json: common.JsonOption = False,
) -> None:
    """One refused row: every cell (screened), why it was refused, and by which definition."""
    with common.graph() as store:
        found = room.row(store, wanted)
    if as_json:
        common.print_json(found)
        return
    replayed = [(t("重放批次", "replayed"), found["replayed"])] if found["replayed"] else []
    common.print_table(
        f"{found['path']} : {found['row']}",
        [t("列", "column"), t("值", "value")],
        [*found["cells"].items(), (t("定义版本", "definition"), found["definition_version"]), *replayed],
    )
    for reason in found["reasons"]:
        common.console.print(f"{reason['column']} {reason['value']}: {reason_text(reason['reason'])}", highlight=False)


@app.command("export", help="导出隔离的行供更正 / write refused rows to a workbook, to be corrected")
def export(
    path: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="新文件 / a new file")],
    source: SourceOption = None,
    batch: BatchOption = None,
) -> None:
    """One sheet per source: why each row was refused, and all its cells (screened)."""
    with common.graph() as store:
        count = book.write(path, room.refused(store, source, batch))
        if count:
            common.log("export", {"by": "quarantine", "file": path.name, "rows": count})
    name = shown(str(path))
    zh, en = f"已导出 {count} 行 → {name}", f"{count} rows → {name}"
    if not count:
        zh, en = "没有隔离的行，未写文件", "no row is refused; no file was written"
    common.console.print(t(zh, en), highlight=False, soft_wrap=True)


@app.command("replay", help="重新检查隔离的行 / check refused rows again, load what is accepted")
def replay(
    path: Annotated[
        Path | None, typer.Argument(metavar="[FILE.xlsx]", help="更正后的工作簿 / corrected workbook")
    ] = None,
    source: SourceOption = None,
    accept_closures: AcceptOption = 0,
    as_json: common.JsonOption = False,
) -> None:
    """With a file: its rows; without: all refused rows, by the definitions and policies as they are now."""
    corrections = book.read(path) if path is not None else None
    caller = common.caller()
    with common.graph() as store, common.progress(show=not as_json) as report:
        if corrections is not None:
            known = {(item.origin.seq, number) for item in room.refused(store) for number in item.rows}
            if unknown := sorted(set(corrections) - known):
                seq, number = unknown[0]
                why = t(f"批次 {seq} 第 {number} 行未被隔离", f"row {number} of batch {seq} was not refused")
                raise InputError("input.not_an_export", path=shown(str(path)), why=why)
        result = run_replay(store, corrections, source, accept_closures, caller.actor, caller.role, report)
        regrading.follow(store)
    if as_json:
        common.print_json(result.as_dict())
        return
    if result.batches:
        print_batches(result.batches, title=t("重放结果", "Replayed"))
    accepted = sum(item["read"] - item["quarantined"] for item in result.batches)
    zh, en = (
        f"接受 {accepted} 行，仍隔离 {result.refused} 行",
        f"{accepted} rows accepted, {result.refused} still refused",
    )
    common.console.print(t(zh, en), highlight=False)
    for note in result.notes:
        common.console.print(f"  {note}", highlight=False, soft_wrap=True)
