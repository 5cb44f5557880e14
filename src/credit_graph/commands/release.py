"""``credit-graph release build | show``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph.commands import common, release_collect, release_publish, release_verify
from credit_graph.jobs import release_draft, release_show
from credit_graph.lists.redaction_policy import redaction_policy
from credit_graph.lists.standing import REASONS
from credit_graph.text import language, t

_SHOWN = 20  # entries held; all of them stand in draft.json
_KINDS = {"draft": ("草稿", "draft"), "archive": ("存档版本", "archive"), "public": ("公开版本", "public edition")}
app = typer.Typer(help="名单发布 / releases of lists", no_args_is_help=True)
release_collect.register(app)
release_publish.register(app)
release_verify.register(app)


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="release")


@app.command("build", help="生成某季度名单的草稿 / build the draft of a quarter's list")
def build(
    list_name: Annotated[str, typer.Argument(metavar="LIST", help="名单，如 serious_violation / name of the list")],
    period: Annotated[str, typer.Option("--period", help="季度，如 2026Q3 / the quarter")],
    out: Annotated[Path, typer.Option("--out", help="输出目录 / folder to write")],
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    number: Annotated[
        str | None, typer.Option("--number", help="公告文号，默认取下一号 / number of the bulletin; default: the next")
    ] = None,
    as_json: common.JsonOption = False,
) -> None:
    """Write who stands on the list, who is refused and why, and what changed, into a folder for the sign-off."""
    day = release_draft.valid_day(period, common.day("--valid", valid))
    maker = common.caller().actor
    with common.graph() as store:
        point = common.point(store, day.isoformat(), known)
        built = release_draft.build(store, list_name, period, point, out, maker=maker, number=number)
        said = built.said
        told = {"list": list_name, "release": said["release"], "valid": said["valid"], "known": said["seq"]}
        common.log("release", {**told, "folder": out.name, "entries": said["counts"]["entries"]})
    if as_json:
        common.print_json({"out": str(built.out), "unchanged": built.unchanged, "draft": built.draft.hash, **said})
        return
    _print("draft", said, built.out)
    if built.unchanged:
        common.console.print(t("与已有内容完全一致。", "Identical to what lies there."))


@app.command("show", help="核对并显示草稿、存档或公开版本 / check a draft, archive or public edition and show it")
def show(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="发布目录 / folder of the release")],
    rebuild: Annotated[bool, typer.Option("--rebuild", help="并与图比对 / and compare with the graph")] = False,
    as_json: common.JsonOption = False,
) -> None:
    """Check every file against its hash; ``--rebuild`` also judges again from the graph and compares."""
    if rebuild:
        with common.graph() as store:
            shown = release_show.rebuild(store, folder)
    else:
        shown = release_show.show(folder)
    if as_json:
        common.print_json({"out": str(folder), "edition": shown.kind, **shown.said})
        return
    _print(shown.kind, shown.said, folder)


def _print(kind: str, said: Any, folder: Path) -> None:
    counts = said["counts"]
    rows = [
        (t("名单", "list"), t(said["titles"]["zh"], said["titles"]["en"])),
        (t("发布", "release"), f"{said['release']} ({t(*_KINDS[kind])})"),
        (t("公告文号", "number"), said["notice_number"]),
    ]
    if kind == "public":
        rows += [(t("截至", "view of"), said["day"]), (t("公示", "shown"), counts["entries"])]
        rows += [(t("已撤下", "not shown any more"), counts["removed"])]
    else:
        rows += _inside(said, counts)
    common.print_table(
        said["mark"] or "", [t("项目", "item"), t("值", "value")], [*rows, (t("目录", "folder"), folder)]
    )
    if said.get("for_review"):
        _print_review(said["for_review"])


def _inside(said: Any, counts: Any) -> list[tuple[str, Any]]:
    return [
        (t("有效日", "valid day"), said["valid"]),
        (t("已知批次", "known up to batch"), said["seq"]),
        (t("使用日", "use judged on"), said["use"]),
        (t("在列", "entries"), counts["entries"]),
        (t("不予列出", "refused"), counts["refused"]),
        *((f"  {t(*REASONS[code])}", n) for code, n in said["refused_by_reason"].items() if code in REASONS),
        (t("已移出", "removed"), counts["removed"]),
        (t("停用", "on hold"), counts["held"]),
        *((t("会签", "to be signed off by"), name) for name in said.get("issuers", ())),
    ]


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
