"""Headers are compared in one form, whatever a spreadsheet did to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_graph.ingest.recognise import normal_header, split_unit
from credit_graph.model.headers import UNITS


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("住 所", "住所"),
        ("核准\n日期", "核准日期"),
        ("　统一社会信用代码　", "统一社会信用代码"),
        ("\ufeffUNI_social_crd_cd", "uni_social_crd_cd"),
        ("企业名称（字号名称）", "企业名称(字号名称)"),
        ("*行政相对人名称：", "行政相对人名称"),
        ("'注册号", "注册号"),
        ("【认缴】出资额", "[认缴]出资额"),
        ("", ""),
    ],
)
def test_normal_header(written: str, normal: str) -> None:
    assert normal_header(written) == normal


@pytest.mark.parametrize(
    ("header", "base", "unit"),
    [
        ("注册资本（万元）", "注册资本", "万元"),
        ("注册资本(元)", "注册资本", "元"),
        ("注册资本（单位：万元）", "注册资本", "万元"),
        ("注册资本[人民币亿元]", "注册资本", "亿元"),
        ("罚款金额 (万元 人民币)", "罚款金额", "万元"),
        ("没收违法所得、没收非法财物的金额（万元）", "没收违法所得、没收非法财物的金额", "万元"),
        ("注册资本(资金数额)", "注册资本(资金数额)", None),
        ("法定代表人(经营者姓名)", "法定代表人(经营者姓名)", None),
        ("注册资本", "注册资本", None),
        ("(万元)", "(万元)", None),
    ],
)
def test_split_unit(header: str, base: str, unit: str | None) -> None:
    assert split_unit(header) == (base, unit)


@given(st.text())
def test_normal_form_is_stable(header: str) -> None:
    once = normal_header(header)
    assert not any(char.isspace() for char in once)
    assert split_unit(header)[1] in {None, *UNITS}
