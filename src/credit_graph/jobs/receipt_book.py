"""Records receipts of publication (公示回执) that a person reads on GSXT or 信用中国, one or a file of many.

Each is a statement of the source ``bureau`` that names source and key of the record; there is one per channel and
record, for all sources that tell of one document (文号).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from credit_graph import clock
from credit_graph.errors import CreditGraphError, StateError, UsageError
from credit_graph.ingest import compare
from credit_graph.ingest.screening import screen_text
from credit_graph.ingest.values import Bad, clean
from credit_graph.ingest.values import day as read_day
from credit_graph.jobs import batches
from credit_graph.jobs.clocks import clocked, stored_number
from credit_graph.jobs.decisions import SOURCE, Decision, bureau_statement, undo_decision, write_batch
from credit_graph.jobs.finding import find_firm
from credit_graph.jobs.timelines import timelines
from credit_graph.lists.facts import CLOCKED, event_day
from credit_graph.lists.receipts import CHANNEL_NAMES, ReceiptChannel, document_of
from credit_graph.model.statement import Statement, Value
from credit_graph.model.time import OPEN_SEQ
from credit_graph.store import Store
from credit_graph.store.chunks import chunks
from credit_graph.text import joined, t

KIND = "Receipt"
_CHUNK = 1000
Record = Mapping[str, Any]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Stated:
    """What is stated: what is shown (a statement's id, a document's number, or the code of a firm with one record),
    where, the number of the receipt, and from which day; ``row``: of the file, 0 for none."""

    what: str
    channel: str
    number: str
    day: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class Names:
    """How the four are called where they are stated: options, or columns of a file."""

    what: str = "CODE-OR-NUMBER"
    channel: str = "--channel"
    number: str = "--number"
    day: str = "--on"


@dataclass(frozen=True, slots=True)
class Refused:
    """What could not be recorded: its row, the column at fault, and why."""

    stated: Stated
    column: str
    error: CreditGraphError


@dataclass(frozen=True, slots=True)
class Recorded:
    """The batch (``None``: nothing was recorded), the receipts, and what was refused."""

    seq: int | None
    receipts: list[Statement]
    refused: list[Refused]


@dataclass(frozen=True, slots=True)
class Known:
    """A receipt as ``receipt list`` shows it; ``undone``: the seq that undid it."""

    statement: Statement
    undone: int | None


class _Fault(Exception):
    """The error, and the column at fault."""

    def __init__(self, column: str, error: CreditGraphError) -> None:
        super().__init__(column)
        self.column, self.error = column, error


def record(
    store: Store,
    stated: Sequence[Stated],
    decision: Decision,
    *,
    names: Names | None = None,
    partial: bool = False,
    progress: Progress | None = None,
) -> Recorded:
    """Record receipts in one batch: all of them or none; ``partial``: those that can be, and the others are told.

    Raises ``UsageError``: ``usage.unknown_entity``, ``usage.several``, ``usage.bad_value`` (no such channel, no
    number, no day, a day before the decision, no record that is shown for a time), ``usage.future``;
    ``StateError("state.receipt_given")`` where the channel's receipt of the record is there.
    """
    called = names or Names()
    with store.writer("receipts"):
        batches.refuse_open_batch(store)
        seq = batches.last_seq(store) + 1
        by_number = _by_number(store, stated, seq - 1)
        drafts: list[Statement | _Fault] = []
        for count, item in enumerate(stated, start=1):
            if progress is not None:
                progress(t("公示回执", "receipts"), count, len(stated))
            try:
                drafts.append(_draft(store, item, called, by_number, decision, seq))
            except _Fault as fault:
                drafts.append(fault)
        found = _once(store, drafts, called, seq)
        refused = [
            Refused(item, draft.column, draft.error)
            for item, draft in zip(stated, found, strict=True)
            if isinstance(draft, _Fault)
        ]
        if refused and not partial:
            raise refused[0].error
        made = [draft for draft in found if isinstance(draft, Statement)]
        if not made:
            return Recorded(None, [], refused)
        changes = [compare.Change("new", opens=[draft]) for draft in made]
        write_batch(store, seq, f"receipts {' '.join(draft.sid for draft in made)}", decision, changes)
    return Recorded(seq, made, refused)


def undo(store: Store, sid: str, decision: Decision) -> int:
    """Undo a receipt: closed in known; returns the seq. Raises as :func:`undo_decision` does."""
    return undo_decision(store, KIND, sid, decision)


def known(store: Store, *, undone: bool = False) -> list[Known]:
    """The receipts recorded, by day; ``undone``: also those undone."""
    rows = store.read("read/receipts", seq=batches.last_seq(store), all=undone)
    found = [Statement.from_properties(row["record"]) for row in rows]
    return [Known(item, None if item.known_to == OPEN_SEQ else item.known_to) for item in found]


def _by_number(store: Store, stated: Sequence[Stated], seq: int) -> dict[str, list[Record]]:
    """The records that carry the numbers, by number: many are looked up at once."""
    numbers = dict.fromkeys(stored_number(item.what) for item in stated if item.what)
    found: dict[str, list[Record]] = {}
    for chunk in chunks(numbers, _CHUNK):
        for row in store.read("read/records_named", numbers=chunk, seq=seq):
            if row["record"]["kind"] in CLOCKED:
                found.setdefault(row["number"], []).append(row["record"])
    return found


def _draft(
    store: Store,
    item: Stated,
    names: Names,
    by_number: Mapping[str, Sequence[Record]],
    decision: Decision,
    seq: int,
) -> Statement:
    """What the receipt states; its ordinal is set later. Raises ``_Fault``."""
    channel = next((id_ for id_, words in CHANNEL_NAMES.items() if item.channel in (id_, *words)), None)
    if channel is None:
        why = t("可用的有：", "one of: ") + joined(CHANNEL_NAMES)
        raise _Fault(names.channel, _bad(names.channel, item.channel, why))
    number = screen_text(clean(item.number))
    if not number:
        why = t("须写明回执编号", "the number of the receipt is needed")
        raise _Fault(names.number, _bad(names.number, item.number, why))
    day = _day(item, names)
    try:
        shown = _shown(store, item.what, by_number, seq - 1)
    except CreditGraphError as error:
        raise _Fault(names.what, error) from None
    event = event_day(shown)
    if event is not None and day < event:
        why = t(f"早于决定、列入或者检查之日 {event}", f"before the decision, listing or check on {event}")
        raise _Fault(names.day, _bad(names.day, item.day, why))
    return drafted(shown, channel, number, day, decision, seq)


def drafted(shown: Record, channel: ReceiptChannel, number: str, day: date, decision: Decision, seq: int) -> Statement:
    """What a receipt of that record (properties of its node) states, in batch ``seq``; its ordinal is set later."""
    document = document_of(shown)
    content: dict[str, Value] = {
        "channel": channel,
        "number": number,
        "shown_on": day,
        "shown_kind": shown["kind"],
        "shown_source": shown["source"],
        "shown_key": shown["key"],
        **({"shown_document": document[0]} if document is not None else {}),
        **decision.said,
    }
    named = "|".join(document or (shown["source"], shown["key"]))
    eid, pid = shown.get("eid"), shown.get("pid")
    return bureau_statement(KIND, f"receipt|{channel}|{named}", content, seq, eid=eid, pid=pid).again(valid_from=day)


def _day(item: Stated, names: Names) -> date:
    try:
        found = read_day(item.day) if item.day else None
    except Bad:
        found = None
    if found is None:
        why = t("须为日期，如 2026-07-01", "must be a day like 2026-07-01")
        raise _Fault(names.day, _bad(names.day, item.day, why))
    if found > clock.today():
        raise _Fault(names.day, UsageError("usage.future", day=found))
    return found


def _bad(option: str, value: str, why: str) -> UsageError:
    return UsageError("usage.bad_value", option=option, value=screen_text(value), why=why)


def _shown(store: Store, what: str, by_number: Mapping[str, Sequence[Record]], seq: int) -> Record:
    """The one record that is meant."""
    if not what:
        raise UsageError("usage.unknown_entity", what=what)
    found: Sequence[Record] = by_number.get(stored_number(what), ())
    if not found:
        try:
            found = clocked(store, what, seq)
        except UsageError as error:
            if error.code != "usage.unknown_entity":
                raise
            found = _of_firm(store, find_firm(store, what), seq)
    if not found:
        raise UsageError("usage.unknown_entity", what=what)
    meant = {document_of(record) or (record["source"], record["key"]): record for record in reversed(found)}
    if len(meant) > 1:
        candidates = joined(sorted(_told(record) for record in meant.values()))
        raise UsageError("usage.several", what=what, candidates=candidates)
    return next(iter(meant.values()))


def _of_firm(store: Store, eid: str, seq: int) -> list[Record]:
    return [
        row["record"]
        for kind in sorted(CLOCKED)
        for row in store.read("read/kind_of_firms", labels={"KIND": kind}, eids=[eid], seq=seq)
    ]


def _told(record: Record) -> str:
    names = ("document_number", "listing_id", "mark_id", "inspection_id")
    number = next((str(record[name]) for name in names if record.get(name)), record["kind"])
    return f"{number} ({record['sid']})"


def _once(store: Store, drafts: Sequence[Statement | _Fault], names: Names, seq: int) -> list[Statement | _Fault]:
    """The drafts with their ordinals; a second receipt of one record and channel is a fault."""
    keys = [draft.key for draft in drafts if isinstance(draft, Statement)]
    standing = timelines(store, SOURCE, list(dict.fromkeys(keys)), seq)
    taken: dict[str, str] = {key: line.last.sid for key, line in standing.items() if line.last is not None}
    found: list[Statement | _Fault] = []
    for draft in drafts:
        if isinstance(draft, _Fault):
            found.append(draft)
        elif draft.key in taken:
            given = StateError("state.receipt_given", receipt=taken[draft.key])
            found.append(_Fault(names.what, given))
        else:
            made = draft.again(n=standing[draft.key].last_n + 1)
            taken[draft.key] = made.sid
            found.append(made)
    return found
