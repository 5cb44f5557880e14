"""The rows of the invented city in the formats that a real city exports, dirty ones included."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date

from credit_graph.demo.codes import broken, credit_code
from credit_graph.demo.core_plan import CITY, DISTRICTS, HOUSEHOLD, TRADES, City, Firm, Penalty, Person

Rows = list[dict[str, str]]

# the authority that a penalty's document number begins with
AUTHORITIES = {
    "庆西市监": f"{CITY}西原区市场监督管理局",
    "庆交": f"{CITY}交通运输局",
    "庆建": f"{CITY}住房和城乡建设局",
    "庆应急": f"{CITY}应急管理局",
    "庆烟": f"{CITY}烟草专卖局",
}


def registration(firms: Sequence[Firm], district: str) -> Rows:
    """Register (市场主体信息) of one district; its last row is a shop with oddly written values."""
    return [*(_registration(firm) for firm in firms if firm.district == district), _odd(district)]


def _registration(firm: Firm) -> dict[str, str]:
    industry, industry_code, scope = TRADES[firm.trade]
    place = DISTRICTS[firm.district]
    return {
        "main_identi_id": _subject_number(firm.code),
        "reg_org": f"{CITY}{place}市场监督管理局",
        "comp_type": firm.entity_type,
        "reg_state": firm.state,
        "uni_social_crd_cd": firm.code,
        "comp_nm": firm.name,
        "addr": firm.address,
        "legal_repre": firm.representative.name,
        "indv_id": industry,
        "reg_capt": f"{firm.capital}.0" if firm.capital else "",
        "capt_kind": "人民币" if firm.capital else "",
        "opt_scop": scope,
        "reg_no": "",
        "appr_dt": firm.approved.isoformat(),
        "est_dt": firm.founded.isoformat(),
        "opt_from": firm.founded.isoformat(),
        "opt_to": "2099-12-31",
        "domdi_strict": firm.district + "001",
        "pro_loc": place,
        "opt_strict": firm.district + "001",
        "postal_code": "745000",
        "lv_pripid": _subject_number(firm.parent) if firm.parent else "",
        "indv_code": f"{industry_code}.0",
        "indv_nm": f"{industry_code}.0",
    }


def _subject_number(code: str) -> str:
    """主体身份代码 as the register gives it: region and organisation code."""
    return code[2:17]


def _odd(district: str) -> dict[str, str]:
    """A code in lower case, days in three forms, one of them impossible, and a unit in the amount."""
    shop = Firm(
        code=credit_code("92", district, 80_000 + int(district[-2:])),
        name=f"{DISTRICTS[district]}错日便利店",
        entity_type=HOUSEHOLD,
        trade="便利",
        representative=Person("时来运"),
        address=f"甘肃省{CITY}{DISTRICTS[district]}迎宾路1号",
        district=district,
        founded=date(2023, 2, 16),
        approved=date(2023, 2, 16),
    )
    values = {"appr_dt": "2023-02-30", "est_dt": "20230216", "opt_to": "9999-9-9", "reg_capt": "3万元"}
    return {**_registration(shop), **values, "uni_social_crd_cd": shop.code.lower(), "reg_state": "开业"}


def dirty(rows: Rows, district: str) -> Rows:
    """Rows that tell nothing: a wrong check character, a key without content, one row a second time."""
    stranger = credit_code("91", district, 81_000 + int(district[-2:]))
    name = f"{DISTRICTS[district]}错码商贸有限公司"
    wrong = {**rows[0], "uni_social_crd_cd": broken(stranger), "comp_nm": name}
    bare = credit_code("92", district, 82_000 + int(district[-2:]))
    empty = dict.fromkeys(rows[0], "") | {"uni_social_crd_cd": bare, "comp_nm": "有码无信息的经营部"}
    return [wrong, empty, rows[1]]


def officers(city: City) -> Rows:
    """Legal representatives and other officers (法定代表人信息); some persons without an ID."""
    counts: dict[str, int] = {}
    rows: Rows = []
    for firm, person, position, representative in city.officers:
        counts[firm.code] = counts.get(firm.code, 0) + 1
        rows.append(
            {
                "identi_no": person.number,
                "personid": str(counts[firm.code]),
                "lerep_sign": "1" if representative else "0",
                "nm": person.name,
                "position_cn": position,
                "certype_cn": "中华人民共和国居民身份证" if person.number else "",
                "country_cn": "中国",
                "cer_no": person.number,
                "tel_num": firm.phone if representative else "",
                "uni_social_crd_cd": firm.code,
                "comp_nm": firm.name,
            }
        )
    return rows


def abnormal(city: City) -> Rows:
    """List of abnormal operations (经营异常名录)."""
    return [
        {
            "inclu_dt": item.listed,
            "inclu_reason": item.reason,
            "uni_social_crd_cd": item.firm.code,
            "reg_no": "",
            "redecorg_cn": DISTRICTS[item.firm.district] if item.removal_reason else "",
            "remexcpres_cn": item.removal_reason,
            "remove_dt": item.removed,
            "decorg_cn": DISTRICTS[item.firm.district],
            "comp_nm": item.firm.name,
        }
        for item in city.abnormal
    ]


def serious(city: City) -> Rows:
    """List of serious violations (严重违法失信名单)."""
    return [
        {
            "ill_comp_id": item.number,
            "abn_tm": item.listed,
            "serill_rea": item.reason,
            "rem_dt": item.removed,
            "recorg_ogr": f"{CITY}市场监督管理局" if item.removed else "",
            "uni_social_crd_cd": item.firm.code,
            "rem_excpres_rea": item.removal_reason,
            "comp_name": item.firm.name,
            "reg_no": "",
            "decorg_org": f"{CITY}{DISTRICTS[item.firm.district]}市场监督管理局",
            "pripid": _subject_number(item.firm.code),
            "dsc_city": CITY,
            "dsc_adm_region": DISTRICTS[item.firm.district],
            "region_code": item.firm.code[:6],
        }
        for item in city.serious
    ]


def reports(city: City, seed: int) -> Rows:
    """Assets in annual reports (企业年报资产信息), in yuan."""
    pick = random.Random(seed + 1)
    rows: Rows = []
    for number, (firm, year) in enumerate(city.reports):
        assets = int(max(firm.capital, 50_000) * pick.uniform(0.6, 2.4))
        debts = int(assets * pick.uniform(0.1, 0.9))
        revenue = int(assets * pick.uniform(0.2, 1.5))
        profit = int(revenue * pick.uniform(-0.15, 0.2))
        rows.append(
            {
                "annual_id": f"NB{year}{number:06d}",
                "annual_year": str(year),
                "asset_zmt": str(assets),
                "debt_amt": str(debts),
                "owner_equity_toatal": str(assets - debts),
                "opt_income_total": str(revenue),
                "profit_total": str(profit),
                "net_profit": str(profit - max(profit, 0) // 4),
                "tax_total": str(max(profit, 0) // 4),
                "pripid": _subject_number(firm.code),
                "uni_social_crd_cd": firm.code,
                "comp_nm": firm.name,
            }
        )
    return rows


def contributions(city: City) -> Rows:
    """Subscribed contributions (认缴明细), in ten thousand yuan; holders are names only."""
    return [
        {
            "subscrip_id": str(3_700_000 + number),
            "investor": str(number + 1),
            "stocker_nm": holder,
            "subscrip_amt": f"{amount / 10_000:g}",
            "subscrip_way": "1",
            "subscrip_way_cn": "货币",
            "subscrip_dt": "2038-12-31 0:00:00",
            "public_dt": f"{firm.founded.isoformat()} 0:00:00",
            "pripid": _subject_number(firm.code),
            "uni_social_crd_cd": firm.code,
            "comp_nm": firm.name,
        }
        for number, (firm, holder, amount) in enumerate(city.holdings)
    ]


def published(city: City) -> Rows:
    """Penalties as the bureau publishes them (行政处罚公示信息): the amount stands in the text only."""
    return [
        {
            "lic_id": "",
            "pripid": _subject_number(item.firm.code),
            "uni_social_crd_cd": item.firm.code,
            "taxer_nm": item.firm.name,
            "admin_punish_doc": item.document,
            "punish_rea": item.facts,
            "punish_dt": item.decided,
            "punish_result": _result(item),
            "legal_per": item.firm.representative.name,
            "legal_per_ident": item.firm.representative.number,
        }
        for item in city.published
        if item.firm
    ]


def _result(item: Penalty) -> str:
    taken = f"没收违法所得{item.confiscated}元；" if item.confiscated else ""
    return f"{taken}罚款{item.fine}元"


def double_publicity(city: City) -> Rows:
    """双公示 行政处罚 with its Chinese headers; amounts in ten thousand yuan."""
    return [_double(item) for item in city.double]


def _double(item: Penalty) -> dict[str, str]:
    firm, person = item.firm, item.person
    authority = AUTHORITIES[item.document.split("罚")[0].removesuffix("处")]
    return {
        "行政相对人名称": firm.name if firm else person.name if person else "",
        "行政相对人类别": "法人及非法人组织" if firm else "自然人",
        "行政相对人代码_1（统一社会信用代码）": firm.code if firm else "",
        "行政相对人代码_2（工商注册号）": "",
        "行政相对人代码_3（组织机构代码）": "",
        "行政相对人代码_4（税务登记号）": "",
        "行政相对人代码_5（事业单位证书号）": "",
        "行政相对人代码_6（社会组织登记证号）": "",
        "法定代表人": firm.representative.name if firm else "",
        "法定代表人证件类型": "身份证" if firm else "",
        "法定代表人证件号码": firm.representative.number if firm else "",
        "自然人证件类型": "身份证" if person else "",
        "自然人证件号码": person.number if person else "",
        "行政处罚决定书文号": item.document,
        "违法行为类型": item.violation,
        "违法事实": item.facts,
        "处罚依据": item.basis,
        "处罚类别": "罚款;没收违法所得" if item.confiscated else "罚款",
        "处罚内容": _result(item),
        "罚款金额（万元）": f"{item.fine / 10_000:.6f}",
        "没收违法所得、没收非法财物的金额（万元）": f"{item.confiscated / 10_000:.6f}" if item.confiscated else "",
        "暂扣或吊销证照名称及编号": "",
        "处罚决定日期": item.decided.replace("-", "/"),
        "处罚有效期": "2099-12-31",
        "公示截止期": f"{int(item.decided[:4]) + 3}{item.decided[4:]}",
        "处罚机关": authority,
        "处罚机关统一社会信用代码": "",
        "数据来源单位": authority,
        "数据来源单位统一社会信用代码": "",
        "备注": "",
    }


def publicity_export(city: City) -> Rows:
    """A query result in the manner of the publicity system; in one firm it disagrees with the register."""
    rows = []
    for number, firm in enumerate(city.firms[:8]):
        capital = firm.capital * 2 if number == 7 else firm.capital
        rows.append(
            {
                "序号": str(number + 1),
                "统一社会信用代码": firm.code,
                "企业名称": firm.name,
                "类型": firm.entity_type.replace("（", "(").replace("）", ")"),
                "法定代表人": firm.representative.name,
                "注册资本(万元)": f"{capital / 10_000:g}",
                "成立日期": f"{firm.founded:%Y年%m月%d日}",
                "登记机关": f"{CITY}{DISTRICTS[firm.district]}市场监督管理局",
                "登记状态": "存续（在营、开业、在册）",
                "住所": firm.address,
                "经营范围": TRADES[firm.trade][2],
                "营业期限自": firm.founded.isoformat(),
                "营业期限至": "9999-12-31",
                "核准日期": firm.approved.isoformat(),
            }
        )
    return rows
