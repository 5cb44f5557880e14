"""Link: compute who holds, controls, represents and belongs to whom, and write it as one run.

The run becomes current by one property write; until then readers see the one before. The same point, rules and
program give the same run id, and a second run changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from credit_graph.jobs.batches import refuse_open_batch
from credit_graph.jobs.link_groups import write_structure
from credit_graph.jobs.link_leads import LEADS, write_leads
from credit_graph.jobs.link_writing import rows_of, write_holders, write_holdings
from credit_graph.jobs.runs import current_run, run_id, run_properties
from credit_graph.links.compute import Links, links
from credit_graph.links.policy import link_policy
from credit_graph.model.time import Point
from credit_graph.policyfile import fingerprint
from credit_graph.projection import project
from credit_graph.projection.graph import enterprise_pages
from credit_graph.resources import root
from credit_graph.store import Store

Progress = Callable[[str, int, int], None]  # what, done, total
STATE = "link"
COUNTS = ("holdings", "majority", "joint", "undetermined", "branches", "persons", "controlled", "groups", *LEADS)
_PRUNE = 10_000
_HELD = [
    "amount", "capital", "share_ppm", "low_ppm", "high_ppm", "votes", "whole", "basis", "fault", "match", "matched",
    "source", "sids",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class LinkResult:
    """What a link run found; ``unchanged`` if this very run was current already."""

    rid: str
    point: Point
    counts: dict[str, int]
    unchanged: bool


def rules_fingerprint() -> str:
    """Names the version of the rules that links depend on."""
    policies = root("policies")
    files = (policies / "links" / f"{name}.yml" for name in ("control", "holdings", "persons", "reborn", "series"))
    return fingerprint(*files, policies / "precedence.yml")


def link(store: Store, point: Point, progress: Progress | None = None) -> LinkResult:
    """Compute and write the links at ``point``.

    Raises ``StateError("state.batch_open")`` while a batch is unfinished, ``DefinitionError`` for a faulty policy.
    """
    refuse_open_batch(store)
    with store.writer("link"):
        projection = project(store, point, progress=progress)
        properties = run_properties("link", projection.point, projection.hold_seq, "control", rules_fingerprint())
        rid = run_id(properties)
        current = current_run(store, STATE)
        if current is not None and current["rid"] == rid:
            return LinkResult(rid, point, {name: current[name] for name in COUNTS}, unchanged=True)
        found = links(projection, link_policy())
        counts = _counts(found)
        store.write("write/run", run=rid, props={**properties, "state": "writing"})
        write_holders(store, projection, found.holdings)
        _write(store, found, rid, progress)
        counts |= write_structure(store, projection, found, rid, current["rid"] if current else None, progress)
        counts |= write_leads(store, projection, found, rid, progress)
        store.write("write/run", run=rid, props={"state": "complete", **counts})
        store.write("write/current_run", name=STATE, run=rid)
        _prune(store, rid, enterprise_pages(projection.enterprises.index.to_numpy()))
    return LinkResult(rid, point, counts, unchanged=False)


def _counts(found: Links) -> dict[str, int]:
    status = found.majority["status"]
    return {
        "holdings": len(found.holdings),
        **{name: int((status == name).sum()) for name in ("majority", "joint", "undetermined")},
        "branches": len(found.branches),
        "persons": len(found.same_as),
    }


def _write(store: Store, found: Links, rid: str, progress: Progress | None) -> None:
    held = found.holdings
    # without those of whom no fault or other name is told
    held = held.assign(fault=held["fault"].mask(held["fault"] == ""))
    write_holdings(store, "HOLDS", held, _HELD, rid, progress)
    store.write("write/link_branches", list(rows_of(found.branches, ["eid", "parent"], ["rule", "sids"])), run=rid)
    store.write("write/link_persons", list(rows_of(found.same_as, ["pid", "same_as"], ["rule", "sids"])), run=rid)


def _prune(store: Store, rid: str, cuts: list[str]) -> None:
    """Remove what earlier runs wrote, in batches."""
    for low, high in pairwise(cuts):
        while store.write("write/link_prune", low=low, high=high, run=rid, limit=_PRUNE):
            pass
    for statement in ("write/link_prune_persons", "write/link_prune_heads", "write/link_prune_series"):
        while store.write(statement, run=rid, limit=_PRUNE):
            pass
    for kind in ("Enterprise", "Person"):
        while store.change("write/link_prune_holders", labels={"KIND": kind}, limit=_PRUNE)[0]["removed"]:
            pass
    store.write("write/link_prune_runs", run=rid)
