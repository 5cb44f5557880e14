"""Local API keys: each has one role; the file (HOME/keys.json, 0600) holds only their hashes.

Once a key was ever made, every request needs one, also on loopback and also after the last is revoked.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from credit_graph import clock
from credit_graph.errors import AccessError, StateError, UsageError
from credit_graph.server.roles import role as find_role
from credit_graph.store.files import lock_file, private_folder, write_whole

PREFIX = "cg"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key: its id names the client, ``sha256`` is the hash of its secret half (256 random bits)."""

    id: str
    role: str
    sha256: str
    created: str
    revoked: str | None = None


class Keys:
    """The keys of an installation."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._path = home / "keys.json"

    def all(self) -> list[ApiKey]:
        """All keys, oldest first; raises ``StateError("state.keys")`` where the file is damaged."""
        try:
            return [ApiKey(**row) for row in json.loads(self._path.read_bytes())["keys"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StateError("state.keys", path=self._path, why=type(error).__name__) from None

    def create(self, role: str) -> tuple[ApiKey, str]:
        """A new key and the text to hand over, which is stored nowhere. ``UsageError`` for an unknown role."""
        find_role(role)
        key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        key = ApiKey(key_id, role, _hash(secret), clock.today().isoformat())
        with self._lock():
            self._write([*self.all(), key])
        return key, f"{PREFIX}_{key_id}_{secret}"

    def revoke(self, key_id: str) -> None:
        """End a key; ``UsageError`` where no such key is in use."""
        with self._lock():
            keys = self.all()
            if not any(key.id == key_id and key.revoked is None for key in keys):
                raise UsageError("usage.unknown_entity", what=key_id)
            today = clock.today().isoformat()
            self._write([replace(key, revoked=today) if key.id == key_id else key for key in keys])

    def check(self, text: str | None) -> ApiKey:
        """The key that a client sent; ``AccessError("access.key")`` if it is missing, unknown or revoked."""
        prefix, _, rest = (text or "").partition("_")
        key_id, _, secret = rest.partition("_")
        for key in self.all():
            known = prefix == PREFIX and key.id == key_id and key.revoked is None
            if known and hmac.compare_digest(key.sha256, _hash(secret)):
                return key
        raise AccessError("access.key")

    def _lock(self) -> AbstractContextManager[object]:
        private_folder(self._home)
        return lock_file(self._home / "keys.lock").acquire()

    def _write(self, keys: list[ApiKey]) -> None:
        rows = [asdict(key) for key in keys]
        write_whole(self._path, json.dumps({"keys": rows}, indent=1).encode())


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
