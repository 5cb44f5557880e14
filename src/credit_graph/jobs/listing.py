"""A list as the graph has it at a point: what it is judged by is read, and judged; for drafts, API and takedown."""

from __future__ import annotations

from credit_graph.jobs import text_decisions
from credit_graph.jobs.names import industry_codes, person_names
from credit_graph.jobs.receipts import known_receipts
from credit_graph.lists.release import Known, Listed, Rules, judge_list
from credit_graph.model.time import Point
from credit_graph.store import Store


def listed(store: Store, rules: Rules, point: Point, now: int | None = None) -> Listed:
    """Who stands on the list at the point; ``now``: with the holds and people's decisions known at that seq."""
    return judge_list(rules, known(store, rules, point, now), point)


def known(store: Store, rules: Rules, point: Point, now: int | None = None) -> Known:
    """What the list is judged by at the point; ``now`` as in :func:`listed`."""
    rows = store.read("read/release_records", labels={"KIND": rules.kind}, seq=point.seq, valid=point.valid)
    records = [row["record"] for row in rows]
    sources = sorted({record["source"] for record in records})
    holds = store.read("read/release_holds", seq=now or point.seq, sources=sources)
    eids = [record["eid"] for record in records if record.get("eid")]
    return Known(
        records=records,
        holds=[row["record"] for row in holds],
        versions=store.read("read/release_versions", seqs=sorted({record["batch"] for record in records})),
        industry_codes=industry_codes(store, eids if rules.industries else [], point),
        persons=person_names(store, eids, point),
        receipts=known_receipts(store, point.seq),
        decisions=text_decisions.at(store, now or point.seq),
    )
