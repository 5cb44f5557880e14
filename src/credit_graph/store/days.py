"""Days on the wire: a city's records hold millions of dates and some twenty thousand distinct days.

The driver converts each date anew, in Python, which is most of the time that sending a record takes; here each
distinct day is converted once, and read as ``datetime.date``. Where a driver version is built otherwise nothing is
changed and nothing fails: sending is only slower (``benchmarks/load.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from neo4j._codec.hydration.bolt.v1 import temporal

from credit_graph.store.values import plain

_DISTINCT = 1 << 16  # days of 180 years


def remember_days() -> None:
    """Convert each day once per process, in both directions; repeating it does nothing."""
    send: Any = getattr(temporal, "dehydrate_date", None)
    receive: Any = getattr(temporal, "hydrate_date", None)
    if send is not None and not hasattr(send, "cache_info"):
        temporal.dehydrate_date = lru_cache(maxsize=_DISTINCT)(send)
    if receive is not None and not hasattr(receive, "cache_info"):
        temporal.hydrate_date = lru_cache(maxsize=_DISTINCT)(_native(receive))


def _native(receive: Callable[[int], Any]) -> Callable[[int], Any]:
    return lambda days: plain(receive(days))
