"""The firms and persons of an invented city as columns, before anything is said of who owns what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from credit_graph.demo.cells import Days, Mask, Numbers, stream
from credit_graph.demo.words import DISTRICTS, TRADES, given_names, surnames

LEAST = 200  # firms that the planted structures need
FIRST_YEAR = 2018  # of what is recorded
NEVER = np.datetime64("NaT", "D")

HOUSEHOLD, COOPERATIVE, COMPANY, PROPRIETOR, PARTNERSHIP, BRANCH, STATE = range(7)
_SHARES = {COOPERATIVE: 0.045, COMPANY: 0.235, PROPRIETOR: 0.015, PARTNERSHIP: 0.012, BRANCH: 0.031, STATE: 0.002}
_LEAST_OF = {COOPERATIVE: 3, COMPANY: 60, PROPRIETOR: 3, PARTNERSHIP: 4, BRANCH: 4, STATE: 1}

OWN_ADDRESS, HOSTED, HOSTED_UNSAID = range(3)  # hosted by the words of the address, or only by a list
DEREGISTERED, REVOKED = 1, 2


@dataclass
class Firms:
    """One place per firm in every array. Indices of persons, homes and phones are places in other columns."""

    kind: Numbers
    district: Numbers
    station: Numbers
    trade: Numbers
    founded: Days
    ended: Days  # deregistered or revoked on this day
    end: Numbers  # 0 lives, DEREGISTERED, REVOKED
    capital: Numbers  # yuan
    operator: Numbers  # the person who represents it
    hosting: Numbers
    home: Numbers  # the firm whose address it has: itself, unless it shares a room
    phone: Numbers  # the person whose telephone it names; negative: an agent's
    parent: Numbers  # of a branch, else -1
    brand: Numbers  # whose own name (字号) it has: itself; the old firm of a reborn one; -1 - old for a decoy

    def __len__(self) -> int:
        return len(self.kind)

    def alive(self, day: np.datetime64) -> Mask:
        """Founded on or before the day and not ended by it."""
        living: Mask = (self.founded <= day) & ~(self.ended <= day)
        return living


@dataclass
class People:
    """Persons: names by their parts, and how careful they are (a standard normal number, hidden)."""

    surname: Numbers
    given: Numbers
    quality: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.surname)


def firms(count: int, seed: int, until: date) -> Firms:
    """Firms of all kinds; two thirds are individual households (个体工商户). ``ValueError`` below :data:`LEAST`."""
    if count < LEAST:
        raise ValueError(f"a city has at least {LEAST} firms")
    draw = stream(seed, "firms")
    kind = _kinds(count, draw)
    district, station = _places(count, draw)
    founded, ended, end = _lives(kind, until, draw)
    enterprises = ~np.isin(kind, (HOUSEHOLD, COOPERATIVE))
    own = np.arange(count)
    trade = np.where(
        enterprises, _pick([t.firms for t in TRADES], count, draw), _pick([t.shops for t in TRADES], count, draw)
    )
    trade[kind == COOPERATIVE] = next(i for i, t in enumerate(TRADES) if t.word == "养殖")
    hosted = draw.random(count) < np.where(enterprises, 0.14, 0.08)
    hosting = np.where(hosted, np.where(draw.random(count) < 0.8, HOSTED, HOSTED_UNSAID), OWN_ADDRESS)
    agent = draw.random(count) < np.where(enterprises, 0.12, 0.03)
    agents = max(2, count // 2_500)
    return Firms(
        kind=kind,
        district=district,
        station=station,
        trade=trade,
        founded=founded,
        ended=ended,
        end=end,
        capital=_capital(kind, draw),
        operator=own.copy(),
        hosting=hosting,
        home=own.copy(),
        phone=np.where(agent, -1 - draw.integers(0, agents, count), own),
        parent=np.full(count, -1),
        brand=own.copy(),
    )


def people(count: int, seed: int) -> People:
    """Persons whose names collide as often as they really do: surname and given name are drawn apart."""
    draw = stream(seed, "people")
    _, surname = surnames()
    _, given = given_names()
    return People(
        surname=draw.choice(len(surname), count, p=surname),
        given=draw.choice(len(given), count, p=given),
        quality=draw.standard_normal(count),
    )


def _pick(weights: list[int], count: int, draw: np.random.Generator) -> Numbers:
    shares = np.array(weights, dtype=float)
    return draw.choice(len(weights), count, p=shares / shares.sum())


def _kinds(count: int, draw: np.random.Generator) -> Numbers:
    """Kinds in a random order, in fixed numbers."""
    kind = np.full(count, HOUSEHOLD)
    place = 0
    for what, share in _SHARES.items():
        wanted = max(_LEAST_OF[what], round(count * share))
        kind[place : place + wanted] = what
        place += wanted
    return draw.permutation(kind)


def _places(count: int, draw: np.random.Generator) -> tuple[Numbers, Numbers]:
    district = _pick([share for _, share, _ in DISTRICTS.values()], count, draw)
    stations = np.array([len(offices) for _, _, offices in DISTRICTS.values()])
    return district, (draw.random(count) * stations[district]).astype(int)


def _lives(kind: Numbers, until: date, draw: np.random.Generator) -> tuple[Days, Days, Numbers]:
    """Founding days, more in late years, and ends: firms live about as long as firms do."""
    count = len(kind)
    last = np.datetime64(until, "D")
    first = np.datetime64("2002-03-01")
    span = int((last - first).astype(int))
    founded = first + (span * draw.beta(2.6, 1.15, count)).astype(int)
    years = draw.exponential(np.where(kind == HOUSEHOLD, 22.0, 32.0)) * 365
    ended = founded + 60 + np.minimum(years, 40_000).astype(int)
    # the register keeps what ended since 2018; what ended before is given a longer life
    early = ended < np.datetime64(f"{FIRST_YEAR}-02-01")
    ended[early] = np.datetime64("2199-01-01")
    over = ended > last
    revoked = draw.random(count) < np.where(kind == HOUSEHOLD, 0.03, 0.15)
    end = np.where(over, 0, np.where(revoked, REVOKED, DEREGISTERED))
    ended[over] = NEVER
    return founded, ended, end


def _capital(kind: Numbers, draw: np.random.Generator) -> Numbers:
    """Registered capital in yuan, in round numbers as people choose them."""
    count = len(kind)
    company = draw.choice([10, 20, 30, 50, 100, 200, 300, 500, 800, 1000, 2000, 5000, 10000], count, p=_COMPANY_CAPITAL)
    small = draw.choice([1, 2, 3, 5, 8, 10, 20, 30], count, p=[0.15, 0.15, 0.18, 0.2, 0.1, 0.12, 0.06, 0.04])
    large = draw.choice([3000, 5000, 10000, 20000, 50000], count)
    capital = np.where(np.isin(kind, (HOUSEHOLD, PROPRIETOR)), small, company)
    capital = np.where(kind == STATE, large, capital) * 10_000
    capital[kind == BRANCH] = 0
    return capital


_COMPANY_CAPITAL = [0.05, 0.05, 0.07, 0.17, 0.22, 0.13, 0.08, 0.1, 0.04, 0.05, 0.02, 0.015, 0.005]
