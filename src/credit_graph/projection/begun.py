"""The statements of one kind as they stand at a point: begun, visible or not, in use or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.projection.columns import days, record_frame
from credit_graph.projection.holds import in_use

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Begun:
    """Statements of a kind that have begun by the day, by ``sid``.

    ``visible``: not ended by the day; ``in_use``: no hold on the channel at the day of use.
    """

    table: pa.Table
    visible: Flags
    in_use: Flags

    def frame(self) -> pd.DataFrame:
        """As ``Projection.history`` shows them."""
        return record_frame(self.table).assign(visible=self.visible, in_use=self.in_use)


def begun_by(table: pa.Table, day: date) -> pa.Table:
    """The statements whose validity has begun by the day."""
    kept = pc.less_equal(table["valid_from"], pa.scalar(day, pa.date32()))
    return table if pc.all(kept).as_py() in {True, None} else table.filter(kept)


def known_firms(tables: list[pa.Table]) -> pa.Array:
    """Every enterprise that a statement speaks of, ascending."""
    found = pa.chunked_array([pc.unique(table["eid"]) for table in tables], pa.large_string())
    firms = pc.drop_null(pc.unique(found))
    return firms.take(pc.sort_indices(firms))


def firm_ranks(table: pa.Table, firms: pa.Array) -> npt.NDArray[np.int32]:
    """Per statement the place of its subject among the enterprises, -1 where it has none."""
    ranks: npt.NDArray[np.int32] = pc.index_in(table["eid"], value_set=firms).fill_null(-1).to_numpy()
    return ranks


def at_point(table: pa.Table, day: date, holds: pd.DataFrame, channel: str, use: date) -> Begun:
    """A kind's statements, begun by ``day``, with what holds of them then."""
    visible = days(table["valid_to"]) > np.datetime64(day)
    return Begun(table, visible, _in_use(table, holds, channel, use))


def _in_use(table: pa.Table, holds: pd.DataFrame, channel: str, use: date) -> Flags:
    """:func:`holds.in_use`, looked up only for statements whose key some hold names."""
    result = np.ones(len(table), dtype=bool)
    named = pa.array(holds["held_key"].dropna().unique(), pa.large_string())
    touched = pc.is_in(table["key"], value_set=named).to_numpy() if len(named) else ~result
    if touched.any():
        frame = record_frame(table.select(["source", "key", "valid_from"]).filter(pa.array(touched)))
        result[touched] = in_use(frame, holds, channel, use)
    return result
