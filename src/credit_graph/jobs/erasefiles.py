"""Erases rows in the files of the data directory: batch files, what killed loads left, copies of generated data."""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from credit_graph.ingest.erased import ERASED, empty_rows
from credit_graph.jobs import batches
from credit_graph.jobs.batches import Batch
from credit_graph.jobs.erasing import Plan, Report, personal
from credit_graph.jobs.standing import forget
from credit_graph.jobs.work import remove_left_work
from credit_graph.model.kinds import SUBJECT_FIELDS
from credit_graph.model.statement import Statement
from credit_graph.store import Store
from credit_graph.store.files import forget_caches

_Cells = tuple[str | None, ...]


def erase_rows(store: Store, plan: Plan, report: Report) -> int:
    """Empty the rows, in every batch file, that say what is erased; returns how many. May be repeated.

    A row of an erased key goes unless it provably belongs to a statement that stays.
    """
    for source in sorted({source for source, _ in plan.names}):
        forget(store, source)
    found = batches.recent(store, 1_000_000)
    job = _Rows(store, plan, {batch.seq: batch for batch in found})
    total = 0
    for done, batch in enumerate(found):
        report("batches", done, len(found))
        path = batches.rows_file(store, batch.seq, batch.bid)
        if path.exists() and (numbers := job.of(batch, path)):
            empty_rows(path, numbers)
            total += len(numbers)
    return total


class _Rows:
    """Which rows of a batch file go."""

    def __init__(self, store: Store, plan: Plan, known: dict[int, Batch]) -> None:
        self.pids = sorted(plan.pids)
        self.keys: dict[str, set[str]] = defaultdict(set)
        for source, key in plan.names:
            self.keys[source].add(key)
        self.going: dict[str, list[Statement]] = defaultdict(list)
        for item in plan.statements:
            self.going[item.source].append(item)
        self.staying = {(item.batch, item.row): item for item in plan.kept}
        self.kept_keys = {(item.source, item.key) for item in plan.kept}
        self.kept_cells: dict[tuple[str, str], set[_Cells]] = defaultdict(set)
        for item in plan.kept:
            path = batches.rows_file(store, item.batch, known[item.batch].bid) if item.batch in known else None
            for row in _read(path, pc.field("number") == item.row) if path and path.exists() else []:
                self.kept_cells[item.source, item.key].add(_cells(row))

    def of(self, batch: Batch, path: Path) -> set[int]:
        """Numbers of the rows that go."""
        keys = self.keys.get(batch.source, set())
        if not keys and not self.pids:
            return set()
        table = pq.read_table(path, columns=["number", "outcome", "key", "documents"])
        alive = pc.not_equal(table["outcome"], ERASED)
        named = pc.is_in(table["key"], value_set=pa.array(sorted(keys), pa.string()))
        for pid in self.pids:
            named = pc.or_(named, pc.fill_null(pc.match_substring(table["documents"], pid), fill_value=False))
        numbers = set(table.filter(pc.and_(alive, named))["number"].to_pylist())
        keyless = pc.and_(pc.equal(table["outcome"], "quarantined"), pc.is_null(table["key"]))
        if pc.any(keyless).as_py():
            numbers |= self._unreadable(batch.source, path)
        return numbers - self._kept(batch, path, numbers) if self.kept_keys else numbers

    def _kept(self, batch: Batch, path: Path, numbers: set[int]) -> set[int]:
        """Rows that say what a statement says that stays: its very row, or the same cells."""
        wanted = pc.field("number").isin(pa.array(sorted(numbers), pa.int64()))
        found = set()
        for row in _read(path, wanted):
            name = (batch.source, row["key"])
            if (batch.seq, row["number"]) in self.staying or _cells(row) in self.kept_cells.get(name, ()):
                found.add(row["number"])
        return found

    def _unreadable(self, source: str, path: Path) -> set[int]:
        """Refused rows without a key that show a personal value and the subject of an erased statement."""
        condition = (pc.field("outcome") == "quarantined") & pc.field("key").is_null()
        found = set()
        for row in _read(path, condition):
            text = "\n".join(cell for cell in _cells(row) if cell)
            for item in self.going[source]:
                subject = [str(item.content[name]) for name in SUBJECT_FIELDS if name in item.content]
                if any(v in text for v in personal(item)) and any(name in text for name in subject):
                    found.add(row["number"])
        return found


def _read(path: Path, condition: pc.Expression) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(path, filters=condition).to_pylist()
    return rows


def _cells(row: dict[str, Any]) -> _Cells:
    return tuple(value for name, value in row.items() if name[0] == "c" and name[1:].isdigit())


def clean_home(store: Store) -> None:
    """Remove what is no part of the data and may repeat it: half-written and orphaned batch files, what killed loads
    left, the demo's generated files, the columns kept of the graph. Hold the writer lock; no batch may be open.
    """
    forget_caches(store.home)
    folder = store.home / "batches"
    named = {batches.rows_file(store, batch.seq, batch.bid) for batch in batches.recent(store, 1_000_000)}
    for path in folder.glob("*") if folder.is_dir() else ():
        if path not in named:
            path.unlink(missing_ok=True)
    remove_left_work(store.home)
    shutil.rmtree(store.home / "demo" / "city", ignore_errors=True)
