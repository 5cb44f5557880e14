"""Who owns what: holders of ordinary companies, drawn whole, and the ledger that planted structures write into."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from credit_graph.demo.cells import Mask, Numbers
from credit_graph.demo.population import COMPANY, PARTNERSHIP, STATE, Firms
from credit_graph.demo.words import BRAND, OTHER_CITIES, TRADES

PERSON, FIRM, OUTSIDE = range(3)
# serial founders: share of the companies that belong to somebody who has others, founders per such company, the form of
# the distribution (beta) of companies over founders, and how many keep one telephone; truth/parameters tells them
AGAIN, FOUNDERS, SPREAD, ONE_PHONE = 0.4, 0.12, (1.0, 1.0), 0.15
WHOLE = 10_000  # shares are counted in hundredths of a percent


@dataclass
class Holdings:
    """One place per holding: ``holder`` is a person's, a firm's or an outside name's place, by ``kind``."""

    company: Numbers
    kind: Numbers
    holder: Numbers
    share: Numbers  # of WHOLE
    listed: Mask  # the files name it

    def __len__(self) -> int:
        return len(self.company)


@dataclass
class Ledger:
    """What has been planted so far: shares, persons beyond the operators, and what the truth will say of it."""

    firms: Firms
    draw: np.random.Generator
    pool: list[int]  # companies that no structure uses yet
    persons: int  # the next person's place
    rows: list[tuple[int, int, int, int]] = field(default_factory=list)  # company, kind, holder, share
    kin: dict[int, int] = field(default_factory=dict)  # person -> whose surname they share
    namesakes: dict[int, int] = field(default_factory=dict)  # person -> whose name they have, being another
    outsiders: dict[str, int] = field(default_factory=dict)
    planted: list[dict[str, Any]] = field(default_factory=list)
    officers: list[tuple[int, int]] = field(default_factory=list)  # firm, a further officer

    def company(self) -> int:
        """A company of its own for a structure."""
        return self.pool.pop()

    def companies(self, count: int) -> list[int]:
        """Several of them."""
        return [self.company() for _ in range(count)]

    def person(self, *, kin: int | None = None, namesake: int | None = None) -> int:
        """A further person; a relative has the surname of ``kin``, a namesake the whole name."""
        self.persons += 1
        if kin is not None:
            self.kin[self.persons - 1] = kin
        if namesake is not None:
            self.namesakes[self.persons - 1] = namesake
        return self.persons - 1

    def outsider(self, name: str) -> int:
        """The place of a holder that is in no register of this city."""
        return self.outsiders.setdefault(name, len(self.outsiders))

    def holds(self, company: int, kind: int, holder: int, share: int) -> None:
        """One holding; ``share`` of :data:`WHOLE`."""
        self.rows.append((company, kind, holder, share))

    def rest(self, company: int, share: int) -> None:
        """Give what is left to one or two new persons."""
        if share <= 0:
            return
        part = (
            share if share < 1000 or self.draw.random() < 0.5 else int(share * self.draw.uniform(0.3, 0.7)) // 100 * 100
        )
        self.holds(company, PERSON, self.person(), part)
        if share > part:
            self.holds(company, PERSON, self.person(), share - part)

    def note(self, kind: str, **facts: Any) -> None:
        """Write down what was planted."""
        self.planted.append({"kind": kind, **facts})


def open_ledger(firms: Firms, draw: np.random.Generator) -> Ledger:
    """A ledger in which no company is used yet. Only companies that live are used for structures."""
    usable = np.flatnonzero((firms.kind == COMPANY) & (firms.end == 0))
    return Ledger(firms, draw, draw.permutation(usable).tolist(), len(firms))


