"""Tables of courts, tax offices and rating offices, the province's risk class, and joint measures."""

from __future__ import annotations

import numpy as np

from credit_graph.demo.cells import (
    ISO,
    MIDNIGHT,
    Column,
    Days,
    Mask,
    Numbers,
    after,
    blank,
    days,
    decimal,
    fixed,
    hashed,
    join,
    padded,
    take,
    texts,
    where,
)
from credit_graph.demo.conduct import Events, visible_class, years
from credit_graph.demo.files import Table
from credit_graph.demo.population import BRANCH, COMPANY, HOUSEHOLD, NEVER
from credit_graph.demo.tables_lists import serious_events
from credit_graph.demo.tables_register import document
from credit_graph.demo.view import View
from credit_graph.demo.words import CITY, DISTRICTS, TRADES
from credit_graph.demo.world import World

_COURTS = [f"{CITY}{name}人民法院" for name, _, _ in DISTRICTS.values()]


def _same(text: str, count: int) -> Column:
    return take([text], np.zeros(count, dtype=int))


def _bad_events(view: View, draw: np.random.Generator, rate: float, first_year: int, kinds: Mask) -> Events:
    """Events of bad payers among firms: some per year, more of those of low quality, each with an end or none."""
    world, firms = view.world, view.world.firms
    parts: list[Numbers] = []
    when: list[Days] = []
    for year in years(world):
        start = np.datetime64(f"{year}-01-05")
        hit = draw.random(len(firms)) < rate * np.exp(-0.7 * view.conduct.quality)
        found = np.flatnonzero(hit & kinds & firms.alive(start) & (year >= first_year))
        parts.append(found)
        when.append(start + draw.integers(0, 355, len(found)))
    firm, day = np.concatenate(parts), np.concatenate(when)
    until = np.where(draw.random(len(firm)) < 0.4, day + draw.integers(60, 900, len(firm)), NEVER)
    return {"firm": firm, "day": day, "until": until}


def _enterprises(world: World) -> Mask:
    result: Mask = np.isin(world.firms.kind, (COMPANY,))
    return result


def org_numbers(view: View, firm: Numbers) -> Column:
    """组织机构代码 with its hyphen."""
    characters = view.world.org_code[firm]
    hyphen = np.full((len(firm), 1), ord("-"), dtype=np.uint8)
    return fixed(np.concatenate([characters[:, :8], hyphen, characters[:, 8:]], axis=1))


def tax_numbers(view: View, firm: Numbers) -> Column:
    """纳税人识别号: the credit code, or with one firm in seven the old number of region and organisation code."""
    world = view.world
    old = (firm % 7 == 0) & (world.firms.founded[firm] >= np.datetime64("2015-10-01"))
    return where(old, join(world.district_code.take(firm), fixed(world.org_code[firm])), world.code.take(firm))


