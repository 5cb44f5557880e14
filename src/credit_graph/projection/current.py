"""The current view of every enterprise at once: ``view.enterprise_view`` by the same rules, in columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.projection.begun import Begun
from credit_graph.projection.columns import days, record_frame, schema
from credit_graph.projection.names import normal_names
from credit_graph.projection.view import ANY, FieldSource, Precedence, PrecedenceRow, precedence

KIND_FIELDS = {"entity_type", "credit_code"}  # what entity_kind is made of
_TEXT = pa.large_string()
Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]


def current_view(
    begun: Mapping[str, Begun], firms: pa.Array, rules: Precedence, day: date, only: Collection[str] | None = None
) -> pa.Table:
    """Per enterprise (``eid``, ascending) the fields of the precedence row (all, or those that ``only`` names) and, if
    all it is made of is there, ``entity_kind``.

    ``firms``: every enterprise that any known statement speaks of; each has a row. A field that no visible statement
    in use says is missing.
    """
    fields = rules.on(day).fields
    said = {kind: Said(part, firms) for kind, part in begun.items()}
    wanted = {field: sources for field, sources in fields.items() if only is None or field in only}
    columns = {field: _shown(field, sources, said, len(firms))[0] for field, sources in wanted.items()}
    if columns.keys() >= KIND_FIELDS:
        columns["entity_kind"] = _entity_kinds(columns["entity_type"], columns["credit_code"], rules)
    return pa.table({"eid": firms, **columns})


def shown_statements(said: Mapping[str, Said], firms: pa.Array, field: str, day: date) -> pd.Series:
    """Per enterprise the statement whose value of the field the view shows: eid -> sid."""
    parts = [
        (at, said[kind].columns["sid"].take(pa.array(rows))) for kind, at, rows in shown_rows(said, firms, field, day)
    ]
    told = pa.table(
        {
            "eid": pa.chunked_array([firms.take(pa.array(at)) for at, _ in parts], _TEXT),
            "sid": pa.chunked_array([chunk for _, sids in parts for chunk in sids.chunks], _TEXT),
        }
    )
    return record_frame(told.sort_by("eid")).set_index("eid")["sid"]


def shown_rows(said: Mapping[str, Said], firms: pa.Array, field: str, day: date) -> list[tuple[str, Rows, Rows]]:
    """By kind the places of the enterprises whose value of the field the view shows by a statement of that kind,
    ascending, and the rows of these statements."""
    _, told = _shown(field, precedence().on(day).fields[field], said, len(firms))
    if told is None:
        return []
    number, row = (told[name].fill_null(-1).to_numpy() for name in ("kind", "row"))
    kinds = list(said)
    parts = [(kinds[kind], np.flatnonzero(number == kind)) for kind in np.unique(number) if kind >= 0]
    return [(kind, at, row[at]) for kind, at in parts]


def current_names(begun: Mapping[str, Begun], firms: pa.Array, enterprises: pa.Table) -> pa.Table:
    """Every name that a record gives an enterprise up to the day: eid, name, normal, current (bool).

    ``enterprises``: the view of ``firms``.
    """
    shown = enterprises["name"].combine_chunks()
    named = pa.table({"firm": np.flatnonzero(pc.is_valid(shown)).astype(np.int32), "name": pc.drop_null(shown)})
    others = [_other_names(part, firms, shown) for part in begun.values()]
    pairs = pa.concat_tables([named, pa.concat_tables(others).group_by(["firm", "name"]).aggregate([])])
    pairs = pairs.take(pc.sort_indices(pairs, [("firm", "ascending"), ("name", "ascending")]))
    every = normal_names(pa.chunked_array([*pairs["name"].chunks, shown]))
    normal, of_shown = every.slice(0, len(pairs)), every.slice(len(pairs))
    current = pc.fill_null(pc.equal(normal, of_shown.take(pairs["firm"].combine_chunks())), False)
    return pa.table({"eid": firms.take(pairs["firm"]), "name": pairs["name"], "normal": normal, "current": current})


def _other_names(part: Begun, firms: pa.Array, shown: pa.Array) -> pa.Table:
    """What the statements in use call firms, where that is not the name shown: firm, name."""
    name = part.columns["name"]
    named = pc.is_valid(name).to_numpy() & part.in_use
    firm = part.places(firms) if named.any() else np.full(len(named), -1, np.int32)
    table = pa.table({"firm": firm, "name": name}).filter(pa.array(named & (firm >= 0)))
    same = pc.fill_null(pc.equal(table["name"], shown.take(table["firm"].combine_chunks())), False)
    return table.filter(pc.invert(same))


def fields_of(kind: str, rules: PrecedenceRow, only: Collection[str] | None = None) -> list[str]:
    """The columns of a kind that the view of enterprises is made of, of all its fields or those that ``only`` names;
    none where the kind says nothing of them."""
    rows = [(row.property or field, row) for field, _, row in rules.by_kind[kind] if only is None or field in only]
    sources = ["source" for _, row in rows if row.sources]
    where = [name for _, row in rows for name in row.where]
    wanted = [*(name for name, _ in rows), *sources, *where]
    found = [name for name in dict.fromkeys(wanted) if name in schema(kind).names]
    return ["known_from", *found] if found else []


class Said:
    """The statements of a kind; ``firm``: the place of the subject of each."""

    def __init__(self, part: Begun, firms: pa.Array) -> None:
        self.columns = part.columns
        self.firm = part.places(firms)
        self._part = part

    @cached_property
    def _usable(self) -> Flags:
        found: Flags = self._part.visible & self._part.in_use & (self.firm >= 0)
        return found

    def rows(self, open_: Flags) -> Rows:
        """Those that may be shown of the firms that are open, by firm, each firm's best first: later valid_from, later
        known_from, sid."""
        if open_.all():
            return self._all
        rows = np.flatnonzero(self._usable & open_[self.firm])  # of no firm is none usable
        return self._ordered(rows) if len(rows) < len(self._usable) // 8 else self._all[open_[self.firm[self._all]]]

    @cached_property
    def _all(self) -> Rows:
        return self._ordered(np.flatnonzero(self._usable))

    def _ordered(self, rows: Rows) -> Rows:
        picked = self.columns.table(["valid_from", "known_from"]).take(pa.array(rows))
        since, known = days(picked["valid_from"]).astype(np.int64), picked["known_from"].to_numpy()
        return rows[np.lexsort((-known, -since, self.firm[rows]))]  # stable: the table is by sid


def _shown(
    field: str, sources: tuple[FieldSource, ...], said: Mapping[str, Said], count: int
) -> tuple[pa.ChunkedArray, pa.Table | None]:
    """Per firm the value to show, and of the statement that says it the number of its kind and its row; null for
    none."""
    chosen = np.full(count, -1, dtype=np.int64)  # place in the pieces, one after the other
    pieces: list[pa.Table] = []
    number = {kind: place for place, kind in enumerate(said)}
    for row in sources:
        kinds = list(said) if row.kind == ANY else [row.kind]
        name = row.property or field
        found = [_best(row, name, said[kind], number[kind], chosen < 0) for kind in kinds]
        best = _first([piece for piece in found if piece is not None])
        if best is not None:
            chosen[best["firm"].to_numpy()] = sum(map(len, pieces)) + np.arange(len(best))
            pieces.append(best)
    if not pieces:
        return _nothing(count, _type(field, sources, said)), None
    every = pa.concat_tables(pieces).select(["value", "kind", "row"]).take(pa.array(chosen, mask=chosen < 0))
    return every["value"], every.select(["kind", "row"])


@lru_cache(maxsize=8)
def _nothing(count: int, type_: pa.DataType) -> pa.ChunkedArray:
    """No value for anybody: all fields of a type that no source says share it."""
    return pa.chunked_array([pa.nulls(count, type_)])


def _type(field: str, sources: tuple[FieldSource, ...], said: Mapping[str, Said]) -> pa.DataType:
    """Of a field's values, where nobody says any; text where no kind has the field."""
    for row in sources:
        for kind in said if row.kind == ANY else [row.kind]:
            if (row.property or field) in said[kind].columns.names:
                return schema(kind).field(row.property or field).type
    return _TEXT


