"""List work (名单办理): begin proceedings, take their steps, one or a bundle of thousands at a time.

A proceeding is a statement of the source ``bureau`` in the state of its last step; each step is a committed batch, and
what the decision makes of the entry is in the same batch. An interrupted one is taken back by the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from credit_graph import clock
from credit_graph.errors import CreditGraphError, StateError, UsageError
from credit_graph.ingest import compare
from credit_graph.ingest.screening import screen_text
from credit_graph.jobs import batches, regrade
from credit_graph.jobs.decisions import SOURCE, Decision, bureau_statement, write_batch
from credit_graph.jobs.proceeding_effects import Reads, effect_changes
from credit_graph.jobs.proceeding_records import content_of, listed, proceeding_of
from credit_graph.jobs.proceeding_subjects import Subject, changed_subjects, checked, proceeding_key
from credit_graph.jobs.regrade import Regraded
from credit_graph.jobs.timelines import timelines
from credit_graph.lists.authority import authority_on
from credit_graph.lists.numbers import series_on
from credit_graph.lists.procedures import DONE, About, Procedure, about, procedures
from credit_graph.lists.proceedings import Actor, Proceeding, Target, due, made, stop, take
from credit_graph.store import Store
from credit_graph.text import t

PATH = "proceedings"  # of the batch of a step

Progress = Callable[[str, int, int], None]  # what, done, total


@dataclass(frozen=True, slots=True)
class Refused:
    """What could not be done, of which firm or proceeding, and why."""

    what: str
    error: CreditGraphError
    application: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What a command did: the batch (``None``: nothing), the proceedings as they are now, and what was refused.

    ``regraded``: what came of grading again whom it touches, where an entry was made, changed or ended.
    """

    seq: int | None
    proceedings: list[Proceeding]
    refused: list[Refused]
    regraded: Regraded | CreditGraphError | None = None


@dataclass(frozen=True, slots=True)
class _Rules:
    about: About
    procedure: Procedure


def rules_on(list_name: str, procedure_id: str, day: date, today: date) -> _Rules:
    """The rules by which a proceeding that began on ``day`` is taken on ``today``.

    Raises ``DefinitionError`` where the list has no basis in force today, or no such procedure was in force then.
    """
    found = about(list_name)
    if found.policy is not None:
        found.policy.documents_on(today)
    return _Rules(found, procedures(list_name).on(procedure_id, day))


def begin(
    store: Store,
    list_name: str,
    procedure_id: str,
    subjects: Sequence[Subject],
    decision: Decision,
    *,
    said: Mapping[str, str] | None = None,
    bundle: str | None = None,
    partial: bool = False,
    progress: Progress | None = None,
) -> Done:
    """Begin a proceeding for each subject by its first step.

    All of them or none; with ``partial`` those that can't be begun are told and left out. Raises ``UsageError``,
    ``StateError``, ``DefinitionError`` as :func:`credit_graph.lists.proceedings.take` and the checks of the subject do.
    """
    today = clock.today()
    rules = rules_on(list_name, procedure_id, today, today)
    prefix = procedures(list_name).prefix
    screened = {name: _screened(value) for name, value in (said or {}).items()}

    def change(seq: int) -> tuple[_Taken, list[Refused]]:
        found: _Taken = []
        refused: list[Refused] = []
        known = _Known(store, seq - 1)
        found_subjects = checked(store, rules.about, rules.procedure, subjects, screened, seq - 1, today)
        for number, (subject, target, error) in enumerate(found_subjects, start=1):
            if progress is not None:
                progress(t("立项", "begun"), number, len(found_subjects))
            try:
                if error is not None:
                    raise error
                known.refuse_open(subject, list_name, rules.procedure, target)
                id_ = known.next_id(prefix, today.year)
                new = Proceeding(id_, list_name, procedure_id, subject.eid, subject.name, today, (), target, bundle)
                new = replace(new, application=subject.application)
                first = rules.procedure.for_ground(screened.get("ground"))[0]
                own = {**screened, **subject.said}
                after = _step(rules, new, first.id, decision, today, DONE, own, None, None, known)
                found.append((rules, after))
            except CreditGraphError as refusal:
                if not partial:
                    raise
                refused.append(Refused(subject.what, refusal, subject.application))
        return found, refused

    return _carry_out(store, f"begin {list_name} {procedure_id}", decision, change, today)


