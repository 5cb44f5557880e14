"""Definitions of ``credit-graph solve`` about paths, risk, close links and reborn firms.

Each takes a case and gives what follows from it, by the functions that the platform runs; numbers are exact, so what
those work out in floating point is settled in fractions here. Definitions without a use in the platform come from
:mod:`credit_graph.links.reference_risk`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from credit_graph.links.cases import HOLDS, Case, Edge
from credit_graph.links.charts import chart, pairs, text
from credit_graph.links.close_links import (
    FIFTH,
    CloseLink,
    TooManyPaths,
    ecb_close_links,
    product_close_links,
    simple_path_sums,
)
from credit_graph.links.exact import MAX_RING, inverse
from credit_graph.links.neighbours import Flags, neighbours
from credit_graph.links.reference_risk import noisy_or, reliability
from credit_graph.links.risk import Spread, spread, weighted
from credit_graph.links.search import Walk
from credit_graph.links.solve_reborn import reborn
from credit_graph.links.stakes import Stakes
from credit_graph.text import t

Steps = Sequence[tuple[int, int, Fraction]]  # from, to, what passes


def path(case: Case) -> dict[str, object]:
    """The strongest chain of holdings ``from`` → ``to``: the largest product of shares, then the fewest hops."""
    ids = _ids(case)
    start, end = (_named(case, ids, name) for name in ("from", "to"))
    values, walks = _strongest(_shares(case), {start: Fraction(1)}, len(ids), _hubs(case, ids))
    nodes = list(ids)
    found = walks.get(end)
    return {
        "strongest": [nodes[node] for node in found.nodes] if found else [],
        "strongest_value": text(values.get(end, Fraction(0))),
    }


def risk(case: Case) -> dict[str, object]:
    """What reaches every entity from ``seeds`` over links with probability ``p``, times ``decay``, by three rules."""
    ids = _ids(case)
    sources = _seeds(case, ids)
    decay = _share_of(case, "decay", 1)
    steps = [(ids[edge.src], ids[edge.dst], _passes(case, edge) * decay) for edge in case.edges]
    links: dict[int, dict[int, list[Fraction]]] = {}
    for start, end, p in steps:
        if start != end:
            links.setdefault(start, {}).setdefault(end, []).append(p)
    hubs = _hubs(case, ids)
    for hub in np.flatnonzero(hubs).tolist():
        if hub not in sources:
            links.pop(hub, None)
    largest, _ = _strongest(steps, sources, len(ids), hubs)
    iterated = noisy_or(links, sources, range(len(ids)))
    true = reliability(links, sources, range(len(ids)))
    return {
        "max_product": _told(ids, largest),
        "noisy_or": None if iterated is None else _told(ids, iterated),
        "exact_reliability": None if true is None else _told(ids, true),
    }


def ppr(case: Case) -> dict[str, object]:
    """Personalised PageRank ``x = (1 - d) s + d P' x`` from ``seeds``, d = ``damping``, solved in fractions.

    An entity without a way out sends the walk back to the seeds, so that the sum is 1.
    """
    ids = _ids(case)
    sources = _seeds(case, ids)
    damping = _share_of(case, "damping", Fraction(17, 20))
    if len(ids) > MAX_RING:
        case.fail("nodes", t(f"ppr 最多 {MAX_RING} 个", f"at most {MAX_RING} for ppr"))
    whole = sum(sources.values())
    if not whole or damping == 1:
        case.fail("params", t("seeds 须有强度，damping 须小于 1", "seeds need a strength, and damping is under 1"))
    start = [sources.get(node, Fraction(0)) / whole for node in ids.values()]
    out: list[dict[int, Fraction]] = [{} for _ in ids]
    for edge in case.edges:
        u, v = ids[edge.src], ids[edge.dst]
        if u != v:
            out[u][v] = out[u].get(v, Fraction(0)) + _passes(case, edge)
    shares: dict[int, dict[int, Fraction]] = {v: {} for v in range(len(ids))}
    for u, row in enumerate(out):
        total = sum(row.values())
        ahead = {v: p / total for v, p in row.items()} if total else dict(enumerate(start))
        for v, p in ahead.items():
            shares[v][u] = damping * p
    walks = inverse(shares, list(range(len(ids)))) or {}
    values = {v: sum(((1 - damping) * start[u] * n for u, n in walks[v].items()), Fraction(0)) for v in walks}
    return {"ppr": _told(ids, values)}


def close_links_ecb(case: Case) -> dict[str, object]:
    """Close pairs by the ECB's definition; and by a reading of it, often met, in which 20 % by a third party do."""
    return {
        "pairs": _pairs(case, lambda holdings, x: ecb_close_links(holdings, x, use_faults=True)),
        "pairs_third_party_20": _pairs(
            case, lambda holdings, x: ecb_close_links(holdings, x, third_line=FIFTH, use_faults=True)
        ),
    }


