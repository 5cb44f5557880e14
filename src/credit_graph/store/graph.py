"""The store, the only way to the graph: statements by name, managed transactions, retries, the lock."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from neo4j import READ_ACCESS, WRITE_ACCESS, Driver, Query, Record, Session, Transaction
from neo4j.exceptions import ConstraintError, DriverError, Neo4jError, ServiceUnavailable, SessionExpired

from credit_graph.errors import StateError, StoreError
from credit_graph.settings import Settings
from credit_graph.settings import settings as default_settings
from credit_graph.store.catalogue import Statement, statement
from credit_graph.store.connection import Connection, Engine
from credit_graph.store.faults import disk_is_low, translate
from credit_graph.store.files import forget_caches, private_folder
from credit_graph.store.lock import WriterLock, writer
from credit_graph.store.migrate import apply, migrations
from credit_graph.store.migrate import migrate as migrate_graph
from credit_graph.store.tombstones import refuse_pending
from credit_graph.store.values import plain

RETRY_SECONDS = 20.0  # as long as a cluster may take to elect a new leader
CONSTRAINT_RETRIES = 5  # two MERGEs of one key on the embedded engine: the loser has to try again
REVIVALS = 2
CLEAR_SIZE = 10_000
RENEW_ABOVE = 200
LOST = (ServiceUnavailable, SessionExpired, OSError)

T = TypeVar("T")
Row = dict[str, Any]
Labels = Mapping[str, str | Sequence[str]] | None

_SAMPLES: dict[str, Any] = {
    "string": "",
    "integer": 1,
    "float": 1.0,
    "boolean": False,
    "date": None,
    "list": [],
    "map": {},
    "any": None,
}


@dataclass(slots=True)
class Metric:
    """What one statement cost so far."""

    count: int = 0
    seconds: float = 0.0
    rows: int = 0


class Store:
    """An open graph; a context manager, safe to use from several threads.

    ``engine``: "embedded" or "neo4j"; ``home``: the data directory; ``metrics``: cost per statement name.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.closed = False
        self.home: Path = private_folder(settings.home.resolve())
        self.connection = Connection(settings)
        self.metrics: dict[str, Metric] = {}
        self._metrics_lock = threading.Lock()

    @classmethod
    def open(cls, settings: Settings | None = None, *, migrate: bool = True, pending: bool = False) -> Store:
        """Open the configured graph; ``migrate`` brings its schema up to date.

        ``pending``: also a graph to which tombstones have still to be applied; it holds what was erased.
        Raises ``StoreError``: no_engine, start_failed, unreachable, wrong_password, newer_schema; ``StateError``:
        erasure_pending, tombstones.
        """
        store = cls(settings or default_settings())
        if migrate:
            try:
                migrate_graph(store)
                if not pending:
                    refuse_pending(store)
            except BaseException:
                store.close()
                raise
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the embedded engine goes on until it was idle for its time."""
        self.closed = True
        self.connection.close()

    @property
    def engine(self) -> Engine:
        """Which engine is in use."""
        return self.connection.engine

    @property
    def fulltext_index(self) -> str:
        """Name of the index over all names of an enterprise, for ``db.index.fulltext.queryNodes``."""
        return "enterprise_names" if self.engine == "neo4j" else "Enterprise[names_text]"

    def read(self, name: str, /, labels: Labels = None, **params: Any) -> list[Row]:
        """All rows of a reading statement, in one transaction.

        Raises ``StoreError`` (timeout, unreachable, failed) and ``TypeError`` for wrong parameters.
        """
        item = statement(name)
        text = _prepare(item, labels, params)
        return self._attempt(name, lambda: self._transact(text, params, READ_ACCESS, fenced=False))

    def stream(self, name: str, /, labels: Labels = None, **params: Any) -> Iterator[Row]:
        """The rows one by one, without holding all of them; not retried, its transaction stays open."""
        item = statement(name)
        text = _prepare(item, labels, params)
        started, rows = time.perf_counter(), 0
        try:
            with self._session(READ_ACCESS) as session:
                for record in session.run(Query(text, timeout=self.settings.timeout_seconds), params):
                    rows += 1
                    yield _row(record)
        except (DriverError, Neo4jError, OSError) as error:
            raise translate(error, name, self.settings, self.connection.uri) from None
        finally:
            self._measure(name, started, rows)

    def write(
        self,
        name: str,
        /,
        rows: Sequence[Mapping[str, Any]] | None = None,
        labels: Labels = None,
        progress: Callable[[int], None] | None = None,
        **params: Any,
    ) -> int:
        """Run a writing statement; it must be idempotent, as a lost connection leaves its fate unknown.

        With rows: one transaction per ``batch_size`` rows, given as ``$rows``; returns how many were written,
        and calls ``progress`` with that number after each. Without: returns the integer that the statement
        returns first, else 0. Under :meth:`writer` each transaction checks that the lock is still ours.
        """
        if rows is None:
            result = self.change(name, labels, **params)
            first = next(iter(result[0].values()), 0) if result else 0
            return first if isinstance(first, int) else 0
        size = self.settings.batch_size
        for start in range(0, len(rows), size):
            if disk_is_low(self.settings):
                raise StoreError("store.disk_full")
            chunk = list(rows[start : start + size])
            self.change(name, labels, rows=chunk, **params)
            if progress:
                progress(start + len(chunk))
        return len(rows)

    def change(self, name: str, /, labels: Labels = None, **params: Any) -> list[Row]:
        """Run a writing statement in one transaction and return its rows; idempotent like :meth:`write`."""
        item = statement(name)
        text = _prepare(item, labels, params)
        fenced = not name.startswith(("write/lock", "write/migration"))
        return self._attempt(name, lambda: self._transact(text, params, WRITE_ACCESS, fenced=fenced))

    def writer(self, purpose: str, on_wait: Callable[[str], None] | None = None) -> AbstractContextManager[WriterLock]:
        """Be the only writer of the graph; inside another ``writer()`` of this process it does nothing.

        Waits for another writer up to ``lock_wait_seconds``, telling ``on_wait`` once who it is.
        Raises ``StateError("state.locked")``.
        """
        return writer(self, purpose, on_wait)

    def clear(self) -> int:
        """Remove all nodes but the record of migrations and the lock, and what is kept of them; returns how many."""
        forget_caches(self.home)
        total = self.size()
        if self.engine == "embedded" and total > RENEW_ABOVE:
            self._renew()
            return total
        for name in ("write/clear_relationships", "write/clear"):
            while self.write(name, size=CLEAR_SIZE):
                pass
        return total

    def size(self) -> int:
        """The number of nodes, without migrations and the lock."""
        return int(self.read("read/size")[0]["nodes"])

    def _renew(self) -> None:
        """The embedded engine deletes a few hundred records a second, and makes a database in one."""
        self.connection.renew()
        for step in migrations():
            apply(self, step)
        if held := WriterLock.of(self):
            held.take()

    def check(self) -> dict[str, Any]:
        """Engine, version of server and schema, and the number of nodes per combination of labels."""
        info = self.connection.driver.get_server_info()
        schema = self.read("read/schema_version")
        nodes = self.read("read/count_labels")
        return {
            "engine": self.engine,
            "server": info.agent,
            "schema": schema[-1]["number"] if schema else 0,
            "nodes": {":".join(sorted(row["labels"])): row["nodes"] for row in nodes},
        }

    def explain(self, name: str) -> tuple[str, ...]:
        """Have the engine plan a statement without running it; the columns that it would return.

        The embedded engine does not name columns in a plan: there they are those of the header.
        """
        item = statement(name)
        text = "EXPLAIN " + item.render(dict.fromkeys(item.labels, "Enterprise"))
        params = {key: _SAMPLES[kind] for key, kind in item.parameters.items()}

        def work() -> tuple[str, ...]:
            with self._session(WRITE_ACCESS) as session:
                result = session.run(Query(text, timeout=self.settings.timeout_seconds), params)
                columns = tuple(result.keys())
                result.consume()
            return columns

        columns = self._retry(name, work)
        return columns if self.engine == "neo4j" else item.returns

    def define(self, name: str, text: str) -> None:
        """Run one schema statement of a migration: Cypher, or SQL where the name says so."""

        def work() -> None:
            if name.endswith(".sql"):
                self.connection.sql(text)
            else:
                with self._session(WRITE_ACCESS) as session:
                    session.run(Query(text, timeout=self.settings.timeout_seconds)).consume()

        self._retry(name, work)

    def _session(self, access: str) -> Session:
        return self.connection.driver.session(
            database=self.connection.database,
            default_access_mode=access,
            bookmark_manager=self.connection.bookmarks,
            fetch_size=5000,
        )

    def _transact(self, text: str, params: dict[str, Any], access: str, *, fenced: bool) -> list[Row]:
        with (
            self._session(access) as session,
            session.begin_transaction(timeout=self.settings.timeout_seconds) as transaction,
        ):
            if fenced:
                self._fence(transaction)
            result = transaction.run(text, params)
            rows = [_row(record) for record in result]
            transaction.commit()
        return rows

    def _fence(self, transaction: Transaction) -> None:
        """A writer that slept past its heartbeat has lost the lock to another and must not write."""
        held = WriterLock.of(self)
        if held and transaction.run(statement("read/lock_held").text, owner=held.owner).single() is None:
            raise StateError("state.lock_lost", purpose=held.purpose)

    def _attempt(self, name: str, work: Callable[[], list[Row]]) -> list[Row]:
        started = time.perf_counter()
        rows = self._retry(name, work)
        self._measure(name, started, len(rows))
        return rows

    def _retry(self, name: str, work: Callable[[], T]) -> T:
        """Do it, again after what passes: a dead embedded engine, conflicts, a cluster without leader."""
        deadline = time.monotonic() + RETRY_SECONDS
        delay, conflicts, revivals = 0.05, 0, 0
        while True:
            driver = self.connection.driver
            try:
                return work()
            except (DriverError, Neo4jError, OSError) as error:
                if revivals < REVIVALS and self._revived(error, driver):
                    revivals += 1
                    continue
                conflicts += isinstance(error, ConstraintError)
                again = conflicts <= CONSTRAINT_RETRIES if conflicts else _passes(error)
                if not again or time.monotonic() > deadline:
                    raise translate(error, name, self.settings, self.connection.uri) from None
            time.sleep((0.02 * conflicts or delay) * (0.5 + random.random()))
            delay = min(delay * 2, 2.0)

    def _revived(self, error: Exception, driver: Driver) -> bool:
        if self.connection.driver is not driver:  # another thread has done it
            return True
        return isinstance(error, LOST) and self.connection.revive()

    def _measure(self, name: str, started: float, rows: int) -> None:
        with self._metrics_lock:
            metric = self.metrics.setdefault(name, Metric())
            metric.count += 1
            metric.seconds += time.perf_counter() - started
            metric.rows += rows


def _row(record: Record) -> Row:
    return {key: plain(value) for key, value in zip(record.keys(), record.values(), strict=True)}


def _prepare(item: Statement, labels: Labels, params: Mapping[str, Any]) -> str:
    if set(params) != set(item.parameters):
        raise TypeError(f"{item.name} takes the parameters {sorted(item.parameters)}, not {sorted(params)}")
    return item.render(labels)


def _passes(error: Exception) -> bool:
    """Whether a later try may succeed. An unanswered commit counts, as statements are idempotent."""
    if isinstance(error, DriverError | Neo4jError) and error.is_retryable():
        return True
    return isinstance(error, LOST)
