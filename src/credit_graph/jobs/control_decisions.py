"""What people decide of control: who acts in concert (一致行动), who controls a company by agreement or appointment.

Each party of a decision is a statement of the source ``bureau``, true on the days that are told and known until undone;
every answer about control and every link run obeys them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from credit_graph import clock
from credit_graph.errors import StateError, UsageError
from credit_graph.ingest import compare
from credit_graph.jobs import batches
from credit_graph.jobs.decisions import Decision, bureau_statement, carry_out, undo_statements
from credit_graph.jobs.finding import find_firm
from credit_graph.jobs.person_decisions import find_person
from credit_graph.links.lookup import shown_id
from credit_graph.model.derived import unknown_holder
from credit_graph.model.statement import Statement, Value
from credit_graph.model.time import DAY_MAX, OPEN_SEQ
from credit_graph.store import Store
from credit_graph.text import joined, t

KIND = "ControlDecision"
Verdict = Literal["concert", "agreement", "appointment"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
_HOLDINGS = ("Contribution", "ReportedContribution", "EquityChange")


@dataclass(frozen=True, slots=True)
class Party:
    """One of those who act in concert, or who controls: an enterprise (eid) or a person (pid)."""

    entity: str
    is_person: bool

    @property
    def shown(self) -> str:
        """The id for showing."""
        return shown_id(self.entity) if self.is_person else self.entity


@dataclass(frozen=True, slots=True)
class Agreed:
    """A decision as ``agreement list`` shows it: one statement for each party; ``undone``: seq that undid it."""

    statements: tuple[Statement, ...]
    names: dict[str, str | None]  # eid or pid -> name
    undone: int | None

    @property
    def first(self) -> Statement:
        """The statement of the first party: all say the same but for whom they name."""
        return self.statements[0]

    @property
    def parties(self) -> list[Party]:
        """Who the parties are."""
        return [_party(item) for item in self.statements]


def decide(
    store: Store,
    verdict: Verdict,
    parties: Sequence[Party],
    company: str | None,
    decision: Decision,
    *,
    start: date | None = None,
    end: date | None = None,
) -> str:
    """Decide that the parties act in concert, in the company or in all that they hold, or that the one party controls
    the company; from ``start`` (today) until ``end``, exclusive. Returns the id of the decision.

    Raises ``UsageError`` for too few or too many parties, a party twice, or an end before the beginning;
    ``StateError("state.control_decided")`` where a decision of the same kind stands of the same at one of these days.
    """
    first, last = start or clock.today(), end or DAY_MAX
    _check(verdict, parties, company, first, last)
    made: list[str] = []

    def change(seq: int) -> list[compare.Change]:
        for other in _known(store, undone=False):
            if (
                _same(other, verdict, parties, company)
                and other.first.valid_from < last
                and first < other.first.valid_to
            ):
                raise StateError("state.control_decided", decision=other.first.content["agreement"])
        text = "\x1f".join([str(seq), verdict, company or "", *(party.shown for party in parties)])
        made.append(hashlib.sha256(text.encode()).hexdigest()[:16])
        ordered = sorted(parties, key=lambda party: party.shown)
        found = [_statement(verdict, made[-1], party, company, decision, (first, last), seq) for party in ordered]
        opens = [item.again(key=f"{item.key}|{number}") for number, item in enumerate(found, start=1)]
        return [compare.Change("new", opens=[item]) for item in opens]

    what = f"agreement {verdict} {company} {first} {last} {[party.shown for party in parties]}"
    carry_out(store, what, decision, change)
    return made[-1]


def find_party(store: Store, what: str) -> Party:
    """The enterprise or person who is meant: by code, number or current name, by the id for showing of a person, or by
    a statement that names a person or a holder.

    Raises ``UsageError``: ``usage.unknown_entity``, ``usage.several``, ``usage.bad_value`` as :func:`find_person`.
    """
    rows = store.read("read/statement", sid=what.strip())
    said = rows[0]["record"] if rows else {}
    if said.get("kind") in _HOLDINGS and said.get("pid") is None:
        return Party(str(said.get("holder_code") or unknown_holder(said["eid"], said["holder_name"])), is_person=False)
    if rows or what.strip().startswith("person:"):
        return Party(find_person(store, what), is_person=True)
    return Party(find_firm(store, what), is_person=False)


def undo(store: Store, agreement: str, decision: Decision) -> int:
    """Undo a decision: closed in known; returns the seq.

    Raises ``UsageError`` for an unknown decision, ``StateError("state.decision_undone")`` for one that was undone.
    """
    found = next((one for one in _known(store, undone=True) if one.first.content["agreement"] == agreement), None)
    if found is None:
        raise UsageError("usage.unknown_entity", what=agreement)
    return undo_statements(store, agreement, found.statements, decision)


def decided(store: Store, *, undone: bool = False) -> list[Agreed]:
    """Decisions that stand, the latest first; with those that were ``undone``."""
    found = _known(store, undone=undone)
    pids = sorted({party.entity for one in found for party in one.parties if party.is_person})
    eids = sorted({party.entity for one in found for party in one.parties if not party.is_person})
    eids += sorted({one.first.eid for one in found if one.first.eid is not None} - set(eids))
    names = {row["pid"]: row["name"] for row in store.read("read/persons_named", pids=pids)} if pids else {}
    names |= {row["eid"]: row["name"] for row in store.read("read/firms_named", eids=eids)} if eids else {}
    ordered = sorted(found, key=lambda one: (-one.first.known_from, one.first.sid))
    return [Agreed(one.statements, names, one.undone) for one in ordered]


def _known(store: Store, *, undone: bool) -> list[Agreed]:
    rows = store.read("read/control_decisions", seq=batches.last_seq(store), all=undone)
    found: dict[str, list[Statement]] = {}
    for row in rows:
        item = Statement.from_properties(row["record"])
        found.setdefault(str(item.content["agreement"]), []).append(item)
    return [
        Agreed(tuple(items), {}, None if items[0].known_to == OPEN_SEQ else items[0].known_to)
        for items in found.values()
    ]


def _check(verdict: Verdict, parties: Sequence[Party], company: str | None, first: date, last: date) -> None:
    def bad(option: str, value: object, zh: str, en: str) -> UsageError:
        return UsageError("usage.bad_value", option=option, value=value, why=t(zh, en))

    shown = joined(party.shown for party in parties)
    if verdict not in VERDICTS:
        raise bad("KIND", verdict, f"可用的有：{joined(VERDICTS)}", f"one of: {joined(VERDICTS)}")
    if len({party.entity for party in parties}) < len(parties):
        raise bad("PARTY", shown, "同一主体出现两次", "a party is named twice")
    if verdict == "concert" and len(parties) < 2:
        raise bad("PARTY", shown, "一致行动至少有两方", "at least two act in concert")
    if verdict != "concert" and (len(parties) != 1 or company is None):
        raise bad("PARTY", shown, "须有一个控制人和 --company", "one controller, and --company")
    if company in {party.entity for party in parties}:
        raise bad("--company", company, "企业不能是自身的一方", "a company is no party to its own control")
    if last <= first:
        raise bad("--to", last, f"应晚于 {first}", f"must lie after {first}")


def _same(other: Agreed, verdict: Verdict, parties: Sequence[Party], company: str | None) -> bool:
    """Whether the other is a decision of the same: of one company one controller stands, of one set one concert."""
    if other.first.eid != company:
        return False
    if verdict != "concert":
        return other.first.content["decision"] != "concert"
    same = {party.entity for party in other.parties} == {party.entity for party in parties}
    return same and other.first.content["decision"] == "concert"


def _party(statement: Statement) -> Party:
    person = statement.content.get("party_person")
    return Party(str(person or statement.content["party_firm"]), person is not None)


def _statement(
    verdict: Verdict,
    agreement: str,
    party: Party,
    company: str | None,
    decision: Decision,
    days: tuple[date, date],
    seq: int,
) -> Statement:
    content: dict[str, Value] = {
        "decision": verdict,
        "agreement": agreement,
        "party_person" if party.is_person else "party_firm": party.entity,
        "decided_on": clock.today(),
        **decision.said,
    }
    draft = bureau_statement(KIND, agreement, content, seq, eid=company)
    return draft.again(n=1, valid_from=days[0], valid_to=days[1])
