"""Reborn firms (换马甲): a struck firm whose people open the same business again, and decoys that only look so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from credit_graph.demo.owning import PERSON, WHOLE, Ledger
from credit_graph.demo.population import HOSTED, OWN_ADDRESS, REVOKED

DECOYS = 6  # a pair
MOVED, NEW_PHONE, RELATIVE = 0.6, 0.5, 0.4


@dataclass(frozen=True)
class Pair:
    """The old firm and the new one, what ties them, and the firms that only look as if they were tied."""

    old: int
    new: int
    moved: bool
    new_phone: bool
    relative: bool
    officer: int | None  # a further officer of both
    similar_name: bool
    decoys: tuple[tuple[str, int], ...]

    @property
    def tied(self) -> bool:
        """Whether the files have a hard link at all: representative, officer, telephone or room."""
        return not (self.moved and self.new_phone and self.relative and self.officer is None)


def plant(ledger: Ledger, until: date) -> list[Pair]:
    """A pair for about every 400 companies, each with :data:`DECOYS` decoys of the same trade and time."""
    count = max(1, len(ledger.firms) // 1_700)
    return [_pair(ledger, np.datetime64(until, "D")) for _ in range(min(count, len(ledger.pool) // (3 * DECOYS)))]


def _pair(ledger: Ledger, until: np.datetime64) -> Pair:
    firms, draw = ledger.firms, ledger.draw
    old, new = ledger.companies(2)
    span = int((until - np.datetime64("2018-06-01")).astype(int))
    struck = np.datetime64("2018-06-01") + int(draw.integers(0, max(1, span - 200)))
    firms.ended[old], firms.end[old] = struck, REVOKED
    firms.founded[old] = struck - int(draw.integers(500, 4_000))
    firms.founded[new] = min(struck + int(draw.integers(-60, 500)), until - 40)
    firms.trade[new], firms.district[new], firms.station[new] = (
        firms.trade[old],
        firms.district[old],
        firms.station[old],
    )
    firms.hosting[[old, new]] = OWN_ADDRESS
    moved, new_phone, relative = (bool(x) for x in draw.random(3) < (MOVED, NEW_PHONE, RELATIVE))
    owner = int(firms.operator[old])
    person = ledger.person(kin=owner) if relative else owner
    firms.operator[new] = person
    firms.phone[old] = owner
    firms.phone[new] = ledger.person() if new_phone else owner
    if not moved:
        firms.home[new] = old
    officer = ledger.person() if draw.random() < 0.4 else None
    for firm in (old, new) if officer is not None else ():
        ledger.officers.append((firm, int(officer or 0)))
    similar = bool(draw.random() < 0.4)
    if similar:
        firms.brand[new] = old
    for firm, holder in ((old, owner), (new, person)):
        ledger.holds(firm, PERSON, holder, 9000)
        ledger.holds(firm, PERSON, ledger.person(), WHOLE - 9000)
    decoys = tuple((kind, _decoy(ledger, kind, old, struck, until)) for kind in _KINDS)
    return Pair(old, new, moved, new_phone, relative, officer, similar, decoys)


_KINDS = ("same_hub", "same_name", "same_brand", "older_sister", "same_trade", "agents_phone")


def _decoy(ledger: Ledger, kind: str, old: int, struck: np.datetime64, until: np.datetime64) -> int:
    """One firm of the same trade that opened at the time and is not the old one come back."""
    firms, draw = ledger.firms, ledger.draw
    firm = ledger.company()
    firms.trade[firm] = firms.trade[old]
    opened = min(struck + int(draw.integers(-60, 500)), until - 40)
    owner = int(firms.operator[old])
    holder = int(firms.operator[firm])
    if kind == "same_hub":
        firms.hosting[firm], firms.district[firm] = HOSTED, firms.district[old]
        firms.station[firm] = firms.station[old]
    elif kind == "same_name":
        holder = ledger.person(namesake=owner)
        firms.operator[firm] = holder
        firms.phone[firm] = holder
    elif kind == "same_brand":
        firms.brand[firm] = -1 - old
    elif kind == "older_sister":
        opened = struck - int(draw.integers(1_200, 2_500))
        firms.operator[firm], holder = owner, owner
    elif kind == "agents_phone":
        firms.phone[firm] = -1
    firms.founded[firm] = opened
    ledger.holds(firm, PERSON, holder, WHOLE)
    return firm
