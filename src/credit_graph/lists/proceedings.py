"""The life of a proceeding (办理事项): one decision about one subject of a list, taken step by step. Pure.

What was taken is kept in full; where it stands follows from that alone, so that replaying its steps gives it again. No
step is skipped, dated back, or taken by the same person where two are required: every refusal says what is missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from credit_graph.errors import StateError, UsageError
from credit_graph.lists.deadlines import Deadline, deadline
from credit_graph.lists.procedures import DONE, END, NEXT, Ask, Makes, Outcome, Procedure, Step, Wait
from credit_graph.lists.textscan import scanner
from credit_graph.text import joined, t

STOPPED = "stopped"  # ended before its effect: the subject is gone, or whoever applied withdrew
_DAY = timedelta(days=1)


class Actor(NamedTuple):
    """Who acts, and in which role."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A step as it was taken: on which day, by whom, how it came out, what was stated, and its document's number."""

    step: str
    outcome: str
    day: date
    actor: str
    role: str
    said: Mapping[str, str] = field(default_factory=dict)
    number: str | None = None
    note: str | None = None


class Target(NamedTuple):
    """The entry that a proceeding is about: the record's source and key, since when it counts, and who listed."""

    source: str
    key: str
    listed_on: date
    listed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Proceeding:
    """One subject, one list, one procedure. ``name``: what the subject was called when it began; ``bundle``: those that
    were begun together; ``target``: the entry that it is about, where there is one; ``application``: the number of the
    application that it was begun by."""

    id: str
    list: str
    procedure: str
    eid: str
    name: str
    opened_on: date
    taken: tuple[Taken, ...] = ()
    target: Target | None = None
    bundle: str | None = None
    application: str | None = None

    @property
    def said(self) -> dict[str, str]:
        """All that was stated so far; what is stated again counts."""
        return {name: value for taken in self.taken for name, value in taken.said.items()}

    @property
    def ground(self) -> str | None:
        """The article of the ground."""
        return self.said.get("ground")

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of its documents."""
        return tuple(taken.number for taken in self.taken if taken.number)

    @property
    def last(self) -> Taken | None:
        """The step taken last."""
        return self.taken[-1] if self.taken else None

    def steps_json(self) -> str:
        """Its steps as one text, keys in order."""
        rows = [
            {
                "step": taken.step,
                "outcome": taken.outcome,
                "day": taken.day.isoformat(),
                "actor": taken.actor,
                "role": taken.role,
                **({"said": dict(sorted(taken.said.items()))} if taken.said else {}),
                **({"number": taken.number} if taken.number else {}),
                **({"note": taken.note} if taken.note else {}),
            }
            for taken in self.taken
        ]
        return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def steps_of(text: str) -> tuple[Taken, ...]:
    """The reverse of :meth:`Proceeding.steps_json`."""
    rows: list[dict[str, Any]] = json.loads(text)
    return tuple(Taken(**{**row, "day": date.fromisoformat(row["day"])}) for row in rows)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a proceeding stands: the step that is ``next`` (``None``: it is complete, or ``ended`` with an outcome),
    and the steps ``passed``, each as it was taken last; what was sent back is not among them."""

    next: Step | None
    ended: str | None
    passed: dict[str, Taken]

    @property
    def state(self) -> str:
        """One word: the outcome it ended with, ``complete``, or the step passed last (empty: none)."""
        if self.ended:
            return self.ended
        if self.next is None:
            return "complete"
        return next(reversed(self.passed), "")

    @property
    def open(self) -> bool:
        """Whether somebody has still to do something."""
        return self.next is not None


def position(procedure: Procedure, proceeding: Proceeding) -> Position:
    """Where the steps taken have led. Raises ``StateError("state.step_order")`` where they are not of the procedure."""
    order = procedure.for_ground(proceeding.ground)
    at, passed = 0, dict[str, Taken]()
    for taken in proceeding.taken:
        if taken.outcome == STOPPED:
            return Position(None, STOPPED, passed)
        if at == len(order) or order[at].id != taken.step:
            raise _order_error(proceeding, taken.step, order[at] if at < len(order) else None)
        outcome = order[at].outcome(taken.outcome)
        then = outcome.then if outcome is not None else NEXT
        if then == END:
            return Position(None, taken.outcome, {**passed, taken.step: taken})
        if then == NEXT:
            passed[taken.step] = taken
            at += 1
            continue
        at = next(index for index, step in enumerate(order) if step.id == then)
        gone = {step.id for step in order[at:]}
        passed = {id_: item for id_, item in passed.items() if id_ not in gone}
    return Position(order[at] if at < len(order) else None, None, passed)


