"""Backtest: grade a past day by what was known then, and hold against it what came after. Nothing is written."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import pandas as pd

from credit_graph.errors import StateError, UsageError
from credit_graph.grading.backtest.compare import Comparison, Frozen, compare
from credit_graph.grading.backtest.outcomes import Sample, drawn, everybody, first_day
from credit_graph.grading.backtest.rules import BacktestRules, backtest_policy
from credit_graph.grading.grade import grade
from credit_graph.grading.policy import GradingPolicy, grading_policy
from credit_graph.jobs.batches import last_seq, refuse_open_batch
from credit_graph.jobs.frozen import Archive, Past
from credit_graph.links.compute import links
from credit_graph.links.policy import link_policy
from credit_graph.projection import Projection
from credit_graph.projection.graph import Progress
from credit_graph.store import Store

SampleName = Literal["drawn", "random", "all"]
SAMPLES: tuple[SampleName, ...] = ("drawn", "random", "all")
_HORIZON = re.compile(r"([1-9]\d{0,2})([dmy])")
_MONTHS = {"m": 1, "y": 12}


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a backtest found: which day, up to when (inclusive), by which draws, and the day as it was known."""

    policy: GradingPolicy
    rules: BacktestRules
    at: date
    until: date
    sample: SampleName
    unseen: int
    past: Past
    last: int
    levels: dict[str, int]
    result: Comparison


def backtest(
    store: Store,
    policy_name: str,
    at: date,
    horizon: str,
    today: date,
    sample: SampleName = "drawn",
    progress: Progress | None = None,
) -> Backtest:
    """Grade at ``at`` and compare with what was found in the ``horizon`` (``12m``, ``90d``, ``1y``) after it.

    Raises ``UsageError``: a horizon that is none, one that is not over, a day before the data begins; ``StateError``:
    nothing is loaded, too little was found, a batch is open; ``DefinitionError`` for a day without policy.
    """
    until, earlier = moved(at, horizon), moved(at, horizon, back=True)
    if until > today:
        raise UsageError("usage.horizon_open", at=at, until=until, today=today)
    refuse_open_batch(store)
    last = last_seq(store)
    if not last:
        raise StateError("state.no_data")
    policy, _ = grading_policy(policy_name, at)
    rules = backtest_policy().on(at)
    archive = Archive(store, last, today, progress)
    known = archive.today()
    begin = first_day(known, rules)
    if begin is None or at < begin:
        raise UsageError("usage.before_records", at=at, begin=begin or today)
    past = archive.on(at)
    now = _frozen(past.projection, policy, known, rules, sample, at, until)
    if now.found < rules.least_found:
        raise StateError("state.too_few_found", found=now.found, least=rules.least_found, at=at, until=until)
    before = None
    if earlier >= begin:
        # learnt by what was known of it at ``at``
        before = _frozen(archive.on(earlier).projection, policy, past.projection, rules, sample, earlier, at)
    result = compare(
        now,
        before if before and before.found >= rules.least_found else None,
        _sample(known, rules, sample, earlier, at, now.graded.firms.index),
        lambda sids: archive.later(at, sids),
        rules,
    )
    counted = now.graded.firms["level"].value_counts()
    levels = {level.level: int(counted.get(level.level, 0)) for level in policy.scale.levels}
    return Backtest(policy, rules, at, until, sample, now.sample.unseen, past, last, levels, result)


def _frozen(
    projection: Projection,
    policy: GradingPolicy,
    known: Projection,
    rules: BacktestRules,
    sample: SampleName,
    after: date,
    until: date,
) -> Frozen:
    """The grades of a day, and by ``known`` what was found in (after, until]."""
    found = links(projection, link_policy())
    graded = grade(projection, found, policy)
    return Frozen(projection, found, graded, _sample(known, rules, sample, after, until, graded.firms.index))


def _sample(
    known: Projection, rules: BacktestRules, sample: SampleName, after: date, until: date, firms: pd.Index
) -> Sample:
    if sample == "all":
        return everybody(known, rules, after, until, firms)
    every = drawn(known, rules, after, until)
    return every.of(every.rows["random"]) if sample == "random" else every


def moved(day: date, horizon: str, *, back: bool = False) -> date:
    """The day a horizon later, or earlier; of a month without such a day its last one.

    Raises ``UsageError("usage.bad_value")``: ``horizon`` is none, or leads out of the calendar.
    """
    found = _HORIZON.fullmatch(horizon)
    why = "12m, 90d, 1y"
    if found is None:
        raise UsageError("usage.bad_value", option="--horizon", value=horizon, why=why)
    count, unit = (-1 if back else 1) * int(found[1]), found[2]
    try:
        if unit == "d":
            return day + timedelta(days=count)
        years, month = divmod(day.year * 12 + day.month - 1 + count * _MONTHS[unit], 12)
        return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))
    except (ValueError, OverflowError, calendar.IllegalMonthError):
        raise UsageError("usage.bad_value", option="--horizon", value=horizon, why=why) from None
