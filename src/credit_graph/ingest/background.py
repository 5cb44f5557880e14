"""Work that goes on behind the one that reads: writing to the graph, and to files."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self


class Background:
    """Writes in order, in one thread, while the next rows are read and compared; a context manager.

    A failure is raised by a later ``submit`` or at the end; leaving by an exception drops what was not begun.
    """

    def __init__(self, depth: int = 4) -> None:
        self._depth = depth
        self._pending: deque[Future[object]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writing")

    def submit(self, work: Callable[[], object]) -> None:
        """Have it done; waits while ``depth`` works are pending, so that memory stays bounded."""
        while len(self._pending) >= self._depth:
            self._pending.popleft().result()
        self._pending.append(self._thread.submit(work))

    def wait(self) -> None:
        """Until all that was submitted is done."""
        while self._pending:
            self._pending.popleft().result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.wait()
        finally:
            self._thread.shutdown(wait=True, cancel_futures=True)
