"""Direct majority holders: the definitions of the company law, exact at the line."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_graph.links.majority import direct_majority
from credit_graph.links.policy import LinkRules, link_policy

NOW = link_policy().on(date(2024, 7, 1))
BEFORE = link_policy().on(date(2024, 6, 30))


def holdings(shares: dict[str, int | None], capital: int | None = 10_000, eid: str = "Y") -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "holder": list(shares),
            "eid": eid,
            "amount": pd.array(list(shares.values()), dtype="Int64"),
            "capital": pd.array([capital] * len(shares), dtype="Int64"),
            "votes": pd.array(list(shares.values()), dtype="Int64"),
            "whole": pd.array([capital] * len(shares), dtype="Int64"),
        }
    )
    frame["sids"] = pd.Series([(f"s-{holder}",) for holder in shares], dtype=object)
    return frame


def answer(
    shares: dict[str, int | None], rules: LinkRules = NOW, capital: int | None = 10_000
) -> tuple[str, str, str | None, tuple[str, ...]]:
    row: Any = direct_majority(holdings(shares, capital), rules).loc["Y"]
    holder = row["holder"] if isinstance(row["holder"], str) else None
    return row["status"], row["reason"], holder, row["possible"]


# name, shares of 10,000, expected on a day of the law of 2023 and of the law of 2018
CASES: list[Any] = [
    ("direct_majority", {"A": 5001}, ("majority", "", "A", ()), ("majority", "", "A", ())),
    (
        "exactly_50_is_not_control",
        {"A": 5000, "B": 2500, "C": 2500},
        ("none", "", None, ()),
        ("majority", "", "A", ()),
    ),
    ("joint_50_50", {"A": 5000, "B": 5000}, ("joint", "", None, ("A", "B")), ("joint", "", None, ("A", "B"))),
    (
        "float_trap_exact_half",
        {"A": 1000, "B": 1000, "C": 1000, "D": 2000, "E": 5000},
        ("none", "", None, ()),
        ("majority", "", "E", ()),
    ),
    ("sum_over_100", {"P1": 6000, "P2": 6000}, *[("undetermined", "over_100", None, ("P1", "P2"))] * 2),
    (
        "missing_shareholders_interval",
        {"P1": 4500},
        *[("undetermined", "unlisted", None, ("P1",))] * 2,
    ),
    (
        "two_unknown_pct_not_inferable",
        {"P1": None, "P2": None, "P3": 4000},
        *[("undetermined", "blank_amounts", None, ("P1", "P2"))] * 2,
    ),
    ("two_fifths_plus_many", {"P1": 4000, "P2": 2000, "P3": 2000, "P4": 2000}, *[("none", "", None, ())] * 2),
    ("treasury_self_holding", {"Y": 2000, "P1": 4100, "P2": 3900}, *[("majority", "", "P1", ())] * 2),
    ("concert_parties_53", {"P1": 2000, "P2": 1800, "P3": 1500, "P4": 4700}, *[("none", "", None, ())] * 2),
    ("zero_amount", {"P1": 0, "P2": 10_000}, *[("majority", "", "P2", ())] * 2),
    # 2 % are not listed: whoever of the two has them has the majority
    ("small_rest", {"P1": 4900, "P2": 4900}, *[("undetermined", "unlisted", None, ("P1", "P2"))] * 2),
    ("rest_cannot_matter", {"P1": 4000, "P2": 4000, "P3": 1500}, *[("none", "", None, ())] * 2),
]


@pytest.mark.parametrize(("shares", "now", "before"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_definitions(shares: dict[str, int | None], now: Any, before: Any) -> None:
    assert answer(shares, NOW) == now
    assert answer(shares, BEFORE) == before


def test_without_capital_it_is_undetermined() -> None:
    assert answer({"A": 9_000_000}, capital=None) == ("undetermined", "no_capital", None, ())


def test_thirds_above_half_are_flagged_near_the_line() -> None:
    # 16.6667 % three times is 50.0001 %: more than half, and within 0.01 points of it
    row = direct_majority(holdings({"A": 500_001, "B": 499_999}, 1_000_000), NOW).loc["Y"]
    assert (row["status"], row["holder"], row["near_line"], row["share_ppm"]) == ("majority", "A", True, 500_001)
    row = direct_majority(holdings({"A": 510_000, "B": 490_000}, 1_000_000), NOW).loc["Y"]
    assert (row["near_line"], row["sids"]) == (False, ("s-A",))


def test_amounts_that_floats_cannot_hold() -> None:
    capital = 900_719_925_474_099_301  # beyond 2**53, odd
    more = {"A": capital // 2 + 1, "B": capital // 2}
    assert answer(dict(more), capital=capital) == ("majority", "", "A", ())
    even = capital + 1
    assert answer({"A": even // 2, "B": even // 2}, capital=even) == ("joint", "", None, ("A", "B"))


def test_no_holdings() -> None:
    assert direct_majority(holdings({}), NOW).empty


@settings(deadline=None)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=5), st.integers(1, 100), st.booleans())
def test_a_majority_holder_has_more_than_all_others(amounts: list[int], capital: int, old_law: bool) -> None:
    shares: dict[str, int | None] = {f"H{i}": amount for i, amount in enumerate(amounts)}
    status, reason, holder, _ = answer(shares, BEFORE if old_law else NOW, capital)
    total = sum(amounts)
    over = [h for h, a in shares.items() if a is not None and (2 * a > capital or (old_law and 2 * a == capital))]
    assert (reason == "over_100") == (total > capital)
    if status == "majority":
        assert over == [holder]
    elif total <= capital:
        assert len(over) != 1
