"""Shortest explanation between two entities: a chain of links, each with the statement that says so.

Hubs over the limit and hosted addresses (集群注册) are no evidence and are not walked through; where that is why
there is no path, the answer says so.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import networkx as nx
import numpy as np
import pandas as pd

MAX_HOPS = 8
NodeKind = Literal["enterprise", "person", "address", "phone"]
EdgeKind = Literal["holds", "office", "branch", "address", "phone", "same_person"]


@dataclass(frozen=True, slots=True)
class Hop:
    """One step: from one entity to the next, why, and the statements behind it."""

    start: str
    end: str
    kind: str
    label: str  # the office, the share …
    sids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """The hops from start to end; empty with ``blocked`` where only hubs over the limit connect the two."""

    hops: tuple[Hop, ...] = ()
    blocked: tuple[str, ...] = ()  # hubs of the path that would have been found
    found: bool = field(default=False)


def edge_frame(parts: dict[EdgeKind, pd.DataFrame]) -> pd.DataFrame:
    """All edges: a, b, kind, label, sids. ``parts``: kind -> frame with a, b, label, sids."""
    frames = [frame[["a", "b", "label", "sids"]].assign(kind=kind) for kind, frame in parts.items()]
    every = pd.concat(frames, ignore_index=True)
    every = every[every["a"] != every["b"]]
    # the order decides between paths of one length, so it must not depend on the order of loading
    return every.sort_values(["a", "b", "kind", "label"], ignore_index=True)


def shortest_path(edges: pd.DataFrame, start: str, end: str, hubs: Set[str]) -> PathAnswer:
    """The shortest chain of at most ``MAX_HOPS`` edges from ``start`` to ``end``.

    ``edges``: as :func:`edge_frame`; ``hubs``: nodes that are not walked through (they may be an end).
    """
    open_hubs = hubs - {start, end}
    walkable = edges[~edges["a"].isin(open_hubs) & ~edges["b"].isin(open_hubs)]
    hops = _search(walkable, start, end)
    if hops is not None:
        return PathAnswer(hops=hops, found=True)
    through = _search(edges, start, end) if open_hubs else None
    if through is None:
        return PathAnswer()
    return PathAnswer(blocked=tuple(sorted({hop.end for hop in through} & open_hubs)))


def _search(edges: pd.DataFrame, start: str, end: str) -> tuple[Hop, ...] | None:
    if start == end:
        return ()
    near = _around(edges, start, end)
    graph: nx.Graph[str] = nx.Graph()
    columns = (near[name].tolist() for name in ("a", "b", "kind", "label", "sids"))
    for a, b, kind, label, sids in zip(*columns, strict=True):
        if not graph.has_edge(a, b):
            graph.add_edge(a, b, kind=kind, label=label, sids=sids)
    if start not in graph or end not in graph or not nx.has_path(graph, start, end):
        return None
    hops = []
    for a, b in pairwise(nx.shortest_path(graph, start, end)):
        hops.append(Hop(a, b, **graph.edges[a, b]))
    return tuple(hops)


def _around(edges: pd.DataFrame, start: str, end: str) -> pd.DataFrame:
    """Only the edges within reach of ``start`` until ``end`` is met: the whole city never becomes a networkx graph."""
    a, b = edges["a"].to_numpy(dtype=object), edges["b"].to_numpy(dtype=object)
    codes, _ = pd.factorize(np.concatenate([a, b, np.array([start, end], dtype=object)]))
    left, right = codes[: len(a)], codes[len(a) : 2 * len(a)]
    reached = np.zeros(codes.max() + 1, dtype=bool)
    reached[codes[-2]] = True
    for _ in range(MAX_HOPS):
        touched = reached[left] | reached[right]
        before = reached.sum()
        reached[left[touched]] = True
        reached[right[touched]] = True
        if reached[codes[-1]] or reached.sum() == before:
            break
    return edges[reached[left] & reached[right]]
