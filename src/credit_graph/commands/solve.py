"""``credit-graph solve``: work out ownership charts given as a file, without a graph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from credit_graph.errors import InputError
from credit_graph.text import t


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("solve", help="按给定的股权结构算例计算（不需要图）/ work out ownership charts of a file")(solve)


def solve(file: Annotated[Path, typer.Argument(metavar="FILE.json", help="算例列表 / list of cases")]) -> None:
    """Print one JSON line for each case of the file, or nothing where one of them is wrong."""
    # numba takes a second to import: no other command waits for it
    from credit_graph.links import cases  # noqa: PLC0415
    from credit_graph.links import solve as solver  # noqa: PLC0415

    found = cases.parse_cases(_read(file), str(file))
    for case in found:
        solver.definition(case)
    for line in [{"name": case.name, "result": solver.solve(case)} for case in found]:
        typer.echo(json.dumps(line, ensure_ascii=False))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        raise InputError("input.not_found", path=file) from None
    except UnicodeDecodeError:
        raise InputError("input.damaged", path=file, why=t("不是 UTF-8", "not UTF-8")) from None
    except OSError as error:
        code = "input.no_permission" if isinstance(error, PermissionError) else "input.damaged"
        raise InputError(code, path=file, why=error.strerror) from None
