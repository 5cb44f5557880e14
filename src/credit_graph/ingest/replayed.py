"""Rows of earlier deliveries, read from their batch files and checked again, as they are or with corrected cells."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from credit_graph.errors import InputError
from credit_graph.ingest.batchfile import HEADER
from credit_graph.ingest.checked import SpooledTable
from credit_graph.ingest.digests import DIGEST, row_digests
from credit_graph.ingest.persons import read_document
from credit_graph.ingest.recognise import match
from credit_graph.ingest.rows import Chunk, Fault
from credit_graph.ingest.screening import MASK, screen_column
from credit_graph.ingest.spool import Spool
from credit_graph.ingest.standing import Standing
from credit_graph.ingest.units import decide_units
from credit_graph.ingest.values import clean
from credit_graph.model.definition import Definition
from credit_graph.model.kinds import FieldType

MASKED = "id_masked"
_SAID = ("number", "outcome", "key", "reasons", "documents")  # columns of a batch file
_CHUNK_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row as its batch file keeps it: screened, with the person keys of the documents that it named."""

    number: int
    outcome: str
    key: str | None
    reasons: tuple[Fault, ...]
    header: tuple[str, ...]
    cells: tuple[str, ...]
    documents: Mapping[str, str]  # field -> person key
    corrected: frozenset[int] = frozenset()  # columns whose cells were replaced by unscreened ones

    @property
    def broken(self) -> str | None:
        """The text of a row that does not fit its header, as long as nobody corrected it."""
        shape = next((fault.value for fault in self.reasons if fault.reason == "row_shape"), None)
        return None if self.corrected else shape

    def with_cells(self, given: Mapping[str, str]) -> StoredRow:
        """The row with other cells in the named columns; columns that are not named stay."""
        cells = tuple(given.get(name, cell) for name, cell in zip(self.header, self.cells, strict=True))
        changed = {i for i, (old, new) in enumerate(zip(self.cells, cells, strict=True)) if old != new}
        return replace(self, cells=cells, corrected=frozenset(changed))


def stored_rows(path: Path, condition: pc.Expression | None = None) -> Iterator[StoredRow]:
    """Rows of a batch file, in file order."""
    header = tuple(json.loads(pq.read_schema(path).metadata[HEADER]))
    names = [f"c{i}" for i in range(len(header))]
    for chunk in pq.read_table(path, filters=condition).to_batches(max_chunksize=_CHUNK_ROWS):
        columns = [_shared(pc.fill_null(chunk.column(name), "").dictionary_encode()) for name in names]
        said = zip(*(chunk.column(name).to_pylist() for name in _SAID), zip(*columns, strict=True), strict=True)
        for number, outcome, key, reasons, documents, cells in said:
            yield StoredRow(
                number=number,
                outcome=outcome,
                key=key,
                reasons=tuple(Fault(**reason) for reason in json.loads(reasons or "[]")),
                header=header,
                cells=cells,
                documents=json.loads(documents or "{}"),
            )


def _shared(column: pa.DictionaryArray) -> list[str]:
    """The texts of a column; those that are equal are one object."""
    texts = column.dictionary.to_pylist()
    return [texts[place] for place in column.indices.to_pylist()]


class ReplayedTable(SpooledTable):
    """Stored rows as a checked table. Which of them count, and why others don't, may be said after a first reading."""

    numbers: frozenset[int]  # of all rows
    verdicts: dict[int, Fault]  # row -> why it stays refused though its cells are right
    left_out: set[int]  # rows that the table is read without

    def chunks(self, standing: Standing | None = None, only: Collection[int] | None = None) -> Iterator[Chunk]:
        """The rows that are not left out, every one of them read; the same as long as verdicts stay."""
        wanted = sorted((self.numbers if only is None else set(only)) - self.left_out)
        for chunk in super().chunks(only=wanted):
            for row in chunk.rows:
                if verdict := self.verdicts.get(row.number):
                    row.status, row.reasons, row.faults = "quarantined", (verdict,), ()
            yield chunk

    def outline(self, standing: Standing | None = None) -> Iterator[Chunk]:
        """As ``chunks``."""
        return self.chunks()


