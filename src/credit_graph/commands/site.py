"""``credit-graph site build | check``: static pages of the public lists, and what is overdue on a copy of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.jobs.site import Built, build_site
from credit_graph.jobs.site_check import check_copy
from credit_graph.lists.site.overdue import WHY, Checked
from credit_graph.settings import settings
from credit_graph.text import t

_SHOWN = 20  # overdue entries printed; --json has all
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
        common.print_json({**said, "left_out": list(built.left_out)})
    else:
        _print_built(built)
    if built.left_out:
        raise typer.Exit(1)


def _print_built(built: Built) -> None:
    for name, count in built.entries.items():
        common.console.print(t(f"{name}：{count} 条", f"{name}: {count} entries"), highlight=False)
    pages = t(f"{built.day} 的视图，{built.pages} 页", f"view of {built.day}, {built.pages} pages")
    common.console.print(f"→ {built.out / 'index.html'} ({pages})", highlight=False, soft_wrap=True)
    for name in built.left_out:
        words = t(
            f"{name} 的公开版本不是今日的视图，没有收入：请运行 credit-graph release takedown。",
            f"The public edition of {name} is not today's view and is left out: run credit-graph release takedown.",
        )
        common.notes.print(words, style="red", highlight=False, soft_wrap=True)


@app.command("check", help="核查外面的副本 / say what is overdue on a copy elsewhere")
def check(
    copy: Annotated[Path, typer.Argument(metavar="DIR", help="目录或者单个文件 / folder or file")],
    as_json: common.JsonOption = False,
) -> None:
    """Compare pages and tables of ours with today's public editions; exit status 1 if anything is overdue."""
    found = check_copy(settings().home.resolve(), copy, clock.today())
    if as_json:
        days = [day.isoformat() for day in found.days] if found.days else None
        older = {name: {"release": old, "latest": new} for name, (old, new) in found.older.items()}
        said = {"files": found.files, "days": days, "older": older, "good": found.good}
        common.print_json({**said, "overdue": [item.as_json() for item in found.overdue]})
    else:
        _print(found)
    if not found.good:
        raise typer.Exit(1)


def _print(found: Checked) -> None:
    if found.days:
        first, last = found.days
        span = str(first) if first == last else t(f"{first} 至 {last}", f"{first} to {last}")
        files = t(f"{found.files} 个文件，为 {span} 的视图。", f"{found.files} files, views of {span}.")
    else:
        files = t(f"{found.files} 个文件。", f"{found.files} files.")
    common.console.print(files, highlight=False)
    for name, (old, new) in found.older.items():
        words = t(f"{name}：副本是 {old}，最新一期是 {new}。", f"{name}: the copy is of {old}, the latest is {new}.")
        common.console.print(words, highlight=False)
    if found.overdue:
        title = common.counted("应当撤下的条目", "Entries to take down", len(found.overdue), len(found.overdue))
        header = [
            t("文件", "file"),
            t("原因", "why"),
            t("名单", "list"),
            t("期", "release"),
            t("序号或代码", "number, code"),
        ]
        rows = [
            (item.file, t(*WHY[item.why]), item.list, item.release, item.number or item.key)
            for item in found.overdue[:_SHOWN]
        ]
        common.print_table(title, header, rows)
    if len(found.overdue) > _SHOWN:
        more = t(f"显示前 {_SHOWN} 条；--json 有全部。", f"The first {_SHOWN} are shown; --json has all.")
        common.console.print(more, highlight=False)
    if found.good:
        common.console.print(t("没有应当撤下的内容。", "Nothing is overdue."), highlight=False)
