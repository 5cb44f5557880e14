"""First pass over a table: find its header, screen every cell, and keep the rows on disk as text.

Nothing unscreened leaves this module: personal documents become keys here, everything else is masked.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from credit_graph.ingest.digests import DIGEST, row_digests
from credit_graph.ingest.files import SourceFile
from credit_graph.ingest.headline import find_header
from credit_graph.ingest.limits import limits
from credit_graph.ingest.persons import read_document
from credit_graph.ingest.recognise import Match, recognise
from credit_graph.ingest.screening import mask, screen_column
from credit_graph.ingest.tables import Cells, RawTable
from credit_graph.ingest.values import clean
from credit_graph.model.definition import Definition
from credit_graph.model.identifiers import is_credit_code
from credit_graph.model.kinds import SUBJECT_FIELDS, FieldType

CHUNK_ROWS = 4_000
CHUNK_CELLS = 160_000
CHUNK_CHARACTERS = 4_000_000
_SHORTEST_CODE = 9  # a total may stand in a column of codes, a code in a row of totals may not
_DOCUMENT = re.compile(r"(?=[A-Za-z]*[0-9])[A-Za-z0-9]{5,}")
_BOUNDARY = " | "  # between the cells of a row that does not fit the header


@dataclass(slots=True)
class Spool:
    """A screened table on disk.

    Columns: ``number``; ``digest`` of all that follows; ``broken``, the text of a row that does not fit the header;
    ``c0`` … the cells; for each column of personal documents ``k0`` … its person keys and ``f0`` … the reasons why
    there is none.
    """

    path: Path
    match: Match
    header: list[str]  # screened
    fields: list[str | None]  # per column
    read: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def documents(self) -> list[int]:
        """Columns that hold numbers of personal documents."""
        types = [self.match.definition.type_of(name) if name else None for name in self.fields]
        return [i for i, kind in enumerate(types) if kind is FieldType.ID_NUMBER]

    def chunks(self, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """The rows, chunk by chunk."""
        with pq.ParquetFile(self.path) as source:
            for group in range(source.num_row_groups):
                yield source.read_row_group(group, columns=columns)

    def chunk(self, number: int) -> pa.Table:
        """One of the chunks."""
        with pq.ParquetFile(self.path) as source:
            return source.read_row_group(number)


def spool(
    raw: RawTable,
    file: SourceFile,
    definitions: Mapping[str, Definition],
    source: str | None,
    secret: bytes,
    work: Path,
    progress: Callable[[int], None] | None = None,
) -> Spool:
    """Read, screen and keep one table; ``progress`` is told the rows read so far.

    Raises ``InputError``: unrecognised, ambiguous, duplicate_columns, not_a_table, damaged, too_large.
    """
    named = definitions.get(source or "")
    number, header = find_header(raw.rows(), [named] if named else definitions.values(), file.label)
    match = recognise(header, definitions, source, path=file.label)
    place = "\x1f".join((str(file.location), *file.members, raw.sheet)).encode(errors="surrogateescape")
    name = hashlib.sha256(place).hexdigest()[:16]
    fields = [match.mapped.get(text) for text in header]
    result = Spool(work / f"{name}.parquet", match, header, fields)
    with _Writer(result, secret) as writer:
        for row_number, cells in enumerate(raw.rows(), start=1):
            if row_number > number:
                writer.add(row_number, cells)
                if progress and result.read % 10_000 == 0:
                    progress(result.read)
            elif row_number < number and _filled(cells):
                result.skipped["title"] += 1
    return result


def _filled(cells: Cells) -> bool:
    return any(cell and not cell.isspace() for cell in cells)


def _without_documents(cell: str) -> str:
    """The text with everything masked that may be a document's number and is no credit code."""
    return _DOCUMENT.sub(lambda found: found[0] if is_credit_code(found[0].upper()) else mask(found[0]), cell)


