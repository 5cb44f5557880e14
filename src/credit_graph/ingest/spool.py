"""First pass over a table: find its header, screen every cell, and keep the rows on disk as text.

Nothing unscreened leaves this module: personal documents become keys here, everything else is masked.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from credit_graph.errors import InputError
from credit_graph.ingest.files import SourceFile
from credit_graph.ingest.persons import document_key
from credit_graph.ingest.recognise import Match, recognise
from credit_graph.ingest.screening import mask, screen_column, screen_text
from credit_graph.ingest.tables import Cells, RawTable
from credit_graph.ingest.values import clean
from credit_graph.model.definition import Definition
from credit_graph.model.identifiers import citizen_id_fault, looks_like_citizen_id, normalise
from credit_graph.model.kinds import SUBJECT_FIELDS, FieldType

CHUNK = 20_000
_SEARCHED = 30  # rows in which the header is looked for
_NOTES = (
    "合计",
    "总计",
    "小计",
    "注",
    "说明",
    "备注",
    "制表",
    "填表",
    "审核",
    "单位负责人",
    "数据来源",
    "导出",
    "截至",
)


@dataclass(slots=True)
class Spool:
    """A screened table on disk. Columns: ``number``, ``extra`` (cells beyond the header), ``c0`` …, ``k:FIELD``."""

    path: Path
    match: Match
    header: list[str]  # screened
    fields: list[str | None]  # per column
    read: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def spool(
    raw: RawTable,
    file: SourceFile,
    definitions: Mapping[str, Definition],
    source: str | None,
    secret: bytes,
    work: Path,
) -> Spool:
    """Read, screen and keep one table. Raises ``InputError``: unrecognised, ambiguous, damaged, too_large."""
    rows = enumerate(raw.rows(), start=1)
    number, header, match = _find_header(list(islice(rows, _SEARCHED)), file, definitions, source)
    name = hashlib.sha256(f"{file.path}\x1f{file.member}\x1f{raw.sheet}".encode()).hexdigest()[:16]
    fields = [match.mapped.get(text) for text in header]
    result = Spool(work / f"{name}.parquet", match, [screen_text(text) for text in header], fields)
    writer = _Writer(result, secret)
    with writer:
        for row_number, cells in enumerate(raw.rows(), start=1):
            if row_number < number:
                result.skipped["title"] += any(clean(cell) for cell in cells)
            elif row_number > number:
                writer.add(row_number, cells)
    return result


def _find_header(
    rows: list[tuple[int, Cells]],
    file: SourceFile,
    definitions: Mapping[str, Definition],
    source: str | None,
) -> tuple[int, list[str], Match]:
    """The first row that a definition fits; titles above a table fit none."""
    refused: InputError | None = None
    for number, cells in rows:
        header = [cell or "" for cell in cells]
        while header and not header[-1].strip():
            header.pop()
        if sum(bool(text.strip()) for text in header) < 2:
            continue
        try:
            return number, header, recognise(header, definitions, source, path=file.label)
        except InputError as error:
            refused = refused or error
            if error.code == "input.ambiguous":
                raise
    if refused is not None:
        raise refused
    raise InputError("input.not_a_table", path=file.label, why="没有表头 / no header")


class _Writer:
    """Writes chunks of screened rows; holds back trailing rows that look like totals and notes."""

    def __init__(self, result: Spool, secret: bytes) -> None:
        self.result = result
        self.width = len(result.header)
        self.secret = secret
        definition, fields = result.match.definition, result.fields
        types = [definition.type_of(name) if name else None for name in fields]
        self.subject = [i for i, name in enumerate(fields) if name in SUBJECT_FIELDS]
        self.documents = {i: str(fields[i]) for i, kind in enumerate(types) if kind is FieldType.ID_NUMBER}
        self.registrations = {i for i, kind in enumerate(types) if kind is FieldType.REGISTRATION_NUMBER}
        self.rows: list[tuple[int, Cells, str | None]] = []
        self.held: list[tuple[int, Cells]] = []
        names = ["number", "extra", *(f"c{i}" for i in range(self.width))]
        kinds = [pa.int64(), *[pa.string()] * (self.width + 1)]
        for name in self.documents.values():
            names += [f"k:{name}", f"f:{name}"]
            kinds += [pa.string(), pa.string()]
        self.schema = pa.schema(list(zip(names, kinds, strict=True)))

    def __enter__(self) -> _Writer:
        self.file = pq.ParquetWriter(self.result.path, self.schema, compression="zstd")
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is None:
            self.result.skipped["note"] += len(self.held)
            self._flush()
        self.file.close()

    def add(self, number: int, cells: Cells) -> None:
        if not any(clean(cell) for cell in cells):
            self.result.skipped["blank"] += bool(cells)
            return
        if self._is_note(cells):
            self.held.append((number, cells))
            return
        for held_number, held_cells in self.held:  # it was no end of the table after all
            self._keep(held_number, held_cells)
        self.held.clear()
        self._keep(number, cells)

    def _is_note(self, cells: Cells) -> bool:
        """A total or note: no subject code and words that tables end with."""
        first = next((clean(cell) for cell in cells if clean(cell)), "")
        codes = [clean(cells[i]) for i in self.subject if i < len(cells)]
        filled = [code for code in codes if code and code != first]
        return first.lstrip("（(【*").startswith(_NOTES) and not any(len(code) > 8 for code in filled)

    def _keep(self, number: int, cells: Cells) -> None:
        extra = [cell for cell in cells[self.width :] if clean(cell)]
        padded = [*cells[: self.width], *[None] * (self.width - len(cells))]
        self.rows.append((number, padded, "\n".join(map(str, extra)) or None))
        self.result.read += 1
        if len(self.rows) >= CHUNK:
            self._flush()

    def _flush(self) -> None:
        if not self.rows:
            return
        columns: dict[str, pa.Array] = {
            "number": pa.array([number for number, _, _ in self.rows], type=pa.int64()),
            "extra": screen_column(pa.array([extra for _, _, extra in self.rows], type=pa.string()))[0],
        }
        for i in range(self.width):
            cells = pa.array([cells[i] or None for _, cells, _ in self.rows], type=pa.string())
            if name := self.documents.get(i):
                cells, columns[f"k:{name}"], columns[f"f:{name}"] = self._documents(cells)
            columns[f"c{i}"], _ = screen_column(cells, registration=i in self.registrations)
        self.file.write_table(pa.table([columns[name] for name in self.schema.names], schema=self.schema))
        self.rows.clear()

    def _documents(self, cells: pa.Array) -> tuple[pa.Array, pa.Array, pa.Array]:
        """Personal documents as masks, keys and faults."""
        found = [_document(cell, self.secret) for cell in cells.to_pylist()]
        masks, keys, faults = zip(*found, strict=True)
        return tuple(pa.array(part, type=pa.string()) for part in (masks, keys, faults))


def _document(cell: str | None, secret: bytes) -> tuple[str | None, str | None, str | None]:
    """Mask, key and fault of one document number; an invalid citizen ID gets no key."""
    number = normalise(clean(cell))
    if not number:
        return None, None, None
    if "*" in number:  # masked by its source
        return screen_text(number), None, None
    if looks_like_citizen_id(number):
        fault = citizen_id_fault(number)
        return mask(number), None if fault else document_key(secret, number), "id_invalid" if fault else None
    if not 5 <= len(number) <= 30 or not number.isascii():
        return mask(number), None, "id_invalid"
    return mask(number), document_key(secret, number), None


def chunks(path: Path) -> Iterator[pa.Table]:
    """The spooled rows, chunk by chunk."""
    with pq.ParquetFile(path) as source:
        for group in range(source.num_row_groups):
            yield source.read_row_group(group)
