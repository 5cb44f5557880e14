"""The city as the offices see it on one day: what a delivery of that day says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from credit_graph.demo.cells import Column, Days, Mask, Numbers, where
from credit_graph.demo.conduct import Conduct
from credit_graph.demo.population import DEREGISTERED, NEVER
from credit_graph.demo.world import World

_KEPT = 900  # days that a deregistered firm stays in the register; every other one stays for good


@dataclass
class View:
    """One day of the world."""

    world: World
    conduct: Conduct
    on: date

    @property
    def day(self) -> np.datetime64:
        """The day."""
        return np.datetime64(self.on, "D")

    def passed(self, days: Days) -> Mask:
        """Whether it has happened (a day that never comes has not)."""
        result: Mask = days <= self.day
        return result

    def so_far(self, days: Days) -> Days:
        """The days that have come; those to come are not known yet."""
        return np.where(days <= self.day, days, NEVER)

    @cached_property
    def registered(self) -> Mask:
        """The firms that the register shows."""
        firms = self.world.firms
        dropped = (firms.end == DEREGISTERED) & (firms.ended + _KEPT <= self.day) & (np.arange(len(firms)) % 2 == 0)
        result: Mask = self.passed(firms.founded) & ~dropped
        return result

    @cached_property
    def operator(self) -> Numbers:
        """Who represents each firm."""
        changes = self.world.changes
        return np.where(changes.represented_on > self.day, changes.old_operator, self.world.firms.operator)

    @cached_property
    def address(self) -> Column:
        """住所 of each firm."""
        changes = self.world.changes
        return where(changes.moved_on > self.day, changes.old_address, self.world.address)

    @cached_property
    def capital(self) -> Numbers:
        """Registered capital of each firm in yuan."""
        changes = self.world.changes
        return np.where(changes.raised_on > self.day, changes.old_capital, self.world.firms.capital)

    @cached_property
    def name(self) -> Column:
        """企业名称 of each firm."""
        return self.name_at(np.arange(len(self.world.firms)), np.full(len(self.world.firms), self.day))

    def name_at(self, firm: Numbers, day: Days) -> Column:
        """The names of firms on days: what a table of that time calls them, also later."""
        changes = self.world.changes
        before = changes.renamed_on[firm] > day
        return where(before, changes.old_name.take(firm), self.world.name.take(firm))

    def capital_at(self, firm: Numbers, day: Days) -> Numbers:
        """Registered capital of firms on days, in yuan."""
        changes = self.world.changes
        return np.where(changes.raised_on[firm] > day, changes.old_capital[firm], self.world.firms.capital[firm])

    @cached_property
    def approved(self) -> Days:
        """The last entry in the register (核准日期)."""
        firms = self.world.firms
        days = [firms.founded, *(self.so_far(column) for column in self._changed)]
        result: Days = np.maximum.reduce([np.where(np.isnat(column), firms.founded, column) for column in days])
        return result

    @property
    def _changed(self) -> tuple[npt.NDArray[Any], ...]:
        changes = self.world.changes
        return changes.represented_on, changes.moved_on, changes.raised_on, changes.renamed_on, self.world.firms.ended