def step(
    store: Store,
    ids: Sequence[str],
    step_id: str,
    decision: Decision,
    *,
    bundle: str | None = None,
    outcome: str = DONE,
    said: Mapping[str, str] | None = None,
    number: str | None = None,
    note: str | None = None,
    partial: bool = False,
    progress: Progress | None = None,
) -> Done:
    """Take a step of these proceedings, or of all of a ``bundle`` that wait for it; all or none, or ``partial``.

    Raises as :func:`begin`; ``StateError("state.number_used")`` for a number that another document has,
    ``state.subject_changed`` for a firm that changed its name, ended or was merged since the proceeding began.
    """
    screened = {name: _screened(value) for name, value in (said or {}).items()}
    text = _screened(note) if note else None
    if number is not None and (bundle is not None or len(ids) > 1):
        why = t("成批办理时文号自动编排", "in bulk each gets its own number")
        raise UsageError("usage.bad_value", option="--number", value=number, why=why)

    def taken(rules: _Rules, before: Proceeding, known: _Known, today: date) -> Proceeding:
        return _step(rules, before, step_id, decision, today, outcome, screened, number, text, known)

    return _each(store, ids, bundle, step_id, f"step {step_id}", decision, taken, partial, progress)


def stop_all(store: Store, ids: Sequence[str], decision: Decision, why: str) -> Done:
    """End proceedings before they take effect. Raises ``StateError``: ``state.ended``, ``state.in_effect``."""

    def taken(rules: _Rules, before: Proceeding, known: _Known, today: date) -> Proceeding:
        return stop(rules.procedure, before, Actor(decision.actor, decision.role), today, _screened(why))

    return _each(store, ids, None, None, "stop", decision, taken, False, None)


class _Known:
    """Ids and numbers in use, and the proceedings that are open, kept up to date while a batch is made. They are read
    when they are asked for first: most steps have no document and begin nothing."""

    def __init__(self, store: Store, seq: int) -> None:
        self._store, self._seq = store, seq
        self._last: dict[str, int] = {}  # by the beginning of an id, or series and year: the last n

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        return list(self._store.read("read/proceeding_numbers", seq=self._seq))

    @cached_property
    def ids(self) -> set[str]:
        return {row["proceeding"] for row in self._rows}

    @cached_property
    def numbers(self) -> dict[str, str]:
        rows = self._rows
        return {number: row["proceeding"] for row in rows for number in (row["numbers"] or "").split("|") if number}

    @cached_property
    def open(self) -> set[tuple[str, ...]]:
        names = ("eid", "list_name", "procedure", "does", "entry_source", "entry_key")
        return {_open_key(*(row[name] for name in names)) for row in self._rows if row["is_open"]}

    def next_id(self, prefix: str, year: int) -> str:
        head = f"{prefix}{year}-"
        if head not in self._last:
            used = (int(id_.removeprefix(head)) for id_ in self.ids if id_.startswith(head))
            self._last[head] = max(used, default=0)
        self._last[head] += 1
        return f"{head}{self._last[head]:05d}"

    def next_number(self, series: str, day: date) -> str:
        """The number of the next document of a series in that year."""
        short, written = authority_on(day).short, series_on(series, day)
        head = f"{series} {day.year}"
        if head not in self._last:
            self._last[head] = written.next(short, day.year, self.numbers) - 1
        self._last[head] += 1
        return written.written(short, day.year, self._last[head])

    def refuse_open(self, subject: Subject, list_name: str, procedure: Procedure, target: Target | None) -> None:
        source, key = (target.source, target.key) if target is not None else (None, None)
        wanted = _open_key(subject.eid, list_name, procedure.id, procedure.does, source, key)
        if wanted in self.open:
            raise StateError("state.proceeding_open", firm=subject.what, procedure=procedure.id)
        self.open.add(wanted)

    def use(self, number: str, id_: str) -> None:
        if self.numbers.setdefault(number, id_) != id_:
            raise StateError("state.number_used", number=number, id=self.numbers[number])


def _open_key(
    eid: str, list_name: str, procedure: str, does: str, source: str | None, key: str | None
) -> tuple[str, ...]:
    """What may be open once only: a listing of a firm, and what else is done about one of its entries."""
    return (eid, list_name, procedure, *(() if does == "listing" else (source or "", key or "")))


