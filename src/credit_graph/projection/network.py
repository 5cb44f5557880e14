"""The relationships of a projection as numbers: what functions on arrays take (``links.stakes``, ``links.neighbours``).

Entities are numbers 0 … n-1 in component order: those that any chain of relationships connects stand together, the
largest component first, so that what is walked together lies together. Amounts are whole fen, never floats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from credit_graph.projection.graph import Projection

Ids = npt.NDArray[np.int32]
Amounts = npt.NDArray[np.int64]

MISSING = -1  # an amount that no source gives
KINDS = ("holds", "office", "address", "phone")


class Numbered(NamedTuple):
    """``entities``: their names by number; ``component``: int32 (n), 0 for the largest, ascending; ``ends``: int32 (m),
    the numbers of the columns given, in their order."""

    entities: pd.Index
    component: Ids
    ends: tuple[Ids, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """The relationships of a point.

    ``entities``: eid, pid, aid and number of phones by number; ``component``: int32 (n). Holdings, one row per holder
    and company: ``holder``, ``company`` int32, ``votes`` int64 (subscribed fen, ``MISSING`` where any is unknown);
    ``capital``: int64 (n), the registered capital in fen, ``MISSING`` where unknown. All relationships: ``a``, ``b``
    int32, ``kind`` uint8 (place in ``KINDS``), ``sid`` the statement.
    """

    entities: pd.Index
    component: Ids
    holder: Ids
    company: Ids
    votes: Amounts
    capital: Amounts
    a: Ids
    b: Ids
    kind: npt.NDArray[np.uint8]
    sid: pd.Index


def numbered(*pairs: tuple[pd.Series, pd.Series]) -> Numbered:
    """Number the entities that relationships connect, in component order; within a component by name.

    ``pairs``: the two ends of relationships, of any number of kinds.
    """
    columns = [column for pair in pairs for column in pair]
    lengths = [len(column) for column in columns]
    codes, names = pd.factorize(pd.concat(columns, ignore_index=True).astype("str"), sort=True)
    cut = np.split(codes, np.cumsum(lengths)[:-1])
    a, b = np.concatenate(cut[::2]), np.concatenate(cut[1::2])
    count = len(names)
    graph = coo_array((np.ones(len(a), np.bool_), (a, b)), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    sizes = np.bincount(label, minlength=1)
    first = np.zeros(len(sizes), np.int64)
    first[label[::-1]] = np.arange(count)[::-1]  # the first name of each decides between components of one size
    place = np.empty(len(sizes), np.int32)
    place[np.lexsort((first, -sizes))] = np.arange(len(sizes), dtype=np.int32)
    order = np.argsort(place[label], kind="stable")
    number = np.empty(count, np.int32)
    number[order] = np.arange(count, dtype=np.int32)
    return Numbered(pd.Index(names[order]), place[label][order], tuple(number[part] for part in cut))


def network(projection: Projection) -> Network:
    """The relationships in use on the projection's channel."""
    naming = [projection.history(kind) for kind in ("Registration", "Office")]
    held = pd.concat([frame.loc[~frame["in_use"], "sid"] for frame in naming])
    contributions = projection.contributions[projection.contributions["in_use"]]
    others = [
        (projection.offices, "pid", "eid"),
        (projection.addresses, "eid", "aid"),
        (projection.phones, "eid", "number"),
    ]
    frames = [(contributions, "holder", "eid")]
    frames += [(frame[~frame["sid"].isin(held)], start, end) for frame, start, end in others]
    found = numbered(*((frame[start], frame[end]) for frame, start, end in frames))
    holder, company, votes = _holdings(found.ends[0], found.ends[1], contributions["subscribed"])
    capital = projection.enterprises["registered_capital"].reindex(found.entities)
    return Network(
        entities=found.entities,
        component=found.component,
        holder=holder,
        company=company,
        votes=votes,
        capital=capital.to_numpy(np.int64, na_value=MISSING),
        a=np.concatenate(found.ends[::2]),
        b=np.concatenate(found.ends[1::2]),
        kind=np.repeat(np.arange(len(KINDS), dtype=np.uint8), [len(frame) for frame, _, _ in frames]),
        sid=pd.Index(pd.concat([frame["sid"] for frame, _, _ in frames])),
    )


def _holdings(holder: Ids, company: Ids, amounts: pd.Series) -> tuple[Ids, Ids, Amounts]:
    """One row per pair, by company and holder: the sum; ``MISSING`` where an amount is."""
    pairs = (company.astype(np.int64) << 32) | holder
    told, place = np.unique(pairs, return_inverse=True)
    sums = np.zeros(len(told), np.int64)
    np.add.at(sums, place, amounts.to_numpy(np.int64, na_value=0))
    sums[place[amounts.isna().to_numpy()]] = MISSING
    return (told & 0xFFFFFFFF).astype(np.int32), (told >> 32).astype(np.int32), sums
