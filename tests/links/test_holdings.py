"""Holdings: whose list counts, and what is blank, missing or faulty. No graph."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_graph.links.holdings import MOST, faulty, ppm
from handmade import Said
from shareholders import CAPITAL, A, B, C, D, changed, linked, registered, reported, rows

# name; amounts by holder (Y: the company's own); share, lowest, highest (ppm), basis and fault by holder; majority
TABLE: list[Any] = [
    (
        "missing_shareholders_interval",
        {"P": 45_000_000},
        {"P": (450_000, 450_000, 1_000_000, "subscribed", "")},
        ("undetermined", "unlisted"),
    ),
    (
        "one_unknown_pct_is_the_residual",
        {"P": 30_000_000, "Q": None},
        {"P": (300_000, 300_000, 300_000, "subscribed", ""), "Q": (700_000, 700_000, 700_000, "residual", "")},
        ("majority", ""),
    ),
    (
        "the_only_holder_is_blank",
        {"P": None},
        {"P": (1_000_000, 1_000_000, 1_000_000, "residual", "")},
        ("majority", ""),
    ),
    (
        "two_unknown_pct_not_inferable",
        {"P": 40_000_000, "Q": None, "R": None},
        {
            "P": (400_000, 400_000, 400_000, "subscribed", ""),
            "Q": (None, 0, 600_000, "subscribed", ""),
            "R": (None, 0, 600_000, "subscribed", ""),
        },
        ("undetermined", "blank_amounts"),
    ),
    (
        "sum_over_100",
        {"P": 60_000_000, "Q": 60_000_000},
        {
            "P": (600_000, None, None, "subscribed", "over_100"),
            "Q": (600_000, None, None, "subscribed", "over_100"),
        },
        ("undetermined", "over_100"),
    ),
    (
        "one_fen_over_100",
        {"P": 100_000_001},
        {"P": (1_000_000, None, None, "subscribed", "over_100")},
        ("undetermined", "over_100"),
    ),
    (
        "no_blank_is_left_by_more_than_100",
        {"P": 100_000_001, "Q": None},
        {
            "P": (1_000_000, None, None, "subscribed", "over_100"),
            "Q": (None, None, None, "subscribed", "over_100"),
        },
        ("undetermined", "over_100"),
    ),
    (
        "negative_amount_is_blank",
        {"P": 30_000_000, "Q": -10_000_000, "R": None},
        {
            "P": (300_000, 300_000, 300_000, "subscribed", ""),
            "Q": (None, 0, 700_000, "subscribed", "negative"),
            "R": (None, 0, 700_000, "subscribed", ""),
        },
        ("undetermined", "blank_amounts"),
    ),
    (
        "amount_that_nothing_has",
        {"P": 30_000_000, "Q": MOST + 1, "R": None},
        {
            "P": (300_000, 300_000, 300_000, "subscribed", ""),
            "Q": (None, 0, 700_000, "subscribed", "too_large"),
            "R": (None, 0, 700_000, "subscribed", ""),
        },
        ("undetermined", "blank_amounts"),
    ),
    (
        "treasury_self_holding",
        {"Y": 20_000_000, "P": 41_000_000, "Q": 39_000_000},
        {
            "Y": (200_000, 200_000, 200_000, "subscribed", ""),
            "P": (410_000, 410_000, 410_000, "subscribed", ""),
            "Q": (390_000, 390_000, 390_000, "subscribed", ""),
        },
        ("majority", ""),
    ),
    (
        "float_trap_thirds",
        {"P": 16_666_700, "Q": 16_666_700, "R": 16_666_700, "S": 49_999_900},
        {
            **dict.fromkeys("PQR", (166667, 166667, 166667, "subscribed", "")),
            "S": (499_999, 499_999, 499_999, "subscribed", ""),
        },
        ("none", ""),
    ),
]


@pytest.mark.parametrize(("amounts", "expected", "majority"), [case[1:] for case in TABLE], ids=[c[0] for c in TABLE])
def test_data_rules(amounts: dict[str, int | None], expected: dict[str, Any], majority: tuple[str, str]) -> None:
    said = Said()
    said.firm(A, "甲有限公司")
    for name, amount in amounts.items():
        own = {"holder_code": A, "pid": None} if name == "Y" else {}
        registered(said, A, name, amount, **own)
    found = linked(said)
    names = ["name", "share_ppm", "low_ppm", "high_ppm", "basis", "fault"]
    assert rows(found.holdings, *names) == {(name, *told) for name, told in expected.items()}
    assert rows(found.majority, "status", "reason") == {majority}


def test_a_company_of_itself_only_and_one_without_holders() -> None:
    said = Said()
    said.firm(A, "甲有限公司")
    said.firm(B, "乙有限公司")
    registered(said, A, "甲有限公司", CAPITAL)
    found = linked(said)
    assert rows(found.holdings, "holder", "eid", "match", "votes", "whole") == {(A, A, "name", CAPITAL, CAPITAL)}
    assert list(found.majority.index) == []  # nobody else has a vote in A; of B nothing is said


@pytest.mark.parametrize(
    ("valid", "status"), [(date(2024, 6, 30), "majority"), (date(2024, 7, 1), "none")], ids=["2018", "2023"]
)
def test_exactly_half_follows_the_law_of_the_day(valid: date, status: str) -> None:
    said = Said()
    said.firm(A, "甲有限公司")
    for name, amount in {"P": 50_000_000, "Q": 25_000_000, "R": 25_000_000}.items():
        registered(said, A, name, amount)
    assert set(linked(said, valid).majority["status"]) == {status}


def test_capital_in_another_currency_is_not_compared() -> None:
    said = Said()
    said.firm(A, "甲有限公司", currency="美元")
    registered(said, A, "P", 60_000_000)
    registered(said, A, "Q", None)
    found = linked(said)
    names = ["name", "amount", "capital", "votes", "whole", "low_ppm", "high_ppm", "basis"]
    assert rows(found.holdings, *names) == {
        ("P", 60_000_000, None, 60_000_000, None, None, None, "subscribed"),
        ("Q", None, None, None, None, None, None, "subscribed"),
    }
    assert rows(found.majority, "status", "reason") == {("undetermined", "no_capital")}


def test_subscribed_amounts_go_before_paid_ones_of_whatever_list() -> None:
    said = Said()
    said.firm(A, "甲有限公司")
    registered(said, A, "P", None, paid=10_000_000)
    sid = reported(said, A, 2025, "P", 60_000_000, paid=5_000_000)
    said.firm(B, "乙有限公司")
    first = registered(said, B, "P", None, paid=10_000_000)
    second = registered(said, B, "P", None, paid=41_000_000)
    reported(said, B, 2025, "P", None, paid=5_000_000)
    found = linked(said).holdings
    assert rows(found, "eid", "amount", "basis", "source", "sids") == {
        (A, 60_000_000, "subscribed", "reportedcontribution", (sid,)),
        (B, 51_000_000, "paid", "contribution", tuple(sorted((first, second)))),
    }


def test_the_last_report_adds_what_the_register_lacks() -> None:
    said = Said()
    for company in (A, B, C, D):
        said.firm(company, f"{company[-1]}公司")
        registered(said, company, "P", 40_000_000)
        reported(said, company, 2024, "R", 10_000_000)  # not the last report
        reported(said, company, 2025, "P", 30_000_000)  # the register goes before
    registered(said, A, "Q", None)
    filled = {reported(said, A, 2025, "Q", 25_000_000), reported(said, A, 2025, "S", 35_000_000)}
    reported(said, B, 2025, "Q", 60_000_001)  # one fen too much
    reported(said, C, 2025, "Q", -1)
    found = linked(said).holdings
    assert rows(found, "eid", "name", "amount", "source") == {
        (A, "P", 40_000_000, "contribution"),
        (A, "Q", 25_000_000, "reportedcontribution"),
        (A, "S", 35_000_000, "reportedcontribution"),
        *((company, "P", 40_000_000, "contribution") for company in (B, C, D)),
    }
    told = found[found["source"] == "reportedcontribution"]
    assert {sid for sids in told["sids"] for sid in sids} == filled


def test_a_fault_stays_told_where_another_source_gives_the_amount() -> None:
    said = Said()
    said.firm(A, "甲有限公司")
    registered(said, A, "P", 40_000_000, published_on=date(2020, 1, 1))
    registered(said, A, "Q", -1, published_on=date(2020, 1, 1))
    registered(said, A, "R", MOST + 1, published_on=date(2020, 1, 1))
    reported(said, A, 2025, "Q", 25_000_000)
    changed(said, A, date(2021, 1, 1), "R", None, 350_000)
    assert rows(linked(said).holdings, "name", "amount", "basis", "source", "fault") == {
        ("P", 40_000_000, "subscribed", "contribution", ""),
        ("Q", 25_000_000, "subscribed", "reportedcontribution", "negative"),
        ("R", 35_000_000, "share", "equitychange", "too_large"),
    }


def test_a_report_from_before_the_last_years_adds_nothing() -> None:
    said = Said()
    said.firm(A, "甲有限公司")
    registered(said, A, "P", 40_000_000)
    reported(said, A, 2022, "Q", 60_000_000)
    assert rows(linked(said).holdings, "name", "high_ppm") == {("P", 1_000_000)}
    assert rows(linked(said, date(2025, 12, 31)).holdings, "name", "high_ppm") == {("P", 400_000), ("Q", 600_000)}


def test_a_change_of_shares_goes_before_older_statements_of_its_parties() -> None:
    said = Said()
    said.firm(A, "甲有限公司")
    before, after = date(2020, 1, 1), date(2022, 1, 1)
    registered(said, A, "P", 70_000_000, published_on=before)
    kept = registered(said, A, "Q", 30_000_000, published_on=after)
    changed(said, A, date(2019, 6, 1), "P", 700_000, 100_000)  # before the register spoke
    bought = changed(said, A, date(2021, 6, 1), "R", 0, 450_000)
    sold = changed(said, A, date(2021, 6, 1), "P", 700_000, 250_000)
    changed(said, A, date(2021, 6, 1), "Q", 300_000, 0)  # the register spoke of Q later
    found = linked(said)
    assert rows(found.holdings, "name", "amount", "share_ppm", "basis", "sids") == {
        ("P", 25_000_000, 250_000, "share", (sold,)),
        ("Q", 30_000_000, 300_000, "subscribed", (kept,)),
        ("R", 45_000_000, 450_000, "share", (bought,)),
    }
    earlier = linked(said, date(2021, 5, 31)).holdings
    assert rows(earlier, "name", "share_ppm") == {("P", 700_000), ("Q", 300_000)}


def test_who_sold_everything_is_no_holder_and_an_unreadable_change_leaves_a_blank() -> None:
    said = Said()
    said.firm(A, "甲有限公司")
    registered(said, A, "P", 70_000_000, published_on=date(2020, 1, 1))
    registered(said, A, "Q", 30_000_000, published_on=date(2020, 1, 1))
    changed(said, A, date(2021, 1, 1), "P", 700_000, 0)
    changed(said, A, date(2022, 1, 1), "Q", 300_000, None)
    changed(said, A, date(2022, 1, 1), "R", 0, 600_000)
    assert rows(linked(said).holdings, "name", "share_ppm", "basis") == {
        ("Q", 400_000, "residual"),
        ("R", 600_000, "share"),
    }


def test_what_the_register_says_without_a_day_stands() -> None:
    said = Said()
    said.firm(A, "甲有限公司")
    registered(said, A, "P", CAPITAL)
    changed(said, A, date(2021, 1, 1), "P", 1_000_000, 0)
    assert rows(linked(said).holdings, "name", "share_ppm") == {("P", 1_000_000)}


def test_percentages_alone_are_compared_with_the_whole() -> None:
    said = Said()
    said.firm(A, "甲有限公司", currency="美元")
    changed(said, A, date(2021, 1, 1), "P", 0, 500_001)
    changed(said, A, date(2021, 1, 1), "Q", 0, -1)
    found = linked(said)
    names = ["name", "amount", "votes", "whole", "low_ppm", "high_ppm", "fault"]
    assert rows(found.holdings, *names) == {("P", None, 500_001, 1_000_000, 500_001, 1_000_000, "")}
    assert rows(found.majority, "holder", "status", "share_ppm", "amount", "capital") == {
        ("k-P", "majority", 500_001, None, None)
    }


def test_a_percentage_that_makes_no_whole_fen_stays_exact() -> None:
    said = Said()
    said.firm(A, "甲有限公司", registered_capital=101)
    registered(said, A, "Q", 50, published_on=date(2020, 1, 1))
    registered(said, A, "P", 51, published_on=date(2020, 1, 1))
    changed(said, A, date(2021, 1, 1), "P", 510_000, 500_000)
    found = linked(said)
    assert rows(found.holdings, "name", "amount", "votes", "whole", "share_ppm") == {
        ("P", 50, 50_500_000, 101_000_000, 500_000),
        ("Q", 50, 50_000_000, 101_000_000, 495_049),
    }
    # exactly half, which 50 of 101 fen would not show
    assert rows(linked(said, date(2024, 6, 30)).majority, "holder", "status", "capital") == {("k-P", "majority", 101)}


def test_what_cannot_be_right_is_told_once_per_company() -> None:
    said = Said()
    for company in (A, B):
        said.firm(company, f"{company[-1]}公司")
    registered(said, A, "P", 40_000_000)
    first = registered(said, A, "Q", 60_000_001)
    negative = registered(said, B, "P", -1)
    assert rows(faulty(linked(said).holdings), "eid", "fault", "sid", "name", "total", "whole") == {
        (A, "over_100", first, "Q", 100_000_001, CAPITAL),
        (B, "negative", negative, "P", CAPITAL, CAPITAL),
    }


Company = tuple[Sequence[int | None], Sequence[int | None], int]  # amounts in the register, changed shares, capital
COMPANY = st.tuples(
    st.lists(st.one_of(st.none(), st.integers(-5, 70)), min_size=1, max_size=6),
    st.lists(st.one_of(st.none(), st.integers(0, 1_000_000)), max_size=2),
    st.integers(1, 120),
)


def known_of(amounts: Sequence[int | None], shares: Sequence[int | None], capital: int) -> dict[str, Fraction | None]:
    """Each holder's part as far as it is told."""
    known: dict[str, Fraction | None] = {}
    for number, amount in enumerate(amounts):
        known[chr(97 + number)] = None if amount is None or amount < 0 else Fraction(amount, capital)
    if all(amount is None for amount in amounts):
        known = dict.fromkeys(known)
    for number, share in enumerate(shares):
        name = chr(97 + number)
        if share == 0:
            known.pop(name, None)
        elif share is not None or name in known:
            known[name] = None if share is None else Fraction(share, 1_000_000)
    return known


