"""What is planted in the invented city on purpose, so that every step of the program has something to find."""

from __future__ import annotations

from datetime import date

from credit_graph.demo.core_plan import BRANCH, COOPERATIVE, CORPORATE, LIMITED, Builder, Firm, Listing, Penalty

NO_REPORT = "未按照规定的期限公示年度报告。"
UNREACHABLE = "通过登记的住所或者经营场所无法联系。"
NOT_PUBLISHED = "未在责令期限内公示有关企业信息。"
FALSE = "公示企业信息隐瞒真实情况、弄虚作假。"


def plant(builder: Builder) -> None:
    """All stories, about 50 firms."""
    chain = control_chain(builder)
    ring(builder)
    owned = sole_holder(builder)
    branches(builder)
    hub = shared_phone_and_room(builder)
    hosted = hosted_addresses(builder)
    reborn(builder)
    cooperatives(builder)
    serious_listings(builder, [*chain, *owned])
    abnormal_listings(builder, [*hub, *hosted])
    penalties(builder, [*chain, *hub])
    dormant(builder)  # last, so that the others stay as they are


def control_chain(builder: Builder) -> list[Firm]:
    """A person controls a property manager through three firms, which the files name without any number."""
    boss = builder.person("何国梁")
    group = builder.firm("甘肃陇脉控股集团有限公司", boss, "投资", entity_type=LIMITED, capital=80_000_000)
    invest = builder.firm("陇脉（庆原）产业投资有限公司", boss, "投资", entity_type=LIMITED, capital=30_000_000)
    estate = builder.firm(
        "庆原陇脉置业有限公司", builder.person("冯敬尧"), "房地产", entity_type=LIMITED, capital=20_000_000
    )
    manager = builder.firm(
        "庆原陇脉物业服务有限公司", builder.person("白云生"), "物业", entity_type=CORPORATE, capital=3_000_000
    )
    builder.holds(group, (boss.name, 75), ("上海泾渭股权投资中心（有限合伙）", 25))
    builder.holds(invest, (group.name, 70), ("段宏远", 30))
    # half-width brackets here, full-width ones in the register: the matching must fold them
    builder.holds(estate, ("陇脉(庆原)产业投资有限公司", 60), ("庆原市城乡建设投资公司", 40))
    builder.holds(manager, (estate.name, 100))
    builder.officer(estate, boss, "董事")
    builder.story("control_chain", [group, invest, estate, manager])
    return [group, invest, estate, manager]


def ring(builder: Builder) -> None:
    """Three firms hold each other in a circle; none of it reaches a person with a majority."""
    names = ("庆原环宇商贸有限公司", "庆原环球供应链管理有限公司", "庆原环通仓储有限公司")
    trades = ("商贸", "物流", "物流")
    firms = [
        builder.firm(name, builder.person(person), trade, entity_type=LIMITED, capital=5_000_000)
        for name, trade, person in zip(names, trades, ("石文斌", "雷占元", "祁海明"), strict=True)
    ]
    for place, firm in enumerate(firms):
        builder.holds(firm, (names[place - 1], 34), (firm.representative.name, 33), ("蒲永昌", 33))
    builder.story("ring", firms)


def sole_holder(builder: Builder) -> list[Firm]:
    """One natural person is the only holder and legal representative of six firms; beside them a 50:50 firm."""
    owner = builder.person("单鸿飞")
    names = ("鸿飞商贸", "鸿运建材", "鸿达物流", "鸿远食品", "鸿志科技", "鸿途餐饮管理")
    trades = ("商贸", "建材", "物流", "食品", "科技", "餐饮")
    firms = [
        builder.firm(f"庆原{name}有限公司", owner, trade, capital=1_000_000)
        for name, trade in zip(names, trades, strict=True)
    ]
    for firm in firms:
        builder.holds(firm, (owner.name, 100))
    builder.story("sole_holder", firms)
    half = builder.firm(
        "庆原双木装饰工程有限公司", builder.person("林向东"), "建材", entity_type=LIMITED, capital=2_000_000
    )
    builder.holds(half, ("林向东", 50), ("林向西", 50))
    builder.story("exactly_half", [half])
    return firms


