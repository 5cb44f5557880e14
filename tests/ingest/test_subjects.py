"""Holders: persons or organisations, by their names."""

from __future__ import annotations

import pytest

from credit_graph.ingest.subjects import is_organisation


@pytest.mark.parametrize(
    "name",
    ["甲投资有限公司", "宁波银行", "北仑区农业局", "国资委", "甲五金厂（普通合伙）", "ABC (CHINA) LTD",
     "Acme Co., Ltd.", "甲村经济合作社", "宁波甲投资合伙企业（有限合伙）", "浙江省人民政府", "SMITH HOLDINGS"],
)  # fmt: skip
def test_organisations(name: str) -> None:
    assert is_organisation(name)


@pytest.mark.parametrize(
    "name", ["李静", "欧阳静社", "王厂", "李静行", "阿卜杜拉·买买提", "VINCENT SMITH", "Incgar Vinci"]
)
def test_persons(name: str) -> None:
    assert not is_organisation(name)
