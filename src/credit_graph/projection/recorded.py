"""The statements as their sources had recorded them by a day before anything was loaded (reconstructed).

A first fill makes everything known at once, also what is long past. What stood in the sources on an earlier day is then
told by their own days: a statement counts from the day on which its source recorded it; a day that had not come yet
reads as empty, and with it the values that were written with it (``depends_on`` of the loader definition). A state
without such a day may have been otherwise before: it is left out and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.model.kinds import KINDS, Kind
from credit_graph.model.time import DAY_MAX, DAY_MIN
from credit_graph.projection.columns import Columns, days, schema
from credit_graph.projection.lazy import Lazy
from credit_graph.projection.sources import Given, Source

Flags = npt.NDArray[np.bool_]
DECIDING = ("source", "valid_from", "recorded_on")  # of whether a statement had been recorded


class Recording(NamedTuple):
    """What a loader definition says of when its rows were written.

    ``own_day``: a statement begins on a day that its row names, so that it was recorded then or soon after;
    ``recorded``: the field with the day of recording; ``depends``: day field -> the fields that were written with it.
    """

    own_day: bool
    recorded: str | None
    depends: Mapping[str, tuple[str, ...]]


class Recorded(Given):
    """Another source's statements as they had been recorded by ``day``; nothing that follows is kept.

    ``left_out``: per kind how many statements that may have been there by the day are left out, of kinds read so far.
    """

    def __init__(self, source: Source, recordings: Mapping[str, Recording], day: date) -> None:
        self._source, self._recordings, self._day = source, recordings, day
        self.left_out: Counter[str] = Counter()
        self.statements: Mapping[str, Columns] = Lazy(KINDS, self._columns)

    def holds(self) -> Columns:
        """The Hold statements: their own days say when they hold."""
        return self._source.holds()

    def prepare(self, wanted: Mapping[str, Iterable[str]]) -> None:
        """With the days that decide of the columns wanted."""
        self._source.prepare({kind: [*DECIDING, *self._reads(kind, names)] for kind, names in wanted.items()})

    def _columns(self, kind: str) -> Columns:
        whole = self._source.statements[kind]
        told = whole.table(DECIDING)
        known = recorded_by(told, self._recordings, self._day)
        begun = days(told["valid_from"]) <= np.datetime64(self._day)
        self.left_out[kind] = int((begun & ~known).sum())
        kept = pa.array(known)

        def read(names: list[str]) -> dict[str, pa.ChunkedArray]:
            table = whole.table(["source", "valid_to", *self._reads(kind, names)]).filter(kept)
            table = as_it_stood(KINDS[kind], table, self._recordings, self._day)
            return {name: table[name] for name in names}

        return Columns(kind, read)

    def _reads(self, kind: str, names: Iterable[str]) -> list[str]:
        """The columns, and the days with which they were written."""
        wanted, there = [*names], schema(kind).names
        days_ = [
            day
            for one in self._recordings.values()
            for day, fields in one.depends.items()
            if day in there and not {*wanted}.isdisjoint(_written_with(KINDS[kind], fields))
        ]
        return list(dict.fromkeys([*wanted, *days_]))


def recorded_by(table: pa.Table, recordings: Mapping[str, Recording], day: date) -> Flags:
    """Which statements of a kind had been recorded by the day.

    Without a day of recording the day on which a statement begins stands for it, if its row names one. A row that was
    written anew later counts where its definition says what was written then, and it had begun.
    """
    began = days(table["valid_from"])
    named = _of(table, [name for name, one in recordings.items() if one.own_day]) & (began > np.datetime64(DAY_MIN))
    recorded = days(table["recorded_on"])
    first = np.where(np.isnat(recorded) & named, began, recorded)
    anew = _of(table, [name for name, one in recordings.items() if one.recorded in one.depends])
    result: Flags = (first <= np.datetime64(day)) | (anew & (began <= np.datetime64(day)))
    return result


def as_it_stood(kind: Kind, table: pa.Table, recordings: Mapping[str, Recording], day: date) -> pa.Table:
    """The statements without what was written after the day: later days are empty, and so is what depends on them.

    ``table``: columns of the kind, with source, valid_to, and the days on which others of them depend.
    """
    columns = {name: table[name] for name in table.column_names}
    for name in [field.name for field in table.schema if pa.types.is_date(field.type)]:
        late = pc.fill_null(pc.greater(table[name], pa.scalar(day, pa.date32())), False)
        if name in {"valid_from", "valid_to"} or not pc.any(late).as_py():
            continue
        columns[name] = _emptied(columns[name], late)
        for source, one in recordings.items():
            for field in columns.keys() & _written_with(kind, one.depends.get(name, ())):
                columns[field] = _emptied(columns[field], pc.and_(late, pa.array(_of(table, [source]))))
    ended = pc.less_equal(table["valid_to"], pa.scalar(day, pa.date32()))
    columns["valid_to"] = pc.if_else(ended, table["valid_to"], pa.scalar(DAY_MAX, pa.date32()))
    return pa.table(columns)


def _written_with(kind: Kind, fields: Iterable[str]) -> set[str]:
    """The fields, and the key of a person whose name is among them."""
    named = {link.field for link in kind.links if link.type in _OF_PERSONS}
    return {*fields, "pid"} if named & {*fields} else {*fields}


_OF_PERSONS = ("HOLDS_OFFICE", "CONTRIBUTES")


def _emptied(column: pa.ChunkedArray, which: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(which, pa.scalar(None, column.type), column)


def _of(table: pa.Table, sources: list[str]) -> Flags:
    """Which statements are of these sources."""
    found: Flags = pc.is_in(table["source"], value_set=pa.array(sources, pa.large_string())).to_numpy()
    return found
