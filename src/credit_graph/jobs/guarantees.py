"""Guarantees (对外担保): the debtor is named only, so the relationship to it is made once one firm bears the name."""

from __future__ import annotations

from credit_graph.jobs.resolve import candidates
from credit_graph.model.statement import Statement
from credit_graph.store import Store


def link_debtors(store: Store) -> int:
    """Make ``GUARANTEES`` where exactly one enterprise now bears the debtor's name; returns how many were made.

    Natural persons and firms that nobody has registered here stay names; they are tried again after each load.
    """
    records = [Statement.from_properties(row["record"]) for row in store.read("read/guarantees")]
    names = {str(record.content["debtor"]) for record in records}
    found = candidates(store, {f"name:{name}": name for name in names})
    rows = [
        {"sid": record.sid, "eid": record.eid, "debtor": debtor, "times": {"sid": record.sid, **record.times()}}
        for record in records
        if (debtor := found.get(f"name:{record.content['debtor']}")) and debtor != record.eid
    ]
    store.write("load/guarantees", rows)
    return len(rows)
