"""People's decisions about the data: statements of the source ``bureau``, with actor and role, on the same axes.

The commands for holds come with a later issue; these functions are what they will call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from credit_graph import clock
from credit_graph.errors import UsageError
from credit_graph.ingest import compare
from credit_graph.jobs import batches
from credit_graph.jobs.batches import Counters
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.timelines import timelines
from credit_graph.jobs.writing import close_statements, write_statements
from credit_graph.model.kinds import CHANNELS, HOLD_REASONS
from credit_graph.model.statement import Statement, Value, content_hash
from credit_graph.model.time import DAY_MAX, DAY_MIN
from credit_graph.store import Store

SOURCE = "bureau"


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides, and on what basis."""

    actor: str
    role: str
    basis: str


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
) -> int:
    """Place a hold on what ``source`` says under ``key``; returns the seq of the decision's batch.

    ``event_day`` narrows it to statements valid from that day. Raises ``UsageError`` for an unknown record,
    reason or channel.
    """
    if reason not in HOLD_REASONS or not set(channels) <= set(CHANNELS):
        raise UsageError("usage.bad_value", option="reason", value=reason, why=", ".join(HOLD_REASONS))

    def change(seq: int) -> list[compare.Change]:
        record = _record(store, source, key, seq)
        content: dict[str, Value] = {
            "held_source": source,
            "held_key": key,
            "reason": reason,
            "channels": ",".join(channels),
            "basis": decision.basis,
            "actor": decision.actor,
            "role": decision.role,
            **({"event_day": event_day} if event_day else {}),
        }
        draft = Statement(
            source=SOURCE,
            key=_hold_key(source, key, event_day),
            n=0,
            kind="Hold",
            content=content,
            hash=content_hash(content),
            known_from=seq,
            valid_from=DAY_MIN,
            eid=record.eid,
            pid=record.pid,
            batch=seq,
        )
        timeline = timelines(store, SOURCE, [draft.key], seq)[draft.key]
        result = compare.hold(timeline, draft, start, seq)
        result.opens = [piece.again(valid_to=end or DAY_MAX) for piece in result.opens]
        return [result]

    return _decide(store, f"hold {source} {key} {reason} {start} {end} {event_day}", decision, change)


def lift_hold(store: Store, source: str, key: str, decision: Decision, event_day: date | None = None) -> int:
    """Lift the bureau's hold: closed in known. Raises ``UsageError`` if there is none."""

    def change(seq: int) -> list[compare.Change]:
        hold_key = _hold_key(source, key, event_day)
        timeline = timelines(store, SOURCE, [hold_key], seq)[hold_key]
        if timeline.last is None:
            raise UsageError("usage.unknown_entity", what=f"hold {source} {key}")
        return [compare.withdraw(timeline, seq)]

    return _decide(store, f"lift {source} {key} {event_day}", decision, change)


def annul(store: Store, source: str, key: str, decision: Decision) -> int:
    """The fact never was (撤销): closed in known, and held on every channel should the source say it again."""

    def change(seq: int) -> list[compare.Change]:
        _record(store, source, key, seq)
        return [compare.withdraw(timelines(store, source, [key], seq)[key], seq)]

    place_hold(store, source, key, "withdrawn", decision, channels=CHANNELS)
    return _decide(store, f"annul {source} {key}", decision, change)


def _hold_key(source: str, key: str, event_day: date | None) -> str:
    return f"{source}|{key}|{event_day or ''}"


def _record(store: Store, source: str, key: str, seq: int) -> Statement:
    """The latest statement under the key; ``UsageError`` if there never was one."""
    timeline = timelines(store, source, [key], seq)[key]
    if timeline.last is None:
        raise UsageError("usage.unknown_entity", what=f"{source} {key}")
    return timeline.last


def _decide(store: Store, what: str, decision: Decision, change: Callable[[int], list[compare.Change]]) -> int:
    """One decision is one committed batch of the source ``bureau``."""
    with store.writer("decision"):
        batches.refuse_open_batch(store)
        seq = batches.last_seq(store) + 1
        changes = change(seq)
        digest = hashlib.sha256(f"{what}\x1f{decision}".encode()).hexdigest()
        bid = batches.batch_id(SOURCE, digest, "", seq)
        scope = {"scopes": [""], "scope": "", "snapshot": False, "path": SOURCE}
        batches.begin(
            store,
            bid,
            seq,
            SOURCE,
            {**scope, "actor": decision.actor, "role": decision.role, "day": clock.today()},
        )
        write_statements(store, [piece for item in changes for piece in item.opens])
        close_statements(store, [piece for item in changes for piece in item.closes], seq)
        counters = Counters(read=len(changes), changed=len(changes))
        batches.commit(store, bid, seq, counters.properties())
        refresh(store)
    return seq
