"""The life of a warning (风险预警): open, assigned, handled, closed (销号), and open again with a new event. Pure.

A firm has one warning. While it is open or assigned, new signals join it; once it is handled or closed, a new one that
still makes enough points opens it again, in the next round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Literal, NamedTuple

from credit_graph.errors import StateError, UsageError
from credit_graph.grading.alert_policy import AlertLevel, AlertRules
from credit_graph.grading.alerts import Judgement
from credit_graph.grading.signals import COLUMNS
from credit_graph.model.statement import Value
from credit_graph.text import t

State = Literal["open", "assigned", "handled", "closed"]
Step = Literal["opened", "joined", "reopened", "assigned", "handled", "closed"]
STATES: dict[str, tuple[str, str]] = {
    "open": ("待分派", "open"),
    "assigned": ("办理中", "assigned"),
    "handled": ("已处置", "handled"),
    "closed": ("已销号", "closed"),
}
STEPS: dict[str, tuple[str, str]] = {
    "opened": ("预警", "opened"),
    "joined": ("新增信号", "new signals"),
    "reopened": ("再次预警", "opened again"),
    "assigned": ("分派", "assigned"),
    "handled": ("处置", "handled"),
    "closed": ("销号", "closed"),
}
# in which states a person may take the step; what is handled may be given back
_FROM: dict[str, tuple[State, ...]] = {
    "assigned": ("open", "assigned", "handled"),
    "handled": ("assigned",),
    "closed": ("handled",),
}
Due = Callable[[int], date]  # working days from the day of the step -> the last day


@dataclass(frozen=True, slots=True)
class Alert:
    """A warning as one statement says it; ``points``: the most that its signals made in this round."""

    eid: str
    state: State
    step: Step
    round: int
    level: str
    points: int
    opened_on: date
    due_on: date
    stepped_on: date
    owner: str | None = None
    measure: str | None = None
    note: str | None = None
    handled_on: date | None = None
    closed_on: date | None = None

    def content(self) -> dict[str, Value]:
        """As the content of a statement; empty values are left out."""
        values = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "eid"}
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def of(cls, eid: str, content: Mapping[str, Any]) -> Alert:
        """The warning of a firm that a statement holds."""
        values: dict[str, Any] = {item.name: content.get(item.name) for item in fields(cls) if item.name != "eid"}
        return cls(eid, **values)

    @property
    def waits(self) -> bool:
        """Whether somebody has still to do something: it takes in new signals as it is."""
        return self.state in {"open", "assigned"}

    def overdue(self, today: date) -> bool:
        """Whether the term is over and it is not handled."""
        return self.waits and self.due_on < today


def assign(alert: Alert, owner: str, day: date, due: date | None = None, note: str | None = None) -> Alert:
    """Give it to somebody; ``due``: another term. Raises ``StateError("state.alert_step")``, ``UsageError``."""
    _check(alert, "assigned")
    _given("owner", owner)
    if due is not None and due < day:
        raise UsageError("usage.bad_value", option="due", value=due, why=t(f"早于 {day}", f"it lies before {day}"))
    return replace(
        alert, state="assigned", step="assigned", stepped_on=day, owner=owner, due_on=due or alert.due_on,
        measure=None, note=note, handled_on=None,
    )  # fmt: skip


def handle(alert: Alert, measure: str, day: date, note: str | None = None) -> Alert:
    """Say what was done. Raises ``StateError("state.alert_step")`` and ``UsageError``."""
    _check(alert, "handled")
    _given("measure", measure)
    return replace(alert, state="handled", step="handled", stepped_on=day, measure=measure, note=note, handled_on=day)


def close(alert: Alert, note: str, day: date) -> Alert:
    """Close it (销号), with the ground. Raises ``StateError("state.alert_step")`` and ``UsageError``."""
    _check(alert, "closed")
    _given("note", note)
    return replace(alert, state="closed", step="closed", stepped_on=day, note=note, closed_on=day)


def _check(alert: Alert, step: Step) -> None:
    if alert.state not in _FROM[step]:
        state, wanted = t(*STATES[alert.state]), t(*STEPS[step])
        needs = t("、", ", ").join(t(*STATES[name]) for name in _FROM[step])
        raise StateError("state.alert_step", firm=alert.eid, state=state, step=wanted, needs=needs)


def _given(option: str, value: str) -> None:
    if not value.strip():
        raise UsageError("usage.bad_value", option=option, value=value, why=t("必须填写", "must be given"))


Key = tuple[str, str, str]  # eid, rule and object: what names a signal


class Begun(NamedTuple):
    """A signal that begins to stand, in which round of its firm's warning, with evidence and figures (JSON)."""

    key: Key
    round: int
    sids: tuple[str, ...]
    said: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run changes: signals that begin to stand, those that end, and warnings."""

    begun: list[Begun]
    ended: list[Key]
    alerts: list[Alert]

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return not (self.begun or self.ended or self.alerts)


def plan(
    found: Judgement, standing: Set[Key], alerts: Mapping[str, Alert], rules: AlertRules, day: date, due: Due
) -> Plan:
    """What follows from a judgement for what stands.

    ``standing``: the signals that stand; ``alerts``: the warnings by eid. A firm's points are those of all its
    signals, new or not, each rule once. Done again after it was written, it gives nothing.
    """
    told = [found.signals[name].tolist() for name in COLUMNS]
    keys: list[Key] = list(zip(*told[:3], strict=True))
    struck = {key[0] for key, new in zip(keys, told[3], strict=True) if new and key not in standing}
    rules_of: dict[str, set[str]] = {eid: set() for eid in sorted(struck)}
    for eid, rule, _ in keys:
        if eid in struck:
            rules_of[eid].add(rule)
    worth = {rule.id: rule.points for rule in rules.rules}
    changed = [
        _with_new(eid, sum(worth[name] for name in names), alerts.get(eid), rules, day, due)
        for eid, names in rules_of.items()
    ]
    warned = {alert.eid: alert for alert in changed if alert is not None}
    begun = [
        Begun(key, warned[key[0]].round, sids, said)
        for key, sids, said in zip(keys, told[4], told[5], strict=True)
        if key[0] in warned and key not in standing
    ]
    ended = sorted(key for key in standing - set(keys) if key[1] not in found.silent)
    return Plan(begun, ended, list(warned.values()))


def _with_new(eid: str, points: int, alert: Alert | None, rules: AlertRules, day: date, due: Due) -> Alert | None:
    """The warning of a firm with a new signal; ``None`` where the points open none."""
    level = rules.level_of(points)
    if alert is not None and alert.waits:
        return _joined(alert, points, level, day, due)
    if level is None:
        return None
    term = due(level.working_days)
    if alert is None:
        return Alert(eid, "open", "opened", 1, level.level, points, day, term, day)
    return Alert(eid, "open", "reopened", alert.round + 1, level.level, points, day, term, day)


def _joined(alert: Alert, points: int, level: AlertLevel | None, day: date, due: Due) -> Alert:
    """With more signals: the level and the term may become stricter, never the other way."""
    if level is None or points <= alert.points:
        return replace(alert, step="joined", stepped_on=day)
    term = min(alert.due_on, due(level.working_days)) if level.level != alert.level else alert.due_on
    return replace(alert, step="joined", stepped_on=day, level=level.level, points=points, due_on=term)
