"""The installation secret: person keys hang on it, so a graph is bound to the secret it was made with."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from credit_graph.errors import StateError
from credit_graph.settings import Settings
from credit_graph.store.files import lock_file, private_folder, write_whole
from credit_graph.text import t

if TYPE_CHECKING:
    from credit_graph.store.graph import Store

_CHECKED_TEXT = b"credit_graph secret check"


def secret_path(settings: Settings) -> Path:
    """Where the secret lies."""
    return settings.secret_file or settings.home.resolve() / "secret.json"


def load_or_create(settings: Settings, store: Store) -> bytes:
    """The secret, 32 bytes; made (0600) where graph and file are new, and tied to the graph by a check value.

    Raises ``StateError("state.secret")``: the file is missing or damaged though the graph holds data, or
    it is another than the graph was made with.
    """
    path = secret_path(settings)
    private_folder(settings.home)
    with lock_file(settings.home.resolve() / "secret.lock").acquire():
        recorded = graph_check(store)
        if not path.exists():
            if recorded is not None or store.size():
                why = t("文件不存在而图中已有数据", "the file is missing and the graph holds data")
                raise _refused(path, why)
            write_whole(path, json.dumps({"chain": [secrets.token_bytes(32).hex()]}).encode())
        secret = read(path)
        if recorded is None:
            store.write("write/secret_check", check=check_value(secret))
        elif not hmac.compare_digest(recorded, check_value(secret)):
            raise _refused(path, t("与图所用的密钥不同", "it is not the secret that the graph was made with"))
    return secret


def graph_check(store: Store) -> str | None:
    """The check value that the graph records, if any."""
    rows = store.read("read/secret_check")
    return rows[0]["check"] if rows else None


def read(path: Path) -> bytes:
    """The secret in a file; raises ``StateError("state.secret")`` where it is unreadable.

    The file holds a chain, so that a later rotation can wrap the old secret in a new one.
    """
    try:
        chain = [bytes.fromhex(link) for link in json.loads(path.read_bytes())["chain"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _refused(path, t("文件无法读取", f"the file can't be read ({type(error).__name__})")) from None
    if len(chain) != 1 or len(chain[0]) != 32:
        raise _refused(path, t("文件内容不完整", "the file does not hold one secret of 32 bytes"))
    return chain[0]


def check_value(secret: bytes) -> str:
    """What the graph keeps to recognise its secret; tells nothing about it."""
    return hashlib.sha256(hmac.digest(secret, _CHECKED_TEXT, "sha256")).hexdigest()


def _refused(path: Path, why: str) -> StateError:
    return StateError("state.secret", why=why, path=path)
