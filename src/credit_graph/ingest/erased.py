"""Erased rows of a batch file: number and the outcome ``erased`` are left of them, every other cell is empty."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ERASED = "erased"
_LEFT = ("number", "outcome")


def emptied(table: pa.Table, numbers: Collection[int]) -> pa.Table:
    """The rows of a batch file, those with these numbers emptied."""
    gone = pc.is_in(table["number"], value_set=pa.array(sorted(numbers), pa.int64()))
    for place, field in enumerate(table.schema):
        if field.name == "outcome":
            column = pc.if_else(gone, pa.scalar(ERASED, field.type), table[field.name])
        elif field.name not in _LEFT:
            column = pc.if_else(gone, pa.scalar(None, field.type), table[field.name])
        else:
            continue
        table = table.set_column(place, field, column)
    return table


def empty_rows(path: Path, numbers: Collection[int]) -> None:
    """Write a batch file again with these rows emptied, whole or not at all."""
    draft = path.with_suffix(".partial")
    with pq.ParquetFile(path) as source, pq.ParquetWriter(draft, source.schema_arrow, compression="zstd") as target:
        for group in range(source.num_row_groups):
            target.write_table(emptied(source.read_row_group(group), numbers))
    draft.replace(path)
