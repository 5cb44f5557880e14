"""Claim: who controls, owns and reaches whom is worked out for a whole city in tenths of a second, a province in
seconds. ``python benchmarks/links.py [--relationships N [N …]]``; no engine is used.

Makes arrays as a register has them (see ``make``), then runs each task by this program and by the references of the
same run, each in a process of its own: median time and processor time without compiling, and peak memory over the
loaded arrays. networkx and plain Python run at the small size only; igraph is measured where it is installed.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from paths import TASKS as PATH_TASKS

CAPITAL = 1_000_000  # votes of each company: percentages with four decimals
GOALS = {  # seconds at 1.5 and at 25 million relationships, 2 cores
    "control": (0.1, 2.0),
    "owners": (0.3, 6.0),
    "components": (0.15, 4.0),
    "path": (0.0001, None),
}
LARGE_PEAK = 2500  # MB
SMALL_ONLY = {"networkx", "python"}

Arrays = dict[str, np.ndarray[Any, Any]]
Run = Callable[[], Any]


def make(relationships: int, seed: int = 1) -> Arrays:
    """Companies 0 .. n-1, then persons, addresses and phones; ``holder``, ``company``, ``votes``; ``a``, ``b`` of all.

    42 % of the companies have one holder, 37 % two, 10 % three, the rest up to 50; 84 % have a majority holder; 6 % of
    the holders are companies, most of them next to the company; a few hold back or in rings of three.
    """
    random = np.random.default_rng(seed)
    companies = relationships // 5
    persons = int(1.05 * companies)
    kind = random.random(companies)
    tail = np.minimum(3 + random.geometric(0.33, companies), 50)
    counts = np.select([kind < 0.42, kind < 0.79, kind < 0.89], [1, 2, 3], tail)
    company = np.repeat(np.arange(companies, dtype=np.int32), counts)
    first = np.r_[0, np.cumsum(counts)[:-1]]
    rows = len(company)
    # persons live near their company; one in ten holders is drawn from a long tail of popular ones
    place = np.arange(rows) - first[company]
    holder = np.minimum(company * 1.05 + place + random.integers(0, 2, companies)[company], persons - 1).astype(
        np.int64
    )
    popular = random.random(rows) < 0.1
    holder[popular] = (persons * random.random(int(popular.sum())) ** 4).astype(np.int64)
    holder += companies
    firms = (random.random(rows) < 0.06) & (company > 50)
    near = company - 1 - random.integers(0, 50, rows)
    far = (company * random.random(rows) ** 3).astype(np.int64)
    holder = np.where(firms, np.where(random.random(rows) < 0.8, near, far), holder)
    votes = _votes(random, counts, first, company)
    holder, company, votes = _rings(random, companies, holder.astype(np.int32), company, votes)
    _, only = np.unique(company.astype(np.int64) * (companies + persons) + holder, return_index=True)
    holder, company, votes = holder[only], company[only], votes[only]
    votes[random.random(len(votes)) < 0.02] = -1
    rest = relationships - len(holder)
    a = random.integers(0, companies, rest).astype(np.int32)
    kinds = random.random(rest)
    start = companies + persons
    addresses = start + np.minimum(a * 0.22 + random.integers(0, 3, rest), 0.22 * companies - 1)
    phones = start + int(0.22 * companies) + np.minimum(a * 0.25 + random.integers(0, 3, rest), 0.25 * companies - 1)
    officers = companies + np.minimum(a * 1.05 + random.integers(0, 6, rest), persons - 1)
    b = np.select([kinds < 0.35, kinds < 0.7], [addresses, phones], officers).astype(np.int32)
    capital = np.full(int(2.52 * companies), -1, np.int64)
    capital[:companies] = CAPITAL
    return {
        "holder": holder, "company": company, "votes": votes, "capital": capital,
        "a": np.concatenate([holder, a]), "b": np.concatenate([company, b]),
    }  # fmt: skip


def _votes(random: np.random.Generator, counts: Any, first: Any, company: Any) -> Any:
    """Parts of the capital that add up to it; the first holder often has most, one in ten pairs holds half and half."""
    weight = random.exponential(size=len(company))
    strong = random.random(len(counts)) < np.select([counts == 2, counts == 3], [0.75, 0.5], 0.3)
    weight[first[strong]] *= 12
    total = np.add.reduceat(weight, first)
    votes = (weight / total[company] * CAPITAL).astype(np.int64)
    half = (counts == 2) & (random.random(len(counts)) < 0.1)
    votes[first[half]] = votes[first[half] + 1] = CAPITAL // 2
    votes[first] += CAPITAL - np.add.reduceat(votes, first)
    return votes


def _rings(random: np.random.Generator, companies: int, holder: Any, company: Any, votes: Any) -> Any:
    """Holdings back: of a company in its holder, or round three companies; the others' votes are cut to make room."""
    inner = np.flatnonzero(holder < companies)
    chosen = random.choice(inner, max(1, len(inner) // 700), replace=False)
    back, third = holder[chosen], random.integers(0, companies, len(chosen)).astype(np.int32)
    direct = random.random(len(chosen)) < 0.5
    source = np.concatenate([company[chosen], third[~direct]])
    target = np.concatenate([np.where(direct, back, third), back[~direct]])
    apart = source != target
    cut = np.isin(company, target)
    votes[cut] = votes[cut] // 2
    more = np.full(int(apart.sum()), CAPITAL // 20)
    return np.r_[holder, source[apart]], np.r_[company, target[apart]], np.r_[votes, more]


# tasks: each takes the arrays, prepares what is not counted, and returns what is measured


def index_ours(data: Arrays) -> Run:
    from credit_graph.links.stakes import stakes  # noqa: PLC0415

    return lambda: stakes(len(data["capital"]), data["holder"], data["company"], data["votes"], data["capital"])


def control_ours(data: Arrays) -> Run:
    from credit_graph.links.forest import control_forest  # noqa: PLC0415

    holdings = index_ours(data)()
    return lambda: int((control_forest(holdings).parent >= 0).sum())


def control_python(data: Arrays) -> Run:
    """The worklist for each controller by dictionaries."""
    out: dict[int, list[tuple[int, int]]] = {}
    for h, y, v in zip(*(data[name].tolist() for name in ("holder", "company", "votes")), strict=True):
        out.setdefault(h, []).append((y, v))

    def closure(x: int) -> set[int]:
        votes: dict[int, int] = {}
        inside, waiting = {x}, [x]
        while waiting:
            for y, v in out.get(waiting.pop(), ()):
                votes[y] = votes.get(y, 0) + v
                if y not in inside and 2 * votes[y] > CAPITAL:
                    inside.add(y)
                    waiting.append(y)
        return inside - {x}

    return lambda: sum(len(closure(x)) for x, rows in out.items() if any(2 * v > CAPITAL for _, v in rows))


def owners_ours(data: Arrays) -> Run:
    from credit_graph.links.ownership import owners  # noqa: PLC0415

    holdings = index_ours(data)()
    person = data["capital"] < 0
    return lambda: len(owners(holdings, Fraction(1, 4), owner_is=person).company)


def owners_scipy(data: Arrays) -> Run:
    """Powers of the matrix of shares, persons' rows only, entries under a millionth dropped."""
    from scipy.sparse import csr_array  # noqa: PLC0415

    n = len(data["capital"])
    known = data["votes"] > 0
    share = data["votes"][known] / CAPITAL
    w = csr_array((share, (data["holder"][known], data["company"][known])), shape=(n, n))
    companies = int((data["capital"] > 0).sum())
    inner = w[:companies, :companies]

    def series() -> int:
        total = power = w[companies:, :companies]
        for _ in range(60):
            power = power @ inner
            power.data[power.data < 1e-6] = 0
            power.eliminate_zeros()
            if not power.nnz:
                break
            total = total + power
        return int((total.data >= 0.25).sum())

    return series


def components_ours(data: Arrays) -> Run:
    from credit_graph.links.groups import components  # noqa: PLC0415

    n = len(data["capital"])
    return lambda: len(np.unique(components(n, data["a"], data["b"])))


def rings_ours(data: Arrays) -> Run:
    from credit_graph.links.rings import rings  # noqa: PLC0415

    holdings = index_ours(data)()
    return lambda: len(np.unique(rings(holdings).ring)) - 1


def _scipy(data: Arrays, a: Any, b: Any, connection: str) -> Run:
    from scipy.sparse import csr_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    n = len(data["capital"])
    graph = csr_array((np.ones(len(a), np.int8), (a, b)), shape=(n, n))

    def count() -> int:
        found, label = connected_components(graph, connection=connection)
        return int((np.bincount(label) > 1).sum()) if connection == "strong" else int(found)

    return count


def components_scipy(data: Arrays) -> Run:
    return _scipy(data, data["a"], data["b"], "weak")


def rings_scipy(data: Arrays) -> Run:
    return _scipy(data, data["holder"], data["company"], "strong")


def _igraph(data: Arrays, a: Any, b: Any, mode: str) -> Run:
    from igraph import Graph  # noqa: PLC0415

    graph = Graph(len(data["capital"]), np.c_[a, b].tolist(), directed=True)
    least = 1 if mode == "weak" else 2
    return lambda: sum(size >= least for size in graph.connected_components(mode=mode).sizes())


def components_igraph(data: Arrays) -> Run:
    return _igraph(data, data["a"], data["b"], "weak")


def rings_igraph(data: Arrays) -> Run:
    return _igraph(data, data["holder"], data["company"], "strong")


def _networkx(data: Arrays, a: Any, b: Any, how: str) -> Run:
    import networkx as nx  # noqa: PLC0415

    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(data["capital"])))
    graph.add_edges_from(zip(a.tolist(), b.tolist(), strict=True))
    if how == "strong":
        return lambda: sum(len(part) > 1 for part in nx.strongly_connected_components(graph))
    return lambda: nx.number_weakly_connected_components(graph)


def components_networkx(data: Arrays) -> Run:
    return _networkx(data, data["a"], data["b"], "weak")


def rings_networkx(data: Arrays) -> Run:
    return _networkx(data, data["holder"], data["company"], "strong")


PAIRS, HUB, HOPS = 1000, 200, 8


def _pairs(data: Arrays) -> list[tuple[int, int]]:
    """Random pairs of companies."""
    drawn = np.random.default_rng(7).integers(0, int((data["capital"] > 0).sum()), (PAIRS, 2))
    return [(int(a), int(b)) for a, b in drawn if a != b]


def _median_of(search: Callable[[int, int], Any], asked: list[tuple[int, int]]) -> Run:
    def run() -> float:
        times = []
        for a, b in asked:
            began = time.perf_counter()
            search(a, b)
            times.append(time.perf_counter() - began)
        return statistics.median(times)

    return run


def path_ours(data: Arrays) -> Run:
    """Median over pairs of companies, at most eight hops, entities with over 200 links not walked through."""
    from credit_graph.links.neighbours import neighbours  # noqa: PLC0415
    from credit_graph.links.search import PathSearch  # noqa: PLC0415

    graph = neighbours(data["a"], data["b"], len(data["capital"]))
    search = PathSearch(graph, closed=np.diff(graph.indptr) > HUB)
    return _median_of(lambda a, b: search.shortest(a, b, HOPS), _pairs(data))


def path_igraph(data: Arrays) -> Run:
    from igraph import Graph  # noqa: PLC0415

    graph = Graph(len(data["capital"]), np.c_[data["a"], data["b"]].tolist())
    return _median_of(graph.get_shortest_path, _pairs(data)[:20])


def path_networkx(data: Arrays) -> Run:
    import networkx as nx  # noqa: PLC0415

    graph = nx.Graph(zip(data["a"].tolist(), data["b"].tolist(), strict=True))
    apart = [(a, b) for a, b in _pairs(data) if a in graph and b in graph and nx.has_path(graph, a, b)]
    return _median_of(lambda a, b: nx.bidirectional_shortest_path(graph, a, b), apart[:50])


TASKS: dict[str, dict[str, Callable[[Arrays], Run]]] = {
    "index": {"ours": index_ours},
    "control": {"ours": control_ours, "python": control_python},
    "owners": {"ours": owners_ours, "scipy": owners_scipy},
    "components": {
        "ours": components_ours,
        "scipy": components_scipy,
        "igraph": components_igraph,
        "networkx": components_networkx,
    },
    "path": {"ours": path_ours, "igraph": path_igraph, "networkx": path_networkx},
    "rings": {"ours": rings_ours, "scipy": rings_scipy, "igraph": rings_igraph, "networkx": rings_networkx},
    **PATH_TASKS,
}


def measure(task: str, engine: str, path: str, runs: int) -> dict[str, Any]:
    """In a process of its own: seconds of each run after one on a small sample, which loads what is compiled."""
    with np.load(path) as stored:
        data = {name: stored[name] for name in stored}
    prepare = TASKS[task][engine]
    if engine == "ours":
        prepare(make(2000))()
    before = _peak()
    began = time.perf_counter()
    run = prepare(data)
    build = time.perf_counter() - began
    seconds, busy, result = [], [], None
    for _ in range(runs):
        began, used = time.perf_counter(), time.process_time()
        result = run()
        busy.append(time.process_time() - used)
        # a task may measure by itself: the median of many short ones
        seconds.append(result if isinstance(result, float) else time.perf_counter() - began)
    found = result if isinstance(result, int) else ""
    times = {"seconds": statistics.median(seconds), "cpu": statistics.median(busy), "build": build}
    return {**times, "peak": _peak() - before, "result": found}


def _peak() -> float:
    """MB at most so far."""
    divisor = 1024 if sys.platform != "darwin" else 1024**2
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / divisor


def report(size: int, only: set[str]) -> None:
    """Measure every task at one size and print the table."""
    large = size > 5_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "arrays.npz")
        np.savez(path, **make(size))
        print(f"{size:,} relationships")
        print(f"{'task':<12}{'by':<10}{'seconds':>10}{'cpu s':>8}{'build s':>9}{'extra MB':>10}  result")
        for task, engines in TASKS.items():
            for engine in engines if not only or task in only else ():
                if large and engine in SMALL_ONLY:
                    continue
                runs = "1" if engine in SMALL_ONLY else "3" if large else "5"
                command = [sys.executable, __file__, "--measure", task, engine, path, runs]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    print(f"{task:<12}{engine:<10}  {done.stderr.strip().splitlines()[-1][:80]}")
                    continue
                row = json.loads(done.stdout)
                goal = GOALS.get(task, (None, None))[large] if engine == "ours" else None
                note = f"  goal {goal} s" if goal else ""
                note += f", {LARGE_PEAK} MB" if goal and large else ""
                times = f"{row['seconds']:>10.6f}{row['cpu']:>8.3f}{row['build']:>9.2f}"
                print(f"{task:<12}{engine:<10}{times}{row['peak']:>10.0f}  {row['result']}{note}", flush=True)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--relationships", type=int, nargs="+", default=[1_500_000])
    options.add_argument("--only", nargs="+", default=[], choices=list(TASKS))
    options.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.measure:
        task, engine, path, runs = given.measure
        print(json.dumps(measure(task, engine, path, int(runs))))
        return
    for size in given.relationships:
        report(size, set(given.only))


if __name__ == "__main__":
    main()
