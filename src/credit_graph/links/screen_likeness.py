"""Names that are nearly those of firms: which are compared, and what each difference takes off.

Two names are compared in three ways, and the one that takes least off counts: own name with own name, region and legal
form by themselves; all but the legal form; the whole. In the latter two, only slips of the pen may differ, or one
character that does not belong to the firm's own name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, Prefix
from rapidfuzz.process import cpdist

from credit_graph.links.screen_names import NO_FORM
from credit_graph.links.screen_pairs import WHOLE, Column, Pairs, Said, beside, flagged, of_names
from credit_graph.links.screen_register import Cut, Register, Texts

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_ROWS = 2000  # names compared at a time


def near_pairs(register: Register, names: Sequence[str], said: Sequence[Said]) -> Iterator[Pairs]:
    """Of each name the pairs that have points enough to be shown, some names at a time."""
    for start in range(0, len(names), _ROWS):
        pairs = _pairs(register, names[start : start + _ROWS], said[start : start + _ROWS])
        yield Pairs(pairs.row + start, pairs.place, pairs.columns)


def _pairs(register: Register, names: Sequence[str], said: Sequence[Said]) -> Pairs:
    own = register.cut
    asked = Cut(names, register.cutter, own.regions)
    near = register.index.nearest(asked.core.sounds.tolist(), register.rules.compared)
    row, column = np.nonzero(near >= 0)
    row, place = register.names_of(row, near[row, column].astype(np.int64))
    agree = own.regions.agree(asked.region[row], own.region[place])
    forms = _forms(register, asked, row, place)
    ways = [
        (*_core(register, asked, row, place), *forms, *_regions(register, asked, row, place, agree)),
        (*_slips(register, asked, "body", row, place, agree), *forms),
        _slips(register, asked, "whole", row, place, agree),
    ]
    off = np.array([sum(one.points for one in way) for way in ways])
    chosen = off.argmin(axis=0)
    kinds = dict.fromkeys(one.kind for way in ways for one in way)
    columns = [_chosen(kind, ways, chosen) for kind in kinds]
    columns = [of_names(register, row, place), *columns, *beside(register, said, row, place)]
    return Pairs(row, place, tuple(columns)).enough(register.rules.shown_from)


def _chosen(kind: str, ways: Sequence[Sequence[Column]], chosen: Ints) -> Column:
    """The column of the kind, of each pair as it is in the way chosen."""
    points, count = np.zeros(len(chosen), np.int64), np.zeros(len(chosen), np.int64)
    for number, way in enumerate(ways):
        for one in way:
            if one.kind == kind:
                here = chosen == number
                points[here], count[here] = one.points[here], one.count[here]
    return Column(kind, points, count)


def _core(register: Register, asked: Cut, row: Ints, place: Ints) -> tuple[Column, ...]:
    """Own name with own name: slips of the pen, and other characters that differ by their share of the name."""
    points, lengths = register.rules.points, register.cut.core.lengths[place]
    most = (WHOLE - register.rules.shown_from) * lengths // points.edit + 1
    slips, edits = _distances(asked.core, register.cut.core, row, place, most)
    one = np.flatnonzero((edits == 1) & (slips == 0) & (asked.core.lengths[row] <= lengths))
    expected = np.zeros(len(row), np.bool_)
    expected[one] = _goes_without_saying(register, asked, row[one], place[one])
    edits[expected] = 0
    share = np.round(edits * points.edit / np.maximum(lengths, 1)).astype(np.int64)
    slip = Column("slip", slips * points.slip, slips)
    return slip, flagged("expected", points.expected, expected), Column("edit", share, edits)


def _goes_without_saying(register: Register, asked: Cut, row: Ints, place: Ints) -> Flags:
    """Whether the first character that differs is one that goes without saying."""
    own, mine = register.cut.core.plain, asked.core.plain
    begin = cpdist(mine[row], own[place], scorer=Prefix.similarity, dtype=np.int32, workers=-1).astype(np.int64)
    share, starts = register.expected
    at = starts[place] + np.minimum(begin, register.cut.core.lengths[place] - 1)
    found: Flags = share[at] >= register.rules.expected.share
    return found


def _slips(
    register: Register, asked: Cut, part: Literal["body", "whole"], row: Ints, place: Ints, agree: Ints
) -> tuple[Column, Column]:
    """Nothing but slips of the pen, or one other character outside the firm's own name; else all points are taken."""
    points, cores = register.rules.points, register.cut.core.plain
    mine, theirs = getattr(asked, part), getattr(register.cut, part)
    slips, edits = _distances(mine, theirs, row, place, np.ones(len(row), np.int64))
    # a character more, or one behind a region that is written as it should be, may belong to another firm's own name
    one = np.flatnonzero((edits == 1) & (agree < 2) & (mine.lengths[row] <= theirs.lengths[place]))
    outside = np.zeros(len(row), np.bool_)
    begins = [own.startswith(core) for own, core in zip(asked.core.plain[row[one]], cores[place[one]], strict=True)]
    within = [core in text for text, core in zip(mine.plain[row[one]], cores[place[one]], strict=True)]
    outside[one] = np.array(within, np.bool_) & (np.array(begins, np.bool_) | (agree[one] > 0))
    fits = ((edits == 0) | outside) & (agree < 2)
    slip = np.where(fits, slips * points.slip, WHOLE)
    return Column("slip", slip, np.where(fits, slips, 0)), flagged("outside", points.outside, outside)


