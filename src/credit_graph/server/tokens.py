"""Opaque ids and cursors: sealed with a key of the installation and the client, so that nobody can read or forge one.

AES-SIV (RFC 5297) is deterministic: the same thing has the same id for one client, another id for every other.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from credit_graph.errors import UsageError

Key = str | int


class Sealer:
    """Seals for one client. ``secret``: the installation secret; ``client``: the id of its key."""

    def __init__(self, secret: bytes, client: str) -> None:
        self._cipher = AESSIV(hmac.digest(secret, f"api tokens\x1f{client}".encode(), "sha512"))

    def node_id(self, kind: str, key: str) -> str:
        """The opaque id of a node: kind Enterprise, Person or Record, and its key in the graph."""
        return self._seal("id", f"{kind}:{key}")

    def open_id(self, token: str) -> tuple[str, str]:
        """Kind and key; ``UsageError("usage.bad_id")`` for anything this client was not given."""
        text = self._open("id", token)
        if text is None:
            raise UsageError("usage.bad_id", value=token[:80])
        kind, _, key = text.partition(":")
        return kind, key

    def cursor(self, connection: str, *keys: Key) -> str:
        """The opaque place after a row of a connection: the values that the rows are ordered by."""
        return self._seal(f"cursor {connection}", json.dumps(keys, ensure_ascii=False))

    def open_cursor(self, connection: str, token: str) -> list[Key]:
        """The values; ``UsageError("usage.bad_cursor")`` for a cursor of another connection or client."""
        text = self._open(f"cursor {connection}", token)
        if text is None:
            raise UsageError("usage.bad_cursor", value=token[:80])
        found: list[Key] = json.loads(text)
        return found

    def _seal(self, purpose: str, text: str) -> str:
        sealed = self._cipher.encrypt(text.encode(), [purpose.encode()])
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def _open(self, purpose: str, token: str) -> str | None:
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            return self._cipher.decrypt(sealed, [purpose.encode()]).decode()
        except (InvalidTag, binascii.Error, ValueError):
            return None
