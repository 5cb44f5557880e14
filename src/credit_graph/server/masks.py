"""Nested conditions as flags over columns: which enterprises fit. Reads nothing but what is in memory. Pure."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from math import ceil, floor
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit_graph.errors import UsageError
from credit_graph.projection.columns import days
from credit_graph.server.charts import Charts
from credit_graph.server.columns import Columns, by_eid
from credit_graph.server.filters import EnterpriseFilter, GroupFilter, PartyFilter, RecordFilter, given

Flags = npt.NDArray[np.bool_]
_FEN = 100
_MOST = Decimal(10) ** 16  # yuan


class _Ends(NamedTuple):
    """The entities of the links; ``place``: of each among the enterprises, -1 for none; ``at``: numbers of those."""

    charts: Charts
    place: npt.NDArray[np.intp]
    at: npt.NDArray[np.intp]


class Masks:
    """Which enterprises fit. ``grades``: by ``eid``, where a class is asked about; ``charts``: where a link is."""

    def __init__(self, columns: Columns, grades: pd.DataFrame | None = None, charts: Charts | None = None) -> None:
        self._columns, self._grades = columns, grades
        self._frame = columns.frame
        self._ends: _Ends | None = None
        if charts is not None:
            place = self._frame.index.get_indexer(pd.Index(charts.chart.ids))
            self._ends = _Ends(charts, place, np.flatnonzero(place >= 0))

    def firms(self, wanted: EnterpriseFilter) -> Flags:
        """Flags in the order of the columns; of no conditions all fit."""
        found = np.ones(len(self._frame), np.bool_)
        for name, value in given(wanted).items():
            found &= _CONDITIONS[name](self, value)
        return found

    def parties(self, wanted: PartyFilter) -> Flags:
        """Flags by number of the links' entities."""
        chart = self._linked.charts.chart
        found = np.ones(len(chart.ids), np.bool_)
        if wanted.person is not None:
            found &= chart.person == wanted.person
        if wanted.enterprise is not None:
            found &= self._as_entities(self.firms(wanted.enterprise))
        if wanted.controls is not None:
            found &= self._controlling(self.firms(wanted.controls))
        if wanted.holds is not None:
            found &= self._holding(self.firms(wanted.holds))
        return found

    @property
    def _linked(self) -> _Ends:
        if self._ends is None:
            raise ValueError("links are asked about, and none are given")
        return self._ends

    def _as_entities(self, firms: Flags) -> Flags:
        ends = self._linked
        found = np.zeros(len(ends.place), np.bool_)
        found[ends.at] = firms[ends.place[ends.at]]
        return found

    def _as_firms(self, entities: Flags) -> Flags:
        ends = self._linked
        found = np.zeros(len(self._frame), np.bool_)
        found[ends.place[ends.at]] = entities[ends.at]
        return found

    def _controlling(self, firms: Flags) -> Flags:
        """Which entities control one of the firms, through however many; members of a ring control one another."""
        forest = self._linked.charts.chart.forest
        fits = self._as_entities(firms)
        found = np.zeros(len(fits), np.bool_)
        found[forest.ring[fits & (forest.ring >= 0)]] = True
        above = np.unique(forest.parent[fits])
        while len(above := above[above >= 0]):
            found[above] = True
            above = np.unique(forest.parent[above])
        inside = forest.ring >= 0
        found[inside] = found[forest.ring[inside]]
        return found

    def _holding(self, firms: Flags) -> Flags:
        """Which entities hold a share of one of the firms."""
        holder, company = self._holdings
        found = np.zeros(len(self._linked.place), np.bool_)
        found[holder[self._as_entities(firms)[company]]] = True
        return found

    @property
    def _holdings(self) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.integer]]:
        """The holder and the company of each holding."""
        held = self._linked.charts.chart.holdings
        return held.in_holder, np.repeat(np.arange(held.n), np.diff(held.in_ptr))

    def controlled_by(self, wanted: PartyFilter) -> Flags:
        """Whose ultimate controller fits; of a ring that controls, one member."""
        forest = self._linked.charts.chart.forest
        fits = self.parties(wanted)
        inside = fits & (forest.ring >= 0)
        fits[forest.ring[inside]] = True
        return self._as_firms((forest.parent >= 0) & fits[forest.root])

    def held_by(self, wanted: PartyFilter) -> Flags:
        """Of whom one holder fits."""
        holder, company = self._holdings
        found = np.zeros(len(self._linked.place), np.bool_)
        found[company[self.parties(wanted)[holder]]] = True
        return self._as_firms(found)

    def controlling(self, part: EnterpriseFilter) -> Flags:
        """Who controls one that fits."""
        return self._as_firms(self._controlling(self.firms(part)))

    def holding(self, part: EnterpriseFilter) -> Flags:
        """Who holds a share of one that fits."""
        return self._as_firms(self._holding(self.firms(part)))

    def grouped(self, wanted: GroupFilter) -> Flags:
        """Who has another member of one of its groups that fits."""
        rows = self._linked.charts.groups
        if wanted.layer is not None:
            rows = rows[rows["layer"] == wanted.layer]
        place = self._frame.index.get_indexer(pd.Index(rows["member"]))
        group = rows.groupby(["layer", "key"]).ngroup().to_numpy()[place >= 0]
        place = place[place >= 0]
        fits = self.firms(wanted.member or EnterpriseFilter())[place]
        others = np.bincount(group, fits, len(group) + 1)[group] - fits if len(group) else np.zeros(0)
        found = np.zeros(len(self._frame), np.bool_)
        found[place[others > 0]] = True
        return found

    def recorded(self, wanted: RecordFilter) -> Flags:
        """Of whom enough such records speak."""
        projection, kind = self._columns.projection, wanted.kind.value
        said = projection.statements(kind, [])
        place = projection.places(kind)
        fits = (place >= 0) & (said.in_use == wanted.in_use)
        if not wanted.ended:
            fits &= said.visible
        since = days(said.columns["valid_from"])
        if wanted.from_ is not None:
            fits &= since >= np.datetime64(wanted.from_)
        if wanted.to is not None:
            fits &= since <= np.datetime64(wanted.to)
        counts = np.bincount(place[fits], minlength=len(self._frame))
        return np.asarray(counts >= max(wanted.at_least, 1), np.bool_)

    def column(self, name: str, fits: Callable[[pd.Series], Any]) -> Flags:
        """Of whom a column of the view says something that fits."""
        return _flags(fits(self._frame[name]))

    def place(self, name: str, value: str) -> Flags:
        """Of whom a column of the places has a value."""
        return _flags(self._columns.places[name] == value)

    def capital(self, *, least: Decimal | None = None, most: Decimal | None = None) -> Flags:
        """Whose registered capital lies within these bounds, in yuan."""
        fen = self._columns.capital
        if least is not None:
            return _flags(fen >= ceil(_bounded(least) * _FEN))
        return _flags(fen <= floor(_bounded(most or Decimal(0)) * _FEN))

    def industry(self, value: str) -> Flags:
        """Of whom the industry is of a section, or its code begins so."""
        if len(value) == 1 and value.isalpha():
            return self.place("section", value.upper())
        return self.column("industry_code", lambda codes: codes.str.startswith(value))

    def graded(self, column: str, values: list[str]) -> Flags:
        """Who has one of these classes."""
        if self._grades is None:
            raise ValueError("classes are asked about, and none are given")
        found = by_eid(self._grades, column, self._frame.index)
        return np.isin(found.astype(str), [value for value in values if value != "None"])

    def any_of(self, parts: list[EnterpriseFilter]) -> Flags:
        """Who fits one of them."""
        found = np.zeros(len(self._frame), np.bool_)
        for part in parts:
            found |= self.firms(part)
        return found

    def all_of(self, parts: list[EnterpriseFilter]) -> Flags:
        """Who fits each of them."""
        found = np.ones(len(self._frame), np.bool_)
        for part in parts:
            found &= self.firms(part)
        return found


