"""Joint measures (联合惩戒、联合激励): which departments are asked to take or lift which, and what they answered.

A task is a statement of the source ``bureau`` in the state of its last step. A run is one batch: repeated it writes
nothing, and an interrupted one is taken back by the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from credit_graph import clock
from credit_graph.errors import CreditGraphError, StateError, UsageError
from credit_graph.ingest import compare
from credit_graph.ingest.screening import screen_text
from credit_graph.jobs import batches
from credit_graph.jobs.decisions import SOURCE, Decision, bureau_statement, write_batch
from credit_graph.jobs.timelines import timelines
from credit_graph.lists.measure_entries import Entry, NotCarried, carried_measures, entries_of, wanted
from credit_graph.lists.measure_tasks import STATES, Key, MeasureTask, Why, answer, plan
from credit_graph.lists.measures import department, measure_terms
from credit_graph.lists.policy import list_policy
from credit_graph.store import Store
from credit_graph.text import joined, t

PATH = "measures"  # of the batch of a run
_PREFIX = "LH"


@dataclass(frozen=True, slots=True)
class MeasureRun:
    """What a run did. ``steps``: tasks by what became of them; ``entries``: entries by list and by what became of them,
    those of no known firm as ``unlinked``; ``refused``: measures that nobody is asked for, with what is missing.
    ``seq``: of its batch, ``None`` where nothing changed."""

    seq: int | None
    day: date
    steps: dict[str, int]
    entries: dict[str, dict[str, int]]
    waiting: int
    refused: tuple[NotCarried, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A task with what its firm is called."""

    task: MeasureTask
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a department answers to the request that ``id`` names."""

    id: str
    answer: str
    on: date
    by: str = ""
    note: str = ""


def run(store: Store, decision: Decision, *, keep: bool = True) -> MeasureRun:
    """Ask for what follows from the entries that stand today, and for the lifting of what follows no more.

    Raises ``StateError`` (``state.batch_open``, ``state.no_data``), ``DefinitionError`` for a faulty policy, and for a
    term that runs into a year without a calendar; then nothing is written.
    """
    with store.writer(PATH):
        if keep:
            batches.take_back(store, PATH)
        batches.refuse_open_batch(store)
        today, seq = clock.today(), batches.last_seq(store)
        if not seq:
            raise StateError("state.no_data")
        carried = carried_measures(today)
        found = _entries(store, carried.measures, seq, today)
        tasks = {item.task.key: item.task for item in listed(store)}
        fates = {entry.ref: entry.fate for entry in found}
        leads = {(name, measure.id) for name, rows in carried.measures.items() for measure, _ in rows}
        made = plan(
            wanted(found, carried),
            tasks,
            lambda task: _why(task, fates, leads),
            measure_terms(today),
            today,
            _ids(tasks.values(), today),
        )
        done = None
        if keep and made:
            done = seq + 1
            write_batch(
                store, done, f"measures {seq} {today}", decision, _changes(store, made, decision, done), path=PATH
            )
    after = tasks | {task.key: task for task in made}
    steps = Counter(_step(task, tasks.get(task.key)) for task in made)
    entries: dict[str, Counter[str]] = {}
    for entry in found:
        entries.setdefault(entry.list, Counter())["unlinked" if entry.eid is None else entry.fate] += 1
    return MeasureRun(
        done,
        today,
        dict(sorted(steps.items())),
        {name: dict(sorted(counts.items())) for name, counts in sorted(entries.items())},
        sum(task.waits for task in after.values()),
        carried.refused,
    )


def listed(
    store: Store, *, department_id: str = "", states: Collection[str] = (), seq: int | None = None
) -> list[Named]:
    """Tasks as they stand at ``seq`` (or now), those due first.

    Raises ``UsageError`` for an unknown department or state.
    """
    if department_id:
        department(department_id)
    if unknown := [state for state in states if state not in STATES]:
        raise UsageError("usage.bad_value", option="--state", value=joined(unknown), why=joined(STATES))
    at = batches.last_seq(store) if seq is None else seq
    rows = store.read("read/measure_tasks", seq=at, department=department_id, states=list(states) or list(STATES))
    return [
        Named(
            MeasureTask.of(row["record"]["eid"], row["record"]), row["name"] or "", row["code"] or row["record"]["eid"]
        )
        for row in rows
    ]


def answered(
    store: Store,
    answers: Sequence[Said],
    decision: Decision,
    *,
    department_id: str = "",
    partial: bool = False,
    keep: bool = True,
) -> tuple[list[MeasureTask], dict[int, CreditGraphError]]:
    """Write down what departments answered (or only tell: ``keep``), all or none; with ``partial`` those that can be.

    ``department_id``: only requests to it. Returns the tasks as they are now, those whose answer was known already
    among them, and what was refused by its place in ``answers``. Raises ``UsageError``, ``StateError`` as
    :func:`credit_graph.lists.measure_tasks.answer` does.
    """
    today = clock.today()
    now: dict[Key, MeasureTask] = {}
    refused: dict[int, CreditGraphError] = {}
    with store.writer(PATH):
        tasks = {item.task.task: item.task for item in listed(store)}
        for place, said in enumerate(answers):
            try:
                task, request = _named(tasks, said.id, department_id)
                if task.key in now:
                    why = t("同一任务答复两次", "it is answered twice")
                    raise UsageError("usage.bad_value", option="ID", value=said.id, why=why)
                by, note = screen_text(said.by.strip()), screen_text(said.note.strip())
                now[task.key] = answer(task, request, said.answer, said.on, today, measure_terms(today), by, note)
            except CreditGraphError as error:
                if not partial:
                    raise
                refused[place] = error
        changed = [task for task in now.values() if not _same(task, tasks[task.task])]
        if changed and keep:
            batches.refuse_open_batch(store)
            seq = batches.last_seq(store) + 1
            what = f"measures {' '.join(task.id for task in changed)}"
            write_batch(store, seq, what, decision, _changes(store, changed, decision, seq), path=f"{PATH}-answers")
    return list(now.values()), refused


def _same(task: MeasureTask, before: MeasureTask) -> bool:
    """Whether nothing is said that was not known."""
    return task == before or {**task.content(), "stepped_on": before.stepped_on} == before.content()


def _named(tasks: Mapping[str, MeasureTask], id_: str, department_id: str) -> tuple[MeasureTask, int]:
    """The task and the number of its request that an id names."""
    name, _, number = id_.strip().rpartition("-")
    task = tasks.get(name)
    if task is None or not number.isascii() or not number.isdigit():
        raise UsageError("usage.unknown_entity", what=id_)
    if department_id and task.key.department != department_id:
        why = t(f"不是 {department_id} 的任务", f"it is no task of {department_id}")
        raise UsageError("usage.bad_value", option="--department", value=id_, why=why)
    return task, int(number)


def _entries(store: Store, lists: Collection[str], seq: int, day: date) -> list[Entry]:
    """The entries of these lists, with what became of each."""
    rows = store.read("read/unpublished_entries", seq=seq)
    unpublished = frozenset(f"{row['source']}|{row['key']}" for row in rows)
    found: list[Entry] = []
    for name in sorted(lists):
        policy = list_policy(name)
        kind = {"KIND": policy.record_kind or ""}
        records = [row["record"] for row in store.read("read/release_records", kind, seq=seq, valid=day)]
        sources = sorted({record["source"] for record in records})
        holds = [row["record"] for row in store.read("read/release_holds", seq=seq, sources=sources)]
        found += entries_of(policy, records, holds, unpublished, day)
    return found


def _why(task: MeasureTask, fates: Mapping[str, str], leads: Set[tuple[str, str]]) -> Why:
    """Why nothing leads to a task any more: what became of its entries; one that is gone never was."""
    found = [fates.get(ref) for ref in task.entries.split("\n")]
    if "stands" in found or any((name, task.key.measure) not in leads for name in task.lists.split(",")):
        return "no_basis"
    whys: tuple[Why, ...] = ("repaired", "expired", "removed", "unfit")
    return next((why for why in whys if why in found), "withdrawn")


def _ids(tasks: Collection[MeasureTask], day: date) -> Callable[[], str]:
    """Ids of new tasks: LH, the year, and the number after the highest of the year."""
    head = f"{_PREFIX}{day.year}-"
    last = max((int(task.task.removeprefix(head)) for task in tasks if task.task.startswith(head)), default=0)

    def numbers() -> Iterator[str]:
        number = last
        while True:
            number += 1
            yield f"{head}{number:05d}"

    return numbers().__next__


def _step(task: MeasureTask, before: MeasureTask | None) -> str:
    """What a run did to a task, in one word."""
    return "updated" if before is not None and before.state == task.state else task.state


def _changes(store: Store, tasks: Sequence[MeasureTask], decision: Decision, seq: int) -> list[compare.Change]:
    keys = {task_key(task.key): task for task in tasks}
    found = timelines(store, SOURCE, list(keys), seq)
    changes: list[compare.Change] = []
    for key, task in keys.items():
        content: dict[str, Any] = {**task.content(), "actor": decision.actor, "role": decision.role}
        draft = bureau_statement("MeasureTask", key, content, seq, eid=task.key.eid)
        changes.append(compare.hold(found[key], draft, task.since, seq))
    return changes


def task_key(key: Key) -> str:
    """The natural key of a task."""
    return f"measure|{'|'.join(key)}"
