"""Nested filters over the API, on both engines: one query, pages that hold while data is loaded, rights, limits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from credit_graph.jobs.audit import entries
from credit_graph.jobs.grade import grade
from credit_graph.jobs.link import link
from credit_graph.model.time import Point
from credit_graph.server.roles import limits
from credit_graph.store import Store
from handmade import City
from holdingcharts import code, say
from server.city import TODAY
from server.conftest import Api

QUERY = """query ($filter: EnterpriseFilter, $first: Int, $after: String, $asOf: AsOf) {
  enterprises(filter: $filter, first: $first, after: $after, asOf: $asOf) {
    edges { node { code } } pageInfo { hasNextPage endCursor } } }"""
LISTED = {"controller": {"controls": {"records": {"kind": "SeriousListing"}}}}


@pytest.fixture
def city(store: Store, api: Api, once: Callable[[Callable[[], City]], City]) -> City:
    """P controls C through A and B, C controls D, which is on the list of serious violations; Q has the rest."""

    def made() -> City:
        city = City(store)
        say(city, {"P>A": 60, "Q>A": 40, "P>B": 70, "A>C": 30, "B>C": 25, "Q>C": 45, "C>D": 51})
        listed: dict[str, Any] = {"reason": "提交虚假材料取得许可", "listed_on": date(2025, 3, 1)}
        city.say("SeriousListing", code("D"), "s1", start=date(2025, 3, 1), **listed)
        point = Point(city.commit(), TODAY, TODAY)
        link(store, point)
        grade(store, point)
        return city

    return once(made)


def found(api: Api, filter: dict[str, Any], first: int = 200, **variables: Any) -> str:
    """Letters of the firms that fit, page by page."""
    letters, after = "", None
    while True:
        page = api.ask(QUERY, filter=filter, first=first, after=after, **variables)["enterprises"]
        letters += "".join(edge["node"]["code"][8] for edge in page["edges"])
        if not page["pageInfo"]["hasNextPage"]:
            return letters
        after = page["pageInfo"]["endCursor"]


@pytest.mark.reads
def test_firms_of_a_class_whose_controller_controls_a_listed_firm_are_one_query(api: Api, city: City) -> None:
    assert found(api, LISTED) == found(api, LISTED, first=1) == "ABCD"
    assert found(api, {"level": "D", **LISTED}) == "D"
    assert found(api, {"not": {"levels": ["D"]}, **LISTED}, first=2) == "ABC"
    assert found(api, {"or": [{"level": "D"}, {"nameStartsWith": "B"}], "state": "存续"}) == "BD"
    past = {"valid": "2025-02-28"}
    assert found(api, {"records": {"kind": "SeriousListing"}}) == "D"
    assert found(api, {"records": {"kind": "SeriousListing"}}, asOf=past) == ""
    assert found(api, {"not": {"nameContains": "A"}}, asOf=past) == "BCD"
    assert api.codes(QUERY, filter=LISTED, asOf=past) == ["state.no_run"]  # no links were worked out of that day
    assert api.codes(QUERY, filter={"levels": ["D"]}, asOf=past) == ["state.no_run"]
    assert found(api, {"level": "D"}, asOf={"valid": TODAY.isoformat()}) == "D"


@pytest.mark.reads
def test_a_condition_takes_the_right_of_what_it_tells(api_as: Callable[[str], Api], store: Store, city: City) -> None:
    planner = api_as("planner")  # links and classes, no records
    assert found(planner, {"level": "D", "controller": {"person": True}}) == "D"
    nested = {"not": {"or": [{"controller": {"controls": {"records": {"kind": "SeriousListing"}}}}]}}
    assert planner.codes(QUERY, filter=nested) == ["access.denied"]
    assert api_as("legal").codes(QUERY, filter={"and": [{"levelInEffect": "D"}]}) == ["access.denied"]
    assert api_as("legal").codes(QUERY, filter={"holder": {}}) == ["access.denied"]
    held = {"records": {"kind": "SeriousListing", "inUse": False}}
    assert api_as("analyst").codes(QUERY, filter=held) == ["access.denied"]
    assert found(api_as("auditor"), held) == ""
    lines = [(line["actor"], line["role"], line["action"], line["what"]) for line in entries(store.home)]
    assert lines == [("local", "auditor", "held_records_read", {"kinds": ["SeriousListing"]})]


@pytest.mark.reads
def test_conditions_are_limited_before_anything_is_looked_at(store: Store, api: Api, city: City) -> None:
    most = limits().conditions.value
    assert found(api, {"or": [{"nameStartsWith": "A"}] * (most - 1)}) == "A"
    store.metrics.clear()
    assert api.codes(QUERY, filter={"or": [{"nameStartsWith": "A"}] * most}) == ["usage.bad_value"]
    deep: dict[str, Any] = {"nameStartsWith": "A"}
    for _ in range(most):
        deep = {"not": deep}
    assert api.codes(QUERY, filter=deep) == ["usage.bad_value"]
    assert not store.metrics


STATISTICS = """query ($by: [Dimension!]!, $where: EnterpriseFilter, $sum: StatisticsSum, $asOf: AsOf) {
  statistics(by: $by, where: $where, sum: $sum, asOf: $asOf) {
    rows { keys { dimension value name } count counted sum } total { count counted sum } notice } }"""


@pytest.mark.reads
def test_statistics_by_what_enterprises_are(api_as: Callable[[str], Api], api: Api, city: City) -> None:
    answer = api.ask(STATISTICS, by=["LEVEL", "COUNTY"], where=LISTED, sum="CAPITAL")["statistics"]
    unknown = {"dimension": "COUNTY", "value": "", "name": "（未定）"}
    assert [(row["keys"][0]["value"], row["count"], row["counted"], row["sum"]) for row in answer["rows"]] == [
        ("A", 3, 3, "3000000.00"),
        ("D", 1, 1, "1000000.00"),
    ]
    assert [row["keys"][1] for row in answer["rows"]] == [unknown, unknown]
    assert answer["total"] == {"count": 4, "counted": 4, "sum": "4000000.00"}
    assert answer["notice"].startswith("内部监管参考")
    plain = api.ask(STATISTICS, by=["STATE"])["statistics"]
    assert plain["rows"] == [
        {"keys": [{"dimension": "STATE", "value": "存续", "name": "存续"}], "count": 4, "counted": None, "sum": None}
    ]
    assert plain["notice"] is None
    assert api.ask(STATISTICS, by=["STATE"], where={"level": "D"})["statistics"]["notice"] == answer["notice"]
    for by in ([], ["STATE", "STATE"], ["STATE", "COUNTY", "KIND"]):
        assert api.codes(STATISTICS, by=by) == ["usage.bad_value"]
    assert api_as("legal").codes(STATISTICS, by=["LEVEL"]) == ["access.denied"]
    assert api_as("planner").codes(STATISTICS, by=["STATE"], sum="FINES") == ["access.denied"]
    assert api_as("department").codes(STATISTICS, by=["STATE"]) == ["access.denied"]


def test_pages_of_a_nested_filter_hold_while_data_is_loaded(store: Store, api: Api, city: City) -> None:
    wanted = {"not": {"state": "注销"}, **LISTED}
    page = api.ask(QUERY, filter=wanted, first=2)["enterprises"]
    assert [edge["node"]["code"][8] for edge in page["edges"]] == ["A", "B"]
    say(city, {"P>A": 60, "P>K": 60})  # K stands behind all of them
    city.commit()
    rest = api.ask(QUERY, filter=wanted, first=2, after=page["pageInfo"]["endCursor"])["enterprises"]
    assert [edge["node"]["code"][8] for edge in rest["edges"]] == ["C", "D"]
    assert rest["pageInfo"]["hasNextPage"] is False
