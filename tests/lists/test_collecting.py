"""Reported entries: every fault of a row told, none invented; forms, periods, issuing departments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from credit_graph.errors import DefinitionError, UsageError
from credit_graph.lists.collecting import Firm, Known, Standing, check_rows, entry_key
from credit_graph.lists.collecting_draft import Row
from credit_graph.lists.collecting_faults import FAULTS
from credit_graph.lists.collecting_form import Form, alternatives, form_of, needs_wording, read_period, wordings
from credit_graph.lists.issuers import Issuer, issuer_named, issuers_on, required_issuer
from credit_graph.lists.policy import list_names, list_policy, plain
from credit_graph.policyfile import Basis

D = date.fromisoformat
TODAY = D("2026-11-23")
BUREAU, WEST = "庆原市市场监督管理局", "庆原市西原区市场监督管理局"
A, B, GONE, OTHER = "91621002MA00X0015H", "91621002MA00X0023C", "91621002MA00X004XY", "91621021MA00X0066A"
HOUSEHOLD = "92621002MA7000018J"
NUMBER = "庆西市监处罚〔2026〕17号"
ACT = "以不合格产品冒充合格产品"

RIGHT = {
    "name": "甲公司",
    "credit_code": A,
    "ground": "第七条 质量安全领域违法行为",
    "reason": ACT,
    "number": NUMBER,
    "listed_on": "2026-10-12",
    "receipt": "GS-17",
    "published_on": "2026-10-20",
    "last_day": "",
}
FIRMS = {
    A: Firm("甲公司", "存续", former={"甲商行": D("2025-03-31")}, registrar=WEST, founded_on=D("2015-01-01")),
    B: Firm("乙公司", "吊销", D("2026-01-05"), registrar=WEST),
    GONE: Firm("丙公司", "注销", D("2026-09-01")),
    OTHER: Firm("丁公司", None, D("2026-06-30"), registrar=BUREAU),
    HOUSEHOLD: Firm("戊店", "存续", registrar="市场监管所"),
}


def form(list_name: str = "serious_violation", department: str = WEST, period: str = "2026Q4") -> Form:
    issuer = required_issuer(list_name, department, TODAY)
    return form_of(list_name, issuer, read_period(period, TODAY), TODAY)


def faults(
    *rows: Mapping[str, str], known: Known | None = None, on: Form | None = None, masked: Sequence[str] = ()
) -> list[list[tuple[str, str]]]:
    """(column, code) of each row's faults; each row says what is right but for what is given."""
    filled = [Row("x.xlsx", 4 + at, {**RIGHT, **row}, frozenset(masked)) for at, row in enumerate(rows)]
    found = check_rows([(row, on or form()) for row in filled], known or Known(firms=FIRMS, called={"甲公司": [A]}))
    return [[(fault.column, fault.code) for fault in item.faults] for item in found]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({}, []),
        ({"name": "", "credit_code": ""}, [("name", "missing"), ("credit_code", "missing")]),
        ({"credit_code": " 91621002ma00x0015h "}, []),
        ({"credit_code": A[:-1] + "J"}, [("credit_code", "code_invalid")]),
        ({"credit_code": "9.1621002E+17"}, [("credit_code", "code_destroyed")]),
        ({"credit_code": "91621021MA00X0103G"}, [("credit_code", "firm_unknown")]),
        ({"name": "甲商行"}, [("name", "name_former")]),
        ({"name": "乙公司"}, [("name", "name_other")]),
        ({"name": "丙公司", "credit_code": GONE}, [("credit_code", "ended")]),
        ({"name": "丁公司", "credit_code": OTHER}, [("credit_code", "off_register")]),
        ({"name": "乙公司", "credit_code": B}, []),  # 吊销 ends no legal person
        (
            {"listed_on": "2014-12-31", "number": "庆西市监处罚〔2014〕9号"},
            [("listed_on", "day_early"), ("listed_on", "term_over"), ("listed_on", "founded_later")],
        ),
        ({"ground": "7"}, []),
        ({"ground": "第四条 其他"}, [("ground", "ground_unknown")]),
        ({"ground": "第七条 质量安全领域违法行为", "reason": ""}, [("reason", "reason_needed")]),
        ({"reason": "侵犯商业秘密"}, [("reason", "reason_unfit")]),
        ({"reason": "未按规定公示年度报告"}, [("reason", "not_a_ground")]),
        ({"number": "庆西市监处罚[2026]17号"}, []),
        ({"number": "17号"}, [("number", "number_form")]),
        ({"number": "庆西市监处罚〔2027〕17号"}, [("number", "number_year")]),
        ({"listed_on": "去年"}, [("listed_on", "day_invalid")]),
        (
            {"listed_on": "2026-11-24", "published_on": "2026-11-25"},
            [("listed_on", "day_future"), ("published_on", "day_future")],
        ),
        ({"listed_on": "2026年10月12日", "published_on": "46315"}, []),
        ({"published_on": "2026-10-11"}, [("published_on", "published_early")]),
        ({"receipt": "", "published_on": ""}, [("receipt", "missing"), ("published_on", "missing")]),
        ({"listed_on": "2023-11-22", "number": "庆西市监处罚〔2023〕17号"}, [("listed_on", "term_over")]),
        ({"listed_on": "2023-11-23", "number": "庆西市监处罚〔2023〕17号"}, []),  # its last day
        ({"last_day": "2029-10-12"}, []),
        ({"last_day": "2029-10-11"}, [("last_day", "term_differs")]),
        ({"last_day": "三年"}, [("last_day", "term_differs")]),
    ],
)
def test_every_fault_of_a_row_is_told(said: dict[str, str], wanted: list[tuple[str, str]]) -> None:
    assert faults(said) == [wanted]


