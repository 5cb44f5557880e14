"""Tables of annual reports (企业年度报告): the report, its assets, holders, guarantees and shops."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from credit_graph.demo.cells import (
    MIDNIGHT,
    Column,
    Mask,
    Numbers,
    after,
    days,
    decimal,
    hashed,
    join,
    padded,
    stream,
    take,
    where,
)
from credit_graph.demo.conduct import Events, Floats
from credit_graph.demo.files import Table
from credit_graph.demo.owning import FIRM, WHOLE
from credit_graph.demo.population import BRANCH, COMPANY, HOUSEHOLD
from credit_graph.demo.tables_register import holder_names
from credit_graph.demo.view import View
from credit_graph.demo.words import CITY

_FIGURES = ("assets", "debts", "profit", "net", "equity", "revenue", "main", "tax")


def _figures(view: View, events: Events) -> dict[str, Numbers]:
    """The figures of each report in yuan: they follow the firm's capital from year to year."""
    firms = view.world.firms
    draw = stream(view.world.seed, "figures")
    size: Floats = np.maximum(firms.capital, 60_000) * np.exp(draw.normal(0, 0.8, len(firms)))
    count = len(events["firm"])
    assets = (size[events["firm"]] * np.exp(draw.normal(0, 0.25, count)) * 1.06 ** (events["year"] - 2017)).astype(
        np.int64
    )
    debts = (assets * np.clip(draw.beta(2, 3, count) + 0.06 * (draw.random(count) < 0.1), 0, 1.6)).astype(np.int64)
    revenue = (assets * draw.gamma(2, 0.5, count)).astype(np.int64)
    revenue[draw.random(count) < 0.06] = 0
    profit = (revenue * draw.normal(0.06, 0.12, count)).astype(np.int64)
    net = profit - np.maximum(profit, 0) // 4
    main = (revenue * draw.uniform(0.7, 1.0, count)).astype(np.int64)
    tax = (revenue * draw.uniform(0.005, 0.05, count)).astype(np.int64)
    return {
        "assets": assets,
        "debts": debts,
        "profit": profit,
        "net": net,
        "equity": assets - debts,
        "revenue": revenue,
        "main": main,
        "tax": tax,
    }


def report_ids(events: Events) -> Column:
    """年报id: one per firm and year, the same in all tables."""
    return hashed(events["firm"] * 100 + events["year"] - 2000, "reports")


def filed(view: View) -> npt.NDArray[np.int64]:
    """Places of the reports that were filed (not on paper) by the day."""
    reports = view.conduct.reports
    return np.flatnonzero(view.passed(reports["day"]) & ~reports["paper"])


def annual_report(view: View, draw: np.random.Generator) -> Table:
    """年报信息, with Chinese headers and amounts in ten thousand yuan; each figure with its flag of publication."""
    world, reports = view.world, view.conduct.reports
    rows = filed(view)
    firm, count = reports["firm"], len(reports["firm"])
    figures = _figures(view, reports)
    hour, minute, second = draw.integers(8, 20, count), draw.integers(0, 60, count), draw.integers(0, 60, count)
    state = draw.choice(3, count, p=[0.96, 0.03, 0.01])
    employees = 1 + draw.poisson(np.where(world.firms.kind[firm] == HOUSEHOLD, 0.7, 6.0))
    columns = {
        "营业执照注册号": take([""], np.zeros(count, dtype=int)),
        "统一社会信用代码": world.code.take(firm),
        "企业名称": view.name_at(firm, reports["day"]),
        "主体身份代码": world.pripid.take(firm),
        "企业类型": take(["9500", "9100", "1130", "4540", "4533", "2190", "1110"], world.firms.kind[firm]),
        "营运状况": take(["正常开业", "歇业", "清算"], state),
        "年度报告日期": join(days(reports["day"]), " ", hour, ":", padded(minute, 2), ":", padded(second, 2)),
        "年报id": report_ids(reports),
        "年报年度": reports["year"],
    }
    names = (
        "资产总额",
        "负债总额",
        "利润总额",
        "净利润",
        "所有者权益合计",
        "销售(营业)收入",
        "其中主营业务收入",
        "纳税总额",
    )
    for name, figure in zip(names, _FIGURES, strict=True):
        columns[name] = decimal(figures[figure], 4)
        columns[f"{name}是否公示"] = where(draw.random(count) < 0.3, "1", "2")
    columns["从业人数"] = employees
    columns["从业人数是否公示"] = where(draw.random(count) < 0.3, "1", "2")
    columns["所属地市"] = take([CITY], np.zeros(count, dtype=int))
    columns["所属区/县"] = world.district_name.take(firm)
    return Table(columns).only(rows)


