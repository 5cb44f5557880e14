"""The parent of the embedded engine's Java process: starts it, stops it when nobody uses it, ends with it.

Run as ``python -m credit_graph.store.supervisor FOLDER HEAP TIMEOUT_MS IDLE_SECONDS DATABASE`` by
:mod:`credit_graph.store.embedded` only. Being a process of its own, it outlives the command that
started the engine, so several commands and the API share one engine.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from filelock import Timeout

from credit_graph.store.files import lock_file, write_whole
from credit_graph.store.java import command
from credit_graph.store.lease import in_use, start_lock

POLL_SECONDS = 0.25
STOP_SECONDS = 20.0


class Supervisor:
    """Watches one Java process."""

    def __init__(self, folder: Path, idle_seconds: float) -> None:
        self.folder = folder
        self.idle_seconds = idle_seconds
        self.state = folder / "server.json"
        self.stopping = False
        self._used = time.monotonic()

    def ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Signal handler: the watching loop ends at its next turn."""
        self.stopping = True

    def run(self, java: list[str], facts: dict[str, object]) -> int:
        """Start Java, publish the state file, watch until told to stop, idle, or Java or HOME is gone."""
        die = _die_with_parent()  # safe here, as this process has a single thread
        process = subprocess.Popen(java, stdin=subprocess.DEVNULL, preexec_fn=die)  # noqa: PLW1509
        state = {**facts, "supervisor": os.getpid(), "java": process.pid}
        write_whole(self.state, json.dumps(state).encode())
        while process.poll() is None and not self.stopping and self.state.exists():
            self._stop_if_idle(process)
            time.sleep(POLL_SECONDS)
        if process.poll() is None:
            self._stop(process)
        self.state.unlink(missing_ok=True)
        return 0

    def _stop_if_idle(self, process: subprocess.Popen[bytes]) -> None:
        """Stopping happens under the start lock, so no client can take a lease on an engine that is going."""
        lock = start_lock(self.folder)
        try:
            lock.acquire(timeout=0)
        except Timeout:  # somebody is starting, stopping or leasing: that is use
            self._used = time.monotonic()
            return
        try:
            if in_use(self.folder):
                self._used = time.monotonic()
            elif time.monotonic() - self._used > self.idle_seconds:
                self._stop(process)
                self.state.unlink(missing_ok=True)
        finally:
            lock.release()

    @staticmethod
    def _stop(process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _die_with_parent() -> Callable[[], None] | None:
    """On Linux the kernel ends Java when the supervisor is killed; elsewhere the next start does."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(1, signal.SIGTERM) and None  # 1 = PR_SET_PDEATHSIG


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(arguments: list[str]) -> int:
    """Entry point; returns 1 where another supervisor watches the same folder."""
    folder, heap, timeout_ms, idle_seconds, database = arguments
    os.umask(0o077)
    os.chdir(folder)  # keep no folder of the caller busy
    supervisor = Supervisor(Path(folder), float(idle_seconds))
    signal.signal(signal.SIGTERM, supervisor.ask_to_stop)
    signal.signal(signal.SIGINT, supervisor.ask_to_stop)
    bolt, http = _free_port(), _free_port()
    timeout = int(timeout_ms)
    java = command(Path(folder), heap=heap, timeout_ms=timeout, database=database, bolt=bolt, http=http)
    try:
        with lock_file(Path(folder) / "supervisor.lock").acquire(timeout=5):
            return supervisor.run(java, {"bolt": bolt, "http": http, "database": database})
    except Timeout:
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