def _bounded(yuan: Decimal) -> Decimal:
    """The amount, cut to what a column can hold. Raises ``UsageError`` for what is no number."""
    if yuan.is_nan():
        raise UsageError("usage.bad_value", option="filter", value=yuan, why="123.45")
    return max(-_MOST, min(yuan, _MOST))


def _flags(found: pd.Series) -> Flags:
    return np.asarray(found.fillna(False), np.bool_)


_CONDITIONS: dict[str, Callable[[Masks, Any], Flags]] = {
    "and_": Masks.all_of,
    "or_": Masks.any_of,
    "not_": lambda masks, part: ~masks.firms(part),
    "name_contains": lambda masks, text: masks.column("name", lambda names: names.str.contains(text, regex=False)),
    "name_starts_with": lambda masks, text: masks.column("name", lambda names: names.str.startswith(text)),
    "state": lambda masks, value: masks.column("state", lambda states: states == value),
    "states": lambda masks, values: masks.column("state", lambda states: states.isin(values)),
    "district": lambda masks, value: masks.column("district", lambda codes: codes.str.startswith(value)),
    "county": lambda masks, value: masks.place("county", value),
    "station": lambda masks, value: masks.place("station", value),
    "industry": Masks.industry,
    "entity_kind": lambda masks, value: masks.column("entity_kind", lambda kinds: kinds == value),
    "level": lambda masks, value: masks.graded("level", [value]),
    "levels": lambda masks, values: masks.graded("level", values),
    "official_level": lambda masks, value: masks.graded("official", [value]),
    "level_in_effect": lambda masks, value: masks.graded("in_effect", [value]),
    "founded_from": lambda masks, day: masks.column("founded_on", lambda days_: days_ >= np.datetime64(day)),
    "founded_to": lambda masks, day: masks.column("founded_on", lambda days_: days_ <= np.datetime64(day)),
    "capital_from": lambda masks, yuan: masks.capital(least=yuan),
    "capital_to": lambda masks, yuan: masks.capital(most=yuan),
    "records": Masks.recorded,
    "controller": Masks.controlled_by,
    "holder": Masks.held_by,
    "controls": Masks.controlling,
    "holds": Masks.holding,
    "group": Masks.grouped,
}
