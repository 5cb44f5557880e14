"""An ownership chart of a case as columns: node names to numbers, percentages to whole votes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from credit_graph.links.cases import HOLDS, Case
from credit_graph.links.stakes import BLANK, MAX_VOTES, UNKNOWN, Flags, Ids, Stakes, ruled_by, stakes, together
from credit_graph.text import t

# types of nodes that are no companies: they have no holders and are in no group
NO_COMPANY = frozenset({"person", "state", "family", "address", "phone", "email", "region", "licence", "penalty"})
# relations by which the source rules the target whatever the votes (协议控制、委派、执行事务合伙人)
RULES = frozenset({
    "AGREEMENT", "CONTROLS_BY_AGREEMENT", "APPOINTS", "GENERAL_PARTNER", "GENERAL_PARTNER_OF", "GP", "GP_OF",
    "EXECUTING_PARTNER", "EXECUTING_PARTNER_OF", "MANAGING_PARTNER", "MANAGING_PARTNER_OF",
})  # fmt: skip
PARTNER_ROLES = frozenset({"gp", "general_partner", "executing_partner"})  # ``role`` of a HOLDS edge
# relations whose ends act as one holder (一致行动人、亲属)
TOGETHER = frozenset({
    "PARTNER_OF", "CONCERT", "CONCERT_WITH", "ACTS_WITH", "ACTING_IN_CONCERT", "FAMILY", "FAMILY_OF", "SPOUSE_OF",
    "MARRIED_TO", "PARENT_OF", "SIBLING_OF", "RELATIVE_OF",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chart:
    """``names`` of the entities in ascending order (their numbers), holdings in percent with one row per pair."""

    case: Case
    names: tuple[str, ...]
    rows: tuple[tuple[int, int, Fraction | None], ...]  # holder, company, percent

    @property
    def number(self) -> dict[str, int]:
        """Name -> number."""
        return {name: at for at, name in enumerate(self.names)}

    def flags(self, *types: str) -> Flags:
        """Bool per entity: whether its node is of one of these types."""
        found = {node.id for node in self.case.nodes if node.type in types}
        return np.array([name in found for name in self.names], np.bool_)

    @property
    def is_company(self) -> Flags:
        """Bool per entity: whether it can be held."""
        return ~self.flags(*NO_COMPANY)

    @property
    def over_100(self) -> list[int]:
        """The companies whose holders add up to more than 100 %: a data fault."""
        return [y for y, total in enumerate(self.listed()) if total > 100]

    def listed(self) -> list[Fraction]:
        """The percentages listed of each entity, added up; blanks count nothing."""
        total = [Fraction(0)] * len(self.names)
        for _, company, pct in self.rows:
            total[company] += pct or 0
        return total

    def stakes(
        self,
        *,
        own_shares_vote: bool = False,
        infer_residual: bool = True,
        parties: Sequence[Sequence[int]] = (),
    ) -> Stakes:
        """The chart's columns. ``parties``: sets of holders that vote as one.

        Raises ``InputError`` for more digits than an int64 has.
        """
        n = len(self.names)
        unit = [1] * n
        for _, company, pct in self.rows:
            unit[company] = lcm(unit[company], (pct or Fraction(0)).denominator)
        capital = np.full(n + len(parties), UNKNOWN, np.int64)
        total = self.listed()
        for y in np.flatnonzero(self.is_company).tolist():
            if max(total[y], Fraction(100)) * unit[y] > MAX_VOTES:
                place = t(f"{self.names[y]} 的 pct", f"pct of {self.names[y]}")
                self.case.fail(place, t("小数位数过多", "too many digits"))
            capital[y] = 100 * unit[y]
        holder = np.array([row[0] for row in self.rows], np.int32)
        held = np.array([row[1] for row in self.rows], np.int32)
        votes = np.array([BLANK if pct is None else int(pct * unit[y]) for _, y, pct in self.rows], np.int64)
        columns = together(n, holder, held, votes, parties)[:3]
        return stakes(
            n + len(parties), *columns, capital, own_shares_vote=own_shares_vote, infer_residual=infer_residual
        )

    def weights(self, *, infer_residual: bool = False) -> dict[tuple[int, int], Fraction]:
        """(holder, company) -> share of one, own shares too; blanks are left out, or the only one is filled."""
        found = {(h, y): pct / 100 for h, y, pct in self.rows if pct}
        blanks = [(h, y) for h, y, pct in self.rows if pct is None and h != y]
        for h, y in blanks if infer_residual else ():
            rest = 1 - self.listed()[y] / 100
            if rest > 0 and sum(company == y for _, company in blanks) == 1:
                found[h, y] = rest
        return found

    def ruled(self) -> Ids:
        """Per entity who rules it by agreement, appointment or as executing partner, or -1."""
        number = self.number
        found = [
            (number[edge.src], number[edge.dst])
            for edge in self.case.edges
            if edge.type.upper() in RULES
            or (edge.type == HOLDS and str(edge.properties.get("role")).lower() in PARTNER_ROLES)
        ]
        return ruled_by(len(self.names), found)

    def parties(self) -> list[tuple[str, ...]]:
        """The sets of holders that the case asks to merge, else those that its relations join; each ascending."""
        if self.case.merge:
            return list(self.case.merge)
        joined = {name: {name} for name in self.names}
        for edge in self.case.edges:
            if edge.type.upper() in TOGETHER and joined[edge.src] is not joined[edge.dst]:
                both = joined[edge.src] | joined[edge.dst]
                joined |= dict.fromkeys(both, both)
        return sorted({tuple(sorted(group)) for group in joined.values() if len(group) > 1})


def chart(case: Case) -> Chart:
    """The case as a chart; several holdings of one holder in one company are added up, one blank makes it blank.

    Raises ``InputError("input.case")`` for a percentage on a relation that is no holding and rules nobody.
    """
    for edge in case.edges:
        if edge.pct is not None and edge.type != HOLDS and edge.type.upper() not in RULES | TOGETHER:
            case.fail(f"{edge.src}>{edge.dst}", t(f"pct 须属于 {HOLDS}，不是 {edge.type}", f"pct is of {HOLDS} only"))
    names = tuple(sorted(node.id for node in case.nodes))
    number = {name: at for at, name in enumerate(names)}
    held: dict[tuple[int, int], Fraction | None] = {}
    for edge in case.of_kind(HOLDS):
        pair = number[edge.src], number[edge.dst]
        before = held.get(pair, Fraction(0))
        held[pair] = None if edge.pct is None or before is None else before + edge.pct
    return Chart(case, names, tuple((h, y, pct) for (h, y), pct in held.items()))


def text(value: Fraction) -> str:
    """A fraction as the results write it: "9/25", "1"."""
    return str(value)


def decimal(value: Fraction) -> str:
    """A fraction as a decimal where that is finite ("0.36"), else as :func:`text` writes it."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return text(value)
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    whole = str(int(value * 10**digits)).rjust(digits + 1, "0")
    return f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole


def percent(value: Fraction) -> int | float:
    """A percentage as a JSON number."""
    return int(value) if value.denominator == 1 else float(value)


def pairs(names: Sequence[str], found: Iterable[tuple[int, int]]) -> list[list[str]]:
    """Pairs of numbers as sorted lists of names."""
    return sorted([names[a], names[b]] for a, b in found)
