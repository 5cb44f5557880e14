"""What a decision makes of the entry on the list, in the batch of its step: a record of the bureau, its end, a hold.

An entry that a source delivered stays that source's: a hold ends its use. One of the bureau's own also says since when
it ended. What never was (撤销) is closed in ``known`` and held everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import chain

from credit_graph.errors import StateError
from credit_graph.ingest import compare
from credit_graph.jobs.decisions import SOURCE, Decision, bureau_statement, hold_change, hold_key_of, lift_change
from credit_graph.jobs.proceeding_subjects import ENTRY, Record, of_firms
from credit_graph.jobs.timelines import Timelines
from credit_graph.lists.authority import authority_on
from credit_graph.lists.entries import (
    begun_on,
    corrected,
    ground_of,
    listed,
    removed,
    restored,
    same_thing,
    tells_its_end,
)
from credit_graph.lists.policy import ListPolicy
from credit_graph.lists.procedures import About, Makes
from credit_graph.lists.proceedings import Proceeding, Target
from credit_graph.lists.referrals import referral
from credit_graph.model.kinds import CHANNELS
from credit_graph.model.statement import Statement, Value
from credit_graph.store import Store
from credit_graph.text import t

Changes = list[compare.Change]
# what a decision makes -> the reason of the hold that ends the use
_REASONS: dict[Makes, str] = {
    "repair": "repaired",
    "pause": "paused",
    "removal": "expired",
    "withdrawal": "withdrawn",
}


class Reads:
    """What the effects of batch ``seq`` ask the graph for, read for all proceedings of a bundle at once.

    ``expected``: those that have an effect, with the kind of record that it is on.
    """

    def __init__(self, store: Store, seq: int, expected: Iterable[tuple[str, Proceeding]]) -> None:
        self.seq, self.found = seq, Timelines(store, seq)
        self._store = store
        self._eids: dict[str, set[str]] = {}
        self._records: dict[str, dict[str, list[Record]]] = {}
        for kind, proceeding in expected:
            self._eids.setdefault(kind, set()).add(proceeding.eid)
            if proceeding.target is not None:
                self._expect(proceeding.target.source, proceeding.target.key)

    def records(self, kind: str, eid: str) -> list[Record]:
        """What was known of the firm in records of the kind before the batch."""
        found = self._records.setdefault(kind, {})
        if eid not in found:
            wanted = {eid, *self._eids.pop(kind, ())}
            read = of_firms(self._store, kind, sorted(wanted), self.seq - 1)
            found |= {each: read.get(each, []) for each in wanted}
            for record in chain.from_iterable(read.values()):
                self._expect(record["source"], record["key"])
        return found[eid]

    def _expect(self, source: str, key: str) -> None:
        self.found.expect(source, key)
        self.found.expect(SOURCE, hold_key_of(source, key))


def effect_changes(
    reads: Reads, about: About, proceeding: Proceeding, makes: Makes, decision: Decision, today: date
) -> tuple[Proceeding, Changes]:
    """The proceeding, naming the entry that it made, and what the batch opens and closes of the entry."""
    seq = reads.seq
    kind, policy = about.record_kind, about.policy
    basis = replace(decision, basis=t("名单办理", "proceeding") + f" {proceeding.id}")
    if makes == "listing":
        assert policy is not None
        return _listed(policy, proceeding, seq, today)
    if makes in ("publication", "referral"):  # the case itself stays as it is
        return proceeding, [_referred(reads, proceeding)] if makes == "referral" else []
    target = proceeding.target
    assert target is not None
    timeline = reads.found.of(target.source, target.key)
    if timeline.last is None and (moved := _delivered(reads, kind, proceeding, target)) is not None:
        target, timeline = moved
        proceeding = replace(proceeding, target=target)
    entry = timeline.last
    if entry is None:
        raise StateError("state.not_listed", firm=proceeding.name, list=about.title.zh)
    if not tells_its_end(kind) or makes == "pause":
        return proceeding, _use_ended(reads, entry, makes, basis, today)
    by = authority_on(today).name
    if makes in ("removal", "repair"):
        found = [hold_change(reads.found, entry, _REASONS[makes], basis, today, replace=True)]
        if entry.source == SOURCE:
            why = proceeding.said.get("way") or t("移出", "removed")
            content = removed(kind, entry.content, today, why, by)
            found.append(_again(timeline, entry, content, seq, end=today))
        return proceeding, found
    if makes == "withdrawal":
        gone = hold_change(reads.found, entry, "withdrawn", basis, channels=CHANNELS, replace=True)
        return proceeding, [compare.withdraw(timeline, seq), gone]
    if makes == "restoration":
        content = restored(kind, entry.content, today)
    else:
        assert policy is not None
        said = proceeding.said
        ground = ground_of(policy.on(today), said["ground"], said.get("reason"), policy.title.zh)
        content = corrected(kind, entry.content, ground, said.get("reason"))
    return _instead(reads, proceeding, timeline, entry, content, makes, basis)


def _delivered(
    reads: Reads, kind: str, proceeding: Proceeding, target: Target
) -> tuple[Target, compare.Timeline] | None:
    """The entry of a source that the bureau's own gave way to meanwhile (``jobs/handover``)."""
    for record in reads.records(kind, proceeding.eid):
        if begun_on(kind, record) == target.listed_on:
            found = reads.found.of(record["source"], record["key"])
            return target._replace(source=record["source"], key=record["key"]), found
    return None


