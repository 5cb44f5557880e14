"""The embedded engine of an installation: started on demand, shared by processes, stopped when unused.

Everything lies in ``HOME/engine`` (0700): ``password`` (0600), ``server.json`` (ports and process ids of the
running engine), ``server.out`` (its log), ``clients/`` (leases), ``databases/``.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from filelock import Timeout
from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from credit_graph.errors import StateError, StoreError
from credit_graph.settings import Settings
from credit_graph.store.catalogue import statement
from credit_graph.store.files import lock_file, private_folder, process_lives, write_whole
from credit_graph.store.java import package_folder
from credit_graph.store.lease import Lease, in_use, start_lock
from credit_graph.text import t

USER = "root"
FRESH = "_fresh"  # ends the name of a database that is about to replace another
START_SECONDS = 90.0
STOP_SECONDS = 40.0
ANSWER_SECONDS = 5.0  # another program on a port of ours may accept the connection and say nothing

# the supervisors that this process started; keeping them lets Python reap them
_supervisors: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A running embedded engine."""

    bolt: int
    http: int
    database: str
    java: int
    supervisor: int
    password: str = field(repr=False)

    @property
    def uri(self) -> str:
        """Its Bolt address."""
        return f"bolt://127.0.0.1:{self.bolt}"


def engine_folder(settings: Settings) -> Path:
    """``HOME/engine``, made if missing."""
    private_folder(settings.home)
    return private_folder(settings.home.resolve() / "engine")


def attach(settings: Settings) -> tuple[Endpoint, Lease]:
    """Start the engine or find the running one, and hold it until the lease is released.

    Raises ``StoreError`` ``store.no_engine`` or ``store.start_failed``.
    """
    package_folder()
    folder = engine_folder(settings)
    with _alone(folder):
        lease = Lease(folder)
        try:
            return _find(folder) or _start(settings, folder), lease
        except BaseException:
            lease.release()
            raise


def ensure(settings: Settings) -> Endpoint:
    """The running engine, started again if it died; for a process that holds a lease already."""
    folder = engine_folder(settings)
    with _alone(folder):
        return _find(folder) or _start(settings, folder)


def status(settings: Settings) -> Endpoint | None:
    """The running engine, or None; starts nothing."""
    folder = settings.home.resolve() / "engine"
    return _find(folder) if folder.is_dir() else None


def stop(settings: Settings) -> bool:
    """Stop the engine, used or not; False where none ran. No Java process is left."""
    folder = settings.home.resolve() / "engine"
    if not folder.is_dir():
        return False
    with _alone(folder):
        return _stop(folder)


def stop_if_unused(settings: Settings) -> bool:
    """Stop the engine unless another process holds a lease; whether it is stopped now."""
    folder = settings.home.resolve() / "engine"
    if not folder.is_dir():
        return True
    with _alone(folder):
        if in_use(folder, by_others=True):
            return False
        _stop(folder)
        return True


def swap(settings: Settings, database: str) -> None:
    """Stop the engine and put the fresh copy of a database in its place; whoever uses the engine finds it again."""
    folder = settings.home.resolve() / "engine"
    with _alone(folder):
        _stop(folder)
        (folder / "swap").touch(mode=0o600)  # from here on the copy counts, however often this is interrupted
        _finish_swap(folder, database)


