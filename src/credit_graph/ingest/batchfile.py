"""The rows that a batch read, screened, as a Parquet file beside the graph: for trace, quarantine and replay."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from credit_graph.ingest.background import Background
from credit_graph.ingest.erased import ERASED, emptied
from credit_graph.ingest.rows import CheckedTable, Chunk, Fault, Row
from credit_graph.model.kinds import FieldType

HEADER = b"header"
_GROUP_ROWS = 2000  # few enough that one row is found in milliseconds
_META = ("number", "outcome", "key", "reasons", "faults", "documents")


class BatchFile:
    """Writes the file of one batch; a resumed batch writes it again, the same.

    Columns: ``number`` (row of the file), ``outcome`` (new, changed, unchanged, empty, duplicate, erased,
    quarantined), ``key``, ``reasons`` and ``faults`` (JSON), ``documents`` (JSON: field -> person key of quarantined
    rows, so that they can be replayed), and ``c0`` … the screened cells, named by the metadata ``header``.
    """

    def __init__(self, path: Path, table: CheckedTable) -> None:
        self.count = 0
        self._behind = Background()
        definition = table.definition
        fields = table.mapped.values()
        self._documents = [name for name in fields if definition.type_of(name) is FieldType.ID_NUMBER]
        names = [*_META, *(f"c{i}" for i in range(len(table.header)))]
        kinds = [pa.int64(), *[pa.string()] * (len(names) - 1)]
        header = {HEADER: json.dumps(table.header, ensure_ascii=False).encode()}
        self._schema = pa.schema(list(zip(names, kinds, strict=True)), metadata=header)
        # rows are found by the bounds of their number and outcome; those of cells would only have to be read past
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", write_statistics=list(_META))

    @classmethod
    @contextmanager
    def writing(cls, path: Path, table: CheckedTable) -> Iterator[BatchFile]:
        """A batch file that appears under its name only when it is complete."""
        draft = path.with_suffix(".partial")
        file = cls(draft, table)
        try:
            with file._behind:
                yield file
        except BaseException:
            file._writer.close()
            draft.unlink(missing_ok=True)
            raise
        file._writer.close()
        draft.replace(path)

    def add(self, chunk: Chunk, outcomes: Sequence[str]) -> None:
        """Append a chunk with what became of its rows; those that were not read are unchanged."""
        size = len(chunk.numbers)
        outcome = ["unchanged"] * size
        key: list[str | None] = [None] * size if chunk.known is None else chunk.known.to_pylist()
        reasons: list[str | None] = [None] * size
        faults: list[str | None] = [None] * size
        documents: list[str | None] = [None] * size
        for place, row, became in zip(chunk.places, chunk.rows, outcomes, strict=True):
            outcome[place], key[place] = became, row.key
            reasons[place], faults[place] = _dump(row.reasons), _dump(row.faults)
            documents[place] = self._keys(row) if became == "quarantined" else None
        texts = [pa.array(column, pa.string()) for column in (outcome, key, reasons, faults, documents)]
        table = pa.table([chunk.numbers, *texts, *chunk.columns], schema=self._schema)
        if erased := [row.number for row, became in zip(chunk.rows, outcomes, strict=True) if became == ERASED]:
            table = emptied(table, erased)
        self._behind.submit(partial(self._writer.write_table, table, row_group_size=_GROUP_ROWS))
        self.count += size

    def _keys(self, row: Row) -> str | None:
        found = {name: row.content[name] for name in self._documents if name in row.content}
        return json.dumps(found) if found else None


def _dump(faults: tuple[Fault, ...]) -> str | None:
    return json.dumps([asdict(fault) for fault in faults], ensure_ascii=False) if faults else None


def cells(path: Path, numbers: Collection[int]) -> dict[int, dict[str, str | None]]:
    """Row number -> header -> screened text, of the rows that the file has."""
    found: dict[int, dict[str, str | None]] = {}
    with pq.ParquetFile(path) as file:
        header = json.loads(file.schema_arrow.metadata[HEADER])
        names = ["number", *(f"c{i}" for i in range(len(header)))]
        for group in _groups(file, numbers):
            table = file.read_row_group(group, columns=names)
            for row in table.filter(pc.is_in(table["number"], pa.array(numbers, pa.int64()))).to_pylist():
                found[row["number"]] = {name: row[f"c{i}"] for i, name in enumerate(header)}
    return found


def _groups(file: pq.ParquetFile, numbers: Collection[int]) -> Iterator[int]:
    """The row groups in which the rows are; rows stand in ascending order."""
    for group in range(file.num_row_groups):
        bounds = file.metadata.row_group(group).column(0).statistics
        if bounds is None or any(bounds.min <= number <= bounds.max for number in numbers):
            yield group


def rows(path: Path, outcome: str) -> Iterator[dict[str, Any]]:
    """Rows with that outcome: ``{"number", "key", "reasons": [...], "faults": [...], "cells": {...}}``."""
    return _rows(path, pc.field("outcome") == outcome)


def _rows(path: Path, condition: pc.Expression) -> Iterator[dict[str, Any]]:
    header = json.loads(pq.read_schema(path).metadata[HEADER])
    for row in pq.read_table(path, filters=condition).to_pylist():
        yield {
            "number": row["number"],
            "key": row["key"],
            "reasons": json.loads(row["reasons"] or "[]"),
            "faults": json.loads(row["faults"] or "[]"),
            "cells": {name: row[f"c{i}"] for i, name in enumerate(header)},
        }
