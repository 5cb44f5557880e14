"""Tables of the registrar: register, representatives, liaison persons, contributions, changes of equity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from credit_graph.demo.cells import (
    MIDNIGHT,
    SLASH,
    Column,
    Days,
    Mask,
    Numbers,
    blank,
    days,
    decimal,
    fixed,
    join,
    stream,
    take,
    where,
)
from credit_graph.demo.codes import old_form, registration_numbers
from credit_graph.demo.files import Table
from credit_graph.demo.naming import half_width, phones
from credit_graph.demo.owning import FIRM, OUTSIDE, PERSON, WHOLE
from credit_graph.demo.population import (
    BRANCH,
    COOPERATIVE,
    DEREGISTERED,
    HOUSEHOLD,
    PARTNERSHIP,
    PROPRIETOR,
    REVOKED,
)
from credit_graph.demo.view import View
from credit_graph.demo.words import TRADES
from credit_graph.demo.world import DISTRICT_CODES

_OLD_NUMBERS = np.datetime64("2014-10-01")

# the register's other headers (Chinese ones): the same table comes with either
CHINESE = {
    "main_identi_id": "主体身份代码",
    "reg_org": "登记机关",
    "comp_type": "企业类型大类（中文）",
    "reg_state": "登记状态（中文）",
    "uni_social_crd_cd": "统一社会信用代码",
    "comp_nm": "企业名称（字号名称）",
    "addr": "住所（登记、个体户经营场所）",
    "legal_repre": "法定代表人(经营者姓名)",
    "indv_id": "行业代码（中文）",
    "reg_capt": "注册资本(资金数额)",
    "capt_kind": "币种",
    "opt_scop": "经营范围",
    "reg_no": "注册号",
    "appr_dt": "核准日期（登记、吊销、注销日期）",
    "est_dt": "成立日期",
    "opt_from": "经营(营业)起始日期",
    "opt_to": "经营(营业)截止日期",
    "domdi_strict": "住所所在行政区划",
    "pro_loc": "生产经营地",
    "opt_strict": "生产经营地所在行政区划",
    "postal_code": "邮政编码",
    "lv_pripid": "隶属企业主体身份代码",
    "indv_code": "行业代码",
    "indv_nm": "行业名称",
}


def registration(view: View, draw: np.random.Generator) -> list[tuple[str, Table]]:
    """市场主体信息: one table per district."""
    world, firms = view.world, view.world.firms
    count = len(firms)
    numbers = registration_numbers(np.array(DISTRICT_CODES)[firms.district], np.arange(count) + 10_000)
    zone = join(world.district_code, take([f"{place:03d}" for place in range(1, 10)], firms.station))
    trade = [[getattr(t, name) for t in TRADES] for name in ("industry", "code", "scope")]
    industry, code, scope = (take(words, firms.trade) for words in trade)
    small = firms.kind == HOUSEHOLD
    columns = {
        "main_identi_id": world.pripid,
        "reg_org": where(small, world.station, world.office),
        "comp_type": world.entity_type,
        "reg_state": _state(view, draw),
        "uni_social_crd_cd": world.code,
        "comp_nm": view.name,
        "addr": view.address,
        "legal_repre": world.person_name.take(view.operator),
        "indv_id": industry,
        "reg_capt": blank(join(view.capital, ".0"), view.capital == 0),
        "capt_kind": blank(take(["人民币"], np.zeros(count, dtype=int)), view.capital == 0),
        "opt_scop": scope,
        "reg_no": blank(numbers, firms.founded >= _OLD_NUMBERS),
        "appr_dt": days(view.approved),
        "est_dt": days(firms.founded),
        "opt_from": days(firms.founded),
        "opt_to": where(draw.random(count) < 0.6, "2099-12-31", "9999-9-9"),
        "domdi_strict": zone,
        "pro_loc": world.district_name,
        "opt_strict": zone,
        "postal_code": take([f"745{place}00" for place in range(8)], firms.district),
        "lv_pripid": blank(world.pripid.take(np.maximum(firms.parent, 0)), _no_parent(view, draw)),
        "indv_code": join(code, ".0"),
        "indv_nm": join(code, ".0"),
    }
    whole = Table(columns)
    return [
        (str(code), whole.only(view.registered & (firms.district == place)))
        for place, code in enumerate(DISTRICT_CODES)
    ]


def _no_parent(view: View, draw: np.random.Generator) -> Mask:
    """One branch in ten names its parent only in its own name."""
    result: Mask = (view.world.firms.parent < 0) | (draw.random(len(view.world.firms)) < 0.1)
    return result


def _state(view: View, draw: np.random.Generator) -> Column:
    firms = view.world.firms
    living = draw.choice(4, len(firms), p=[0.93, 0.04, 0.025, 0.005])
    ended = view.passed(firms.ended)
    place = np.where(ended & (firms.end == DEREGISTERED), 4, np.where(ended & (firms.end == REVOKED), 5, living))
    return take(["存续", "在业", "开业", "歇业", "注销", "吊销"], place)


_POSITION = {HOUSEHOLD: 0, COOPERATIVE: 1, BRANCH: 2, PROPRIETOR: 3, PARTNERSHIP: 4}
_POSITIONS = ["经营者", "理事长", "负责人", "投资人", "执行事务合伙人", "执行董事", "董事长", "执行董事兼总经理"]


def document(view: View, person: Numbers) -> Column:
    """Citizen IDs as an office writes them: some with a small x, some in the form of before 1999."""
    world = view.world
    characters = world.citizen_id[person]
    whole = fixed(characters)
    habit = stream(world.seed, "ways of writing IDs").random(len(world.people))[person]
    lower = np.where(characters[:, 17] == ord("X"), ord("x"), characters[:, 17]).astype(np.uint8)
    small = fixed(np.concatenate([characters[:, :17], lower[:, None]], axis=1))
    shown = where(habit < 0.01, fixed(old_form(characters)), where(habit < 0.03, small, whole))
    return blank(shown, ~world.known[person])


@dataclass(frozen=True)
class Officers:
    """Rows of the table of representatives, those of the register or not: the same draw for table and truth."""

    firm: Numbers
    person: Numbers
    number: Numbers  # 人员id within the firm; 1 is the representative
    position: Column
    shown: Mask  # the row has the person's ID


def officers(view: View, draw: np.random.Generator) -> Officers:
    """Representatives of all firms and then the further officers; three rows in a hundred lack a known ID."""
    world, firms = view.world, view.world.firms
    further, person, position = world.officers
    order = np.arange(len(further)) - np.searchsorted(further, further)
    company = draw.choice([5, 6, 7], len(firms), p=[0.6, 0.2, 0.2])
    head = np.array([_POSITION.get(kind, -1) for kind in range(7)])[firms.kind]
    people = np.concatenate([view.operator, person])
    return Officers(
        np.concatenate([np.arange(len(firms)), further]),
        people,
        np.concatenate([np.ones(len(firms), dtype=int), order + 2]),
        pa.concat_arrays([take(_POSITIONS, np.where(head < 0, company, head)), position]),
        world.known[people] & (draw.random(len(people)) >= 0.03),
    )


def legal_representative(view: View, draw: np.random.Generator) -> Table:
    """法定代表人信息: representatives, operators and officers; the first column holds IDs, whatever it is called."""
    world, rows = view.world, officers(view, draw)
    first = rows.number == 1
    shown = blank(document(view, rows.person), ~rows.shown)
    columns = {
        "identi_no": shown,
        "personid": rows.number,
        "lerep_sign": where(first, "1", "0"),
        "nm": world.person_name.take(rows.person),
        "position_cn": rows.position,
        "certype_cn": where(rows.shown, "中华人民共和国居民身份证", ""),
        "country_cn": take(["中国"], np.zeros(len(first), dtype=int)),
        "cer_no": shown,
        "tel_num": where(first, world.phone.take(rows.firm), ""),
        "uni_social_crd_cd": world.code.take(rows.firm),
        "comp_nm": view.name.take(rows.firm),
    }
    chosen = np.flatnonzero(view.registered[rows.firm])
    return Table(columns).only(chosen[np.argsort(rows.firm[chosen], kind="stable")])


def liaison_contact(view: View, draw: np.random.Generator) -> Table:
    """联络员信息: of enterprises; a bookkeeping agent is liaison person of dozens of firms."""
    world, firms = view.world, view.world.firms
    count = len(firms)
    agents = max(2, count // 2_500)
    agent = draw.integers(0, agents, count)
    by_agent = (firms.phone < 0) | (draw.random(count) < 0.08)
    person = np.where(by_agent, (agent * 2_503) % count, firms.operator)
    recorded = firms.founded + draw.integers(0, 60, count)
    columns = {
        "liai_id": join("L", np.arange(count) + 700_001),
        "sub_identi_cd": world.pripid,
        "nm": world.person_name.take(person),
        "cert_type": take(["居民身份证"], np.zeros(count, dtype=int)),
        "cert_num": blank(document(view, person), draw.random(count) < 0.6),
        "liai_tel": phones(np.where(by_agent, -1 - agent, person)),
        "record_type": take(["1"], np.zeros(count, dtype=int)),
        "record_dt": days(recorded, MIDNIGHT),
        "uni_social_crd_cd": world.code,
        "comp_nm": view.name,
    }
    chosen = (firms.kind != HOUSEHOLD) & (draw.random(count) < 0.8) & view.registered & view.passed(recorded)
    return Table(columns).only(chosen)


def holdings_shown(view: View) -> tuple[Numbers, Numbers, Days]:
    """Rows of the contribution tables on the day: place of the holding, holder, first day."""
    world = view.world
    holdings, firms = world.holdings, world.firms
    transferred = view.passed(world.transferred_on)
    holder = np.where(transferred | np.isnat(world.transferred_on), holdings.holder, world.old_holder)
    first = np.where(transferred, world.transferred_on, firms.founded[holdings.company])
    rows = np.flatnonzero(holdings.listed & view.registered[holdings.company])
    return rows, holder, first


def subscribed_contribution(view: View, draw: np.random.Generator) -> Table:
    """出资人认缴明细: amounts in ten thousand yuan, holders by name and without any number."""
    world, holdings = view.world, view.world.holdings
    rows, holder, first = holdings_shown(view)
    count = len(holdings)
    number = np.arange(count) + np.where(view.passed(world.transferred_on), 2_000_000, 0)
    term = draw.integers(2028, 2050, count)
    way = draw.random(count) < 0.95
    columns = {
        "subscrip_id": join("37", number + 3_700_000),
        "investor": number + 700_000,
        "stocker_nm": holder_names(view, holder),
        "subscrip_amt": decimal(amounts(view), 4),
        "subscrip_way": where(way, "1", "2"),
        "subscrip_way_cn": where(way, "货币", "实物"),
        "subscrip_dt": join(term, "-12-31 0:00:00"),
        "public_dt": days(first + 8, MIDNIGHT),
        "pripid": world.pripid.take(holdings.company),
        "uni_social_crd_cd": world.code.take(holdings.company),
        "comp_nm": view.name.take(holdings.company),
    }
    return Table(columns).only(rows)


def holder_names(view: View, holder: Numbers) -> Column:
    """The holders by name: a firm's as of the day that the holding began, in half-width brackets here and there."""
    world, holdings = view.world, view.world.holdings
    since = world.firms.founded[holdings.company] + 8
    kinds = holdings.kind
    firm = view.name_at(np.where(kinds == FIRM, holder, 0), since)
    halved = stream(world.seed, "holder names").random(len(kinds)) < 0.3
    firm = where(halved, half_width(firm), firm)
    outside = take([*world.ledger.outsiders, ""], np.where(kinds == OUTSIDE, holder, len(world.ledger.outsiders)))
    person = world.person_name.take(np.where(kinds == PERSON, holder, 0))
    return where(kinds == PERSON, person, where(kinds == FIRM, firm, outside))