def take(
    procedure: Procedure,
    proceeding: Proceeding,
    step_id: str,
    actor: Actor,
    today: date,
    *,
    outcome: str = DONE,
    said: Mapping[str, str] | None = None,
    number: str | None = None,
    note: str | None = None,
) -> Proceeding:
    """Take the next step, today.

    Raises ``StateError``: ``state.step_order`` (it is not the next one), ``state.ended``, ``state.step_early`` (a
    term has still to run), ``state.same_person``, ``state.dated_back`` (the clock stands before the last step);
    ``UsageError("usage.bad_value")`` for another role, an unknown outcome, and what is asked and missing or impossible.
    """
    stands = position(procedure, proceeding)
    _check_next(proceeding, stands, step_id)
    step = stands.next
    assert step is not None
    if proceeding.last is not None and today < proceeding.last.day:
        raise StateError("state.dated_back", id=proceeding.id, day=today, last=proceeding.last.day)
    _check_actor(proceeding, step, actor)
    chosen = _outcome(step, outcome)
    told = _told(proceeding, step, chosen, dict(said or {}), today)
    for wait in (step.after, chosen.after):
        _check_wait(proceeding, stands, step, wait, told, today)
    taken = Taken(step.id, chosen.id, today, actor.name, actor.role, told, number, note)
    return replace(proceeding, taken=(*proceeding.taken, taken))


def stop(procedure: Procedure, proceeding: Proceeding, actor: Actor, today: date, why: str) -> Proceeding:
    """End it before it takes effect, with the reason. Raises ``StateError``: ``state.ended``, ``state.in_effect``."""
    stands = position(procedure, proceeding)
    if not stands.open:
        raise StateError("state.ended", id=proceeding.id, state=stands.state)
    if procedure.effect in stands.passed:
        raise StateError("state.in_effect", id=proceeding.id)
    if not why.strip():
        raise UsageError("usage.bad_value", option="--why", value=why, why=t("必须说明理由", "a reason must be given"))
    step = stands.next.id if stands.next is not None else ""
    taken = Taken(step, STOPPED, today, actor.name, actor.role, {}, None, why.strip())
    return replace(proceeding, taken=(*proceeding.taken, taken))


def made(procedure: Procedure, proceeding: Proceeding) -> Makes | None:
    """What the last step made of the entry, if it made anything."""
    step = procedure.step(proceeding.last.step) if proceeding.last is not None else None
    outcome = step.outcome(proceeding.last.outcome) if step is not None and proceeding.last is not None else None
    return outcome.makes if outcome is not None else None


def due(procedure: Procedure, proceeding: Proceeding) -> Deadline | None:
    """The last day for what comes next: the first of the terms that run already, of the next step or of the first
    after it that has one; ``None``: nothing is open, or no term runs.

    Raises ``DefinitionError``: ``policy.unset``, ``policy.no_calendar``.
    """
    stands = position(procedure, proceeding)
    if stands.next is None:
        return None
    order = procedure.for_ground(proceeding.ground)
    for step in order[order.index(stands.next) :]:
        found = []
        for term in step.terms:
            runs = term.of in stands.passed or term.of in proceeding.said
            if runs and (not term.grounds or proceeding.ground in term.grounds):
                begin = _day_of(proceeding, stands, term.of, {})
                if term.following is not None:
                    begin = deadline(term.following, begin).day
                found.append(deadline(term.deadline, begin))
        if found:
            return min(found, key=lambda item: item.day)
    return None


def earliest(procedure: Procedure, proceeding: Proceeding, outcome: str = DONE) -> date | None:
    """The first day on which the next step may be taken with that outcome; ``None``: any."""
    stands = position(procedure, proceeding)
    if stands.next is None:
        return None
    chosen = stands.next.outcome(outcome)
    waits = [stands.next.after, chosen.after if chosen is not None else None]
    return max((_first(proceeding, stands, wait, {}) for wait in waits if wait is not None), default=None)


def _check_next(proceeding: Proceeding, stands: Position, step_id: str) -> None:
    if stands.next is None:
        raise StateError("state.ended", id=proceeding.id, state=stands.state)
    if stands.next.id != step_id:
        raise _order_error(proceeding, step_id, stands.next)


def _order_error(proceeding: Proceeding, step_id: str, wanted: Step | None) -> StateError:
    needs = t(wanted.name.zh, wanted.name.en) + f" ({wanted.id})" if wanted else t("无", "none")
    return StateError("state.step_order", id=proceeding.id, step=step_id, next=needs)


