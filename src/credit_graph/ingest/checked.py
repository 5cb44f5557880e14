"""A screened table as checked rows: typed, normalised, every failed check named.

Severity: an unusable key of the subject or an unreadable row quarantines the row; any other failed check sets the
value aside with a fault and keeps the row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.ingest.columns import Read, read_column
from credit_graph.ingest.rows import CheckedTable, Chunk, ChunkCells, Fault, Row
from credit_graph.ingest.spool import Spool
from credit_graph.ingest.standing import Standing
from credit_graph.ingest.subjects import SUBJECT_INPUTS, key_part, name_person, name_subject
from credit_graph.ingest.values import RENMINBI, Bad, amount, fold, reader, withheld
from credit_graph.model.kinds import SUBJECT_FIELDS, FieldType

_SHOWN = 200  # characters of a cell that a fault repeats; the whole cell is in the batch file
_Fields = dict[int, str]  # column -> field
_Readers = dict[int, Callable[[str], Any]]
CURRENCY = "currency"  # the field that says in what money a record's amounts are


class SpooledTable(CheckedTable):
    """A checked table whose screened rows lie on disk; ``rows()`` types them chunk by chunk."""

    def __init__(self, kept: Spool, scope_given: str | None, *, path: Path, member: str, sha256: str) -> None:
        super().__init__(
            path=path,
            member=member,
            definition=kept.match.definition,
            sha256=sha256,
            header=kept.header,
            mapped={kept.header[i]: field for i, field in enumerate(kept.fields) if field},
            ignored=kept.match.ignored,
            unmapped=kept.match.unmapped,
            units={},
            as_of=None,
            read=kept.read,
            skipped=dict(kept.skipped),
            spool=kept.path,
        )
        self._kept = kept
        self._scope_given = scope_given
        self._fields = {i: field for i, field in enumerate(kept.fields) if field}
        self._columns = {field: i for i, field in self._fields.items()}

    def counts(self, field: str) -> Counter[str]:
        """The distinct screened cells of a field, and how often each stands."""
        name = f"c{self._columns[field]}"
        result: Counter[str] = Counter()
        for chunk in self._kept.chunks([name]):
            for pair in pc.value_counts(chunk.column(name)).to_pylist():
                result[pair["values"]] += pair["counts"]
        return result

    def chunks(self, standing: Standing | None = None, only: Collection[int] | None = None) -> Iterator[Chunk]:
        """The table in pieces, in file order; the same on each call."""
        readers = self._readers(self._fields)
        for part in self._kept.chunks():
            wanted = part if only is None else part.filter(pc.is_in(part["number"], pa.array(only, pa.int64())))
            if wanted.num_rows or only is None:
                yield self._chunk(wanted, standing, partial(self._rows, fields=self._fields, readers=readers))

    def outline(self, standing: Standing | None = None) -> Iterator[Chunk]:
        """As ``chunks``, with rows read just as far as their status, key and scope need."""
        named = {*SUBJECT_INPUTS, *self.definition.key, *self.definition.scope, self.definition.joined_by}
        fields = {i: field for i, field in self._fields.items() if field in named}
        some, every = self._readers(fields), self._readers(self._fields)
        documents = {i for i in self._kept.documents if i in fields}
        columns = [*(f"c{i}" for i in fields), *(f"{part}{i}" for i in documents for part in "kf")]
        for number, part in enumerate(self._kept.chunks(["number", "digest", "broken", *columns])):
            whole = partial(self._kept.chunk, number)
            yield self._chunk(part, standing, partial(self._outlined, whole, fields=fields, some=some, every=every))

    def _chunk(self, part: pa.Table, standing: Standing | None, read: Callable[[pa.Table], list[Row]]) -> Chunk:
        columns = self._cells(part)
        digests = part["digest"].combine_chunks() if "digest" in part.column_names else None
        numbers = part["number"].combine_chunks()
        if standing is None or digests is None:
            return Chunk(numbers, columns, read(part), range(part.num_rows), digests)
        found = standing.find(digests)
        unread = pc.is_null(found)
        known = standing.table["key"].take(found).combine_chunks()
        scopes = standing.table["scope"].take(found.drop_null()).unique().to_pylist()
        places = pc.indices_nonzero(unread).to_pylist()
        return Chunk(numbers, columns, read(part.filter(unread)), places, digests, known, frozenset(scopes))

    def _cells(self, part: pa.Table) -> list[pa.Array]:
        """The screened cells by column; none for a column that was not read."""
        names = [f"c{i}" for i in range(len(self.header))]
        found = set(part.column_names)
        return [part.column(name).combine_chunks() if name in found else None for name in names]

    def _outlined(
        self, whole: Callable[[], pa.Table], part: pa.Table, fields: _Fields, some: _Readers, every: _Readers
    ) -> list[Row]:
        """Rows by their subject, key and scope; those that may be empty or have no key are read in full."""
        rows = self._rows(part, fields, some)
        doubtful = [i for i, row in enumerate(rows) if row.key is None or row.content.keys() <= SUBJECT_FIELDS.keys()]
        if doubtful:
            every_row = whole()
            wanted = pc.is_in(every_row["number"], value_set=pa.array([rows[i].number for i in doubtful], pa.int64()))
            for i, row in zip(doubtful, self._rows(every_row.filter(wanted), self._fields, every), strict=True):
                rows[i] = row
        return rows

    def _readers(self, fields: _Fields) -> _Readers:
        documents = set(self._kept.documents)
        return {i: self._reader(field) for i, field in fields.items() if i not in documents}

    def _reader(self, field: str) -> Callable[[str], Any]:
        kind = self.definition.type_of(field)
        if kind is FieldType.AMOUNT:
            unit = self.units[field]
            return lambda text: None if withheld(text) else amount(text, unit)
        return reader(kind, self.definition.columns[field])

    def _rows(self, chunk: pa.Table, fields: _Fields, readers: _Readers) -> list[Row]:
        cells = self._cells(chunk)
        values: list[list[Any]] = []
        bad: dict[int, dict[str, Fault]] = {}
        currencies: dict[int, dict[str, str]] = {}
        for i, field in fields.items():
            if i not in readers:
                found = self._documents(chunk, cells[i], i)
            else:
                corrected = bool(self.definition.columns[field].values)
                found = read_column(cells[i], readers[i], self.definition.type_of(field), corrected=corrected)
            if self.definition.type_of(field) is FieldType.AMOUNT:
                found.values = self._amounts(found.values, field, currencies)
            values.append(found.values)
            for place, (text, fault) in found.bad.items():
                shown = f"{text[:_SHOWN]} → {fault.hint}?" if fault.hint else text[:_SHOWN]
                bad.setdefault(place, {})[field] = Fault(self.header[i], field, fault.reason, shown)
        numbers = chunk.column("number").to_pylist()
        names = list(fields.values())
        result = [
            Row(
                number,
                "ok",
                ChunkCells(cells, place),
                content={n: v for n, v in zip(names, row, strict=True) if v is not None},
            )
            for place, (number, row) in enumerate(zip(numbers, zip(*values, strict=True), strict=True))
        ]
        for place, named in currencies.items():
            self._currency(result[place], named, bad.setdefault(place, {}))
        for row, broken, place in zip(result, chunk.column("broken").to_pylist(), range(len(result)), strict=True):
            self._settle(row, bad.get(place) or {}, broken)
        return result

    def _documents(self, chunk: pa.Table, masks: pa.Array, i: int) -> Read:
        """Person keys, and the masked numbers that have none."""
        result = Read(chunk.column(f"k{i}").to_pylist())
        for place, reason in enumerate(chunk.column(f"f{i}").to_pylist()):
            if reason is not None:
                result.bad[place] = (masks[place].as_py(), Bad(reason))
        return result

    @staticmethod
    def _amounts(found: list[Any], field: str, currencies: dict[int, dict[str, str]]) -> list[int | None]:
        """The amounts; the currencies that cells name are noted by row."""
        for place, pair in enumerate(found):
            if pair is not None and pair[1] is not None:
                currencies.setdefault(place, {})[field] = pair[1]
        return [None if pair is None else pair[0] for pair in found]

    def _currency(self, row: Row, named: dict[str, str], bad: dict[str, Fault]) -> None:
        """Amounts whose cell names their currency: it must be that of the row, and be said in the record."""
        for field, currency in named.items():
            stated = row.content.get(CURRENCY)
            if stated is None and currency != RENMINBI and CURRENCY in self.definition.record_kind.fields:
                row.content[CURRENCY] = currency
                continue
            if (stated is None and currency == RENMINBI) or fold(str(stated)) == fold(currency):
                continue
            reason = "currency_unknown" if stated is None else "currency_conflict"
            i = self._columns[field]
            bad[field] = Fault(self.header[i], field, reason, row.cells[i] or "")
            del row.content[field]

    def _settle(self, row: Row, bad: dict[str, Fault], broken: str | None) -> None:
        """Find subject, key, scope and person of the row; decide on its severity."""
        kind = self.definition.record_kind
        unusable = name_subject(row, bad, self.definition.joined_by, on_person=kind.on_person)
        row.scope = self._scope(row)
        missing = [name for name in self.definition.key if name != "subject" and name not in row.content]
        if not unusable and not missing:
            row.key = "|".join(key_part(row, name) for name in self.definition.key)
        if broken is not None:
            row.reasons = (Fault("", "", "row_shape", broken),)
        elif unusable:
            row.reasons = tuple(unusable)
        elif not bad and row.content.keys() <= SUBJECT_FIELDS.keys():
            row.status = "empty"
        elif missing:
            row.reasons = tuple(bad.get(name) or self._missing(name) for name in missing)
        else:
            self._check_interval(row, bad)
            row.faults = tuple(bad[name] for name in sorted(bad)) if bad else ()
            row.content.update(self.definition.constants)
            name_person(row)
        if row.reasons:
            row.status = "quarantined"

    def _check_interval(self, row: Row, bad: dict[str, Fault]) -> None:
        """An end before the beginning is set aside: nothing may be concluded from it, a hold neither."""
        valid = self.definition.valid
        if not valid.start or not valid.last:
            return
        start, end = row.content.get(valid.start), row.content.get(valid.last)
        if isinstance(start, date) and isinstance(end, date) and end < start:
            column = self.header[self._columns[valid.last]]
            bad[valid.last] = Fault(column, valid.last, "interval_reversed", f"{start} – {end}")
            del row.content[valid.last]

    def _missing(self, field: str) -> Fault:
        column = self.header[self._columns[field]] if field in self._columns else field
        return Fault(column, field, "key_missing", "")

    def _scope(self, row: Row) -> str:
        columns = self.definition.scope
        if not isinstance(columns, tuple):
            return self._scope_given or ""
        return ",".join(f"{name}={_plain(row.content.get(name, ''))}" for name in columns)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
