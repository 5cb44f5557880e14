"""Legal bases and list definitions: what the shipped files say, and what a faulty one is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from credit_graph.errors import DefinitionError, UsageError
from credit_graph.lists import policy
from credit_graph.lists.bases import chinese_number, documents
from credit_graph.lists.policy import ListRow, list_policy, plain
from credit_graph.resources import root

D = date.fromisoformat
DAY = D("2026-11-23")
OWN = {"source": "测试数据", "confidence": "own"}


def row() -> ListRow:
    return list_policy("serious_violation").on(DAY)


def ground(text: str) -> list[str]:
    """The articles that a wording is a ground of; [] where it is none or not known to be one."""
    text = plain(text)
    if any(other.fits(text) for other in row().not_grounds):
        return []
    return [item.article for item in row().grounds if item.fits(text)]


@pytest.mark.parametrize(
    ("text", "articles"),
    [
        ("未依法取得食品生产经营许可从事食品生产经营活动", ["5"]),
        ("生产、销售假药", ["6"]),
        ("以不合格产品冒充合格产品", ["7"]),
        ("预收费用后为逃避履行义务，关门停业", ["8"]),
        ("组织虚假交易", ["9"]),
        ("侵犯商业秘密。", ["9"]),
        ("拒不配合监督检查", ["10"]),
        ("提交虚假材料或者采取其他欺诈手段隐瞒重要事实", ["10"]),
        ("提交虚假材料或者采取其他手段隐瞒重要事实，取得市场主体登记", ["10"]),
        ("有履行能力但拒不履行行政处罚决定", ["11"]),
        ("通过登记的住所或者经营场所无法联系", []),
        ("未按照规定的期限公示年度报告", []),
        ("未依法办理变更登记或注销登记", []),
        ("被列入经营异常名录满3年仍未履行相关义务", []),
        ("被列入异常名录届满3年仍未履行相关义务的", []),
        ("公示企业信息隐瞒真实情况、弄虚作假。", []),
        ("严重违法失信行为", []),
        ("未发现提交虚假材料", []),
        ("提交虚假材料或者采取其他手段隐瞒重要事实的事实不成立", []),
        ("其他", []),
        ("", []),
    ],
)
def test_grounds_are_those_of_order_44_and_never_guessed(text: str, articles: list[str]) -> None:
    assert ground(text) == articles


def test_every_article_from_5_to_11_has_a_ground() -> None:
    assert sorted((item.article for item in row().grounds), key=int) == ["5", "6", "7", "8", "9", "10", "11"]


@pytest.mark.parametrize(
    ("listed", "last"),
    [("2022-03-24", "2025-03-24"), ("2024-02-29", "2027-02-28"), ("2021-09-01", "2024-09-01")],
)
def test_the_term_ends_with_the_same_day_three_years_later(listed: str, last: str) -> None:
    assert row().term.last_day(D(listed)) == D(last)


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("宁波市慈溪市市场监督管理局", True),
        ("国家市场监督管理总局", True),
        ("宁波市住房和城乡建设局", False),
        ("", False),
        ("宁波市市场监督管理局 13900001234", False),
    ],
)
def test_only_a_market_regulator_lists(name: str, fits: bool) -> None:
    assert row().authority.fits(name) is fits


def test_before_the_order_there_is_no_list() -> None:
    with pytest.raises(DefinitionError) as error:
        list_policy("serious_violation").on(D("2021-08-31"))
    assert error.value.code == "policy.none_in_force"


def test_an_unknown_list_is_refused() -> None:
    with pytest.raises(UsageError) as error:
        list_policy("../bases/documents")
    assert error.value.code == "usage.bad_value"


def test_articles_are_cited_as_decisions_cite_them() -> None:
    order = documents()["serious_violation_rule_44"]
    name = "《市场监督管理严重违法失信名单管理办法》（国家市场监督管理总局令第44号）"
    assert order.cite("10") == name + "第十条"
    assert order.cite("5", "11") == name + "第五条至第十一条"
    assert order.cite() == name
    english = "Rules on the list of serious violations and dishonesty (order 44) (国家市场监督管理总局令第44号)"
    assert order.cite_english("5", "11") == f"{english}, art. 5–11"
    # policies and notices have items
    assert documents()["dishonesty_opinion_49"].cite("7").endswith("（国办发〔2020〕49号）第（七）项")
    assert documents()["civil_code"].cite("203").endswith("第二百零三条")
    said = {n: chinese_number(n) for n in (1, 10, 19, 20, 22, 99, 100, 101, 110, 178, 260)}
    assert list(said.values()) == [
        *("一", "十", "十九", "二十", "二十二", "九十九"),
        *("一百", "一百零一", "一百一十", "一百七十八", "二百六十"),
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"level": "galactic"}, "level"),
        ({"rows": []}, "rows"),
        ({"row.document": "rumour"}, "rumour"),
        ({"row.term.article": "99"}, "99"),
        ({"row.term.years": 0}, "years"),
        ({"row.publishable.fields": ["home_address"]}, "home_address"),
        ({"row.authority.pattern": "("}, "("),
        ({"list": "other"}, "other"),
        ({"record_kind": "Rumour"}, "Rumour"),
        ({"region": "621000"}, "region"),
        ({"row.term.until": "removal"}, "term"),
        ({"row.term.years": None}, "term"),
        ({"row.article": "99"}, "99"),
        ({"row.republishes": ["abnormal_operation"]}, "republishes"),
        ({"row.removal": [{"way": {"zh": "a", "en": "a"}, "article": "98", "basis": OWN}]}, "98"),
        ({"row.removal": [{"way": {"zh": "a", "en": "a"}, "article": "16", "earliest": {}, "basis": OWN}]}, "earliest"),
    ],
)
def test_a_faulty_definition_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object], why: str
) -> None:
    data = yaml.safe_load((root("policies") / "lists" / "serious_violation.yml").read_text(encoding="utf-8"))
    for place, value in change.items():
        *path, last = place.split(".")
        node = data["rows"][0] if path[:1] == ["row"] else data
        for part in path[1:]:
            node = node[part]
        node[last] = value
    (tmp_path / "serious_violation.yml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    monkeypatch.setattr(policy, "_folder", lambda: tmp_path)
    with pytest.raises(DefinitionError) as error:
        list_policy("serious_violation")
    assert error.value.code == "policy.invalid"
    assert why in str(error.value)
