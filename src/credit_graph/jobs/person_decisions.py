"""What people decide of two persons of the graph: one person (join), or two whatever evidence there is (apart).

Statements of the source ``bureau``, true at all days and known until undone; every later link run obeys them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from credit_graph import clock
from credit_graph.errors import StateError, UsageError
from credit_graph.ingest import compare
from credit_graph.ingest.persons import person_part
from credit_graph.jobs import batches
from credit_graph.jobs.decisions import SOURCE, Decision, bureau_statement, carry_out, undo_decision
from credit_graph.jobs.timelines import timelines
from credit_graph.links.lookup import shown_id
from credit_graph.model.statement import Statement, Value
from credit_graph.model.time import OPEN_SEQ
from credit_graph.store import Store
from credit_graph.text import t

KIND = "PersonDecision"
Verdict = Literal["join", "apart"]
_PAGE = 50_000


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as ``person list`` shows it: of two persons by name and firms; ``undone``: seq that undid it."""

    statement: Statement
    persons: tuple[dict[str, object], dict[str, object]]  # each: person (id for showing), name, firms
    undone: int | None


def decide(store: Store, a: str, b: str, verdict: Verdict, decision: Decision) -> str:
    """Decide of two persons (pids); returns the id of the statement.

    Raises ``UsageError`` for a person twice or one who is not in the graph, ``StateError("state.person_decided")``
    where something stands of the two.
    """
    if a == b:
        raise UsageError(
            "usage.bad_value", option="B", value=shown_id(b), why=t("两者是同一人", "both are the same one")
        )
    known = {row["pid"]: row for row in store.read("read/persons_named", pids=[a, b])}
    for pid in (a, b):
        if pid not in known:
            raise UsageError("usage.unknown_entity", what=shown_id(pid))
    made: list[Statement] = []

    def change(seq: int) -> list[compare.Change]:
        keys = [_key(a, b), _key(b, a)]  # a rotation changes the order, never what stands
        found = timelines(store, SOURCE, keys, seq)
        if standing := next((found[key].last for key in keys if found[key].last is not None), None):
            raise StateError("state.person_decided", decision=standing.sid)
        draft = _statement(a, b, verdict, decision, seq)
        result = compare.hold(found[draft.key], draft, None, seq)
        made.extend(result.opens)
        return [result]

    carry_out(store, f"person {verdict} {a} {b}", decision, change)
    return made[0].sid


def undo(store: Store, sid: str, decision: Decision) -> int:
    """Undo a decision; raises as :func:`undo_decision`."""
    return undo_decision(store, KIND, sid, decision)


def decided(store: Store, *, undone: bool = False) -> list[Decided]:
    """Decisions that stand, the latest first; with those that were ``undone``."""
    rows = store.read("read/person_decisions", seq=batches.last_seq(store), all=undone)
    found = [Statement.from_properties(row["record"]) for row in rows]
    pids = sorted({str(item.content[end]) for item in found for end in ("person_a", "person_b")})
    known = {row["pid"]: row for row in store.read("read/persons_named", pids=pids)} if pids else {}

    def shown(pid: str) -> dict[str, object]:
        row = known.get(pid, {"name": None, "firms": []})
        return {"person": shown_id(pid), "name": row["name"], "firms": sorted(row["firms"])}

    return [
        Decided(
            item,
            (shown(str(item.content["person_a"])), shown(str(item.content["person_b"]))),
            None if item.known_to == OPEN_SEQ else item.known_to,
        )
        for item in sorted(found, key=lambda item: (-item.known_from, item.sid))
    ]


def find_person(store: Store, what: str) -> str:
    """The pid of a person, meant by the id for showing (``person:…``) or by a statement that names one.

    Raises ``UsageError``: ``usage.unknown_entity``, or ``usage.bad_value`` for a statement that names nobody.
    """
    text = what.strip()
    if rows := store.read("read/statement", sid=text):
        if (pid := rows[0]["record"].get("pid")) is None:
            why = t("该记录没有指明个人", "the statement names no person")
            raise UsageError("usage.bad_value", option="PERSON", value=text, why=why)
        return str(pid)
    after, last = "", "\U0010ffff"
    while page := store.read("read/rotate_persons", after=after, before=last, size=_PAGE):
        after = page[-1]["pid"]
        if (found := next((row["pid"] for row in page if shown_id(row["pid"]) == text), None)) is not None:
            return str(found)
    raise UsageError("usage.unknown_entity", what=text)


def _key(a: str, b: str) -> str:
    """The natural key: both persons by a hash, so that no key stands in a key."""
    return f"{person_part(a)}|{person_part(b)}"


def _statement(a: str, b: str, verdict: Verdict, decision: Decision, seq: int) -> Statement:
    first, second = sorted((a, b), key=person_part)
    content: dict[str, Value] = {
        "decision": verdict,
        "person_a": first,
        "person_b": second,
        "decided_on": clock.today(),
        **decision.said,
    }
    return bureau_statement(KIND, _key(first, second), content, seq)