def amounts(view: View) -> Numbers:
    """Subscribed amounts in yuan: the share of the capital on the day."""
    holdings = view.world.holdings
    return view.capital[holdings.company] * holdings.share // WHOLE


def paid_contribution(view: View, draw: np.random.Generator) -> Table:
    """出资人实缴明细: what has been paid, with Chinese headers; half of the holders have paid nothing yet."""
    world, holdings = view.world, view.world.holdings
    rows, holder, first = holdings_shown(view)
    count = len(holdings)
    part = draw.choice([0, 20, 50, 100], count, p=[0.45, 0.1, 0.1, 0.35])
    number = np.arange(count) + np.where(view.passed(world.transferred_on), 2_000_000, 0)
    paid_on = first + draw.integers(5, 300, count)
    columns = {
        "实缴id": join("38", number + 8_790_000),
        "出资人id": number + 700_000,
        "股东/发起人名称": holder_names(view, holder),
        "实缴出资额": decimal(amounts(view) * part // 100, 4),
        "实缴出资方式ca22": take(["1"], np.zeros(count, dtype=int)),
        "实缴出资方式中文名称": take(["货币"], np.zeros(count, dtype=int)),
        "实缴出资日期": days(paid_on, MIDNIGHT),
        "公示日期": days(paid_on + 12, MIDNIGHT),
        "主体身份代码": world.pripid.take(holdings.company),
        "统一社会信用代码": world.code.take(holdings.company),
        "企业名称（字号名称）": view.name.take(holdings.company),
    }
    shown = (part > 0)[rows] & view.passed(paid_on)[rows] & (view.capital[holdings.company[rows]] > 0)
    return Table(columns).only(rows[shown])


def equity_change(view: View, draw: np.random.Generator) -> Table:
    """股权变更公示信息: two rows for each transfer, of who sold and who bought."""
    world, holdings = view.world, view.world.holdings
    place = np.flatnonzero(~np.isnat(world.transferred_on))
    firm = np.repeat(holdings.company[place], 2)
    day = np.repeat(world.transferred_on[place], 2)
    buys = np.arange(len(firm)) % 2 == 1
    person = np.where(buys, np.repeat(holdings.holder[place], 2), np.repeat(world.old_holder[place], 2))
    share = decimal(np.repeat(holdings.share[place], 2))
    numbered = draw.random(len(firm)) < 0.5
    public = day + draw.integers(1, 20, len(firm))
    columns = {
        "lic_id": where(numbered, join("GQ", np.arange(len(firm)) + 50_001), ""),
        "pripid": world.pripid.take(firm),
        "uni_social_crd_cd": world.code.take(firm),
        "inv": world.person_name.take(person),
        "alt_dt": days(day, SLASH),
        "public_dt": days(public, SLASH),
        "transampr_bf": where(buys, "0", share),
        "transampr_af": where(buys, share, "0"),
    }
    return Table(columns).only(view.passed(public))
