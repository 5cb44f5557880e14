"""Runs: what links and grades were computed from, and which run is current."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from credit_graph import __version__
from credit_graph.model.time import Point
from credit_graph.store import Store

# properties of a run that name what it was made from: they give its id
INPUTS = ("kind", "seq", "hold_seq", "valid", "use", "policy", "rules", "program")
PARTIAL = ("base", "stale")  # of a partial run besides: the full run below it, what was taken from that and may differ


def run_properties(kind: str, point: Point, hold_seq: int, policy: str, rules: str) -> dict[str, Any]:
    """The inputs of a run: kind, point, up to which batch holds count, policy and its fingerprint, program."""
    return {
        "kind": kind,
        "seq": point.seq,
        "hold_seq": hold_seq,
        "valid": point.valid,
        "use": point.use,
        "policy": policy,
        "rules": rules,
        "program": __version__,
    }


def run_id(properties: dict[str, Any]) -> str:
    """32 hex digits that name the run: the same inputs and versions give the same id."""
    text = json.dumps(properties, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def current_run(store: Store, name: str) -> dict[str, Any] | None:
    """Properties of the current run of a kind of result (``link``, ``grade:general``), if there is one."""
    rows = store.read("read/current_run", name=name)
    return rows[0]["run"] if rows else None
