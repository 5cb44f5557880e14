"""``credit-graph erase`` as it is typed: by statement, by person, by an id of the API; what it shows and refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import city
from commandline import invoke
from credit_graph.errors import CreditGraphError, StateError
from credit_graph.jobs.link import link
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.jobs.trace import trace
from credit_graph.model.statement import Statement
from credit_graph.model.time import Point
from credit_graph.server.tokens import Sealer
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from credit_graph.store.snapshot import snapshot
from facts import D

TODAY = D("2026-11-23")
TWO = ("--basis", "清除决定书〔2026〕1号", "--by", "张一", "--second", "李二", "--json")
ID = city.citizen_id("19850317", 42)
NAME = "欧阳秘密甲"
pytestmark = pytest.mark.parametrize("engine", ["embedded"], indirect=True)


@pytest.fixture
def store(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Two firms and their representative, whom the register names without an ID; the tombstones end with the test."""
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(TODAY))
    registrations = [city.registration(n, legal_repre=NAME) for n in (1, 2)]
    city.write(tmp_path / "registration.csv", city.REGISTRATION, registrations)
    city.write(tmp_path / "office.csv", city.OFFICE, [city.office(n, NAME, ID) for n in (1, 2)])
    load(store, [tmp_path / "registration.csv", tmp_path / "office.csv"], LoadOptions(as_of=D("2026-01-01")))
    yield store
    store.clear()


def offices(store: Store) -> list[Statement]:
    return [Statement.from_properties(row["record"]) for row in store.read("read/records_opened", seq=1)]


def run(*arguments: str, stdin: str = "") -> str:
    done = invoke("erase", *arguments, stdin=stdin)
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(*arguments: str, stdin: str = "") -> tuple[str, str]:
    with pytest.raises(CreditGraphError) as caught:
        invoke("erase", *arguments, stdin=stdin)
    return caught.value.code, str(caught.value)


def test_by_statement_and_then_nothing_is_left_to_apply(store: Store) -> None:
    first, _ = offices(store)
    before = snapshot(store)
    plan = json.loads(run(first.sid, "--dry-run", "--json"))
    assert plan == {
        "statements": [
            {"sid": first.sid, "source": "legal_representative", "kind": "Office", "eid": city.credit_code(1)}
        ],
        "holds": [],
        "persons": 0,
        "kept": [],
        "mentions": [],
    }
    assert snapshot(store) == before
    done = json.loads(run(first.sid, *TWO))
    assert (done["statements"], done["rows"], done["persons"], len(done["tombstones"])) == (1, 1, 0, 1)
    assert json.loads(run("--apply", "--json"))["statements"] == 0
    assert run("--apply").splitlines() == ["清除记录均已生效，没有需要处理的内容。"]
    with pytest.raises(StateError) as caught:
        trace(store, first.sid)
    told = {"what": first.sid, "stone": done["tombstones"][0], "on": str(TODAY), "basis": TWO[1]}
    assert (caught.value.code, caught.value.fields) == ("state.was_erased", told)
    assert refused(first.sid, *TWO)[0] == "usage.unknown_entity"


@pytest.mark.parametrize("way", ["number", "statement", "opaque"])
def test_by_person_in_each_way(store: Store, way: str) -> None:
    pid = str(offices(store)[0].pid)
    if way == "number":
        done = run("--person", *TWO, stdin=f" {ID.lower()} \n")
    elif way == "statement":
        done = run("--person-of", offices(store)[1].sid, *TWO)
    else:
        token = Sealer(load_or_create(store.settings, store), "abcd1234").node_id("Person", pid)
        assert refused(token, *TWO)[0] == "usage.bad_id"  # it was given to another client
        done = run(token, "--client", "abcd1234", *TWO)
    found = json.loads(done)
    assert (found["statements"], found["persons"]) == (2, 1)
    assert offices(store) == []
    assert ID not in done


def test_mentions_by_name_are_told_and_taken_only_if_asked(store: Store) -> None:
    link(store, Point(2, TODAY, TODAY))
    of = offices(store)[0].sid
    plan = json.loads(run("--person-of", of, "--dry-run", "--json"))
    going = {item["sid"] for item in plan["statements"]}
    assert (len(going), plan["persons"], len(plan["mentions"])) == (2, 1, 2)
    assert going.isdisjoint(plan["mentions"])
    plan = json.loads(run("--person-of", of, "--mentions", "--dry-run", "--json"))
    assert (len(plan["statements"]), plan["persons"], plan["mentions"]) == (4, 3, [])
    assert {item["kind"] for item in plan["statements"]} == {"Office", "Registration"}


def test_what_is_refused_writes_nothing(store: Store) -> None:
    first = offices(store)[0]
    before = snapshot(store)
    one = ("--basis", "依据", "--by", "张一", "--second", "张 一")
    registration = store.read("read/records_opened", seq=2)[0]["record"]["sid"]
    for arguments, code in (
        ((first.sid, *one), "usage.same_person"),
        ((first.sid, "--basis", "依据", "--by", "张一"), "usage.bad_value"),
        ((first.sid,), "usage.bad_value"),
        (("0" * 32, *TWO), "usage.unknown_entity"),
        (("nonsense", *TWO), "usage.bad_id"),
        (TWO, "usage.bad_value"),
        ((first.sid, "--person", *TWO), "usage.bad_value"),
        (("--person-of", "0" * 32, *TWO), "usage.unknown_entity"),
    ):
        assert refused(*arguments)[0] == code, arguments
    code, text = refused("--person", *TWO, stdin="330206198503170421\n")
    assert (code, "330206198503170421" in text) == ("usage.bad_value", False)
    assert refused("--person", *TWO, stdin=city.citizen_id("19600101", 9))[0] == "usage.unknown_entity"
    assert registration
    assert snapshot(store) == before
    assert not (store.home / "tombstones.jsonl").exists()
