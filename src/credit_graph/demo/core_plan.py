"""The parts of an invented city, and the builder that the stories are told with."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from credit_graph.demo.codes import citizen_id, credit_code

CITY = "庆原市"
DISTRICTS = {"621002": "西原区", "621021": "东川县"}

LIMITED = "有限责任公司（自然人投资或控股）"
SOLE = "有限责任公司（自然人独资）"
CORPORATE = "有限责任公司（法人独资）"
BRANCH = "有限责任公司分公司（自然人投资或控股）"
HOUSEHOLD = "个体工商户"
COOPERATIVE = "农民专业合作社"
_CATEGORY = {HOUSEHOLD: "92", COOPERATIVE: "93"}

# what a firm does: industry of GB/T 4754-2017 with its code, and business scope
TRADES = {
    "建材": ("建材批发", "5165", "建筑材料、装饰材料销售"),
    "房地产": ("房地产开发经营", "7010", "房地产开发经营；房屋租赁"),
    "物业": ("物业管理", "7020", "物业管理；停车场服务"),
    "投资": ("投资与资产管理", "7212", "以自有资金从事投资活动；企业管理咨询"),
    "物流": ("道路货物运输", "5430", "普通货物道路运输；仓储服务"),
    "商贸": ("其他综合零售", "5219", "日用百货、办公用品销售"),
    "食品": ("食品批发", "5129", "预包装食品销售；粮油加工"),
    "医药": ("西药零售", "5251", "药品零售；医疗器械销售"),
    "科技": ("软件开发", "6513", "软件开发；信息系统集成服务"),
    "餐饮": ("正餐服务", "6210", "餐饮服务"),
    "理发": ("理发及美容服务", "8040", "理发服务；生活美容服务"),
    "便利": ("便利店零售", "5213", "日用百货、烟草制品、食品零售"),
    "维修": ("汽车修理与维护", "8111", "机动车修理和维护"),
    "养殖": ("牛的饲养", "0311", "肉牛养殖；饲草种植"),
}


@dataclass(frozen=True)
class Person:
    """A person; without an ID the files know the name only."""

    name: str
    number: str = ""


@dataclass(frozen=True)
class Firm:
    """One row of the register. Capital in yuan; ``parent`` is the credit code of a branch's firm."""

    code: str
    name: str
    entity_type: str
    trade: str
    representative: Person
    address: str
    district: str
    founded: date
    approved: date
    capital: int = 0
    state: str = "存续"
    phone: str = ""
    parent: str = ""


@dataclass(frozen=True)
class Listing:
    """One row of a list: 经营异常名录 or 严重违法失信名单. Days as the file prints them."""

    firm: Firm
    listed: str
    reason: str
    removed: str = ""
    removal_reason: str = ""
    number: str = ""


@dataclass(frozen=True)
class Penalty:
    """One penalty (行政处罚); the fine in yuan. ``person`` instead of a firm for a natural person."""

    document: str
    decided: str
    violation: str
    facts: str
    basis: str
    fine: int
    firm: Firm | None = None
    person: Person | None = None
    confiscated: int = 0


@dataclass
class City:
    """Everything that the files of one delivery say."""

    firms: list[Firm] = field(default_factory=list)
    officers: list[tuple[Firm, Person, str, bool]] = field(default_factory=list)  # position, representative?
    holdings: list[tuple[Firm, str, int]] = field(default_factory=list)  # company, holder's name, yuan
    abnormal: list[Listing] = field(default_factory=list)
    serious: list[Listing] = field(default_factory=list)
    published: list[Penalty] = field(default_factory=list)  # the bureau's own table
    double: list[Penalty] = field(default_factory=list)  # 双公示, all departments
    reports: list[tuple[Firm, int]] = field(default_factory=list)  # annual report of a year
    stories: dict[str, list[str]] = field(default_factory=dict)  # what was planted: story -> codes or names


class Builder:
    """Adds firms, persons and what they do to a city. The same seed gives the same city."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.city = City()
        self._serial = 0
        self._persons = 0

    def person(self, name: str, *, known: bool = True) -> Person:
        """A new person; ``known``: with an ID number."""
        self._persons += 1
        born = date(1920, 1, 1) + timedelta(days=(self._persons * 97) % 10_000)
        return Person(name, citizen_id(born, 100 + self._persons % 800) if known else "")

    def firm(
        self,
        name: str,
        representative: Person,
        trade: str = "商贸",
        *,
        entity_type: str = SOLE,
        district: str = "621002",
        address: str = "",
        founded: date | None = None,
        capital: int = 500_000,
        parent: Firm | None = None,
        **other: str,
    ) -> Firm:
        """A new firm with its legal representative (法定代表人)."""
        self._serial += 1
        day = founded or date(2008, 1, 1) + timedelta(days=self.random.randrange(5_800))
        firm = Firm(
            code=credit_code(_CATEGORY.get(entity_type, "91"), district, self._serial),
            name=name,
            entity_type=entity_type,
            trade=trade,
            representative=representative,
            address=address or self.address(district),
            district=district,
            founded=day,
            approved=day,
            capital=0 if entity_type == BRANCH else capital,
            parent=parent.code if parent else "",
            **other,
        )
        self.city.firms.append(firm)
        position = {HOUSEHOLD: "经营者", BRANCH: "负责人", COOPERATIVE: "理事长"}.get(entity_type, "执行董事")
        self.city.officers.append((firm, representative, position, True))
        return firm

    def address(self, district: str) -> str:
        """An address of its own."""
        street = self.random.choice(("南大街", "北大街", "安定路", "长庆路", "兰州路", "世纪大道", "九龙路", "解放路"))
        return f"甘肃省{CITY}{DISTRICTS[district]}{street}{self.random.randrange(1, 400)}号附{self._serial}号"

    def holds(self, company: Firm, *shares: tuple[str, int]) -> None:
        """Contributions (认缴出资) in percent of the company's capital, by the holder's name."""
        for holder, percent in shares:
            self.city.holdings.append((company, holder, company.capital * percent // 100))

    def officer(self, firm: Firm, person: Person, position: str = "监事") -> None:
        """A further officer, not the legal representative."""
        self.city.officers.append((firm, person, position, False))

    def story(self, name: str, members: Iterable[Firm | str]) -> None:
        """Write down what was planted, for tests and docs."""
        self.city.stories[name] = [item if isinstance(item, str) else item.code for item in members]

    def change(self, firm: Firm, **changes: object) -> Firm:
        """The firm with changes, in its old place in the register."""
        changed = replace(firm, **changes)  # type: ignore[arg-type]
        self.city.firms[self.city.firms.index(firm)] = changed
        return changed
