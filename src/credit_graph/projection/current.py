"""The current view of every enterprise at once: ``view.enterprise_view`` by the same rules, in columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from credit_graph.projection.names import normal_name
from credit_graph.projection.view import ANY, FieldSource, Precedence, precedence

_ORDER = ["rank", "valid_from", "known_from", "sid"]
_ASCENDING = [True, False, False, True]


def current_view(history: Mapping[str, pd.DataFrame], rules: Precedence, day: date) -> pd.DataFrame:
    """Per enterprise (index ``eid``, ascending) the fields of the precedence row and ``entity_kind``.

    ``history``: frames with eid, sid, source, valid_from, known_from, visible, in_use and the content fields.
    Every enterprise that any known record speaks of has a row; a field that no visible record in use says is
    missing.
    """
    eids = pd.concat([frame["eid"] for frame in history.values()]).dropna().unique()
    view = pd.DataFrame(index=pd.Index(np.sort(eids.astype(str)), name="eid", dtype="str"))
    visible = _usable(history)
    for field, sources in rules.on(day).fields.items():
        view[field] = _shown(field, sources, visible)["value"].reindex(view.index)
    pairs = view[["entity_type", "credit_code"]].drop_duplicates()
    kinds = [rules.entity_kind(_text(entity_type), _text(code)) for entity_type, code in pairs.itertuples(index=False)]
    found = pd.Series(kinds, index=pd.MultiIndex.from_frame(pairs), dtype="str")
    view["entity_kind"] = found.reindex(pd.MultiIndex.from_frame(view[["entity_type", "credit_code"]])).to_numpy()
    return view


def shown_statements(history: Mapping[str, pd.DataFrame], field: str, day: date) -> pd.Series:
    """Per enterprise the statement whose value of the field the view shows: eid -> sid."""
    visible = _usable(history)
    return _shown(field, precedence().on(day).fields[field], visible)["sid"]


def current_names(history: Mapping[str, pd.DataFrame], enterprises: pd.DataFrame) -> pd.DataFrame:
    """Every name that a record gives an enterprise up to the day: eid, name, normal, current (bool)."""
    said = [frame.loc[frame["in_use"], ["eid", "name"]] for frame in history.values()]
    names = pd.concat(said).dropna().drop_duplicates().sort_values(["eid", "name"], ignore_index=True)
    names["normal"] = [normal_name(name) for name in names["name"]]
    shown = enterprises["name"].dropna().map(normal_name).astype("str")
    names["current"] = names["normal"].to_numpy() == shown.reindex(names["eid"]).to_numpy()
    return names


def _usable(history: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {kind: frame[frame["visible"] & frame["in_use"]] for kind, frame in history.items()}


def _shown(field: str, sources: tuple[FieldSource, ...], visible: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The value to show per enterprise, and its statement: value, sid, by ``eid``."""
    pieces = []
    for rank, row in enumerate(sources):
        column = row.property or field
        for kind in visible if row.kind == ANY else [row.kind]:
            frame = visible.get(kind)
            if frame is None or column not in frame:
                continue
            chosen = frame[_taken(row, frame) & frame[column].notna() & frame["eid"].notna()]
            piece = chosen[["eid", "valid_from", "known_from", "sid"]].copy()
            piece["value"] = chosen[column]
            piece["rank"] = rank
            pieces.append(piece)
    if not pieces:
        return pd.DataFrame({"value": [], "sid": []}, dtype="str")
    every = pd.concat(pieces, ignore_index=True).sort_values(_ORDER, ascending=_ASCENDING, ignore_index=True)
    return every.drop_duplicates("eid").set_index("eid")[["value", "sid"]]


def _taken(row: FieldSource, frame: pd.DataFrame) -> pd.Series:
    taken = pd.Series(True, index=frame.index)
    if row.sources:
        taken &= frame["source"].isin(row.sources)
    for name, allowed in row.where.items():
        taken &= frame[name].isin(allowed)
    return taken


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
