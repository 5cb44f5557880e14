"""Load: source files become committed batches. Interrupted at any moment, the same call goes on where it stopped.

Every file is read, checked and screened before the first is written, so that one refused file leaves the graph
unchanged. Then each table is one batch: announce, write, commit. Readers pin the last committed seq and see nothing
of a batch before that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from credit_graph import clock
from credit_graph.errors import StateError
from credit_graph.ingest.background import Background
from credit_graph.ingest.check import check_file
from credit_graph.ingest.definitions import definitions, version
from credit_graph.ingest.files import expand, fingerprint
from credit_graph.ingest.rows import CheckedTable
from credit_graph.jobs import batches
from credit_graph.jobs.absence import UNREADABLE
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.delivery import DeliveredTable
from credit_graph.jobs.handover import give_way
from credit_graph.jobs.reading import check_files
from credit_graph.jobs.repeated import RepeatedTable, repeated
from credit_graph.jobs.work import work_folder
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from credit_graph.store.tombstones import mark

Table = CheckedTable | RepeatedTable
Report = Callable[[str, int, int], None]  # (what, done, total)


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How files are to be read; see ``credit-graph load --help``."""

    source: str | None = None
    as_of: date | None = None
    scope: str | None = None
    units: dict[str, str] = field(default_factory=dict)
    complete: bool = False
    partial: bool = False
    accept_closures: int = 0
    dry: bool = False
    actor: str = ""
    role: str = "analyst"


def _quiet(what: str, done: int, total: int) -> None:
    """No progress."""


def load(
    store: Store, paths: Sequence[Path], options: LoadOptions | None = None, report: Report = _quiet
) -> list[dict[str, Any]]:
    """Load files and folders; returns the report of every batch, in order.

    With ``dry`` everything is done but the writing. Raises ``InputError`` (a file is refused), ``StateError``
    (another batch is unfinished, too many closures, the graph is locked) and ``StoreError``.
    """
    options = options or LoadOptions()
    secret = load_or_create(store.settings, store)
    with work_folder(store.home) as work:
        tables = _check_all(store, paths, options, secret, work, report)
        if options.dry:
            return _dry_run(store, tables, options)
        with store.writer("load"):
            if load_or_create(store.settings, store) != secret:  # the rows hold keys of the one before
                raise StateError("state.rotated")
            done = _write_all(store, tables, options, report)
            give_way(store, {table.definition.kind for table in tables})
            return done


def known_files(store: Store, paths: Sequence[Path]) -> bool:
    """Whether every file of the paths is the content of a committed batch already."""
    found = [row["batch"] for row in store.read("read/batches", source=None, limit=1_000_000)]
    loaded = {batch.get("file_sha256") for batch in found if batch["state"] == "committed"}
    return all(fingerprint(file) in loaded for file in expand(paths))


def _check_all(
    store: Store, paths: Sequence[Path], options: LoadOptions, secret: bytes, work: Path, report: Report
) -> list[Table]:
    known = definitions()
    files = expand(paths)
    same = repeated(store, files, known, options)
    check = partial(
        check_file,
        definitions=known,
        source=options.source,
        units=options.units,
        as_of=options.as_of,
        scope_given=options.scope,
        secret=secret,
        work=work,
        today=clock.today(),
    )
    checked = check_files([file for file in files if not same.get(file)], check, report)
    tables: list[Table] = [table for file in files for table in same.get(file) or checked[file]]
    # oldest delivery first, so that a folder of deliveries needs no order of its own
    return sorted(tables, key=lambda t: (t.as_of or date.max, t.definition.source, str(t.path), t.member))


def _delivery_id(tables: Sequence[Table], options: LoadOptions) -> str:
    """Names this load: the same files and options again are the same delivery."""
    said = [[t.definition.source, version(t.definition), t.sha256, str(t.as_of), t.units] for t in tables]
    flags = [options.scope, options.complete, options.partial]
    return hashlib.sha256(json.dumps([said, flags], sort_keys=True).encode()).hexdigest()[:32]


