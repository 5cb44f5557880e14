"""Reads the graph into columns at a point: packed, in pages of key ranges, never row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from credit_graph.model.kinds import KINDS
from credit_graph.model.time import Point
from credit_graph.projection.columns import packed_fields, record_frame, text_frame
from credit_graph.projection.current import current_names, current_view
from credit_graph.projection.holds import in_use
from credit_graph.projection.view import precedence
from credit_graph.store import Store

# a page's collect() and message stay well under the engine's limits (1,048,576 elements, 16 MB)
PAGE_RECORDS = 20_000
PAGE_ENTERPRISES = 10_000
RELATIONS: dict[str, list[str]] = {
    "offices": ["eid", "sid", "pid", "name", "office"],
    "contributions": ["eid", "sid", "holder", "person"],
    "addresses": ["eid", "sid", "aid", "text"],
    "phones": ["eid", "sid", "number"],
}

_END = "\U0010ffff"  # sorts after every key

Progress = Callable[[str, int, int], None]  # what, pages done, pages in all


@dataclass(frozen=True, slots=True)
class Projection:
    """The graph as columns at one point.

    ``history``: per record kind the statements known at ``point.seq`` that have begun by ``point.valid``, with
    the content fields of the kind and the columns ``visible`` (true on that day) and ``in_use`` (no hold on the
    channel at ``point.use``). ``enterprises``: the current view by ``eid`` (policies/precedence.yml).
    ``offices``: eid, sid, pid, name, office. ``contributions``: eid, sid, holder (pid or eid), person (bool),
    name, with the amounts of the record. ``addresses``: eid, sid, aid, text. ``phones``: eid, sid, number.
    ``names``: eid, name, normal, current (bool): every name up to the day.
    ``hold_seq``: the batch up to which holds count.
    """

    point: Point
    channel: str
    hold_seq: int
    history: dict[str, pd.DataFrame]
    enterprises: pd.DataFrame
    offices: pd.DataFrame
    contributions: pd.DataFrame
    addresses: pd.DataFrame
    phones: pd.DataFrame
    names: pd.DataFrame

    @property
    def records(self) -> dict[str, pd.DataFrame]:
        """Per record kind the statements that are visible at the point."""
        return {kind: frame[frame["visible"]] for kind, frame in self.history.items()}


def project(
    store: Store,
    point: Point,
    channel: str = "internal",
    *,
    hold_seq: int | None = None,
    progress: Progress | None = None,
) -> Projection:
    """The graph at ``point`` as columns.

    Use is judged whatever the known point says: holds count up to the last committed batch, unless the check of
    a stored result names its ``hold_seq``. Raises ``StoreError``.
    """
    if hold_seq is None:
        rows = store.read("read/last_seq")
        hold_seq = max(point.seq, (rows[0]["seq"] if rows else None) or 0)
    history = _history(store, point, progress)
    holds = history.pop("Hold") if hold_seq == point.seq else _holds(store, hold_seq, point.use)
    history.pop("Hold", None)

    def relations(enterprises: pd.DataFrame) -> dict[str, pd.DataFrame]:
        cuts = enterprise_pages(enterprises.index.to_numpy())
        return {name: _relation(store, name, cuts, point, progress) for name in RELATIONS}

    return assemble(point, channel, hold_seq, history, holds, relations)


def assemble(
    point: Point,
    channel: str,
    hold_seq: int,
    history: dict[str, pd.DataFrame],
    holds: pd.DataFrame,
    relations: Callable[[pd.DataFrame], dict[str, pd.DataFrame]],
) -> Projection:
    """What follows from the records: visibility, use, current view, names. Pure.

    ``history``: frames of ``columns.record_frame``; ``relations``: gives the frames of ``RELATIONS`` for the
    enterprises found.
    """
    day = np.datetime64(point.valid)
    for frame in history.values():
        frame["visible"] = (frame["valid_to"] > day).to_numpy()
        frame["in_use"] = in_use(frame, holds, channel, point.use)
    enterprises = current_view(history, precedence(), point.valid)
    found = relations(enterprises)
    return Projection(
        point=point,
        channel=channel,
        hold_seq=hold_seq,
        history=history,
        enterprises=enterprises,
        names=current_names(history, enterprises),
        **{**found, "contributions": _with_amounts(found["contributions"], history["Contribution"])},
    )


def _history(store: Store, point: Point, progress: Progress | None) -> dict[str, pd.DataFrame]:
    until = max(point.valid, point.use)  # a hold is judged at the day of use, everything else below
    frames = _records(store, point.seq, until, tuple(KINDS), progress)
    for kind, frame in frames.items():
        last = np.datetime64(point.use if kind == "Hold" else point.valid)
        frames[kind] = frame[frame["valid_from"] <= last].reset_index(drop=True)
    return frames


def _holds(store: Store, seq: int, use: date) -> pd.DataFrame:
    return _records(store, seq, use, ("Hold",), None)["Hold"]


def _records(
    store: Store, seq: int, until: date, kinds: tuple[str, ...], progress: Progress | None
) -> dict[str, pd.DataFrame]:
    """Frames of the kinds; a kind without records gives an empty frame with its columns."""
    packed = {kind: packed_fields(kind) for kind in kinds}
    fields = {kind: plain for kind, (plain, _) in packed.items()}
    days = {kind: names for kind, (_, names) in packed.items()}
    found: dict[str, list[list[Any]]] = defaultdict(list)
    pages = list(_sid_pages(store))
    for number, (low, high) in enumerate(pages):
        for row in store.read("project/records", low=low, high=high, seq=seq, until=until, fields=fields, days=days):
            found[row["kind"]] += row["rows"]
        if progress:
            progress("records", number + 1, len(pages))
    return {kind: record_frame(kind, found[kind]) for kind in kinds}


def _sid_pages(store: Store) -> Iterator[tuple[str, str]]:
    """Ranges of statement ids; they are hashes, so equal ranges hold about equally many."""
    records = store.read("project/record_count")[0]["records"]
    pages = max(1, -(-records // PAGE_RECORDS))
    marks = [f"{65536 * page // pages:04x}" for page in range(pages)]
    yield from pairwise(["", *marks[1:], _END])


def enterprise_pages(eids: np.ndarray[Any, Any]) -> list[str]:
    """Boundaries that part the enterprises into pages."""
    ordered = sorted(str(eid) for eid in eids)
    return ["", *ordered[PAGE_ENTERPRISES::PAGE_ENTERPRISES], _END]


def _relation(store: Store, name: str, cuts: list[str], point: Point, progress: Progress | None) -> pd.DataFrame:
    rows: list[list[Any]] = []
    for number, (low, high) in enumerate(pairwise(cuts)):
        for row in store.read(f"project/{name}", low=low, high=high, seq=point.seq, valid=point.valid):
            rows += row["rows"]
        if progress:
            progress(name, number + 1, len(cuts) - 1)
    return text_frame(rows, RELATIONS[name])


def _with_amounts(contributions: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """The relationships with what their records say: name of the holder and the amounts in fen."""
    columns = ["sid", "source", "valid_from", "known_from", "holder_name", "holder_code", "subscribed", "paid"]
    columns.append("in_use")
    joined = contributions.merge(records[columns], on="sid", how="inner")
    joined["person"] = joined["person"] == "True"
    return joined
