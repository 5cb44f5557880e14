"""Frames of links as Arrow tables that can be kept, and back again, and what they depend on beside the graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

import pandas as pd
import pyarrow as pa

from credit_graph.policyfile import fingerprint
from credit_graph.projection import Projection
from credit_graph.projection.lazy import Lazy
from credit_graph.resources import root

T = TypeVar("T")

_TUPLES = b"tuples"  # names of the columns that hold tuples of text, in the table's metadata
_OBJECTS = b"objects"  # and of those that hold other Python values
_SEPARATOR = "\x1f"


@cache
def version() -> str:
    """Names the rules and the program text that links are made by."""
    modules = sorted(Path(__file__).parent.glob("*.py"))
    return fingerprint(*modules, *sorted((root("policies") / "links").glob("*.yml")))


def kept(
    projection: Projection,
    what: str,
    parts: tuple[str, ...],
    make: Callable[[], Mapping[str, T]],
    pack: Callable[[T], pa.Table],
    unpack: Callable[[pa.Table], T],
) -> Mapping[str, T]:
    """What was made of the projection at this very state of the graph, by this program, is not made again.

    ``make``: gives the ``parts``. They are kept with the projection's views as tables, go with them, and are read
    part by part when they are asked for.
    """
    names = {part: f"{what} {version()} {part}" for part in parts}
    if not projection.keeps(names.values()):
        made = make()
        projection.keep({names[part]: pack(made[part]) for part in parts})
        return made

    def load(part: str) -> T:
        table = projection.kept(names[part])
        return make()[part] if table is None else unpack(table)  # a damaged file counts as none

    return Lazy(parts, load)


def packed(frame: pd.DataFrame) -> pa.Table:
    """The frame as a table: tuples of text joined, the index as a column."""
    objects = [str(name) for name in frame.columns if frame[name].dtype == object]
    lists = [name for name in objects if any(isinstance(value, tuple) for value in frame[name].head(1))]
    joined = {name: [_SEPARATOR.join(value) for value in frame[name]] for name in lists}
    table = pa.Table.from_pandas(frame.assign(**joined))
    others = [name for name in objects if name not in lists]
    told = {_TUPLES: _SEPARATOR.join(lists).encode(), _OBJECTS: _SEPARATOR.join(others).encode()}
    return table.replace_schema_metadata({**(table.schema.metadata or {}), **told})


def unpacked(table: pa.Table) -> pd.DataFrame:
    """The frame of a table of :func:`packed`."""
    frame: pd.DataFrame = table.to_pandas()
    for name in _names(table, _TUPLES):
        values = [tuple(value.split(_SEPARATOR)) if value else () for value in frame[name].tolist()]
        frame[name] = pd.Series(values, index=frame.index, dtype=object)
    for name in _names(table, _OBJECTS):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    return frame


def _names(table: pa.Table, which: bytes) -> list[str]:
    text = (table.schema.metadata or {}).get(which, b"").decode()
    return text.split(_SEPARATOR) if text else []