def _write_all(store: Store, tables: list[Table], options: LoadOptions, report: Report) -> list[dict[str, Any]]:
    if batches.last_seq(store) == 0:
        mark(store)  # nothing is there that tombstones could cover; from now on they are asked for every row
    delivery = _delivery_id(tables, options)
    done = _resume(store, delivery)
    first = batches.last_seq(store) + 1
    _write_tables(store, tables, options, delivery, len(done), report)
    done += batches.find_all(store, range(first, batches.last_seq(store) + 1))
    refresh(store, report)
    store.write("load/delivery", props={"name": "delivery"})
    return [batch.report() for batch in done]


def _write_tables(
    store: Store, tables: list[Table], options: LoadOptions, delivery: str, done: int, report: Report
) -> None:
    """Write the tables in order, all but the first ``done``; while one is being written the next is surveyed."""
    groups = _Groups(tables, options)
    seq = batches.last_seq(store)
    ahead: DeliveredTable | None = None
    with Background() as background:
        for number, table in enumerate(tables):
            if number < done:
                groups.skip(table)
                continue
            if ahead and (isinstance(table, RepeatedTable) or table.definition.source == ahead.definition.source):
                ahead.commit(background)  # the history of a source is that of its committed batches
                ahead = None
            seq += 1
            if isinstance(table, RepeatedTable):
                groups.of(table)
                table.write(store, seq, delivery, options)
                continue
            batch = DeliveredTable(store, table, options, seq, delivery, groups.of(table))
            batch.survey()
            if ahead:
                ahead.commit(background)
            batch.write(background, partial(report, table.path.name))
            ahead = batch
        if ahead:
            ahead.commit(background)


def _resume(store: Store, delivery: str) -> list[batches.Batch]:
    """The batches that an interrupted load of the same files had committed; begins a new load otherwise.

    An uncommitted batch of any other load must be resumed or undone first: ``StateError``.
    """
    rows = store.read("read/delivery")
    last = batches.last_seq(store)
    if rows and rows[0]["delivery"] == delivery:
        found = batches.find_all(store, range(rows[0]["first_seq"], last + 1))
        return [batch for batch in found if batch.properties.get("delivery") == delivery]
    batches.refuse_open_batch(store)
    store.write("load/delivery", props={"name": "delivery", "delivery": delivery, "first_seq": last + 1})
    return []


class _Groups:
    """With ``--complete``: the keys of all files of one source and as-of day; the last of them closes."""

    def __init__(self, tables: Sequence[Table], options: LoadOptions) -> None:
        self._complete = options.complete
        self._left: dict[tuple[str, date | None], int] = {}
        self._keys: dict[tuple[str, date | None], set[str]] = {}
        for table in tables:
            name = (table.definition.source, table.as_of)
            self._left[name] = self._left.get(name, 0) + 1
            self._keys.setdefault(name, set())

    def skip(self, table: Table) -> None:
        """The table was committed before the interruption: only its keys count."""
        keys, _ = self.of(table)
        if self._complete and not isinstance(table, RepeatedTable):
            for chunk in table.outline():
                keys.update(row.key for row in chunk.rows if row.key is not None)
                if any(row.key is None and row.status == "quarantined" for row in chunk.rows):
                    keys.add(UNREADABLE)

    def of(self, table: Table) -> tuple[set[str], bool]:
        """Keys stated so far by the group, and whether this table is its last."""
        name = (table.definition.source, table.as_of)
        self._left[name] -= 1
        if not self._complete:
            return set(), False
        return self._keys[name], self._left[name] == 0


def _dry_run(store: Store, tables: list[Table], options: LoadOptions) -> list[dict[str, Any]]:
    groups = _Groups(tables, options)
    seq = batches.last_seq(store) + 1
    reports = []
    for number, table in enumerate(tables):
        if isinstance(table, RepeatedTable):
            groups.of(table)
            reports.append(table.preview(seq + number))
        else:
            reports.append(DeliveredTable(store, table, options, seq + number, "", groups.of(table)).preview())
    return reports
