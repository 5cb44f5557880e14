"""``credit-graph solve``: work out ownership charts given as a file, without a graph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from credit_graph.commands.common import print_error, read_text
from credit_graph.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("solve", help="按给定的股权结构算例计算（不需要图）/ work out ownership charts of a file")(solve)


def solve(file: Annotated[Path, typer.Argument(metavar="FILE.json", help="算例列表 / list of cases")]) -> None:
    """Print one JSON line for each case of the file; a wrong case is an error of its own and keeps no other back."""
    # numba takes a second to import: no other command waits for it
    from credit_graph.links import cases  # noqa: PLC0415
    from credit_graph.links import solve as solver  # noqa: PLC0415

    wrong: list[InputError] = []
    for index, row in enumerate(cases.case_rows(read_text(file), str(file))):
        try:
            case = cases.case_of(row, index)
            line = {"name": case.name, "result": solver.solve(case)}
        except InputError as error:
            wrong.append(error)
        else:
            typer.echo(json.dumps(line, ensure_ascii=False))
    for earlier in wrong[:-1]:
        print_error(earlier)
    if wrong:
        raise wrong[-1]
