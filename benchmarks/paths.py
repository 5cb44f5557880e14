"""Tasks of ``benchmarks/links.py`` about paths, neighbourhoods and risk; see there. Called from it only."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray[Any, Any]]
Run = Callable[[], Any]

PAIRS, HUB, HOPS, LIMIT = 1000, 200, 8, 500
HOLDS, OFFICE, ADDRESS, PHONE = range(4)
FORWARD, BACKWARD = np.array([0.6, 0.5, 0.2, 0.4]), np.array([0.4, 0.5, 0.2, 0.4])
DECAY, FLOOR, DAMPING = 0.8, 0.01, 0.85
ROUNDS = 20  # of PageRank, as tolerances differ


def kinds(data: Arrays) -> Any:
    """uint8 per relationship, by what its second end is."""
    companies = int((data["capital"] > 0).sum())
    ends = np.cumsum([companies, int(1.05 * companies), int(0.22 * companies)])
    return np.searchsorted(ends, data["b"], side="right").astype(np.uint8)


def sources(data: Arrays) -> list[int]:
    """One entity in a hundred."""
    n = len(data["capital"])
    chosen = np.random.default_rng(3).choice(n, max(n // 100, 1), replace=False)
    return [int(source) for source in chosen]


def _median(act: Callable[[int, int], Any], data: Arrays) -> Run:
    """The median time over random pairs of companies."""
    drawn = np.random.default_rng(7).integers(0, int((data["capital"] > 0).sum()), (PAIRS, 2))

    def run() -> float:
        times = []
        for a, b in drawn.tolist():
            began = time.perf_counter()
            act(a, b)
            times.append(time.perf_counter() - began)
        return statistics.median(times)

    return run


def _search(data: Arrays, hub: int) -> Any:
    from credit_graph.links.neighbours import neighbours  # noqa: PLC0415
    from credit_graph.links.search import PathSearch  # noqa: PLC0415

    graph = neighbours(data["a"], data["b"], len(data["capital"]))
    return PathSearch(graph, closed=np.diff(graph.indptr) > hub)


def steps_ours(data: Arrays) -> Run:
    """The symmetric CSR with relationship ids, from columns."""
    from credit_graph.links.neighbours import neighbours  # noqa: PLC0415

    return lambda: neighbours(data["a"], data["b"], len(data["capital"])).count


def explain_ours(data: Arrays) -> Run:
    """Median of the shortest path and, where there is none, of finding out whether hubs are why."""
    search = _search(data, HUB)
    return _median(lambda a, b: search.explain(a, b, HOPS), data)


def alternatives_ours(data: Arrays) -> Run:
    """Median of three paths, without a hub rule, so that there are some."""
    search = _search(data, len(data["a"]))
    return _median(lambda a, b: search.alternatives(a, b, 3, 20), data)


def ego_ours(data: Arrays) -> Run:
    """Median of a neighbourhood of three hops, at most ``LIMIT`` entities."""
    search = _search(data, HUB)
    return _median(lambda a, b: search.ego(a, 3, LIMIT), data)


def _weighted(data: Arrays) -> Any:
    from credit_graph.links.neighbours import neighbours  # noqa: PLC0415
    from credit_graph.links.risk import weighted  # noqa: PLC0415

    return weighted(neighbours(data["a"], data["b"], len(data["capital"])), data["a"], kinds(data), FORWARD, BACKWARD)


def risk_ours(data: Arrays) -> Run:
    """Max-product from one entity in a hundred, with the path of each; hubs pass nothing on."""
    from credit_graph.links.risk import spread  # noqa: PLC0415

    network, strength = _weighted(data), dict.fromkeys(sources(data), 1.0)
    closed = np.diff(network.graph.indptr) > HUB
    return lambda: int((spread(network, strength, decay=DECAY, floor=FLOOR, closed=closed).source >= 0).sum())


def risk_networkx(data: Arrays) -> Run:
    """Dijkstra on the negative logarithms of the weights, without a hub rule."""
    import networkx as nx  # noqa: PLC0415

    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(data["capital"])))
    kind = kinds(data)
    for start, end, weight in (("a", "b", FORWARD), ("b", "a", BACKWARD)):
        far = -np.log(weight[kind] * DECAY)
        graph.add_weighted_edges_from(zip(data[start].tolist(), data[end].tolist(), far.tolist(), strict=True))
    chosen = set(sources(data))
    return lambda: len(nx.multi_source_dijkstra_path_length(graph, chosen, cutoff=-float(np.log(FLOOR))))


def pagerank_ours(data: Arrays) -> Run:
    """Twenty rounds of personalised PageRank from the same sources."""
    from credit_graph.links import ppr  # noqa: PLC0415

    walk = ppr.walk_of(_weighted(data), dict.fromkeys(sources(data), 1.0))

    def run() -> int:
        ppr.MOST_ROUNDS = ROUNDS
        return round(float(ppr.ppr(walk, DAMPING, 0.0).sum()))

    return run


def pagerank_networkx(data: Arrays) -> Run:
    import networkx as nx  # noqa: PLC0415

    graph = nx.Graph(zip(data["a"].tolist(), data["b"].tolist(), strict=True))
    start = dict.fromkeys((source for source in sources(data) if source in graph), 1.0)
    return lambda: round(sum(nx.pagerank(graph, DAMPING, start, max_iter=100, tol=1e-8).values()))


def pagerank_igraph(data: Arrays) -> Run:
    """Solved exactly (prpack), not by rounds."""
    from igraph import Graph  # noqa: PLC0415

    graph = Graph(len(data["capital"]), np.c_[data["a"], data["b"]].tolist())
    chosen = sources(data)
    return lambda: round(sum(graph.personalized_pagerank(damping=DAMPING, reset_vertices=chosen)))


TASKS: dict[str, dict[str, Callable[[Arrays], Run]]] = {
    "steps": {"ours": steps_ours},
    "explain": {"ours": explain_ours},
    "alternatives": {"ours": alternatives_ours},
    "ego": {"ours": ego_ours},
    "risk": {"ours": risk_ours, "networkx": risk_networkx},
    "pagerank": {"ours": pagerank_ours, "igraph": pagerank_igraph, "networkx": pagerank_networkx},
}
