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
    for table, link in _said(begun, TYPES["offices"], OFFICES):
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
    for table, link in _said(begun, TYPES["contributions"], _READ["contributions"]):
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
    for table, link in _said(begun, TYPES["addresses"], ADDRESSES):
        coded = table[link.field].combine_chunks().dictionary_encode()
        keys = pa.array([address_key(text) for text in coded.dictionary.to_pylist()], _TEXT)
        parts.append(_picked(table, ADDRESSES, aid=keys.take(coded.indices), text=table[link.field]))
    return _ordered(parts, ADDRESSES)


def phones(begun: Mapping[str, Begun]) -> pa.Table:
    """Which phones the firms use: eid, sid, number; two fields of one record with one number count once."""
    parts = [_picked(table, PHONES, number=table[link.field]) for table, link in _said(begun, TYPES["phones"], PHONES)]
    return _ordered(parts, PHONES)


def _said(begun: Mapping[str, Begun], type_: str, names: list[str]) -> Iterator[tuple[pa.Table, Link]]:
    """The visible statements with a subject that make a relationship of the type, once per field that does: that
    field and, of the columns named, those that the kind has."""
    for kind, item in KINDS.items():
        for link in item.links:
            if link.type == type_:
                part = begun[kind]
                columns = part.columns
                kept = [name for name in dict.fromkeys(["eid", link.field, *names]) if name in columns.names]
                part.need(kept)
                named = pc.and_(pc.is_valid(columns[link.field]), pc.is_valid(columns["eid"]))
                table = columns.table(kept)
                if "in_use" in names:
                    table = table.append_column("in_use", pa.array(part.in_use))
                yield table.filter(pc.and_(named, pa.array(part.visible))), link


def fields_of(name: str) -> dict[str, list[str]]:
    """Per kind whose statements make relationships of that name (``TYPES``) the columns that they are made of."""
    found: dict[str, list[str]] = {}
    for kind, item in KINDS.items():
        fields = [link.field for link in item.links if link.type == TYPES[name]]
        if fields:
            found[kind] = [field for field in [*fields, *_READ[name]] if field in schema(kind).names]
    return found


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
