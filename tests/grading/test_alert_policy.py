"""``policies/alerts.yml``: what is shipped can be read, what is wrong in it is said with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from credit_graph.errors import DefinitionError
from credit_graph.grading.alert_policy import AlertPolicy, alert_policy
from credit_graph.policyfile import read_policy
from credit_graph.resources import root


def test_the_levels_begin_at_their_points() -> None:
    rules = alert_policy().on(date(2026, 11, 23))
    found = [
        (points, level.level if (level := rules.level_of(points)) else None) for points in (0, 29, 30, 59, 60, 99, 100)
    ]
    assert found == [
        (0, None), (29, None), (30, "yellow"), (59, "yellow"), (60, "orange"), (99, "orange"), (100, "red"),
    ]  # fmt: skip
    with pytest.raises(DefinitionError) as caught:
        alert_policy().on(date(2022, 1, 12))
    assert caught.value.code == "policy.none_in_force"


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ("names_most: 20", "name_most: 20", "id: banned_office", "缺少这一项"),
        ("type: level_rise", "type: level_rises", "id: level_rise", "level_rise"),
        ("from: 60", "from: 20", "levels:", "from 必须递增"),
        ("working_days: 10", "working_days: 30", "levels:", "级别越高，期限不能越长"),
        ("from: 100", "from: 9000", "levels:", "所有规则的分值之和达不到 red"),
        ("id: term_lapsed", "id: permit_lapsed", "rules:", "permit_lapsed 出现两次"),
        ("上次：{before}", "上次：{befor}", "上次：{before}", "没有 befor 这一项"),
        ("day: received_on", "day: recieved_on", "day: received_on", "recieved_on"),
        ("kind: Complaint", "kind: Complaints", "kind: Complaint", "Complaints"),
        ("days: 92", "days: 0", "days: 92", "1"),
        ("points: 60", "points: -60", "points: 60", "0"),
        (
            "words: [法定代表人], offices:",
            "words: [法定代表人], permits:",
            "words: [法定代表人]",
            "offices or positions",
        ),
        ("effective_from: 2022-01-13", "effective_from: 2022-13-01", "effective_from", "2022-13-01 不是日期"),
    ],
)
def test_a_wrong_policy_names_its_line(tmp_path: Path, old: str, new: str, line: str, why: str) -> None:
    text = (root("policies") / "alerts.yml").read_text(encoding="utf-8")
    path = tmp_path / "alerts.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_policy(path, AlertPolicy)
    assert caught.value.code == "policy.invalid" and why in str(caught.value)
    number = int(str(caught.value).split("alerts.yml:")[1].split(" ")[0])
    assert number == next(place for place, said in enumerate(text.splitlines(), start=1) if line in said)