def test_all_faults_of_a_row_at_once() -> None:
    said = {"name": "甲商行", "ground": "", "number": "无", "listed_on": "", "published_on": "2027-01-01"}
    assert faults(said, masked=["reason"]) == [
        [
            ("name", "name_former"),
            ("ground", "missing"),
            ("reason", "id_number"),
            ("number", "number_form"),
            ("listed_on", "missing"),
            ("published_on", "day_future"),
        ]
    ]


def test_what_the_department_is_told() -> None:
    rows = [
        {"name": "甲商行"},
        {"name": "甲公司", "credit_code": B, "number": "庆西市监处罚〔2026〕18号", "receipt": "GS-18"},
        {"name": "丙公司", "credit_code": GONE, "number": "庆西市监处罚〔2026〕19号", "receipt": "GS-19"},
    ]
    rows += [
        {"credit_code": "9.1621002E+17", "number": "庆西市监处罚〔2026〕20号", "receipt": "GS-20"},
        {"credit_code": A.replace("0", "O"), "number": "庆西市监处罚〔2026〕21号", "receipt": "GS-21"},
        {"credit_code": A[:-1], "name": "己公司", "number": "庆西市监处罚〔2026〕22号", "receipt": "GS-22"},
    ]
    known = Known(firms=FIRMS, called={"甲公司": [A]})
    filled = [(Row("x.xlsx", 4 + at, {**RIGHT, **row}), form()) for at, row in enumerate(rows)]
    assert [[fault.text for fault in item.faults] for item in check_rows(filled, known)] == [
        ["该企业已更名为“甲公司”（甲商行 用至 2025-03-31），请改填现名"],
        [f"与登记的名称“乙公司”不一致；登记为该名称的是 {A}"],
        ["该企业登记状态为“注销”（2026-09-01），不能列入"],
        [f"代码被存成数字，末几位已丢失，请以文本重新填写；登记为该名称的是 {A}"],
        [f"不是有效的统一社会信用代码（校验位不符），是否为 {A}；登记为该名称的是 {A}"],
        ["不是有效的统一社会信用代码（校验位不符），共 17 位，应为 18 位"],
    ]


def test_the_department_and_its_period() -> None:
    assert faults({"listed_on": "2026-10-12"}, on=form(period="2026Q3")) == [[("listed_on", "day_of_later_period")]]
    assert faults({}, on=form(department=BUREAU)) == [[("number", "number_prefix")]]
    assert faults({"number": "庆市监处罚〔2026〕3号"}, on=form(department=BUREAU)) == [[]]


