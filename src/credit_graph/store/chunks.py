"""Many values, as many at a time as one statement takes well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
PER_STATEMENT = 5000


def chunks(items: Iterable[T], size: int = PER_STATEMENT) -> Iterator[list[T]]:
    """The items in their order, in lists of ``size``; the last may be shorter."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
