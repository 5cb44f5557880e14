"""Statements: what one source says under one natural key, on both time axes.

id = hash of (source, key, n), where n is the ordinal among the committed statements of that key; ids are computed
once and never change. Equality of two statements is judged by ``content_hash`` (normalised, screened content).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from credit_graph.model.time import DAY_MAX, OPEN_SEQ

# properties of a record node that are not content
META = frozenset(
    (
        "sid source key n kind content_hash known_from known_to valid_from valid_to valid_from_inferred "
        "valid_to_inferred scope seen_on recorded_on eid pid subject_ref resolved_from batch row faults fault_count"
    ).split()
)

Value = str | int | float | bool | date
Content = Mapping[str, Value]


def statement_id(source: str, key: str, n: int) -> str:
    """32 hex digits that name statement ``n`` of a key."""
    return hashlib.sha256(f"{source}\x1f{key}\x1f{n}".encode()).hexdigest()[:32]


def content_hash(content: Content) -> str:
    """SHA-256 over the content as canonical JSON; empty values must be left out by the caller."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_encode)
    return hashlib.sha256(text.encode()).hexdigest()


def _encode(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no canonical form for {type(value).__name__}")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; the record node of the graph holds exactly these properties and the content."""

    source: str
    key: str
    n: int
    kind: str
    content: Content
    hash: str
    known_from: int
    valid_from: date
    valid_to: date = DAY_MAX
    valid_from_inferred: bool = False
    valid_to_inferred: bool = False
    known_to: int = OPEN_SEQ
    scope: str = ""
    seen_on: date | None = None  # as-of day of the delivery that first said so
    recorded_on: date | None = None
    eid: str | None = None  # the subject, None while it can't be resolved
    pid: str | None = None  # the person that the record names or is about
    subject_ref: str | None = None  # how the row names a subject that could not be resolved
    batch: int = 0  # seq of the batch whose row said it (differs from known_from when asserted again)
    row: int = 0
    faults: tuple[str, ...] = field(default=())
    # the id as the graph holds it: a rotation of the secret changes keys, never ids
    kept: str | None = field(default=None, compare=False)

    @property
    def sid(self) -> str:
        """The statement's id."""
        return self.kept or statement_id(self.source, self.key, self.n)

    @property
    def open(self) -> bool:
        """Known-open, and valid-open or with its end taken from a named column."""
        return self.known_to == OPEN_SEQ and (self.valid_to == DAY_MAX or not self.valid_to_inferred)

    def again(self, **changes: Any) -> Statement:
        """A copy with changes (a statement asserted again gets a new ``n``, and with it an id of its own)."""
        return replace(self, **(changes | {"kept": None} if "n" in changes else changes))

    def properties(self) -> dict[str, Any]:
        """The properties of the record node; empty values are left out."""
        meta: dict[str, Any] = {
            "sid": self.sid,
            "source": self.source,
            "key": self.key,
            "n": self.n,
            "kind": self.kind,
            "content_hash": self.hash,
            **self.times(),
            "valid_from_inferred": self.valid_from_inferred,
            "valid_to_inferred": self.valid_to_inferred,
            "scope": self.scope,
            "seen_on": self.seen_on,
            "recorded_on": self.recorded_on,
            "eid": self.eid,
            "pid": self.pid,
            "subject_ref": self.subject_ref,
            "batch": self.batch,
            "row": self.row,
            "faults": list(self.faults) or None,
            "fault_count": len(self.faults),
        }
        return {**self.content, **{name: value for name, value in meta.items() if value is not None}}

    def times(self) -> dict[str, Any]:
        """The interval on both axes, as record relationships carry it."""
        return {
            "known_from": self.known_from,
            "known_to": self.known_to,
            "valid_from": self.valid_from,
            "valid_to": self.valid_to,
        }

    @classmethod
    def from_properties(cls, node: Mapping[str, Any]) -> Statement:
        """The statement that a record node holds."""
        return cls(
            source=node["source"],
            key=node["key"],
            n=node["n"],
            kind=node["kind"],
            content={name: value for name, value in node.items() if name not in META},
            hash=node["content_hash"],
            known_from=node["known_from"],
            known_to=node["known_to"],
            valid_from=node["valid_from"],
            valid_to=node["valid_to"],
            valid_from_inferred=node["valid_from_inferred"],
            valid_to_inferred=node["valid_to_inferred"],
            scope=node["scope"],
            seen_on=node.get("seen_on"),
            recorded_on=node.get("recorded_on"),
            eid=node.get("eid"),
            pid=node.get("pid"),
            subject_ref=node.get("subject_ref"),
            batch=node["batch"],
            row=node["row"],
            faults=tuple(node.get("faults") or ()),
            kept=node.get("sid"),
        )
