"""All formats of one edition: tables and bulletin. Pure."""

from __future__ import annotations

from importlib import import_module

from credit_graph.lists.editions.edition import Edition
from credit_graph.lists.editions.tables import XLSX, table_files


def edition_files(edition: Edition) -> dict[str, bytes]:
    """``entries.*`` and ``bulletin.*``; the same edition gives the same bytes."""
    tables = table_files(edition)
    try:  # until bulletins are there
        bulletins = import_module("credit_graph.lists.editions.bulletin").bulletin_files
    except ImportError:
        return tables
    return {**tables, **bulletins(edition, {XLSX: tables[XLSX]})}
