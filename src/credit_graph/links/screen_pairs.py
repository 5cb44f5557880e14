"""Rows and the names that each may mean: what speaks for and against each pair, and the best firms of each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from credit_graph.links.screen_register import UNKNOWN, Register

Ints = npt.NDArray[np.int64]
WHOLE = 100


@dataclass(frozen=True, slots=True)
class Reason:
    """What a score rests on: a key of the policy's points, or ``code``, ``name``; the points taken off for all
    ``count`` of them together."""

    kind: str
    points: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """A firm that a row may mean, the name of it that fits, and the score with its reasons."""

    eid: str
    name: str | None
    score: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says beside its name. ``representative``: the number of the name, of no firm's: one that none has."""

    representative: int = UNKNOWN
    district: int = UNKNOWN
    valid_code: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """What is taken off each pair for one kind of difference, and how often it is there."""

    kind: str
    points: Ints
    count: Ints


@dataclass(frozen=True, slots=True)
class Pairs:
    """``row`` with ``place`` (of a name), and the columns of what differs."""

    row: Ints
    place: Ints
    columns: tuple[Column, ...]

    def where(self, mask: npt.NDArray[np.bool_] | Ints) -> Pairs:
        """Some of the pairs."""
        columns = (Column(one.kind, one.points[mask], one.count[mask]) for one in self.columns)
        return Pairs(self.row[mask], self.place[mask], tuple(columns))

    def enough(self, least: int) -> Pairs:
        """Those that have so many points."""
        return self.where(self.score >= least)

    @property
    def score(self) -> Ints:
        """What is left of :data:`WHOLE`, which more can't be."""
        off = sum((one.points for one in self.columns), np.zeros(len(self.row), np.int64))
        return np.minimum(WHOLE, WHOLE - off)


def flagged(kind: str, points: int, mask: npt.NDArray[np.bool_]) -> Column:
    """The same points wherever the mask is set."""
    return Column(kind, np.where(mask, points, 0), mask.astype(np.int64))


def of_names(register: Register, row: Ints, place: Ints) -> Column:
    """Whether firms are still called so."""
    return flagged("former_name", register.rules.points.former_name, ~register.current[place])


def beside(register: Register, said: Sequence[Said], row: Ints, place: Ints) -> Iterator[Column]:
    """What is said beside the name, against what the register says."""
    points, firm = register.rules.points, register.firm[place]
    valid = np.fromiter((one.valid_code for one in said), np.bool_, len(said))[row]
    yield flagged("other_code", points.other_code, valid & register.coded[firm] if valid.any() else valid)
    who = np.fromiter((one.representative for one in said), np.int64, len(said))[row]
    if (who != UNKNOWN).any():
        own = register.representatives[1][firm]
        both = (who != UNKNOWN) & (own != UNKNOWN)
        yield flagged("representative", points.representative, both & (who == own))
        yield flagged("other_representative", points.other_representative, both & (who != own))
    where = np.fromiter((one.district for one in said), np.int64, len(said))[row]
    if (where != UNKNOWN).any():
        own = register.districts[firm]
        both = (where != UNKNOWN) & (own != UNKNOWN)
        same = same_district(where, own)
        yield flagged("district", points.district, both & same)
        yield flagged("other_district", points.other_district, both & ~same)


def same_district(one: Ints, other: Ints) -> npt.NDArray[np.bool_]:
    """Whether one division code is the other or lies in it.

    >>> same_district(np.array([620000, 620101]), np.array([620102, 620102])).tolist()
    [True, False]
    """
    wider = np.maximum(_span(one), _span(other))
    same: npt.NDArray[np.bool_] = one // wider == other // wider
    return same


def _span(code: Ints) -> Ints:
    return np.where(code % 10_000 == 0, 10_000, np.where(code % 100 == 0, 100, 1))


def best(register: Register, pairs: Pairs) -> dict[int, list[Found]]:
    """By row the firms with points enough to be shown, the best first, each by its best name; one more than named."""
    rules = register.rules
    pairs = pairs.enough(rules.shown_from)
    pairs = pairs.where(np.lexsort((pairs.place, register.firm[pairs.place], -pairs.score, pairs.row)))
    found: dict[int, list[Found]] = {}
    score, firms = pairs.score.tolist(), register.firm[pairs.place].tolist()
    last = UNKNOWN
    seen: set[int] = set()
    for at, (row, place) in enumerate(zip(pairs.row.tolist(), pairs.place.tolist(), strict=True)):
        if row != last:
            last, seen = row, set()
        if len(seen) <= rules.candidates and firms[at] not in seen:
            seen.add(firms[at])
            reasons = tuple(
                Reason(one.kind, int(one.points[at]), int(one.count[at])) for one in pairs.columns if one.count[at]
            )
            eid = str(register.eids[firms[at]])
            found.setdefault(row, []).append(Found(eid, register.names[place], score[at], reasons))
    return found
