"""One table of a delivery becomes one batch: survey, compare, write, close what is missing, commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from credit_graph import clock
from credit_graph.ingest import compare
from credit_graph.ingest.background import Background
from credit_graph.ingest.batchfile import BatchFile
from credit_graph.ingest.definitions import version
from credit_graph.ingest.drafts import said
from credit_graph.ingest.rows import CheckedTable, Chunk, Fault, Row
from credit_graph.jobs import batches
from credit_graph.jobs.absence import UNREADABLE, Absences
from credit_graph.jobs.batches import Counters
from credit_graph.jobs.holds import SourceHolds
from credit_graph.jobs.openkeys import OpenKeys
from credit_graph.jobs.resolve import Resolver
from credit_graph.jobs.standing import StandingRows
from credit_graph.jobs.timelines import timelines, unchanged_keys
from credit_graph.jobs.tombstones import Tombstones
from credit_graph.jobs.writing import close_statements, writes_of
from credit_graph.model.statement import content_hash
from credit_graph.store import Store

if TYPE_CHECKING:
    from credit_graph.jobs.load import LoadOptions

Progress = Callable[[int, int], None]
_ENOUGH = 2000  # rows for one comparison with the graph
_TOGETHER = 12  # chunks at most, as their cells are in memory


def _gathered(chunks: Iterable[Chunk]) -> Iterator[list[Chunk]]:
    """Chunks of which few rows are to be read are compared and written together."""
    found: list[Chunk] = []
    for chunk in chunks:
        found.append(chunk)
        if len(found) == _TOGETHER or sum(len(one.rows) for one in found) >= _ENOUGH:
            yield found
            found = []
    if found:
        yield found


class DeliveredTable:
    """The batch that one checked table becomes, by ``survey``, ``write`` and ``commit``.

    The survey looks at no batch of another source, so it can be made before the batch ahead is committed. All of it may
    be repeated after an interruption: same result.
    """

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
        self.present: dict[str, int] = {}  # keys that the file states, quarantined rows included -> first row
        self.scopes: set[str] = set()
        self.unreadable = 0  # quarantined rows without a readable key
        self._repeated: dict[str, tuple[str, int]] = {}  # key of several rows -> content hash, row number
        self._contradicted: set[str] = set()
        self.tombstones = Tombstones.read(store)
        first = not self.history.last_batch and not self.tombstones
        self.holds = SourceHolds(store, self.definition, self.context, first=first)
        self.standing = StandingRows(self)
        self.open_keys = OpenKeys(self)

    def run(self, progress: Progress) -> None:
        """Survey, write and commit the batch."""
        self.survey()
        with Background() as background:
            self.write(background, progress)
            self.commit(background)

    def survey(self) -> None:
        """First pass: which keys and scopes the file states, and which rows contradict each other."""
        twice: set[int] = set()
        for chunk in self.table.outline(self.standing.rows):
            if chunk.known is not None:
                known = pc.is_valid(chunk.known)
                numbers = chunk.numbers.filter(known).to_pylist()
                self._state(zip(chunk.known.filter(known).to_pylist(), numbers, strict=True), twice)
                self.scopes |= chunk.scopes
            self.unreadable += sum(row.key is None and row.status == "quarantined" for row in chunk.rows)
            self._state(((row.key, row.number) for row in chunk.rows if row.key is not None), twice)
            self.scopes.update(row.scope for row in chunk.rows if row.key is not None and row.status != "empty")
        self._read_repeated(twice)
        self.group_keys.update(self.present)  # in place: the tables of the group share it
        if self.unreadable:
            self.group_keys.add(UNREADABLE)

    def write(self, background: Background, progress: Progress) -> None:
        """Second pass: announce the batch, read and compare the rows; ``background`` writes, and is not waited for."""
        self.absences = Absences(self)
        self.absences.guard()  # refuses before anything is announced
        batches.begin(self.store, self.bid, self.seq, self.definition.source, self._identity())
        with BatchFile.writing(self.path, self.table) as rows:
            for chunk, outcomes in self._outcomes(background.submit):
                rows.add(chunk, outcomes)
                self.standing.add(chunk, outcomes)
                progress(rows.count, self.table.read)

    def commit(self, background: Background) -> None:
        """Wait for what is being written, close what is missing, commit."""
        background.wait()
        self.absences.apply()
        batches.commit(self.store, self.bid, self.seq, {**self.counters.properties(), **self._coverage()})
        self.standing.keep(self.absences.missing if not self.absences.late else ())
        self.open_keys.keep()
        self.table.discard()

    def preview(self) -> dict[str, Any]:
        """What the batch would report, without writing."""
        self.survey()
        for _ in self._outcomes(None):
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
            "scope_given": self.options.scope,
            "complete": self.options.complete or None,
            "actor": self.options.actor or None,
            "role": self.options.role,
            "units": [f"{name}={unit}" for name, unit in sorted(self.table.units.items())] or None,
            "unmapped": self.table.unmapped or None,
            "notes": [*self.table.notes, *self._remarks()] or None,
            "skipped": [f"{what}={n}" for what, n in sorted(self.table.skipped.items()) if n] or None,
        }

    def _remarks(self) -> list[str]:
        return self.history.remarks(self.table.sha256, self.table.member, self.table.as_of, self.scopes)

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

    def _state(self, keys: Iterable[tuple[str, int]], twice: set[int]) -> None:
        """Note the rows that state a key; those that state one for the second time, and the first, are ``twice``."""
        for key, number in keys:
            first = self.present.setdefault(key, number)
            if first != number:
                twice |= {first, number}

    def _read_repeated(self, numbers: set[int]) -> None:
        """Rows of one key that say the same are duplicates, others contradict each other."""
        for chunk in self.table.chunks(only=numbers) if numbers else ():
            for row in chunk.rows:
                if row.status == "ok" and row.key is not None and not self._erased(row):
                    digest = content_hash(row.content)
                    first, _ = self._repeated.setdefault(row.key, (digest, row.number))
                    if first != digest:
                        self._contradicted.add(row.key)
        self.standing.doubt(self._repeated.keys())

    def _outcomes(self, submit: Callable[[Callable[[], None]], None] | None) -> Iterator[tuple[Chunk, list[str]]]:
        """Second pass: every chunk with what became of its rows; counters are filled, writes handed to ``submit``."""
        resolver = Resolver(self.store, self.definition)  # not before: it sees what was committed last
        for chunks in _gathered(self.table.chunks(self.standing.rows)):
            rows = [row for chunk in chunks for row in chunk.rows]
            outcome = {row.number: self._settled(row) for row in rows}
            fresh = [row for row in rows if outcome[row.number] == ""]
            resolver.resolve(fresh)
            changes = self._compare(fresh)
            for row in fresh:
                assert row.key is not None
                outcome[row.number] = changes[row.key].verdict
            # an older snapshot can't say what may be used of a fact that a newer one has spoken of
            speaking = [r for r in fresh if not self.standing.older or outcome[r.number] == "new"]
            if submit is not None:
                self.open_keys.note(changes.values())
                submit(self._writes([*changes.values(), *self.holds.changes(speaking)]))
            for row in rows:
                self._count(row, outcome[row.number])
            for chunk in chunks:
                self.counters.unchanged += len(chunk.numbers) - len(chunk.rows)
                yield chunk, [outcome[row.number] for row in chunk.rows]

    def _settled(self, row: Row) -> str:
        """The outcome that needs no look at the graph, else an empty string."""
        if self._erased(row):
            return "erased"
        if row.status != "ok":
            return row.status
        assert row.key is not None
        if row.key in self._contradicted:
            row.status = "quarantined"
            row.reasons = (Fault("", "key", "contradiction", row.key),)
            return "quarantined"
        return "" if self._repeated.get(row.key, ("", row.number))[1] == row.number else "duplicate"

    def _erased(self, row: Row) -> bool:
        """Whether a tombstone refuses the row: it asserts nothing and closes nothing, its cells are not kept."""
        source = self.definition.source
        return bool(self.tombstones) and self.tombstones.refuses(source, row.key, row.content, row.pid)

    def _compare(self, rows: list[Row]) -> dict[str, compare.Change]:
        if not rows:
            return {}
        source = self.definition.source
        saids = [said(self.definition, row, seq=self.seq, as_of=self.table.as_of) for row in rows]
        if annulled := self.holds.annulled(rows):
            return self._compare_annulled(saids, annulled)
        wanted = {item.draft.key: item.draft.hash for item in saids}
        if not self.history.last_batch:  # nothing was ever said under any key
            return {i.draft.key: compare.compare(self.definition, self._nothing(i), i, self.context) for i in saids}
        same, unknown = set[str](), set[str]()
        if self.standing.rows is None:  # else nearly every row that is read says something else than before
            same, unknown = unchanged_keys(self.store, source, wanted, self.seq)
        found = timelines(self.store, source, wanted.keys() - same - unknown, self.seq)
        changes = dict.fromkeys(same, compare.Change("unchanged"))
        for item in saids:
            key = item.draft.key
            if key not in same:
                timeline = found.get(key) or self._nothing(item)
                changes[key] = compare.compare(self.definition, timeline, item, self.context)
        return changes

    def _nothing(self, item: compare.Said) -> compare.Timeline:
        """The timeline of a key that the graph does not know; ids of erased statements are not given again."""
        return compare.Timeline(last_n=self.tombstones.last_ordinal(self.definition.source, item.draft.key))

    def _compare_annulled(self, saids: list[compare.Said], annulled: set[str]) -> dict[str, compare.Change]:
        """Rows that say of themselves that they were annulled: the fact never was."""
        found = timelines(self.store, self.definition.source, [s.draft.key for s in saids], self.seq)
        return {
            item.draft.key: compare.withdraw(found[item.draft.key], self.seq)
            if item.draft.key in annulled
            else compare.compare(self.definition, found[item.draft.key], item, self.context)
            for item in saids
        }

    def _writes(self, changes: list[compare.Change]) -> Callable[[], None]:
        write = writes_of(self.store, [piece for change in changes for piece in change.opens])
        closed = [piece for change in changes for piece in change.closes]

        def work() -> None:
            write()
            close_statements(self.store, closed, self.seq)

        return work

    def _count(self, row: Row, outcome: str) -> None:
        setattr(self.counters, outcome, getattr(self.counters, outcome) + 1)
        self.counters.faults += len(row.faults)
        self.counters.reasons.update(fault.reason for fault in (*row.reasons, *row.faults))
