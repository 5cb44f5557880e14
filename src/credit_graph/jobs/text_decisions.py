"""Texts that a person has looked at and lets leave the bureau, whatever redaction found in them (公示文字认定)."""

from __future__ import annotations

from dataclasses import dataclass

from credit_graph import clock
from credit_graph.errors import StateError, UsageError
from credit_graph.ingest import compare
from credit_graph.jobs import batches
from credit_graph.jobs.decisions import SOURCE, Decision, bureau_statement, carry_out, undo_decision
from credit_graph.jobs.timelines import timelines
from credit_graph.lists.redaction import TextDecision, text_hash
from credit_graph.model.kinds import KINDS, SUBJECT_FIELDS
from credit_graph.model.statement import Statement, Value
from credit_graph.model.time import OPEN_SEQ
from credit_graph.store import Store
from credit_graph.text import joined, t

KIND = "TextDecision"


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as ``redact list`` shows it; ``undone``: the seq of the batch that undid it."""

    statement: Statement
    undone: int | None


def let_leave(store: Store, sid: str, field: str, decision: Decision) -> str:
    """The text of that field of that statement may leave as it is: it alone, by its hash; returns the decision's id.

    It undoes no refusal of the law. Raises ``UsageError`` for an unknown statement, a field without a text and a
    personal one; ``StateError("state.text_decided")`` where it was decided already.
    """
    rows = store.read("read/statement", sid=sid)
    if not rows:
        raise UsageError("usage.unknown_entity", what=sid)
    record = rows[0]["record"]
    fields = SUBJECT_FIELDS | KINDS[record["kind"]].fields
    texts = [name for name, kind in fields.items() if not kind.personal and isinstance(record.get(name), str)]
    if field not in texts:
        raise UsageError(
            "usage.bad_value", option="FIELD", value=field, why=t("可用的有：", "one of: ") + joined(texts)
        )
    hashed = text_hash(record[field])
    key = f"text|{hashed}"
    made: list[Statement] = []

    def change(seq: int) -> list[compare.Change]:
        timeline = timelines(store, SOURCE, [key], seq)[key]
        if timeline.last is not None:
            raise StateError("state.text_decided", decision=timeline.last.sid)
        content: dict[str, Value] = {"text": hashed, "field": field, "decided_on": clock.today(), **decision.said}
        draft = bureau_statement(KIND, key, content, seq, eid=record.get("eid"))
        made.append(draft.again(n=timeline.last_n + 1))
        return [compare.Change("new", opens=made[-1:])]

    carry_out(store, f"text {hashed} {field}", decision, change)
    return made[0].sid


def undo(store: Store, sid: str, decision: Decision) -> int:
    """Undo a decision: the text is held again; raises as :func:`undo_decision`."""
    return undo_decision(store, KIND, sid, decision)


def decided(store: Store, *, every: bool = False) -> list[Decided]:
    """Decisions that stand; ``every``: also those that were undone."""
    rows = store.read("read/text_decisions", seq=batches.last_seq(store), all=every)
    found = [Statement.from_properties(row["record"]) for row in rows]
    return [Decided(item, None if item.known_to == OPEN_SEQ else item.known_to) for item in found]


def at(store: Store, seq: int) -> tuple[TextDecision, ...]:
    """What was decided of texts, as redaction takes it, known at a seq."""
    rows = [row["record"] for row in store.read("read/text_decisions", seq=seq, all=False)]
    return tuple(TextDecision(row["text"], row["actor"], row["role"], row["basis"]) for row in rows)
