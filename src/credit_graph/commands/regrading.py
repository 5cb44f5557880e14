"""What commands that change the data say of the firms that were graded again the same day."""

from __future__ import annotations

from typing import Any

from credit_graph.commands import common
from credit_graph.errors import CreditGraphError
from credit_graph.jobs import regrade as job
from credit_graph.jobs.regrade import Regraded, Why
from credit_graph.store import Store
from credit_graph.text import joined, t

_WHY: dict[Why, tuple[str, str]] = {
    "nothing": ("自上次分级以来没有影响分级的变动。", "Nothing that a class rests on has changed since the last run."),
    "never": ("尚未分级", "there is no run yet"),
    "no_base": ("上次全量分级的关联数据已不在", "what the last full run left is gone"),
    "other_rules": ("政策、规则或程序版本已变", "the policy, the rules or the program are others"),
    "other_kinds": ("某类记录首次载入或已全部撤回", "a kind of record came for the first time, or is gone"),
    "many": ("变动涉及的企业过多", "too many firms are touched"),
    "open_batch": ("有未完成的批次", "a batch is unfinished"),
}
_STALE = {"links": ("关联关系", "who belongs to whom"), "reborn": ("疑似换马甲", "firms that may be come back")}


def follow(store: Store) -> None:
    """Grade again whom the change touches, and say so."""
    tell(job.follow(store))


def tell(result: Regraded | CreditGraphError | None) -> None:
    """Say what came of it; nothing where no firm was ever graded, or none is touched."""
    if isinstance(result, CreditGraphError):
        common.notes.print(str(result), highlight=False)
    elif result is not None and result.why not in {"never", "nothing"}:
        for line in lines(result):
            common.notes.print(line, highlight=False, soft_wrap=True)


def lines(result: Regraded) -> list[str]:
    """What a partial run did, in words."""
    if result.why == "nothing":
        return [t(*_WHY["nothing"])]
    if result.why:
        zh, en = _WHY[result.why]
        return [
            t(
                f"未能局部重新分级（{zh}）：请运行 credit-graph grade。",
                f"Not graded again ({en}): run credit-graph grade.",
            )
        ]
    zh = f"已重新分级 {result.firms} 户，级别或分值变化 {result.changed} 户。"
    said = [t(zh, f"{result.firms} firms graded again; {result.changed} changed.")]
    if result.stale:
        names = joined(t(*_STALE[name]) for name in result.stale)
        zh = f"其中{names}沿用 {result.day} 全量分级的结果，可能已变：运行 credit-graph grade 后更新。"
        en = f"Taken from the full run of {result.day}, and may be otherwise by now: {names}. Run credit-graph grade."
        said.append(t(zh, en))
    return said


def as_json(result: Regraded) -> dict[str, Any]:
    """As ``grade --changed --json`` prints it."""
    return {
        "run": result.rid,
        "base": result.base,
        "why": result.why or None,
        "firms": result.firms,
        "changed": result.changed,
        "stale": list(result.stale),
    }
