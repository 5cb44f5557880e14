"""Over HTTP: keys, opaque ids, pages that fetch nothing elsewhere, hosts, methods, errors that tell nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from credit_graph.errors import AccessError, UsageError
from credit_graph.server.app import GRAPHIQL_FILES, OWN_FILES, create_app
from credit_graph.server.keys import Keys
from credit_graph.server.running import is_loopback, serve
from credit_graph.store import Store
from server.city import A, B, Batch, registration
from server.conftest import Api

IDS = "query ($code: String!) { enterprise(code: $code) { id records { edges { cursor node { statementId } } } } }"


def fill(store: Store) -> None:
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    registration(batch, B, "庆阳控股有限公司")
    batch.commit()


def with_key(api: Api, text: str) -> Api:
    return Api(api.app, {"Authorization": f"Bearer {text}"})


def test_once_there_is_a_key_every_request_needs_one(store: Store, api: Api) -> None:
    fill(store)
    query = "query ($code: String!) { enterprise(code: $code) { name address } }"
    assert "errors" not in api.post(query, code=A).json()
    keys = Keys(store.home)
    key, text = keys.create("planner")
    assert (store.home / "keys.json").stat().st_mode & 0o777 == 0o600
    assert text.removeprefix(f"cg_{key.id}_") not in (store.home / "keys.json").read_text()
    wrong = [None, "", "x", "cg_", text[:-1], text + "x", f"cg_{key.id}_", text.replace("cg_", "xx_")]
    for token in wrong:
        answer = (api if token is None else with_key(api, token)).post(query, code=A)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (401, {"code": "access.key"})
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "庆阳" not in answer.text
    assert with_key(api, text).post(query, code=A).json()["data"]["enterprise"]["address"]
    keys.revoke(key.id)
    assert with_key(api, text).post(query, code=A).status_code == 401
    # the last key revoked does not open the door again
    assert api.post(query, code=A).status_code == 401
    with pytest.raises(UsageError):
        keys.revoke(key.id)


def test_the_role_is_the_keys_and_no_header_changes_it(store: Store, api: Api) -> None:
    fill(store)
    _, text = Keys(store.home).create("department")
    headers = {"Authorization": f"Bearer {text}", "X-Role": "analyst", "Role": "analyst"}
    answer = Api(api.app, headers).post("query ($code: String!) { enterprise(code: $code) { name address } }", code=A)
    assert answer.json()["data"] == {"enterprise": {"name": "庆阳天工建材有限公司", "address": None}}


def test_ids_and_cursors_differ_between_clients_and_fit_no_other(store: Store, api: Api) -> None:
    fill(store)
    keys = Keys(store.home)
    one, two = (with_key(api, keys.create("analyst")[1]) for _ in range(2))
    first, again, other = (client.ask(IDS, code=A)["enterprise"] for client in (one, one, two))
    assert first == again
    assert first["id"] != other["id"]
    edge, foreign = first["records"]["edges"][0], other["records"]["edges"][0]
    assert edge["node"]["statementId"] != foreign["node"]["statementId"]
    assert edge["cursor"] != foreign["cursor"]
    for secret in (A, store.read("read/statements_of", eid=A)[0]["record"]["sid"]):
        assert secret not in json.dumps(first)
    node = "query ($id: ID!) { node(id: $id) { id ... on Enterprise { code } } }"
    assert one.ask(node, id=first["id"]) == {"node": {"id": first["id"], "code": A}}
    for wrong in (other["id"], edge["node"]["statementId"], edge["cursor"], "", "%%%", "ä", first["id"][:-2]):
        assert one.codes(node, id=wrong) == ["usage.bad_id"]
    page = "query ($after: String) { enterprises(after: $after) { edges { cursor } } }"
    for wrong in (foreign["cursor"], edge["cursor"], first["id"], "", "AAAA", "x" * 10_000):
        assert one.codes(page, after=wrong) == ["usage.bad_cursor"]


def test_pages_reference_only_this_origin(api: Api) -> None:
    for path in ("/", "/graphiql"):
        answer = api.request("GET", path)
        assert answer.status_code == 200
        assert re.findall(r"(?:https?:)?//[^\s\"']+", answer.text) == []
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert not re.search(r"https?:|\*", policy)
        for address in re.findall(r"(?:src|href)=\"([^\"]+)\"", answer.text):
            wanted = 503 if address in ("/due", "/brief") else 200  # these have something to say once there is data
            assert api.request("GET", address).status_code == wanted, address
    for name, kind in (GRAPHIQL_FILES | OWN_FILES).items():
        answer = api.request("GET", f"/static/{name}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, f"{kind}; charset=utf-8")
    for name in ("../app.py", "..%2fapp.py", "keys.json", "%00", "graphiql.html"):
        assert api.request("GET", f"/static/{name}").status_code == 404
    assert re.search(r"url\(\s*[\"']?(?!data:)", api.request("GET", "/static/graphiql.min.css").text) is None


def test_the_page_calls_what_the_shipped_scripts_have(api: Api) -> None:
    own = api.request("GET", "/static/graphiql.js").text
    shipped = {
        "React": api.request("GET", "/static/react.production.min.js").text,
        "ReactDOM": api.request("GET", "/static/react-dom.production.min.js").text,
        "GraphiQL": api.request("GET", "/static/graphiql.min.js").text,
    }
    calls = set(re.findall(r"\b(React|ReactDOM|GraphiQL)\.(\w+)\(", own))
    assert calls == {("React", "createElement"), ("ReactDOM", "render"), ("GraphiQL", "createFetcher")}
    for name, function in calls:
        assert f".{function}=" in shipped[name]


def test_health(store: Store, api: Api) -> None:
    answer = api.request("GET", "/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    Keys(store.home).create("analyst")
    assert api.request("GET", "/health").status_code == 200


def test_a_foreign_host_name_does_not_reach_a_loopback_server(api: Api) -> None:
    query = {"query": "{ __typename }"}
    for host in ("127.0.0.1:8000", "localhost:8000", "[::1]:8000"):
        assert api.request("POST", "/graphql", json=query, headers={"host": host}).status_code == 200, host
    for host in ("evil.example", "127.0.0.1.evil.example"):
        assert api.request("POST", "/graphql", json=query, headers={"host": host}).status_code == 400


def test_get_is_for_queries_and_a_simple_form_can_not_post(api: Api) -> None:
    answer = api.request("GET", "/graphql", params={"query": "{ __typename }"})
    assert answer.json()["data"] == {"__typename": "Query"}
    form = {"content": b"query={__typename}", "headers": {"content-type": "application/x-www-form-urlencoded"}}
    assert api.request("POST", "/graphql", **form).status_code == 415
    plain = {"content": b'{"query": "{__typename}"}', "headers": {"content-type": "text/plain"}}
    assert api.request("POST", "/graphql", **plain).status_code == 415
    assert api.request("PUT", "/graphql").status_code == 405
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[1]", b'{"query": 5}', b'{"query": null}', b"\xff\xfe", b"null"])
def test_a_body_that_is_none_is_a_client_error(api: Api, body: bytes) -> None:
    answer = api.request("POST", "/graphql", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


def test_an_unexpected_fault_leaves_with_a_number_only(
    store: Store, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(store)
    # a registration that no loader writes: the amount is no number
    bad = Batch(store)
    registration(bad, B, "庆阳坏账有限公司", n=1, registered_capital="王小明欠款")
    bad.commit(cache=False)
    query = "query ($code: String!) { enterprise(code: $code) { name registeredCapital { amount } } }"
    answer = api.post(query, code=B)
    error = answer.json()["errors"][0]
    assert error["extensions"] == {"code": "server.internal"}
    number = re.search(r"编号 ([0-9a-f]{8})", error["message"])
    assert number is not None
    assert "王小明" not in answer.text
    logged = capsys.readouterr()
    assert number[1] in logged.out + logged.err
    assert "王小明" not in logged.out + logged.err


def test_messages_come_in_the_language_that_is_asked_for(store: Store, api: Api) -> None:
    fill(store)
    query = 'query { enterprise(code: "X") { name } }'
    assert api.post(query).json()["errors"][0]["message"].startswith("找不到“X”")
    english = Api(api.app, {"Accept-Language": "en-GB,en;q=0.8"}).post(query)
    assert english.json()["errors"][0]["message"].startswith("There is no “X”")


def test_another_address_needs_a_key(store: Store) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1", "example.org", ""):
        assert not is_loopback(host)
        with pytest.raises(AccessError) as raised:
            serve(store, host, 8000)
        assert raised.value.code == "access.remote_refused"
    assert all(map(is_loopback, ("127.0.0.1", "127.0.0.2", "localhost", "::1")))
    keys = Keys(store.home)
    keys.revoke(keys.create("analyst")[0].id)
    with pytest.raises(AccessError):  # a revoked key is none
        serve(store, "0.0.0.0", 8000)


def test_a_damaged_key_file_lets_nobody_in(store: Store, api_as: Callable[[str], Api]) -> None:
    api = api_as("analyst")
    (store.home / "keys.json").write_text('{"keys": [{"id": 1}]}')
    answer = api.post("{ __typename }")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (500, "state.keys")
    create_app(store)  # the server itself starts, and refuses


def test_half_a_character_is_no_crash(store: Store, api: Api) -> None:
    fill(store)
    for field in ('enterprise(code: \\"\\ud800\\") { name }', 'search(text: \\"天\\ud800\\") { edges { cursor } }'):
        body = ('{"query": "{ ' + field + ' }"}').encode()
        answer = api.request("POST", "/graphql", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 200
        codes = {error["extensions"]["code"] for error in answer.json().get("errors", [])}
        assert codes <= {"usage.unknown_entity", "usage.query", "usage.bad_value"}