def branches(builder: Builder) -> None:
    """Two firms with branches (分公司): some name the parent's number, one only its name."""
    chain = builder.firm(
        "庆原金穗连锁超市有限公司", builder.person("余春光"), "便利", entity_type=LIMITED, capital=8_000_000
    )
    builder.holds(chain, ("余春光", 60), ("余秋实", 40))
    shops = [
        builder.firm(
            f"庆原金穗连锁超市有限公司{place}分公司",
            builder.person(person),
            "便利",
            entity_type=BRANCH,
            district=district,
            parent=parent,
        )
        for place, person, district, parent in (
            ("南大街", "田秀芬", "621002", chain),
            ("世纪大道", "车万里", "621002", chain),
            ("东川", "骆玉梅", "621021", None),
        )
    ]
    clinic = builder.firm(
        "庆原仁济大药房有限公司", builder.person("孔令先"), "医药", entity_type=LIMITED, capital=2_000_000
    )
    builder.holds(clinic, ("孔令先", 100))
    outlet = builder.firm(
        "庆原仁济大药房有限公司安定路分公司",
        builder.person("孔令先", known=False),
        "医药",
        entity_type=BRANCH,
        parent=clinic,
    )
    builder.story("branches", [chain, *shops, clinic, outlet])


def shared_phone_and_room(builder: Builder) -> list[Firm]:
    """Four firms of different persons with one telephone in one room."""
    room = "甘肃省庆原市西原区九龙路66号陇东大厦1203室"
    firms = [
        builder.firm(
            f"庆原{name}有限公司",
            builder.person(person),
            trade,
            address=room,
            phone="09348600123",
            founded=date(2023, 5, month),
            capital=300_000,
        )
        for name, person, trade, month in (
            ("鼎信劳务服务", "宁志学", "商贸", 8),
            ("鼎泰建材", "安宝林", "建材", 9),
            ("鼎盛食品", "聂小红", "食品", 15),
            ("鼎诚信息科技", "苗得雨", "科技", 22),
        )
    ]
    for firm in firms:
        builder.holds(firm, (firm.representative.name, 100))
    builder.story("shared_phone_and_room", firms)
    return firms


def hosted_addresses(builder: Builder) -> list[Firm]:
    """Eight firms at a hosted address (集群注册): many at one place, and it means nothing."""
    firms = [
        builder.firm(
            f"庆原{first}{second}有限公司",
            builder.person(f"{family}{given}"),
            "科技" if number % 2 else "商贸",
            address=f"甘肃省庆原市西原区创业大道88号5幢D302室-{1000 + number}（集群注册）",
            capital=100_000,
        )
        for number, (first, second, family, given) in enumerate(
            zip(
                "云启智联创想数元",
                "帆航慧通新途据初",
                "郑褚卫蒋沈韩杨朱",
                "一鸣|子轩|思远|若水|乐天|知行|明哲|初阳".split("|"),
                strict=True,
            )
        )
    ]
    for firm in firms:
        builder.holds(firm, (firm.representative.name, 100))
    builder.story("hosted_addresses", firms)
    return firms


def reborn(builder: Builder) -> None:
    """A developer with a revoked licence; three months later its people open the same business next door."""
    person = builder.person("曹立新")
    place = "甘肃省庆原市西原区安定路3号"
    old = builder.firm(
        "庆原华远置业有限公司",
        person,
        "房地产",
        entity_type=LIMITED,
        address=place,
        founded=date(2010, 11, 2),
        capital=8_000_000,
        state="吊销",
    )
    old = builder.change(old, approved=date(2022, 2, 1))
    new = builder.firm(
        "庆原新华远房地产开发有限公司",
        person,
        "房地产",
        entity_type=LIMITED,
        address=place,
        founded=date(2022, 5, 6),
        capital=8_000_000,
    )
    builder.holds(old, (person.name, 90), ("曹立本", 10))
    builder.holds(new, (person.name, 90), ("曹立本", 10))
    builder.city.officers[:] = [
        (old if firm.code == old.code else firm, who, position, first)
        for firm, who, position, first in builder.city.officers
    ]
    builder.story("reborn", [old, new])


