"""An invented city put together: the state of everything on the last day, and what changed before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from credit_graph.demo import naming, population, rebirth, structures
from credit_graph.demo.cells import Column, Days, Mask, Numbers, fixed, join, padded, stream, take
from credit_graph.demo.codes import citizen_ids, credit_codes, org_codes
from credit_graph.demo.owning import PERSON, Holdings, Ledger, open_ledger, ordinary
from credit_graph.demo.population import (
    BRANCH,
    COMPANY,
    COOPERATIVE,
    DEREGISTERED,
    HOUSEHOLD,
    NEVER,
    PARTNERSHIP,
    PROPRIETOR,
    REVOKED,
    STATE,
    Firms,
    People,
)
from credit_graph.demo.words import BRAND, CITY, DISTRICTS

REVOCATION = 2.0  # log-odds of having been revoked and not deregistered, per unit of carelessness
_CATEGORY = {HOUSEHOLD: 92, COOPERATIVE: 93}
_MODERN = np.datetime64("2015-10-01")  # first day of 统一社会信用代码
DISTRICT_CODES = [int(code) for code in DISTRICTS]
DISTRICT_NAMES = [name for name, _, _ in DISTRICTS.values()]


@dataclass
class Changes:
    """What is entered anew in the register, at most one of a sort per firm: the day, and what stood before."""

    represented_on: Days
    old_operator: Numbers
    moved_on: Days
    old_address: Column
    raised_on: Days
    old_capital: Numbers
    renamed_on: Days
    old_name: Column


@dataclass
class World:
    """Everything that is true in the city. Columns have one place per firm, person or holding."""

    seed: int
    until: date
    firms: Firms
    people: People
    holdings: Holdings
    ledger: Ledger
    pairs: list[rebirth.Pair]
    transferred_on: Days = field(default_factory=lambda: np.array([], dtype="datetime64[D]"))  # per holding
    old_holder: Numbers = field(default_factory=lambda: np.array([], dtype=np.int64))

    @property
    def last(self) -> np.datetime64:
        """The last day."""
        return np.datetime64(self.until, "D")

    @cached_property
    def planted(self) -> Mask:
        """The firms that a structure or a story was planted on: nothing else happens to what the truth says of them."""
        mask = np.zeros(len(self.firms), dtype=bool)
        mask[sorted({row[0] for row in self.ledger.rows})] = True
        return mask

    @cached_property
    def person_name(self) -> Column:
        """姓名 per person."""
        return naming.person_names(self.people)

    @cached_property
    def citizen_id(self) -> npt.NDArray[np.uint8]:
        """公民身份号码 per person, as characters."""
        return citizen_ids(np.arange(len(self.people)))

    @cached_property
    def known(self) -> Mask:
        """The persons whose number some office has."""
        return stream(self.seed, "known persons").random(len(self.people)) < 0.88

    @cached_property
    def org_code(self) -> npt.NDArray[np.uint8]:
        """组织机构代码 per firm, as characters."""
        modern = (self.firms.founded >= _MODERN) | (self.firms.kind == HOUSEHOLD)
        return org_codes(np.arange(len(self.firms)), modern)

    @cached_property
    def code(self) -> Column:
        """统一社会信用代码 per firm."""
        categories = np.array([_CATEGORY.get(kind, 91) for kind in range(7)])[self.firms.kind]
        regions = np.array(DISTRICT_CODES)[self.firms.district]
        return fixed(credit_codes(categories, regions, self.org_code))

    @cached_property
    def pripid(self) -> Column:
        """主体身份代码 per firm: 16 digits."""
        return join(self.district_code, padded(np.arange(len(self.firms)) * 3 + 1_000_000, 10))

    @cached_property
    def district_code(self) -> Column:
        """Six digits per firm."""
        return take([str(code) for code in DISTRICT_CODES], self.firms.district)

    @cached_property
    def district_name(self) -> Column:
        """区县 per firm."""
        return take(DISTRICT_NAMES, self.firms.district)

    @cached_property
    def name(self) -> Column:
        """企业名称 per firm, on the last day."""
        return naming.firm_names(self.firms, self.person_name, self.seed)

    @cached_property
    def address(self) -> Column:
        """住所 per firm, on the last day."""
        return naming.addresses(self.firms, self.seed)

    @cached_property
    def phone(self) -> Column:
        """联系电话 per firm."""
        return naming.phones(self.firms.phone)

    @cached_property
    def office(self) -> Column:
        """The bureau of the firm's district."""
        return join(CITY, self.district_name, "市场监督管理局")

    @cached_property
    def station(self) -> Column:
        """The market-supervision station (市场监管所) of the firm."""
        offices = [
            f"{name}市场监督管理局{place}市场监管所" for name, _, places in DISTRICTS.values() for place in places
        ]
        starts = np.cumsum([0, *(len(places) for _, _, places in DISTRICTS.values())])
        return join(CITY, take(offices, starts[self.firms.district] + self.firms.station))

    @cached_property
    def entity_type(self) -> Column:
        """企业类型 per firm, as its kind and its holders make it."""
        return take(_TYPES, _type_places(self.firms, self.holdings))

    @cached_property
    def changes(self) -> Changes:
        """What was entered in the last fourteen months."""
        return _changes(self)

    @cached_property
    def officers(self) -> tuple[Numbers, Numbers, Column]:
        """Officers beside the representatives: firm, person, position, in order of firms."""
        return _officers(self)


