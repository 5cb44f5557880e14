"""Backup and restore in one logical format, the same for both engines.

``DIR/nodes/Label.Label.jsonl`` one node per line, ``DIR/relationships/TYPE.jsonl`` one relationship per
line (ends by label and key), ``DIR/files/…`` copies of the batch and run files, of the feeds and of the releases,
``DIR/manifest.json`` with the SHA-256 of each. Integers are exact, days are ``{"$date": "2020-01-31"}``. The secret
is not in it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from credit_graph.errors import StateError, StoreError
from credit_graph.store import secret
from credit_graph.store.dump import NodeData, RelationshipData, dump, item_counts
from credit_graph.store.files import lock_file, private_folder, write_whole
from credit_graph.store.migrate import keys, schema_version
from credit_graph.text import t

if TYPE_CHECKING:
    from credit_graph.store.graph import Store

FORMAT = 1
FEEDS = "feeds"  # restored only where there are none yet
FOLDERS = ("batches", "runs", FEEDS)  # of HOME, taken along
RELEASES = "releases"  # too, without private keys; restored only where there are no releases and keys yet
_NOT_RELEASED = shutil.ignore_patterns("private", "*.lock", "*.partial", "*.old", "*.tmp")
AUDIT = "audit"  # too; restored only where there is no audit log yet, since nothing may take its lines away
# a batch counts only by its node's state: these get their properties last, so half a restore is invisible
LAST = ("Batch", "State")
SECRET_NOTE = (
    "The backup does not contain the installation secret (secret.json): keep it elsewhere; "
    "without it no data can be loaded into the restored graph."
)


def backup(store: Store, directory: Path) -> dict[str, Any]:
    """Write a backup and return its manifest; the folder appears only when it is whole.

    Raises ``StoreError`` (disk_full, keyless) and ``StateError("state.exists")`` for an existing folder.
    """
    directory = directory.resolve()
    if directory.exists():
        raise StateError("state.exists", path=directory)
    draft = directory.with_name(directory.name + ".partial")
    shutil.rmtree(draft, ignore_errors=True)
    private_folder(draft)
    try:
        with _releases_at_rest(store.home), store.writer("backup"):
            counts = _write_graph(store, draft)
            _copy_files(store.home, draft / "files")
            _copy_releases(store.home, draft / "files")
            _copy_audit(store.home, draft / "files")
            manifest = _manifest(store, draft, counts)
        write_whole(draft / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        draft.rename(directory)
    except OSError as error:
        raise _os_error(error, directory) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


def restore(store: Store, directory: Path) -> dict[str, Any]:
    """Fill the empty graph from a backup and return its manifest; afterwards the counts are compared.

    Raises ``StoreError`` (damaged_backup, newer_schema, not_empty) before anything is written, and
    ``StateError("state.secret")`` where this installation already has another secret.
    """
    manifest = verify(directory)
    with store.writer("restore"):
        tied = secret.graph_check(store) is not None  # a secret that was imported or made is no data
        if store.size() > tied:
            raise StoreError("store.not_empty")
        _require_secret(store, directory)
        store.clear()
        nodes = sorted((directory / "nodes").glob("*.jsonl"))
        for path in nodes:
            _restore_nodes(store, path)
        for path in sorted((directory / "relationships").glob("*.jsonl")):
            _restore_relationships(store, path)
        _copy_files(directory / "files", store.home)
        if not any((store.home / RELEASES / name).exists() for name in ("archive", "keys.jsonl")):
            _copy_releases(directory / "files", store.home)
        if not (store.home / AUDIT).exists():
            _copy_audit(directory / "files", store.home)
        for path in nodes:
            _restore_last(store, path)
        if item_counts(store) != manifest["counts"]:
            raise StoreError("store.restore_failed")
    return manifest


def verify(directory: Path) -> dict[str, Any]:
    """The manifest, after each file was compared with it. Raises ``StoreError("store.damaged_backup")``."""
    try:
        manifest = json.loads((directory / "manifest.json").read_bytes())
        listed = {name: entry["sha256"] for name, entry in manifest["files"].items()}
        version, known = int(manifest["schema"]), manifest["format"] == FORMAT
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise _damaged(directory, t("manifest.json 无法读取", "manifest.json can't be read")) from None
    if not known:
        raise _damaged(directory, t("格式未知", "its format is unknown"))
    if version > schema_version():
        raise StoreError("store.newer_schema", found=version, known=schema_version())
    found = {path.relative_to(directory).as_posix(): path for path in _files(directory)}
    found.pop("manifest.json")
    for name in sorted(listed.keys() ^ found.keys()):
        raise _damaged(directory, t(f"{name} 缺失或多余", f"{name} is missing or does not belong to it"))
    for name, path in found.items():
        if _sha256(path) != listed[name]:
            raise _damaged(directory, t(f"{name} 被改动", f"{name} was altered"))
    return dict(manifest)


def _write_graph(store: Store, draft: Path) -> dict[str, int]:
    counts: dict[str, int] = {}
    private_folder(draft / "nodes")
    private_folder(draft / "relationships")
    with ExitStack() as stack:
        files: dict[str, IO[str]] = {}
        for item in dump(store):
            name, line = _line(item)
            if name not in files:
                files[name] = stack.enter_context((draft / f"{name}.jsonl").open("w", encoding="utf-8"))
            json.dump(line, files[name], ensure_ascii=False, default=_tag)
            files[name].write("\n")
            counts[name] = counts.get(name, 0) + 1
    return counts


def _line(item: NodeData | RelationshipData) -> tuple[str, dict[str, Any]]:
    if isinstance(item, NodeData):
        line = {"labels": item.labels, "label": item.label, "key": item.key, "properties": item.properties}
        return f"nodes/{'.'.join(item.labels)}", line
    return f"relationships/{item.type}", {"start": item.start, "end": item.end, "properties": item.properties}


def _manifest(store: Store, draft: Path, counts: dict[str, int]) -> dict[str, Any]:
    if counts != item_counts(store):  # a key out of order would be missed by the paging
        raise StoreError("store.failed", statement="read/dump_nodes", why=t("数量不符", "the counts differ"))
    seq = store.read("read/last_seq")
    return {
        "format": FORMAT,
        "schema": schema_version(),
        "seq": seq[0]["seq"] if seq else 0,
        "secret": SECRET_NOTE,
        "counts": counts,
        "files": {
            path.relative_to(draft).as_posix(): {"sha256": _sha256(path), "bytes": path.stat().st_size}
            for path in _files(draft)
        },
    }


def _copy_files(source: Path, target: Path) -> None:
    for name in FOLDERS:
        if name == FEEDS and (target / name).exists():
            continue  # departments hold its numbers
        if (source / name).is_dir():
            private_folder(target)
            shutil.copytree(source / name, target / name, dirs_exist_ok=True)


def _copy_releases(source: Path, target: Path) -> None:
    """Releases and public keys."""
    if (source / RELEASES).is_dir():
        shutil.copytree(source / RELEASES, private_folder(target) / RELEASES, ignore=_NOT_RELEASED, dirs_exist_ok=True)


@contextmanager
def _releases_at_rest(home: Path) -> Iterator[None]:
    """Nobody publishes or takes down meanwhile. Who does holds the list's lock first and the graph's then, as here."""
    with ExitStack() as stack:
        for path in sorted((home / RELEASES).glob("*.lock")):
            stack.enter_context(lock_file(path).acquire())
        yield


def _copy_audit(source: Path, target: Path) -> None:
    """The audit log; by name, so that ``head`` goes before the log, which may grow meanwhile."""
    for path in sorted((source / AUDIT).glob("*")):
        shutil.copy2(path, private_folder(target / AUDIT) / path.name)


def _require_secret(store: Store, directory: Path) -> None:
    """A graph restored beside another secret could not be loaded into: refused before it is written."""
    path = secret.secret_path(store.settings)
    source = directory / "nodes" / "State.jsonl"
    lines = _lines(source) if path.exists() and source.exists() else iter(())
    for line in lines:
        check = line["properties"].get("check") if line["key"] == "secret" else None
        if check and secret.links_of(check, secret.read(path)) is None:  # made before a rotation: it will be caught up
            why = t("备份是用另一密钥建立的", "the backup was made with another secret")
            raise StateError("state.secret", why=why, path=path)


def _restore_nodes(store: Store, path: Path) -> None:
    lines = _lines(path)
    while chunk := _take(lines, store.settings.batch_size):
        label = chunk[0]["label"]
        key = keys()[label]
        rows = [{"key": line["key"], "properties": line["properties"]} for line in chunk]
        if label in LAST:
            rows = [{"key": row["key"], "properties": {key: row["key"]}} for row in rows]
        labels = {"LABELS": ":".join(chunk[0]["labels"]), "LABEL": label, "KEY": key}
        store.write("write/restore_nodes", rows, labels)


def _restore_last(store: Store, path: Path) -> None:
    lines = _lines(path) if set(path.stem.split(".")) & set(LAST) else iter(())
    while chunk := _take(lines, store.settings.batch_size):
        label = chunk[0]["label"]
        rows = [{"key": line["key"], "properties": line["properties"]} for line in chunk]
        store.write("write/restore_properties", rows, {"LABEL": label, "KEY": keys()[label]})


def _restore_relationships(store: Store, path: Path) -> None:
    def ends(line: dict[str, Any]) -> tuple[str, str]:
        return line["start"][0], line["end"][0]

    lines = _lines(path)
    while chunk := _take(lines, store.settings.batch_size):
        for (start, end), group in groupby(sorted(chunk, key=ends), key=ends):
            rows = [
                {"start": line["start"][1], "end": line["end"][1], "properties": line["properties"]} for line in group
            ]
            labels = {"TYPE": path.stem, "START": start, "START_KEY": keys()[start]}
            store.write("write/restore_relationships", rows, labels | {"END": end, "END_KEY": keys()[end]})


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line, object_hook=_untag)


def _take(lines: Iterator[dict[str, Any]], size: int) -> list[dict[str, Any]]:
    return [line for _, line in zip(range(size), lines, strict=False)]


def _tag(value: Any) -> dict[str, str]:
    if type(value) is date:
        return {"$date": value.isoformat()}
    raise TypeError(f"no property of a graph may be a {type(value).__name__}")


def _untag(value: dict[str, Any]) -> Any:
    return date.fromisoformat(value["$date"]) if value.keys() == {"$date"} else value


def _files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(directory: Path, why: str) -> StoreError:
    return StoreError("store.damaged_backup", path=directory, why=why)


def _os_error(error: OSError, path: Path) -> StoreError:
    if error.errno == errno.ENOSPC:
        return StoreError("store.disk_full")
    return StoreError("store.failed", statement=f"backup {path}", why=error.strerror or type(error).__name__)