def _check_actor(proceeding: Proceeding, step: Step, actor: Actor) -> None:
    if actor.role != step.role:
        why = t(f"“{step.name.zh}”须由角色 {step.role} 办理", f"“{step.name.en}” is taken in the role {step.role}")
        raise UsageError("usage.bad_value", option="--role", value=actor.role, why=why)
    if not actor.name.strip():
        raise UsageError("usage.bad_value", option="--by", value=actor.name, why=t("必须写明", "must be given"))
    for taken in proceeding.taken:
        if taken.step in step.not_by and taken.actor == actor.name:
            raise StateError("state.same_person", id=proceeding.id, actor=actor.name, step=step.id, other=taken.step)


def _outcome(step: Step, id_: str) -> Outcome:
    found = step.outcome(id_)
    if found is None:
        known = joined(f"{item.id}（{t(item.name.zh, item.name.en)}）" for item in step.outcomes)
        raise UsageError("usage.bad_value", option="--outcome", value=id_, why=known)
    return found


def _told(proceeding: Proceeding, step: Step, outcome: Outcome, said: dict[str, str], today: date) -> dict[str, str]:
    """What is stated with the step, checked; what is asked for a step that goes on has to be there."""
    asks = {ask.name: ask for ask in step.asks}
    for name in said:
        if name not in asks:
            known = joined(asks) or t("无", "none")
            raise UsageError("usage.bad_value", option="--set", value=name, why=t("可用的有：", "one of: ") + known)
    told = {name: value.strip() for name, value in said.items() if value.strip()}
    missing = [t(ask.title.zh, ask.title.en) + f" ({name})" for name, ask in asks.items() if name not in told]
    if missing and outcome.then == NEXT:
        why = t("须写明：", "needed: ") + joined(missing)
        raise UsageError("usage.bad_value", option="--set", value=step.id, why=why)
    stands = proceeding.said
    for name, ask in asks.items():
        if ask.type == "day" and name in told:
            told[name] = _day(proceeding, ask, told[name], {**stands, **told}, today).isoformat()
        elif ask.type == "public" and name in told:
            _check_public(ask, told[name], today)
    return told


def _check_public(ask: Ask, text: str, today: date) -> None:
    """A text that is to be public is free of numbers, addresses and names of persons, as redaction looks for them."""
    scan = scanner(today)
    found = [(scan.looks[item.what].name, item) for item in scan.scan(text)]
    if found:
        why = joined(t(f"{name.zh}（第 {at.start + 1} 字）", f"{name.en} (at {at.start + 1})") for name, at in found)
        title = t(ask.title.zh, ask.title.en)
        raise UsageError("usage.bad_value", option=f"--set {ask.name}", value=title, why=why)


def _day(proceeding: Proceeding, ask: Ask, value: str, said: Mapping[str, str], today: date) -> date:
    """A day that is asked: real, not after today, not before the step or day it follows."""
    day = stated_day(ask.name, value, today)
    if ask.since is not None:
        steps = {taken.step: taken.day for taken in proceeding.taken}
        first = steps.get(ask.since) or date.fromisoformat(said[ask.since])
        if day < first:
            why = t(f"早于 {first}", f"before {first}")
            raise UsageError("usage.bad_value", option=f"--set {ask.name}", value=value, why=why)
    return day


def stated_day(name: str, value: str, today: date) -> date:
    """The day that was stated by that name; ``UsageError`` where it is none or lies in the future."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        why = t("须为日期，如 2026-07-01", "must be a day like 2026-07-01")
        raise UsageError("usage.bad_value", option=f"--set {name}", value=value, why=why) from None
    if day > today:
        raise UsageError("usage.future", day=day)
    return day


def _check_wait(
    proceeding: Proceeding, stands: Position, step: Step, wait: Wait | None, told: Mapping[str, str], today: date
) -> None:
    if wait is None:
        return
    first = _first(proceeding, stands, wait, told)
    if today < first:
        raise StateError("state.step_early", id=proceeding.id, step=t(step.name.zh, step.name.en), day=first)


def _first(proceeding: Proceeding, stands: Position, wait: Wait, told: Mapping[str, str]) -> date:
    begin = _day_of(proceeding, stands, wait.of, told)
    if wait.period is not None:
        return wait.period.last_day(begin)
    assert wait.deadline is not None
    return deadline(wait.deadline, begin).day + _DAY


def _day_of(proceeding: Proceeding, stands: Position, name: str, told: Mapping[str, str]) -> date:
    """The day of a step passed, or a day that was asked."""
    if name in stands.passed:
        return stands.passed[name].day
    said = {**proceeding.said, **told}
    return date.fromisoformat(said[name])
