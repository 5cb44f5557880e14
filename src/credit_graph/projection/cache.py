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
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.projection.parts import LIGHT, columns_of
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
    """A projection that was kept: ``parts``, statements by name (``parts.columns_of``); ``views``: by day, use and
    channel what follows."""

    folder: Path
    stamp: Stamp
    parts: Files = field(default_factory=dict)
    views: dict[str, Files] = field(default_factory=dict)

    def statements(self, part: str) -> pa.Table:
        """The statements of a part. Raises :class:`Damaged`, also where it is not kept."""
        try:
            return self.table(self.parts[part]).cast(columns_of(part))
        except (KeyError, pa.ArrowException) as error:
            raise Damaged from error

    def table(self, entry: Mapping[str, str]) -> pa.Table:
        """The columns of a file, mapped into memory. Raises :class:`Damaged`."""
        try:
            with pa.memory_map(str(self.folder / Path(entry["file"]).name)) as source:
                data = source.read_buffer()
            if hashlib.sha256(memoryview(data)).hexdigest() != entry["sha256"]:
                raise Damaged
            return pa.ipc.open_file(data).read_all()
        except (OSError, pa.ArrowException, KeyError, TypeError) as error:
            raise Damaged from error


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


def keep(store: Store, made_from: Stamp, tables: Mapping[str, pa.Table], same: Files) -> Kept | None:
    """Keep a new state; ``tables``: parts of it, ``same``: parts whose file stays as it is.

    ``None``, and nothing is kept, where the graph is no longer what they were made from.
    """
    with projection_lock(store.home).acquire():
        if stamp(store) != made_from:
            return None
        folder = private_folder(projection_folder(store.home))
        parts = {**same, **_written(_write_part, folder, tables)}
        made = Kept(folder, made_from, parts)
        _publish(made)
    return made


def keep_parts(store: Store, made: Kept, tables: Mapping[str, pa.Table]) -> bool:
    """Keep more of a state, if it still is what is kept, and what the graph is; whether it was. Few columns of a kind
    go where all are there."""
    with projection_lock(store.home).acquire():
        if not _current(made) or stamp(store) != made.stamp:
            return False
        made.parts |= {part: _write_part(made.folder, table) for part, table in tables.items()}
        for part in [name for name in made.parts if name + LIGHT in made.parts]:
            del made.parts[part + LIGHT]
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


def _write_part(folder: Path, table: pa.Table) -> dict[str, str]:
    return {**_write(folder, _compact(table)), "unlinked": str(table["eid"].null_count)}


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
