"""Writes the embedded engine's database anew, so that bytes of deleted values are left nowhere in its files.

The engine wipes a deleted record, and yet old bytes stay: in indexes until they are compacted, in gaps of pages where a
record was moved, in the transaction log. The live graph is copied, as plain data, into a fresh database beside the old
one, which then takes its place. Killed at any moment, either the old or the new one is there, whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_graph.errors import StoreError
from credit_graph.store import embedded
from credit_graph.store.dump import LEFT_OUT, PAGE, item_counts, require_keys
from credit_graph.store.lock import WriterLock
from credit_graph.store.migrate import apply, keys, migrations

if TYPE_CHECKING:
    from credit_graph.store.graph import Store

Report = Callable[[str, int, int], None]  # what, done, total


def rewrite(store: Store, report: Report | None = None) -> None:
    """Replace the embedded database by a fresh copy of what it holds; hold the writer lock. The engine restarts.

    Raises ``StoreError``: ``store.disk_full``, ``store.keyless``, ``store.failed`` where the copy differs. Needs as
    much room again as the database has. A server's files are not ours: there nothing happens.
    """
    if store.engine != "embedded":
        return
    require_keys(store)
    name = store.connection.database
    fresh = _fresh(store, name + embedded.FRESH)
    try:
        _copy(store, fresh, report)
        if item_counts(store) != item_counts(fresh):
            raise StoreError("store.failed", statement="rewrite", why="copy")
        if held := WriterLock.of(store):
            fresh.change("write/lock_acquire", **held.claim())
    except BaseException:
        fresh.connection.post_server(f"drop database {fresh.connection.database}")
        raise
    finally:
        fresh.close()
    embedded.swap(store.settings, name)
    _remove_logs(embedded.engine_folder(store.settings))
    store.connection.revive()


def _fresh(store: Store, name: str) -> Store:
    """An empty database with the schema, on the same engine; what a killed rewrite left is replaced."""
    fresh = type(store)(store.settings)
    fresh.connection.database = name
    if (embedded.engine_folder(store.settings) / "databases" / name).exists():
        fresh.connection.post_server(f"drop database {name}")
    fresh.connection.post_server(f"create database {name}")
    for step in migrations():
        apply(fresh, step)
    return fresh


def _copy(old: Store, new: Store, report: Report | None) -> None:
    total, done = sum(item_counts(old).values()), 0
    pages: list[tuple[str, str, str]] = []  # label, after, last
    for label, key in sorted(keys().items()):
        after = ""
        while label not in LEFT_OUT and (
            page := old.read("read/dump_nodes", {"LABEL": label, "KEY": key}, after=after, size=PAGE)
        ):
            _nodes(new, label, key, page)
            pages.append((label, after, page[-1]["key"]))
            after = page[-1]["key"]
            done += len(page)
            if report:
                report("rewrite", done, total)
    for label, after, last in pages:
        done += _relationships(old, new, label, after, last)
        if report:
            report("rewrite", done, total)


def _nodes(new: Store, label: str, key: str, page: list[dict[str, Any]]) -> None:
    def combination(row: dict[str, Any]) -> str:
        return ":".join(sorted(row["labels"]))

    for labels, group in groupby(sorted(page, key=combination), key=combination):
        rows = [{"key": row["key"], "properties": row["properties"]} for row in group]
        new.write("write/restore_nodes", rows, {"LABELS": labels, "LABEL": label, "KEY": key})


def _relationships(old: Store, new: Store, label: str, after: str, last: str) -> int:
    names = {"LABEL": label, "KEY": keys()[label]}
    found = old.read("read/dump_relationships", names, after=after, last=last, keys=keys())

    def kind(row: dict[str, Any]) -> tuple[str, str]:
        return row["type"], row["ends"][0][0]

    for (type_, end), group in groupby(sorted(found, key=kind), key=kind):
        rows = [{"start": r["start"], "end": r["ends"][0][1], "properties": r["properties"]} for r in group]
        labels = {"TYPE": type_, "START": label, "START_KEY": keys()[label], "END": end, "END_KEY": keys()[end]}
        new.write("write/restore_relationships", rows, labels)
    return len(found)


def _remove_logs(folder: Path) -> None:
    """The engine's logs may repeat values of a failed statement; the engine is stopped now."""
    shutil.rmtree(folder / "log", ignore_errors=True)
    for path in folder.glob("server.out*"):
        path.unlink(missing_ok=True)
