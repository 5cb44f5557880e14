"""``credit-graph audit show | verify``: the audit log (审计日志)."""

from __future__ import annotations

from collections import deque
from typing import Annotated, Any

import typer

from credit_graph.commands import common
from credit_graph.errors import UsageError
from credit_graph.jobs.audit import ACTIONS, Verified, entries, verify
from credit_graph.jobs.batches import recent
from credit_graph.server.roles import role
from credit_graph.settings import settings
from credit_graph.text import joined, t

app = typer.Typer(help="审计日志 / the audit log", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="audit")


@app.command("show", help="谁在何时做了什么 / who did what, and when")
def show(
    actor: Annotated[str | None, typer.Option("--actor", help="操作人 / who acted")] = None,
    since: Annotated[str | None, typer.Option("--since", help="自某日 / from this day on (YYYY-MM-DD)")] = None,
    action: Annotated[str | None, typer.Option("--action", help=" | ".join(ACTIONS))] = None,
    what: Annotated[
        str | None, typer.Option("--what", help="对象：代码、声明、文件等 / about this: a code, a statement, a file")
    ] = None,
    limit: common.LimitOption = 50,
    as_json: common.JsonOption = False,
) -> None:
    """Print the latest lines; reading is for the auditor and the administrator."""
    role(common.caller().role).require("audit")
    if action is not None and action not in ACTIONS:
        raise UsageError("usage.bad_value", option="--action", value=action, why=joined(ACTIONS))
    first = str(common.day("--since", since) or "")
    found = [
        entry
        for entry in entries(settings().home.resolve())
        if (actor is None or entry["actor"] == actor)
        and entry["day"] >= first
        and (action is None or entry["action"] == action)
        and (what is None or what in _ids(entry))
    ]
    shown = list(deque(found, maxlen=limit))
    if as_json:
        common.print_json({"total": len(found), "entries": shown})
        return
    columns = [t("序号", "n"), t("时间", "time"), t("操作人", "who"), t("角色", "role"), t("行为", "action")]
    columns += [t("批次", "batch"), t("对象", "what")]
    title = common.counted("审计日志", "Audit log", len(found), len(shown))
    common.print_table(title, columns, [_row(entry) for entry in shown])


def _ids(entry: dict[str, Any]) -> set[str]:
    """What a line names."""
    values = entry["what"].values()
    return {str(part) for value in values for part in (value if isinstance(value, list) else [value])}


def _row(entry: dict[str, Any]) -> list[Any]:
    names = ACTIONS.get(entry["action"])
    what = "; ".join(f"{name}: {_said(value)}" for name, value in entry["what"].items() if value != [])
    named = t(*names) if names else entry["action"]
    return [entry["n"], entry["time"][:19], entry["actor"], entry["role"], named, entry["seq"], what]


def _said(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)


@app.command("verify", help="核对审计日志，与图比对 / check the log, also against the graph")
def verify_command(as_json: common.JsonOption = False) -> None:
    """Check every line and that each batch of the bureau has its own; exit status 1 with a finding."""
    with common.graph() as store:
        found = verify(store.home, (batch.properties for batch in recent(store, 1_000_000)))
    if as_json:
        broken = {"line": found.broken.line, "why": found.broken.why} if found.broken else None
        head = {"sound": found.sound, "lines": found.lines, "last": found.last, "broken": broken}
        common.print_json({**head, "torn_bytes": found.torn, "batches_without_line": list(found.missing)})
    else:
        for zh, en in _findings(found):
            common.console.print(t(zh, en), style="red", highlight=False)
        zh, en = f"{found.lines} 行相符，末行 {found.last}", f"{found.lines} lines as written, the last {found.last}"
        common.console.print(t(zh, en), highlight=False)
    if not found.sound:
        raise typer.Exit(1)


def _findings(found: Verified) -> list[tuple[str, str]]:
    said = []
    if found.broken:
        line, why = found.broken.line, found.broken.why
        said.append((f"第 {line} 行：{why}", f"line {line}: {why}"))
    if found.torn:
        zh = f"末行不完整（{found.torn} 字节），下一次记录时将另存为 torn-* 文件"
        said.append((zh, f"the last line is unfinished ({found.torn} bytes): the next act sets it aside as torn-*"))
    if found.missing:
        seqs = joined(found.missing[:20]) + ("…" if len(found.missing) > 20 else "")
        said.append((f"这些批次在日志中没有记录：{seqs}", f"the log has no line of these batches: {seqs}"))
    return said
