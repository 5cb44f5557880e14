"""``credit-graph due``: what has to be done by whom, and what is late (到期与逾期)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.errors import UsageError
from credit_graph.jobs.alert_list import listed
from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.due import Found
from credit_graph.jobs.due import due as due_job
from credit_graph.jobs.feed_readers import FEED, silent
from credit_graph.jobs.sheets import Sheet, Value, write_workbook
from credit_graph.lists.due import TASK, WARNING, Item, horizon, in_order, role_title, role_titles
from credit_graph.lists.policy import list_names
from credit_graph.server.keys import Keys
from credit_graph.server.roles import role
from credit_graph.store import Store
from credit_graph.text import joined, t

_NUMBER = re.compile(r"（[^（）]*号[^（）]*）")


def register(parent: typer.Typer) -> None:
    """Add the command."""
    parent.command("due", help="到期与逾期：谁应办什么 / what is due, by whom, and what is late")(due)


def due(
    who: Annotated[
        str | None, typer.Option("--for", metavar="PERSON|ROLE", help="某人或某角色的 / of a person or role")
    ] = None,
    days: Annotated[
        int | None, typer.Option("--days", min=0, help="今后几日内到期的 / due within so many days")
    ] = None,
    list_name: Annotated[
        str | None, typer.Option("--list", help="名单、penalty、alert、measure、feed / of a list")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.xlsx", help="写入新工作簿 / a new workbook")
    ] = None,
    limit: common.LimitOption = 50,
    as_json: common.JsonOption = False,
) -> None:
    """Steps of list work, entries at their term, penalties without a receipt, publications that end, warnings: those
    most late first, each with its article."""
    role(common.caller().role).require("records")
    kinds = [*list_names(), "penalty", WARNING, TASK, FEED]
    if list_name is not None and list_name not in kinds:
        raise UsageError("usage.bad_value", option="--list", value=list_name, why=joined(kinds))
    if out is not None and out.suffix.lower() != ".xlsx":
        raise UsageError("usage.bad_value", option="--out", value=out, why="FILE.xlsx")
    today = clock.today()
    last = horizon(today, days)
    titles = role_titles()
    with common.graph() as store:
        found = due_job(store, last_seq(store), today, listed(store))
        silence = silent(store, today, _departments(store))
    items = [
        item
        for item in in_order([*found.items, *silence])
        if item.shown(last) and (list_name in (None, item.list)) and (who is None or item.of(who, titles))
    ]
    if out is not None:
        common.log("export", {"by": "due", "file": out.name, "items": len(items)})
        write_workbook(out, [_sheet(items, found, today, last)])
    if as_json:
        unknown = [{"what": t(*line.what), "count": line.count} for line in found.unknown]
        head = {"day": today, "until": last, "late": sum(item.late(today) > 0 for item in items)}
        common.print_json({**head, "items": [_json(item, today) for item in items], "unknown": unknown})
        return
    title = common.counted(f"到期与逾期（截至 {last}）", f"Due and late (until {last})", len(items), len(items[:limit]))
    common.print_table(title, _header(), [_on_screen(_row(item, today)) for item in items[:limit]])
    for line in found.unknown:
        common.notes.print(_line(line.what, line.count), highlight=False, soft_wrap=True)


def _departments(store: Store) -> list[tuple[str, str]]:
    """Id and name of every key in use: who reads a feed has to acknowledge what must no longer be used."""
    return [(key.id, key.owner or key.id) for key in Keys(store.home).all() if key.revoked is None]


def _on_screen(row: list[Value]) -> list[Value]:
    """The basis without numbers of documents, each document once: it has to fit a line or two; all of it is in the
    JSON and the workbook."""
    found: dict[str, list[str]] = {}
    for part in str(row[-1]).split("；"):
        name, end, article = _NUMBER.sub("", part).partition("》")
        found.setdefault(name + end, []).append(article)
    return [*row[:-1], "；".join(name + "、".join(articles) for name, articles in found.items())]


def _header() -> list[str]:
    columns = [t("期限", "by"), t("逾期（日）", "days late"), t("事项", "what"), t("角色", "role")]
    columns += [t("办理人", "persons"), t("名称", "name"), t("代码", "code"), t("编号", "id"), t("依据", "basis")]
    return columns


def _row(item: Item, today: date) -> list[Value]:
    late = item.late(today) or None
    shown = (
        role_title(item.role) if item.role else "",
        joined(item.persons),
        item.name,
        item.code,
        item.id,
        t(*item.article),
    )
    return [item.day, late, t(*item.what), *shown]


def _json(item: Item, today: date) -> dict[str, Any]:
    return {
        "day": item.day,
        "days_late": item.late(today),
        "not_before": item.not_before,
        "what": t(*item.what),
        "list": item.list,
        "role": item.role or None,
        "persons": list(item.persons),
        "name": item.name or None,
        "code": item.code or None,
        "id": item.id,
        "article": t(*item.article),
    }


def _sheet(items: Sequence[Item], found: Found, today: date, last: date) -> Sheet:
    head = t(
        f"到期与逾期　{today}，截至 {last}　{len(items)} 项", f"Due and late on {today}, until {last}: {len(items)}"
    )
    above = [head, *(_line(line.what, line.count) for line in found.unknown), ""]
    widths = [12, 10, 44, 14, 20, 32, 22, 26, 60]
    rows = [_row(item, today) for item in items]
    return Sheet(t("到期与逾期", "due"), _header(), widths, rows, above)


def _line(what: tuple[str, str], count: int) -> str:
    return t(f"{what[0]}：{count}", f"{what[1]}: {count}")
