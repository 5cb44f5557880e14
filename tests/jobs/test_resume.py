"""A load that is watched, doubled or killed: readers see none of it, and in the end it is as if undisturbed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from city import LISTING, REGISTRATION, credit_code, listing, registration, write
from credit_graph.jobs import batches
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.store import Store
from credit_graph.store.snapshot import snapshot


@pytest.fixture(autouse=True)
def _today(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    env["CREDIT_GRAPH_TODAY"] = "2026-11-23"
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")


def _addresses(store: Store, seq: int) -> set[str]:
    """The first firm's address, as a reader who pinned the seq sees it."""
    rows = [row["record"] for row in store.read("read/statements_of", eid=credit_code(1))]
    day = date(2026, 11, 23)
    return {
        r["address"] for r in rows if r["known_from"] <= seq < r["known_to"] and r["valid_from"] <= day < r["valid_to"]
    }


LOADER = [sys.executable, "-m", "credit_graph.cli", "load", "--as-of", "2026-02-01", "--json"]


def _files(folder: Path) -> list[str]:
    folder.mkdir()
    rows = [registration(i) for i in range(1, 451)]
    first = write(folder / "1.csv", REGISTRATION, rows[:300])
    second = write(folder / "2.csv", LISTING, [listing(i, "2022-03-01") for i in range(1, 120)])
    changed = [row | {"addr": "新路"} for row in rows[:150]]
    third = write(folder / "3.csv", REGISTRATION, [*changed, *rows[150:290], *rows[300:]])
    return [str(first), str(second), str(third)]


def test_a_query_during_a_load_sees_none_of_it(store: Store, tmp_path: Path, env: dict[str, str]) -> None:
    first = write(tmp_path / "a.csv", REGISTRATION, [registration(1, addr="旧路1号")])
    load(store, [first], LoadOptions(as_of=date(2026, 1, 1)))
    seq = batches.last_seq(store)
    files = _files(tmp_path / "city")
    process = subprocess.Popen([*LOADER, files[0]], env=env, stdout=subprocess.DEVNULL)
    seen = set()
    while process.poll() is None:
        if batches.last_seq(store) == seq:
            seen.add(frozenset(_addresses(store, seq)))
        time.sleep(0.02)
    assert process.returncode == 0
    assert seen == {frozenset({"旧路1号"})}
    assert _addresses(store, seq) == {"旧路1号"}
    assert _addresses(store, seq + 1) == {"浙江省宁波市北仑区新碶街道1号"}


def test_two_processes_with_the_same_file(store: Store, tmp_path: Path, env: dict[str, str]) -> None:
    files = _files(tmp_path / "city")
    both = [subprocess.Popen([*LOADER, files[0]], env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(text.count('"new": 300') for text in outputs) == [0, 1]
    assert sorted(text.count('"unchanged": 300') for text in outputs) == [0, 1]
    assert batches.last_seq(store) == 2


def kill_and_resume(store: Store, tmp_path: Path, env: dict[str, str], rounds: int) -> None:
    """Kill a load at a random moment, run the same command again: equal to an undisturbed load."""
    files = _files(tmp_path / "city")
    env = env | {"CREDIT_GRAPH_BATCH_SIZE": "20"}  # many transactions to be killed in
    started = time.monotonic()
    subprocess.run([*LOADER, *files], env=env, check=True, stdout=subprocess.DEVNULL)
    whole = time.monotonic() - started
    undisturbed = snapshot(store)
    chance = random.Random(1)
    for _ in range(rounds):
        store.clear()
        for attempt in range(20):
            process = subprocess.Popen([*LOADER, *files], env=env, stdout=subprocess.DEVNULL)
            try:
                process.wait(timeout=whole * chance.uniform(0.3, 0.95) if attempt == 0 else 120)
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
                if batches.last_seq(store) == len(files) and not store.read("read/delivery")[0]["delivery"]:
                    break  # killed on its way out, with everything done: there is nothing to resume
                continue
            assert process.returncode == 0
            break
        assert snapshot(store) == undisturbed


def test_kill_and_resume(store: Store, tmp_path: Path, env: dict[str, str]) -> None:
    kill_and_resume(store, tmp_path, env, rounds=3)


@pytest.mark.slow
def test_kill_and_resume_many_times(store: Store, tmp_path: Path, env: dict[str, str]) -> None:
    kill_and_resume(store, tmp_path, env, rounds=20)
