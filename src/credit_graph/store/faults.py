"""From the driver's errors to ours: a stable code, a message that helps, and no value of any row."""

from __future__ import annotations

import shutil

from neo4j.exceptions import AuthError, CypherSyntaxError, DriverError, Neo4jError, ServiceUnavailable

from credit_graph.errors import StoreError
from credit_graph.settings import Settings

# with less room on the data directory's disk the embedded engine is given no more rows: on a full disk
# it hangs until the statement's timeout, and needs room itself to be stopped in good order
LOW_DISK_BYTES = 64 * 2**20

# servers report a full disk only in the text of the message
_FULL_DISK = ("no space left", "disk full", "out of disk", "not enough space")


def translate(error: Exception, statement: str, settings: Settings, uri: str) -> StoreError:
    """The error of the store for an error of the driver in the named statement."""
    code = (error.code or "") if isinstance(error, Neo4jError) else ""
    if isinstance(error, AuthError) or ".Security." in code:
        return StoreError("store.wrong_password", uri=uri)
    if disk_is_low(settings) or any(sign in str(error).lower() for sign in _FULL_DISK):
        return StoreError("store.disk_full")
    if "TimedOut" in code or code.endswith("Transaction.Terminated"):
        return StoreError("store.timeout", seconds=f"{settings.timeout_seconds:g}", statement=statement)
    if "OutOfMemory" in code:
        return StoreError("store.memory", statement=statement)
    if isinstance(error, ServiceUnavailable) or not isinstance(error, Neo4jError):
        return StoreError("store.unreachable", uri=uri, why=_reason(error))
    return StoreError("store.failed", statement=statement, why=_reason(error))


def disk_is_low(settings: Settings) -> bool:
    """Whether the embedded engine has too little room; a server looks after its own disk."""
    return settings.embedded and shutil.disk_usage(settings.home).free < LOW_DISK_BYTES


def _reason(error: Exception) -> str:
    """The code alone, as messages quote values; the text of a syntax error is our own file."""
    if isinstance(error, CypherSyntaxError):
        return " ".join(str(error).split())[:300]
    if isinstance(error, Neo4jError):
        return error.code or type(error).__name__
    if isinstance(error, DriverError | OSError | ValueError):
        return " ".join(str(error).split())[:200]
    return type(error).__name__
