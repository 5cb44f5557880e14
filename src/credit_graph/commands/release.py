"""``credit-graph release build | show``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from credit_graph.commands import common
from credit_graph.jobs.release import ReleaseResult
from credit_graph.jobs.release import build as build_release
from credit_graph.jobs.release import rebuild as rebuild_release
from credit_graph.jobs.release import show as show_release
from credit_graph.lists.release import MARK
from credit_graph.lists.standing import REASONS
from credit_graph.text import t

app = typer.Typer(help="名单发布 / releases of lists", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="release")


@app.command("build", help="生成某日的名单 / build a list as it stands on a day")
def build(
    list_name: Annotated[str, typer.Argument(metavar="LIST", help="名单，如 serious_violation / name of the list")],
    out: Annotated[Path, typer.Option("--out", help="输出目录 / folder to write")],
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    as_json: common.JsonOption = False,
) -> None:
    """Write entries, refusals and the index into a folder; the same point gives the same bytes."""
    with common.graph() as store:
        result = build_release(store, list_name, common.point(store, valid, known), out)
        index = result.index
        said = {"list": list_name, "valid": str(index["valid"]), "known": index["seq"], "folder": out.name}
        common.log("release", {**said, "entries": index["counts"]["entries"]})
    _print(result, as_json)


@app.command("show", help="核对并显示已生成的名单 / check a release and show it")
def show(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="发布目录 / folder of the release")],
    rebuild: Annotated[bool, typer.Option("--rebuild", help="并从图重建比对 / and compare with the graph")] = False,
    as_json: common.JsonOption = False,
) -> None:
    """Check every file against its hash; ``--rebuild`` also builds it again from the graph and compares."""
    if rebuild:
        with common.graph() as store:
            result = rebuild_release(store, folder)
    else:
        result = show_release(folder)
    _print(result, as_json)


def _print(result: ReleaseResult, as_json: bool) -> None:
    if as_json:
        common.print_json({"out": str(result.out), "unchanged": result.unchanged, **result.index})
        return
    index, counts = result.index, result.index["counts"]
    rows = [
        (t("名单", "list"), index["list"]),
        (t("有效日", "valid day"), index["valid"]),
        (t("已知批次", "known up to batch"), index["seq"]),
        (t("使用日", "use judged on"), index["use"]),
        (t("在列", "entries"), counts["entries"]),
        (t("不予列出", "refused"), counts["refused"]),
        *((f"  {t(*REASONS[code])}", n) for code, n in index["refused_by_reason"].items() if code in REASONS),
        (t("已移出", "removed"), counts["removed"]),
        (t("停用", "on hold"), counts["held"]),
        (t("目录", "folder"), result.out),
    ]
    common.print_table(MARK, [t("项目", "item"), t("值", "value")], rows)
    if result.unchanged:
        common.console.print(t("与已有内容完全一致。", "Identical to what lies there."))
