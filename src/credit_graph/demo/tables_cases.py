"""Tables of the province's case system (处罚基本信息, 行政处罚决定信息), and of measures against persons."""

from __future__ import annotations

import numpy as np

from credit_graph.demo.cells import MIDNIGHT, Column, blank, days, hashed, join, padded, take, where
from credit_graph.demo.files import Table
from credit_graph.demo.population import HOUSEHOLD
from credit_graph.demo.tables_lists import (
    case_numbers,
    case_office,
    case_operator,
    case_shown,
    case_words,
    confiscated,
    result_text,
)
from credit_graph.demo.tables_register import document
from credit_graph.demo.view import View
from credit_graph.demo.words import CITY

_SINCE = np.datetime64("2021-01-01")  # the case system


def _same(text: str, count: int) -> Column:
    return take([text], np.zeros(count, dtype=int))


def penalty_case(view: View, draw: np.random.Generator) -> Table:
    """处罚基本信息: a case from its opening, with its party and without its decision."""
    world, cases = view.world, view.conduct.cases
    firm, person = cases["firm"], case_operator(view)
    count = len(firm)
    violation, facts, _ = case_words(view)
    office, _ = case_office(view)
    nothing = _same("", count)
    small = world.firms.kind[firm] == HOUSEHOLD
    key = hashed(np.arange(count), "cases")
    from_check = cases["check"] >= 0
    columns = {
        "cd_id": key,
        "record_unique_identity": key,
        "punish_case_code": join(
            "62", world.district_code.take(firm), days(cases["begun"], "%Y"), padded(np.arange(count), 6)
        ),
        "punish_action_name": join(violation, "案"),
        "implement_institution": office,
        "implement_institution_code": nothing,
        "is_entrust": _same("0", count),
        "entrust_dept_name": nothing,
        "entrust_dept_code": nothing,
        "case_process_type": where(cases["fine"] < 1_000, "02", "01"),
        "case_source_type": where(from_check, "01", "02"),
        "case_source_date": days(cases["begun"], MIDNIGHT),
        "check_case_code": blank(join("JC", cases["check"] + 500_001), ~from_check),
        "deportation_dept_name": nothing,
        "deportation_dept_code": nothing,
        "administrative_cp_type": where(small, "04", "02"),
        "administrative_cp_name": view.name_at(firm, cases["day"]),
        "administrative_cp_cert_type": _same("统一社会信用代码", count),
        "administrative_cp_cert_code": world.code.take(firm),
        "administrative_cp_tel": nothing,
        "legal_representative": world.person_name.take(person),
        "legal_representative_idcard": blank(document(view, person), draw.random(count) < 0.5),
    }
    for name in ("area_code_live", "area_name_live", "address_live", "area_code_registerd", "area_name_registerd"):
        columns[name] = nothing
    columns |= {
        "address_registerd": view.address.take(firm),
        "area_code_operating": world.district_code.take(firm),
        "area_name_operating": world.district_name.take(firm),
        "address_operating": nothing,
        "punish_personnel_name": nothing,
        "punish_personnel_code": nothing,
        "case_desc": facts,
        "is_deported": _same("0", count),
        "deport_time": nothing,
        "is_filing": _same("1", count),
        "create_time": days(cases["begun"] + 3, "%Y-%m-%d 9:12:08"),
        "opt_type": _same("i", count),
        "env_flag": _same("0", count),
        "source_dept_code": _same("6", count),
        "cd_time": days(cases["begun"] + 4, "%Y-%m-%d 1:08:28"),
        "admini_division_code": world.district_code.take(firm),
        "org_code": nothing,
        "legal_representative_type": _same("居民身份证", count),
        "flag": _same("1", count),
    }
    shown = ~cases["other"] & (cases["begun"] >= _SINCE) & view.passed(cases["begun"] + 4) & (cases["type"] % 3 > 0)
    return Table(columns).only(shown)


