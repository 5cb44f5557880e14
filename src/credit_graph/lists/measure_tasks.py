"""Tasks of joint measures (联合惩戒、联合激励): one per firm, measure and department: asked, answered, lifted. Pure.

A firm that stands on a list by several entries, or on several lists that lead to the same measure, is asked for once:
the measure is lifted when nothing leads to it any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Literal, NamedTuple

from credit_graph.errors import StateError, UsageError
from credit_graph.lists.measures import Terms
from credit_graph.model.statement import Value
from credit_graph.text import joined, t

State = Literal["asked", "answered", "lift_asked", "closed", "void"]
Answer = Literal["taken", "lifted", "no_case", "not_applicable"]
Why = Literal["removed", "repaired", "withdrawn", "expired", "no_basis", "unfit"]
STATES: dict[str, tuple[str, str]] = {
    "asked": ("待反馈", "asked"),
    "answered": ("已反馈", "answered"),
    "lift_asked": ("待解除", "to be lifted"),
    "closed": ("已办结", "closed"),
    "void": ("已撤回", "void"),
}
ANSWERS: dict[str, tuple[str, str]] = {
    "taken": ("已实施", "taken"),
    "lifted": ("已解除", "lifted"),
    "no_case": ("无此情形", "no case"),
    "not_applicable": ("不适用", "not applicable"),
}
WHYS: dict[str, tuple[str, str]] = {
    "removed": ("已移出", "removed"),
    "repaired": ("已修复", "repaired"),
    "withdrawn": ("列入已撤销", "the entry was annulled"),
    "expired": ("期限届满", "its term is over"),
    "no_basis": ("措施依据失效或者不再适用", "no basis carries the measure any more"),
    "unfit": ("不再符合列入规定", "the entry is not lawful any more"),
}
_WAITS: tuple[State, ...] = ("asked", "lift_asked")


class Key(NamedTuple):
    """What names a task: the firm, the measure, the department that is asked."""

    eid: str
    measure: str
    department: str


class Ground(NamedTuple):
    """What leads to a measure: the entries of the firm (``source|key``) by their lists, the first day that one of them
    stood, what the measure rests on (as it is cited), and whether it is a punishment or
    an incentive."""

    entries: tuple[str, ...]
    lists: tuple[str, ...]
    since: date
    basis: str
    purpose: str


@dataclass(frozen=True, slots=True)
class MeasureTask:
    """A task as one statement says it. ``request``: which request of the task it is at, counted from 1; ``asked_on``
    and ``due_on`` are that request's. ``answer`` is that of the last request to take the measure, ``lift`` that of the
    last one to lift it. ``taken``: the measure is in force, as far as anybody has said."""

    key: Key
    task: str
    request: int
    state: State
    purpose: str
    entries: str
    lists: str
    since: date
    basis: str
    asked_on: date
    due_on: date
    stepped_on: date
    taken: bool = False
    answer: Answer | None = None
    answered_on: date | None = None
    answered_by: str | None = None
    answer_due: date | None = None
    note: str | None = None
    ended_on: date | None = None
    why: Why | None = None
    lift: Answer | None = None
    lifted_on: date | None = None

    @property
    def id(self) -> str:
        """What an answer names: the task and its request."""
        return f"{self.task}-{self.request}"

    @property
    def waits(self) -> bool:
        """Whether the department has still to answer."""
        return self.state in _WAITS

    def late(self, today: date) -> bool:
        """Whether it is silent and its term is over."""
        return self.waits and self.due_on < today

    def content(self) -> dict[str, Value]:
        """As the content of a statement; empty values are left out."""
        values: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "key"}
        values |= {"measure": self.key.measure, "department": self.key.department}
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def of(cls, eid: str, content: Mapping[str, Any]) -> MeasureTask:
        """The task that a statement holds."""
        values: dict[str, Any] = {item.name: content.get(item.name) for item in fields(cls) if item.name != "key"}
        return cls(Key(eid, content["measure"], content["department"]), **values)


def plan(
    wanted: Mapping[Key, Ground],
    tasks: Mapping[Key, MeasureTask],
    why: Callable[[MeasureTask], Why],
    terms: Terms,
    day: date,
    new_id: Callable[[], str],
) -> list[MeasureTask]:
    """What changes: new requests, requests to lift, and what entries lead to a task now.

    ``wanted``: what the entries that stand today lead to; ``why``: how the entries of a task ended. Done again after
    it was written, it gives nothing.
    """
    found: list[MeasureTask] = []
    for key in sorted(wanted):
        ground, task = wanted[key], tasks.get(key)
        if task is None:
            found.append(_asked(key, new_id(), 1, ground, terms, day))
        elif task.state in ("void", "closed", "lift_asked"):
            again = _asked(key, task.task, task.request + 1, ground, terms, day)
            found.append(replace(again, taken=task.taken))  # a lift that nobody confirmed leaves it in force
        elif (task.entries, task.basis) != ("\n".join(ground.entries), ground.basis):
            found.append(replace(_grounded(task, ground), stepped_on=day))
    for key in sorted(set(tasks) - set(wanted)):
        task = tasks[key]
        if task.state in ("asked", "answered"):
            found.append(_ended(task, why(task), terms, day))
    return found


def answer(
    task: MeasureTask, request: int, said: str, on: date, today: date, terms: Terms, by: str = "", note: str = ""
) -> MeasureTask:
    """What the department says to a request; said again it corrects what it said, until the next request.

    ``on``: the day on which it took or lifted the measure, or found that it has no case. A measure that was taken on a
    request that had been taken back meanwhile has to be lifted. Raises ``UsageError`` (``usage.bad_value``,
    ``usage.future``) and ``StateError("state.task_step")``: the request is not open for an answer.
    """
    lifting = task.state in ("lift_asked", "closed")
    if request != task.request or (task.state == "closed" and task.lift is None):
        raise StateError("state.task_step", id=f"{task.task}-{request}", state=t(*STATES[task.state]), now=task.id)
    if said not in ANSWERS or said == ("taken" if lifting else "lifted"):
        fit = [id_ for id_ in ANSWERS if id_ != ("taken" if lifting else "lifted")]
        known = joined(f"{id_}（{t(*ANSWERS[id_])}）" for id_ in fit)
        raise UsageError("usage.bad_value", option="--as", value=said, why=known)
    if on > today:
        raise UsageError("usage.future", day=on)
    first = (task.answered_on or task.since) if lifting else task.since
    if on < first:
        why = t(f"早于 {first}", f"it lies before {first}")
        raise UsageError("usage.bad_value", option="--on", value=on, why=why)
    given: Answer = said  # type: ignore[assignment]
    told: dict[str, Any] = {"stepped_on": today, "answered_by": by or None, "note": note or None}
    if lifting:
        return replace(task, state="closed", lift=given, lifted_on=on, taken=False, **told)
    taken = given == "taken"
    told |= {"answer": given, "answered_on": on, "taken": taken}
    if task.state == "void":
        if not taken:
            return replace(task, **told)
        return _lift(replace(task, **told), terms, today)
    return replace(task, state="answered", **told)


def due_tasks(tasks: Iterable[MeasureTask]) -> list[MeasureTask]:
    """Those that departments have still to answer, the first due first."""
    return sorted((task for task in tasks if task.waits), key=lambda task: (task.due_on, task.id))


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of a department's requests for one measure, of the latest of each firm (反馈情况)."""

    department: str
    measure: str
    asked: int
    in_time: int
    late: int  # answered after their term
    taken: int
    no_case: int
    not_applicable: int
    silent: int  # not answered, and the term is over
    lifts: int
    lifts_open: int
    lifts_late: int


