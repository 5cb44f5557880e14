"""Projections kept beside the graph, in ``HOME/projection`` (0700, files 0600): what was read, and what follows.

The manifest names the graph that it was made from (:mod:`credit_graph.projection.stamp`), the program, and every file
with its SHA-256. A file is compared with it before it is used; what is torn, altered or of another graph counts as not
there. The folder holds personal data: erasing, rotating the secret, wiping and restoring remove it.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.model.kinds import KINDS
from credit_graph.projection.columns import SPINE, schema
from credit_graph.projection.stamp import Stamp, code_version, stamp
from credit_graph.projection.threads import each
from credit_graph.store import Store
from credit_graph.store.files import private_folder, projection_folder, projection_lock, write_whole

SMALLEST = 20_000  # statements; a smaller graph is read anew in less than a second
MOST_VIEWS = 4  # days, channels
_MANIFEST = "manifest.json"
_SAMPLE = 5000

Files = dict[str, dict[str, str]]  # name -> file, sha256


class Damaged(Exception):
    """A file of the cache is not what the manifest says."""


@dataclass(slots=True)
class Kept:
    """A projection that was kept: ``parts``, columns of statements by :func:`part`; ``views``: by day, use and channel
    what follows."""

    folder: Path
    stamp: Stamp
    parts: Files = field(default_factory=dict)
    views: dict[str, Files] = field(default_factory=dict)
    _read: dict[str, pa.Table] = field(default_factory=dict)

    def fields(self, kind: str) -> list[str]:
        """The columns of a kind that are kept."""
        beginning = part(kind, "")
        return [name.removeprefix(beginning) for name in self.parts if name.startswith(beginning)]

    def columns(self, kind: str, names: Iterable[str]) -> dict[str, pa.ChunkedArray]:
        """Columns of a kind. Raises :class:`Damaged`, also where one is not kept."""
        try:
            return {
                name: self.table(self.parts[part(kind, name)])[name].cast(schema(kind).field(name).type)
                for name in names
            }
        except (KeyError, pa.ArrowException) as error:
            raise Damaged from error

    def unlinked(self, kind: str) -> set[str]:
        """The statements of a kind that had no subject. Raises :class:`Damaged`."""
        entry = self.parts.get(part(kind, "eid"))
        if entry is None or not int(entry["missing"]):
            return set()
        told = self.columns(kind, ("sid", "eid"))
        return set(told["sid"].filter(pc.is_null(told["eid"])).to_pylist())

    def spoken_of(self) -> bool:
        """Whether it is kept of every statement of which firm it speaks."""
        return all(part(kind, name) in self.parts for kind in KINDS for name in SPINE)

    def table(self, entry: Mapping[str, str]) -> pa.Table:
        """The columns of a file, mapped into memory, and checked when it is first read. Raises :class:`Damaged`."""
        try:
            name, sha256 = Path(entry["file"]).name, entry["sha256"]
        except (KeyError, TypeError) as error:
            raise Damaged from error
        if sha256 not in self._read:
            self._read[sha256] = _checked(self.folder / name, sha256)
        return self._read[sha256]


def _checked(path: Path, sha256: str) -> pa.Table:
    try:
        with pa.memory_map(str(path)) as source:
            data = source.read_buffer()
        if hashlib.sha256(memoryview(data)).hexdigest() != sha256:
            raise Damaged
        return pa.ipc.open_file(data).read_all()
    except (OSError, pa.ArrowException) as error:
        raise Damaged from error


def part(kind: str, name: str) -> str:
    """What the manifest calls a column of a kind."""
    return f"{kind}.{name}"


def kept(store: Store) -> Kept | None:
    """The projection that is kept, made by this very program from whatever graph; ``None`` if there is none."""
    return _manifest(projection_folder(store.home))


def _manifest(folder: Path) -> Kept | None:
    try:
        found = json.loads((folder / _MANIFEST).read_bytes())
        if found["code"] != code_version():
            return None
        return Kept(folder, Stamp(**found["graph"]), dict(found["parts"]), dict(found["views"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(
    store: Store, made_from: Stamp, columns: Mapping[str, Mapping[str, pa.ChunkedArray]], same: Files
) -> Kept | None:
    """Keep a new state; ``columns``: by kind, ``same``: parts whose file stays as it is.

    ``None``, and nothing is kept, where the graph is no longer what they were made from.
    """
    with projection_lock(store.home).acquire():
        if stamp(store) != made_from:
            return None
        folder = private_folder(projection_folder(store.home))
        made = Kept(folder, made_from, {**same, **_parts(folder, columns)})
        _publish(made)
    return made


def keep_columns(store: Store, made: Kept, kind: str, columns: Mapping[str, pa.ChunkedArray]) -> bool:
    """Keep more columns of a kind, if the state still is what is kept, and what the graph is; whether it was."""
    with projection_lock(store.home).acquire():
        if not _current(made) or stamp(store) != made.stamp:
            return False
        made.parts |= _parts(made.folder, {kind: columns})
        _publish(made)
    return True


def keep_views(home: Path, made: Kept, key: str, tables: Mapping[str, pa.Table]) -> None:
    """Keep what follows from statements, if these are still what is kept."""
    with projection_lock(home).acquire():
        if not _current(made):
            return
        files = made.views.pop(key, {}) | _written(_write, made.folder, tables)
        made.views = dict([*made.views.items(), (key, files)][-MOST_VIEWS:])
        _publish(made)


def _current(made: Kept) -> bool:
    """Whether this state is what is kept, not removed or replaced meanwhile; what others added to it is taken over."""
    found = _manifest(made.folder)
    if found is None or found.stamp != made.stamp:
        return False
    made.parts, made.views = found.parts, found.views
    return True


def _publish(made: Kept) -> None:
    """Make the files count, and remove all others."""
    manifest = {"code": code_version(), "graph": made.stamp.as_dict(), "parts": made.parts, "views": made.views}
    write_whole(made.folder / _MANIFEST, json.dumps(manifest, indent=1).encode())
    named = {_MANIFEST} | {entry["file"] for files in (made.parts, *made.views.values()) for entry in files.values()}
    for path in made.folder.iterdir():
        if path.name not in named:
            with suppress(OSError):  # some systems don't let go of a file that another process has mapped
                path.unlink()


def _written(write: Callable[[Path, pa.Table], dict[str, str]], folder: Path, tables: Mapping[str, pa.Table]) -> Files:
    return dict(zip(tables, each(partial(write, folder), tables.values()), strict=True))


def _parts(folder: Path, columns: Mapping[str, Mapping[str, pa.ChunkedArray]]) -> Files:
    """One file per kind; every column names it, that of subjects says also how many statements have none."""
    written = _written(_write_compact, folder, {kind: pa.table(dict(told)) for kind, told in columns.items()})
    return {
        part(kind, name): {**written[kind], "missing": str(column.null_count)}
        for kind, told in columns.items()
        for name, column in told.items()
    }


def _write_compact(folder: Path, table: pa.Table) -> dict[str, str]:
    return _write(folder, _compact(table))


def _compact(table: pa.Table) -> pa.Table:
    """Columns that nothing is said in take no room, and those of few values room for their numbers only."""
    columns = {}
    for column in table.schema:
        values = table[column.name]
        if values.null_count == len(values):
            values = pa.nulls(len(values))
        elif column.type == pa.large_string() and len(pc.unique(values.slice(0, _SAMPLE))) < _SAMPLE // 10:
            values = values.dictionary_encode()
        columns[column.name] = values
    return pa.table(columns).unify_dictionaries()


def _write(folder: Path, table: pa.Table) -> dict[str, str]:
    name = f"{secrets.token_hex(16)}.arrow"
    handle = os.open(folder / name, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        hashed = _Hashed(file)
        with pa.ipc.new_file(pa.PythonFile(hashed, "w"), table.schema) as writer:
            writer.write_table(table)
    return {"file": name, "sha256": hashed.sha256.hexdigest()}


class _Hashed:
    """A file that knows the hash of what is written to it."""

    closed = False

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.sha256 = file, hashlib.sha256()

    def write(self, data: Any) -> int:
        self.sha256.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.flush()
