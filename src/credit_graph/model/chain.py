"""The installation secret as a chain of links, oldest first: a rotation wraps what the earlier links made in a new one.

A secret is kept as bytes, ``LINK`` bytes a link. What hangs on it is HMAC(new, HMAC(old, text)), so that values whose
text nobody has any more (person keys, tombstones) can be brought to a longer chain, and never back.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable

LINK = 32


def links(secret: bytes) -> tuple[bytes, ...]:
    """The links of a secret, oldest first."""
    return tuple(secret[start : start + LINK] for start in range(0, len(secret), LINK))


def prefixes(secret: bytes) -> tuple[bytes, ...]:
    """The secret as it was after each rotation, the first and the whole included."""
    return tuple(secret[:end] for end in range(LINK, len(secret) + LINK, LINK))


def keyed_hash(secret: bytes, text: bytes) -> str:
    """HMAC-SHA256 of the text under the first link, wrapped in every later one: 64 hexadecimal digits."""
    value = hmac.digest(secret[:LINK], text, "sha256")
    return value.hex() if len(secret) <= LINK else _wrap(links(secret)[1:], value).hex()


def wrapped(later: Iterable[bytes], value: str) -> str:
    """A keyed hash of the links before ``later``, brought to the chain that ends with them."""
    return _wrap(later, bytes.fromhex(value)).hex()


def _wrap(later: Iterable[bytes], value: bytes) -> bytes:
    for link in later:
        value = hmac.digest(link, value, "sha256")
    return value