def _step(
    rules: _Rules,
    before: Proceeding,
    step_id: str,
    decision: Decision,
    today: date,
    outcome: str,
    said: Mapping[str, str],
    number: str | None,
    note: str | None,
    known: _Known,
) -> Proceeding:
    """The proceeding after the step; a step with a letter gets the next number of its kind, where none is given."""
    found = rules.procedure.step(step_id)
    chosen = found.outcome(outcome) if found is not None else None
    given = None
    if found is not None and chosen is not None and found.number is not None and found.letters_of(chosen):
        given = number or known.next_number(found.number, today)
    elif number is not None:
        raise UsageError(
            "usage.bad_value", option="--number", value=number, why=t("这一步没有文书", "it has no document")
        )
    actor = Actor(decision.actor, decision.role)
    after = take(rules.procedure, before, step_id, actor, today, outcome=outcome, said=said, number=given, note=note)
    if given is not None:
        known.use(given, before.id)
    due(rules.procedure, after)  # a term that is not set stops it here
    return after


_Taken = list[tuple[_Rules, Proceeding]]  # each as it is now, with its rules


def _each(
    store: Store,
    ids: Sequence[str],
    bundle: str | None,
    step_id: str | None,
    what: str,
    decision: Decision,
    taken: Callable[[_Rules, Proceeding, _Known, date], Proceeding],
    partial: bool,
    progress: Progress | None,
) -> Done:
    """Change proceedings that there are, in one batch."""
    today = clock.today()

    def change(seq: int) -> tuple[_Taken, list[Refused]]:
        wanted = _wanted(store, ids, bundle, step_id, seq)
        known = _Known(store, seq - 1)
        rules: dict[tuple[str, str, date], _Rules] = {}
        changed = changed_subjects(store, wanted, seq - 1, today)
        pairs: _Taken = []
        refused: list[Refused] = []
        for count, before in enumerate(wanted, start=1):
            if progress is not None:
                progress(t("办理", "taken"), count, len(wanted))
            key = (before.list, before.procedure, before.opened_on)
            try:
                if key not in rules:
                    rules[key] = rules_on(*key, today)
                if step_id is not None and rules[key].procedure.in_being and before.eid in changed:
                    raise changed[before.eid]
                pairs.append((rules[key], taken(rules[key], before, known, today)))
            except CreditGraphError as error:
                if not partial:
                    raise
                refused.append(Refused(before.id, error))
        return pairs, refused

    return _carry_out(store, f"{what} {bundle or ' '.join(ids)}", decision, change, today)


def _wanted(store: Store, ids: Sequence[str], bundle: str | None, step_id: str | None, seq: int) -> list[Proceeding]:
    if bundle is None:
        keys = {id_: proceeding_key(id_) for id_ in dict.fromkeys(ids)}
        found = timelines(store, SOURCE, list(keys.values()), seq)
        for id_, key in keys.items():
            if found[key].last is None:
                raise UsageError("usage.unknown_entity", what=id_)
        lasts = [found[key].last for key in keys.values()]
        return [proceeding_of({**last.content, "eid": last.eid}) for last in lasts if last is not None]
    found_there = listed(store, bundle=bundle, seq=seq - 1)
    waiting = [item.proceeding for item in found_there if step_id in (None, item.record.get("next_step"))]
    if not waiting:
        raise UsageError("usage.unknown_entity", what=bundle)
    return waiting


def _carry_out(
    store: Store,
    what: str,
    decision: Decision,
    change: Callable[[int], tuple[_Taken, list[Refused]]],
    today: date,
) -> Done:
    """Write what changed, with what it makes of the entries, as one batch."""
    with store.writer(PATH):
        batches.take_back(store, PATH)
        batches.refuse_open_batch(store)
        seq = batches.last_seq(store) + 1
        pairs, refused = change(seq)
        if not pairs:
            return Done(None, [], refused)
        found = timelines(store, SOURCE, [proceeding_key(after.id) for _, after in pairs], seq)
        changes: list[compare.Change] = []
        now: list[Proceeding] = []
        effects = [made(rules.procedure, taken) for rules, taken in pairs]
        acting = (
            (rules.about.record_kind, taken) for (rules, taken), effect in zip(pairs, effects, strict=True) if effect
        )
        reads = Reads(store, seq, acting)
        for (rules, taken), effect in zip(pairs, effects, strict=True):
            after, more = taken, list[compare.Change]()
            if effect is not None:
                after, more = effect_changes(reads, rules.about, taken, effect, decision, today)
            key, content = proceeding_key(after.id), content_of(rules.procedure, after, decision)
            draft = bureau_statement("Proceeding", key, content, seq, eid=after.eid)
            changes += [*more, compare.hold(found[key], draft, after.opened_on, seq)]
            now.append(after)
        write_batch(store, seq, what, decision, changes, path=PATH)
    return Done(seq, now, refused, regrade.follow(store) if any(effects) else None)


def _screened(text: str) -> str:
    """What somebody wrote, without what surrounds it and with every citizen ID masked."""
    return screen_text(text.strip())
