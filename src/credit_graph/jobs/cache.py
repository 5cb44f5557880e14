"""The rebuildable cache of the current view on enterprise nodes, refreshed after a commit.

It carries the seq and day that it is right for and is used only at them; otherwise statements are read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import date
from functools import partial
from typing import Any

from credit_graph import clock
from credit_graph.ingest.background import Background
from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.guarantees import link_debtors
from credit_graph.jobs.resolve import retry_unlinked
from credit_graph.model.time import OPEN_SEQ, Point
from credit_graph.projection.view import enterprise_view, precedence
from credit_graph.store import Store
from credit_graph.store.chunks import chunks

_CHUNK = 2000
_SHOWN = (
    "name",
    "credit_code",
    "org_code",
    "registration_number",
    "district",
    "state",
    "entity_kind",
    "founded_on",
)
_NAMING = ["Registration", "Office"]


def refresh(store: Store, report: Callable[[str, int, int], None] | None = None, also: Collection[str] = ()) -> int:
    """Bring the cache to the last committed seq and today; returns how many enterprises were touched.

    ``also``: enterprises of which statements were erased, which nothing in the graph tells any more.
    """
    seq, today = last_seq(store), clock.today()
    since_seq, since_day = _state(store)
    if (seq, today) == (since_seq, since_day):
        return 0
    touched = sorted({*_touched(store, since_seq, seq, since_day, today), *also})
    _show(store, touched, Point(seq, today, today), report)
    linked = retry_unlinked(store, touched, since_seq, seq)
    _show(store, sorted(linked), Point(seq, today, today), None)
    link_debtors(store)
    store.write("write/cache_state", seq=seq, day=today)
    return len(touched)


def _show(store: Store, eids: list[str], point: Point, report: Callable[[str, int, int], None] | None) -> None:
    """Write the views of these enterprises on their nodes."""
    with Background() as background:
        for done, chunk in enumerate(chunks(eids, _CHUNK)):
            background.submit(partial(store.write, "write/enterprise_cache", _views(store, chunk, point)))
            if report:
                report("cache", min((done + 1) * _CHUNK, len(eids)), len(eids))


def current(store: Store, point: Point) -> bool:
    """Whether the cache may answer for this point."""
    return _state(store) == (point.seq, point.valid)


def _state(store: Store) -> tuple[int, date | None]:
    rows = store.read("read/cache_state")
    return (rows[0]["seq"] or 0, rows[0]["day"]) if rows else (0, None)


def _touched(store: Store, since: int, seq: int, since_day: date | None, today: date) -> list[str]:
    """Enterprises whose naming records were opened or closed since, or began or ended to hold since.

    Of those of which no naming record speaks any record counts: other records name them for the time being.
    """
    spoken = store.read("read/cache_provisional", since=since, seq=seq, after=since_day or today, day=today)
    found = {row["eid"] for row in spoken}
    for kind in _NAMING:
        labels = {"KIND": kind}
        found |= {row["eid"] for row in store.read("read/touched", labels, since=since, seq=seq)}
        if since_day is not None and since_day < today:
            days = store.read("read/touched_days", labels, since=since_day, day=today, open=OPEN_SEQ)
            found |= {row["eid"] for row in days}
    return sorted(found)


def _views(store: Store, eids: list[str], point: Point) -> list[dict[str, Any]]:
    """What is written on the nodes of these enterprises."""
    records: dict[str, list[dict[str, Any]]] = {eid: [] for eid in eids}
    for kind in _NAMING:
        for row in store.read("read/naming_records", {"KIND": kind}, eids=eids, seq=point.seq):
            records[row["eid"]] += row["records"]
    if unnamed := [eid for eid in eids if not records[eid]]:
        for row in store.read("read/records_of", eids=unnamed, seq=point.seq):
            records[row["eid"]] += row["records"]
    provisional = set(unnamed)
    rules = precedence()
    return [_row(eid, enterprise_view(records[eid], point, rules), point.seq, eid in provisional) for eid in eids]


def _row(eid: str, view: dict[str, Any], seq: int, provisional: bool) -> dict[str, Any]:
    props: dict[str, Any] = {name: view[name] for name in _SHOWN}
    code = props["credit_code"] or (eid if ":" not in eid else None)
    props["credit_code"] = code
    if code:  # what the credit code says of itself goes before what a record says beside it
        props["org_code"] = code[8:17]
    props["names_text"] = "\n".join(view["names"]) or None
    said = [json.dumps(item, ensure_ascii=False, default=str) for item in view["contradictions"]]
    props |= {"contradictions": said or None, "cache_seq": seq, "provisional": provisional or None}
    return {"eid": eid, "props": props}