def replayed_table(
    rows: Sequence[StoredRow],
    definition: Definition,
    *,
    secret: bytes,
    spool: Path,
    path: str,
    units: Mapping[str, str],
    as_of: date | None,
    scope_given: str | None,
) -> ReplayedTable:
    """Rows of one batch, all of one header, checked again by a definition; ``spool`` is the file that they go through.

    Corrected cells are screened, and their documents become keys, as on entry. A document that only its mask is left of
    is a fault (``id_masked``). ``units``, ``as_of`` and ``scope_given`` are those of the delivery.
    Raises ``InputError``: unrecognised (the definition no longer reads this header), unit_undecided.
    """
    header = rows[0].header
    found = match(header, definition)
    if not found.fits:
        raise InputError("input.unrecognised", path=path, why=found.fault())
    kept = Spool(spool, found, list(header), [found.mapped.get(name) for name in header], read=len(rows))
    _write(kept, rows, secret)
    table = ReplayedTable(kept, scope_given, path=Path(path), member="", sha256="")
    table.numbers = frozenset(row.number for row in rows)
    table.verdicts, table.left_out = {}, set()
    table.as_of = as_of
    rules = definition.units
    given = {name: unit for name, unit in units.items() if name in rules and unit in rules[name].possible}
    table.units = decide_units(definition, table.mapped, table.counts, given, path)
    return table


def _write(kept: Spool, rows: Sequence[StoredRow], secret: bytes) -> None:
    width = len(kept.header)
    names = [f"c{i}" for i in range(width)] + [f"{p}{i}" for i in kept.documents for p in "kf"]
    texts = ["broken", *names]
    schema = pa.schema([("number", pa.int64()), ("digest", DIGEST), *((name, pa.string()) for name in texts)])
    source = iter(rows)
    with pq.ParquetWriter(kept.path, schema, compression="zstd") as writer:
        while chunk := list(islice(source, _CHUNK_ROWS)):
            columns: dict[str, pa.Array] = {
                "number": pa.array([row.number for row in chunk], type=pa.int64()),
                "broken": screen_column(pa.array([row.broken for row in chunk], type=pa.string())),
            }
            types = [kept.match.definition.type_of(name) if name else None for name in kept.fields]
            for i, kind in enumerate(types):
                cells = pa.array([row.cells[i] for row in chunk], type=pa.string())
                if kind is FieldType.ID_NUMBER:
                    read = zip(*(_document(row, i, kept, secret) for row in chunk), strict=True)
                    parts = [pa.array(part, type=pa.string()) for part in read]
                    columns[f"c{i}"], columns[f"k{i}"], columns[f"f{i}"] = parts
                else:
                    columns[f"c{i}"] = screen_column(
                        cells,
                        registration=kind is FieldType.REGISTRATION_NUMBER,
                        tax=kind is FieldType.TAX_NUMBER,
                    )
            columns["digest"] = row_digests([columns[name] for name in texts])
            writer.write_table(pa.table([columns[name] for name in schema.names], schema=schema))


def _document(row: StoredRow, i: int, kept: Spool, secret: bytes) -> tuple[str, str | None, str | None]:
    """Mask, key and reason of a document: as stored, or as on entry where its cell was corrected."""
    field, cell = str(kept.fields[i]), clean(row.cells[i])
    if not cell or row.broken is not None:
        return row.cells[i], None, None
    if i not in row.corrected:
        if key := row.documents.get(field):
            return cell, key, None
        if MASK in cell:
            return cell, None, MASKED
    said = {name: clean(row.cells[place]) for place, name in enumerate(kept.fields) if name}
    kind = said.get(f"{field}_kind", said.get("id_kind", ""))
    return read_document(secret, cell, kind, said.get("nationality", ""))
