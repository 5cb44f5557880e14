"""Small ownership charts for the tests, random ones too, and their answers by brute force in fractions."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from credit_graph.links.stakes import BLANK, UNKNOWN, Stakes, stakes

Votes = dict[tuple[int, int], int | None]  # (holder, company) -> votes, None where blank
Shares = Mapping[tuple[int, int], Fraction]


def columns(n: int, votes: Votes, capital: list[int], seed: int | None = None, **rules: bool) -> Stakes:
    """The chart as columns; ``seed`` shuffles the rows."""
    rows = list(votes.items())
    if seed is not None:
        random.Random(seed).shuffle(rows)
    return stakes(
        n,
        np.array([h for (h, _), _ in rows], np.int32),
        np.array([y for (_, y), _ in rows], np.int32),
        np.array([BLANK if v is None else v for _, v in rows], np.int64),
        np.array(capital, np.int64),
        **rules,
    )


@dataclass(frozen=True)
class Drawn:
    """A random chart: entities from ``companies`` on are persons, capital is 100."""

    n: int
    companies: int
    votes: Votes

    @property
    def capital(self) -> list[int]:
        return [100 if x < self.companies else UNKNOWN for x in range(self.n)]


def draw(seed: int, *, blanks: bool = False, own: bool = True) -> Drawn:
    """Three to seven entities with rings, exact halves, joint holders, gaps; at most 100 votes of each company."""
    random_ = random.Random(seed)
    companies = random_.randint(2, 5)
    n = companies + random_.randint(1, 2)
    votes: Votes = {}
    for y in range(companies):
        left = 100
        for h in random_.sample(range(n), random_.randint(0, min(n, 4))):
            v = min(left, random_.choice([5, 10, 20, 25, 30, 34, 40, 50, 51, 60, left, left // 2]))
            if v and (own or h != y) and (h != y or v < 100):
                votes[h, y] = v
                left -= v
        for h in [h for h, z in votes if z == y and h != y]:
            if blanks and random_.random() < 0.2:
                votes[h, y] = None
    return Drawn(n, companies, votes)


def with_rules(chart: Drawn) -> tuple[Shares, dict[int, Fraction], dict[int, set[int]]]:
    """Shares of the votes that count, what nobody on the list has, and the blank holders, per company."""
    shares: dict[tuple[int, int], Fraction] = {}
    unlisted: dict[int, Fraction] = {}
    blank: dict[int, set[int]] = {}
    for y in range(chart.companies):
        listed = {h: v for (h, z), v in chart.votes.items() if z == y and h != y}
        capital = 100 - (chart.votes.get((y, y)) or 0)
        unknown = {h for h, v in listed.items() if v is None}
        rest = capital - sum(v or 0 for v in listed.values())
        if len(unknown) == 1:
            listed[unknown.pop()], rest = rest, 0
        shares |= {(h, y): Fraction(v, capital) for h, v in listed.items() if v}
        unlisted[y], blank[y] = Fraction(rest, capital), unknown
    return shares, unlisted, blank


def brute_control(n: int, shares: Shares, ruled: Mapping[int, int] | None = None) -> dict[int, set[int]]:
    """What each controls, by going round until nothing is added."""
    ruled = ruled or {}
    found = {}
    for x in range(n):
        inside = {x}
        while True:
            reached = {y for y, by in ruled.items() if by in inside}
            votes: dict[int, Fraction] = {}
            for (h, y), share in shares.items():
                if h in inside and h != y:
                    votes[y] = votes.get(y, Fraction(0)) + share
            reached |= {y for y, has in votes.items() if has > Fraction(1, 2) and y not in ruled}
            if reached <= inside:
                break
            inside |= reached
        found[x] = inside - {x}
    return found


def solve(matrix: list[list[Fraction]]) -> list[list[Fraction]] | None:
    """The inverse, or ``None``."""
    n = len(matrix)
    rows = [[*row, *(Fraction(i == j) for j in range(n))] for i, row in enumerate(matrix)]
    for c in range(n):
        p = next((i for i in range(c, n) if rows[i][c]), None)
        if p is None:
            return None
        rows[c], rows[p] = rows[p], rows[c]
        rows[c] = [v / rows[c][c] for v in rows[c]]
        for i in range(n):
            if i != c and rows[i][c]:
                rows[i] = [a - rows[i][c] * b for a, b in zip(rows[i], rows[c], strict=True)]
    return [row[n:] for row in rows]


def brute_owned(n: int, shares: Shares) -> dict[tuple[int, int], Fraction]:
    """(holder, company) -> integrated ownership, off the diagonal: ``diag(V)^-1 (V - I)``, or holder by holder."""
    w = [[shares.get((i, j), Fraction(0)) for j in range(n)] for i in range(n)]
    v = solve([[Fraction(i == j) - w[i][j] for j in range(n)] for i in range(n)])
    if v is not None:
        found = {(i, j): v[i][j] / v[i][i] for i in range(n) for j in range(n) if i != j}
    else:
        found = {(h, y): share for h in range(n) for y, share in _walks(n, w, h).items()}
    return {pair: share for pair, share in found.items() if share}


def _walks(n: int, w: list[list[Fraction]], h: int) -> dict[int, Fraction]:
    """Walks from ``h`` that don't come back to it, among what it reaches."""
    reached, size = {h}, 0
    while len(reached) > size:
        size = len(reached)
        reached |= {y for y in range(n) if any(w[x][y] for x in reached)}
    inner = sorted(reached - {h})
    v = solve([[Fraction(a == b) - w[a][b] for b in inner] for a in inner])
    assert v is not None
    return {y: sum((w[h][m] * v[i][j] for i, m in enumerate(inner)), Fraction(0)) for j, y in enumerate(inner)}
