"""Record kinds as typed columns: which properties are read, and how packed rows become a DataFrame."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit_graph.model.kinds import KINDS, SUBJECT_FIELDS, FieldType

TEXT_META = ("sid", "source", "key", "eid", "pid")
NUMBER_META = ("known_from", "known_to")
DAY_META = ("valid_from", "valid_to", "recorded_on")

_INTEGERS = frozenset({FieldType.AMOUNT, FieldType.SHARE, FieldType.INTEGER, FieldType.YEAR})
# long texts that no indicator or link reads; they would be most of what travels
_LONG = frozenset({"business_scope", "facts", "basis", "penalty"})
_READ = frozenset({("Case", "basis")})  # save these: like violations are told by their basis


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
def packed_fields(kind: str) -> tuple[list[str], list[str]]:
    """The properties that a packed row has: first the plain ones, then the days."""
    types = content_types(kind)
    days = [name for name, type_ in types.items() if type_ is FieldType.DAY]
    plain = [name for name in types if name not in days]
    return [*TEXT_META, *NUMBER_META, *plain], [*DAY_META, *days]


def days(values: Any) -> npt.NDArray[np.datetime64]:
    """Integers YYYYMMDD (``NaN`` or ``None`` for none) as days; the years 1 to 9999 are kept."""
    numbers = pd.array(values, dtype="Int64")
    missing = numbers.isna()
    whole = numbers.to_numpy(dtype=np.int64, na_value=10101)
    months = (whole // 10000 - 1970) * 12 + whole // 100 % 100 - 1
    result: npt.NDArray[np.datetime64] = months.astype("datetime64[M]").astype("datetime64[D]") + (
        whole % 100 - 1
    ).astype("timedelta64[D]")
    result[missing] = np.datetime64("NaT")
    return result


def record_frame(kind: str, rows: Iterable[list[Any]]) -> pd.DataFrame:
    """Packed rows as a frame, by ``sid``: text ``str``, amounts, shares and years ``Int64``, days as such."""
    plain, day_names = packed_fields(kind)
    types = content_types(kind)
    raw = pd.DataFrame(list(rows), columns=[*plain, *day_names], dtype=object)
    columns: dict[str, Any] = {}
    for name in raw.columns:
        if name in day_names:
            columns[name] = days(raw[name])
        elif name in NUMBER_META:
            columns[name] = raw[name].astype("int64")
        elif types.get(name) in _INTEGERS:
            columns[name] = raw[name].astype("Int64")
        elif types.get(name) is FieldType.NUMBER:
            columns[name] = raw[name].astype("Float64")
        elif types.get(name) is FieldType.FLAG:
            columns[name] = raw[name].astype("boolean")
        else:
            columns[name] = raw[name].astype("str")
    frame = pd.DataFrame(columns)
    return frame.sort_values("sid", ignore_index=True)


def text_frame(rows: Iterable[list[Any]], columns: list[str]) -> pd.DataFrame:
    """Packed rows of text as a frame, ordered by all columns."""
    frame = pd.DataFrame(list(rows), columns=columns, dtype=object)
    for name in columns:
        frame[name] = frame[name].astype("str")
    return frame.sort_values(columns, ignore_index=True)
