"""``credit-graph release template | collect``: what departments report for a list, asked for and taken in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.jobs import collect as job
from credit_graph.lists.collecting_form import read_period
from credit_graph.text import t

ListArgument = Annotated[str, typer.Argument(metavar="LIST", help="名单，如 serious_violation / name of the list")]
OutOption = Annotated[Path, typer.Option("--out", help="输出目录 / folder to write into")]
PeriodOption = Annotated[str | None, typer.Option("--period", help="季度，如 2026Q3；默认本季度 / default: today's")]
DepartmentOption = Annotated[str | None, typer.Option("--department", help="只做这一列入机关的 / of this one alone")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``release``."""
    app.command("template", help="生成各列入机关的报送表 / forms for the issuing departments")(template)


def template(
    list_name: ListArgument,
    out: OutOption,
    department: DepartmentOption = None,
    period: PeriodOption = None,
    as_json: common.JsonOption = False,
) -> None:
    """One workbook per issuing department (policies/issuers.yml) to be filled in and sent back."""
    today = clock.today()
    made = job.write_forms(list_name, out, read_period(period, today), today, department)
    if as_json:
        common.print_json([str(path) for path in made])
        return
    for path in made:
        common.console.print(str(path), highlight=False, soft_wrap=True)
    common.console.print(t(f"已生成 {len(made)} 份报送表。", f"{len(made)} forms."), highlight=False)
