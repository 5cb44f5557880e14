"""Several sources tell of one fact: payments beside the register of contributions, two tables of annual reports."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from credit_graph.grading.grade import grade
from credit_graph.grading.policy import grading_policy
from credit_graph.links.compute import links
from credit_graph.links.policy import link_policy
from credit_graph.model.time import DAY_MIN
from handmade import Said, projection_of

TODAY = date(2026, 11, 23)
A = "91330200AAAAAAAAAA"


def value(said: Said, indicator: str) -> tuple[Any, set[str]]:
    projection = projection_of(said.statements, TODAY)
    found = grade(projection, links(projection, link_policy()), grading_policy("general", TODAY)[0])
    row = found.indicators[indicator].loc[A]
    return row["value"], set(row["statements"])


@pytest.fixture
def said() -> Said:
    result = Said()
    result.firm(A, "甲有限公司")
    return result


def contribution(said: Said, key: str, source: str, start: date | None = None, **amounts: int) -> str:
    first = start or DAY_MIN
    made: Any = amounts
    return said.say("Contribution", A, key, source=source, start=first, holder_name="王", pid="k1", **made).sid


def test_payments_are_set_against_the_register(said: Said) -> None:
    register = contribution(said, "1", "subscribed_contribution", subscribed=100)
    first = contribution(said, "p1", "paid_contribution", date(2015, 1, 1), paid=10)
    second = contribution(said, "p2", "paid_contribution", date(2024, 1, 1), paid=25)
    assert value(said, "paid_in") == (35, {register, first, second})


def test_an_unreadable_payment_leaves_the_share_unknown(said: Said) -> None:
    contribution(said, "1", "subscribed_contribution", subscribed=100)
    contribution(said, "p1", "paid_contribution", date(2015, 1, 1), paid=10)
    contribution(said, "p2", "paid_contribution", date(2016, 1, 1))
    found, statements = value(said, "paid_in")
    assert (pd.isna(found), statements) == (True, set())


def test_later_payments_do_not_push_the_register_aside(said: Said) -> None:
    register = contribution(said, "1", "subscribed_contribution", subscribed=60_000_000)
    contribution(said, "p1", "paid_contribution", date(2024, 1, 1), paid=1)
    found: Any = links(projection_of(said.statements, TODAY), link_policy()).holdings
    assert [(row.amount, row.basis, row.sids) for row in found.itertuples()] == [
        (60_000_000, "subscribed", (register,))
    ]


def test_a_loss_that_two_tables_tell_of_counts_once(said: Said) -> None:
    said.say("AnnualReport", A, "1", source="annual_report", start=date(2024, 12, 31), year=2024, profit=-1)
    said.say("AnnualReport", A, "1", source="annual_report_assets", start=date(2024, 12, 31), year=2024, profit=-1)
    assert value(said, "losses")[0] == 1
