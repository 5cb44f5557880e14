"""Scans a text for what must not leave the bureau (公示前处理): numbers, addresses, health, names of persons.

Pure. It finds, it cuts nothing: a person decides of what was found (:mod:`credit_graph.lists.redaction`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from credit_graph.ingest.screening import MASK, mask
from credit_graph.lists.redaction_policy import Look, What, redaction_policy
from credit_graph.lists.textnames import NameRules, find_known, find_names, name_rules
from credit_graph.lists.textnumbers import Explanation, Rules, Sort, find_numbers
from credit_graph.lists.textviews import Views, views

_SORTS: tuple[Sort, ...] = ("phone", "account", "contact")  # of which a word beside a number tells
_TOLD: frozenset[What] = frozenset({"id_number", "phone", "account", "contact"})
_NUMBERS: frozenset[What] = frozenset({"id_number", "phone", "account", "number"})


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something in the characters [start, end) of a text that must not leave."""

    start: int
    end: int
    what: What


@dataclass(frozen=True, slots=True)
class Scanner:
    """The rules of a day, made ready."""

    day: date
    looks: dict[What, Look]
    patterns: tuple[tuple[What, re.Pattern[str]], ...]
    numbers: Rules
    names: NameRules

    def scan(
        self, text: str, *, known: Iterable[str] = (), allowed: Iterable[str] = (), is_name: bool = False
    ) -> tuple[Finding, ...]:
        """What is found, in the order of the text.

        ``known``: names of persons who are not to be named, ``allowed``: of the one whom the text may name (the
        punished), both in tight form; ``is_name``: the text is the name of a firm.
        """
        seen = views(text)
        found = set(_scanned(self.day, text, is_name))
        if known:
            spans = find_known(seen, set(known) - set(allowed), is_name=is_name)
            found |= {Finding(*span, "person") for span in spans}
        if allowed:
            found = {item for item in found if item.what != "person" or not _allowed(seen, item, set(allowed))}
        return tuple(sorted(item for item in found if not _covered(item, found)))


@lru_cache(maxsize=1 << 16)  # a list and the pages of the API show the same names and authorities again and again
def _scanned(day: date, text: str, is_name: bool) -> frozenset[Finding]:
    """What is found whoever the persons of the firm are."""
    rules, seen = scanner(day), views(text)
    found = {Finding(item.start, item.end, item.sort) for item in find_numbers(text, seen.folded, rules.numbers)}
    for view in (seen.close,) if seen.close.text == seen.tight.text else (seen.close, seen.tight):
        for what, pattern in rules.patterns:
            found |= {Finding(*view.span(*match.span()), what) for match in pattern.finditer(view.text)}
    found |= {Finding(*span, "person") for span in find_names(seen, rules.names, is_name=is_name)}
    return frozenset(found)


def _allowed(seen: Views, item: Finding, allowed: set[str]) -> bool:
    """Whether the name found is that of the punished, or that and what follows."""
    start = next(place for place, at in enumerate(seen.tight.at) if at >= item.start)
    return any(seen.tight.text.startswith(name, start) for name in allowed)


def _covered(item: Finding, found: set[Finding]) -> bool:
    """Whether another finding says as much: a larger one of its kind, or a number that is told."""
    return any(
        other != item
        and other.start <= item.start
        and item.end <= other.end
        and (other.what == item.what or (item.what == "number" and other.what in _TOLD))
        for other in found
    )


def masked(text: str, findings: Iterable[Finding]) -> str:
    """The text with all that was found hidden; a number keeps two digits at either end, to be recognised."""
    hidden = list(text)
    for item in sorted(findings, key=lambda item: item.what not in _NUMBERS):
        part = text[item.start : item.end]
        hidden[item.start : item.end] = mask(part) if item.what in _NUMBERS else MASK * len(part)
    return "".join(hidden)


@cache
def scanner(day: date) -> Scanner:
    """The scanner by the rules of the day; raises ``DefinitionError`` where one is missing."""
    policy = redaction_policy()
    looks = policy.looks_on(day)
    explained = tuple(
        Explanation(re.compile(pattern), row.sure)
        for row in policy.explained
        if row.in_force(day)
        for pattern in row.patterns
    )
    beside = tuple((sort, re.compile("|".join(looks[sort].words)), looks[sort].least or 1) for sort in _SORTS)
    patterns = tuple((what, re.compile(pattern)) for what, look in looks.items() for pattern in look.patterns)
    return Scanner(
        day, looks, patterns, Rules(explained, beside, looks["number"].least or 1), name_rules(looks["person"])
    )
