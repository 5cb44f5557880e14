"""Writes a small invented city as source files in the formats of a real one, with planted stories and dirty rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from credit_graph.demo import tables
from credit_graph.demo.plan import AS_OF, DISTRICTS, HOUSEHOLD, LIMITED, Builder, City, Firm
from credit_graph.demo.stories import plant

AS_OF_2 = date(2026, 11, 20)  # the second delivery, of the register only
LEAST = 120  # with a third of them enterprises, as many as the stories need
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
_GIVEN = "桂兰 建国 秀英 志强 玉梅 海燕 文军 小平 丽华 宝山 金凤 长青 彩霞 永红 德胜 春花 国庆 双喜 满仓 巧玲".split()
_WORDS = (
    "阿兰 老街 好再来 顺心 鑫源 惠民 小城 福满 新时代 家和 四季 东升 远航 美佳 大众 百姓 清泉 陇上 兴旺 如意".split()
)
_SHOPS = {"餐饮": ("早餐店", "面馆", "饭庄"), "理发": ("理发店",), "便利": ("便利店", "小卖部"), "维修": ("汽修部",)}


def write_city(directory: Path, firms: int = 200, seed: int = 1) -> None:
    """Write the first delivery (as of 2026-10-31): ten files in nine formats, the same bytes for the same seed.

    About two thirds of the ``firms`` are individual households (个体工商户). ``ValueError`` below the number that
    the stories need.
    """
    city = plan(firms, seed)
    directory.mkdir(parents=True, exist_ok=True)
    day = f"{AS_OF:%Y%m%d}"
    for code in DISTRICTS:
        rows = tables.registration(city.firms, code)
        tables.write(directory / f"dw_zj_scjdgl_scztxx_{code}_{day}.csv", [*rows, *tables.dirty(rows, code)])
    officers = tables.officers(city)
    tables.write(directory / f"dw_zj_scjdgl_fddbrxx_{day}.csv", [*officers, officers[3]], encoding="gb18030")
    tables.write(directory / f"dw_zj_scjdgl_jyycmlxx_{day}.csv", tables.abnormal(city))
    tables.write(directory / f"dw_zj_scjdgl_yzwfsx_{day}.csv", tables.serious(city))
    tables.write(directory / f"dw_nb_scjdgl_qynbzcxx_{day}.csv", tables.reports(city, seed))
    tables.write(directory / f"dw_nb_scjdgl_czrrjmxxx_{day}.csv", tables.contributions(city), delimiter="\t")
    tables.write(directory / f"dw_nb_scjdgl_xzcfgsxx_{day}.csv", tables.published(city))
    tables.write(directory / f"双公示行政处罚_{day}.csv", tables.double_publicity(city))
    tables.write(directory / f"公示系统导出_{day}.csv", tables.publicity_export(city), title="企业登记信息查询结果")


def write_delivery_2(directory: Path, firms: int = 200, seed: int = 1) -> None:
    """Write the register again as of 2026-11-20: 3 changed rows, 2 new, 1 missing, all others unchanged."""
    city = plan(firms, seed)
    directory.mkdir(parents=True, exist_ok=True)
    later = second_register(city, seed)
    for code in DISTRICTS:
        rows = tables.registration(later, code)
        tables.write(directory / f"dw_zj_scjdgl_scztxx_{code}_{AS_OF_2:%Y%m%d}.csv", rows)


def plan(firms: int = 200, seed: int = 1) -> City:
    """What the first delivery says, with the planted stories by name."""
    if firms < LEAST:
        raise ValueError(f"the stories need {LEAST} firms")
    builder = Builder(seed)
    plant(builder)
    _others(builder, firms * 2 // 3, firms)
    _report_years(builder)
    return builder.city


def second_register(city: City, seed: int = 1) -> list[Firm]:
    """The register on the second day: a new representative, a deregistration, a move; two firms more, one less."""
    later = list(city.firms)
    households = [firm for firm in later if firm.entity_type == HOUSEHOLD]
    changed = [replace(households[0], state="注销", approved=date(2026, 11, 10))]
    successor = next(firm for firm in later if firm.name == "庆原鼎泰建材有限公司")
    person = Builder(seed).person("安守业", known=False)
    changed.append(replace(successor, representative=person, approved=date(2026, 11, 12)))
    moved = next(firm for firm in later if firm.name == "庆原双木装饰工程有限公司")
    address = "甘肃省庆原市西原区解放路200号1幢"
    changed.append(replace(moved, address=address, approved=date(2026, 11, 16)))
    for firm in changed:
        later[next(place for place, old in enumerate(later) if old.code == firm.code)] = firm
    later.remove(households[1])
    newcomers = Builder(seed)
    newcomers.begin_after(90_000)
    for name in ("庆原晨曦商贸有限公司", "庆原暮云物流有限公司"):
        later.append(newcomers.firm(name, newcomers.person("宫长河"), founded=date(2026, 11, 9)))
    return later


def _others(builder: Builder, households: int, firms: int) -> None:
    """Fill up to the wanted number with households and firms that have no story."""
    pick = builder.random
    used: set[str] = set()
    for number in range(households):
        district = "621002" if number % 5 < 3 else "621021"
        trade = pick.choice(list(_SHOPS))
        name = f"{DISTRICTS[district]}{pick.choice(_WORDS)}{pick.choice(_SHOPS[trade])}"
        while name in used:
            name = f"{DISTRICTS[district]}{pick.choice(_SURNAMES)}{pick.choice(_GIVEN)}{pick.choice(_SHOPS[trade])}"
        used.add(name)
        builder.firm(
            name,
            builder.person(pick.choice(_SURNAMES) + pick.choice(_GIVEN), known=number % 7 != 0),
            trade,
            entity_type=HOUSEHOLD,
            district=district,
            capital=pick.choice((10_000, 30_000, 50_000, 100_000)),
            state="注销" if number % 9 == 8 else "存续",
        )
    for number in range(firms - len(builder.city.firms)):
        district = "621002" if number % 2 else "621021"
        person = builder.person(pick.choice(_SURNAMES) + pick.choice(_GIVEN))
        trade = pick.choice(("商贸", "建材", "物流", "科技"))
        firm = builder.firm(
            f"庆原{pick.choice(_WORDS)}{number + 1}号{trade}有限公司",
            person,
            trade,
            entity_type=LIMITED,
            district=district,
            capital=1_000_000,
        )
        builder.holds(firm, (person.name, 80), (pick.choice(_SURNAMES) + pick.choice(_GIVEN), 20))


def _report_years(builder: Builder) -> None:
    """Annual reports (年度报告) of 2022 to 2025; those listed for a missing one miss it, some miss more."""
    missing = {
        (item.firm.code, int(item.listed[:4]) - 1) for item in builder.city.abnormal if "年度报告" in item.reason
    }
    for number, firm in enumerate(builder.city.firms):
        if firm.parent or firm.state == "吊销" or (firm.entity_type == HOUSEHOLD and number % 2):
            continue
        for year in range(2022, 2026):
            late = builder.random.random() < 0.05
            if year >= firm.founded.year and (firm.code, year) not in missing and not late:
                builder.city.reports.append((firm, year))
    early = [firm for firm in builder.city.firms if firm.founded.year == 2023][:3]
    builder.city.reports += [(firm, 2021) for firm in early]  # of a year before the founding
    builder.story("report_before_founding", early)
