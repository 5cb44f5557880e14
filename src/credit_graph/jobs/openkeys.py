"""Which statements of a source stand, so that a delivery's absences are found without reading the graph.

A cache beside the graph (``HOME/standing/SOURCE.keys.parquet``), used only after the batch with which it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.ingest.compare import Change
from credit_graph.ingest.stamped import read_stamped, write_stamped
from credit_graph.jobs.batches import open_keys_file
from credit_graph.jobs.timelines import standing_keys
from credit_graph.model.statement import Statement

if TYPE_CHECKING:
    from credit_graph.jobs.delivery import DeliveredTable

_SCHEMA = pa.schema(
    [("key", pa.string()), ("n", pa.int64()), ("scope", pa.string()), ("valid_to", pa.date32())],
)


class OpenKeys:
    """Key, ordinal, scope and end of each statement that stands: before a batch and, once it is committed, after."""

    def __init__(self, batch: DeliveredTable) -> None:
        self._batch = batch
        self._relevant = batch.definition.on_absence != "nothing"
        self._path = open_keys_file(batch.store, batch.definition.source)
        self._before: pa.Table | None = None
        self._opened: list[pa.Table] = []
        self._closed: set[tuple[str, int]] = set()

    def missing(
        self, present: Collection[str], counts: Callable[[str], bool], after: date | None
    ) -> tuple[dict[str, str], dict[str, int]]:
        """Keys that stand and are not ``present``, with their scope; and how many stand in each scope that ``counts``.

        ``after``: only those whose end is later.
        """
        table = self._table()
        scopes = [scope for scope in table["scope"].unique().to_pylist() if counts(scope)]
        table = table.filter(pc.is_in(table["scope"], value_set=pa.array(scopes, pa.string())))
        totals = {row["values"]: row["counts"] for row in pc.value_counts(table["scope"]).to_pylist()}
        if after is not None:
            table = table.filter(pc.greater(table["valid_to"], pa.scalar(after)))
        gone = table.filter(pc.invert(pc.is_in(table["key"], value_set=pa.array(present, pa.string()))))
        return dict(zip(gone["key"].to_pylist(), gone["scope"].to_pylist(), strict=True)), totals

    def note(self, changes: Iterable[Change]) -> None:
        """Take note of what the batch writes."""
        if not self._relevant:
            return
        source = self._batch.definition.source  # a change may be that of a hold on the record
        opens: list[Statement] = []
        for change in changes:
            opens += [piece for piece in change.opens if piece.open and piece.source == source]
            self._closed.update((piece.key, piece.n) for piece in change.closes if piece.source == source)
        if opens:
            columns = (
                [p.key for p in opens],
                [p.n for p in opens],
                [p.scope for p in opens],
                [p.valid_to for p in opens],
            )
            self._opened.append(pa.table(list(columns), schema=_SCHEMA))

    def keep(self) -> None:
        """The batch is committed; for a source without snapshots the graph is not read to know what stood before."""
        if not self._relevant:
            return
        before = self._table() if self._batch.snapshot else self._remembered()
        if before is not None:
            table = pa.concat_tables([_without(before, self._closed), *self._opened])
            write_stamped(self._path, table, self._batch.bid)

    def _table(self) -> pa.Table:
        if self._remembered() is None:
            rows = standing_keys(self._batch.store, self._batch.definition.source, self._batch.seq)
            self._before = pa.Table.from_pylist(list(rows), schema=_SCHEMA)
        return self._before

    def _remembered(self) -> pa.Table | None:
        if self._before is None:
            last = self._batch.history.last_batch
            self._before = read_stamped(self._path, last) if last else _SCHEMA.empty_table()
        return self._before


def _without(table: pa.Table, closed: Collection[tuple[str, int]]) -> pa.Table:
    if not closed:
        return table
    touched = pc.is_in(table["key"], value_set=pa.array({key for key, _ in closed}, pa.string()))
    left = [row for row in table.filter(touched).to_pylist() if (row["key"], row["n"]) not in closed]
    return pa.concat_tables([table.filter(pc.invert(touched)), pa.Table.from_pylist(left, schema=_SCHEMA)])
