"""Which lists and joint measures a document carries on a day, and what stands in the way of the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from credit_graph.errors import DefinitionError
from credit_graph.lists.bases import Document
from credit_graph.lists.measures import Measure, measures
from credit_graph.lists.policy import ListPolicy, list_names, list_policy
from credit_graph.text import joined, t


@dataclass(frozen=True, slots=True)
class Carrying:
    """A list or measure on a day: ``own`` (it may be released, or applied, by its own document), ``republished`` (it
    only shows entries of national lists) or ``refused``; with what it rests on, or why not."""

    what: Literal["list", "measure"]
    id: str
    name: str
    state: Literal["own", "republished", "refused"]
    basis: tuple[str, ...] = ()
    why: str | None = None


def carried_on(day: date) -> list[Carrying]:
    """All lists, then all measures in force, in the language in use. Raises ``DefinitionError`` for a faulty file."""
    lists = [_list(list_policy(name), day) for name in list_names()]
    return lists + [_measure(row, day) for row in measures() if row.in_force(day)]


def _list(policy: ListPolicy, day: date) -> Carrying:
    blank = Carrying("list", policy.name, t(policy.title.zh, policy.title.en), "refused")
    try:
        row, carrying = policy.on(day), policy.documents_on(day)
        if row.republishes:
            return replace(blank, state="republished", basis=tuple(_cite(item) for item in carrying.values()))
        if row.unset():
            raise DefinitionError("policy.unset", what=blank.name, parts=joined(row.unset()))
    except DefinitionError as error:
        return replace(blank, why=str(error))
    return replace(blank, state="own", basis=(_cite(carrying[policy.name], row.article),))


def _measure(measure: Measure, day: date) -> Carrying:
    blank = Carrying("measure", measure.id, t(measure.name.zh, measure.name.en), "refused")
    try:
        document = measure.carried_by(day)
    except DefinitionError as error:
        return replace(blank, why=str(error))
    return replace(blank, state="own", basis=(_cite(document, measure.article),))


def _cite(document: Document, article: str | None = None) -> str:
    given = (article,) if article else ()
    return t(document.cite(*given), document.cite_english(*given))
