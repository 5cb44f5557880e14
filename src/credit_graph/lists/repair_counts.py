"""The desk's figures of a month: received, accepted, granted, refused, withdrawn, and how long it took. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median
from typing import Any

from credit_graph.lists.procedures import END, Procedure, procedures
from credit_graph.lists.proceedings import STOPPED, Proceeding, due
from credit_graph.lists.repair import RepairKind
from credit_graph.text import t

_GRANTS = ("repair", "pause")


@dataclass(slots=True)
class Counted:
    """Of one kind of application in a month. ``days``: of those decided in it (granted or refused) from the application
    to the decision, legal days; ``late``: those decided in it after their term, and those still open past it."""

    kind: RepairKind
    received: int = 0
    accepted: int = 0
    granted: int = 0
    refused: int = 0
    withdrawn: int = 0
    late: int = 0
    days: tuple[int, ...] = ()

    @property
    def median_days(self) -> float | None:
        """Half of them took at most so long; ``None``: none was decided."""
        return float(median(self.days)) if self.days else None

    @property
    def longest_days(self) -> int | None:
        """The longest."""
        return max(self.days, default=None)

    def as_json(self) -> dict[str, Any]:
        """As ``repair counts --json`` prints it."""
        names = ("received", "accepted", "granted", "refused", "withdrawn", "median_days", "longest_days", "late")
        title = t(self.kind.name.zh, self.kind.name.en)
        return {"kind": self.kind.id, "name": title, **{name: getattr(self, name) for name in names}}


def count(kind: RepairKind, found: Iterable[Proceeding], year: int, month: int, today: date) -> Counted:
    """The figures of a month up to ``today``, from the steps taken by then.

    It is accepted by the step ``accepted``; of kinds without one (经营异常名录, 标记) by its receipt.
    """
    first = date(year, month, 1)
    end = date(year + month // 12, month % 12 + 1, 1)
    made = Counted(kind)
    for item in found:
        rules = procedures(item.list).on(item.procedure, item.opened_on)
        _add(made, rules, item, first, end, today)
    return made


def _add(made: Counted, rules: Procedure, item: Proceeding, first: date, end: date, today: date) -> None:
    within = item.opened_on >= first and item.opened_on < end
    made.received += within
    if rules.step("accepted") is None:
        made.accepted += within
    for place, taken in enumerate(item.taken):
        if not first <= taken.day < end:
            continue
        step = rules.step(taken.step)
        outcome = step.outcome(taken.outcome) if step is not None else None
        made.accepted += taken.step == "accepted" and taken.outcome == "accepted"
        made.withdrawn += taken.outcome == STOPPED
        granted = outcome is not None and outcome.makes in _GRANTS
        refused = outcome is not None and outcome.then == END
        made.granted += granted
        made.refused += refused
        if granted or refused:
            begun = date.fromisoformat(item.said["applied_on"]) if "applied_on" in item.said else item.opened_on
            made.days = (*made.days, (taken.day - begun).days)
            made.late += _late(rules, replace(item, taken=item.taken[:place]), taken.day)
    known = tuple(taken for taken in item.taken if taken.day < end)
    if known and not _decided(rules, item, known):
        made.late += _late(rules, replace(item, taken=known), min(end - timedelta(days=1), today))


def _decided(rules: Procedure, item: Proceeding, known: tuple[Any, ...]) -> bool:
    """Whether it was granted, refused or stopped by then."""
    for taken in known:
        step = rules.step(taken.step)
        outcome = step.outcome(taken.outcome) if step is not None else None
        if taken.outcome == STOPPED or (outcome is not None and (outcome.makes in _GRANTS or outcome.then == END)):
            return True
    return False


def _late(rules: Procedure, item: Proceeding, day: date) -> bool:
    """Whether the term of what came next was over before the day."""
    term = due(rules, item)
    return term is not None and term.day < day
