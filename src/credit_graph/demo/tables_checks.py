"""Tables of supervision: inspections, complaints, sampling tests, online kitchens, licences and permits."""

from __future__ import annotations

import numpy as np

from credit_graph.demo.cells import ISO, MIDNIGHT, Column, after, blank, days, decimal, join, padded, take, texts, where
from credit_graph.demo.conduct import COMPLAINED, CORRECTED, DIRECTED, NOT_FOUND, PENDING, RANDOM, odds
from credit_graph.demo.files import Table
from credit_graph.demo.population import BRANCH, HOUSEHOLD, NEVER
from credit_graph.demo.tables_lists import case_numbers
from credit_graph.demo.view import View
from credit_graph.demo.words import TRADES


def _same(text: str, count: int) -> Column:
    return take([text], np.zeros(count, dtype=int))


def inspection(view: View, draw: np.random.Generator) -> Table:
    """检查记录, with Chinese headers: how each check came about and with what probability it was drawn."""
    world, events = view.world, view.conduct.inspections
    firm, way, count = events["firm"], events["way"], len(events["firm"])
    year = events["day"].astype("datetime64[Y]").astype(int) + 1970
    drawn = ~np.isnan(events["chance"])
    task = take(["SJ", "FJ", "ZX", "JB"], way)
    follow = np.full(count, -1)
    cases = view.conduct.cases
    follow[cases["check"][cases["check"] >= 0]] = np.flatnonzero(cases["check"] >= 0)
    decided = (follow >= 0) & view.passed(cases["day"][np.maximum(follow, 0)])
    chance = np.nan_to_num(events["chance"])
    titles = ["双随机抽查", "信用风险分级抽查", "食品安全专项检查", "举报核查"]
    checkers = join(
        world.person_name.take((firm * 7 + 3) % len(world.firms)),
        "、",
        world.person_name.take((firm * 13 + 5) % len(world.firms)),
    )
    columns = {
        "检查记录编号": join("JC", np.arange(count) + 500_001),
        "抽查任务编号": blank(join(task, year, padded(world.firms.district[firm] + 1, 2)), way == COMPLAINED),
        "任务名称": join(year, "年", take(titles, way)),
        "检查类型": take(["双随机", "双随机", "专项", "举报核查"], way),
        "统一社会信用代码": world.code.take(firm),
        "企业名称": view.name_at(firm, events["day"]),
        "检查日期": days(events["day"]),
        "检查机关": world.office.take(firm),
        "市场监管所": world.station.take(firm),
        "检查事项": where(way == DIRECTED, "食品销售监督检查", "登记事项检查；公示信息检查"),
        "抽取方式": take(["随机", "分级随机", "定向", "定向"], way),
        "抽中概率": blank(decimal(np.round(chance * 10_000).astype(np.int64), 4), ~drawn),
        "是否随机组": where(way == RANDOM, "1", "0"),
        "检查结果": take(_RESULTS, events["result"]),
        "公示日期": days(after(events["day"], draw.integers(1, 20, count))),
        "后续处置": where(
            events["result"] == PENDING, "立案查处", where(events["result"] == CORRECTED, "责令改正", "")
        ),
        "处置文号": blank(case_numbers(view).take(np.maximum(follow, 0)), ~decided),
        "检查人员": checkers,
    }
    return Table(columns).only(view.passed(events["day"]))


_RESULTS = ("未发现问题", "发现问题责令改正", "不予配合情节严重", "通过登记的住所无法联系", "发现问题待后续处理")
_PROBLEMS = ("质量", "食品安全", "价格", "售后服务", "广告", "合同")
_GOODS = ("食品", "服装鞋帽", "家居用品", "交通工具", "餐饮和住宿服务", "美容美发洗浴服务", "装修建材")


