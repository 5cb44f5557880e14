"""Statements put into the graph directly, for tests of what reads it; invented enterprises."""

from __future__ import annotations

from datetime import date

from credit_graph.jobs import batches
from credit_graph.jobs.writing import close_statements, write_statements
from credit_graph.model.statement import Statement, Value, content_hash
from credit_graph.model.time import DAY_MAX, DAY_MIN
from credit_graph.store import Store

D = date.fromisoformat


def fact(
    kind: str,
    key: str,
    eid: str,
    seq: int = 1,
    start: date = DAY_MIN,
    end: date = DAY_MAX,
    source: str = "",
    pid: str | None = None,
    faults: tuple[str, ...] = (),
    **content: Value,
) -> Statement:
    """The first statement of a key."""
    return Statement(
        source=source or kind.lower(),
        key=key,
        n=1,
        kind=kind,
        content=content,
        hash=content_hash(content),
        known_from=seq,
        valid_from=start,
        valid_to=end,
        eid=eid,
        pid=pid,
        batch=seq,
        faults=faults,
    )


def commit(
    store: Store,
    seq: int,
    opened: list[Statement],
    closed: list[Statement] | None = None,
    source: str = "source",
    finish: bool = True,
) -> None:
    """One batch; ``finish=False`` leaves it as a killed load would."""
    bid = batches.batch_id(source, str(seq), "v1", seq)
    props = {"path": f"{source}.csv", "scope": "", "scopes": [""], "definition_version": f"{source}-v1"}
    batches.begin(store, bid, seq, source, props)
    write_statements(store, opened)
    close_statements(store, closed or [], seq)
    if finish:
        batches.commit(store, bid, seq, {"read": len(opened)})
