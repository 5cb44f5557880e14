"""Lineage: from any fact back to the row of the file that said it."""

from __future__ import annotations

from typing import Any

from credit_graph.errors import UsageError
from credit_graph.ingest import batchfile
from credit_graph.jobs import batches
from credit_graph.model.statement import META
from credit_graph.store import Store

_SHOWN_META = (
    "sid",
    "source",
    "kind",
    "key",
    "known_from",
    "known_to",
    "valid_from",
    "valid_to",
    "batch",
    "row",
)


def trace(store: Store, wanted: str) -> list[dict[str, Any]]:
    """Statements that ``wanted`` names (a statement id, or an enterprise's credit code or id), with their rows.

    Each: ``{"statement": …, "content": …, "batch": …, "cells": {header: text} | None}``. Raises ``UsageError`` if
    nothing has that name.
    """
    rows = store.read("read/statement", sid=wanted) or store.read("read/statements_of", eid=wanted.upper())
    if not rows:
        raise UsageError("usage.unknown_entity", what=wanted)
    return [_explain(store, row["record"]) for row in rows]


def _explain(store: Store, record: dict[str, Any]) -> dict[str, Any]:
    batch = batches.find(store, record["batch"])
    path = batches.rows_file(store, batch.seq, batch.bid)
    return {
        "statement": {name: record.get(name) for name in _SHOWN_META},
        "content": {name: value for name, value in sorted(record.items()) if name not in META},
        "batch": {name: batch.properties.get(name) for name in ("seq", "path", "file_sha256", "committed_on", "actor")},
        "cells": batchfile.cells(path, record["row"]) if path.exists() else None,
    }
