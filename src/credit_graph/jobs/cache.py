"""The rebuildable cache of the current view on enterprise nodes, refreshed after a commit.

It carries the seq and day that it is right for and is used only at them; otherwise statements are read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from credit_graph import clock
from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.resolve import retry_unlinked
from credit_graph.model.time import OPEN_SEQ, Point
from credit_graph.projection.view import enterprise_view, precedence
from credit_graph.store import Store

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


def refresh(store: Store, report: Callable[[str, int, int], None] | None = None) -> int:
    """Bring the cache to the last committed seq and today; returns how many enterprises were touched."""
    seq, today = last_seq(store), clock.today()
    since_seq, since_day = _state(store)
    if (seq, today) == (since_seq, since_day):
        return 0
    touched = _touched(store, since_seq, seq, since_day, today)
    for done, eids in enumerate(_chunks(touched)):
        _refresh(store, eids, Point(seq, today, today))
        if report:
            report("cache", min((done + 1) * _CHUNK, len(touched)), len(touched))
    if retry_unlinked(store):
        touched += _touched(store, since_seq, seq, since_day, today)
    store.write("write/cache_state", seq=seq, day=today)
    return len(touched)


def current(store: Store, point: Point) -> bool:
    """Whether the cache may answer for this point."""
    return _state(store) == (point.seq, point.valid)


def _state(store: Store) -> tuple[int, date | None]:
    rows = store.read("read/cache_state")
    return (rows[0]["seq"] or 0, rows[0]["day"]) if rows else (0, None)


def _touched(store: Store, since: int, seq: int, since_day: date | None, today: date) -> list[str]:
    """Enterprises with statements opened or closed since, or whose validity began or ended since."""
    rows = store.read("read/touched", since=since, seq=seq)
    if since_day is not None and since_day < today:
        rows += store.read("read/touched_days", since=since_day, day=today, open=OPEN_SEQ)
    return sorted({row["eid"] for row in rows})


def _chunks(eids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(eids), _CHUNK):
        yield eids[start : start + _CHUNK]


def _refresh(store: Store, eids: list[str], point: Point) -> None:
    records = _records(store, eids, _NAMING, point)
    unnamed = [eid for eid in eids if eid not in records]
    records |= _records(store, unnamed, None, point)
    rules = precedence()
    rows = []
    for eid in eids:
        view = enterprise_view(records.get(eid, []), point, rules)
        props: dict[str, Any] = {name: view[name] for name in _SHOWN}
        code = props["credit_code"] or (eid if ":" not in eid else None)
        props["credit_code"] = code
        props["org_code"] = props["org_code"] or (code[8:17] if code else None)
        props["names_text"] = "\n".join(view["names"]) or None
        said = [json.dumps(item, ensure_ascii=False, default=str) for item in view["contradictions"]]
        props["contradictions"] = said or None
        rows.append({"eid": eid, "props": {**props, "cache_seq": point.seq}})
    store.write("write/enterprise_cache", rows)


def _records(store: Store, eids: list[str], kinds: list[str] | None, point: Point) -> dict[str, list[dict[str, Any]]]:
    rows = store.read("read/records_of", eids=eids, kinds=kinds, seq=point.seq) if eids else []
    return {row["eid"]: row["records"] for row in rows}