class _Writer:
    """Sorts out what is no record, and writes the rows in screened chunks."""

    def __init__(self, result: Spool, secret: bytes) -> None:
        self.result = result
        self.width = len(result.header)
        self.first = next(text for text in result.header if text).split()
        self.least = 1 + max(i for i, text in enumerate(result.header) if text)  # columns without name may be left out
        self.most = max(1, min(CHUNK_ROWS, CHUNK_CELLS // self.width))
        self.rules = limits()
        self.secret = secret
        definition = result.match.definition
        types = [definition.type_of(name) if name else None for name in result.fields]
        self.documents = {i: self._beside(str(result.fields[i])) for i in result.documents}
        self.registrations = {i for i, kind in enumerate(types) if kind is FieldType.REGISTRATION_NUMBER}
        self.taxes = {i for i, kind in enumerate(types) if kind is FieldType.TAX_NUMBER}
        self.subject = [i for i, name in enumerate(result.fields) if name in SUBJECT_FIELDS]
        self.numbers: list[int] = []
        self.rows: list[Cells] = []
        self.broken: list[str | None] = []
        self.characters = 0
        names = [f"c{i}" for i in range(self.width)] + [f"{p}{i}" for i in self.documents for p in "kf"]
        texts = [(name, pa.string()) for name in ("broken", *names)]
        fields = [("number", pa.int64()), ("digest", DIGEST), *texts]
        self.schema = pa.schema(fields)

    def _beside(self, name: str) -> tuple[int | None, int | None]:
        """Columns that say kind and country of the document in a field: ``person_id_kind``, else ``id_kind`` …"""
        columns = {field: i for i, field in enumerate(self.result.fields)}
        kind = columns.get(f"{name}_kind", columns.get("id_kind"))
        return kind, columns.get("nationality")

    def __enter__(self) -> _Writer:
        self.file = pq.ParquetWriter(self.result.path, self.schema, compression="zstd")
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is None:
            self._flush()
        self.file.close()
        if kind is not None:
            self.result.path.unlink(missing_ok=True)

    def add(self, number: int, cells: Cells) -> None:
        first = next((cell for cell in cells if cell and not cell.isspace()), None)
        if first is None:
            self.result.skipped["blank"] += 1
            return
        if aside := self._aside(first, cells):
            self.result.skipped[aside] += 1
            return
        broken = None
        if len(cells) != self.width:
            cells, broken = self._fitted(cells)
        self.numbers.append(number)
        self.rows.append(cells)
        self.broken.append(broken)
        self.result.read += 1
        self.characters += sum(map(len, cells))
        if len(self.rows) >= self.most or self.characters >= CHUNK_CHARACTERS:
            self._flush()

    def _aside(self, first: str, cells: Cells) -> str | None:
        """Whether the row is a total, a note, or the header repeated, and no record."""
        if first.split() == self.first and [" ".join(cell.split()) for cell in cells] == self.result.header:
            return "header"
        for i in self.subject:
            if i < len(cells) and len(cells[i]) >= _SHORTEST_CODE and cells[i] != first:
                return None
        text = "".join(first.split())
        if self.rules.total_row.fullmatch(text):
            return "total"
        return "note" if self.rules.note_row.fullmatch(text) else None

    def _fitted(self, cells: Cells) -> tuple[Cells, str | None]:
        """The cells as many as the header has, and the whole row as text unless only empty cells were too many.

        Where a document's number stands in such a row is not certain: what may be one is masked.
        """
        surplus = len(cells) - self.width
        if surplus > 0 and not _filled(cells[self.width :]):
            return cells[: self.width], None
        if self.least <= len(cells) < self.width:
            return [*cells, *[""] * -surplus], None
        doubtful = {place for i in self.documents for place in range(min(i, i + surplus), max(i, i + surplus) + 1)}
        shown = [_without_documents(cell) if i in doubtful else cell for i, cell in enumerate(cells)]
        return [*shown[: self.width], *[""] * -surplus], _BOUNDARY.join(shown)

    def _flush(self) -> None:
        if not self.rows:
            return
        columns: dict[str, pa.Array] = {
            "number": pa.array(self.numbers, type=pa.int64()),
            "broken": screen_column(pa.array(self.broken, type=pa.string())),
        }
        cells = [pa.array(column, type=pa.string()) for column in zip(*self.rows, strict=True)]
        for i, column in enumerate(cells):
            if i in self.documents:
                columns[f"c{i}"], columns[f"k{i}"], columns[f"f{i}"] = self._read_documents(cells, i)
            else:
                columns[f"c{i}"] = screen_column(column, registration=i in self.registrations, tax=i in self.taxes)
        columns["digest"] = row_digests([columns[name] for name in self.schema.names[2:]])
        self.file.write_table(pa.table([columns[name] for name in self.schema.names], schema=self.schema))
        self.numbers.clear()
        self.rows.clear()
        self.broken.clear()
        self.characters = 0

    def _read_documents(self, cells: list[pa.Array], i: int) -> tuple[pa.Array, pa.Array, pa.Array]:
        """A column of personal documents as masks, person keys and reasons."""
        kinds, countries = (
            cells[place].to_pylist() if place is not None else [""] * len(self.rows) for place in self.documents[i]
        )
        found: list[tuple[str, str | None, str | None]] = []
        for text, kind, country, broken in zip(cells[i].to_pylist(), kinds, countries, self.broken, strict=True):
            number = clean(text)
            if not number or broken is not None:
                found.append((text if broken is not None else "", None, None))
            else:
                found.append(read_document(self.secret, number, clean(kind), clean(country)))
        masks, keys, reasons = (pa.array(part, type=pa.string()) for part in zip(*found, strict=True))
        return masks, keys, reasons
