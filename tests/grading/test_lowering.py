"""What would lower the points of a line, by the bands of its indicator, and after a direct rule."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from credit_graph.grading.lines import lines_of
from credit_graph.grading.lowering import lowering
from credit_graph.grading.policy import GradingPolicy, grading_policy

POLICY = grading_policy("general", date(2026, 11, 23))[0]


def row(policy: GradingPolicy, **values: Any) -> dict[str, Any]:
    """A row in which nothing counts but what is given as ``id=(value, points)``."""
    found: dict[str, Any] = {"direct_rule": values.pop("direct_rule", ""), "direct_statements": [], "scale_cap": 0}
    for item in policy.indicators:
        value, points = values.get(item.id, (None, 0))
        found |= {f"{item.id}.value": value, f"{item.id}.points": points}
        found |= {f"{item.id}.statements": [], f"{item.id}.path": []}
    return found


def sentence(indicator: str, value: int | None, points: int) -> str | None:
    lines = {line.id: line for line in lines_of(POLICY, row(POLICY, **{indicator: (value, points)}))}
    return lowering(POLICY, lines[indicator], points)


@pytest.mark.parametrize(
    ("value", "points", "text"),
    [
        (0, 40, "达到 1 年 时至多计 25 分"),
        (2, 25, "达到 3 年 时至多计 10 分"),
        (4, 10, "达到 5 年 时至多计 0 分"),
        (9, 0, None),
        (None, 0, None),
    ],
)
def test_of_an_indicator_that_falls_with_its_value(value: int | None, points: int, text: str | None) -> None:
    assert sentence("age", value, points) == text


def test_of_an_indicator_that_rises_with_its_value() -> None:
    bands = next(item for item in POLICY.indicators if item.id == "abnormal_now").bands
    assert sentence("abnormal_now", bands[0].from_, bands[0].points) == "低于 1 条 时至多计 0 分"
    assert sentence("abnormal_now", bands[1].from_, bands[1].points) == f"低于 2 条 时至多计 {bands[0].points} 分"
    assert sentence("abnormal_now", 0, 0) is None


def test_of_a_direct_rule() -> None:
    (line, *_) = lines_of(POLICY, row(POLICY, direct_rule="serious_list"))
    assert lowering(POLICY, line, 335) == "不再有该情形后，按得分 335 分为 B 类"
