"""Beneficial owners (受益所有人): natural persons by equity, by votes, by control, each with its chains.

受益所有人信息管理办法 (令〔2024〕第3号), in force 2024-11-01: who finally owns 25 % or more of the equity; else has
25 % or more of the income or votes; else controls alone or jointly. All that apply are reported. The line is a dated
row of policies/links/control.yml. Income other than by equity is in no source.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from fractions import Fraction

import numpy as np

from credit_graph.links.compiled import compiled
from credit_graph.links.forest import ControlForest
from credit_graph.links.ownership import Shares, owners
from credit_graph.links.stakes import Amounts, Codes, Flags, Ids, Pointers, Stakes

_MOST_STEPS = 20_000  # of the search for chains


class Criterion(IntFlag):
    """By what a person is a beneficial owner."""

    EQUITY = 1
    VOTES = 2
    CONTROL = 4
    JOINT_CONTROL = 8  # two persons' votes are exactly half each, or they act in concert


@dataclass(frozen=True, slots=True)
class BeneficialOwners:
    """One row per (company, person), ordered so.

    ``criteria`` uint8: :class:`Criterion`; ``share`` float64: integrated ownership, NaN where under the line;
    ``exact`` bool: the share was worked out in whole numbers or fractions; ``votes`` int64: of the company's capital,
    those that the person and the companies under it have, 0 where under the line and no control.
    """

    company: Ids
    person: Ids
    criteria: Codes
    share: Shares
    exact: Flags
    votes: Amounts


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain of holdings from an owner (first) to a company (last), and the product of its shares."""

    nodes: tuple[int, ...]
    share: Fraction


def beneficial_owners(
    holdings: Stakes,
    forest: ControlForest,
    person: Flags,
    line: Fraction = Fraction(1, 4),
    joint: Sequence[tuple[int, int]] = (),
) -> BeneficialOwners:
    """The beneficial owners of all companies. ``person``: bool (n), natural persons; ``joint``: (company, person) of
    those who control it with others by agreement."""
    equity = owners(holdings, line, owner_is=person)
    by_votes = votes_at_least(holdings, forest, person, line)
    agreed = np.array(joint, np.int32).reshape(-1, 2)
    company = np.concatenate([equity.company, by_votes[0], agreed[:, 0]])
    owner = np.concatenate([equity.owner, by_votes[1], agreed[:, 1]])
    key, where = np.unique(company.astype(np.int64) * holdings.n + owner, return_inverse=True)
    at_equity, at_votes, at_joint = np.split(where, np.cumsum([len(equity.company), len(by_votes[0])]))
    criteria, share = np.zeros(len(key), np.uint8), np.full(len(key), np.nan)
    exact, votes = np.zeros(len(key), np.bool_), np.zeros(len(key), np.int64)
    criteria[at_equity], share[at_equity], exact[at_equity] = int(Criterion.EQUITY), equity.share, equity.exact
    criteria[at_votes] |= by_votes[3]
    criteria[at_joint] |= int(Criterion.JOINT_CONTROL)
    votes[at_votes] = by_votes[2]
    companies, persons = np.divmod(key, max(holdings.n, 1))
    return BeneficialOwners(companies.astype(np.int32), persons.astype(np.int32), criteria, share, exact, votes)


def votes_at_least(
    holdings: Stakes, forest: ControlForest, person: Flags, line: Fraction
) -> tuple[Ids, Ids, Amounts, Codes]:
    """(company, person, votes, criteria) of every person who with the companies under it has the line's part of the
    votes, or controls the company alone or with one other."""
    return _votes(
        holdings.in_ptr,
        holdings.in_holder,
        holdings.in_votes,
        holdings.capital,
        holdings.gap,
        forest.root,
        forest.basis,
        forest.status,
        person,
        line.numerator,
        line.denominator,
    )


@compiled
def _votes(
    ptr: Pointers,
    holder: Ids,
    votes: Amounts,
    capital: Amounts,
    gap: Codes,
    root: Ids,
    basis: Codes,
    status: Codes,
    person: Flags,
    over: int,
    under: int,
) -> tuple[Ids, Ids, Amounts, Codes]:
    n = len(capital)
    acc, touched = np.zeros(n, np.int64), np.empty(n, np.int32)
    # two passes: the first counts the rows
    company, owner = np.empty(0, np.int32), np.empty(0, np.int32)
    amount, criteria = np.empty(0, np.int64), np.empty(0, np.uint8)
    for writing in (False, True):
        size = 0
        for y in range(n):
            count = 0
            top = root[y] if status[y] == 1 else -1
            if basis[y] == 4:  # whoever rules it has its votes
                if capital[y] > 0 or top >= 0:
                    touched[0], acc[top], count = top, max(capital[y], 0), 1
            elif capital[y] > 0 and gap[y] != 5:
                for k in range(ptr[y], ptr[y + 1]):
                    r = root[holder[k]]
                    if person[r] and votes[k] > 0:
                        if acc[r] == 0:
                            touched[count] = r
                            count += 1
                        acc[r] += votes[k]
            enough = capital[y] // under * over + (capital[y] % under * over + under - 1) // under
            for i in range(count):
                r = touched[i]
                has, acc[r] = acc[r], 0
                found = (2 if has >= enough and has > 0 else 0) | (4 if r == top else 0)
                found |= 8 if status[y] == 4 and 2 * has == capital[y] else 0
                if found and person[r]:
                    if writing:
                        company[size], owner[size], amount[size], criteria[size] = y, r, has, found
                    size += 1
        if not writing:
            company, owner = np.empty(size, np.int32), np.empty(size, np.int32)
            amount, criteria = np.empty(size, np.int64), np.empty(size, np.uint8)
    return company, owner, amount, criteria


def chains(holdings: Stakes, owner: int, company: int, limit: int = 20) -> tuple[list[Chain], bool]:
    """The chains of holdings from ``owner`` to ``company`` that visit nobody twice, the strongest first.

    And whether these are all. Without rings their products add up to the integrated share; what a ring sends round
    comes on top.
    """
    found: list[Chain] = []
    waiting: list[tuple[Fraction, tuple[int, ...]]] = [(Fraction(-1), (company,))]
    for _ in range(_MOST_STEPS):
        if not waiting or len(found) == limit:
            break
        share, nodes = heapq.heappop(waiting)
        if nodes[0] == owner:
            found.append(Chain(nodes, -share))
            continue
        capital = int(holdings.capital[nodes[0]])
        for holder, votes in holdings.holders(nodes[0]) if capital > 0 else ():
            # who is not held is an end: of a company's many holders only those that lead further are kept
            leads = holder == owner or holdings.in_ptr[holder] < holdings.in_ptr[holder + 1]
            if votes > 0 and leads and holder not in nodes:
                heapq.heappush(waiting, (share * Fraction(votes, capital), (holder, *nodes)))
    return found, not waiting
