"""The embedded engine as a process: private, shared, stopped when unused, started again when it died."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import processes
from credit_graph.errors import StoreError
from credit_graph.settings import Settings
from credit_graph.store import Store, embedded
from credit_graph.store.faults import LOW_DISK_BYTES
from credit_graph.store.java import command

Spawn = Callable[..., subprocess.Popen[str]]
Define = Callable[[str, str], str]

USE = """
from credit_graph.store import Store, embedded
with Store.open() as store:
    print(embedded.status(store.settings).java, flush=True)
    input()
"""
PUT = "// purpose: x\n// parameters: rows list\n// returns: none\nUNWIND $rows AS row MERGE (:Record {sid: row.sid})"

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc, or needs PR_SET_PDEATHSIG")


def java(settings: Settings) -> int:
    endpoint = embedded.status(settings)
    assert endpoint is not None
    return endpoint.java


def user(spawn: Spawn) -> tuple[subprocess.Popen[str], int]:
    process = spawn(USE)
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def test_the_data_directory_is_private_and_no_secret_is_visible(own: Settings) -> None:
    with Store.open(own):
        engine = own.home / "engine"
        assert stat.S_IMODE(own.home.stat().st_mode) == 0o700
        open_to_others = [path for path in own.home.rglob("*") if path.lstat().st_mode & 0o077]
        assert open_to_others == []
        password = (engine / "password").read_text()
        assert len(password) >= 32
        listed = subprocess.run(["ps", "-axww", "-o", "command="], capture_output=True, text=True, check=True)
        assert str(engine) in listed.stdout
        assert password not in listed.stdout


@linux
def test_it_listens_on_loopback_only(own: Settings) -> None:
    with Store.open(own):
        endpoint = embedded.status(own)
        assert endpoint is not None
        found = {}
        for table in ("tcp", "tcp6"):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                address, state = line.split()[1], line.split()[3]
                if state == "0A":  # listening
                    found[int(address.split(":")[1], 16)] = address.split(":")[0]
        loopback = {"0100007F", "0000000000000000FFFF00000100007F"}
        assert found[endpoint.bolt] in loopback
        assert found[endpoint.http] in loopback


def test_processes_share_one_engine_and_the_last_one_stops_it(own: Settings, spawn: Spawn) -> None:
    with Store.open(own):
        mine = java(own)
        other, theirs = user(spawn)
        assert theirs == mine
    assert embedded.stop_if_unused(own) is False
    assert java(own) == mine
    other.kill()
    other.wait()
    assert embedded.stop_if_unused(own) is True
    assert processes.none_left(own.home)
    assert embedded.status(own) is None
    assert (embedded.stop_if_unused(own), embedded.stop(own)) == (True, False)


def test_several_first_starters_get_one_engine(own: Settings, spawn: Spawn) -> None:
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: user(spawn)[1], range(3)))
    assert len(set(found)) == 1
    assert found[0] == java(own)


def test_an_unused_engine_stops_by_itself_and_a_used_one_does_not(own: Settings) -> None:
    hasty = own.model_copy(update={"idle_minutes": 0.02})
    with Store.open(hasty) as store:
        first = java(own)
        time.sleep(3)
        assert java(own) == first
        assert store.read("read/ping") == [{"one": 1}]
    assert processes.none_left(own.home, seconds=20)
    with Store.open(hasty) as store:
        assert store.read("read/ping") == [{"one": 1}]
        assert java(own) != first


def test_a_killed_engine_is_started_again_by_the_next_call(own: Settings, define: Define) -> None:
    put = define("test/put", PUT)
    with Store.open(own) as store:
        for number in range(3):
            before = java(own)
            store.write(put, [{"sid": f"before {number}"}])
            os.kill(before, signal.SIGKILL)
            if number % 2:
                assert store.size() == number * 2 + 1
            store.write(put, [{"sid": f"after {number}"}])
            assert store.size() == number * 2 + 2
            assert java(own) != before


@linux
def test_java_does_not_outlive_its_supervisor(own: Settings) -> None:
    with Store.open(own) as store:
        endpoint = embedded.status(own)
        assert endpoint is not None
        os.kill(endpoint.supervisor, signal.SIGKILL)
        assert processes.none_left(own.home, seconds=15)
        assert store.read("read/ping") == [{"one": 1}]
        assert len(processes.of_home(own.home)) == 2


def test_a_stale_state_file_does_no_harm(own: Settings, define: Define) -> None:
    put = define("test/put", PUT)
    with Store.open(own) as store:
        store.write(put, [{"sid": "a"}])
    state = own.home / "engine" / "server.json"
    old = state.read_text()
    embedded.stop(own)
    assert not state.exists()
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        stale = f'{{"bolt": {port}, "http": {port}, "database": "credit", "java": 1, "supervisor": 1}}'
        for text in (old, stale, "{"):
            state.write_text(text)
            with Store.open(own) as store:
                assert store.size() == 1
                assert len(processes.of_home(own.home)) == 2
            embedded.stop(own)


def test_a_lost_password_is_replaced(own: Settings, define: Define) -> None:
    put = define("test/put", PUT)
    with Store.open(own) as store:
        store.write(put, [{"sid": "a"}])
    embedded.stop(own)
    (own.home / "engine" / "password").unlink()
    with Store.open(own) as store:
        assert store.size() == 1


def test_removing_the_data_directory_ends_the_engine(own: Settings) -> None:
    Store.open(own).close()
    assert len(processes.of_home(own.home)) == 2
    shutil.rmtree(own.home, ignore_errors=True)
    assert processes.none_left(own.home, seconds=20)
    assert not own.home.exists()


def test_a_wrong_heap_is_said_and_leaves_nothing(own: Settings) -> None:
    with pytest.raises(StoreError) as caught:
        Store.open(own.model_copy(update={"heap": "much"}))
    assert (caught.value.code, caught.value.exit_status) == ("store.start_failed", 5)
    assert "server.out" in str(caught.value)
    log = own.home / "engine" / "server.out"
    assert "Invalid maximum heap size: -Xmxmuch" in log.read_text()
    assert processes.none_left(own.home, seconds=2)


def test_without_the_package_the_error_says_what_to_do(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(StoreError) as caught:
        Store.open(own)
    assert caught.value.code == "store.no_engine"
    assert "CREDIT_GRAPH_URI" in str(caught.value)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 120 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=120m", "tmpfs", str(folder)]
    if not sys.platform.startswith("linux") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs root on Linux")
    yield folder
    for _ in range(50):
        if subprocess.run(["umount", str(folder)], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    pytest.fail("the small file system is still busy")


def test_a_full_disk_stops_writing_with_a_clear_error(own: Settings, small_disk: Path, define: Define) -> None:
    put = define("test/put", PUT)
    settings = own.model_copy(update={"home": small_disk / "home"})
    try:
        with Store.open(settings) as store:
            store.write(put, [{"sid": str(number)} for number in range(100)])
            filler = small_disk / "filler"
            free = shutil.disk_usage(small_disk).free
            filler.write_bytes(bytes(free - LOW_DISK_BYTES // 2))
            with pytest.raises(StoreError) as caught:
                store.write(put, [{"sid": f"more {number}"} for number in range(100)])
            assert (caught.value.code, caught.value.exit_status) == ("store.disk_full", 5)
            assert store.size() == 100
            filler.unlink()
            assert store.write(put, [{"sid": f"more {number}"} for number in range(100)]) == 100
            assert store.size() == 200
    finally:
        embedded.stop(settings)
    assert processes.none_left(settings.home, seconds=5)


@pytest.mark.parametrize(("heap", "pages"), [("1g", 512), ("2G", 1024), ("512m", 256), ("much", 512)])
def test_half_of_the_heap_is_for_pages(own: Settings, heap: str, pages: int) -> None:
    line = command(own.home, heap=heap, timeout_ms=1000, database="credit", bolt=1, http=2)
    assert (f"-Darcadedb.maxPageRAM={pages}" in line, f"-Xmx{heap}" in line) == (True, True)