def figures(tasks: Iterable[MeasureTask], today: date) -> list[Figures]:
    """By department and measure, in that order."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for task in tasks:
        count = counts.setdefault((task.key.department, task.key.measure), Counter())
        count["asked"] += task.state != "void"
        if task.answer is not None and task.answered_on is not None and task.state != "void":
            count["in_time" if task.answered_on <= (task.answer_due or task.due_on) else "late"] += 1
            count[task.answer] += 1
        count["silent"] += task.state == "asked" and task.late(today)
        count["lifts"] += task.state == "lift_asked" or task.lift is not None
        count["lifts_open"] += task.state == "lift_asked"
        count["lifts_late"] += task.state == "lift_asked" and task.late(today)
    names = [item.name for item in fields(Figures)][2:]
    return [Figures(*key, *(counts[key][name] for name in names)) for key in sorted(counts)]


def _asked(key: Key, task: str, request: int, ground: Ground, terms: Terms, day: date) -> MeasureTask:
    due = terms.answer.last_day(day)
    new = MeasureTask(key, task, request, "asked", ground.purpose, "", "", day, "", day, due, day, answer_due=due)
    return _grounded(new, ground)


def _grounded(task: MeasureTask, ground: Ground) -> MeasureTask:
    entries, lists = "\n".join(ground.entries), ",".join(ground.lists)
    return replace(task, entries=entries, lists=lists, since=min(ground.since, task.since), basis=ground.basis)


def _ended(task: MeasureTask, why: Why, terms: Terms, day: date) -> MeasureTask:
    """Nothing leads to the measure any more: what was taken has to be lifted, what was asked is taken back."""
    ended = replace(task, ended_on=day, why=why, stepped_on=day)
    if task.taken:
        return _lift(ended, terms, day)
    return replace(ended, state="void" if task.state == "asked" else "closed")


def _lift(task: MeasureTask, terms: Terms, day: date) -> MeasureTask:
    due = terms.lift.last_day(day)
    return replace(task, state="lift_asked", request=task.request + 1, asked_on=day, due_on=due, lift=None)
