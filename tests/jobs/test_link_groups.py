"""Control and groups as a link run writes them, on both engines: ids that survive, splits, mergers, erasure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from credit_graph import clock
from credit_graph.jobs.erase import erase
from credit_graph.jobs.erasing import Target
from credit_graph.jobs.link import LinkResult, link
from credit_graph.jobs.tombstones import Ground
from credit_graph.model.statement import Statement
from credit_graph.model.time import Point
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from handmade import City
from holdingcharts import TODAY, code, say
from store_fixtures import Define

A, B, C, D, E = (code(letter) for letter in "ABCDE")

CONTROLS = """// purpose: All control.
// parameters: none
// returns: start, end, link
MATCH (e:Enterprise)<-[x:CONTROLS]-(o)
RETURN coalesce(o.eid, o.pid) AS start, e.eid AS end, properties(x) AS link
"""
MEMBERS = """// purpose: All members.
// parameters: none
// returns: member, gid, node, link
MATCH (g:Group)<-[x:MEMBER_OF]-(m)
RETURN coalesce(m.eid, m.pid) AS member, g.gid AS gid, properties(g) AS node, properties(x) AS link
"""
GROUPS = """// purpose: All groups.
// parameters: none
// returns: node
MATCH (g:Group)
RETURN properties(g) AS node
"""


class Graph:
    """A graph made by hand whose derived relationships are read back."""

    def __init__(self, store: Store, define: Define) -> None:
        self.store = store
        self.city = City(store)
        for name, text in (("test/controls", CONTROLS), ("test/members", MEMBERS), ("test/groups", GROUPS)):
            define(name, text)

    def link(self) -> LinkResult:
        """Commit what was said, link."""
        seq = self.city.commit() if self.city.statements else self.city.seq - 1
        return link(self.store, Point(seq, TODAY, TODAY))

    def controls(self) -> dict[tuple[str, str], dict[str, Any]]:
        return {(row["start"], row["end"]): row["link"] for row in self.store.read("test/controls")}

    def groups(self, layer: str = "control") -> dict[str, set[tuple[str, str]]]:
        """gid -> {(member, role)}."""
        found: dict[str, set[tuple[str, str]]] = {}
        for row in self.store.read("test/members"):
            if row["node"]["layer"] == layer:
                found.setdefault(row["gid"], set()).add((row["member"], row["link"]["role"]))
        return found

    def nodes(self) -> dict[str, dict[str, Any]]:
        return {row["node"]["gid"]: row["node"] for row in self.store.read("test/groups")}


@pytest.fixture
def graph(store: Store, define: Define, monkeypatch: pytest.MonkeyPatch) -> Iterator[Graph]:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    load_or_create(store.settings, store)
    yield Graph(store, define)
    store.clear()  # the graph forgets its tombstones with the test that made them


def test_control_and_groups_with_run_and_statements(graph: Graph) -> None:
    sids = say(graph.city, {"P>A": 60, "A>B": 30, "P>B": 25, "Q>B": 45, "B>C": 51, "D>E": 51, "E>D": 51})
    done = graph.link()
    assert (done.counts["controlled"], done.counts["groups"]) == (3, 3)
    found = graph.controls()
    assert set(found) == {("k-P", A), ("k-P", B), (B, C)}
    near = {"run": done.rid, "ring": False, "near_line": False, "capital": 100_000_000}
    assert found["k-P", B] == {
        **near, "basis": "jointly", "votes": 55_000_000, "share_ppm": 550_000,
        "sids": sorted((sids["A>B"], sids["P>B"])),
    }  # fmt: skip
    assert found[B, C] == {
        **near, "basis": "direct", "votes": 51_000_000, "share_ppm": 510_000, "sids": [sids["B>C"]],
    }  # fmt: skip
    people = {("k-P", "head"), (A, "member"), (B, "member"), (C, "member")}
    assert sorted(graph.groups().values(), key=len) == [{(D, "member"), (E, "member")}, people]
    assert list(graph.groups("ring").values()) == [{(D, "member"), (E, "member")}]
    assert {row["link"]["run"] for row in graph.store.read("test/members")} == {done.rid}


def test_ids_survive_an_unrelated_load_and_tell_splits_and_mergers(graph: Graph) -> None:
    graph.city.firm(E, "另一测试有限公司")
    say(graph.city, {"P>A": 100, "A>B": 100, "P>C": 100})
    held = next(item for item in graph.city.statements if item.key == "P>C")
    first = graph.link()
    (gid,) = graph.groups()
    assert graph.nodes() == {gid: {"gid": gid, "layer": "control", "since": 1}}
    graph.city.firm(D, "无关测试有限公司")
    second = graph.link()
    assert second.rid != first.rid
    assert graph.groups() == {gid: {("k-P", "head"), (A, "member"), (B, "member"), (C, "member")}}
    assert {row["link"]["run"] for row in graph.store.read("test/members")} == {second.rid}
    # C goes to another person, with a company of its own: a split
    graph.city.close(held)
    graph.city.say("Contribution", C, "Q>C", pid="k-Q", holder_name="王Q", subscribed=100_000_000)
    graph.city.say("Contribution", E, "C>E", holder_code=C, holder_name="C测试有限公司", subscribed=100_000_000)
    graph.link()
    (other,) = set(graph.groups()) - {gid}
    assert graph.groups()[other] == {("k-Q", "head"), (C, "member"), (E, "member")}
    assert graph.nodes()[other] == {"gid": other, "layer": "control", "since": 3, "came_from": [gid]}
    # and Q's company buys A: a merger; the larger part keeps its id, the other stays as a node that says so
    taken = [item for item in _current(graph.store) if item["key"] == "P>A"]
    graph.city.close(_statement(taken[0]))
    graph.city.say("Contribution", A, "C>A", holder_code=C, holder_name="C测试有限公司", subscribed=100_000_000)
    graph.link()
    kept = min(gid, other)  # both have two firms: the smaller id
    gone = max(gid, other)
    assert graph.groups() == {kept: {("k-Q", "head"), *((firm, "member") for firm in (A, B, C, E))}}
    assert graph.nodes()[kept]["came_from"] == [gone]
    assert graph.nodes()[gone]["became"] == (sorted({kept, other}) if gone == gid else [kept])


def test_an_erasure_takes_what_rests_on_it(graph: Graph) -> None:
    sids = say(graph.city, {"P>A": 60, "A>B": 30, "P>B": 25, "Q>B": 45, "P>C": 100})
    phones = [
        graph.city.say("Registration", eid, f"{eid}2", name="测试有限公司", phone="13900000000") for eid in (A, D)
    ]
    graph.link()
    assert list(graph.groups("phone").values()) == [{(A, "member"), (D, "member")}]
    erase(graph.store, Target(sids=(sids["P>B"], phones[1].sid)), Ground("清除决定书", "张一", "李二"))
    assert set(graph.controls()) == {("k-P", A), ("k-P", C)}
    # that P is the head rested on what P has in B, too
    assert list(graph.groups().values()) == [{(A, "member"), (C, "member")}]
    assert list(graph.groups("phone").values()) == [{(A, "member")}]
    erase(graph.store, Target(sids=(sids["P>C"],)), Ground("清除决定书", "张一", "李二"))
    assert set(graph.controls()) == {("k-P", A)}
    assert list(graph.groups().values()) == [{(A, "member")}]
    told = [sid for row in graph.store.read("test/members") for sid in row["link"]["sids"]]
    assert set(told).isdisjoint({sids["P>B"], sids["P>C"], phones[1].sid})


def _current(store: Store) -> list[dict[str, Any]]:
    return [row["record"] for seq in range(1, 10) for row in store.read("read/records_opened", seq=seq)]


def _statement(record: dict[str, Any]) -> Statement:
    return Statement.from_properties(record)