def test_who_registers_lists_where_the_list_says_so() -> None:
    said = {"ground": "6", "reason": "", "number": "庆西市监异列〔2026〕1号"}
    assert faults(said, on=form("abnormal_operation")) == [[]]
    other = form("abnormal_operation", BUREAU)
    assert faults({**said, "number": "庆市监异列〔2026〕1号"}, on=other) == [[("credit_code", "other_registrar")]]
    household = {**said, "name": "戊店", "credit_code": HOUSEHOLD}
    assert faults(household, on=form("abnormal_operation")) == [[("credit_code", "excluded")]]


def test_what_is_reported_twice() -> None:
    other = {"name": "乙公司", "credit_code": B, "number": "庆西市监处罚〔2026〕18号", "receipt": "GS-18"}
    assert faults({}, other) == [[], []]
    twice = [("credit_code", "row_twice"), ("number", "number_twice"), ("receipt", "receipt_twice")]
    assert faults({}, other, {}) == [[], [], twice]  # of equal rows the first is right
    assert faults({}, {"receipt": "GS-9"}) == [twice[:2], twice[:2]]  # of others nobody knows which
    assert faults({}, {**other, "number": NUMBER}) == [[("number", "number_twice")]] * 2
    assert faults({}, {**other, "receipt": "GS-17"}) == [[("receipt", "receipt_twice")]] * 2


def test_what_the_graph_has_already() -> None:
    key = entry_key("serious_violation", A, NUMBER)
    said = {"listing_id": NUMBER, "listed_on": D("2026-10-12"), "reason": ACT, "listed_by": WEST}
    known = Known(firms=FIRMS)
    row = [(Row("x.xlsx", 4, RIGHT), form())]
    (there,) = check_rows(row, replace(known, recorded={key: said}, receipts={"GS-17": key}))
    assert (there.known, there.record, there.faults) == (True, ("bureau", key), ())
    contrary = {**RIGHT, "listed_on": "2026-10-13", "number": "庆西市监处罚〔2026〕18号", "receipt": "GS-18"}
    pair = [*row, (Row("y.xlsx", 4, contrary), form())]
    both = check_rows(pair, replace(known, recorded={key: said}, receipts={"GS-17": key}))
    assert [(item.known, [fault.code for fault in item.faults]) for item in both] == [
        (True, []),
        (False, ["row_twice"]),
    ]
    (new,) = check_rows(row, known)
    assert (new.known, new.record) == (False, ("bureau", key))
    assert new.content() == {"name": "甲公司", "credit_code": A, **said}
    changed = {key: {**said, "listed_on": D("2026-10-11"), "listed_by": BUREAU}}
    assert faults({}, known=replace(known, recorded=changed)) == [[("listed_on", "recorded_otherwise")]]
    assert faults({}, known=replace(known, withdrawn=frozenset({key}))) == [[("number", "withdrawn")]]
    assert faults({}, known=replace(known, numbers={NUMBER: B})) == [[("number", "number_taken")]]
    assert faults({}, known=replace(known, receipts={"GS-17": "other"})) == [[("receipt", "receipt_taken")]]


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        (Standing("s", "k", D("2026-10-12"), ACT, "Q1"), None),  # the same, as a source delivers it
        (Standing("s", "k", D("2026-10-12"), ACT, "Q1", open=False), None),
        (Standing("s", "k", D("2026-10-12"), ACT, "Q1", withdrawn=True), [("listed_on", "withdrawn")]),
        (Standing("s", "k", D("2025-01-01"), ACT, "Q1"), [("ground", "listed_already")]),
        (Standing("s", "k", D("2025-01-01"), ACT, "Q1", open=False), []),
        (Standing("s", "k", D("2025-01-01"), "侵犯商业秘密", "Q1"), []),
        (Standing("bureau", "entry|SX1", D("2026-10-12"), ACT, NUMBER), None),
        (Standing("bureau", "entry|SX1", D("2026-10-12"), ACT, "N2"), [("ground", "listed_already")]),
    ],
)
def test_an_entry_that_stands(there: Standing, wanted: list[tuple[str, str]] | None) -> None:
    known = Known(firms=FIRMS, standing={A: [there]})
    (item,) = check_rows([(Row("x.xlsx", 4, RIGHT), form())], known)
    if wanted is None:
        assert (item.known, item.record, item.faults) == (True, (there.source, there.key), ())
    else:
        assert (item.known, [(fault.column, fault.code) for fault in item.faults]) == (False, wanted)


