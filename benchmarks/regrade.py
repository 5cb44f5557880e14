"""Claim: after one change the firm and those it touches are graded again in a small part of the time of a full run, as
that run finds them.

``python benchmarks/regrade.py [--firms N] [--events N] [--home HOME]``

A generated city of N firms is loaded into an embedded engine; or, with ``--home``, a copy of a loaded HOME is taken,
which must be stopped. All firms are graded; then cases of firms drawn by chance are, by turns, put on hold and told
again as new ones of other firms, each followed by a partial run; at the end all firms are graded once more. Printed are
the seconds by the clock, of this process and of the engine, of the first partial run (which reads the policies) and of
the later ones, and how many of the later ones the last full run takes. Exit status 1 where it finds another grade.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from grading_cypher import Clock

from credit_graph.grading import runfile
from credit_graph.jobs import batches
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.decisions import Decision, place_hold
from credit_graph.jobs.grade import grade, run_path
from credit_graph.jobs.regrade import regrade
from credit_graph.jobs.writing import write_statements
from credit_graph.model.statement import Statement
from credit_graph.model.time import Point
from credit_graph.projection.columns import subset
from credit_graph.projection.statements import read_statements
from credit_graph.store import Store, embedded
from projection import DAY, apart, load_city, settings

GOAL = 0.2  # seconds
_WHO = Decision("benchmark", "analyst", "benchmark")


def measured(home: Path, events: int) -> dict[str, Any]:
    """What the runs took; raises ``SystemExit`` where there is no partial run, or the full one finds another grade."""
    os.environ["CREDIT_GRAPH_TODAY"] = DAY.isoformat()
    with Store.open(settings(home)) as store:
        refresh(store)
        clock = _Timed(store)
        grade(store, _point(store))
        first = clock.lap()
        chance = random.Random(1)
        cases = _cases(store, chance, events)
        runs, firms, rid = [], [], ""
        for number, case in enumerate(cases):
            if number % 2:
                _tell(store, case, chance.choice(cases))
            else:
                place_hold(store, case.source, case.key, "repaired", _WHO)
            clock.lap()
            done = regrade(store)
            runs.append(clock.lap())
            if done.why or done.stale:
                raise SystemExit(f"no partial run that is as a full one: {done}")
            firms.append(done.firms)
            rid = str(done.rid)
        clock.lap()
        full = grade(store, _point(store))
        last = clock.lap()
        if not _same(run_path(store, rid), run_path(store, full.rid)):
            raise SystemExit("the full run finds another grade")
    later = {name: round(statistics.median(run[name] for run in runs[1:]), 3) for name in last}
    return {
        "graded": sum(full.levels.values()),
        "first_full": first,
        "full": last,
        "partial_first": runs[0],
        "partial": later,
        "partial_most": {name: max(run[name] for run in runs[1:]) for name in last},
        "firms": {"median": statistics.median(firms), "most": max(firms)},
        "ratio": {name: round(last[name] / max(later[name], 0.001), 1) for name in last},
        "goal": GOAL,
    }


class _Timed:
    """Seconds since the last lap: by the clock, of this process and of the engine."""

    def __init__(self, store: Store) -> None:
        self._both, self._last = Clock(store), (time.perf_counter(), time.process_time())

    def lap(self) -> dict[str, float]:
        """What was spent."""
        both, now = self._both.lap(), (time.perf_counter(), time.process_time())
        clock, own = (one - other for one, other in zip(now, self._last, strict=True))
        self._last = now
        return {"clock": round(clock, 3), "process": round(own, 3), "engine": round(max(both - own, 0.0), 3)}


def _point(store: Store) -> Point:
    return Point(batches.last_seq(store), DAY, DAY)


def _cases(store: Store, chance: random.Random, count: int) -> list[Statement]:
    """So many cases of firms, drawn by chance."""
    table = read_statements(store, batches.last_seq(store), {"Case": subset("Case", ("sid", "eid"))})["Case"]
    known = [row["sid"] for row in table.to_pylist() if row["eid"] is not None]
    rows = store.read("read/grade_records", sids=chance.sample(known, count))
    return sorted((Statement.from_properties(row["record"]) for row in rows), key=lambda case: case.sid)


def _tell(store: Store, case: Statement, other: Statement) -> None:
    """A new case of a firm, like one of another firm."""
    seq, day = batches.last_seq(store) + 1, DAY - timedelta(days=3)
    told = {**other.content, "decided_on": day, "document_number": f"新{seq}号"}
    new = other.again(
        key=f"benchmark {seq}", n=0, eid=case.eid, content=told, known_from=seq, valid_from=day, batch=seq
    )
    batches.begin(store, f"benchmark-{seq}", seq, "benchmark", {"path": "benchmark"})
    write_statements(store, [new])
    batches.commit(store, f"benchmark-{seq}", seq, {"new": 1})
    refresh(store)


def _same(partial: Path, full: Path) -> bool:
    """Whether the partial run's firms have the very rows of the full run."""
    own, whole = pq.read_table(partial), pq.read_table(full)
    expected = runfile.of_partial(partial, whole)
    return bool(own.replace_schema_metadata(None).equals(expected.replace_schema_metadata(None)))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--firms", type=int, default=30_000)
    options.add_argument("--events", type=int, default=11)
    options.add_argument("--home", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-regrade-") as name, ExitStack() as stack:
        home = Path(name) / "home"
        stack.callback(embedded.stop, settings(home))
        if given.home:
            shutil.copytree(given.home, home, ignore=shutil.ignore_patterns("batches", "standing", "runs"))
        else:
            apart(load_city, Path(name) / "city", home, given.firms)
        print(json.dumps(apart(measured, home, given.events), indent=1))
    sys.exit(0)


if __name__ == "__main__":
    main()
