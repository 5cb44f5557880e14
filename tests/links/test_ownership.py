"""Integrated ownership and beneficial owners: cycles, closed rings, the line of 25 %, chains."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from charts import Votes, columns

from credit_graph.links.beneficial import Criterion, beneficial_owners, chains
from credit_graph.links.exact import ExactOwnership, TooLarge
from credit_graph.links.forest import control_forest
from credit_graph.links.ownership import Owners, owners
from credit_graph.links.policy import link_policy
from credit_graph.links.rings import rings
from credit_graph.links.stakes import UNKNOWN, Ids, Stakes

P, Q, R = 5, 6, 7  # persons
N = 8
QUARTER = Fraction(1, 4)
PERSON = np.arange(N) >= P


def held(votes: Votes, capital: int = 100) -> Stakes:
    """Companies 0 to 4, persons 5 to 7."""
    return columns(N, votes, [capital] * P + [UNKNOWN] * 3)


def owned(holdings: Stakes, company: int) -> dict[int, Fraction] | None:
    return ExactOwnership(holdings, rings(holdings)).owned(company)


def rows(found: Owners) -> dict[tuple[int, int], tuple[float, bool]]:
    pairs = zip(found.owner.tolist(), found.company.tolist(), strict=True)
    return dict(zip(pairs, zip(found.share.tolist(), found.exact.tolist(), strict=True), strict=True))


def criteria(votes: Votes, ruled: Ids | None = None) -> dict[tuple[int, int], Criterion]:
    holdings = held(votes)
    found = beneficial_owners(holdings, control_forest(holdings, ruled=ruled), PERSON)
    pairs = zip(found.person.tolist(), found.company.tolist(), strict=True)
    return {pair: Criterion(kind) for pair, kind in zip(pairs, found.criteria.tolist(), strict=True)}


def test_shares_multiply_along_chains_and_add_up_over_them() -> None:
    votes: Votes = {(P, 0): 40, (P, 1): 60, (0, 2): 25, (1, 2): 20, (P, 2): 6}
    assert (owned(held(votes), 2) or {})[P] == Fraction(28, 100)  # 10 + 12 + 6
    found, complete = chains(held(votes), P, 2)
    assert complete
    assert [(chain.nodes, chain.share) for chain in found] == [
        ((P, 1, 2), Fraction(12, 100)),
        ((P, 0, 2), Fraction(10, 100)),
        ((P, 2), Fraction(6, 100)),
    ]
    assert chains(held(votes), P, 2, limit=1) == (found[:1], False)


def test_a_cycle_gives_its_outside_owners_more() -> None:
    # 20 % of 0 directly; 0 and 1 hold 40 % and 60 % of each other
    share = (owned(held({(P, 0): 20, (1, 0): 60, (0, 1): 40, (Q, 0): 20, (Q, 1): 60}), 0) or {})[P]
    assert share == Fraction(20, 100) / (1 - Fraction(24, 100))
    found = rows(owners(held({(P, 0): 20, (1, 0): 60, (0, 1): 40, (Q, 0): 20, (Q, 1): 60}), QUARTER))
    assert abs(found[P, 0][0] - float(share)) < 1e-6


def test_a_holder_on_a_cycle_does_not_count_itself() -> None:
    found = owned(held({(P, 0): 40, (2, 0): 60, (0, 1): 100, (1, 2): 100}), 2)
    assert found == {0: 1, 1: 1, P: 1, 2: Fraction(60, 100)}


def test_a_closed_ring_is_the_last_owner() -> None:
    holdings = held({(0, 1): 100, (1, 2): 100, (2, 0): 100, (1, 3): 30, (P, 3): 70})
    assert owned(holdings, 3) == {
        0: Fraction(30, 100),
        1: Fraction(30, 100),
        2: Fraction(30, 100),
        P: Fraction(70, 100),
    }
    assert owned(holdings, 0) == {1: Fraction(1), 2: Fraction(1)}
    found = rows(owners(holdings, QUARTER))
    assert found.keys() == {(h, 3) for h in (0, 1, 2, P)} | {(x, y) for x in range(3) for y in range(3) if x != y}
    assert rows(owners(holdings, QUARTER, owner_is=PERSON)).keys() == {(P, 3)}


def test_a_ring_that_is_nearly_closed_neither_hangs_nor_loses_anyone() -> None:
    capital = 10**12
    holdings = held({(0, 1): capital - 1, (1, 0): capital, (P, 1): 1, (0, 2): capital, (1, 3): capital // 2}, capital)
    found = rows(owners(holdings, QUARTER))
    assert found[P, 0] == found[P, 1] == found[P, 2] == (1.0, True)
    assert found[P, 3] == (0.5, True)


def test_over_100_owns_nothing_unless_asked() -> None:
    votes: Votes = {(P, 0): 60, (Q, 0): 60, (0, 1): 50, (2, 3): 90, (3, 2): 90, (R, 2): 90}
    holdings = held(votes)
    assert owned(holdings, 1) == {0: Fraction(1, 2)}
    assert rows(owners(holdings, QUARTER)).keys() == {(0, 1), (2, 3)}
    solver = ExactOwnership(holdings, rings(holdings), use_faults=True)
    assert solver.owned(1) == {0: Fraction(1, 2), P: Fraction(3, 10), Q: Fraction(3, 10)}
    # a ring whose sums over walks grow without end
    ring = held({(2, 3): 90, (3, 2): 90, (R, 2): 50, (R, 3): 50, (Q, 3): 50, (4, 2): 100, (2, 4): 100})
    assert ExactOwnership(ring, rings(ring), use_faults=True).owned(3) is None


@pytest.mark.parametrize(("votes", "counts"), [(249_999_999_999, False), (250_000_000_000, True)])
def test_the_line_is_exact_directly_and_through_chains(votes: int, counts: bool) -> None:
    capital = 10**12
    holdings = held({(P, 0): votes, (Q, 0): capital - votes, (0, 1): capital, (1, 2): capital}, capital)
    found = rows(owners(holdings, QUARTER, owner_is=PERSON))
    assert {(P, y) in found for y in range(3)} == {counts}
    assert all(exact for _, exact in (found[pair] for pair in found if pair[0] == P))


def test_thirds_are_no_third() -> None:
    # 3 x 1/12 through three companies: exactly a quarter, which floats may miss
    votes: Votes = {}
    for y in range(3):
        votes |= {(y, 3): 4, (P, y): 3}
    found = rows(owners(held(votes, 12), QUARTER, owner_is=PERSON))
    assert found[P, 3] == (0.25, True)


def test_a_ring_too_large_for_fractions_is_said_to_be_open() -> None:
    n, capital = 202, 1000
    votes: Votes = {}
    for y in range(200):
        votes |= {(y, (y + 1) % 200): 500, (200, y): 250, (201, y): 250}
    holdings = columns(n, votes, [capital] * 200 + [UNKNOWN] * 2)
    with pytest.raises(TooLarge):
        owned(holdings, 0)
    found = owners(holdings, Fraction(1, 2), owner_is=np.arange(n) >= 200)
    assert len(found.company) == 400
    assert found.open.all()
    assert np.allclose(found.share, 0.5)
    assert not owners(holdings, QUARTER, owner_is=np.arange(n) >= 200).open.any()


def test_beneficial_owners_by_equity_votes_and_control() -> None:
    # P: 51 % x 51 % x 51 % of 2; Q the rest of 2; R has 30 % of 3 by votes through 4, and 15 % of its equity
    found = criteria({(P, 0): 51, (0, 1): 51, (1, 2): 51, (Q, 2): 49, (R, 4): 51, (4, 3): 30, (Q, 3): 70})
    both = Criterion.EQUITY | Criterion.VOTES
    assert found == {
        (P, 0): both | Criterion.CONTROL,
        (P, 1): both | Criterion.CONTROL,
        (P, 2): Criterion.VOTES | Criterion.CONTROL,
        (Q, 2): both,
        (Q, 3): both | Criterion.CONTROL,
        (R, 3): Criterion.VOTES,
        (R, 4): both | Criterion.CONTROL,
    }


def test_joint_control_through_companies() -> None:
    found = criteria({(P, 0): 51, (Q, 1): 51, (0, 2): 50, (1, 2): 50})
    expected = Criterion.EQUITY | Criterion.VOTES | Criterion.JOINT_CONTROL
    assert (found[P, 2], found[Q, 2]) == (expected, expected)
    assert Criterion.EQUITY not in criteria({(P, 0): 51, (0, 3): 51, (3, 1): 50, (Q, 1): 50})[P, 1]


def test_an_executing_partner_has_the_votes_and_not_the_equity() -> None:
    ruled = np.full(N, -1, np.int32)
    ruled[0] = P
    found = criteria({(P, 0): 1, (Q, 0): 99}, ruled)
    assert found == {(P, 0): Criterion.VOTES | Criterion.CONTROL, (Q, 0): Criterion.EQUITY}


def test_exactly_a_quarter_counts_and_just_under_does_not() -> None:
    assert criteria({(P, 0): 25, (Q, 0): 24, (0, 1): 100}).keys() == {(P, 0), (P, 1)}


def test_the_line_is_policy() -> None:
    assert link_policy().on(date(2024, 10, 31)).beneficial is None
    rule = link_policy().on(date(2024, 11, 1)).beneficial
    assert rule is not None
    assert rule.line == QUARTER
