"""Tables of lists and penalties: 经营异常名录, marks of households, 严重违法失信名单, penalties in five forms."""

from __future__ import annotations

import numpy as np

from credit_graph.demo import violations
from credit_graph.demo.cells import ISO, MIDNIGHT, SLASH, Column, Mask, Numbers, blank, days, decimal, join, take, where
from credit_graph.demo.conduct import NOT_REPORTED, UNREACHABLE, Events
from credit_graph.demo.files import Table
from credit_graph.demo.population import HOUSEHOLD, NEVER
from credit_graph.demo.tables_register import document
from credit_graph.demo.view import View
from credit_graph.demo.words import CITY, TRADES

_NEW_LIST = np.datetime64("2021-09-01")  # 44号令
_NEW_TEMPLATE = np.datetime64("2019-01-01")
_SHORT = "西东北华合正宁镇"  # the districts in document numbers


def abnormal_listing(view: View, draw: np.random.Generator) -> Table:
    """经营异常名录 of enterprises and cooperatives, with Chinese headers."""
    del draw
    world, events = view.world, view.conduct.listings
    firm, removed = events["firm"], view.so_far(events["until"])
    out = ~np.isnat(removed)
    reason = where(events["closed"], violations.CLOSED, take(violations.REMOVED, events["cause"]))
    columns = {
        "列入日期": days(events["day"]),
        "经营异常名录id": np.arange(len(firm)) + 840_001,
        "列入经营异常名录原因": take(violations.LISTED, events["cause"]),
        "统一社会信用代码": world.code.take(firm),
        "营业执照注册号": take([""], np.zeros(len(firm), dtype=int)),
        "作出决定机关(移出)": blank(world.district_name.take(firm), ~out),
        "内部序号": world.pripid.take(firm),
        "移出经营异常名录原因": blank(reason, ~out),
        "移出日期": days(removed),
        "作出决定机关(列入)": world.district_name.take(firm),
        "企业名称": view.name_at(firm, events["day"]),
    }
    return Table(columns).only((world.firms.kind[firm] != HOUSEHOLD) & view.passed(events["day"]))


def abnormal_mark_individual(view: View, draw: np.random.Generator) -> Table:
    """个体工商户 marked (标记) for a missing report or as unreachable, and restored."""
    world, events = view.world, view.conduct.listings
    firm, restored = events["firm"], view.so_far(events["until"])
    second = draw.integers(0, 60, len(firm))
    columns = {
        "opt_unnor_markid": np.arange(len(firm)) + 1_000_001,
        "mark_dt": join(days(events["day"]), " 0:01:", take([f"{s:02d}" for s in range(60)], second)),
        "is_recov": where(np.isnat(restored), "0", "1"),
        "recov_dt": blank(join(days(restored), " 2:00:31"), np.isnat(restored)),
        "pripid": world.pripid.take(firm),
        "uni_social_crd_cd": world.code.take(firm),
        "comp_nm": world.name.take(firm),
    }
    shown = (world.firms.kind[firm] == HOUSEHOLD) & np.isin(events["cause"], (NOT_REPORTED, UNREACHABLE))
    return Table(columns).only(shown & view.passed(events["day"]))


def serious_events(view: View) -> Events:
    """Serious listings: of severe cases since 2021-09, and of the old rule (three years on the abnormal list)."""
    cases, listings = view.conduct.cases, view.conduct.listings
    severe = cases["severe"] & (cases["day"] >= _NEW_LIST)
    old_day = listings["day"] + 1_100
    old = (
        (old_day < _NEW_LIST) & ~(listings["until"] <= old_day) & (view.world.firms.kind[listings["firm"]] != HOUSEHOLD)
    )
    firm = np.concatenate([cases["firm"][severe], listings["firm"][old]])
    day = np.concatenate([cases["day"][severe] + 30, old_day[old]])
    ground = np.concatenate([cases["type"][severe] % len(violations.SERIOUS), np.full(int(old.sum()), -1)])
    early = np.concatenate([cases["type"][severe] % 5 == 0, np.zeros(int(old.sum()), dtype=bool)])
    # those of the old rule mostly stand: nobody took them off
    removed = np.where(early, day + 420, np.where((ground >= 0) | (firm % 4 == 0), day + 1_096, NEVER))
    return {"firm": firm, "day": day, "ground": ground, "early": early, "until": removed}


