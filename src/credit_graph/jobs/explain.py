"""Explain: why a firm has its class, from the run file and the statements that it names, and what stands beside it.

Use is judged today: a record that has been repaired, withdrawn or deleted since the run is said to be withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from credit_graph.errors import UsageError
from credit_graph.grading import runfile
from credit_graph.grading.leading import OVERRIDE, Leads
from credit_graph.grading.leading_text import Counted
from credit_graph.grading.lines import Line, lines_of
from credit_graph.grading.lowering import lowering
from credit_graph.jobs.beside import beside
from credit_graph.jobs.finding import find_firm
from credit_graph.jobs.grade import DEFAULT_POLICY, latest_run, run_path
from credit_graph.jobs.names import names
from credit_graph.jobs.referrals import Referred, referrals
from credit_graph.jobs.withheld import Reader, Record, Viewer
from credit_graph.model.time import Point
from credit_graph.store import Store


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """A line of evidence with the records that it names: those counted, and those that lead to related firms, also as
    hops; and what would lower its points."""

    line: Line
    records: list[Record]
    path: list[Record]
    hops: list[dict[str, Any]]
    lowers: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The grade of one firm in one run, with evidence that adds up; ``lines``: ``None`` where it is withheld, and with
    it ``referrals``, its cases at police and courts, which give no points."""

    code: str
    name: str | None
    run: dict[str, Any]
    row: dict[str, Any]
    lines: list[ExplainedLine] | None
    official: dict[str, Any] | None
    leads: Leads
    referrals: list[Referred]

    def as_json(self) -> dict[str, Any]:
        """As ``explain --json`` prints it."""
        withheld = self.lines is None
        return {
            "code": self.code,
            "score": None if withheld else self.row["score"],
            "level": self.row["level"],
            "direct_rule": None if withheld else self.row["direct_rule"] or None,
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
                    "path": item.hops,
                }
                for item in self.lines or ()
            ],
            **({"referrals": told} if (told := self._referred()) else {}),
        }

    def _referred(self) -> list[dict[str, str]]:
        return [{"record": item.sid, "text": item.text} for item in self.referrals]


def explain(store: Store, code: str, point: Point, viewer: Viewer, policy_name: str = DEFAULT_POLICY) -> Explanation:
    """The grade of one firm in the latest run at or before ``point``, as the viewer may see it.

    Raises ``UsageError`` (unknown firm, not graded) and ``StateError`` (no run, a run that can't be read any more).
    """
    run = latest_run(store, point, policy_name)
    path = run_path(store, run["rid"])
    eid = find_firm(store, code)
    row = runfile.rows(path, [eid]).get(eid)
    if row is None:
        raise UsageError("usage.not_graded", what=code, day=run["valid"])
    reader = Reader(store, point, viewer)
    found = beside(reader, [eid])
    name = names(store, [eid], point).get(eid)
    if not viewer.may("evidence"):
        return Explanation(eid, name, run, row, None, found.official(eid, row["level"], None), found.leads(eid), [])
    rules = runfile.policy(path)
    lines = list(lines_of(rules, row))
    records = reader.records(sid for line in lines for sid in line.named)
    told = []
    for line in lines:
        path_records = _named(records, line.path)
        lowers = lowering(rules, line, row["score"])
        told.append(ExplainedLine(line, _named(records, line.records), path_records, reader.hops(path_records), lowers))
    counted = [Counted(item.line, [record["day"] for record in item.records]) for item in told]
    official = found.official(eid, row["level"], counted)
    if (decision := found.override(eid)) is not None:
        sid, text = decision  # without points: the computed class stays in sight
        line = Line(OVERRIDE, (text, text), None, None, 0, 0, (sid,), (), text)
        told.insert(0, ExplainedLine(line, [found.records[sid]], [], [], None))
    return Explanation(eid, name, run, row, told, official, found.leads(eid), referrals(store, eid, point.seq))


def _named(records: Mapping[str, Record], sids: Iterable[str]) -> list[Record]:
    return [records[sid] for sid in sids if sid in records]
