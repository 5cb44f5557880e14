"""Keys that have less than their role: districts, rights, last day, requests a minute."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from commandline import CommandLine
from credit_graph.errors import AccessError, UsageError
from credit_graph.server.keys import Keys, Wanted
from credit_graph.server.rates import Buckets
from credit_graph.server.roles import limits, role
from credit_graph.server.scope import Scope, districts
from credit_graph.store import Store
from server.city import TODAY, A, B, Batch, registration
from server.conftest import Api


def refused(keys: Keys, text: str) -> tuple[str, dict[str, object]]:
    with pytest.raises(AccessError) as raised:
        keys.check(text)
    return raised.value.code, raised.value.fields


def test_a_key_holds_what_it_was_made_with(tmp_path: Path, today: None) -> None:
    keys = Keys(tmp_path)
    scope = Scope(districts(["621002", "620000"]), ("dossier",), 60)
    wanted = Wanted("department", scope, ("identity", "level"), date(2026, 11, 30), "市发改委 130102199001011234")
    made, text = keys.create(wanted)
    plain, _ = keys.create("analyst")
    assert keys.all() == [made, plain]
    assert keys.check(text) == made
    assert (made.scope, plain.scope) == (scope, Scope())
    assert made.narrowed().rights == ("identity", "level")
    assert plain.narrowed() == role("analyst")
    assert made.owner is not None and made.owner.startswith("市发改委") and "199001011234" not in made.owner
    stored = (tmp_path / "keys.json").read_text(encoding="utf-8")
    assert text.split("_")[2] not in stored and "市发改委" in stored


def test_keys_of_before_scopes_are_read(tmp_path: Path, today: None) -> None:
    row = {"id": "0011aabb", "role": "planner", "sha256": "00", "created": "2026-01-01", "revoked": None}
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [row]}))
    (found,) = Keys(tmp_path).all()
    assert (found.scope, found.rights, found.narrowed()) == (Scope(), None, role("planner"))


def test_each_fault_of_a_key_has_its_code(tmp_path: Path, today: None, monkeypatch: pytest.MonkeyPatch) -> None:
    keys, other = Keys(tmp_path / "a"), Keys(tmp_path / "b")
    made, text = keys.create(Wanted("department", expires=TODAY))
    assert keys.check(text).id == made.id
    assert refused(other, text) == ("access.foreign_key", {"id": made.id})
    assert refused(keys, text[:-1]) == ("access.key", {})
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-24")
    assert refused(keys, text) == ("access.key_expired", {"id": made.id, "day": "2026-11-23"})
    assert refused(keys, text[:-1]) == ("access.key", {})  # only who has the key learns that it expired
    keys.revoke(made.id)
    assert refused(keys, text) == ("access.key", {})


@pytest.mark.parametrize(
    ("wanted", "option"),
    [
        (Wanted("department", rights=("persons",)), "--rights"),
        (Wanted("department", expires=date(2026, 11, 22)), "--expires"),
        (Wanted("emperor"), "--role"),
    ],
)
def test_a_key_that_could_do_nothing_is_not_made(tmp_path: Path, today: None, wanted: Wanted, option: str) -> None:
    with pytest.raises(UsageError) as raised:
        Keys(tmp_path).create(wanted)
    assert (raised.value.code, raised.value.fields["option"]) == ("usage.bad_value", option)
    assert Keys(tmp_path).all() == []


def test_districts_are_beginnings_of_codes() -> None:
    assert districts(["621000", "621002", "6210"]) == ("6210", "621002")
    assert Scope(("6210",)).sees("621002") and not Scope(("6210",)).sees("620102")
    assert not Scope(("6210",)).sees(None) and Scope().sees(None)
    for wrong in ("", "6", "621", "庆阳", "62100200000000", "6210 "):
        with pytest.raises(UsageError):
            districts([wrong])


def test_a_bucket_gives_its_rate_at_once_and_fills_by_as_much_a_minute() -> None:
    now = 0.0
    buckets = Buckets(lambda: now)

    def taken(client: str, most: int) -> int:
        for count in range(most):
            try:
                buckets.take(client, 30)
            except AccessError as error:
                assert error.fields["rate"] == 30
                assert 1 <= error.fields["seconds"] <= 2
                return count
        return most

    assert taken("one", 100) == 30
    assert taken("two", 100) == 30
    now = 10.0
    assert taken("one", 100) == 5
    now = 1_000.0
    assert taken("one", 100) == 30


def with_key(api: Api, text: str) -> Api:
    return Api(api.app, {"Authorization": f"Bearer {text}"})


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_county_sees_its_own_firms(store: Store, api: Api) -> None:
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    registration(batch, B, "兰州天工控股有限公司", district="620102")
    batch.commit()
    keys = Keys(store.home)
    county = with_key(api, keys.create(Wanted("inspector", Scope(("6210",))))[1])
    query = "query ($code: String!) { enterprise(code: $code) { name address records { edges { cursor } } } }"
    assert county.ask(query, code=A)["enterprise"]["name"] == "庆阳天工建材有限公司"
    answer = county.post(query, code=B)
    assert answer.json()["data"] == {"enterprise": {"name": None, "address": None, "records": None}}
    assert {error["extensions"]["code"] for error in answer.json()["errors"]} == {"access.denied"}
    assert "兰州天工" not in answer.text
    found = county.ask('{ search(text: "天工") { edges { node { name } } } }')["search"]["edges"]
    assert [edge["node"]["name"] for edge in found] == ["庆阳天工建材有限公司"]
    assert county.codes("{ alerts { edges { cursor } } }") == ["access.denied"]
    assert county.codes("{ enterprises { edges { cursor } } }") == ["access.denied"]
    assert county.ask("{ lists { name } meta { seq } }")["meta"] == {"seq": 1}
    fewer = with_key(api, keys.create(Wanted("inspector", rights=("identity",)))[1])
    narrowed = fewer.post(query, code=A).json()
    assert narrowed["data"]["enterprise"] == {"name": "庆阳天工建材有限公司", "address": None, "records": None}
    slow = with_key(api, keys.create(Wanted("inspector", Scope(rate=2)))[1])
    assert [slow.post("{ __typename }").status_code for _ in range(3)] == [200, 200, 429]
    late = slow.post("{ __typename }")
    assert 1 <= int(late.headers["retry-after"]) <= 30
    assert late.json()["errors"][0]["extensions"] == {"code": "access.too_many"}
    quick = with_key(api, keys.create("inspector")[1])
    assert limits().requests_per_minute.value == 600
    assert {quick.post("{ __typename }").status_code for _ in range(5)} == {200}


def test_the_commands_say_what_a_key_may(
    env: dict[str, str], today: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    command = CommandLine(monkeypatch, capfd)
    options = ("--district", "6210", "--rights", "level,identity", "--expires", "2027-06-30", "--rate", "60")
    out, _ = command.run("key", "create", "--role", "department", *options, "--for", "市发改委")
    out, _ = command.run("key", "list", "--json")
    (key,) = json.loads(out)["keys"]
    assert key == {
        "id": key["id"],
        "role": "department",
        "created": "2026-11-23",
        "revoked": None,
        "expires": "2027-06-30",
        "districts": ["6210"],
        "rights": ["identity", "level"],
        "operations": None,
        "rate": 60,
        "owner": "市发改委",
    }
    out, _ = command.run("key", "list")
    assert all(part in out for part in ("市发改委", "2027-06-30", "6210", "identity"))
    _, told = command.run("key", "create", "--role", "department", "--rights", "persons", status=2)
    assert told.split()[0] == "usage.bad_value"
    out, _ = command.run("--role", "auditor", "audit", "show", "--json")
    (line,) = json.loads(out)["entries"]
    said = {"districts": ["6210"], "rights": ["identity", "level"], "rate": 60, "expires": "2027-06-30"}
    assert line["what"] == {"key": key["id"], "role": "department", **said, "for": "市发改委"}


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_key_of_saved_operations_asks_these_only(store: Store, api: Api) -> None:
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    batch.commit()
    scope = Scope(operations=("data_version",))
    client = with_key(api, Keys(store.home).create(Wanted("analyst", scope))[1])

    def status(**body: object) -> tuple[int, str | None]:
        answer = api.request("POST", "/graphql", json=body, headers=client.headers)
        errors = answer.json().get("errors")
        return answer.status_code, errors[0]["extensions"]["code"] if errors else None

    assert status(id="data_version") == (200, None)
    for body in ({"id": "search", "variables": {"text": "天工"}}, {"query": "{ meta { seq } }"}):
        assert status(**body) == (403, "access.denied")
