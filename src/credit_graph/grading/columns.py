"""Columns of whole cities: places of enterprises, statements by place, days and numbers.

Place: position of an enterprise in ``Projection.enterprises``; -1 for none. Arrays of n hold one value per enterprise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.grading.rules import Span
from credit_graph.projection.begun import firm_ranks
from credit_graph.projection.columns import days, whole

Places = npt.NDArray[np.int32]
Rows = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]
_TEXT = pa.large_string()


@dataclass(frozen=True, slots=True)
class Said:
    """Which statements stand behind each firm's value: pairs of a place and a row of ``sids``.

    ``sids`` ascend, unless no firm has two of them.
    """

    firm: Places
    row: Rows
    sids: pa.Array

    def by_firm(self, number: Places) -> Listed:
        """Each once. ``number``: of an enterprise among the firms that are asked for, ascending; -1 for others."""
        firm = number[self.firm]
        asked = np.flatnonzero(firm >= 0)
        width = max(len(self.sids), 1)
        pairs = firm[asked].astype(np.int64) * width + self.row[asked]
        if not (pairs[1:] > pairs[:-1]).all():
            pairs.sort()
            pairs = pairs[np.flatnonzero(np.diff(pairs, prepend=-1))]
        return Listed((pairs // width).astype(np.int32), (pairs % width).astype(np.int32), self.sids)

    def ordered(self) -> Said:
        """The same by firm."""
        order = np.argsort(self.firm, kind="stable")
        return Said(self.firm[order], self.row[order], self.sids)

    def passed_on(self, firm: Places, of: Places) -> Said:
        """What is told of each ``of``, as told of the ``firm``; these statements have to be :meth:`ordered`."""
        row, at = equal_rows(self.firm, of)
        return Said(firm[at], self.row[row], self.sids)


@dataclass(frozen=True, slots=True)
class Listed:
    """The distinct statements of each firm, ascending: rows of ``sids`` by ``firm``, which ascends.

    Eight bytes each, so that those of all firms can be kept, and lists be made for a part of the firms at a time.
    """

    firm: Places
    row: Places
    sids: pa.Array

    def lists(self, start: int, end: int) -> pa.ListArray:
        """One list per firm from ``start`` up to ``end``; of nobody an empty one."""
        ends = np.searchsorted(self.firm, np.arange(start, end + 1, dtype=np.int32))
        values = pc.cast(self.sids.take(pa.array(self.row[ends[0] : ends[-1]])), pa.string())
        return pa.ListArray.from_arrays(pa.array(ends - ends[0], pa.int32()), values)


NOTHING = Said(np.zeros(0, np.int32), np.zeros(0, np.int64), pa.array([], _TEXT))


def said(firm: Places, sids: pd.Series | pa.Array) -> Said:
    """Pairs of places and statements in any order."""
    told = sids if isinstance(sids, pa.Array) else texts(sids)
    known = firm >= 0
    if not known.all():
        firm, told = firm[known], told.filter(pa.array(known))
    coded = told.dictionary_encode()
    order = pc.sort_indices(coded.dictionary).to_numpy()
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return Said(firm, rank[coded.indices.to_numpy()], coded.dictionary.take(pa.array(order)))


def listed(firm: Places, told: Iterable[Collection[str]]) -> Said:
    """Pairs of each place and every statement of its tuple."""
    every = list(told)
    sids = pa.array(list(chain.from_iterable(every)), _TEXT)
    return said(np.repeat(firm, np.fromiter(map(len, every), np.int64, len(every))), sids)


def joined(parts: Sequence[Said]) -> Said:
    """Several together."""
    filled = [part for part in parts if len(part.firm)]
    if len(filled) < 2:
        return filled[0] if filled else NOTHING
    sids = pa.concat_arrays([part.sids.take(pa.array(part.row)) for part in filled])
    return said(np.concatenate([part.firm for part in filled]), sids)


def spread(start: Rows, count: Rows) -> tuple[Rows, Rows]:
    """The numbers of ranges one after the other, and the range that each comes from."""
    of = np.repeat(np.arange(len(start)), count)
    before = np.cumsum(count) - count
    return np.arange(len(of)) - before[of] + start[of], of


def equal_rows(values: Rows | Places, wanted: Rows | Places, most: int | None = None) -> tuple[Rows, Rows]:
    """The places in ``values``, which ascend, of each wanted one, the first ``most``; and which one that is."""
    start = np.searchsorted(values, wanted, side="left")
    count = np.searchsorted(values, wanted, side="right") - start
    return spread(start, count if most is None else np.minimum(count, most))


def within(column: Days, day: date, window: Span) -> Flags:
    """Whether the day lies in (day - window, day]."""
    # comparisons with NaT are false
    result: Flags = (column > np.datetime64(window.start(day))) & (column <= np.datetime64(day))
    return result


def last_days(column: pa.ChunkedArray) -> Days:
    """Days as they are, years as their last day; ``NaT`` for none."""
    if pa.types.is_date(column.type):
        return days(column)
    years, known = numbers_of(column), column.is_valid().to_numpy()
    result = np.full(len(years), np.datetime64("NaT", "D"))
    result[known] = (years[known] - 1969).astype("datetime64[Y]").astype("datetime64[D]") - 1
    return result


def numbers_of(column: pa.ChunkedArray) -> Numbers:
    """Whole numbers, 0 where there is none."""
    found: Numbers = column.fill_null(0).to_numpy().astype(np.int64, copy=False)
    return found


def coded(column: pa.ChunkedArray) -> tuple[Rows, list[str]]:
    """Numbers of the distinct values (-1: missing), and the values as text."""
    found = column.combine_chunks().dictionary_encode()
    codes = found.indices.fill_null(-1).to_numpy().astype(np.int64)
    return codes, [str(value) for value in found.dictionary.to_pylist()]


def codes_of(column: pa.ChunkedArray) -> Rows:
    """A number per distinct value; -1 for none."""
    found: Rows = column.combine_chunks().dictionary_encode().indices.fill_null(-1).to_numpy().astype(np.int64)
    return found


def places(eids: pd.Series, known: pa.Array) -> Places:
    """The place of each among the known enterprises, -1 for none."""
    found: Places = firm_ranks(texts(eids), known)
    return found


def texts(column: pd.Series) -> pa.Array:
    # of the array: asked of a series, Arrow looks for an attribute, and pandas makes an index of all its keys
    found = pa.array(column.array, from_pandas=True)
    chunks = found.chunks if isinstance(found, pa.ChunkedArray) else [found]
    return whole(pa.chunked_array([pc.cast(chunk, _TEXT) for chunk in chunks], _TEXT))
