"""People's decisions about the data: statements of the source ``bureau``, with actor and role, on the same axes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from credit_graph import clock
from credit_graph.errors import StateError, UsageError
from credit_graph.ingest import compare
from credit_graph.jobs import batches
from credit_graph.jobs.audit import Act, Said, named
from credit_graph.jobs.batches import Counters
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.standing import forget
from credit_graph.jobs.timelines import Timelines, timelines
from credit_graph.jobs.writing import close_statements, write_statements
from credit_graph.model.kinds import CHANNELS, HOLD_REASONS
from credit_graph.model.statement import Statement, Value, content_hash
from credit_graph.model.time import DAY_MAX, DAY_MIN, OPEN_SEQ, covers
from credit_graph.store import Store
from credit_graph.text import joined, t

SOURCE = "bureau"


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides, and on what basis."""

    actor: str
    role: str
    basis: str

    @property
    def said(self) -> dict[str, Value]:
        """Both, as fields of the statement that keeps the decision."""
        return {"basis": self.basis, "actor": self.actor, "role": self.role}


def place_hold(
    store: Store,
    source: str,
    key: str,
    reason: str,
    decision: Decision,
    *,
    start: date | None = None,
    end: date | None = None,
    event_day: date | None = None,
    channels: Sequence[str] = CHANNELS[:3],
    replace: bool = False,
) -> int:
    """Place a hold on what ``source`` says under ``key``; returns the seq of the decision's batch.

    ``event_day`` narrows it to statements valid from that day; ``replace``: in place of one that stands.
    Raises ``UsageError`` for an unknown record, day, reason or channel and an end before the beginning,
    ``StateError("state.held")`` where a hold of the bureau stands on it.
    """
    _check_hold(reason, channels, start, end)

    def change(seq: int) -> list[compare.Change]:
        record = _record(store, source, key, seq)
        if event_day:
            _require_day(store, record, event_day, seq)
        found = Timelines(store, seq)
        result = hold_change(found, record, reason, decision, start, event_day, channels, replace=replace)
        result.opens = [piece.again(valid_to=end or DAY_MAX) for piece in result.opens]
        return [result]

    return carry_out(store, f"hold {source} {key} {reason} {start} {end} {event_day}", decision, change)


def hold_change(
    found: Timelines,
    record: Statement,
    reason: str,
    decision: Decision,
    start: date | None = None,
    event_day: date | None = None,
    channels: Sequence[str] = CHANNELS[:3],
    *,
    replace: bool = False,
) -> compare.Change:
    """What the batch opens and closes to place a hold on what the record's source says under its key.

    Raises ``StateError("state.held")`` where a hold of the bureau stands on it and is not to be replaced.
    """
    content: dict[str, Value] = {
        "held_source": record.source,
        "held_key": record.key,
        "reason": reason,
        "channels": ",".join(channels),
        **decision.said,
        **({"event_day": event_day} if event_day else {}),
    }
    key = hold_key_of(record.source, record.key, event_day)
    draft = bureau_statement("Hold", key, content, found.seq, eid=record.eid, pid=record.pid)
    timeline = found.of(SOURCE, draft.key)
    if timeline.last is not None and not replace:
        raise StateError("state.held", source=record.source, key=record.key, hold=timeline.last.sid)
    return compare.hold(timeline, draft, start, found.seq)


def lift_change(found: Timelines, source: str, key: str) -> compare.Change:
    """What the batch closes to lift the bureau's hold on that record; nothing where there is none."""
    return compare.withdraw(found.of(SOURCE, hold_key_of(source, key)), found.seq)


def bureau_statement(
    kind: str, key: str, content: dict[str, Value], seq: int, *, eid: str | None = None, pid: str | None = None
) -> Statement:
    """The draft of what the bureau says under a key; its ``n`` and days are set by the comparison."""
    return Statement(
        source=SOURCE,
        key=key,
        n=0,
        kind=kind,
        content=content,
        hash=content_hash(content),
        known_from=seq,
        valid_from=DAY_MIN,
        eid=eid,
        pid=pid,
        batch=seq,
    )


def _check_hold(reason: str, channels: Sequence[str], start: date | None, end: date | None) -> None:
    if reason not in HOLD_REASONS:
        raise UsageError("usage.bad_value", option="--reason", value=reason, why=_one_of(HOLD_REASONS))
    unknown = [name for name in channels if name not in CHANNELS]
    if unknown or not channels:
        raise UsageError("usage.bad_value", option="--channels", value=",".join(unknown), why=_one_of(CHANNELS))
    first = start or DAY_MIN
    if end is not None and end <= first:
        why = t(f"应晚于 {first}", f"must lie after {first}")
        raise UsageError("usage.bad_value", option="--to", value=end, why=why)


def _one_of(values: Sequence[object]) -> str:
    return t("可用的有：", "one of: ") + joined(values)


def _require_day(store: Store, record: Statement, event_day: date, seq: int) -> None:
    """A hold on one day covers the statement that begins on it: there has to be one."""
    days = {piece.valid_from for piece in timelines(store, record.source, [record.key], seq)[record.key].pieces}
    if event_day not in days:
        why = _one_of(sorted(days))
        raise UsageError("usage.bad_value", option="--event-day", value=event_day, why=why)


def lift_hold(store: Store, source: str, key: str, decision: Decision, event_day: date | None = None) -> int:
    """Lift the bureau's hold: closed in known. Raises ``UsageError`` if there is none."""

    def change(seq: int) -> list[compare.Change]:
        hold_key = hold_key_of(source, key, event_day)
        timeline = timelines(store, SOURCE, [hold_key], seq)[hold_key]
        if timeline.last is None:
            raise UsageError("usage.unknown_entity", what=f"hold {source} {key}")
        return [compare.withdraw(timeline, seq)]

    return carry_out(store, f"lift {source} {key} {event_day}", decision, change)


