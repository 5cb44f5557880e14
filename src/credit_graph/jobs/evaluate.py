"""Evaluate: compute the links of a generated city and score them against its planted truth.

Only this job reads the truth. Nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from credit_graph.errors import InputError, StateError
from credit_graph.evaluation import found as product
from credit_graph.evaluation import measures
from credit_graph.evaluation.goals import Goal, GoalPolicy
from credit_graph.evaluation.measures import Case, Measure
from credit_graph.evaluation.truth import Truth
from credit_graph.links.compute import links
from credit_graph.links.policy import link_policy
from credit_graph.links.reborn_data import scored
from credit_graph.links.reborn_policy import reborn_policy
from credit_graph.model.time import Point
from credit_graph.projection import project
from credit_graph.projection.graph import Progress
from credit_graph.store import Store

TRUTH = "truth"  # the generator writes it beside the files; no other module reads it


@dataclass(frozen=True, slots=True)
class Line:
    """A score, and whether it reaches its goal: ``met`` is true where there is none."""

    measure: Measure
    goal: Goal | None

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.goal is None or self.goal.met(
            self.measure.value, max(self.measure.baselines.values(), default=None)
        )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scores of a city: ``firms`` in its files, ``present`` of them in the graph."""

    point: Point
    city: dict[str, Any]
    firms: int
    present: int
    lines: list[Line]

    @property
    def met(self) -> bool:
        """Whether every goal is reached."""
        return all(line.met for line in self.lines)


def read_truth(folder: Path) -> Truth:
    """The truth of the city that was generated in ``folder``; raises ``InputError("input.no_truth")``."""
    place = folder / TRUTH
    if not (place / "city.json").is_file():
        raise InputError("input.no_truth", path=folder)
    firms, control, holdings, persons, pairs = (
        pd.read_parquet(place / f"{name}.parquet")
        for name in ("firms", "control", "holdings", "persons", "person_pairs")
    )
    city, structures, reborn = (
        json.loads((place / f"{name}.json").read_text("utf-8")) for name in ("city", "structures", "reborn")
    )
    return Truth(city, firms, control, holdings, persons, pairs, structures, reborn)


def evaluate(store: Store, folder: Path, use: date, policy: GoalPolicy, progress: Progress | None = None) -> Evaluation:
    """Score the links at the last batch and the city's last day.

    Raises ``StateError``: ``state.no_data``, or ``state.other_city`` where less than half of the city's firms are in
    the graph; ``DefinitionError`` where no rule is in force.
    """
    truth = read_truth(folder)
    last = date.fromisoformat(truth.city["until"])
    rows = store.read("read/seq_on_day", day=date(9999, 12, 30))
    if not rows or rows[0]["seq"] is None:
        raise StateError("state.no_data")
    projection = project(store, Point(seq=rows[0]["seq"], valid=last, use=use), progress=progress)
    firms = truth.firms.loc[truth.firms["shown"], "code"]
    present = int(firms.isin(projection.enterprises.index).sum())
    if 2 * present < len(firms):
        raise StateError("state.other_city", path=folder, present=present, firms=len(firms))
    found = links(projection, link_policy())
    line = found.rules.beneficial.line if found.rules.beneficial else None
    case = Case(truth, projection, found, product.found(projection, found, truth), line)
    goals = policy.on(last).of(truth.noise)
    lines = [judged(measure, goals.get(measure.name)) for measure in _measures(case)]
    return Evaluation(projection.point, truth.city, len(firms), present, lines)


def judged(measure: Measure, goal: Goal | None) -> Line:
    """The measure with its goal, if it counts enough cases: among few, one wrong answer weighs more than the goal."""
    counts = measure.counts
    answers = counts.get("right", 0) + counts.get("wrong", 0)
    cases = counts.get("decided", counts.get("undecided", answers))
    return Line(measure, goal if goal and cases >= goal.of_at_least else None)


def _measures(case: Case) -> Iterator[Measure]:
    yield from measures.control(case)
    yield from measures.owners(case)
    yield from measures.holders(case)
    yield from measures.persons(case)
    yield measures.groups(case)
    rules = reborn_policy().on(case.projection.point.valid)
    yield from measures.reborn(case, scored(case.projection, case.links, rules))
