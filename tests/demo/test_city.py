"""The invented city: deterministic, right check digits, and what was planted is really in the files."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from stdnum.cn import ric, uscc

from credit_graph.demo.city import plan, second_register, write_city, write_delivery_2
from credit_graph.demo.numbers import broken, citizen_id, credit_code, organisation_code

FILES = {
    "dw_nb_scjdgl_czrrjmxxx_20261031.csv",
    "dw_nb_scjdgl_qynbzcxx_20261031.csv",
    "dw_nb_scjdgl_xzcfgsxx_20261031.csv",
    "dw_zj_scjdgl_fddbrxx_20261031.csv",
    "dw_zj_scjdgl_jyycmlxx_20261031.csv",
    "dw_zj_scjdgl_scztxx_621002_20261031.csv",
    "dw_zj_scjdgl_scztxx_621021_20261031.csv",
    "dw_zj_scjdgl_yzwfsx_20261031.csv",
    "公示系统导出_20261031.csv",
    "双公示行政处罚_20261031.csv",
}


def rows(path: Path, encoding: str = "utf-8-sig", delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding)), delimiter=delimiter))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("city")
    write_city(made)
    return made


def test_codes_of_the_standard() -> None:
    assert organisation_code("MA1B3N1N") == "MA1B3N1N2"
    assert credit_code("91", "621002", 1) == "91621002MA7000018M"
    assert uscc.is_valid(credit_code("93", "621021", 77))
    assert not uscc.is_valid(broken(credit_code("93", "621021", 77)))


def test_persons_are_invented() -> None:
    number = citizen_id(date(1911, 11, 1), 123)
    assert number[:17] == "11010119111101123"
    assert ric.is_valid(number)
    with pytest.raises(ValueError):
        citizen_id(date(1950, 1, 1), 1)


def test_same_seed_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    script = (
        f"from pathlib import Path; from credit_graph.demo.city import write_city; write_city(Path({str(again)!r}))"
    )
    # another process with another hash seed: no order may depend on it
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONHASHSEED": "7", "PYTHONPATH": "src"})
    assert {p.name: p.read_bytes() for p in again.iterdir()} == {p.name: p.read_bytes() for p in folder.iterdir()}
    assert {p.name for p in folder.iterdir()} == FILES
    other = tmp_path / "other"
    write_city(other, seed=2)
    assert (other / "公示系统导出_20261031.csv").read_bytes() != (folder / "公示系统导出_20261031.csv").read_bytes()


def test_who_lives_there() -> None:
    city = plan()
    kinds = Counter(firm.entity_type for firm in city.firms)
    assert len(city.firms) == 200
    assert kinds["个体工商户"] == 133
    assert len({firm.code for firm in city.firms}) == 200
    assert len({firm.name for firm in city.firms}) == 200
    assert all(uscc.is_valid(firm.code) for firm in city.firms)
    assert Counter(firm.district for firm in city.firms) == {"621002": 130, "621021": 70}


def test_every_number_of_a_person_is_invented(folder: Path) -> None:
    found = set()
    for path in folder.iterdir():
        text = path.read_text("gb18030" if "fddbrxx" in path.name else "utf-8-sig")
        found |= set(re.findall(r"(?<![0-9A-Za-z])\d{17}[\dX](?![0-9A-Za-z])", text))
    assert len(found) > 100
    assert {number for number in found if not re.match(r"110101(19[0-4]\d)", number)} == set()
    assert all(ric.is_valid(number) for number in found)


def test_planted_chain_is_in_the_contributions(folder: Path) -> None:
    codes = plan().stories["control_chain"]
    held = {
        (row["uni_social_crd_cd"], row["stocker_nm"], row["subscrip_amt"])
        for row in rows(folder / "dw_nb_scjdgl_czrrjmxxx_20261031.csv", delimiter="\t")
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


def test_planted_lists() -> None:
    city = plan()
    assert city.stories["serious_standing"] == [f"QYYZ{number:04d}" for number in range(1, 7)]
    assert city.stories["serious_refused"] == [f"QYYZ{number:04d}" for number in range(7, 11)]
    assert city.stories["serious_removed"] == ["QYYZ0011", "QYYZ0012"]
    standing = city.serious[:6]
    assert all("2023-11-23" < item.listed <= "2026-11-23" and not item.removed for item in standing)
    assert sum(bool(item.removed) for item in city.abnormal) == 6
    assert sum(bool(item.removal_reason) and not item.removed for item in city.abnormal) == 2


def test_planted_hubs(folder: Path) -> None:
    city = plan()
    by_code = {firm.code: firm for firm in city.firms}
    together = [by_code[code] for code in city.stories["shared_phone_and_room"]]
    assert {(firm.address, firm.phone) for firm in together} == {
        ("甘肃省庆原市西原区九龙路66号陇东大厦1203室", "09348600123")
    }
    phones = Counter(row["tel_num"] for row in rows(folder / "dw_zj_scjdgl_fddbrxx_20261031.csv", "gb18030"))
    assert phones["09348600123"] == 4
    assert sum("集群注册" in firm.address for firm in city.firms) == 8


def test_dirty_rows(folder: Path) -> None:
    register = rows(folder / "dw_zj_scjdgl_scztxx_621021_20261031.csv")
    codes = Counter(row["uni_social_crd_cd"] for row in register)
    assert [row["comp_nm"] for row in register if not uscc.is_valid(row["uni_social_crd_cd"])] == [
        "东川县错码商贸有限公司"
    ]
    assert [row["comp_nm"] for row in register if not row["reg_state"]] == ["有码无信息的经营部"]
    assert [count for count in codes.values() if count > 1] == [2]
    assert len(register) == 74


def test_second_delivery(folder: Path, tmp_path: Path) -> None:
    write_delivery_2(tmp_path)
    before: dict[str, dict[str, str]] = {}
    after: dict[str, dict[str, str]] = {}
    for district in ("621002", "621021"):
        for row in rows(folder / f"dw_zj_scjdgl_scztxx_{district}_20261031.csv"):
            if row["reg_state"] and uscc.is_valid(row["uni_social_crd_cd"]):
                before[row["uni_social_crd_cd"]] = row
        for row in rows(tmp_path / f"dw_zj_scjdgl_scztxx_{district}_20261120.csv"):
            after[row["uni_social_crd_cd"]] = row
    changed = {
        (before[code]["comp_nm"], column, before[code][column], after[code][column])
        for code in before.keys() & after.keys()
        for column in before[code]
        if before[code][column] != after[code][column] and column != "appr_dt"
    }
    assert {item[:2] for item in changed} == {
        ("西原区阿兰汽修部", "reg_state"),
        ("庆原鼎泰建材有限公司", "legal_repre"),
        ("庆原双木装饰工程有限公司", "addr"),
    }
    assert {after[code]["comp_nm"] for code in after.keys() - before.keys()} == {
        "庆原晨曦商贸有限公司",
        "庆原暮云物流有限公司",
    }
    assert len(before.keys() - after.keys()) == 1
    assert len(second_register(plan())) == 201


def test_too_small_a_city_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        write_city(tmp_path, firms=20)
