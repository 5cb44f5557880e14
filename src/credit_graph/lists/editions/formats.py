"""All formats of one edition: tables and bulletin. Pure."""

from __future__ import annotations

from credit_graph.lists.editions.bulletin import bulletin_files
from credit_graph.lists.editions.edition import Edition
from credit_graph.lists.editions.tables import XLSX, table_files


def edition_files(edition: Edition) -> dict[str, bytes]:
    """``entries.*`` and ``bulletin.*``; the same edition gives the same bytes.

    Raises as :func:`table_files` and :func:`bulletin_files` do.
    """
    tables = table_files(edition)
    return {**tables, **bulletin_files(edition, {XLSX: tables[XLSX]})}
