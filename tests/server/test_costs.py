"""What queries cost, worked out before they run, and the budgets of roles."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLObjectType, parse

from credit_graph.resources import root
from credit_graph.server.costs import budget, measure
from credit_graph.server.roles import limits, role, roles_file
from credit_graph.server.schema import schema
from credit_graph.store import Store
from server.city import A, Batch, registration
from server.conftest import Api

SCHEMA: Any = schema()._schema


def cost(query: str, **variables: Any) -> dict[str, int]:
    return dict(measure(SCHEMA, parse(query), None, variables))


def test_cost_is_that_of_the_field_times_page_and_nesting() -> None:
    assert cost('{ enterprise(code: "X") { name code } meta { seq } }') == {"Query.enterprise": 1, "Query.meta": 1}
    page = (
        "query ($n: Int = 7) { enterprises(first: $n) { edges { node { records(first: 3) { edges { cursor } } } } } }"
    )
    assert cost(page) == {"Query.enterprises": 1 + 7, "Enterprise.records": 7 * (1 + 3)}
    assert cost(page, n=100) == {"Query.enterprises": 101, "Enterprise.records": 400}
    assert cost(page, n=None) == cost(page)
    most = limits().page.value
    assert cost(page, n=2**31)["Query.enterprises"] == 1 + most  # refused as a page, not as a cost
    assert cost("{ enterprises { edges { node { name } } } }") == {"Query.enterprises": 21}
    listed = limits().list_size.value
    assert cost('{ enterprise(code: "X") { ownershipTree { company { name } } } }') == {
        "Query.enterprise": 1,
        "Enterprise.ownershipTree": 10,
        "HeldShare.company": listed,
    }
    assert cost("{ __schema { types { fields { name } } } __typename }") == {}


def test_fragments_cost_what_they_stand_for() -> None:
    plain = cost('{ enterprise(code: "X") { parent { parent { name } } } }')
    spread = '{ enterprise(code: "X") { ...P } } '
    spread += "fragment P on Enterprise { parent { ... on Enterprise { parent { name } } } }"
    assert cost(spread) == plain == {"Query.enterprise": 1, "Enterprise.parent": 2}
    chain = "".join(
        f"fragment F{n} on Enterprise {{ parent {{ ...F{n + 1} }} a: parent {{ ...F{n + 1} }} }} " for n in range(60)
    )
    last = "fragment F60 on Enterprise { parent { name } }"
    assert cost('{ enterprise(code: "X") { ...F0 } } ' + chain + last)["Enterprise.parent"] == 3 * 2**60 - 2
    circle = '{ enterprise(code: "X") { ...A } } fragment A on Enterprise { parent { ...A } }'
    assert cost(circle) == {"Query.enterprise": 1, "Enterprise.parent": 1}


def test_costs_name_fields_of_the_schema_and_saved_operations_are_affordable() -> None:
    for name in roles_file().costs:
        kind, field = name.split(".")
        found = SCHEMA.type_map[kind]
        assert isinstance(found, GraphQLObjectType) and field in found.fields, name
    for path in (root("api") / "operations").glob("*.graphql"):
        found_cost = sum(cost(path.read_text(encoding="utf-8")).values())
        assert 0 < found_cost <= budget(role("analyst")) // 4, path.name
    assert (budget(role("public")), budget(role("analyst"))) == (5_000, limits().budget.value)


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_query_over_the_budget_of_its_role_reads_nothing(store: Store, api_as: Callable[[str], Api]) -> None:
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    batch.commit()
    wide = (
        'query ($n: Int) { listEntries(list: "serious_violation", first: $n) { edges { node { fields { field } } } } }'
    )
    analyst, department = api_as("analyst"), api_as("department")
    store.metrics.clear()
    explained = "query ($q: String!, $v: JSON) { explainCost(query: $q, variables: $v) { cost budget allowed "
    explained += "fields { field cost } } }"
    said = department.ask(explained, q=wide, v={"n": 50})["explainCost"]
    fields = [{"field": "ListEntry.fields", "cost": 50}, {"field": "Query.listEntries", "cost": 150}]
    assert said == {"cost": 200, "budget": 5_000, "allowed": True, "fields": fields[::-1]}
    nested = "query ($n: Int) { enterprises(first: $n) { edges { node { holders(first: $n) { edges { cursor } } } } } }"
    over = department.post(nested, n=200).json()
    assert over["data"] is None
    assert [error["extensions"]["code"] for error in over["errors"]] == ["usage.too_costly"]
    assert over["extensions"] == {"cost": {"requested": 201 + 200 * 201, "budget": 5_000}}
    assert not department.ask(explained, q=nested, v={"n": 200})["explainCost"]["allowed"]
    assert analyst.post(nested, n=200).json()["errors"][0]["extensions"]["code"] == "usage.too_costly"
    assert not store.metrics
    within = analyst.post("{ meta { seq } }").json()
    assert within == {"data": {"meta": {"seq": 1}}, "extensions": {"cost": {"requested": 1, "budget": 25_000}}}
    for wrong in ("{", "{ nothing }", "{ __typename " * 3 + "}", "{ meta { seq } " + "__typename " * 2_000 + "}"):
        assert analyst.codes(explained, q=wrong) == ["usage.query"]


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_several_requests_in_one_body_are_refused(api: Api) -> None:
    for body in ([{"query": "{ __typename }"}], [{"query": "{ __typename }"}] * 50, []):
        answer = api.request("POST", "/graphql", content=json.dumps(body), headers={"content-type": "application/json"})
        assert answer.status_code == 400
        assert "Query" not in answer.text
