"""What a backtest says in words, for the screen and for the page."""

from __future__ import annotations

import math

from credit_graph.grading.backtest.compare import ArmName
from credit_graph.grading.backtest.leaks import Leak
from credit_graph.grading.backtest.ranking import Interval
from credit_graph.jobs.backtest import Backtest
from credit_graph.text import t

ARMS: dict[ArmName, tuple[str, str]] = {
    "policy": ("政策", "policy"),
    "own_history": ("仅自身记录", "own history only"),
    "rewired": ("关联随机重连", "ties left to chance"),
    "permuted": ("结果随机打乱", "outcomes shuffled"),
}
LEAKS = {
    "later_records": ("依据了截至日之后才有的记录（户数）", "rests on records that came later (firms)"),
    "better_than_before": ("对事后的区分明显强于对事前的区分", "tells what came after better than what came before"),
    "too_good": ("好得不可信", "too good to be true"),
}


def percent(value: float) -> str:
    """A rate in words."""
    return "–" if math.isnan(value) else f"{value:.1%}"


def facts(test: Backtest) -> list[str]:
    """What stands below the table: from whom it was told, how sure it is, what could not be told."""
    result = test.result
    percent = test.rules.confidence_percent
    whom = {
        "drawn": t("抽查（按抽中概率的倒数加权）", "draws, each weighted by one over its probability"),
        "random": t("随机组抽查", "draws of the random arm"),
        "all": t("全部企业：查出率也取决于检查力度，有偏", "everybody: this says also where people looked; biased"),
    }[test.sample]
    lines = [
        t(
            f"样本：{whom}；{result.looked_at} 次（{result.firms} 户，{result.groups} 个族群），"
            f"查出 {result.found} 次；未能检查 {test.unseen} 次，不在分级范围 {result.not_graded} 次。",
            f"Sample: {whom}; {result.looked_at} looks ({result.firms} firms, {result.groups} groups), "
            f"{result.found} found; {test.unseen} could not be looked at, {result.not_graded} are not graded.",
        ),
        t(
            f"AUC 之差（按族群自助抽样，{percent}% 区间）：对仅自身记录 {_shown(result.over_own)}；"
            f"对关联随机重连 {_shown(result.over_rewired)}；打乱结果不低于政策的比例 {result.above_chance:.3f}。",
            f"Difference of AUC ({percent} % interval, groups resampled): to own history {_shown(result.over_own)}; "
            f"to ties left to chance {_shown(result.over_rewired)}; shuffled as good: {result.above_chance:.3f}.",
        ),
    ]
    if not result.learnt_before:
        lines.append(
            t(
                "校准：前一观察期数据不足，预期只按其他族群推算。",
                "Calibration: too little is known of the period before; expectations come from other groups only.",
            )
        )
    if test.past.seq is None:
        left = sum(test.past.left_out.values())
        lines.append(
            t(
                f"重建：{test.at} 时尚未载入任何数据，按来源的记录日期重建；{left} 条记录无法重建，未计入。",
                f"Reconstructed: nothing had been loaded by {test.at}; the sources' days of recording stand for it; "
                f"{left} statements can't be told and are left out.",
            )
        )
    return lines


def _shown(found: Interval) -> str:
    return f"{found.value:+.4f} [{found.low:+.4f}, {found.high:+.4f}]"


def leak_text(leak: Leak) -> str:
    """One sign of a leak in words."""
    return t("泄漏：", "Leak: ") + f"{leak.what} {t(*LEAKS[leak.test])}: {leak.value:.4f} > {leak.limit:g}"
