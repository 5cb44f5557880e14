"""The part of a link run that comes of the chart of holdings: nearest controllers, and groups with ids that survive."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd

from credit_graph.jobs.link_writing import Progress, reporting, rows_of, write_holdings
from credit_graph.links import compute
from credit_graph.links.compute import Links
from credit_graph.links.controls import by_party, controls
from credit_graph.links.groupids import Named, group_ids
from credit_graph.links.structure import Structure
from credit_graph.projection import Projection
from credit_graph.projection.graph import enterprise_pages
from credit_graph.store import Store

_BEFORE = ["gid", "layer", "member"]


def write_structure(
    store: Store, projection: Projection, found: Links, rid: str, before: str | None, progress: Progress | None
) -> dict[str, int]:
    """Write ``CONTROLS``, ``Group`` and ``MEMBER_OF`` of the run; counts by name.

    ``before``: the current run, from whose groups ids are kept. Groups that are gone stay as nodes without members
    that say what became of them (``became``), so that an id of old is never a riddle.
    """
    chart = compute.chart(found)
    nearest = controls(chart)
    frame = by_party(chart, "controller", nearest).rename(columns={"controller": "holder"})
    person = frame["holder"].isin(chart.ids[chart.person])
    frame["holder_kind"] = person.map({True: "person", False: "enterprise"})
    names = ["basis", "rule", "ring", "votes", "capital", "share_ppm", "near_line", "sids"]
    write_holdings(store, "CONTROLS", frame, names, rid, progress)
    now = compute.group_members(projection, found, chart)
    cuts = enterprise_pages(projection.enterprises.index.to_numpy())
    firms = now[~now["member"].isin(chart.ids[chart.person])]
    named = group_ids(_earlier(store, before, cuts), firms)
    _write_groups(store, chart, now, named, rid, projection.point.seq, progress)
    return {"controlled": len(nearest), "groups": len(named)}


def _earlier(store: Store, run: str | None, cuts: list[str]) -> pd.DataFrame:
    """The members of the groups of a run: gid, layer, member."""
    rows: list[list[Any]] = []
    for low, high in pairwise(cuts) if run else ():
        for row in store.read("read/group_members", low=low, high=high, run=run):
            rows += row["rows"]
    return pd.DataFrame(rows, columns=_BEFORE).astype("str")


def _write_groups(
    store: Store,
    chart: Structure,
    now: pd.DataFrame,
    named: dict[tuple[str, str], Named],
    rid: str,
    seq: int,
    progress: Progress | None,
) -> None:
    nodes = []
    for (layer, _), group in named.items():
        props: dict[str, Any] = {"layer": layer}
        if group.fresh:
            props["since"] = seq
        if group.came_from:
            props["came_from"] = list(group.came_from)
        nodes.append({"gid": group.gid, "props": props})
    store.write("write/link_groups", nodes, progress=reporting(progress, "Group", len(nodes)))
    became: dict[str, set[str]] = {}
    for group in named.values():
        for old in group.came_from:
            became.setdefault(old, set()).add(group.gid)
    ended = [{"gid": old, "props": {"became": sorted(new)}} for old, new in sorted(became.items())]
    store.write("write/link_groups", ended)
    frame = now.assign(gid=[named[pair].gid for pair in zip(now["layer"], now["key"], strict=True)])
    person = frame["member"].isin(chart.ids[chart.person])
    for label, key, part in (("Person", "pid", frame[person]), ("Enterprise", "eid", frame[~person])):
        rows = list(rows_of(part, ["gid", "member"], ["role", "sids"]))
        labels = {"FROM": label, "KEY": key}
        done = reporting(progress, "MEMBER_OF", len(rows))
        store.write("write/link_members", rows, labels=labels, progress=done, run=rid)
