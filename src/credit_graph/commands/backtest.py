"""``credit-graph backtest``: how well the classes of a past day told what was found afterwards."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.commands.backtest_page import page
from credit_graph.commands.backtest_text import ARMS, facts, leak_text, percent
from credit_graph.commands.grade import PolicyOption
from credit_graph.commands.links import progress_bar
from credit_graph.errors import InputError, StateError, UsageError
from credit_graph.grading.backtest.compare import ArmName
from credit_graph.grading.backtest.measures import Calibration, LevelRate, Measures
from credit_graph.grading.backtest.ranking import Interval
from credit_graph.grading.policy import NOTICE
from credit_graph.jobs import backtest as job
from credit_graph.jobs import grade as grade_job
from credit_graph.store.files import write_whole
from credit_graph.text import t

AtOption = Annotated[
    str, typer.Option("--at", help="截至日：只用当日已知 / day: only what was known by it (YYYY-MM-DD)")
]
HorizonOption = Annotated[str, typer.Option("--horizon", help="观察期 / time after it: 12m, 90d, 1y")]
SampleOption = Annotated[
    str,
    typer.Option(
        "--sample",
        help="drawn 抽查（按抽中概率加权）| random 随机组 | all 全部企业 / draws weighted | random arm | everybody",
    ),
]
OutOption = Annotated[Path | None, typer.Option("--out", help="图表报告（HTML）/ report with charts (HTML)")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backtest", help="回测：当日分级对此后违法的区分力 / how well classes told what came after")(backtest)


def backtest(
    at: AtOption,
    policy: PolicyOption = grade_job.DEFAULT_POLICY,
    horizon: HorizonOption = "12m",
    sample: SampleOption = "drawn",
    json: common.JsonOption = False,
    out: OutOption = None,
) -> None:
    """Grade a past day by what was known then and compare with what came after; exit status 1 where a leak shows."""
    started = time.perf_counter()
    day = common.day("--at", at)
    assert day is not None
    if sample not in job.SAMPLES:
        raise UsageError("usage.bad_value", option="--sample", value=sample, why=" | ".join(job.SAMPLES))
    if out is not None and out.exists():
        raise StateError("state.exists", path=out)
    if out is not None and not out.absolute().parent.is_dir():
        raise InputError("input.not_found", path=out.parent)
    with common.graph() as store, progress_bar(json) as report:
        result = job.backtest(store, policy, day, horizon, clock.today(), sample, report)
    if out is not None:
        write_whole(out, page(result).encode())
        common.notes.print(t(f"报告：{out}", f"Report: {out}"), highlight=False)
    if json:
        common.print_json(as_json(result))
    else:
        _print(result, time.perf_counter() - started)
    if result.result.leaks:
        raise typer.Exit(1)


def as_json(test: job.Backtest) -> dict[str, Any]:
    """The figures as the command prints them; no firm is named."""
    result, rules = test.result, test.rules
    return {
        "policy": test.policy.policy,
        "at": test.at,
        "until": test.until,
        "known": test.past.seq,
        "reconstructed": test.past.seq is None,
        "left_out": test.past.left_out,
        "sample": test.sample,
        "looked_at": result.looked_at,
        "firms": result.firms,
        "found": result.found,
        "unseen": test.unseen,
        "not_graded": result.not_graded,
        "groups": result.groups,
        "largest_group": result.largest_group,
        "graded": test.levels,
        "arms": {name: _measures(measures, rules.top_percent) for name, measures in result.arms.items()},
        "over_own_history": _interval(result.over_own),
        "over_rewired": _interval(result.over_rewired),
        "above_chance": round(result.above_chance, 4),
        "draws": {name: [_number(value) for value in sorted(draws)] for name, draws in result.draws.items()},
        "folds": [
            {
                "looked_at": fold.looked_at,
                "found": fold.found,
                "policy": _number(fold.policy),
                "own_history": _number(fold.own_history),
            }
            for fold in result.folds
        ],
        "learnt_before": result.learnt_before,
        "leaks": [
            {"test": leak.test, "what": leak.what, "value": _number(leak.value), "limit": leak.limit}
            for leak in result.leaks
        ],
        "notice": t(*NOTICE),
    }


def _measures(measures: Measures, top: int) -> dict[str, Any]:
    return {
        "auc": _number(measures.auc),
        "ks": _number(measures.ks),
        f"lift_{top}": _number(measures.lift),
        "levels": [_level(row) for row in measures.levels],
        "calibration": _calibration(measures.calibration),
    }


def _level(row: LevelRate) -> dict[str, Any]:
    told = {"level": row.level, "looked_at": row.looked_at, "found": row.found, "share": _number(row.share)}
    return {**told, "rate": _number(row.rate.value), "low": _number(row.rate.low), "high": _number(row.rate.high)}


def _calibration(found: Calibration | None) -> dict[str, Any] | None:
    if found is None:
        return None
    bins = [
        {"looked_at": one.looked_at, "expected": _number(one.expected), **_interval(one.rate, "rate")}
        for one in found.bins
    ]
    return {"bins": bins, "brier": _number(found.brier), "error": _number(found.error)}


def _interval(found: Interval, name: str = "value") -> dict[str, float | None]:
    return {name: _number(found.value), "low": _number(found.low), "high": _number(found.high)}


def _number(value: float) -> float | None:
    """Six places; ``None`` where there is nothing to tell from."""
    return None if math.isnan(value) else round(float(value), 6)


def _print(test: job.Backtest, seconds: float) -> None:
    result, top = test.result, test.rules.top_percent
    title = t(
        f"回测 {test.at} 之后至 {test.until}（政策 {test.policy.policy}，{seconds:.1f} 秒）",
        f"Backtest after {test.at} up to {test.until} (policy {test.policy.policy}, {seconds:.1f} s)",
    )
    levels = [level.level for level in test.policy.scale.levels]
    rates = [t(f"{level} 类查出率", f"rate of {level}") for level in levels]
    columns = [
        t("方案", "arm"),
        "AUC",
        "KS",
        t(f"前 {top}% 提升", f"lift {top} %"),
        *rates,
        t("校准误差", "calibration"),
    ]
    common.print_table(title, columns, [_row(name, measures) for name, measures in result.arms.items()])
    for line in facts(test):
        common.console.print(line, highlight=False)
    for leak in result.leaks:
        common.console.print(leak_text(leak), style="bold red", highlight=False)
    common.console.print(t(*NOTICE), style="bold")


def _row(name: ArmName, measures: Measures) -> tuple[str, ...]:
    rates = [
        f"{percent(row.rate.value)}\n[{percent(row.rate.low)}, {percent(row.rate.high)}]\n{row.found}/{row.looked_at}"
        if row.looked_at
        else ""
        for row in measures.levels
    ]
    error = "" if measures.calibration is None else f"{measures.calibration.error:.4f}"
    return (t(*ARMS[name]), f"{measures.auc:.4f}", f"{measures.ks:.4f}", f"{measures.lift:.2f}", *rates, error)
