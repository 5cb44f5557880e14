"""The installation secret: person keys hang on it, so a graph is bound to the secret it was made with.

The file holds a chain of links (see ``model/chain.py``). The graph holds a check value of the chain that its keys were
made with; while a rotation is under way, and after an older backup was restored, that is an earlier part of the file's.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from credit_graph.errors import StateError
from credit_graph.model.chain import LINK, keyed_hash, links, prefixes
from credit_graph.settings import Settings
from credit_graph.store.files import lock_file, private_folder, write_whole
from credit_graph.store.tombstones import tombstones_path
from credit_graph.text import t

if TYPE_CHECKING:
    from credit_graph.store.graph import Store

_CHECKED_TEXT = b"credit_graph secret check"


@dataclass(frozen=True, slots=True)
class Standing:
    """The secret, and with how many of its links the keys of the graph were made (all, or fewer: ``behind``)."""

    secret: bytes
    applied: int

    @property
    def behind(self) -> bool:
        """Whether keys of the graph still have to be brought to the whole chain."""
        return self.applied < len(links(self.secret))


def secret_path(settings: Settings) -> Path:
    """Where the secret lies."""
    return settings.secret_file or settings.home.resolve() / "secret.json"


def load_or_create(settings: Settings, store: Store) -> bytes:
    """The secret, 32 bytes a link; made (0600) where graph and file are new, and tied to the graph by a check value.

    Raises ``StateError("state.secret")``: the file is missing or damaged though the graph holds data, or it is another
    than the graph was made with; ``StateError("state.rotating")``: the graph has not yet got the newest link.
    """
    found = standing(settings, store)
    if found.behind:
        raise StateError("state.rotating")
    return found.secret


def standing(settings: Settings, store: Store) -> Standing:
    """As :func:`load_or_create`, also for a graph that lies behind. Raises ``StateError("state.secret")``."""
    path = secret_path(settings)
    private_folder(settings.home)
    with lock_file(settings.home.resolve() / "secret.lock").acquire():
        recorded = graph_check(store)
        if not path.exists():
            if recorded is not None or store.size():
                why = t("文件不存在而图中已有数据", "the file is missing and the graph holds data")
                raise refused(path, why)
            write(path, secrets.token_bytes(LINK))
        secret = read(path)
        if recorded is None:
            store.write("write/secret_check", check=check_value(secret))
            return Standing(secret, len(links(secret)))
    applied = links_of(recorded, secret)
    if applied is None:
        raise refused(path, t("与图所用的密钥不同", "it is not the secret that the graph was made with"))
    return Standing(secret, applied)


def links_of(recorded: str, secret: bytes) -> int | None:
    """How many links of the secret give the recorded check value; ``None`` if no number of them does."""
    for number, part in enumerate(prefixes(secret), start=1):
        if hmac.compare_digest(recorded, check_value(part)):
            return number
    return None


def graph_check(store: Store) -> str | None:
    """The check value that the graph records, if any."""
    rows = store.read("read/secret_check")
    return rows[0]["check"] if rows else None


def read(path: Path) -> bytes:
    """The secret in a file; raises ``StateError("state.secret")`` where it is unreadable."""
    try:
        chain = [bytes.fromhex(link) for link in json.loads(path.read_bytes())["chain"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise refused(path, t("文件无法读取", f"the file can't be read ({type(error).__name__})")) from None
    if not chain or any(len(link) != LINK for link in chain):
        raise refused(path, t("文件内容不完整", "the file does not hold links of 32 bytes"))
    return b"".join(chain)


def write(path: Path, secret: bytes) -> None:
    """Write the file (0600), whole or not at all."""
    write_whole(path, json.dumps({"chain": [link.hex() for link in links(secret)]}).encode())


def check_value(secret: bytes) -> str:
    """What the graph keeps to recognise its secret; tells nothing about it."""
    return hashlib.sha256(bytes.fromhex(keyed_hash(secret, _CHECKED_TEXT))).hexdigest()


def refused(path: Path, why: str) -> StateError:
    """The file can't be used with this graph."""
    return StateError("state.secret", why=why, path=path)


def adopt(settings: Settings, store: Store, secret: bytes) -> bool:
    """Make a secret that was kept elsewhere this installation's; False where it is so already.

    A secret that another one takes the place of is kept beside it, as ``….replaced``. Raises ``StateError``:
    ``state.secret_copy`` where the graph or tombstones were made with another, or where the file here has more links.
    """
    path = secret_path(settings)
    private_folder(settings.home)
    with lock_file(settings.home.resolve() / "secret.lock").acquire():
        present = read(path) if path.exists() else None
        if present == secret:
            return False
        if present is not None and present.startswith(secret):
            raise _not_taken(t("副本是轮换之前的，此处的密钥更新", "it was rotated after the copy was made"))
        recorded = graph_check(store)
        if (recorded is None and store.size()) or (recorded is not None and links_of(recorded, secret) is None):
            raise _not_taken(t("图是用另一密钥建立的", "the graph was made with another secret than the copy's"))
        if present is not None and not secret.startswith(present):
            if tombstones_path(store.home).exists():
                why = t(
                    "此处的清除记录属于另一密钥", "the tombstones here were made with another secret than the copy's"
                )
                raise _not_taken(why)
            path.replace(path.with_name(path.name + ".replaced"))
        write(path, secret)
    return True


def _not_taken(why: str) -> StateError:
    """The secret of a copy can't be this installation's."""
    return StateError("state.secret_copy", why=why)
