"""Control, owners and rings of one entity as plain values, every figure with the statements behind it.

Votes and capital are in fen; ``share_ppm`` is rounded down to parts per million and for display only. Ids are eids
and pids as the graph has them: hide persons (:func:`credit_graph.links.card.hide_persons`) before showing them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from credit_graph.links.beneficial import Criterion, chains
from credit_graph.links.exact import ExactOwnership, TooLarge
from credit_graph.links.forest import supporting_votes
from credit_graph.links.ownership import owners
from credit_graph.links.rings import outside_share, self_held
from credit_graph.links.stakes import BLANK
from credit_graph.links.structure import Control, Structure, Vote

SHOWN = 200  # rows of a list in an answer, beside how many there are
_LINE = Fraction(1, 100)  # integrated shares from here on are listed
_PATHS = 20
_MOST_ROWS = 10_000  # holdings above a company, up to which its owners are worked out in fractions
_CRITERIA = {
    Criterion.EQUITY: "equity",
    Criterion.VOTES: "votes",
    Criterion.CONTROL: "control",
    Criterion.JOINT_CONTROL: "joint_control",
}


def control_card(chart: Structure, entity: str, limit: int = SHOWN) -> dict[str, Any]:
    """Who controls the entity, by what, and what it controls.

    ``status`` and ``reason`` as :meth:`Structure.status`; ``controller``: the nearest, ``ultimate``: the last;
    ``chain``: each step from the entity up; ``ring``: whom it is in mutual control with; ``holders`` where it has no
    controller; ``tree``: what it controls with depth, at most ``limit`` rows of ``tree_total``.
    """
    status, reason = chart.status(entity)
    chain = chart.chain(entity)
    steps = [control_row(chart.control(above, below), limit) for below, above in pairwise(chain)]
    last = chart.control(chain[-1], entity)
    tree = list(control_tree(chart, entity))
    return {
        "status": status,
        "reason": reason,
        "controller": steps[0] if steps else None,
        "ultimate": control_row(last, limit),
        "chain": steps,
        "ring": chart.ring(entity),
        "holders": [] if steps else [vote_row(vote, chart.whole(entity)) for vote in chart.holders(entity, limit)],
        "holders_total": 0 if steps else chart.held_by(entity),
        "state": _is_state(chart, chain),
        "tree": [tree_row(chart, depth, company) for depth, company in tree[:limit]],
        "tree_total": len(tree),
    }


def control_row(found: Control | None, limit: int = SHOWN) -> dict[str, Any] | None:
    """Control of one by another as plain values; ``rows``: the votes that add up; ``parties``: who acts in concert,
    where the controller is their node."""
    if found is None:
        return None
    return {
        "controller": found.controller,
        "company": found.company,
        "basis": found.basis,
        "votes": found.votes,
        "capital": found.whole,
        "share_ppm": _ppm(found.votes, found.whole),
        "near_line": found.near_line,
        "rule": found.rule,
        "sids": list(found.sids),
        "parties": [{"holder": member} for member in found.parties],
        "rows": [vote_row(vote, found.whole) for vote in found.rows[:limit]],
        "rows_total": len(found.rows),
    }


def vote_row(vote: Vote, whole: int | None) -> dict[str, Any]:
    """What one holds, as plain values; ``votes`` is ``None`` where no source gives them; ``concert``: they count with
    those of others, by agreement."""
    votes = None if vote.votes == BLANK else vote.votes
    basis = "residual" if vote.residual else "recorded"
    row = {"holder": vote.holder, "votes": votes, "share_ppm": _ppm(votes, whole), "basis": basis}
    return {**row, **({"concert": True} if vote.concert else {}), "sids": list(vote.sids)}


def control_tree(chart: Structure, entity: str) -> Iterator[tuple[int, str]]:
    """(depth, company) of what the entity controls, each after its parent; members of its own ring have depth 0."""
    number = chart.number(entity)
    for depth, company in [] if number is None else chart.forest.tree(number):
        if company != number:
            yield depth, chart.name(company)


def tree_row(chart: Structure, depth: int, company: str) -> dict[str, Any]:
    """A row of a control tree: how its parent controls the company."""
    chain = chart.chain(company)
    found = chart.control(chain[1], company) if len(chain) > 1 else None
    row = {"depth": depth, "company": company, "parent": found.controller if found else None}
    share = _ppm(found.votes, found.whole) if found else None
    rule = found.rule if found else ""
    return {**row, "basis": found.basis if found else "ring", "share_ppm": share, "rule": rule}


def owners_card(chart: Structure, company: str, limit: int = SHOWN) -> dict[str, Any]:
    """Beneficial owners (受益所有人) with their paths, and who owns how much through all chains.

    ``beneficial``: person, ``criteria``, ``ownership`` (integrated share as a fraction, "" where it could not be
    worked out), ``votes`` of ``capital``, ``paths`` (``paths_complete``: whether these are all). ``integrated``: every
    holder from 1 % on. ``rule``: id of the policy row, ``None`` on a day without one.
    """
    number, status = chart.number(company), chart.status(company)
    rule = chart.rules.beneficial
    integrated = [] if number is None else list(_integrated(chart, number))
    beneficial = [] if number is None else list(_beneficial(chart, number))
    return {
        "status": status[0],
        "reason": status[1],
        "rule": rule.id if rule else None,
        "capital": chart.whole(company),
        "beneficial": sorted(beneficial, key=lambda row: (-(row["ownership_ppm"] or 0), -row["votes"], row["person"])),
        "integrated": integrated[:limit],
        "integrated_total": len(integrated),
    }


def _beneficial(chart: Structure, number: int) -> Iterator[dict[str, Any]]:
    found = chart.owners
    at_company = [] if found is None else np.flatnonzero(found.company == number).tolist()
    if found is None or not at_company:
        return
    whole, exact = chart.whole(chart.name(number)), _exact(chart, number)
    for at in at_company:
        person = int(found.person[at])
        share = exact.get(person, Fraction(0)) if exact is not None else None
        paths, complete = chains(chart.holdings, person, number, _PATHS)
        # the columns give votes from the line on only; whoever rules a company has all of them
        votes = max(int(found.votes[at]), supporting_votes(chart.holdings, chart.forest, person, number)[0])
        yield {
            "person": chart.name(person),
            "criteria": [name for flag, name in _CRITERIA.items() if found.criteria[at] & flag],
            "ownership": "" if share is None else str(share),
            "ownership_ppm": _floor(share) if share is not None else _rounded(float(found.share[at])),
            "votes": votes,
            "votes_ppm": _ppm(votes, whole),
            "paths": [_path(chart, path.nodes, path.share) for path in paths],
            "paths_complete": complete,
        }


def ownership_tree(chart: Structure, company: str, depth: int, limit: int = SHOWN) -> list[dict[str, Any]]:
    """The holders of the company, each followed by its own holders, down to ``depth`` levels and ``limit`` rows.

    Rows as :func:`vote_row` with ``company`` and ``depth`` (1: direct). A holder that is already on the way down to the
    company (a ring) is not followed again.
    """
    rows: list[dict[str, Any]] = []

    def follow(level: int, held: str, way: tuple[str, ...]) -> None:
        for vote in chart.holders(held, limit):
            if len(rows) >= limit:
                return
            rows.append({"depth": level, "company": held, **vote_row(vote, chart.whole(held))})
            if level < depth and vote.holder not in way:
                follow(level + 1, vote.holder, (*way, vote.holder))

    follow(1, company, (company,))
    return rows


def entities(answer: Any) -> set[str]:
    """Every text in an answer: its entities are among them."""
    if isinstance(answer, dict):
        return {text for item in answer.values() for text in entities(item)}
    if isinstance(answer, list | tuple):
        return {text for item in answer for text in entities(item)}
    return {answer} if isinstance(answer, str) else set()


def ring_rows(chart: Structure) -> list[dict[str, Any]]:
    """Circular and cross holdings: members with what outsiders hold of each; companies with shares of their own."""
    rows: list[dict[str, Any]] = [
        {
            "kind": "cross" if len(members) == 2 else "circular",
            "closed": bool(chart.rings.closed[members[0]]),
            "members": [_member(chart, member, members) for member in members],
        }
        for members in chart.rings.lists()
    ]
    for number in self_held(chart.holdings).tolist():
        own, whole = int(chart.holdings.own[number]), int(chart.holdings.capital[number])
        row = {"company": chart.name(number), "outside": str(Fraction(whole, whole + own)) if whole > 0 else None}
        itself = chart.holding(chart.name(number), chart.name(number))
        held = [vote_row(itself, whole + own)] if itself else []
        rows.append({"kind": "self", "closed": False, "members": [{**row, "held_inside": held}]})
    return rows


def _member(chart: Structure, member: int, members: Sequence[int]) -> dict[str, Any]:
    inside = {chart.name(number) for number in members}
    name = chart.name(member)
    share = outside_share(chart.holdings, member, chart.rings)
    held = [vote_row(vote, chart.whole(name)) for vote in chart.holders(name) if vote.holder in inside]
    return {"company": name, "outside": None if share is None else str(share), "held_inside": held}


def _integrated(chart: Structure, number: int) -> Iterator[dict[str, Any]]:
    found = owners(chart.holdings, _LINE, companies=np.array([number], np.int32))
    for at in np.argsort(-found.share, kind="stable").tolist():
        if int(found.owner[at]) != number:
            share = _rounded(float(found.share[at]))
            yield {"holder": chart.name(int(found.owner[at])), "share_ppm": share, "exact": bool(found.exact[at])}


def _exact(chart: Structure, number: int) -> dict[int, Fraction] | None:
    """Integrated shares in fractions; ``None`` where so many holdings lie above that it would take seconds."""
    if not _few_above(chart, number):
        return None
    try:
        return ExactOwnership(chart.holdings, chart.rings).owned(number)
    except TooLarge:
        return None


def _few_above(chart: Structure, number: int) -> bool:
    ptr, holder = chart.holdings.in_ptr, chart.holdings.in_holder
    seen, waiting, rows = {number}, [number], 0
    while waiting and rows <= _MOST_ROWS:
        at = waiting.pop()
        rows += int(ptr[at + 1] - ptr[at])
        if rows <= _MOST_ROWS:
            fresh = set(holder[ptr[at] : ptr[at + 1]].tolist()) - seen
            seen |= fresh
            waiting += fresh
    return rows <= _MOST_ROWS


def _path(chart: Structure, nodes: Sequence[int], share: Fraction) -> dict[str, Any]:
    """A chain of holdings, each step with its statements."""
    steps = []
    for holder, company in pairwise(nodes):
        held = chart.holding(chart.name(holder), chart.name(company))
        assert held is not None  # a chain consists of holdings
        whole = chart.whole(chart.name(company))
        steps.append({"company": chart.name(company), **vote_row(held, whole)})
    return {"share": str(share), "share_ppm": _floor(share), "steps": steps}


def _is_state(chart: Structure, chain: Sequence[str]) -> bool:
    """Whether the state is among the controllers (公司法 art. 265(4): that alone relates no two enterprises)."""
    numbers = [chart.number(step) for step in chain[1:]]
    return any(number is not None and bool(chart.state[number]) for number in numbers)


def _ppm(votes: int | None, whole: int | None) -> int | None:
    return None if votes is None or not whole else votes * 1_000_000 // whole


def _floor(share: Fraction | None) -> int | None:
    return None if share is None else share.numerator * 1_000_000 // share.denominator


def _rounded(share: float) -> int | None:
    """Parts per million of a sum of products; a thousandth of one is rounding."""
    return None if np.isnan(share) else int(share * 1_000_000 + 1e-3)
