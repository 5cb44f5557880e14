"""What changed from one release to the next (增量): whole in the bureau, without what is gone in public. Pure.

A line of the bureau's own delta is ``added`` with the new entry, ``removed`` with the old one, or ``changed`` with one
field, its old and its new value (none where the column was not there). Each has the record, the statement (``sid``)
that it comes from, and the reason. With them :func:`replay` makes the next ``entries.jsonl`` from the former, byte for
byte.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from credit_graph.errors import InputError
from credit_graph.lists.editions.draft import entry_lines, numbered
from credit_graph.lists.editions.edition import NUMBER, Column, Entry, canonical, leaf

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
LISTED, GONE, CORRECTED = "listed", "gone", "corrected"  # reasons, where nothing else says why
Line = Mapping[str, Any]


def delta(former: Sequence[Entry], entries: Sequence[Entry], why: Mapping[str, str]) -> list[dict[str, Any]]:
    """The lines from the former release's entries to these, by record.

    ``why``: record -> why it is no entry now (``held:repaired``, ``refused:term_over``, ``removed``).
    """
    old = {str(entry["record"]): _unnumbered(entry) for entry in former}
    new = {str(entry["record"]): _unnumbered(entry) for entry in entries}
    lines: list[dict[str, Any]] = []
    for record in sorted(old.keys() | new.keys()):
        before, after = old.get(record), new.get(record)
        if before is None and after is not None:
            lines.append({**_said(ADDED, after, LISTED), "new": after})
        elif before is not None and after is None:
            lines.append({**_said(REMOVED, before, why.get(record, GONE)), "old": before})
        elif before is not None and after is not None:
            lines += _changes(before, after)
    return lines


def replay(former: bytes, lines: bytes) -> bytes:
    """The next release's ``entries.jsonl`` from the former's and the delta between them.

    Raises ``InputError("input.delta")`` where the lines don't fit the entries.
    """
    entries = {str(entry["record"]): _unnumbered(entry) for entry in map(json.loads, former.splitlines())}
    for line in map(json.loads, lines.splitlines()):
        record, change = str(line["record"]), line["change"]
        found = entries.get(record)
        if change == ADDED and found is None:
            entries[record] = line["new"]
        elif change == REMOVED and found is not None and found == line["old"]:
            del entries[record]
        elif change == CHANGED and found is not None and _value(found, line["field"]) == _value(line, "old"):
            found.pop(line["field"], None)
            found |= {line["field"]: line["new"]} if "new" in line else {}
        else:
            raise InputError("input.delta", record=record)
    return entry_lines(numbered(list(entries.values())))


def as_lines(lines: Iterable[Line]) -> bytes:
    """``delta.jsonl``."""
    return b"".join(canonical(dict(line)) + b"\n" for line in lines)


def public_delta(
    lines: Iterable[Line], entries: Sequence[Entry], columns: Sequence[Column], shown: Collection[str]
) -> list[dict[str, Any]]:
    """What the public sees of a delta.

    ``entries``, ``columns``: of the newer release; ``shown``: numbers that may be shown. Additions and corrections are
    told in full where they are shown, else as the entry's leaf; a removal, and what was corrected, as its former leaf.
    """
    by_record = {str(entry["record"]): entry for entry in entries}
    names = [column.name for column in columns if not column.internal]
    told: list[dict[str, Any]] = []
    for record, group in groupby(lines, key=lambda line: str(line["record"])):
        mine = list(group)
        change = mine[0]["change"]
        if change == REMOVED:
            told.append({"change": REMOVED, "leaf": _leaf_of(mine[0]["old"])})
            continue
        entry = by_record[record]
        said: dict[str, Any] = {"change": change, "number": entry[NUMBER]}
        if change == CHANGED:
            fields = [line["field"] for line in mine if line["field"] in names]
            if not fields:  # only where it comes from
                continue
            said |= {"fields": fields, "former_leaf": _leaf_of(_before(entry, mine))}
        if entry[NUMBER] in shown:
            said["entry"] = {name: entry[name] for name in names}
        else:
            said["leaf"] = leaf(entry, columns).hex()
        told.append(said)
    return told


def _changes(before: Entry, after: Entry) -> Iterator[dict[str, Any]]:
    for field in sorted(before.keys() | after.keys()):
        if _value(before, field) != _value(after, field):
            old = {"old": before[field]} if field in before else {}
            new = {"new": after[field]} if field in after else {}
            yield {**_said(CHANGED, after, CORRECTED), "field": field, **old, **new}


def _said(change: str, entry: Entry, reason: str) -> dict[str, Any]:
    return {"change": change, "record": entry["record"], "sid": entry["sid"], "reason": reason}


def _unnumbered(entry: Entry) -> dict[str, str | None]:
    return {name: value for name, value in entry.items() if name != NUMBER}


def _value(holder: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    return (holder[name],) if name in holder else ()


def _before(entry: Entry, changes: Sequence[Line]) -> Entry:
    """The entry as the former release had it."""
    before = dict(entry)
    for line in changes:
        before.pop(line["field"], None)
        before |= {line["field"]: line["old"]} if "old" in line else {}
    return before


# the former release may have had other columns: all but those that never leave were public
INTERNAL = ("sid", "record")


def _leaf_of(entry: Entry) -> str:
    return leaf(entry, [Column(name, "", "", internal=name in INTERNAL) for name in entry]).hex()
