"""``credit-graph evaluate``: how well the links of a generated city were found."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.commands.links import point_json, progress_bar
from credit_graph.evaluation.goals import Goal, goal_policy
from credit_graph.jobs.evaluate import Evaluation, Line
from credit_graph.jobs.evaluate import evaluate as score
from credit_graph.text import t

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="generate 写入的目录 / folder made by generate")]

MEASURES = {
    "control_nearest": ("控制：最近控制人", "control: nearest controller"),
    "control_ultimate": ("控制：实际控制人", "control: ultimate controller"),
    "owners": ("受益所有人（股权）", "owners by equity"),
    "holder_precision": ("出资人名称：准确率", "holders' names: precision"),
    "holder_recall": ("出资人名称：召回率", "holders' names: recall"),
    "person_precision": ("跨企业人员：准确率", "persons across firms: precision"),
    "person_recall": ("跨企业人员：召回率", "persons across firms: recall"),
    "person_wrongly_merged": ("跨企业人员：误并率", "persons across firms: wrongly merged"),
    "groups": ("企业族群：B-cubed F1", "control groups: B-cubed F1"),
    "reborn_precision": ("换马甲：前列准确率", "reborn firms: precision of the first"),
    "reborn_pr_auc": ("换马甲：PR-AUC", "reborn firms: PR-AUC"),
}
BASELINES = {
    "largest_holder": ("最大直接出资人", "largest direct holder"),
    "direct_holders": ("直接出资", "direct holdings"),
    "exact_name": ("名称完全相同", "exact name"),
    "name_and_phone": ("姓名与电话", "name and telephone"),
    "majority_components": ("控股连通分量", "components of direct majority"),
    "name_similarity": ("名称相似度", "likeness of names"),
}
COUNTS = {
    "right": ("正确", "right"),
    "found": ("得出", "found"),
    "decided": ("文件可判定", "decided by the files"),
    "companies": ("有出资人的企业", "companies with holders"),
    "controlled": ("有控制人", "controlled"),
    "owners": ("受益所有人", "owners"),
    "firms": ("市场主体", "entities"),
    "groups": ("族群", "groups"),
    "first": ("前列", "first"),
    "wrong": ("错误", "wrong"),
    "undecided": ("文件不可判定", "not decided by the files"),
    "undecided_right": ("不可判定而正确", "right, though not decided"),
    "of_several": ("多户族群", "groups of several"),
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("evaluate", help="生成的城市：关联结果与答案对照 / links of a generated city against its truth")(
        evaluate
    )


def evaluate(folder: FolderArgument, json: common.JsonOption = False) -> None:
    """Score the links against the planted truth; exit status 1 where a goal is missed."""
    started = time.perf_counter()
    with common.graph() as store, progress_bar(json) as report:
        result = score(store, folder, clock.today(), goal_policy(), report)
    if json:
        common.print_json(as_json(result))
    else:
        _print(result, time.perf_counter() - started)
    if not result.met:
        raise typer.Exit(1)


def as_json(result: Evaluation) -> dict[str, Any]:
    """The scores as the command prints them."""
    return {
        **point_json(result.point),
        "city": {name: result.city[name] for name in ("firms", "seed", "noise", "until")},
        "firms": result.firms,
        "present": result.present,
        "met": result.met,
        "measures": [_line(line) for line in result.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    goal = line.goal.model_dump(exclude_defaults=True) if line.goal else None
    return {
        "measure": line.measure.name,
        "value": round(line.measure.value, 6),
        "goal": goal,
        "met": line.met,
        "baselines": {name: round(value, 6) for name, value in line.measure.baselines.items()},
        "counts": line.measure.counts,
        "differing": line.measure.differing,
    }


def _print(result: Evaluation, seconds: float) -> None:
    city = result.city
    title = t(
        f"关联评测 {result.point.valid}（批次 {result.point.seq}，{result.present}/{result.firms} 户，"
        f"错误行 {city['noise']:.0%}，{seconds:.1f} 秒）",
        f"Links on {result.point.valid} (batch {result.point.seq}, {result.present} of {result.firms} entities, "
        f"rows with faults {city['noise']:.0%}, {seconds:.1f} s)",
    )
    columns = [
        t("指标", "measure"),
        t("得分", "score"),
        t("目标", "goal"),
        t("达标", "met"),
        t("对照", "baseline"),
        t("数量", "counts"),
    ]
    common.print_table(title, columns, [_row(line) for line in result.lines])
    for line in result.lines:
        if line.measure.differing:
            common.console.print(t("不一致（前几项）：", "Differing (the first): ") + t(*MEASURES[line.measure.name]))
            for example in line.measure.differing:
                shown = "  ".join(f"{name}={value}" for name, value in example.items())
                common.console.print(f"  {shown}", highlight=False, soft_wrap=True)
    text = t("全部目标达到。", "Every goal is met.") if result.met else t("有目标未达到。", "A goal is missed.")
    common.console.print(text)


def _row(line: Line) -> tuple[str, ...]:
    measure = line.measure
    met = "" if line.goal is None else t("是", "yes") if line.met else t("否", "no")
    return (
        t(*MEASURES[measure.name]),
        f"{measure.value:.4f}",
        _goal(line.goal),
        met,
        "\n".join(f"{t(*BASELINES[name])} {value:.4f}" for name, value in measure.baselines.items()),
        "\n".join(f"{t(*COUNTS[name])} {count}" for name, count in measure.counts.items()),
    )


def _goal(goal: Goal | None) -> str:
    if goal is None:
        return ""
    parts = [
        f"≥ {goal.at_least:g}" if goal.at_least is not None else "",
        f"≤ {goal.at_most:g}" if goal.at_most is not None else "",
        t("高于对照", "above the baseline") if goal.above_baseline else "",
    ]
    return " ".join(part for part in parts if part)
