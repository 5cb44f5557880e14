"""Fixtures of the store's tests: an engine of one's own, statements of one's own, helper processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import processes
from credit_graph.settings import Settings
from credit_graph.store import catalogue, embedded, graph

Spawn = Callable[..., subprocess.Popen[str]]
Define = Callable[[str, str], str]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """An embedded engine that only this test uses; afterwards nothing of it is left running."""
    for name in list(os.environ):
        if name.startswith("CREDIT_GRAPH_"):
            monkeypatch.delenv(name)
    settings = Settings(home=tmp_path / "home")
    monkeypatch.setenv("CREDIT_GRAPH_HOME", str(settings.home))
    yield settings
    embedded.stop(settings)
    assert processes.none_left(settings.home, seconds=5)


@pytest.fixture
def define(monkeypatch: pytest.MonkeyPatch) -> Define:
    """Add a statement (name, source with header) to what the store can run."""
    added: dict[str, catalogue.Statement] = {}

    def find(name: str) -> catalogue.Statement:
        return added[name] if name in added else catalogue.statement(name)

    def add(name: str, source: str) -> str:
        added[name] = catalogue.parse(name, source)
        return name

    monkeypatch.setattr(graph, "statement", find)
    return add


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start a Python program in a process of its own, with pipes; it is killed at the end of the test."""
    with ExitStack() as stack:

        def start(code: str, *arguments: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-c", code, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ},
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield start
