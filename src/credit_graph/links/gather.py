"""Collecting values per group without a Python call per group, which would take seconds on a city."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.projection.begun import firm_ranks
from credit_graph.projection.columns import whole


def among(values: pd.Series | pd.Index | pa.ChunkedArray, known: Iterable[str]) -> npt.NDArray[np.bool_]:
    """Which of the texts are among the known ones; ``isin`` makes an object of each of those, which takes seconds."""
    told = pc.is_in(_texts(values), value_set=_texts(known), skip_nulls=True)
    found: npt.NDArray[np.bool_] = told.to_numpy(zero_copy_only=False)
    return found


def found_at(values: pd.Series | pd.Index, known: pd.Series | pd.Index) -> npt.NDArray[np.int32]:
    """The place of each text among the known ones, -1 for none: an index would make an object of each and keep it."""
    return firm_ranks(_texts(values), _texts(known))


def looked_up(values: pd.Series, column: pd.Series) -> pd.Series:
    """What the column has for each of the texts, by its index; missing where it has none."""
    found = column.array.take(found_at(values, column.index), allow_fill=True)
    return pd.Series(found, index=values.index)


def _texts(values: Iterable[str]) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        made = values
    else:
        # of the array: asked of a series, Arrow looks for an attribute, and pandas makes an index of all its keys
        told = values.array if isinstance(values, (pd.Series, pd.Index)) else list(values)
        made = pa.array(told, from_pandas=True)
    return pc.cast(whole(made), pa.large_string())


def tuples(frame: pd.DataFrame, by: list[str], column: str) -> pd.Series:
    """The distinct values of ``column`` per group as an ascending tuple, indexed by the group (ascending)."""
    ordered = frame[[*by, column]].drop_duplicates().sort_values([*by, column], ignore_index=True)
    values = ordered[column].tolist()
    groups = ordered[by].drop_duplicates()
    index = pd.MultiIndex.from_frame(groups) if len(by) > 1 else pd.Index(groups[by[0]])
    starts = groups.index.to_numpy()
    ends = np.append(starts, len(ordered))[1:]
    found = [tuple(values[start:end]) for start, end in zip(starts, ends, strict=True)]
    return pd.Series(found, index=index, dtype=object)


def renamed(values: pd.Series, names: Mapping[str, str]) -> pd.Series:
    """The values, those that ``names`` has replaced; ``Series.replace`` looks at every value once per name."""
    known = among(values, names)
    result = values.copy()
    result.iloc[np.flatnonzero(known)] = values[known].map(names).to_numpy()
    return result


def united(frame: pd.DataFrame, by: list[str], column: str) -> pd.Series:
    """The distinct members of the tuples in ``column`` per group as one ascending tuple, indexed by the group."""
    long = frame[[*by, column]].explode(column).dropna(subset=[column])
    return tuples(long.astype({column: "str"}), by, column)
