"""Sentences about the province's class beside ours, and about people's decisions on classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from credit_graph.grading.lines import Line
from credit_graph.grading.policy import DirectRule
from credit_graph.model.time import DAY_MAX
from credit_graph.text import joined, t


class Counted(NamedTuple):
    """A line of evidence with the days (ISO, or none) of the records behind it."""

    line: Line
    days: Sequence[str | None]


def differences(official: Mapping[str, Any], level: str, lines: Sequence[Counted]) -> Iterator[str]:
    """Why our class is another than the province's (省级分类), as far as the records tell; nothing where it is not.

    The province gives its class and month, at times its score, never its reasons: what can be told is which of our
    points rest on facts that are younger than its month.
    """
    theirs = official["risk_class"]
    if theirs == level:
        return
    month: date | None = official.get("month")
    later = [item.line for item in lines if month and _after(item, month)]
    for line in later:
        yield t(
            f"省级评价月份（{month:%Y-%m}）之后的记录：{line.name[0]}（{_weight(line)}）",
            f"after the province's month ({month:%Y-%m}): {line.name[1]} ({_weight(line)})",
        )
    rest = [item.line for item in lines if item.line not in later]
    for line in rest:
        if isinstance(line.rule, DirectRule):
            yield t(f"本级{line.text}；省级是否适用不详", f"here {line.text}; the province may not do so")
    points = sum(line.points for line in rest)
    given = official.get("risk_score")
    their_score = (
        t("，得分 ", ", score ") + f"{given:g}" if given is not None else t("，未提供得分", ", no score given")
    )
    yield t(
        f"其余按各自的指标与分值：本级 {points} 分，省级 {theirs} 类{their_score}，省级未提供明细",
        f"for the rest by indicators of their own: here {points} points, there class {theirs}{their_score}; no details",
    )


def _after(item: Counted, month: date) -> bool:
    """Whether the line counts, and only by what happened after the month."""
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    counts = item.line.points > 0 or isinstance(item.line.rule, DirectRule)
    return counts and bool(item.days) and all(day is not None and day >= following.isoformat() for day in item.days)


def _weight(line: Line) -> str:
    if isinstance(line.rule, DirectRule):
        return line.text
    return t(f"{line.points} 分", f"{line.points} points")


def override_sentence(decision: Mapping[str, Any]) -> str:
    """Who gave the firm another class, why, and until when."""
    end = decision["valid_to"] - timedelta(days=1)
    who = joined([decision["actor"], decision["role"], decision["decided_on"]])
    return t(
        f"人工调整为 {decision['level']} 类，有效至 {end}，理由：{decision['basis']}（{who}）",
        f"class {decision['level']} by decision until {end}, because: {decision['basis']} ({who})",
    )


def own_leads(decision: Mapping[str, Any]) -> str:
    """Who decided that the bureau's own classes lead, why, and until when."""
    end = decision["valid_to"]
    until = "" if end == DAY_MAX else t(f"，至 {end - timedelta(days=1)}", f", until {end - timedelta(days=1)}")
    who = joined([decision["actor"], decision["role"], decision["decided_on"]])
    return t(
        f"已决定以本级分类为准{until}，理由：{decision['basis']}（{who}）",
        f"it was decided that the bureau's own classes lead{until}, because: {decision['basis']} ({who})",
    )
