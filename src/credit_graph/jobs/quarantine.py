"""Rows that were refused, read from the batch files beside the graph.

A row is named by the delivery that brought it and its row there. A replay of it is a batch too, whose file keeps the
rows by the same numbers: the latest batch that read a row says what became of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow.compute as pc

from credit_graph.errors import UsageError
from credit_graph.ingest.replayed import StoredRow, stored_rows
from credit_graph.jobs import batches
from credit_graph.jobs.batches import Batch
from credit_graph.store import Store
from credit_graph.text import t

ALL = 1_000_000  # batches


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row as it was last read, and the batch that read it."""

    row: StoredRow
    batch: Batch
    replayed: int | None = None  # seq of the batch that accepted it


@dataclass(slots=True)
class Refused:
    """The refused rows of one delivered batch, by their numbers."""

    origin: Batch
    replays: list[Batch]  # committed, oldest first
    rows: dict[int, RefusedRow] = field(default_factory=dict)

    @property
    def open(self) -> dict[int, StoredRow]:
        """Rows that are still refused."""
        return {number: found.row for number, found in self.rows.items() if found.replayed is None}


def refused(store: Store, source: str | None = None, seq: int | None = None) -> Iterator[Refused]:
    """Delivered batches with refused rows, oldest first; those that were taken back have none."""
    found = [batch for batch in reversed(batches.recent(store, ALL)) if batch.properties["state"] == "committed"]
    reversed_seqs = {batch.properties.get("reverses") for batch in found}
    standing = [batch for batch in found if batch.seq not in reversed_seqs]
    replays: dict[int, list[Batch]] = defaultdict(list)
    for batch in standing:
        if "replays" in batch.properties:
            replays[batch.properties["replays"]].append(batch)
    for batch in standing:
        wanted = source in {None, batch.source} and seq in {None, batch.seq}
        if wanted and batch.properties.get("quarantined") and "replays" not in batch.properties:
            yield _read(store, Refused(batch, replays[batch.seq]))


def _read(store: Store, found: Refused) -> Refused:
    path = batches.rows_file(store, found.origin.seq, found.origin.bid)
    if path.exists():
        rows = stored_rows(path, pc.field("outcome") == "quarantined")
        found.rows = {row.number: RefusedRow(row, found.origin) for row in rows}
    for batch in found.replays:
        path = batches.rows_file(store, batch.seq, batch.bid)
        for row in stored_rows(path) if path.exists() else ():
            accepted = None if row.outcome == "quarantined" else batch.seq
            if row.number in found.rows:
                found.rows[row.number] = RefusedRow(row, batch, accepted)
    return found


def quarantined(
    store: Store, source: str | None = None, seq: int | None = None, *, replayed: bool = False
) -> list[dict[str, Any]]:
    """One entry per reason of every row that is refused, by batch and row.

    With ``replayed`` also the rows that were accepted since: with the batch that did as ``replayed``, and the reasons
    that they had when they were delivered.
    """
    found = []
    for delivered in refused(store, source, seq):
        first = _first_reasons(store, delivered) if replayed else {}
        for number, item in sorted(delivered.rows.items()):
            if item.replayed is not None and not replayed:
                continue
            reasons = first[number] if item.replayed is not None else item.row.reasons
            found += [{**_said(delivered.origin, item), **asdict(reason)} for reason in reasons]
    return found


def _first_reasons(store: Store, delivered: Refused) -> dict[int, Any]:
    path = batches.rows_file(store, delivered.origin.seq, delivered.origin.bid)
    return {row.number: row.reasons for row in stored_rows(path, pc.field("outcome") == "quarantined")}


def _said(origin: Batch, item: RefusedRow) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": f"{origin.seq}:{item.row.number}",
        "path": origin.properties["path"],
        "row": item.row.number,
        "version": item.batch.properties.get("definition_version"),
    }
    return values if item.replayed is None else {**values, "replayed": item.replayed}


def row(store: Store, wanted: str) -> dict[str, Any]:
    """One refused row in full; ``wanted`` is ``SEQ:ROW``. Raises ``UsageError`` if there is none."""
    seq, _, number = wanted.partition(":")
    if not (seq.isdigit() and number.isdigit()):
        why = t("应为 批次:行，如 3:25", "write SEQ:ROW, e.g. 3:25")
        raise UsageError("usage.bad_value", option="ID", value=wanted, why=why)
    batches.find(store, int(seq))
    found = next((delivered.rows.get(int(number)) for delivered in refused(store, seq=int(seq))), None)
    if found is None:
        raise UsageError("usage.unknown_entity", what=wanted)
    delivered = batches.find(store, int(seq))
    return {
        "path": delivered.properties["path"],
        "row": int(number),
        "definition_version": found.batch.properties.get("definition_version"),
        "replayed": found.replayed,
        "reasons": [asdict(reason) for reason in found.row.reasons],
        "cells": dict(zip(found.row.header, found.row.cells, strict=True)),
    }
