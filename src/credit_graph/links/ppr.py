"""Personalised PageRank (PPR): risk as the share of time that a walk from the sources spends at an entity.

``x = (1 - d) s + d P' x``: the total stays 1, so it ranks entities and says nothing of how strong a risk is. An option
beside the default of :mod:`credit_graph.links.risk`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from credit_graph.links.neighbours import Flags
from credit_graph.links.risk import Weighted
from credit_graph.links.risk_kernel import Values

MOST_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class Walk:
    """What PPR is about: ``step`` (CSR, n x n, rows of sum 1 or 0) says where one step leads; entities without a
    way out (``ends``, bool[n]) send the walk back to the sources, whose shares are ``start`` (float64[n], sum 1)."""

    step: Any  # scipy.sparse.csr_array
    ends: Flags
    start: Values


@dataclass(frozen=True, slots=True)
class PprParts:
    """The share of one entity taken apart, twice: each adds up to ``value``.

    ``by_source``: source -> its part. ``by_link``: the entity before -> what comes from there by the last step;
    ``restart``: what begins at the entity itself, being a source.
    """

    value: float
    by_source: dict[int, float]
    by_link: dict[int, float]
    restart: float


def walk_of(network: Weighted, strength: Mapping[int, float], closed: Flags | None = None) -> Walk:
    """The walk from the sources; hubs (``closed``, bool[n]) that are no source are left out of it.

    ``strength``: source -> its weight among the sources. Raises ``ValueError`` where none is positive.
    """
    graph = network.graph
    graph.check(*strength)
    start = np.zeros(graph.count)
    start[list(strength)] = list(strength.values())
    if start.min(initial=0) < 0 or start.sum() <= 0:
        raise ValueError("one source at least must have a strength, and none a negative one")
    weight = network.table[network.code]
    if closed is not None and closed.any():
        outside = closed & (start == 0)
        weight[outside[graph.neighbour] | np.repeat(outside, np.diff(graph.indptr))] = 0
    step = sparse.csr_array((weight, graph.neighbour, graph.indptr), shape=(graph.count, graph.count))
    total = step @ np.ones(graph.count)
    share = np.divide(1, total, out=np.zeros_like(total), where=total > 0)
    step.data *= np.repeat(share, np.diff(graph.indptr))
    return Walk(step, total == 0, start / start.sum())


def ppr(walk: Walk, damping: float, tolerance: float = 1e-12) -> Values:
    """``x = (1 - d) s + d P' x`` for every entity, float64[n], of sum 1, by iteration until it moves by less than
    ``tolerance`` (sum of absolute changes). Raises ``ValueError`` where ``damping`` is not in 0 to 1, 1 excluded."""
    _check(damping)
    pull = walk.step.T
    value = walk.start
    for _ in range(MOST_ROUNDS):
        back = 1 - damping + damping * float(value[walk.ends].sum())
        following = back * walk.start + damping * (pull @ value)
        moved = float(np.abs(following - value).sum())
        value = following
        if moved < tolerance:
            break
    return value


def ppr_parts(walk: Walk, damping: float, value: Values, target: int, tolerance: float = 1e-12) -> PprParts:
    """Where the share of ``target`` comes from. ``value``: as :func:`ppr` gives it for the same walk and damping.

    By source: PPR is linear in the sources, so one iteration against the direction of the steps gives all parts.
    """
    _check(damping)
    reach = np.zeros_like(walk.start)
    reach[target] = 1 - damping
    total = reach.copy()
    for _ in range(MOST_ROUNDS):
        reach = damping * (walk.step @ reach + walk.ends * float(walk.start @ reach))
        total += reach
        if float(reach.sum()) < tolerance:
            break
    sources = np.flatnonzero(walk.start)
    by_source = {int(s): float(walk.start[s] * total[s]) for s in sources}
    before = walk.step[:, [target]].tocoo()
    by_link: dict[int, float] = {}
    for u, share in zip(before.coords[0].tolist(), before.data.tolist(), strict=True):
        if share:
            by_link[u] = by_link.get(u, 0.0) + damping * share * float(value[u])
    restart = (1 - damping + damping * float(value[walk.ends].sum())) * float(walk.start[target])
    return PprParts(float(value[target]), by_source, dict(sorted(by_link.items())), restart)


def _check(damping: float) -> None:
    if not 0 <= damping < 1:
        raise ValueError("damping must lie in 0 to 1, 1 excluded")
