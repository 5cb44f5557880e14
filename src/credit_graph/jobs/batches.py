"""Batches: one source, one scope, one delivery. A batch counts once its node says ``committed``."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any

from credit_graph import __version__, clock
from credit_graph.errors import StateError, UsageError
from credit_graph.jobs import audit
from credit_graph.jobs.audit import Act
from credit_graph.model.time import OPEN_SEQ
from credit_graph.store import Store
from credit_graph.text import t

_PAGE = 5000
_SEQ_DIGITS = 18  # no graph has more batches


@dataclass(slots=True)
class Counters:
    """What became of the rows; read = new + changed + unchanged + empty + duplicate + erased + quarantined."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    closed: int = 0
    awaiting: int = 0
    empty: int = 0
    duplicate: int = 0
    erased: int = 0
    quarantined: int = 0
    faults: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def properties(self) -> dict[str, Any]:
        """As properties of the batch node."""
        values: dict[str, Any] = {name: getattr(self, name) for name in COUNTS}
        values["reasons"] = json.dumps(dict(sorted(self.reasons.items())), ensure_ascii=False)
        return values


COUNTS = tuple(name for name in Counters.__dataclass_fields__ if name != "reasons")


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as its node says it."""

    bid: str
    seq: int
    source: str
    properties: dict[str, Any]

    @classmethod
    def of(cls, node: dict[str, Any]) -> Batch:
        """From the properties of its node."""
        return cls(node["bid"], node["seq"], node["source"], node)

    def report(self) -> dict[str, Any]:
        """The batch as ``load --json`` prints it."""
        names = ("path", "source", "scope", "seq")
        values = {name: self.properties.get(name) for name in (*names, *COUNTS)}
        values["reasons"] = json.loads(self.properties.get("reasons") or "{}")
        for name in (
            "late_scopes",
            "unmapped",
            "units",
            "skipped",
            "notes",
        ):  # said only where there is something to say
            if found := self.properties.get(name):
                values[name] = found
        return values


@dataclass(frozen=True, slots=True)
class SourceHistory:
    """What has been delivered of a source so far."""

    scopes: frozenset[str]
    last_as_of: dict[str, date]  # scope -> latest as-of day of any delivery
    snapshots: dict[str, tuple[date, ...]]  # scope -> as-of days of complete deliveries, ascending
    files: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)  # file, sheet -> first batch, its path
    last_batch: str = ""  # id of its last committed batch that read rows or reversed one; empty if there is none

    def late(self, day: date, delivered: Collection[str]) -> list[str]:
        """Scopes without a complete delivery of that day or later; ``delivered`` arrive with it."""
        return sorted(
            scope
            for scope in self.scopes - set(delivered)
            if not self.snapshots.get(scope) or self.snapshots[scope][-1] < day
        )

    def remarks(self, sha256: str, sheet: str, as_of: date | None, scopes: Collection[str]) -> list[str]:
        """What the user should know of a delivery: that the same file came before, that newer ones did."""
        found: list[str] = []
        if (sha256, sheet) in self.files:
            seq, path = self.files[sha256, sheet]
            found.append(t(f"与批次 {seq}（{path}）是同一文件", f"it is the same file as that of batch {seq} ({path})"))
        newest = max((self.last_as_of[scope] for scope in scopes if scope in self.last_as_of), default=None)
        if as_of is not None and newest is not None and as_of < newest:
            zh = f"早于已载入的送达（{newest}）：只补充历史，不改动较新的记录"
            en = f"it is older than what was loaded ({newest}): it adds history and changes nothing newer"
            found.append(t(zh, en))
        return found


def last_seq(store: Store) -> int:
    """The last committed seq; 0 on an empty graph."""
    rows = store.read("read/last_seq")
    return int(rows[0]["seq"] or 0) if rows else 0


def named_seq(known: str, last: int) -> int | None:
    """The seq that is asked for; ``None`` where it is no number (a day, then).

    Raises ``UsageError("usage.known_beyond")`` for one after the ``last``: what will be known then nobody can tell.
    """
    if not (known.isascii() and known.isdigit()):
        return None
    if len(known) > _SEQ_DIGITS or int(known) > last:
        raise UsageError("usage.known_beyond", known=known[:80], last=last)
    return int(known)


def open_batch(store: Store) -> dict[str, Any] | None:
    """The batch that was begun and not committed, if any."""
    rows = store.read("read/open_batch")
    return rows[0] if rows else None


def refuse_open_batch(store: Store) -> None:
    """Derived results start from committed batches only: ``StateError`` says how to finish or undo."""
    batch = open_batch(store)
    if batch is not None:
        raise StateError("state.batch_open", seq=batch["seq"], path=batch["path"])


def history(store: Store, source: str) -> SourceHistory:
    """Deliveries of a source by scope, from its committed batches."""
    scopes: set[str] = set()
    last: dict[str, date] = {}
    days: dict[str, set[date]] = defaultdict(set)
    found = [row["batch"] for row in store.read("read/batches", source=source, limit=1_000_000)]
    reversed_seqs = {batch.get("reverses") for batch in found if batch["state"] == "committed"}
    files: dict[tuple[str, str], tuple[int, str]] = {}
    for batch in found:  # newest first
        if batch["state"] != "committed" or batch["seq"] in reversed_seqs or "reverses" in batch:
            continue
        if sha256 := batch.get("file_sha256"):
            files[sha256, batch["path"].partition("#")[2]] = batch["seq"], batch["path"]
        scopes.update(batch.get("scopes") or [])
        as_of = batch.get("as_of")
        for scope in (batch.get("scopes") or []) if as_of else []:
            last[scope] = max(as_of, last.get(scope, as_of))
            if batch.get("snapshot"):
                days[scope].add(as_of)
    snapshots = {scope: tuple(sorted(found)) for scope, found in days.items()}
    wrote = [batch for batch in found if batch["state"] == "committed" and "repeats" not in batch]
    newest = max(wrote, key=itemgetter("seq"), default=None)
    return SourceHistory(frozenset(scopes), last, snapshots, files, newest["bid"] if newest else "")


def batch_id(source: str, sha256: str, definition_version: str, seq: int) -> str:
    """Hash of the file, definition version, program version and seq."""
    text = "\x1f".join((source, sha256, definition_version, __version__, str(seq)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def rows_file(store: Store, seq: int, bid: str) -> Path:
    """Where the rows that a batch read are kept, beside the graph."""
    return store.home / "batches" / f"{seq:06d}-{bid}.parquet"


def standing_file(store: Store, source: str) -> Path:
    """Where the digests of a source's standing rows are kept: a cache, see ``ingest/standing.py``."""
    return store.home / "standing" / f"{source}.parquet"


