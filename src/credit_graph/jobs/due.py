"""What is due and late in the graph, by whom (到期与逾期): list work, terms of entries, publication, warnings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from credit_graph.jobs import proceeding_records
from credit_graph.jobs.alert_list import Listed, level_name
from credit_graph.jobs.measure_tasks import listed as tasks_listed
from credit_graph.jobs.proceeding_subjects import restorations
from credit_graph.jobs.receipts import known_receipts
from credit_graph.jobs.timelines import timelines
from credit_graph.lists.authority import authority_on
from credit_graph.lists.due import (
    TASK,
    WARNING,
    Item,
    Unknown,
    due_policy,
    entry_ends,
    in_order,
    missing_receipts,
    of_proceeding,
    publication_ends,
)
from credit_graph.lists.entries import ENTRY_KINDS
from credit_graph.lists.measure_tasks import STATES
from credit_graph.lists.measures import department, measures
from credit_graph.lists.policy import ListPolicy, list_names, list_policy
from credit_graph.lists.procedures import about, procedures
from credit_graph.lists.receipts import Receipt, Receipts
from credit_graph.store import Store

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that is to be done, the most late first, and what is not asked for."""

    items: list[Item]
    unknown: list[Unknown]


def due(store: Store, seq: int, day: date, warnings: Sequence[Listed]) -> Found:
    """All that is open at ``seq``, with its last day; legal days in Shanghai, ``day`` being today.

    ``warnings``: those that wait. Raises ``DefinitionError``: no bureau, no list rules or no calendar of that year.
    """
    receipts = known_receipts(store, seq)
    ends, unknown = _entries(store, seq, day)
    items, removed = _proceedings(store, seq, ends)
    items += [item for place, item in ends.items() if place not in removed]
    penalties, more = _penalties(store, seq, day, receipts)
    items += [*penalties, *_publication(store, seq, day, receipts), *_tasks(store, seq), *_warnings(warnings)]
    return Found(in_order(items), [*unknown, *more])


def _proceedings(store: Store, seq: int, ends: dict[tuple[str, str], Item]) -> tuple[list[Item], set[tuple[str, str]]]:
    """The next steps of those in hand, and the entries that one of them removes."""
    last = {place: item.day for place, item in ends.items() if item.day is not None}
    found: list[Item] = []
    removed: set[tuple[str, str]] = set()
    for in_hand in proceeding_records.listed(store, seq=seq):
        proceeding = in_hand.proceeding
        rules = procedures(proceeding.list).on(proceeding.procedure, proceeding.opened_on)
        title = about(proceeding.list).title
        item = of_proceeding(rules, proceeding, (title.zh, title.en), last)
        if item is None:
            continue
        found.append(item)
        if rules.does == "removal" and proceeding.target is not None:
            removed.add((proceeding.target.source, proceeding.target.key))
    return found, removed


def _entries(store: Store, seq: int, day: date) -> tuple[dict[tuple[str, str], Item], list[Unknown]]:
    """The entries of the lists that end by a length of time."""
    found: dict[tuple[str, str], Item] = {}
    unknown: list[Unknown] = []
    for policy in map(list_policy, list_names()):
        if _ends_by_time(policy, day):
            kind = {"KIND": policy.record_kind or ""}
            records = [row["record"] for row in store.read("read/release_records", labels=kind, seq=seq, valid=day)]
            items, lines = entry_ends(policy, records, _holds(store, seq, records), authority_on(day), day)
            found |= items
            unknown += lines
    return found, unknown


def _ends_by_time(policy: ListPolicy, day: date) -> bool:
    rows = [row for row in policy.rows if row.in_force(day) and row.set_term is not None]
    return policy.record_kind in ENTRY_KINDS and any(row.term.years is not None for row in rows)


def _penalties(store: Store, seq: int, day: date, receipts: Receipts) -> tuple[list[Item], list[Unknown]]:
    """Those that a channel has to show and no receipt tells of; what is older than the receipts is counted."""
    asked = [row for row in due_policy().receipts if row.in_force(day)]
    if not asked:
        return [], []
    authority = authority_on(day)
    first = min(row.asked_from for row in asked)
    penalties = [row["record"] for row in store.read("read/penalties_decided", seq=seq, first=first, last=day)]
    holds = _holds(store, seq, penalties)
    found: list[Item] = []
    unknown: dict[Unknown, None] = {}
    for row in asked:
        items, lines = missing_receipts(row, penalties, holds, receipts, authority, day)
        found += items
        unknown |= dict.fromkeys(lines)
    older = store.read("read/penalties_before", seq=seq, first=first)
    count = sum(row["penalties"] for row in older if row["authority"] and authority.acts_for(row["authority"]))
    zh = f"{first} 以前决定的处罚不问回执（policies/due.yml）"
    line = Unknown((zh, f"penalties decided before {first} are not asked for (policies/due.yml)"), count)
    return found, [*([line] if count else []), *unknown]


def _publication(store: Store, seq: int, day: date, receipts: Receipts) -> list[Item]:
    """What a channel shows by a recorded receipt; entries end by their removal."""
    by_source: dict[str, list[Receipt]] = {}
    for receipt in receipts.all:
        by_source.setdefault(receipt.source, []).append(receipt)
    found: list[Item] = []
    restored = restorations(store, seq) if by_source else {}
    for source, some in by_source.items():
        lines = timelines(store, source, list({receipt.key for receipt in some}), seq + 1)
        records = {key: line.last.properties() for key, line in lines.items() if line.last is not None}
        of_source = _holds(store, seq, records.values())
        for receipt in some:
            record = records.get(receipt.key)
            if record is not None and record["kind"] not in ENTRY_KINDS:
                holds = [hold for hold in of_source if hold["held_key"] == receipt.key]
                anew = restored.get((source, receipt.key))
                item = publication_ends(receipt, record, holds, receipts, day, anew)
                found += [item] if item is not None else []
    return found


def _tasks(store: Store, seq: int) -> list[Item]:
    """What departments have still to answer of joint measures: to take one, or to lift it."""
    names = {row.id: row.name for row in measures()}
    found: list[Item] = []
    for item in tasks_listed(store, seq=seq):
        task = item.task
        if task.waits:
            name, state = names[task.key.measure], STATES[task.state]
            what = (f"联合惩戒·{state[0]}：{name.zh}", f"joint measure, {state[1]}: {name.en}")
            who = department(task.key.department).name
            basis = (task.basis, task.basis)
            place = (task.due_on, TASK, task.id, item.code, item.name)
            found.append(Item(what, *place, persons=(who.zh, who.en), article=basis))
    return found


def _warnings(warnings: Sequence[Listed]) -> list[Item]:
    article = ("预警规则（policies/alerts.yml）", "rules of warnings (policies/alerts.yml)")
    return [
        Item(
            what=(f"风险预警：{level_name(item.alert)}", f"warning: {level_name(item.alert)}"),
            day=item.alert.due_on,
            list=WARNING,
            id=item.code,
            code=item.code,
            name=item.name,
            persons=(item.alert.owner,) if item.alert.owner else (),
            article=article,
        )
        for item in warnings
        if item.alert.waits
    ]


def _holds(store: Store, seq: int, records: Iterable[Record]) -> list[Record]:
    sources = sorted({record["source"] for record in records})
    return [row["record"] for row in store.read("read/release_holds", seq=seq, sources=sources)] if sources else []
