"""The clocks of a penalty or an entry of a list in the graph: until when each channel may show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from credit_graph.errors import UsageError
from credit_graph.ingest.values import Bad, document_number
from credit_graph.jobs.proceeding_subjects import restorations
from credit_graph.jobs.receipts import known_receipts
from credit_graph.lists.clock_policy import CHANNELS, Severity, clock_policy
from credit_graph.lists.clocks import Clock, clock
from credit_graph.lists.facts import CLOCKED, matter_of
from credit_graph.model.time import Point
from credit_graph.store import Store
from credit_graph.text import t


@dataclass(frozen=True, slots=True)
class RecordClocks:
    """A record and its clocks, one per channel."""

    record: dict[str, Any]
    clocks: tuple[Clock, ...]

    def as_json(self) -> dict[str, Any]:
        """As ``clock --json`` prints it; nothing that names a person."""
        named = ("sid", "kind", "source", "document_number", "listing_id", "mark_id", "inspection_id")
        return {
            **{name: self.record[name] for name in named if self.record.get(name) is not None},
            "clocks": [found.as_json() for found in self.clocks],
        }


def clocks_of(
    store: Store, wanted: str, point: Point, *, receipt: date | None = None, severity: Severity | None = None
) -> list[RecordClocks]:
    """The clocks by the rules of the point's valid day, of the statement of that id or of all records that carry that
    number of a document (文号) and are known at the point. Holds are those known then.

    The receipt of GSXT is the recorded one, or ``receipt``, which like ``severity`` a person reads there or in the
    decision and is not kept. Raises ``UsageError``: nothing is called so, or it is no record that is shown for a time.
    """
    shown = clocked(store, wanted, point.seq)
    receipts = known_receipts(store, point.seq)
    restored = restorations(store, point.seq)
    sources = sorted({record["source"] for record in shown})
    holds = [row["record"] for row in store.read("read/release_holds", seq=point.seq, sources=sources)]
    found = []
    for record in shown:
        mine = [hold for hold in holds if (hold["held_source"], hold["held_key"]) == (record["source"], record["key"])]
        recorded = receipts.of(record, "gsxt", point.valid)
        from_ = receipt or (recorded.day if recorded is not None else None)
        anew = restored.get((record["source"], record["key"]))
        matter = matter_of(record, mine, point.valid, clock_policy(), receipt=from_, severity=severity, restored=anew)
        found.append(RecordClocks(record, tuple(clock(matter, channel, point.valid) for channel in CHANNELS)))
    return found


def clocked(store: Store, wanted: str, seq: int) -> list[dict[str, Any]]:
    """The statement of that id, or all records that carry that number of a document (文号) and are known at a seq.

    Raises ``UsageError``: nothing is called so, or it is no record that is shown for a time.
    """
    records = [row["record"] for row in store.read("read/statement", sid=wanted)]
    if not records:
        number = stored_number(wanted)
        records = [row["record"] for row in store.read("read/records_by_document", number=number, seq=seq)]
    if not records:
        raise UsageError("usage.unknown_entity", what=wanted)
    shown = [record for record in records if record["kind"] in CLOCKED]
    if not shown:
        why = t("不是处罚、名单条目或者检查结果", "no penalty, entry of a list, or result of a check")
        raise UsageError("usage.bad_value", option="ID", value=wanted, why=why)
    return shown


def stored_number(wanted: str) -> str:
    """The number of a document as it is stored."""
    try:
        return document_number(wanted)
    except Bad:
        return wanted
