"""The holdings of a point as one numbered chart: who controls, owns and belongs to whom, each answer with its records.

Entities (firms, persons, unknown holders) get numbers once; control, owners, groups and rings are then worked out on
arrays, the costly ones when they are first asked for. Nothing here reads or writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from credit_graph.links.beneficial import BeneficialOwners, beneficial_owners
from credit_graph.links.forest import Basis, ControlForest, Status, control_forest, supporting_votes
from credit_graph.links.groups import groups
from credit_graph.links.parties import Parties, united
from credit_graph.links.policy import LinkRules
from credit_graph.links.rings import Rings, rings
from credit_graph.links.stakes import BLANK, MAX_VOTES, UNKNOWN, Amounts, Flags, Gap, Ids, Stakes, ruled_by, stakes
from credit_graph.links.voting import Rows, Voting, votes_together

# how a controller that goes before votes is named; columns of ``ruled``
RULED = ["controller", "eid", "rule", "sids"]

StatusName = Literal["controlled", "ring", "none", "joint", "undetermined", "itself", "not_held"]
BasisName = Literal["direct", "jointly", "half", "ruled", "ring", "concert"]
ReasonName = Literal["", "no_holders", "no_capital", "over_100", "blank_amounts", "unlisted"]

_STATUS: dict[Status, StatusName] = {
    Status.TOP: "not_held",
    Status.CONTROLLED: "controlled",
    Status.RING: "ring",
    Status.NONE: "none",
    Status.JOINT: "joint",
    Status.UNDETERMINED: "undetermined",
    Status.ITSELF: "itself",
}
BASIS: dict[Basis, BasisName] = {
    Basis.DIRECT: "direct",
    Basis.JOINTLY: "jointly",
    Basis.HALF: "half",
    Basis.RULED: "ruled",
}
_REASON: dict[Gap, ReasonName] = {
    Gap.COMPLETE: "",
    Gap.UNLISTED: "unlisted",
    Gap.BLANK: "blank_amounts",
    Gap.NO_HOLDERS: "no_holders",
    Gap.NO_CAPITAL: "no_capital",
    Gap.OVER_100: "over_100",
}


@dataclass(frozen=True, slots=True)
class Vote:
    """Votes that a holder has in a company, and the statements that say so; ``residual``: inferred from the rest;
    ``concert``: they count with those of others who act in concert (一致行动)."""

    holder: str
    votes: int
    residual: bool
    sids: tuple[str, ...]
    concert: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """Why ``controller`` controls ``company``: ``votes`` of ``whole`` add up from ``rows``, the largest first.

    ``basis``: ``direct`` (more than half itself), ``jointly`` (with companies under it), ``half`` (exactly half, law
    until 2024-06-30), ``ring`` (both control each other), ``concert`` (the ``parties`` act in concert and have more
    than half together; ``controller`` is their node, ``sids`` say that they do), or ``ruled``: agreement, appointment
    or executing partner, named by ``rule`` and ``sids``, went before votes, and ``rows`` are empty. ``near_line``:
    within 0.01 points of half.
    """

    controller: str
    company: str
    basis: BasisName
    votes: int
    whole: int | None
    near_line: bool
    rows: tuple[Vote, ...]
    rule: str = ""
    sids: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()


class Structure:
    """Everything that follows from the holdings of a point; made by :func:`structure`.

    ``ids``: number -> eid, pid or id of an unknown holder or of concert parties, ascending; ``rows``: the holdings, by
    the row numbers of ``holdings``; ``voting``: the same with the votes of concert parties together; ``person`` and
    ``state``: flags by number; ``ruled``: who goes before votes.
    """

    def __init__(
        self,
        rows: pd.DataFrame,
        rules: LinkRules,
        ruled: pd.DataFrame,
        state: frozenset[str],
        parties: Sequence[Parties],
        persons: frozenset[str],
    ) -> None:
        self.rules = rules
        self.rows = rows.reset_index(drop=True)
        self.ruled = ruled
        parties = united(parties)
        concert = pd.Series([one.id for one in parties], dtype="str")
        columns = [self.rows["holder"], self.rows["eid"], ruled["controller"], ruled["eid"], concert]
        self.ids, (holder, company, *self._ruled_ends, _) = _numbered(columns)
        votes, capital = _votes(self.rows, company, len(self.ids))
        # what is inferred of blanks was decided where holdings were made
        self.holdings: Stakes = stakes(len(self.ids), holder, company, votes, capital, infer_residual=False)
        self.voting = Voting(self.holdings)
        if parties:
            said = Rows(holder, company, votes, capital)
            self.voting = votes_together(said, self.holdings, parties, self.number, self._grown)
        own = np.flatnonzero(holder == company).tolist()
        self._own = [(row, int(company[row]), int(votes[row])) for row in own]
        self.person: Flags = self._flag(holder, (self.rows["holder_kind"] == "person").to_numpy())
        self.state: Flags = np.zeros(len(self.ids), np.bool_)
        for flags, entities in ((self.person, persons), (self.state, state)):
            flags[[number for entity in entities if (number := self.number(entity)) is not None]] = True

    @cached_property
    def forest(self) -> ControlForest:
        """Who controls whom."""
        return self._grown(self.voting.stakes)

    @cached_property
    def heads(self) -> Ids:
        """Per entity the head of its control group, cut below the state."""
        return groups(self.forest, self.state)

    @cached_property
    def rings(self) -> Rings:
        """Circular and cross holdings (循环持股、交叉持股)."""
        return rings(self.holdings)

    @cached_property
    def owners(self) -> BeneficialOwners | None:
        """Beneficial owners (受益所有人) of all companies; ``None`` on a day without a rule for them."""
        rule = self.rules.beneficial
        if rule is None:
            return None
        joint = sorted(self._in_concert())
        return beneficial_owners(self.holdings, self.forest, self.person, rule.line, joint)

    def number(self, entity: str) -> int | None:
        """Its number; ``None`` for one that neither holds nor is held."""
        place = int(np.searchsorted(self.ids, entity))
        return place if place < len(self.ids) and self.ids[place] == entity else None

    def name(self, number: int) -> str:
        """The entity of a number."""
        return str(self.ids[number])

    def status(self, company: str) -> tuple[StatusName, ReasonName]:
        """What can be said of the company's controller, and why nothing can."""
        number = self.number(company)
        if number is None or (self.forest.status[number] == Status.TOP and not self.person[number]):
            return "not_held", "no_holders"
        status = _STATUS[Status(self.forest.status[number])]
        return status, _REASON[Gap(self.holdings.gap[number])] if status == "undetermined" else ""

    def chain(self, company: str) -> list[str]:
        """From the company to its ultimate controller (实际控制人); a ring is named by its first member."""
        number = self.number(company)
        return [company] if number is None else [self.name(step) for step in self.forest.chain(number)]

    def ring(self, entity: str) -> list[str]:
        """The members of the ring of mutual control that the entity belongs to; empty if there is none."""
        number = self.number(entity)
        if number is None or self.forest.ring[number] < 0:
            return []
        return [self.name(member) for member in self.forest.members(number)]

    def control(self, controller: str, company: str) -> Control | None:
        """Why the one controls the other: ``None`` if it does not."""
        x, y = self.number(controller), self.number(company)
        if x is None or y is None or not self.forest.controls(x, y):
            return None
        total, used = supporting_votes(self.voting.stakes, self.forest, x, y)
        whole = int(self.holdings.capital[y])
        basis, near = self._basis(x, y), bool(self.forest.near_line[y])
        members = self.members(controller)
        if basis == "ruled":
            rule, sids = self._rule(controller, company)
            whole_ = whole if whole > 0 else None
            return Control(controller, company, basis, total, whole_, False, (), rule, sids, members)
        sids = self.voting.agreed(controller, y) if members else ()
        votes = tuple(self._said(used, apart=True))
        return Control(controller, company, basis, total, whole, near, votes, "", sids, members)

    def members(self, entity: str) -> tuple[str, ...]:
        """Who acts in concert, if the entity is their node; else nobody."""
        parties = self.voting.parties.get(entity)
        return parties.members if parties else ()

    def holders(self, company: str, most: int | None = None) -> list[Vote]:
        """Who holds votes of the company, the largest first, at most ``most``; ``BLANK`` votes are not known."""
        number = self.number(company)
        if number is None:
            return []
        part = slice(self.holdings.in_ptr[number], self.holdings.in_ptr[number + 1])
        order = np.lexsort((self.holdings.in_holder[part], -self.holdings.in_votes[part]))[:most]
        rows, votes = self.holdings.in_row[part][order], self.holdings.in_votes[part][order]
        return self._said(zip(rows.tolist(), votes.tolist(), strict=True))

    def held_by(self, company: str) -> int:
        """How many hold votes of the company."""
        number = self.number(company)
        return 0 if number is None else int(self.holdings.in_ptr[number + 1] - self.holdings.in_ptr[number])

    def holding(self, holder: str, company: str) -> Vote | None:
        """What the one holds of the other; of its own shares where both are the same."""
        x, y = self.number(holder), self.number(company)
        if x is None or y is None:
            return None
        if x == y:
            rows = [(row, votes) for row, number, votes in self._own if number == y]
            return self._said(rows)[0] if rows else None
        start, end = int(self.holdings.in_ptr[y]), int(self.holdings.in_ptr[y + 1])
        at = start + np.flatnonzero(self.holdings.in_holder[start:end] == x)
        return (
            self._said([(int(self.holdings.in_row[k]), int(self.holdings.in_votes[k])) for k in at])[0]
            if len(at)
            else None
        )

    def whole(self, company: str) -> int | None:
        """The votes of all; ``None`` where no capital is known."""
        number = self.number(company)
        return None if number is None or self.holdings.capital[number] < 1 else int(self.holdings.capital[number])

    def _basis(self, x: int, y: int) -> BasisName:
        """By what ``x``, which may be above the parent, controls ``y``."""
        forest = self.forest
        if forest.basis[y] == Basis.RULED:
            return "ruled"
        if forest.ring[y] >= 0 and forest.name(x) == forest.name(y):
            return "ring"
        if forest.parent[y] == forest.name(x) and forest.basis[y] != Basis.NONE:
            if forest.basis[y] == Basis.DIRECT and self.members(self.name(x)):
                return "concert"
            return BASIS[Basis(forest.basis[y])]
        return "jointly"

    def _rule(self, controller: str, company: str) -> tuple[str, tuple[str, ...]]:
        rows = self.ruled[self.ruled["eid"] == company]
        own = rows[rows["controller"] == controller]
        chosen = own if len(own) else rows
        sids = {sid for part in chosen["sids"] for sid in part}
        return "、".join(sorted(set(chosen["rule"]))), tuple(sorted(sids))

    def _said(self, rows: Iterable[tuple[int, int]], *, apart: bool = False) -> list[Vote]:
        """(row, votes) with what they say, the largest first; ``apart``: rows of ``voting``, each of the parties for
        itself."""
        holder, residual, sids = self._columns
        told = []
        for row, votes in rows:
            parts = self.voting.parts.get(row, ()) if apart else ()
            told += [(*part, True) for part in parts] or [(row, votes, False)]
        found = [Vote(holder[row], votes, residual[row], sids[row], concert) for row, votes, concert in told]
        return sorted(found, key=lambda vote: (-vote.votes, vote.holder))

    @cached_property
    def _columns(self) -> tuple[list[str], list[bool], list[tuple[str, ...]]]:
        """Holder, whether inferred, and statements of each row; a look at one row of a frame takes 0.1 ms."""
        frame = self.rows
        return frame["holder"].tolist(), (frame["basis"] == "residual").tolist(), frame["sids"].tolist()

    def _flag(self, number: Ids, true: Flags) -> Flags:
        found = np.zeros(len(self.ids), np.bool_)
        found[number[true]] = True
        return found

    def _in_concert(self) -> set[tuple[int, int]]:
        """(company, person) where the person, with others who act in concert, controls the company: 联合控制."""
        forest, votes = self.forest, self.voting.stakes
        company = np.repeat(np.arange(votes.n), np.diff(votes.in_ptr))
        half = (forest.status[company] == Status.JOINT) & (2 * votes.in_votes == votes.capital[company])
        found = set()
        for id_, parties in self.voting.parties.items():
            node = self.number(id_)
            under = {*np.flatnonzero(forest.root == node).tolist(), *company[half & (votes.in_holder == node)].tolist()}
            persons = {int(forest.root[at]) for name in parties.members if (at := self.number(name)) is not None}
            found |= {(y, person) for y in under - {node} for person in persons if self.person[person]}
        return found

    def _grown(self, votes: Stakes) -> ControlForest:
        half = self.rules.majority.at_exactly_half
        return control_forest(votes, at_exactly_half=half, ruled=self._rulers())

    def _rulers(self) -> Ids | None:
        """Who rules each entity whatever the votes; of several rulers of one company none does."""
        if self.ruled.empty:
            return None
        controller, company = self._ruled_ends
        return ruled_by(len(self.ids), list(zip(controller.tolist(), company.tolist(), strict=True)))


