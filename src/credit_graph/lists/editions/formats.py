"""All formats of one edition: tables and bulletin. Pure."""

from __future__ import annotations

from importlib import import_module

from credit_graph.lists.editions.edition import Edition, canonical


def edition_files(edition: Edition) -> dict[str, bytes]:
    """``entries.*`` and ``bulletin.*``; the same edition gives the same bytes."""
    try:  # until tables and bulletins are there, the entries alone
        tables = import_module("credit_graph.lists.editions.tables").table_files(edition)
        bulletins = import_module("credit_graph.lists.editions.bulletin").bulletin_files
    except ImportError:
        return {"entries.jsonl": b"".join(canonical(dict(entry)) + b"\n" for entry in edition.entries)}
    return {**tables, **bulletins(edition, {"entries.xlsx": tables["entries.xlsx"]})}