def complaint(view: View, draw: np.random.Generator) -> Table:
    """投诉举报: of complaints the mediation and what was recovered, of tips whether a case was opened."""
    world, events = view.world, view.conduct.complaints
    firm, tip, count = events["firm"], events["tip"], len(events["firm"])
    problem, goods = draw.integers(0, len(_PROBLEMS), count), draw.integers(0, len(_GOODS), count)
    amount = np.exp(draw.normal(6.2, 1.3, count)).astype(np.int64) + 5
    accepted = draw.random(count) < 0.93
    finished = after(events["day"], draw.integers(4, 60, count))
    mediated = draw.choice(3, count, p=[0.62, 0.28, 0.1])
    outcome = np.where(events["case"], 3, np.where(tip, np.where(draw.random(count) < 0.6, 4, 5), mediated))
    done = accepted & view.passed(finished)
    recovered = np.where((outcome == 0) & done, (amount * draw.uniform(0.3, 1.0, count)).astype(np.int64), 0)
    columns = {
        "complaint_no": join(days(events["day"], "%Y%m"), padded(np.arange(count), 8)),
        "complaint_type": where(tip, "举报", "投诉"),
        "comp_nm": view.name_at(firm, events["day"]),
        "uni_social_crd_cd": world.code.take(firm),
        "accept_dt": days(events["day"], "%Y-%m-%d 10:21:00"),
        "problem_type": take(_PROBLEMS, problem),
        "goods_type": take(_GOODS, goods),
        "problem_desc": join(
            "消费者反映该单位", take(_GOODS, goods), "存在", take(_PROBLEMS, problem), "问题，要求处理"
        ),
        "involve_amt": amount,
        "handle_org": world.station.take(firm),
        "is_accept": where(accepted, "1", "0"),
        "finish_dt": blank(days(finished), ~done),
        "handle_result": blank(take(["调解成功", "调解不成", "撤回", "立案", "不予立案", "不属实"], outcome), ~done),
        "redeem_amt": blank(texts(recovered), recovered == 0),
        "case_no": blank(
            join("庆市监立〔", days(finished, "%Y"), "〕", np.arange(count) + 31, "号"), ~(events["case"] & done)
        ),
    }
    return Table(columns).only(view.passed(events["day"]))


_SAMPLES = (
    ("面包", "糕点"),
    ("食用植物油", "食用油、油脂及其制品"),
    ("黄瓜", "食用农产品"),
    ("酱牛肉", "肉制品"),
    ("水泥", "建筑材料"),
    ("电线电缆", "电子电器"),
)
_FAILED = ("菌落总数", "酸价", "毒死蜱", "亚硝酸盐", "抗压强度", "导体电阻")


def sampling(view: View, draw: np.random.Generator) -> Table:
    """监督抽检: samples of food and goods with their findings; the maker is named where it is another."""
    world, firms = view.world, view.world.firms
    food = np.array([trade.food for trade in TRADES])[firms.trade]
    goods = np.isin(
        firms.trade, [place for place, trade in enumerate(TRADES) if trade.word in ("建材", "五金", "新型建材")]
    )
    span = int((world.last - np.datetime64("2019-01-01")).astype(int))
    per_firm = draw.poisson(np.where(food, 0.5, np.where(goods, 0.35, 0.0)))
    firm = np.repeat(np.arange(len(firms)), per_firm)
    count = len(firm)
    day = np.datetime64("2019-01-01") + draw.integers(0, span, count)
    fails = draw.random(count) < odds(-3.3 - 0.8 * view.conduct.quality[firm])
    what = np.where(food[firm], draw.integers(0, 4, count), draw.integers(4, 6, count))
    maker = draw.integers(0, len(firms), count)
    named = (firms.kind[maker] != HOUSEHOLD) & (firms.founded[maker] < day) & (maker != firm)
    columns = {
        "sample_no": join("CY", days(day, "%Y"), padded(np.arange(count), 7)),
        "comp_nm": view.name_at(firm, day),
        "uni_social_crd_cd": world.code.take(firm),
        "sample_nm": take([name for name, _ in _SAMPLES], what),
        "prod_type": take([kind for _, kind in _SAMPLES], what),
        "sample_dt": days(day),
        "task_src": take(["国抽", "省抽", "市抽", "县抽"], draw.integers(0, 4, count)),
        "test_org": _same("庆原市食品检验检测中心", count),
        "test_result": where(fails, "不合格", "合格"),
        "unqual_item": blank(take(_FAILED, what), ~fails),
        "report_dt": days(day + draw.integers(10, 35, count)),
        "producer_nm": blank(world.name.take(maker), ~named),
        "producer_cd": blank(world.code.take(maker), ~named),
        "dispose_no": blank(join("庆核查〔", days(day, "%Y"), "〕", np.arange(count) + 71, "号"), ~fails),
    }
    alive = (firms.founded[firm] < day) & ~(firms.ended[firm] <= day)
    return Table(columns).only(alive & view.passed(day + 36))


