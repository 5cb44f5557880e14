"""What people decide of credit-risk classes: another class for one firm (人工调整), or that the bureau's own lead.

Statements of the source ``bureau``: true from the day of the decision to their last day, known until undone. The
computed class stays what it is, and is shown beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from credit_graph import clock
from credit_graph.errors import StateError, UsageError
from credit_graph.grading.leading import DECISION, OVERRIDE, OWN
from credit_graph.grading.policy import grading_policy
from credit_graph.ingest import compare
from credit_graph.jobs import batches
from credit_graph.jobs.decisions import SOURCE, Decision, bureau_statement, carry_out, undo_decision
from credit_graph.jobs.grade import DEFAULT_POLICY
from credit_graph.jobs.timelines import timelines
from credit_graph.model.statement import Statement, Value
from credit_graph.model.time import DAY_MAX, OPEN_SEQ, covers
from credit_graph.store import Store
from credit_graph.text import joined, t


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as ``level list`` shows it; ``undone``: the seq that undid it; ``in_force``: it stands today."""

    statement: Statement
    in_force: bool
    undone: int | None


def override(store: Store, eid: str, level: str, until: date, decision: Decision) -> str:
    """Give the firm another class up to and with the day ``until``; returns the id of the statement.

    Raises ``UsageError`` for a class that the policy hasn't or a day that is past,
    ``StateError("state.level_decided")`` where such a decision stands of the firm.
    """
    known = [item.level for item in grading_policy(DEFAULT_POLICY, clock.today())[0].scale.levels]
    if level not in known:
        why = t("可用的有：", "one of: ") + joined(known)
        raise UsageError("usage.bad_value", option="LEVEL", value=level, why=why)
    return _decide(store, OVERRIDE, eid, level, until, decision)


def lead_own(store: Store, until: date | None, decision: Decision) -> str:
    """From today on (up to and with ``until``) the bureau's own classes lead where the province's would.

    Raises as :func:`override` does.
    """
    return _decide(store, OWN, None, None, until, decision)


def undo(store: Store, sid: str, decision: Decision) -> int:
    """Undo a decision; raises as :func:`undo_decision`."""
    return undo_decision(store, DECISION, sid, decision)


def decided(store: Store, *, every: bool = False) -> list[Decided]:
    """Decisions in force today, the latest first; ``every``: also those that ended or were undone."""
    today = clock.today()
    rows = store.read("read/level_decisions", seq=batches.last_seq(store), all=every)
    found = []
    for item in (Statement.from_properties(row["record"]) for row in rows):
        stands = item.known_to == OPEN_SEQ
        in_force = stands and covers(item.valid_from, item.valid_to, today)
        if in_force or every:
            found.append(Decided(item, in_force, None if stands else item.known_to))
    return sorted(found, key=lambda item: (-item.statement.known_from, item.statement.sid))


def _decide(store: Store, kind: str, eid: str | None, level: str | None, until: date | None, decision: Decision) -> str:
    today = clock.today()
    if until is not None and until < today:
        why = t(f"不得早于今天（{today}）", f"must not lie before today ({today})")
        raise UsageError("usage.bad_value", option="--until", value=until, why=why)
    key = f"level|{eid or ''}"
    made: list[Statement] = []

    def change(seq: int) -> list[compare.Change]:
        timeline = timelines(store, SOURCE, [key], seq)[key]
        last = timeline.last
        if last is not None and covers(last.valid_from, last.valid_to, today):
            raise StateError("state.level_decided", decision=last.sid)
        content: dict[str, Value] = {
            "decision": kind,
            **({"level": level} if level else {}),
            "decided_on": today,
            **decision.said,
        }
        draft = bureau_statement(DECISION, key, content, seq, eid=eid).again(
            n=timeline.last_n + 1,
            valid_from=today,
            valid_to=until + timedelta(days=1) if until else DAY_MAX,
        )
        made.append(draft)
        return [compare.Change("new", opens=made[-1:])]

    carry_out(store, f"level {kind} {eid} {level} {until}", decision, change)
    return made[0].sid
