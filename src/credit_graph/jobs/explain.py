"""Explain: why a firm has its class, from the run file and the statements that it names.

Use is judged today: a record that has been repaired, withdrawn or deleted since the run is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from credit_graph.errors import StateError, UsageError
from credit_graph.grading import runfile
from credit_graph.grading.grade import CHANNEL
from credit_graph.grading.policy import NOTICE, GradingPolicy, grading_policy
from credit_graph.grading.sentences import indicator_sentence, record_facts
from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.grade import DEFAULT_POLICY, latest_run, run_path
from credit_graph.jobs.rebuild import erased_text, tombstones
from credit_graph.jobs.tombstones import Tombstone
from credit_graph.model.time import Point
from credit_graph.projection.holds import usable
from credit_graph.store import Store
from credit_graph.text import joined, t


def explain(store: Store, code: str, point: Point, policy_name: str = DEFAULT_POLICY) -> dict[str, Any]:
    """The grade of one firm in the latest run at or before ``point``, with evidence that adds up.

    Keys: code, score, level, direct_rule, official (``None`` until the province's classes are loaded), policy,
    valid, known, use_day, run, evidence (each indicator, value, points, cap, records, path, text), notice.
    Raises ``UsageError`` (unknown firm, not graded) and ``StateError`` (no run, policy changed since).
    """
    run = latest_run(store, point, policy_name)
    policy, version = grading_policy(policy_name, run["valid"])
    if not run["rules"].startswith(version):
        raise StateError("state.policy_changed", policy=policy_name)
    eid = _find(store, code)
    row = runfile.row(run_path(store, run["rid"]), eid)
    if row is None:
        raise UsageError("usage.not_graded", what=code, day=run["valid"])
    records = _records(store, _named(row), point)
    return {
        "code": eid,
        "score": row["score"],
        "level": row["level"],
        "direct_rule": row["direct_rule"] or None,
        "official": None,
        "policy": policy_name,
        "valid": run["valid"].isoformat(),
        "known": run["seq"],
        "use_day": run["use"].isoformat(),
        "run": run["rid"],
        "evidence": list(_evidence(policy, row, records)),
        "notice": t(*NOTICE),
    }


def _find(store: Store, code: str) -> str:
    eids = sorted({row["eid"] for row in store.read("read/entity", what=code.strip())})
    if not eids:
        raise UsageError("usage.unknown_entity", what=code)
    if len(eids) > 1:
        raise UsageError("usage.several", what=code, candidates=joined(eids))
    return str(eids[0])


def _named(row: dict[str, Any]) -> list[str]:
    """Every statement that the row names."""
    lists = [value for name, value in row.items() if name.endswith(("statements", ".path")) and value]
    return sorted({sid for sids in lists for sid in sids})


def _records(store: Store, sids: list[str], point: Point) -> dict[str, dict[str, Any]]:
    """The statements to show: content only of those that may be used today."""
    found = [row["record"] for row in store.read("read/grade_records", sids=sids)]
    eids = sorted({record["eid"] for record in found if record.get("eid")})
    holds = [row["hold"] for row in store.read("read/grade_holds", eids=eids, seq=last_seq(store))]
    use = usable(found, holds, CHANNEL, point.use)
    shown = {record["sid"]: _shown(record, may) for record, may in zip(found, use, strict=True)}
    gone = tombstones(store).of_statements(set(sids) - shown.keys())
    return shown | {sid: _erased(sid, line) for sid, line in gone.items()}


def _erased(sid: str, line: Tombstone) -> dict[str, Any]:
    base = {"sid": sid, "kind": None, "source": line.source, "withheld": True}
    return {**base, "firm": None, "day": None, "document": None, "text": erased_text(line)}


def _shown(record: dict[str, Any], may: bool) -> dict[str, Any]:
    head = {"sid": record["sid"], "kind": record["kind"], "source": record["source"], "withheld": not may}
    if not may:
        text = t("该记录已停用（修复、撤销、到期或来源删除），不再显示", "No longer in use: not shown")
        return {**head, "firm": None, "day": None, "document": None, "text": text}
    return {**head, "firm": record.get("eid"), **record_facts(record)}


def _evidence(
    policy: GradingPolicy, row: dict[str, Any], records: dict[str, dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    def shown(sids: list[str] | None) -> list[dict[str, Any]]:
        return [records[sid] for sid in sids or () if sid in records]

    for rule in policy.direct:
        if rule.id == row["direct_rule"]:
            text = t(f"直接判定为 {rule.level} 类：{rule.name.zh}", f"{rule.level} at once: {rule.name.en}")
            base = {"indicator": rule.id, "value": 1, "points": 0, "cap": 0}
            yield {**base, "records": shown(row["direct_statements"]), "path": [], "text": text}
    for indicator in policy.indicators:
        value, points = row[f"{indicator.id}.value"], row[f"{indicator.id}.points"]
        yield {
            "indicator": indicator.id,
            "value": value,
            "points": points,
            "cap": indicator.cap,
            "records": shown(row[f"{indicator.id}.statements"]),
            "path": shown(row[f"{indicator.id}.path"]),
            "text": indicator_sentence(indicator, value, points),
        }
    if row["scale_cap"]:
        text = t(f"总分以 {policy.scale.maximum} 分为限", f"The score ends at {policy.scale.maximum}")
        base = {"indicator": "scale_cap", "value": None, "points": row["scale_cap"], "cap": 0}
        yield {**base, "records": [], "path": [], "text": text}
