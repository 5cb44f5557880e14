"""Holds (停用标记): what may no longer be used, by channel. Placed by sources while loading, or by the bureau.

A hold names (source, key, event day) and covers every later statement of it until it is lifted. It is itself a
statement, of the source ``bureau`` or ``NAME:use``, on the same axes: valid from the day on which use ends.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from credit_graph.ingest import compare
from credit_graph.ingest.rows import Row
from credit_graph.jobs.timelines import timelines
from credit_graph.model.definition import Definition, UseWhen
from credit_graph.model.kinds import CHANNELS
from credit_graph.model.statement import Statement, Value, content_hash
from credit_graph.model.time import DAY_MIN
from credit_graph.store import Store

_ANNULLED = "annulled"  # it never was: the statement goes too; a hold leaves it standing


def hold_statement(source: str, record: Statement | Row, content: dict[str, Value], seq: int) -> Statement:
    """The draft of a hold on a record of that source."""
    key = record.key or ""
    full: dict[str, Value] = {"held_source": source.removesuffix(":use"), "held_key": key, **content}
    return Statement(
        source=source,
        key=key,
        n=0,
        kind="Hold",
        content=full,
        hash=content_hash(full),
        known_from=seq,
        valid_from=DAY_MIN,
        eid=record.eid,
        pid=record.pid,
        subject_ref=record.subject_ref,
        batch=seq,
        row=record.row if isinstance(record, Statement) else record.number,
    )


class SourceHolds:
    """The holds that one source places on its own records: by a column's value, or by leaving rows out."""

    def __init__(self, store: Store, definition: Definition, delivery: compare.Delivery, *, first: bool) -> None:
        self.store = store
        self.first = first  # of its source: no hold can be there yet
        self.definition = definition
        self.delivery = delivery
        self.source = definition.source + ":use"
        self._relevant = bool(definition.use_when) or definition.on_absence in {"held", "withdrawn"}

    def annulled(self, rows: list[Row]) -> set[str]:
        """Keys of rows that say of themselves that the fact never was."""
        return {row.key for row in rows if row.key is not None and self._reason(row) == _ANNULLED}

    def changes(self, rows: list[Row]) -> list[compare.Change]:
        """Holds to place or lift because of what these rows say."""
        if not self._relevant or not rows:
            return []
        keys = [row.key for row in rows if row.key]
        found = {} if self.first else timelines(self.store, self.source, keys, self.delivery.seq)
        return [self._change(row, found.get(row.key, compare.Timeline())) for row in rows if row.key]

    def missing(self, record: Statement, reason: str, day: date | None) -> compare.Change:
        """The hold on a record that the source no longer delivers."""
        timeline = timelines(self.store, self.source, [record.key], self.delivery.seq)[record.key]
        if timeline.last is not None:  # already repaired, expired …: the first reason stands
            return compare.Change("unchanged")
        channels = CHANNELS if reason == "withdrawn" else CHANNELS[:3]
        content: dict[str, Value] = {"reason": reason, "channels": ",".join(channels)}
        wanted = hold_statement(self.source, record, content, self.delivery.seq)
        return compare.hold(timeline, wanted, day, self.delivery.seq)

    def _change(self, row: Row, timeline: compare.Timeline) -> compare.Change:
        reason = self._reason(row)
        if reason is None or self.definition.use_when is None:
            return compare.hold(timeline, None, None, self.delivery.seq)
        use = self.definition.use_when
        start = row.content.get(use.start)
        annulled = reason == _ANNULLED
        channels = CHANNELS if annulled else use.channels
        content: dict[str, Value] = {"reason": "withdrawn" if annulled else reason, "channels": ",".join(channels)}
        if isinstance(basis := row.content.get(use.column), str):
            content["basis"] = basis
        wanted = hold_statement(self.source, row, content, self.delivery.seq)
        first = start if isinstance(start, date) and not annulled else None
        return compare.hold(timeline, wanted, first, self.delivery.seq)

    def _reason(self, row: Row) -> str | None:
        """annulled, or the reason of a hold, if the definition's ``use_when`` says so of this row."""
        use = self.definition.use_when
        if use is None:
            return None
        value = _plain(row.content.get(use.column))
        if value is None or not isinstance(row.content.get(use.start), date):
            return None
        named: list[tuple[str, tuple[str, ...]]] = _named(use)
        return next((reason for reason, values in named if value in {_plain(v) for v in values}), use.otherwise)


def _named(use: UseWhen) -> list[tuple[str, tuple[str, ...]]]:
    return [(_ANNULLED, use.annulled), ("repaired", use.repaired), ("expired", use.expired)]


def _plain(value: Any) -> str | None:
    if isinstance(value, date):  # a day of removal without any reason
        return value.isoformat()
    return value.strip().rstrip("。.;；") if isinstance(value, str) else None