def lift(store: Store, hold: str, decision: Decision) -> int:
    """Lift a hold of the bureau by its statement id, from today on; returns the seq.

    Raises ``UsageError`` for an unknown hold, ``StateError``: ``state.not_held`` (lifted already),
    ``state.hold_of_source`` (a source placed it, and its next delivery would place it again).
    """
    rows = store.read("read/statement", sid=hold)
    if not rows or rows[0]["record"]["kind"] != "Hold":
        raise UsageError("usage.unknown_entity", what=hold)
    found = Statement.from_properties(rows[0]["record"])
    if found.source != SOURCE:
        raise StateError("state.hold_of_source", hold=hold, source=found.source.removesuffix(":use"))
    if found.known_to != OPEN_SEQ:
        raise StateError("state.not_held", hold=hold, seq=found.known_to)
    day = found.content.get("event_day")
    source, key = str(found.content["held_source"]), str(found.content["held_key"])
    return lift_hold(store, source, key, decision, day if isinstance(day, date) else None)


@dataclass(frozen=True, slots=True)
class StandingHold:
    """A hold as ``hold list`` shows it; ``lifted`` is the seq of the batch that lifted it, None while it stands."""

    statement: Statement
    in_force: bool  # it stands, and today is one of its days
    lifted: int | None


def holds(store: Store, source: str | None = None, *, lifted: bool = False) -> list[StandingHold]:
    """Holds known now, by record, optionally on records of one source, with those that were ``lifted``."""
    today = clock.today()
    rows = store.read("read/holds", seq=batches.last_seq(store), source=source, all=lifted)
    found = []
    for row in rows:
        item = Statement.from_properties(row["record"])
        stands = item.known_to == OPEN_SEQ
        in_force = stands and covers(item.valid_from, item.valid_to, today)
        found.append(StandingHold(item, in_force, None if stands else item.known_to))
    return found


def annul(store: Store, source: str, key: str, decision: Decision) -> int:
    """The fact never was (撤销): closed in known, and held on every channel should the source say it again."""

    def change(seq: int) -> list[compare.Change]:
        _record(store, source, key, seq)
        return [compare.withdraw(timelines(store, source, [key], seq)[key], seq)]

    place_hold(store, source, key, "withdrawn", decision, channels=CHANNELS, replace=True)
    forget(store, source)
    return carry_out(store, f"annul {source} {key}", decision, change)


def hold_key_of(source: str, key: str, event_day: date | None = None) -> str:
    """The natural key of the bureau's hold on what a source says under its key."""
    return f"{source}|{key}|{event_day or ''}"


def _record(store: Store, source: str, key: str, seq: int) -> Statement:
    """The latest statement under the key; ``UsageError`` if there never was one."""
    timeline = timelines(store, source, [key], seq)[key]
    if timeline.last is None:
        raise UsageError("usage.unknown_entity", what=f"{source} {key}")
    return timeline.last


def undo_decision(store: Store, kind: str, sid: str, decision: Decision) -> int:
    """Undo what was decided by a statement of the kind: closed in known; returns the seq.

    Raises ``UsageError`` for an unknown decision, ``StateError("state.decision_undone")`` for one that was undone.
    """
    rows = store.read("read/statement", sid=sid)
    if not rows or rows[0]["record"]["kind"] != kind:
        raise UsageError("usage.unknown_entity", what=sid)
    return undo_statements(store, sid, [Statement.from_properties(rows[0]["record"])], decision)


def undo_statements(store: Store, name: str, found: Sequence[Statement], decision: Decision) -> int:
    """The same of a decision that these statements are, by the name that people know; raises as
    :func:`undo_decision`."""
    if found[0].known_to != OPEN_SEQ:
        raise StateError("state.decision_undone", decision=name, seq=found[0].known_to)
    change = compare.Change("changed", closes=[*found])
    return carry_out(store, f"undo {name}", decision, lambda _: [change])


def carry_out(store: Store, what: str, decision: Decision, change: Callable[[int], list[compare.Change]]) -> int:
    """One decision is one committed batch of the source ``bureau``; returns its seq.

    ``change``: what it opens and closes, given its seq.
    """
    with store.writer("decision"):
        batches.refuse_open_batch(store)
        seq = batches.last_seq(store) + 1
        write_batch(store, seq, what, decision, change(seq))
    return seq


def write_batch(
    store: Store, seq: int, what: str, decision: Decision, changes: list[compare.Change], **properties: Value
) -> None:
    """Write and commit the batch of a decision, under the writer lock; ``properties``: of the batch, besides."""
    digest = hashlib.sha256(f"{what}\x1f{decision}".encode()).hexdigest()
    bid = batches.batch_id(SOURCE, digest, "", seq)
    who = {**decision.said, "day": clock.today()}
    scope = {"scopes": [""], "scope": "", "snapshot": False, "path": SOURCE}
    opens = [piece for item in changes for piece in item.opens]
    closes = [piece for item in changes for piece in item.closes]
    said: Said = {
        "did": what.partition(" ")[0],
        "opened": named(p.sid for p in opens),
        "closed": named(p.sid for p in closes),
    }
    batches.begin(store, bid, seq, SOURCE, {**scope, **who, **properties}, Act("decision", said))
    write_statements(store, opens)
    close_statements(store, closes, seq)
    counters = Counters(read=len(changes), changed=len(changes))
    batches.commit(store, bid, seq, counters.properties())
    refresh(store)
