"""What an operator sees: readiness, metrics, lines of log; and what a client sees of HTTP beside GraphQL."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import httpx
import pytest
import structlog
from pydantic import ValidationError

from credit_graph.jobs import batches
from credit_graph.server import observing
from credit_graph.server.keys import Keys, Wanted
from credit_graph.settings import Settings
from credit_graph.store import Store
from credit_graph.store.migrate import migrations
from server.city import A, Batch, registration
from server.conftest import Api

EMBEDDED = pytest.mark.parametrize("engine", ["embedded"], indirect=True)


@EMBEDDED
def test_readiness_is_of_engine_schema_and_batches(store: Store, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def ready() -> tuple[int, dict[str, str]]:
        answer = api.request("GET", "/ready")
        return answer.status_code, answer.json()["checks"]

    good = {"engine": "ok", "migrations": "ok"}
    assert ready() == (503, {**good, "batches": "state.no_data"})
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    batch.commit()
    assert ready() == (200, {**good, "batches": "ok"})
    batches.begin(store, "b2", 2, "registration", {"path": "x.csv", "scopes": [""]})
    assert ready() == (200, {**good, "batches": "open"})  # a load that is running is no fault
    monkeypatch.setattr(observing, "migrations", lambda: migrations()[:-1])  # the graph is ahead of the program
    assert ready() == (503, {**good, "migrations": "other", "batches": "open"})
    assert api.request("GET", "/ready").json()["status"] == "not ready"


@EMBEDDED
def test_metrics_count_requests_and_tell_nothing_of_them(store: Store, api: Api) -> None:
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    batch.commit()
    key, text = Keys(store.home).create(Wanted("analyst"))
    bearer = {"Authorization": f"Bearer {text}"}
    with structlog.testing.capture_logs() as lines:
        api.request("POST", "/graphql", json={"id": "search", "variables": {"text": "天工"}}, headers=bearer)
        query = "query 王小明 { meta { seq } }"
        api.request("GET", "/graphql", params={"query": "query Wang { meta { seq } }"}, headers=bearer)
        api.request("GET", f"/v1/risk-level/{A}", headers=bearer)
        api.request("POST", "/graphql", json={"query": query})
        api.request("GET", "/王小明")
    told = [(line["operation"], line["role"], line["client"], line["status"]) for line in lines]
    assert told == [
        ("search", "analyst", key.id, 200),
        ("/graphql", "analyst", key.id, 200),
        ("/v1/risk-level/{code}", "-", "-", 503),
        ("/graphql", "-", "-", 401),
        ("other", "-", "-", 404),
    ]
    assert all(line["ms"] >= 0 for line in lines)
    shown = api.request("GET", "/metrics")
    assert shown.headers["content-type"].startswith("text/plain")
    figures = dict(line.rsplit(" ", 1) for line in shown.text.split("\n") if line and not line.startswith("#"))
    assert figures['credit_graph_requests_total{operation="search",role="analyst",status="200"}'] == "1.0"
    assert figures['credit_graph_requests_total{operation="other",role="-",status="404"}'] == "1.0"
    assert figures['credit_graph_request_seconds_count{operation="/graphql"}'] == "2.0"
    assert (figures["credit_graph_engine_up"], figures["credit_graph_seq"]) == ("1.0", "1.0")
    assert float(figures['credit_graph_statements_total{statement="read/api_pin"}']) >= 2
    for secret in ("王小明", "Wang", "天工", A, key.id):
        assert secret not in shown.text
        assert secret == key.id or secret not in json.dumps(lines, ensure_ascii=False)


def test_a_person_is_not_named_in_a_line() -> None:
    assert (observing.shown_client("1a2b3c4d"), observing.shown_client("local")) == ("1a2b3c4d", "local")
    assert observing.shown_client("oidc:王小明") == f"oidc:{hashlib.sha256('王小明'.encode()).hexdigest()[:8]}"


@EMBEDDED
def test_metrics_are_for_this_machine_and_the_administrator(store: Store, api: Api) -> None:
    keys = Keys(store.home)
    admin, analyst = (keys.create(Wanted(role))[1] for role in ("administrator", "analyst"))
    assert api.request("GET", "/metrics").status_code == 200
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):  # through a proxy on this machine
        for text, status in ((admin, 200), (analyst, 403), ("", 401)):
            headers = {header: "192.0.2.1", "Authorization": f"Bearer {text}"}
            assert api.request("GET", "/metrics", headers=headers).status_code == status, (header, status)


@EMBEDDED
def test_compression_and_other_origins(
    api_as: Callable[[str], Api], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(**headers: str) -> httpx.Response:
        told = {"Accept-Encoding": "identity", **headers}
        return api_as("analyst").request("GET", "/operations", headers=told)

    plain, small = asked(), asked(**{"Accept-Encoding": "gzip"})
    assert plain.json() == small.json()
    assert (small.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert "access-control-allow-origin" not in asked(Origin="https://other.example").headers
    monkeypatch.setattr(store.settings, "cors_origins", "https://portal.example, https://b.example:8443")
    assert asked(Origin="https://portal.example").headers["access-control-allow-origin"] == "https://portal.example"
    assert "access-control-allow-origin" not in asked(Origin="https://other.example").headers
    for wrong in ("*", "portal.example", "https://a.example/x", "null"):
        with pytest.raises(ValidationError):
            Settings(cors_origins=wrong)


@EMBEDDED
def test_graphql_over_http(api: Api) -> None:
    strict = {"Accept": "application/graphql-response+json"}
    typed = "application/graphql-response+json; charset=utf-8"

    def asked(query: str, method: str = "POST", **headers: str) -> httpx.Response:
        said = {"json": {"query": query}} if method == "POST" else {"params": {"query": query}}
        return api.request(method, "/graphql", headers={**strict, **headers}, **said)

    answer = asked("{ __typename }")
    assert (answer.status_code, answer.headers["content-type"], answer.json()["data"]) == (
        200,
        typed,
        {"__typename": "Query"},
    )
    for wrong in ("{", "{ nothing }"):
        answer = asked(wrong)
        assert (answer.status_code, answer.headers["content-type"], "data" in answer.json()) == (400, typed, False)
        answer = asked(wrong, Accept="application/json")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    partial = asked('{ enterprise(code: "X") { name } }')  # it was run
    assert (partial.status_code, partial.json()["data"]) == (200, {"enterprise": None})
    refused = asked('mutation { stopProceedings(ids: [], why: "") { batch } }', "GET")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert asked("{ __typename }", Accept="text/html").status_code == 406
    latin = {"Content-Type": "application/json; charset=latin-1"}
    assert api.request("POST", "/graphql", content=b"{}", headers=latin).status_code == 415
