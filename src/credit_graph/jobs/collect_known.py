"""What the graph knows of the firms and decisions that departments report, for the checks of collecting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from credit_graph.ingest.values import name as read_name
from credit_graph.jobs.decisions import SOURCE
from credit_graph.jobs.proceeding_subjects import holding_on, of_firms, out_of_use
from credit_graph.jobs.receipts import known_receipts
from credit_graph.lists.collecting import Firm, Known, Standing
from credit_graph.lists.collecting_draft import Row
from credit_graph.lists.entries import begun_on, stands
from credit_graph.lists.policy import plain
from credit_graph.model.identifiers import is_credit_code, normalise
from credit_graph.model.time import DAY_MIN, covers
from credit_graph.store import Store

Record = Mapping[str, Any]
RETURNED = "return|"  # begins the key of a reported entry
_CHUNK = 1000


def known(store: Store, kind: str, rows: Iterable[Row], seq: int, today: date) -> Known:
    """What is known at ``seq`` of those whom the rows name, in records of the list's kind, as it stands ``today``."""
    said = [(normalise(row.cells.get("credit_code", "")), read_name(row.cells.get("name", ""))) for row in rows]
    codes = sorted({code for code, _ in said if is_credit_code(code)})
    firms = {eid: _firm(found, today) for eid, found in of_firms(store, "Registration", codes, seq).items()}
    gone = out_of_use(of_firms(store, "Hold", codes, seq), today)
    entries = of_firms(store, kind, codes, seq)
    own = [row["record"] for row in store.read("read/bureau_entries", labels={"KIND": kind}, seq=seq)]
    doubtful = {name for code, name in said if code not in firms or plain(firms[code].name) != plain(name)}
    return Known(
        firms=firms,
        standing={eid: _standing(kind, found, gone, today) for eid, found in entries.items()},
        recorded={item["key"]: item for found in entries.values() for item in found if _is_returned(item)},
        withdrawn=frozenset(key for (source, key), hold in gone.items() if source == SOURCE and _annuls(hold)),
        numbers={str(item["listing_id"]): str(item.get("eid") or "") for item in own if item.get("listing_id")},
        receipts={item.number: item.key for item in known_receipts(store, seq).all if item.channel == "gsxt"},
        called=_called(store, sorted(doubtful - {""})),
    )


def _is_returned(record: Record) -> bool:
    return record["source"] == SOURCE and str(record["key"]).startswith(RETURNED)


def _annuls(hold: Record) -> bool:
    return bool(hold["reason"] == "withdrawn")


def _firm(records: Sequence[Record], today: date) -> Firm:
    """What the register says today, with former names, and since when a firm is what it is."""
    now = holding_on(records, today)
    latest = now or max(records, key=lambda row: (row["valid_to"], row["known_from"], row["sid"]))
    former: dict[str, date] = {}
    for row in records:
        name = str(row.get("name") or "")
        if name and plain(name) != plain(str(latest.get("name") or "")) and row["valid_to"] <= today:
            former[name] = max(former.get(name, DAY_MIN), row["valid_to"] - timedelta(days=1))
    since = latest["valid_to"] if now is None else latest.get("approved_on") or latest["valid_from"]
    return Firm(
        name=str(latest.get("name") or ""),
        state=str(latest.get("state") or "") if now is not None else None,
        since=since if isinstance(since, date) and since > DAY_MIN else None,
        former=former,
        registrar=latest.get("authority"),
        founded_on=latest.get("founded_on"),
    )


def _standing(
    kind: str, records: Sequence[Record], gone: Mapping[tuple[str, str], Record], today: date
) -> list[Standing]:
    """The records of the list's kind that say since when they count."""
    found = []
    for row in sorted(records, key=lambda row: str(row["sid"])):
        day, hold = begun_on(kind, row), gone.get((row["source"], row["key"]))
        if day is None:
            continue
        holds = covers(row["valid_from"], row["valid_to"], today) and stands(kind, row, today)
        texts = (str(row.get("reason") or ""), str(row.get("listing_id") or ""))
        withdrawn = hold is not None and _annuls(hold)
        found.append(Standing(row["source"], row["key"], day, *texts, open=holds and hold is None, withdrawn=withdrawn))
    return found


def _called(store: Store, names: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for start in range(0, len(names), _CHUNK):
        for row in store.read("read/firms_called", names=names[start : start + _CHUNK]):
            found.setdefault(row["name"], []).append(row["eid"])
    return found
