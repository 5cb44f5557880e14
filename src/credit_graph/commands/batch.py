"""``credit-graph batch list | undo``."""

from __future__ import annotations

from typing import Annotated

import typer

from credit_graph.commands import common
from credit_graph.commands.load import print_batches
from credit_graph.jobs import batches
from credit_graph.jobs.undo import undo as run_undo
from credit_graph.text import t

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


@app.command("undo", help="撤销一个批次 / take a batch back")
def undo(seq: Annotated[int, typer.Argument(help="批次号 / seq")]) -> None:
    """Remove an unfinished batch, or reverse a committed one by a compensating batch."""
    caller = common.caller()
    with common.graph() as store:
        new_seq = run_undo(store, seq, caller.actor, caller.role)
    if new_seq is None:
        common.console.print(t(f"批次 {seq} 未提交，已移除。", f"Batch {seq} was not committed; it is removed."))
    else:
        common.console.print(t(f"批次 {seq} 已由批次 {new_seq} 冲销。", f"Batch {seq} is reversed by batch {new_seq}."))
