"""An entry that the bureau decided comes back with the next delivery of its source: the bureau's own gives way to it.

Else one entry would stand twice and count twice. The decision stays where it was taken: in its proceeding.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from credit_graph.ingest import compare
from credit_graph.jobs import batches
from credit_graph.jobs.decisions import SOURCE, Decision, hold_change, hold_key_of, write_batch
from credit_graph.jobs.proceeding_subjects import of_firms
from credit_graph.jobs.timelines import Timelines, timelines
from credit_graph.lists.entries import ENTRY_KINDS, begun_on
from credit_graph.model.statement import Statement
from credit_graph.store import Store

_WHO = Decision("credit-graph", "system", "名单条目由数据源送达 / the entry was delivered by its source")


def give_way(store: Store, kinds: Iterable[str]) -> int | None:
    """Close the bureau's entries of these kinds that a source says too, of the same firm and day; the seq, if any did.
    What the bureau put in the place of a source's entry (corrected, listed again) does not give way to that one.

    A hold of the bureau on its own entry (removed, repaired) is placed on the source's, as long as that still stands.
    Under the writer lock. The source's entry is the one that later proceedings are about.
    """
    seq = batches.last_seq(store)
    pairs = [pair for kind in sorted(set(kinds) & ENTRY_KINDS) for pair in _pairs(store, kind, seq)]
    new = seq + 1
    theirs = timelines(store, SOURCE, [_hold_key(other) for _, other in pairs], new)
    pairs = [(entry, other) for entry, other in pairs if not _replaced(theirs[_hold_key(other)].last)]
    if not pairs:
        return None
    own = timelines(store, SOURCE, [entry["key"] for entry, _ in pairs], new)
    holds = timelines(store, SOURCE, [_hold_key(entry) for entry, _ in pairs], new)
    found, changes = Timelines(store, new), list[compare.Change]()
    for _, other in pairs:
        found.expect(SOURCE, _hold_key(other))
    for entry, other in pairs:
        changes.append(compare.withdraw(own[entry["key"]], new))
        held = holds[_hold_key(entry)].last
        if held is not None and theirs[_hold_key(other)].last is None:
            record = Statement.from_properties(other)
            channels = str(held.content["channels"]).split(",")
            basis = Decision(_WHO.actor, _WHO.role, str(held.content.get("basis", _WHO.basis)))
            reason = str(held.content["reason"])
            changes.append(hold_change(found, record, reason, basis, held.valid_from, channels=channels))
    write_batch(store, new, f"handover {seq}", _WHO, changes)
    return new


def _pairs(store: Store, kind: str, seq: int) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each entry of the bureau with a source's of the same firm that began on the same day."""
    own = store.read("read/bureau_entries", labels={"KIND": kind}, seq=seq)
    others = of_firms(store, kind, [row["eid"] for row in own], seq) if own else {}
    found = []
    for row in own:
        entry = row["record"]
        day = begun_on(kind, entry)
        same = [other for other in others.get(row["eid"], []) if other["source"] != SOURCE]
        twin = next((dict(other) for other in same if day is not None and begun_on(kind, other) == day), None)
        if twin is not None:
            found.append((entry, twin))
    return found


def _replaced(hold: Statement | None) -> bool:
    """Whether the bureau withdrew the source's entry: its own, which counts its period anew, stands instead."""
    return hold is not None and hold.content["reason"] == "withdrawn"


def _hold_key(record: dict[str, Any]) -> str:
    return hold_key_of(record["source"], record["key"])
