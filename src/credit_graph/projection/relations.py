"""The relationships that statements make of their fields, in columns: who works, contributes, sits and phones where.

They follow from the statements alone (``Kind.links``), as the loading job writes them, so the graph's relationships
need not be read a second time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.model.derived import address_key, unknown_holder
from credit_graph.model.fields import Link
from credit_graph.model.kinds import KINDS
from credit_graph.projection.begun import Begun
from credit_graph.projection.columns import schema

_TEXT = pa.large_string()
TYPES = {
    "offices": "HOLDS_OFFICE",
    "contributions": "CONTRIBUTES",
    "addresses": "LOCATED_AT",
    "phones": "USES_PHONE",
}
OFFICES = ["eid", "sid", "pid", "name", "office"]
ADDRESSES = ["eid", "sid", "aid", "text"]
PHONES = ["eid", "sid", "number"]
CONTRIBUTIONS = "eid sid holder person source valid_from known_from holder_name holder_code subscribed paid".split()
_DATED = [*CONTRIBUTIONS, "published_on", "recorded_on", "in_use"]
_READ = {"offices": OFFICES, "contributions": ["pid", *_DATED], "addresses": ADDRESSES, "phones": PHONES}


def offices(begun: Mapping[str, Begun]) -> pa.Table:
    """Who holds which office where: eid, sid, pid, name, office; ordered by eid and sid."""
    parts = []
    for table, link in _said(begun, "offices"):
        known = table.filter(pc.is_valid(table["pid"]))
        role = pa.scalar(link.role, _TEXT)
        office = pc.coalesce(known["office"], role) if "office" in known.column_names else _all(role, len(known))
        parts.append(_picked(known, OFFICES, name=known[link.field], office=office))
    return _ordered(parts, OFFICES)


def contributions(begun: Mapping[str, Begun]) -> pa.Table:
    """Who contributes where: eid, sid, holder (pid, or eid of a firm), person, and what the record says of it.

    An organisation without a code is the unknown firm of that name in this one firm.
    """
    parts = []
    for table, link in _said(begun, "contributions"):
        holder = pc.coalesce(table["pid"], table["holder_code"])
        unknown = pc.is_null(holder)
        ends = zip(*(table.filter(unknown)[name].to_pylist() for name in ("eid", link.field)), strict=True)
        made = pa.array([unknown_holder(eid, name) for eid, name in ends], _TEXT)
        holder = pc.replace_with_mask(holder.combine_chunks(), unknown.combine_chunks(), made)
        parts.append(_picked(table, _DATED, holder=holder, person=pc.is_valid(table["pid"])))
    return _ordered(parts, _DATED)


def addresses(begun: Mapping[str, Begun]) -> pa.Table:
    """Where the firms sit: eid, sid, aid, text."""
    parts = []
    for table, link in _said(begun, "addresses"):
        coded = table[link.field].combine_chunks().dictionary_encode()
        keys = pa.array([address_key(text) for text in coded.dictionary.to_pylist()], _TEXT)
        parts.append(_picked(table, ADDRESSES, aid=keys.take(coded.indices), text=table[link.field]))
    return _ordered(parts, ADDRESSES)


def phones(begun: Mapping[str, Begun]) -> pa.Table:
    """Which phones the firms use: eid, sid, number; two fields of one record with one number count once."""
    parts = [_picked(table, PHONES, number=table[link.field]) for table, link in _said(begun, "phones")]
    return _ordered(parts, PHONES)


def fields_of(name: str) -> dict[str, list[str]]:
    """Per kind whose statements make relationships of that name (``TYPES``) the columns that they are made of."""
    found: dict[str, list[str]] = {}
    for kind in KINDS:
        if links := _links(kind, name):
            wanted = dict.fromkeys(["eid", *(link.field for link in links), *_READ[name]])
            found[kind] = [field for field in wanted if field in schema(kind).names]
    return found


def _links(kind: str, name: str) -> list[Link]:
    """The fields of a kind that make relationships of that name."""
    return [link for link in KINDS[kind].links if link.type == TYPES[name]]


def _said(begun: Mapping[str, Begun], name: str) -> Iterator[tuple[pa.Table, Link]]:
    """The visible statements with a subject that make a relationship of that name, once per field that does: that
    field and its statements' columns."""
    for kind, fields in fields_of(name).items():
        part = begun[kind]
        part.need(fields)
        table = part.columns.table(fields)
        if "in_use" in _READ[name]:
            table = table.append_column("in_use", pa.array(part.in_use))
        shown = pc.and_(pc.is_valid(table["eid"]), pa.array(part.visible))
        for link in _links(kind, name):
            yield table.filter(pc.and_(shown, pc.is_valid(table[link.field]))), link


def _picked(table: pa.Table, names: list[str], **made: Any) -> pa.Table:
    return pa.table({name: made[name] if name in made else table[name] for name in names})


def _all(value: pa.Scalar, count: int) -> pa.Array:
    return pa.repeat(value, count)


def _ordered(parts: list[pa.Table], names: list[str]) -> pa.Table:
    """The parts as one table without duplicates, ordered by eid and sid."""
    table = pa.concat_tables(parts).combine_chunks()
    keys = [(name, "ascending") for name in (names if len(parts) > 1 else names[:2])]
    table = table.take(pc.sort_indices(table, keys))
    if len(parts) < 2 or len(table) < 2:
        return table
    same = [pc.equal(table[name].slice(1), table[name].slice(0, len(table) - 1)) for name in names]
    repeated = reduce(pc.and_, same)
    return table.filter(pa.chunked_array([pa.array([True]), *pc.invert(repeated).chunks]))
