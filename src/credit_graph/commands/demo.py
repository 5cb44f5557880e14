"""``credit-graph demo``: the whole main job on a small invented city, or on files of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from credit_graph.commands import common
from credit_graph.commands.load import print_batches, summary
from credit_graph.demo.city import write_city
from credit_graph.jobs.load import LoadOptions
from credit_graph.settings import settings
from credit_graph.text import t

DataOption = Annotated[Path | None, typer.Option("--data", help="自己的数据目录 / folder of your own files")]
ServeOption = Annotated[bool, typer.Option("--serve", help="保持接口运行 / leave the API running")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", help="演示全流程 / the whole job on a small city")(demo)


def demo(data: DataOption = None, serve: ServeOption = False) -> None:
    """Load, link, grade and list. A second run reads the same files and changes nothing."""
    folder = data or _invented_city()
    options = LoadOptions(actor=common.caller().actor, role=common.caller().role)
    with common.graph() as store:
        print_batches(summary(store, [folder], options))


def _invented_city() -> Path:
    """The files of the invented city; the same bytes on every run."""
    folder = settings().home / "demo"
    write_city(folder)
    common.notes.print(t(f"虚构城市的数据：{folder}", f"Files of an invented city: {folder}"), highlight=False)
    return folder
