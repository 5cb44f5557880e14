"""A file is recognised by its header; where two definitions fit or none does, it is said why."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_graph import text
from credit_graph.errors import InputError, UsageError
from credit_graph.ingest.definitions import definitions
from credit_graph.ingest.recognise import recognise

KNOWN = definitions()


@pytest.fixture(autouse=True)
def chinese() -> None:
    text.use("zh")


@pytest.mark.parametrize("source", sorted(KNOWN))
@pytest.mark.parametrize("name", [0, 1], ids=["coded", "chinese"])
def test_each_definition_knows_its_own_columns(source: str, name: int) -> None:
    columns = KNOWN[source].columns
    header = [column.names[min(name, len(column.names) - 1)] for column in columns.values()]
    found = recognise(header, KNOWN)
    assert found.definition.source == source
    assert found.mapped == dict(zip(header, columns, strict=True))
    assert (found.ignored, found.unmapped) == ([], [])


def test_every_column_is_mapped_ignored_or_reported() -> None:
    header = ["uni_social_crd_cd", "REG_STATE", "企业名称（字号名称）", "注册资本（万元）", "qrcode", "", "心情"]
    found = recognise(header, KNOWN)
    assert found.definition.source == "registration"
    assert found.mapped == {
        "uni_social_crd_cd": "credit_code",
        "REG_STATE": "state",
        "企业名称（字号名称）": "name",
        "注册资本（万元）": "registered_capital",
    }
    assert found.ignored == ["qrcode", ""]
    assert found.unmapped == ["心情"]


def test_a_unit_belongs_to_amounts_only() -> None:
    found = recognise(["uni_social_crd_cd", "comp_nm", "reg_state", "登记机关（万元）"], KNOWN)
    assert found.unmapped == ["登记机关（万元）"]


def test_none_fits() -> None:
    with pytest.raises(InputError) as raised:
        recognise(["uni_social_crd_cd", "comp_nm", "busexclist", "inclu_dt"], KNOWN, path="名录.csv")
    assert raised.value.code == "input.unrecognised"
    assert str(raised.value) == (
        "无法识别 名录.csv 属于哪个数据源：最接近的是 abnormal_listing（缺少列 inclu_reason）。可用 --source 指定。"
    )
    with pytest.raises(InputError, match="没有任何定义认识这些列名"):
        recognise(["温度", "湿度"], KNOWN)


def test_two_fit() -> None:
    with pytest.raises(InputError) as raised:
        recognise(["统一社会信用代码", "企业名称", "登记状态"], KNOWN, path="企业.csv")
    assert raised.value.code == "input.ambiguous"
    assert str(raised.value) == (
        "企业.csv 同时符合多个数据源：registration 和 registration_gsxt 都认识其中 3 列，不认识 0 列。"
        "请用 --source 指定。"
    )
    named = recognise(["统一社会信用代码", "企业名称", "登记状态"], KNOWN, "registration_gsxt")
    assert named.definition.source == "registration_gsxt"


def test_a_named_source_must_exist_and_fit() -> None:
    with pytest.raises(UsageError):
        recognise(["统一社会信用代码"], KNOWN, "weather")
    with pytest.raises(InputError, match="缺少列 comp_nm、reg_state"):
        recognise(["统一社会信用代码"], KNOWN, "registration")


def test_columns_of_one_name() -> None:
    with pytest.raises(InputError) as raised:
        recognise(["统一社会信用代码", "登记状态", "登记 状态", "企业名称"], KNOWN, path="重.csv")
    assert str(raised.value) == "重.csv 的列名重复：登记状态、登记 状态。请改名或删去多余的列。"
    with pytest.raises(InputError, match="多列对应同一字段：comp_nm = 企业名称"):
        recognise(["uni_social_crd_cd", "comp_nm", "企业名称", "reg_state"], KNOWN, "registration")


@given(st.sampled_from(sorted(KNOWN)), st.randoms(use_true_random=False))
def test_order_and_case_of_columns_do_not_matter(source: str, pick: random.Random) -> None:
    header = [column.names[0].upper() for column in KNOWN[source].columns.values()]
    pick.shuffle(header)
    assert recognise(header, KNOWN).definition.source == source
