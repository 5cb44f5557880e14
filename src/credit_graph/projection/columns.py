"""Record kinds as typed columns: which properties are read, and how packed rows become Arrow tables and DataFrames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from credit_graph.model.kinds import KINDS, SUBJECT_FIELDS, FieldType

TEXT_META = ("sid", "source", "key", "eid", "pid")
NUMBER_META = ("known_from",)  # not known_to: at the point all are known, and a later batch changes it
DAY_META = ("valid_from", "valid_to", "recorded_on")
SPINE = ("sid", "eid", "valid_from", "valid_to")  # of whom a statement speaks, and when it holds

_INTEGERS = frozenset({FieldType.AMOUNT, FieldType.SHARE, FieldType.INTEGER, FieldType.YEAR})
# long texts that no indicator or link reads; they would be most of what travels
_LONG = frozenset({"business_scope", "facts", "basis", "penalty"})
_READ = frozenset({("Case", "basis")})  # save these: like violations are told by their basis
_NEVER_MISSING = frozenset({*NUMBER_META, "person", "in_use", "current"})
_TEXT, _WHOLE, _DAY = pa.large_string(), pa.int64(), pa.date32()


@cache
def content_types(kind: str) -> dict[str, FieldType]:
    """Name -> type of the content fields that are read for a kind; personal ID numbers stay in the graph."""
    fields = {**SUBJECT_FIELDS, **KINDS[kind].fields}
    return {
        name: field.type
        for name, field in fields.items()
        if field.type is not FieldType.ID_NUMBER and (name not in _LONG or (kind, name) in _READ)
    }


@cache
def schema(kind: str) -> pa.Schema:
    """The columns of a kind: text, integers (fen, basis points, years), days, flags; ``sid`` stands first."""
    types: dict[str, pa.DataType] = {
        **dict.fromkeys(TEXT_META, _TEXT),
        **dict.fromkeys(NUMBER_META, _WHOLE),
        **dict.fromkeys(DAY_META, _DAY),
    }
    types |= {name: _arrow(type_) for name, type_ in content_types(kind).items()}
    return pa.schema(list(types.items()))


@cache
def subset(kind: str, names: tuple[str, ...]) -> pa.Schema:
    """Of the columns of a kind those named, in that order. Raises ``KeyError`` for a name that it doesn't have."""
    return pa.schema([schema(kind).field(name) for name in names])


class Columns:
    """The statements of one kind, by ``sid``, column by column: each is read when it is first asked for."""

    def __init__(self, kind: str, read: Callable[[list[str]], Mapping[str, pa.ChunkedArray]]) -> None:
        """``read``: gives columns by name."""
        self.kind, self.names = kind, frozenset(schema(kind).names)
        self._read = read
        self._there: dict[str, pa.ChunkedArray] = {}

    def missing(self, names: Iterable[str]) -> list[str]:
        """Of ``SPINE`` and the columns named those that have not been read, each once."""
        return [name for name in dict.fromkeys([*SPINE, *names]) if name not in self._there]

    def need(self, names: Iterable[str]) -> None:
        """Read what is missing of these: together they take less time."""
        if missing := self.missing(names):
            self._there |= self._read(missing)

    def __getitem__(self, name: str) -> pa.ChunkedArray:
        self.need([name])
        return self._there[name]

    def __len__(self) -> int:
        return len(self["sid"])

    def table(self, names: Iterable[str]) -> pa.Table:
        """These columns."""
        told = list(dict.fromkeys(names))
        self.need(told)
        return pa.table({name: self._there[name] for name in told})

    def filter(self, chosen: pa.Array | pa.ChunkedArray) -> Columns:
        """Of the statements those chosen."""
        return Columns(self.kind, lambda names: _by_name(self.table(names).filter(chosen)))


def _by_name(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    return dict(zip(table.column_names, table.columns, strict=True))


def given(kind: str, table: pa.Table) -> Columns:
    """The columns of a table that has them all."""
    return Columns(kind, lambda names: {name: table[name] for name in names})


def _arrow(type_: FieldType) -> pa.DataType:
    if type_ in _INTEGERS:
        return _WHOLE
    others = {FieldType.DAY: _DAY, FieldType.NUMBER: pa.float64(), FieldType.FLAG: pa.bool_()}
    return others.get(type_, _TEXT)


def packed_batch(named: pa.Schema, rows: list[list[Any]]) -> pa.RecordBatch:
    """Packed rows, in the order of the schema, as columns by ``sid``. Sorts ``rows`` in place."""
    rows.sort(key=_sid)
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * len(named)
    return pa.record_batch([_array(c, f.type) for c, f in zip(columns, named, strict=True)], schema=named)


def _sid(row: list[Any]) -> str:
    sid: str = row[0]
    return sid


def _array(values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, type_)
    except pa.ArrowTypeError:
        if type_ != _TEXT:
            raise
        return pa.array([None if value is None else str(value) for value in values], type_)


def record_frame(table: pa.Table) -> pd.DataFrame:
    """A table as a frame: text ``str``, amounts, shares and years ``Int64``, numbers ``Float64``, days as such."""
    return pd.DataFrame({name: _column(name, table[name]) for name in table.column_names})


def _column(name: str, column: pa.ChunkedArray) -> Any:
    if name in _NEVER_MISSING:
        return column.to_numpy()
    if column.type == _DAY:
        return days(column)
    dtypes: dict[pa.DataType, Any] = {
        _TEXT: pd.StringDtype(na_value=np.nan),
        _WHOLE: pd.Int64Dtype(),
        pa.float64(): pd.Float64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
    }
    return dtypes[column.type].__from_arrow__(column)


def whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The column as one array; of one chunk that one, which ``combine_chunks`` would copy."""
    if isinstance(column, pa.Array):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def days(column: pa.ChunkedArray) -> npt.NDArray[np.datetime64]:
    """A column of days as ``datetime64[D]``, ``NaT`` for none; the years 1 to 9999 are kept."""
    numbers = column.cast(pa.int32())
    filled: npt.NDArray[np.int32] = numbers.fill_null(0).to_numpy()
    result = filled.astype("datetime64[D]")
    if column.null_count:
        result[numbers.is_null().to_numpy()] = np.datetime64("NaT")
    return result
