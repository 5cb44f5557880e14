"""What one entity controls, or could control, by adding votes up from it: for single questions and as a check.

Works where the control forest does not: with sums over 100 %, and for the most that an entity could have.
"""

from __future__ import annotations

import numpy as np

from credit_graph.links.stakes import Gap, Ids, Stakes


def closure(
    holdings: Stakes,
    x: int,
    *,
    at_exactly_half: bool = False,
    ruled: Ids | None = None,
    use_faults: bool = False,
    possible: bool = False,
) -> set[int]:
    """The companies that ``x`` controls: the least set that holds more than half of each of its members with ``x``.

    ``possible``: those that it could control if all votes that are not on a list were its own, given that it has a
    share in the company; votes of blank holders may then belong to any one of them. ``use_faults``: also companies
    over 100 %. ``ruled`` and ``at_exactly_half``: as :func:`credit_graph.links.forest.control_forest` takes them.
    """
    under: dict[int, list[int]] = {}
    if ruled is not None:
        for company in np.flatnonzero(ruled >= 0).tolist():
            under.setdefault(int(ruled[company]), []).append(company)
    inside, waiting = {x}, [x]
    while waiting:
        node = waiting.pop()
        reached = [y for y in under.get(node, ()) if y not in inside]
        for y in holdings.out_company[holdings.out_ptr[node] : holdings.out_ptr[node + 1]].tolist():
            free = ruled is None or ruled[y] < 0
            if y not in inside and free and _holds(holdings, y, inside, at_exactly_half, use_faults, possible):
                reached.append(y)
        fresh = set(reached) - inside
        inside |= fresh
        waiting += fresh
    return inside - {x}


def _holds(holdings: Stakes, y: int, inside: set[int], half: bool, use_faults: bool, possible: bool) -> bool:
    capital = int(holdings.capital[y])
    if capital < 1 or (holdings.gap[y] == Gap.OVER_100 and not use_faults):
        return False
    rows = holdings.holders(y)
    votes = sum(v for h, v in rows if v > 0 and h in inside)
    if possible:
        blanks = [h for h, v in rows if v < 0]
        if not blanks or not inside.isdisjoint(blanks):
            votes += int(holdings.unlisted[y])
    return 2 * votes > capital or (half and 2 * votes == capital)


def largest_minority(holdings: Stakes, company: int) -> int | None:
    """The holder with the most votes where nobody has half of them (相对控股): a rule apart, never a majority.

    ``None`` where two hold as much, or what is not listed could be more.
    """
    rows = sorted(((v, h) for h, v in holdings.holders(company)), reverse=True)
    if not rows or holdings.gap[company] >= Gap.NO_HOLDERS:
        return None
    most, holder = rows[0]
    second = max([int(holdings.unlisted[company]), *(v for v, _ in rows[1:2])])
    return holder if second < most and 2 * most < int(holdings.capital[company]) else None
