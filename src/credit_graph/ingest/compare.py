"""Compares what a row says with what the graph holds of its key: pure rules of time, scope and use.

The rules are those of docs/model.md ("Facts and time"). A :class:`Timeline` is everything known-open of one key at the
start of the batch; the result says which statements are closed in ``known`` and which are opened, in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from credit_graph.model.definition import Definition
from credit_graph.model.statement import Statement
from credit_graph.model.time import DAY_MAX, DAY_MIN, covers

Verdict = Literal["new", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Timeline:
    """One key in the graph: its known-open statements by ``valid_from``, and the last ordinal ever given."""

    pieces: tuple[Statement, ...] = ()
    last_n: int = 0

    @property
    def current(self) -> Statement | None:
        """The statement that a row is compared with."""
        return next((piece for piece in reversed(self.pieces) if piece.open), None)

    @property
    def last(self) -> Statement | None:
        """The latest known-open statement, ended or not."""
        return self.pieces[-1] if self.pieces else None


@dataclass(frozen=True, slots=True)
class Said:
    """What one row says, reduced to what the comparison needs."""

    draft: Statement  # content, hash, scope, eid …; its n, known_from and days are set here
    start: date | None  # named first day (event day, from column, first)
    end: date | None  # named end
    change_day: date | None  # named day of change
    base_hash: str | None = None  # hash without the identity field, where the definition names one


@dataclass(frozen=True, slots=True)
class Delivery:
    """The delivery that the row came with."""

    seq: int
    as_of: date | None
    day: date  # as-of day, else the day of loading
    last_as_of: Mapping[str, date]  # per scope, of the committed deliveries of the source
    as_of_days: Mapping[str, tuple[date, ...]] = field(default_factory=dict)  # per scope, ascending snapshots

    def newer_than(self, scope: str) -> date | None:
        """The first snapshot of the scope after this delivery, if there is one."""
        if self.as_of is None:
            return None
        return next((day for day in self.as_of_days.get(scope, ()) if day > self.as_of), None)

    def older(self, said: Said, last: Statement | None) -> bool:
        """Whether newer deliveries of the scope, or of the statement that stands, have been loaded already."""
        if self.as_of is None:
            return False
        marks = [self.last_as_of.get(said.draft.scope)]
        if last is not None:
            marks += [self.last_as_of.get(last.scope), last.seen_on]
        return any(mark is not None and self.as_of < mark for mark in marks)


@dataclass(slots=True)
class Change:
    """Statements to close in ``known`` and statements to open, for one key."""

    verdict: Verdict
    closes: list[Statement] = field(default_factory=list)
    opens: list[Statement] = field(default_factory=list)


class _Writer:
    """Gives ordinals to the statements that one key gets in this batch."""

    def __init__(self, timeline: Timeline, seq: int) -> None:
        self.n = timeline.last_n
        self.seq = seq
        self.closes: list[Statement] = []
        self.opens: list[Statement] = []

    def close(self, piece: Statement) -> None:
        self.closes.append(piece)

    def open(self, piece: Statement, start: date, end: date, inferred: tuple[bool, bool]) -> None:
        if start > end or (start == end and inferred[1]):
            return  # an inferred interval of no day says nothing; a named one (listed and removed at once) does
        self.n += 1
        self.opens.append(
            piece.again(
                n=self.n,
                known_from=self.seq,
                valid_from=start,
                valid_to=end,
                valid_from_inferred=inferred[0],
                valid_to_inferred=inferred[1],
            )
        )

    def again(self, piece: Statement, start: date | None = None, end: date | None = None) -> None:
        """Assert a standing piece again with another interval; a changed end is inferred."""
        self.open(
            piece,
            piece.valid_from if start is None else start,
            piece.valid_to if end is None else end,
            (
                piece.valid_from_inferred if start is None else True,
                piece.valid_to_inferred if end is None else True,
            ),
        )

    def done(self, verdict: Verdict) -> Change:
        return Change(verdict, self.closes, self.opens)


def compare(definition: Definition, timeline: Timeline, said: Said, delivery: Delivery) -> Change:
    """What one row changes of its key.

    Events and states that name their from/to columns are corrected; other states succeed each other, unless the
    definition says that a difference corrects.
    """
    older = delivery.older(said, timeline.last)
    if definition.record_kind.nature == "event" or definition.valid.start is not None:
        return _interval(definition, timeline, said, delivery, older)
    if older:
        return _history(definition, timeline, said, delivery)
    return _state(definition, timeline, said, delivery)


def _first_day(said: Said) -> tuple[date, bool]:
    """First valid_from: the named column, else open and marked inferred."""
    return (said.start, False) if said.start is not None else (DAY_MIN, True)


def _interval(definition: Definition, timeline: Timeline, said: Said, delivery: Delivery, older: bool) -> Change:
    writer = _Writer(timeline, delivery.seq)
    standing = timeline.last
    start, inferred = _first_day(said)
    end = said.end or DAY_MAX
    if standing is None:
        if older and said.end is None:
            missed = delivery.newer_than(said.draft.scope)
            if missed and definition.on_absence == "withdrawn":
                return writer.done("unchanged")
            if missed and definition.on_absence == "ended":
                writer.open(said.draft, start, max(missed, start), (inferred, True))
                return writer.done("new")
        writer.open(said.draft, start, end, (inferred, False))
        return writer.done("new")
    returned = standing.valid_to_inferred and standing.valid_to != DAY_MAX
    if older or (standing.hash == said.draft.hash and not returned):
        return writer.done("unchanged")
    writer.close(standing)
    writer.open(said.draft, start, end, (inferred, False))
    return writer.done("changed")


def _state(definition: Definition, timeline: Timeline, said: Said, delivery: Delivery) -> Change:
    writer = _Writer(timeline, delivery.seq)
    current = timeline.current
    if current is None:
        if timeline.last is None:
            start, inferred = _first_day(said)
            writer.open(said.draft, start, DAY_MAX, (inferred, False))
            return writer.done("new")
        if timeline.last.hash == said.draft.hash and timeline.last.valid_to >= delivery.day:
            writer.close(timeline.last)  # it came back the day it was missed
            writer.open(timeline.last, timeline.last.valid_from, DAY_MAX, (timeline.last.valid_from_inferred, False))
        else:
            writer.open(said.draft, max(delivery.day, timeline.last.valid_to), DAY_MAX, (True, False))
        return writer.done("changed")
    if current.hash == said.draft.hash:
        return writer.done("unchanged")
    writer.close(current)
    added_identity = said.base_hash is not None and current.hash == said.base_hash
    day, named = _change_day(definition, current, said, delivery)
    if definition.on_change == "correction" or added_identity or day <= current.valid_from:
        writer.open(said.draft, current.valid_from, DAY_MAX, (current.valid_from_inferred, False))
    else:
        writer.open(current, current.valid_from, day, (current.valid_from_inferred, not named))
        writer.open(said.draft, day, DAY_MAX, (not named, False))
    return writer.done("changed")


def _change_day(definition: Definition, current: Statement, said: Said, delivery: Delivery) -> tuple[date, bool]:
    """Day of change: the named column if it moved with this change, else the file's as-of day (inferred)."""
    named = said.change_day
    stands = current.content.get(definition.change_day) if definition.change_day else None
    if named is not None and named != stands and current.valid_from < named <= delivery.day:
        return named, True
    return delivery.day, False


