"""Limits: each refuses with a code, before the graph is asked."""

from __future__ import annotations

import json
import time

import pytest

from credit_graph.server.roles import limits
from credit_graph.store import Store
from server.city import A, Batch, registration
from server.conftest import Api


@pytest.fixture
def firm(store: Store, api: Api) -> Store:
    """One firm; the cost of statements is counted from here."""
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    batch.commit()
    store.metrics.clear()
    return store


def nested(levels: int) -> str:
    """A query that nests exactly so deep: enterprise, then parent within parent, then a name."""
    return '{ enterprise(code: "X") ' + "{ parent " * (levels - 2) + "{ name }" + " }" * (levels - 2) + " }"


def test_depth(firm: Store, api: Api) -> None:
    limit = limits().depth.value
    assert api.codes(nested(limit)) == ["usage.unknown_entity"]
    firm.metrics.clear()
    assert api.codes(nested(limit + 1)) == ["usage.query"]
    assert not firm.metrics


def test_fragments_that_spread_each_other_take_no_time(firm: Store, api: Api) -> None:
    chain = "".join(f"fragment F{n} on Enterprise {{ ...F{n + 1} ...F{n + 1} }} " for n in range(60))
    query = '{ enterprise(code: "X") { ...F0 } } ' + chain + "fragment F60 on Enterprise { name }"
    started = time.perf_counter()
    assert api.codes(query) == ["usage.unknown_entity"]
    assert time.perf_counter() - started < 5
    circle = '{ enterprise(code: "X") { ...A } } fragment A on Enterprise { ...B } fragment B on Enterprise { ...A }'
    assert "usage.query" in api.codes(circle)


def test_tokens_and_aliases(firm: Store, api: Api) -> None:
    few = " ".join(f"a{n}: __typename" for n in range(limits().aliases.value))
    assert "errors" not in api.post(f"{{ {few} }}").json()
    assert api.codes(f"{{ {few} more: __typename }}") == ["usage.query"]
    many = " ".join(["__typename"] * limits().tokens.value)
    assert api.codes(f"{{ {many} }}") == ["usage.query"]
    assert not firm.metrics


@pytest.mark.parametrize("first", [0, -1, 201, 2**31 - 1])
def test_page_size(firm: Store, api: Api, first: int) -> None:
    query = "query ($first: Int) { enterprises(first: $first) { edges { cursor } } }"
    assert api.codes(query, first=first) == ["usage.page_size"]
    assert len(api.ask(query, first=limits().page.value)["enterprises"]["edges"]) == 1


def test_nested_pages_are_refused_before_they_are_read(store: Store, api: Api) -> None:
    batch = Batch(store)
    for number in range(150):
        registration(batch, f"reg:{number:015}", f"庆阳第{number}号有限公司", credit_code=None)
    batch.commit()
    query = """query ($first: Int) { enterprises(first: 200) { edges { node {
      records(first: $first) { edges { cursor } } } } } }"""
    assert "errors" not in api.post(query, first=100).json()
    store.metrics.clear()
    answer = api.post(query, first=200).json()
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"usage.too_costly"}
    assert "read/api_records" not in store.metrics


def test_body_size(api: Api) -> None:
    headers = {"content-type": "application/json"}
    limit = limits().body_bytes.value
    frame = json.dumps({"query": "{ __typename }", "x": ""}).encode()
    fits = frame[:-2] + b"a" * (limit - len(frame)) + frame[-2:]
    assert api.request("POST", "/graphql", content=fits, headers=headers).status_code == 200
    assert api.request("POST", "/graphql", content=fits + b" ", headers=headers).status_code == 413


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{", {}),
        ("{ nothing }", {}),
        ('query ($d: Date!) { enterprise(code: "X", asOf: {valid: $d}) { name } }', {"d": "2026-13-01"}),
        ('{ enterprise(code: "X", asOf: {valid: "gestern"}) { name } }', {}),
        ("mutation { x }", {}),
        ("subscription { x }", {}),
        ("query ($first: Int) { enterprises(first: $first) { edges { cursor } } }", {"first": "viele"}),
        ("{ enterprises(filter: {level: {}}) { edges { cursor } } }", {}),
    ],
)
def test_a_wrong_query_is_a_client_error(firm: Store, api: Api, query: str, variables: dict[str, str]) -> None:
    answer = api.post(query, **variables)
    if answer.status_code == 400:
        return
    assert {error["extensions"]["code"] for error in answer.json()["errors"]} == {"usage.query"}
    assert not firm.metrics
