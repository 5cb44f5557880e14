"""The value of an indicator for every enterprise at once, with the statements that it comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from credit_graph.grading import firm_inputs, record_inputs, related_inputs
from credit_graph.grading.facts import Facts
from credit_graph.grading.rules import Indicator, Span
from credit_graph.grading.values import Value

# by the type of the input
_READERS: dict[str, Callable[[Any, Facts, Span | None], Value]] = {
    "records": record_inputs.records,
    "growth": record_inputs.growth,
    "ratio": record_inputs.ratio,
    "fall": record_inputs.fall,
    "rank": record_inputs.rank,
    "lapsed": record_inputs.lapsed,
    "view": firm_inputs.view,
    "changes": firm_inputs.changes,
    "links": firm_inputs.links,
    "reborn": related_inputs.reborn,
    "related": related_inputs.related,
    "related_state": related_inputs.related_state,
    "persons": related_inputs.persons,
}


def value_of(rule: Indicator, facts: Facts) -> Value:
    """The value of one indicator."""
    reader = _READERS[rule.input.type]
    whole = reader(rule.input, facts, rule.window)
    if not rule.decay:
        return whole
    younger = tuple(reader(rule.input, facts, step.span).numbers for step in rule.decay[:-1])
    return Value(whole.numbers, whole.known, whole.said, whole.path, (*younger, whole.numbers))
