"""What if: the grade of a firm without some records, or by another policy, beside its own. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.errors import UsageError
from credit_graph.grading import runfile
from credit_graph.grading.grade import CHANNEL, grade
from credit_graph.grading.lines import Difference, differing
from credit_graph.grading.policy import GradingPolicy, grading_policy
from credit_graph.jobs.batches import refuse_open_batch
from credit_graph.jobs.finding import find_firm
from credit_graph.links.compute import kept_links, links
from credit_graph.links.policy import link_policy
from credit_graph.model.kinds import DECISION_KINDS
from credit_graph.model.time import Point
from credit_graph.projection import Projection, project
from credit_graph.projection.columns import Columns
from credit_graph.projection.lazy import Lazy
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
    policy if one is named; links are worked out anew without them.

    Raises ``UsageError``: an unknown firm or statement, one that is a person's decision, a firm that is not graded;
    ``StateError("state.batch_open")``; ``DefinitionError`` for a policy that is not in force.
    """
    refuse_open_batch(store)
    eid = find_firm(store, code)
    _check(store, without)
    policy = grading_policy(policy_name, point.valid)[0]
    other = grading_policy(other_policy, point.valid)[0] if other_policy else policy
    projection = project(store, point, CHANNEL)
    before = _row(projection, policy, eid, kept=True)
    if before is None:
        raise UsageError("usage.not_graded", what=code, day=point.valid)
    if without:
        source = open_source(store, point, CHANNEL, projection.hold_seq, None)
        projection = Projection(point, CHANNEL, projection.hold_seq, _Without(source, without))
    after = _row(projection, other, eid, kept=not without)
    return WhatIf(eid, before, after, differing(policy, before, other, after) if after else [])


def _check(store: Store, sids: Sequence[str]) -> None:
    kinds = {row["record"]["sid"]: row["record"]["kind"] for row in store.read("read/grade_records", sids=list(sids))}
    for sid in sids:
        if sid not in kinds:
            raise UsageError("usage.unknown_entity", what=sid)
        if kinds[sid] in DECISION_KINDS:
            why = t("这是一项人工认定，请用相应命令撤销", "it is a person's decision: undo it by its own command")
            raise UsageError("usage.bad_value", option="--without", value=sid, why=why)


def _row(projection: Projection, policy: GradingPolicy, eid: str, *, kept: bool) -> dict[str, Any] | None:
    """The firm's row as a run file would hold it; ``None`` if it is not graded. ``kept``: links may be those kept."""
    found = (kept_links if kept else links)(projection, link_policy())
    table = runfile.table(grade(projection, found, policy), {})
    rows: list[dict[str, Any]] = table.filter(pc.equal(table["eid"], eid)).to_pylist()
    return rows[0] if rows else None