def close_links_products(case: Case) -> dict[str, object]:
    """Close pairs by products of shares over simple paths, with the sums from 20 % on, holder > company."""
    close = _pairs(case, lambda holdings, x: product_close_links(holdings, x, use_faults=True))
    found = chart(case)
    holdings = found.stakes(own_shares_vote=True)
    sums = {
        f"{found.names[x]}>{found.names[y]}": text(share)
        for x in range(holdings.n)
        for y, share in sorted(simple_path_sums(holdings, x, down=True, use_faults=True).items())
        if share >= FIFTH
    }
    return {"pairs": close, "sums": sums}


DEFINITIONS: dict[str, Callable[[Case], dict[str, object]]] = {
    "path": path,
    "risk": risk,
    "ppr": ppr,
    "close_links_ecb": close_links_ecb,
    "close_links_products": close_links_products,
    "reborn": reborn,
}


# parameters and values of a case


def _ids(case: Case) -> dict[str, int]:
    """Numbers of the nodes, in the order of their names: between equal paths the first name decides."""
    return {name: number for number, name in enumerate(sorted(node.id for node in case.nodes))}


def _named(case: Case, ids: Mapping[str, int], name: str) -> int:
    value = case.param(name)
    if not isinstance(value, str) or value not in ids:
        case.fail(f"params.{name}", t(f"nodes 中没有“{value}”", f"“{value}” is not among the nodes"))
    return ids[value]


def _seeds(case: Case, ids: Mapping[str, int]) -> dict[int, Fraction]:
    """Source -> strength: ``seeds`` is a list (each has 1) or an object with strengths."""
    told = case.param("seeds")
    if not isinstance(told, list | dict) or not all(isinstance(name, str) and name in ids for name in told):
        case.fail("params.seeds", t("应为 nodes 中的编号", "ids of nodes are expected"))
    rows = told if isinstance(told, dict) else dict.fromkeys(told, 1)
    return {ids[name]: _unit(case, f"params.seeds.{name}", value) for name, value in rows.items()}


def _share_of(case: Case, name: str, default: Fraction | int) -> Fraction:
    value = case.params.get(name)
    return Fraction(default) if value is None else _unit(case, f"params.{name}", value)


def _unit(case: Case, place: str, value: Any) -> Fraction:
    number = case.number(place, value)
    if not 0 <= number <= 1:
        case.fail(place, t(f"“{value}”不在 0 到 1 之间", f"“{value}” does not lie in 0 to 1"))
    return number


def _passes(case: Case, edge: Edge) -> Fraction:
    """What passes over a link: its ``p``, else its ``pct``, else all."""
    if edge.properties.get("p") is not None:
        return _unit(case, f"{edge.src}>{edge.dst}.p", edge.properties["p"])
    return Fraction(1) if edge.pct is None else edge.pct / 100


def _hubs(case: Case, ids: Mapping[str, int]) -> Flags:
    """bool[n]: nodes whose ``degree`` is over the parameter ``hub``; none without it."""
    hubs = np.zeros(len(ids), dtype=np.bool_)
    if case.params.get("hub") is not None:
        limit = case.number("params.hub", case.params["hub"])
        for node in case.nodes:
            hubs[ids[node.id]] = _degree(case, node.id, node.properties) > limit
    return hubs


def _degree(case: Case, name: str, properties: Mapping[str, Any]) -> Fraction:
    if properties.get("degree") is not None:
        return case.number(f"{name}.degree", properties["degree"])
    return Fraction(len({frozenset((edge.src, edge.dst)) for edge in case.edges if name in (edge.src, edge.dst)}))


def _told(ids: Mapping[str, int], values: Mapping[int, Fraction]) -> dict[str, str]:
    return {name: text(values.get(number, Fraction(0))) for name, number in ids.items()}


# holdings


