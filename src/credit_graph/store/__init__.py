"""The only room with a database driver: statements, transactions, migrations, the embedded engine."""

from credit_graph.store.graph import Store

__all__ = ["Store"]
