"""Which rows of a delivery stand already, so that they need not be read: keeps ``ingest/standing.py`` up to date."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from credit_graph import __version__
from credit_graph.ingest.definitions import version
from credit_graph.ingest.limits import fingerprint as rules_fingerprint
from credit_graph.ingest.rows import Chunk
from credit_graph.ingest.standing import Standing, standing_rows
from credit_graph.jobs.batches import open_keys_file, standing_file
from credit_graph.store import Store

if TYPE_CHECKING:
    from credit_graph.jobs.delivery import DeliveredTable

_STANDS = frozenset({"new", "changed", "unchanged"})


class StandingRows:
    """The standing rows of one delivery's source, before it (``rows``) and, once it is committed, after it."""

    def __init__(self, batch: DeliveredTable) -> None:
        self.batch = batch
        self.path = standing_file(batch.store, batch.definition.source)
        self._kept = Standing.read(self.path, self._reading(batch.history.last_batch))
        self.older = self._is_older()
        self.rows = None if self.older else self._kept
        self._digests: list[pa.Array] = []
        self._keys: list[pa.Array] = []
        self._scopes: list[pa.Array] = []
        self._doubtful: set[str] = set()  # keys of rows that are to be read again: what stood under them no longer does

    def doubt(self, keys: Collection[str]) -> None:
        """Several rows of the delivery have these keys: all of them are to be read."""
        if keys and self.rows is not None:
            self.rows = self.rows.replaced(standing_rows([], [], []), pa.array(keys, pa.string()))

    def add(self, chunk: Chunk, outcomes: Sequence[str]) -> None:
        """Take note of a chunk whose rows became ``outcomes``; rows with faults are read each time."""
        if chunk.digests is None:
            return
        stands = [
            (place, row)
            for place, row, became in zip(chunk.places, chunk.rows, outcomes, strict=True)
            if became in _STANDS and not row.faults
        ]
        self._doubtful.update(row.key for row in chunk.rows if row.key is not None)
        self._doubtful.difference_update(row.key for _, row in stands if row.key is not None)
        self._note(
            chunk.digests.take(pa.array([place for place, _ in stands], pa.int64())),
            [row.key for _, row in stands],
            [row.scope for _, row in stands],
        )
        if chunk.known is not None and self.rows is not None:
            known = chunk.digests.filter(pc.is_valid(chunk.known))
            found = self.rows.table.take(self.rows.find(known))
            self._note(known, found["key"].combine_chunks(), found["scope"].combine_chunks().cast(pa.string()))

    def _note(self, digests: pa.Array, keys: object, scopes: object) -> None:
        self._digests.append(digests)
        self._keys.append(pa.array(keys, pa.string()))
        self._scopes.append(pa.array(scopes, pa.string()))

    def keep(self, closed: Collection[str]) -> None:
        """The batch is committed; ``closed``: keys that it ended by leaving them out."""
        said = standing_rows(self._digests, self._keys, self._scopes)
        kept = self._kept or Standing.empty()
        if self.older:
            kept.write(self.path, self._reading(self.batch.bid))
            return
        gone = pa.array([*closed, *self._doubtful], pa.string())
        kept.replaced(said, gone).write(self.path, self._reading(self.batch.bid))

    def _is_older(self) -> bool:
        """Rows of an older snapshot may add history to what stands today, and do not stand themselves."""
        as_of = self.batch.table.as_of
        last = self.batch.history.last_as_of.values()
        return as_of is not None and bool(last) and as_of < max(last)

    def _reading(self, batch: str) -> str:
        """Names how the rows were read and the batch after which they stand."""
        table = self.batch.table
        parts = [
            version(table.definition),
            __version__,
            rules_fingerprint(),
            str(sorted(table.units.items())),
            str([table.mapped.get(name) for name in table.header]),  # the digests are of cells in this order
            batch,
        ]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def forget(store: Store, source: str) -> None:
    """What stands changed by anything but a delivery (an annulment, an erasure): every row is read next time."""
    standing_file(store, source).unlink(missing_ok=True)
    open_keys_file(store, source).unlink(missing_ok=True)
