"""The log of readings that are answered for (HOME/audit.jsonl, 0600): past a hold, and of people's phones in bulk."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from credit_graph import clock


def held_records_read(home: Path, client: str, role: str, sids: Iterable[str]) -> None:
    """Append one line for the statements that a role saw though they may not be used."""
    _append(home, {"client": client, "role": role, "event": "held_records_read", "sids": sorted(sids)})


def contacts_read(home: Path, actor: str, role: str, firms: int, what: str) -> None:
    """Append one line for the names and phones of so many firms' liaisons that somebody took out."""
    _append(home, {"actor": actor, "role": role, "event": "contacts_read", "what": what, "firms": firms})


def _append(home: Path, said: dict[str, Any]) -> None:
    line = {"day": clock.today().isoformat(), "ms": clock.now_ms(), **said}
    handle = os.open(home / "audit.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
