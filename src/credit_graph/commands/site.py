"""``credit-graph site build | check``: static pages of the public lists, and what is overdue on a copy of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.jobs.site import build_site
from credit_graph.settings import settings
from credit_graph.text import t

app = typer.Typer(help="公示网页 / static pages of the public lists", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="site")


@app.command("build", help="生成网页 / build the pages")
def build(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="输出目录 / folder to write")],
    as_json: common.JsonOption = False,
) -> None:
    """Write pages and downloads of all public editions into a folder, in place of a former site there."""
    with common.progress(show=not as_json) as report:
        built = build_site(settings().home.resolve(), out, clock.today(), report)
    common.log("export", {"by": "site build", "file": out.name})
    if as_json:
        said = {"out": str(built.out), "day": built.day, "pages": built.pages, "entries": dict(built.entries)}
        common.print_json(said)
        return
    for name, count in built.entries.items():
        common.console.print(t(f"{name}：{count} 条", f"{name}: {count} entries"), highlight=False)
    pages = t(f"{built.day} 的视图，{built.pages} 页", f"view of {built.day}, {built.pages} pages")
    common.console.print(f"→ {built.out / 'index.html'} ({pages})", highlight=False, soft_wrap=True)
