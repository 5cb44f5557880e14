"""The votes as they are cast: those of concert parties (一致行动人) together, all others as they are recorded.

What is owned stays with each holder (:attr:`credit_graph.links.structure.Structure.holdings`); control is worked out on
this. Parties who are under one controller vote as one anyway: that controller goes before what they agreed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from credit_graph.links.forest import ControlForest
from credit_graph.links.parties import Parties
from credit_graph.links.stakes import GONE, Amounts, Ids, Stakes, pooled, stakes


@dataclass(frozen=True, slots=True)
class Rows:
    """Holdings by row: numbers of holder and company, votes; ``capital`` by entity."""

    holder: Ids
    company: Ids
    votes: Amounts
    capital: Amounts


@dataclass(frozen=True, slots=True)
class Voting:
    """``stakes``: the votes as they are cast; ``parts``: row of ``stakes`` that parties cast together -> (row, votes)
    of each; ``parties``: node -> who they are; ``said``: (node, number of the company or None: all) -> statements."""

    stakes: Stakes
    parts: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    parties: dict[str, Parties] = field(default_factory=dict)
    said: dict[tuple[str, int | None], tuple[str, ...]] = field(default_factory=dict)

    def agreed(self, node: str, company: int) -> tuple[str, ...]:
        """The statements by which the parties act in concert: in the company, else all of them."""
        own = self.said.get((node, company)) or self.said.get((node, None))
        return own or tuple(sorted({sid for (of, _), sids in self.said.items() if of == node for sid in sids}))


def votes_together(
    rows: Rows,
    recorded: Stakes,
    parties: Sequence[Parties],
    number: Callable[[str], int | None],
    grown: Callable[[Stakes], ControlForest],
) -> Voting:
    """The votes of each of the ``parties`` (of :func:`credit_graph.links.parties.united`) in one row of their node.

    ``recorded``: the holdings; ``number`` of an entity, ``None`` for one that the chart does not have; ``grown``: the
    control forest of stakes.
    """
    forest = grown(recorded)
    voter, found = rows.holder.copy(), Voting(recorded)
    for one in parties:
        members = [at for member in one.members if (at := number(member)) is not None]
        node, place = number(one.id), None if one.company is None else number(one.company)
        unheld = one.company is not None and place is None
        if node is None or unheld or not members or _above_all(forest, members):
            continue
        cast = np.isin(rows.holder, members) & (rows.holder != rows.company)
        voter[cast if place is None else cast & (rows.company == place)] = node
        found.parties[one.id], found.said[one.id, place] = one, one.sids
    together, parts = pooled(voter, rows.company, rows.votes, voter != rows.holder)
    kept = np.flatnonzero(together != GONE)
    columns = voter[kept], rows.company[kept], together[kept], rows.capital
    votes = stakes(recorded.n, *columns, infer_residual=False)
    for row, part in parts.items():
        found.parts[row] = [(at, max(int(rows.votes[at]), 0)) for at in part]
    return replace(found, stakes=replace(votes, in_row=kept.astype(np.int32)[votes.in_row]))


def _above_all(forest: ControlForest, members: Sequence[int]) -> set[int]:
    """Who is, or controls, every one of them."""
    return set.intersection(*({forest.name(member), *forest.chain(member)} for member in members))
