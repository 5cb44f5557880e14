"""``serve``, ``key`` and ``schema`` as processes."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from commandline import CommandLine
from credit_graph.resources import root
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from server.city import A, Batch, registration

COMMAND = [sys.executable, "-m", "credit_graph.cli"]


def run(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], env=env, capture_output=True, text=True, check=False, timeout=60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(env: dict[str, str], store: Store, ends: signal.Signals, *options: str) -> Iterator[tuple[str, Path]]:
    """A server process over a graph with one firm: its address, and what it writes on standard error."""
    load_or_create(store.settings, store)
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    batch.commit()
    port, told = free_port(), store.home / "stderr"
    with told.open("wb") as stderr:
        process = subprocess.Popen([*COMMAND, "serve", "--port", str(port), *options], env=env, stderr=stderr)
        try:
            address = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                try:
                    httpx.get(f"{address}/health", timeout=5).raise_for_status()
                    break
                except httpx.HTTPError:
                    time.sleep(0.2)
            yield address, told
        finally:
            process.send_signal(ends)
            assert process.wait(20) in {0, 130, -ends}


@pytest.fixture
def server(env: dict[str, str], store: Store) -> Iterator[str]:
    """The address of a server's GraphQL."""
    with running(env, store, signal.SIGINT) as (address, _):
        yield f"{address}/graphql"


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_several_workers_count_together_and_end_on_sigterm(env: dict[str, str], store: Store) -> None:
    with running(env, store, signal.SIGTERM, "--workers", "2") as (address, told):
        for _ in range(8):
            with httpx.Client() as client:  # a connection each, so that both may answer
                found = client.get(f"{address}/graphql", params={"id": "data_version"}, timeout=20).json()
            assert found["data"]["meta"]["seq"] == 1
        figures = httpx.get(f"{address}/metrics", timeout=20).text
    counted = 'credit_graph_requests_total{operation="data_version",role="analyst",status="200"} 8.0'
    assert counted in figures
    lines = [json.loads(line) for line in told.read_text().splitlines() if line.startswith("{")]
    seen = [line for line in lines if line["operation"] == "data_version"]
    assert [(line["event"], line["role"], line["client"], line["status"]) for line in seen] == [
        ("request", "analyst", "local", 200)
    ] * 8


def test_serve_and_keys(env: dict[str, str], server: str) -> None:
    query = {"query": f'{{ enterprise(code: "{A}") {{ name }} }}'}
    expected: dict[str, Any] = {"data": {"enterprise": {"name": "庆阳天工建材有限公司"}}}
    expected["extensions"] = {"cost": {"requested": 1, "budget": 25_000}}
    assert httpx.post(server, json=query, timeout=20).json() == expected
    made = run(env, "key", "create", "--role", "department")
    assert made.returncode == 0, made.stderr
    key = made.stdout.strip()
    assert httpx.post(server, json=query, timeout=20).status_code == 401
    headers = {"Authorization": f"Bearer {key}"}
    assert httpx.post(server, json=query, headers=headers, timeout=20).json()["data"] == expected["data"]
    listed = json.loads(run(env, "key", "list", "--json").stdout)["keys"]
    assert [(row["role"], row["revoked"]) for row in listed] == [("department", None)]
    assert run(env, "key", "revoke", listed[0]["id"]).returncode == 0
    assert httpx.post(server, json=query, headers=headers, timeout=20).status_code == 401
    again = run(env, "key", "revoke", listed[0]["id"])
    assert (again.returncode, again.stderr.split()[0]) == (2, "usage.unknown_entity")


def test_refusals(store: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    command = CommandLine(monkeypatch, capfd)
    _, told = command.run("serve", "--host", "0.0.0.0", status=7)
    assert "access.remote_refused" in told
    _, told = command.run("key", "create", "--role", "emperor", status=2)
    assert told.split()[0] == "usage.bad_value"


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_schema_prints_the_contract(env: dict[str, str]) -> None:
    assert run(env, "schema").stdout == (root("api") / "schema.graphql").read_text(encoding="utf-8")
