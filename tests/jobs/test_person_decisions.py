"""People decide who is one person and who is not: link runs obey, erasure and rotation know of it, nothing leaks."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError
from credit_graph.jobs import batches
from credit_graph.jobs.erase import erase
from credit_graph.jobs.erasing import Target
from credit_graph.jobs.link import link
from credit_graph.jobs.rotate import rotate
from credit_graph.jobs.tombstones import Ground
from credit_graph.links.lookup import shown_id
from credit_graph.model.chain import wrapped
from credit_graph.model.statement import Statement
from credit_graph.model.time import Point
from credit_graph.store import Store
from credit_graph.store.dump import dump
from credit_graph.store.secret import load_or_create, secret_path
from handmade import City

TODAY = date(2026, 11, 23)
A, B, C = (f"91330200{letter * 10}" for letter in "ABC")
KEY, OTHER = "1a" * 32, "2b" * 32
GROUND = Ground("清除决定书〔2026〕1号", "张一", "李二")
WHY = ("--why", "电话核实", "--by", "张一", "--role", "reviewer")


@pytest.fixture
def city(store: Store, monkeypatch: pytest.MonkeyPatch) -> City:
    """王测试 with an ID at A; by name only at B, which has A's telephone, and at C; 李测试 with an ID at B and C."""
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(TODAY))
    load_or_create(store.settings, store)
    made = City(store)
    for code, pid, phone in ((A, KEY, "1"), (B, "name:b", "1"), (C, "name:c", "3")):
        made.firm(code, f"测试{code[-1]}有限公司", phone=f"1390000000{phone}")
        made.say("Office", code, f"{code}|1", pid=pid, person_name="王测试", office="executive")
    made.say("Office", C, "other", pid=OTHER, person_name="李测试", office="executive")
    made.commit()
    return made


def linked(store: Store) -> set[tuple[str, str, str]]:
    """Who is whom after a link run."""
    link(store, Point(batches.last_seq(store), TODAY, TODAY))
    rows = store.read("explore/derived_links")
    return {(row["start"], row["end"], row["rule"]) for row in rows if row["type"] == "SAME_AS"}


def office(store: Store, eid: str, number: str = "1") -> str:
    keys = {eid: f"{eid}|{number}"}
    (row,) = store.read("read/erase_statements", rows=[{"source": "office", "key": keys[eid]}])
    return str(row["record"]["sid"])


def run(*arguments: str) -> str:
    done = invoke(*arguments)
    assert done.exit_code == 0, done.output
    assert KEY not in done.output and OTHER not in done.output and "name:" not in done.output
    return done.output


def refused(*arguments: str) -> tuple[str, str]:
    with pytest.raises(CreditGraphError) as caught:
        invoke("person", *arguments)
    assert KEY not in str(caught.value) and "name:" not in str(caught.value)
    return caught.value.code, str(caught.value)


def listed(*options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("person", "list", "--json", *options))
    return found


