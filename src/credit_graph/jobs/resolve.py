"""Finds the subject of records that name it by anything but a credit code.

One candidate only; else the record is kept as unlinked, listed by ``credit-graph faults``, and tried after each load.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from credit_graph.ingest.rows import Row
from credit_graph.ingest.subjects import NATURAL_PREFIX, name_reference
from credit_graph.jobs import batches
from credit_graph.jobs.writing import link_subjects
from credit_graph.model.definition import Definition
from credit_graph.model.statement import Statement
from credit_graph.store import Store
from credit_graph.store.chunks import chunks

_STATEMENTS = {
    "org": ("read/resolve_org",),
    "reg": ("read/resolve_registration",),
    "tax": ("read/resolve_tax",),
    "name": ("read/resolve_name",),
    "doc": ("read/resolve_document", "read/resolve_case"),
}
# after a load that touched more enterprises every open reference is tried, else those to which they answer: 100,000
# unlinked records cost a small load nothing
_MANY = 20_000


def fitting(store: Store, references: Mapping[str, str], seq: int | None = None) -> dict[str, set[str]]:
    """reference (``org:…``, ``reg:…``, ``tax:…``, ``name:…``, ``doc:…``) -> every eid that fits.

    ``references`` maps each reference to the value looked up: the number, or the name as written. A taxpayer number
    and the number of a document are found in other records of the firm, known at ``seq`` (default: the last one).
    """
    known = batches.last_seq(store) if seq is None else seq
    by_kind: dict[str, list[dict[str, str]]] = defaultdict(list)
    for reference, value in references.items():
        by_kind[reference.partition(":")[0]].append({"reference": reference, "value": value})
    found: dict[str, set[str]] = defaultdict(set)
    for kind, rows in by_kind.items():
        for statement in _STATEMENTS.get(kind, ()):
            for chunk in chunks(rows):
                for row in store.read(statement, rows=chunk, seq=known):
                    found[row["reference"]].add(row["eid"])
    return found


def candidates(store: Store, references: Mapping[str, str], seq: int | None = None) -> dict[str, str]:
    """reference -> eid, where exactly one enterprise fits; as :func:`fitting`."""
    found = fitting(store, references, seq)
    return {reference: min(eids) for reference, eids in found.items() if len(eids) == 1}


def looked_up(reference: str, name: object) -> str:
    """What a reference of a record is looked up by: its number, or the name as written."""
    kind, _, number = reference.partition(":")
    return str(name or "") if kind == "name" else number


class Resolver:
    """Resolves the subjects of one table's rows, in place."""

    def __init__(self, store: Store, definition: Definition) -> None:
        self.store = store
        self.naming = definition.kind == "Registration"  # a registration names its enterprise itself
        self.seq = batches.last_seq(store)  # not this batch: interrupted and resumed, it must find the same

    def resolve(self, rows: list[Row]) -> None:
        """Set ``eid`` of rows whose subject is found; the others get ``subject_ref`` and no ``eid``."""
        open_rows = [row for row in rows if row.eid is not None and ":" in row.eid]
        if self.naming or not open_rows:
            return
        wanted = {row.eid: looked_up(row.eid, row.content.get("name")) for row in open_rows if row.eid}
        found = candidates(self.store, wanted, self.seq)
        for row in open_rows:
            reference = row.eid or ""
            row.eid = found.get(reference)
            row.subject_ref = None if row.eid else reference


def retry_unlinked(store: Store, touched: Collection[str], since: int, seq: int) -> set[str]:
    """Try again to find the subjects of unlinked records, by what the enterprises touched after ``since`` are called.

    Returns the enterprises that were found. A record that was linked may itself name the number that another waits for.
    """
    if len(touched) > _MANY:
        wanted = _open_references(store)
    else:
        wanted = {**_names_of(store, touched), **_numbers_said(store, since, seq)}
    subjects: set[str] = set()
    while wanted:
        linked = [record for chunk in chunks(wanted.items()) for record in _link(store, dict(chunk), seq)]
        subjects |= {str(record.eid) for record in linked}
        wanted = dict(pair for record in linked for pair in _numbers(record.kind, record.content))
    return subjects


def _open_references(store: Store) -> dict[str, str]:
    """Every reference that an unlinked record waits for; a hold has that of its record, and no name."""
    result: dict[str, str] = {}
    for row in store.read("read/unlinked_references"):
        reference = row["reference"]
        if not reference.startswith(NATURAL_PREFIX):
            result[reference] = looked_up(reference, row["name"]) or result.get(reference, "")
    return result


def _names_of(store: Store, eids: Collection[str]) -> dict[str, str]:
    """The references that these enterprises now answer to."""
    result: dict[str, str] = {}
    for chunk in chunks(eids):
        for row in store.read("read/references", eids=chunk):
            result |= {name_reference(name): name for name in (row["names"] or "").split("\n") if name}
            result |= {f"org:{row['org_code']}": row["org_code"]} if row["org_code"] else {}
            result |= {f"reg:{row['number']}": row["number"]} if row["number"] else {}
    return result


def _numbers_said(store: Store, since: int, seq: int) -> dict[str, str]:
    """The references that records with a subject explain that are known after ``since``."""
    rows = store.read("read/numbers_said", seqs=list(range(since + 1, seq + 1)))
    return dict(pair for row in rows for pair in _numbers(row["kind"], row))


def _numbers(kind: str, said: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The references that a record with a subject explains, and the numbers."""
    names = {"tax_number": "tax"}
    if kind == "Case":
        names |= {"document_number": "doc", "case_number": "doc"}
    for field, prefix in names.items():
        if value := said.get(field):
            yield f"{prefix}:{value}", str(value)


def _link(store: Store, wanted: dict[str, str], seq: int) -> list[Statement]:
    """Link the unlinked records that bear these references, where exactly one enterprise fits."""
    found = candidates(store, wanted, seq)
    rows = store.read("read/unlinked_of", references=list(found)) if found else []
    unlinked = [Statement.from_properties(row["record"]) for row in rows]
    linked = [record.again(eid=found[str(record.subject_ref)], subject_ref=None) for record in unlinked]
    link_subjects(store, linked)
    ends = zip(linked, unlinked, strict=True)
    store.write("load/relinked", [{"sid": r.sid, "eid": r.eid, "reference": was.subject_ref} for r, was in ends])
    return linked
