"""Who is one person, over the API: the mentions that the link run joined, why, and what the caller may see of it."""

from __future__ import annotations

import json

import pytest

from commandline import invoke
from credit_graph.commands.links import hop_text
from credit_graph.jobs.decisions import Decision
from credit_graph.jobs.link import link
from credit_graph.jobs.person_decisions import decide
from credit_graph.model.time import Point
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from server.city import TODAY, A, B, Batch, C, registration
from server.conftest import Api

KEY = "1a" * 32
HOLDER = """query ($code: String!) { enterprise(code: $code) { holders { edges { node { holder { ... on Person {
  name samePersons { rule reasons person { name } records { kind ... on Office { personName } } } } } } } } } }"""


@pytest.fixture
def city(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """王小明 holds A with an ID, stands at B by name beside A's telephone, and at C by name alone."""
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(TODAY))
    load_or_create(store.settings, store)
    batch = Batch(store)
    for code, name, phone in ((A, "甲", "13900000001"), (B, "乙", "13900000001"), (C, "丙", "13900000002")):
        registration(batch, code, f"庆阳{name}有限公司", phone=phone)
    batch.say("Contribution", A, "a", source="contributions", holder_name="王小明", subscribed=100_000_000, pid=KEY)
    named = [
        batch.say("Office", code, code, source="offices", pid=f"name:{code}", person_name="王小明", office="executive")
        for code in (B, C)
    ]
    batch.commit()
    decide(store, KEY, f"name:{C}", "join", Decision("张一", "reviewer", "电话核实"))
    link(store, Point(store.read("read/last_seq")[0]["seq"], TODAY, TODAY))
    held = Batch(store)
    held.hold(named[0], "public")
    held.commit()
    return store


def test_the_mentions_of_a_person_and_why(city: Store, api: Api) -> None:
    (edge,) = api.ask(HOLDER, code=A)["enterprise"]["holders"]["edges"]
    found = edge["node"]["holder"]
    assert found["name"] == "王小明"
    by_phone, decided = sorted(found["samePersons"], key=lambda item: item["rule"], reverse=True)
    assert decided == {
        "rule": "decision",
        "reasons": ["经人工认定为同一人。"],
        "person": {"name": "王小明"},
        "records": [],
    }
    kinds = [item["kind"] for item in by_phone.pop("records")]
    assert sorted(kinds) == ["Contribution", "Office", "Registration", "Registration"]
    assert by_phone == {
        "rule": "phone",
        "reasons": ["两企业同名，且使用同一联系电话。"],
        "person": {"name": "王小明"},
    }


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_path_tells_the_merge_in_words(city: Store) -> None:
    done = invoke("path", B, A, "--json", "--kind", "office", "--kind", "same_person", "--kind", "holds", catch=True)
    assert done.exit_code == 0, done.output
    assert KEY not in done.output and "name:" not in done.output
    merges = [hop for hop in json.loads(done.output)["path"] if hop["kind"] == "same_person"]
    assert [(hop["label"], hop["reasons"]) for hop in merges] == [("phone", ["两企业同名，且使用同一联系电话。"])]
    assert hop_text(merges[0]) == "同一人：两企业同名，且使用同一联系电话。"
    two = hop_text({"kind": "same_person", "label": "holding+decision"})
    assert two.endswith("或由同一企业出资。经人工认定为同一人。")
