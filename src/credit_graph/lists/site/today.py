"""What the public editions show today, to compare copies with. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from credit_graph.lists.editions.edition import Column
from credit_graph.lists.site.shown import SHORT, Shown, firms


@dataclass(slots=True)
class Today:
    """What the public editions show on the day.

    ``latest``: list -> its last release; ``order``: (list, release) -> number; ``known``: leaf -> where it stands in
    the newest release that has it, also if it is not shown any more; ``shown``: leaves; ``firms``: (list, key) with a
    page; ``codes``: (list, release) -> credit codes and registration numbers that it shows; ``roots``: root of a
    release -> (list, release); ``columns``: of the tables.
    """

    day: date
    latest: dict[str, str] = field(default_factory=dict)
    order: dict[tuple[str, str], int] = field(default_factory=dict)
    known: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    firms: set[tuple[str, str]] = field(default_factory=set)
    codes: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    roots: dict[str, tuple[str, str]] = field(default_factory=dict)
    columns: set[tuple[Column, ...]] = field(default_factory=set)

    def add(self, shown: Shown) -> None:
        """Take in a release; those of a list come oldest first."""
        release = shown.release
        self.latest[release.list] = release.release
        self.order[release.list, release.release] = release.number
        self.roots[release.root] = (release.list, release.release)
        codes = {entry.get(name) for entry in shown.entries for name in ("credit_code", "registration_number")}
        self.codes[release.list, release.release] = {code for code in codes if code}
        self.columns.add(release.columns)
        for number, found in enumerate(shown.leaves, start=1):
            self.known[found[:SHORT]] = (release.list, release.release, number)
        self.shown |= {shown.leaf(entry)[:SHORT] for entry in shown.entries}
        self.firms = {pair for pair in self.firms if pair[0] != release.list}
        self.firms |= {(release.list, firm.key) for firm in firms(shown)}
