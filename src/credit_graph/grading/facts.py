"""The facts that indicators read, by place of the enterprise: worked out once for all indicators of a run."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from credit_graph.grading.chains import Chains
from credit_graph.grading.columns import (
    Days,
    Flags,
    Numbers,
    Places,
    Rows,
    Said,
    coded,
    codes_of,
    joined,
    last_days,
    numbers_of,
    places,
    texts,
    within,
)
from credit_graph.grading.rules import Condition, Records, Span
from credit_graph.links.compute import Links
from credit_graph.links.reborn_data import ends, find_reborn
from credit_graph.links.reborn_policy import reborn_policy
from credit_graph.model.kinds import KINDS
from credit_graph.projection import Projection, normal_name
from credit_graph.projection.columns import whole

_ALWAYS = ("source", "key", "known_from")


def read_at_once(reads: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Per kind what its :class:`Table` asks for, if ``reads`` are the fields of rules; what a policy awaits is of no
    kind yet."""
    return {kind: [*_ALWAYS, *fields] for kind, fields in reads.items() if kind in KINDS}


class Table:
    """The statements of a kind, by ``sid``, column by column; ``firm``: the place of each one's subject.

    ``used``: no hold on the channel; ``visible``: true on the day.
    """

    def __init__(self, projection: Projection, kind: str, fields: Iterable[str]) -> None:
        """``fields``: to be read at once, which takes less time than one by one."""
        said = projection.statements(kind, [*_ALWAYS, *fields])
        self._columns = said.columns
        self.firm: Places = projection.places(kind)
        self.used: Flags = said.in_use
        self.visible: Flags = said.visible
        self._made: dict[tuple[str, str], Any] = {}

    def __len__(self) -> int:
        return len(self.firm)

    def column(self, name: str) -> pa.ChunkedArray:
        """One column."""
        return self._columns[name]

    def _once(self, what: str, name: str, make: Callable[[pa.ChunkedArray], Any]) -> Any:
        if (what, name) not in self._made:
            self._made[what, name] = make(self._columns[name])
        return self._made[what, name]

    def days(self, name: str) -> Days:
        """Days as they are, years as their last day; ``NaT`` for none."""
        found: Days = self._once("days", name, last_days)
        return found

    def numbers(self, name: str) -> Numbers:
        """Whole numbers, 0 where there is none."""
        found: Numbers = self._once("numbers", name, numbers_of)
        return found

    def there(self, name: str) -> Flags:
        """Where a value is given."""
        found: Flags = self._once("there", name, lambda column: column.is_valid().to_numpy())
        return found

    def coded(self, name: str) -> tuple[Rows, list[str]]:
        """Numbers of the distinct values (-1: missing), and the values as text: each is then looked at once."""
        found: tuple[Rows, list[str]] = self._once("coded", name, coded)
        return found

    @cached_property
    def sids(self) -> pa.Array:
        """Of all rows."""
        return whole(self._columns["sid"])

    @cached_property
    def since(self) -> Days:
        """From when each is true."""
        return self.days("valid_from")

    def later(self, rows: Rows, *first: npt.NDArray[Any]) -> Rows:
        """The rows in order: by the arrays given (the last one first), then valid_from, known_from, sid."""
        return rows[np.lexsort((rows, self.numbers("known_from")[rows], self.since[rows], *first))]

    @cached_property
    def key(self) -> Rows:
        """What the statements of one key of one source have in common."""
        return self.coded("source")[0] * len(self) + codes_of(self._columns["key"])

    def fact(self, same: str | None) -> Rows:
        """What names the fact that a record tells of: its key, or the number that all sources give it (below 0)."""
        if same is None:
            return self.key
        found: Rows = self._once("fact", same, lambda _: self._number(same))
        return found

    def _number(self, same: str) -> Rows:
        codes, values = self.coded(same)
        numbers: dict[str, int] = {}
        normal = [numbers.setdefault(normal_name(value), len(numbers)) for value in values]
        return np.where(codes < 0, self.key, -1 - np.array([*normal, 0], np.int64)[codes])

    def fulfils(self, condition: Condition) -> Flags:
        """Which statements meet the condition; a missing value only ``empty`` and ``none_of``."""
        name = condition.field
        if condition.empty is not None:
            return ~self.there(name) if condition.empty else self.there(name)
        if condition.counts:
            numbers, low, high = self.numbers(name), condition.at_least, condition.below
            fits = numbers >= low if low is not None else numbers < (high or 0)
            return fits & self.there(name)
        codes, values = self.coded(name)
        if condition.contains:
            pattern = re.compile("|".join(map(re.escape, condition.contains)))
            met = [pattern.search(value) is not None for value in values]
        else:
            met = [value in (condition.one_of or condition.none_of) for value in values]
        found: Flags = np.array([*met, False], np.bool_)[codes]
        return ~found if condition.none_of else found

    def chosen(self, rule: Records, window: Span | None, day: date) -> Flags:
        """The statements that fulfil a rule: in use on the channel, in time, within the window, all conditions met."""
        found = self.used
        if rule.only == "valid":
            found = found & self.visible
        for condition in rule.where:
            found = found & self.fulfils(condition)
        if window is not None:
            found = found & within(self.days(rule.day or "valid_from"), day, window)
        return found

    def tell(self, chosen: Flags) -> Said:
        """The chosen statements, each of its subject."""
        rows = np.flatnonzero(chosen)
        return Said(self.firm[rows], rows, self.sids)


