"""Integrated ownership (穿透持股) in exact fractions, for answers near a legal line and for checking a chart by hand.

``N = (I - W)^-1 - I`` adds the products of shares along every walk from holder to company (Brioschi, Buzzacchi,
Colombo 1989). A holder on a cycle would count its own re-entry: its row is divided by ``V(h, h)``, ``V = I + N``
(Baldone et al. 1997), which is the walks that do not come back to ``h``. A ring held 100 % from inside makes
``I - W`` singular: it is one last owner, all its members own what it owns.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from credit_graph.links.rings import Rings
from credit_graph.links.stakes import Gap, Stakes

MAX_RING = 80  # members; solving more in fractions takes minutes
Column = dict[int, Fraction]


class TooLarge(Exception):
    """A ring has more than ``MAX_RING`` members."""


class ExactOwnership:
    """Walk sums into companies, each worked out once. ``use_faults``: also through companies over 100 %."""

    def __init__(self, holdings: Stakes, rings: Rings, *, use_faults: bool = False) -> None:
        self._holdings = holdings
        self._ring = rings.ring
        self._closed = rings.closed
        self._use_faults = use_faults
        self._members = {members[0]: members for members in rings.lists()}
        self._columns: dict[int, Column | None] = {}

    def walks(self, company: int) -> Column | None:
        """``N(h, company)`` of every holder ``h``; ``None`` if the sums are infinite (a ring over 100 %).

        A closed ring appears as its smallest member. Raises :class:`TooLarge`.
        """
        waiting = [company]
        while waiting:
            at = waiting[-1]
            if at in self._columns:
                waiting.pop()
                continue
            block = self._block(at)
            if len(block) > MAX_RING and not self._closed[at]:
                raise TooLarge
            needed = [h for y in block for h, _ in self._shares(y) if h not in self._columns and h not in block]
            if needed:
                waiting += needed
            else:
                self._solve(block)
        return self._columns[company]

    def owned(self, company: int) -> Column | None:
        """``O(h, company)``: the share of ``company`` that each holder owns through all chains; see :meth:`walks`.

        With an entry for the company itself where it lies on a cycle: what comes back to it.
        """
        walks = self.walks(company)
        if walks is None:
            return None
        found: Column = {}
        for holder, share in walks.items():
            if self._closed[holder]:
                found |= {member: share for member in self._members[holder] if member != company}
                continue
            back = (self.walks(holder) or {}).get(holder, Fraction(0)) if self._ring[holder] >= 0 else Fraction(0)
            found[holder] = share / (1 + back)
        return found

    def _block(self, company: int) -> list[int]:
        return self._members.get(int(self._ring[company]), [company])

    def _shares(self, company: int) -> list[tuple[int, Fraction]]:
        capital = int(self._holdings.capital[company])
        fault = self._holdings.gap[company] == Gap.OVER_100 and not self._use_faults
        if capital < 1 or fault or self._closed[company]:
            return []
        return [(h, Fraction(v, capital)) for h, v in self._holdings.holders(company) if v > 0]

    def _solve(self, block: list[int]) -> None:
        """Columns of a company, or of a ring's members by elimination."""
        if self._closed[block[0]]:
            self._columns |= {member: {block[0]: Fraction(1)} for member in block}
            return
        outside: dict[int, Column | None] = {}
        inner: dict[int, Column] = {}
        for y in block:
            shares = self._shares(y)
            outside[y] = self._through((h, w) for h, w in shares if h not in block)
            inner[y] = {h: w for h, w in shares if h in block}
        if any(column is None for column in outside.values()):
            self._columns |= dict.fromkeys(block)
            return
        returns = inverse(inner, block) if len(block) > 1 else {block[0]: {block[0]: Fraction(1)}}
        for y in block:
            self._columns[y] = None if returns is None else _combine(y, returns, outside)

    def _through(self, shares: Iterable[tuple[int, Fraction]]) -> Column | None:
        """Walks whose last step is one of these shares."""
        found: Column = {}
        for holder, share in shares:
            behind = self._columns[holder]
            if behind is None:
                return None
            if not self._closed[holder]:
                found[holder] = found.get(holder, Fraction(0)) + share
            for h, walked in behind.items():
                found[h] = found.get(h, Fraction(0)) + share * walked
        return found


def _combine(y: int, returns: dict[int, Column], outside: dict[int, Column | None]) -> Column:
    """N(., y): walks inside the ring from a member to y, and before them walks into that member from outside."""
    found: Column = {}
    for member, inside in returns[y].items():
        walked = inside - (member == y)
        if walked:
            found[member] = walked
        for h, share in (outside[member] or {}).items():
            found[h] = found.get(h, Fraction(0)) + share * inside
    return found


def inverse(shares: dict[int, Column], members: list[int]) -> dict[int, Column] | None:
    """``V(h, y)`` as rows by ``y``: (I - W)^-1 among ``members``; ``shares[y][h]`` = W(h, y).

    Gauss-Jordan elimination. ``None`` if a pivot is not positive: then the sums over walks are infinite.
    """
    left = {y: {y: Fraction(1)} for y in members}
    for y in members:
        for h, share in shares[y].items():
            left[y][h] = left[y].get(h, Fraction(0)) - share
    right = {y: {y: Fraction(1)} for y in members}
    for pivot in members:
        scale = left[pivot].get(pivot, Fraction(0))
        if scale <= 0:
            return None
        for rows in (left, right):
            rows[pivot] = {column: value / scale for column, value in rows[pivot].items()}
        for y in members:
            factor = left[y].get(pivot) if y != pivot else None
            if factor:
                for rows in (left, right):
                    _subtract(rows[y], rows[pivot], factor)
    return right


def _subtract(row: Column, other: Column, factor: Fraction) -> None:
    for column, value in other.items():
        rest = row.get(column, Fraction(0)) - factor * value
        if rest:
            row[column] = rest
        else:
            row.pop(column, None)
