"""The only room with a database driver: statements, transactions, migrations, the embedded engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credit_graph.store.graph import Store

__all__ = ["Store"]


def __getattr__(name: str) -> Any:
    """Import the store when it is first asked for: the supervisor, which lives long, needs no driver."""
    if name == "Store":
        from credit_graph.store.graph import Store  # noqa: PLC0415

        return Store
    raise AttributeError(name)
