"""How classes changed from run to run: of one firm, and of all since a day."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError
from credit_graph.jobs.level_history import level_changes
from credit_graph.store import Store
from months import DAYS, A, B, C, three_months


@pytest.fixture
def runs(
    store: Store, once: Callable[[Callable[[], list[str]]], list[str]], monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    found = once(lambda: three_months(store, monkeypatch))
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", DAYS[-1].isoformat())
    return found


def as_json(*words: str) -> list[dict[str, Any]]:
    done = invoke("level", *words, "--json")
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.reads
def test_the_history_of_a_firm(runs: list[str]) -> None:
    names = ("valid", "before", "level", "score_before", "score", "run")
    assert [tuple(row[name] for name in names) for row in as_json("history", A)] == [
        ("2026-11-01", "B", "A", 300, 0, runs[2]),
        ("2026-10-01", "A", "B", 0, 300, runs[1]),
        ("2026-09-01", None, "A", None, 0, runs[0]),
    ]
    why = [
        [(item["indicator"], item["before"], item["points"]) for item in row["why"]] for row in as_json("history", A)
    ]
    assert why == [
        [("abnormal_now", 200, 0), ("abnormal_unreachable", 60, 0), ("abnormal_times", 40, 0)],
        [("abnormal_now", 0, 200), ("abnormal_unreachable", 0, 60), ("abnormal_times", 0, 40)],
        [],
    ]
    assert [row["valid"] for row in as_json("history", A, "--valid", "2026-10-15")] == ["2026-10-01", "2026-09-01"]


@pytest.mark.reads
def test_changes_since_a_day_come_in_pages(store: Store, runs: list[str]) -> None:
    def told(since: str, *options: str) -> list[tuple[str, ...]]:
        names = ("valid", "code", "before", "level")
        return [tuple(row[name] for name in names) for row in as_json("changes", "--since", since, *options)]

    november = [("2026-11-01", A, "B", "A"), ("2026-11-01", B, "A", "B"), ("2026-11-01", C, "A", "B")]
    assert told("2026-10-02") == november
    assert told("2026-09-01") == [*november, ("2026-10-01", A, "A", "B")]
    assert told("2026-09-01", "--limit", "2") == november[:2]
    first = level_changes(store, DAYS[0], 3, 2)
    last = first[-1]
    rest = level_changes(store, DAYS[0], 3, 9, (last.point.valid, last.gid))
    assert [change.eid for change in rest] == [C, A]
    assert level_changes(store, DAYS[0], 2, 9) == rest[1:]
    with pytest.raises(CreditGraphError) as missing:
        as_json("changes")
    assert missing.value.code == "usage.bad_value"
