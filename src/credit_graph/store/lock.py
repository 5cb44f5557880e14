"""The writer lock in the graph: one writer at a time, over processes and machines, with a heartbeat."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from credit_graph.errors import StateError, StoreError
from credit_graph.store.files import process_lives
from credit_graph.text import t

if TYPE_CHECKING:
    from credit_graph.store.graph import Store

BEAT_SECONDS = 5.0
STALE_SECONDS = 30.0
POLL_SECONDS = 0.5
ROTATION = frozenset({"rotate", "wipe", "migrate"})  # purposes that go on while a rotation of the secret is unfinished


class WriterLock:
    """The lock while this process holds it; ``owner`` is unique per holding."""

    held: ClassVar[dict[str, WriterLock]] = {}
    threads: ClassVar[defaultdict[str, threading.RLock]] = defaultdict(threading.RLock)

    def __init__(self, store: Store, purpose: str) -> None:
        self.store = store
        self.purpose = purpose
        self.host = host()
        self.owner = f"{self.host}:{os.getpid()}:{secrets.token_hex(8)}"
        self._end = threading.Event()
        self._beating = threading.Thread(target=self._beat, name="writer-lock", daemon=True)

    @classmethod
    def of(cls, store: Store) -> WriterLock | None:
        """The lock that this process holds on the store's graph, if any."""
        return cls.held.get(graph_of(store))

    def acquire(self, on_wait: Callable[[str], None] | None) -> None:
        """Wait for the lock; see :meth:`Store.writer`."""
        deadline = time.monotonic() + self.store.settings.lock_wait_seconds
        told = False
        while (other := self._try()) is not None:
            if on_wait and not told:
                told = True
                on_wait(t(f"图正由 {other} 写入，等待其结束……", f"{other} is writing to the graph; waiting…"))
            if time.monotonic() > deadline:
                raise StateError("state.locked", owner=other, seconds=f"{self.store.settings.lock_wait_seconds:g}")
            time.sleep(POLL_SECONDS)
        self._beating.start()

    def release(self) -> None:
        """Give it back; where the graph is gone it goes stale by itself."""
        self._end.set()
        self._beating.join()
        with suppress(StoreError):
            self.store.change("write/lock_release", owner=self.owner)

    def _try(self) -> str | None:
        """None when we have it, else who has it. Asks first, so that waiting writes nothing."""
        rows = self.store.read("read/lock")
        dead = ""
        if rows and rows[0]["owner"] is not None and rows[0]["owner"] != self.owner:
            other = rows[0]
            if other["host"] == self.host and not process_lives(other["pid"]):
                dead = other["owner"]
            elif other["age"] <= STALE_SECONDS * 1000:
                return f"{other['purpose']} ({other['host']}, pid {other['pid']})"
        return None if self.take(dead) else t("另一进程", "another process")

    def take(self, dead: str = "") -> bool:
        """Write our name into the lock if it is free, stale or the dead owner's."""
        return bool(self.store.change("write/lock_acquire", **self.claim(dead)))

    def claim(self, dead: str = "") -> dict[str, Any]:
        """What ``write/lock_acquire`` needs to give the lock to us."""
        return {
            "owner": self.owner,
            "host": self.host,
            "pid": os.getpid(),
            "purpose": self.purpose,
            "stale_ms": int(STALE_SECONDS * 1000),
            "dead": dead,
        }

    def _beat(self) -> None:
        while not self._end.wait(BEAT_SECONDS):
            with suppress(StoreError):  # the next beat tries again; a lost lock shows at the next write
                self.store.change("write/lock_beat", owner=self.owner)


@contextmanager
def writer(store: Store, purpose: str, on_wait: Callable[[str], None] | None = None) -> Iterator[WriterLock]:
    """See :meth:`Store.writer`. Threads of one process wait for each other before the graph is asked."""
    graph = graph_of(store)
    wait = store.settings.lock_wait_seconds
    if not WriterLock.threads[graph].acquire(timeout=wait):
        raise StateError("state.locked", owner=WriterLock.held[graph].purpose, seconds=f"{wait:g}")
    try:
        if held := WriterLock.held.get(graph):
            yield held
            return
        lock = WriterLock(store, purpose)
        lock.acquire(on_wait)
        WriterLock.held[graph] = lock
        try:
            _refuse_rotating(store, purpose)
            yield lock
        finally:
            del WriterLock.held[graph]
            lock.release()
    finally:
        WriterLock.threads[graph].release()


def _refuse_rotating(store: Store, purpose: str) -> None:
    """Half of the keys are old and half are new: whoever wrote now would leave some of them behind for good."""
    if purpose not in ROTATION and store.read("read/rotation"):
        raise StateError("state.rotating")


def graph_of(store: Store) -> str:
    """Which graph a store speaks to, as one string; the embedded engine's port may change."""
    return f"{store.settings.uri or store.home}#{store.connection.database}"


def host() -> str:
    """This machine, and on Linux its process namespace: a process id means nothing outside of it."""
    try:
        return f"{socket.gethostname()}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return socket.gethostname()