def test_wordings_fit_the_patterns_that_they_are_made_from() -> None:
    made = 0
    for name in list_names():
        for row in list_policy(name).rows:
            for ground in row.grounds:
                assert len(alternatives(ground)) == len(ground.patterns)
                for text in wordings(ground):
                    assert ground.fits(plain(text)), text
                    assert not re.search(r"[\[\](){}|?*+\\^$]", text), text
                    made += 1
    assert made > 40
    seven = next(ground for ground in list_policy("serious_violation").on(TODAY).grounds if ground.article == "7")
    assert alternatives(seven)[2] == "（生产、销售／生产／销售）不符合保障（人体／身体）健康"
    assert wordings(seven)[3:5] == ["在产品中掺杂、掺假", "以不合格产品冒充合格产品"]
    assert needs_wording(seven)


def test_columns_are_what_the_row_of_the_list_needs() -> None:
    assert [column.name for column in form().columns] == list(RIGHT)
    abnormal = form("abnormal_operation")
    assert [column.name for column in abnormal.columns] == list(RIGHT)[:-1]  # it has no term
    assert {column.name for column in abnormal.columns if not column.needed} == {"reason"}
    assert form().heading == f"严重违法失信名单报送表 · {WEST} · 2026年第4季度"


@pytest.mark.parametrize("text", ["2026", "2026Q5", "2027Q1", "2026q"])
def test_a_period_is_a_quarter_that_has_begun(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_period(text, TODAY)
    assert raised.value.code == ("usage.future" if text == "2027Q1" else "usage.bad_value")
    assert (read_period(None, TODAY).name, read_period("2026q2", TODAY).last) == ("2026Q4", D("2026-06-30"))


def test_departments_are_the_rows_in_force_else_the_registrars() -> None:
    assert [row.name for row in issuers_on("serious_violation", TODAY)][:2] == [BUREAU, WEST]
    own = {"source": "测试数据", "confidence": "own"}
    row = {"id": "w", "name": WEST, "formerly": ["西原工商局"], "lists": ["serious_violation"], "region": "621002"}
    made = Issuer.model_validate({**row, "effective_from": "2026-01-01", "basis": own})
    found = issuer_named("serious_violation", "西原工商局", TODAY, [made])
    assert found is not None and found.name == WEST
    assert issuer_named("serious_violation", BUREAU, TODAY, [made]) is None
    assert issuers_on("abnormal_operation", TODAY, [made]) == []
    assert issuers_on("serious_violation", D("2025-12-31"), [made])[0].name == BUREAU
    with pytest.raises(DefinitionError):
        issuers_on("serious_violation", TODAY, [made.model_copy(update={"region": "110000"})])
    with pytest.raises(UsageError):
        required_issuer("serious_violation", "某局", TODAY)
    assert isinstance(made.basis, Basis)


def test_a_list_that_only_shows_entries_of_another_has_no_form() -> None:
    with pytest.raises(UsageError) as raised:
        form("real_estate_blacklist")
    assert raised.value.fields["value"] == "real_estate_blacklist"
    for name in ("red_list", "typical_cases"):
        with pytest.raises(DefinitionError):
            form(name)


def test_every_fault_has_both_languages() -> None:
    for zh, en in FAULTS.values():
        assert zh and en and set(re.findall(r"\{\w+\}", zh)) == set(re.findall(r"\{\w+\}", en))


def test_what_is_published_after_the_period_is_right_and_told() -> None:
    said = {**RIGHT, "listed_on": "2026-09-28"}
    for published, later in (("2026-09-30", False), ("2026-10-01", True)):
        rows = [(Row("x.xlsx", 4, {**said, "published_on": published}), form(period="2026Q3"))]
        (item,) = check_rows(rows, Known(firms=FIRMS))
        assert (item.faults, item.shown_later) == ((), later)
