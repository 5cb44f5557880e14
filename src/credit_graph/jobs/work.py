"""Working folders of loads (``HOME/work``): they hold screened rows, and a killed process leaves its own behind."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import Timeout

from credit_graph.store.files import lock_file

_LOCK = "in-use.lock"
_YOUNG_SECONDS = 60.0  # a folder just made may not have its lock yet


@contextmanager
def work_folder(home: Path) -> Iterator[Path]:
    """A folder of one's own; it is removed at the end, and by :func:`remove_left_work` if the process is killed."""
    folder = home / "work"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="load-", dir=folder, ignore_cleanup_errors=True) as work,
        lock_file(Path(work) / _LOCK).acquire(),
    ):
        yield Path(work)


def remove_left_work(home: Path) -> None:
    """Remove the working folders that no living process uses."""
    for path in (home / "work").glob("*"):
        with suppress(FileNotFoundError, Timeout):
            if not (path / _LOCK).exists() and time.time() - path.stat().st_mtime < _YOUNG_SECONDS:
                continue
            with lock_file(path / _LOCK).acquire(timeout=0):
                shutil.rmtree(path, ignore_errors=True)
