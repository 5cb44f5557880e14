"""Entities of relationships as numbers in component order.

Those that any chain of relationships connects stand together, the largest component first, so that what is walked
together lies together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Ids = npt.NDArray[np.int32]


class Numbered(NamedTuple):
    """``entities``: their names by number; ``component``: int32 (n), 0 for the largest, ascending; ``ends``: int32 (m),
    the numbers of the columns given, in their order."""

    entities: pd.Index
    component: Ids
    ends: tuple[Ids, ...]


def components(count: int, a: npt.NDArray[np.integer], b: npt.NDArray[np.integer], *, strong: bool = False) -> Ids:
    """Which of ``count`` numbers edges from ``a`` to ``b`` connect: the number of its component for each, int32 (n).

    ``strong``: connected in both directions, along the edges.
    """
    # importing this takes a quarter of a second, which most commands would spend for nothing
    from scipy.sparse import coo_array  # noqa: PLC0415
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    graph = coo_array((np.ones(len(a), np.bool_), (a, b)), shape=(count, count))
    label: Ids = connected_components(graph, directed=strong, connection="strong" if strong else "weak")[1]
    return label


def numbered(*pairs: tuple[pd.Series, pd.Series]) -> Numbered:
    """Number the entities that relationships connect, in component order; within a component, and between components of
    one size, in the order in which they are first named.

    ``pairs``: the two ends of relationships, of any number of kinds.
    """
    columns = [column for pair in pairs for column in pair]
    lengths = [len(column) for column in columns]
    codes, names = pd.factorize(pd.concat(columns, ignore_index=True))
    cut = np.split(codes, np.cumsum(lengths)[:-1])
    a, b = np.concatenate(cut[::2]), np.concatenate(cut[1::2])
    count = len(names)
    label = components(count, a, b)
    sizes = np.bincount(label, minlength=1)
    first = np.zeros(len(sizes), np.int64)
    first[label[::-1]] = np.arange(count)[::-1]
    place = np.empty(len(sizes), np.int32)
    place[np.lexsort((first, -sizes))] = np.arange(len(sizes), dtype=np.int32)
    order = np.argsort(place[label], kind="stable")
    number = np.empty(count, np.int32)
    number[order] = np.arange(count, dtype=np.int32)
    return Numbered(pd.Index(names[order]), place[label][order], tuple(number[part] for part in cut))
