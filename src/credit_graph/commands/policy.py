"""``credit-graph policy``: checks a grading policy, and compares what two of them make of the same firms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph.commands import common
from credit_graph.commands.links import point_json, progress_bar
from credit_graph.errors import DefinitionError
from credit_graph.grading.diff import CUTS, DIRECT, SCALE_CAP
from credit_graph.grading.policy import NOTICE
from credit_graph.jobs import policies as job
from credit_graph.text import t

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="政策文件 / a policy file")]
PolicyArgument = Annotated[str, typer.Argument(help="政策名或文件 / name of a policy, or a file")]

commands = typer.Typer(help="分级政策 / grading policies", no_args_is_help=True)
_OTHERS = {
    DIRECT: ("直接判定", "direct rule"),
    CUTS: ("分级线", "cut points"),
    SCALE_CAP: ("超出满分的部分", "over the top of the scale"),
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="policy")


@commands.command(help="检查分级政策文件 / check a grading policy")
def check(file: FileArgument) -> None:
    """Print every problem of a policy with its file and line; status 4 if there are any. Nothing is written."""
    found = job.check(file)
    for name, problem in found:
        typer.echo(f"{name}:{problem.line}  {problem.why}")
    if found:
        raise typer.Exit(DefinitionError.exit_status)
    common.console.print(t(f"{file.name}：没有问题", f"{file.name}: no problems"))


@commands.command(help="两份政策下级别变化的企业及原因 / which firms change class, and why")
def diff(
    a: PolicyArgument,
    b: PolicyArgument,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    limit: common.LimitOption = 20,
    json: common.JsonOption = False,
) -> None:
    """Grade all firms by both policies and print who changes class: in counts, by reason and by name."""
    with common.graph() as store, progress_bar(json) as report:
        result = job.compare(store, a, b, common.point(store, valid, known), report)
    if json:
        common.print_json(as_json(result))
        return
    _print(result, limit)


def as_json(result: job.PolicyDifference) -> dict[str, Any]:
    """All that changes; ``None`` as a level: not graded by that policy."""
    return {
        "a": result.a.policy,
        "b": result.b.policy,
        **point_json(result.point),
        "moves": result.found.moves,
        "changed": len(result.found.changed),
        "reasons": [
            {"rule": row["rule"], "firms": int(row["firms"]), "points": int(row["points"])}
            for row in result.found.reasons.to_dict(orient="records")
        ],
        "firms": _firms(result),
        "notice": t(*NOTICE),
    }


def _firms(result: job.PolicyDifference, limit: int | None = None) -> list[dict[str, Any]]:
    """The firms that change class, each with its reasons; at most ``limit``."""
    changed = result.found.changed.head(limit) if limit is not None else result.found.changed
    why: dict[str, list[dict[str, Any]]] = {}
    mine = result.found.why[result.found.why["eid"].isin(changed.index)]
    for row in mine.to_dict(orient="records"):
        points = {"points_a": int(row["points_a"]), "points_b": int(row["points_b"])}
        why.setdefault(row["eid"], []).append({"rule": row["rule"], **points})
    return [
        {
            "code": eid,
            "name": _plain(result.names.get(eid)),
            **{side: _side({str(name): value for name, value in row.items()}, side) for side in ("a", "b")},
            "why": why.get(str(eid), []),
        }
        for eid, row in zip(changed.index, changed.to_dict(orient="records"), strict=True)
    ]


def _side(row: dict[str, Any], side: str) -> dict[str, Any]:
    score = row[f"score_{side}"]
    return {
        "level": row[f"level_{side}"] or None,
        "score": None if score is None or score != score else int(score),  # noqa: PLR0124 - a missing number
        "direct_rule": row[f"direct_{side}"] or None,
    }


def _plain(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _print(result: job.PolicyDifference, limit: int) -> None:
    found, outside = result.found, t("不分级", "not graded")
    moves = found.moves
    after = sorted({level for row in moves.values() for level in row}, key=_order(result))
    columns = [f"{result.a.policy} → {result.b.policy}", *(level or outside for level in after)]
    rows = [
        (level or outside, *(moves[level][other] for other in after)) for level in sorted(moves, key=_order(result))
    ]
    total = len(found.changed)
    one = int(((found.changed["level_a"] == "") | (found.changed["level_b"] == "")).sum())
    head = t(f"级别变化 {total - one} 户", f"{total - one} firms change class")
    common.print_table(head, columns, rows)
    if one:
        zh, en = f"另有 {one} 户只由其中一份政策分级，列在最后。", f"{one} more are graded by one policy only: last."
        common.console.print(t(zh, en), highlight=False)
    names = {rule.id: t(rule.name.zh, rule.name.en) for policy in (result.a, result.b) for rule in policy.rules}
    names |= {rule: t(*both) for rule, both in _OTHERS.items()}
    why = [(names[row["rule"]], row["firms"], f"{row['points']:+d}") for row in found.reasons.to_dict(orient="records")]
    common.print_table(t("原因", "Reasons"), [t("规则", "rule"), t("户数", "firms"), t("分值合计", "points")], why)
    shown = _firms(result, limit)
    title = common.counted("企业", "Firms", total, len(shown))
    heads = [t("代码", "code"), t("名称", "name"), t("级别", "class"), t("分值", "score"), t("原因", "why")]
    common.print_table(title, heads, [_row(firm, names, outside) for firm in shown])
    common.console.print(t(*NOTICE), style="bold")


def _order(result: job.PolicyDifference) -> Callable[[str], int]:
    """The place of a class in the scale; who is not graded comes last."""
    levels = [level.level for policy in (result.a, result.b) for level in policy.scale.levels]
    return lambda level: levels.index(level) if level in levels else len(levels)


def _row(firm: dict[str, Any], names: dict[str, str], outside: str) -> tuple[Any, ...]:
    one, other = firm["a"], firm["b"]
    why = [
        names[item["rule"]]
        + (f" {item['points_a']}→{item['points_b']}" if item["points_a"] != item["points_b"] else "")
        for item in firm["why"]
    ]
    level = f"{one['level'] or outside} → {other['level'] or outside}"
    score = f"{'' if one['score'] is None else one['score']} → {'' if other['score'] is None else other['score']}"
    return firm["code"], firm["name"], level, score, t("；", "; ").join(why)