def serious_violation_listing(view: View, draw: np.random.Generator) -> Table:
    """严重违法失信名单."""
    world, events = view.world, serious_events(view)
    firm, removed = events["firm"], view.so_far(events["until"])
    out = ~np.isnat(removed)
    office = world.office.take(firm)
    columns = {
        "ill_comp_id": join("QYYZ", np.arange(len(firm)) + 20_001),
        "abn_tm": days(events["day"]),
        "serill_rea": take(
            [*violations.SERIOUS, violations.OLD_REGIME],
            np.where(events["ground"] < 0, len(violations.SERIOUS), events["ground"]),
        ),
        "rem_dt": days(removed),
        "recorg_ogr": blank(office, ~out),
        "uni_social_crd_cd": world.code.take(firm),
        "rem_excpres_rea": blank(where(events["early"], violations.REPAIRED, violations.EXPIRED), ~out),
        "comp_name": view.name_at(firm, events["day"]),
        "reg_no": take([""], np.zeros(len(firm), dtype=int)),
        "decorg_org": where(draw.random(len(firm)) < 0.8, office, f"{CITY}市场监督管理局"),
        "pripid": world.pripid.take(firm),
        "dsc_city": take([CITY], np.zeros(len(firm), dtype=int)),
        "dsc_adm_region": world.district_name.take(firm),
        "region_code": world.district_code.take(firm),
    }
    return Table(columns).only(view.passed(events["day"]))


def case_words(view: View) -> tuple[Column, Column, Column]:
    """Violation, facts and basis of each case, as its trade and its department have them."""
    cases = view.conduct.cases
    food = np.array([trade.food for trade in TRADES])[view.world.firms.trade[cases["firm"]]]
    table = [*violations.FOOD, *violations.GENERAL, *(other[2:] for other in violations.OTHERS)]
    foods, generals, others = len(violations.FOOD), len(violations.GENERAL), len(violations.OTHERS)
    kind = cases["type"]
    place = np.where(food & (kind % 10 < 7), kind % foods, foods + kind % generals)
    place = np.where(cases["other"], foods + generals + kind % others, place)
    violation, facts, basis = (take([row[column] for row in table], place) for column in range(3))
    return violation, facts, basis


def case_office(view: View) -> tuple[Column, Column]:
    """The authority of each case, and what its document numbers begin with."""
    world, cases = view.world, view.conduct.cases
    firm = cases["firm"]
    other = cases["type"] % len(violations.OTHERS)
    office = where(
        cases["other"], join(CITY, take([row[1] for row in violations.OTHERS], other)), world.office.take(firm)
    )
    short = take([f"庆{char}市监处罚" for char in _SHORT], world.firms.district[firm])
    return office, where(cases["other"], join("庆", take([row[0] for row in violations.OTHERS], other), "罚"), short)


def case_numbers(view: View) -> Column:
    """Document numbers (决定书文号)."""
    cases = view.conduct.cases
    year = cases["day"].astype("datetime64[Y]").astype(int) + 1970
    return join(case_office(view)[1], "〔", year, "〕", np.arange(len(year)) + 201, "号")


