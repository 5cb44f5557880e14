"""The archive edition of a release (存档版本): immutable and internal, with everything that it was made from. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

from credit_graph.lists.editions.draft import Draft
from credit_graph.lists.editions.edition import canonical, leaf, sha256
from credit_graph.lists.editions.formats import edition_files
from credit_graph.lists.editions.merkle import root

HEAD, INDEX, KEYS, LEAVES, DELTA = "head.json", "index.json", "keys.jsonl", "leaves.txt", "delta.jsonl"
HEAD_SIGNATURE, INDEX_SIGNATURE = "head.sig", "index.sig"
FORMAT = 1
# what the index takes from the draft as it stands there
_FROM_DRAFT = (
    *("list", "release", "period", "titles", "mark", "notice_number", "documents", "counts"),
    *("seq", "valid", "use", "maker", "program", "policy", "definitions", "refused_by_reason", "held_by_reason"),
    *("for_review", "unchecked", "predecessor"),
)


class Signs(Protocol):
    """What signs in the bureau's name (``keys.Signer``)."""

    def sign(self, kind: str, data: bytes, day: date) -> bytes:
        """The bytes of the ``.sig`` file."""
        ...


class Keys(Protocol):
    """The public keys and their history (``keys.KeyHistory``)."""

    def as_bytes(self) -> bytes:
        """The bytes of ``keys.jsonl``."""
        ...


def archive_files(
    draft: Draft, approvals: Mapping[str, bytes], published_on: date, signer: Signs, history: Keys
) -> dict[str, bytes]:
    """All files of the archive by name; the same draft, approvals, day and keys give the same bytes.

    ``approvals``: the files of the draft's folder ``approvals`` by name, without the folder. Whether they suffice is
    asked before (``approvals.py``).
    """
    leaves = [leaf(entry, draft.columns) for entry in draft.entries]
    edition = draft.edition(published_on, root(leaves).hex())
    head = canonical(edition.head.as_json()) + b"\n"
    files = edition_files(edition)
    files |= {name: draft.files[name] for name in ("draft.json", "refused.csv", DELTA)}
    files |= {f"approvals/{name}": data for name, data in approvals.items()}
    files |= {LEAVES: leaf_lines(leaves), HEAD: head, HEAD_SIGNATURE: signer.sign("head", head, published_on)}
    files[KEYS] = history.as_bytes()
    said: dict[str, Any] = {name: draft.said[name] for name in _FROM_DRAFT}
    said |= {"edition": "archive", "day": published_on.isoformat()}
    said["columns"] = [{"name": column.name, "zh": column.zh, "en": column.en} for column in draft.columns]
    said["approvals"] = [json.loads(approvals[name]) for name in sorted(approvals)]
    return indexed(files, said, published_on, signer)


def indexed(files: Mapping[str, bytes], said: Mapping[str, Any], day: date, signer: Signs) -> dict[str, bytes]:
    """The files with their index, and its signature of the day."""
    listed = {name: {"size": len(data), "sha256": sha256(data)} for name, data in files.items()}
    index = canonical({"format": FORMAT, **said, "head": sha256(files[HEAD]), "files": listed}) + b"\n"
    return {**files, INDEX: index, INDEX_SIGNATURE: signer.sign("index", index, day)}


def leaf_lines(leaves: list[bytes]) -> bytes:
    """``leaves.txt``: one leaf a line, in hex."""
    return "".join(f"{found.hex()}\n" for found in leaves).encode()