def build(count: int, seed: int, until: date) -> World:
    """A city of ``count`` firms; the same for the same seed and last day."""
    firms = population.firms(count, seed, until)
    ledger = open_ledger(firms, stream(seed, "owning"))
    pairs = rebirth.plant(ledger, until)
    structures.plant(ledger)
    holdings = ordinary(ledger)
    hired = ledger.persons  # who ran a firm before: one spare person per firm; then supervisors, then former holders
    persons = population.people(hired + 2 * count + len(holdings), seed)
    for person, base in ledger.kin.items():
        persons.surname[person] = persons.surname[base]
    for person, base in ledger.namesakes.items():
        persons.surname[person], persons.given[person] = persons.surname[base], persons.given[base]
    _revocations(firms, persons, {pair.old for pair in pairs}, seed)
    world = World(seed, until, firms, persons, holdings, ledger, pairs)
    _transfers(world, hired + 2 * count)
    return world


def _revocations(firms: Firms, people: People, kept: set[int], seed: int) -> None:
    """Which of the enterprises that ended were revoked (吊销) and not deregistered: as many, mostly of the careless."""
    ended = np.flatnonzero((firms.end != 0) & (firms.kind != HOUSEHOLD) & ~np.isin(np.arange(len(firms)), [*kept]))
    count = int((firms.end[ended] == REVOKED).sum())
    luck = stream(seed, "revocations").gumbel(size=len(ended))
    order = np.argsort(REVOCATION * people.quality[firms.operator[ended]] + luck, kind="stable")
    firms.end[ended] = DEREGISTERED
    firms.end[ended[order[:count]]] = REVOKED


def _transfers(world: World, first_spare: int) -> None:
    """One holding of a person in thirty was bought from another since 2018."""
    draw = stream(world.seed, "transfers")
    holdings, firms = world.holdings, world.firms
    count = len(holdings)
    start = np.maximum(firms.founded[holdings.company] + 90, np.datetime64("2018-03-01"))
    room = (world.last - start).astype(int)
    chosen = (draw.random(count) < 1 / 30) & (holdings.kind == PERSON) & ~world.planted[holdings.company] & (room > 30)
    chosen &= holdings.holder != firms.operator[holdings.company]
    day = start + (np.maximum(room, 1) * draw.random(count)).astype(int)
    chosen &= ~(firms.ended[holdings.company] <= day)
    world.transferred_on = np.where(chosen, day, NEVER)
    world.old_holder = np.where(chosen, first_spare + np.arange(count), holdings.holder)


