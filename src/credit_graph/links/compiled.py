"""Compiling array functions with numba; machine code is cached beside the source, or else in the user's cache.

The cache sees changes of the function's own file only, so a compiled function calls compiled ones of its file alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """The function compiled at its first call; where no folder can be written it is compiled in each process.

    Integers wrap around silently, so callers keep sums within int64.
    """
    try:
        made = njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba found no folder for its cache
        made = njit(nogil=True)(function)
    return cast("F", made)
