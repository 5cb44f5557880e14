"""``credit-graph agreement add | undo | list``: people decide who acts in concert and who controls by agreement."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from credit_graph.commands import common, deciding
from credit_graph.commands.deciding import ByOption, FromOption, RoleOption, ToOption, WhyOption
from credit_graph.errors import UsageError
from credit_graph.jobs import control_decisions as job
from credit_graph.jobs.finding import find_firm
from credit_graph.text import joined, t

app = typer.Typer(help="一致行动、协议控制、委派的认定 / concert parties, control by agreement", no_args_is_help=True)

_KINDS = "concert 一致行动 | agreement 协议控制 | appointment 任免多数董事"
_WHO = "信用代码、名称、人员编号（person:…），或写有其名的记录编号 / code, name, id of a person, or of a statement"


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    deciding.add_undo(app, job.undo, deciding.link_again)
    parent.add_typer(app, name="agreement")


@app.command("add", help="认定一致行动人或控制人 / decide who acts in concert, or who controls")
def add(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=_KINDS)],
    parties: Annotated[list[str], typer.Argument(metavar="PARTY...", help=_WHO)],
    company: Annotated[
        str | None,
        typer.Option(help="被控制的企业；一致行动省略则为共同持股的全部企业 / the company; concert: default all"),
    ] = None,
    start: FromOption = None,
    end: ToOption = None,
    why: WhyOption = "",
    by: ByOption = None,
    role: RoleOption = None,
) -> None:
    """Decide that the parties act in concert, or that the one party controls the company; control, owners, groups and
    link runs obey on the days of the decision."""
    decision = deciding.decision(by, role, why)
    verdict = next((name for name in job.VERDICTS if name == kind), None)
    if verdict is None:
        raise UsageError("usage.bad_value", option="KIND", value=kind, why=_KINDS)
    with common.graph() as store:
        found = job.decide(
            store,
            verdict,
            [job.find_party(store, party) for party in parties],
            None if company is None else find_firm(store, company),
            decision,
            start=common.day("--from", start),
            end=common.day("--to", end),
        )
    common.console.print(
        t(f"已认定：{found}。请运行 credit-graph link。", f"Decided: {found}. Run credit-graph link."), highlight=False
    )


@app.command("list", help="列出认定 / list decisions")
def list_decisions(
    undone: Annotated[bool, typer.Option("--all", help="包括已撤销的 / also those undone")] = False,
    limit: common.LimitOption = 50,
    as_json: common.JsonOption = False,
) -> None:
    """Show who acts in concert and who controls whom by decision, since when, by whom and why, the latest first."""
    with common.graph() as store:
        found = [_shown(item) for item in job.decided(store, undone=undone)]
    if as_json:
        common.print_json(found)
        return
    columns = [t("编号", "id"), t("认定", "decision"), t("各方", "parties"), t("企业", "company"), t("起", "from")]
    columns += [t("止", "to"), t("理由", "why"), t("认定人", "by"), t("角色", "role"), t("状态", "state")]
    names = ("id", "text", "parties", "company", "from", "to", "why", "by", "role", "state")
    rows = [[_cell(item[name]) for name in names] for item in found[:limit]]
    common.print_table(common.counted("控制认定", "Decisions on control", len(found), len(rows)), columns, rows)


def _shown(item: job.Agreed) -> dict[str, Any]:
    first, said = item.first, item.first.content
    words = {
        "concert": t("一致行动", "act in concert"),
        "agreement": t("协议控制", "controls by agreement"),
        "appointment": t("任免多数董事", "appoints most directors"),
    }
    return {
        "id": said["agreement"],
        "decision": said["decision"],
        "text": words[str(said["decision"])],
        "parties": [{"id": party.shown, "name": item.names.get(party.entity)} for party in item.parties],
        "company": None if first.eid is None else {"id": first.eid, "name": item.names.get(first.eid)},
        "from": deciding.shown_day(first.valid_from),
        "to": deciding.shown_day(first.valid_to),
        "why": said["basis"],
        "by": said["actor"],
        "role": said["role"],
        "day": said["decided_on"],
        "known_from": first.known_from,
        "undone": item.undone,
        "state": deciding.state_text(item.undone),
    }


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return joined(str(_cell(part)) for part in value)
    return (value["name"] or value["id"]) if isinstance(value, dict) else value
