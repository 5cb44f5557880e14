"""What came after a day: who was looked at by chance and what was found, and every violation that became known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from credit_graph.grading.backtest.rules import BacktestRules, Draws
from credit_graph.grading.facts import select
from credit_graph.grading.rules import Condition, Records
from credit_graph.projection import Projection

MILLION = 1_000_000  # shares are parts per million
COLUMNS = ["eid", "weight", "random", "found"]


@dataclass(frozen=True, slots=True)
class Sample:
    """Of whom it is known whether something happened: ``rows`` with eid, weight, random, found.

    ``unseen``: how many were drawn where nothing could be looked at. A firm has a row for every draw: draws of several
    tasks are several samples of one population, each weighted by one over its own probability.
    """

    rows: pd.DataFrame
    unseen: int = 0

    @property
    def found(self) -> int:
        """In how many something was found."""
        return int(self.rows["found"].sum())

    def of(self, chosen: pd.Series) -> Sample:
        """The rows that are chosen."""
        return Sample(self.rows[chosen].reset_index(drop=True), self.unseen)


def drawn(today: Projection, rules: BacktestRules, after: date, until: date) -> Sample:
    """Draws with a known probability in (after, until]; ``today``: what is known now."""
    draws = rules.draws
    rows = select(_records(draws), today, draws.probability, draws.random_arm)
    chance = rows[draws.probability]
    known = (chance > 0).fillna(False).astype(bool) & (chance <= MILLION).fillna(False).astype(bool)
    rows = rows[known & _within(rows[draws.day], after, until)]
    unseen = rows["sid"].isin(select(_records(draws, draws.unseen), today)["sid"])
    found = rows["sid"].isin(select(_records(draws, draws.found), today)["sid"])
    columns = {
        "eid": rows["eid"],
        "weight": MILLION / rows[draws.probability].astype("float64"),
        "random": rows[draws.random_arm].fillna(False).astype(bool),
        "found": found,
    }
    seen = pd.DataFrame(columns)[~unseen]
    return Sample(seen.sort_values(COLUMNS, ignore_index=True), int(unseen.sum()))


def everybody(today: Projection, rules: BacktestRules, after: date, until: date, firms: pd.Index) -> Sample:
    """All ``firms``, and whether any violation became known in (after, until]: that says also where people looked."""
    found: set[str] = set()
    for records in rules.violations:
        rows = select(records, today)
        found.update(rows.loc[_within(rows[records.day or "valid_from"], after, until), "eid"])
    rows = pd.DataFrame({"eid": firms, "weight": 1.0, "random": False, "found": firms.isin(list(found))})
    return Sample(rows.sort_values("eid", ignore_index=True))


def first_day(today: Projection, rules: BacktestRules) -> date | None:
    """The first day of which any violation or draw is known: before it there is nothing to tell from."""
    days = []
    for records in (*rules.violations, _records(rules.draws)):
        found = select(records, today)[records.day or "valid_from"].dropna()
        days += [found.min()] if len(found) else []
    return pd.Timestamp(min(days)).date() if days else None


def _records(draws: Draws, *conditions: Condition) -> Records:
    return Records(kind=draws.kind, only="begun", day=draws.day, where=conditions)


def _within(days: pd.Series, after: date, until: date) -> pd.Series:
    return (days > np.datetime64(after)) & (days <= np.datetime64(until))
