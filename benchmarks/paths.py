"""Paths, neighbourhoods and risk spread on synthetic arrays, without an engine: time and peak memory.

    python benchmarks/paths.py [--relationships N [N …]] [--pairs N] [--reference N]

Each size and task runs in a process of its own, so that its peak is its own; compiling is done before on a small
graph and not counted. In the same run networkx does the same on a smaller graph (``--reference``), and igraph on
the first size if it is installed (it is no dependency of the program: GPL).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from credit_graph.links.neighbours import Neighbours, neighbours
from credit_graph.links.ppr import ppr, walk_of
from credit_graph.links.risk import Weighted, contributions, spread, weighted
from credit_graph.links.search import PathSearch

HUB = 200  # links
HOPS = 8
HOLDS, OFFICE, ADDRESS, PHONE = range(4)
FORWARD, BACKWARD = np.array([0.6, 0.5, 0.2, 0.4]), np.array([0.4, 0.5, 0.2, 0.4])
Pair = tuple[int, int]
DECAY, FLOOR, DAMPING = 0.8, 0.01, 0.85


@dataclass(frozen=True)
class Relationships:
    """Between ``a`` and ``b`` (int32[m]) of ``kind`` (uint8[m]), among ``count`` entities."""

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    kind: NDArray[np.uint8]
    count: int


def relationships(size: int, seed: int = 1) -> Relationships:
    """About as many relationships as asked for: five to a company, as registers have them.

    Companies, 1.05 persons, 0.22 addresses and 0.25 telephones to each; most persons and places are near in id, as
    after renumbering by component; some persons hold thousands of firms, some addresses house thousands.
    """
    draw = np.random.default_rng(seed)
    firms = max(size // 5, 10)
    sizes = np.array([firms, int(1.05 * firms), int(0.22 * firms), int(0.25 * firms)])
    start = np.concatenate([[0], np.cumsum(sizes)])
    parts = []
    for kind, each, other in ((HOLDS, 2.1, 1), (OFFICE, 1.2, 1), (ADDRESS, 1.0, 2), (PHONE, 0.7, 3)):
        links = int(each * firms)
        firm = draw.integers(0, firms, links)
        near = np.clip(firm * sizes[other] // firms + draw.geometric(0.5, links) - 1, 0, sizes[other] - 1)
        # a bounded power law of fame for one link in twelve
        famous = (sizes[other] * draw.random(links) ** 6).astype(np.int64)
        far = draw.integers(0, sizes[other], links)
        lot = draw.random(links)
        there = start[other] + np.where(lot < 0.08, famous, np.where(lot < 0.16, far, near))
        if kind == HOLDS:  # firms hold firms, too
            there = np.where(
                draw.random(links) < 0.06, np.clip(firm + draw.geometric(0.01, links), 0, firms - 1), there
            )
        parts.append((there, firm, np.full(links, kind)))
    a, b, kinds = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return Relationships(a.astype(np.int32), b.astype(np.int32), kinds.astype(np.uint8), int(start[-1]))


def hubs(graph: Neighbours) -> NDArray[np.bool_]:
    """Entities with more than ``HUB`` links."""
    return np.diff(graph.indptr) > HUB


def random_pairs(data: Relationships, pairs: int) -> list[tuple[int, int]]:
    """Pairs of entities of the largest component, the same in every run."""
    matrix = sparse.coo_array((np.ones(len(data.a), np.int8), (data.a, data.b)), shape=(data.count, data.count))
    label = csgraph.connected_components(matrix, directed=False)[1]
    inside = np.flatnonzero(label == np.bincount(label).argmax())
    draw = np.random.default_rng(2)
    return [(int(a), int(b)) for a, b in draw.choice(inside, (pairs, 2))]


def spent(act: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came out."""
    begin = time.perf_counter()
    result = act()
    return time.perf_counter() - begin, result