def _finish_swap(folder: Path, database: str) -> None:
    """Under the start lock, with the engine stopped: finish what :func:`swap` began."""
    mark, fresh, old = folder / "swap", *(folder / "databases" / (database + end) for end in (FRESH, ""))
    if not mark.exists():
        shutil.rmtree(fresh, ignore_errors=True)  # of a rewrite that was killed before its end
        return
    if fresh.exists():
        shutil.rmtree(old, ignore_errors=True)
        fresh.rename(old)
    mark.unlink()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the start lock; another process may be starting or stopping the engine meanwhile."""
    try:
        with start_lock(folder).acquire(timeout=START_SECONDS + STOP_SECONDS):
            yield
    except Timeout:
        raise StateError("state.busy", what=folder) from None


def _find(folder: Path) -> Endpoint | None:
    """The engine that the state file names, if it answers to our password and is supervised."""
    endpoint = _read_state(folder)
    if endpoint is None or not _answers(endpoint):
        return None
    if not _supervised(folder):  # its supervisor was killed where the kernel does not end the child
        _end_process(endpoint.java)
        return None
    return endpoint


def _read_state(folder: Path) -> Endpoint | None:
    try:
        state = json.loads((folder / "server.json").read_bytes())
        return Endpoint(**state, password=(folder / "password").read_text())
    except (OSError, ValueError, TypeError):
        return None


def _answers(endpoint: Endpoint) -> bool:
    """Ready is when a statement runs: the port opens before the database exists."""
    try:
        with socket.create_connection(("127.0.0.1", endpoint.bolt), timeout=1):
            pass
        with (
            GraphDatabase.driver(
                endpoint.uri, auth=(USER, endpoint.password), connection_acquisition_timeout=ANSWER_SECONDS
            ) as driver,
            driver.session(database=endpoint.database) as session,
        ):
            session.run(statement("read/ping").text).consume()
    except (OSError, DriverError, Neo4jError):
        return False
    return True


def _supervised(folder: Path) -> bool:
    lock = lock_file(folder / "supervisor.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def _start(settings: Settings, folder: Path) -> Endpoint:
    """Start a supervisor, wait until the engine answers; twice, as its port may be taken meanwhile."""
    _stop(folder)  # one that runs but does not answer
    _finish_swap(folder, settings.database or "credit")
    _provide_password(folder)
    return _try_start(settings, folder) or _try_start(settings, folder) or _give_up(folder)


def _provide_password(folder: Path) -> None:
    path = folder / "password"
    if not path.exists():
        # the engine keeps its own hash of the old password: without it, it takes the new one
        (folder / "config" / "server-users.jsonl").unlink(missing_ok=True)
        write_whole(path, secrets.token_urlsafe(24).encode())


def _try_start(settings: Settings, folder: Path) -> Endpoint | None:
    log = folder / "server.out"
    if log.exists():
        log.replace(folder / "server.out.1")
    numbers = (int(settings.timeout_seconds * 1000), settings.idle_minutes * 60)
    arguments = [folder, settings.heap, *numbers, settings.database or "credit"]
    with log.open("wb") as output:
        log.chmod(0o600)
        supervisor = subprocess.Popen(
            [sys.executable, "-P", "-m", "credit_graph.store.supervisor", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _supervisors.append(supervisor)
    deadline = time.monotonic() + START_SECONDS
    while supervisor.poll() is None and time.monotonic() < deadline:
        endpoint = _read_state(folder)
        if endpoint and endpoint.supervisor == supervisor.pid and _answers(endpoint):
            return endpoint
        time.sleep(0.05)
    _stop(folder)
    return None


def _give_up(folder: Path) -> Endpoint:
    log = folder / "server.out"
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    why = next((line.strip() for line in reversed(lines) if line.strip()), t("没有输出", "it said nothing"))
    raise StoreError("store.start_failed", why=why[:300], log=log)


def _stop(folder: Path) -> bool:
    """Under the start lock: end supervisor and Java, wait until both are gone."""
    endpoint = _read_state(folder)
    if endpoint is None:
        return False
    if _supervised(folder) and process_lives(endpoint.supervisor):
        os.kill(endpoint.supervisor, signal.SIGTERM)
        with suppress(Timeout):
            lock_file(folder / "supervisor.lock").acquire(timeout=STOP_SECONDS).lock.release()
        _wait_for_end(endpoint.supervisor, seconds=5)
    elif _answers(endpoint):  # only then is the process id surely ours
        _end_process(endpoint.java)
    (folder / "server.json").unlink(missing_ok=True)
    for supervisor in _supervisors:
        supervisor.poll()
    return True


def _end_process(pid: int) -> None:
    for kind, seconds in ((signal.SIGTERM, STOP_SECONDS / 2), (signal.SIGKILL, STOP_SECONDS / 2)):
        with suppress(ProcessLookupError):
            os.kill(pid, kind)
        if _wait_for_end(pid, seconds):
            return


def _wait_for_end(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while process_lives(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
