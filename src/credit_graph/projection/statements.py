"""Reads statements out of the graph into Arrow tables, packed and in passes; never row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import pyarrow as pa

from credit_graph.projection.columns import packed_batch
from credit_graph.store import Store

# what the engine collects for one pass: some 60 bytes a cell, on a heap of which two passes must not take half
PASS_CELLS = 4_000_000
# a row of the answer stays well under the engine's limits (1,048,576 elements, 16 MB)
ROW_RECORDS = 4_000
# while the rows of one pass become columns the engine collects the next; of all that is read at a time, so that no
# more than two passes are in memory
_POOL = ThreadPoolExecutor(2, thread_name_prefix="statements")

_END = "\U0010ffff"  # sorts after every key

Progress = Callable[[str, int, int], None]  # what, passes done, passes in all


class _Pass(NamedTuple):
    """A range [low, high) of statement ids of a kind; ``width``: of the beginnings by which the answer is parted."""

    kind: str
    columns: pa.Schema
    low: str
    high: str
    width: int


def read_statements(
    store: Store, seq: int, kinds: Mapping[str, pa.Schema], progress: Progress | None = None
) -> dict[str, pa.Table]:
    """Per kind the statements known at ``seq``, whenever they are valid, by ``sid``; every kind has a table.

    ``kinds``: kind -> the columns to read, ``sid`` first. Raises ``StoreError``.
    """
    passes = [item for kind, columns in kinds.items() for item in _passes(store, kind, columns)]
    found: dict[str, list[pa.RecordBatch]] = {kind: [] for kind in kinds}
    for number, batches in enumerate(_POOL.map(partial(_read, store, seq), passes)):
        found[passes[number].kind] += batches
        if progress:
            progress("records", number + 1, len(passes))
    return {kind: pa.Table.from_batches(batches, kinds[kind]) for kind, batches in found.items()}


def count_statements(store: Store, kind: str) -> int:
    """How many statements of a kind (``Record``: of all) there are, known or not."""
    return int(store.read("project/kind_count", {"KIND": kind})[0]["records"])


def _read(store: Store, seq: int, item: _Pass) -> list[pa.RecordBatch]:
    labels = {"KIND": item.kind, "FIELDS": item.columns.names}
    rows = store.stream("project/records", labels, low=item.low, high=item.high, seq=seq, width=item.width)
    parts = {row["part"]: packed_batch(item.columns, row["rows"]) for row in rows}
    return [parts[part] for part in sorted(parts)]


def _passes(store: Store, kind: str, columns: pa.Schema) -> Iterator[_Pass]:
    """Ranges of statement ids; they are hashes, so equal ranges hold about equally many."""
    records = count_statements(store, kind)
    if not records:
        return
    count = -(-records * len(columns) // PASS_CELLS)
    width = next(width for width in range(5) if 16**width * ROW_RECORDS >= records)
    marks = [f"{65536 * number // count:04x}" for number in range(count)]
    for low, high in pairwise(["", *marks[1:], _END]):
        yield _Pass(kind, columns, low, high, width)
