"""The only source of the present: days are legal days in Asia/Shanghai."""

from __future__ import annotations

import os
import time
from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def today() -> date:
    """Today's date in Shanghai; ``CREDIT_GRAPH_TODAY`` (ISO) replaces it for tests and the demo."""
    fixed = os.environ.get("CREDIT_GRAPH_TODAY")
    return date.fromisoformat(fixed) if fixed else datetime.now(SHANGHAI).date()


def now() -> datetime:
    """The machine's time in Shanghai, for the audit log; what day it is, legally, tells :func:`today`."""
    return datetime.now(SHANGHAI)


def now_ms() -> int:
    """Milliseconds since the epoch, for heartbeats and timings only, never for facts."""
    return time.time_ns() // 1_000_000
