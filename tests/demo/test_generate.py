"""The generator: same seed, same bytes; one stream per table; rates as they are in a city; sound dates and codes."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from generated import UNTIL, city, files, rows, source, truth
from stdnum.cn import uscc

from credit_graph.demo import generate as generator
from credit_graph.demo.conduct import CAUSES
from credit_graph.demo.generate import delivered, generate, quarters
from credit_graph.demo.sources import SOURCES
from credit_graph.demo.tables_register import CHINESE


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return city(tmp_path_factory.mktemp("city") / "a", firms=12_000)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return city(tmp_path_factory.mktemp("small") / "a")


def test_same_seed_same_bytes(small: Path, tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from datetime import date; from credit_graph.demo.generate import generate;"
        f"generate(Path({str(tmp_path / 'again')!r}), 300, 1, until=date({UNTIL.year}, {UNTIL.month}, {UNTIL.day}))"
    )
    # another process with another hash seed: no order may depend on it
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONHASHSEED": "7", "PYTHONPATH": "src"})
    assert files(tmp_path / "again") == files(small)
    other = files(city(tmp_path / "other", seed=2))
    assert [
        name for name, data in files(small).items() if other.get(name) == data and not name.startswith("truth")
    ] == []


def test_noise_and_deliveries_are_repeatable(tmp_path: Path) -> None:
    made = [files(city(tmp_path / name, firms=200, noise=0.3, deliveries="quarterly")) for name in "ab"]
    assert made[0] == made[1]


def test_a_table_less_leaves_the_others_unchanged(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dropped = {"complaint", "registration", "annual_report", "court_defaulter"}
    monkeypatch.setattr(generator, "SOURCES", tuple(s for s in SOURCES if s.name not in dropped)[::-1])
    generate(tmp_path / "fewer", 300, 1, until=UNTIL)
    before, fewer = files(small), files(tmp_path / "fewer")
    gone = ("投诉举报", "dw_zj_scjdgl_scztxx", "年报信息", "dw_zj_fzgg_sxbzxrxx")
    assert fewer == {name: data for name, data in before.items() if not name.startswith(gone)}


def test_kinds_and_places(folder: Path) -> None:
    register = [row for path in sorted(folder.glob("dw_zj_scjdgl_scztxx_*")) for row in map(plain, rows(path))]
    kinds = Counter(row["comp_type"] for row in register)
    assert 0.62 < kinds["个体工商户"] / len(register) < 0.70
    assert len(kinds) == 10
    hosted = sum("集群注册" in row["addr"] or "集中办公" in row["addr"] or "托管" in row["addr"] for row in register)
    assert 0.06 < hosted / len(register) < 0.12
    assert len({row["uni_social_crd_cd"][2:8] for row in register}) == 8
    assert len({row["reg_org"] for row in register}) > 30  # bureaus of districts, and stations
    assert all(uscc.is_valid(row["uni_social_crd_cd"]) for row in register)
    assert len({row["uni_social_crd_cd"] for row in register}) == len(register)


def plain(row: dict[str, str]) -> dict[str, str]:
    """A row of the register under the coded headers."""
    coded = {zh: code for code, zh in CHINESE.items()}
    return {coded.get(name, name): cell for name, cell in row.items()}


def test_names_are_as_common_as_they_are(folder: Path) -> None:
    people = {(row["person"], row["name"]) for row in truth(folder, "persons")}
    names = Counter(name for _, name in people)
    surnames = Counter(name[0] for _, name in people)
    assert [name for name, _ in surnames.most_common(3)] in (
        list("王李张"),
        list("李王张"),
        list("王张李"),
        list("李张王"),
    )
    top = ("张伟", "王伟", "王芳", "李伟", "李娜", "王秀英", "李秀英", "张敏", "李静", "王静")
    # each is about two in ten thousand people, as in the country
    assert 0.0012 < sum(names[name] for name in top) / len(people) < 0.0030
    assert sum(count > 1 for count in names.values()) > 0.05 * len(names)


def test_reports_and_listings(folder: Path) -> None:
    listed = source(folder, "经营异常名录")
    reasons = Counter(row["列入经营异常名录原因"] for row in listed)
    words = (
        "未按照规定的期限公示年度报告。",
        "未在责令期限内公示有关企业信息。",
        "",
        "通过登记的住所或者经营场所无法联系。",
    )
    for word, share in zip(words, CAUSES, strict=True):
        assert not word or abs(100 * reasons[word] / len(listed) - share) < 4
    firms = {row["code"]: row for row in truth(folder, "firms")}
    owed = [row for row in firms.values() if row["founded"] < date(2025, 1, 1) and row["kind"] == "company"]
    owed = [row for row in owed if row["ended"] is None or row["ended"] > date(2025, 12, 31)]
    filed = {row["统一社会信用代码"] for row in source(folder, "年报信息") if row["年报年度"] == "2024"}
    assert 0.95 < sum(row["code"] in filed for row in owed) / len(owed) < 0.995


def test_dates_agree(folder: Path) -> None:
    firms = {row["code"]: row for row in truth(folder, "firms")}
    for row in source(folder, "年报信息"):
        firm = firms[row["统一社会信用代码"]]
        filed = row["年度报告日期"].split()[0]
        assert firm["founded"].year <= int(row["年报年度"]) < int(filed[:4])
        assert filed <= f"{UNTIL}"
    for row in source(folder, "检查记录"):
        assert f"{firms[row['统一社会信用代码']]['founded']}" < row["检查日期"] <= f"{UNTIL}"
    for row in source(folder, "经营异常名录"):
        assert f"{firms[row['统一社会信用代码']]['founded']}" < row["列入日期"] <= f"{UNTIL}"
        assert not row["移出日期"] or row["列入日期"] < row["移出日期"] <= f"{UNTIL}"


def test_the_random_arm_is_random(folder: Path) -> None:
    checks = source(folder, "检查记录")
    arm = [row for row in checks if row["是否随机组"] == "1"]
    assert {row["抽中概率"] for row in arm} == {"0.1"}
    graded = Counter(row["抽中概率"] for row in checks if row["抽取方式"] == "分级随机")
    assert set(graded) == {"0.1", "0.2", "0.4", "0.8"}
    assert all(not row["抽中概率"] for row in checks if row["抽取方式"] == "定向")
    quality = {row["code"]: row["quality"] for row in truth(folder, "firms")}
    mean = sum(quality[row["统一社会信用代码"]] for row in arm) / len(arm)
    assert abs(mean - sum(quality.values()) / len(quality)) < 0.1
    found = [row for row in arm if row["检查结果"] != "未发现问题"]
    worse = sum(quality[row["统一社会信用代码"]] for row in found) / len(found)
    assert worse < mean - 0.3  # the hidden quality drives what is found


def test_what_sister_firms_did_tells_what_a_firm_does(folder: Path) -> None:
    """The hidden risk is that of whoever controls a firm: shared by all of his firms, and it lasts."""
    did = {(row["code"], row["year"]) for row in truth(folder, "violations")}
    sisters: dict[object, set[str]] = {}
    for row in truth(folder, "firms"):
        if row["kind"] == "company" and row["founded"] < date(2024, 1, 1) and row["ended"] is None:
            sisters.setdefault(row["operator"], set()).add(row["code"])
    rates = {}
    for bad in (True, False):
        then = [
            code
            for codes in sisters.values()
            for code in codes
            if len(codes) > 1 and bad == any((other, 2025) in did for other in codes - {code})
        ]
        assert len(then) > 100
        rates[bad] = sum((code, 2026) in did for code in then) / len(then)
    assert rates[True] > 0.5
    assert rates[False] < 0.2


def test_days_of_deliveries() -> None:
    assert delivered(date(2026, 11, 23), "yearly") == [date(2025, 11, 23), date(2026, 11, 23)]
    assert delivered(date(2026, 11, 23), "quarterly") == quarters(date(2026, 11, 23))
    assert delivered(date(2026, 11, 23), None) == [date(2026, 11, 23)]


def test_quarters() -> None:
    assert quarters(date(2026, 11, 23)) == [date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30)]
    assert quarters(date(2026, 1, 1))[-1] == date(2025, 12, 31)
    assert quarters(date(2026, 3, 31))[-1] == date(2025, 12, 31)


def test_too_small_a_city_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        generate(tmp_path / "a", 199, 1)
