"""The loops of the control forest (see :mod:`credit_graph.links.forest`), compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from credit_graph.links.compiled import compiled
from credit_graph.links.stakes import Amounts, Codes, Flags, Ids, Pointers

DIRECT, JOINTLY, HALF, RULED = 1, 2, 3, 4  # values of ``basis``


class Index(NamedTuple):
    """The columns of :class:`Stakes` that the loops read."""

    in_ptr: Pointers
    in_holder: Ids
    in_votes: Amounts
    out_ptr: Pointers
    out_company: Ids
    capital: Amounts


class Tree(NamedTuple):
    """The forest while it grows.

    ``rep`` is a union-find over ring members; ``parent`` and ``basis`` count at representatives. ``first``, ``after``
    and ``before`` link every node to those put below it. Members of a ring stay linked where they were, so that
    everything at or below a ring is found by walking down from its representative.
    """

    parent: Ids
    rep: Ids
    basis: Codes
    first: Ids
    after: Ids
    before: Ids


class Work(NamedTuple):
    """Scratch space: votes per node, nodes touched, a stack, and the queue of companies to look at."""

    acc: Amounts
    touched: Ids
    stack: Ids
    joint: Flags
    waiting: Flags
    queue: Ids


@compiled
def find(rep: Ids, node: int) -> int:
    """The representative of the node's ring; halves the path on the way."""
    while rep[node] != node:
        rep[node] = rep[rep[node]]
        node = rep[node]
    return node


@compiled
def above(tree: Tree, node: int) -> int:
    """The representative above a representative, or -1."""
    parent = tree.parent[node]
    return find(tree.rep, parent) if parent >= 0 else -1


@compiled
def plant(index: Index, gap: Codes, ruled: Ids, tree: Tree, joint: Flags) -> None:
    """Put every company below who rules it or alone holds more than half of it; ``joint``: those with others."""
    for y in range(len(gap)):
        if ruled[y] >= 0 and ruled[y] != y:
            tree.parent[y] = ruled[y]
            tree.basis[y] = RULED
            continue
        if gap[y] >= 4:  # no capital, or over 100 %: nothing is concluded
            continue
        for k in range(index.in_ptr[y], index.in_ptr[y + 1]):
            if 2 * index.in_votes[k] > index.capital[y]:
                tree.parent[y] = index.in_holder[k]
                tree.basis[y] = DIRECT
                break
        joint[y] = tree.parent[y] < 0 and index.in_ptr[y] < index.in_ptr[y + 1]


@compiled
def contract_cycles(tree: Tree, seen: Ids) -> None:
    """Make each cycle of parents one node: its smallest member, without a parent. Then link all children."""
    parent, rep = tree.parent, tree.rep
    for start in range(len(parent)):
        node = start
        while node >= 0 and seen[node] == 0:
            seen[node] = start + 1
            node = parent[node]
        if node < 0 or seen[node] != start + 1:
            continue
        smallest, member = node, parent[node]
        while member != node:
            smallest = min(smallest, member)
            member = parent[member]
        member = parent[smallest]
        while member != smallest:
            rep[member] = smallest
            member = parent[member]
        parent[smallest] = -1
    for child in range(len(parent)):
        if parent[child] >= 0:
            link(tree, parent[child], child)


@compiled
def link(tree: Tree, parent: int, child: int) -> None:
    """Put the child on the parent's list."""
    head = tree.first[parent]
    tree.after[child], tree.before[child] = head, -1
    if head >= 0:
        tree.before[head] = child
    tree.first[parent] = child


@compiled
def unlink(tree: Tree, parent: int, child: int) -> None:
    """Take the child off the parent's list."""
    before, after = tree.before[child], tree.after[child]
    if before >= 0:
        tree.after[before] = after
    else:
        tree.first[parent] = after
    if after >= 0:
        tree.before[after] = before


@compiled
def add_up(y: int, index: Index, tree: Tree, work: Work) -> int:
    """Votes over ``y`` of each holder and of all that control it, in ``work.acc``; returns how many were touched."""
    count = 0
    for k in range(index.in_ptr[y], index.in_ptr[y + 1]):
        votes = index.in_votes[k]
        if votes <= 0:
            continue
        node = find(tree.rep, index.in_holder[k])
        while node >= 0:
            if work.acc[node] == 0:
                work.touched[count] = node
                count += 1
            work.acc[node] += votes
            node = above(tree, node)
    return count