class Facts:
    """A projection and its links as indicators read them. ``count``: of enterprises."""

    def __init__(
        self, projection: Projection, links: Links, reads: Mapping[str, Collection[str]] | None = None
    ) -> None:
        """``reads``: by kind the fields that will be asked for."""
        self.projection, self.links, self._reads = projection, links, reads or {}
        self.day: date = projection.point.valid
        self.eids = texts(projection.enterprises.index.to_series())
        self.count = len(self.eids)
        self._tables: dict[str, Table] = {}
        self._shown: dict[str, Said] = {}
        self._of_kind: dict[str, pa.Array] = {}
        self.relations: dict[str, Any] = {}  # who is related to whom, by the name of the relation (related.py)

    def place(self, eids: pd.Series) -> Places:
        """The place of each."""
        return places(eids, self.eids)

    def table(self, kind: str) -> Table | None:
        """The statements of a kind; ``None`` if no source of it is loaded: then nothing found means nothing."""
        if kind not in self._tables:
            if not loaded(kind, self.projection):
                return None
            self._tables[kind] = Table(self.projection, kind, self._reads.get(kind, ()))
        return self._tables[kind]

    def forget(self, kind: str) -> None:
        """What was worked out of the statements of a kind goes; it is made again if somebody asks."""
        self._tables.pop(kind, None)

    def chosen(self, rule: Records, window: Span | None, *, of_firm: bool = True) -> Flags:
        """The statements that fulfil a rule (:meth:`Table.chosen`), of firms only or of anybody."""
        table = self.table(rule.kind)
        assert table is not None
        found = table.chosen(rule, window, self.day)
        return found & (table.firm >= 0) if of_firm else found

    def firms(self, rule: Records, window: Span | None) -> Flags:
        """The enterprises (n) that have such a record."""
        table = self.table(rule.kind)
        result = np.zeros(self.count, np.bool_)
        if table is not None:
            result[table.firm[self.chosen(rule, window)]] = True
        return result

    def shown(self, field: str) -> Said:
        """The statements whose value of a field the current view shows: one of a firm, so their order is free."""
        if field not in self._shown:
            parts = self.projection.shown_rows(field)
            said = [Said(at.astype(np.int32), row, self._sids(kind)) for kind, at, row in parts]
            self._shown[field] = joined(said)
        return self._shown[field]

    def _sids(self, kind: str) -> pa.Array:
        if kind not in self._of_kind:
            self._of_kind[kind] = whole(self.projection.statements(kind, ["sid"]).columns["sid"])
        return self._of_kind[kind]

    @cached_property
    def chains(self) -> Chains:
        """Groups and controllers."""
        return Chains(self.links, self.eids)

    @cached_property
    def ends(self) -> pd.DataFrame:
        """What ended firms, and when (see links/reborn_data.py)."""
        return ends(self.projection, reborn_policy().on(self.day))

    @cached_property
    def reborn(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Firms that look like ended ones come back, and what they share (see links/reborn_data.py)."""
        return find_reborn(self.projection, self.links, reborn_policy().on(self.day), ended=self.ends)

    @cached_property
    def nobody(self) -> Numbers:
        """Zero for everybody."""
        return np.zeros(self.count, np.int64)

    def counted(self, firm: Places, fact: Rows) -> Numbers:
        """How many distinct facts each enterprise has."""
        _, codes = np.unique(fact, return_inverse=True)
        width = max(len(codes), 1)
        pairs = np.unique(firm.astype(np.int64) * width + codes)
        return np.bincount(pairs // width, minlength=self.count).astype(np.int64)


def loaded(kind: str, projection: Projection) -> bool:
    """Whether any source of that kind has been loaded: without one, nothing found means nothing."""
    return kind in KINDS and projection.stated(kind)


def select(rule: Records, projection: Projection, *fields: str) -> pd.DataFrame:
    """The records about firms that fulfil a rule: sid, eid, valid_from, what it reads and the ``fields`` named."""
    names = dict.fromkeys(["sid", "eid", "valid_from", *rule.fields, *fields])
    table = Table(projection, rule.kind, names)
    chosen = table.chosen(rule, None, projection.point.valid) & (table.firm >= 0)
    return projection.history(rule.kind, names).loc[chosen, list(names)]
