"""Proceedings (办理事项) as the graph holds them: read, and written down as the content of a statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from credit_graph.errors import UsageError
from credit_graph.jobs import batches
from credit_graph.jobs.decisions import SOURCE, Decision
from credit_graph.jobs.proceeding_subjects import proceeding_key
from credit_graph.jobs.timelines import timelines
from credit_graph.lists.procedures import Procedure
from credit_graph.lists.proceedings import Proceeding, Target, due, position, steps_of
from credit_graph.model.statement import Value
from credit_graph.model.time import DAY_MAX, DAY_MIN
from credit_graph.store import Store


@dataclass(frozen=True, slots=True)
class Listed:
    """A proceeding as it stands, with what its firm is called now, and its record (properties of the node)."""

    proceeding: Proceeding
    name: str
    code: str
    record: Mapping[str, Any]


FIRST = (DAY_MIN, "")  # before the first of a page


def listed(
    store: Store,
    *,
    list_name: str = "",
    bundle: str = "",
    eid: str = "",
    ended: bool = False,
    after: tuple[date, str] = FIRST,
    limit: int = 10_000_000,
    seq: int | None = None,
) -> list[Listed]:
    """Proceedings as they stand, those due first, behind the place ``after`` (:func:`key_of`); ``ended``: also those
    that are done."""
    rows = store.read(
        "read/proceedings",
        seq=batches.last_seq(store) if seq is None else seq,
        list_name=list_name,
        bundle=bundle,
        eid=eid,
        ended=ended,
        no_day=DAY_MAX,
        after=after[0],
        after_id=after[1],
        limit=limit,
    )
    return [Listed(proceeding_of(row["record"]), row["name"] or "", row["code"] or "", row["record"]) for row in rows]


def key_of(item: Listed) -> tuple[date, str]:
    """Its place among those listed."""
    return item.record.get("due_on") or DAY_MAX, item.proceeding.id


def one(store: Store, id_: str) -> Proceeding:
    """A proceeding by its id. Raises ``UsageError("usage.unknown_entity")``."""
    return one_listed(store, id_).proceeding


def one_listed(store: Store, id_: str) -> Listed:
    """The same, with its record."""
    key = proceeding_key(id_)
    last = timelines(store, SOURCE, [key], batches.last_seq(store) + 1)[key].last
    if last is None:
        raise UsageError("usage.unknown_entity", what=id_)
    record = {**last.content, "eid": last.eid}
    found = next(iter(store.read("read/alert_firms", eids=[last.eid])), None) or {}
    return Listed(proceeding_of(record), found.get("name") or "", found.get("code") or "", record)


def proceeding_of(record: Mapping[str, Any]) -> Proceeding:
    """The proceeding that a record holds."""
    target = None
    if record.get("entry_key"):
        target = Target(record["entry_source"], record["entry_key"], record["listed_on"], record.get("listed_by"))
    return Proceeding(
        record["proceeding"],
        record["list_name"],
        record["procedure"],
        record["eid"],
        record["subject_name"],
        record["opened_on"],
        steps_of(record["steps"]),
        target,
        record.get("bundle"),
        record.get("application"),
    )


def content_of(procedure: Procedure, proceeding: Proceeding, decision: Decision) -> dict[str, Value]:
    """The content of its statement; empty values are left out."""
    stands = position(procedure, proceeding)
    said = proceeding.said
    decided = next((taken.day for taken in proceeding.taken if taken.step == procedure.effect), None)
    published = said.get("published_on")
    term = due(procedure, proceeding)
    values: dict[str, Value | None] = {
        "proceeding": proceeding.id,
        "list_name": proceeding.list,
        "procedure": proceeding.procedure,
        "does": procedure.does,
        "subject_name": proceeding.name,
        "ground": proceeding.ground,
        "state": stands.state,
        "is_open": stands.open,
        "next_step": stands.next.id if stands.next is not None else None,
        "next_role": stands.next.role if stands.next is not None else None,
        "due_on": term.day if term is not None else None,
        "opened_on": proceeding.opened_on,
        "stepped_on": proceeding.taken[-1].day,
        "decided_on": decided if procedure.effect in stands.passed else None,
        "published_on": date.fromisoformat(published) if published else None,
        "receipt": said.get("receipt"),
        "numbers": "|".join(proceeding.numbers) or None,
        "steps": proceeding.steps_json(),
        "bundle": proceeding.bundle,
        "application": proceeding.application,
        "rules": f"{procedure.id} {procedure.effective_from}",
        "actor": decision.actor,
        "role": decision.role,
    }
    if proceeding.target is not None:
        source, key, listed_on, listed_by = proceeding.target
        values |= {"entry_source": source, "entry_key": key, "listed_on": listed_on, "listed_by": listed_by}
    return {name: value for name, value in values.items() if value is not None}
