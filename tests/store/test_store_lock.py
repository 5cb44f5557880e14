"""The writer lock: one writer over threads, processes and machines."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable

import pytest

from credit_graph.errors import StateError
from credit_graph.settings import Settings
from credit_graph.store import Store
from credit_graph.store.lock import STALE_SECONDS, WriterLock

Spawn = Callable[..., subprocess.Popen[str]]
Define = Callable[[str, str], str]

HOLD = """
from credit_graph.store import Store
with Store.open() as store, store.writer("load in another process"):
    print("holding", flush=True)
    input()
print("released", flush=True)
"""
FORGE = """// purpose: The lock as another machine would have left it.
// parameters: owner string, host string, age integer
// returns: none
MERGE (l:Lock {name: 'writer'})
SET l.owner = $owner, l.host = $host, l.pid = 1, l.purpose = 'elsewhere', l.heartbeat = timestamp() - $age"""
PUT = "// purpose: x\n// parameters: sid string\n// returns: none\nMERGE (:Record {sid: $sid})"


def holder(spawn: Spawn) -> subprocess.Popen[str]:
    process = spawn(HOLD)
    assert process.stdout is not None
    assert process.stdout.readline() == "holding\n"
    return process


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_a_second_writer_waits_and_says_for_whom(store: Store, spawn: Spawn) -> None:
    other = holder(spawn)
    messages: list[str] = []
    timer = threading.Timer(1.5, tell, [other])
    timer.start()
    started = time.monotonic()
    with store.writer("second", messages.append):
        assert time.monotonic() - started > 1.4
        (lock,) = store.read("read/lock")
        assert (lock["purpose"], lock["pid"]) == ("second", os.getpid())
    assert len(messages) == 1
    assert "load in another process" in messages[0]
    assert f"pid {other.pid}" in messages[0]
    assert other.stdout is not None
    assert other.stdout.readline() == "released\n"
    assert store.read("read/lock")[0]["owner"] is None


def test_waiting_has_an_end(settings: Settings, store: Store, spawn: Spawn) -> None:
    other = holder(spawn)
    with Store.open(settings.model_copy(update={"lock_wait_seconds": 0.6})) as patient:
        with pytest.raises(StateError) as caught, patient.writer("second"):
            pytest.fail("the lock was given twice")
        assert (caught.value.code, caught.value.exit_status) == ("state.locked", 6)
        assert f"pid {other.pid}" in str(caught.value)
    assert store.read("read/lock")[0]["pid"] == other.pid


def test_the_lock_of_a_killed_process_is_taken_over_at_once(store: Store, spawn: Spawn) -> None:
    other = holder(spawn)
    other.kill()  # not waited for: a zombie is dead too
    time.sleep(0.2)
    messages: list[str] = []
    started = time.monotonic()
    with store.writer("second", messages.append):
        assert time.monotonic() - started < 5
    assert messages == []


def test_a_lock_from_elsewhere_is_taken_over_only_when_its_heartbeat_is_old(
    settings: Settings, store: Store, define: Define
) -> None:
    forge = define("test/forge", FORGE)
    with Store.open(settings.model_copy(update={"lock_wait_seconds": 0.1})) as other:
        store.write(forge, owner="x", host="another machine", age=int((STALE_SECONDS - 5) * 1000))
        with pytest.raises(StateError, match="elsewhere"), other.writer("second"):
            pytest.fail("a living lock was taken over")
        store.write(forge, owner="x", host="another machine", age=int((STALE_SECONDS + 5) * 1000))
        with other.writer("second"):
            assert store.read("read/lock")[0]["purpose"] == "second"


def test_inside_one_process_it_nests(settings: Settings, store: Store) -> None:
    with store.writer("outer") as outer, Store.open(settings) as second:
        with second.writer("inner") as inner:
            assert inner is outer
        assert store.read("read/lock")[0]["owner"] == outer.owner
        assert WriterLock.of(second) is outer
    assert store.read("read/lock")[0]["owner"] is None
    assert WriterLock.of(store) is None


def test_threads_of_one_process_take_turns(store: Store) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        with store.writer("thread"):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.05)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1, 1]


def test_it_is_released_after_an_error(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writer("x"):
        raise ZeroDivisionError
    assert store.read("read/lock")[0]["owner"] is None


def test_a_writer_that_lost_the_lock_writes_nothing(store: Store, define: Define) -> None:
    forge, put = define("test/forge", FORGE), define("test/put", PUT)
    with store.writer("sleeper"):
        store.write(put, sid="before")
        with Store.open(store.settings) as thief:
            lock = WriterLock.held.pop(next(iter(WriterLock.held)))
            thief.write(forge, owner="thief", host="another machine", age=0)
            WriterLock.held[f"{store.settings.uri or store.home}#{store.connection.database}"] = lock
        with pytest.raises(StateError) as caught:
            store.write(put, sid="after")
        assert caught.value.code == "state.lock_lost"
    assert store.size() == 1
    assert store.read("read/lock")[0]["owner"] == "thief"
    store.write(forge, owner="thief", host="another machine", age=3_600_000)


def test_the_heartbeat_goes_on(store: Store) -> None:
    with store.writer("long"):
        time.sleep(6)
        assert store.read("read/lock")[0]["age"] < 2500
