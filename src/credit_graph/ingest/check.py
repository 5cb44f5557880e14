"""From a file to checked rows: recognised, screened, normalised, every failed check named.

Severity: an unusable key of the subject or an unreadable row quarantines the row; any other failed check sets the
value aside with a fault and keeps the row.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from credit_graph.errors import InputError, UsageError
from credit_graph.ingest.files import SourceFile, fingerprint, unpack
from credit_graph.ingest.limits import limits
from credit_graph.ingest.persons import name_key
from credit_graph.ingest.rows import CheckedTable, Fault, Row
from credit_graph.ingest.screening import screen_text
from credit_graph.ingest.spool import Spool, chunks, spool
from credit_graph.ingest.tables import tables
from credit_graph.ingest.units import decide_units
from credit_graph.ingest.values import Bad, clean, parser
from credit_graph.model.definition import Definition
from credit_graph.model.kinds import SUBJECT_FIELDS, UNKNOWN_PREFIX, FieldType
from credit_graph.model.statement import Value

_PREFIX = {"org_code": "org:", "registration_number": "reg:", "tax_number": "tax:"}
_DOCUMENTS = ("party_id", "person_id", "holder_id")
_NAMES = ("person_name", "holder_name", "legal_representative")
_PERSON = "自然人"  # 行政相对人类别


def check_file(
    file: SourceFile,
    definitions: Mapping[str, Definition],
    *,
    source: str | None = None,
    units: Mapping[str, str] | None = None,
    as_of: date | None = None,
    scope_given: str | None = None,
    secret: bytes,
    work: Path,
    today: date,
) -> list[CheckedTable]:
    """The tables of a file (of every member of an archive, of every sheet that a definition fits).

    ``units``: header or field -> unit; ``as_of``: the day that the file speaks of, else by the definition's pattern
    of the file name, else None. Raises ``InputError`` where the file is refused.
    """
    found: list[CheckedTable] = []
    for part in unpack(file, work):
        sha256 = fingerprint(part)
        found += _tables(part, sha256, definitions, source, units or {}, as_of, scope_given, secret, work, today)
        if fingerprint(part) != sha256:
            raise InputError("input.changed", path=part.label)
    return found


def _tables(
    file: SourceFile,
    sha256: str,
    definitions: Mapping[str, Definition],
    source: str | None,
    units: Mapping[str, str],
    as_of: date | None,
    scope_given: str | None,
    secret: bytes,
    work: Path,
    today: date,
) -> list[CheckedTable]:
    result: list[CheckedTable] = []
    refused: InputError | None = None
    for raw in tables(file):
        try:
            kept = spool(raw, file, definitions, source, secret, work)
        except InputError as error:
            if error.code not in {"input.unrecognised", "input.not_a_table"}:
                raise
            refused = refused or error
            continue
        name = sha256 if not raw.sheet else hashlib.sha256(f"{sha256}\x1f{raw.sheet}".encode()).hexdigest()
        table = SpooledTable(file, raw.sheet, kept, name, units, scope_given)
        table.as_of = _as_of(file, table.definition, as_of, today)
        result.append(table)
    if not result:
        raise refused or InputError("input.empty", path=file.label)
    return result


def _as_of(file: SourceFile, definition: Definition, given: date | None, today: date) -> date | None:
    """The day that the file speaks of; never from the file system."""
    found = re.search(definition.as_of, file.member or file.path.name) if definition.as_of and not given else None
    if found:
        digits = re.sub(r"\D", "", found[1] if found.groups() else found[0])
        try:
            given = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
        except ValueError:
            return None
    if given is not None and given > today:
        raise UsageError("usage.future", day=given)
    return given


class SpooledTable(CheckedTable):
    """A checked table whose screened rows lie on disk; ``rows()`` types them chunk by chunk."""

    def __init__(
        self,
        file: SourceFile,
        sheet: str,
        kept: Spool,
        sha256: str,
        units: Mapping[str, str],
        scope_given: str | None,
    ) -> None:
        definition = kept.match.definition
        super().__init__(
            path=Path(file.label) if file.member else file.path,
            member=sheet,
            definition=definition,
            sha256=sha256,
            header=kept.header,
            mapped={kept.header[i]: field for i, field in enumerate(kept.fields) if field},
            ignored=[screen_text(text) for text in kept.match.ignored],
            unmapped=[screen_text(text) for text in kept.match.unmapped],
            units={},
            as_of=None,
            read=kept.read,
            skipped=dict(kept.skipped),
            spool=kept.path,
        )
        if kept.read < definition.expect.min:
            raise InputError("input.too_few_rows", path=file.label, rows=kept.read, minimum=definition.expect.min)
        self._fields = {i: field for i, field in enumerate(kept.fields) if field}
        self._scope_given = scope_given
        self.units = decide_units(definition, self.mapped, self._amounts(), units, file.label)
        self._parsers = {
            i: parser(definition.type_of(field), definition.columns[field], self.units.get(field))
            for i, field in self._fields.items()
            if definition.type_of(field) is not FieldType.ID_NUMBER
        }

    def _amounts(self) -> dict[str, list[str | None]]:
        """Cells of the amount columns, for the decision on their unit."""
        wanted = {i: field for i, field in self._fields.items() if self.definition.type_of(field) is FieldType.AMOUNT}
        cells: dict[str, list[str | None]] = {field: [] for field in wanted.values()}
        if wanted:
            for chunk in chunks(self.spool):
                for i, field in wanted.items():
                    cells[field] += chunk.column(f"c{i}").to_pylist()
        return cells

    def rows(self) -> Iterator[list[Row]]:
        """Chunks of checked rows in file order; the same on each call."""
        for chunk in chunks(self.spool):
            yield self._type(chunk)

    def _type(self, chunk: pa.Table) -> list[Row]:
        cells = [chunk.column(f"c{i}").to_pylist() for i in range(len(self.header))]
        parsed = {i: _parse(chunk.column(f"c{i}"), read) for i, read in self._parsers.items()}
        documents = {
            i: (field, chunk.column(f"k:{field}").to_pylist(), chunk.column(f"f:{field}").to_pylist())
            for i, field in self._fields.items()
            if i not in self._parsers
        }
        extras = chunk.column("extra").to_pylist()
        result = []
        for place, number in enumerate(chunk.column("number").to_pylist()):
            row = Row(number, "ok", [column[place] for column in cells])
            bad: dict[str, Fault] = {}
            for i, values in parsed.items():
                self._take(row, i, values[place], bad)
            for i, (field, keys, faults) in documents.items():
                if faults[place]:
                    bad[field] = Fault(self.header[i], field, faults[place], row.cells[i] or "")
                elif keys[place]:
                    row.content[field] = keys[place]
            self._settle(row, bad, extras[place])
            result.append(row)
        return result

    def _take(self, row: Row, i: int, value: Value | Bad | None, bad: dict[str, Fault]) -> None:
        field = self._fields[i]
        if isinstance(value, Bad):
            shown = clean(row.cells[i]) + (f" → {value.hint}?" if value.hint else "")
            bad[field] = Fault(self.header[i], field, value.reason, shown)
        elif value is not None and value != "":
            row.content[field] = value

    def _settle(self, row: Row, bad: dict[str, Fault], extra: str | None) -> None:
        """Find subject, key, scope and person of the row; decide on its severity."""
        definition = self.definition
        self._subject(row, bad)
        row.scope = self._scope(row)
        if extra is not None:
            self._quarantine(row, [Fault("", "", "row_shape", extra)])
            return
        if row.reasons:
            self._quarantine(row, list(row.reasons))
            return
        keys = {name for name in definition.key if name != "subject"}
        if not bad and not set(row.content) - set(SUBJECT_FIELDS):
            row.status = "empty"
            row.key = row.eid if not keys else None
            return
        missing = [name for name in keys if name not in row.content]
        if missing:
            header = {field: self.header[i] for i, field in self._fields.items()}
            self._quarantine(
                row, [bad.get(name) or Fault(header.get(name, name), name, "key_missing", "") for name in missing]
            )
            return
        row.key = "|".join(self._key_part(row, name) for name in definition.key)
        self._interval(row, bad)
        row.faults = tuple(bad[name] for name in sorted(bad))
        self._person(row)

    def _interval(self, row: Row, bad: dict[str, Fault]) -> None:
        """An end before the beginning is set aside: nothing may be concluded from it, a hold neither."""
        start, end = (row.content.get(name or "") for name in (self.definition.valid.start, self.definition.valid.end))
        if isinstance(start, date) and isinstance(end, date) and end < start:
            field = str(self.definition.valid.end)
            header = next(self.header[i] for i, name in self._fields.items() if name == field)
            bad[field] = Fault(header, field, "interval_reversed", end.isoformat())
            del row.content[field]

    def _quarantine(self, row: Row, reasons: list[Fault]) -> None:
        row.status = "quarantined"
        row.reasons = tuple(reasons)
        names = self.definition.key
        if all((name == "subject" and row.eid) or name in row.content for name in names):
            row.key = "|".join(self._key_part(row, name) for name in names)

    def _key_part(self, row: Row, name: str) -> str:
        if name != "subject":
            value = row.content[name]
            return value.isoformat() if isinstance(value, date) else str(value)
        if row.eid is not None:
            return row.eid
        return "person:" + hashlib.sha256(str(row.pid).encode()).hexdigest()[:16]

    def _subject(self, row: Row, bad: dict[str, Fault]) -> None:
        """The enterprise that the row names by its best identifier, or the natural person that it is about."""
        content = row.content
        party = content.get("party_id")
        if _PERSON in str(content.get("party_kind", "")) and "credit_code" not in content and party:
            row.pid = str(party)
            return
        if "credit_code" in bad:
            row.reasons = (bad["credit_code"],)
        elif "credit_code" in content:
            row.eid = str(content["credit_code"])
        else:
            named = next((field for field in _PREFIX if field in content), None)
            if named:
                row.eid = _PREFIX[named] + str(content[named])
            elif "name" in content:
                row.eid = UNKNOWN_PREFIX + hashlib.sha256(str(content["name"]).encode()).hexdigest()[:16]
            else:
                unusable = [bad[field] for field in SUBJECT_FIELDS if field in bad]
                row.reasons = tuple(unusable) or (Fault("", "subject", "subject_missing", ""),)

    def _scope(self, row: Row) -> str:
        columns = self.definition.scope
        if isinstance(columns, tuple):
            return ",".join(f"{name}={row.content.get(name, '')}" for name in columns)
        return self._scope_given or ""

    def _person(self, row: Row) -> None:
        """The person that the row names: by document, else one per (firm, name)."""
        if row.pid is not None:
            return
        content = row.content
        document = next((str(content[field]) for field in _DOCUMENTS if field in content), None)
        name = next((str(content[field]) for field in _NAMES if field in content), None)
        if name is None or "holder_code" in content or is_organisation(name):
            return
        row.pid = document or (name_key(row.eid, name) if row.eid else None)


def is_organisation(name: str) -> bool:
    """Whether a holder's name is that of an organisation (words in ``policies/loading.yml``)."""
    return any(word in name for word in limits().organisation_words)


def _parse(column: Any, read: Callable[[str], Value | None]) -> list[Value | Bad | None]:
    """Each distinct cell is parsed once."""
    encoded = column.combine_chunks().dictionary_encode()
    values: list[Value | Bad | None] = []
    for cell in encoded.dictionary.to_pylist():
        text = clean(cell)
        try:
            values.append(read(text) if text else None)
        except Bad as bad:
            values.append(bad)
    return [None if i is None else values[i] for i in encoded.indices.to_pylist()]
