"""Helpers for the data directory: private folders, whole-file writes, portable locks, living processes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from filelock import FileLock


def private_folder(path: Path) -> Path:
    """The folder, made if missing, readable by its owner only (0700)."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)
    return path


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write a file so that it is either there whole, on disk, or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    handle = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def lock_file(path: Path) -> FileLock:
    """A lock between processes; the system frees it when its holder dies. Release from any thread."""
    return FileLock(path, mode=0o600, thread_local=False)


def process_lives(pid: int) -> bool:
    """Whether a process of this machine runs; one that ended but was not yet reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] not in {"Z", "X"}


def projection_folder(home: Path) -> Path:
    """Where projections are kept: a cache of the graph, also of names and phones."""
    return home / "projection"


def projection_lock(home: Path) -> FileLock:
    """The lock under which that cache is written and removed."""
    return lock_file(home / "projection.lock")


def nearby_folder(home: Path) -> Path:
    """Where grade runs leave who touches whom; it holds keys of persons."""
    return home / "nearby"


def forget_caches(home: Path) -> None:
    """Remove all that is kept of the graph beside it, but what says so of itself (run files, rows of batches)."""
    forget_projection(home)
    shutil.rmtree(nearby_folder(home), ignore_errors=True)


def forget_projection(home: Path) -> None:
    """Remove the cache; who is about to add to it finds it gone and leaves it so."""
    if projection_folder(home).exists():
        with projection_lock(home).acquire():
            shutil.rmtree(projection_folder(home), ignore_errors=True)
