"""Link: compute who holds, controls, represents and belongs to whom, and write it as one run.

The run becomes current by one property write; until then readers see the one before. The same point, rules and
program give the same run id, and a second run changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from credit_graph.jobs.batches import refuse_open_batch
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
COUNTS = ("holdings", "majority", "joint", "undetermined", "branches", "persons")
_PRUNE = 10_000


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
    return fingerprint(
        policies / "links" / "control.yml", policies / "links" / "persons.yml", policies / "precedence.yml"
    )


def link(store: Store, point: Point, progress: Progress | None = None) -> LinkResult:
    """Compute and write the links at ``point``.

    Raises ``StateError("state.batch_open")`` while a batch is unfinished, ``DefinitionError`` for a faulty policy.
    """
    refuse_open_batch(store)
    with store.writer("link"):
        projection = project(store, point, progress=progress)
        properties = run_properties("link", projection, "control", rules_fingerprint())
        rid = run_id(properties)
        current = current_run(store, STATE)
        if current is not None and current["rid"] == rid:
            return LinkResult(rid, point, {name: current[name] for name in COUNTS}, unchanged=True)
        found = links(projection, link_policy())
        counts = _counts(found)
        store.write("write/run", run=rid, props={**properties, "state": "writing"})
        _write(store, found, rid, progress)
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
    names = ["amount", "capital", "share_ppm", "basis", "match", "source", "sids"]
    _write_holdings(store, "HOLDS", held, names, rid, progress)
    majority = found.majority[found.majority["status"] == "majority"].reset_index()
    kinds = held.drop_duplicates("holder").set_index("holder")["holder_kind"]
    majority["holder_kind"] = majority["holder"].map(kinds)
    majority["rule"] = found.rules.majority.id
    names = ["amount", "capital", "share_ppm", "near_line", "rule", "sids"]
    _write_holdings(store, "CONTROLS", majority, names, rid, progress)
    store.write("write/link_branches", list(_rows(found.branches, ["eid", "parent"], ["rule", "sids"])), run=rid)
    store.write("write/link_persons", list(_rows(found.same_as, ["pid", "same_as"], ["rule", "sids"])), run=rid)


def _write_holdings(
    store: Store, type_: str, frame: pd.DataFrame, names: list[str], rid: str, progress: Progress | None
) -> None:
    person = frame["holder_kind"] == "person"
    for label, key, part in (("Person", "pid", frame[person]), ("Enterprise", "eid", frame[~person])):
        rows = list(_rows(part, ["eid", "holder"], names))

        def report(done: int, total: int = len(rows)) -> None:
            if progress:
                progress(type_, done, total)

        labels = {"TYPE": type_, "FROM": label, "KEY": key}
        store.write("write/link_holdings", rows, labels=labels, progress=report, run=rid)


def _rows(frame: pd.DataFrame, ends: list[str], names: list[str]) -> Iterable[dict[str, Any]]:
    """Rows for a writing statement: the ends, and the properties that have a value."""
    for values in frame[[*ends, *names]].astype(object).itertuples(index=False):
        start, end, *rest = values
        props = {name: _plain(value) for name, value in zip(names, rest, strict=True)}
        yield {ends[0]: start, ends[1]: end, "props": {k: v for k, v in props.items() if v is not None}}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return None if pd.isna(value) else value


def _prune(store: Store, rid: str, cuts: list[str]) -> None:
    """Remove what earlier runs wrote, in batches."""
    for low, high in pairwise(cuts):
        while store.write("write/link_prune", low=low, high=high, run=rid, limit=_PRUNE):
            pass
    while store.write("write/link_prune_persons", run=rid, limit=_PRUNE):
        pass
    store.write("write/link_prune_runs", run=rid)
