"""Writing derived relationships of a link run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from credit_graph.projection import Projection
from credit_graph.store import Store

Progress = Callable[[str, int, int], None]  # what, done, total


def write_holdings(
    store: Store, type_: str, frame: pd.DataFrame, names: list[str], rid: str, progress: Progress | None
) -> None:
    """Write relationships of a type from holders (columns holder, holder_kind) to companies (eid)."""
    person = frame["holder_kind"] == "person"
    for label, key, part in (("Person", "pid", frame[person]), ("Enterprise", "eid", frame[~person])):
        rows = list(rows_of(part, ["eid", "holder"], names))
        labels = {"TYPE": type_, "FROM": label, "KEY": key}
        store.write("write/link_holdings", rows, labels=labels, progress=reporting(progress, type_, len(rows)), run=rid)


def write_holders(store: Store, projection: Projection, holdings: pd.DataFrame) -> None:
    """Write the nodes of holders whom only an annual report or a published change names: loading makes none of them.

    ``holdings``: holder, holder_kind, name.
    """
    loaded = (projection.contributions["holder"], projection.offices["pid"], projection.enterprises.index)
    frame = holdings.drop_duplicates("holder")
    for known in loaded:
        frame = frame[~frame["holder"].isin(known)]
    person = frame["holder_kind"] == "person"
    for label, key, name, part in (
        ("Person", "pid", "name", frame[person]),
        ("Enterprise", "eid", "holder_name", frame[~person]),
    ):
        rows = [{"holder": holder, "name": called} for holder, called in zip(part["holder"], part["name"], strict=True)]
        store.write("write/link_holders", rows, labels={"FROM": label, "KEY": key, "NAME": name})


def reporting(progress: Progress | None, what: str, total: int) -> Callable[[int], None] | None:
    """What tells ``progress`` how many of ``total`` are done."""
    return None if progress is None else lambda done: progress(what, done, total)


def rows_of(frame: pd.DataFrame, ends: list[str], names: list[str]) -> Iterable[dict[str, Any]]:
    """Rows for a writing statement: the ends, and the properties that have a value."""
    for values in frame[[*ends, *names]].astype(object).itertuples(index=False):
        start, end, *rest = values
        props = {name: _plain(value) for name, value in zip(names, rest, strict=True)}
        yield {ends[0]: start, ends[1]: end, "props": {k: v for k, v in props.items() if v is not None}}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return None if pd.isna(value) else value
