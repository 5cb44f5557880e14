"""The hand-made core of the demo's city: what is told is really in its rows."""

from __future__ import annotations

import re
from collections import Counter

from generated import Rows
from stdnum.cn import ric, uscc

from credit_graph.demo.core import core, core_files
from credit_graph.demo.core_stories import NO_REPORT, UNREACHABLE
from credit_graph.demo.files import Table

CITY = core()
FILES = core_files(CITY)


def shown(name: str) -> Rows:
    table: Table = FILES[name]
    columns = [column.to_pylist() for column in table.columns.values()]
    return [dict(zip(table.columns, cells, strict=True)) for cells in zip(*columns, strict=True)]


def test_every_number_of_a_person_is_invented() -> None:
    text = " ".join(cell for name in FILES for row in shown(name) for cell in row.values())
    found = set(re.findall(r"(?<![0-9A-Za-z])\d{17}[\dX](?![0-9A-Za-z])", text))
    assert len(found) > 30
    assert {number for number in found if not re.match(r"110101(19[234]\d)", number)} == set()
    assert all(ric.is_valid(number) for number in found)
    assert all(uscc.is_valid(firm.code) for firm in CITY.firms)


def test_chain_is_in_the_contributions() -> None:
    codes = CITY.stories["control_chain"]
    held = {
        (row["uni_social_crd_cd"], row["stocker_nm"], row["subscrip_amt"])
        for row in shown("dw_nb_scjdgl_czrrjmxxx")
        if row["uni_social_crd_cd"] in codes
    }
    group, invest, estate, manager = codes
    assert held == {
        (group, "何国梁", "6000"),
        (group, "上海泾渭股权投资中心（有限合伙）", "2000"),
        (invest, "甘肃陇脉控股集团有限公司", "2100"),
        (invest, "段宏远", "900"),
        (estate, "陇脉(庆原)产业投资有限公司", "1200"),
        (estate, "庆原市城乡建设投资公司", "800"),
        (manager, "庆原陇脉置业有限公司", "300"),
    }


def test_lists() -> None:
    assert CITY.stories["serious_standing"] == [f"QYYZ{number:04d}" for number in range(1, 7)]
    assert CITY.stories["serious_refused"] == [f"QYYZ{number:04d}" for number in range(7, 11)]
    assert CITY.stories["serious_removed"] == ["QYYZ0011", "QYYZ0012"]
    standing = CITY.serious[:6]
    assert all("2023-11-23" < item.listed <= "2026-11-23" and not item.removed for item in standing)
    assert sum(bool(item.removed) for item in CITY.abnormal) == 6
    assert sum(bool(item.removal_reason) and not item.removed for item in CITY.abnormal) == 2
    assert len(shown("经营异常名录")) == 18


def test_the_dormant_file_no_report_and_are_not_found() -> None:
    (idle,), (closed,) = CITY.stories["dormant"], CITY.stories["dormant_but_closed"]
    for code, state in ((idle, "存续"), (closed, "歇业")):
        (row,) = (row for row in shown("dw_zj_scjdgl_scztxx_621002") if row["uni_social_crd_cd"] == code)
        assert row["reg_state"] == state
        assert max(year for firm, year in CITY.reports if firm.code == code) == 2023
        listed = [(item.listed, item.reason) for item in CITY.abnormal if item.firm.code == code]
        assert listed == [("2025-07-08", NO_REPORT), ("2025-10-15", UNREACHABLE), ("2026-07-07", NO_REPORT)]


def test_hubs() -> None:
    by_code = {firm.code: firm for firm in CITY.firms}
    together = [by_code[code] for code in CITY.stories["shared_phone_and_room"]]
    assert {(firm.address, firm.phone) for firm in together} == {
        ("甘肃省庆原市西原区九龙路66号陇东大厦1203室", "09348600123")
    }
    phones = Counter(row["tel_num"] for row in shown("dw_zj_scjdgl_fddbrxx"))
    assert phones["09348600123"] == 4
    assert sum("集群注册" in firm.address for firm in CITY.firms) == 8


def test_dirty_rows() -> None:
    for code, district in (("621002", "西原区"), ("621021", "东川县")):
        register = shown(f"dw_zj_scjdgl_scztxx_{code}")
        wrong = [row["comp_nm"] for row in register if not uscc.is_valid(row["uni_social_crd_cd"])]
        assert wrong == [f"{district}错码商贸有限公司"]
        assert [row["comp_nm"] for row in register if not row["reg_state"]] == ["有码无信息的经营部"]
        assert sorted(Counter(row["uni_social_crd_cd"] for row in register).values())[-2:] == [1, 2]