def penalty_decision(view: View, draw: np.random.Generator) -> Table:
    """行政处罚决定信息: decisions without their parties; another table names whom a document number concerns."""
    cases = view.conduct.cases
    count = len(cases["firm"])
    violation, _, basis = case_words(view)
    office, _ = case_office(view)
    taken = confiscated(view)
    nothing = _same("", count)
    columns = {
        "id": join("J", np.arange(count) + 1_000_001),
        "case_name": join(violation, "案"),
        "extend_1": violation,
        "punish_type": where(taken > 0, "罚款;没收违法所得", "罚款"),
        "admin_punish_doc": case_numbers(view),
        "punish_content": result_text(view),
        "law_basis": basis,
        "punish_money": cases["fine"],
        "illegality_money": where(taken > 0, taken, "暂无"),
        "revoke_license": _same("暂无", count),
        "revoke_code": _same("暂无", count),
        "punish_decide_tm": days(cases["day"], MIDNIGHT),
        "punish_valid_dt": nothing,
        "public_deadline": where(draw.random(count) < 0.3, "1900-1-1 0:00:00", days(cases["day"] + 1_096, MIDNIGHT)),
        "casedeptname": office,
        "extend_2": nothing,
        "cf_sjly": office,
        "cf_sjlydm": nothing,
        "cancel_reason": nothing,
    }
    # of one in fifty no other table tells whom it concerns
    told = case_shown(view) | (view.passed(cases["day"]) & (cases["type"] % 50 == 1))
    shown = ~cases["other"] & (cases["begun"] >= _SINCE) & (cases["type"] % 3 > 0) & told
    return Table(columns).only(shown)


def sanction(view: View, draw: np.random.Generator) -> Table:
    """处罚到人、从业禁止、任职限制: after severe cases, and of who ran a revoked firm and is personally liable."""
    world, cases = view.world, view.conduct.cases
    severe = np.flatnonzero(cases["severe"])
    revoked = np.flatnonzero((world.firms.end == 2) & (world.firms.kind >= 2))
    revoked = revoked[draw.random(len(revoked)) < 0.2]
    firm = np.concatenate([cases["firm"][severe], revoked])
    day = np.concatenate([cases["day"][severe], world.firms.ended[revoked] + 20])
    count = len(firm)
    person = np.concatenate([case_operator(view)[severe], world.firms.operator[revoked]])
    kind = np.concatenate([draw.integers(0, 2, len(severe)), np.full(len(revoked), 2)])
    for_life = (kind == 1) & (draw.random(count) < 0.1)
    until = day + np.where(kind == 1, 1_826, 1_096)
    known = world.known[person]
    basis = (
        "《中华人民共和国食品安全法实施条例》第七十五条",
        "《中华人民共和国食品安全法》第一百三十五条",
        "《中华人民共和国公司法》第一百七十八条",
    )
    offices = ("", "食品生产经营管理、食品安全管理", "法定代表人、董事、监事、高级管理人员")
    columns = {
        "deci_no": join("庆市监人罚〔", days(day, "%Y"), "〕", np.arange(count) + 11, "号"),
        "nm": world.person_name.take(person),
        "certype": where(known, "身份证", ""),
        "cer_no": document(view, person),
        "comp_nm": view.name_at(firm, day),
        "uni_social_crd_cd": world.code.take(firm),
        "position": where(world.firms.kind[firm] == HOUSEHOLD, "经营者", "法定代表人"),
        "measure_type": take(["处罚到人", "从业禁止", "任职限制"], kind),
        "basis": take(basis, kind),
        "offices": take(offices, kind),
        "from_dt": days(day),
        "to_dt": where(for_life, "终身", where(kind == 0, days(day), days(until))),
        "conditions": _same("", count),
        "fine": blank(join(cases["fine"][np.concatenate([severe, np.zeros(len(revoked), dtype=int)])] // 4), kind > 0),
        "deci_org": _same(f"{CITY}市场监督管理局", count),
        "deci_dt": days(day),
    }
    return Table(columns).only(view.passed(day))
