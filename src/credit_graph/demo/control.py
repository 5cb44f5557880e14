"""Who controls whom in truth: majority of votes, least fixpoint, computed apart from the product's own way.

A holder controls a company if it and the companies it controls hold more than half of the votes; a partnership's
votes are those of its executing partner, whatever he has put in.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from credit_graph.demo.cells import Mask, Numbers
from credit_graph.demo.owning import FIRM, PERSON, WHOLE
from credit_graph.demo.population import PARTNERSHIP
from credit_graph.demo.world import World

NONE = -1


@dataclass
class Control:
    """Per firm: its nearest controller and the last one, as nodes; rings by their least member.

    A node is a firm's place, then persons, then outside holders (``firms``, ``persons`` say where they begin).
    """

    firms: int
    persons: int
    parent: Numbers
    root: Numbers
    ring: Mask
    undecided: Mask  # the files leave out holders that would decide it

    def person(self, node: int) -> int | None:
        """The person of a node, if it is one."""
        return node - self.firms if self.firms <= node < self.firms + self.persons else None


def control(world: World, *, from_files: bool = False) -> Control:
    """Control on the last day; ``from_files``: by the holdings that the files name."""
    count, persons = len(world.firms), len(world.people)
    holdings = world.holdings
    use = holdings.listed if from_files else np.ones(len(holdings), dtype=bool)
    offset = np.where(holdings.kind == FIRM, 0, np.where(holdings.kind == PERSON, count, count + persons))
    company, holder, share = holdings.company[use], (holdings.holder + offset)[use], holdings.share[use]
    for vehicle, partner in _partners(world).items():
        mine = company == vehicle
        share[mine] = np.where(holder[mine] == partner + count, WHOLE, 0)
    parent = np.full(count, NONE)
    majority = 2 * share > WHOLE
    parent[company[majority]] = holder[majority]
    open_votes = _jointly(count, parent, company, holder, share)
    root, ring = _roots(count, parent)
    known = np.bincount(company, share, count)
    undecided = np.zeros(count, dtype=bool)
    for firm, best in open_votes.items():
        undecided[firm] = 2 * (best + WHOLE - known[firm]) > WHOLE and known[firm] < WHOLE - 1
    if from_files:
        few = (parent == NONE) & (known < WHOLE - 1) & (known > 0)
        largest = np.zeros(count)
        np.maximum.at(largest, company, share)
        undecided |= few & (2 * (largest + WHOLE - known) > WHOLE)
    return Control(count, persons, parent, root, ring, undecided)


def _partners(world: World) -> dict[int, int]:
    """Executing partner (执行事务合伙人) of each partnership: its operator, if one of its partners."""
    holdings, operator = world.holdings, world.firms.operator
    rows = (world.firms.kind[holdings.company] == PARTNERSHIP) & (holdings.kind == PERSON)
    rows &= holdings.holder == operator[holdings.company]
    return {int(firm): int(operator[firm]) for firm in holdings.company[rows]}


def _jointly(count: int, parent: Numbers, company: Numbers, holder: Numbers, share: Numbers) -> dict[int, int]:
    """Find the parents that no single holding shows; returns the best sum of votes of those that have none."""
    votes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    held_by_firms = np.zeros(count, dtype=bool)
    held_by_firms[company[holder < count]] = True
    rows = np.flatnonzero(held_by_firms[company] & (parent[company] == NONE))
    for row in rows.tolist():
        votes[int(company[row])].append((int(holder[row]), int(share[row])))
    changed = True
    while changed:
        changed = False
        for firm in list(votes):
            if (found := _lowest(parent, count, votes[firm])) is not None:
                parent[firm] = found
                del votes[firm]
                changed = True
    return {firm: _best(parent, count, held) for firm, held in votes.items()}


def _above(parent: Numbers, count: int, node: int) -> list[int]:
    """The node and its controllers, nearest first; a ring is walked once."""
    chain = [node]
    while chain[-1] < count and parent[chain[-1]] != NONE and int(parent[chain[-1]]) not in chain:
        chain.append(int(parent[chain[-1]]))
    return chain


def _sums(parent: Numbers, count: int, held: list[tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """Per possible controller: its votes, and the longest way down to a holder."""
    result: dict[int, tuple[int, int]] = {}
    for holder, share in held:
        for depth, node in enumerate(_above(parent, count, holder)):
            total, far = result.get(node, (0, 0))
            result[node] = (total + share, max(far, depth))
    return result


def _lowest(parent: Numbers, count: int, held: list[tuple[int, int]]) -> int | None:
    enough = [(far, node) for node, (total, far) in _sums(parent, count, held).items() if 2 * total > WHOLE]
    return min(enough)[1] if enough else None


def _best(parent: Numbers, count: int, held: list[tuple[int, int]]) -> int:
    return max((total for total, _ in _sums(parent, count, held).values()), default=0)


def _roots(count: int, parent: Numbers) -> tuple[Numbers, Mask]:
    """The last controller of each firm (itself, if nobody controls it), and who ends in a ring."""
    root = np.arange(count)
    ring = np.zeros(count, dtype=bool)
    for firm in np.flatnonzero(parent != NONE).tolist():
        chain = _above(parent, count, firm)
        last = chain[-1]
        if last < count and parent[last] != NONE:  # the chain came back into itself
            circle = chain[chain.index(int(parent[last])) :]
            root[firm], ring[firm] = min(circle), True
        else:
            root[firm] = last
    return root, ring