def confiscated(view: View) -> Numbers:
    """Confiscated amounts in yuan: in one case of three."""
    cases = view.conduct.cases
    return np.where(cases["type"] % 3 == 0, cases["fine"] * (cases["type"] % 7 + 1) // 10, 0)


def result_text(view: View) -> Column:
    """处罚内容: the amounts stand in words."""
    taken = confiscated(view)
    return join(where(taken > 0, join("没收违法所得", taken, "元；"), ""), "罚款", view.conduct.cases["fine"], "元")


def case_shown(view: View) -> Mask:
    """Cases that are public on the day: decided, not repaired, less than three years old or severe."""
    cases = view.conduct.cases
    young = view.day < cases["day"] + 1_096
    result: Mask = (
        view.passed(cases["day"])
        & ~view.passed(cases["repaired"])
        & (young | cases["severe"] | (cases["type"] % 4 > 0))
    )
    return result


def case_operator(view: View) -> Numbers:
    """Who represents the firm, by the last day: a case names the person of its time."""
    firm = view.conduct.cases["firm"]
    changes = view.world.changes
    before = changes.represented_on[firm] > view.conduct.cases["day"]
    return np.where(before, changes.old_operator[firm], view.world.firms.operator[firm])


def penalty_published(view: View, draw: np.random.Generator) -> Table:
    """行政处罚公示信息 of the bureau: the amount stands in the text only."""
    world, cases = view.world, view.conduct.cases
    firm, person = cases["firm"], case_operator(view)
    _, facts, _ = case_words(view)
    columns = {
        "lic_id": take([""], np.zeros(len(firm), dtype=int)),
        "pripid": world.pripid.take(firm),
        "uni_social_crd_cd": world.code.take(firm),
        "taxer_nm": view.name_at(firm, cases["day"]),
        "admin_punish_doc": case_numbers(view),
        "punish_rea": facts,
        "punish_dt": days(cases["day"]),
        "punish_result": result_text(view),
        "legal_per": world.person_name.take(person),
        "legal_per_ident": blank(document(view, person), draw.random(len(firm)) < 0.4),
    }
    return Table(columns).only(case_shown(view) & ~cases["other"])


def penalty_double_publicity(view: View, draw: np.random.Generator) -> Table:
    """双公示 行政处罚 of all departments since 2019, with its Chinese headers; amounts in ten thousand yuan."""
    world, cases = view.world, view.conduct.cases
    firm, person, taken = cases["firm"], case_operator(view), confiscated(view)
    violation, facts, basis = case_words(view)
    office, _ = case_office(view)
    nothing = take([""], np.zeros(len(firm), dtype=int))
    # one operator of a shop in twelve is punished as a person, and the shop is not named
    natural = (world.firms.kind[firm] == HOUSEHOLD) & world.known[person] & (draw.random(len(firm)) < 1 / 12)
    known = world.known[person] & ~natural
    small = world.firms.kind[firm] == HOUSEHOLD
    columns = {
        "行政相对人名称": where(natural, world.person_name.take(person), view.name_at(firm, cases["day"])),
        "行政相对人类别": where(natural, "自然人", where(small, "个体工商户", "法人及非法人组织")),
        "行政相对人代码_1（统一社会信用代码）": blank(world.code.take(firm), natural),
    }
    for place, label in enumerate(
        ("工商注册号", "组织机构代码", "税务登记号", "事业单位证书号", "社会组织登记证号"), 2
    ):
        columns[f"行政相对人代码_{place}（{label}）"] = nothing
    columns |= {
        "法定代表人": blank(world.person_name.take(person), natural),
        "法定代表人证件类型": where(known, "身份证", ""),
        "法定代表人证件号码": blank(document(view, person), ~known),
        "自然人证件类型": where(natural, "身份证", ""),
        "自然人证件号码": blank(document(view, person), ~natural),
        "行政处罚决定书文号": case_numbers(view),
        "违法行为类型": violation,
        "违法事实": facts,
        "处罚依据": basis,
        "处罚类别": where(taken > 0, "罚款;没收违法所得", "罚款"),
        "处罚内容": result_text(view),
        "罚款金额（万元）": decimal(cases["fine"], 4),
        "没收违法所得、没收非法财物的金额（万元）": blank(decimal(taken, 4), taken == 0),
        "暂扣或吊销证照名称及编号": nothing,
        "处罚决定日期": days(cases["day"], SLASH),
        "处罚有效期": take(["2099-12-31"], np.zeros(len(firm), dtype=int)),
        "公示截止期": days(cases["day"] + 1_096, ISO),
        "处罚机关": office,
        "处罚机关统一社会信用代码": nothing,
        "数据来源单位": office,
        "数据来源单位统一社会信用代码": nothing,
        "备注": nothing,
    }
    return Table(columns).only(case_shown(view) & (cases["day"] >= _NEW_TEMPLATE))


def penalty_double_publicity_2018(view: View, draw: np.random.Generator) -> Table:
    """双公示 in the template of before 2019: no amounts of their own, codes 2 and 3 in another order."""
    world, cases = view.world, view.conduct.cases
    firm = cases["firm"]
    violation, facts, basis = case_words(view)
    office, _ = case_office(view)
    nothing = take([""], np.zeros(len(firm), dtype=int))
    columns = {
        "决定书文号": case_numbers(view),
        "处罚名称": join(violation, "案"),
        "处罚类别1": take(["罚款"], np.zeros(len(firm), dtype=int)),
        "处罚类别2": where(confiscated(view) > 0, "没收违法所得", ""),
        "处罚事由": facts,
        "处罚依据": basis,
        "相对人名称": view.name_at(firm, cases["day"]),
        "代码_1（统一社会信用代码）": world.code.take(firm),
        "代码_2（组织机构代码）": nothing,
        "代码_3（工商登记码）": nothing,
        "代码_4（税务登记号）": nothing,
        "代码_5（居民身份证号）": nothing,
        "法定代表人姓名": world.person_name.take(case_operator(view)),
        "处罚结果": result_text(view),
        "处罚决定日期": days(cases["day"]),
        "处罚截止期": take(["2099-12-31"], np.zeros(len(firm), dtype=int)),
        "处罚机关": office,
        "当前状态": where(draw.random(len(firm)) < 0.01, "1", "0"),
        "地方编码": world.district_code.take(firm),
        "数据更新时间戳": days(cases["day"] + 7, MIDNIGHT),
        "备注": nothing,
    }
    return Table(columns).only(cases["day"] < _NEW_TEMPLATE)