def court_defaulter(view: View, draw: np.random.Generator) -> Table:
    """失信被执行人: firms by organisation code or name only, persons by name; who has paid is deleted."""
    world = view.world
    events = _bad_events(view, draw, 0.004, 2018, _enterprises(world))
    firm, day, count = events["firm"], events["day"], len(events["firm"])
    natural = draw.random(count) < 0.35
    person = world.firms.operator[firm]
    number = np.arange(count)
    year = days(day, "%Y")
    court = take(_COURTS, world.firms.district[firm])
    case = join("(", year, ")甘10", padded(world.firms.district[firm] + 2, 2), "执", number + 101, "号")
    born = world.citizen_id[person][:, 6:14]
    birth = join(fixed(born[:, :4]), "-", fixed(born[:, 4:6]), "-", fixed(born[:, 6:]))
    columns = {
        "fydm": world.firms.district[firm] + 3_601,
        "executed_nm": where(natural, world.person_name.take(person), view.name_at(firm, day)),
        "identi_id": blank(document(view, person), ~natural),
        "uni_social_crd_cd": blank(org_numbers(view, firm), natural | (draw.random(count) < 0.15)),
        "legal_repre": blank(world.person_name.take(person), natural),
        "executed_court": court,
        "enforce_basis": join("(", year, ")甘10", padded(world.firms.district[firm] + 2, 2), "民初", number + 57, "号"),
        "fil_dt": days(day),
        "case_no": case,
        "deci_executed_unit": court,
        "effect_doc_obli": join("支付货款", number % 90 * 1_000 + 5_000, "元"),
        "executed_perfor": take(["全部未履行", "部分未履行"], draw.integers(0, 2, count)),
        "publish_dt": days(day + 3),
        "search_case_year": year,
        "search_case_no": number + 715_000_001,
        "bzxrxh": _same("1", count),
        "performed_part": _same("暂无", count),
        "un_performed_part": _same("暂无", count),
        "dishonest_id": number + 715_000_001,
        "gen": blank(take(["男性", "女性"], number % 2), ~natural),
        "executed_nature": where(natural, "自然人", "法人或其他组织"),
        "birth_dt": blank(birth, ~natural),
        "dishonest_behav": take(
            ["有履行能力而拒不履行生效法律文书确定义务", "其他规避执行", "违反财产报告制度"], draw.integers(0, 3, count)
        ),
    }
    return Table(columns).only(view.passed(day + 3) & ~view.passed(events["until"]))


def unfulfilled_judgment(view: View, draw: np.random.Generator) -> Table:
    """企业未履行生效裁判, with Chinese headers."""
    world = view.world
    events = _bad_events(view, draw, 0.004, 2020, _enterprises(world))
    firm, day, count = events["firm"], events["day"], len(events["firm"])
    number = np.arange(count)
    amount = np.exp(draw.normal(11.5, 1.2, count)).astype(np.int64)
    nothing = _same("", count)
    columns = {
        "企业名称": view.name_at(firm, day),
        "统一社会信用代码": blank(world.code.take(firm), draw.random(count) < 0.2),
        "组织机构代码": org_numbers(view, firm),
        "法定代表人": world.person_name.take(world.firms.operator[firm]),
        "单位地址": world.address.take(firm),
        "执行法院": take(_COURTS, world.firms.district[firm]),
        "案号": join(
            "(", days(day, "%Y"), ")甘10", padded(world.firms.district[firm] + 2, 2), "执恢", number + 21, "号"
        ),
        "执行依据": join("(", days(day, "%Y"), ")甘10民终", number + 9, "号"),
        "执行案由": take(["买卖合同纠纷", "民间借贷纠纷", "建设工程施工合同纠纷"], draw.integers(0, 3, count)),
        "履行时间": days(day + 30, MIDNIGHT),
        "执行金额（元）": amount,
        "执行行为": nothing,
        "执行物品": nothing,
        "未执行金额（元）": amount * 7 // 10,
        "未执行行为": nothing,
        "未执行物品": nothing,
        "共同被执行人": nothing,
        "曝光日期": days(day + 60, MIDNIGHT),
        "举报电话": nothing,
        "举报联系人": nothing,
        "搜案编号": number + 880_001,
        "当事人编号": number + 990_001,
        "法院代码": world.firms.district[firm] + 3_601,
        "立案日期": days(day, MIDNIGHT),
    }
    return Table(columns).only(view.passed(day + 60) & ~view.passed(events["until"]))


def tax_blacklist(view: View, draw: np.random.Generator) -> Table:
    """重大税收违法黑名单: by taxpayer number."""
    world = view.world
    events = _bad_events(view, draw, 0.002, 2018, _enterprises(world))
    firm, day, count = events["firm"], events["day"], len(events["firm"])
    person = world.firms.operator[firm]
    columns = {
        "tax_no": tax_numbers(view, firm),
        "tax_nm": view.name_at(firm, day),
        "legal_repre_id": blank(document(view, person), draw.random(count) < 0.5),
        "legal_repre_gender": take(["男", "女"], person % 2),
        "legal_repre": world.person_name.take(person),
        "reg_addr": world.address.take(firm),
        "org_no": org_numbers(view, firm),
        "punish_basis": _same("《中华人民共和国税收征收管理法》第六十三条", count),
        "main_illg_fact": _same("虚开增值税专用发票", count),
        "case_nature": take(["虚开增值税专用发票", "偷税", "逃避追缴欠税"], draw.integers(0, 3, count)),
        "tax_punnish_state": join("追缴税款", draw.integers(10, 900, count), "万元，并处罚款"),
        "entry_tm": days(day, MIDNIGHT),
        "remove_tm": days(view.so_far(np.where(np.isnat(events["until"]), day + 1_096, events["until"])), MIDNIGHT),
    }
    return Table(columns).only(view.passed(day))


