"""Units of amounts (金额单位): decided once per column and file, never guessed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from credit_graph.errors import InputError, UsageError
from credit_graph.ingest.values import FEN, Bad, amount_parts, clean
from credit_graph.model.definition import Definition, Unit
from credit_graph.model.headers import normal_header, split_unit
from credit_graph.model.kinds import FieldType
from credit_graph.text import joined, t

_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,4})?")  # most cells: there is nothing but the number to read
Counts = Callable[[str], Mapping[str, int]]  # field -> its distinct cells and how often each stands


def decide_units(
    definition: Definition, mapped: Mapping[str, str], counts: Counts, given: Mapping[str, str], path: str
) -> dict[str, str]:
    """Unit per amount field: given by the caller, named in the header, the only possible one, or the plausible one.

    ``mapped``: header -> field; ``counts``: gives a field's distinct cells; ``given``: header or field -> unit. A unit
    in a cell wins over all of these, and such cells don't count here. Raises ``InputError("input.unit_undecided")``,
    ``UsageError`` for a given unit that the definition does not know.
    """
    headers = {field: header for header, field in mapped.items() if definition.type_of(field) is FieldType.AMOUNT}
    decided: dict[str, str] = {}
    without_amounts: set[str] = set()
    # a column that is like another one is decided after it
    for field in sorted(headers, key=lambda name: definition.units[name].like is not None):
        header, rule = headers[field], definition.units[field]
        unit = _given(header, field, rule, given) or split_unit(header)[1]
        if unit is None and len(rule.possible) == 1:
            unit = rule.possible[0]
        if unit is None and rule.like in decided and rule.like not in without_amounts:
            unit = decided[rule.like]
        if unit is None:
            middle = _median(counts(field))
            if middle is None:
                without_amounts.add(field)
                unit = rule.possible[0]  # nothing but zeros: any unit says the same
            else:
                unit = _plausible(rule, middle, header, path)
        decided[field] = unit
    return decided


def refuse_unknown(given: Mapping[str, str], definitions: Iterable[Definition]) -> None:
    """Refuse a unit that is given for what no definition reads as an amount: ``UsageError``, probably misspelt."""
    known: set[str] = set()
    for definition in definitions:
        for field in definition.units:
            known |= {normal_header(field), *(split_unit(name)[0] for name in definition.columns[field].names)}
    for name, unit in given.items():
        if normal_header(name) not in known and split_unit(name)[0] not in known:
            why = t("没有这个金额列", "there is no such column of amounts")
            raise UsageError("usage.bad_value", option="--unit", value=f"{name}={unit}", why=why)


def _given(header: str, field: str, rule: Unit, given: Mapping[str, str]) -> str | None:
    names = {normal_header(header), split_unit(header)[0], normal_header(field)}
    for name, unit in given.items():
        if normal_header(name) in names:
            if unit not in rule.possible:
                why = t(f"定义只允许 {'、'.join(rule.possible)}", f"the definition allows {', '.join(rule.possible)}")
                raise UsageError("usage.bad_value", option="--unit", value=f"{name}={unit}", why=why)
            return unit
    return None


def _plausible(rule: Unit, middle: Decimal, header: str, path: str) -> str:
    """The one unit in which the non-zero median lies in the plausible range."""
    if rule.median_yuan is None:
        why = t(f"与它同单位的列 {rule.like} 没有金额", f"the column {rule.like}, which it is like, has no amounts")
        raise InputError("input.unit_undecided", path=path, column=header, units=joined(rule.possible), why=why)
    low, high = rule.median_yuan
    fitting = [unit for unit in rule.possible if low <= float(middle * FEN[unit] / FEN["元"]) <= high]
    if len(fitting) == 1:
        return fitting[0]
    why = t(
        f"非零中位数 {middle:f}，合理范围 {low:g}–{high:g} 元",
        f"the non-zero median is {middle:f}, plausible are {low:g} to {high:g} yuan",
    )
    raise InputError("input.unit_undecided", path=path, column=header, units=joined(rule.possible), why=why)


def _median(counts: Mapping[str, int]) -> Decimal | None:
    """Median size of the amounts other than zero that leave their unit open; None if there is none."""
    sizes: Counter[Decimal] = Counter()
    for cell, count in counts.items():
        try:
            number, unit, _ = (Decimal(cell), None, None) if _PLAIN.fullmatch(cell) else amount_parts(clean(cell))
        except Bad:
            continue
        if unit is None and number:
            sizes[abs(number)] += count
    middle = sizes.total() / 2
    for size in sorted(sizes):
        middle -= sizes[size]
        if middle <= 0:
            return size
    return None
