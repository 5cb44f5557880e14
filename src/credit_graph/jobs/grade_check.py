"""The check of a stored grade run: made again at its own point, by its own policy, it has to be what was stored."""

from __future__ import annotations

from typing import Any

import pyarrow.parquet as pq

from credit_graph.errors import StateError, UsageError
from credit_graph.grading import runfile
from credit_graph.grading.facts import Facts
from credit_graph.grading.grade import CHANNEL, grades
from credit_graph.grading.lines import lines_of
from credit_graph.jobs.batches import refuse_open_batch
from credit_graph.jobs.grade import Progress, run_path
from credit_graph.jobs.rebuild import refuse_erased
from credit_graph.jobs.runs import INPUTS, PARTIAL
from credit_graph.links.compute import links
from credit_graph.links.policy import link_policy
from credit_graph.model.time import Point
from credit_graph.projection import project
from credit_graph.store import Store
from credit_graph.text import t


def check_run(store: Store, rid: str, progress: Progress | None = None) -> dict[str, Any]:
    """Grade once more at the point of a stored run and compare; returns the run's properties, and writes nothing.

    Only here is use judged at a past day, by the holds known then. Of a partial run its own firms are compared. Raises
    ``UsageError`` for an unknown run, and for a partial one by links of before; ``StateError``: ``state.no_run`` where
    its file is gone, ``state.run_differs``, ``state.erased`` where a statement that it names was erased since.
    """
    refuse_open_batch(store)
    rows = store.read("read/run", run=rid)
    if not rows or rows[0]["run"].get("kind") != "grade" or rows[0]["run"].get("state") != "complete":
        raise UsageError("usage.unknown_entity", what=rid)
    run: dict[str, Any] = rows[0]["run"]
    path = run_path(store, rid)
    if not path.is_file():
        raise StateError("state.no_run", what=rid, command="grade")
    if run.get("stale"):
        why = t("局部分级，关联沿用了此前的结果，不能核对", "a partial run by links of before: it can't be checked")
        raise UsageError("usage.bad_value", option="--check", value=rid, why=why)
    policy = runfile.policy(path)
    point = Point(run["seq"], run["valid"], run["use"])
    projection = project(store, point, CHANNEL, hold_seq=run["hold_seq"], progress=progress)
    graded = grades(Facts(projection, links(projection, link_policy()), policy.reads), policy)
    made = runfile.table(graded, {name: run[name] for name in (*INPUTS, *PARTIAL) if name in run})
    if "base" in run:
        made = runfile.of_partial(path, made)
    if runfile.sha256(path) != run["sha256"] or not runfile.holds(path, made):
        named = {sid for row in pq.read_table(path).to_pylist() for line in lines_of(policy, row) for sid in line.named}
        refuse_erased(store, rid, named)
        raise StateError("state.run_differs", run=rid)
    return run
