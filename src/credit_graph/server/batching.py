"""One statement for all that a level of a query asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

V = TypeVar("V")


async def by_rest(keys: Sequence[tuple[Any, ...]], fetch: Callable[..., Awaitable[Mapping[Any, V]]]) -> list[V]:
    """Values in the order of the keys: one ``fetch(first parts, *rest)`` per group of keys with the same rest.

    Within one level of a query the rest (moment, arguments) is the same, so that it is one statement.
    """
    groups: dict[tuple[Any, ...], dict[Any, None]] = {}
    for key in keys:
        groups.setdefault(key[1:], {})[key[0]] = None
    fetched = {rest: await fetch(list(firsts), *rest) for rest, firsts in groups.items()}
    return [fetched[key[1:]][key[0]] for key in keys]