def annual_report_paper(view: View, draw: np.random.Generator) -> Table:
    """个体工商户纸质年报登记: what the stations received on paper, in their own register."""
    del draw  # nothing is left to chance: the reports are those that no other table has
    world, reports = view.world, view.conduct.reports
    rows = np.flatnonzero(view.passed(reports["day"]) & reports["paper"])
    firm = reports["firm"]
    columns = {
        "序号": np.arange(len(firm)) + 1,
        "统一社会信用代码": world.code.take(firm),
        "字号名称": view.name_at(firm, reports["day"]),
        "经营者": world.person_name.take(view.operator[firm]),
        "报告年度": join(reports["year"], "年度"),
        "收到日期": days(reports["day"], "%Y年%m月%d日"),
        "受理市场监管所": world.station.take(firm),
    }
    return Table(columns).only(rows)


def _of_enterprises(view: View, since: int) -> Mask:
    """Reports of enterprises from a year on."""
    reports = view.conduct.reports
    return np.isin(np.arange(len(reports["firm"])), filed(view)) & (
        (view.world.firms.kind[reports["firm"]] >= COMPANY) & (reports["year"] >= since)
    )


def annual_report_assets(view: View, draw: np.random.Generator) -> Table:
    """企业年报资产信息 of enterprises, in yuan, since 2020."""
    del draw  # the figures are those of the reports
    world, reports = view.world, view.conduct.reports
    firm = reports["firm"]
    figures = _figures(view, reports)
    columns = {
        "annual_id": report_ids(reports),
        "annual_year": reports["year"],
        "asset_zmt": figures["assets"],
        "debt_amt": figures["debts"],
        "owner_equity_toatal": figures["equity"],
        "opt_income_total": figures["revenue"],
        "profit_total": figures["profit"],
        "net_profit": figures["net"],
        "tax_total": figures["tax"],
        "pripid": world.pripid.take(firm),
        "uni_social_crd_cd": world.code.take(firm),
        "comp_nm": view.name_at(firm, reports["day"]),
    }
    return Table(columns).only(_of_enterprises(view, 2020))