def _shares(case: Case) -> list[tuple[int, int, Fraction]]:
    """(holder, company, share) of the holdings, and what passes over other links that have a probability."""
    found = chart(case)
    number = found.number
    shares = [(h, y, share) for (h, y), share in found.weights(infer_residual=True).items()]
    if any(share > 1 for _, _, share in shares):
        case.fail("edges.pct", t("同一持股合计超过 100", "one holding adds up to over 100"))
    links = (edge for edge in case.edges if edge.type != HOLDS and edge.properties.get("p") is not None)
    return shares + [(number[edge.src], number[edge.dst], _passes(case, edge)) for edge in links]


def _pairs(case: Case, links: Callable[[Stakes, int], list[CloseLink]]) -> list[list[str]]:
    """The pairs that are close to each other, sorted."""
    found = chart(case)
    holdings = found.stakes(own_shares_vote=True)
    try:
        close = {(x, link.other) for x in range(holdings.n) for link in links(holdings, x)}
    except TooManyPaths:
        case.fail("edges", t("路径过多，无法逐条计算", "there are too many paths to go through"))
    return pairs(found.names, {(min(pair), max(pair)) for pair in close})


# the strongest paths


def _strongest(
    steps: Steps, sources: Mapping[int, Fraction], count: int, hubs: Flags
) -> tuple[dict[int, Fraction], dict[int, Walk]]:
    """Largest product and its path, of every entity that is reached: as the platform finds them, then settled."""
    first, last = (np.array([step[i] for step in steps], dtype=np.int32) for i in range(2))
    weights = np.array([float(p) for _, _, p in steps])
    kind = np.arange(len(steps), dtype=np.uint32)
    network = weighted(neighbours(first, last, count), first, kind, weights, np.zeros(len(steps)))
    strengths = {source: float(value) for source, value in sources.items()}
    near = spread(network, strengths, decay=1.0, floor=0.0, closed=hubs)
    labels = _settled(steps, sources, hubs, _labels(near, steps, sources))
    before: dict[int, tuple[int, int]] = {}
    for place, (u, v, p) in enumerate(steps):
        label = _passed_on(u, sources, hubs, labels)
        if u != v and label and labels.get(v) == (label[0] * p, label[1] - 1) and not _own(v, sources, labels):
            before[v] = min(before.get(v, (u, place)), (u, place))
    walks = {v: _walk(v, before, hubs) for v in labels}
    return {v: value for v, (value, _) in labels.items()}, walks


Labels = dict[int, tuple[Fraction, int]]  # value, and hops as a negative number: the larger one is better


def _labels(near: Spread, steps: Steps, sources: Mapping[int, Fraction]) -> Labels:
    found: Labels = {}
    for node in np.flatnonzero(near.source >= 0).tolist():
        walk = near.path(node)
        if walk is not None:
            value = math.prod((steps[edge][2] for edge in walk.edges), start=sources[walk.nodes[0]])
            found[node] = value, -len(walk.edges)
    return found


def _settled(steps: Steps, sources: Mapping[int, Fraction], hubs: Flags, labels: Labels) -> Labels:
    """Exact labels: what rounding hid is found by going through the steps until nothing gets better."""
    moved = True
    while moved:
        moved = False
        for u, v, p in steps:
            label = _passed_on(u, sources, hubs, labels)
            if label and p and u != v:
                offer = label[0] * p, label[1] - 1
                if v not in labels or offer > labels[v]:
                    labels[v] = offer
                    moved = True
    return labels


def _passed_on(u: int, sources: Mapping[int, Fraction], hubs: Flags, labels: Labels) -> tuple[Fraction, int] | None:
    """What the entity passes on; a hub only what it is a source of."""
    if not hubs[u]:
        return labels.get(u)
    return (sources[u], 0) if sources.get(u) else None


def _own(v: int, sources: Mapping[int, Fraction], labels: Labels) -> bool:
    return v in sources and labels[v] == (sources[v], 0)


def _walk(v: int, before: Mapping[int, tuple[int, int]], hubs: Flags) -> Walk:
    nodes, edges = [v], []
    while nodes[-1] in before and (len(nodes) == 1 or not hubs[nodes[-1]]):
        u, place = before[nodes[-1]]
        nodes.append(u)
        edges.append(place)
    return Walk(tuple(reversed(nodes)), tuple(reversed(edges)))
