"""Work on columns in threads: hashing, filtering and copying of large columns don't hold the interpreter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_THREADS = 2


def each(work: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """What the work gives for every item, in their order."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(work, items))
