"""Risk that spreads over relationships (风险传导): the strength of the best explanation.

The risk of an entity is the largest product of weights on a path from a source (max-product): one path, so nothing
is counted twice and the answer explains itself. Hubs over the limit take risk and pass none on. A lead (线索) only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from credit_graph.links.neighbours import Flags, Ids, Neighbours
from credit_graph.links.risk_kernel import Codes, Values, spread_from, step_codes
from credit_graph.links.search import Walk


@dataclass(frozen=True, slots=True)
class Weighted:
    """Relationships with the weight of every step.

    ``code``: unsigned integers, one for each step of ``graph``; ``table``: float64, the weight of a code, 0 to 1.
    Codes come in pairs: ``code ^ 1`` is that of the step back. Other weights need only another table.
    """

    graph: Neighbours
    code: Codes
    table: Values


class Contribution(NamedTuple):
    """What one source adds to the risk of an entity: its path, that path's strength, and its part of the risk."""

    source: int
    walk: Walk
    strength: float
    part: float


@dataclass(frozen=True, slots=True)
class Spread:
    """The risk of every entity, and the path that it came by.

    ``value``: float64[n], 0 where nothing arrives; ``source``: int32[n], where it comes from (-1: from nowhere);
    ``hops``: int32[n]; ``via`` and ``edge``: int32[n], the entity and the relationship before it on the path.
    """

    value: Values
    source: Ids
    hops: Ids
    via: Ids
    edge: Ids
    closed: Flags

    def path(self, entity: int) -> Walk | None:
        """The strongest path from the source to the entity; of several the one with the fewest hops, then ids."""
        if self.source[entity] < 0:
            return None
        nodes, edges = [entity], []
        while self.via[nodes[-1]] >= 0 and (len(nodes) == 1 or not self.closed[nodes[-1]]):
            edges.append(int(self.edge[nodes[-1]]))
            nodes.append(int(self.via[nodes[-1]]))
        return Walk(tuple(reversed(nodes)), tuple(reversed(edges)))


def weighted(
    graph: Neighbours,
    first: Ids,
    kind: NDArray[np.unsignedinteger],
    forward: Values,
    backward: Values,
    usable: Flags | None = None,
) -> Weighted:
    """The steps of ``graph`` with weights by kind and direction.

    ``first``: int32[m], the first end of each relationship; ``kind``: unsigned integers [m]; ``forward`` and
    ``backward``: the weight by kind of a step from the first end, and to it; ``usable``: bool[m], the others weigh
    nothing. Raises ``ValueError`` where a weight does not lie in 0 to 1.
    """
    if not all(((part >= 0) & (part <= 1)).all() for part in (forward, backward)):
        raise ValueError("weights must lie in 0 to 1")
    table = np.zeros(2 * len(forward) + 2)  # the last kind weighs nothing
    table[: 2 * len(forward) : 2], table[1 : 2 * len(forward) : 2] = forward, backward
    of_edge = np.array(kind, dtype=np.min_scalar_type(len(table)))
    if usable is not None:
        of_edge[~usable] = len(forward)
    return Weighted(graph, step_codes(graph.indptr, graph.edge, np.ascontiguousarray(first, np.int32), of_edge), table)


def spread(
    network: Weighted, strength: Mapping[int, float], *, decay: float, floor: float, closed: Flags | None = None
) -> Spread:
    """Max-product: the risk that arrives at every entity from the sources.

    ``strength``: source -> its own risk, 0 to 1; ``decay``: factor of each hop, besides its weight; ``floor``: what
    is weaker is not followed; ``closed``: bool[n], hubs, which pass nothing on unless they are a source. Raises
    ``ValueError`` for sources that do not exist and numbers outside 0 to 1.
    """
    return _spread(network, strength, decay, floor, _hubs(network, closed), 0)


def contributions(
    network: Weighted,
    strength: Mapping[int, float],
    target: int,
    *,
    decay: float,
    floor: float,
    closed: Flags | None = None,
) -> list[Contribution]:
    """Which source adds what to the risk of ``target``, by which path; the parts add up to its risk.

    Each source counts by its strongest path, and the risk is the largest of them. The parts are the Shapley values
    of that maximum (the airport game: Littlechild and Owen, Management Science 20 (1973)): what several sources
    would each bring alone is shared evenly by them, what only the strongest bring is theirs. Strongest first.
    """
    hubs = _hubs(network, closed)
    # one search from the target against the direction finds every source's path
    towards = _spread(network, {target: 1.0}, decay, floor * (1 - 1e-9), hubs, 1)
    found = []
    for source in sorted(strength):
        walk = towards.path(source)
        if walk is None:
            continue
        walk = Walk(walk.nodes[::-1], walk.edges[::-1])
        value = strength[source]
        for weight in _weights(network, walk):
            value *= weight * decay
        if value > 0 and value >= floor:
            found.append((value, source, walk))
    found.sort(key=lambda item: (-item[0], len(item[2].edges), item[1]))
    parts = shares([value for value, _, _ in found])
    return [Contribution(source, walk, value, part) for (value, source, walk), part in zip(found, parts, strict=True)]


def shares(strengths: list[float]) -> list[float]:
    """The parts of the largest of the strengths (descending) that each has: they add up to it."""
    parts = [0.0] * len(strengths)
    part = 0.0
    for place in range(len(strengths), 0, -1):
        below = strengths[place] if place < len(strengths) else 0.0
        part += (strengths[place - 1] - below) / place
        parts[place - 1] = part
    return parts


def _weights(network: Weighted, walk: Walk) -> list[float]:
    graph = network.graph
    found = []
    for start, edge in zip(walk.nodes, walk.edges, strict=False):
        row = slice(graph.indptr[start], graph.indptr[start + 1])
        at = int(graph.indptr[start]) + int(np.flatnonzero(graph.edge[row] == edge)[0])
        found.append(float(network.table[network.code[at]]))
    return found


def _hubs(network: Weighted, closed: Flags | None) -> Flags:
    hubs = np.zeros(network.graph.count, dtype=np.bool_) if closed is None else closed
    if len(hubs) != network.graph.count:
        raise ValueError("closed needs one value for each entity")
    return hubs


def _spread(
    network: Weighted, strength: Mapping[int, float], decay: float, floor: float, closed: Flags, flip: int
) -> Spread:
    graph = network.graph
    graph.check(*strength)
    if not all(0 <= value <= 1 for value in (*strength.values(), decay, floor)):
        raise ValueError("strengths, decay and floor must lie in 0 to 1")
    sources = np.array(sorted(strength), dtype=np.int32)
    start = np.array([strength[int(source)] for source in sources], dtype=np.float64)
    arrays = spread_from(
        graph.indptr, graph.neighbour, graph.edge, network.code, network.table * decay, flip, closed,
        sources, start, float(floor),
    )  # fmt: skip
    return Spread(*arrays, closed)
