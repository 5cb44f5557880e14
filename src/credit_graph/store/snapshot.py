"""The whole graph as two sets, so that tests can say: these two graphs are equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from credit_graph.store.dump import NodeData, dump

if TYPE_CHECKING:
    from credit_graph.store.graph import Store

Item = tuple[Hashable, ...]


def snapshot(store: Store) -> tuple[frozenset[Item], frozenset[Item]]:
    """Nodes as (labels, properties), relationships as (type, start, end, properties); no lock, no migrations.

    Properties are sets of (name, type, value), so that 1, 1.0 and true differ. A second equal relationship
    appears as an item of its own with its number at the end.
    """
    nodes: Counter[Item] = Counter()
    relationships: Counter[Item] = Counter()
    for item in dump(store):
        if isinstance(item, NodeData):
            nodes[frozenset(item.labels), _frozen(item.properties)] += 1
        else:
            relationships[item.type, item.start, item.end, _frozen(item.properties)] += 1
    return _numbered(nodes), _numbered(relationships)


def _numbered(items: Counter[Item]) -> frozenset[Item]:
    return frozenset(
        item if number == 1 else (*item, number) for item, count in items.items() for number in range(1, count + 1)
    )


def _frozen(properties: dict[str, Any]) -> frozenset[tuple[str, str, Hashable]]:
    return frozenset((name, type(value).__name__, _hashable(value)) for name, value in properties.items())


def _hashable(value: Any) -> Hashable:
    if isinstance(value, list):
        return tuple((type(item).__name__, item) for item in value)
    return value  # type: ignore[no-any-return]