def _listed(policy: ListPolicy, proceeding: Proceeding, seq: int, today: date) -> tuple[Proceeding, Changes]:
    kind, said = policy.record_kind or "", proceeding.said
    ground = ground_of(policy.on(today), said["ground"], said.get("reason"), policy.title.zh)
    number = proceeding.taken[-1].number or proceeding.id
    by = authority_on(today).name
    subject = {"name": proceeding.name, **({"credit_code": proceeding.eid} if ":" not in proceeding.eid else {})}
    content = listed(kind, number, today, ground, said.get("reason"), by, subject)
    draft = bureau_statement(kind, entry_key(proceeding), content, seq, eid=proceeding.eid)
    made = draft.again(n=1, valid_from=today)
    target = Target(SOURCE, draft.key, today, by)
    return replace(proceeding, target=target), [compare.Change("new", opens=[made])]


def _referred(reads: Reads, proceeding: Proceeding) -> compare.Change:
    """What became of the firm's case at the police or court: one record, said anew with each answer."""
    key = f"referral|{proceeding.id}"
    content = referral(proceeding)
    draft = bureau_statement("Referral", key, content, reads.seq, eid=proceeding.eid)
    handed_on = content["handed_on"]
    assert isinstance(handed_on, date)
    return compare.hold(reads.found.of(SOURCE, key), draft, handed_on, reads.seq)


def _use_ended(reads: Reads, entry: Statement, makes: Makes, basis: Decision, today: date) -> Changes:
    """Use ends by a hold, or begins again by lifting it: of every record of the thing, whichever source it is of."""
    others = reads.records(entry.kind, entry.eid) if entry.eid else []
    records = {(entry.source, entry.key): entry}
    wanted = same_thing(entry.kind, entry.properties())
    for other in others:
        if same_thing(entry.kind, other) == wanted:
            records.setdefault((other["source"], other["key"]), Statement.from_properties(other))
    found: Changes = []
    for _, record in sorted(records.items()):
        if makes == "restoration":
            found.append(lift_change(reads.found, record.source, record.key))
        elif makes == "withdrawal":
            found.append(compare.withdraw(reads.found.of(record.source, record.key), reads.seq))
            found.append(hold_change(reads.found, record, _REASONS[makes], basis, channels=CHANNELS, replace=True))
        else:
            found.append(hold_change(reads.found, record, _REASONS[makes], basis, today, replace=True))
    return found


def _instead(
    reads: Reads,
    proceeding: Proceeding,
    timeline: compare.Timeline,
    entry: Statement,
    content: dict[str, Value],
    makes: Makes,
    basis: Decision,
) -> tuple[Proceeding, Changes]:
    """The entry says something else from now on: the bureau's own again, a source's replaced by one of the bureau."""
    seq, found = reads.seq, Changes()
    if makes == "restoration":
        found.append(lift_change(reads.found, entry.source, entry.key))
    if entry.source == SOURCE:
        return proceeding, [*found, _again(timeline, entry, content, seq)]
    found = [
        compare.withdraw(timeline, seq),
        hold_change(reads.found, entry, "withdrawn", basis, channels=CHANNELS, replace=True),
    ]
    draft = bureau_statement(entry.kind, entry_key(proceeding), content, seq, eid=entry.eid)
    made = draft.again(n=1, valid_from=entry.valid_from)
    target = proceeding.target
    moved = replace(proceeding, target=target._replace(source=SOURCE, key=draft.key) if target else None)
    return moved, [*found, compare.Change("new", opens=[made])]


def _again(
    timeline: compare.Timeline, entry: Statement, content: dict[str, Value], seq: int, end: date | None = None
) -> compare.Change:
    """The bureau's entry with other content: closed in known, and said anew from the same day."""
    draft = bureau_statement(entry.kind, entry.key, content, seq, eid=entry.eid)
    changed = compare.hold(timeline, draft, entry.valid_from, seq)
    if end is not None:
        changed.opens = [piece.again(valid_to=end) for piece in changed.opens]
    return changed


def entry_key(proceeding: Proceeding) -> str:
    """The natural key of the entry that a proceeding makes."""
    return f"{ENTRY}{proceeding.id}"