@compiled
def lowest(capital: int, half: bool, tree: Tree, work: Work, count: int) -> tuple[int, int, int]:
    """The lowest node with more than half (``half``: half or more), its votes, and how many lowest ones there are.

    Votes are reset. With sums of at most 100 % two of them have exactly half each.
    """
    acc = work.acc
    limit = capital if half else capital + 1
    for i in range(count):
        node = work.touched[i]
        if 2 * abs(acc[node]) >= limit:
            parent = above(tree, node)
            if parent >= 0:
                acc[parent] = -abs(acc[parent])  # not the lowest
    found, votes, several = -1, 0, 0
    for i in range(count):
        node = work.touched[i]
        if 2 * acc[node] >= limit:
            found, votes, several = node, acc[node], several + 1
    for i in range(count):
        acc[work.touched[i]] = 0
    return found, votes, several


@compiled
def place(y: int, z: int, how: int, tree: Tree) -> bool:
    """Give ``y`` the controller ``z``: attach it, move it deeper, or contract the path where ``z`` is below ``y``."""
    top, node = find(tree.rep, y), find(tree.rep, z)
    if node == top or above(tree, top) == node:
        return False
    tree.basis[y] = how
    below = node
    while below >= 0 and below != top:
        below = above(tree, below)
    if below == top:
        while node != top:
            following = above(tree, node)
            tree.rep[node] = top
            node = following
        return True
    if tree.parent[top] >= 0:
        unlink(tree, tree.parent[top], top)
    tree.parent[top] = node
    link(tree, node, top)
    return True


@compiled
def requeue(y: int, index: Index, tree: Tree, work: Work, size: int) -> int:
    """Queue the jointly held companies of everyone at or below ``y``; returns the new size of the queue."""
    work.stack[0] = find(tree.rep, y)
    height = 1
    while height:
        height -= 1
        node = work.stack[height]
        for k in range(index.out_ptr[node], index.out_ptr[node + 1]):
            company = index.out_company[k]
            if work.joint[company] and not work.waiting[company]:
                work.waiting[company] = True
                work.queue[size] = company
                size += 1
        child = tree.first[node]
        while child >= 0:
            work.stack[height] = child
            height += 1
            child = tree.after[child]
    return size


@compiled
def related(y: int, index: Index, tree: Tree) -> bool:
    """Whether some holder of ``y`` is itself controlled: else no votes add up."""
    for k in range(index.in_ptr[y], index.in_ptr[y + 1]):
        holder = index.in_holder[k]
        if tree.parent[holder] >= 0 or tree.rep[holder] != holder:
            return True
    return False


@compiled
def settle(index: Index, tree: Tree, work: Work, size: int) -> None:
    """Look at the queued companies until none changes: the least fixpoint, whatever the order."""
    while size:
        size -= 1
        y = work.queue[size]
        work.waiting[y] = False
        count = add_up(y, index, tree, work)
        z, votes, several = lowest(index.capital[y], tree.basis[y] == HALF, tree, work, count)
        how = JOINTLY if 2 * votes > index.capital[y] else HALF
        if several == 1 and place(y, z, how, tree):
            size = requeue(y, index, tree, work, size)


@compiled
def grow(index: Index, tree: Tree, work: Work, half: bool) -> None:
    """Attach the jointly held companies; with ``half`` also those of which one controller has exactly half.

    The latter are decided together on the forest as it stands, then votes are added up anew, until nothing changes.
    """
    n = len(tree.parent)
    size = 0
    for y in range(n):
        if work.joint[y] and related(y, index, tree):
            work.waiting[y] = True
            work.queue[size] = y
            size += 1
    settle(index, tree, work, size)
    while half:
        pairs = [(0, 0)]
        pairs.clear()
        for y in range(n):
            if work.joint[y] and tree.parent[y] < 0 and tree.rep[y] == y and tree.basis[y] == 0:
                count = add_up(y, index, tree, work)
                z, _, several = lowest(index.capital[y], True, tree, work, count)
                if several == 1 and find(tree.rep, z) != y:
                    pairs.append((y, z))
        half, size = len(pairs) > 0, 0
        for y, z in pairs:
            if place(y, z, HALF, tree):
                size = requeue(y, index, tree, work, size)
        settle(index, tree, work, size)


@compiled
def read_off(tree: Tree) -> tuple[Ids, Ids, Ids]:
    """Per node its parent, its ring (smallest member) and its root, each named by the smallest member, or -1."""
    n = len(tree.parent)
    name, ring = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    parent, root = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    for x in range(n):
        top = find(tree.rep, x)
        if name[top] < 0:
            name[top] = x
        elif ring[top] < 0:
            ring[top] = name[top]
    for x in range(n):
        top = find(tree.rep, x)
        ring[x] = ring[top]
        up = above(tree, top)
        parent[x] = name[up] if up >= 0 else -1
    for x in range(n):
        node = x
        while root[node] < 0 and parent[node] >= 0:
            node = parent[node]
        if root[node] < 0:
            root[node] = ring[node] if ring[node] >= 0 else node
        found, node = root[node], x
        while root[node] < 0:
            root[node] = found
            node = parent[node]
    return parent, ring, root
