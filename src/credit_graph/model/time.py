"""The two time axes and the point at which the graph is read.

Known: integer seq of committed batches, half open. Valid: legal days, half open. See docs/model.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

OPEN_SEQ = 2**63 - 1  # an open end in ``known``: the largest integer, never null
DAY_MIN = date(1, 1, 1)  # an open beginning in ``valid``
DAY_MAX = date(9999, 12, 31)  # an open end in ``valid``


@dataclass(frozen=True, slots=True)
class Point:
    """Where the graph is read: as known after batch ``seq``, as true on day ``valid``, used on day ``use``."""

    seq: int
    valid: date
    use: date


def covers(start: date, end: date, day: date) -> bool:
    """Whether the half-open interval [start, end) contains the day."""
    return start <= day < end
