"""The file of tombstones: what was erased and must not come back. It lies beside the secret, ``HOME/tombstones.jsonl``.

One JSON object per line, 0600; it survives ``db wipe`` and ``db restore`` and is in no backup. The graph keeps a mark
of the file that was last applied to it: a graph restored from an older backup, or left by an erasure that was killed,
does not agree with the file and is not opened before the tombstones are applied again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_graph.errors import StateError
from credit_graph.store.files import private_folder, write_whole

if TYPE_CHECKING:
    from credit_graph.store.graph import Store

FILE = "tombstones.jsonl"
NONE = hashlib.sha256(b"").hexdigest()  # the digest where nothing was ever erased


def tombstones_path(home: Path) -> Path:
    """Where the tombstones lie."""
    return home / FILE


def read_lines(home: Path) -> list[dict[str, Any]]:
    """The tombstones as they stand in the file, oldest first.

    Raises ``StateError("state.tombstones")`` where the file is damaged: nothing may be loaded without it.
    """
    path = tombstones_path(home)
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
        return [{**row, "id": str(row["id"])} for row in rows]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StateError("state.tombstones", path=path, why=type(error).__name__) from None


def write_lines(home: Path, lines: Iterable[dict[str, Any]]) -> None:
    """Replace the file, whole or not at all."""
    text = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)
    write_whole(tombstones_path(private_folder(home)), text.encode())


def digest(lines: Iterable[dict[str, Any]]) -> str:
    """Names a set of tombstones, whatever their hashes are under the present secret."""
    names = sorted(f"{line['id']}\n{' '.join(line.get('sids') or ())}\n" for line in lines)
    return hashlib.sha256("".join(names).encode()).hexdigest()


def mark(store: Store) -> None:
    """Record in the graph that the tombstones of the file, as they are now, are applied to it."""
    lines = read_lines(store.home)
    if lines or store.read("read/tombstones_mark"):
        store.write("write/tombstones_mark", sha256=digest(lines), count=len(lines))


def refuse_pending(store: Store) -> None:
    """Raise ``StateError`` where the graph and the file disagree.

    ``state.erasure_pending``: tombstones are not applied yet. ``state.tombstones``: the graph knows more of them than
    the file has, which then is an older copy. A graph without any data has nothing to apply them to.
    """
    lines = read_lines(store.home)
    rows = store.read("read/tombstones_mark")
    count, applied = (rows[0]["count"], rows[0]["sha256"]) if rows else (0, NONE)
    if applied == digest(lines):
        return
    if count > len(lines):
        raise StateError("state.tombstones", path=tombstones_path(store.home), why=f"{len(lines)} < {count}")
    if store.read("read/last_seq"):
        raise StateError("state.erasure_pending", count=len(lines))
