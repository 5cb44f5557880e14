"""What would lower the points of a line: the nearest value that gives fewer, or the end of a direct rule."""

from __future__ import annotations

from collections.abc import Iterator

from credit_graph.grading.lines import Line
from credit_graph.grading.policy import DirectRule, GradingPolicy, Indicator
from credit_graph.grading.sentences import value_text
from credit_graph.text import t


def lowering(policy: GradingPolicy, line: Line, score: int) -> str | None:
    """One sentence; ``None`` where nothing is to be lowered. ``score``: of the firm in the run of the line."""
    if isinstance(line.rule, DirectRule):
        levels = [level for level in policy.scale.levels if level.from_ <= score]
        return t(
            f"不再有该情形后，按得分 {score} 分为 {levels[-1].level} 类",
            f"once it is over, class {levels[-1].level} by the score of {score}",
        )
    if not isinstance(line.rule, Indicator) or line.value is None or line.points <= 0:
        return None
    told = [_sentence(line.rule, *step) for step in _steps(line.rule, line.value, line.points)]
    return t("；", "; ").join(told) or None


def _steps(rule: Indicator, value: int, points: int) -> Iterator[tuple[bool, int, int]]:
    """The nearest bands with fewer points, below and above: whether it lies above, where it begins or ends, points."""
    bands = [(None, 0), *((band.from_, min(band.points, rule.cap)) for band in rule.bands)]
    here = max(place for place, (start, _) in enumerate(bands) if start is None or start <= value)
    for place in range(here - 1, -1, -1):
        end = bands[place + 1][0]
        if bands[place][1] < points and end is not None and (place or end > 0):  # counts and amounts end at 0
            yield False, end, bands[place][1]
            break
    for start, fewer in bands[here + 1 :]:
        if fewer < points and start is not None:
            yield True, start, fewer
            break


def _sentence(rule: Indicator, above: bool, bound: int, points: int) -> str:
    bound_text = value_text(rule, bound)
    if above:
        return t(f"达到 {bound_text} 时至多计 {points} 分", f"from {bound_text} on at most {points} points")
    return t(f"低于 {bound_text} 时至多计 {points} 分", f"below {bound_text} at most {points} points")