def _history(definition: Definition, timeline: Timeline, said: Said, delivery: Delivery) -> Change:
    """An older snapshot, loaded late: adds what was true on its day and closes nothing newer."""
    assert delivery.as_of is not None
    writer = _Writer(timeline, delivery.seq)
    day = delivery.as_of
    covering = next((p for p in timeline.pieces if covers(p.valid_from, p.valid_to, day)), None)
    if covering is None:
        return _history_gap(definition, timeline, said, delivery, writer)
    if covering.hash == said.draft.hash or definition.on_change == "correction":
        return writer.done("unchanged")
    seen = covering.seen_on
    resumed = delivery.newer_than(covering.scope) or (seen if seen and seen > day else covering.valid_to)
    resumed = min(resumed, covering.valid_to)
    if _said_before(covering, delivery):
        start, inferred = day, True
    elif covering.valid_from_inferred or covering is timeline.pieces[0]:
        start, inferred = covering.valid_from, covering.valid_from_inferred
    else:
        return writer.done("unchanged")  # the source itself named the day of change
    writer.close(covering)
    if start > covering.valid_from:
        writer.again(covering, end=start)
    writer.open(said.draft, start, resumed, (inferred, resumed != DAY_MAX))
    if resumed < covering.valid_to:
        writer.again(covering, start=resumed)
    return writer.done("changed")


def _said_before(piece: Statement, delivery: Delivery) -> bool:
    """Whether the piece was seen, or confirmed by a complete delivery, before this one's day."""
    assert delivery.as_of is not None
    if piece.seen_on is not None and piece.seen_on <= delivery.as_of:
        return True
    days = delivery.as_of_days.get(piece.scope, ())
    return any(piece.valid_from <= day < delivery.as_of for day in days)


def _history_gap(definition: Definition, timeline: Timeline, said: Said, delivery: Delivery, writer: _Writer) -> Change:
    """Nothing stands on the older day: the row fills the gap up to what is known next."""
    assert delivery.as_of is not None
    day = delivery.as_of
    later = next((p for p in timeline.pieces if p.valid_from > day), None)
    before = [p for p in timeline.pieces if p.valid_to <= day]
    start, inferred = _first_day(said) if not before else (day, True)
    if later is not None:
        writer.open(said.draft, start, later.valid_from, (inferred, True))
    else:
        missed = delivery.newer_than(said.draft.scope) if definition.on_absence == "ended" else None
        writer.open(said.draft, start, missed or DAY_MAX, (inferred, missed is not None))
    return writer.done("new" if writer.opens else "unchanged")


def end_by_absence(timeline: Timeline, day: date, seq: int) -> Change:
    """A state that is missing from a complete snapshot of ``day``: asserted again with that end, inferred.

    Nothing happens where its own end has passed; a fact that would have lasted no day never was.
    """
    writer = _Writer(timeline, seq)
    current = timeline.current
    if current is None or current.valid_to <= day:
        return writer.done("unchanged")
    writer.close(current)
    writer.again(current, end=day)
    return writer.done("changed")


def withdraw(timeline: Timeline, seq: int) -> Change:
    """It never was: every known-open statement of the key is closed in ``known`` only."""
    writer = _Writer(timeline, seq)
    for piece in timeline.pieces:
        writer.close(piece)
    return writer.done("changed" if timeline.pieces else "unchanged")


def hold(timeline: Timeline, wanted: Statement | None, start: date | None, seq: int) -> Change:
    """Bring the hold that a source places on one of its records in line with what the source says now.

    ``wanted`` None lifts it (closed in known: the ground for it was not, or is no longer, stated).
    """
    writer = _Writer(timeline, seq)
    standing = timeline.last
    if wanted is not None and standing is not None and standing.hash == wanted.hash:
        return writer.done("unchanged")
    if standing is not None:
        writer.close(standing)
    if wanted is not None:
        first = start or DAY_MIN
        writer.open(wanted, first, DAY_MAX, (start is None, False))
    return writer.done("changed" if writer.closes or writer.opens else "unchanged")