def percentiles(seconds: list[float]) -> dict[str, float]:
    """p50, p95 and the largest, in ms."""
    ms = 1000 * np.array(seconds)
    return {"p50 ms": float(np.median(ms)), "p95 ms": float(np.percentile(ms, 95)), "max ms": float(ms.max())}


def build(data: Relationships, chosen: list[Pair]) -> dict[str, float]:
    """The symmetric CSR from columns."""
    seconds, graph = spent(lambda: neighbours(data.a, data.b, data.count))
    return {"s": seconds, "entities": graph.count, "hubs": int(hubs(graph).sum())}


def path(data: Relationships, chosen: list[Pair]) -> dict[str, float]:
    """Shortest explanations between random pairs, hubs not walked through; with what only hubs connect."""
    graph = neighbours(data.a, data.b, data.count)
    search = PathSearch(graph, closed=hubs(graph))
    runs = [spent(lambda a=a, b=b: search.shortest(a, b, HOPS)) for a, b in chosen]
    three = [spent(lambda a=a, b=b: search.alternatives(a, b, 3, HOPS))[0] for a, b in chosen]
    told = [spent(lambda a=a, b=b: search.explain(a, b, HOPS))[0] for a, b in chosen]
    return {
        **percentiles([seconds for seconds, _ in runs]),
        "found": sum(walk is not None for _, walk in runs),
        "3 paths p50 ms": percentiles(three)["p50 ms"],
        "explain p95 ms": percentiles(told)["p95 ms"],
    }


def ego(data: Relationships, chosen: list[Pair]) -> dict[str, float]:
    """Neighbourhoods of three hops, at most 500 entities."""
    graph = neighbours(data.a, data.b, data.count)
    search = PathSearch(graph, closed=hubs(graph))
    runs = [spent(lambda a=a: search.ego(a, 3, 500))[0] for a, _ in chosen]
    return percentiles(runs)


