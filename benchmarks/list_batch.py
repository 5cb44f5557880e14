"""Claim: those who did not report are listed in one go, within ten minutes: 20,000 proceedings, each step by another
person, each with its own number and letter.

``python benchmarks/list_batch.py [--firms N]``

An embedded engine holds N firms and a tenth as many individual businesses, which are marked instead; none has reported.
They are begun, reviewed, decided and published by bundle, and their letters written twice, the second time to find them
there. Printed are the seconds by the clock and by the processor of each part, how many a second, and the ratio
to writing as many plain statements with the same writer. Exit status 1 where it takes longer than the claim.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from credit_graph.ingest import compare
from credit_graph.jobs import batches, letters, nonfilers, proceedings
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.decisions import Decision, bureau_statement, carry_out
from credit_graph.jobs.writing import write_statements
from credit_graph.lists.authority import authority_on
from credit_graph.model.statement import Statement, content_hash
from credit_graph.settings import Settings
from credit_graph.store import Store, embedded

GOAL = 600.0  # seconds
DAY = date(2026, 7, 1)  # the day after the window closed
_CLERK, _HEAD, _LEADER, _PUBLISHER = (
    Decision(name, role, "benchmark")
    for name, role in (("一", "case_officer"), ("二", "reviewer"), ("三", "approver"), ("四", "publisher"))
)


def fill(store: Store, firms: int) -> None:
    """Firms that had to report, in one batch; every eleventh is an individual business."""
    seq = batches.last_seq(store) + 1
    registrar = authority_on(DAY).registrars[1]
    batches.begin(store, f"batch-{seq}", seq, "benchmark", {"path": "made"})
    made: list[Statement] = []
    for number in range(firms + firms // 10):
        single = number % 11 == 10
        code = f"{92 if single else 91}621002MA{number:08d}"
        content = {
            "credit_code": code,
            "name": f"庆原市第{number}号{'商店' if single else '有限公司'}",
            "entity_type": "个体工商户" if single else "有限责任公司",
            "state": "存续",
            "authority": registrar,
            "founded_on": date(2015, 1, 1),
            "approved_on": date(2015, 1, 1),
            "address": f"庆原市西原区第{number}号",
            "district": "621002",
        }
        made.append(
            Statement(
                source="benchmark", key=code, n=0, kind="Registration", content=content, hash=content_hash(content),
                known_from=seq, valid_from=date(2015, 1, 1), eid=code, batch=seq,
            )
        )  # fmt: skip
    write_statements(store, made)
    batches.commit(store, f"batch-{seq}", seq, {})
    refresh(store)


class Lap:
    """Seconds by the clock and by the processor of this process, part by part."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, float, float]] = []

    def of(self, what: str, work: Callable[[], object]) -> object:
        """Do it, and keep how long it took."""
        clock, processor = time.perf_counter(), time.process_time()
        found = work()
        self.rows.append((what, time.perf_counter() - clock, time.process_time() - processor))
        return found


def run(firms: int) -> bool:
    """Measure and print; whether the claim holds."""
    os.environ["CREDIT_GRAPH_TODAY"] = DAY.isoformat()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CREDIT_GRAPH_HOME"] = folder
        options = Settings(home=Path(folder), heap="2g", timeout_seconds=600)
        try:
            with Store.open(options) as store:
                fill(store, firms)
                return _run(store, Path(folder) / "letters")
        finally:
            embedded.stop(options)


def _run(store: Store, out: Path) -> bool:
    lap = Lap()
    begun = lap.of("begin", lambda: nonfilers.begin_all(store, _CLERK, 2025))
    assert isinstance(begun, dict)
    bundles = [name for name, done in begun.items() if done.proceedings]
    count = sum(len(done.proceedings) for done in begun.values())
    receipt = {"receipt": "G", "published_on": DAY.isoformat()}
    for what, step, who, outcome, said in (
        ("review", "reviewed", _HEAD, "agreed", {}),
        ("decide", "decided", _LEADER, "agreed", {}),
        ("publish", "published", _PUBLISHER, "done", receipt),
    ):
        for bundle in bundles:
            lap.of(what, partial(proceedings.step, store, [], step, who, bundle=bundle, outcome=outcome, said=said))
    for what in ("letters", "letters again"):
        for bundle in bundles:
            lap.of(what, partial(letters.write, store, [], out, bundle=bundle))
    lap.of("reference: plain statements", lambda: _plain(store, count))
    return _print(lap, count, len(list(out.iterdir())))


def _plain(store: Store, count: int) -> None:
    """As many statements of one batch, by the writer of all decisions."""

    def change(seq: int) -> list[compare.Change]:
        made = (bureau_statement("Hold", f"plain|{n}", {"reason": "expired"}, seq) for n in range(count))
        return [compare.Change("new", opens=[draft.again(n=1)]) for draft in made]

    carry_out(store, "plain", _CLERK, change)


def _print(lap: Lap, count: int, files: int) -> bool:
    parts: dict[str, tuple[float, float]] = {}
    for what, clock, processor in lap.rows:
        before = parts.get(what, (0.0, 0.0))
        parts[what] = (before[0] + clock, before[1] + processor)
    table = Table(title=f"{count} proceedings, {files} letters")
    for name in ("part", "seconds", "processor", "a second", "times the reference"):
        table.add_column(name, justify="right")
    reference = parts["reference: plain statements"][0]
    for what, (clock, processor) in parts.items():
        table.add_row(what, f"{clock:.1f}", f"{processor:.1f}", f"{count / clock:.0f}", f"{clock / reference:.1f}")
    total = sum(
        clock for what, (clock, _) in parts.items() if what not in ("letters again", "reference: plain statements")
    )
    Console().print(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"from the first step to the last letter {total:.1f} s (claim {GOAL:.0f} s), peak {peak:.2f} GB")
    return total <= GOAL and files == count


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--firms", type=int, default=20_000)
    sys.exit(0 if run(parser.parse_args().firms) else 1)
