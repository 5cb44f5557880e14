"""Which entries lead to which joint measures on a day, and why others do so no more. Pure; nothing is guessed.

An entry leads to measures if it stands on a list that may be released by its own document, is lawful there (as a
release judges it) and published; and only to measures that a document carries on that day and in the bureau's place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from credit_graph.errors import DefinitionError
from credit_graph.lists.authority import authority_on
from credit_graph.lists.bases import refused, within
from credit_graph.lists.entries import listed_on, stands
from credit_graph.lists.measure_tasks import Ground, Key, Why
from credit_graph.lists.measures import Measure, measures
from credit_graph.lists.policy import ListPolicy, list_policy
from credit_graph.lists.standing import RECORD_FIELDS, judge
from credit_graph.model.kinds import KINDS
from credit_graph.model.time import covers
from credit_graph.text import joined, t

Record = Mapping[str, Any]
Fate = Literal["stands", "unpublished"] | Why
_PUBLIC = "public"
_ENTRIES = frozenset({"AbnormalListing", "SeriousListing", "AbnormalMark"})  # records that say who stands on a list
_HELD: dict[str, Why] = {"repaired": "repaired", "withdrawn": "withdrawn", "expired": "expired"}


@dataclass(frozen=True, slots=True)
class NotCarried:
    """A measure that no entry of the list leads to that day, and why, in the language in use."""

    measure: str
    list: str
    why: str


@dataclass(frozen=True, slots=True)
class Carried:
    """What holds on a day: measures by list, each with the document as it is cited; and what does not."""

    measures: Mapping[str, tuple[tuple[Measure, str], ...]]
    refused: tuple[NotCarried, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a list: its firm (``None``: not known), what became of it, and since when it counts."""

    list: str
    ref: str  # source|key
    eid: str | None
    fate: Fate
    since: date


def carried_measures(day: date, rows: Iterable[Measure] | None = None) -> Carried:
    """The measures of each list that may be taken on the day, and the others with what is missing.

    Raises ``DefinitionError`` for a faulty file.
    """
    found: dict[str, list[tuple[Measure, str]]] = {}
    missing: list[NotCarried] = []
    region = authority_on(day).region
    for measure in measures() if rows is None else rows:
        for name in measure.lists if measure.in_force(day) else ():
            try:
                _check_list(list_policy(name), day)
                _check_place(measure, region, day)
                basis = measure.carried_by(day).cite(*filter(None, [measure.article]))
            except DefinitionError as error:
                missing.append(NotCarried(measure.id, name, str(error)))
                continue
            found.setdefault(name, []).append((measure, basis))
    return Carried({name: tuple(items) for name, items in found.items()}, tuple(missing))


def _check_list(policy: ListPolicy, day: date) -> None:
    """Only who is lawfully shown on a list may be measured for standing on it."""
    row = policy.on(day)
    policy.documents_on(day)
    title = t(policy.title.zh, policy.title.en)
    unset = row.unset() if not row.republishes else []
    unset += [] if policy.record_kind in _ENTRIES else ["record_kind"]
    if unset:
        raise DefinitionError("policy.unset", what=title, parts=joined(unset))


def _check_place(measure: Measure, region: str, day: date) -> None:
    if measure.region is not None and not within(region, measure.region):
        why = t(
            f"只在 {measure.region} 适用，本机关在 {region}", f"it applies in {measure.region} only, not in {region}"
        )
        raise refused(t(measure.name.zh, measure.name.en), day, why)


def entries_of(
    policy: ListPolicy, records: Iterable[Record], holds: Iterable[Record], unpublished: frozenset[str], day: date
) -> list[Entry]:
    """What became of each entry of a list by the day; of several statements of one the one that stands.

    ``records``: statements of the list's kind known now and begun by the day; ``holds``: known Hold statements;
    ``unpublished``: keys of the bureau's own entries (``source|key``) whose publication is not recorded.
    """
    reasons = _hold_reasons(holds, day)
    found: dict[str, Entry] = {}
    for record in sorted(records, key=lambda item: (item["valid_from"], item["sid"])):
        ref = f"{record['source']}|{record['key']}"
        held = reasons.get((record["source"], record["key"], None))
        held = held or reasons.get((record["source"], record["key"], record["valid_from"]))
        fate = _fate(policy, record, held, day, published=ref not in unpublished)
        since = listed_on(policy.record_kind or "", record) or record["valid_from"]
        if ref not in found or found[ref].fate != "stands":
            found[ref] = Entry(policy.name, ref, record.get("eid"), fate, since)
    return list(found.values())


def wanted(entries: Iterable[Entry], carried: Carried) -> dict[Key, Ground]:
    """What the entries that stand lead to: by firm, measure and department, with all that lead there."""
    found: dict[Key, Ground] = {}
    for entry in entries:
        if entry.fate != "stands" or entry.eid is None:
            continue
        for measure, basis in carried.measures.get(entry.list, ()):
            for name in measure.departments:
                key = Key(entry.eid, measure.id, name)
                new = Ground((entry.ref,), (entry.list,), entry.since, basis, measure.kind)
                found[key] = _together(found[key], new) if key in found else new
    return found


def _together(one: Ground, other: Ground) -> Ground:
    return one._replace(
        entries=tuple(sorted({*one.entries, *other.entries})),
        lists=tuple(sorted({*one.lists, *other.lists})),
        since=min(one.since, other.since),
    )


def _fate(policy: ListPolicy, record: Record, held: str | None, day: date, *, published: bool) -> Fate:
    kind = policy.record_kind or ""
    if held is not None:
        return _HELD.get(held, "removed")
    if not (stands(kind, record, day) and covers(record["valid_from"], record["valid_to"], day)):
        return "removed"
    if set(KINDS[kind].fields) >= RECORD_FIELDS:
        judged = judge(record, policy.on(day), day, held=False)
        if judged.status != "entry":
            return "expired" if any(reason.code == "term_over" for reason in judged.reasons) else "unfit"
    return "stands" if published else "unpublished"


def _hold_reasons(holds: Iterable[Record], day: date) -> dict[tuple[str, str, date | None], str]:
    """(source, key, event day or None) -> reason, of holds that keep records from the public on the day."""
    return {
        (hold["held_source"], hold["held_key"], hold.get("event_day")): hold["reason"]
        for hold in sorted(holds, key=lambda hold: str(hold["sid"]))
        if _PUBLIC in hold["channels"].split(",") and covers(hold["valid_from"], hold["valid_to"], day)
    }
