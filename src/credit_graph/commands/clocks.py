"""``credit-graph clock``: until when each channel may show a penalty or an entry of a list, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from credit_graph.commands import common
from credit_graph.errors import UsageError
from credit_graph.jobs.clocks import RecordClocks, clocks_of
from credit_graph.lists.clock_policy import SEVERITIES, Channel
from credit_graph.lists.clocks import STATES
from credit_graph.server.roles import role
from credit_graph.text import t

_CHANNELS: dict[Channel, tuple[str, str]] = {
    "gsxt": ("国家企业信用信息公示系统", "GSXT"),
    "credit_china": ("信用中国", "信用中国 (Credit China)"),
    "release": ("本机构发布", "our releases"),
}


def register(parent: typer.Typer) -> None:
    """Add the command."""
    parent.command("clock", help="公示期限 / until when it may be shown")(clock)


def clock(
    wanted: Annotated[str, typer.Argument(metavar="ID", help="记录编号或文号 / statement id or document number")],
    valid: common.ValidOption = None,
    receipt: Annotated[str | None, typer.Option("--receipt", help="公示系统的公示日 / GSXT showed it from")] = None,
    severity: Annotated[str | None, typer.Option("--severity", help=" | ".join(SEVERITIES))] = None,
    as_json: common.JsonOption = False,
) -> None:
    """Show the clocks by the rules of the valid day, with the articles; nothing is written."""
    role(common.caller().role).require("records")
    level = next((name for name in SEVERITIES if name == severity), None)
    if severity is not None and level is None:
        raise UsageError("usage.bad_value", option="--severity", value=severity, why=" | ".join(SEVERITIES))
    shown_from = common.past_day("--receipt", receipt)
    with common.graph() as store:
        found = clocks_of(store, wanted, common.point(store, valid, None), receipt=shown_from, severity=level)
    if as_json:
        common.print_json([item.as_json() for item in found])
        return
    for item in found:
        _print(item)


def _print(item: RecordClocks) -> None:
    shown = item.as_json()
    number = next((shown[name] for name in ("document_number", "listing_id", "mark_id") if name in shown), "")
    columns = (
        t("渠道", "channel"),
        t("状态", "state"),
        t("起算日", "runs from"),
        t("最短至", "at least until"),
        t("最长至", "at most until"),
        t("现至", "until"),
        t("规则", "rule"),
    )
    rows = [
        (
            t(*_CHANNELS[found.channel]),
            t(*STATES[found.state]),
            *(found.start, found.until_min, found.until_max, found.until, found.row),
        )
        for found in item.clocks
    ]
    common.print_table(f"{shown['kind']} · {number} · {shown['sid']}", columns, rows)
    for found in item.clocks:
        name = t(*_CHANNELS[found.channel])
        for sentence in (*found.why, *found.articles):
            common.console.print(f"  {name}: {t(*sentence)}", highlight=False, soft_wrap=True)
