"""Ids of groups that survive: a group keeps its id while its members come and go, and a split or merger is told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True)
class Named:
    """The id of a group; ``fresh``: it is new; ``came_from``: ids of earlier groups some of its members were in."""

    gid: str
    fresh: bool
    came_from: tuple[str, ...]


def group_ids(before: pd.DataFrame, now: pd.DataFrame) -> dict[tuple[str, str], Named]:
    """(layer, key) of each group of ``now`` -> its id.

    ``before``: gid, layer, member of the groups of the last run; ``now``: layer, key, member. Of the groups of one
    layer the two with most members in common are the same, then the next two (ties: smaller id, then smaller key).
    Others are new; their id is made of the members that found them. The result depends on nothing else.
    """
    both = now.merge(before[["gid", "layer", "member"]], on=["layer", "member"])
    overlap = both.groupby(["layer", "key", "gid"]).size().rename("common").reset_index()
    overlap = overlap.sort_values(["common", "gid", "key"], ascending=[False, True, True])
    kept: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    came: dict[tuple[str, str], set[str]] = {}
    for layer, key, gid in overlap[["layer", "key", "gid"]].itertuples(index=False, name=None):
        came.setdefault((layer, key), set()).add(gid)
        if gid not in taken and (layer, key) not in kept:
            kept[layer, key] = gid
            taken.add(gid)
    used = set(before["gid"])
    found: dict[tuple[str, str], Named] = {}
    for (layer, key), inside in now.sort_values(["layer", "key", "member"]).groupby(["layer", "key"])["member"]:
        group = (str(layer), str(key))
        gid = kept.get(group) or _founded(str(layer), inside.tolist(), used)
        used.add(gid)
        found[group] = Named(gid, group not in kept, tuple(sorted(came.get(group, set()) - {gid})))
    return found


def _founded(layer: str, founders: Iterable[str], used: set[str]) -> str:
    """32 hex digits of layer and founding members; with a number where the same members founded a group that lives on
    with others."""
    text, again = "\x1f".join([layer, *founders]), 0
    while (gid := hashlib.sha256(f"{text}\x1f{again or ''}".encode()).hexdigest()[:32]) in used:
        again += 1
    return gid
