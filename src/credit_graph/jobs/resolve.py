"""Finds the subject of records that name it by anything but a credit code.

One candidate only; else the record is kept as unlinked, listed by ``credit-graph faults``, and tried after each load.
"""

from __future__ import annotations

from collections import defaultdict

from credit_graph.ingest.rows import Row
from credit_graph.jobs.writing import write_statements
from credit_graph.model.definition import Definition
from credit_graph.model.statement import Statement
from credit_graph.store import Store

_STATEMENTS = {"org": "read/resolve_org", "reg": "read/resolve_registration", "name": "read/resolve_name"}


def candidates(store: Store, references: dict[str, str]) -> dict[str, str]:
    """reference (``org:…``, ``reg:…``, ``name:…``) -> eid, where exactly one enterprise fits.

    ``references`` maps each reference to the value looked up: the number, or the name as written.
    """
    by_kind: dict[str, list[dict[str, str]]] = defaultdict(list)
    for reference, value in references.items():
        by_kind[reference.partition(":")[0]].append({"reference": reference, "value": value})
    found: dict[str, set[str]] = defaultdict(set)
    for kind, rows in by_kind.items():
        if statement := _STATEMENTS.get(kind):
            for row in store.read(statement, rows=rows):
                found[row["reference"]].add(row["eid"])
    return {reference: eids.pop() for reference, eids in found.items() if len(eids) == 1}


def _value(reference: str, name: object) -> str:
    kind, _, number = reference.partition(":")
    return str(name or "") if kind == "name" else number


class Resolver:
    """Resolves the subjects of one table's rows, in place."""

    def __init__(self, store: Store, definition: Definition) -> None:
        self.store = store
        self.naming = definition.kind == "Registration"  # a registration names its enterprise itself

    def resolve(self, rows: list[Row]) -> None:
        """Set ``eid`` of rows whose subject is found; the others get ``subject_ref`` and no ``eid``."""
        open_rows = [row for row in rows if row.eid is not None and ":" in row.eid]
        if self.naming or not open_rows:
            return
        wanted = {row.eid: _value(row.eid, row.content.get("name")) for row in open_rows if row.eid}
        found = candidates(self.store, wanted)
        for row in open_rows:
            reference = row.eid or ""
            row.eid = found.get(reference)
            row.subject_ref = None if row.eid else reference


def retry_unlinked(store: Store) -> int:
    """Try again to find the subjects of unlinked records; returns how many were found."""
    records = [Statement.from_properties(row["record"]) for row in store.read("read/unlinked")]
    wanted = {r.subject_ref: _value(r.subject_ref, r.content.get("name")) for r in records if r.subject_ref}
    found = candidates(store, wanted)
    linked = [r for r in records if r.subject_ref in found]
    write_statements(store, [r.again(eid=found[r.subject_ref or ""], subject_ref=None) for r in linked])
    store.write(
        "load/relinked",
        [{"sid": r.sid, "eid": found[r.subject_ref or ""], "reference": r.subject_ref} for r in linked],
    )
    return len(linked)
