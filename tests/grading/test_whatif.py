"""What a firm's class would be without some records, or by another policy; nothing is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError
from credit_graph.jobs import whatif as job
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.grade import grade
from credit_graph.model.statement import Statement
from credit_graph.model.time import Point
from credit_graph.resources import root
from credit_graph.store import Store
from handmade import City

pytestmark = pytest.mark.parametrize("engine", ["embedded"], indirect=True)
A, B = "91330200AAAAAAAAAA", "91330200BBBBBBBBBB"


Said = dict[str, Statement]


@pytest.fixture
def said(
    store: Store,
    once: Callable[[Callable[[], dict[str, Statement]]], dict[str, Statement]],
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, Statement]:
    """乙 holds 60 % of 甲 and is on the serious list; 甲 is on the abnormal list."""
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")

    def made() -> Said:
        city = City(store)
        city.firm(A, "甲有限公司")
        city.firm(B, "乙有限公司")
        day = date(2025, 7, 8)
        found = {
            "held": city.say("Contribution", A, "1", holder_name="乙有限公司", holder_code=B, subscribed=60_000_000),
            "serious": city.say("SeriousListing", B, "s", start=day, listed_on=day),
            "listing": city.say("AbnormalListing", A, "l", start=day, listed_on=day),
        }
        city.commit()
        refresh(store)
        return found

    return once(made)


def as_json(*words: str) -> dict[str, Any]:
    done = invoke("whatif", *words, "--json")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.reads
def test_without_a_record_of_its_own_and_of_others(store: Store, said: Said) -> None:
    before = {"score": 468, "level": "B", "direct_rule": None}
    own = as_json(A, "--without", said["listing"].sid)
    assert (own["before"], own["after"]) == (before, {"score": 240, "level": "B", "direct_rule": None})
    assert own["differences"] == [
        {"indicator": "abnormal_now", "before": 200, "points": 0},
        {"indicator": "abnormal_times", "before": 28, "points": 0},  # more than a year old: 70 per cent
    ]
    # the listing of the holder, or the holding that leads to it: either takes the points of the relation away
    for name in ("serious", "held"):
        other = as_json(A, "--without", said[name].sid)
        assert other["after"] == {"score": 228, "level": "B", "direct_rule": None}
        assert [row["indicator"] for row in other["differences"]] == ["group_serious", "holder_serious"]
    both = as_json(A, "--without", said["listing"].sid, "--without", said["held"].sid)
    assert both["after"] == {"score": 0, "level": "A", "direct_rule": None}
    assert store.read("explore/grades") == []


@pytest.mark.reads
def test_the_same_policy_alone_changes_nothing(said: Said) -> None:
    found = as_json(A, "--policy", "general")
    assert (found["policy"], found["without"], found["differences"]) == ("general", [], [])
    assert found["before"] == found["after"] == {"score": 468, "level": "B", "direct_rule": None}
    assert "没有任何变化：各项得分与直接判定均相同。" in invoke("whatif", A, "--policy", "general").stdout
    assert "没有任何变化" not in invoke("whatif", A, "--without", said["held"].sid).stdout


@pytest.mark.reads
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((A,), "usage.bad_value"),
        ((A, "--without", "0" * 32), "usage.unknown_entity"),
        ((A, "--policy", "nothing"), "policy.none_in_force"),
    ],
)
def test_what_can_not_be_answered(said: Said, words: tuple[str, ...], code: str) -> None:
    with pytest.raises(CreditGraphError) as caught:
        as_json(*words)
    assert caught.value.code == code


def test_the_firm_and_whom_it_touches_are_enough(
    store: Store, said: dict[str, Statement], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (root("policies") / "grading" / "general.yml").read_text(encoding="utf-8")
    draft = tmp_path / "draft.yml"
    draft.write_text(
        text.replace("policy: general", "policy: draft").replace("{from: 1, points: 200}", "{from: 1, points: 150}")
    )
    words = [(A, "--without", said["serious"].sid), (A, "--policy", str(draft))]
    by_all = [as_json(*each) for each in words]
    assert [(found["after"] or {}).get("score") for found in by_all] == [228, 418]
    grade(store, Point(1, date(2026, 11, 23), date(2026, 11, 23)))
    monkeypatch.setattr(job, "project", None)  # the city is not read
    assert [as_json(*each) for each in words] == by_all
