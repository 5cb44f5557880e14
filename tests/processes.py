"""Which processes work on a data directory: what is left behind shows in their command lines."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path


def of_home(home: Path) -> list[int]:
    """Ids of the supervisors and Java processes whose command line names the directory."""
    listed = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    lines = [line.split(maxsplit=1) for line in listed.stdout.splitlines()]
    wanted = ("com.arcadedb.server.ArcadeDBServer", "credit_graph.store.supervisor")
    engine = str(home.resolve() / "engine")
    return [int(pid) for pid, command in lines if engine in command and any(name in command for name in wanted)]


def none_left(home: Path, seconds: float = 0) -> bool:
    """Whether no such process lives, at the latest after so many seconds."""
    deadline = time.monotonic() + seconds
    while left := of_home(home):
        if time.monotonic() >= deadline:
            print(f"left: {left}")
            return False
        time.sleep(0.1)
    return True
