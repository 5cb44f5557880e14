"""Caches beside the graph: a Parquet file that is used only under the stamp with which it was written."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_STAMP = b"reading"


def read_stamped(path: Path, stamp: str) -> pa.Table | None:
    """The table of a file that was written with this stamp; else, and where it can't be read, None."""
    try:
        with pq.ParquetFile(path) as file:
            if (file.schema_arrow.metadata or {}).get(_STAMP) != stamp.encode():
                return None
            return file.read().replace_schema_metadata(None)
    except (OSError, pa.ArrowException):
        return None  # a cache: what can't be read is made anew


def write_stamped(path: Path, table: pa.Table, stamp: str) -> None:
    """Keep the table in a file, which appears under its name only when it is complete."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_suffix(".partial")
    pq.write_table(table.replace_schema_metadata({_STAMP: stamp.encode()}), draft, compression="zstd")
    draft.replace(path)
