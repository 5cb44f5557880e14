"""A small graph made by hand, through the same writing functions as a load."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from credit_graph.jobs import batches
from credit_graph.jobs.writing import close_statements, write_statements
from credit_graph.model.kinds import KINDS
from credit_graph.model.statement import Statement, content_hash
from credit_graph.model.time import DAY_MAX, DAY_MIN, Point
from credit_graph.projection import Projection
from credit_graph.projection.columns import packed_batch, schema
from credit_graph.projection.sources import Given
from credit_graph.store import Store


class Said:
    """Collects statements, all made by one batch."""

    def __init__(self, seq: int = 1) -> None:
        self.seq = seq
        self.statements: list[Statement] = []
        self._n: dict[tuple[str, str], int] = defaultdict(int)

    def say(
        self,
        kind: str,
        eid: str | None,
        key: str,
        *,
        source: str | None = None,
        start: date = DAY_MIN,
        end: date = DAY_MAX,
        pid: str | None = None,
        **content: Any,
    ) -> Statement:
        """One statement of this batch."""
        source = source or kind.lower()
        n = self._n[source, key]
        self._n[source, key] += 1
        statement = Statement(
            source=source,
            key=key,
            n=n,
            kind=kind,
            content=content,
            hash=content_hash(content),
            known_from=self.seq,
            valid_from=start,
            valid_to=end,
            eid=eid,
            pid=pid,
            batch=self.seq,
            row=n + 1,
        )
        self.statements.append(statement)
        return statement

    def firm(self, code: str, name: str, **content: Any) -> Statement:
        """A registration of a company with 1,000,000 yuan, unless said otherwise."""
        start = content.pop("start", DAY_MIN)
        key = content.pop("key", code)
        full = {
            "credit_code": code,
            "name": name,
            "entity_type": "有限责任公司",
            "state": "存续",
            "registered_capital": 100_000_000,
            "currency": "人民币",
            "founded_on": date(2010, 1, 1),
            **content,
        }
        return self.say("Registration", code, key, start=start, **full)

    def hold(self, record: Statement, reason: str = "repaired", **content: Any) -> Statement:
        """A hold on a record."""
        start = content.pop("start", DAY_MIN)
        full = {"held_source": record.source, "held_key": record.key, "reason": reason, **content}
        full.setdefault("channels", "public,departments,grading")
        return self.say("Hold", record.eid, f"{record.source}|{record.key}", source="bureau", start=start, **full)


class City(Said):
    """A graph made by hand: :meth:`commit` writes what was said as one batch."""

    def __init__(self, store: Store) -> None:
        super().__init__(batches.last_seq(store) + 1)
        self.store = store
        self._closed: list[Statement] = []

    def close(self, record: Statement) -> None:
        """The statement is no longer known."""
        self._closed.append(record)

    def write(self) -> None:
        """Announce the batch and write it, uncommitted."""
        batches.begin(self.store, f"batch-{self.seq}", self.seq, "test", {"path": "by-hand.csv"})
        write_statements(self.store, self.statements)
        close_statements(self.store, self._closed, self.seq)

    def commit(self) -> int:
        """Write and commit; returns the seq, and is ready for the next batch."""
        self.write()
        batches.commit(self.store, f"batch-{self.seq}", self.seq, {})
        self.statements.clear()
        self._closed.clear()
        self.seq += 1
        return self.seq - 1


def tables_of(statements: Sequence[Statement]) -> dict[str, pa.Table]:
    """Statements as the tables that the projection reads."""
    rows: dict[str, list[list[Any]]] = defaultdict(list)
    for statement in statements:
        props = statement.properties()
        rows[statement.kind].append([props.get(name) for name in schema(statement.kind).names])
    return {kind: pa.Table.from_batches([packed_batch(schema(kind), rows[kind])]) for kind in KINDS}


def projection_of(
    statements: Sequence[Statement], today: date, *, channel: str = "grading", valid: date | None = None
) -> Projection:
    """The projection of statements that are all known, without a graph."""
    tables = tables_of(statements)
    return Projection(Point(1, valid or today, today), channel, 1, Given(tables))
