"""A stored result that can't be rebuilt because of an erasure says so, and names the tombstone."""

from __future__ import annotations

from collections.abc import Iterable

from credit_graph.errors import StateError
from credit_graph.jobs.batches import recent
from credit_graph.jobs.tombstones import Tombstone, Tombstones
from credit_graph.store import Store
from credit_graph.store.secret import secret_path
from credit_graph.text import t

_SHOWN = 3


def refuse_erased(store: Store, what: str, sids: Iterable[str]) -> None:
    """Raise ``StateError("state.erased")`` where one of the statements that a result names was erased."""
    found = tombstones(store).of_statements(sids)
    if found:
        _refuse(what, sorted(found), {line.id: line for line in found.values()})


def refuse_erased_since(store: Store, what: str, seq: int) -> None:
    """Raise ``StateError("state.erased")`` where anything was erased from this graph after that batch."""
    later = {
        name for batch in recent(store, 1_000_000) if batch.seq > seq for name in batch.properties.get("tombstones", ())
    }
    found = {line.id: line for line in tombstones(store).lines if line.id in later}
    if found:
        _refuse(what, sorted({sid for line in found.values() for sid in line.sids}), found)


def tombstones(store: Store) -> Tombstones:
    """The tombstones of the installation."""
    return Tombstones.of(store.home, secret_path(store.settings))


def erased_text(line: Tombstone) -> str:
    """What to say in place of a statement that was erased."""
    return t(
        f"该记录已依法清除（清除记录 {line.id}，{line.on}，依据：{line.basis}）",
        f"Erased by law (tombstone {line.id}, {line.on}, basis: {line.basis})",
    )


def _refuse(what: str, sids: list[str], found: dict[str, Tombstone]) -> None:
    line = found[min(found)]
    rest = f" … ({len(sids)})" if len(sids) > _SHOWN else ""
    raise StateError(
        "state.erased",
        what=what,
        sids=", ".join(sids[:_SHOWN]) + rest,
        stones=", ".join(sorted(found)[:_SHOWN]),
        on=line.on,
        basis=line.basis,
    )
