"""Turns a checked row into what it says: the draft of a statement and its named days."""

from __future__ import annotations

from datetime import date, timedelta

from credit_graph.ingest.compare import Said
from credit_graph.ingest.rows import Row
from credit_graph.model.definition import Definition
from credit_graph.model.statement import Statement, Value, content_hash
from credit_graph.model.time import DAY_MIN


def said(definition: Definition, row: Row, *, seq: int, as_of: date | None) -> Said:
    """What the row says. ``row`` must be ok: with a key and content."""
    assert row.key is not None
    valid = definition.valid
    start = _day(row.content.get(valid.event or valid.start or valid.first or ""))
    end = _day(row.content.get(valid.last or ""))
    if end is not None and valid.through:
        end += timedelta(days=1)
    identity = definition.identity
    base = None
    if identity and identity in row.content:
        base = content_hash({name: value for name, value in row.content.items() if name != identity})
    draft = Statement(
        source=definition.source,
        key=row.key,
        n=0,
        kind=definition.kind,
        content=row.content,
        hash=content_hash(row.content),
        known_from=seq,
        valid_from=DAY_MIN,
        scope=row.scope,
        seen_on=as_of,
        recorded_on=_day(row.content.get(definition.recorded_on or "")),
        eid=row.eid,
        pid=row.pid,
        subject_ref=row.subject_ref,
        batch=seq,
        row=row.number,
        faults=tuple(f"{f.field}:{f.reason}:{f.value}" for f in row.faults),
    )
    change_day = _day(row.content.get(definition.change_day or ""))
    return Said(draft, start=start, end=end, change_day=change_day, base_hash=base)


def _day(value: Value | None) -> date | None:
    """A day; a year stands for its last day (an annual report speaks of the whole year)."""
    if isinstance(value, date):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 9999:
        return date(value, 12, 31)
    return None
