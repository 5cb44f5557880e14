"""Screening (批量核查): which firm of the register each row means that names one by code, by name, or only nearly.

A code of the register decides. A name that a firm bears letter by letter, in whatever width, script or spacing, goes
before every likeness; else scores are compared (``policies/links/screening.yml``). Nothing is guessed: where two firms
fit equally well there are several.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

import numpy as np

from credit_graph.ingest.screening import MASK
from credit_graph.links.screen_likeness import near_pairs
from credit_graph.links.screen_names import simplified
from credit_graph.links.screen_pairs import WHOLE, Found, Pairs, Reason, Said, beside, best, of_names
from credit_graph.links.screen_register import UNKNOWN, Register, district_code
from credit_graph.model.identifiers import is_credit_code, normalise
from credit_graph.text import folded_name

Status = Literal["match", "several", "none"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A row: code and name as they were written, and what else is said. ``exact``: no likeness is looked for."""

    code: str = ""
    name: str = ""
    representative: str = ""
    district: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """``match``: ``found[0]``; ``several``: all of ``found`` fit; ``none``: ``found`` are the nearest, if any.

    ``notes``: what is odd about the row: ``empty``, ``bad_code``, ``unknown_code``, ``code_and_name``;
    ``withheld``: firms that may not be shown were taken out.
    """

    status: Status
    found: tuple[Found, ...] = ()
    notes: tuple[str, ...] = ()


class Screener:
    """Answers rows from one register."""

    def __init__(self, register: Register) -> None:
        self.register, self.rules = register, register.rules
        self._districts: dict[str, int] = {}

    def answers(self, rows: Sequence[Asked]) -> list[Answer]:
        """The answers, one for each row, in order."""
        names = simplified([row.name.replace("\n", " ") for row in rows])
        coded = [self._of_code(normalise(row.code)) for row in rows]
        said = [self._said(row, known=bool(firms)) for row, firms in zip(rows, coded, strict=True)]
        by_name = self._exact(names, said)
        alike = [n for n, row in enumerate(rows) if names[n] and n not in by_name and not (row.exact and not coded[n])]
        for pairs in near_pairs(self.register, [names[n] for n in alike], [said[n] for n in alike]):
            by_name |= {alike[n]: found for n, found in best(self.register, pairs).items()}
        return [
            self._coded(names[n], coded[n], by_name.get(n, ()))
            if coded[n]
            else self._decided(by_name.get(n, ()), _notes(row))
            for n, row in enumerate(rows)
        ]

    def _of_code(self, code: str) -> tuple[int, ...]:
        """The firms with the code or number."""
        return self.register.by_number.get(code.replace("-", ""), ()) if code else ()

    def _said(self, row: Asked, *, known: bool) -> Said:
        """``known``: the code is that of a firm."""
        code = normalise(row.code)
        # an ID number that stands for a name says nothing
        name = "" if MASK in row.representative else folded_name(row.representative)
        numbers = self.register.representatives[0] if name else {}
        who = numbers.get(name, len(numbers)) if name else UNKNOWN
        return Said(who, self._district(row.district.strip()), not known and is_credit_code(code))

    def _district(self, text: str) -> int:
        if not text or (found := district_code(text)) != UNKNOWN:
            return found if text else UNKNOWN
        if text not in self._districts:
            self._districts[text] = self.register.district_called(text)
        return self._districts[text]

    def _exact(self, names: Sequence[str], said: Sequence[Said]) -> dict[int, list[Found]]:
        """Of the rows whose very name firms bear these firms; those that are called so now go before former names."""
        register = self.register
        hits: list[tuple[int, int]] = []
        for row, name in enumerate(names):
            every = register.by_name.get(name, ()) if name else ()
            hits += [(row, place) for place in [p for p in every if register.current[p]] or every]
        rows, places = np.array(hits, np.int64).reshape(-1, 2).T
        columns = (of_names(register, rows, places), *beside(register, said, rows, places))
        found = best(register, Pairs(rows, places, columns))
        return {row: found.get(row, []) for row, _ in hits}

    def _coded(self, name: str, firms: Sequence[int], by_name: Sequence[Found]) -> Answer:
        """Of a row with a code of the register; ``by_name``: what its name says."""
        register, most = self.register, self.rules.candidates
        eids = {str(register.eids[firm]) for firm in firms}
        called = {str(register.eids[register.firm[place]]) for place in register.by_name.get(name, ())}
        found = [Found(str(register.eids[firm]), register.called[firm], WHOLE, (Reason("code"),)) for firm in firms]
        if name and called and not called & eids:
            return Answer("several", (*found, *by_name)[:most], ("code_and_name",))
        if name and not called:
            alike = {one.eid for one in by_name}
            found = [one if one.eid in alike else self._unlike(one) for one in found]
        both = [one for one in found if one.eid in called]
        found = both if len(both) == 1 else found
        return Answer("match" if len(found) == 1 else "several", tuple(found[:most]))

    def _unlike(self, one: Found) -> Found:
        points = self.rules.points.other_name
        return replace(one, score=one.score - points, reasons=(*one.reasons, Reason("other_name", points)))

    def _decided(self, found: Sequence[Found], notes: tuple[str, ...]) -> Answer:
        """By the scores: far enough ahead of every other firm, or among several, or near only."""
        rules = self.rules
        if not found or found[0].score < rules.match_from:
            return Answer("none", tuple(found[: rules.candidates]), notes)
        near = tuple(islice((one for one in found if one.score > found[0].score - rules.margin), rules.candidates))
        return Answer("match" if len(near) == 1 else "several", near, notes)


def _notes(row: Asked) -> tuple[str, ...]:
    """Of a row without a code of the register."""
    code = normalise(row.code)
    if not code:
        return () if row.name.strip() else ("empty",)
    return ("unknown_code" if is_credit_code(code) else "bad_code",)
