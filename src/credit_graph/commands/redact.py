"""``credit-graph redact``: what of a text must not leave the bureau, and what a person lets leave."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.commands.deciding import ByOption, RoleOption, WhyOption, add_undo, decision, state_text
from credit_graph.jobs import text_decisions as job
from credit_graph.lists.textscan import masked, scanner
from credit_graph.text import t

app = typer.Typer(help="公示前处理 / redaction before anything is published", no_args_is_help=True)
_PATH = re.compile(r"[/\\\\]|\.(txt|md|csv|tsv|json|html?|xml|docx?|xlsx?|pdf)$", re.IGNORECASE)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    add_undo(app, job.undo, lambda store: t("该文字重新待核对。", "The text is held again."))
    parent.add_typer(app, name="redact")


@app.command("check", help="查找文本中不得公开的内容 / find what must not leave in a text")
def check(
    what: Annotated[str, typer.Argument(metavar="FILE|TEXT", help="文件（UTF-8）、文字，或 - / file, text, or -")],
    as_json: common.JsonOption = False,
) -> None:
    """Tell what is found, masked, with its place and the rule; nothing is written and no graph is read."""
    text = _text(what)
    scan = scanner(clock.today())
    found = []
    for item in scan.scan(text):
        look, before = scan.looks[item.what], text[: item.start]
        found.append(
            {
                "what": item.what,
                "name": t(look.name.zh, look.name.en),
                "line": before.count("\n") + 1,
                "column": item.start - (before.rfind("\n") + 1) + 1,
                "length": item.end - item.start,
                "masked": " ".join(masked(text, [item])[item.start : item.end].split()),
                "basis": look.basis.source,
            }
        )
    if as_json:
        common.print_json(found)
    elif not found:
        common.console.print(
            t(
                "没有发现。不认识的姓名无法发现，仍须人工核对。",
                "Nothing found. A name that nobody knows is not found: a person still has to look.",
            )
        )
    else:
        names = (t("内容", "what"), t("行", "line"), t("列", "column"), t("字数", "length"), t("遮盖后", "masked"))
        rows = [(*list(item.values())[1:6], item["basis"]) for item in found]
        common.print_table(t("不得公开", "Must not leave"), (*names, t("依据", "basis")), rows)


@app.command("pass", help="核对后准予公开某一文字 / let a text leave after a person has looked at it")
def let_pass(
    sid: Annotated[str, typer.Argument(metavar="RECORD", help="记录编号 / the statement")],
    field: Annotated[str, typer.Argument(metavar="FIELD", help="字段，如 reason / field")],
    why: WhyOption = "",
    by: ByOption = None,
    role: RoleOption = None,
) -> None:
    """That text alone, by its hash: another text of the field is held again. No refusal of the law is undone."""
    with common.graph() as store:
        made = job.let_leave(store, sid, field, decision(by, role, why))
    common.console.print(t(f"准予公开：{made}", f"It may leave: {made}"), highlight=False)


@app.command("list", help="已准予公开的文字 / texts that people let leave")
def list_decided(
    every: Annotated[bool, typer.Option("--all", help="含已撤销的 / also those undone")] = False,
    as_json: common.JsonOption = False,
) -> None:
    """Who decided, when and why; the texts themselves are kept as hashes."""
    with common.graph() as store:
        found = job.decided(store, every=every)
    names = "field text decided_on basis actor role".split()
    rows = [{"id": item.statement.sid, **{n: item.statement.content[n] for n in names}} for item in found]
    if as_json:
        common.print_json([{**row, "undone": item.undone} for row, item in zip(rows, found, strict=True)])
        return
    columns = ["id", t("字段", "field"), t("日期", "day"), t("理由", "why"), t("认定人", "by"), t("状态", "state")]
    shown = [
        (row["id"], row["field"], row["decided_on"], row["basis"], row["actor"], state_text(item.undone))
        for row, item in zip(rows, found, strict=True)
    ]
    common.print_table(t("准予公开的文字", "Texts that may leave"), columns, shown)


def _text(what: str) -> str:
    if what == "-":
        return sys.stdin.read()
    try:
        is_file = Path(what).exists()
    except OSError:  # too long for a name
        is_file = False
    return common.read_text(Path(what)) if is_file or _PATH.search(what) else what
