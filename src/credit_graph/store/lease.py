"""Leases: who uses the embedded engine. A lease is a locked file, so a process that dies gives it back."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

from filelock import FileLock, Timeout

from credit_graph.store.files import lock_file, private_folder

_numbers = itertools.count(1)


def start_lock(folder: Path) -> FileLock:
    """The lock under which the engine is started, stopped, leased, and its leases are counted."""
    return lock_file(folder / "start.lock")


class Lease:
    """One use of the engine by this process; take it under :func:`start_lock`."""

    def __init__(self, folder: Path) -> None:
        self._path = private_folder(folder / "clients") / f"{os.getpid()}-{next(_numbers)}.lock"
        self._lock = lock_file(self._path)
        self._lock.acquire(timeout=5)

    def release(self) -> None:
        """Give the lease back; twice does no harm."""
        if self._lock.is_locked:
            self._path.unlink(missing_ok=True)
            self._lock.release()


def in_use(folder: Path, *, by_others: bool = False) -> bool:
    """Whether a process (``by_others``: another than this one) holds a lease. Call under the start lock."""
    return any(
        _held(path)
        for path in sorted((folder / "clients").glob("*.lock"))
        if not (by_others and path.name.startswith(f"{os.getpid()}-"))
    )


def _held(path: Path) -> bool:
    probe = lock_file(path)
    try:
        probe.acquire(timeout=0)
    except Timeout:
        return True
    path.unlink(missing_ok=True)
    probe.release()
    return False
