"""One table of a delivery becomes one batch: survey, compare, write, close what is missing, commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_graph import clock
from credit_graph.ingest import compare
from credit_graph.ingest.batchfile import BatchFile
from credit_graph.ingest.definitions import version
from credit_graph.ingest.drafts import said
from credit_graph.ingest.rows import CheckedTable, Fault, Row
from credit_graph.jobs import batches
from credit_graph.jobs.absence import Absences
from credit_graph.jobs.batches import Counters
from credit_graph.jobs.holds import SourceHolds
from credit_graph.jobs.resolve import Resolver
from credit_graph.jobs.timelines import timelines, unchanged_keys
from credit_graph.jobs.writing import close_statements, write_statements
from credit_graph.model.statement import Statement, content_hash
from credit_graph.store import Store

if TYPE_CHECKING:
    from credit_graph.jobs.load import LoadOptions

Progress = Callable[[int, int], None]


class DeliveredTable:
    """The batch that one checked table becomes. ``run`` may be repeated after an interruption: same result."""

    def __init__(
        self,
        store: Store,
        table: CheckedTable,
        options: LoadOptions,
        seq: int,
        delivery: str,
        group: tuple[set[str], bool],
    ) -> None:
        self.store = store
        self.table = table
        self.options = options
        self.seq = seq
        self.definition = table.definition
        self.delivery_id = delivery
        self.group_keys, self.group_last = group
        self.bid = batches.batch_id(self.definition.source, table.sha256, version(self.definition), seq)
        self.counters = Counters(read=table.read)
        self.history = batches.history(store, self.definition.source)
        self.context = compare.Delivery(
            seq=seq,
            as_of=table.as_of,
            day=table.as_of or clock.today(),
            last_as_of=self.history.last_as_of,
            as_of_days=self.history.snapshots,
        )
        self.present: set[str] = set()  # keys that the file states, quarantined rows included
        self.scopes: set[str] = set()
        self.unreadable = 0  # quarantined rows without a readable key
        self._first: dict[str, tuple[str, int]] = {}  # key -> content hash, row number
        self._contradicted: set[str] = set()
        self.holds = SourceHolds(store, self.definition, self.context)
        self.resolver = Resolver(store, self.definition)

    def run(self, progress: Progress) -> None:
        """Write and commit the batch."""
        self._survey()
        absences = Absences(self)
        absences.guard()  # refuses before anything is announced
        batches.begin(self.store, self.bid, self.seq, self.definition.source, self._identity())
        with BatchFile.writing(self.path, self.table) as rows:
            for chunk in self._outcomes(write=True):
                rows.add(chunk)
                progress(rows.count, self.table.read)
        absences.apply()
        batches.commit(self.store, self.bid, self.seq, {**self.counters.properties(), **self._coverage()})

    def preview(self) -> dict[str, Any]:
        """What ``run`` would report, without writing."""
        self._survey()
        for _ in self._outcomes(write=False):
            pass
        Absences(self).count()
        properties = {**self._identity(), **self._coverage(), **self.counters.properties()}
        properties |= {"source": self.definition.source, "seq": self.seq}
        return batches.Batch(self.bid, self.seq, self.definition.source, properties).report()

    @property
    def path(self) -> Path:
        """Where the rows of the batch are kept, beside the graph."""
        path = batches.rows_file(self.store, self.seq, self.bid)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        return path

    @property
    def snapshot(self) -> bool:
        """Whether absence from this table means something."""
        if self.table.as_of is None or self.options.partial:
            return False
        if self.options.complete:
            return self.group_last
        return self.definition.scope != "none" or self.options.scope is not None

    def covers(self, scope: str) -> bool:
        """Whether the table is complete for a scope."""
        if self.options.complete or self.definition.scope == "whole":
            return True
        if self.options.scope is not None:
            return scope.startswith(self.options.scope)
        return scope in self.scopes

    def _identity(self) -> dict[str, Any]:
        return {
            "path": self.table.path.name + (f"#{self.table.member}" if self.table.member else ""),
            "file_sha256": self.table.sha256,
            "definition_version": version(self.definition),
            "delivery": self.delivery_id,
            "as_of": self.table.as_of,
            "actor": self.options.actor or None,
            "role": self.options.role,
            "units": [f"{name}={unit}" for name, unit in sorted(self.table.units.items())] or None,
            "unmapped": self.table.unmapped or None,
            "notes": self.table.notes or None,
            "skipped": [f"{what}={n}" for what, n in sorted(self.table.skipped.items()) if n] or None,
        }

    def _coverage(self) -> dict[str, Any]:
        scopes = self._coverage_scopes()
        return {
            "scopes": sorted(scopes),
            "scope": "; ".join(sorted(scope for scope in scopes if scope)),
            "snapshot": self.snapshot,
            "late_scopes": (self.late(self.table.as_of) if self.snapshot else None) or None,
        }

    def _coverage_scopes(self) -> set[str]:
        scopes = set(self.scopes)
        if self.options.scope is not None:
            scopes |= {scope for scope in self.history.scopes if self.covers(scope)} or {self.options.scope}
        if self.snapshot and self.options.complete:
            scopes |= self.history.scopes
        return scopes or {""}

    def late(self, day: date | None) -> list[str]:
        """Scopes of the source that have no complete delivery of that day or later, this one counted."""
        if day is None:
            return []
        counted = self._coverage_scopes() if self.snapshot and self.table.as_of and self.table.as_of >= day else ()
        return self.history.late(day, counted)

    def _survey(self) -> None:
        """First pass: which keys and scopes the file states, and which rows contradict each other."""
        for chunk in self.table.rows():
            for row in chunk:
                if row.key is None:
                    self.unreadable += row.status == "quarantined"
                    continue
                self.present.add(row.key)
                if row.status == "empty":
                    continue
                self.scopes.add(row.scope)
                if row.status == "ok":
                    digest = content_hash(row.content)
                    first, _ = self._first.setdefault(row.key, (digest, row.number))
                    if first != digest:
                        self._contradicted.add(row.key)
        self.group_keys |= self.present

    def _outcomes(self, *, write: bool) -> Iterator[list[tuple[Row, str]]]:
        """Second pass: every row with what became of it; counters are filled on the way."""
        for chunk in self.table.rows():
            outcome = {row.number: self._settled(row) for row in chunk}
            fresh = [row for row in chunk if outcome[row.number] == ""]
            self.resolver.resolve(fresh)
            changes = self._compare(fresh)
            for row in fresh:
                assert row.key is not None
                outcome[row.number] = changes[row.key].verdict
            if write:
                self._write(changes.values(), self.holds.changes(fresh))
            for row in chunk:
                self._count(row, outcome[row.number])
            yield [(row, outcome[row.number]) for row in chunk]

    def _settled(self, row: Row) -> str:
        """The outcome that needs no look at the graph, else an empty string."""
        if row.status != "ok":
            return row.status
        assert row.key is not None
        if row.key in self._contradicted:
            row.status = "quarantined"
            row.reasons = (Fault("", "key", "contradiction", row.key),)
            return "quarantined"
        return "" if self._first[row.key][1] == row.number else "duplicate"

    def _compare(self, rows: list[Row]) -> dict[str, compare.Change]:
        if not rows:
            return {}
        source = self.definition.source
        saids = [said(self.definition, row, seq=self.seq, as_of=self.table.as_of) for row in rows]
        if annulled := self.holds.annulled(rows):
            return self._compare_annulled(saids, annulled)
        wanted = {item.draft.key: item.draft.hash for item in saids}
        same, unknown = unchanged_keys(self.store, source, wanted, self.seq)
        found = timelines(self.store, source, wanted.keys() - same - unknown, self.seq)
        changes = dict.fromkeys(same, compare.Change("unchanged"))
        for item in saids:
            key = item.draft.key
            if key not in same:
                timeline = found.get(key, compare.Timeline())
                changes[key] = compare.compare(self.definition, timeline, item, self.context)
        return changes

    def _compare_annulled(self, saids: list[compare.Said], annulled: set[str]) -> dict[str, compare.Change]:
        """Rows that say of themselves that they were annulled: the fact never was."""
        found = timelines(self.store, self.definition.source, [s.draft.key for s in saids], self.seq)
        return {
            item.draft.key: compare.withdraw(found[item.draft.key], self.seq)
            if item.draft.key in annulled
            else compare.compare(self.definition, found[item.draft.key], item, self.context)
            for item in saids
        }

    def _write(self, changes: Iterable[compare.Change], holds: Iterable[compare.Change]) -> None:
        closes: list[Statement] = []
        opens: list[Statement] = []
        for change in (*changes, *holds):
            closes += change.closes
            opens += change.opens
        write_statements(self.store, opens)
        close_statements(self.store, closes, self.seq)

    def _count(self, row: Row, outcome: str) -> None:
        setattr(self.counters, outcome, getattr(self.counters, outcome) + 1)
        self.counters.faults += len(row.faults)
        self.counters.reasons.update(fault.reason for fault in (*row.reasons, *row.faults))
