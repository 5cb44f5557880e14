"""Writes statements and the relationships that they make. Idempotent, so that an interrupted batch can be resumed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from credit_graph.model.derived import address_key, unknown_holder
from credit_graph.model.kinds import KINDS
from credit_graph.model.statement import Statement
from credit_graph.store import Store

Rows = dict[str, list[dict[str, Any]]]


def write_statements(store: Store, opened: Iterable[Statement]) -> None:
    """Write record nodes, their subjects and their relationships."""
    writes_of(store, opened)()


def writes_of(store: Store, opened: Iterable[Statement]) -> Callable[[], None]:
    """What :func:`write_statements` does, prepared, so that the thread that writes need not."""
    records: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    written = list(opened)
    for statement in written:
        name = "load/records" if statement.eid is None else "load/subject_records"
        records[name, statement.kind].append(statement.properties())
    links = _link_rows(written)

    def write() -> None:
        for (name, kind), rows in records.items():
            store.write(name, rows, labels={"KIND": kind})
        for name, rows in links.items():
            store.write(name, rows)

    return write


def link_subjects(store: Store, linked: Sequence[Statement]) -> None:
    """Statements that are there already get the subject that was found for them, and their relationships."""
    store.write("load/subjects", [_base(statement) for statement in linked])
    for name, rows in _link_rows(linked).items():
        store.write(name, rows)


def _link_rows(statements: Iterable[Statement]) -> Rows:
    links: Rows = defaultdict(list)
    for statement in statements:
        if statement.eid is not None:
            _links(statement, links)
        if (named := person_subject(statement)) is not None:
            links["load/person_subjects"].append({**_base(statement), "pid": statement.pid, "name": named})
    return links


def _base(statement: Statement) -> dict[str, Any]:
    return {"sid": statement.sid, "eid": statement.eid, "times": {"sid": statement.sid, **statement.times()}}


def person_subject(statement: Statement) -> str | None:
    """The name of the person whom the record is about; None if it is about a firm, or about somebody unknown."""
    if statement.pid is None:
        return None
    if KINDS[statement.kind].on_person:
        return str(statement.content["person_name"])
    if statement.eid is not None or statement.subject_ref is not None:
        return None
    return str(statement.content.get("name", ""))


def _links(statement: Statement, links: Rows) -> None:
    """The relationships that the statement's kind makes of its fields."""
    content = statement.content
    for link in KINDS[statement.kind].links:
        value = content.get(link.field)
        if value is None:
            continue
        base = _base(statement)
        if link.type == "LOCATED_AT":
            links["load/addresses"].append({**base, "aid": address_key(str(value)), "text": value})
        elif link.type == "USES_PHONE":
            links["load/phones"].append({**base, "number": value})
        elif link.type == "HOLDS_OFFICE" and statement.pid:
            office = content.get("office") or link.role
            links["load/offices"].append({**base, "pid": statement.pid, "name": value, "office": office})
        elif link.type == "CONTRIBUTES":
            amount = content.get("subscribed") or content.get("paid")
            row = {**base, "name": value, "subscribed": amount}
            if statement.pid:
                links["load/contributions_person"].append({**row, "pid": statement.pid})
            else:
                holder = content.get("holder_code") or unknown_holder(str(statement.eid), str(value))
                links["load/contributions_enterprise"].append({**row, "holder": holder})


def close_statements(store: Store, closed: Iterable[Statement], seq: int) -> None:
    """Close statements and their relationships in known."""
    statements = list(closed)
    rows = [{"sid": statement.sid, "eid": statement.eid} for statement in statements]
    persons = [{"sid": statement.sid} for statement in statements if person_subject(statement) is not None]
    store.write("load/close_records", rows, seq=seq)
    store.write("load/close_links", [row for row in rows if row["eid"] is not None], seq=seq)
    store.write("load/close_person_subjects", persons, seq=seq)
