"""Definitions that the platform does not use: known from papers and other programs, for comparison by ``solve`` only.

They differ on purpose from what is computed elsewhere here: see each.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import permutations

Weights = Mapping[tuple[int, int], Fraction]  # (holder, company) -> share of one
Matrix = list[list[Fraction]]
_MOST_HOLDERS = 8  # of a company, for the pivots of all orders
_MOST_WORLDS = 5000  # who follows whom, all possibilities


def inverse(matrix: Matrix) -> Matrix | None:
    """The inverse by elimination in exact fractions, or ``None`` of a singular matrix."""
    n = len(matrix)
    rows = [[*row, *(Fraction(i == j) for j in range(n))] for i, row in enumerate(matrix)]
    for column in range(n):
        pivot = next((i for i in range(column, n) if rows[i][column]), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        scale = rows[column][column]
        rows[column] = [value / scale for value in rows[column]]
        for i in range(n):
            factor = rows[i][column]
            if i != column and factor:
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[column], strict=True)]
    return [row[n:] for row in rows]


def naive(n: int, weights: Weights) -> dict[tuple[int, int], Fraction] | None:
    """``(I - W)^-1 - I`` uncorrected: holders on a cycle count their own re-entry; ``None`` if singular.

    49 firms' worth of value for one firm of six in the network of Vitali, Glattfelder and Battiston (2011).
    """
    return _series(n, weights, Fraction(1))


def icon(n: int, weights: Weights, alpha: Fraction) -> dict[tuple[int, int], Fraction] | None:
    """alpha-ICON (Polovnikov, Pospelov, Skougarevskiy, arXiv 2109.07181): ``W (I - alpha W)^-1``.

    The shares of each company are first scaled to a sum of 1, so missing holders vanish: integrated ownership here
    never does that. ``alpha`` damps each further step.
    """
    total: dict[int, Fraction] = {}
    for (_, company), share in weights.items():
        total[company] = total.get(company, Fraction(0)) + share
    scaled = {pair: share / total[pair[1]] for pair, share in weights.items() if total[pair[1]]}
    return _series(n, scaled, alpha)


def _series(n: int, weights: Weights, alpha: Fraction) -> dict[tuple[int, int], Fraction] | None:
    """``W (I - alpha W)^-1``, its entries that are not zero."""
    w = [[weights.get((i, j), Fraction(0)) for j in range(n)] for i in range(n)]
    damped = inverse([[Fraction(i == j) - alpha * w[i][j] for j in range(n)] for i in range(n)])
    if damped is None:
        return None
    product = {
        (i, j): sum((w[i][k] * damped[k][j] for k in range(n) if w[i][k]), Fraction(0))
        for i in range(n)
        for j in range(n)
    }
    return {pair: value for pair, value in product.items() if value}


def bfs(n: int, weights: Weights) -> dict[tuple[int, int], Fraction]:
    """Integrated ownership by cutting the in-edges of the holder and adding up walks from it (Vitali et al., SI 3).

    Equal to the correction ``diag(V)^-1 (V - I)``, and defined where that is singular. Holders of which the walks
    do not converge are left out.
    """
    found: dict[tuple[int, int], Fraction] = {}
    for h in range(n):
        reached = _reached(h, weights)
        order = sorted(reached - {h})
        matrix = [[Fraction(a == b) - weights.get((a, b), Fraction(0)) for b in order] for a in order]
        solved = inverse(matrix)
        for j, y in enumerate(order) if solved else ():
            parts = (weights.get((h, m), Fraction(0)) * (solved or [])[i][j] for i, m in enumerate(order))
            value = sum(parts, Fraction(0))
            if value:
                found[h, y] = value
    return found


def _reached(start: int, weights: Weights) -> set[int]:
    reached, waiting = {start}, [start]
    while waiting:
        node = waiting.pop()
        fresh = {b for (a, b), share in weights.items() if a == node and share and b not in reached}
        reached |= fresh
        waiting += fresh
    return reached


def npi(n: int, weights: Weights) -> dict[int, Fraction] | None:
    """Network power index (Mizuno et al., PLoS ONE 2020, e0237862): how many firms, itself too, follow a holder.

    A firm follows the last owner of its pivot: holders enter in a random order, those that follow the same owner
    together, and the pivot is the one that brings the votes over half. Enumerated exactly, firm by firm from the
    owners down; ``None`` for rings, which have no such order, and for charts too large. A firm of which no order passes
    half follows itself.
    """
    order = _from_the_top(n, weights)
    if order is None:
        return None
    worlds: dict[tuple[int, ...], Fraction] = {tuple(range(n)): Fraction(1)}
    for y in order:
        following: dict[tuple[int, ...], Fraction] = {}
        if len(worlds) > _MOST_WORLDS or sum(company == y for _, company in weights) > _MOST_HOLDERS:
            return None
        for world, chance in worlds.items():
            for leader, part in _pivots(y, world, weights).items():
                changed = (*world[:y], leader, *world[y + 1 :])
                following[changed] = following.get(changed, Fraction(0)) + chance * part
        worlds = following
    return {x: sum((chance * world.count(x) for world, chance in worlds.items()), Fraction(0)) for x in range(n)}


def _pivots(y: int, world: tuple[int, ...], weights: Weights) -> dict[int, Fraction]:
    votes: dict[int, Fraction] = {}
    for (holder, company), share in weights.items():
        if company == y and share and holder != y:
            votes[world[holder]] = votes.get(world[holder], Fraction(0)) + share
    for leader, has in votes.items():
        if has * 2 > 1:
            return {leader: Fraction(1)}
    if sum(votes.values()) * 2 <= 1:
        return {y: Fraction(1)}
    found: dict[int, Fraction] = {}
    orders = list(permutations(votes))
    for order in orders:
        total = Fraction(0)
        for leader in order:
            total += votes[leader]
            if total * 2 > 1:
                found[leader] = found.get(leader, Fraction(0)) + Fraction(1, len(orders))
                break
    return found


def _from_the_top(n: int, weights: Weights) -> list[int] | None:
    """Every company after its holders, or ``None`` if there is a ring."""
    left = {y: {h for (h, z), share in weights.items() if z == y and h != y and share} for y in range(n)}
    order: list[int] = []
    while left:
        free = sorted(y for y, holders in left.items() if not holders & left.keys())
        if not free:
            return None
        order += free
        left = {y: holders for y, holders in left.items() if y not in free}
    return order


def control_normalised(n: int, weights: Weights) -> set[tuple[int, int]]:
    """Control where the holders of a company over 100 % are scaled to 100 %: it hides the fault in the data."""
    total: dict[int, Fraction] = {}
    for (_, company), share in weights.items():
        total[company] = total.get(company, Fraction(0)) + share
    return control(n, {pair: share / max(total[pair[1]], Fraction(1)) for pair, share in weights.items()})


def control(n: int, weights: Weights) -> set[tuple[int, int]]:
    """(x, y): x controls y, as the least fixpoint for each x by itself, in fractions."""
    found = set()
    for x in range(n):
        inside = {x}
        grows = True
        while grows:
            votes: dict[int, Fraction] = {}
            for (h, y), share in weights.items():
                if h in inside and y not in inside:
                    votes[y] = votes.get(y, Fraction(0)) + share
            reached = {y for y, share in votes.items() if share * 2 > 1}
            inside |= reached
            grows = bool(reached)
        found |= {(x, y) for y in inside - {x}}
    return found
