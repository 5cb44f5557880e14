"""What is overdue on copies of the public lists: compared with what the public editions show today. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from credit_graph.lists.site.copies import Copy, Held
from credit_graph.lists.site.today import Today

Why = Literal["gone", "ended", "unknown"]
WHY: dict[Why, tuple[str, str]] = {
    "gone": ("今日公开版本不再公示", "shown no longer by today's public edition"),
    "ended": ("期限已满", "its last day is over"),
    "unknown": ("不在任何一期之中（被改动，或者不是本机关的）", "in no release: altered, or of another bureau"),
}


@dataclass(frozen=True, slots=True)
class Overdue:
    """An entry that must not stand on the copy any more; ``number`` in ``release`` where it is known."""

    file: str
    why: Why
    list: str | None
    release: str | None = None
    number: int | None = None
    last_day: date | None = None
    key: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Without what is not known."""
        names = ("file", "why", "list", "release", "number", "last_day", "key")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True)
class Checked:
    """The result. ``days``: first and last day of which the copies are views; ``older``: list -> (newest release found
    on the copies, latest release)."""

    files: int
    days: tuple[date, date] | None
    overdue: tuple[Overdue, ...]
    older: Mapping[str, tuple[str, str]]

    @property
    def good(self) -> bool:
        """Whether nothing is overdue."""
        return not self.overdue and not self.older


def check(copies: Iterable[Copy], today: Today) -> Checked:
    """What is overdue on all of them together."""
    count, days = 0, set[date]()
    found: list[Overdue] = []
    newest: dict[str, int] = {}
    for copy in copies:
        count += 1
        days |= {copy.day} if copy.day else set()
        found += _overdue(copy, today)
        for name, release in _releases(copy, today):
            newest[name] = max(newest.get(name, 0), today.order.get((name, release), 0))
    names = {(name, number): release for (name, release), number in today.order.items()}
    older = {
        name: (names.get((name, number), "?"), today.latest[name])
        for name, number in sorted(newest.items())
        if name in today.latest and number < today.order[name, today.latest[name]]
    }
    return Checked(count, (min(days), max(days)) if days else None, tuple(found), older)


def _overdue(copy: Copy, today: Today) -> Iterator[Overdue]:
    for held in copy.entries:
        if why := _why(held, today):
            name, release, number = today.known.get(held.leaf, (None, None, None))
            yield Overdue(copy.file, why, name, release, number, held.last_day)
    for name, key in copy.firms:
        if (name, key) not in today.firms:
            yield Overdue(copy.file, "gone", name, key=key)
    for name, release in copy.releases.items():
        for code in copy.codes:
            if code not in today.codes.get((name, release), ()):
                yield Overdue(copy.file, "gone", name, release, key=code)


def _why(held: Held, today: Today) -> Why | None:
    if held.leaf not in today.known:
        return "unknown"
    if held.leaf not in today.shown:
        return "gone"
    return "ended" if held.last_day is not None and held.last_day < today.day else None


def _releases(copy: Copy, today: Today) -> Iterator[tuple[str, str]]:
    """The releases that a copy shows: as it says, or for a table the newest that has one of its entries."""
    yield from copy.releases.items()
    if not copy.releases:
        for held in copy.entries:
            if place := today.known.get(held.leaf):
                yield place[0], place[1]
