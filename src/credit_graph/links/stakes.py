"""Holdings as columns of integers, indexed both ways: what control, ownership and groups are computed on.

Entities are numbers 0 .. n-1 (of any order; ids of one component close together are faster). Votes are whole numbers
(fen of subscribed capital, basis points), so no threshold is ever judged on a quotient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from credit_graph.links.compiled import compiled

Ids = NDArray[np.int32]
Amounts = NDArray[np.int64]
Pointers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.uint8]

BLANK = -1  # votes of a holder that no source gives
GONE = -2  # votes that were added to those of another row
UNKNOWN = -1  # capital that no source gives, or the entity is no company
MAX_VOTES = 2**61  # of a company; twice that still fits an int64


class Gap(IntEnum):
    """What a company's list of holders lacks, or what is wrong with it."""

    COMPLETE = 0
    UNLISTED = 1  # the sum is under 100 %
    BLANK = 2  # two holders or more without an amount
    NO_HOLDERS = 3
    NO_CAPITAL = 4
    OVER_100 = 5  # a data fault: nothing is concluded from it


@dataclass(frozen=True, slots=True)
class Stakes:
    """Holdings by company (``in_*``) and by holder (``out_*``), without own shares.

    ``in_ptr``/``out_ptr`` int64 (n + 1): the rows of entity ``i`` are ``ptr[i] : ptr[i + 1]``. ``in_holder`` int32,
    ``in_votes`` int64 (``BLANK`` where unknown), ``in_row`` int32: row of the arrays that were given.
    ``capital`` int64 (n): votes of each company, own shares taken off; ``own`` int64 (n): those shares;
    ``unlisted`` int64 (n): votes of nobody on the list; ``gap`` uint8 (n): :class:`Gap`;
    ``residual`` bool (rows): votes that were inferred as what the other holders leave.
    """

    n: int
    in_ptr: Pointers
    in_holder: Ids
    in_votes: Amounts
    in_row: Ids
    out_ptr: Pointers
    out_company: Ids
    capital: Amounts
    own: Amounts
    unlisted: Amounts
    gap: Codes
    residual: Flags

    def holders(self, company: int) -> list[tuple[int, int]]:
        """(holder, votes) of a company in the order given."""
        part = slice(self.in_ptr[company], self.in_ptr[company + 1])
        return list(zip(self.in_holder[part].tolist(), self.in_votes[part].tolist(), strict=True))


def stakes(
    n: int,
    holder: Ids,
    company: Ids,
    votes: Amounts,
    capital: Amounts,
    *,
    own_shares_vote: bool = False,
    infer_residual: bool = True,
) -> Stakes:
    """Index holdings: one row per (holder, company); ``votes`` (``BLANK`` if unknown) by row, ``capital`` by entity.

    Own shares (库存股) carry no vote: they are taken off the capital unless ``own_shares_vote``. The only blank holder
    of a company has what the others leave unless ``infer_residual`` is false. Raises ``ValueError`` for ids outside
    0 .. n-1, two rows of a pair, negative votes, or a capital or sum over ``MAX_VOTES``.
    """
    holder, company = np.asarray(holder, np.int32), np.asarray(company, np.int32)
    votes, capital = np.asarray(votes, np.int64), np.array(capital, np.int64)
    _check(n, holder, company, votes, capital)
    apart = holder != company
    in_ptr, in_row = _index(n, company, apart)
    in_holder, in_votes = holder[in_row], votes[in_row]
    if _has_double(in_ptr, in_holder):
        raise ValueError("a holder has two rows in one company")
    out_ptr, out_row = _index(n, holder, apart)
    own = np.zeros(n, np.int64)
    np.add.at(own, company[~apart], np.maximum(votes[~apart], 0))
    if not own_shares_vote:
        capital = np.where(capital >= own, capital - own, capital)
    residual = np.zeros(len(in_row), np.bool_)
    unlisted, gap = _gaps(in_ptr, in_votes, capital, own if own_shares_vote else own * 0, residual, infer_residual)
    return Stakes(
        n, in_ptr, in_holder, in_votes, in_row, out_ptr, company[out_row], capital, own, unlisted, gap, residual
    )


def _check(n: int, holder: Ids, company: Ids, votes: Amounts, capital: Amounts) -> None:
    if not len(holder) == len(company) == len(votes) or len(capital) != n:
        raise ValueError("columns of different lengths")
    for ids in (holder, company):
        if len(ids) and (ids.min() < 0 or ids.max() >= n):
            raise ValueError(f"ids must lie in 0 .. {n - 1}")
    if len(votes) and (votes.min() < BLANK or votes.max() > MAX_VOTES):
        raise ValueError("votes must not be negative or over MAX_VOTES")
    if n and (capital.min() < UNKNOWN or capital.max() > MAX_VOTES):
        raise ValueError("a capital must not be negative or over MAX_VOTES")
    if float(np.maximum(votes, 0).astype(np.float64).sum()) > MAX_VOTES:
        # only then is it worth to look company by company
        sums = np.bincount(company, np.maximum(votes, 0).astype(np.float64), n)
        if sums.max() > MAX_VOTES:
            raise ValueError("the votes of a company add up to more than MAX_VOTES")


