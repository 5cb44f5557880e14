"""``credit-graph batch list | show | undo``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from credit_graph.commands import common, regrading
from credit_graph.commands.load import print_batches
from credit_graph.jobs import batches
from credit_graph.jobs.undo import undo as run_undo
from credit_graph.text import t

# properties of a batch beside its counters, as ``batch show`` names them
_SHOWN = {
    "state": ("状态", "state"),
    "committed_on": ("提交日期", "committed on"),
    "as_of": ("数据所述日期", "day it speaks of"),
    "scope": ("范围", "scopes"),
    "snapshot": ("完整快照", "complete for its scopes"),
    "actor": ("操作人", "by"),
    "role": ("角色", "role"),
    "second": ("第二决定人", "second person"),
    "reverses": ("冲销批次", "reverses batch"),
    "replays": ("重放批次", "replays batch"),
    "file_sha256": ("文件 SHA-256", "SHA-256 of the file"),
    "definition_version": ("定义版本", "version of the definition"),
    "program": ("程序版本", "version of the program"),
}
app = typer.Typer(help="批次 / batches", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="batch")


@app.command("list", help="列出批次及其状态 / batches, newest first")
def list_batches(
    limit: Annotated[int, typer.Option(help="条数 / how many")] = 20, as_json: common.JsonOption = False
) -> None:
    """Show batches, unfinished ones first of all, and the scopes that are late."""
    with common.graph() as store:
        found = batches.recent(store, limit)
    if as_json:
        common.print_json({"batches": [{**b.report(), "state": b.properties["state"]} for b in found]})
        return
    print_batches([b.report() for b in found], title=t("批次", "Batches"))
    for batch in found:
        if batch.properties["state"] == "writing":
            common.console.print(
                t(
                    f"批次 {batch.seq} 未完成：重新运行同一 load 命令续传，或 credit-graph batch undo {batch.seq}",
                    f"Batch {batch.seq} is unfinished: run the same load again, or batch undo {batch.seq}",
                )
            )


@app.command("show", help="一个批次的全部信息 / all that is known of one batch")
def show(
    seq: Annotated[int, typer.Argument(help="批次号 / seq")],
    as_json: common.JsonOption = False,
) -> None:
    """One batch: what it read, in which units, for which scopes and day, by whom, and what became of its rows."""
    with common.graph() as store:
        batch = batches.find(store, seq)
    known = {name: value for name, value in batch.properties.items() if name in _SHOWN}
    if as_json:
        common.print_json({**batch.report(), **known})
        return
    print_batches([batch.report()], title=t(f"批次 {seq}", f"Batch {seq}"))
    for name, (zh, en) in _SHOWN.items():
        if value := known.get(name):
            common.console.print(f"  {t(zh, en)}: {_said(value)}", highlight=False, soft_wrap=True)


def _said(value: Any) -> str:
    """A property as it is shown."""
    words = {"committed": t("已提交", "committed"), "writing": t("未完成", "unfinished"), "True": t("是", "yes")}
    return words.get(str(value), str(value))


@app.command("undo", help="撤销一个批次 / take a batch back")
def undo(seq: Annotated[int, typer.Argument(help="批次号 / seq")]) -> None:
    """Remove an unfinished batch, or reverse a committed one by a compensating batch."""
    caller = common.caller()
    with common.graph() as store:
        new_seq = run_undo(store, seq, caller.actor, caller.role)
        regrading.follow(store)
    if new_seq is None:
        common.console.print(t(f"批次 {seq} 未提交，已移除。", f"Batch {seq} was not committed; it is removed."))
    else:
        common.console.print(t(f"批次 {seq} 已由批次 {new_seq} 冲销。", f"Batch {seq} is reversed by batch {new_seq}."))
