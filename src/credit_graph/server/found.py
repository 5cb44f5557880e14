"""What batch loading takes and finds, before it becomes an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from credit_graph.model.time import DAY_MAX

Statement = Literal["read/api_holders", "read/api_holdings"]


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of each enterprise's records: those after a place in the order of the connection."""

    kinds: tuple[str, ...]
    ended: bool
    after: tuple[date, str]
    limit: int


@dataclass(frozen=True, slots=True)
class LinkPage:
    """Which page of whose links: of enterprises or persons, in a run, after a place in the order."""

    statement: Statement
    type: Literal["HOLDS", "CONTROLS"]
    owner: Literal["Enterprise", "Person"]
    run: str
    after: tuple[int, str]
    limit: int


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A derived relationship: the key of the other end, whether it is a person, its name, the properties."""

    owner: str
    other: str
    person: bool
    name: str | None
    link: Mapping[str, Any]

    def keys(self) -> tuple[int, str]:
        """Its place in the order of a page."""
        share = self.link.get("share_ppm")
        return (-1 if share is None else share, self.other)


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record node: its properties, and the channels on which it may not be used today."""

    node: Mapping[str, Any]
    held: frozenset[str]

    def keys(self) -> tuple[str, str]:
        """Its place in the order of a page."""
        return (self.node["valid_from"].isoformat(), self.node["sid"])


def first_page(kinds: Sequence[str], ended: bool, limit: int) -> Page:
    """The page from the beginning."""
    return Page(tuple(kinds), ended, (DAY_MAX, ""), limit)
