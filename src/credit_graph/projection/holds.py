"""Use, the third condition beside valid and known: a record under a hold may not be used on a channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


def usable(
    records: Sequence[Mapping[str, Any]], holds: Sequence[Mapping[str, Any]], channel: str, use: date
) -> list[bool]:
    """:func:`in_use` for a few record nodes: properties of the records and of the Hold statements known."""
    found = in_use(_frame(records, _RECORD, {"valid_from"}), _frame(holds, HOLD_FIELDS, _HOLD_DAYS), channel, use)
    return [bool(item) for item in found]


_RECORD = ("source", "key", "valid_from")
HOLD_FIELDS = ("held_source", "held_key", "event_day", "channels", "valid_from", "valid_to")
_HOLD_DAYS = {"event_day", "valid_from", "valid_to"}


def _frame(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], days: set[str]) -> pd.DataFrame:
    values = {name: [row.get(name) for row in rows] for name in columns}
    return pd.DataFrame(
        {
            name: np.array(column, dtype="datetime64[D]") if name in days else pd.Series(column, dtype="str")
            for name, column in values.items()
        }
    )


def in_use(frame: pd.DataFrame, holds: pd.DataFrame, channel: str, use: date) -> npt.NDArray[np.bool_]:
    """Per record whether it may be used on ``channel`` on the day ``use``.

    ``frame`` needs source, key, valid_from; ``holds`` are the Hold statements known, with held_source,
    held_key, event_day, channels (comma-separated) and [valid_from, valid_to) as the days on which they hold.
    A hold with an event day covers the statement of its key that begins on that day, one without covers all of the key.
    """
    day = np.datetime64(use)
    names = holds["channels"].fillna("").str.split(",")
    applies = np.fromiter((channel in {n.strip() for n in row} for row in names), bool, len(holds))
    active = holds[applies & (holds["valid_from"] <= day).to_numpy() & (day < holds["valid_to"]).to_numpy()]
    if frame.empty or active.empty:
        return np.ones(len(frame), dtype=bool)
    keys = pd.MultiIndex.from_frame(frame[["source", "key"]])
    whole = active[active["event_day"].isna()]
    covered = keys.isin(pd.MultiIndex.from_frame(whole[["held_source", "held_key"]]))
    single = active[active["event_day"].notna()]
    dated = pd.MultiIndex.from_arrays([frame["source"], frame["key"], frame["valid_from"].astype("str")])
    named = [single["held_source"], single["held_key"], single["event_day"].astype("str")]
    covered |= dated.isin(pd.MultiIndex.from_arrays(named))
    return ~np.asarray(covered, dtype=bool)