def annual_report_shareholders(view: View, draw: np.random.Generator) -> Table:
    """年报股东及出资信息 of the last three years, as the holders stood at the end of each."""
    world, holdings, reports = view.world, view.world.holdings, view.conduct.reports
    row, event = _holdings_of_reports(view)
    year, company = reports["year"][event], holdings.company[row]
    end = (year - 1969).astype("datetime64[Y]").astype("datetime64[D]")  # the day after the year
    sold_later = world.transferred_on[row] >= end
    before, after = holder_names(view, world.old_holder), holder_names(view, holdings.holder)
    amount = decimal(view.capital_at(company, end) * holdings.share[row] // WHOLE, 4)
    paid = stream(world.seed, "paid in reports").random(len(holdings))[row] < 0.5
    first = days(world.firms.founded[company], MIDNIGHT)
    money = (draw.random(len(holdings)) < 0.95)[row]
    columns = {
        "investor": hashed(row * 16 + year - 2010, "investors"),
        "annual_id": report_ids(reports).take(event),
        "stocker_nm": where(sold_later, before.take(row), after.take(row)),
        "cumula_sub_amt": amount,
        "subscrip_amt_dt": first,
        "subscrip_amt_way": where(money, "1", "2"),
        "subscrip_amt_way_cn": where(money, "货币", "实物"),
        "cumula_paid_amt": where(paid, amount, "0"),
        "paid_amt_dt": where(paid, first, ""),
        "paid_amt_way": where(paid, "1", ""),
        "paid_amt_way_cn": where(paid, "货币", ""),
        "pripid": world.pripid.take(company),
        "uni_social_crd_cd": world.code.take(company),
        "comp_nm": view.name_at(company, reports["day"][event]),
        "annual_year": year,
    }
    return Table(columns)


def _holdings_of_reports(view: View) -> tuple[Numbers, Numbers]:
    """For each holding and report of its company in the last three years: the two places."""
    holdings, reports = view.world.holdings, view.conduct.reports
    place = np.empty(len(view.world.firms), dtype=np.int64)
    rows, events = [], []
    shown = _of_enterprises(view, view.world.until.year - 3)
    for year in range(view.world.until.year - 3, view.world.until.year):
        place[:] = -1
        mine = np.flatnonzero(shown & (reports["year"] == year))
        place[reports["firm"][mine]] = mine
        found = np.flatnonzero(holdings.listed & (place[holdings.company] >= 0))
        rows.append(found)
        events.append(place[holdings.company[found]])
    return np.concatenate(rows), np.concatenate(events)


def annual_report_guarantees(view: View, draw: np.random.Generator) -> Table:
    """年报对外提供保证担保信息, with Chinese headers: one report of an enterprise in a hundred; the debtor by name."""
    world, reports = view.world, view.conduct.reports
    count = len(reports["firm"])
    chosen = draw.random(count) < 0.01
    debtor = draw.integers(0, len(world.firms), count)
    held = dict(
        zip(
            world.holdings.company[world.holdings.kind == FIRM].tolist(),
            world.holdings.holder[world.holdings.kind == FIRM].tolist(),
            strict=True,
        )
    )
    for place in np.flatnonzero(chosen).tolist():  # guarantees are given inside groups
        debtor[place] = held.get(int(reports["firm"][place]), int(debtor[place]))
    amount = draw.choice([100, 200, 300, 500, 1000, 2000, 5000], count)
    start = after(reports["day"], -draw.integers(30, 300, count))
    firm = reports["firm"]
    banks = ["庆原农村商业银行", "工行庆原分行", "建行庆原分行", "甘肃银行庆原分行", "农行西原支行"]
    columns = {
        "对外担保标识id": np.arange(count) + 100_000,
        "年报id": report_ids(reports),
        "债权人": take(banks, draw.integers(0, len(banks), count)),
        "债务人": view.name_at(debtor, reports["day"]),
        "主债权种类": where(draw.random(count) < 0.9, "1", "2"),
        "主债权数额": amount,
        "履行债务的期限自": days(start, MIDNIGHT),
        "履行债务的期限至": days(start + draw.choice([365, 730, 1095], count), MIDNIGHT),
        "保证的期间": where(draw.random(count) < 0.5, "1", "2"),
        "对外担保是否公示": where(draw.random(count) < 0.3, "1", "2"),
        "保证的方式": take(["1", "2", "3"], draw.integers(0, 3, count)),
        "主体身份代码": world.pripid.take(firm),
        "统一社会信用代码": world.code.take(firm),
        "企业名称（字号名）": view.name_at(firm, reports["day"]),
        "年报年度": reports["year"],
    }
    own = (debtor != firm) & (world.firms.kind[firm] != BRANCH) & (world.firms.founded[debtor] < start)
    return Table(columns).only(chosen & own & _of_enterprises(view, 2018))


def annual_report_websites(view: View, draw: np.random.Generator) -> Table:
    """年报网站或网店信息: shops on platforms and sites of one's own."""
    world, reports = view.world, view.conduct.reports
    count = len(reports["firm"])
    firm = reports["firm"]
    shop = stream(world.seed, "who has a shop").random(len(world.firms)) < 0.04
    site = draw.random(count) < 0.5
    platforms = ["一号商城", "优品汇", "城乡购", "农货通"]
    kind = take(platforms, firm % len(platforms))
    columns = {
        "web_id": np.arange(count) + 101_000,
        "annual_id": report_ids(reports),
        "web_store_type": where(site, "1", "2"),
        "web_store_nm": join(view.name_at(firm, reports["day"]), where(site, "官网", "网店")),
        "web_store_url": join("http://www.qy", firm + 10_000, where(site, ".example.com", ".shop.example.com")),
        "web_type": where(site, "1", ""),
        "web_plat_type": where(site, "", "第三方网络交易平台"),
        "web_product_type": where(site, "", "商品交易类平台"),
        "ecom_type": where(site, "", "b2c"),
        "icp_no": where(site, join("陇ICP备", firm + 10_000_000, "号"), ""),
        "wechat_public": take([""], np.zeros(count, dtype=int)),
        "app_nm": take([""], np.zeros(count, dtype=int)),
        "plat_nm": where(site, "", kind),
        "deli_addr": world.district_name.take(firm),
        "return_addr": world.district_name.take(firm),
        "pripid": world.pripid.take(firm),
        "uni_social_crd_cd": world.code.take(firm),
        "comp_nm": view.name_at(firm, reports["day"]),
        "annual_year": reports["year"],
    }
    return Table(columns).only(shop[firm] & np.isin(np.arange(count), filed(view)))
