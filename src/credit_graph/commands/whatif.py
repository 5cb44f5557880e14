"""``credit-graph whatif``: the class of a firm without some records, or by another policy (假设分析)."""

from __future__ import annotations

from typing import Annotated

import typer

from credit_graph.commands import common
from credit_graph.errors import UsageError
from credit_graph.grading.policy import NOTICE
from credit_graph.jobs.grade import DEFAULT_POLICY
from credit_graph.jobs.whatif import whatif as job
from credit_graph.server.roles import role
from credit_graph.text import t

PolicyOption = Annotated[
    str | None, typer.Option("--policy", metavar="NAME|FILE", help="换用的政策 / another policy, or its file")
]
WithoutOption = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="RECORD", help="不计此记录，可重复 / without this record; may be repeated"),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("whatif", help="假设分析：去掉某些记录或换用政策 / a class without records, or by another policy")(
        whatif
    )


def whatif(
    code: Annotated[str, typer.Argument(metavar="CODE", help="代码或名称 / code or name")],
    without: WithoutOption = None,
    policy: PolicyOption = None,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    as_json: common.JsonOption = False,
) -> None:
    """Print the class as it is by the general policy and as it would be, and what makes the difference."""
    role(common.caller().role).require("evidence")
    if not without and policy is None:
        why = t("至少给出 --without 或 --policy 之一", "give --without or --policy")
        raise UsageError("usage.bad_value", option="--without | --policy", value="", why=why)
    with common.graph() as store:
        point = common.point(store, valid, known)
        found = job(store, code, point, without or [], DEFAULT_POLICY, policy)
    before, after = found.before, found.after
    if as_json:
        names = ("score", "level", "direct_rule")
        sides = [
            {name: row[name] or None if name == "direct_rule" else row[name] for name in names} if row else None
            for row in (before, after)
        ]
        rows = [{"indicator": item.id, "before": item.before, "points": item.after} for item in found.differences]
        point_told = {"valid": point.valid, "known": point.seq, "use_day": point.use}
        head = {"code": found.code, "policy": policy or DEFAULT_POLICY, "without": without or [], **point_told}
        common.print_json({**head, "before": sides[0], "after": sides[1], "differences": rows})
        common.notes.print(t(*NOTICE))
        return
    zh = f"{found.code}：现为 {before['level']} 类 {before['score']} 分，"
    en = f"{found.code}: class {before['level']}, score {before['score']} now; "
    if after is None:
        zh, en = zh + "将不再分级", en + "would not be graded"
    else:
        zh += f"将为 {after['level']} 类 {after['score']} 分"
        en += f"class {after['level']}, score {after['score']} then"
    common.console.print(t(zh, en), style="bold")
    for item in found.differences:
        common.console.print(f"· {t(*item.name)}：{item.before} → {item.after}", highlight=False)
    if after is not None and not found.differences:
        common.console.print(
            t("没有任何变化：各项得分与直接判定均相同。", "Nothing is changed: all points are the same.")
        )
    common.console.print(t(*NOTICE), style="bold")
