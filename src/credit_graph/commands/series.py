"""``credit-graph series``: like violations of one group or person within a window (串案)."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import typer

from credit_graph.commands import common
from credit_graph.commands.links import linked, point_json
from credit_graph.links import card, lookup
from credit_graph.links.policy import LEAD
from credit_graph.links.series_data import find_series, told
from credit_graph.links.series_policy import series_policy
from credit_graph.text import t

_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("series", help="串案：同一族群或人员的同类违法 / like violations of one group or person")(series)


def series(
    code: Annotated[str | None, typer.Argument(metavar="CODE", help="代码、名称或人员编号 / code, name, id")] = None,
    limit: common.LimitOption = _SHOWN,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    json: common.JsonOption = False,
) -> None:
    """Print the case series, the longest first, or those that a firm or person has to do with, with each decision."""
    projection, found = linked(valid, known)
    party = None if code is None else lookup.find(projection, code)
    every, decided = find_series(projection, found, series_policy().on(projection.point.valid))
    if party is not None:
        party = found.persons.get(party, party)
        units = zip(every["unit"], every["parties"], strict=True)
        concerns = [party == unit or party in parties for unit, parties in units]
        every = every[np.array(concerns, np.bool_)]  # an empty list would choose columns
    first = every.head(limit)
    names = lookup.called(projection, found, {*first["unit"], *first["parties"].explode()})
    rows = told(first, decided, names)
    rows = card.hide_persons(projection, rows)
    if json:
        (party,) = card.hide_persons(projection, [party])
        head = {"party": party, **point_json(projection.point), "total": len(every)}
        common.print_json({**head, "series": rows, "notice": t(*LEAD)})
        return
    for row in rows:
        _print(row)
    common.console.print(common.counted("串案", "Case series", len(every), len(rows)))
    common.console.print(t(*LEAD), style="dim")


def _print(row: dict[str, Any]) -> None:
    columns = [
        t("日期", "day"),
        t("当事人", "party"),
        t("文号", "number"),
        t("机关", "authority"),
        t("依据记录", "records"),
    ]
    decisions = [
        (each["day"], each["party_name"] or each["party"], each["document_number"], each["authority"],
         "\n".join(each["records"]))
        for each in row["decisions"]
    ]  # fmt: skip
    common.print_table(row["text"], columns, decisions)
