"""Reads JSON of exactly one form: what could hide an altered byte (spaces, repeated keys, escapes) is refused."""

from __future__ import annotations

import json
from typing import Any

from credit_graph.lists.editions.edition import canonical


def strict(data: bytes) -> Any:
    """The value of one line that is written as :func:`canonical` writes it; ``ValueError`` for any other bytes."""
    try:
        value = json.loads(data)
        same = canonical(value) == data
    except (ValueError, RecursionError):
        raise ValueError("no JSON") from None
    if not same:  # also where a key stands twice, since only the last of them is kept
        raise ValueError("not canonical")
    return value


def strict_file(data: bytes) -> dict[str, Any]:
    """The object in a file of one canonical line, ended by a line feed; ``ValueError`` for any other bytes."""
    if not data.endswith(b"\n"):
        raise ValueError("no end of line")
    value = strict(data[:-1])
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value
