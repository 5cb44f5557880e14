"""What firms are called at a point, their industry, and who is named there, from the records that say it."""

from __future__ import annotations

from collections.abc import Iterable

from credit_graph.model.fields import FieldType
from credit_graph.model.kinds import KINDS
from credit_graph.model.time import Point
from credit_graph.projection.view import enterprise_view, precedence
from credit_graph.store import Store

NAMING = ("Registration", "Office")
# the fields of records that name persons; holders may also be firms
_PERSONS = {
    kind.name: fields
    for kind in KINDS.values()
    if (fields := [n for n, field in kind.fields.items() if field.type == FieldType.PERSON_NAME or n == "holder_name"])
}


def names(store: Store, eids: Iterable[str], point: Point) -> dict[str, str]:
    """eid -> name, of those that a record names."""
    return _said(store, eids, point, "name", NAMING)


def industry_codes(store: Store, eids: Iterable[str], point: Point) -> dict[str, str]:
    """eid -> industry code of the register, of those whose registration names one."""
    return _said(store, eids, point, "industry_code", NAMING[:1])


def person_names(store: Store, eids: Iterable[str], point: Point) -> dict[str, frozenset[str]]:
    """eid -> names of the persons (of holders: all names) that the records known at the point name there."""
    found: dict[str, set[str]] = {}
    wanted = sorted(set(eids))
    for kind, fields in _PERSONS.items() if wanted else ():
        for row in store.read("read/naming_records", {"KIND": kind}, eids=wanted, seq=point.seq):
            said = {record[name] for record in row["records"] for name in fields if record.get(name)}
            found.setdefault(row["eid"], set()).update(said)
    return {eid: frozenset(names) for eid, names in found.items()}


def _said(store: Store, eids: Iterable[str], point: Point, field: str, kinds: tuple[str, ...]) -> dict[str, str]:
    records: dict[str, list[dict[str, object]]] = {}
    wanted = sorted(set(eids))
    for kind in kinds if wanted else ():
        for row in store.read("read/naming_records", {"KIND": kind}, eids=wanted, seq=point.seq):
            records.setdefault(row["eid"], []).extend(row["records"])
    views = {eid: enterprise_view(found, point, precedence()) for eid, found in records.items()}
    return {eid: str(view[field]) for eid, view in views.items() if view[field]}
