"""Engines for the tests: every test that takes ``store`` runs on the embedded engine and on a real Neo4j."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar

import hypothesis
import pytest

import neo4j_server
from credit_graph import settings as settings_module
from credit_graph import text
from credit_graph.settings import Settings
from credit_graph.store import Store, embedded

pytest_plugins = ["store_fixtures"]

ENGINES = ("embedded", "neo4j")
T = TypeVar("T")

# speed is measured, not tested; a first example may import or compile
hypothesis.settings.register_profile("plain", deadline=None)
hypothesis.settings.load_profile("plain")


def pytest_configure(config: pytest.Config) -> None:
    """Two processes on one server would empty each other's graph; engines that live for seconds start faster."""
    # half of an engine's start is the second compiler at work; set the variable (to nothing, say) to have it
    os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
    if os.environ.get("NEO4J_URI") and config.getoption("numprocesses", None):
        raise pytest.UsageError("NEO4J_URI names one server for all tests: run them in one process, pytest -n 0")


def pytest_collection_finish() -> None:
    """What is imported stays: to look through it for garbage again and again costs a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


class Engines:
    """The servers of this run, each started when a test first needs it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._environments: dict[str, dict[str, str]] = {}
        self._missing: str | None = None
        self.made: dict[str, tuple[str, Any]] = {}  # per engine the module whose graph it holds, and what made it

    def environment(self, engine: str) -> dict[str, str]:
        """The variables that point a process at the engine; skips (in CI: fails) where there is no Neo4j."""
        if engine == "neo4j" and self._missing:
            self._refuse(self._missing)
        if engine not in self._environments:
            self._environments[engine] = self._start(engine)
        return self._environments[engine]

    def _start(self, engine: str) -> dict[str, str]:
        home = self._folder / engine / "home"
        found = {"CREDIT_GRAPH_HOME": str(home), "CREDIT_GRAPH_LANG": "zh"}
        if engine == "neo4j":
            try:
                server = self._stack.enter_context(neo4j_server.server(self._folder / engine / "server"))
            except neo4j_server.Missing as missing:
                self._missing = str(missing)
                self._refuse(self._missing)
            found |= {
                "CREDIT_GRAPH_URI": server.uri,
                "CREDIT_GRAPH_USER": server.user,
                "CREDIT_GRAPH_PASSWORD": server.password,
            }
        else:
            self._stack.callback(embedded.stop, Settings(home=home))
        return found

    @staticmethod
    def _refuse(why: str) -> None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(why, pytrace=False)
        pytest.skip(why)


@pytest.fixture(autouse=True)
def _language(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that switches the language does not switch it for the next one."""
    monkeypatch.setattr(text, "_language", ContextVar("language", default=None))


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """All engines of the run; at its end none is left running."""
    with ExitStack() as stack:
        yield Engines(tmp_path_factory.mktemp("engines"), stack)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The engine under test; parametrise it indirectly to name one."""
    return str(request.param)


@pytest.fixture
def kept(engines: Engines, engine: str, request: pytest.FixtureRequest) -> bool:
    """Whether graph and HOME stay as they are: a test marked ``reads``, after another one of the module (``once``)."""
    reads = request.node.get_closest_marker("reads") is not None
    if reads and engine in engines.made and engines.made[engine][0] == request.node.nodeid.partition("::")[0]:
        return True
    engines.made.pop(engine, None)
    return False


@pytest.fixture
def once(engines: Engines, engine: str, kept: bool, request: pytest.FixtureRequest) -> Callable[[Callable[[], T]], T]:
    """``once(make)``: fills the graph by ``make()`` and returns what this returns; of one module's tests that are
    marked ``reads``, and change nothing, the first alone does so for each engine."""

    def made(make: Callable[[], T]) -> T:
        if kept:
            found: T = engines.made[engine][1]
            return found
        value = make()
        if request.node.get_closest_marker("reads"):
            engines.made[engine] = request.node.nodeid.partition("::")[0], value
        return value

    return made


@pytest.fixture
def env(engines: Engines, engine: str, kept: bool, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The environment that points a process (this one too) at the engine under test, with an empty HOME."""
    for name in list(os.environ):
        if name.startswith("CREDIT_GRAPH_"):
            monkeypatch.delenv(name)
    variables = engines.environment(engine)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    if not kept:
        _empty(Path(variables["CREDIT_GRAPH_HOME"]))
    settings_module.settings.cache_clear()
    yield {**os.environ}
    settings_module.settings.cache_clear()


@pytest.fixture
def settings(env: dict[str, str]) -> Settings:
    """The settings of the engine under test."""
    return settings_module.settings()


@pytest.fixture
def store(settings: Settings, kept: bool) -> Iterator[Store]:
    """An empty graph with its schema, on each engine in turn."""
    with Store.open(settings, pending=True) as opened:
        if not kept:
            opened.clear()
        yield opened


def _empty(home: Path) -> None:
    """A data directory as new; the running engine's own folder stays."""
    for path in home.glob("*"):
        if path.name == "engine":
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
