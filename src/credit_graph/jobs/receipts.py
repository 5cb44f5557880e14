"""The receipts of publication (公示回执) that are known: recorded, or stated with the step of a proceeding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credit_graph.lists.receipts import Receipt, Receipts
from credit_graph.store import Store


def known_receipts(store: Store, seq: int) -> Receipts:
    """All that are known at ``seq``."""
    recorded = [receipt_of(row["record"]) for row in store.read("read/receipts", seq=seq, all=False)]
    stated = [
        Receipt("gsxt", row["number"] or "", row["day"], row["source"], row["key"])
        for row in store.read("read/proceeding_receipts", seq=seq)
    ]
    return Receipts([*recorded, *stated])


def receipt_of(record: Mapping[str, Any]) -> Receipt:
    """The receipt that a record of the kind ``Receipt`` holds."""
    number = record.get("shown_document")
    document = (str(number), str(record.get("eid") or "")) if number else None
    named = (record["channel"], record["number"], record["shown_on"], record["shown_source"], record["shown_key"])
    return Receipt(*named, document)
