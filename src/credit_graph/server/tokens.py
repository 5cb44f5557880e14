"""Opaque ids and cursors: sealed with a key of the installation and the client, so that nobody can read or forge one.

AES-SIV (RFC 5297) is deterministic: the same thing has the same id for one client, another id for every other.
After a rotation of the secret ids are sealed with the whole chain; those given out before are still opened.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from credit_graph.errors import UsageError
from credit_graph.model.chain import links, prefixes, wrapped
from credit_graph.model.kinds import UNKNOWN_PREFIX

Key = str | int


class Sealer:
    """Seals for one client. ``secret``: the installation secret; ``client``: the id of its key."""

    def __init__(self, secret: bytes, client: str) -> None:
        purpose = f"api tokens\x1f{client}".encode()
        self._links = links(secret)
        self._ciphers = [AESSIV(hmac.digest(part, purpose, "sha512")) for part in prefixes(secret)]

    def node_id(self, kind: str, key: str) -> str:
        """The opaque id of a node: kind Enterprise, Person or Record, and its key in the graph."""
        return self._seal("id", f"{kind}:{key}")

    def open_id(self, token: str) -> tuple[str, str]:
        """Kind and key; ``UsageError("usage.bad_id")`` for anything this client was not given."""
        for age in range(len(self._links)):  # the newest chain first
            if (text := self._open("id", token, age)) is not None:
                kind, _, key = text.partition(":")
                return kind, self._present(kind, key, age)
        raise UsageError("usage.bad_id", value=token[:80])

    def _present(self, kind: str, key: str, age: int) -> str:
        """The key as the graph has it now: person keys were wrapped since, all others stay."""
        if age == 0 or kind != "Person" or key.startswith(UNKNOWN_PREFIX):
            return key
        return wrapped(self._links[-age:], key)

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
        sealed = self._ciphers[-1].encrypt(text.encode(), [purpose.encode()])
        token = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
        # a command would take a leading - for an option
        return f".{token[1:]}" if token.startswith("-") else token

    def _open(self, purpose: str, token: str, age: int = 0) -> str | None:
        try:
            text = f"-{token[1:]}" if token.startswith(".") else token
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return self._ciphers[-1 - age].decrypt(sealed, [purpose.encode()]).decode()
        except (InvalidTag, binascii.Error, ValueError):
            return None
