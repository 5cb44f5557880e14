"""Check a grading policy against what sources can give, and compare what two of them make of the same firms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from credit_graph.errors import InputError
from credit_graph.grading.diff import Difference, difference
from credit_graph.grading.grade import CHANNEL, grade
from credit_graph.grading.policy import GradingPolicy, grading_policy, policy_of_file, problems
from credit_graph.grading.policy_faults import Vocabulary
from credit_graph.ingest.definitions import definitions
from credit_graph.jobs.batches import refuse_open_batch
from credit_graph.links.compute import kept_links
from credit_graph.links.policy import link_policy
from credit_graph.model.time import Point
from credit_graph.projection import project
from credit_graph.store import Store
from credit_graph.yamlfile import Problem

Progress = Callable[[str, int, int], None]  # what, done, total


@dataclass(frozen=True, slots=True)
class PolicyDifference:
    """Two policies and what changes from the first to the second; ``names``: eid -> name of the firm."""

    a: GradingPolicy
    b: GradingPolicy
    point: Point
    found: Difference
    names: pd.Series


def check(path: Path) -> list[tuple[str, Problem]]:
    """Every problem of a policy file as (file, problem); nothing is read of the graph.

    Raises ``InputError("input.not_found")``.
    """
    if not path.is_file():
        raise InputError("input.not_found", path=path)
    return problems(path.resolve(), vocabulary())


def vocabulary() -> Vocabulary:
    """The values that fields can have, of those for which every source of the kind names all of its values."""
    closed: dict[tuple[str, str], set[str]] = defaultdict(set)
    open_: set[tuple[str, str]] = set()
    for item in definitions().values():
        for field, value in item.constants.items():
            closed[item.kind, field].add(value)
        for field, column in item.columns.items():
            if column.strict and column.values:
                closed[item.kind, field].update(column.values.values())
            else:
                open_.add((item.kind, field))
    return {place: frozenset(values) for place, values in closed.items() if place not in open_}


def compare(store: Store, a: str, b: str, point: Point, progress: Progress | None = None) -> PolicyDifference:
    """Grade all firms at ``point`` by both policies, each a name or a file; nothing is written.

    A file applies whatever the days it is meant for. Raises ``DefinitionError`` for a faulty policy or a day without
    one, ``InputError`` for a file that is not there, ``StateError("state.batch_open")``.
    """
    first, second = (policy_named(what, point.valid) for what in (a, b))
    refuse_open_batch(store)
    projection = project(store, point, CHANNEL, progress=progress)
    links = kept_links(projection, link_policy())
    found = difference(grade(projection, links, first), grade(projection, links, second))
    return PolicyDifference(first, second, point, found, projection.enterprises["name"])


def policy_named(what: str, day: date) -> GradingPolicy:
    """The policy of a name in force on the day, or of a file whatever the days it is meant for; raises as
    :func:`compare` does."""
    path = Path(what)
    if path.suffix == ".yml" or "/" in what:
        if not path.is_file():
            raise InputError("input.not_found", path=what)
        return policy_of_file(path, day)
    return grading_policy(what, day)[0]
