"""The queries for analysts (cypher/explore), each with its exact answer on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from credit_graph.model.time import DAY_MAX, DAY_MIN, OPEN_SEQ
from credit_graph.store import Store
from facts import D, commit, fact

NOW: dict[str, Any] = {"seq": 2, "valid": D("2026-11-23")}


@pytest.fixture
def city(store: Store) -> Iterator[Store]:
    def firm(number: int, address: str, phone: str, **content: Any) -> Any:
        eid = f"e{number}"
        founded = content.pop("founded_on", D("2018-03-01"))
        base = {"name": f"公司{number}", "state": "存续", "address": address, "phone": phone, "founded_on": founded}
        return fact("Registration", f"r{number}", eid, **(base | content))

    moved = firm(4, "一号", "0574-3")
    stock: dict[str, Any] = {"holder_name": "甲控股", "holder_code": "e9"}
    commit(
        store,
        1,
        [
            firm(1, "一号", "0574-1", faults=("approved_on:impossible_day:2020-02-30",)),
            firm(2, "一号", "0574-1"),
            firm(3, "二号", "0574-1", founded_on=D("2024-06-01")),
            moved,
            fact("SeriousListing", "l1", "e1", start=D("2025-01-01"), listed_on=D("2025-01-01")),
            fact("SeriousListing", "l3", "e3", start=D("2022-01-01"), end=D("2025-01-01")),
            fact("AnnualReport", "a1", "e1", start=D("2023-12-31"), year=2023),
            *(fact("Office", f"o{n}", f"e{n}", pid="p1", person_name="张三", office="董事") for n in (1, 2)),
            fact("Office", "o3", "e3", pid="p2", person_name="李四", office="董事"),
            fact("Contribution", "c1", "e1", subscribed=100_00, **stock),
            fact("Contribution", "c2", "e2", subscribed=7_00, **stock),
            fact("Contribution", "c3", "e1", pid="p2", holder_name="李四", subscribed=50_00),
        ],
    )
    commit(store, 2, [], closed=[moved])
    yield store


def answers(store: Store, query: str, **params: Any) -> list[tuple[Any, ...]]:
    rows = store.read(f"explore/{query}", **params)
    return [tuple(sorted(v) if isinstance(v, list) else v for v in row.values()) for row in rows]


def test_statements_of_enterprise(city: Store) -> None:
    rows = answers(city, "statements_of_enterprise", code="e4")
    assert [row[:6] for row in rows] == [("Registration", "registration", 1, 2, DAY_MIN, DAY_MAX)]
    rows = answers(city, "statements_of_enterprise", code="e3")
    assert [row[:6] for row in rows] == [
        ("Office", "office", 1, OPEN_SEQ, DAY_MIN, DAY_MAX),
        ("Registration", "registration", 1, OPEN_SEQ, DAY_MIN, DAY_MAX),
        ("SeriousListing", "seriouslisting", 1, OPEN_SEQ, date(2022, 1, 1), date(2025, 1, 1)),
    ]


def test_shared_addresses(city: Store) -> None:
    assert answers(city, "shared_addresses", least=2, **NOW) == [("一号", 2)]
    assert answers(city, "shared_addresses", least=1, **(NOW | {"seq": 1})) == [("一号", 3), ("二号", 1)]


def test_shared_phones(city: Store) -> None:
    rows = answers(city, "shared_phones", code="e1", **NOW)
    assert [row[:2] for row in rows] == [("0574-1", "e2"), ("0574-1", "e3")]
    assert answers(city, "shared_phones", code="e4", **(NOW | {"seq": 1})) == []


def test_offices_of_persons(city: Store) -> None:
    assert answers(city, "offices_of_persons", least=2, **NOW) == [("张三", 2, ["e1", "e2"])]


def test_neighbours_of_listed(city: Store) -> None:
    assert answers(city, "neighbours_of_listed", **NOW) == [("e1", "一号", "e2")]
    past = {"seq": 1, "valid": D("2025-02-01")}
    assert answers(city, "neighbours_of_listed", **past) == [("e1", "一号", "e2"), ("e1", "一号", "e4")]


def test_holders_and_holdings(city: Store) -> None:
    rows = answers(city, "holders_and_holdings", code="e1", **NOW)
    assert [row[1:] for row in rows] == [(100_00, ["e2"]), (50_00, [])]
    assert rows[1][0] == "李四"


def test_missing_reports(city: Store) -> None:
    year = {"year": 2023, "first_day": D("2024-01-01"), "states": ["存续"]}
    assert answers(city, "missing_reports", **year, **NOW) == [("e2", "公司2")]


def test_values_set_aside(city: Store) -> None:
    assert answers(city, "values_set_aside", seq=2) == [("registration", "approved_on:impossible_day", 1)]