def _changes(world: World) -> Changes:
    """One firm in fifteen or so changes something in fourteen months."""
    draw = stream(world.seed, "changes")
    firms = world.firms
    count = len(firms)
    alive = (firms.end == 0) & (firms.founded < world.last - 500)

    def some(share: float, among: Mask) -> Days:
        day = world.last - draw.integers(1, 420, count)
        return np.where((draw.random(count) < share) & among & alive, day, NEVER)

    free = ~world.planted
    company = np.isin(firms.kind, (COMPANY, STATE))
    # planted firms keep their representative, and shared rooms stay shared
    represented = some(0.012, free & (firms.kind != HOUSEHOLD) & (firms.kind != PROPRIETOR))
    hired = world.ledger.persons + np.arange(count)
    old_operator = np.where(np.isnat(represented), firms.operator, hired)
    moved = some(0.025, free & (firms.home == np.arange(count)))
    old_address = naming.addresses(firms, world.seed, "old addresses")
    raised = some(0.01, company)
    renamed = some(0.008, company & (firms.brand == np.arange(count)))
    return Changes(
        represented, old_operator, moved, old_address, raised, firms.capital // 2, renamed, _old_names(world, draw)
    )


def _officers(world: World) -> tuple[Numbers, Numbers, Column]:
    """A supervisor (监事) of two companies in three, mostly a further holder; and the officers that were planted."""
    draw = stream(world.seed, "officers")
    firms, holdings = world.firms, world.holdings
    second = world.ledger.persons + len(firms) + np.arange(len(firms))
    further = (holdings.kind == PERSON) & (holdings.holder != firms.operator[holdings.company])
    takes = further & (draw.random(len(holdings)) < 0.6)
    second[holdings.company[takes]] = holdings.holder[takes]
    firm = np.flatnonzero(np.isin(firms.kind, (COMPANY, STATE)) & (draw.random(len(firms)) < 0.66))
    planted = np.array(world.ledger.officers, dtype=np.int64).reshape(-1, 2)
    firm = np.concatenate([firm, planted[:, 0]])
    person = np.concatenate([second[firm[: len(firm) - len(planted)]], planted[:, 1]])
    order = np.argsort(firm, kind="stable")
    position = np.concatenate([np.zeros(len(firm) - len(planted), dtype=int), np.ones(len(planted), dtype=int)])
    return firm[order], person[order], take(["监事", "经理"], position[order])


def _old_names(world: World, draw: np.random.Generator) -> Column:
    """A name that the firm may have had: another own name before the same line of business."""
    count = len(world.firms)
    first, second = draw.integers(0, len(BRAND), (2, count))
    return join(
        "庆原", take(list(BRAND), first), take(list(BRAND), second), np.arange(count) % 89 + 11, "号商贸有限公司"
    )


_TYPES = [
    "个体工商户",
    "农民专业合作社",
    "有限责任公司（自然人投资或控股）",
    "有限责任公司（自然人独资）",
    "有限责任公司（非自然人投资或控股的法人独资）",
    "其他有限责任公司",
    "个人独资企业",
    "有限合伙企业",
    "有限责任公司分公司（自然人投资或控股）",
    "有限责任公司（国有独资）",
]
_SIMPLE = {HOUSEHOLD: 0, COOPERATIVE: 1, PROPRIETOR: 6, PARTNERSHIP: 7, BRANCH: 8, STATE: 9}


def _type_places(firms: Firms, holdings: Holdings) -> Numbers:
    """The place in the list of types; a company's follows from whether persons, firms or one alone hold it."""
    count = len(firms)
    persons = np.bincount(holdings.company, holdings.kind == PERSON, count)
    others = np.bincount(holdings.company, holdings.kind != PERSON, count)
    result = np.full(count, 2)
    result[(persons == 1) & (others == 0)] = 3
    result[(persons == 0) & (others == 1)] = 4
    result[(persons > 0) & (others > 0)] = 5
    for kind, place in _SIMPLE.items():
        result[firms.kind == kind] = place
    return result
