"""``credit-graph brief``: one page for the head of section (工作简报), on paper, on a screen, or as a workbook."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from credit_graph.commands import common
from credit_graph.commands.links import point_json
from credit_graph.commands.reports import allowed
from credit_graph.errors import UsageError
from credit_graph.grading.policy import NOTICE
from credit_graph.ingest.files import shown
from credit_graph.jobs.brief import Brief, Table, brief
from credit_graph.jobs.brief_page import brief_page, brief_title, cell_text
from credit_graph.jobs.sheets import Sheet, new_file, write_workbook
from credit_graph.text import t

OutOption = Annotated[Path | None, typer.Option("--out", help="FILE.html | FILE.xlsx")]
SinceOption = Annotated[str | None, typer.Option("--since", help="与何日比较，默认上月同日 / compared with this day")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("brief", help="工作简报：一页看全 / one page for the head of section")(brief_command)


def brief_command(
    out: OutOption = None,
    since: SinceOption = None,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    as_json: common.JsonOption = False,
) -> None:
    """Print the brief, or write it as a page that opens without a network, or as a workbook."""
    allowed("registration", "records", "level")
    if out is not None and out.suffix.lower() not in {".html", ".xlsx"}:
        raise UsageError("usage.bad_value", option="--out", value=out, why="FILE.html, FILE.xlsx")
    start = common.day("--since", since)
    with common.graph() as store:
        point = common.point(store, valid, known)
        if start is not None and start >= point.valid:
            raise UsageError("usage.bad_value", option="--since", value=start, why=f"< {point.valid}")
        found = brief(store, point, start)
        if out is not None:
            common.log("export", {"by": "brief", "file": out.name})
    if out is not None:
        _write(out, found)
    if as_json:
        tables = [asdict(table) for table in found.tables]
        head = {**point_json(found.point), "since": found.since.isoformat()}
        common.print_json({**head, "tables": tables, "notice": t(*NOTICE)})
    elif out is None:
        _print(found)
    else:
        common.console.print(f"→ {shown(str(out))}", highlight=False, soft_wrap=True)


def _write(path: Path, found: Brief) -> None:
    if path.suffix.lower() == ".xlsx":
        write_workbook(path, [_sheet(table, found) for table in found.tables])
        return
    with new_file(path) as file:
        file.write(brief_page(found).encode())


def _sheet(table: Table, found: Brief) -> Sheet:
    above = [f"{brief_title(found)}　{table.title}", *([table.note] if table.note else []), t(*NOTICE), ""]
    return Sheet(table.title, table.header, [22, *[16] * (len(table.header) - 1)], table.rows, above)


def _print(found: Brief) -> None:
    common.console.print(brief_title(found), style="bold", highlight=False)
    for table in found.tables:
        common.print_table(table.title, table.header, [[cell_text(cell) for cell in row] for row in table.rows])
        if table.note:
            common.console.print(table.note, style="dim", highlight=False, soft_wrap=True)
    common.console.print(t(*NOTICE), style="bold")
