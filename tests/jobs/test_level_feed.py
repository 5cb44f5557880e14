"""The feed of classes: numbers without a gap in files that are never changed, restored only where there is none."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import pytest

from credit_graph.errors import InputError
from credit_graph.jobs.department_levels import DepartmentLevel
from credit_graph.jobs.level_feed import LevelFeed
from credit_graph.store.backup import _copy_files

RUN = "0" * 32


def told(source: Literal["official", "own"] = "own", month: int = 10, **levels: str | None) -> list[DepartmentLevel]:
    day = date(2026, month, 1)
    return [
        DepartmentLevel(code, None, "graded" if level else "not_graded", ("", ""), level, source=source, month=day)
        for code, level in levels.items()
    ]


def test_whoever_replays_has_the_classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    feed = LevelFeed(tmp_path)
    assert (feed.last(), feed.after(0, 9)) == (0, [])
    assert feed.advance(told(a="A", b="B", c=None), 1, RUN) == 2
    assert feed.advance(told(a="A", b="B", month=11), 2, RUN) == 0  # of another month alone
    assert feed.advance(told(a="D", c="C"), 3, RUN) == 3
    assert feed.advance(told("official", a="D", c="C"), 4, RUN) == 2
    names = sorted(path.name for path in (tmp_path / "feeds" / "levels").iterdir())
    assert names == ["000000000001.jsonl", "000000000003.jsonl", "000000000006.jsonl"]
    lines = feed.after(0, 99)
    names = ["sequence", "event", "code", "formerLevel", "creditRiskLevel"]
    assert [tuple(line[name] for name in names) for line in lines] == [
        (1, "set", "a", None, "A"), (2, "set", "b", None, "B"), (3, "set", "a", "A", "D"), (4, "stop", "b", "B", None),
        (5, "set", "c", None, "C"), (6, "set", "a", "D", "D"), (7, "set", "c", "C", "C"),
    ]  # fmt: skip
    for after in range(8):
        assert feed.after(after, 2) == lines[after : after + 2]
    assert (list(feed.stops()), feed.last()) == ([(4, "2026-11-23")], 7)
    restored(tmp_path, feed)


def restored(home: Path, feed: LevelFeed) -> None:
    """A backup has the feed; where one is there already it stays, since departments hold its numbers."""
    backup, other = home / "backup", home / "other"
    _copy_files(home, backup)
    _copy_files(backup, other)
    assert LevelFeed(other).after(0, 99) == feed.after(0, 99)
    LevelFeed(other).advance([], 5, RUN)
    _copy_files(backup, other)
    assert LevelFeed(other).last() == 9
    (home / "feeds" / "levels" / "000000000006.jsonl").write_bytes(b"{")
    with pytest.raises(InputError) as raised:
        feed.last()
    assert raised.value.code == "input.damaged"
