"""Person keys: a personal document becomes a keyed hash and exists nowhere else."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

from credit_graph.model.identifiers import looks_like_citizen_id, normalise, to_18
from credit_graph.model.kinds import UNKNOWN_PREFIX

CITIZEN_ID = "citizen_id"
OTHER = "other"


def person_key(secret: bytes, country: str, kind: str, number: str) -> str:
    """HMAC-SHA256 of (country, kind, number) under the installation secret; the number in its 18-character form."""
    text = "\x1f".join((country, kind, to_18(normalise(number)) if kind == CITIZEN_ID else normalise(number)))
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def document_key(secret: bytes, number: str) -> str:
    """Key of a document of unstated kind: a citizen ID by its form, else another document."""
    kind = CITIZEN_ID if looks_like_citizen_id(normalise(number)) else OTHER
    return person_key(secret, "CN" if kind == CITIZEN_ID else "", kind, number)


def name_key(eid: str, name: str) -> str:
    """Key of a person without an ID: one per (firm, name), never one per name."""
    folded = "".join(unicodedata.normalize("NFKC", name).split()).upper()
    return UNKNOWN_PREFIX + hashlib.sha256(f"{eid}\x1f{folded}".encode()).hexdigest()[:32]