def together(
    n: int, holder: Ids, company: Ids, votes: Amounts, parties: Sequence[Sequence[int]]
) -> tuple[Ids, Ids, Amounts, Ids]:
    """The holdings with each set of concert parties (一致行动人) as one holder: set ``k`` becomes entity ``n + k``.

    Its votes in a company are added up in one row; one blank makes them blank. The fourth column is the row given
    (int32), the first of several. Members keep their own holders. Parties must not overlap.
    """
    to = np.arange(n, dtype=np.int32)
    for k, party in enumerate(parties):
        to[list(party)] = n + k
    votes, _ = pooled(to[holder], company, votes, to[holder] != holder)
    keep = np.flatnonzero(votes != GONE)
    return to[holder][keep], company[keep], votes[keep], keep.astype(np.int32)


def pooled(holder: Ids, company: Ids, votes: Amounts, several: Flags) -> tuple[Amounts, dict[int, list[int]]]:
    """The votes with the rows of one pair added up in its first row, and ``GONE`` in the others; one blank makes them
    blank. ``several``: bool by row, the rows that may have the pair of another. And row -> the rows in it, if several.
    """
    votes = votes.copy()
    first: dict[tuple[int, int], list[int]] = {}
    for row in np.flatnonzero(several).tolist():
        first.setdefault((int(holder[row]), int(company[row])), []).append(row)
    rows: dict[int, list[int]] = {part[0]: part for part in first.values()}
    for at, part in rows.items():
        blank = bool((votes[part] == BLANK).any())
        votes[at], votes[part[1:]] = BLANK if blank else votes[part].sum(), GONE
    return votes, rows


@compiled
def _index(n: int, key: Ids, use: Flags) -> tuple[Pointers, Ids]:
    """Counting sort of the rows in use by key: pointers and row numbers, stable."""
    ptr = np.zeros(n + 1, np.int64)
    for i in range(len(key)):
        if use[i]:
            ptr[key[i] + 1] += 1
    for i in range(n):
        ptr[i + 1] += ptr[i]
    row = np.empty(ptr[n], np.int32)
    for i in range(len(key)):
        if use[i]:
            row[ptr[key[i]]] = i
            ptr[key[i]] += 1
    for i in range(n, 0, -1):
        ptr[i] = ptr[i - 1]
    ptr[0] = 0
    return ptr, row


@compiled
def _has_double(ptr: Pointers, holder: Ids) -> bool:
    last = np.zeros(len(ptr), np.int32)
    for y in range(len(ptr) - 1):
        for k in range(ptr[y], ptr[y + 1]):
            if last[holder[k]] == y + 1:
                return True
            last[holder[k]] = y + 1
    return False


@compiled
def _gaps(
    ptr: Pointers, votes: Amounts, capital: Amounts, taken: Amounts, residual: Flags, infer: bool
) -> tuple[Amounts, Codes]:
    """Unlisted votes and :class:`Gap` per company; fills the only blank of a company where ``infer``."""
    n = len(capital)
    unlisted = np.zeros(n, np.int64)
    gap = np.zeros(n, np.uint8)
    for y in range(n):
        first, end = ptr[y], ptr[y + 1]
        if capital[y] < 1:
            gap[y] = 4 if end > first or capital[y] == 0 else 0
            continue
        listed, blanks, blank = taken[y], 0, -1
        for k in range(first, end):
            if votes[k] < 0:
                blanks += 1
                blank = k
            else:
                listed += votes[k]
        rest = capital[y] - listed
        if rest < 0:
            gap[y] = 5
            continue
        if blanks == 1 and infer:
            votes[blank] = rest
            residual[blank] = True
            rest, blanks = 0, 0
        unlisted[y] = rest
        if end == first:
            gap[y] = 3
        elif blanks and rest:
            gap[y] = 2
        elif rest:
            gap[y] = 1
    return unlisted, gap


def ruled_by(n: int, rules: Sequence[tuple[int, int]]) -> Ids:
    """Per entity who rules it whatever the votes (agreement, appointment, executing partner), else -1.

    ``rules``: (controller, company). Of several controllers of one company none rules it.
    """
    found = np.full(n, -1, np.int32)
    several = set()
    for controller, company in rules:
        if found[company] not in (-1, controller):
            several.add(company)
        found[company] = controller
    found[list(several)] = -1
    return found
