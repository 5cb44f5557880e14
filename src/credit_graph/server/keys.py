"""Local API keys: each has one role, or less; the file (HOME/keys.json, 0600) holds only their hashes.

Once a key was ever made, every request needs one, also on loopback and also after the last is revoked.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from credit_graph import clock
from credit_graph.errors import AccessError, StateError, UsageError
from credit_graph.ingest.screening import screen_text
from credit_graph.server.roles import Role
from credit_graph.server.roles import role as find_role
from credit_graph.server.scope import WHOLE, Scope
from credit_graph.store.files import lock_file, private_folder, write_whole
from credit_graph.text import joined

PREFIX = "cg"
_TEXT = re.compile(rf"{PREFIX}_([0-9a-f]{{8}})_(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key: its id names the client, ``sha256`` is the hash of its secret half (256 random bits).

    ``rights``: the only ones of its role's that it has, ``None`` for all; ``expires``: its last day; ``owner``: who
    uses it and for what.
    """

    id: str
    role: str
    sha256: str
    created: str
    revoked: str | None = None
    expires: str | None = None
    districts: tuple[str, ...] = ()
    rights: tuple[str, ...] | None = None
    operations: tuple[str, ...] | None = None
    rate: int | None = None
    owner: str | None = None

    @property
    def scope(self) -> Scope:
        """What it narrows."""
        return Scope(self.districts, self.operations, self.rate)

    def narrowed(self) -> Role:
        """Its role as in force today, with no more rights than the key's."""
        found = find_role(self.role)
        if self.rights is None:
            return found
        return found.model_copy(update={"rights": tuple(right for right in found.rights if right in self.rights)})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a new key is to be, as in :class:`ApiKey`."""

    role: str
    scope: Scope = WHOLE
    rights: tuple[str, ...] | None = None
    expires: date | None = None
    owner: str | None = None


class Keys:
    """The keys of an installation."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._path = home / "keys.json"

    def all(self) -> list[ApiKey]:
        """All keys, oldest first; raises ``StateError("state.keys")`` where the file is damaged."""
        try:
            return [ApiKey(**_read(row)) for row in json.loads(self._path.read_bytes())["keys"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StateError("state.keys", path=self._path, why=type(error).__name__) from None

    def create(self, wanted: Wanted | str) -> tuple[ApiKey, str]:
        """A new key and the text to hand over, which is stored nowhere; a role's name for the whole role.

        ``UsageError("usage.bad_value")`` for an unknown role, a right that the role lacks, a last day that is past.
        """
        wanted = Wanted(wanted) if isinstance(wanted, str) else wanted
        _check(wanted)
        key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        key = ApiKey(
            key_id,
            wanted.role,
            _hash(secret),
            clock.today().isoformat(),
            expires=wanted.expires.isoformat() if wanted.expires else None,
            districts=wanted.scope.districts,
            rights=wanted.rights,
            operations=wanted.scope.operations,
            rate=wanted.scope.rate,
            owner=screen_text(wanted.owner) if wanted.owner else None,
        )
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
        """The key that a client sent. Raises ``AccessError``: ``access.key`` if it is missing, wrong or revoked,
        ``access.foreign_key`` where it is none of this installation, ``access.key_expired``.
        """
        parts = _TEXT.fullmatch(text or "")
        if parts is None:
            raise AccessError("access.key")
        key = next((key for key in self.all() if key.id == parts[1]), None)
        if key is None:
            raise AccessError("access.foreign_key", id=parts[1])
        if key.revoked is not None or not hmac.compare_digest(key.sha256, _hash(parts[2])):
            raise AccessError("access.key")
        if key.expires is not None and clock.today().isoformat() > key.expires:
            raise AccessError("access.key_expired", id=key.id, day=key.expires)
        return key

    def _lock(self) -> AbstractContextManager[object]:
        private_folder(self._home)
        return lock_file(self._home / "keys.lock").acquire()

    def _write(self, keys: list[ApiKey]) -> None:
        rows = [asdict(key) for key in keys]
        write_whole(self._path, json.dumps({"keys": rows}, indent=1, ensure_ascii=False).encode())


def _check(wanted: Wanted) -> None:
    known = find_role(wanted.role).rights
    for right in wanted.rights or ():
        if right not in known:
            raise UsageError("usage.bad_value", option="--rights", value=right[:80], why=joined(known))
    if wanted.expires is not None and wanted.expires < clock.today():
        why = f"≥ {clock.today()}"
        raise UsageError("usage.bad_value", option="--expires", value=wanted.expires, why=why)


def _read(row: dict[str, Any]) -> dict[str, Any]:
    lists: Sequence[str] = ("districts", "rights", "operations")
    return {name: tuple(value) if name in lists and value is not None else value for name, value in row.items()}


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
