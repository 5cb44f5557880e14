"""Numbers of documents (文号): how a series is written (``policies/templates/numbers.yml``), which comes next."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from itertools import combinations

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from credit_graph.errors import Inconsistent
from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.resources import root
from credit_graph.text import t

_PLACEHOLDERS = ("short", "year", "n")
# people write 〔2026〕 with whatever brackets their keyboard has
_BRACKETS = str.maketrans("[【(〖]】)〗", "〔〔〔〔〕〕〕〕")


class Series(Dated):
    """A series on a span of days. ``pattern``: with {short} (机关代字), {year} and {n}, once each."""

    series: str
    pattern: str

    @field_validator("pattern")
    @classmethod
    def _check(cls, value: str) -> str:
        parts = re.split(r"\{(\w*)\}", value)
        words = parts[::2]
        if sorted(parts[1::2]) != sorted(_PLACEHOLDERS) or any(re.search(r"[{}\d\s]", w) for w in words):
            zh, en = (
                "须各含一次 {short}、{year}、{n}，不含空格和其他数字",
                "must have {short}, {year}, {n} once each, no space or digit",
            )
            raise ValueError(t(zh, en))
        if not all(words[1:-1]):  # 20261 would be told apart by nobody
            raise ValueError(t("{short}、{year}、{n} 之间须有文字", "must have words between {short}, {year} and {n}"))
        return value

    def written(self, short: str, year: int, n: int) -> str:
        """The document's number: 庆市监异列〔2026〕1号."""
        return self.pattern.format(short=short, year=year, n=n)

    def parsed(self, short: str, text: str) -> tuple[int, int] | None:
        """Year and n of a number of this series of the bureau, ``None`` for any other; brackets of all kinds do."""
        found = _shape(self.pattern, short).fullmatch(_folded(text))
        return (int(found["year"]), int(found["n"])) if found else None

    def next(self, short: str, year: int, taken: Iterable[str]) -> int:
        """The n after the highest of the year among the numbers taken; none is used again. 1 where none is."""
        parsed = [found for text in taken if (found := self.parsed(short, text))]
        return max((n for of_year, n in parsed if of_year == year), default=0) + 1


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).translate(_BRACKETS)


@lru_cache(maxsize=256)
def _shape(pattern: str, short: str) -> re.Pattern[str]:
    shapes = {"short": re.escape(_folded(short)), "year": "(?P<year>[0-9]{4})", "n": "(?P<n>[0-9]+)"}
    parts = re.split(r"\{(\w+)\}", pattern)
    return re.compile("".join(shapes[part] if at % 2 else re.escape(_folded(part)) for at, part in enumerate(parts)))


class Numbers(BaseModel):
    """All series."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    numbers: tuple[Series, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _apart(self) -> Numbers:
        for one, other in combinations(self.numbers, 2):
            same = one.series == other.series or _folded(one.pattern) == _folded(other.pattern)
            if same and one.overlaps(other):
                zh = f"{one.series} 与 {other.series} 同时有效，文号无法区分"
                en = f"{one.series} and {other.series} are in force at once and can't be told apart"
                raise Inconsistent([(("numbers",), zh, en)])
        return self


@cache
def _series() -> tuple[Series, ...]:
    return read_policy(root("policies") / "templates" / "numbers.yml", Numbers).numbers


def series_on(name: str, day: date) -> Series:
    """How the series is written on the day.

    Raises ``DefinitionError``: ``policy.invalid``, ``policy.none_in_force`` (unknown, or not on that day).
    """
    return only_in_force([row for row in _series() if row.series == name], day, f"numbers.yml: {name}")