def open_keys_file(store: Store, source: str) -> Path:
    """Where is kept which statements of a source stand: ``jobs/openkeys.py``."""
    return standing_file(store, source).with_suffix(".keys.parquet")


def begin(store: Store, bid: str, seq: int, source: str, properties: dict[str, Any], act: Act | None = None) -> None:
    """Announce the batch: from now on no other may start until it is committed or undone.

    ``act``: what a person does by it. The audit log has it first, and the batch names its line.
    """
    props = {**properties, "seq": seq, "source": source, "state": "writing", "program": __version__}
    if act is not None:
        who = str(properties.get("actor") or ""), str(properties.get("role") or "")
        props["audit"] = audit.record(store.home, *who, act.action, act.what, seq=seq)
    store.write("load/batch", bid=bid, props=_present(props))


def commit(store: Store, bid: str, seq: int, properties: dict[str, Any]) -> None:
    """Make the batch count, in one transaction with the last seq."""
    props = {**properties, "committed_on": clock.today()}
    store.write("load/commit", bid=bid, seq=seq, props=_present(props))


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def find(store: Store, seq: int) -> Batch:
    """The batch with that seq; ``UsageError`` if there is none."""
    return find_all(store, [seq])[0]


def find_all(store: Store, seqs: Iterable[int]) -> list[Batch]:
    """The batches with these seqs, in their order; ``UsageError`` for one that is not there."""
    wanted = list(seqs)
    found = {row["batch"]["seq"]: Batch.of(row["batch"]) for row in store.read("read/batch", seqs=wanted)}
    for seq in wanted:
        if seq not in found:
            raise UsageError("usage.unknown_entity", what=t(f"批次 {seq}", f"batch {seq}"))
    return [found[seq] for seq in wanted]


def recent(store: Store, limit: int = 50) -> list[Batch]:
    """The latest batches, newest first."""
    return [Batch.of(row["batch"]) for row in store.read("read/batches", source=None, limit=limit)]


def take_back(store: Store, path: str) -> None:
    """Take back a batch of that path that was interrupted: what wrote it is done again."""
    begun = open_batch(store)
    if begun is not None and begun["path"] == path:
        undo_open(store, find(store, begun["seq"]))


def undo_open(store: Store, batch: Batch) -> None:
    """Take back an uncommitted batch as if it had never been begun. Resumable: each step can be repeated."""
    seq = batch.seq
    eids = [{"eid": row["eid"]} for row in store.read("read/eids_of_batch", seq=seq)]
    store.write("load/reopen_links", eids, seq=seq, open=OPEN_SEQ)
    while store.change("load/reopen_person_subjects", seq=seq, open=OPEN_SEQ, limit=_PAGE)[0]["reopened"]:
        pass
    while store.change("load/reopen_records", seq=seq, open=OPEN_SEQ, limit=_PAGE)[0]["reopened"]:
        pass
    store.write("load/undo_links", eids, seq=seq)
    while store.change("load/undo_records", seq=seq, limit=_PAGE)[0]["removed"]:
        pass
    store.write("load/undo_absences", seq=seq, open=OPEN_SEQ)
    for label in ("Enterprise", "Person", "Address", "Phone"):
        while store.change("load/orphans", labels={"KIND": label}, limit=_PAGE)[0]["removed"]:
            pass
    store.write("load/undo_batch", bid=batch.bid)
