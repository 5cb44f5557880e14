"""Roots about the data itself: batches, doubts, rates of annual reports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from credit_graph.store import Store
from server.city import A, B, Batch, registration
from server.conftest import Api

BATCHES = """query ($source: String, $first: Int, $after: String, $asOf: AsOf) {
  batches(source: $source, first: $first, after: $after, asOf: $asOf) {
    edges { node { seq source file committedOn } } pageInfo { hasNextPage endCursor } } }"""
FAULTS = """query ($kind: String, $first: Int, $after: String) { faults(kind: $kind, first: $first, after: $after) {
  edges { node { kind code source detail enterprise { code } record { kind } } }
  pageInfo { hasNextPage endCursor } } }"""
RATES = """query ($by: ReportDimension!, $year: Int, $asOf: AsOf) { reportRates(by: $by, year: $year, asOf: $asOf) {
  year valid before rows { place group due reported silent rate rateBefore change } } }"""


@pytest.fixture
def city(store: Store, api: Api, once: Callable[[Callable[[], None]], None]) -> None:
    """Two firms, of one of which two sources say different names; one has reported. Three batches."""

    def made() -> None:
        batch = Batch(store)
        registration(batch, A, "庆阳甲有限公司")
        registration(batch, B, "庆阳乙有限公司")
        batch.commit()
        other = Batch(store, source="registration_gsxt")
        registration(other, A, "庆阳旧名有限公司")
        other.commit()
        report = Batch(store, source="annual_report")
        report.say("AnnualReport", A, "r1", year=2025, filed_on=date(2026, 5, 1), valid_from=date(2026, 5, 1))
        report.commit()

    once(made)


def nodes(api: Api, query: str, root: str, first: int, **variables: Any) -> list[dict[str, Any]]:
    """All nodes of a connection, page by page."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = api.ask(query, first=first, after=after, **variables)[root]
        found += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


@pytest.mark.reads
def test_batches_up_to_what_is_known(api: Api, api_as: Callable[[str], Api], city: None) -> None:
    every = nodes(api, BATCHES, "batches", 2)
    assert [(row["seq"], row["source"]) for row in every] == [
        (3, "annual_report"), (2, "registration_gsxt"), (1, "registration"),
    ]  # fmt: skip
    assert every[2]["file"] == "registration_1.csv"
    assert every[2]["committedOn"] == "2026-11-23"
    assert [row["seq"] for row in nodes(api, BATCHES, "batches", 1, asOf={"known": "2"})] == [2, 1]
    assert [row["seq"] for row in nodes(api, BATCHES, "batches", 1, source="registration")] == [1]
    assert api_as("planner").codes(BATCHES) == ["access.denied"]


@pytest.mark.reads
def test_doubts_by_pages(api: Api, api_as: Callable[[str], Api], city: None) -> None:
    every = nodes(api, FAULTS, "faults", 200)
    assert nodes(api, FAULTS, "faults", 1) == every
    (name,) = (row for row in every if (row["kind"], row["code"]) == ("contradiction", "name"))
    assert name["detail"] in {
        "庆阳甲有限公司 (registration) ≠ 庆阳旧名有限公司 (registration_gsxt)",
        "庆阳旧名有限公司 (registration_gsxt) ≠ 庆阳甲有限公司 (registration)",
    }
    assert (name["enterprise"], name["record"]) == ({"code": A}, {"kind": "Registration"})
    assert nodes(api, FAULTS, "faults", 5, kind="contradiction") == [
        row for row in every if row["kind"] == "contradiction"
    ]
    assert api_as("inspector").codes(FAULTS) == ["access.denied"]


@pytest.mark.reads
def test_rates_of_reports(api: Api, api_as: Callable[[str], Api], city: None) -> None:
    found = api.ask(RATES, by="COUNTY")["reportRates"]
    assert (found["year"], found["valid"], found["before"]) == (2025, "2026-11-23", "2025-11-23")
    assert found["rows"] == [
        {
            "place": "621002", "group": found["rows"][0]["group"], "due": 2, "reported": 1, "silent": 1,
            "rate": 50.0, "rateBefore": 0.0, "change": 50.0,
        }
    ]  # fmt: skip
    assert api.codes(RATES, by="KIND", asOf={"valid": "2010-01-01"}) == ["usage.bad_value"]
    assert api_as("planner").codes(RATES, by="KIND") == ["access.denied"]
