"""Reads the timelines of keys as they were before a batch, so that a resumed batch sees what the first try saw."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from credit_graph.ingest.compare import Timeline
from credit_graph.jobs.tombstones import Tombstones
from credit_graph.model.statement import Statement
from credit_graph.model.time import DAY_MAX, OPEN_SEQ
from credit_graph.store import Store
from credit_graph.store.chunks import chunks
from credit_graph.store.secret import secret_path

_PAGE = 50_000  # rows per page of open keys


def unchanged_keys(store: Store, source: str, wanted: Mapping[str, str], seq: int) -> tuple[set[str], set[str]]:
    """Of ``wanted`` (key -> content hash): the keys that one standing statement says just so, and the unknown keys.

    The common case of a daily delivery, answered from a few packed properties instead of whole statements.
    """
    same: set[str] = set()
    unknown = set(wanted)
    for keys in chunks(wanted):
        for row in store.read("read/key_hashes", source=source, keys=keys, seq=seq):
            key = row["key"]
            unknown.discard(key)
            if _stands(row, wanted[key], seq):
                same.add(key)
    return same, unknown


def _stands(row: Mapping[str, Any], wanted: str, seq: int) -> bool:
    """Whether exactly one statement of the key is known-open, with this content and not ended by inference."""
    standing = [i for i, known_to in enumerate(row["known_tos"]) if known_to >= seq]
    if len(standing) != 1:
        return False
    i = standing[0]
    return row["hashes"][i] == wanted and (row["valid_tos"][i] == DAY_MAX or not row["inferred"][i])


def timelines(store: Store, source: str, keys: Collection[str], seq: int) -> dict[str, Timeline]:
    """Timelines of the keys as batch ``seq`` finds them; every key is in the answer."""
    pieces: dict[str, list[Statement]] = {}
    last: dict[str, int] = {}
    for chunk in chunks(keys):
        for row in store.read("read/timelines", source=source, keys=chunk, seq=seq):
            last[row["key"]] = row["n"]
            # what this very batch closed before it was interrupted counts as standing
            found = [Statement.from_properties(record).again(known_to=OPEN_SEQ) for record in row["records"]]
            pieces[row["key"]] = sorted(found, key=lambda piece: (piece.valid_from, piece.n))
    if erased := Tombstones.of(store.home, secret_path(store.settings)):
        last |= {key: max(last.get(key, 0), erased.last_ordinal(source, key)) for key in keys}
    return {key: Timeline(tuple(pieces.get(key, ())), last.get(key, 0)) for key in keys}


class Timelines:
    """Timelines as batch ``seq`` finds them, asked for one by one; those named before are read all at once."""

    def __init__(self, store: Store, seq: int) -> None:
        self.seq = seq
        self._store = store
        self._expected: dict[str, set[str]] = {}
        self._found: dict[tuple[str, str], Timeline] = {}

    def expect(self, source: str, key: str) -> None:
        """This one may be asked for."""
        self._expected.setdefault(source, set()).add(key)

    def of(self, source: str, key: str) -> Timeline:
        """The timeline of the key."""
        if (source, key) not in self._found:
            wanted = {key, *self._expected.pop(source, ())}
            found = timelines(self._store, source, sorted(wanted), self.seq)
            self._found |= {(source, name): timeline for name, timeline in found.items()}
        return self._found[source, key]


def standing_keys(store: Store, source: str, seq: int) -> Iterator[dict[str, Any]]:
    """key, n, scope and valid_to of every current statement of the source before batch ``seq``, in key order."""
    after, seen = "", set()  # a page begins with the key that ended the last: one key may have several statements
    while True:
        rows = store.read("read/open_keys", source=source, seq=seq, open_day=DAY_MAX, after=after, limit=_PAGE)
        yield from (row for row in rows if (row["key"], row["n"]) not in seen)
        if len(rows) < _PAGE:
            return
        after = rows[-1]["key"]
        seen = {(row["key"], row["n"]) for row in rows if row["key"] == after}
