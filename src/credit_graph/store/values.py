"""From the driver's values to plain Python: dates as ``datetime.date``, nodes and relationships as dicts."""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import Any

from neo4j.graph import Node, Path, Relationship
from neo4j.time import Date, DateTime, Time

_PLAIN = frozenset({str, int, float, bool, type(None), bytes, date})


def plain(value: Any) -> Any:
    """The value without any type of the driver."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Date | DateTime | Time):
        return value.to_native()
    if isinstance(value, list):
        return value if _is_plain(value) else [plain(item) for item in value]
    if isinstance(value, dict | Node | Relationship):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Path):
        return [plain(item) for item in value.nodes]
    return value


def _is_plain(value: list[Any]) -> bool:
    """Whether it is a column or a table of plain values, as most lists are: millions of them pass as they are."""
    types = set(map(type, value))
    return types <= _PLAIN or (types == {list} and _PLAIN.issuperset(map(type, chain.from_iterable(value))))
