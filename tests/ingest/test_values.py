"""Values of cells, each form that a bureau's files hold, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city import credit_code
from credit_graph.ingest.values import Bad, amount, amount_parts, clean, day, reader, share, year
from credit_graph.model.definition import Column
from credit_graph.model.kinds import FieldType

D = date(2008, 6, 16)
CODE = credit_code(77)


def read(kind: FieldType, text: str, **column: Any) -> Any:
    """The value, or the reason why there is none."""
    try:
        return reader(kind, Column(names=("x",), **column))(text)
    except Bad as bad:
        return bad.reason


@pytest.mark.parametrize(
    "text",
    [
        "\\N",
        "NULL",
        "null",
        "None",
        "NaN",
        "nan",
        "暂无",
        "/",
        "-",
        "—",
        "",
        "  ",
        "0000-00-00",
        "\t\u3000",
        "#N/A",
        "'",
        "' ",
    ],
)
def test_cells_that_say_nothing(text: str) -> None:
    assert clean(text) == ""


@pytest.mark.parametrize(("text", "value"), [("无", "无"), (" a b ", "a b"), ("'0012", "0012"), ("0", "0"), (None, "")])
def test_other_cells_are_trimmed(text: str | None, value: str) -> None:
    assert clean(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "2008-6-16", "2008-06-16", "2008/06/16", "2008.6.16", "20080616", "20080616.0", "2008年6月16日",
        "2008年06月16日", "2008 年 6 月 16 日", "２００８－０６－１６", "39615", "39615.0", "39615.75",
        "2008-06-16 00:00:00",
        "2008-06-16 00:00:00.0", "2008/6/16 0:00", "2008-06-16T08:30:00", "2008-06-16T08:30:00+08:00", "20080616083000",
        "2008-06-15T16:00:00Z", "2008-06-15T23:00:00+00:00", "2008年6月16日 9时30分",
    ],
)  # fmt: skip
def test_forms_of_one_day(text: str) -> None:
    assert day(text) == D


@pytest.mark.parametrize(
    "text",
    ["9999-9-9", "9999-12-31", "2099-12-31", "2099/12/31", "20991231", "长期", "长期有效", "1900-1-1",
     "1900-01-01 00:00:00", "0", "1", "2958465", "0001-01-01"],
)  # fmt: skip
def test_open_ends_and_no_days(text: str) -> None:
    assert day(text) is None


@pytest.mark.parametrize(
    "text",
    ["2008-02-30", "2008-13-01", "2008-6", "6/16/2008", "16.6.2008", "08-6-16", "2008", "20081316", "昨天", "123",
     "2008-06-16至2009-06-16", "0208-06-16", "3008-06-16", "123456", "99999999999999999999", "2008-06-16 25:61x"],
)  # fmt: skip
def test_impossible_days(text: str) -> None:
    with pytest.raises(Bad) as refused:
        day(text)
    assert refused.value.reason == "day_invalid"


@given(st.dates(date(1930, 1, 1), date(2098, 12, 31)))
def test_every_day_is_read_back_from_every_form(value: date) -> None:
    serial = (value - date(1899, 12, 30)).days
    forms = [
        value.isoformat(),
        f"{value.year}/{value.month}/{value.day}",
        f"{value.year}.{value.month}.{value.day}",
        f"{value:%Y%m%d}",
        f"{value.year}年{value.month}月{value.day}日",
        f"{serial}",
        f"{serial}.5",
        f"{value} 23:59:59",
        f"{value - timedelta(days=1)}T16:00:00Z",
    ]
    assert {day(form) for form in forms} == {value}


@given(st.text(max_size=20))
def test_days_of_any_text_never_crash(text: str) -> None:
    try:
        found = day(text)
    except Bad as bad:
        assert bad.reason == "day_invalid"
    else:
        assert found is None or date(1800, 1, 1) <= found <= date(2200, 12, 31)


def test_years() -> None:
    wanted = {
        "2020": 2020,
        "2020.0": 2020,
        "2020年": 2020,
        "2020年度": 2020,
        "２０２０": 2020,
        "2020-12-31": 2020,
        "20201231": 2020,
    }
    assert {text: read(FieldType.YEAR, text) for text in wanted} == wanted
    for text in ("20", "202", "99999", "二〇二〇", "1066", "39615"):
        with pytest.raises(Bad):
            year(text)


@pytest.mark.parametrize(
    ("text", "unit", "fen"),
    [
        ("50", "万元", 50_000_000),
        ("50.000000", "万元", 50_000_000),
        ("10000.0", "元", 1_000_000),
        ("0.000001", "万元", 1),
        ("1,000.00", "元", 100_000),
        ("12345", "分", 12_345),
        ("1.5", "亿元", 15_000_000_000),
        ("50万元", "元", 50_000_000),
        ("50 万", "元", 50_000_000),
        ("50万元整", "元", 50_000_000),
        ("人民币 1,000.00 元", "万元", 100_000),
        ("人民币50万元", "元", 50_000_000),
        ("50万元人民币", "元", 50_000_000),
        ("￥50", "元", 5_000),
        ("-24308", "元", -2_430_800),
        ("１００", "元", 10_000),
        ("1E+4", "元", 1_000_000),
        ("0", "万元", 0),
        ("2亿", "元", 20_000_000_000),
        ("300分", "元", 300),
    ],
)
def test_amounts_are_exact_fen(text: str, unit: str, fen: int) -> None:
    assert amount(text, unit)[0] == fen


def test_currencies_in_a_cell() -> None:
    wanted = {
        "100万美元": (Decimal(100), "万元", "美元"),
        "USD 5": (Decimal(5), None, "美元"),
        "5港币": (Decimal(5), "元", "港元"),
        "100万元人民币": (Decimal(100), "万元", "人民币"),
        "100万元": (Decimal(100), "万元", None),
        "人民币:7元": (Decimal(7), "元", "人民币"),
    }
    assert {text: amount_parts(text) for text in wanted} == wanted


@pytest.mark.parametrize(
    "text",
    [
        "五十万元",
        "50-60万元",
        "1.2.3",
        "1,00",
        "10,00.5",
        "abc",
        "元",
        "50克",
        "1e999",
        "50万千米",
        "USD 5 港元",
        "--5",
    ],
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(Bad) as refused:
        amount(text, "元")
    assert refused.value.reason == "amount_invalid"


@given(st.decimals(-(10**10), 10**10, places=6), st.sampled_from(["万元", "元"]))
def test_amounts_are_read_back(number: Decimal, unit: str) -> None:
    wanted = (number * {"万元": 1_000_000, "元": 100}[unit]).to_integral_value()
    assert {amount(f"{number:f}", unit)[0], amount(f"{number:,f}", unit)[0]} == {int(wanted)}
    assert amount(f"{number:f}{unit}", "分")[0] == int(wanted)


def test_shares_follow_the_columns_scale() -> None:
    wanted = {
        ("40", "percent"): 400_000,
        ("40%", "percent"): 400_000,
        ("40%", "fraction"): 400_000,
        ("0.4", "fraction"): 400_000,
        ("0.4", "percent"): 4_000,
        ("33.3333", "percent"): 333_333,
        ("100", "percent"): 1_000_000,
        ("0", "fraction"): 0,
        ("４０％", "percent"): 400_000,
    }
    assert {(text, scale): share(text, scale) for text, scale in wanted} == wanted
    for text, scale in (
        ("40", "fraction"),
        ("101", "percent"),
        ("-1", "percent"),
        ("四成", "percent"),
        ("40%%", "percent"),
    ):
        with pytest.raises(Bad):
            share(text, scale)


def test_codes() -> None:
    wanted = {
        CODE.lower(): CODE,
        f" {CODE[:6]} {CODE[6:]}": CODE,
        f"'{CODE}": CODE,
        "9.13302E+17": "code_destroyed",
        "9.13302e17": "code_destroyed",
        "91**************1X": "code_masked",
        CODE[:17]: "code_invalid",
        CODE[:17] + ("A" if CODE[17] != "A" else "B"): "code_invalid",
    }
    assert {text: read(FieldType.CREDIT_CODE, text) for text in wanted} == wanted
    assert read(FieldType.ORG_CODE, "MA1B3N1N-2") == "MA1B3N1N2"
    assert read(FieldType.ORG_CODE, "MA1B3N1N-3") == "org_code_invalid"
    numbers = {
        "330203000030639": "330203000030639",
        "330203000030639.0": "330203000030639",
        "330203000030638": "registration_number_invalid",
        "3302001234567": "3302001234567",
        "企独浙甬总字第008321号": "企独浙甬总字第008321号",
        "3.30203E+14": "code_destroyed",
    }
    assert {text: read(FieldType.REGISTRATION_NUMBER, text) for text in numbers} == numbers


def test_a_misread_code_is_named_in_the_fault() -> None:
    code = "91621002MA0000AB0L"
    with pytest.raises(Bad) as refused:
        reader(FieldType.CREDIT_CODE, Column(names=("x",)))(code.replace("0", "O"))
    assert (refused.value.reason, refused.value.hint) == ("code_invalid", code)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FieldType.NUMBER_TEXT, "7299.0", "7299"),
        (FieldType.NUMBER_TEXT, "0311", "0311"),
        (FieldType.NUMBER_TEXT, "甬市监处罚〔2021〕1号", "甬市监处罚〔2021〕1号"),
        (FieldType.NUMBER_TEXT, "3.302E+15", "code_destroyed"),
        (FieldType.NAME, "宁波(梅山)保税区 ＡＢＣ  Trading Co 有限公司", "宁波（梅山）保税区ABC Trading Co有限公司"),
        (FieldType.PERSON_NAME, "李 静", "李静"),
        (FieldType.PERSON_NAME, "阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        (FieldType.PERSON_NAME, "JOHN  SMITH", "JOHN SMITH"),
        (FieldType.PHONE, "0574-86781234", "057486781234"),
        (FieldType.PHONE, "+86 138 0000 0000", "13800000000"),
        (FieldType.PHONE, "13800000000.0", "13800000000"),
        (FieldType.PHONE, "0574-86781234-801", "057486781234"),
        (FieldType.PHONE, "86781234/13800000000", "86781234"),
        (FieldType.PHONE, "138****0000", "phone_invalid"),
        (FieldType.REGION, "330206001.0", "330206001"),
        (FieldType.REGION, "北仑区", "北仑区"),
        (FieldType.REGION, "33020", "region_invalid"),
        (FieldType.INTEGER, "1,200人", 1200),
        (FieldType.INTEGER, "12.0", 12),
        (FieldType.INTEGER, "12.5", "number_invalid"),
        (FieldType.NUMBER, "12.5", 12.5),
        (FieldType.FLAG, "是", True),
        (FieldType.FLAG, "Y", True),
        (FieldType.FLAG, "1.0", True),
        (FieldType.FLAG, "0", False),
        (FieldType.FLAG, "否", False),
        (FieldType.FLAG, "2", "flag_invalid"),
        (FieldType.TEXT, "甲\r\n乙", "甲\n乙"),
    ],
)
def test_other_types(kind: FieldType, text: str, value: Any) -> None:
    assert read(kind, text) == value


def test_corrections_of_values() -> None:
    states = {"存续（在营、开业、在册）": "存续", "在业": "存续", "K": "存续", "1": "是", "无": ""}
    wanted = {"存续(在营、开业、在册)": "存续", "k": "存续", "1.0": "是", "无": None, "整顿": "整顿", "在 业": "存续"}
    assert {text: read(FieldType.CATEGORY, text, values=states) for text in wanted} == wanted
    assert read(FieldType.CATEGORY, "整顿", values=states, strict=True) == "category_unknown"
    assert read(FieldType.TEXT, "在业", values=states) == "存续"


@pytest.mark.parametrize(
    ("cell", "fen"), [("100万元(人民币)", 100_000_000), ("100万元（人民币）", 100_000_000), ("80(万元)", 80_000_000)]
)
def test_a_unit_or_currency_may_stand_in_brackets(cell: str, fen: int) -> None:
    assert amount(cell, "元")[0] == fen


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("庆西市监处罚[2024]第17号", "庆西市监处罚〔2024〕17号"),
        ("庆西市监处罚（2024）17 号", "庆西市监处罚〔2024〕17号"),
        ("庆西市监处罚【2024年】17号", "庆西市监处罚〔2024〕17号"),
        ("庆西市监处罚〔2024〕17号", "庆西市监处罚〔2024〕17号"),
        ("(2022)甘0724执恢54号", "〔2022〕甘0724执恢54号"),
        ("第17号", "第17号"),
        ("3", "3"),
    ],
)
def test_a_documents_number_is_written_in_one_way(written: str, number: str) -> None:
    read = reader(FieldType.DOCUMENT_NUMBER, Column(names=("文号",)))
    assert read(written) == number
    assert read(number) == number
