"""What stands beside the computed class of firms: the province's class, and people's decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from credit_graph.grading.leading import OFFICIAL, Leads, Standing, standing_of
from credit_graph.grading.leading_text import Counted, differences, override_sentence, own_leads
from credit_graph.jobs.withheld import Reader, Record
from credit_graph.model.time import covers


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the computed classes of some firms; ``records``: the statements that say so, as the reader's
    viewer may see them, ``nodes`` as they are."""

    standing: Standing
    nodes: Mapping[str, Mapping[str, Any]]
    records: Mapping[str, Record]

    def leads(self, eid: str) -> Leads:
        """What leads for the firm."""
        return self.standing.leads(eid)

    def official(self, eid: str, level: str, lines: Sequence[Counted] | None) -> dict[str, Any] | None:
        """The province's class (level, score, month), whether it leads and differs from ours (``level``), why, and its
        record; ``lines``: our evidence, ``None`` where it is withheld, and with it the score and the reasons."""
        if eid not in self.standing.official.index:
            return None
        sid = str(self.standing.official.loc[eid, "sid"])
        node = self.nodes[sid]
        why = [] if lines is None else list(differences(node, level, lines))
        if self.standing.own is not None:
            why.append(own_leads(self.nodes[self.standing.own]))
        return {
            "level": node["risk_class"],
            "score": None if lines is None else node.get("risk_score"),
            "month": f"{node['month']:%Y-%m}" if node.get("month") else None,
            "leads": self.leads(eid) == "official",
            "differs": node["risk_class"] != level,
            "why": why,
            "record": self.records[sid],
        }

    def override(self, eid: str) -> tuple[str, str] | None:
        """The id of the statement by which people gave the firm another class, and the sentence."""
        if eid not in self.standing.overrides.index:
            return None
        sid = str(self.standing.overrides.loc[eid, "sid"])
        return sid, override_sentence(self.nodes[sid])


def beside(reader: Reader, eids: Sequence[str]) -> Beside:
    """What stands beside the classes of these firms at the reader's point."""
    store, point = reader.store, reader.point
    rows = store.read("read/naming_records", {"KIND": OFFICIAL}, eids=list(eids), seq=point.seq)
    official = reader.usable([record for row in rows for record in row["records"]])
    said = [row["record"] for row in store.read("read/level_decisions", seq=point.seq, all=False)]
    decisions = [record for record in said if record.get("eid") in {None, *eids}]
    parts = [[r for r in part if covers(r["valid_from"], r["valid_to"], point.valid)] for part in (official, decisions)]
    nodes = [node for part in parts for node in part]
    return Beside(standing_of(*parts), {node["sid"]: node for node in nodes}, reader.shown(nodes))