def tax_abnormal_household(view: View, draw: np.random.Generator) -> Table:
    """纳税非正常户认定, with Chinese headers; who reports again drops out."""
    world = view.world
    events = _bad_events(view, draw, 0.008, 2018, world.firms.kind != BRANCH)
    firm, day, count = events["firm"], events["day"], len(events["firm"])
    person = world.firms.operator[firm]
    columns = {
        "统一社会信用代码": world.code.take(firm),
        "企业名称": view.name_at(firm, day),
        "非正常户认定日期": days(day, MIDNIGHT),
        "法定代表人身份证号": blank(document(view, person), draw.random(count) < 0.4),
        "法定代表人": world.person_name.take(person),
    }
    return Table(columns).only(view.passed(day) & ~view.passed(events["until"]))


def tax_arrears(view: View, draw: np.random.Generator) -> Table:
    """欠税信息: taxpayer number, or name only; who has paid drops out."""
    world = view.world
    events = _bad_events(view, draw, 0.003, 2021, world.firms.kind != BRANCH)
    firm, day, count = events["firm"], events["day"], len(events["firm"])
    columns = {
        "tax_no": blank(tax_numbers(view, firm), draw.random(count) < 0.05),
        "tax nm": world.name.take(firm),
        "opr_addr": world.address.take(firm),
        "own_tax_type": take(["增值税", "企业所得税", "城镇土地使用税", "个人所得税"], np.arange(count) % 4),
        "cumu_own_amt": decimal(np.exp(draw.normal(13.5, 1.2, count)).astype(np.int64), 2),
        "comp_indi_mark": where(world.firms.kind[firm] == HOUSEHOLD, "个体", "企业"),
        "pub_dept": join("国家税务总局", CITY, world.district_name.take(firm), "税务局"),
    }
    return Table(columns).only(_firsts(firm) & view.passed(day) & ~view.passed(events["until"]))


def _firsts(firm: Numbers) -> Mask:
    """The first event of each firm: tables that hold one row a firm."""
    mask = np.zeros(len(firm), dtype=bool)
    mask[np.unique(firm, return_index=True)[1]] = True
    return mask


def _yearly_ratings(
    view: View, draw: np.random.Generator, kinds: Mask, since: int, month: int
) -> tuple[Numbers, Numbers, Days, Numbers]:
    """Ratings of each year: firm, year, day given in the next year, level 0 (best) to 4."""
    world, firms = view.world, view.world.firms
    rows: list[tuple[Numbers, Numbers, Days, Numbers]] = []
    for year in range(since, world.until.year):
        given = np.datetime64(f"{year + 1}-{month:02d}-20")
        noise = draw.normal(0, 0.5, len(firms))
        level = np.digitize(-(view.conduct.quality + noise), [-0.9, 0.3, 1.3, 2.2])
        found = np.flatnonzero(kinds & firms.alive(np.datetime64(f"{year}-12-31")))
        rows.append((found, np.full(len(found), year), np.full(len(found), given), level[found]))
    firm, years_of, day, level = (np.concatenate(column) for column in zip(*rows, strict=True))
    return firm, years_of, day, level