def ordinary(ledger: Ledger) -> Holdings:
    """All holdings: those planted, and the common run of companies with one to eight holders."""
    firms, draw = ledger.firms, ledger.draw
    used = np.zeros(len(firms), dtype=bool)
    used[[row[0] for row in ledger.rows]] = True
    companies = np.flatnonzero(np.isin(firms.kind, (COMPANY, PARTNERSHIP, STATE)) & ~used)
    _serial_founders(ledger, companies)
    count = draw.choice([1, 2, 3, 4, 5, 6, 8], len(companies), p=[0.46, 0.36, 0.1, 0.04, 0.02, 0.01, 0.01])
    count[firms.kind[companies] == PARTNERSHIP] = 2
    company = np.repeat(companies, count)
    order = np.arange(len(company)) - np.repeat(np.cumsum(count) - count, count)
    share = _shares(count, order, draw)
    first = order == 0
    holder = np.empty(len(company), dtype=np.int64)
    # one in twelve first holders has hired somebody to run the firm
    hired = draw.random(len(company)) < 1 / 12
    own = first & ~hired
    holder[own] = firms.operator[company[own]]
    others = ~own
    holder[others] = ledger.persons + np.arange(int(others.sum()))
    _relatives(ledger, company[others & ~first], holder[others & ~first])
    ledger.persons += int(others.sum())
    planted = np.array(ledger.rows, dtype=np.int64).reshape(-1, 4)
    listed = np.ones(len(company) + len(planted), dtype=bool)
    listed[: len(company)] = ~((draw.random(len(companies)) < 0.02).repeat(count) & (order == count.repeat(count) - 1))
    kind = np.full(len(company), PERSON)
    _outside_holders(ledger, company, kind, holder, order)
    return Holdings(
        np.concatenate([company, planted[:, 0]]),
        np.concatenate([kind, planted[:, 1]]),
        np.concatenate([holder, planted[:, 2]]),
        np.concatenate([share, planted[:, 3]]),
        listed,
    )


def _serial_founders(ledger: Ledger, companies: Numbers) -> None:
    """Some companies belong to somebody who has others: eight more each, as far apart as people are busy."""
    firms, draw = ledger.firms, ledger.draw
    again = companies[draw.random(len(companies)) < AGAIN]
    again = again[firms.brand[again] == again]
    busy = companies[draw.permutation(len(companies))[: max(1, int(len(again) * FOUNDERS))]]
    chosen = (len(busy) * draw.beta(*SPREAD, len(again))).astype(int)
    firms.operator[again] = firms.operator[busy[chosen]]
    follows = draw.random(len(again)) < ONE_PHONE
    firms.phone[again[follows]] = firms.operator[again[follows]]


def _shares(count: Numbers, order: Numbers, draw: np.random.Generator) -> Numbers:
    """Shares that add up to the whole: round ones for two holders, whole percents for more, thirds as they come."""
    two = draw.choice([9000, 8000, 7000, 6000, 5100, 5000, 9500, 4900], len(count), p=_TWO)
    weights = draw.exponential(1.0, len(order)) + 0.15
    total = np.add.reduceat(weights, np.cumsum(count) - count).repeat(count)
    share = np.maximum((weights / total * 100).astype(int), 1) * 100
    k = count.repeat(count)
    thirds = (k == 3) & (draw.random(len(count)) < 0.2).repeat(count)
    share[thirds] = 3333
    share = np.where(
        k == 1, WHOLE, np.where(k == 2, np.where(order == 0, two.repeat(count), WHOLE - two.repeat(count)), share)
    )
    # the first holder has what is left; a third of 100 is written 33.33, and nobody holds the last hundredth
    others = np.add.reduceat(np.where(order == 0, 0, share), np.cumsum(count) - count).repeat(count)
    return np.where((order == 0) & ~thirds, WHOLE - others, share)


_TWO = [0.14, 0.14, 0.13, 0.17, 0.13, 0.13, 0.08, 0.08]


def _relatives(ledger: Ledger, company: Numbers, holder: Numbers) -> None:
    """A fifth of the further holders are relatives of the operator: same surname."""
    some = ledger.draw.random(len(holder)) < 0.2
    ledger.kin.update(zip(holder[some].tolist(), ledger.firms.operator[company[some]].tolist(), strict=True))


def _outside_holders(ledger: Ledger, company: Numbers, kind: Numbers, holder: Numbers, order: npt.NDArray[Any]) -> None:
    """Two in a hundred further holders are firms of other cities, whom the files name only."""
    draw = ledger.draw
    for place in np.flatnonzero((order > 0) & (draw.random(len(order)) < 0.02)).tolist():
        city, a, b = OTHER_CITIES[int(draw.integers(len(OTHER_CITIES)))], *draw.integers(0, len(BRAND), 2)
        word = TRADES[int(ledger.firms.trade[company[place]])].word
        suffix = ("有限公司", "股权投资中心（有限合伙）", "股份有限公司")[int(draw.integers(3))]
        kind[place] = OUTSIDE
        holder[place] = ledger.outsider(f"{city}{BRAND[a]}{BRAND[b]}{'' if '合伙' in suffix else word}{suffix}")
