"""Who owns at least a given share of each company through all chains, for all companies at once.

Mass is pushed from a company back to its holders, their holders, and so on: what arrives at a holder is its
integrated share (see :mod:`credit_graph.links.exact`). Rings held 100 % from inside keep what reaches them. Where no
holder is itself held the direct shares are compared as integers; what lies within ``NEAR`` of the line, and companies
behind a ring that is nearly closed, are worked out in fractions.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from credit_graph.links.compiled import compiled
from credit_graph.links.exact import ExactOwnership, TooLarge
from credit_graph.links.rings import Rings, rings
from credit_graph.links.stakes import Amounts, Codes, Flags, Ids, Pointers, Stakes

Shares = NDArray[np.float64]

NEAR = 1e-4
_STOP = 1e-7  # what is left at a company is not pushed on when it is less
_MOST_STEPS = 20_000  # for one company; then it is worked out in fractions


@dataclass(frozen=True, slots=True)
class Owners:
    """Owners of at least a line, ordered by company and owner.

    ``company``, ``owner`` int32; ``share`` float64; ``exact`` bool: worked out in whole numbers or fractions;
    ``open`` bool: so near the line and behind so large a ring that it could not be decided.
    """

    company: Ids
    owner: Ids
    share: Shares
    exact: Flags
    open: Flags


def owners(holdings: Stakes, line: Fraction, *, owner_is: Flags | None = None, companies: Ids | None = None) -> Owners:
    """Every (company, owner) with an integrated share of ``line`` or more.

    ``owner_is``: bool (n), the entities that may be owners (natural persons); all others too if not given.
    ``companies``: only these. Companies over 100 % have no owners: a data fault.
    """
    found = rings(holdings)
    wanted = np.ones(holdings.n, np.bool_) if owner_is is None else owner_is
    which = np.arange(holdings.n, dtype=np.int32) if companies is None else np.asarray(companies, np.int32)
    sink = np.where(found.closed, found.ring, -1).astype(np.int32)
    index = _Upward(holdings.in_ptr, holdings.in_holder, holdings.in_votes, holdings.capital, holdings.gap, sink)
    solver = ExactOwnership(holdings, found)
    back = _returns(index, found, solver)
    may_own = wanted | found.closed
    company, owner, share, exact, _, hard = _push(
        index, back, may_own, which, float(line), line.numerator, line.denominator
    )
    result = Owners(company, owner, share, exact, np.zeros(len(company), np.bool_))
    result = _sharpen(_with_rings(result, found, wanted), hard, wanted, solver, line)
    order = np.lexsort((result.owner, result.company))
    return _take(result, order)


def _returns(index: _Upward, found: Rings, solver: ExactOwnership) -> Shares:
    """V(h, h) of each entity: 1, and more on rings."""
    back = np.ones(len(found.ring))
    on_ring = np.flatnonzero((found.ring >= 0) & ~found.closed).astype(np.int32)
    nobody = np.zeros(len(back), np.bool_)
    _, _, _, _, returned, hard = _push(index, back, nobody, on_ring, 2.0, 1, 1)
    back[on_ring] += returned
    for company in hard.tolist():
        with suppress(TooLarge):
            back[company] = 1 + float((solver.walks(company) or {}).get(company, 0))
    return back


def _take(rows: Owners, which: NDArray[Any]) -> Owners:
    return Owners(rows.company[which], rows.owner[which], rows.share[which], rows.exact[which], rows.open[which])


def _with_rings(result: Owners, found: Rings, wanted: Flags) -> Owners:
    """Every wanted member of a closed ring owns what the ring owns; the push names the smallest member."""
    of_ring = found.closed[result.owner]
    if not of_ring.any():
        return result
    members = {part[0]: part for part in found.lists()}
    rows = [
        (at, member)
        for at in np.flatnonzero(of_ring).tolist()
        for member in members[int(result.owner[at])]
        if member != result.company[at] and wanted[member]
    ]
    which = np.concatenate([np.flatnonzero(~of_ring), np.array([at for at, _ in rows], np.int64)])
    owner = np.concatenate([result.owner[~of_ring], np.array([member for _, member in rows], np.int32)])
    taken = _take(result, which)
    return Owners(taken.company, owner, taken.share, taken.exact, taken.open)


def _sharpen(result: Owners, hard: Ids, wanted: Flags, solver: ExactOwnership, line: Fraction) -> Owners:
    """Decide in fractions: the owners of the ``hard`` companies, and of the others who lies near the line."""
    near = ~result.exact & (np.abs(result.share - float(line)) <= NEAR)
    sure = (result.exact | (result.share >= float(line))) & ~near
    rows: list[tuple[int, int, float, bool, bool]] = []
    for company in np.union1d(result.company[near], hard).tolist():
        here = slice(*np.searchsorted(result.company, [company, company + 1]))
        asked = None if company in hard else set(result.owner[here][near[here]].tolist())
        try:
            owned = solver.owned(company) or {}
        except TooLarge:
            rows += [(company, h, s, False, True) for h, s in zip(result.owner[here], result.share[here], strict=True)]
            continue
        for owner, share in owned.items():
            if share >= line and owner != company and wanted[owner] and (asked is None or owner in asked):
                rows.append((company, owner, float(share), True, False))
        if asked is None:
            sure[here] = False
    kept = _take(result, sure)
    return Owners(
        np.concatenate([kept.company, np.array([row[0] for row in rows], np.int32)]),
        np.concatenate([kept.owner, np.array([row[1] for row in rows], np.int32)]),
        np.concatenate([kept.share, np.array([row[2] for row in rows], np.float64)]),
        np.concatenate([kept.exact, np.array([row[3] for row in rows], np.bool_)]),
        np.concatenate([kept.open, np.array([row[4] for row in rows], np.bool_)]),
    )


class _Upward(NamedTuple):
    """Holdings by company as the push reads them; ``sink``: smallest member of a closed ring, or -1."""

    ptr: Pointers
    holder: Ids
    votes: Amounts
    capital: Amounts
    gap: Codes
    sink: Ids


class _Space(NamedTuple):
    """Scratch: what arrived at each node, what is still to be pushed from it, and the queue."""

    mass: Shares
    rest: Shares
    waiting: Flags
    touched: Ids
    queue: Ids


@compiled
def _is_held(index: _Upward, node: int) -> bool:
    """Whether mass is pushed on from the node."""
    if index.gap[node] == 5 or index.sink[node] >= 0 or index.capital[node] < 1:
        return False
    return bool(index.ptr[node] < index.ptr[node + 1])


@compiled
def _push_one(y: int, index: _Upward, space: _Space) -> tuple[int, bool]:
    """Push from one company into ``space``; how many nodes were reached, and whether nearly all was pushed."""
    mass, rest, waiting, touched, queue = space
    n = len(mass)
    count, head, size = 0, 0, 1
    queue[0], rest[y], waiting[y] = y, 1.0, True
    steps = 0
    while size and steps < _MOST_STEPS:
        steps += 1
        node = queue[head]
        head, size = (head + 1) % n, size - 1
        waiting[node] = False
        amount, rest[node] = rest[node] / index.capital[node], 0.0
        for k in range(index.ptr[node], index.ptr[node + 1]):
            if index.votes[k] <= 0:
                continue
            part = amount * index.votes[k]
            holder = index.holder[k]
            if index.sink[holder] >= 0:
                holder = index.sink[holder]
            if mass[holder] == 0.0:
                touched[count] = holder
                count += 1
            mass[holder] += part
            if _is_held(index, holder):
                rest[holder] += part
                if rest[holder] > _STOP and not waiting[holder]:
                    waiting[holder] = True
                    queue[(head + size) % n] = holder
                    size += 1
    done = size == 0
    while size:
        waiting[queue[head]] = False
        head, size = (head + 1) % n, size - 1
    for i in range(count):
        rest[touched[i]] = 0.0
    rest[y] = 0.0
    return count, done


@compiled
def _is_plain(y: int, index: _Upward) -> bool:
    """Whether none of the company's holders is held itself: then shares are direct."""
    for k in range(index.ptr[y], index.ptr[y + 1]):
        if index.sink[index.holder[k]] >= 0 or _is_held(index, index.holder[k]):
            return False
    return True


