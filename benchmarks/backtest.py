"""Backtests of generated cities without an engine: do related firms tell what a firm's own history doesn't?

    python benchmarks/backtest.py [--firms N] [--seeds N] [--until DAY]

Of each seed a city is written in two deliveries, a year apart. The first, read by the program's own readers, is what
was known on its day; firms are linked and graded on it, and held against the inspections that the second one tells.
Then a leak is planted: the day is frozen a year too late. Exit status 1 where the goal is missed: the lower end of the
95 % interval of the difference in AUC to the firms' own history is above 0 for every seed and for all of them together,
no leak is seen in the honest day, and the planted one is detected.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from credit_graph.demo.generate import generate
from credit_graph.grading.backtest.compare import Comparison, Frozen, compare
from credit_graph.grading.backtest.leaks import Leak, later_records
from credit_graph.grading.backtest.outcomes import Sample, drawn
from credit_graph.grading.backtest.rules import BacktestRules, backtest_policy
from credit_graph.grading.grade import CHANNEL, grade
from credit_graph.grading.policy import grading_policy
from credit_graph.ingest import compare as rules_of_time
from credit_graph.ingest.check import check_file
from credit_graph.ingest.definitions import definitions
from credit_graph.ingest.drafts import said
from credit_graph.ingest.files import expand
from credit_graph.ingest.rows import CheckedTable
from credit_graph.ingest.subjects import name_reference
from credit_graph.links.compute import links
from credit_graph.links.policy import link_policy
from credit_graph.model.kinds import KINDS
from credit_graph.model.statement import Statement
from credit_graph.model.time import Point
from credit_graph.projection import Projection
from credit_graph.projection.columns import packed_batch, schema
from credit_graph.projection.sources import Given

_HAPPENED = ("Inspection", "Case", "AbnormalListing")  # kinds of which the second delivery is read


def statements(folder: Path, day: date, seq: int, kinds: Iterable[str] = KINDS) -> list[Statement]:
    """What the files of a first load say, by the readers of a load; a subject that only its name tells is looked up."""
    names: dict[str, str] = {}
    found: list[Statement] = []
    with tempfile.TemporaryDirectory() as work:
        for table in _tables(folder, Path(work), day, {*kinds}):
            delivery = rules_of_time.Delivery(seq=seq, as_of=table.as_of, day=day, last_as_of={})
            seen: set[str] = set()
            for row in (row for rows in table.rows() for row in rows if row.status == "ok" and row.key is not None):
                if row.eid is not None and ":" in row.eid:
                    row.subject_ref, row.eid = row.eid, names.get(row.eid)
                if row.key not in seen:
                    seen.add(row.key or "")
                    draft = said(table.definition, row, seq=seq, as_of=table.as_of)
                    found += rules_of_time.compare(table.definition, rules_of_time.Timeline(), draft, delivery).opens
                if table.definition.kind == "Registration" and row.eid is not None:
                    names[name_reference(str(row.content.get("name")))] = row.eid
    return found


def _tables(folder: Path, work: Path, day: date, kinds: set[str]) -> Iterator[CheckedTable]:
    """Of these kinds, registrations first."""
    known, rest = definitions(), []
    for file in expand([folder]):
        for table in check_file(file, known, secret=bytes(32), work=work, today=day):
            if table.definition.kind == "Registration":
                yield table
            elif table.definition.kind in kinds:
                rest.append(table)
    yield from rest


def columns(said_so: Iterable[Statement]) -> Given:
    """Statements as the projection reads them."""
    rows: dict[str, list[list[Any]]] = defaultdict(list)
    for statement in said_so:
        told = statement.properties()
        rows[statement.kind].append([told.get(name) for name in schema(statement.kind).names])
    return Given({kind: pa.Table.from_batches([packed_batch(schema(kind), rows[kind])]) for kind in KINDS})


def frozen(projection: Projection, day: date, sample: Sample) -> Frozen:
    """A day with its links and grades."""
    found = links(projection, link_policy())
    return Frozen(projection, found, grade(projection, found, grading_policy("general", day)[0]), sample)


def backtest(folder: Path, at: date, until: date, rules: BacktestRules) -> tuple[Comparison, list[Leak]]:
    """The arms of the honest day, and what the tests say of the day that was frozen too late."""
    known = statements(folder / f"{at}", at, 1)
    sids = {statement.sid for statement in known}
    after = [s for s in statements(folder / f"{until}", until, 2, _HAPPENED) if s.kind in _HAPPENED]
    came = [statement for statement in after if statement.sid not in sids]
    today = Projection(Point(2, until, until), CHANNEL, 2, columns(after))
    sample, past = drawn(today, rules, at, until), drawn(today, rules, at - (until - at), at)
    now = frozen(Projection(Point(1, at, at), CHANNEL, 1, columns(known)), at, sample)
    later = {statement.sid for statement in came}
    honest = compare(now, None, past, later.intersection, rules)
    late = frozen(Projection(Point(2, until, until), CHANNEL, 2, columns([*known, *came])), until, sample)
    return honest, later_records(late.graded, later.intersection)


def main() -> None:
    """Print one line per seed, and one of all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--firms", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--until", type=date.fromisoformat, default=date(2026, 11, 23))
    options = parser.parse_args()
    at = options.until - timedelta(days=365)
    # the rewired arm is told beside, of fewer draws: each takes as long as a grading of all firms
    rules = backtest_policy().on(at).model_copy(update={"rewirings": 3})
    results = []
    missed = False
    for seed in range(1, options.seeds + 1):
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as place:
            generate(Path(place) / "city", options.firms, seed, 0.0, "yearly", options.until)
            result, planted = backtest(Path(place) / "city", at, options.until, rules)
        results.append(result.over_own)
        missed |= not result.over_own.low > 0 or bool(result.leaks) or not planted
        aucs = "  ".join(f"{name} {arm.auc:.4f}" for name, arm in result.arms.items())
        print(
            f"seed {seed}: {aucs}\n  over own history {_told(*result.over_own)}, over rewired "
            f"{_told(*result.over_rewired)}; {result.looked_at:,} draws, {result.found:,} with a violation, "
            f"{result.groups:,} groups; leaks: {len(result.leaks)}, planted ones: in {len(planted)} indicators; "
            f"{time.perf_counter() - began:.0f} s",
            flush=True,
        )
    # cities are independent: the error of the mean follows from half the width of each interval
    mean = sum(one.value for one in results) / len(results)
    half = math.sqrt(sum(((one.high - one.low) / 2) ** 2 for one in results)) / len(results)
    missed |= not mean - half > 0
    print(
        f"all {len(results)} seeds of {options.firms:,} firms: over own history {_told(mean, mean - half, mean + half)}"
    )
    print("missed" if missed else "met")
    sys.exit(int(missed))


def _told(value: float, low: float, high: float) -> str:
    return f"{value:+.4f} [{low:+.4f}, {high:+.4f}]"


if __name__ == "__main__":
    main()
