"""The rows that a batch read, screened, as a Parquet file beside the graph: for trace, quarantine and replay."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from credit_graph.ingest.rows import CheckedTable, ChunkCells, Fault, Row
from credit_graph.model.kinds import FieldType

_HEADER = b"header"
_META = ("number", "outcome", "key", "reasons", "faults", "documents")


class BatchFile:
    """Writes the file of one batch; a resumed batch writes it again, the same.

    Columns: ``number`` (row of the file), ``outcome`` (new, changed, unchanged, empty, duplicate, erased,
    quarantined), ``key``, ``reasons`` and ``faults`` (JSON), ``documents`` (JSON: field -> person key, so that a
    quarantined row can be replayed), and ``c0`` … the screened cells, named by the metadata ``header``.
    """

    def __init__(self, path: Path, table: CheckedTable) -> None:
        self.count = 0
        definition = table.definition
        fields = table.mapped.values()
        self._documents = [name for name in fields if definition.type_of(name) is FieldType.ID_NUMBER]
        names = [*_META, *(f"c{i}" for i in range(len(table.header)))]
        kinds = [pa.int64(), *[pa.string()] * (len(names) - 1)]
        header = {_HEADER: json.dumps(table.header, ensure_ascii=False).encode()}
        self._schema = pa.schema(list(zip(names, kinds, strict=True)), metadata=header)
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")

    @classmethod
    @contextmanager
    def writing(cls, path: Path, table: CheckedTable) -> Iterator[BatchFile]:
        """A batch file that appears under its name only when it is complete."""
        draft = path.with_suffix(".partial")
        file = cls(draft, table)
        try:
            yield file
        except BaseException:
            file._writer.close()
            draft.unlink(missing_ok=True)
            raise
        file._writer.close()
        draft.replace(path)

    def add(self, rows: list[tuple[Row, str]]) -> None:
        """Append a chunk of rows with what became of them."""
        if not rows:
            return
        columns: list[Any] = [
            [row.number for row, _ in rows],
            [outcome for _, outcome in rows],
            [row.key for row, _ in rows],
            [_dump(row.reasons) for row, _ in rows],
            [_dump(row.faults) for row, _ in rows],
            [self._keys(row) for row, _ in rows],
            *_cells([row for row, _ in rows]),
        ]
        arrays = [
            column if isinstance(column, pa.Array) else pa.array(column, type=kind)
            for column, kind in zip(columns, self._schema.types, strict=True)
        ]
        self._writer.write_table(pa.table(arrays, schema=self._schema))
        self.count += len(rows)

    def _keys(self, row: Row) -> str | None:
        found = {name: row.content[name] for name in self._documents if name in row.content}
        return json.dumps(found) if found else None


def _cells(rows: list[Row]) -> Sequence[Any]:
    """The cells by column: the chunk's own columns where the rows are a whole chunk in order, else a copy."""
    first = rows[0].cells
    if isinstance(first, ChunkCells) and len(first.columns[0]) == len(rows):
        together = (isinstance(row.cells, ChunkCells) and row.cells.at(first.columns, i) for i, row in enumerate(rows))
        if all(together):
            return first.columns
    return list(zip(*(row.cells for row in rows), strict=True))


def _dump(faults: tuple[Fault, ...]) -> str | None:
    return json.dumps([asdict(fault) for fault in faults], ensure_ascii=False) if faults else None


def cells(path: Path, number: int) -> dict[str, str | None] | None:
    """Header -> screened text of one row, or None if the file has no such row."""
    found = list(_rows(path, pc.field("number") == number))
    return found[0]["cells"] if found else None


def rows(path: Path, outcome: str) -> Iterator[dict[str, Any]]:
    """Rows with that outcome: ``{"number", "key", "reasons": [...], "faults": [...], "cells": {...}}``."""
    return _rows(path, pc.field("outcome") == outcome)


def _rows(path: Path, condition: pc.Expression) -> Iterator[dict[str, Any]]:
    header = json.loads(pq.read_schema(path).metadata[_HEADER])
    for row in pq.read_table(path, filters=condition).to_pylist():
        yield {
            "number": row["number"],
            "key": row["key"],
            "reasons": json.loads(row["reasons"] or "[]"),
            "faults": json.loads(row["faults"] or "[]"),
            "cells": {name: row[f"c{i}"] for i, name in enumerate(header)},
        }
