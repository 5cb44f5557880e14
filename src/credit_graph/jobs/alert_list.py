"""Warnings as they are shown: with what the firm is called, sentences of the signals, the records behind, the steps."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from credit_graph import clock
from credit_graph.errors import StateError, UsageError
from credit_graph.grading.alert_life import STATES, Alert
from credit_graph.grading.alert_policy import alert_policy
from credit_graph.jobs.alerts import alert_key
from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.decisions import SOURCE
from credit_graph.model.time import DAY_MAX, DAY_MIN
from credit_graph.store import Store
from credit_graph.text import joined, t

_MOST = 1_000_000
_FIRM = "firm"  # a figure that is an eid, shown as the firm's name


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal of a warning. ``stands``: the last search for signals still found it."""

    rule: str
    name: str
    text: str
    round: int
    points: int
    found_on: date
    stands: bool
    sids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A warning of a list, with its signals of this round."""

    alert: Alert
    code: str
    name: str
    district: str
    signals: list[Signal]


def listed(
    store: Store,
    *,
    states: Collection[str] = (),
    owner: str | None = None,
    overdue: bool = False,
    seq: int | None = None,
    after: tuple[date, str] = (DAY_MIN, ""),
    limit: int = _MOST,
) -> list[Listed]:
    """Warnings in these states (default: not closed), those due first.

    ``after``: due day and eid of the last one of the page before. Raises ``UsageError`` for an unknown state.
    """
    wanted = _states(states)
    at = last_seq(store) if seq is None else seq
    found: list[dict[str, Any]] = []
    today = clock.today()
    while len(found) < limit:
        size = limit - len(found)
        rows = store.read("read/alerts", seq=at, states=wanted, after=after[0], after_eid=after[1], limit=size)
        kept = [row for row in rows if _fits(row["record"], owner, today, overdue=overdue)]
        found += kept
        if len(rows) < size or len(kept) == len(rows):
            break
        after = rows[-1]["record"]["due_on"], rows[-1]["record"]["eid"]
    return _with_signals(store, found, at)


def _states(states: Collection[str]) -> list[str]:
    unknown = [state for state in states if state not in STATES]
    if unknown:
        raise UsageError("usage.bad_value", option="state", value=joined(unknown), why=joined(STATES))
    return list(states) or [state for state in STATES if state != "closed"]


def _fits(record: Mapping[str, Any], owner: str | None, today: date, *, overdue: bool) -> bool:
    alert = Alert.of(record["eid"], record)
    return (owner is None or alert.owner == owner) and (not overdue or alert.overdue(today))


def one(store: Store, eid: str, seq: int | None = None) -> tuple[Listed, list[dict[str, Any]]]:
    """The warning of a firm with all its signals, and its steps from the first on.

    Each step: seq, and what the statement says. Raises ``StateError("state.no_alert")``.
    """
    at = last_seq(store) if seq is None else seq
    rows = store.read("read/erase_statements", rows=[{"source": SOURCE, "key": alert_key(eid)}])
    steps = sorted((row["record"] for row in rows if row["record"]["known_from"] <= at), key=lambda r: r["known_from"])
    if not steps:
        raise StateError("state.no_alert", firm=eid)
    return _with_signals(store, [{**_called(store, eid), "record": steps[-1]}], at, every=True)[0], steps


def _called(store: Store, eid: str) -> dict[str, Any]:
    rows = store.read("read/alert_firms", eids=[eid])
    return rows[0] if rows else {"name": None, "code": None, "district": None}


def _with_signals(store: Store, rows: list[dict[str, Any]], seq: int, *, every: bool = False) -> list[Listed]:
    eids = [row["record"]["eid"] for row in rows]
    records = [row["record"] for row in store.read("read/alert_signals_of", eids=eids, seq=seq)] if eids else []
    firms = sorted({str(said[_FIRM]) for record in records if _FIRM in (said := json.loads(record["figures"]))})
    names = (
        {row["eid"]: row["name"] or row["eid"] for row in store.read("read/alert_firms", eids=firms)} if firms else {}
    )
    signals: dict[str, list[Signal]] = {eid: [] for eid in eids}
    rounds = {row["record"]["eid"]: row["record"]["round"] for row in rows}
    for record in records:
        ended = record["valid_to"] != DAY_MAX
        # a round shows what stands, also from before, and what ended in it
        if every or not ended or record["round"] == rounds[record["eid"]]:
            signals[record["eid"]].append(_signal(record, names, stands=not ended))
    return [
        Listed(
            Alert.of(eid, row["record"]),
            row["code"] or eid,
            row["name"] or eid,
            row["district"] or "",
            signals[eid],
        )
        for eid, row in zip(eids, rows, strict=True)
    ]


def _signal(record: Mapping[str, Any], names: Mapping[str, str], *, stands: bool) -> Signal:
    """The sentence comes from the rules of the day on which it was found; a rule that is gone is named by its id."""
    rule = alert_policy().rule(record["found_on"], record["rule"])
    said = {key: _said(key, value, names) for key, value in json.loads(record["figures"]).items()}
    return Signal(
        rule=record["rule"],
        name=t(rule.name.zh, rule.name.en) if rule else record["rule"],
        text=_sentence(t(rule.detail.zh, rule.detail.en), said) if rule else record["figures"],
        round=record["round"],
        points=record["points"],
        found_on=record["found_on"],
        stands=stands,
        sids=tuple(record["evidence"].split()),
    )


def _said(key: str, value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, dict):
        return t(value["zh"], value["en"])
    return names.get(str(value), str(value)) if key == _FIRM else str(value)


def _sentence(text: str, said: Mapping[str, str]) -> str:
    try:
        return text.format(**said)
    except KeyError:  # the sentence was changed since and asks for a figure that was not kept
        return text + joined(f"{key}={value}" for key, value in sorted(said.items()))


def level_name(alert: Alert) -> str:
    """What the level of the warning is called."""
    rows = [row for row in alert_policy().alerts if row.in_force(alert.opened_on)]
    names = [level.name for row in rows for level in row.levels if level.level == alert.level]
    return t(names[0].zh, names[0].en) if names else alert.level


def state_name(alert: Alert) -> str:
    """What the state of the warning is called, and whether its term is over."""
    late = t("，已逾期", ", overdue") if alert.overdue(clock.today()) else ""
    return t(*STATES[alert.state]) + late
