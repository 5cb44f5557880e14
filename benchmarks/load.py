"""Claim: loading costs little more than writing. ``python benchmarks/load.py [--engine embedded|neo4j] [--firms N]``.

Loads a register of N firms end to end, then writes the very same prepared statements by the raw driver into the
emptied graph, and prints the ratio of the two times (1 would be free reading, checking and comparing), the peak
memory of this process, and how long the same file takes when nothing changed.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
import neo4j_server
from city import REGISTRATION, registration, write
from credit_graph.jobs.load import load
from credit_graph.settings import Settings
from credit_graph.store import Store, embedded
from credit_graph.store.catalogue import statement

Call = tuple[str, list[dict[str, Any]]]


@contextmanager
def graph(engine: str, folder: Path) -> Iterator[Store]:
    """An empty graph on the engine, gone afterwards."""
    with ExitStack() as stack:
        settings = Settings(home=folder / "home")
        if engine == "neo4j":
            server = stack.enter_context(neo4j_server.server(folder / "server"))
            password = SecretStr(server.password)
            settings = Settings(home=folder / "home", uri=server.uri, user=server.user, password=password)
        else:
            stack.callback(embedded.stop, settings)
        with Store.open(settings) as store:
            yield store


@contextmanager
def recorded(store: Store) -> Iterator[list[Call]]:
    """Every writing statement with rows that the store runs meanwhile, as text and parameters."""
    calls: list[Call] = []
    change = store.change

    def keep(name: str, /, labels: Any = None, **params: Any) -> list[dict[str, Any]]:
        if "rows" in params:
            calls.append((statement(name).render(labels or {}), [params]))
        return change(name, labels, **params)

    store.change = keep  # type: ignore[method-assign]
    try:
        yield calls
    finally:
        store.change = change  # type: ignore[method-assign]


def raw(store: Store, calls: list[Call]) -> float:
    """Seconds from the first send to the last commit, one managed transaction each."""
    began = time.perf_counter()
    with store.connection.driver.session(database=store.connection.database) as session:
        for text, (params,) in calls:
            session.execute_write(lambda tx, text=text, params=params: tx.run(text, params).consume())
    return time.perf_counter() - began


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--engine", choices=("embedded", "neo4j"), default="embedded")
    options.add_argument("--firms", type=int, default=30_000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name, graph(given.engine, Path(name)) as store:
        rows = (registration(i) for i in range(1, given.firms + 1))
        path = write(Path(name) / "register.csv", REGISTRATION, rows)
        with recorded(store) as calls:
            began = time.perf_counter()
            load(store, [path])
            whole = time.perf_counter() - began
        began = time.perf_counter()
        load(store, [path])
        again = time.perf_counter() - began
        store.clear()
        reference = raw(store, calls)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"engine {given.engine}, {given.firms} firms")
    print(f"load {whole:.1f} s, raw driver {reference:.1f} s, ratio {whole / reference:.2f}")
    print(f"nothing changed: {again:.1f} s, {whole / again:.1f} times faster; peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main()
