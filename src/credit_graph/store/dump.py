"""The whole graph as plain data of no engine: nodes by label and key, relationships by their ends' keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from credit_graph.errors import StoreError
from credit_graph.store.migrate import keys

if TYPE_CHECKING:
    from credit_graph.store.graph import Store

LEFT_OUT = frozenset({"Lock", "Migration"})  # they belong to an installation, not to its data
PAGE = 5000


@dataclass(frozen=True, slots=True)
class NodeData:
    """A node: all its labels in order, the label that has the unique key, the key, all properties."""

    labels: tuple[str, ...]
    label: str
    key: str
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RelationshipData:
    """A relationship between (label, key) and (label, key)."""

    type: str
    start: tuple[str, str]
    end: tuple[str, str]
    properties: dict[str, Any]


def dump(store: Store) -> Iterator[NodeData | RelationshipData]:
    """Every node and relationship but those of ``LEFT_OUT``; hold the writer lock for a consistent picture.

    Raises ``StoreError("store.keyless")`` where a node has no unique key, before yielding anything.
    """
    require_keys(store)
    for label, key in sorted(keys().items()):
        if label not in LEFT_OUT:
            yield from _label(store, label, key)


def require_keys(store: Store) -> None:
    """Raise ``StoreError("store.keyless")`` unless each node has exactly one label with a key."""
    for labels, nodes in keyless(store):
        raise StoreError("store.keyless", labels=labels, nodes=nodes)


def keyless(store: Store) -> list[tuple[str, int]]:
    """Combinations of labels with none or two that have a key, and the number of their nodes."""
    return [
        (":".join(sorted(row["labels"])) or "-", row["nodes"])
        for row in store.read("read/count_labels")
        if len(set(row["labels"]) & set(keys())) != 1
    ]


def item_counts(store: Store) -> dict[str, int]:
    """Nodes and relationships by ``nodes/Labels`` and ``relationships/TYPE``, as a backup names its files."""
    found = {
        f"nodes/{'.'.join(sorted(row['labels']))}": row["nodes"]
        for row in store.read("read/count_labels")
        if not LEFT_OUT & set(row["labels"])
    }
    types = store.read("read/count_types")
    return found | {f"relationships/{row['type']}": row["relationships"] for row in types}


def _label(store: Store, label: str, key: str) -> Iterator[NodeData | RelationshipData]:
    after = ""
    while page := store.read("read/dump_nodes", {"LABEL": label, "KEY": key}, after=after, size=PAGE):
        for row in page:
            yield NodeData(tuple(sorted(row["labels"])), label, row["key"], row["properties"])
        relationships = store.read(
            "read/dump_relationships",
            {"LABEL": label, "KEY": key},
            after=after,
            last=page[-1]["key"],
            keys=keys(),
        )
        for row in relationships:
            ends = [tuple(end) for end in row["ends"]]
            yield RelationshipData(row["type"], (label, row["start"]), ends[0], row["properties"])
        after = page[-1]["key"]