@compiled
def _push(
    index: _Upward, back: Shares, may_own: Flags, companies: Ids, line: float, over: int, under: int
) -> tuple[Ids, Ids, Shares, Flags, Shares, Ids]:
    """Push from each company: (company, owner, share, exact) over or near the line, then what came back to each
    company, then the companies that were given up.

    ``back``: V(h, h) of each holder; ``over`` / ``under``: the line.
    """
    n = len(index.capital)
    space = _Space(np.zeros(n), np.zeros(n), np.zeros(n, np.bool_), np.empty(n, np.int32), np.empty(n, np.int32))
    returned, hard = np.zeros(len(companies)), np.empty(len(companies), np.int32)
    size, given_up, room = 0, 0, 2 * len(companies) + 16
    company, owner = np.empty(room, np.int32), np.empty(room, np.int32)
    share, exact = np.empty(room), np.empty(room, np.bool_)
    for i in range(len(companies)):
        y = companies[i]
        if index.sink[y] < 0 and not _is_held(index, y):
            continue
        plain = _is_plain(y, index)
        count, done = (index.ptr[y + 1] - index.ptr[y], True) if plain else _push_one(y, index, space)
        if not done:
            hard[given_up] = y
            given_up += 1
        if size + count > room:
            room = 2 * room + count
            company, owner = _longer(company, room), _longer(owner, room)
            share, exact = _longer(share, room), _longer(exact, room)
        if plain:
            capital = index.capital[y]
            # the line in whole votes, rounded up, without exceeding an int64
            enough = capital // under * over + (capital % under * over + under - 1) // under
            for k in range(index.ptr[y], index.ptr[y + 1]):
                if may_own[index.holder[k]] and index.votes[k] >= enough:
                    company[size], owner[size], exact[size] = y, index.holder[k], True
                    share[size] = index.votes[k] / capital
                    size += 1
            continue
        returned[i] = space.mass[y]
        for j in range(count):
            node = space.touched[j]
            value = space.mass[node] / back[node]
            space.mass[node] = 0.0
            if may_own[node] and value >= line - NEAR and (node != y or index.sink[y] >= 0):
                company[size], owner[size], exact[size] = y, node, False
                share[size] = value
                size += 1
    rows = (company[:size].copy(), owner[:size].copy(), share[:size].copy(), exact[:size].copy())
    return (*rows, returned, hard[:given_up].copy())


@compiled
def _longer(column: NDArray[Any], size: int) -> NDArray[Any]:
    result = np.empty(size, column.dtype)
    result[: len(column)] = column
    return result