def tax_a_rating(view: View, draw: np.random.Generator) -> Table:
    """A级纳税人 of each year since 2019."""
    world = view.world
    firm, year, day, level = _yearly_ratings(view, draw, _enterprises(world), 2019, 4)
    bureau = join("国家税务总局", CITY, world.district_name.take(firm), "税务局")
    columns = {
        "credi_scard": 90 + firm % 10,
        "uni_social_crd_cd": world.code.take(firm),
        "sjid": hashed(firm * 64 + year - 2000, "tax a"),
        "be_year": year,
        "legal_repre": world.person_name.take(world.firms.operator[firm]),
        "opt_loc": world.address.take(firm),
        "tax_no": world.code.take(firm),
        "org_no": fixed(world.org_code[firm]),
        "eval_org": bureau,
        "taxer_nm": view.name_at(firm, day),
        "tax_credi_level": _same("A", len(firm)),
        "eval_year": year,
        "eval_dt": days(day),
        "major_tax_org": bureau,
    }
    return Table(columns).only((level == 0) & view.passed(day))


def tax_credit_rating(view: View, draw: np.random.Generator) -> Table:
    """纳税信用等级 of companies in the last three years, with Chinese headers."""
    world = view.world
    firm, year, day, level = _yearly_ratings(view, draw, _enterprises(world), world.until.year - 3, 4)
    new = world.firms.founded[firm].astype("datetime64[Y]").astype(int) + 1970 == year
    columns = {
        "统一社会信用代码": world.code.take(firm),
        "纳税人名称": view.name_at(firm, day),
        "评价年度": year,
        "信用等级": take(["A", "B", "B", "C", "D", "M"], np.where(new, 5, level)),
        "评价单位": _same(f"国家税务总局{CITY}税务局", len(firm)),
        "评定时间": days(day, MIDNIGHT),
        "信用评价名称": join(year, "年度纳税信用评价"),
        "企业个体名称": _same("企业", len(firm)),
        "评价结果有效期始": days(day, MIDNIGHT),
        "评价结果有效期止": days(day + 365, MIDNIGHT),
    }
    return Table(columns).only(view.passed(day))


def public_credit_score(view: View, draw: np.random.Generator) -> Table:
    """公共信用评价 of enterprises: the last one, once a year."""
    world, firms = view.world, view.world.firms
    count = len(firms)
    noise = draw.normal(0, 25, count)
    score = np.clip(720 + 60 * view.conduct.quality + noise, 350, 990)
    given = np.datetime64(f"{view.on.year if view.on.month > 3 else view.on.year - 1}-03-25")
    columns = {
        "comp_nm": world.name,
        "uni_social_crd_cd": world.code,
        "cred_scard": decimal(np.round(score * 100).astype(np.int64), 2),
        "evalu_dt": days(np.full(count, given), MIDNIGHT),
        "local_city": _same(CITY, count),
    }
    return Table(columns).only((firms.kind >= COMPANY) & firms.alive(given) & (draw.random(count) < 0.7))


def environment_rating(view: View, draw: np.random.Generator) -> Table:
    """企业环境行为信用评价 of polluting trades, with Chinese headers."""
    world = view.world
    polluting = np.array([trade.polluting for trade in TRADES])[world.firms.trade] & (world.firms.kind != HOUSEHOLD)
    firm, year, day, level = _yearly_ratings(view, draw, polluting, 2019, 6)
    chosen = (firm * 31 % 10) < 4
    columns = {
        "地区名称": world.district_name.take(firm),
        "主体名称": view.name_at(firm, day),
        "统一社会信用代码": world.code.take(firm),
        "评价等级": take(["A", "B", "B", "C", "D"], level),
        "发布时间": days(day, ISO),
        "主键": hashed(firm * 64 + year - 2000, "environment"),
        "评价批次": join(year, "年度"),
        "评价机构": _same(f"{CITY}生态环境局", len(firm)),
        "评价机构统一社会信用代码": _same("", len(firm)),
        "评价名称": _same("企业环境信用评价", len(firm)),
        "有效期限": days(day + 365, MIDNIGHT),
        "评价分值": 95 - level * 14 - firm % 9,
    }
    return Table(columns).only(chosen & view.passed(day))


