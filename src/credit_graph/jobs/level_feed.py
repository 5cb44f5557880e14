"""How the classes that other departments are told changed, line by line (HOME/feeds/levels).

Each ``level export`` compares what it tells with what was told before, and writes what differs as one file that is
never changed, named by the number of its first line. Numbers go on without a gap from 1; whoever replays all lines
has the classes of the last export.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from credit_graph import clock
from credit_graph.errors import InputError
from credit_graph.jobs.department_levels import DepartmentLevel
from credit_graph.lists.editions.edition import canonical
from credit_graph.store.files import lock_file, private_folder, write_whole

SET, STOP = "set", "stop"  # has this class now; has none any more: the former may no longer be used
Line = dict[str, Any]


class LevelFeed:
    """The feed of an installation. ``home``: its data directory."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "feeds" / "levels"

    def advance(self, told: Iterable[DepartmentLevel], seq: int, run: str) -> int:
        """Add what differs from what was told before; returns how many lines that is.

        A change of month alone is none. ``told``: every firm; who is not among them has no class any more.
        """
        private_folder(self._folder)
        with lock_file(self._folder.parent / "levels.lock").acquire():
            last, before = self._state()
            now = {level.code: (level.level, level.source) for level in told if level.level is not None}
            lines: list[Line] = []
            common = {"day": clock.today().isoformat(), "seq": seq, "run": run}
            for code in sorted(before.keys() | now.keys()):
                if before.get(code) != now.get(code):
                    level, source = now.get(code, (None, None))
                    event = SET if level else STOP
                    said = {"event": event, "code": code, "creditRiskLevel": level, "source": source}
                    former = before.get(code, (None, None))[0]
                    lines.append({"sequence": last + len(lines) + 1, **said, "formerLevel": former, **common})
            if lines:
                data = b"".join(canonical(line) + b"\n" for line in lines)
                write_whole(self._folder / f"{last + 1:012d}.jsonl", data)
        return len(lines)

    def last(self) -> int:
        """The number of the last line, 0 before the first export."""
        segments = self._segments()
        return int(_lines(segments[-1])[-1]["sequence"]) if segments else 0

    def after(self, sequence: int, limit: int) -> list[Line]:
        """The lines that follow a number, at most so many."""
        segments = self._segments()
        first = max((n for n, path in enumerate(segments) if int(path.stem) <= sequence + 1), default=0)
        found: list[Line] = []
        for path in segments[first:]:
            found += [line for line in _lines(path) if line["sequence"] > sequence]
            if len(found) >= limit:
                break
        return found[:limit]

    def stops(self) -> Iterator[tuple[int, str]]:
        """Number and day of every stop-of-use event."""
        for path in self._segments():
            yield from ((line["sequence"], line["day"]) for line in _lines(path) if line["event"] == STOP)

    def _state(self) -> tuple[int, dict[str, tuple[str, str]]]:
        last = 0
        state: dict[str, tuple[str, str]] = {}
        for path in self._segments():
            for line in _lines(path):
                last = line["sequence"]
                state.pop(line["code"], None)
                if line["event"] == SET:
                    state[line["code"]] = (line["creditRiskLevel"], line["source"])
        return last, state

    def _segments(self) -> list[Path]:
        return sorted(self._folder.glob("*.jsonl"))


def _lines(path: Path) -> list[Line]:
    try:
        return [json.loads(line) for line in path.read_bytes().splitlines()]
    except ValueError:
        raise InputError("input.damaged", path=path.name, why="JSON") from None
