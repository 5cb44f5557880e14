"""Who controls whom (控制): one parent per company and a label for companies that control each other.

``x`` controls ``y`` if ``x``, with the companies that it controls, holds more than half of the votes of ``y`` (公司法
2023 art. 265(2); until 2024-06-30 half or more); the least relation for which that holds. Where the votes of each
company add up to at most 100 %, two controllers of one company control one another or one the other, so they form a
chain: the parent is the lowest of them. Proof in docs/links.md. Companies over 100 % are data faults and have no
controller by votes. Who rules by agreement, appointment or as executing partner goes before votes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from credit_graph.links import forest_kernels as kernels
from credit_graph.links.compiled import compiled
from credit_graph.links.stakes import Amounts, Codes, Flags, Ids, Pointers, Stakes


class Basis(IntEnum):
    """Why the parent controls the company."""

    NONE = 0
    DIRECT = kernels.DIRECT  # holds more than half itself
    JOINTLY = kernels.JOINTLY  # with companies under it
    HALF = kernels.HALF  # exactly half, under the law until 2024-06-30
    RULED = kernels.RULED  # agreement, appointment or executing partner: votes do not count


class Status(IntEnum):
    """What can be said of an entity's controller."""

    TOP = 0  # no company, or none that is held: a person, an authority
    CONTROLLED = 1
    RING = 2  # the members control each other; no outside controller
    NONE = 3  # nobody has a majority
    JOINT = 4  # two have exactly half each (共同控制)
    UNDETERMINED = 5  # what is missing could decide, or a data fault: see ``Stakes.gap``
    ITSELF = 6  # its own subsidiaries hold the majority of it


@dataclass(frozen=True, slots=True)
class ControlForest:
    """The result, per entity (n): a ring is named by its smallest member.

    ``parent`` int32: the lowest controller or -1 (of a ring's members: the ring's); ``ring`` int32: the ring or -1;
    ``root`` int32: the ultimate controller (实际控制人), a ring, or the entity itself; ``basis`` and ``status`` uint8:
    :class:`Basis` and :class:`Status`; ``near_line`` bool: the deciding sum lies within 0.01 points of half.
    """

    parent: Ids
    ring: Ids
    root: Ids
    basis: Codes
    status: Codes
    near_line: Flags

    def name(self, node: int) -> int:
        """How the entity is named as a parent: by its ring's smallest member."""
        return int(self.ring[node]) if self.ring[node] >= 0 else node

    def members(self, node: int) -> list[int]:
        """The entity, or all members of its ring, ascending."""
        return np.flatnonzero(self.ring == self.ring[node]).tolist() if self.ring[node] >= 0 else [node]

    def chain(self, node: int) -> list[int]:
        """From the entity to its root: parents, each once; rings by their smallest member."""
        found = [node]
        while self.parent[found[-1]] >= 0:
            found.append(int(self.parent[found[-1]]))
        return found

    def controls(self, x: int, y: int) -> bool:
        """Whether ``x`` controls ``y``; nothing controls itself."""
        if x == y:
            return False
        above = self.chain(y)[1:] if self.ring[y] < 0 else [int(self.ring[y]), *self.chain(y)[1:]]
        return self.name(x) in above

    def controlled(self, node: int) -> list[int]:
        """Everything that the entity controls, ascending; members of its own ring too."""
        order = np.argsort(self.parent, kind="stable")
        ends = np.cumsum(np.bincount(self.parent + 1, minlength=len(self.parent) + 1))
        found, waiting = set(self.members(node)), [self.name(node)]
        while waiting:
            at = waiting.pop()
            below = order[ends[at] : ends[at + 1]].tolist()
            found.update(below)
            waiting += below
        return sorted(found - {node})

    def tree(self, node: int) -> list[tuple[int, int]]:
        """The control tree from the entity down: (depth, entity), each company after its parent, siblings ascending;
        members of a ring follow one another at one depth."""
        below: dict[int, list[int]] = {}
        for company in self.controlled(node):
            if self.name(company) == company and company != self.name(node):
                below.setdefault(int(self.parent[company]), []).append(company)
        found, waiting = [], [(0, self.name(node))]
        while waiting:
            depth, at = waiting.pop()
            found += [(depth, member) for member in self.members(at)]
            waiting += [(depth + 1, child) for child in reversed(below.get(at, []))]
        return found


def control_forest(holdings: Stakes, *, at_exactly_half: bool = False, ruled: Ids | None = None) -> ControlForest:
    """The control forest. ``at_exactly_half``: half counts (policy row of the day); ``ruled``: int32 (n), who rules
    each entity whatever the votes, or -1.

    Under ``at_exactly_half`` a company goes to the only controller with exactly half; of two with half each neither
    has it. Time and memory are linear in the holdings for data as registers have them.
    """
    n = holdings.n
    index = kernels.Index(
        holdings.in_ptr,
        holdings.in_holder,
        holdings.in_votes,
        holdings.out_ptr,
        holdings.out_company,
        holdings.capital,
    )
    tree = kernels.Tree(
        parent=np.full(n, -1, np.int32),
        rep=np.arange(n, dtype=np.int32),
        basis=np.zeros(n, np.uint8),
        first=np.full(n, -1, np.int32),
        after=np.empty(n, np.int32),
        before=np.empty(n, np.int32),
    )
    joint = np.zeros(n, np.bool_)
    kernels.plant(index, holdings.gap, np.full(n, -1, np.int32) if ruled is None else ruled, tree, joint)
    kernels.contract_cycles(tree, np.zeros(n, np.int32))
    work = kernels.Work(
        acc=np.zeros(n, np.int64),
        touched=np.empty(n, np.int32),
        stack=np.empty(n, np.int32),
        joint=joint,
        waiting=np.zeros(n, np.bool_),
        queue=np.empty(n, np.int32),
    )
    kernels.grow(index, tree, work, at_exactly_half)
    parent, ring, root = kernels.read_off(tree)
    status, near_line = _judge(index, holdings.unlisted, holdings.gap, at_exactly_half, tree.basis, parent, ring, root)
    return ControlForest(parent, ring, root, tree.basis, status, near_line)


