"""Rows that were refused, read from the batch files beside the graph."""

from __future__ import annotations

from typing import Any

from credit_graph.errors import UsageError
from credit_graph.ingest import batchfile
from credit_graph.jobs import batches
from credit_graph.store import Store


def quarantined(store: Store) -> list[dict[str, Any]]:
    """One entry per reason of every refused row of the committed batches, by batch and row."""
    found = []
    for batch in reversed(batches.recent(store, 1_000_000)):
        path = batches.rows_file(store, batch.seq, batch.bid)
        if not batch.properties.get("quarantined") or not path.exists():
            continue
        for row in batchfile.rows(path, "quarantined"):
            found += [
                {
                    "id": f"{batch.seq}:{row['number']}",
                    "path": batch.properties["path"],
                    "row": row["number"],
                    "version": batch.properties.get("definition_version"),
                    **reason,
                }
                for reason in row["reasons"]
            ]
    return found


def row(store: Store, wanted: str) -> dict[str, Any]:
    """One refused row in full; ``wanted`` is ``SEQ:ROW``. Raises ``UsageError`` if there is none."""
    seq, _, number = wanted.partition(":")
    if not (seq.isdigit() and number.isdigit()):
        raise UsageError("usage.bad_value", option="ID", value=wanted, why="SEQ:ROW")
    batch = batches.find(store, int(seq))
    path = batches.rows_file(store, batch.seq, batch.bid)
    found = [r for r in batchfile.rows(path, "quarantined") if r["number"] == int(number)] if path.exists() else []
    if not found:
        raise UsageError("usage.unknown_entity", what=wanted)
    return {
        "path": batch.properties["path"],
        "row": int(number),
        "definition_version": batch.properties.get("definition_version"),
        "reasons": found[0]["reasons"],
        "cells": found[0]["cells"],
    }