def cooperatives(builder: Builder) -> None:
    """Farmers' cooperatives of the rural district."""
    firms = [
        builder.firm(
            f"东川县{name}养殖农民专业合作社",
            builder.person(person),
            "养殖",
            entity_type=COOPERATIVE,
            district="621021",
            capital=1_000_000,
        )
        for name, person in (("绿塬", "杨满囤"), ("丰川", "柴树根"), ("金牧", "豆成祥"))
    ]
    builder.story("cooperatives", firms)


def serious_listings(builder: Builder, firms: list[Firm]) -> None:
    """严重违法失信名单: six that stand on 2026-11-23 by 44号令 articles 5 to 11, and six that don't qualify."""
    standing = (
        ("2024-01-15", "未依法取得食品生产经营许可从事食品生产经营活动"),  # article 5
        ("2024-06-03", "生产、销售假药、劣药"),  # article 6
        ("2024-09-20", "生产、销售不符合保障人体健康和人身、财产安全的国家标准的产品"),  # article 7
        ("2025-03-11", "预收费用后为逃避或者拒绝履行义务，关门停业或者迁移服务场所"),  # article 8
        ("2025-08-01", "组织虚假交易"),  # article 9
        ("2026-02-10", "有履行能力但拒不履行行政处罚决定"),  # article 11
    )
    refused = (
        ("2019-09-04", "被列入经营异常名录届满3年仍未履行相关义务的", "", ""),  # old regime
        ("2024-04-08", "通过登记的住所或者经营场所无法联系", "", ""),  # no ground of 44号令
        ("2022-05-17", "拒绝、阻碍、干扰市场监督管理部门依法开展监督检查和事故调查", "", ""),  # over three years
        ("2024-02-05", "严重违法失信行为", "", ""),  # says nothing
        ("2024-03-01", "侵犯商业秘密", "2025-06-10", "信用修复提前移出"),
        ("2021-10-08", "提交虚假材料或者采取其他手段隐瞒重要事实，取得市场主体登记", "2024-10-08", "列入满三年"),
    )
    rows = [(day, why, "", "") for day, why in standing] + list(refused)
    pool = firms + [
        builder.firm(f"庆原{name}有限公司", builder.person(person), trade)
        for name, person, trade in (("康宁医药", "郝敬业", "医药"), ("顺风汽车服务", "解放军", "维修"))
    ]
    for number, (day, why, removed, removal) in enumerate(rows):
        listing = Listing(pool[number], day, why, removed, removal, number=f"QYYZ{number + 1:04d}")
        builder.city.serious.append(listing)
    builder.story("serious_standing", [item.number for item in builder.city.serious[: len(standing)]])
    builder.story("serious_refused", [item.number for item in builder.city.serious[len(standing) : -2]])
    builder.story("serious_removed", [item.number for item in builder.city.serious[-2:]])


def abnormal_listings(builder: Builder, firms: list[Firm]) -> None:
    """经营异常名录: repaired, open, entered by mistake, and with a removal reason but no removal day."""
    rows = (
        ("2022-07-05", NO_REPORT, "2022-11-17", "补报年度报告"),
        ("2023-07-10", NO_REPORT, "2024-01-22", "补报年度报告"),
        ("2024-03-18", UNREACHABLE, "2024-09-02", "办理地址变更或恢复联系"),
        ("2023-10-09", FALSE, "2023-12-01", "更正公示信息"),
        ("2024-05-20", NOT_PUBLISHED, "2024-06-28", "补公示企业信息"),
        ("2025-07-08", NO_REPORT, "", ""),
        ("2025-07-08", NO_REPORT, "", ""),
        ("2026-07-07", NO_REPORT, "", ""),
        ("2026-04-14", UNREACHABLE, "", ""),
        ("2025-11-03", FALSE, "", "更正公示信息"),
        ("2024-07-09", NO_REPORT, "", "补报年度报告"),
        ("2024-08-12", UNREACHABLE, "2024-08-20", "列入错误"),
    )
    for firm, row in zip(firms, rows, strict=True):
        builder.city.abnormal.append(Listing(firm, *row))
    firms_of = [(item.firm, item) for item in builder.city.abnormal]
    builder.story("abnormal_repaired", [firm for firm, item in firms_of[:5]])
    builder.story("abnormal_open", [firm for firm, item in firms_of if not item.removed])
    builder.story("abnormal_annulled", [firms_of[-1][0]])


