"""Explain: why a firm has its class, from the run file and the statements that it names, and what stands beside it.

Use is judged today: a record that has been repaired, withdrawn or deleted since the run is said to be withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from credit_graph.errors import UsageError
from credit_graph.grading import runfile
from credit_graph.grading.grade import CHANNEL
from credit_graph.grading.leading import OFFICIAL, OVERRIDE, Leads, Standing, standing_of
from credit_graph.grading.leading_text import Counted, differences, override_sentence, own_leads
from credit_graph.grading.lines import Line, lines_of
from credit_graph.grading.sentences import record_facts
from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.grade import DEFAULT_POLICY, latest_run, run_path
from credit_graph.jobs.names import names
from credit_graph.jobs.rebuild import erased_text, tombstones
from credit_graph.jobs.tombstones import Tombstone
from credit_graph.model.time import Point, covers
from credit_graph.projection.holds import usable
from credit_graph.store import Store
from credit_graph.text import joined, t

Record = dict[str, Any]  # sid, kind, source, withheld (None, "use" or "erased"), firm, name, day, document, text


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """A line of evidence with the records that it names: those counted, and those that lead to related firms."""

    line: Line
    records: list[Record]
    path: list[Record]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The grade of one firm in one run, with evidence that adds up."""

    code: str
    name: str | None
    run: dict[str, Any]
    row: dict[str, Any]
    lines: list[ExplainedLine]
    official: dict[str, Any] | None
    leads: Leads

    def as_json(self) -> dict[str, Any]:
        """As ``explain --json`` prints it."""
        return {
            "code": self.code,
            "score": self.row["score"],
            "level": self.row["level"],
            "direct_rule": self.row["direct_rule"] or None,
            "official": self.official,
            "policy": self.run["policy"],
            "valid": self.run["valid"].isoformat(),
            "known": self.run["seq"],
            "use_day": self.run["use"].isoformat(),
            "run": self.run["rid"],
            "evidence": [
                {
                    "indicator": item.line.id,
                    "value": item.line.value,
                    "points": item.line.points,
                    "cap": item.line.cap,
                    "records": item.records,
                    "path": item.path,
                }
                for item in self.lines
            ],
        }


def explain(store: Store, code: str, point: Point, policy_name: str = DEFAULT_POLICY) -> Explanation:
    """The grade of one firm in the latest run at or before ``point``.

    Raises ``UsageError`` (unknown firm, not graded) and ``StateError`` (no run, a run that can't be read any more).
    """
    run = latest_run(store, point, policy_name)
    path = run_path(store, run["rid"])
    eid = find_firm(store, code)
    row = runfile.rows(path, [eid]).get(eid)
    if row is None:
        raise UsageError("usage.not_graded", what=code, day=run["valid"])
    lines = list(lines_of(runfile.policy(path), row))
    records = _records(store, sorted({sid for line in lines for sid in line.named}), point)
    called = names(store, [eid, *(record["firm"] for record in records.values() if record["firm"])], point)
    for record in records.values():
        record["name"] = called.get(record["firm"])
    told = [ExplainedLine(line, _named(records, line.records), _named(records, line.path)) for line in lines]
    beside, nodes = _beside(store, eid, point)
    official = _official(beside, eid, row, told, nodes)
    if eid in beside.overrides.index:
        told.insert(0, _override(nodes[str(beside.overrides.loc[eid, "sid"])]))
    return Explanation(eid, called.get(eid), run, row, told, official, beside.leads(eid))


def find_firm(store: Store, code: str) -> str:
    """The enterprise that a code, number or current name means; ``UsageError`` if none or several do."""
    eids = sorted({row["eid"] for row in store.read("read/entity", what=code.strip())})
    if not eids:
        raise UsageError("usage.unknown_entity", what=code)
    if len(eids) > 1:
        raise UsageError("usage.several", what=code, candidates=joined(eids))
    return str(eids[0])


def _named(records: Mapping[str, Record], sids: Iterable[str]) -> list[Record]:
    return [records[sid] for sid in sids if sid in records]


def _records(store: Store, sids: list[str], point: Point) -> dict[str, Record]:
    """The statements to show: content only of those that may be used today."""
    found = [row["record"] for row in store.read("read/grade_records", sids=sids)]
    used = {record["sid"] for record in _usable(store, found, point)}
    shown = {record["sid"]: _shown(record, may=record["sid"] in used) for record in found}
    gone = tombstones(store).of_statements(set(sids) - shown.keys())
    return shown | {sid: _erased(sid, line) for sid, line in gone.items()}


def _beside(store: Store, eid: str, point: Point) -> tuple[Standing, dict[str, dict[str, Any]]]:
    """What stands beside the computed class at the point, and the record nodes that say so."""
    rows = store.read("read/naming_records", {"KIND": OFFICIAL}, eids=[eid], seq=point.seq)
    official = _usable(store, [record for row in rows for record in row["records"]], point)
    said = [row["record"] for row in store.read("read/level_decisions", seq=point.seq, all=False)]
    decisions = [record for record in said if record.get("eid") in {None, eid}]
    nodes = [[r for r in part if covers(r["valid_from"], r["valid_to"], point.valid)] for part in (official, decisions)]
    return standing_of(*nodes), {record["sid"]: record for part in nodes for record in part}


def _usable(store: Store, records: list[dict[str, Any]], point: Point) -> list[dict[str, Any]]:
    eids = sorted({record["eid"] for record in records if record.get("eid")})
    holds = [row["hold"] for row in store.read("read/grade_holds", eids=eids, seq=last_seq(store))]
    return [r for r, may in zip(records, usable(records, holds, CHANNEL, point.use), strict=True) if may]


def _official(
    beside: Standing, eid: str, row: Mapping[str, Any], lines: list[ExplainedLine], nodes: Mapping[str, dict[str, Any]]
) -> dict[str, Any] | None:
    """The province's class, whether it leads, and why ours is another."""
    if eid not in beside.official.index:
        return None
    record = nodes[str(beside.official.loc[eid, "sid"])]
    facts = [Counted(item.line, [record["day"] for record in item.records]) for item in lines]
    own = nodes[beside.own] if beside.own else None
    return {
        "level": record["risk_class"],
        "score": record.get("risk_score"),
        "month": f"{record['month']:%Y-%m}" if record.get("month") else None,
        "leads": beside.leads(eid) == "official",
        "differs": record["risk_class"] != row["level"],
        "why": [*differences(record, row["level"], row["score"], facts), *([own_leads(own)] if own else [])],
        "record": _shown(record, may=True),
    }


def _override(record: dict[str, Any]) -> ExplainedLine:
    """A person's decision as a line without points: the computed class stays in sight."""
    text = override_sentence(record)
    line = Line(OVERRIDE, (text, text), None, None, 0, 0, (record["sid"],), (), text)
    return ExplainedLine(line, [{**_shown(record, may=True), "name": None}], [])


def _erased(sid: str, line: Tombstone) -> Record:
    base = {"sid": sid, "kind": None, "source": line.source, "withheld": "erased"}
    return {**base, "firm": None, "day": None, "document": None, "text": erased_text(line)}


def _shown(record: dict[str, Any], *, may: bool) -> Record:
    head = {"sid": record["sid"], "kind": record["kind"], "source": record["source"]}
    if not may:
        text = t("该记录已停用（修复、撤销、到期或来源删除），不再显示", "No longer in use: not shown")
        return {**head, "withheld": "use", "firm": None, "day": None, "document": None, "text": text}
    return {**head, "withheld": None, "firm": record.get("eid"), **record_facts(record)}
