"""Requests a minute of each client: token buckets (令牌桶) in the memory of this process."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from credit_graph.errors import AccessError


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Buckets:
    """A bucket for each client: ``rate`` requests at once when full, and filled by as many a minute.

    Several workers count each for itself, so a client may get as many times the rate.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}

    def take(self, client: str, rate: int) -> None:
        """Count one request. Raises ``AccessError("access.too_many")`` with ``seconds`` until the next may come."""
        with self._lock:
            now = self._now()
            bucket = self._buckets.setdefault(client, _Bucket(rate, now))
            bucket.left = min(rate, bucket.left + (now - bucket.at) * rate / 60)
            bucket.at = now
            if bucket.left < 1:
                seconds = math.ceil((1 - bucket.left) * 60 / rate)
                raise AccessError("access.too_many", rate=rate, seconds=seconds)
            bucket.left -= 1