def test_link_runs_obey_what_people_decided(city: City) -> None:
    store = city.store
    by_rule = {("name:b", KEY, "phone")}
    assert linked(store) == by_rule
    run("person", "join", office(store, C), shown_id(KEY), *WHY)
    assert linked(store) == {*by_rule, ("name:c", KEY, "decision")}
    run("person", "apart", shown_id("name:b"), shown_id(KEY), *WHY)
    assert linked(store) == {("name:c", KEY, "decision")}
    apart, join = listed()
    firm_a, firm_b, firm_c = (f"测试{letter}有限公司" for letter in "ABC")
    assert {name: join[name] for name in ("decision", "why", "by", "role", "day", "undone")} == {
        "decision": "join",
        "why": "电话核实",
        "by": "张一",
        "role": "reviewer",
        "day": str(TODAY),
        "undone": None,
    }
    assert sorted(join["persons"], key=lambda row: row["firms"]) == [
        {"person": shown_id(KEY), "name": "王测试", "firms": [firm_a]},
        {"person": shown_id("name:c"), "name": "王测试", "firms": [firm_c]},
    ]
    assert (apart["decision"], {row["firms"][0] for row in apart["persons"]}) == ("apart", {firm_a, firm_b})
    run("person", "undo", apart["id"], "--why", "认错", "--by", "李二")
    assert linked(store) == {*by_rule, ("name:c", KEY, "decision")}
    (gone, stays) = listed("--all")
    assert (gone["id"], gone["undone"], stays["undone"]) == (apart["id"], batches.last_seq(store), None)
    undoing = batches.find(store, gone["undone"]).properties
    assert (undoing["actor"], undoing["basis"]) == ("李二", "认错")
    assert [row["id"] for row in listed()] == [join["id"]]
    # what was decided before is seen again at the seq before
    earlier = Point(gone["undone"] - 1, TODAY, TODAY)
    link(store, earlier)
    assert {row["rule"] for row in store.read("explore/derived_links") if row["type"] == "SAME_AS"} == {"decision"}
    assert "unlinked" not in run("faults", "--json")


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_what_is_refused_writes_nothing(city: City) -> None:
    store = city.store
    one, other = office(store, A), office(store, C)
    run("person", "join", one, other, *WHY)
    ((decision,), seq) = (listed(), batches.last_seq(store))
    assert refused("apart", other, one, *WHY)[0] == "state.person_decided"
    assert decision["id"] in refused("join", shown_id(KEY), other, *WHY)[1]
    assert refused("join", one, one, *WHY)[0] == "usage.bad_value"
    assert refused("join", one, "person:0000000000000000", *WHY)[0] == "usage.unknown_entity"
    assert refused("join", one, decision["id"], *WHY)[0] == "usage.bad_value"
    assert refused("join", one, office(store, B))[0] == "usage.bad_value"  # without a reason
    assert refused("undo", one, *WHY)[0] == "usage.unknown_entity"
    run("person", "undo", decision["id"], *WHY)
    assert refused("undo", decision["id"], *WHY) == (
        "state.decision_undone",
        f"认定 {decision['id']} 已在批次 {seq + 1} 撤销。",
    )
    with pytest.raises(CreditGraphError) as caught:
        erase(store, Target(sids=(decision["id"],)), GROUND)
    assert caught.value.code == "usage.bad_value"
    assert batches.last_seq(store) == seq + 1
    shown = run("--lang", "zh", "person", "list", "--all").replace("\n", "")
    assert "人员认定（1）" in shown and "已于批次" in shown


def decisions(store: Store) -> list[Statement]:
    rows = store.read("read/person_decisions", seq=batches.last_seq(store), all=True)
    return [Statement.from_properties(row["record"]) for row in rows]


def test_an_erasure_takes_merges_and_decisions_along(city: City) -> None:
    store = city.store
    run("person", "join", office(store, C), office(store, A), *WHY)
    run("person", "apart", office(store, B), shown_id(OTHER), *WHY)
    assert linked(store) == {("name:b", KEY, "phone"), ("name:c", KEY, "decision")}
    # the mention at C is all that the graph has of him: with it goes what was decided of him
    erase(store, Target(sids=(office(store, C),)), GROUND)
    assert {item.content["decision"] for item in decisions(store)} == {"apart"}
    left = store.read("explore/derived_links")
    assert {(row["start"], row["rule"]) for row in left if row["type"] == "SAME_AS"} == {("name:b", "phone")}
    # the telephone by which B was told goes with the register's statement of A
    (register,) = store.read("read/erase_statements", rows=[{"source": "registration", "key": A}])
    erase(store, Target(sids=(register["record"]["sid"],)), GROUND)
    assert [row for row in store.read("explore/derived_links") if row["type"] == "SAME_AS"] == []
    assert linked(store) == set()
    erase(store, Target(pids=(OTHER,)), GROUND)
    assert decisions(store) == []
    for line in dump(store):
        assert OTHER not in repr(line) and "name:c" not in repr(line)


def test_a_rotation_keeps_what_was_decided(city: City) -> None:
    store = city.store
    run("person", "join", office(store, C), office(store, A), *WHY)
    run("person", "apart", office(store, B), office(store, A), *WHY)
    before = linked(store)
    assert before == {("name:c", KEY, "decision")}
    rotate(store)
    added = bytes.fromhex(json.loads(secret_path(store.settings).read_text())["chain"][-1])
    new = wrapped([added], KEY)
    assert linked(store) == {("name:c", new, "decision")}
    assert all(KEY not in repr(line) for line in dump(store))
    found = decisions(store)
    assert {item.content["decision"]: {item.content["person_a"], item.content["person_b"]} for item in found} == {
        "join": {new, "name:c"},
        "apart": {new, "name:b"},
    }
    assert refused("join", office(store, B), shown_id(new), *WHY)[0] == "state.person_decided"
    (apart,) = [row for row in listed() if row["decision"] == "apart"]
    run("person", "undo", apart["id"], *WHY)
    assert linked(store) == {("name:b", new, "phone"), ("name:c", new, "decision")}
