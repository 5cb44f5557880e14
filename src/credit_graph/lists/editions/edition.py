"""What every file of a release is made from: its head, the columns, the entries, and the leaf of each entry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from credit_graph.lists.editions.merkle import leaf_hash

NUMBER, SALT = "number", "salt"
SALT_BYTES = 32

# one entry: the text of every column by its name; None where the source says nothing. Days are ISO days.
Entry = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a release: its name in programs, its titles, and whether it stays in the bureau (``internal``)."""

    name: str
    zh: str
    en: str
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """What is signed of a release (签名首部): which list and period, the Merkle root of its entries, its predecessor's.

    ``release``: its id, unique within the list, e.g. ``2026Q3`` or, released again, ``2026Q3-2``; ``number``: 1, 2, …
    within the list; ``published_on``: ISO day; ``size``: how many entries; ``root`` and ``predecessor_root``: 64 hex
    digits, the latter None for the first release of a list.
    """

    list: str
    release: str
    number: int
    published_on: str
    size: int
    root: str
    predecessor: str | None = None
    predecessor_root: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The head as ``head.json`` holds it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Edition:
    """A release as its files show it. ``entries`` are in the order of their numbers (1, 2, … in the archive).

    ``titles``: of the list, zh and en. ``documents``: (title, number) of what the list rests on. ``notice_number``: the
    number (文号) of the bulletin. ``mark``: what every file says where this is test data. ``removed``: how many entries
    are not shown any more (public edition only).
    """

    head: Head
    period: str
    titles: tuple[str, str]
    bureau: str
    valid: date
    documents: tuple[tuple[str, str], ...]
    notice_number: str
    columns: tuple[Column, ...]
    entries: Sequence[Entry]
    mark: str | None = None
    removed: int = 0

    def public_columns(self) -> tuple[Column, ...]:
        """The columns that may leave the bureau."""
        return tuple(column for column in self.columns if not column.internal)

    def public(self, entries: Sequence[Entry]) -> Edition:
        """The same release with these of its entries and without internal columns."""
        columns = self.public_columns()
        kept = [{column.name: entry[column.name] for column in columns} for entry in entries]
        return replace(self, columns=columns, entries=kept, removed=self.head.size - len(kept))


def canonical(value: Any) -> bytes:
    """The one form in which something is hashed or signed: JSON with sorted keys, without spaces, in UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def leaf(entry: Entry, columns: Sequence[Column]) -> bytes:
    """The leaf of an entry, 32 bytes: the hash of its public columns, its salt among them, without its number.

    The salt (32 random bytes as hex digits) leaves with the entry, so that nobody can confirm an entry that was taken
    down by guessing codes.
    """
    said = {column.name: entry[column.name] for column in columns if not column.internal and column.name != NUMBER}
    return leaf_hash(canonical(said))


def sha256(data: bytes) -> str:
    """64 hex digits."""
    return hashlib.sha256(data).hexdigest()
