"""The graph as columns at a point: what is read, and what follows from it when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from credit_graph.model.kinds import KINDS
from credit_graph.model.time import Point
from credit_graph.projection import relations
from credit_graph.projection.begun import Begun, at_point, begun_by, known_firms
from credit_graph.projection.columns import record_frame
from credit_graph.projection.current import current_names, current_view, shown_statements
from credit_graph.projection.statements import Progress, read_statements
from credit_graph.projection.view import precedence
from credit_graph.store import Store

__all__ = ["PAGE_ENTERPRISES", "Frames", "Progress", "Projection", "enterprise_pages", "holds_of", "project"]

PAGE_ENTERPRISES = 10_000

_END = "\U0010ffff"  # sorts after every key


class Frames(Mapping[str, pd.DataFrame]):
    """A frame per record kind, each made when it is first asked for."""

    def __init__(self, kinds: tuple[str, ...], make: Callable[[str], pd.DataFrame]) -> None:
        self._kinds, self._make = kinds, make
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, kind: str) -> pd.DataFrame:
        if kind not in self._kinds:
            raise KeyError(kind)
        if kind not in self._made:
            self._made[kind] = self._make(kind)
        return self._made[kind]

    def __contains__(self, kind: object) -> bool:
        return kind in self._kinds

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)


class Projection:
    """The graph as columns at one point; each part is made when it is first asked for.

    ``hold_seq``: the batch up to which holds count. The frames are shared: nobody changes them in place.
    """

    def __init__(
        self, point: Point, channel: str, hold_seq: int, statements: Mapping[str, pa.Table], holds: pd.DataFrame
    ) -> None:
        """``statements``: per kind but ``Hold`` all that are known at ``point.seq``, in the columns of
        ``columns.schema``; ``holds``: the Hold statements known at ``hold_seq`` that have begun by ``point.use``."""
        self.point, self.channel, self.hold_seq = point, channel, hold_seq
        tables = {kind: begun_by(table, point.valid) for kind, table in statements.items()}
        self._firms = known_firms(list(tables.values()))
        self._begun: dict[str, Begun] = {
            kind: at_point(table, self._firms, point.valid, holds, channel, point.use) for kind, table in tables.items()
        }
        kinds = tuple(self._begun)
        self.history: Mapping[str, pd.DataFrame] = Frames(kinds, lambda kind: self._begun[kind].frame())
        """Per record kind the statements known at ``point.seq`` that have begun by ``point.valid``, by ``sid``, with
        the content fields of the kind and the columns ``visible`` (true on that day) and ``in_use`` (no hold on the
        channel at ``point.use``)."""
        self.records: Mapping[str, pd.DataFrame] = Frames(kinds, self._visible)
        """Per record kind the statements that are visible at the point."""

    def _visible(self, kind: str) -> pd.DataFrame:
        frame = self.history[kind]
        return frame[frame["visible"]]

    @cached_property
    def enterprises(self) -> pd.DataFrame:
        """The current view by ``eid`` (policies/precedence.yml), ascending."""
        return current_view(self._begun, self._firms, precedence(), self.point.valid)

    @cached_property
    def names(self) -> pd.DataFrame:
        """eid, name, normal, current (bool): every name up to the day."""
        return current_names(self._begun, self._firms, self.enterprises)

    @cached_property
    def offices(self) -> pd.DataFrame:
        """eid, sid, pid, name, office."""
        return relations.offices(self._begun)

    @cached_property
    def contributions(self) -> pd.DataFrame:
        """eid, sid, holder (pid or eid), person (bool), name and code of the holder, the amounts of the record in fen,
        its days, and ``in_use``."""
        return relations.contributions(self._begun)

    @cached_property
    def addresses(self) -> pd.DataFrame:
        """eid, sid, aid, text."""
        return relations.addresses(self._begun)

    @cached_property
    def phones(self) -> pd.DataFrame:
        """eid, sid, number."""
        return relations.phones(self._begun)

    def shown(self, field: str) -> pd.Series:
        """Per enterprise the statement whose value of the field the view shows: eid -> sid."""
        return shown_statements(self._begun, self._firms, field, self.point.valid)


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
    statements = read_statements(store, point.seq, tuple(KINDS), progress)
    known = statements.pop("Hold")
    if hold_seq != point.seq:
        known = read_statements(store, hold_seq, ("Hold",))["Hold"]
    return Projection(point, channel, hold_seq, statements, holds_of(known, point.use))


def holds_of(known: pa.Table, use: date) -> pd.DataFrame:
    """The holds that have begun by the day of use, as a frame."""
    return record_frame(begun_by(known, use))


def enterprise_pages(eids: np.ndarray[Any, Any]) -> list[str]:
    """Boundaries that part the enterprises into pages."""
    ordered = sorted(str(eid) for eid in eids)
    return ["", *ordered[PAGE_ENTERPRISES::PAGE_ENTERPRISES], _END]
