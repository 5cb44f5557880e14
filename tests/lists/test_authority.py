"""The bureau's own data: who it is on a day, whom it acts for, and which files are refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from credit_graph.demo.words import CITY, CITY_CODE, DISTRICTS
from credit_graph.errors import DefinitionError
from credit_graph.lists.authority import Authorities, authority_on
from credit_graph.policyfile import read_policy
from credit_graph.resources import root

DAY = date(2026, 11, 23)
SHIPPED = root("policies") / "authority.yml"


def test_the_shipped_bureau_is_the_invented_citys_and_says_so() -> None:
    bureau = authority_on(DAY)
    assert bureau.demo and "虚构" in bureau.basis.source
    assert (bureau.name, bureau.short, bureau.region) == (f"{CITY}市场监督管理局", "庆市监", CITY_CODE)
    districts = {f"{CITY}{name}市场监督管理局" for name, _, _ in DISTRICTS.values()}
    assert set(bureau.registrars) == {bureau.name} | districts


def test_it_acts_for_its_registrars_by_their_whole_names_only() -> None:
    bureau = authority_on(DAY)
    assert bureau.acts_for("庆原市西原区市场监督管理局")
    assert bureau.acts_for(" 庆原市 西原区市场监督管理局。")
    for other in ("西原区市场监督管理局", "兰州市市场监督管理局", "庆原市西原区市场监督管理局南街市场监管所", ""):
        assert not bureau.acts_for(other)
    assert [bureau.covers(region) for region in ("621000", "621027", "620100", "330206")] == [True, True, False, False]


def test_a_day_before_the_bureau_is_an_error() -> None:
    with pytest.raises(DefinitionError) as caught:
        authority_on(date(2014, 2, 28))
    assert caught.value.code == "policy.none_in_force"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (
            "11621000MB1A0001XQ",
            "11621000MB1A0001X0",
            "authority.yml:12 有误：rows.credit_code: 不是有效的统一社会信用代码",
        ),
        (
            "      - 庆原市市场监督管理局\n",
            "",
            "authority.yml:14 有误：rows.registrars: 须包括本机关 庆原市市场监督管理局",
        ),
        ('"621000"', '"6210"', "authority.yml:11 有误：rows.region"),
        (
            "    court: 庆原市西原区人民法院",
            "    courts: 庆原市西原区人民法院",
            "authority.yml:5 有误：rows.court: 缺少这一项",
        ),
    ],
)
def test_a_faulty_file_is_refused_with_its_line(tmp_path: Path, old: str, new: str, why: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = tmp_path / "authority.yml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_policy(path, Authorities)
    assert caught.value.code == "policy.invalid" and why in str(caught.value)
