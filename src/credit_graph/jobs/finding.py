"""The enterprise that a person means by a code, a number or a current name."""

from __future__ import annotations

from credit_graph.errors import UsageError
from credit_graph.store import Store
from credit_graph.text import joined


def find_firm(store: Store, what: str) -> str:
    """Its eid. Raises ``UsageError``: ``usage.unknown_entity``, or ``usage.several`` where several are meant."""
    eids = sorted({row["eid"] for row in store.read("read/entity", what=what.strip())})
    if not eids:
        raise UsageError("usage.unknown_entity", what=what)
    if len(eids) > 1:
        raise UsageError("usage.several", what=what, candidates=joined(eids))
    return str(eids[0])