def _distances(asked: Texts, own: Texts, row: Ints, place: Ints, most: Ints) -> tuple[Ints, Ints]:
    """Slips of the pen and other characters that differ; only near texts are looked at, others differ in ``most`` + 1.

    What is left of the distance when sounds, or looks, are compared instead of characters is no slip.
    """
    slips, edits = np.zeros(len(row), np.int64), most + 1
    at = np.flatnonzero(np.abs(asked.lengths[row] - own.lengths[place]) <= most)
    sounds = _distance(asked.sounds, own.sounds, row[at], place[at])
    near = sounds <= most[at] + 1  # looks may explain what sounds do not
    at, sounds = at[near], sounds[near]
    row, place = row[at], place[at]
    whole = _distance(asked.plain, own.plain, row, place)
    left = np.minimum(sounds, _distance(asked.shapes, own.shapes, row, place))
    swapped = (whole == 1) & (asked.bags[row] == own.bags[place])
    left[swapped | (asked.once[row] == own.once[place])] = 0
    slips[at], edits[at] = whole - left, left
    return slips, edits


def _distance(asked: npt.NDArray[np.object_], own: npt.NDArray[np.object_], row: Ints, place: Ints) -> Ints:
    """Characters put in, left out, changed or swapped with a neighbour."""
    found = cpdist(asked[row], own[place], scorer=OSA.distance, dtype=np.int32, workers=-1)
    return found.astype(np.int64)


def _forms(register: Register, asked: Cut, row: Ints, place: Ints) -> tuple[Column, ...]:
    points, own = register.rules.points, register.cut
    one, other = asked.form[row], own.form[place]
    missing = (one == NO_FORM) | (other == NO_FORM)
    return (
        flagged("spelled_form", points.spelled_form, (one == other) & (asked.ending[row] != own.ending[place])),
        flagged("missing_form", points.missing_form, (one != other) & missing),
        flagged("other_form", points.other_form, (one != other) & ~missing),
    )


def _regions(register: Register, asked: Cut, row: Ints, place: Ints, agree: Ints) -> tuple[Column, ...]:
    points = register.rules.points
    otherwise = (agree == 0) & (asked.before[row] != register.cut.before[place])
    return (
        flagged("spelled_region", points.spelled_region, otherwise),
        flagged("missing_region", points.missing_region, agree == 1),
        flagged("other_region", points.other_region, agree == 2),
    )
