"""Holders, holdings, majority and branches as the link run wrote them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from credit_graph.jobs.erase import erase
from credit_graph.jobs.erasing import Target
from credit_graph.jobs.link import link
from credit_graph.jobs.tombstones import Ground
from credit_graph.model.statement import Statement
from credit_graph.model.time import Point
from credit_graph.store import Store
from credit_graph.store.dump import dump
from server.city import TODAY, A, B, Batch, C, registration
from server.conftest import Api

HOLDERS = """query ($code: String!, $first: Int, $after: String) { enterprise(code: $code) {
  holders(first: $first, after: $after) {
    edges { node { share lowestShare highestShare amount basis fault match matchedName
      holder { __typename ... on Enterprise { code enterprise: name } ... on Person { person: name } }
      company { code } records { kind ... on Contribution { holderName subscribed } } } }
    pageInfo { hasNextPage endCursor } } } }"""


def contribution(batch: Batch, eid: str, number: int, name: str, fen: int, **values: Any) -> Statement:
    key = f"{eid}|{number}"
    return batch.say("Contribution", eid, key, holder_name=name, subscribed=fen, credit_code=eid, **values)


@pytest.fixture
def city(store: Store) -> list[Statement]:
    """A is held by B (60 %, named only) and 王小明 (40 %); A has a branch C."""
    batch = Batch(store, source="subscribed_contribution")
    registration(batch, A, "庆阳天工建材有限公司", source="registration")
    registration(batch, B, "庆阳控股有限公司", source="registration")
    branch = {"entity_type": "有限责任公司分公司", "registered_capital": 0, "parent_code": A}
    registration(batch, C, "庆阳天工建材有限公司西峰分公司", source="registration", **branch)
    made = [
        contribution(batch, A, 1, "庆阳控股有限公司", 60_000_000),
        contribution(batch, A, 2, "王小明", 40_000_000, pid="p-1"),
    ]
    batch.commit()
    return made


def run(store: Store) -> None:
    """The links at the last batch and today."""
    seq = store.read("read/last_seq")[0]["seq"]
    link(store, Point(seq, TODAY, TODAY))


def test_without_a_run_it_says_what_to_do(store: Store, api: Api, city: list[Statement]) -> None:
    answer = api.post(HOLDERS, code=A).json()
    assert answer["data"] == {"enterprise": {"holders": None}}
    assert answer["errors"][0]["extensions"] == {"code": "state.no_run"}
    assert "credit-graph link" in answer["errors"][0]["message"]


def test_holders_are_exact(store: Store, api: Api, city: list[Statement]) -> None:
    run(store)
    edges = api.ask(HOLDERS, code=A)["enterprise"]["holders"]["edges"]
    assert [edge["node"] for edge in edges] == [
        {
            "share": "60.0000",
            "lowestShare": "60.0000",
            "highestShare": "60.0000",
            "amount": "600000.00",
            "basis": "subscribed",
            "fault": None,
            "match": "name",
            "matchedName": "庆阳控股有限公司",
            "holder": {"__typename": "Enterprise", "code": B, "enterprise": "庆阳控股有限公司"},
            "company": {"code": A},
            "records": [{"kind": "Contribution", "holderName": "庆阳控股有限公司", "subscribed": "600000.00"}],
        },
        {
            "share": "40.0000",
            "lowestShare": "40.0000",
            "highestShare": "40.0000",
            "amount": "400000.00",
            "basis": "subscribed",
            "fault": None,
            "match": "person",
            "matchedName": None,
            "holder": {"__typename": "Person", "person": "王小明"},
            "company": {"code": A},
            "records": [{"kind": "Contribution", "holderName": "王小明", "subscribed": "400000.00"}],
        },
    ]


def test_an_interval_and_a_fault_are_shown(store: Store, api: Api) -> None:
    batch = Batch(store, source="subscribed_contribution")
    registration(batch, A, "庆阳天工建材有限公司", source="registration")
    registration(batch, B, "庆阳控股有限公司", source="registration")
    contribution(batch, A, 1, "庆阳控股有限责任公司", 60_000_000)
    contribution(batch, B, 1, "王小明", 60_000_000, pid="p-1")
    contribution(batch, B, 2, "李小明", 60_000_000, pid="p-2")
    batch.commit()
    run(store)
    fields = "share lowestShare highestShare fault match matchedName"
    query = f"query ($code: String!) {{ enterprise(code: $code) {{ holders {{ edges {{ node {{ {fields} }} }} }} }} }}"
    [of_a] = api.ask(query, code=A)["enterprise"]["holders"]["edges"]
    assert list(of_a["node"].values()) == ["60.0000", "60.0000", "100.0000", None, "legal_form", "庆阳控股有限公司"]
    of_b = api.ask(query, code=B)["enterprise"]["holders"]["edges"]
    assert [list(edge["node"].values()) for edge in of_b] == [["60.0000", None, None, "over_100", "person", None]] * 2


def test_a_hold_on_a_report_takes_the_holding_away(store: Store, api: Api) -> None:
    batch = Batch(store, source="subscribed_contribution")
    registration(batch, A, "庆阳天工建材有限公司", source="registration")
    registration(batch, B, "庆阳控股有限公司", source="registration")
    content: dict[str, Any] = {
        "report_id": "r1",
        "year": 2025,
        "holder_name": "庆阳控股有限公司",
        "subscribed": 60_000_000,
    }
    report = batch.say("ReportedContribution", A, f"{A}|r1", valid_from=date(2025, 12, 31), **content)
    batch.commit()
    run(store)
    query = "query ($code: String!) { enterprise(code: $code) { holders { edges { node { share } } } } }"
    assert api.ask(query, code=A)["enterprise"]["holders"]["edges"] == [{"node": {"share": "60.0000"}}]
    batch = Batch(store, source="bureau")
    batch.hold(report, "internal", reason="withdrawn", valid_from=date(2026, 1, 1))
    batch.commit()
    assert api.ask(query, code=A)["enterprise"]["holders"]["edges"] == []


def test_who_is_only_reported_or_published_has_a_place(store: Store, api: Api, city: list[Statement]) -> None:
    batch = Batch(store)
    told: dict[str, Any] = {"report_id": "r1", "year": 2025, "valid_from": date(2025, 12, 31)}
    named = (("北京未知投资中心", None, 70), ("赵小红", "p-9", 30))
    said = [
        batch.say("ReportedContribution", B, f"{B}|{n}", holder_name=name, subscribed=fen * 1_000_000, pid=pid, **told)
        for n, (name, pid, fen) in enumerate(named)
    ]
    batch.commit()
    run(store)
    edges = api.ask(HOLDERS, code=B)["enterprise"]["holders"]["edges"]
    assert [(edge["node"]["holder"], edge["node"]["share"]) for edge in edges] == [
        ({"__typename": "Enterprise", "code": None, "enterprise": "北京未知投资中心"}, "70.0000"),
        ({"__typename": "Person", "person": "赵小红"}, "30.0000"),
    ]
    query = """query ($code: String!) { enterprise(code: $code) {
      ownershipTree(depth: 2) { share holder { ... on Enterprise { name } ... on Person { person: name } } }
      beneficialOwners { person { name } } majorityHolder { holder { ... on Enterprise { name } } } } }"""
    found = api.ask(query, code=B)["enterprise"]
    assert [row["holder"] for row in found["ownershipTree"]] == [{"name": "北京未知投资中心"}, {"person": "赵小红"}]
    assert found["beneficialOwners"] == [{"person": {"name": "赵小红"}}]
    assert found["majorityHolder"] == {"holder": {"name": "北京未知投资中心"}}
    # what an erasure takes, it takes with the node and the name
    erase(store, Target(sids=(said[0].sid,)), Ground("清除决定书〔2026〕1号", "张一", "李二"))
    assert all("北京未知投资中心" not in repr(line) for line in dump(store))
    # and who is named no more, has no node
    batch = Batch(store)
    batch.close(said[1])
    batch.commit()
    run(store)
    assert store.read("read/persons_named", pids=["p-9"]) == []


def test_pages_majority_branches_and_holdings(store: Store, api: Api, city: list[Statement]) -> None:
    run(store)
    first = api.ask(HOLDERS, code=A, first=1)["enterprise"]["holders"]
    second = api.ask(HOLDERS, code=A, first=1, after=first["pageInfo"]["endCursor"])["enterprise"]["holders"]
    shares = [edge["node"]["share"] for page in (first, second) for edge in page["edges"]]
    assert (shares, first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (
        ["60.0000", "40.0000"],
        True,
        False,
    )
    query = """query ($code: String!) { enterprise(code: $code) {
      majorityHolder { share holder { ... on Enterprise { code } } }
      branches { edges { node { name parent { code } } } }
      holdings { edges { node { company { code } } } } parent { code } } }"""
    assert api.ask(query, code=A)["enterprise"] == {
        "majorityHolder": {"share": "60.0000", "holder": {"code": B}},
        "branches": {"edges": [{"node": {"name": "庆阳天工建材有限公司西峰分公司", "parent": {"code": A}}}]},
        "holdings": {"edges": []},
        "parent": None,
    }
    assert api.ask(query, code=B)["enterprise"] == {
        "majorityHolder": None,
        "branches": {"edges": []},
        "holdings": {"edges": [{"node": {"company": {"code": A}}}]},
        "parent": None,
    }


def test_a_person_is_found_by_its_id_and_holds(store: Store, api: Api, city: list[Statement]) -> None:
    run(store)
    query = "query ($code: String!) { enterprise(code: $code) { holders { edges { node { holder {"
    query += " ... on Person { id } } } } } } }"
    edges = api.ask(query, code=A)["enterprise"]["holders"]["edges"]
    person = edges[1]["node"]["holder"]["id"]
    assert "p-1" not in person
    node = """query ($id: ID!) { node(id: $id) { __typename ... on Person { name
      holdings { edges { node { share company { code } } } } } } }"""
    assert api.ask(node, id=person) == {
        "node": {
            "__typename": "Person",
            "name": "王小明",
            "holdings": {"edges": [{"node": {"share": "40.0000", "company": {"code": A}}}]},
        }
    }


def test_a_hold_placed_after_the_run_takes_the_holding_away(
    store: Store, api_as: Callable[[str], Api], city: list[Statement]
) -> None:
    run(store)
    batch = Batch(store, source="bureau")
    batch.hold(city[0], "internal", reason="withdrawn", valid_from=date(2026, 1, 1))
    batch.commit()
    query = """query ($code: String!) { enterprise(code: $code) {
      holders { edges { node { share } } } majorityHolder { share } holdings { edges { node { share } } } } }"""
    for role in ("analyst", "auditor"):
        api = api_as(role)
        assert api.ask(query, code=A)["enterprise"] == {
            "holders": {"edges": [{"node": {"share": "40.0000"}}]},
            "majorityHolder": None,
            "holdings": {"edges": []},
        }
        assert api.ask(query, code=B)["enterprise"]["holdings"] == {"edges": []}


def test_another_point_needs_a_run_of_its_own(store: Store, api: Api, city: list[Statement]) -> None:
    run(store)
    query = """query ($code: String!, $asOf: AsOf) { enterprise(code: $code, asOf: $asOf) {
      holders { edges { node { share } } } } }"""
    same = {"valid": TODAY.isoformat()}
    assert len(api.ask(query, code=A, asOf=same)["enterprise"]["holders"]["edges"]) == 2
    assert api.codes(query, code=A, asOf={"valid": "2020-01-01"}) == ["state.no_run"]
    store.write("load/commit", bid="b1", seq=1, props={})  # nothing new: the run stays the answer
    assert len(api.ask(query, code=A)["enterprise"]["holders"]["edges"]) == 2


def test_holders_of_a_page_take_one_statement(store: Store, api: Api, city: list[Statement]) -> None:
    run(store)
    query = """{ enterprises { edges { node { holders { edges { node { holder { ... on Enterprise { name } }
      records { kind } } } } majorityHolder { share } branches { edges { node { code } } } } } } }"""
    store.metrics.clear()
    assert len(api.ask(query)["enterprises"]["edges"]) == 3
    counts = {name: metric.count for name, metric in store.metrics.items()}
    assert counts.pop("read/api_views") in (1, 2)  # names of holders, codes of branches; at once where they meet
    assert counts == {
        "read/api_pin": 1,
        "read/api_enterprises": 1,
        "read/api_holders": 2,  # holders, and the majority holder
        "read/api_branches": 1,
        "read/api_statements": 1,
    }