def _best(row: FieldSource, column: str, said: Said, kind: int, open_: Flags) -> pa.Table | None:
    """What a kind's statements say by a row of the policy of the firms that are open: firm, since, known, sid, value,
    row of the statement, and the number of the kind.

    ``None`` where they say nothing.
    """
    columns, firm = said.columns, said.firm
    if column not in columns.names or not len(firm) or not open_.any():
        return None
    rows = said.rows(open_)
    speaks = pc.is_valid(columns[column])
    for name, allowed in {"source": row.sources, **row.where}.items():
        if allowed:
            speaks = pc.and_(speaks, pc.is_in(columns[name], value_set=pa.array(allowed, _TEXT)))
    rows = rows[speaks.to_numpy()[rows]]
    if not len(rows):
        return None
    rows = rows[np.flatnonzero(np.diff(firm[rows], prepend=-1))]
    shown = columns.table(["valid_from", "known_from", "sid", column]).take(pa.array(rows))
    shown = shown.rename_columns(["since", "known", "sid", "value"]).append_column("firm", pa.array(firm[rows]))
    numbered = shown.append_column("row", pa.array(rows.astype(np.int32)))
    return numbered.append_column("kind", pa.array(np.full(len(rows), kind, np.int16)))


def _first(pieces: list[pa.Table]) -> pa.Table | None:
    """One row per firm: the later since, the later known, the first sid."""
    if len(pieces) < 2:
        return pieces[0] if pieces else None
    every = pa.concat_tables(pieces)
    keys = [("firm", "ascending"), ("since", "descending"), ("known", "descending"), ("sid", "ascending")]
    every = every.take(pc.sort_indices(every, keys))
    return every.take(pa.array(np.flatnonzero(np.diff(every["firm"].to_numpy(), prepend=-1))))


def _entity_kinds(entity_type: pa.ChunkedArray, credit_code: pa.ChunkedArray, rules: Precedence) -> pa.Array:
    """The kind per enterprise; judged once per type and beginning of the code."""
    longest = max((len(prefix) for row in rules.entity_kinds for prefix in row.code_prefix), default=0)
    types = entity_type.combine_chunks().dictionary_encode("encode")
    codes = pc.utf8_slice_codeunits(credit_code, 0, longest).combine_chunks().dictionary_encode("encode")
    pairs = types.indices.to_numpy().astype(np.int64) * len(codes.dictionary) + codes.indices.to_numpy()
    told, place = np.unique(pairs, return_inverse=True)
    named = [divmod(int(pair), len(codes.dictionary)) for pair in told]
    kinds = [
        rules.entity_kind(types.dictionary[type_].as_py(), codes.dictionary[code].as_py()) for type_, code in named
    ]
    return pa.array(kinds, _TEXT).take(pa.array(place))
