"""Person keys: a personal document becomes a keyed hash and exists nowhere else."""

from __future__ import annotations

import hashlib
import unicodedata
from functools import cache

from credit_graph.ingest.limits import rules
from credit_graph.ingest.screening import MASK, mask
from credit_graph.model.chain import keyed_hash
from credit_graph.model.identifiers import citizen_id_fault, is_credit_code, looks_like_citizen_id, normalise, to_18
from credit_graph.model.kinds import UNKNOWN_PREFIX

CITIZEN_ID = "citizen_id"
OTHER = "other"


def person_key(secret: bytes, country: str, kind: str, number: str) -> str:
    """HMAC-SHA256 of (country, kind, number) under the installation secret and its later links, 64 hexadecimal digits.

    The number counts in its normalised form (width, case, spaces); a citizen ID in its 18-character form.
    """
    number = normalise(number)
    text = "\x1f".join((country, kind, to_18(number) if kind == CITIZEN_ID else number))
    return keyed_hash(secret, text.encode())


def person_part(pid: str) -> str:
    """How a natural key names the natural person that it is about: by a hash, so that no key stands in a key."""
    return "person:" + hashlib.sha256(pid.encode()).hexdigest()[:16]


def name_key(eid: str, name: str) -> str:
    """Key of a person without an ID: one per (firm, name), never one per name."""
    folded = "".join(unicodedata.normalize("NFKC", name).split()).upper()
    return UNKNOWN_PREFIX + hashlib.sha256(f"{eid}\x1f{folded}".encode()).hexdigest()[:32]


def read_document(secret: bytes, number: str, kind: str, country: str) -> tuple[str, str | None, str | None]:
    """Mask, key and reason for one document number; without key and reason where its source masked it.

    ``kind`` and ``country`` are what the row says of the document, empty if nothing. A valid citizen ID counts as
    one whatever the row says; an invalid one gets no key; documents of other kinds have no check.
    """
    number = normalise(number).replace("-", "")
    named = _kind(kind)
    fault = citizen_id_fault(number)
    key = reason = None
    if fault is None:
        key = person_key(secret, "CN", CITIZEN_ID, number)
    elif MASK in number:
        pass
    elif named == CITIZEN_ID or (looks_like_citizen_id(number) and not named):
        reason = f"id_{fault}"
    elif is_credit_code(number):
        return number, None, "id_is_credit_code"
    elif not (5 <= len(number) <= 30 and number.isascii() and any(c.isdigit() for c in number)):
        reason = "id_form"
    else:
        key = person_key(secret, normalise(country), named or OTHER, number)
    return mask(number), key, reason


@cache
def _kinds() -> dict[str, str]:
    return {normalise(name): kind for kind, names in rules().documents.items() for name in names}


def _kind(text: str) -> str:
    """The kind of document that the row names: a known kind, else the text itself, else empty."""
    name = normalise(text)
    return _kinds().get(name, name)
