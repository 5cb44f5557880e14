"""``credit-graph release build | show``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph.commands import common, release_collect, release_verify
from credit_graph.jobs.release import ReleaseResult
from credit_graph.jobs.release import build as build_release
from credit_graph.jobs.release import rebuild as rebuild_release
from credit_graph.jobs.release import show as show_release
from credit_graph.lists.redaction_policy import redaction_policy
from credit_graph.lists.release import MARK
from credit_graph.lists.standing import REASONS
from credit_graph.text import language, t

_SHOWN = 20  # entries held; all of them stand in index.json
app = typer.Typer(help="名单发布 / releases of lists", no_args_is_help=True)
release_collect.register(app)
release_verify.register(app)


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
    if index["for_review"]:
        _print_review(index["for_review"])
    if result.unchanged:
        common.console.print(t("与已有内容完全一致。", "Identical to what lies there."))


def _print_review(held: list[dict[str, Any]]) -> None:
    """What redaction held for a person to look at; nothing of the texts."""
    looks = {row.id: row.name for row in redaction_policy().looks}
    rows = [
        (
            entry["sid"],
            reason.get("title") if language() == "zh" else reason.get("field"),
            t(name.zh, name.en) if (name := looks.get(reason.get("what", ""))) else reason.get("why"),
            f"{reason['from'] + 1}–{reason['to']}" if "from" in reason else "",  # characters, as people count
            reason.get("basis"),
        )
        for entry in held[:_SHOWN]
        for reason in entry["reasons"]
    ]
    names = (t("记录", "record"), t("字段", "field"), t("发现", "found"), t("字符", "characters"), t("依据", "basis"))
    common.print_table(_title(len(held)), names, rows)


def _title(total: int) -> str:
    """The title of the entries held, with how many of them are shown."""
    shown = t(f"，显示前 {_SHOWN} 条", f", the first {_SHOWN}") if total > _SHOWN else ""
    return t(f"公示前处理：{total} 条待人工核对{shown}", f"Redaction: {total} to be looked at by a person{shown}")