@settings(deadline=None, max_examples=10)
@given(st.lists(COMPANY, min_size=1, max_size=20))  # many at once: one by one takes as long each
def test_the_interval_holds_what_is_known(companies: Sequence[Company]) -> None:
    """Against fractions: lower bounds never exceed the whole, and what is left is the highest that anyone may add."""
    said = Said()
    eids = [f"9133{number:014d}" for number in range(len(companies))]
    for eid, (amounts, shares, capital) in zip(eids, companies, strict=True):
        said.firm(eid, f"公司{eid}", registered_capital=capital)
        for number, amount in enumerate(amounts):
            registered(said, eid, chr(97 + number), amount, published_on=date(2020, 1, 1))
        for number, share in enumerate(shares):
            changed(said, eid, date(2021, 1, 1), chr(97 + number), None, share)
    holdings = linked(said).holdings
    assert set(holdings["eid"]) <= set(eids)
    for eid, company in zip(eids, companies, strict=True):
        in_the_interval(holdings[holdings["eid"] == eid].set_index("name"), known_of(*company))


def in_the_interval(found: pd.DataFrame, known: dict[str, Fraction | None]) -> None:
    total = sum((value for value in known.values() if value is not None), Fraction(0))
    blanks = [name for name, value in known.items() if value is None]
    if len(blanks) == 1 and total <= 1:
        known[blanks.pop()], total = 1 - total, Fraction(1)
    assert set(found.index) == set(known)
    for name, value in known.items():
        row: Any = found.loc[name]
        assert (row["share_ppm"] is pd.NA) == (value is None)
        if value is not None:
            assert Fraction(int(row["votes"]), int(row["whole"])) == value
        if total > 1:
            assert row["low_ppm"] is pd.NA
            assert row["high_ppm"] is pd.NA
        else:
            spare = 1 - total if value is None or not blanks else Fraction(0)
            low, high = (value or Fraction(0)) * 1_000_000, ((value or Fraction(0)) + spare) * 1_000_000
            assert (row["low_ppm"], row["high_ppm"]) == (low.__floor__(), high.__ceil__())


@given(st.integers(0, 2**60), st.integers(1, 2**59))
def test_parts_per_million_do_not_overflow(part: int, whole: int) -> None:
    a, b = (pd.Series([value], dtype="Int64") for value in (part, whole))
    if part // whole < 2**40:
        assert ppm(a, b)[0] == part * 1_000_000 // whole
        assert ppm(a, b, up=True)[0] == -(-part * 1_000_000 // whole)
