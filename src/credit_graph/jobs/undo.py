"""Taking a batch back: an uncommitted one is removed, a committed one is reversed by a compensating batch."""

from __future__ import annotations

import hashlib

from credit_graph.errors import StateError, UsageError
from credit_graph.jobs import audit, batches
from credit_graph.jobs.audit import Act
from credit_graph.jobs.batches import Batch, Counters
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.timelines import timelines
from credit_graph.jobs.writing import close_statements, write_statements
from credit_graph.model.statement import Statement
from credit_graph.model.time import OPEN_SEQ
from credit_graph.store import Store
from credit_graph.text import t


def undo(store: Store, seq: int, actor: str, role: str) -> int | None:
    """Undo a batch. Returns the seq of the compensating batch, ``None`` if the batch was never committed.

    Raises ``UsageError`` for an unknown batch and ``StateError`` where later batches build on it.
    """
    with store.writer("undo"):
        batch = batches.find(store, seq)
        if batch.properties["state"] == "writing":
            audit.record(store.home, actor, role, "undo", {"batch": seq, "state": "writing"})
            batches.undo_open(store, batch)
            return None
        batches.refuse_open_batch(store)
        if "reverses" in batch.properties:
            raise UsageError(
                "usage.bad_value", option="seq", value=seq, why=t("它本身是冲销批次", "it reverses another itself")
            )
        if "tombstones" in batch.properties:
            raise UsageError(
                "usage.bad_value", option="seq", value=seq, why=t("清除不能撤销", "an erasure is for good")
            )
        new_seq = _compensate(store, batch, actor, role)
        refresh(store)
        return new_seq


def _compensate(store: Store, batch: Batch, actor: str, role: str) -> int:
    opened = [Statement.from_properties(r["record"]) for r in store.read("read/records_opened", seq=batch.seq)]
    closed = [Statement.from_properties(r["record"]) for r in store.read("read/records_closed", seq=batch.seq)]
    later = sorted({piece.known_to for piece in opened if piece.known_to != OPEN_SEQ})
    if later:
        raise StateError("state.built_upon", seq=batch.seq, later=", ".join(map(str, later)))
    seq = batches.last_seq(store) + 1
    digest = hashlib.sha256(f"undo {batch.bid}".encode()).hexdigest()
    bid = batches.batch_id(batch.source, digest, "", seq)
    props = {"path": f"undo {batch.seq}", "reverses": batch.seq, "actor": actor, "role": role, "scopes": [""]}
    batches.begin(store, bid, seq, batch.source, props, Act("undo", {"batch": batch.seq, "state": "committed"}))
    write_statements(store, _again(store, closed, seq))
    close_statements(store, opened, seq)
    store.write("load/reverse_absences", reversed=batch.seq, seq=seq, open=OPEN_SEQ)
    counters = Counters(read=len(opened), changed=len(closed), closed=len(opened) - len(closed))
    batches.commit(store, bid, seq, counters.properties())
    return seq


def _again(store: Store, closed: list[Statement], seq: int) -> list[Statement]:
    """The statements that the batch had closed, asserted again under new ordinals."""
    by_source: dict[str, set[str]] = {}
    for piece in closed:
        by_source.setdefault(piece.source, set()).add(piece.key)
    last = {
        (source, key): timeline.last_n
        for source, keys in by_source.items()
        for key, timeline in timelines(store, source, keys, seq).items()
    }
    result = []
    for piece in sorted(closed, key=lambda p: (p.source, p.key, p.n)):
        last[piece.source, piece.key] += 1
        result.append(piece.again(n=last[piece.source, piece.key], known_from=seq, known_to=OPEN_SEQ))
    return result
