"""Lineage: from any fact back to the row of the file that said it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from credit_graph.errors import StateError, UsageError
from credit_graph.ingest import batchfile
from credit_graph.jobs import batches
from credit_graph.jobs.batches import Batch
from credit_graph.jobs.erasing import document_fields
from credit_graph.jobs.tombstones import Tombstones
from credit_graph.links.lookup import shown_id
from credit_graph.model.kinds import UNKNOWN_PREFIX
from credit_graph.model.statement import META
from credit_graph.store import Store

_KEY = re.compile("[0-9a-f]{64}")  # a masked document is no key
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
    nothing has that name, ``StateError("state.was_erased")`` if it was erased.
    """
    rows = store.read("read/statement", sid=wanted) or store.read("read/statements_of", eid=wanted.upper())
    if not rows:
        raise _unknown(store, wanted)
    records = [row["record"] for row in rows]
    numbers: dict[int, set[int]] = defaultdict(set)
    for record in records:
        numbers[record["batch"]].add(record["row"])
    said = {batch.seq: _Said.of(store, batch, numbers[batch.seq]) for batch in batches.find_all(store, numbers)}
    return [_explain(record, said[record["batch"]]) for record in records]


def _unknown(store: Store, wanted: str) -> UsageError | StateError:
    """A stored result may name a statement that was erased since: its tombstone stands in its place."""
    stone = Tombstones.read(store).of_statements([wanted]).get(wanted)
    if stone is None:
        return UsageError("usage.unknown_entity", what=wanted)
    return StateError("state.was_erased", what=wanted, stone=stone.id, on=stone.on, basis=stone.basis)


@dataclass(frozen=True, slots=True)
class _Said:
    """A batch and some of the rows that it read."""

    batch: Batch
    cells: dict[int, dict[str, str | None]]

    @classmethod
    def of(cls, store: Store, batch: Batch, numbers: set[int]) -> _Said:
        path = batches.rows_file(store, batch.seq, batch.bid)
        return cls(batch, batchfile.cells(path, numbers) if path.exists() else {})


def _shown(name: str, value: Any) -> Any:
    """A value of a statement; instead of a person's key the id for showing."""
    is_key = name in document_fields() and (_KEY.fullmatch(str(value)) or str(value).startswith(UNKNOWN_PREFIX))
    return shown_id(str(value)) if is_key else value


def _explain(record: dict[str, Any], said: _Said) -> dict[str, Any]:
    shown = ("seq", "path", "file_sha256", "committed_on", "actor")
    return {
        "statement": {name: record.get(name) for name in _SHOWN_META},
        "content": {name: _shown(name, value) for name, value in sorted(record.items()) if name not in META},
        "batch": {name: said.batch.properties.get(name) for name in shown},
        "cells": said.cells.get(record["row"]),
    }
