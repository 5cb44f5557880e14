"""What if: the grade of a firm without some records, or by another policy, beside its own. Writes nothing.

The firm and those it touches are enough where the current run is of this very state and the records say nothing of who
belongs to whom; else the city is graded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.errors import UsageError
from credit_graph.grading import runfile
from credit_graph.grading.facts import Facts
from credit_graph.grading.grade import CHANNEL, Grades, grades
from credit_graph.grading.lines import Difference, differing
from credit_graph.grading.nearby import Nearby
from credit_graph.grading.policy import GradingPolicy, grading_policy
from credit_graph.jobs.batches import refuse_open_batch
from credit_graph.jobs.finding import find_firm
from credit_graph.jobs.policies import policy_named
from credit_graph.jobs.regrade import FIXED, near_at, reads_of
from credit_graph.links.compute import kept_links, links
from credit_graph.links.policy import link_policy
from credit_graph.model.kinds import DECISION_KINDS
from credit_graph.model.time import Point
from credit_graph.projection import Projection, project
from credit_graph.projection.columns import Columns
from credit_graph.projection.lazy import Lazy
from credit_graph.projection.part import project_part
from credit_graph.projection.sources import Given, Source, open_source
from credit_graph.store import Store
from credit_graph.text import t


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The row of a firm as it is and as it would be, and the lines that differ; ``after``: ``None`` where it would not
    be graded."""

    code: str
    before: dict[str, Any]
    after: dict[str, Any] | None
    differences: list[Difference]


class _Without(Given):
    """A source without some statements; nothing that follows from them is kept."""

    def __init__(self, source: Source, sids: Iterable[str]) -> None:
        self._source, self._sids = source, pa.array(sorted(sids), pa.large_string())
        self.statements = Lazy(source.statements, self._left)

    def _left(self, kind: str) -> Columns:
        columns = self._source.statements[kind]
        return columns.filter(pc.invert(pc.is_in(columns["sid"], value_set=self._sids)))

    def prepare(self, wanted: Mapping[str, Iterable[str]]) -> None:
        """Read together."""
        self._source.prepare(wanted)


def whatif(
    store: Store, code: str, point: Point, without: Sequence[str], policy_name: str, other_policy: str | None
) -> WhatIf:
    """The grade of a firm at ``point`` by ``policy_name``, and what it would be without the statements, by the other
    policy (a name or a file) if one is given; links are worked out anew where the statements say who belongs to whom.

    Raises ``UsageError``: an unknown firm or statement, one that is a person's decision, a firm that is not graded;
    ``StateError("state.batch_open")``; ``DefinitionError`` for a policy that is not in force.
    """
    refuse_open_batch(store)
    eid = find_firm(store, code)
    removed = _check(store, without)
    policy = grading_policy(policy_name, point.valid)[0]
    other = policy_named(other_policy, point.valid) if other_policy else policy
    near = near_at(store, point) if FIXED.isdisjoint(removed.values()) else None
    rows = _of_few(store, point, near, eid, (policy, other), removed) if near else None
    before, after = rows or _of_all(store, point, eid, (policy, other), removed)
    if before is None:
        raise UsageError("usage.not_graded", what=code, day=point.valid)
    return WhatIf(eid, before, after, differing(policy, before, other, after) if after else [])


def _check(store: Store, sids: Sequence[str]) -> dict[str, str]:
    """The kind of each statement."""
    kinds = {row["record"]["sid"]: row["record"]["kind"] for row in store.read("read/grade_records", sids=list(sids))}
    for sid in sids:
        if sid not in kinds:
            raise UsageError("usage.unknown_entity", what=sid)
        if kinds[sid] in DECISION_KINDS:
            why = t("这是一项人工认定，请用相应命令撤销", "it is a person's decision: undo it by its own command")
            raise UsageError("usage.bad_value", option="--without", value=sid, why=why)
    return kinds


_Row = dict[str, Any] | None  # as a run file would hold it; ``None`` where the firm is not graded
_Policies = tuple[GradingPolicy, GradingPolicy]  # before, after


def _of_few(
    store: Store, point: Point, near: Nearby, eid: str, policies: _Policies, removed: Mapping[str, str]
) -> tuple[_Row, _Row] | None:
    """The rows before and after by the firm and those it touches alone; ``None`` where these do not tell."""
    around = near.around({eid})
    who = {"Enterprise": around, "Person": near.persons_of({eid})}
    gone = Counter(removed.values())
    rows = []
    for policy, sids in zip(policies, ((), removed), strict=True):
        told = {kind for kind, count in near.counts.items() if not sids or count > gone[kind]}
        part = project_part(store, point, CHANNEL, who, reads_of(policy, point.valid), told, sids)
        facts = near.facts(part, policy, link_policy(), around)
        if near.others_come_back(facts, around):
            return None
        rows.append(_row(grades(facts, policy, {eid}), eid))
    return rows[0], rows[1]


def _of_all(store: Store, point: Point, eid: str, policies: _Policies, removed: Mapping[str, str]) -> tuple[_Row, _Row]:
    """The same by the whole city."""
    projection = project(store, point, CHANNEL)
    linked = kept_links(projection, link_policy())
    before = _row(grades(Facts(projection, linked, policies[0].reads), policies[0]), eid)
    if before is None:
        return None, None
    if removed:
        source = open_source(store, point, CHANNEL, projection.hold_seq, None)
        projection = Projection(point, CHANNEL, projection.hold_seq, _Without(source, removed))
        linked = links(projection, link_policy())
    return before, _row(grades(Facts(projection, linked, policies[1].reads), policies[1]), eid)


def _row(graded: Grades, eid: str) -> _Row:
    table = runfile.table(graded, {})
    rows: list[dict[str, Any]] = table.filter(pc.equal(table["eid"], eid)).to_pylist()
    return rows[0] if rows else None
