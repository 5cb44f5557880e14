"""Migrations: the numbered files of ``cypher/schema``, applied once, recorded in the graph, safe to rerun.

``0001_base.arcadedb.sql`` and ``0001_base.neo4j.cypher`` are for one engine, ``0001_base.cypher`` for both.
The engine's own SQL comes first: on the embedded engine types have to exist before data and indexes.
Statements are separated by lines with a single ``;``.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_graph.errors import StoreError
from credit_graph.resources import root
from credit_graph.store.files import lock_file

if TYPE_CHECKING:
    from credit_graph.store.graph import Store

_FILE = re.compile(r"(\d{4})_([a-z0-9_]+)\.(?:(neo4j|arcadedb)\.)?(cypher|sql)")
_KEY = re.compile(r"FOR \(n:(\w+)\) REQUIRE n\.(\w+) IS UNIQUE")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema and its files."""

    number: int
    name: str
    files: tuple[Path, ...]
    sha256: str

    def parts(self, engine: str) -> list[tuple[str, str]]:
        """(file name, statement) in the order in which the engine takes them."""
        other = "arcadedb" if engine == "neo4j" else "neo4j"
        mine = [path for path in self.files if f".{other}." not in path.name]
        mine.sort(key=lambda path: path.suffix != ".sql")
        sources = [(path, path.read_text(encoding="utf-8")) for path in mine]
        return [
            (path.name, text)
            for path, source in sources
            for text in ([source] if path.suffix == ".sql" else split(source))
        ]


@cache
def migrations() -> tuple[Migration, ...]:
    """All migrations of this program in order. Raises ``ValueError`` for a misnamed file or a gap."""
    found: dict[tuple[int, str], list[Path]] = {}
    for path in sorted((root("cypher") / "schema").iterdir()):
        if path.suffix not in {".cypher", ".sql"}:
            continue
        match = _FILE.fullmatch(path.name)
        if not match:
            raise ValueError(f"{path.name} is no name of a migration")
        found.setdefault((int(match[1]), match[2]), []).append(path)
    if [number for number, _ in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"migrations are not numbered 1, 2, 3…: {sorted(found)}")
    return tuple(Migration(number, name, tuple(files), _hash(files)) for (number, name), files in found.items())


def schema_version() -> int:
    """The newest schema that this program knows."""
    return migrations()[-1].number


@cache
def keys() -> dict[str, str]:
    """The unique key of each label that has one, as the migrations declare them."""
    text = "\n".join(path.read_text(encoding="utf-8") for step in migrations() for path in step.files)
    return dict(_KEY.findall(text))


def split(source: str) -> list[str]:
    """The statements of a migration file, without its comments."""
    bare = re.sub(r"^(//|--).*$", "", source, flags=re.MULTILINE)
    return [part.strip() for part in re.split(r"^;\s*$", bare, flags=re.MULTILINE) if part.strip()]


def migrate(store: Store) -> list[int]:
    """Apply what is missing and return its numbers. Raises ``StoreError("store.newer_schema")``."""
    if not _pending(store):
        return []
    # on one machine two first starts take turns; elsewhere IF NOT EXISTS makes both succeed
    with lock_file(store.home / "migrate.lock").acquire(), _quiet(store):
        pending = _pending(store)
        for step in pending:
            apply(store, step)
    return [step.number for step in pending]


def apply(store: Store, step: Migration) -> None:
    """Run one migration and record it; stopped in the middle, it is simply run again."""
    for name, text in step.parts(store.engine):
        store.define(name, text)
    store.change("write/migration", number=step.number, name=step.name, sha256=step.sha256)


def applied(store: Store) -> list[dict[str, Any]]:
    """The migrations that the graph records: number, name, sha256."""
    return store.read("read/schema_version")


def _pending(store: Store) -> list[Migration]:
    done = {row["number"] for row in applied(store)}
    if done and max(done) > schema_version():
        raise StoreError("store.newer_schema", found=max(done), known=schema_version())
    return [step for step in migrations() if step.number not in done]


def _quiet(store: Store) -> AbstractContextManager[Any]:
    """No other writer meanwhile; the very first migration makes the lock's own schema."""
    return store.writer("migrate") if applied(store) else nullcontext()


def _hash(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()
