"""``credit-graph bases``: which lists and joint measures the law carries on a day, and what the others lack."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.lists.carrying import carried_on
from credit_graph.text import joined, t

_STATES = {
    "own": ("有依据", "carried"),
    "republished": ("只能转载", "re-publishes only"),
    "refused": ("不能发布或实施", "refused"),
}


def register(parent: typer.Typer) -> None:
    """Add the command."""
    parent.command("bases", help="名单与措施的法律依据 / what the law carries")(bases)


def bases(
    on: Annotated[str | None, typer.Option("--on", help="日期 / day (YYYY-MM-DD)")] = None,
    as_json: common.JsonOption = False,
) -> None:
    """Print every list and measure with its document on the day, or with what is missing; needs no graph."""
    found = carried_on(common.day("--on", on) or clock.today())
    if as_json:
        common.print_json([asdict(item) for item in found])
        return
    columns = [
        t("名单或措施", "list or measure"),
        "id",
        t("状态", "state"),
        t("依据或缺少的", "basis, or what is missing"),
    ]
    rows = [(item.name, item.id, t(*_STATES[item.state]), item.why or joined(item.basis)) for item in found]
    common.print_table(t("名单与措施", "Lists and measures"), columns, rows)
