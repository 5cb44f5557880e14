"""Circular and cross holdings (循环持股、交叉持股): companies that hold one another, however small the shares."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from credit_graph.links.compiled import compiled
from credit_graph.links.stakes import Amounts, Codes, Flags, Ids, Pointers, Stakes
from credit_graph.projection.numbering import components


@dataclass(frozen=True, slots=True)
class Rings:
    """``ring`` int32 (n): smallest member of the strongly connected component of two or more companies, or -1;
    ``closed`` bool (n): on members of a ring whose every member is held 100 % from inside: nobody outside owns it.
    """

    ring: Ids
    closed: Flags

    def lists(self) -> list[list[int]]:
        """The members of each ring, ascending."""
        inside = np.flatnonzero(self.ring >= 0)
        order = inside[np.argsort(self.ring[inside], kind="stable")]
        labels = self.ring[order]
        starts = np.flatnonzero(labels[1:] != labels[:-1]) + 1
        return [part.tolist() for part in np.split(order, starts)] if len(order) else []


def rings(holdings: Stakes) -> Rings:
    """The strongly connected components of two or more companies. Blank holders count, holders of nothing do not."""
    holder, company = _inner_edges(holdings.in_ptr, holdings.in_holder, holdings.in_votes)
    ring = np.full(holdings.n, -1, np.int32)
    if len(holder):
        # only these can lie on a cycle: a few percent of all entities
        nodes, ends = np.unique(np.concatenate([holder, company]), return_inverse=True)
        rows, columns = ends[: len(holder)], ends[len(holder) :]
        label = components(len(nodes), rows, columns, strong=True)
        count = label.max(initial=-1) + 1
        several = np.bincount(label, minlength=count)[label] > 1
        smallest = np.full(count, holdings.n, np.int64)
        np.minimum.at(smallest, label, nodes)
        ring[nodes[several]] = smallest[label[several]]
    closed = _closed(ring, holdings.in_ptr, holdings.in_holder, holdings.in_votes, holdings.capital, holdings.gap)
    return Rings(ring, closed)


def outside_share(holdings: Stakes, member: int, found: Rings) -> Fraction | None:
    """What of a ring's member is not held from inside the ring, of all its votes; ``None`` without a capital."""
    capital = int(holdings.capital[member])
    if capital < 1:
        return None
    inside = sum(v for h, v in holdings.holders(member) if v > 0 and found.ring[h] == found.ring[member])
    return 1 - Fraction(inside, capital)


@compiled
def _inner_edges(ptr: Pointers, holder: Ids, votes: Amounts) -> tuple[Ids, Ids]:
    """The edges between companies that are held themselves."""
    count = 0
    for k in range(len(holder)):
        count += votes[k] != 0 and ptr[holder[k]] < ptr[holder[k] + 1]
    source, target = np.empty(count, np.int32), np.empty(count, np.int32)
    count = 0
    for y in range(len(ptr) - 1):
        for k in range(ptr[y], ptr[y + 1]):
            if votes[k] != 0 and ptr[holder[k]] < ptr[holder[k] + 1]:
                source[count], target[count] = holder[k], y
                count += 1
    return source, target


@compiled
def _closed(ring: Ids, ptr: Pointers, holder: Ids, votes: Amounts, capital: Amounts, gap: Codes) -> Flags:
    """Members of rings that are held 100 % from inside."""
    n = len(ring)
    closed = ring >= 0
    for y in range(n):
        if ring[y] >= 0:
            inside = 0
            for k in range(ptr[y], ptr[y + 1]):
                if ring[holder[k]] == ring[y]:
                    inside += max(0, votes[k])
            if gap[y] >= 4 or inside < capital[y]:
                closed[ring[y]] = False  # the representative speaks for the ring
    for y in range(n):
        if ring[y] >= 0:
            closed[y] = closed[ring[y]]
    return closed


def self_held(holdings: Stakes) -> Ids:
    """The companies that hold shares of their own, ascending (int32)."""
    return np.flatnonzero(holdings.own > 0).astype(np.int32)