def structure(
    holdings: pd.DataFrame,
    rules: LinkRules,
    ruled: pd.DataFrame | None = None,
    state: frozenset[str] = frozenset(),
    parties: Sequence[Parties] = (),
    persons: frozenset[str] = frozenset(),
) -> Structure:
    """The chart of the holdings of one point.

    ``holdings``: one row per (holder, company): holder, eid, holder_kind, amount, capital, basis, sids, and where they
    differ from amount and capital ``votes`` and ``whole``. ``ruled``: ``RULED``, who controls by agreement, appointment
    or as executing partner. ``state``: entities that hold for the state. ``parties``: who acts in concert.
    ``persons``: natural persons beside those who hold.
    """
    empty = pd.DataFrame({name: pd.Series([], dtype=object if name == "sids" else "str") for name in RULED})
    return Structure(holdings, rules, empty if ruled is None else ruled[RULED], state, parties, persons)


def _votes(rows: pd.DataFrame, company: Ids, n: int) -> tuple[Amounts, Amounts]:
    """Votes by row and of all of a company by entity; what no register can say (negative, astronomical) is unknown."""
    votes = rows["votes" if "votes" in rows else "amount"].astype("Int64").fillna(BLANK).to_numpy(np.int64)
    whole = rows["whole" if "whole" in rows else "capital"].astype("Int64").fillna(UNKNOWN).to_numpy(np.int64)
    votes = np.where((votes < 0) | (votes > MAX_VOTES), BLANK, votes)
    capital = np.full(n, UNKNOWN, np.int64)
    # a company that is held is asked for its controller, also where no capital is known
    capital[company] = np.where((whole < 0) | (whole > MAX_VOTES), 0, whole)
    listed = np.bincount(company, np.maximum(votes, 0).astype(np.float64), n)
    absurd = listed > MAX_VOTES
    capital[absurd] = 0
    return np.where(absurd[company], BLANK, votes), capital


def _numbered(columns: Sequence[pd.Series]) -> tuple[NDArray[np.object_], list[Ids]]:
    """All values of the columns ascending, and each column as their numbers."""
    codes, values = pd.factorize(pd.concat([column.astype("str") for column in columns], ignore_index=True))
    names = pd.Series(values, dtype="str").array
    order = names.argsort()
    number = np.empty(len(order), np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    ends = np.cumsum([len(column) for column in columns])[:-1]
    return names[order].to_numpy(dtype=object), np.split(number[codes], ends)
