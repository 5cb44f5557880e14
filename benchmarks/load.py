"""Claims: loading costs little more than writing; a daily delivery is much faster; growth is linear; memory bounded.

``python benchmarks/load.py [--engine embedded|neo4j] [--firms N [N …]] [--keep FOLDER]``

Per size: a generated city of N firms is loaded end to end; the city again with 1 % of its rows changed (the daily
delivery); the same files once more; then the very statements of the first load are written into the emptied graph by
the raw driver, in a process of its own that uses nothing of the program (first send to last commit). Printed: the
ratios, the peak memory of the loading process, what the statements cost on the engine, and how long ``trace`` and the
API's ``enterprise`` take on the full city. With two sizes also the growth, 1.0 being linear.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import pickle
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
from pydantic import SecretStr

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
import daily

import neo4j_server
from credit_graph.demo.generate import TRUTH, generate
from credit_graph.jobs.load import load
from credit_graph.jobs.trace import trace
from credit_graph.server.app import create_app
from credit_graph.settings import Settings
from credit_graph.store import Store, embedded
from credit_graph.store.catalogue import statement

DAY = date(2026, 11, 23)
SAMPLE = 200  # firms asked for
ASK = "query($code: String!) { enterprise(code: $code) { code name state district address foundedOn formerNames } }"


@contextmanager
def graph(engine: str, folder: Path) -> Iterator[Store]:
    """An empty graph on the engine, gone afterwards."""
    with ExitStack() as stack:
        settings = Settings(home=folder / "home", heap="2g")
        if engine == "neo4j":
            server = stack.enter_context(neo4j_server.server(folder / "server", heap=2048, pages=1024))
            password = SecretStr(server.password)
            settings = Settings(home=folder / "home", uri=server.uri, user=server.user, password=password)
        else:
            stack.callback(embedded.stop, settings)
        with Store.open(settings) as store:
            yield store


@contextmanager
def recorded(store: Store, path: Path) -> Iterator[None]:
    """Keep every writing statement with rows that the store runs meanwhile, as text and parameters."""
    change = store.change
    with path.open("wb") as file:

        def keep(name: str, /, labels: Any = None, **params: Any) -> list[dict[str, Any]]:
            if "rows" in params:
                pickle.dump((statement(name).render(labels or {}), params), file, protocol=5)
            return change(name, labels, **params)

        store.change = keep  # type: ignore[method-assign]
        try:
            yield
        finally:
            store.change = change  # type: ignore[method-assign]


def raw(store: Store, calls: Path) -> float:
    """Seconds that the raw driver takes for the recorded statements."""
    connection, endpoint = store.connection, store.connection._endpoint
    user, secret = store.settings.user, store.settings.password
    password = secret.get_secret_value() if secret else endpoint.password if endpoint else ""
    given = json.dumps([connection.uri, embedded.USER if endpoint else user, password, connection.database, str(calls)])
    script = Path(__file__).with_name("raw_driver.py")
    answer = subprocess.run([sys.executable, str(script)], input=given, capture_output=True, text=True, check=True)
    return float(answer.stdout)


def timed(work: Any) -> tuple[float, Any]:
    """Seconds and result."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def answers(store: Store, city: Path) -> None:
    """Print how long a firm's facts take, in milliseconds."""
    firms = pq.read_table(city / TRUTH / "firms.parquet", filters=[("shown", "=", True)])["code"].to_pylist()
    codes = random.Random(1).sample(firms, SAMPLE + 20)
    asked: dict[str, Callable[[str], Any]] = {"trace": partial(trace, store), "enterprise": Asking(store).enterprise}
    for name, ask in asked.items():
        for code in codes[:20]:
            ask(code)
        seconds = sorted(timed(partial(ask, code))[0] * 1000 for code in codes[20:])
        high = seconds[int(len(seconds) * 0.95)]
        print(f"  {name}: median {statistics.median(seconds):.0f} ms, 95 % under {high:.0f} ms", flush=True)


class Asking:
    """The API in this process, asked as an analyst."""

    def __init__(self, store: Store) -> None:
        self._loop = asyncio.new_event_loop()
        transport = httpx.ASGITransport(create_app(store, "analyst"))
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")

    def enterprise(self, code: str) -> None:
        """One firm with its records."""
        body = {"query": ASK, "variables": {"code": code}}
        answer = self._loop.run_until_complete(self._client.post("/graphql", json=body)).json()
        assert answer["data"]["enterprise"], answer


def measure(engine: str, firms: int, folder: Path) -> tuple[float, int]:
    """Print the figures of one size; returns seconds and rows of the first load."""
    city, calls = folder / "city", folder / "calls.pickle"
    os.environ["CREDIT_GRAPH_TODAY"] = DAY.isoformat()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as apart:  # its memory is not that of loading
        apart.submit(generate, city, firms, seed=1, until=DAY).result()
    with graph(engine, folder) as store:
        with recorded(store, calls):
            whole, reports = timed(lambda: load(store, [city]))
        rows = sum(report["read"] for report in reports)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{engine}, {firms} firms, {rows} rows: {whole:.0f} s, {rows / whole:.0f} rows/s, peak {peak:.0f} MB",
            flush=True,
        )
        for name, metric in sorted(store.metrics.items(), key=lambda item: -item[1].seconds)[:8]:
            print(f"    {name}: {metric.seconds:.0f} s", flush=True)
        os.environ["CREDIT_GRAPH_TODAY"] = daily.DAY.isoformat()
        changed = daily.deliver(city, folder / "daily", share=0.01, seed=2)
        again, reports = timed(lambda: load(store, [folder / "daily"]))
        wrote = sum(report["changed"] + report["new"] + report["closed"] for report in reports)
        print(
            f"  daily delivery: {again:.0f} s, {whole / again:.1f} times faster; {changed} rows changed, {wrote} said"
        )
        same, _ = timed(lambda: load(store, [folder / "daily"]))
        print(f"  the same files again: {same:.1f} s", flush=True)
        answers(store, city)
        store.clear()
        reference = raw(store, calls)
        print(f"  raw driver: {reference:.0f} s; load costs {whole / reference:.2f} times that", flush=True)
    return whole, rows


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--engine", choices=("embedded", "neo4j"), default="embedded")
    options.add_argument("--firms", type=int, nargs="+", default=[30_000])
    given = options.parse_args()
    found = []
    for firms in given.firms:
        with tempfile.TemporaryDirectory(prefix="bench-load-") as name:
            found.append(measure(given.engine, firms, Path(name)))
    for (seconds, rows), (more_seconds, more_rows) in pairwise(found):
        print(f"growth: {(more_seconds / seconds) / (more_rows / rows):.2f} times linear")


if __name__ == "__main__":
    main()
