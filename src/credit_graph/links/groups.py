"""Control groups (企业族群): the companies under one root of the control forest, cut at the state.

公司法 art. 265(4): enterprises are not related merely because the state controls both. Control by the state is
reported all the same. Components of shares or addresses are never groups: one of them holds most of a city.
"""

from __future__ import annotations

import numpy as np

from credit_graph.links.compiled import compiled
from credit_graph.links.forest import ControlForest
from credit_graph.links.stakes import Flags, Ids


def groups(forest: ControlForest, state: Flags) -> Ids:
    """Per entity the head of its group (int32, n): the highest controller below the state, else the entity itself.

    ``state``: bool (n), authorities and organs that hold for the state. A ring is named by its smallest member.
    """
    return _heads(forest.parent, forest.ring, state)


@compiled
def _heads(parent: Ids, ring: Ids, state: Flags) -> Ids:
    n = len(parent)
    head = np.full(n, -1, np.int32)
    for x in range(n):
        node = x
        while head[node] < 0 and parent[node] >= 0 and not state[parent[node]]:
            node = parent[node]
        if head[node] < 0:
            head[node] = ring[node] if ring[node] >= 0 else node
        found, node = head[node], x
        while head[node] < 0:
            head[node] = found
            node = parent[node]
    return head


def components(n: int, a: Ids, b: Ids) -> Ids:
    """Per entity the smallest member of its connected component (int32, n); ``a`` and ``b``: ends of the relations.

    Union-find on the list of relations: no index is built, and it can be fed in pieces.
    """
    root = np.arange(n, dtype=np.int32)
    _join(root, np.asarray(a, np.int32), np.asarray(b, np.int32))
    return root


@compiled
def _join(root: Ids, a: Ids, b: Ids) -> None:
    """Joins each pair; the smaller number becomes the root, so every pointer goes down and one pass flattens."""
    for i in range(len(a)):
        x, y = a[i], b[i]
        while root[x] != root[y]:
            if root[x] < root[y]:
                x, y = y, x
            if root[x] == x:
                root[x] = root[y]
                break
            root[x], x = root[y], root[x]
    for x in range(len(root)):
        root[x] = root[root[x]]
