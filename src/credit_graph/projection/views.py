"""What follows from the statements at a point, by name: the enterprises, their names, their relationships."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date

import pyarrow as pa

from credit_graph.model.kinds import KINDS
from credit_graph.projection import current, relations
from credit_graph.projection.begun import Begun
from credit_graph.projection.current import current_names, current_view
from credit_graph.projection.view import precedence

VIEWS = ("enterprises", "names", "offices", "contributions", "addresses", "phones")

_RELATIONS: dict[str, Callable[[Mapping[str, Begun]], pa.Table]] = {
    "offices": relations.offices,
    "contributions": relations.contributions,
    "addresses": relations.addresses,
    "phones": relations.phones,
}


def fields_of(name: str, day: date) -> dict[str, list[str]]:
    """Per record kind the columns that a view is made of, beside those that say of whom a statement speaks and when."""
    if name in relations.TYPES:
        return relations.fields_of(name)
    if name == "names":
        return {kind: ["name"] for kind in KINDS if kind != "Hold"}
    return shown_fields(None, day)


def shown_fields(only: Collection[str] | None, day: date) -> dict[str, list[str]]:
    """Per record kind that says them the columns that the enterprises' view, or these fields of it, is made of."""
    rules = precedence().on(day)
    wanted = {kind: current.fields_of(kind, rules, only) for kind in KINDS if kind != "Hold"}
    return {kind: fields for kind, fields in wanted.items() if fields}


def make_view(
    name: str, begun: Mapping[str, Begun], firms: Callable[[], pa.Array], day: date, view: Callable[[str], pa.Table]
) -> pa.Table:
    """One of ``VIEWS``, ordered by ``eid``.

    ``begun``: the kinds of ``fields_of``; ``firms``: gives every enterprise that a statement speaks of,
    ascending; ``view``: gives the other views, or what is needed of them: of enterprises the names.
    """
    if name == "enterprises":
        return current_view(begun, firms(), precedence(), day)
    if name == "names":
        return current_names(begun, firms(), view("enterprises"))
    return _RELATIONS[name](begun)
