"""Units of amounts: decided once per column and file, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from statistics import median

from credit_graph.errors import InputError
from credit_graph.ingest.recognise import split_unit
from credit_graph.ingest.values import FEN, Bad, amount_parts, clean
from credit_graph.model.definition import Definition
from credit_graph.model.kinds import FieldType
from credit_graph.text import t


def decide_units(
    definition: Definition,
    mapped: Mapping[str, str],
    cells: Mapping[str, Iterable[str | None]],
    given: Mapping[str, str],
    path: str,
) -> dict[str, str]:
    """Unit per amount field: given by the caller, named in the header, the only one possible, or the plausible one.

    ``mapped``: header -> field; ``cells``: field -> distinct cells with their repetitions; ``given``: header or
    field -> unit. Raises ``InputError("input.unit_undecided")``.
    """
    decided: dict[str, str] = {}
    waiting: dict[str, str] = {}
    for header, field in mapped.items():
        if definition.type_of(field) is not FieldType.AMOUNT:
            continue
        rule = definition.units[field]
        named = given.get(header) or given.get(field) or split_unit(header)[1]
        if named is not None and named not in FEN:
            raise InputError("input.unit_undecided", path=path, column=header, units="、".join(FEN), why=named)
        if named or len(rule.possible) == 1:
            decided[field] = named or rule.possible[0]
        elif rule.like is None:
            decided[field] = _plausible(definition, header, field, cells[field], path)
        else:
            waiting[field] = rule.like
    for field, like in waiting.items():
        header = next(name for name, mapped_field in mapped.items() if mapped_field == field)
        decided[field] = decided.get(like) or _plausible(definition, header, field, cells[field], path, like)
    return decided


def _plausible(
    definition: Definition, header: str, field: str, cells: Iterable[str | None], path: str, like: str | None = None
) -> str:
    """The one unit in which the non-zero median lies in the plausible range."""
    rule = definition.units[like or field]
    numbers = [abs(number) for number in _numbers(cells) if number]
    if not numbers:
        return rule.possible[0]  # nothing but zeros: any unit says the same
    middle = median(numbers)
    low, high = rule.median_yuan or (0.0, 0.0)
    fitting = [unit for unit in rule.possible if low <= float(middle * FEN[unit] / 100) <= high]
    if len(fitting) == 1:
        return fitting[0]
    why = t(
        f"非零中位数 {middle}，合理范围 {low:g}–{high:g} 元",
        f"the non-zero median is {middle}, plausible are {low:g} to {high:g} yuan",
    )
    raise InputError("input.unit_undecided", path=path, column=header, units="、".join(rule.possible), why=why)


def _numbers(cells: Iterable[str | None]) -> Iterable[Decimal]:
    for cell in cells:
        text = clean(cell)
        if not text:
            continue
        try:
            number, unit = amount_parts(text)
        except Bad:
            continue
        if unit is None:
            yield number