def online_access(view: View, draw: np.random.Generator) -> Table:
    """透明车间、阳光仓储、明厨亮灶: who has joined, and what the last patrol saw."""
    world, firms = view.world, view.world.firms
    kinds = {"1411": 0, "1353": 0, "5129": 1, "6210": 2}
    kind = np.array([kinds.get(trade.code, -1) for trade in TRADES])[firms.trade]
    count = len(firms)
    joined = after(np.maximum(firms.founded + 60, np.datetime64("2020-03-01")), draw.integers(0, 900, count))
    stopped = np.where(draw.random(count) < 0.1, joined + draw.integers(100, 900, count), NEVER)
    stops = view.so_far(stopped)
    # one patrol a year, in the firm's own month
    age = (view.day - joined).astype(int)
    patrol = joined + np.where(age > 0, age // 365 * 365, 0)
    poor = draw.random(count) < odds(-2.2 - 0.7 * view.conduct.quality)
    columns = {
        "接入编号": join("ZX", np.arange(count) + 30_001),
        "单位名称": view.name,
        "统一社会信用代码": world.code,
        "接入类型": take(["透明车间", "阳光仓储", "明厨亮灶"], np.maximum(kind, 0)),
        "接入日期": days(joined),
        "停止接入日期": days(stops),
        "在线状态": where(~np.isnat(stops), "停用", where(draw.random(count) < 0.85, "在线", "离线")),
        "最近巡查日期": days(np.minimum(patrol, np.where(np.isnat(stops), patrol, stops))),
        "巡查结果": where(poor, "未规范操作", "正常"),
        "最近自查报告日期": days(joined),
    }
    chosen = (kind >= 0) & (draw.random(count) < 0.3) & view.registered & view.passed(joined)
    return Table(columns).only(chosen & ~(firms.ended <= joined))


def food_licence(view: View, draw: np.random.Generator) -> Table:
    """食品经营许可证, valid five years and renewed; who has none although the trade needs one is not in it."""
    world, firms = view.world, view.world.firms
    count = len(firms)
    food = np.array([trade.food for trade in TRADES])[firms.trade]
    start = np.maximum(firms.founded + draw.integers(5, 90, count), np.datetime64("2016-01-01"))
    last = np.where(np.isnat(firms.ended), view.day, np.minimum(firms.ended, view.day))
    renewals = np.maximum((last - start).astype(int), 0) // 1_826
    since = start + renewals * 1_826
    kitchen = np.array([trade.code == "6210" for trade in TRADES])[firms.trade]
    number = join("JY", where(kitchen, "2", "1"), world.district_code, padded(np.arange(count), 7))
    columns = {
        "opt_nm": view.name,
        "uni_social_crd_cd": world.code,
        "legal_repre": world.person_name.take(view.operator),
        "addr": view.address,
        "opt_addr": view.address,
        "main_type": where(kitchen, "餐饮服务经营者", "食品销售经营者"),
        "opt_pro": where(kitchen, "热食类食品制售", "预包装食品销售"),
        "licensing_no": number,
        "issue_dt": days(since, ISO),
        "issue_dept": world.office,
        "valid_from": days(since, ISO),
        "valid_to": days(since + 1_825, ISO),
        "type": take(["新办", "延续"], np.minimum(renewals, 1)),
        "licensing_state": where(view.passed(firms.ended), "注销", "有效"),
        "area_no": world.district_code,
        "licensing_nm": _same("食品经营许可证", count),
    }
    chosen = food & (draw.random(count) < 0.93) & view.registered & view.passed(start) & (firms.kind != BRANCH)
    return Table(columns).only(chosen & ~(firms.ended <= start))


def permit_published(view: View, draw: np.random.Generator) -> Table:
    """行政许可公示信息 of enterprises."""
    world, firms = view.world, view.world.firms
    count = len(firms)
    kinds = (
        "道路运输经营许可",
        "建筑业企业资质",
        "药品经营许可",
        "烟草专卖零售许可",
        "劳务派遣经营许可",
        "不定时工作制审批",
    )
    place = draw.integers(0, len(kinds), count)
    start = after(firms.founded, draw.integers(30, 1_500, count))
    columns = {
        "lic_id": join("0002", np.arange(count) + 57_000_001),
        "pripid": world.pripid,
        "uni_social_crd_cd": world.code,
        "lic_no": join("XK", days(start, "%Y"), padded(np.arange(count), 6)),
        "lic_nm": take(kinds, place),
        "lic_anth": join(
            "庆原市",
            take(
                [
                    "交通运输局",
                    "住房和城乡建设局",
                    "市场监督管理局",
                    "烟草专卖局",
                    "人力资源和社会保障局",
                    "人力资源和社会保障局",
                ],
                place,
            ),
        ),
        "lic_item": take(kinds, place),
        "type": where(view.passed(firms.ended), "0", "1"),
        "val_from": days(start, MIDNIGHT),
        "val_to": where(draw.random(count) < 0.4, "2099-12-31 00:00:00", days(start + 1_825, MIDNIGHT)),
    }
    chosen = (firms.kind != HOUSEHOLD) & (draw.random(count) < 0.12) & view.registered & view.passed(start)
    return Table(columns).only(chosen & ~(firms.ended <= start))


__all__ = ["NOT_FOUND", "complaint", "food_licence", "inspection", "online_access", "permit_published", "sampling"]
