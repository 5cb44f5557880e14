"""From a record of the graph to what its clocks have to know. Pure; what the record does not say stays unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from credit_graph.lists.clock_policy import PENALTY, ClockPolicy, Domain, PenaltyKind, Severity
from credit_graph.lists.matter import Matter
from credit_graph.model.time import DAY_MAX, DAY_MIN, covers

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Fields:
    """The subject of a kind of record, and its fields for the event, the receipt of GSXT, the end, and the day from
    which its period counts anew."""

    subject: str
    event: str
    published: str | None = None
    ended: str | None = None
    restored: str | None = None


_FIELDS = {
    "Case": _Fields(PENALTY, "decided_on"),
    "SeriousListing": _Fields("serious_violation", "listed_on", ended="removed_on", restored="counted_from"),
    "AbnormalListing": _Fields("abnormal_operation", "listed_on", ended="removed_on"),
    "AbnormalMark": _Fields("abnormal_mark", "marked_on", ended="restored_on"),
    "Inspection": _Fields("sampling_results", "inspected_on", published="published_on"),
}
CLOCKED = frozenset(_FIELDS)  # the kinds of record that have clocks
_SEPARATORS = re.compile(r"[;；,，、\s]+")
_CODE = re.compile(r"[0-9A-Z]{2}(\d{2})")  # of an organisation: its province stands third and fourth
_PUBLIC = "public"


def matter_of(
    record: Record,
    holds: Iterable[Record],
    day: date,
    policy: ClockPolicy,
    *,
    receipt: date | None = None,
    severity: Severity | None = None,
    restored: date | None = None,
) -> Matter:
    """What is known of a record of one of the kinds ``CLOCKED`` (properties of its node) on the day.

    ``holds``: Hold statements of this record; ``receipt``: the day of GSXT's receipt, ``severity``: the class that the
    decision names, both of which no source carries for penalties; ``restored``: the day on which its repair was
    revoked. A statutory restriction is left out: no column says
    for certain until when it runs, and without it nothing is shown longer.
    """
    fields = _FIELDS[record["kind"]]
    stopped, withdrawn, paused, held = _use(record, holds, day)
    ended = _day(record, fields.ended)
    penalty = penalty_facts(record, policy) if fields.subject == PENALTY else {}
    return Matter(
        subject=fields.subject,
        event_on=_day(record, fields.event),
        published_on=receipt or _day(record, fields.published),
        severity=severity,
        stopped_on=min((found for found in (ended, stopped) if found is not None), default=None),
        withdrawn_on=withdrawn,
        restored_on=max(filter(None, (restored, _day(record, fields.restored))), default=None),
        paused=paused,
        held=held,
        **penalty,
    )


def event_day(record: Record) -> date | None:
    """The day of the decision, listing, marking or inspection of a record of one of the kinds ``CLOCKED``."""
    return _day(record, _FIELDS[record["kind"]].event)


def _day(record: Record, field: str | None) -> date | None:
    value = record.get(field) if field else None
    return value if isinstance(value, date) else None


Pause = tuple[date, date | None]


def _use(
    record: Record, holds: Iterable[Record], day: date
) -> tuple[date | None, date | None, Pause | None, str | None]:
    """The days of repair and of annulment, a pause, and the reason of any other hold that keeps it from the public."""
    stopped = withdrawn = paused = held = None
    for hold in holds:
        if hold.get("event_day") not in (None, record["valid_from"]) or _PUBLIC not in hold["channels"].split(","):
            continue
        begin, dated = hold["valid_from"], hold["valid_from"] != DAY_MIN
        if dated and hold["reason"] == "repaired":
            stopped = begin if covers(begin, hold["valid_to"], max(day, begin)) else stopped
        elif dated and hold["reason"] == "withdrawn":
            withdrawn = begin if covers(begin, hold["valid_to"], max(day, begin)) else withdrawn
        elif dated and hold["reason"] == "paused":
            paused = begin, None if hold["valid_to"] == DAY_MAX else hold["valid_to"] - timedelta(days=1)
            held = "paused" if covers(begin, hold["valid_to"], day) else held
        elif covers(begin, hold["valid_to"], day):
            held = hold["reason"]
    return stopped, withdrawn, paused, held


def penalty_facts(record: Record, policy: ClockPolicy) -> dict[str, Any]:
    """What a penalty's record tells of kinds, procedure, field, fine, party and place, as ``Matter`` has it."""
    kinds, unknown = _kinds(record.get("penalty_kind") or "", policy)
    procedure = record.get("procedure") or ""
    fine = record.get("fine")
    return {
        "kinds": kinds,
        "unknown_kinds": unknown,
        "simple": True if "简易" in procedure else False if "普通" in procedure or "一般" in procedure else None,
        "domain": _domain(record, policy),
        "fine": fine if isinstance(fine, int) else None,
        "natural_person": "自然人" in (record.get("party_kind") or ""),
        "region": _province(record),
    }


def _kinds(text: str, policy: ClockPolicy) -> tuple[frozenset[PenaltyKind], tuple[str, ...]]:
    """The kinds that the words of the source name, and the words that name none."""
    known: set[PenaltyKind] = set()
    unknown = []
    for word in filter(None, _SEPARATORS.split(text)):
        found = {row.kind for row in policy.penalty_kinds if any(name in word for name in row.words)}
        known |= found
        unknown += [] if found else [word]
    return frozenset(known), tuple(unknown)


def _domain(record: Record, policy: ClockPolicy) -> Domain | None:
    """The field of law by basis and violation; without a basis only a word that names one tells."""
    text = f"{record.get('basis') or ''} {record.get('violation') or ''}"
    for row in policy.domains:
        if any(word in text for word in row.words):
            return row.domain
    return "general" if record.get("basis") else None


def _province(record: Record) -> str | None:
    """Of the authority by its credit code, else of the party's registrar by the party's."""
    for name in ("authority_code", "credit_code"):
        if found := _CODE.match(str(record.get(name) or "")):
            return found[1] + "0000"
    return None