def dormant(builder: Builder) -> None:
    """Two firms without reports that nobody can reach (长期停业未经营); one of them has filed its closure (歇业)."""
    listings = (("2025-07-08", NO_REPORT), ("2025-10-15", UNREACHABLE), ("2026-07-07", NO_REPORT))
    firms = [
        builder.firm(
            f"庆原{name}有限公司",
            builder.person(person),
            trade,
            address=f"甘肃省庆原市西原区解放路{number}号",
            founded=date(2016, 3, 21),
            state=state,
        )
        for name, person, trade, number, state in (
            ("恒昌建材", "巩世荣", "建材", 415, "存续"),
            ("锦程餐饮", "慕晓燕", "餐饮", 417, "歇业"),
        )
    ]
    for firm in firms:
        builder.holds(firm, (firm.representative.name, 100))
        builder.city.abnormal += [Listing(firm, *row) for row in listings]
    builder.story("dormant", firms[:1])
    builder.story("dormant_but_closed", firms[1:])


def penalties(builder: Builder, firms: list[Firm]) -> None:
    """行政处罚: one that both tables name, others that only one does, and one of a natural person."""
    food = "《中华人民共和国食品安全法》第一百二十二条"
    quality = "《中华人民共和国产品质量法》第四十九条"
    publicity = "《企业信息公示暂行条例》第十八条"
    own = (
        (
            "庆西市监处罚〔2024〕17号",
            "2024-05-06",
            "食品安全违法",
            "未取得食品经营许可从事食品经营",
            food,
            50_000,
            12_000,
        ),
        ("庆西市监处罚〔2025〕31号", "2025-03-18", "产品质量违法", "销售不符合国家标准的产品", quality, 20_000, 0),
        ("庆西市监处罚〔2025〕88号", "2025-09-02", "信息公示违法", "公示信息隐瞒真实情况", publicity, 10_000, 0),
        ("庆西市监处罚〔2023〕102号", "2023-04-11", "产品质量违法", "销售不符合国家标准的产品", quality, 8_000, 1_500),
        ("庆西市监处罚〔2020〕5号", "2020-03-02", "信息公示违法", "未按规定公示年度报告", publicity, 3_000, 0),
    )
    for firm, (document, day, violation, facts, basis, fine, taken) in zip(firms, own, strict=False):
        builder.city.published.append(Penalty(document, day, violation, facts, basis, fine, firm, None, taken))
    traffic = "《中华人民共和国道路运输条例》第六十三条"
    other = (
        (
            "庆建罚〔2025〕6号",
            "2025-06-24",
            "违法预售",
            "未取得预售许可证销售商品房",
            "《城市商品房预售管理办法》第十三条",
            300_000,
        ),
        (
            "庆应急罚〔2026〕11号",
            "2026-01-20",
            "安全生产违法",
            "未按规定进行安全培训",
            "《安全生产法》第九十七条",
            50_000,
        ),
        ("庆交罚〔2024〕208号", "2024-11-12", "道路运输违法", "未取得道路运输经营许可从事运输", traffic, 30_000),
    )
    builder.city.double += builder.city.published[:2]
    builder.city.double += [Penalty(*row, firm=firm) for row, firm in zip(other, firms[2:], strict=False)]
    hawker = builder.person("胡有才")
    facts = "未取得烟草专卖零售许可证经营卷烟"
    builder.city.double.append(
        Penalty(
            "庆烟罚〔2025〕9号",
            "2025-02-25",
            "烟草专卖违法",
            facts,
            "《烟草专卖法实施条例》第五十七条",
            800,
            None,
            hawker,
        )
    )
    builder.story("penalised_twice_told", [item.document for item in builder.city.published[:2]])
