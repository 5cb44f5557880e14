"""Keys of nodes that no source numbers: an address, an organisation known by name only. Computed, never assigned."""

from __future__ import annotations

import hashlib
import unicodedata

from credit_graph.model.kinds import UNKNOWN_PREFIX


def address_key(text: str) -> str:
    """Key of an address hub: the text without width, space and bracket variants."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return hashlib.sha256("".join(folded.split()).encode()).hexdigest()[:32]


def unknown_holder(eid: str, name: str) -> str:
    """``eid`` of an organisation known only by the name that a record of the enterprise ``eid`` gives it."""
    return UNKNOWN_PREFIX + hashlib.sha256(f"{eid}\x1f{name}".encode()).hexdigest()[:16]
