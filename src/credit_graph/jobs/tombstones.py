"""Tombstones: what was erased, as keyed hashes, so that the same row is refused when it is loaded again.

A tombstone covers a row if all that it names fits: the natural key, the content, the person. Keys and contents can be
guessed, so they are hashed under the installation secret; a person key is such a hash already. The chain of the secret
wraps them all alike, and a line says with how many links it was made: so a rotation loses none.
"""

from __future__ import annotations

import re
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from credit_graph import clock
from credit_graph.model.chain import keyed_hash, links, wrapped
from credit_graph.model.statement import Statement, Value, content_hash
from credit_graph.store import Store
from credit_graph.store.secret import read as read_secret
from credit_graph.store.secret import secret_path
from credit_graph.store.tombstones import read_lines, refuse_pending, tombstones_path, write_lines

Hasher = Callable[[str], str]

_KEYED = re.compile(r"[0-9a-f]{64}")  # a person key; that of a person without an ID begins with "name:"
_PERSON_PART = re.compile(r"person:[0-9a-f]{16}")  # how a natural key names a person


@dataclass(frozen=True, slots=True)
class Ground:
    """Why something is erased, and the two who decided it."""

    basis: str
    by: str
    second: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One line of the file. An empty hash fits everything; ``sids``: the ids of the statements that were erased."""

    id: str
    source: str
    key_hash: str
    content_hash: str
    person_hash: str
    basis: str
    by: str
    second: str
    on: str  # ISO day
    links: int  # of the secret, when the hashes were made
    sids: tuple[str, ...] = ()
    last_n: int = 0  # highest ordinal of an erased statement: it is not given again

    @property
    def names(self) -> tuple[str, str, str, str]:
        """What it covers."""
        return self.source, self.key_hash, self.content_hash, self.person_hash


@dataclass(slots=True)
class Tombstones:
    """All tombstones of an installation, ready to be asked. False where there is none: then nothing has to be asked."""

    lines: list[Tombstone] = field(default_factory=list)
    hasher: Hasher = str
    _keys: dict[tuple[str, str], list[Tombstone]] = field(default_factory=lambda: defaultdict(list))
    _sources: set[str] = field(default_factory=set)
    _persons: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, store: Store) -> Tombstones:
        """The tombstones beside the graph's secret.

        Raises ``StateError``: ``state.tombstones`` (damaged, or fewer than the graph knows), ``state.erasure_pending``,
        ``state.secret`` (tombstones and no secret).
        """
        refuse_pending(store)
        return cls.of(store.home, secret_path(store.settings))

    @classmethod
    def of(cls, home: Path, secret_file: Path) -> Tombstones:
        """The tombstones of a data directory, whatever the graph says of them."""
        path = tombstones_path(home)
        if not path.exists():
            return cls()
        return _of(
            home, secret_file, path.stat().st_mtime_ns, secret_file.stat().st_mtime_ns if secret_file.exists() else 0
        )

    @classmethod
    def made(cls, lines: Iterable[Tombstone], secret: bytes) -> Tombstones:
        """Tombstones whose hashes are made with the whole secret."""
        found = cls(list(lines), lambda text: keyed_hash(secret, text.encode()))
        for line in found.lines:
            if line.key_hash:
                found._keys[line.source, line.key_hash].append(line)
                found._sources.add(line.source)
            else:
                found._persons.add(line.person_hash)
        return found

    def __bool__(self) -> bool:
        return bool(self.lines)

    def refuses(self, source: str, key: str | None, content: Mapping[str, Value], pid: str | None) -> bool:
        """Whether a row of that key, content and person was erased; the row is counted as ``erased``."""
        return self.covering(source, key, content, pid) is not None

    def covering(self, source: str, key: str | None, content: Mapping[str, Value], pid: str | None) -> Tombstone | None:
        """The tombstone that covers a row or statement, if one does."""
        persons = person_hashes(self.hasher, content, pid)
        if self._persons and not self._persons.isdisjoint(persons):
            return next(line for line in self.lines if not line.key_hash and line.person_hash in persons)
        if key is None or source not in self._sources:
            return None
        for line in self._keys.get((source, key_hash(self.hasher, source, key)), ()):
            fits = not line.content_hash or line.content_hash == hashed_content(self.hasher, content)
            if fits and (not line.person_hash or line.person_hash in persons):
                return line
        return None

    def last_ordinal(self, source: str, key: str) -> int:
        """The highest ordinal of an erased statement of the key, 0 if there is none."""
        if source not in self._sources:
            return 0
        return max(
            (line.last_n for line in self._keys.get((source, key_hash(self.hasher, source, key)), ())), default=0
        )

    def of_statements(self, sids: Iterable[str]) -> dict[str, Tombstone]:
        """sid -> tombstone, for those of the statements that were erased."""
        wanted = set(sids)
        return {sid: line for line in self.lines for sid in line.sids if sid in wanted}


def key_hash(hasher: Hasher, source: str, key: str) -> str:
    """Keyed hash of a natural key, without the person in it: a rotation changes that part of the key."""
    return hasher(f"tombstone key\x1f{source}\x1f{_PERSON_PART.sub('person:', key)}")


def hashed_content(hasher: Hasher, content: Mapping[str, Value]) -> str:
    """Keyed hash of what a statement says, without person keys, which a rotation changes."""
    plain = {name: value for name, value in content.items() if not _is_keyed(value)}
    return hasher(f"tombstone content\x1f{content_hash(plain)}")


def person_hash(hasher: Hasher, pid: str) -> str:
    """A person key as a tombstone keeps it: itself, a keyed hash already; of a name-only person a keyed hash."""
    return pid if _KEYED.fullmatch(pid) else hasher(f"tombstone person\x1f{pid}")


def person_hashes(hasher: Hasher, content: Mapping[str, Value], pid: str | None) -> set[str]:
    """Everybody whom a row names by key."""
    found = {str(value) for value in content.values() if _is_keyed(value)}
    return found | ({person_hash(hasher, pid)} if pid else set())


def _is_keyed(value: Value) -> bool:
    return isinstance(value, str) and len(value) == 64 and _KEYED.fullmatch(value) is not None


def for_statements(
    hasher: Hasher, ground: Ground, statements: Iterable[Statement], *, whole: Iterable[tuple[str, str]], chain: int
) -> list[Tombstone]:
    """One tombstone per (source, key, content); of the keys in ``whole`` one per key, whatever it says."""
    everything = set(whole)
    found: dict[tuple[str, str, str, str], Tombstone] = {}
    for item in statements:
        of_person = item.pid if item.pid and _PERSON_PART.search(item.key) else None
        line = Tombstone(
            id=secrets.token_hex(8),
            source=item.source,
            key_hash=key_hash(hasher, item.source, item.key),
            content_hash="" if (item.source, item.key) in everything else hashed_content(hasher, item.content),
            person_hash=person_hash(hasher, of_person) if of_person else "",
            basis=ground.basis,
            by=ground.by,
            second=ground.second,
            on=clock.today().isoformat(),
            links=chain,
            sids=(item.sid,),
            last_n=item.n,
        )
        old = found.get(line.names)
        found[line.names] = _joined(old, line) if old else line
    return list(found.values())


def for_person(hasher: Hasher, ground: Ground, pid: str, sids: Iterable[str], chain: int) -> Tombstone:
    """The tombstone of a person: refuses every row that names the person key."""
    return Tombstone(
        id=secrets.token_hex(8),
        source="",
        key_hash="",
        content_hash="",
        person_hash=person_hash(hasher, pid),
        basis=ground.basis,
        by=ground.by,
        second=ground.second,
        on=clock.today().isoformat(),
        links=chain,
        sids=tuple(sorted(sids)),
    )


def add(store: Store, new: Iterable[Tombstone], secret: bytes) -> Tombstones:
    """Put tombstones into the file; one that is there already learns the further ids. Returns all."""
    by_names = {line.names: line for line in Tombstones.of(store.home, secret_path(store.settings)).lines}
    for line in new:
        old = by_names.get(line.names)
        by_names[line.names] = _joined(old, line) if old else line
    write_lines(store.home, [asdict(line) for line in by_names.values()])
    return Tombstones.made(by_names.values(), secret)


def rewrap(home: Path, secret: bytes) -> int:
    """Bring the hashes of the file to the whole secret after a rotation; returns how many lines were behind."""
    rows = read_lines(home)
    behind = [row for row in rows if int(row["links"]) < len(links(secret))]
    if behind:
        write_lines(home, [asdict(_line(row, secret)) for row in rows])
    return len(behind)


@lru_cache(maxsize=4)
def _of(home: Path, secret_file: Path, _changed: int, _secret_changed: int) -> Tombstones:
    """Both files are read again whenever one has changed; a load asks once per chunk."""
    secret = read_secret(secret_file)
    return Tombstones.made([_line(row, secret) for row in read_lines(home)], secret)


def _line(row: dict[str, Any], secret: bytes) -> Tombstone:
    """A line of the file, its hashes brought to the whole chain."""
    line = Tombstone(**{**row, "sids": tuple(row["sids"])})
    chain = links(secret)
    if line.links >= len(chain):
        return line

    def wrap(value: str) -> str:
        return wrapped(chain[line.links :], value) if value else ""

    hashes = (wrap(line.key_hash), wrap(line.content_hash), wrap(line.person_hash))
    return replace(line, key_hash=hashes[0], content_hash=hashes[1], person_hash=hashes[2], links=len(chain))


def _joined(old: Tombstone, new: Tombstone) -> Tombstone:
    return replace(old, sids=tuple(sorted({*old.sids, *new.sids})), last_n=max(old.last_n, new.last_n))
