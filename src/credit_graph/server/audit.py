"""The log of what was read past a hold: who, when, which statements (HOME/audit.jsonl, 0600)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from credit_graph import clock


def held_records_read(home: Path, client: str, role: str, sids: Iterable[str]) -> None:
    """Append one line for the statements that a role saw though they may not be used."""
    line = {
        "day": clock.today().isoformat(),
        "ms": clock.now_ms(),
        "client": client,
        "role": role,
        "event": "held_records_read",
        "sids": sorted(sids),
    }
    handle = os.open(home / "audit.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
