"""``credit-graph grade`` and ``credit-graph explain``: the class of credit risk, an internal reference."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from credit_graph.commands import common, regrading
from credit_graph.commands.links import point_json, progress_bar
from credit_graph.errors import UsageError
from credit_graph.grading.policy import NOTICE, Indicator, grading_policy
from credit_graph.jobs import grade as job
from credit_graph.jobs.explain import ExplainedLine, Explanation
from credit_graph.jobs.explain import explain as explain_firm
from credit_graph.jobs.grade_check import check_run
from credit_graph.jobs.levels import levels
from credit_graph.jobs.regrade import regrade
from credit_graph.server.roles import role, viewer
from credit_graph.text import t

PolicyOption = Annotated[str, typer.Option("--policy", help="分级政策 / policy (policies/grading)")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("grade", help="企业信用风险分类（内部参考）/ grade all firms (internal reference)")(grade)
    app.command("explain", help="一户企业分级的理由 / why a firm has its class")(explain)


def grade(
    policy: PolicyOption = job.DEFAULT_POLICY,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    check: Annotated[
        str | None, typer.Option("--check", metavar="RUN", help="核对已存的一次分级 / check a stored run")
    ] = None,
    changed: Annotated[
        bool, typer.Option("--changed", help="只重新分级有变动的及相关企业 / only whom changes touch")
    ] = False,
    json: common.JsonOption = False,
) -> None:
    """Grade all firms and print how many are in each class; or only whom changes touch; or check a stored run."""
    started = time.perf_counter()
    if changed:
        _changed(policy, valid or known or check, json)
        return
    if check is not None:
        with common.graph() as store, progress_bar(json) as report:
            run = check_run(store, check, report)
        at = f"{run['valid']}, {run['seq']}, {run['use']}"
        text = t(f"分级 {check}（{at}）重建后与存档一致。", f"Run {check} ({at}): made again, it is as it was stored.")
        common.console.print(text, highlight=False)
        return
    with common.graph() as store, progress_bar(json) as report:
        result = job.grade(store, common.point(store, valid, known), policy, report)
        _, found = levels(store, result.point, policy)
    seconds = time.perf_counter() - started
    beside = {
        "official": int((found["leads"] == "official").sum()),
        "differs": int((found["official"].notna() & (found["official"] != found["level"])).sum()),
        "overridden": int((found["leads"] == "override").sum()),
        "in_effect": {level: int((found["in_effect"] == level).sum()) for level in result.levels},
    }
    if json:
        counts = {"levels": result.levels, "direct": result.direct, "changed": result.changed, **beside}
        head = {"run": result.rid, "policy": policy, **point_json(result.point), **counts}
        common.print_json({**head, "unchanged": result.unchanged, "current": result.current, "notice": t(*NOTICE)})
        return
    _print(result, seconds, beside)


def _changed(policy: str, other: str | None, json: bool) -> None:
    if other is not None or policy != job.DEFAULT_POLICY:
        why = t("不能与 --policy、--valid、--known、--check 同用", "not with --policy, --valid, --known or --check")
        raise UsageError("usage.bad_value", option="--changed", value="", why=why)
    with common.graph() as store:
        result = regrade(store)
    if json:
        common.print_json(regrading.as_json(result))
        return
    for line in regrading.lines(result):
        common.console.print(line, highlight=False)
    common.console.print(t(*NOTICE), style="bold")


def _print(result: job.GradeResult, seconds: float, beside: dict[str, Any]) -> None:
    day, total = result.point.valid, sum(result.levels.values())
    title = t(
        f"信用风险分类 {day}（政策 {result.policy}，{total} 户，{seconds:.1f} 秒）",
        f"Credit-risk classes on {day} (policy {result.policy}, {total} firms, {seconds:.1f} s)",
    )
    levels = grading_policy(result.policy, day)[0].scale.levels
    columns = [
        t("类别", "class"),
        t("含义", "meaning"),
        t("分值区间", "scores"),
        t("户数", "firms"),
        t("占比", "share"),
    ]
    ends = [*(f"{level.from_})" for level in levels[1:]), f"{grading_policy(result.policy, day)[0].scale.maximum}]"]
    rows = [
        (
            level.level,
            t(level.name.zh, level.name.en),
            f"[{level.from_}, {end}",
            result.levels[level.level],
            f"{result.levels[level.level] / total:.1%}" if total else "",
        )
        for level, end in zip(levels, ends, strict=True)
    ]
    common.print_table(title, columns, rows)
    common.console.print(
        t(
            f"直接判定 {result.direct} 户；级别或分值变化 {result.changed} 户。",
            f"{result.direct} at once; {result.changed} changed.",
        )
    )
    if beside["official"] or beside["differs"] or beside["overridden"]:
        counted = " · ".join(f"{level} {count}" for level, count in beside["in_effect"].items())
        official, differs, overridden = (beside[name] for name in ("official", "differs", "overridden"))
        zh = f"以省级分类为准 {official} 户（与本级不同 {differs} 户），人工调整 {overridden} 户；生效类别：{counted}"
        en = f"the province's class leads for {official} ({differs} differ), a decision for {overridden}: {counted}"
        common.console.print(t(zh, en))
    if result.unchanged:
        common.console.print(t("结果与上次相同，未写入。", "Same as the last run; nothing was written."))
    if not result.current:
        common.console.print(t("这是对过去时点的分级，不替换当前级别。", "A look back: the current classes stay."))
    common.console.print(t(*NOTICE), style="bold")


def explain(
    code: str = typer.Argument(metavar="CODE", help="代码或名称 / code or name"),
    policy: PolicyOption = job.DEFAULT_POLICY,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    json: common.JsonOption = False,
) -> None:
    """Print the class of one firm and the reason for every point."""
    caller = role(common.caller().role)
    caller.require("level")
    with common.graph() as store:
        result = explain_firm(store, code, common.point(store, valid, known), viewer(caller), policy)
    if json:
        common.print_json(result.as_json())
        for line in (*_withheld(result), t(*NOTICE)):
            common.notes.print(line)
        return
    head = f"{result.code} {result.name or ''} {result.run['valid']}"
    level, score = result.row["level"], result.row["score"]
    told = "" if result.lines is None else t(f"，{score} 分", f", score {score}")
    zh, en = f"信用风险分类：{level} 类{told}（政策 {policy}）", f"class {level}{told} (policy {policy})"
    common.console.print(t(f"{head} {zh}", f"{head}: {en}"), style="bold")
    if result.official is not None:
        _print_official(result.official, level)
    _print_lines(result)
    for item in result.referrals:
        common.console.print(t("行刑衔接：", "Transfer: ") + f"{item.text}（{item.sid}）", highlight=False)
    common.console.print(t(*NOTICE), style="bold")


def _withheld(result: Explanation) -> list[str]:
    if result.lines is not None:
        return []
    return [t("得分与依据：该角色无权查看，不予显示。", "Score and evidence: withheld from this role.")]


def _print_lines(result: Explanation) -> None:
    for line in _withheld(result):
        common.console.print(line)
    lines = result.lines or []
    scoring = [item for item in lines if item.line.points or not isinstance(item.line.rule, Indicator)]
    for item in scoring:
        _print_line(item, result.code)
    if quiet := len(lines) - len(scoring):
        common.console.print(t(f"其余 {quiet} 项指标未计分。", f"The other {quiet} indicators give no points."))


def _print_official(official: dict[str, Any], own: str) -> None:
    """The province's class beside ours, which one leads, and why they differ."""
    score = "" if official["score"] is None else t(f"，{official['score']:g} 分", f", score {official['score']:g}")
    leads = t("，以此为准", ", which leads") if official["leads"] else ""
    same = "" if official["differs"] else t("，与本级一致", ", the same as here")
    month = official["month"] or ""
    common.console.print(
        t(
            f"省级分类（{month}）：{official['level']} 类{score}{leads}{same}；本级 {own} 类并列如下",
            f"the province's class ({month}): {official['level']}{score}{leads}{same}; ours, {own}, stands beside it",
        ),
        style="bold",
        highlight=False,
    )
    for line in official["why"]:
        common.console.print(f"    {line}", highlight=False)


def _print_line(item: ExplainedLine, code: str) -> None:
    common.console.print(f"· {item.line.text}", highlight=False, soft_wrap=True)
    if item.lowers:
        common.console.print(
            t("    如何降低：", "    what would lower it: ") + item.lowers, highlight=False, soft_wrap=True
        )
    for record in item.records:
        whose = f"{record['name'] or record['firm']}：" if record["firm"] not in {None, code} else ""
        common.console.print(
            f"    {whose}{record['text']}（{record['source']}，{record['sid']}）", highlight=False, soft_wrap=True
        )
    for hop in item.path:
        through = t("关联依据：", "through: ")
        whose = f"{hop['name'] or hop['firm']}：" if hop["firm"] else ""
        common.console.print(f"    {through}{whose}{hop['text']}（{hop['sid']}）", highlight=False)
