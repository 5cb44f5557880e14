"""The graph as columns at a point: what is read, and what follows from it when somebody asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from credit_graph.model.kinds import KINDS
from credit_graph.model.time import Point
from credit_graph.projection.begun import Begun, Use, hold_frame, known_firms
from credit_graph.projection.columns import SPINE, record_frame, whole
from credit_graph.projection.current import KIND_FIELDS, Said, current_view, shown_rows, shown_statements
from credit_graph.projection.lazy import Lazy
from credit_graph.projection.sources import Source, open_source
from credit_graph.projection.statements import Progress
from credit_graph.projection.view import precedence
from credit_graph.projection.views import fields_of, make_view, shown_fields
from credit_graph.store import Store

__all__ = ["PAGE_ENTERPRISES", "Progress", "Projection", "enterprise_pages", "project"]

PAGE_ENTERPRISES = 10_000

_END = "\U0010ffff"  # sorts after every key


class Projection:
    """The graph as columns at one point; each part is made when it is first asked for.

    ``hold_seq``: the batch up to which holds count. The frames are shared: nobody changes them in place.
    """

    def __init__(self, point: Point, channel: str, hold_seq: int, source: Source) -> None:
        self.point, self.channel, self.hold_seq = point, channel, hold_seq
        self._source = source
        self._made: dict[str, pa.Table] = {}
        kinds = tuple(kind for kind in KINDS if kind != "Hold")
        self._begun: Mapping[str, Begun] = Lazy(kinds, self._begin)
        self._said: Mapping[str, Said] = Lazy(kinds, lambda kind: Said(self._begun[kind], self._firms))

    def _begin(self, kind: str) -> Begun:
        return Begun(self._source.statements[kind], self.point.valid, self._use)

    def history(self, kind: str, fields: Iterable[str] = ()) -> pd.DataFrame:
        """The statements of a record kind known at ``point.seq`` that have begun by ``point.valid``, by ``sid``:
        ``SPINE`` (sid, eid, valid_from, valid_to), the fields named, and ``visible`` (true on that day) and ``in_use``
        (no hold on the channel at ``point.use``). Raises ``KeyError`` for a field that the kind doesn't have."""
        return self._begun[kind].frame(fields)

    def records(self, kind: str, fields: Iterable[str] = ()) -> pd.DataFrame:
        """Of :meth:`history` the statements that are visible at the point."""
        frame = self.history(kind, fields)
        return frame[frame["visible"]]

    def statements(self, kind: str, fields: Iterable[str]) -> Begun:
        """The statements of :meth:`history`, column by column; these fields are read at once."""
        self._begun[kind].need(fields)
        return self._begun[kind]

    def places(self, kind: str) -> npt.NDArray[np.int32]:
        """Of each statement of :meth:`history` the place of its subject in :attr:`enterprises`, -1 for none."""
        return self._begun[kind].places(self._firms)

    def stated(self, kind: str) -> bool:
        """Whether any statement of the kind is known that has begun."""
        return self.count(kind) > 0

    def count(self, kind: str) -> int:
        """How many statements of the kind are known that have begun."""
        return len(self._begun[kind].columns)

    @cached_property
    def _firms(self) -> pa.Array:
        """Every enterprise that a statement speaks of, ascending."""
        if (known := self._there("enterprises")) is not None:
            return whole(known["eid"])
        return known_firms(begun.columns["eid"] for begun in self._begun.values())

    @cached_property
    def _use(self) -> Use:
        return Use(hold_frame(self._source.holds(), self.point.use), self.channel, self.point.use)

    def _there(self, name: str) -> pa.Table | None:
        """A view that is kept, or was made."""
        return self._made[name] if name in self._made else self._source.view(name)

    def _view(self, name: str) -> pa.Table:
        found = self._there(name)
        if found is None:
            self._prepare(fields_of(name, self.point.valid))
            found = make_view(name, self._begun, lambda: self._firms, self.point.valid, lambda _: self._part(["name"]))
            self._made[name] = found
            self._source.made(name, found)
        return found

    def _part(self, fields: Collection[str]) -> pa.Table:
        """Fields of the enterprises' view, with what ``entity_kind`` is made of where that is named."""
        if (whole := self._there("enterprises")) is not None:
            return whole
        wanted = {*fields, *(KIND_FIELDS if "entity_kind" in fields else ())}
        self._prepare(shown_fields(wanted, self.point.valid))
        return current_view(self._begun, self._firms, precedence(), self.point.valid, wanted)

    def _prepare(self, read: Mapping[str, list[str]]) -> None:
        self._source.prepare({kind: [*self._use.reads, *fields] for kind, fields in read.items()})

    @cached_property
    def enterprises(self) -> pd.DataFrame:
        """The current view by ``eid`` (policies/precedence.yml), ascending."""
        return record_frame(self._view("enterprises")).set_index("eid")

    def current(self, fields: Iterable[str]) -> pd.DataFrame:
        """These columns of :attr:`enterprises`; where that was not made yet no more is read than they need."""
        told = ["eid", *fields]
        return record_frame(self._part(told[1:]).select(told)).set_index("eid")

    @cached_property
    def names(self) -> pd.DataFrame:
        """eid, name, normal, current (bool): every name up to the day."""
        return record_frame(self._view("names"))

    @cached_property
    def offices(self) -> pd.DataFrame:
        """eid, sid, pid, name, office."""
        return record_frame(self._view("offices"))

    @cached_property
    def contributions(self) -> pd.DataFrame:
        """eid, sid, holder (pid or eid), person (bool), name and code of the holder, the amounts of the record in fen,
        its days, and ``in_use``."""
        return record_frame(self._view("contributions"))

    @cached_property
    def addresses(self) -> pd.DataFrame:
        """eid, sid, aid, text."""
        return record_frame(self._view("addresses"))

    @cached_property
    def phones(self) -> pd.DataFrame:
        """eid, sid, number."""
        return record_frame(self._view("phones"))

    def forget(self, name: str) -> None:
        """A view that nobody is about to ask for again; if somebody does, it is made again."""
        self._made.pop(name, None)
        self.__dict__.pop(name, None)

    def prepare(self, names: Iterable[str], histories: Mapping[str, Iterable[str]] | None = None) -> None:
        """These views, and by kind the histories with these fields, are about to be asked for: what they are made of
        is read together, each kind once. Reading takes half as long so."""
        wanted = {kind: [*SPINE, *fields] for kind, fields in (histories or {}).items()}
        for name in names:
            if self._there(name) is None:
                for kind, read in fields_of(name, self.point.valid).items():
                    wanted[kind] = [*wanted.get(kind, ()), *read]
        self._prepare(wanted)

    def keeps(self, names: Iterable[str]) -> bool:
        """Whether tables of these names, made from this projection by another room, are kept with it."""
        return self._source.has(names)

    def kept(self, name: str) -> pa.Table | None:
        """Such a table; ``None`` if it is not there, or damaged."""
        return self._source.view(name)

    def keep(self, tables: Mapping[str, pa.Table]) -> None:
        """Keep tables that follow from nothing but this projection; their names tell by what program."""
        self._source.add(tables)

    def shown(self, field: str) -> pd.Series:
        """Per enterprise the statement whose value of the field the view shows: eid -> sid."""
        self._prepare(shown_fields([field], self.point.valid))
        return shown_statements(self._said, self._firms, field, self.point.valid)

    def shown_rows(self, field: str) -> list[tuple[str, npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
        """The same by kind: places of enterprises, ascending, and rows of :meth:`history`."""
        self._prepare(shown_fields([field], self.point.valid))
        return shown_rows(self._said, self._firms, field, self.point.valid)


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
    a stored result names its ``hold_seq``. At the last seq what was read is kept in ``HOME/projection``, and an
    earlier one there is brought forward. Raises ``StoreError``.
    """
    if hold_seq is None:
        rows = store.read("read/last_seq")
        hold_seq = max(point.seq, (rows[0]["seq"] if rows else None) or 0)
    return Projection(point, channel, hold_seq, open_source(store, point, channel, hold_seq, progress))


def enterprise_pages(eids: np.ndarray[Any, Any]) -> list[str]:
    """Boundaries that part the enterprises into pages."""
    ordered = sorted(str(eid) for eid in eids)
    return ["", *ordered[PAGE_ENTERPRISES::PAGE_ENTERPRISES], _END]
