"""Replay: rows that were refused are checked again, with corrected cells or by a corrected definition or policy.

What is accepted now becomes a batch of its own with the source, scope and as-of day of the delivery that brought the
rows, so that the rules of time see them as they would have then. Rows that stay refused for another reason than before
are kept in that batch too. Nothing that was accepted is read again as a statement, so a repeated replay writes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from credit_graph.errors import InputError, StateError
from credit_graph.ingest.definitions import definitions
from credit_graph.ingest.replayed import MASKED, ReplayedTable, StoredRow, replayed_table, stored_rows
from credit_graph.ingest.rows import Fault, Row
from credit_graph.jobs import batches
from credit_graph.jobs.batches import Batch
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.delivery import DeliveredTable
from credit_graph.jobs.load import LoadOptions
from credit_graph.jobs.quarantine import ALL, Refused, refused
from credit_graph.jobs.quarantinebook import Corrections, same
from credit_graph.jobs.timelines import timelines
from credit_graph.jobs.work import work_folder
from credit_graph.model.definition import Definition
from credit_graph.model.kinds import FieldType
from credit_graph.model.statement import content_hash
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from credit_graph.text import t

Report = Callable[[str, int, int], None]  # (what, done, total)
_ACCEPTED = ("new", "changed", "unchanged", "duplicate")


@dataclass(slots=True)
class Replayed:
    """What a replay did."""

    batches: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0  # rows that were read again and stay refused
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)


def replay(
    store: Store,
    corrections: Corrections | None = None,
    source: str | None = None,
    accept_closures: int = 0,
    actor: str = "",
    role: str = "analyst",
    report: Report = lambda what, done, total: None,
) -> Replayed:
    """Check refused rows again and load what is accepted; with ``corrections`` only the rows that they name.

    Resumable: interrupted, the same call goes on. Raises ``StateError`` (another batch is unfinished, too many
    closures, the graph is locked), ``StoreError``.
    """
    options = LoadOptions(accept_closures=accept_closures, actor=actor, role=role)
    result = Replayed()
    with work_folder(store.home) as work, store.writer("replay"):
        secret = load_or_create(store.settings, store)
        known = definitions()
        for delivered in refused(store, source):
            rows = _corrected(delivered, corrections)
            definition = known.get(delivered.origin.source)
            if not rows:
                continue
            if definition is None:
                result.refused += len(rows)
                result.notes.append(_said(delivered.origin, "没有它的数据源定义了", "its source has no definition now"))
                continue
            job = _Job(store, delivered, definition, rows, secret, work)
            try:
                job.check()
            except InputError as error:
                result.refused += len(rows)
                result.notes.append(_said(delivered.origin, str(error), str(error)))
                continue
            job.run(options, report, result)
        batches.refuse_open_batch(store)
        if result.batches:
            refresh(store, report)
    return result


def _corrected(delivered: Refused, corrections: Corrections | None) -> list[StoredRow]:
    """The open rows of a batch, or those of them that are corrected."""
    found = sorted(delivered.open.items())
    if corrections is None:
        return [row for _, row in found]
    given = {number: corrections.get((delivered.origin.seq, number)) for number, _ in found}
    return [row.with_cells(same(row, cells)) for number, row in found if (cells := given[number]) is not None]


def _said(batch: Batch, zh: str, en: str) -> str:
    path = batch.properties["path"]
    return t(f"批次 {batch.seq}（{path}）：{zh}", f"batch {batch.seq} ({path}): {en}")


class _Job:
    """The replay of rows of one delivered batch."""

    def __init__(
        self,
        store: Store,
        delivered: Refused,
        definition: Definition,
        rows: list[StoredRow],
        secret: bytes,
        work: Path,
    ) -> None:
        self.store = store
        self.delivered = delivered
        self.origin = delivered.origin
        self.definition = definition
        self.stored = {row.number: row for row in rows}
        self.secret = secret
        self.work = work
        self.keyless: set[int] = set()  # rows that name no key, still
        self.digests: dict[int, str] = {}  # accepted row -> content hash

    def _table(self, rows: list[StoredRow], name: str) -> ReplayedTable:
        said = self.origin.properties
        units = dict(item.split("=", 1) for item in said.get("units") or ())
        return replayed_table(
            rows,
            self.definition,
            secret=self.secret,
            spool=self.work / f"{self.origin.seq}-{name}.parquet",
            path=said["path"],
            units=units,
            as_of=said.get("as_of"),
            scope_given=said.get("scope_given"),
        )

    def check(self) -> None:
        """Read the rows and find out which are accepted, and which stay refused as they were."""
        self.table = self._table(list(self.stored.values()), "rows")
        accepted: dict[int, Row] = {}
        for chunk in self.table.rows():
            for row in chunk:
                if verdict := self._masked(row):
                    self.table.verdicts[row.number] = verdict
                elif row.status == "ok":
                    accepted[row.number] = row
                    self.digests[row.number] = content_hash(row.content)
        keys = {row.key for row in accepted.values() if row.key is not None}
        self.table.verdicts |= self._contradictions(accepted, keys)
        left = {number: row for number, row in accepted.items() if number not in self.table.verdicts}
        self.table.verdicts |= self._superseded(left, keys)
        self.table.left_out = self._as_before()
        self.table.read = len(self.stored) - len(self.table.left_out)
        self.table.sha256 = self._fingerprint()

    def _masked(self, row: Row) -> Fault | None:
        """A document of which only the mask is left: the row waits for the file, or for someone who looked at it."""
        if self.stored[row.number].corrected:
            return None
        return next((fault for fault in (*row.reasons, *row.faults) if fault.reason == MASKED), None)

    def _contradictions(self, accepted: dict[int, Row], keys: set[str]) -> dict[int, Fault]:
        """Rows that contradict another row of their delivery, one that was accepted earlier included."""
        said: dict[str, set[str]] = {key: set() for key in keys}
        without: dict[str, set[str]] = {key: set() for key in keys}
        for number, row in accepted.items():
            said[row.key or ""].add(self.digests[number])
            without[row.key or ""].add(self._without_documents(row))
        for row in self._witnesses(keys):
            without.setdefault(row.key or "", set()).add(self._without_documents(row))
        return {
            number: Fault("", "key", "contradiction", row.key or "")
            for number, row in accepted.items()
            if len(said[row.key or ""]) > 1 or len(without[row.key or ""]) > 1
        }

    def _without_documents(self, row: Row) -> str:
        """Hash of what a row says but for its documents, whose keys are kept for refused rows only."""
        type_of = self.definition.type_of
        plain = {name: value for name, value in row.content.items() if name in self.definition.columns}
        return content_hash({name: value for name, value in plain.items() if type_of(name) is not FieldType.ID_NUMBER})

    def _witnesses(self, keys: set[str]) -> list[Row]:
        """The rows of this delivery that were accepted under these keys."""
        condition = pc.field("key").isin(sorted(keys)) & pc.field("outcome").isin(_ACCEPTED)
        found: list[Row] = []
        for batch in (self.origin, *self.delivered.replays):
            path = batches.rows_file(self.store, batch.seq, batch.bid)
            rows = list(stored_rows(path, condition)) if keys and path.exists() else []
            if rows:
                table = self._table(rows, f"witnesses-{batch.seq}")
                found += [row for chunk in table.rows() for row in chunk if row.key is not None]
        return found

    def _superseded(self, accepted: dict[int, Row], keys: set[str]) -> dict[int, Fault]:
        """Rows of whose key a later delivery, of the same day or of none, has said something else."""
        seq = batches.last_seq(self.store) + 1
        recent = batches.recent(self.store, ALL)
        replays = {batch.seq: batch.properties.get("replays", batch.seq) for batch in recent}
        found = timelines(self.store, self.definition.source, keys, seq)
        verdicts: dict[int, Fault] = {}
        for number, row in accepted.items():
            last = found[row.key or ""].last
            if last is None or last.hash == self.digests[number]:
                continue
            ordered_by_day = self.table.as_of is not None and last.seen_on not in {None, self.table.as_of}
            if not ordered_by_day and replays.get(last.batch, last.batch) > self.origin.seq:
                verdicts[number] = Fault("", "key", "superseded", row.key or "")
        return verdicts

    def _as_before(self) -> set[int]:
        """Rows that are refused as they were: nothing new is to be kept of them."""
        same: set[int] = set()
        for chunk in self.table.rows():
            for row in chunk:
                if row.status != "quarantined":
                    continue
                if row.key is None:
                    self.keyless.add(row.number)
                before = self.stored[row.number]
                if row.reasons == before.reasons and row.key == before.key and not before.corrected:
                    same.add(row.number)
        return same

    def _fingerprint(self) -> str:
        """Names what is replayed: the same rows, corrected alike, are the same replay. Of screened values only."""
        digest = hashlib.sha256(self.origin.bid.encode())
        for chunk in self.table.rows():
            for row in chunk:
                said = [row.number, row.status, row.key, row.pid, [asdict(r) for r in row.reasons], list(row.cells)]
                digest.update(json.dumps(said, ensure_ascii=False).encode())
        return digest.hexdigest()

    def run(self, options: LoadOptions, report: Report, result: Replayed) -> None:
        """Write the batch, if there is anything to write."""
        closing = _Closing(self)
        if self.table.read:
            zh, en = f"重放批次 {self.origin.seq} 被拒绝的行", f"replays refused rows of batch {self.origin.seq}"
            self.table.notes.append(t(zh, en))
            batch = ReplayBatch(self, closing, options)
            _refuse_other(self.store, batch.bid)
            batch.run(partial(report, self.table.path.name))
            result.batches.append(batches.find(self.store, batch.seq).report())
            result.refused += batch.counters.quarantined
        result.refused += len(self.table.left_out)
        if note := closing.note():
            result.notes.append(note)
        self.table.discard()


def _refuse_other(store: Store, bid: str) -> None:
    """An unfinished batch must be this one, which is then written again."""
    open_batch = batches.open_batch(store)
    if open_batch is not None and open_batch["bid"] != bid:
        raise StateError("state.batch_open", seq=open_batch["seq"], path=open_batch["path"])


class _Closing:
    """What a delivery left open because a key was unreadable: who is absent is known once every key is read.

    With ``--complete`` all tables of the load count together.
    """

    def __init__(self, job: _Job) -> None:
        self.job = job
        self.store = job.store
        self.group = self._group()
        self.closer = next((batch for batch in self.group if batch.properties.get("snapshot")), None)
        self.delivered = [job.delivered]
        if len(self.group) > 1:
            seqs = {batch.seq for batch in self.group}
            self.delivered = [d for d in refused(job.store, job.origin.source) if d.origin.seq in seqs]
        self.replays = [batch for delivered in self.delivered for batch in delivered.replays]
        self.deferred = self.closer is not None and job.definition.on_absence != "nothing" and self._closed_nothing()
        self.left = sum(self._unreadable(delivered) for delivered in self.delivered)
        self.now = self.deferred and self.left == 0

    def _group(self) -> list[Batch]:
        """The batches of the load that closes as one."""
        origin = self.job.origin
        if not origin.properties.get("complete"):
            return [origin]
        same = ("source", "delivery", "as_of")
        return [
            batch
            for batch in batches.recent(self.store, ALL)
            if all(batch.properties.get(name) == origin.properties.get(name) for name in same)
        ]

    def _closed_nothing(self) -> bool:
        """Whether an unreadable key kept the delivery from closing, and no replay has closed since."""
        if any(batch.properties.get("snapshot") for batch in self.replays):
            return False
        keyless = (pc.field("outcome") == "quarantined") & pc.field("key").is_null()
        return any(True for _ in self._rows(self.group, keyless))

    def _unreadable(self, delivered: Refused) -> int:
        """Rows without a readable key, after this replay."""
        job = self.job
        if delivered.origin.seq != job.origin.seq:
            return sum(row.key is None for row in delivered.open.values())
        untouched = [row for number, row in delivered.open.items() if number not in job.stored]
        return sum(row.key is None for row in untouched) + len(job.keyless)

    def _rows(self, found: list[Batch], condition: pc.Expression) -> Iterator[StoredRow]:
        for batch in found:
            path = batches.rows_file(self.store, batch.seq, batch.bid)
            if path.exists():
                yield from stored_rows(path, condition)

    def keys(self) -> set[str]:
        """Every key that the delivery states."""
        named = ~pc.field("key").is_null()
        return {str(row.key) for row in self._rows([*self.group, *self.replays], named)}

    def note(self) -> str | None:
        """What the user should know of it."""
        if not self.deferred:
            return None
        if self.now:
            zh, en = "各行的键都已读出，缺失的记录已按规则处理", "every key is read now: what is absent was dealt with"
        else:
            zh = f"还有 {self.left} 行的键无法读出，在它们重放之前，此范围不因缺失而关闭任何记录"
            en = f"{self.left} rows have no readable key: until they are replayed nothing is closed for absence"
        return _said(self.job.origin, zh, en)


class ReplayBatch(DeliveredTable):
    """The batch of a replay: it closes for absence only what its delivery had to leave open."""

    def __init__(self, job: _Job, closing: _Closing, options: LoadOptions) -> None:
        said = job.origin.properties
        options = replace(
            options,
            source=job.origin.source,
            as_of=said.get("as_of"),
            scope=said.get("scope_given"),
            complete=bool(said.get("complete")),
            partial=not closing.now,
        )
        self.origin = job.origin
        self.closing = closing
        seq = batches.last_seq(job.store) + 1
        group: tuple[set[str], bool] = (set(), closing.now)
        super().__init__(job.store, job.table, options, seq, f"replay:{job.origin.seq}", group)
        if job.table.as_of is None:  # what the rows change changed on the day that they came
            self.context = replace(self.context, day=said["committed_on"])

    def survey(self) -> None:
        super().survey()
        if self.closing.now and self.closing.closer is not None:
            self.present |= dict.fromkeys(self.closing.keys(), 0)
            self.group_keys |= self.present.keys()
            self.scopes |= set(self.closing.closer.properties.get("scopes") or ())

    def _identity(self) -> dict[str, Any]:
        return {**super()._identity(), "path": self.origin.properties["path"], "replays": self.origin.seq}
