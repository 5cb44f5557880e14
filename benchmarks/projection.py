"""Claims: a city's graph becomes columns in seconds; what is kept is there at once, and comes forward quickly.

``python benchmarks/projection.py [--firms N] [--home HOME]``

A generated city of N firms is loaded into an embedded engine; or, with ``--home``, a copy of a loaded HOME is taken,
which must be stopped. Each figure is taken in a process of its own, with its peak memory:

* cold: the relationships (offices, contributions, addresses, phones), against the raw driver that reads the very
  columns; then also what a grading run needs: the view of every firm, all names, the fields that its indicators read;
* cached: all of these views again; forward: the same after 1 % of the registrations, offices and contributions changed;
* the last two once more after each firm's registration was replaced ten times, against those before.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from credit_graph.demo.generate import generate
from credit_graph.grading.policy import grading_policy
from credit_graph.jobs import batches
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.load import load
from credit_graph.jobs.writing import close_statements, write_statements
from credit_graph.model.kinds import KINDS
from credit_graph.model.statement import Statement, content_hash
from credit_graph.model.time import Point
from credit_graph.projection import Projection, cache, project, relations
from credit_graph.projection.columns import SPINE, schema, subset
from credit_graph.projection.stamp import stamp
from credit_graph.projection.statements import read_statements
from credit_graph.projection.views import VIEWS
from credit_graph.settings import Settings
from credit_graph.store import Store, embedded
from credit_graph.store.catalogue import statement
from credit_graph.store.files import forget_projection

DAY = date(2026, 11, 23)
CHANGING = ("Registration", "Office", "Contribution")
CHUNK = 5000
RELATIONS = tuple(relations.TYPES)


def apart(work: Callable[..., dict[str, Any]], *given: Any) -> dict[str, Any]:
    """What the work tells, done in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def measured(home: Path, views: tuple[str, ...], fields: dict[str, set[str]], *, cold: bool) -> dict[str, Any]:
    """Seconds and peak memory (MB) for these views and these fields of kinds; how many rows they have."""
    with Store.open(settings(home)) as store:
        if cold:
            forget_projection(store.home)
        seq = store.read("read/last_seq")[0]["seq"]
        began = time.perf_counter()
        found: Projection = project(store, Point(seq, DAY, DAY), "grading")
        found.prepare(views, fields)
        rows = sum(len(getattr(found, name)) for name in views)
        statements = sum(len(found.history(kind, sorted(names))) for kind, names in fields.items())
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "rows": rows, "statements": statements, "peak": peak}


def raw(home: Path) -> float:
    """Seconds that the plain driver takes to read the rows of which the relationships are made, in a process of its
    own."""
    wanted: dict[str, list[str]] = {}
    for name in RELATIONS:
        for kind, names in relations.fields_of(name).items():
            wanted[kind] = [*wanted.get(kind, SPINE), *names]
    kinds = {kind: subset(kind, tuple(dict.fromkeys([*names, "key"]))) for kind, names in wanted.items()}
    calls: list[tuple[str, dict[str, Any]]] = []
    with Store.open(settings(home)) as store:
        stream = store.stream

        def keep(name: str, /, labels: Any = None, **params: Any) -> Any:
            calls.append((statement(name).render(labels or {}), params))
            return iter(())

        store.stream = keep  # type: ignore[method-assign]
        seq = store.read("read/last_seq")[0]["seq"]
        read_statements(store, seq, kinds)
        store.stream = stream  # type: ignore[method-assign]
        connection, endpoint = store.connection, store.connection._endpoint
        assert endpoint is not None
        given = {
            "uri": connection.uri,
            "auth": [embedded.USER, endpoint.password],
            "database": connection.database,
            "calls": calls,
        }
        script = Path(__file__).with_name("raw_reader.py")
        answer = subprocess.run(
            [sys.executable, str(script)], input=json.dumps(given), capture_output=True, text=True, check=True
        )
    return float(answer.stdout)


def settings(home: Path) -> Settings:
    """The embedded engine in that folder."""
    return Settings(home=home, heap="2g", idle_minutes=60, timeout_seconds=600)


def change(store: Store, share: float, seed: int, kinds: tuple[str, ...] = CHANGING) -> int:
    """Say a share of the open statements of the kinds otherwise, as one batch; returns how many."""
    seq = batches.last_seq(store)
    chance = random.Random(seed)
    found: list[str] = []
    for table in read_statements(store, seq, {kind: subset(kind, ("sid",)) for kind in kinds}).values():
        sids = table["sid"].to_pylist()
        found += chance.sample(sids, int(len(sids) * share))
    seq += 1
    batches.begin(store, f"benchmark-{seq}", seq, "benchmark", {"path": "benchmark"})
    for start in range(0, len(found), CHUNK):
        rows = store.read("read/grade_records", sids=found[start : start + CHUNK])
        old = [Statement.from_properties(row["record"]) for row in rows]
        write_statements(store, [otherwise(item, seq) for item in old])
        close_statements(store, old, seq)
    batches.commit(store, f"benchmark-{seq}", seq, {})
    return len(found)