@compiled
def _judge(
    index: kernels.Index, unlisted: Amounts, gap: Codes, half: bool, basis: Codes, parent: Ids, ring: Ids, root: Ids
) -> tuple[Codes, Flags]:
    """Status of each entity and whether the deciding sum is near the line."""
    n = len(parent)
    status, near_line = np.zeros(n, np.uint8), np.zeros(n, np.bool_)
    acc, touched, blank = np.zeros(n, np.int64), np.empty(n, np.int32), np.zeros(n, np.bool_)
    for y in range(n):
        capital = index.capital[y]
        if parent[y] >= 0 or ring[y] >= 0:
            status[y] = 1 if parent[y] >= 0 else 2
            if basis[y] != 4:
                votes = _votes_of(ring[y] if ring[y] >= 0 else parent[y], y, index, parent, ring)
                near_line[y] = abs(2 * votes - capital) <= capital // 5000
        elif gap[y] >= 3:
            status[y] = 5
        elif index.in_ptr[y] < index.in_ptr[y + 1]:
            best, highest, exact, itself = _by_root(y, index, unlisted[y], root, acc, touched, blank)
            near_line[y] = abs(2 * best - capital) <= capital // 5000
            over = 2 * highest > capital or (half and 2 * highest == capital)
            status[y] = 6 if itself else 4 if exact == 2 else 5 if over and unlisted[y] > 0 else 3
    return status, near_line


@compiled
def _votes_of(x: int, y: int, index: kernels.Index, parent: Ids, ring: Ids) -> int:
    """The votes of ``y`` that ``x`` (a ring by its smallest member) and everything under it have."""
    total = 0
    for k in range(index.in_ptr[y], index.in_ptr[y + 1]):
        node = index.in_holder[k]
        node = ring[node] if ring[node] >= 0 else node
        while node >= 0 and node != x:
            node = parent[node]
        if node >= 0:
            total += max(0, index.in_votes[k])
    return total


@compiled
def _by_root(
    y: int, index: kernels.Index, unlisted: int, root: Ids, acc: Amounts, touched: Ids, blank: Flags
) -> tuple[int, int, int, bool]:
    """Of the roots' votes over ``y``: the most, the most that one could have with what is missing, how many have
    exactly half, and whether the company's own subsidiaries have more than half."""
    count, blanks = 0, 0
    for k in range(index.in_ptr[y], index.in_ptr[y + 1]):
        top, votes = root[index.in_holder[k]], index.in_votes[k]
        if acc[top] == 0 and not blank[top]:
            touched[count] = top
            count += 1
        if votes < 0:
            blank[top] = True
            blanks += 1
        else:
            acc[top] += votes
    best, highest, exact, itself = 0, 0, 0, False
    for i in range(count):
        top = touched[i]
        votes = acc[top]
        itself |= top == y and 2 * votes > index.capital[y]
        exact += 2 * votes == index.capital[y]
        best = max(best, votes)
        if blank[top] or blanks == 0:
            highest = max(highest, votes + unlisted)
        acc[top], blank[top] = 0, False
    return best, highest, exact, itself


def supporting_votes(holdings: Stakes, forest: ControlForest, x: int, y: int) -> tuple[int, list[tuple[int, int]]]:
    """The votes of ``y`` that ``x`` and the companies under it have: their sum and (row of the input, votes) of each.

    This is the explanation of control: the rows are the records that add up. Blank holders are left out.
    """
    used = []
    for k in range(int(holdings.in_ptr[y]), int(holdings.in_ptr[y + 1])):
        holder, votes = int(holdings.in_holder[k]), int(holdings.in_votes[k])
        if votes > 0 and (holder == x or forest.controls(x, holder)):
            used.append((int(holdings.in_row[k]), votes))
    return sum(votes for _, votes in used), used


def deciding_rows(holdings: Stakes, forest: ControlForest) -> Flags:
    """Per holding (bool, in the order of ``in_holder``) whether its votes are among those by which the company's
    nearest controller controls it."""
    return _deciding(holdings.in_ptr, holdings.in_holder, holdings.in_votes, forest.basis, forest.parent, forest.ring)


@compiled
def _deciding(ptr: Pointers, holder: Ids, votes: Amounts, basis: Codes, parent: Ids, ring: Ids) -> Flags:
    used = np.zeros(len(holder), np.bool_)
    for y in range(len(ptr) - 1):
        if parent[y] < 0 or basis[y] == 4:
            continue
        for k in range(ptr[y], ptr[y + 1]):
            node = holder[k]
            node = ring[node] if ring[node] >= 0 else node
            while node >= 0 and node != parent[y]:
                node = parent[node]
            used[k] = node >= 0 and votes[k] > 0
    return used
