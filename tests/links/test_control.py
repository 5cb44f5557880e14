"""Control on columns: a case for each rule about votes, then rings, chains, trees and explanations."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from charts import Votes, columns
from numba import njit
from numba.core.caching import CacheImpl

from credit_graph.links.closure import closure, largest_minority
from credit_graph.links.compiled import compiled
from credit_graph.links.forest import Basis, ControlForest, Status, control_forest, supporting_votes
from credit_graph.links.groups import components, groups
from credit_graph.links.rings import outside_share, rings
from credit_graph.links.stakes import BLANK, MAX_VOTES, UNKNOWN, Gap, Stakes, ruled_by, stakes, together

P, Q, R = 7, 8, 9  # persons
N = 10


def grown(
    votes: Votes, *, capital: int = 100, half: bool = False, rules: list[tuple[int, int]] | None = None
) -> tuple[Stakes, ControlForest]:
    """Companies 0 to 6, persons 7 to 9."""
    holdings = columns(N, votes, [capital] * P + [UNKNOWN] * 3)
    return holdings, control_forest(holdings, at_exactly_half=half, ruled=ruled_by(N, rules or []))


def pairs(forest: ControlForest) -> set[tuple[int, int]]:
    return {(x, y) for x in range(N) for y in forest.controlled(x)}


# rules about votes


def test_half_is_control_only_under_the_law_until_2024() -> None:
    votes: Votes = {(P, 0): 50, (Q, 0): 30, (R, 0): 20}
    _, now = grown(votes)
    _, then = grown(votes, half=True)
    assert (now.parent[0], now.status[0]) == (-1, Status.NONE)
    assert (then.parent[0], then.status[0], then.basis[0]) == (P, Status.CONTROLLED, Basis.HALF)
    assert now.near_line[0]


def test_half_of_the_rest_in_one_hand_leaves_both_with_half() -> None:
    votes: Votes = {(P, 0): 50, (Q, 0): 30, (1, 0): 20, (Q, 1): 60, (R, 1): 40}
    for half in (False, True):
        _, forest = grown(votes, half=half)
        assert (forest.parent[0], forest.status[0]) == (-1, Status.JOINT)


def test_sums_are_never_rounded() -> None:
    thirds, capital = 166_667, 1_000_000  # 16.6667 % each: 50.0001 % together
    votes: Votes = {(P, 1): capital, (P, 2): capital, (P, 0): thirds, (1, 0): thirds, (2, 0): thirds, (Q, 0): 499_999}
    _, forest = grown(votes, capital=capital)
    assert (forest.parent[0], forest.basis[0], forest.near_line[0]) == (P, Basis.JOINTLY, True)
    votes |= {(P, 0): thirds - 1, (Q, 0): 500_000}
    _, forest = grown(votes, capital=capital)
    assert (forest.parent[0], forest.status[0], forest.near_line[0]) == (-1, Status.JOINT, True)


def test_amounts_of_the_largest_size_are_compared_exactly() -> None:
    capital = MAX_VOTES
    _, forest = grown({(P, 0): capital // 2 + 1, (Q, 0): capital // 2 - 1}, capital=capital)
    assert forest.parent[0] == P
    _, forest = grown({(P, 0): capital // 2, (Q, 0): capital // 2}, capital=capital)
    assert forest.status[0] == Status.JOINT


def test_two_halves_are_joint_control() -> None:
    _, forest = grown({(P, 1): 90, (1, 0): 50, (Q, 0): 50, (0, 2): 80})
    assert [forest.status[y] for y in (0, 1, 2)] == [Status.JOINT, Status.CONTROLLED, Status.CONTROLLED]
    assert forest.root[2] == 0


def test_concert_parties_vote_as_one() -> None:
    rows = {(P, 0): 20, (Q, 0): 33, (R, 0): 47, (P, 1): 40, (R, 1): 60}
    holder, company = (np.array(part, np.int32) for part in zip(*rows, strict=True))
    votes = np.array(list(rows.values()), np.int64)
    holder, company, votes, row = together(N, holder, company, votes, [[P, Q]])
    assert (holder.tolist(), company.tolist()) == ([N, R, N, R], [0, 0, 1, 1])
    assert (votes.tolist(), row.tolist()) == ([53, 47, 40, 60], [0, 2, 3, 4])
    forest = control_forest(stakes(N + 1, holder, company, votes, np.array([100] * P + [UNKNOWN] * 4)))
    assert (forest.parent[0], forest.parent[1]) == (N, R)


def test_a_blank_of_one_party_leaves_the_sum_blank() -> None:
    columns_ = together(
        3, np.array([1, 2], np.int32), np.array([0, 0], np.int32), np.array([BLANK, 30], np.int64), [[1, 2]]
    )
    assert columns_[2].tolist() == [BLANK]


def test_own_shares_carry_no_vote() -> None:
    votes: Votes = {(0, 0): 20, (P, 0): 41, (Q, 0): 39}
    holdings, forest = grown(votes)
    assert (holdings.capital[0], holdings.own[0], forest.parent[0]) == (80, 20, P)
    holdings = columns(N, votes, [100] * P + [UNKNOWN] * 3, own_shares_vote=True)
    assert control_forest(holdings).parent[0] == -1


def test_missing_holders_leave_it_open() -> None:
    holdings, forest = grown({(P, 0): 45})
    assert (holdings.gap[0], holdings.unlisted[0], forest.status[0]) == (Gap.UNLISTED, 55, Status.UNDETERMINED)
    assert closure(holdings, P, possible=True) == {0}
    assert closure(holdings, Q, possible=True) == set()
    # what is missing can't give anyone a majority
    _, forest = grown({(P, 0): 40, (Q, 0): 40, (R, 0): 11})
    assert forest.status[0] == Status.NONE


def test_one_blank_is_the_residual() -> None:
    holdings, forest = grown({(P, 0): None, (Q, 0): 40})
    assert (holdings.in_votes.tolist(), holdings.residual.tolist()) == ([60, 40], [True, False])
    assert (holdings.gap[0], forest.parent[0]) == (Gap.COMPLETE, P)


def test_two_blanks_say_nothing() -> None:
    holdings, forest = grown({(P, 0): None, (Q, 0): None, (R, 0): 40})
    assert (holdings.gap[0], forest.status[0]) == (Gap.BLANK, Status.UNDETERMINED)
    assert [closure(holdings, x, possible=True) for x in (P, Q, R)] == [{0}, {0}, set()]
    _, forest = grown({(P, 0): None, (Q, 0): None, (R, 0): 51})
    assert forest.parent[0] == R


def test_over_100_is_a_fault_and_gives_no_controller() -> None:
    holdings, forest = grown({(P, 0): 60, (Q, 0): 60, (0, 1): 60})
    assert (holdings.gap[0], forest.status[0], forest.parent[1]) == (Gap.OVER_100, Status.UNDETERMINED, 0)
    assert closure(holdings, P, use_faults=True) == {0, 1}
    assert closure(holdings, P) == set()


def test_a_company_without_holders_or_capital() -> None:
    holdings = columns(4, {(3, 1): 60, (3, 2): 60}, [100, UNKNOWN, 0, UNKNOWN])
    forest = control_forest(holdings)
    assert holdings.gap.tolist() == [Gap.NO_HOLDERS, Gap.NO_CAPITAL, Gap.NO_CAPITAL, Gap.COMPLETE]
    assert forest.status.tolist() == [Status.UNDETERMINED] * 3 + [Status.TOP]


def test_control_by_the_state_is_reported_and_groups_stop_there() -> None:
    _, forest = grown({(P, 0): 100, (P, 1): 100, (0, 2): 60, (1, 3): 60, (Q, 4): 80, (Q, 5): 70})
    state = np.arange(N) == P
    assert [int(forest.root[y]) for y in (0, 1, 2, 3)] == [P] * 4
    assert groups(forest, state)[:7].tolist() == [0, 1, 0, 1, Q, Q, 6]
    assert groups(forest, ~state & False)[:4].tolist() == [P] * 4


def test_the_executing_partner_and_agreements_go_before_votes() -> None:
    votes: Votes = {(P, 0): 99, (1, 0): 1, (Q, 1): 100, (R, 2): 100, (0, 3): 60}
    _, forest = grown(votes, rules=[(1, 0), (P, 2)])
    assert (forest.parent[0], forest.basis[0], forest.root[3]) == (1, Basis.RULED, Q)
    assert (forest.parent[2], forest.basis[2]) == (P, Basis.RULED)
    # two that claim the same company cancel out
    _, forest = grown(votes, rules=[(P, 2), (Q, 2)])
    assert (forest.parent[2], forest.basis[2]) == (R, Basis.DIRECT)


def test_the_largest_minority_is_a_rule_apart() -> None:
    holdings, forest = grown({
        (P, 0): 40, (Q, 0): 30, (R, 0): 30,
        (P, 1): 40, (Q, 1): 40, (R, 1): 20,
        (P, 2): 40, (Q, 2): 10,
        (P, 3): 60, (Q, 3): 40,
        (P, 4): None, (Q, 4): None, (R, 4): 45,
    })  # fmt: skip
    assert [largest_minority(holdings, y) for y in range(6)] == [P, None, None, None, None, None]
    assert forest.parent[0] == -1


# the forest


def test_the_fixpoint_is_least() -> None:
    _, forest = grown({(P, 0): 30, (1, 0): 40, (0, 1): 45, (P, 1): 30})
    assert pairs(forest) == set()
    _, forest = grown({(P, 0): 30, (1, 0): 40, (0, 1): 45, (P, 1): 51})
    assert pairs(forest) == {(P, 0), (P, 1)}


def test_a_ring_has_no_outside_controller() -> None:
    _, forest = grown({(0, 1): 85, (1, 2): 85, (2, 0): 85, (P, 0): 15, (2, 3): 70})
    assert forest.ring[:4].tolist() == [0, 0, 0, -1]
    assert forest.status[:4].tolist() == [Status.RING] * 3 + [Status.CONTROLLED]
    assert (forest.root[3], forest.members(1), forest.chain(3)) == (0, [0, 1, 2], [3, 0])
    assert {x for x, y in pairs(forest) if y == 0} == {1, 2}


def test_a_ring_under_an_outside_controller_and_one_of_joint_votes() -> None:
    _, forest = grown({(P, 0): 51, (0, 1): 51, (1, 2): 51, (2, 0): 49})
    assert (forest.ring[:3].tolist(), forest.root[:3].tolist()) == ([-1] * 3, [P] * 3)
    # 0 controls 1 and 2, which together hold most of 0, and one of which alone holds most of 3
    holdings, forest = grown({(0, 1): 60, (0, 2): 60, (1, 0): 30, (2, 0): 30, (P, 0): 40})
    assert (forest.status[0], holdings.gap[0]) == (Status.ITSELF, Gap.COMPLETE)
    _, forest = grown({(0, 1): 60, (1, 2): 60, (1, 0): 30, (2, 0): 30, (P, 0): 40})
    assert forest.ring[:3].tolist() == [0, 0, -1]


def test_a_company_moves_deeper_when_a_lower_controller_is_found() -> None:
    # P holds most of 1; 2 is attached to 1 only when 3 is; 0 first goes to P, then to 1
    votes: Votes = {(P, 1): 60, (P, 0): 15, (2, 0): 45, (1, 2): 30, (3, 2): 25, (1, 3): 30, (4, 3): 25, (1, 4): 51}
    votes |= {(1, 0): 10}
    holdings, forest = grown(votes)
    assert (forest.parent[:5].tolist(), forest.basis[:5].tolist()) == (
        [1, P, 1, 1, 1],
        [Basis.JOINTLY, Basis.DIRECT, Basis.JOINTLY, Basis.JOINTLY, Basis.DIRECT],
    )
    total, rows = supporting_votes(holdings, forest, 1, 0)
    assert (total, sorted(votes_ for _, votes_ in rows)) == (55, [10, 45])
    names = list(votes)
    assert {names[row] for row, _ in rows} == {(2, 0), (1, 0)}
    assert supporting_votes(holdings, forest, P, 0)[0] == 70
    assert forest.tree(P) == [(0, P), (1, 1), (2, 0), (2, 2), (2, 3), (2, 4)]


def test_long_chains_and_wide_stars_are_linear() -> None:
    n = 200_000
    ids = np.arange(n - 1, dtype=np.int32)
    chain = stakes(n, ids, ids + 1, np.full(n - 1, 51), np.full(n, 100))
    forest = control_forest(chain)
    assert (forest.root == 0).all()
    assert (len(forest.controlled(n // 2)), len(forest.tree(n - 3))) == (n // 2 - 1, 3)
    star = stakes(n, np.zeros(n - 1, np.int32), ids + 1, np.full(n - 1, 60), np.full(n, 100))
    assert len(control_forest(star).controlled(0)) == n - 1
    held = stakes(n, ids + 1, np.zeros(n - 1, np.int32), np.full(n - 1, 1), np.full(n, n - 1))
    assert control_forest(held).status[0] == Status.NONE


# bad input


@pytest.mark.parametrize(
    ("holder", "company", "votes", "capital"),
    [
        ([5], [0], [10], [100, 100]),
        ([0], [-1], [10], [100, 100]),
        ([0], [1], [-2], [100, 100]),
        ([0], [1], [10], [100]),
        ([0, 0], [1, 1], [10, 10], [100, 100]),
        ([0], [1], [10], [100, MAX_VOTES + 1]),
        ([0], [1], [MAX_VOTES + 1], [100, 100]),
    ],
)
def test_columns_that_make_no_sense_are_refused(
    holder: list[int], company: list[int], votes: list[int], capital: list[int]
) -> None:
    with pytest.raises(ValueError, match=r".+"):
        stakes(2, np.array(holder), np.array(company), np.array(votes), np.array(capital))


def test_without_a_folder_for_machine_code_functions_run_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def double(x: int) -> int:
        return 2 * x

    for name in ("_locator_classes", "_CacheImpl__locator_classes"):
        monkeypatch.setattr(CacheImpl, name, [], raising=False)
    with pytest.raises(RuntimeError, match="cannot cache"):
        njit(cache=True)(double)
    assert compiled(double)(21) == 42


def test_nothing_at_all() -> None:
    empty = np.array([], np.int32)
    holdings: Stakes = stakes(0, empty, empty, empty.astype(np.int64), empty.astype(np.int64))
    assert len(control_forest(holdings).parent) == 0
    assert rings(holdings).lists() == []


# rings and components


def test_rings_and_what_is_held_from_outside() -> None:
    votes: Votes = {(0, 1): 10, (1, 2): 10, (2, 0): 30, (2, 3): 10, (4, 4): 5, (5, 6): 100, (6, 5): 100}
    holdings, _ = grown(votes)
    found = rings(holdings)
    assert found.lists() == [[0, 1, 2], [5, 6]]
    assert np.flatnonzero(found.closed).tolist() == [5, 6]
    assert [outside_share(holdings, y, found) for y in (0, 1, 5)] == [Fraction(7, 10), Fraction(9, 10), 0]


def test_components_have_the_smallest_member_as_name() -> None:
    a, b = np.array([5, 1, 4, 2, 7]), np.array([4, 2, 3, 1, 7])
    assert components(8, a, b).tolist() == [0, 1, 1, 3, 3, 3, 6, 7]
