"""Names, addresses and telephones of an invented city's firms and persons, as columns of text."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from credit_graph.demo.cells import Column, Numbers, join, padded, stream, take, where
from credit_graph.demo.population import (
    BRANCH,
    COOPERATIVE,
    HOSTED_UNSAID,
    HOUSEHOLD,
    OWN_ADDRESS,
    PARTNERSHIP,
    PROPRIETOR,
    STATE,
    Firms,
    People,
)
from credit_graph.demo.words import (
    BRAND,
    CITY,
    DISTRICTS,
    ESTATES,
    HOUSE_WORDS,
    PROVINCE,
    STREETS,
    TRADES,
    given_names,
    surnames,
)

_DISTRICT_NAMES = [name for name, _, _ in DISTRICTS.values()]
# business premises that host firms; the last two say nothing of it, only a list knows them
HUBS = (
    "创业大道88号5幢D302室-{}（集群注册）",
    "科技孵化园3号楼B区-{}（集中办公区）",
    "北大街16号商务秘书有限公司托管第{}号",
    "九龙路128号4楼{}",
    "安定路56号综合楼A{}",
)


def person_names(people: People) -> Column:
    """Full names (姓名)."""
    first, _ = surnames()
    last, _ = given_names()
    return join(take(first, people.surname), take(last, people.given))


def addresses(firms: Firms, seed: int, name: str = "addresses") -> Column:
    """Addresses (住所) of the firms; those that share a room have the same text."""
    draw = stream(seed, name)
    count = len(firms)
    district = take(_DISTRICT_NAMES, firms.district)
    street = join(take(STREETS, draw.integers(0, len(STREETS), count)), draw.integers(1, 400, count), "号")
    estate = join(
        take(ESTATES, draw.integers(0, len(ESTATES), count)),
        draw.integers(1, 19, count),
        "幢",
        draw.integers(1, 33, count) * 100 + draw.integers(1, 9, count),
        "室",
    )
    shopfront = join("附", draw.integers(1, 60, count), "号")
    # each firm's number keeps two addresses from being one by chance
    own = where(draw.random(count) < 0.5, join(street, estate), join(street, shopfront, "商铺", np.arange(count) + 1))
    text = where(firms.hosting == OWN_ADDRESS, own, _hosted(firms, draw))
    prefix = where(draw.random(count) < 0.95, PROVINCE, "")
    whole = join(prefix, CITY, district, text)
    return whole.take(firms.home)


def _hosted(firms: Firms, draw: np.random.Generator) -> Column:
    """A number at one of the district's hosted addresses."""
    count = len(firms)
    which = np.where(
        firms.hosting == HOSTED_UNSAID, draw.integers(3, 5, count), draw.choice(3, count, p=[0.5, 0.3, 0.2])
    )
    head = take([hub.partition("{}")[0] for hub in HUBS], which)
    tail = take([hub.partition("{}")[2] for hub in HUBS], which)
    return join(head, 1000 + np.arange(count), tail)


def phones(numbers: Numbers) -> Column:
    """Telephones: a person's mobile of a range that is not in use, or an agent's line (negative)."""
    mobile = join("154", padded((np.maximum(numbers, 0) * 48_611 + 1_234_567) % 99_999_989, 8))
    agent = join("09348", padded(600_200 + np.maximum(-numbers, 0), 6))
    return where(numbers < 0, agent, mobile)


def firm_names(firms: Firms, persons: Column, seed: int) -> Column:
    """Names (企业名称): those of enterprises are unique in the city, those of shops nearly so."""
    draw = stream(seed, "firm names")
    count = len(firms)
    first, second = draw.integers(0, len(BRAND), count), draw.integers(0, len(BRAND), count)
    third = np.where(draw.random(count) < 0.25, draw.integers(0, len(BRAND), count), -1)
    enterprise = ~np.isin(firms.kind, (HOUSEHOLD, BRANCH))
    shop = _shop_names(firms, persons, draw)
    for _ in range(6):
        brand = join(take(list(BRAND), first), take(list(BRAND), second), take(list(BRAND), third))
        name = where(enterprise, _enterprise_names(firms, brand), shop)
        again = enterprise & _repeated(name)
        if not again.any():
            break
        third[again] = draw.integers(0, len(BRAND), int(again.sum()))
        first[again] = draw.integers(0, len(BRAND), int(again.sum()))
    return _with_branches(firms, name, draw)


def _enterprise_names(firms: Firms, brand: Column) -> Column:
    """What stands around the own name, by kind. A reborn firm and a decoy put a word before the old firm's."""
    echo = where(firms.brand == np.arange(len(firms)), "", where(firms.brand < 0, "大", "新"))
    own = join(echo, brand.take(np.where(firms.brand < 0, -1 - firms.brand, firms.brand)))
    word = take([trade.word for trade in TRADES], firms.trade)
    district = take(_DISTRICT_NAMES, firms.district)
    company = join(where(np.arange(len(firms)) % 3 > 0, "庆原", CITY), own, word, "有限公司")
    kinds = {
        COOPERATIVE: join(district, own, "种养殖农民专业合作社"),
        PROPRIETOR: join("庆原", own, word, "经营部"),
        PARTNERSHIP: join("庆原", own, "企业管理合伙企业（有限合伙）"),
        STATE: join(CITY, own, "城市建设投资集团有限公司"),
    }
    for kind, name in kinds.items():
        company = where(firms.kind == kind, name, company)
    return company


def _shop_names(firms: Firms, persons: Column, draw: np.random.Generator) -> Column:
    """District, a word or the operator's name, and what the shop is."""
    count = len(firms)
    word = take(HOUSE_WORDS, draw.integers(0, len(HOUSE_WORDS), count))
    two = join(
        take(list(BRAND), draw.integers(0, len(BRAND), count)), take(list(BRAND), draw.integers(0, len(BRAND), count))
    )
    style = draw.random(count)
    middle = where(style < 0.15, word, where(style < 0.6, two, persons.take(firms.operator)))
    shop = take([trade.shop or "经营部" for trade in TRADES], firms.trade)
    return join(take(_DISTRICT_NAMES, firms.district), middle, shop)


def _repeated(names: Column) -> np.ndarray:
    """Whether an earlier row has the same name."""
    codes = names.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    seen = np.ones(len(codes), dtype=bool)
    seen[np.unique(codes, return_index=True)[1]] = False
    return seen


def _with_branches(firms: Firms, names: Column, draw: np.random.Generator) -> Column:
    """A branch has its parent's name, a place and a number, and the word 分公司."""
    count = len(firms)
    parent = names.take(np.maximum(firms.parent, 0))
    street = take(STREETS, draw.integers(0, len(STREETS), count))
    number = where(_repeated(join(parent, street)), join("第", np.arange(count)), "")
    return where(firms.kind == BRANCH, join(parent, street, number, "分公司"), names)


def half_width(names: Column) -> Column:
    """The names with half-width brackets, as other tables write them."""
    return pc.replace_substring(pc.replace_substring(names, "（", "("), "）", ")")
