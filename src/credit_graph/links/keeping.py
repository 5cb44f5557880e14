"""Frames of links as Arrow tables that can be kept, and back again, and what they depend on beside the graph."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa

from credit_graph.policyfile import fingerprint
from credit_graph.resources import root

_TUPLES = b"tuples"  # names of the columns that hold tuples of text, in the table's metadata
_OBJECTS = b"objects"  # and of those that hold other Python values
_SEPARATOR = "\x1f"


@cache
def version() -> str:
    """Names the rules and the program text that links are made by."""
    modules = sorted(Path(__file__).parent.glob("*.py"))
    return fingerprint(*modules, *sorted((root("policies") / "links").glob("*.yml")))


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