def otherwise(item: Statement, seq: int) -> Statement:
    """The statement, said again with a change."""
    content = {**item.content, "tax_number": f"B{seq}"}
    return item.again(content=content, hash=content_hash(content), n=item.n + 1000 + seq, known_from=seq)


def settle(home: Path) -> None:
    """Bring the enterprises up to date, as a load does."""
    with Store.open(settings(home)) as store:
        refresh(store)
        assert stamp(store) is not None


def forward(home: Path, seed: int) -> dict[str, Any]:
    """Change 1 %, then bring the projection forward."""
    with Store.open(settings(home)) as store:
        changed = change(store, 0.01, seed)
    settle(home)
    return {**apart(_measure_views, home, False), "changed": changed}


def _measure_views(home: Path, cold: bool) -> dict[str, Any]:
    return measured(home, VIEWS, {}, cold=cold)


def _measure_relations(home: Path) -> dict[str, Any]:
    return measured(home, RELATIONS, {}, cold=True)


def _measure_indicators(home: Path) -> dict[str, Any]:
    policy, _ = grading_policy("general", DAY)
    fields: dict[str, set[str]] = defaultdict(set)
    for rule in (*policy.indicators, *policy.direct):
        item = rule.input
        kind = getattr(item, "kind", "Registration")
        if kind in KINDS:
            fields[kind] |= {"source", "key", "known_from", *_names(item.model_dump())} & {*schema(kind).names}
    found = measured(home, VIEWS, fields, cold=True)
    return {**found, "indicators": len(policy.indicators)}


def _names(value: Any) -> set[str]:
    """Every text within: among them are the fields that an input reads."""
    if isinstance(value, dict):
        return set().union(*map(_names, value.values()))
    if isinstance(value, list | tuple):
        return set().union(*map(_names, value))
    return {value} if isinstance(value, str) else set()


def told(name: str, found: dict[str, Any], more: str = "") -> None:
    """Print a figure."""
    print(f"{name}: {found['seconds']:.2f} s, peak {found['peak']:.0f} MB{more}", flush=True)


def bench(home: Path) -> None:
    """Print all figures."""
    os.environ["CREDIT_GRAPH_TODAY"] = DAY.isoformat()
    cache.SMALLEST = 0
    reference = raw(home)
    cold = apart(_measure_relations, home)
    told("cold", cold, f", {cold['rows']} relationships; {cold['seconds'] / reference:.2f} times the raw driver")
    print(f"  raw driver, the same rows: {reference:.2f} s", flush=True)
    wide = apart(_measure_indicators, home)
    told(
        f"cold, with views, names and the columns of {wide['indicators']} indicators",
        wide,
        f", {wide['statements']} statements; {wide['seconds'] / cold['seconds']:.2f} times the relationships alone",
    )
    cached = min((apart(_measure_views, home, False) for _ in range(3)), key=lambda found: found["seconds"])
    told("cached", cached, f"; {wide['seconds'] / cached['seconds']:.0f} times faster than cold")
    later = forward(home, 1)
    told(
        "forward",
        later,
        f", {later['changed']} statements changed; {wide['seconds'] / later['seconds']:.1f} times faster",
    )
    with Store.open(settings(home)) as store:
        for _ in range(10):
            change(store, 1.0, 0, ("Registration",))
    settle(home)
    apart(_measure_views, home, False)
    again = min((apart(_measure_views, home, False) for _ in range(3)), key=lambda found: found["seconds"])
    told(
        "cached, ten closed versions a firm",
        again,
        f"; {again['seconds'] / cached['seconds']:.2f} times the cached before",
    )
    more = forward(home, 2)
    told(
        "forward, ten closed versions a firm",
        more,
        f"; {more['seconds'] / later['seconds']:.2f} times the forward before",
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--firms", type=int, default=20_000)
    options.add_argument("--home", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-projection-") as name, ExitStack() as stack:
        folder = Path(name)
        home = folder / "home"
        stack.callback(embedded.stop, settings(home))
        if given.home:
            shutil.copytree(
                given.home, home, ignore=shutil.ignore_patterns("batches", "standing", "projection", "runs")
            )
        else:
            apart(load_city, folder / "city", home, given.firms)
        bench(home)


def load_city(city: Path, home: Path, firms: int) -> dict[str, Any]:
    """Load a generated city of so many firms into an embedded engine."""
    os.environ["CREDIT_GRAPH_TODAY"] = DAY.isoformat()
    generate(city, firms, seed=1, until=DAY)
    with Store.open(settings(home)) as store:
        load(store, [city])
    return {}


if __name__ == "__main__":
    main()
