"""Numbers of documents: written and read back, the next one of a year, and which patterns are refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_graph.errors import DefinitionError
from credit_graph.lists.numbers import Numbers, Series, series_on
from credit_graph.policyfile import Basis, read_policy
from credit_graph.resources import root

DAY = date(2026, 7, 3)
SHIPPED = read_policy(root("policies") / "templates" / "numbers.yml", Numbers).numbers
words = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=6)
series = st.builds(
    lambda before, between, after: Series(
        series="a",
        pattern=f"{before}{{short}}{between}〔{{year}}〕{after}{{n}}号",
        effective_from=DAY,
        basis=Basis(source="测试数据", confidence="own"),
    ),
    words | st.just(""),
    words,
    words | st.just("第"),
)


@given(series, words, st.integers(1949, 2999), st.integers(1, 10**7))
def test_what_is_written_is_read_back(row: Series, short: str, year: int, n: int) -> None:
    number = row.written(short, year, n)
    assert row.parsed(short, number) == (year, n)
    assert row.parsed(short, number.replace("〔", "［").replace("〕", ")")) == (year, n)
    assert row.parsed(short + "分", number) is None
    assert row.parsed(short, number + "之一") is None


@given(st.lists(st.tuples(st.sampled_from([2025, 2026]), st.integers(1, 30))), st.sampled_from(SHIPPED))
def test_the_next_number_is_above_all_of_its_year(taken: list[tuple[int, int]], row: Series) -> None:
    numbers = [row.written("庆市监", year, n) for year, n in taken]
    others = [other.written("庆市监", 2026, 99) for other in SHIPPED if other is not row]
    foreign = [row.written("兰市监", 2026, 77), "", "无文号"]
    n = row.next("庆市监", 2026, [*numbers, *others, *foreign])
    assert n == max([0, *(n for year, n in taken if year == 2026)]) + 1
    assert row.written("庆市监", 2026, n) not in numbers


def test_the_shipped_numbers() -> None:
    assert {row.series: row.written("庆市监", 2026, 12) for row in SHIPPED} == {
        "rectify_order": "庆市监责公〔2026〕12号",
        "abnormal_listing": "庆市监异列〔2026〕12号",
        "abnormal_removal": "庆市监异移〔2026〕12号",
        "mark": "庆市监个标〔2026〕12号",
        "mark_restoration": "庆市监个复〔2026〕12号",
        "serious_notice": "庆市监罚告〔2026〕12号",
        "serious_listing": "庆市监严列〔2026〕12号",
        "serious_removal": "庆市监严移〔2026〕12号",
        "objection": "庆市监异议〔2026〕12号",
        "correction": "庆市监更〔2026〕12号",
        "withdrawal": "庆市监撤〔2026〕12号",
        "acceptance": "庆市监受〔2026〕12号",
        "restoration": "庆市监恢列〔2026〕12号",
        "repair": "庆市监信修〔2026〕12号",
        "bulletin": "庆市监公〔2026〕12号",
    }


def test_a_number_is_read_as_people_write_it() -> None:
    row = series_on("abnormal_listing", DAY)
    for number in ("庆市监异列[2026]0012号", " 庆市监异列（２０２６）１２ 号", "庆市监异列【2026】12号"):
        assert row.parsed("庆市监", number) == (2026, 12)
    for number in ("庆市监异列〔26〕12号", "庆市监异列〔2026〕号", "庆市监异列〔2026〕12", "庆市监异列2026第12号"):
        assert row.parsed("庆市监", number) is None


def test_an_unknown_series_or_day_is_an_error() -> None:
    for name, day in (("rumours", DAY), ("mark", date(2014, 2, 28))):
        with pytest.raises(DefinitionError) as caught:
            series_on(name, day)
        assert caught.value.code == "policy.none_in_force" and name in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("{short}〔{year}〕号", "须各含一次"),
        ("{short}〔{year}〕{n}{n}号", "须各含一次"),
        ("{short}〔{year}〕第0{n}号", "须各含一次"),
        ("{short} 〔{year}〕{n}号", "须各含一次"),
        ("{short}{〔{year}〕{n}号", "须各含一次"),
        ("{short}〔{year}{n}号", "之间须有文字"),
        ("{short}异列(({year}〕{n}号", "无法区分"),
    ],
)
def test_a_faulty_pattern_is_refused(tmp_path: Path, pattern: str, why: str) -> None:
    path = tmp_path / "numbers.yml"
    basis = "effective_from: 2020-01-01, basis: {source: 测试数据, confidence: own}"
    rows = [f'  - {{series: {name}, pattern: "{p}", {basis}}}' for name, p in (("a", pattern), ("b", OTHER))]
    path.write_text("numbers:\n" + "\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_policy(path, Numbers)
    assert caught.value.code == "policy.invalid" and why in str(caught.value)


OTHER = "{short}异列〔〔{year}〕{n}号"
