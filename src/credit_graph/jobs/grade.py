"""Grade: one run over all firms, written as an immutable file; the graph gets what changed.

The same point, rules and program give the same run id and the same bytes, and a second run changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from credit_graph.errors import StateError, UsageError
from credit_graph.grading import nearby, runfile
from credit_graph.grading.facts import Facts, read_at_once
from credit_graph.grading.grade import CHANNEL, grades
from credit_graph.grading.policy import GradingPolicy, grading_policy
from credit_graph.jobs.batches import refuse_open_batch
from credit_graph.jobs.link import rules_fingerprint
from credit_graph.jobs.runs import current_run, run_id, run_properties
from credit_graph.links.compute import links
from credit_graph.links.policy import link_policy
from credit_graph.model.time import Point
from credit_graph.projection import Projection, project
from credit_graph.projection.graph import enterprise_pages
from credit_graph.projection.views import VIEWS
from credit_graph.store import Store
from credit_graph.store.files import nearby_folder

Progress = Callable[[str, int, int], None]  # what, done, total
DEFAULT_POLICY = "general"


@dataclass(frozen=True, slots=True)
class GradeResult:
    """What a grade run found: firms per level, how many changed; ``unchanged`` if the run was there already."""

    rid: str
    point: Point
    policy: str
    levels: dict[str, int]
    direct: int
    changed: int
    unchanged: bool
    current: bool
    path: Path


def grade(
    store: Store, point: Point, policy_name: str = DEFAULT_POLICY, progress: Progress | None = None
) -> GradeResult:
    """Grade all firms at ``point``.

    Raises ``StateError("state.batch_open")`` while a batch is unfinished, ``DefinitionError`` for a faulty policy or
    a day without one, ``UsageError("usage.before_firms")`` for a day before the first firm was founded.
    """
    refuse_open_batch(store)
    policy, version = grading_policy(policy_name, point.valid)
    with store.writer("grade"):
        projection = project(store, point, CHANNEL, progress=progress)
        properties = run_properties(
            "grade", projection.point, projection.hold_seq, policy.policy, version + rules_fingerprint()
        )
        rid = run_id(properties)
        done = finished(store, rid)
        if done is not None and (nearby.there(nearby_folder(store.home), rid) or not done["current"]):
            return _result(rid, point, policy, done, runfile.grades(run_path(store, rid)), unchanged=True)
        projection.prepare(VIEWS, read_at_once(policy.reads))
        found = links(projection, link_policy())
        projection.forget("names")  # of all that is in memory, links alone needed them
        facts = Facts(projection, found, policy.reads)
        graded = grades(facts, policy)
        if graded.firms.empty:
            _refuse_before_data(projection)
        digest = runfile.write(run_folder(store), rid, runfile.parts(graded, properties))
        undo_unfinished(store, rid)
        current = current_run(store, state_name(policy.policy))
        leads = _leads(current, policy.policy, point)
        previous = {"previous": current["rid"]} if leads and current and current["rid"] != rid else {}
        store.write("write/run", run=rid, props={**properties, **previous, "state": "writing", "sha256": digest})
        cuts = enterprise_pages(projection.enterprises.index.to_numpy())
        changes = changes_of(rid, graded.firms, _cache(store, cuts), properties) if leads else []
        store.write("write/grade_changes", changes, run=rid, progress=_reporter(progress, len(changes)))
        counts = {"graded": len(graded.firms), "changed": len(changes), "current": leads}
        store.write("write/run", run=rid, props={"state": "complete", **counts})
        if leads:
            nearby.write(nearby_folder(store.home), rid, nearby.tables_of(facts))
            store.write("write/current_run", name=state_name(policy.policy), run=rid)
    return _result(rid, point, policy, counts, graded.firms, unchanged=False)


def _refuse_before_data(projection: Projection) -> None:
    """Nothing is graded on a day on which no firm of the register was there."""
    begin, day = projection.enterprises["founded_on"].min(), projection.point.valid
    if begin > pd.Timestamp(day):
        raise UsageError("usage.before_firms", day=day, begin=begin.date())


def state_name(policy: str) -> str:
    """Name of the State node that says which run of the policy is current."""
    return f"grade:{policy}"


def run_folder(store: Store) -> Path:
    """Where run files lie."""
    return store.home / "runs"


def run_path(store: Store, rid: str) -> Path:
    """The file of a run."""
    return run_folder(store) / f"{rid}.parquet"


def finished(store: Store, rid: str) -> dict[str, Any] | None:
    """The run's properties if it is complete and its file is as it was written.

    A file that is missing, altered or of another version of the program is made again: the run id says from what.
    """
    rows = store.read("read/run", run=rid)
    if not rows or rows[0]["run"].get("state") != "complete":
        return None
    path = run_path(store, rid)
    intact = path.is_file() and runfile.sha256(path) == rows[0]["run"]["sha256"] and runfile.readable(path)
    found: dict[str, Any] = rows[0]["run"]
    return found if intact else None


def latest_run(store: Store, point: Point, policy: str = DEFAULT_POLICY) -> dict[str, Any]:
    """The latest finished run at or before the point; ``StateError("state.no_run")`` if there is none."""
    rows = store.read("read/grade_runs", policy=policy, seq=point.seq, valid=point.valid)
    if not rows or not runfile.whole(run_path(store, rows[0]["run"]["rid"])):
        command = "grade" if point.valid >= point.use else f"grade --valid {point.valid}"
        raise StateError("state.no_run", what="分级 / grade", command=command)
    found: dict[str, Any] = rows[0]["run"]
    return found


def _leads(current: dict[str, Any] | None, policy: str, point: Point) -> bool:
    """Whether the run becomes current: not if it looks further back than the current one (a run of a past month).

    Only the general policy sets the level of a firm; others stand in their run files.
    """
    if policy != DEFAULT_POLICY:
        return False
    return current is None or (current["valid"], current["seq"]) <= (point.valid, point.seq)


def undo_unfinished(store: Store, rid: str) -> None:
    """Take back interrupted runs, so that every Grade node belongs to a finished run or to this one."""
    for row in store.read("read/grade_unfinished", run=rid):
        store.write("write/grade_undo", store.read("read/grade_firms", run=row["rid"]), run=row["rid"])
        store.write("write/run_remove", run=row["rid"])


Cache = dict[str, tuple[str, int]]  # eid -> level and score that are current


def _cache(store: Store, cuts: list[str]) -> Cache:
    before: Cache = {}
    for low, high in pairwise(cuts):
        for row in store.read("read/grade_cache", low=low, high=high):
            before |= {eid: (level, score) for eid, level, score in row["rows"]}
    return before


def changes_of(rid: str, firms: pd.DataFrame, before: Cache, properties: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of ``write/grade_changes``: firms whose level or score differs from the cache, ascending."""
    before = dict(before)
    named = {name: properties[name] for name in ("seq", "valid", "use", "policy")}

    def change(eid: str, level: str | None, score: int | None, was: tuple[Any, Any], **more: str) -> dict[str, Any]:
        props = {**named, "level": level, "score": score, "was_level": was[0], "was_score": was[1], **more}
        return {"eid": eid, "gid": f"{rid}:{eid}", "level": level, "score": score, "props": props}

    changes = []
    columns = (firms[name].tolist() for name in ("level", "score", "direct_rule"))
    for eid, level, score, direct in zip(firms.index, *columns, strict=True):
        was = before.pop(eid, (None, None))
        if was != (level, score):
            changes.append(change(eid, level, score, was, direct_rule=direct))
    for eid in sorted(before):  # deregistered, or of a kind that is graded no more
        changes.append(change(eid, None, None, before[eid]))
    return changes


def _reporter(progress: Progress | None, total: int) -> Callable[[int], None] | None:
    return (lambda done: progress("grades", done, total)) if progress else None


def _result(
    rid: str, point: Point, policy: GradingPolicy, run: dict[str, Any], firms: pd.DataFrame, *, unchanged: bool
) -> GradeResult:
    counted = firms["level"].value_counts()
    return GradeResult(
        rid=rid,
        point=point,
        policy=policy.policy,
        levels={level.level: int(counted.get(level.level, 0)) for level in policy.scale.levels},
        direct=int((firms["direct_rule"] != "").sum()),
        changed=0 if unchanged else run["changed"],
        unchanged=unchanged,
        current=run["current"],
        path=Path("runs") / f"{rid}.parquet",
    )