def _weighted(data: Relationships) -> tuple[Weighted, NDArray[np.bool_], dict[int, float]]:
    graph = neighbours(data.a, data.b, data.count)
    draw = np.random.default_rng(3)
    sources = draw.choice(data.count, max(data.count // 100, 1), replace=False)
    return weighted(graph, data.a, data.kind, FORWARD, BACKWARD), hubs(graph), dict.fromkeys(sources.tolist(), 1.0)


def risk(data: Relationships, chosen: list[Pair]) -> dict[str, float]:
    """Max-product from one entity in a hundred; and the parts of one entity's risk."""
    network, closed, sources = _weighted(data)
    options: dict[str, Any] = {"decay": DECAY, "floor": FLOOR, "closed": closed}
    seconds, found = spent(lambda: spread(network, sources, **options))
    reached = np.flatnonzero(found.source >= 0)
    target = int(reached[np.argmax(found.hops[reached])])
    parts, _ = spent(lambda: contributions(network, sources, target, **options))
    return {"s": seconds, "reached %": 100 * len(reached) / data.count, "parts of one s": parts}


def pagerank(data: Relationships, chosen: list[Pair]) -> dict[str, float]:
    """Personalised PageRank from the same sources, to 1e-9."""
    network, closed, sources = _weighted(data)
    made, walk = spent(lambda: walk_of(network, sources, closed))
    seconds, value = spent(lambda: ppr(walk, DAMPING, 1e-9))
    return {"s": seconds, "prepare s": made, "sum": float(value.sum())}


def networkx_path(data: Relationships, chosen: list[Pair]) -> dict[str, float]:
    """networkx, bidirectional, without a hub rule."""
    graph: nx.Graph[int] = nx.Graph()
    made, _ = spent(lambda: graph.add_edges_from(zip(data.a.tolist(), data.b.tolist(), strict=True)))
    chosen = [(a, b) for a, b in chosen if a in graph and b in graph and nx.has_path(graph, a, b)]
    runs = [spent(lambda a=a, b=b: nx.bidirectional_shortest_path(graph, a, b))[0] for a, b in chosen]
    return {"build s": made, **percentiles(runs)}


def open_path(data: Relationships, chosen: list[Pair]) -> dict[str, float]:
    """The program, without a hub rule, as the references have none."""
    search = PathSearch(neighbours(data.a, data.b, data.count))
    runs = [spent(lambda a=a, b=b: search.shortest(a, b, 100)) for a, b in chosen]
    return {
        **percentiles([seconds for seconds, _ in runs]),
        "mean hops": float(np.mean([len(w.edges) for _, w in runs])),
    }


def igraph_path(data: Relationships, chosen: list[Pair]) -> dict[str, float]:
    """igraph, one-sided, without a hub rule."""
    igraph = importlib.import_module("igraph")
    ends = np.column_stack([data.a, data.b])
    made, graph = spent(lambda: igraph.Graph(n=data.count, edges=ends, directed=False))
    runs = [spent(lambda a=a, b=b: graph.get_shortest_path(a, b))[0] for a, b in chosen[:20]]
    return {"build s": made, **percentiles(runs)}


TASKS: dict[str, Callable[[Relationships, list[Pair]], dict[str, float]]] = {
    task.__name__: task
    for task in (build, path, open_path, ego, risk, pagerank, networkx_path, igraph_path)
}  # fmt: skip


def measure(task: str, folder: Path) -> dict[str, float]:
    """The figures of a task on stored arrays, with its peak in MB, all counted and over what stood before it."""
    if task not in ("networkx_path", "igraph_path"):
        small = relationships(5_000)
        TASKS[task](small, random_pairs(small, 10))  # compiles
    a, b, kind, pairs = (np.load(folder / f"{name}.npy") for name in ("a", "b", "kind", "pairs"))
    data = Relationships(a, b, kind, int((folder / "count").read_text()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figures = TASKS[task](data, [(int(start), int(end)) for start, end in pairs])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return figures | {"extra MB": (peak - before) / 1024, "peak MB": peak / 1024}


def make(folder: Path, size: int, pairs: int) -> None:
    """Store the arrays of a size: made in another process, they do not count in the peak of a task."""
    data = relationships(size)
    for name, array in (("a", data.a), ("b", data.b), ("kind", data.kind), ("pairs", random_pairs(data, pairs))):
        np.save(folder / f"{name}.npy", array)
    (folder / "count").write_text(str(data.count))


def apart(task: str, folder: Path, size: int, pairs: int) -> dict[str, float]:
    """:func:`measure`, or :func:`make` of these arrays, in a process of its own."""
    command = [sys.executable, __file__, "--task", task, "--folder", str(folder)]
    command += ["--relationships", str(size), "--pairs", str(pairs)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--relationships", type=int, nargs="+", default=[1_500_000])
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--reference", type=int, default=300_000, help="relationships of the networkx graph")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task == "make":
        make(options.folder, options.relationships[0], options.pairs)
        print("{}")
    elif options.task:
        print(json.dumps(measure(options.task, options.folder)))
    else:
        compare(options.relationships, options.reference, options.pairs)


def compare(sizes: list[int], reference: int, pairs: int) -> None:
    """All tasks at all sizes, each in its process; the references at theirs."""
    tasks = {size: ["build", "path", "open_path", "ego", "risk", "pagerank"] for size in sizes}
    if importlib.util.find_spec("igraph"):
        tasks[sizes[0]].append("igraph_path")
    tasks[reference] = [*tasks.get(reference, ["open_path"]), "networkx_path"]
    for size, names in tasks.items():
        with tempfile.TemporaryDirectory() as name:
            apart("make", Path(name), size, pairs)
            for task in names:
                figures = apart(task, Path(name), size, pairs)
                shown = "  ".join(f"{key} {value:,.3f}" for key, value in figures.items())
                print(f"{task:<14} {size:>12,}  {shown}", flush=True)


if __name__ == "__main__":
    main()
