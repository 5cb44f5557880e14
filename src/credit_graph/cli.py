"""``credit-graph``: the command line. Thin; every command lives in ``commands/``."""

from __future__ import annotations

import importlib
import sys
from typing import Annotated

import typer

from credit_graph import __version__, text
from credit_graph.commands import common
from credit_graph.errors import CreditGraphError

app = typer.Typer(
    name="credit-graph",
    help="信用监管图谱：载入、关联、分级、名单 / load, link, grade, list",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

# each module has ``register(app)``, which adds its commands
_MODULES = (
    "load",
    "batch",
    "inspect",
    "db",
    "secret",
    "loader",
    "links",
    "reborn",
    "series",
    "control",
    "risk",
    "ego",
    "close_links",
    "solve",
    "grade",
    "release",
    "hold",
    "person",
    "erase",
    "serve",
    "generate",
    "evaluate",
    "demo",
    "doctor",
)

for _name in _MODULES:
    importlib.import_module(f"credit_graph.commands.{_name}").register(app)


def _version(value: bool) -> None:
    if value:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _main(
    role: Annotated[str, typer.Option(help="角色 / role (policies/roles.yml)")] = "analyst",
    actor: Annotated[str | None, typer.Option(help="操作人 / who acts; default: login name")] = None,
    lang: Annotated[str | None, typer.Option(help="zh | en")] = None,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    if lang:
        text.use("en" if lang.startswith("en") else "zh")
    common.set_caller(role, actor)


def main() -> None:
    """Entry point: an error of the program's own tree becomes one line and its exit status."""
    try:
        app(standalone_mode=True)
    except CreditGraphError as error:
        common.notes.print(f"{error.code} {error}", style="red", highlight=False, soft_wrap=True)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        common.notes.print(text.t("已中断；重新运行同一命令可继续。", "Interrupted; run the same command to go on."))
        sys.exit(130)


if __name__ == "__main__":
    main()
