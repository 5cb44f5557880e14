"""Receipts of publication (公示回执): from which day GSXT or 信用中国 shows a penalty, an entry, a result. Pure.

A clock that runs from publication starts at a receipt, never at a release of this bureau (45号令第十三条).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

ReceiptChannel = Literal["gsxt", "credit_china"]
CHANNEL_NAMES: dict[ReceiptChannel, tuple[str, str]] = {
    "gsxt": ("国家企业信用信息公示系统", "GSXT"),
    "credit_china": ("信用中国", "信用中国 (Credit China)"),
}
BUREAU = "bureau"  # the source of what this bureau says itself


@dataclass(frozen=True, slots=True)
class Receipt:
    """A channel shows the record of that source and key from ``day`` on. ``document``: the number (文号) of what is
    shown and whom it concerns, so that it counts for every source that tells of it."""

    channel: ReceiptChannel
    number: str
    day: date
    source: str
    key: str
    document: tuple[str, str] | None = None


class Receipts:
    """Receipts that are known, by what they are of."""

    def __init__(self, items: Iterable[Receipt] = ()) -> None:
        self.all = tuple(items)
        self._of_record: dict[tuple[str, ...], list[Receipt]] = {}
        for item in self.all:
            self._of_record.setdefault((item.source, item.key), []).append(item)
            if item.document is not None:
                self._of_record.setdefault(("", *item.document), []).append(item)

    def of(self, record: Mapping[str, Any], channel: ReceiptChannel, day: date) -> Receipt | None:
        """The record's last receipt of the channel up to ``day``. What was listed again counts from its new
        publication: a receipt from before ``counted_from`` is none."""
        since = record.get("counted_from")
        keys: list[tuple[str, ...]] = [(record["source"], record["key"])]
        if (document := document_of(record)) is not None:
            keys.append(("", *document))
        found = [item for key in keys for item in self._of_record.get(key, ()) if item.channel == channel]
        fit = [item for item in found if item.day <= day and not (isinstance(since, date) and item.day < since)]
        return max(fit, key=lambda item: (item.day, item.number), default=None)


def document_of(record: Mapping[str, Any]) -> tuple[str, str] | None:
    """The number of the record's document and the firm; several sources tell of one. ``None``: it has no number."""
    number = record.get("document_number")
    return (str(number), str(record.get("eid") or "")) if number else None
