"""How classes changed from run to run: of one firm, or of all since a day; and which points made the difference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from credit_graph.grading import runfile
from credit_graph.grading.lines import Difference, differing
from credit_graph.jobs.grade import run_path
from credit_graph.model.time import Point
from credit_graph.store import Store

FIRST_PLACE = (date(9999, 12, 31), "")  # before the latest change


@dataclass(frozen=True, slots=True)
class LevelChange:
    """A firm's class or score by a run is another than before; ``None`` for no class (not graded then, or no more).

    ``gid``: of its node; ``previous``: the run that was current before.
    """

    eid: str
    gid: str
    run: str
    previous: str | None
    point: Point
    policy: str
    level: str | None
    score: int | None
    direct_rule: str | None
    was_level: str | None
    was_score: int | None


def level_history(store: Store, eids: Sequence[str], point: Point) -> dict[str, list[LevelChange]]:
    """Per firm what changed by runs at or before the point, the latest first; firms never graded have nothing."""
    found: dict[str, list[LevelChange]] = {eid: [] for eid in eids}
    for row in store.read("read/level_history", eids=list(found), seq=point.seq, valid=point.valid):
        found[row["eid"]].append(_change(row))
    return found


def level_changes(
    store: Store, since: date, seq: int, limit: int, after: tuple[date, str] = FIRST_PLACE
) -> list[LevelChange]:
    """Firms that changed from one class to another by runs about days from ``since`` on, known up to ``seq``, the
    latest first, from a place (valid day and ``gid`` of the last change seen) on."""
    day, gid = after
    rows = store.read("read/level_changes", since=since, before=day, after_gid=gid, seq=seq, limit=limit)
    return [_change(row) for row in rows]


def differences(store: Store, changes: Iterable[LevelChange]) -> dict[str, list[Difference]]:
    """Per change (``gid``) the lines of evidence whose points differ, the largest difference first.

    Nothing is told where a run file is not there, or was written by a program whose policies this one can't read.
    """
    wanted = [change for change in changes if change.previous and change.level and change.was_level]
    result: dict[str, list[Difference]] = {}
    for pair in sorted({(change.previous, change.run) for change in wanted}):
        mine = [change for change in wanted if (change.previous, change.run) == pair]
        paths = [run_path(store, str(rid)) for rid in pair]
        if not all(path.is_file() for path in paths):
            continue
        eids = [change.eid for change in mine]
        before, after = (runfile.rows(path, eids) for path in paths)
        policies = [runfile.policy(path) for path in paths]
        for change in mine:
            if change.eid in before and change.eid in after:
                result[change.gid] = differing(policies[0], before[change.eid], policies[1], after[change.eid])
    return result


def _change(row: dict[str, Any]) -> LevelChange:
    grade = row["grade"]
    return LevelChange(
        eid=row["eid"],
        gid=grade["gid"],
        run=row["run"],
        previous=row["previous"],
        point=Point(grade["seq"], grade["valid"], grade["use"]),
        policy=grade["policy"],
        level=grade.get("level"),
        score=grade.get("score"),
        direct_rule=grade.get("direct_rule") or None,
        was_level=grade.get("was_level"),
        was_score=grade.get("was_score"),
    )
