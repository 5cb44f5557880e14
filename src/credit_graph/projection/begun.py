"""The statements of one kind as they stand at a point: begun, visible or not, in use or not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.projection.columns import SPINE, Columns, days, record_frame, whole
from credit_graph.projection.holds import HOLD_FIELDS, in_use

Flags = npt.NDArray[np.bool_]


class Begun:
    """Statements of a kind that have begun by the day, by ``sid``.

    ``visible``: not ended by the day; ``in_use``: no hold on the channel at the day of use.
    """

    def __init__(self, columns: Columns, day: date, use: Use) -> None:
        self.columns = begun_by(columns, day)
        self._day, self._use = day, use
        self._places: npt.NDArray[np.int32] | None = None

    @cached_property
    def visible(self) -> Flags:
        """Whether it has not ended."""
        found: Flags = days(self.columns["valid_to"]) > np.datetime64(self._day)
        return found

    @cached_property
    def in_use(self) -> Flags:
        """Whether it may be used."""
        return self._use.of(self.columns)

    def places(self, firms: pa.Array) -> npt.NDArray[np.int32]:
        """Per statement the place of its subject among the enterprises (always the same ones), -1 where it has none."""
        if self._places is None:
            self._places = firm_ranks(self.columns["eid"], firms)
        return self._places

    def need(self, names: Iterable[str]) -> None:
        """Read what is missing of these columns and of those that say whether a statement is in use."""
        self.columns.need([*self._use.reads, *names])

    def frame(self, names: Iterable[str]) -> pd.DataFrame:
        """As ``Projection.history`` shows them."""
        fields = [*SPINE, *names]
        self.need(fields)
        return record_frame(self.columns.table(fields)).assign(visible=self.visible, in_use=self.in_use)


class Use:
    """Which statements may be used on a channel at a day, by ``holds`` (Hold statements known that have begun)."""

    def __init__(self, holds: pd.DataFrame, channel: str, day: date) -> None:
        self._holds, self._channel, self._day = holds, channel, day
        self._keys = pa.array(holds["held_key"].dropna().unique(), pa.large_string())
        self.reads = ("key",) if len(self._keys) else ()

    def of(self, columns: Columns) -> Flags:
        """:func:`holds.in_use`, looked up only for statements whose key some hold names."""
        result = np.ones(len(columns), dtype=bool)
        if not len(self._keys):
            return result
        touched = pc.is_in(columns["key"], value_set=self._keys)
        if pc.any(touched).as_py():
            frame = record_frame(columns.filter(touched).table(["source", "key", "valid_from"]))
            result[touched.to_numpy()] = in_use(frame, self._holds, self._channel, self._day)
        return result


def hold_frame(holds: Columns, day: date) -> pd.DataFrame:
    """The Hold statements that have begun by the day."""
    return record_frame(begun_by(holds, day).table(HOLD_FIELDS))


def begun_by(columns: Columns, day: date) -> Columns:
    """The statements whose validity has begun by the day."""
    kept = pc.less_equal(columns["valid_from"], pa.scalar(day, pa.date32()))
    return columns if pc.all(kept).as_py() in {True, None} else columns.filter(kept)


def known_firms(eids: Iterable[pa.ChunkedArray]) -> pa.Array:
    """Every enterprise that a statement speaks of, ascending."""
    found = pa.chunked_array([pc.unique(column) for column in eids], pa.large_string())
    firms = pc.drop_null(pc.unique(found))
    return firms.take(pc.sort_indices(firms))


def firm_ranks(eids: pa.Array | pa.ChunkedArray, firms: pa.Array) -> npt.NDArray[np.int32]:
    """Per statement the place of its subject among the enterprises, -1 where it has none."""
    ranks: npt.NDArray[np.int32]
    if len(eids) > len(firms) // 2:
        ranks = pc.index_in(eids, value_set=firms).fill_null(-1).to_numpy()
        return ranks
    # few of many: to look all of the many up takes less time than to make them what is looked in
    coded = whole(eids).dictionary_encode()
    code = pc.index_in(firms, value_set=coded.dictionary)
    rank = np.full(len(coded.dictionary) + 1, -1, np.int32)  # the last one stands for a missing value
    rank[code.drop_null().to_numpy()] = np.flatnonzero(code.is_valid())
    ranks = rank[coded.indices.fill_null(len(coded.dictionary)).to_numpy()]
    return ranks
