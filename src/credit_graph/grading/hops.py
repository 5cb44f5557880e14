"""The path from a firm to those that a line of evidence counts for it, hop by hop, as its statements tell it. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

# what a statement of the kind says of its firm, and the fields that name who stands at the other end
_ENDS: dict[str, tuple[str, str | None, str | None]] = {
    "Contribution": ("holds", "holder_code", "holder_name"),
    "ReportedContribution": ("holds", "holder_code", "holder_name"),
    "EquityChange": ("holds", None, "holder_name"),
    "Office": ("office", None, "person_name"),
    "Registration": ("registered", "parent_code", "legal_representative"),
    "ControlDecision": ("concert", "party_firm", None),
}


class End(NamedTuple):
    """One end of a hop: a firm by code and name, or a person by name; what is unknown or not to be seen is ``None``."""

    code: str | None
    name: str | None


class Hop(NamedTuple):
    """``start`` holds, holds an office in, or is registered with ``end``; ``sids``: the statements that say so."""

    start: End
    end: End
    relationship: str
    sids: tuple[str, ...]


def hops(nodes: Iterable[Mapping[str, Any]], names: Mapping[str, str], *, persons: bool) -> list[Hop]:
    """The hops that these statements (properties of their nodes) make, in their order, each once with all its
    statements. ``names``: of firms by eid; without ``persons`` no name of a person.
    """
    found: dict[tuple[End, End, str], list[str]] = {}
    codes = {_plain(name): eid for eid, name in names.items()}  # most tables name a holder by its name alone
    for node in nodes:
        relationship, code_field, name_field = _ENDS.get(node["kind"], (node["kind"].lower(), None, None))
        code = node.get(code_field) if code_field else None
        # a holder with a credit code is a firm; other names may be a person's
        name = node.get(name_field) if name_field and (persons or code) else None
        eid = node.get("eid")
        if code is None and name_field == "holder_name":
            code = codes.get(_plain(str(node.get(name_field) or "")))
            name = name or (node.get(name_field) if code else None)
        start = End(code, str(name) if name else names.get(code or ""))
        key = start, End(eid, names.get(eid or "", node.get("name"))), relationship
        found.setdefault(key, []).append(node["sid"])
    return [Hop(*key, tuple(sids)) for key, sids in found.items()]


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())
