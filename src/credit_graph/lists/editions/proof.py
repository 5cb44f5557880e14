"""A small file that shows an entry to be in a release (列入证明): entry, path to the root, signed head, keys. Pure.

It shows what was published on that day. Whether the entry is still shown, or was taken down since, it can't tell. It
holds the entry's salt, so whoever has it can go on showing what the entry said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from credit_graph.errors import InputError, UsageError
from credit_graph.lists.editions.archive import HEAD, HEAD_SIGNATURE, KEYS, LEAVES
from credit_graph.lists.editions.delta import INTERNAL
from credit_graph.lists.editions.draft import ENTRIES
from credit_graph.lists.editions.edition import NUMBER, Entry, Head, canonical, leaf
from credit_graph.lists.editions.keys import KeyHistory, Signed
from credit_graph.lists.editions.merkle import audit_path, root_by_path
from credit_graph.lists.editions.strict import strict, strict_file
from credit_graph.lists.editions.verify import head_bytes, head_of, known_keys, leaf_columns, verify_files
from credit_graph.text import t

_FORMAT = "credit_graph/proof/1"
_PARTS = {"format", "entries", "head", "head_sig", "keys"}
_CODES = ("credit_code", "registration_number")


@dataclass(frozen=True, slots=True)
class Proven:
    """Entries that were in the release of ``head``, by whom and when it was signed, and by which keys that was judged.

    ``trusted``: whether these begin as the reader's own do; else they are the file's word alone.
    """

    entries: tuple[Entry, ...]
    head: Head
    published: Signed
    history: KeyHistory
    trusted: bool


def prove(files: Mapping[str, bytes], code: str, trusted: KeyHistory | None = None) -> bytes:
    """The proof of every entry of a credit code or registration number in a release, which is verified first.

    Raises what :func:`verify_files` raises, and ``UsageError("usage.unknown_entity")`` where it has no such entry.
    """
    index = verify_files(files, trusted).index
    entries = map(strict, files[ENTRIES].splitlines())
    found = [entry for entry in entries if code in {entry.get(name) for name in _CODES}]
    if not found:
        raise UsageError("usage.unknown_entity", what=code)
    leaves = [bytes.fromhex(line) for line in files[LEAVES].decode().split()]
    public = [
        column.name for column in leaf_columns(entry["name"] for entry in index["columns"]) if not column.internal
    ]
    proven = [
        {
            "entry": {name: entry[name] for name in public},
            "path": [step.hex() for step in audit_path(leaves, int(entry[NUMBER]) - 1)],
        }
        for entry in found
    ]
    head, signature = strict_file(files[HEAD]), strict_file(files[HEAD_SIGNATURE])
    keys = [strict(line) for line in files[KEYS].splitlines()]
    said = {"format": _FORMAT, "entries": proven, "head": head, "head_sig": signature, "keys": keys}
    return canonical(said) + b"\n"


def verify_proof(data: bytes, trusted: KeyHistory | None = None) -> Proven:
    """What a proof shows. ``trusted``: public keys that the reader has from elsewhere.

    Raises ``InputError("input.proof")``: it is none, or something of it was altered, or its keys are not the trusted.
    """
    said = _said(data)
    try:
        head = head_of(canonical(said["head"]) + b"\n")
        history = known_keys(b"".join(canonical(line) + b"\n" for line in said["keys"]), trusted)
        published = history.check("head", head_bytes(head), canonical(said["head_sig"]) + b"\n", role="bureau")
    except InputError as error:
        raise _no_proof(error.fields["why"]) from None
    if published.signed_on.isoformat() != head.published_on:
        raise _no_proof(t("签署日不是公布日", "it was not signed on the day of publication"))
    entries = tuple(_proven(row, head) for row in said["entries"])
    return Proven(entries, head, published, history, trusted is not None)


def _said(data: bytes) -> dict[str, Any]:
    try:
        said = strict_file(data)
        if said.keys() != _PARTS or said["format"] != _FORMAT or not said["entries"]:
            raise ValueError("parts")
        if not isinstance(said["entries"], list) or not isinstance(said["keys"], list):
            raise ValueError("lists")
    except ValueError:
        raise _no_proof(t("内容不完整，或写法被改动", "it has parts missing, or was written otherwise")) from None
    return said


def _proven(row: Any, head: Head) -> Entry:
    try:
        entry: dict[str, str | None] = dict(row["entry"])
        found, path = leaf(entry, leaf_columns(entry)), [bytes.fromhex(step) for step in row["path"]]
        number = int(entry[NUMBER] or "")
        same = row == {"entry": entry, "path": [step.hex() for step in path]} and str(number) == entry[NUMBER]
        same = same and not entry.keys() & set(INTERNAL)  # which the leaf does not vouch for
    except (KeyError, TypeError, ValueError):
        same = False
    if not same or (root := root_by_path(found, number - 1, head.size, path)) is None or root.hex() != head.root:
        raise _no_proof(t("条目不在这次发布的树中", "an entry is not in the tree of the release"))
    return entry


def _no_proof(why: str) -> InputError:
    return InputError("input.proof", why=why)
