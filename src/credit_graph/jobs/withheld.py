"""The records that a result names, as one viewer may see them; what he may not is said to be withheld, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from credit_graph.grading.grade import CHANNEL
from credit_graph.grading.hops import hops
from credit_graph.grading.sentences import record_facts
from credit_graph.ingest.definitions import definitions
from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.names import names
from credit_graph.jobs.rebuild import erased_text, tombstones
from credit_graph.model.time import Point
from credit_graph.projection.holds import usable
from credit_graph.store import Store
from credit_graph.text import t

Reason = Literal["use", "sharing", "role"]
Record = dict[str, Any]
"""sid, kind, source, withheld (``None``, a reason, or "erased"), firm (eid) and its name, day, document, text."""
Node = Mapping[str, Any]  # a record node's properties


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads a result. ``rights``: as in policies/roles.yml; ``outside``: of somebody outside the bureau the names
    by which a source's ``sharing`` may mean him (role, department), ``None`` inside it. ``purpose``: what he reads it
    for, ``None`` where that is not asked.
    """

    rights: frozenset[str]
    outside: tuple[str, ...] | None = None
    purpose: str | None = None

    def may(self, right: str) -> bool:
        """Whether he has the right."""
        return right in self.rights


def unshared(sources: Iterable[str], viewer: Viewer, day: date) -> frozenset[str]:
    """Of these sources those whose department has not authorised that the viewer sees them (政务数据共享条例).

    What the bureau itself says, and sources without a definition, stay inside it.
    """
    if viewer.outside is None:
        return frozenset()
    known = definitions()
    who = viewer.outside, day, viewer.purpose
    return frozenset(source for source in sources if source not in known or not known[source].sharing.allows(*who))


def withheld_text(reason: Reason) -> str:
    """What stands in place of the record."""
    texts = {
        "use": t("该记录已停用（修复、撤销、到期或来源删除），不再显示", "No longer in use: not shown"),
        "sharing": t("来源部门未授权，不予显示", "Withheld: its department does not share it"),
        "role": t("该角色无权查看记录，不予显示", "Withheld: the role may not see records"),
    }
    return texts[reason]


class Reader:
    """Reads records for one viewer. Use is judged at the point's day of use, by the holds known now."""

    def __init__(self, store: Store, point: Point, viewer: Viewer) -> None:
        self.store, self.point, self.viewer = store, point, viewer
        self.nodes: dict[str, Node] = {}  # those that were read, by statement

    def records(self, sids: Iterable[str]) -> dict[str, Record]:
        """The statements by id, those that were erased too."""
        wanted = sorted(set(sids))
        nodes = [row["record"] for row in self.store.read("read/grade_records", sids=wanted)]
        shown = self.shown(nodes)
        self.nodes |= {node["sid"]: node for node in nodes}
        for sid, line in tombstones(self.store).of_statements(set(wanted) - shown.keys()).items():
            nothing = {"firm": None, "name": None, "day": None, "document": None}
            head = {"sid": sid, "kind": None, "source": line.source, "withheld": "erased"}
            shown[sid] = {**head, **nothing, "text": erased_text(line)}
        return shown

    def shown(self, nodes: list[Node]) -> dict[str, Record]:
        """Record nodes as the viewer may see them, by id."""
        used = {node["sid"] for node in self.usable(nodes)}
        closed = unshared({node["source"] for node in nodes}, self.viewer, self.point.use)
        reasons: dict[str, Reason | None] = {
            node["sid"]: "use" if node["sid"] not in used else self._refusal(node["source"] in closed) for node in nodes
        }
        open_firms = {node["eid"] for node in nodes if node.get("eid") and reasons[node["sid"]] is None}
        called = names(self.store, open_firms, self.point)
        return {node["sid"]: self._record(node, reasons[node["sid"]], called) for node in nodes}

    def hops(self, records: Iterable[Record]) -> list[dict[str, Any]]:
        """The path that these records make: from, to, relationship, records; a withheld one names no end."""
        told = list(records)
        shown = {record["sid"]: record for record in told if record["withheld"] is None}
        called = {record["firm"]: record["name"] for record in shown.values() if record["firm"] and record["name"]}
        nodes = [self.nodes[sid] for sid in shown]
        found = [
            {
                "from": hop.start._asdict(),
                "to": hop.end._asdict(),
                "relationship": hop.relationship,
                "records": [shown[sid] for sid in hop.sids],
            }
            for hop in hops(nodes, called, persons=self.viewer.may("persons"))
        ]
        unknown = {"from": None, "to": None, "relationship": None}
        return found + [{**unknown, "records": [record]} for record in told if record["sid"] not in shown]

    def usable(self, nodes: list[Node]) -> list[Node]:
        """Those that may be used for grading."""
        eids = sorted({node["eid"] for node in nodes if node.get("eid")})
        holds = [row["hold"] for row in self.store.read("read/grade_holds", eids=eids, seq=last_seq(self.store))]
        return [n for n, may in zip(nodes, usable(nodes, holds, CHANNEL, self.point.use), strict=True) if may]

    def _refusal(self, closed: bool) -> Reason | None:
        if closed:
            return "sharing"
        return None if self.viewer.may("records") else "role"

    def _record(self, node: Node, reason: Reason | None, called: Mapping[str, str]) -> Record:
        head = {"sid": node["sid"], "kind": node["kind"], "source": node["source"], "withheld": reason}
        if reason is not None:
            nothing = {"firm": None, "name": None, "day": None, "document": None}
            return {**head, **nothing, "text": withheld_text(reason)}
        firm = node.get("eid")
        facts = record_facts(node, persons=self.viewer.may("persons"))
        return {**head, "firm": firm, "name": called.get(firm or ""), **facts}
