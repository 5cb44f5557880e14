"""Finds the loader definition that a table's header fits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from credit_graph.errors import InputError, UsageError
from credit_graph.model.definition import Definition
from credit_graph.model.headers import normal_header, split_unit
from credit_graph.model.kinds import FieldType
from credit_graph.text import joined, t

__all__ = ["Match", "normal_header", "recognise", "split_unit"]


@dataclass(frozen=True, slots=True)
class Match:
    """A header read by one definition. Every header of the file is in exactly one of the three."""

    definition: Definition
    mapped: dict[str, str]  # header as it stands in the file -> field
    ignored: list[str]
    unmapped: list[str]
    missing: tuple[str, ...] = ()  # required columns that the header lacks, by their first name
    doubled: tuple[str, ...] = ()  # pairs of headers that claim one field

    @property
    def fits(self) -> bool:
        """Whether the definition can read the table."""
        return not self.missing and not self.doubled

    def fault(self) -> str:
        """Why the definition can't read the table."""
        parts = []
        if self.missing:
            parts.append(t("缺少列 ", "it lacks ") + joined(self.missing))
        if self.doubled:
            parts.append(t("多列对应同一字段：", "two columns give one field: ") + joined(self.doubled))
        return "；".join(parts)


def recognise(
    header: Sequence[str],
    definitions: Mapping[str, Definition],
    source: str | None = None,
    *,
    path: Path | str = "",
) -> Match:
    """The definition that reads a table with this header.

    Fitting are those whose required columns are all there; the one with the fewest unmapped columns wins,
    then the one with the most mapped. ``source`` names one instead. Names are compared without width,
    brackets, case, spaces and, for amounts, the unit; coded and Chinese names are equal.

    Raises ``InputError``: ``input.duplicate_columns``, ``input.ambiguous``, ``input.unrecognised``;
    ``UsageError`` for a source that has no definition.
    """
    _refuse_duplicates(header, path)
    if source is not None and source not in definitions:
        known = joined(sorted(definitions))
        raise UsageError("usage.bad_value", option="--source", value=source, why=known)
    wanted = [definitions[source]] if source is not None else list(definitions.values())
    matches = sorted((match(header, definition) for definition in wanted), key=_rank)
    fitting = [found for found in matches if found.fits]
    if not fitting:
        raise InputError("input.unrecognised", path=path, why=_nearest(matches))
    best = [found for found in fitting if _rank(found) == _rank(fitting[0])]
    if len(best) > 1:
        raise InputError("input.ambiguous", path=path, why=_tie(best))
    return best[0]


def match(header: Sequence[str], definition: Definition) -> Match:
    """How one definition reads the header, whether it fits or not."""
    fields = _aliases(definition)
    ignore = {normal_header(name) for name in definition.ignore}
    mapped: dict[str, str] = {}
    ignored: list[str] = []
    unmapped: list[str] = []
    for text in header:
        field = fields.get(normal_header(text)) or fields.get(_amount_alias(text))
        if field is not None:
            mapped[text] = field
        elif normal_header(text) in ignore or not normal_header(text):
            ignored.append(text)
        else:
            unmapped.append(text)
    found = Counter(mapped.values())
    missing = tuple(
        " / ".join(definition.columns[name].names[0] for name in choice)
        for choice in definition.required
        if not any(name in found for name in choice)
    )
    doubled = tuple(
        " = ".join(text for text, name in mapped.items() if name == field)
        for field, count in found.items()
        if count > 1
    )
    return Match(definition, mapped, ignored, unmapped, missing, doubled)


def _aliases(definition: Definition) -> dict[str, str]:
    """Header in the form in which it is compared -> field; amounts also without their unit."""
    known: dict[str, str] = {}
    for field, column in definition.columns.items():
        for name in column.names:
            known[normal_header(name)] = field
            if definition.type_of(field) is FieldType.AMOUNT:
                known[_amount_alias(name)] = field
    return known


def _amount_alias(header: str) -> str:
    """A key that only an amount can have: the header without its unit."""
    return "¥" + split_unit(header)[0]


def _refuse_duplicates(header: Sequence[str], path: Path | str) -> None:
    counts = Counter(normal_header(text) for text in header)
    twice = [text for text in dict.fromkeys(header) if normal_header(text) and counts[normal_header(text)] > 1]
    if twice:
        raise InputError("input.duplicate_columns", path=path, columns=joined(twice[:10]))


def _rank(found: Match) -> tuple[int, int, int]:
    """Smaller is better: what is missing, what nothing reads, and then what is read."""
    return (len(found.missing) + len(found.doubled), len(found.unmapped), -len(found.mapped))


def _nearest(matches: Sequence[Match]) -> str:
    candidates = [found for found in matches if found.mapped]
    if not candidates:
        return t("没有任何定义认识这些列名", "no definition knows any of its columns")
    nearest = max(candidates, key=lambda found: len(found.mapped))
    return t("最接近的是 ", "nearest is ") + f"{nearest.definition.source}（{nearest.fault()}）"


def _tie(matches: Sequence[Match]) -> str:
    names = t(" 和 ", " and ").join(found.definition.source for found in matches)
    first = matches[0]
    return t(
        f"{names} 都认识其中 {len(first.mapped)} 列，不认识 {len(first.unmapped)} 列",
        f"{names} each read {len(first.mapped)} of its columns and don't know {len(first.unmapped)}",
    )
