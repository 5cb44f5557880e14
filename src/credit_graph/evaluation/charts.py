"""Control and ownership of small charts by their definitions, slowly: what the truth and the files come to.

Written apart from :mod:`credit_graph.links`, which is what is judged: control is the least fixpoint worked out for each
holder, ownership is solved in fractions. Nodes are texts, holdings are whole parts of :data:`WHOLE`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

WHOLE = 10_000  # as the generator counts shares: hundredths of a percent


@dataclass(frozen=True)
class Chart:
    """Who holds how much of whom: company -> holder -> parts, and the companies that each holder is in."""

    held: dict[str, dict[str, int]]
    holds: dict[str, list[str]] = field(default_factory=dict)


def chart(rows: Iterable[tuple[str, str, int]]) -> Chart:
    """The chart of (company, holder, parts); parts of one holder in one company are added up."""
    held: dict[str, dict[str, int]] = defaultdict(dict)
    for company, holder, parts in rows:
        held[company][holder] = held[company].get(holder, 0) + parts
    holds: dict[str, list[str]] = defaultdict(list)
    for company, holders in held.items():
        for holder in holders:
            holds[holder].append(company)
    return Chart(dict(held), dict(holds))


def ruled(found: Chart, by: Mapping[str, str]) -> Chart:
    """The chart of votes: those of a partnership are its executing partner's (执行事务合伙人), company -> partner."""
    rows = [
        (company, holder, parts)
        for company, holders in found.held.items()
        for holder, parts in ({by[company]: WHOLE} if company in by else holders).items()
    ]
    return chart(rows)


def controllers(votes: Chart) -> dict[str, tuple[str, str]]:
    """Company -> nearest and last controller, of the companies that have one.

    Companies that control one another are one node, named ``ring:`` and the least of them; its members have no
    controller unless somebody outside has one of them.
    """
    reach = {
        holder: _controlled(votes, holder)
        for holder, companies in votes.holds.items()
        if any(2 * votes.held[company][holder] > WHOLE for company in companies)
    }
    above: dict[str, list[str]] = defaultdict(list)
    for holder, companies in reach.items():
        for company in companies:
            above[company].append(holder)
    ring = {
        company: min([company, *mutual])
        for company in reach
        if (mutual := [x for x in above.get(company, ()) if x in reach[company]])
    }
    result = {}
    for company, holders in above.items():
        outside = [x for x in holders if company not in ring or ring.get(x) != ring[company]]
        if outside:
            # who controls another controls all that it controls: the sizes order the chain
            chain = sorted(outside, key=lambda x: (len(reach[x]), x))
            result[company] = tuple(f"ring:{ring[x]}" if x in ring else x for x in (chain[0], chain[-1]))
    return result  # type: ignore[return-value]


def _controlled(votes: Chart, holder: str) -> set[str]:
    """The least set of companies of each of which the holder, with the set, has more than half."""
    inside, waiting = set[str](), [holder]
    sums: dict[str, int] = defaultdict(int)
    while waiting:
        node = waiting.pop()
        for company in votes.holds.get(node, ()):
            sums[company] += votes.held[company][node]
            if company not in inside and company != holder and 2 * sums[company] > WHOLE:
                inside.add(company)
                waiting.append(company)
    return inside


def owners(equity: Chart, line: Fraction, persons: str = "person:") -> set[tuple[str, str]]:
    """(company, person) of every person who owns at least ``line`` of a company through all chains together."""
    found = set()
    for company, holders in equity.held.items():
        if any(holder in equity.held for holder in holders):
            shares = _through(equity, company)
        else:
            shares = {holder: Fraction(parts, WHOLE) for holder, parts in holders.items()}
        found |= {(company, who) for who, share in shares.items() if who.startswith(persons) and share >= line}
    return found


def upstream(equity: Chart, company: str) -> list[str]:
    """The company and every held company above it."""
    seen, waiting = {company}, [company]
    while waiting:
        for holder in equity.held[waiting.pop()]:
            if holder in equity.held and holder not in seen:
                seen.add(holder)
                waiting.append(holder)
    return sorted(seen)


def _through(equity: Chart, company: str) -> dict[str, Fraction]:
    """What each last holder owns of the company: the linear equations of the companies above, solved in fractions."""
    above = upstream(equity, company)
    rows = {name: {h: Fraction(p, WHOLE) for h, p in equity.held[name].items()} for name in above}
    for name in [*(other for other in above if other != company), company]:
        row = rows[name]
        itself = row.pop(name, Fraction(0))
        if itself == 1:
            row.clear()  # held by itself alone: nobody outside owns it
        rows[name] = row = {holder: share / (1 - itself) for holder, share in row.items()}
        for other in above:
            part = rows[other].pop(name, Fraction(0)) if other != name else Fraction(0)
            for holder, share in row.items() if part else ():
                rows[other][holder] = rows[other].get(holder, Fraction(0)) + part * share
    return rows[company]
