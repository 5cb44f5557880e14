"""``credit-graph``: the command line. Thin; every command lives in ``commands/``."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from credit_graph import __version__, text
from credit_graph.commands import common
from credit_graph.errors import CreditGraphError

# module of commands/ -> the commands that its ``register(app)`` adds
_MODULES = {
    "load": ("load", "check"),
    "batch": ("batch",),
    "inspect": ("trace", "faults", "quarantine"),
    "db": ("db",),
    "secret": ("secret",),
    "loader": ("loader",),
    "links": ("link", "path", "holders"),
    "reborn": ("reborn",),
    "series": ("series",),
    "control": ("control", "owners", "group", "rings"),
    "risk": ("risk",),
    "ego": ("ego",),
    "close_links": ("close-links",),
    "person": ("person",),
    "agreement": ("agreement",),
    "solve": ("solve",),
    "policy": ("policy",),
    "grade": ("grade", "explain"),
    "level": ("level",),
    "whatif": ("whatif",),
    "backtest": ("backtest",),
    "screen": ("screen",),
    "reports": ("reports",),
    "brief": ("brief",),
    "alerts": ("alerts",),
    "list_work": ("list",),
    "measures": ("measures",),
    "repair": ("repair",),
    "receipts": ("receipt",),
    "due": ("due",),
    "release": ("release",),
    "site": ("site",),
    "redact": ("redact",),
    "clocks": ("clock",),
    "bases": ("bases",),
    "hold": ("hold",),
    "keys": ("keys",),
    "audit": ("audit",),
    "erase": ("erase", "purge"),
    "serve": ("serve", "schema", "key"),
    "generate": ("generate",),
    "evaluate": ("evaluate",),
    "demo": ("demo",),
    "doctor": ("doctor",),
}


_VALUED = ("--role", "--actor", "--lang")  # options of the program itself that take a value


def application(arguments: Sequence[str] = ()) -> typer.Typer:
    """The command line: of the module alone that has the command which ``arguments`` name, else of all.

    What the other modules load takes a second, which an answer of a second should not wait for.
    """
    app = typer.Typer(
        name="credit-graph",
        help="信用监管图谱：载入、关联、分级、名单 / load, link, grade, list",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(_main)
    command = _command(arguments)
    for module in [name for name, commands in _MODULES.items() if command in commands] or _MODULES:
        importlib.import_module(f"credit_graph.commands.{module}").register(app)
    return app


def _command(arguments: Sequence[str]) -> str | None:
    """The first argument that is neither an option nor the value of one."""
    rest = iter(arguments)
    for argument in rest:
        if argument in _VALUED:
            next(rest, None)
        elif not argument.startswith("-"):
            return argument
    return None


def _version(value: bool) -> None:
    if value:
        typer.echo(__version__)
        raise typer.Exit


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
        application(sys.argv[1:])(standalone_mode=True)
    except CreditGraphError as error:
        common.print_error(error)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        common.notes.print(text.t("已中断；重新运行同一命令可继续。", "Interrupted; run the same command to go on."))
        sys.exit(130)


if __name__ == "__main__":
    main()
