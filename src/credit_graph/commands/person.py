"""``credit-graph person join | apart | undo | list``: people decide who is one person and who is not (人员认定)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from credit_graph.commands import common, deciding
from credit_graph.commands.deciding import ByOption, RoleOption, WhyOption
from credit_graph.jobs import person_decisions as job
from credit_graph.jobs.decisions import Decision
from credit_graph.text import joined, t

app = typer.Typer(help="人员认定：同一人或不同的人 / decide who is one person", no_args_is_help=True)

_WHO = "人员编号（person:…），或写有其人的记录编号 / id of a person, or of a statement that names one"
Person = Annotated[str, typer.Argument(help=_WHO)]


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    deciding.add_undo(app, job.undo, deciding.link_again)
    parent.add_typer(app, name="person")


@app.command("join", help="认定为同一人 / they are one person")
def join(a: Person, b: Person, why: WhyOption = "", by: ByOption = None, role: RoleOption = None) -> None:
    """Decide that two persons of the graph are one; the next link run joins them, whatever evidence there is."""
    decision = _decide(a, b, "join", deciding.decision(by, role, why))
    common.console.print(
        t(f"已认定为同一人：{decision}。请运行 credit-graph link。", f"One person: {decision}. Run credit-graph link."),
        highlight=False,
    )


@app.command("apart", help="认定为不同的人 / they are two persons")
def apart(a: Person, b: Person, why: WhyOption = "", by: ByOption = None, role: RoleOption = None) -> None:
    """Decide that two persons of the graph are two; no link run joins them by a rule from now on."""
    decision = _decide(a, b, "apart", deciding.decision(by, role, why))
    common.console.print(
        t(
            f"已认定为不同的人：{decision}。请运行 credit-graph link。",
            f"Kept apart: {decision}. Run credit-graph link.",
        ),
        highlight=False,
    )


@app.command("list", help="列出人员认定 / list decisions")
def list_decisions(
    undone: Annotated[bool, typer.Option("--all", help="包括已撤销的 / also those undone")] = False,
    limit: common.LimitOption = 50,
    as_json: common.JsonOption = False,
) -> None:
    """Show what was decided of whom, when, by whom and why, the latest first."""
    with common.graph() as store:
        found = [_shown(item) for item in job.decided(store, undone=undone)]
    if as_json:
        common.print_json(found)
        return
    columns = [t("编号", "id"), t("认定", "decision"), t("一方", "one"), t("另一方", "other"), t("理由", "why")]
    columns += [t("认定人", "by"), t("角色", "role"), t("日期", "day"), t("状态", "state")]
    rows = [
        (r["id"], r["text"], *map(_person, r["persons"]), r["why"], r["by"], r["role"], r["day"], r["state"])
        for r in found[:limit]
    ]
    common.print_table(common.counted("人员认定", "Decisions on persons", len(found), len(rows)), columns, rows)


def _decide(a: str, b: str, verdict: job.Verdict, decision: Decision) -> str:
    with common.graph() as store:
        return job.decide(store, job.find_person(store, a), job.find_person(store, b), verdict, decision)


def _shown(item: job.Decided) -> dict[str, Any]:
    said = item.statement.content
    words = {"join": t("同一人", "one person"), "apart": t("不同的人", "two persons")}
    return {
        "id": item.statement.sid,
        "decision": said["decision"],
        "text": words[str(said["decision"])],
        "persons": list(item.persons),
        "why": said["basis"],
        "by": said["actor"],
        "role": said["role"],
        "day": said["decided_on"],
        "known_from": item.statement.known_from,
        "undone": item.undone,
        "state": deciding.state_text(item.undone),
    }


def _person(row: dict[str, Any]) -> str:
    return f"{row['name'] or row['person']}（{joined(row['firms'])}）"