def official_risk_class(view: View, draw: np.random.Generator) -> Table:
    """企业信用风险分类 of the month before, as the province gives it: enterprises and branches."""
    world, firms = view.world, view.world.firms
    month = view.day.astype("datetime64[M]").astype("datetime64[D]") - 1
    month = month.astype("datetime64[M]").astype("datetime64[D]")
    level = visible_class(view.conduct, month)
    inner = (draw.random(len(firms)) * 99).astype(int)
    score = np.array([50, 250, 550, 800])[level] + inner
    columns = {
        "uni_social_crd_cd": world.code,
        "comp_nm": view.name,
        "risk_class": take(list("ABCD"), level),
        "score": blank(texts(score), draw.random(len(firms)) < 0.2),
        "eval_month": days(np.full(len(firms), month), "%Y-%m"),
    }
    return Table(columns).only((firms.kind >= COMPANY) & firms.alive(month))


def _measures(view: View) -> Events:
    """Three measures for every serious listing by 44号令: firm, detail number, first day, last day."""
    events = serious_events(view)
    new = events["ground"] >= 0
    firm = np.repeat(events["firm"][new], 3)
    day = np.repeat(events["day"][new], 3) + 10
    until = np.repeat(np.where(np.isnat(events["until"][new]), events["day"][new] + 1_096, events["until"][new]), 3)
    return {"firm": firm, "day": day, "until": until, "kind": np.arange(len(firm)) % 3}


_MEASURES = ("限制参加政府采购活动", "限制取得荣誉称号", "列为重点监管对象")
_DEPARTMENTS = ("财政局", "文明办", "市场监督管理局")


def joint_measure(view: View, draw: np.random.Generator) -> Table:
    """联合惩戒: which department shall take which measure against whom, on what basis and until when."""
    del draw
    world, events = view.world, _measures(view)
    firm, day, count = events["firm"], events["day"], len(events["firm"])
    over = view.passed(events["until"])
    columns = {
        "batch_no": join("CJ", days(day, "%Y%m")),
        "detail_no": join("MX", np.arange(count) + 60_001),
        "comp_nm": view.name_at(firm, day),
        "uni_social_crd_cd": world.code.take(firm),
        "field": _same("市场监管", count),
        "cause": _same("列入严重违法失信名单", count),
        "legal_basis": _same("《市场监督管理严重违法失信名单管理办法》第十五条", count),
        "measure": take(_MEASURES, events["kind"]),
        "req_dept": _same(f"{CITY}市场监督管理局", count),
        "exec_dept": join(CITY, take(_DEPARTMENTS, events["kind"])),
        "doc_no": join("庆市监函〔", days(day, "%Y"), "〕", np.arange(count) // 3 + 5, "号"),
        "doc_dt": days(day),
        "valid_from": days(day),
        "valid_to": days(events["until"]),
        "state": where(over, "0", "1"),
        "need_feedback": where(events["kind"] == 1, "0", "1"),
    }
    return Table(columns).only(view.passed(day))


def joint_measure_feedback(view: View, draw: np.random.Generator) -> Table:
    """联合惩戒反馈: what the departments answered; one in five is silent."""
    world, events = view.world, _measures(view)
    firm, count = events["firm"], len(events["firm"])
    day = after(events["day"], draw.integers(15, 120, count))
    columns = {
        "反馈编号": join("FK", np.arange(count) + 70_001),
        "明细编号": join("MX", np.arange(count) + 60_001),
        "惩戒批次号": join("CJ", days(events["day"], "%Y%m")),
        "惩戒对象名称": view.name_at(firm, events["day"]),
        "统一社会信用代码": world.code.take(firm),
        "反馈部门": join(CITY, take(_DEPARTMENTS, events["kind"])),
        "反馈日期": days(day),
        "反馈内容": join("已", take(_MEASURES, events["kind"])),
        "执行情况": take(["已执行", "无相关事项", "不适用"], draw.choice(3, count, p=[0.7, 0.2, 0.1])),
    }
    shown = (events["kind"] != 1) & (draw.random(count) < 0.8) & view.passed(day)
    return Table(columns).only(shown)
