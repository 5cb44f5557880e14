"""Links that were worked out once are kept with the projection: equal, used, and made anew where they are damaged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from credit_graph.jobs.cache import refresh
from credit_graph.links import compute, keeping
from credit_graph.links.keeping import packed, unpacked, version
from credit_graph.links.path import MESH
from credit_graph.links.policy import link_policy
from credit_graph.model.time import Point
from credit_graph.projection import Projection, cache, project
from credit_graph.projection.sources import Given
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from handmade import City, Said, tables_of
from holdingcharts import TODAY, code, say

A, B, C = (code(letter) for letter in "ABC")


class Memory(Given):
    """A source that keeps what is made of it, in memory."""

    def __init__(self, statements: Mapping[str, pa.Table]) -> None:
        super().__init__(statements)
        self.tables: dict[str, pa.Table] = {}

    def view(self, name: str) -> pa.Table | None:
        return self.tables.get(name)

    def has(self, names: Iterable[str]) -> bool:
        return {*names} <= {*self.tables}

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        self.tables |= tables


def told(city: Said) -> None:
    """Holders of every kind, persons with and without an ID, a branch, addresses and telephones."""
    say(city, {"P>A": 60, "Q>A": None, "A>B": 50, "P>B": 50, "B>C": 120, "C>C": 5})
    city.firm(code("D"), "A测试有限公司D分公司", entity_type="有限责任公司分公司", phone="1390", address="某路1号2室")
    city.say("Office", A, "1", pid="name:x", person_name="王P", office="legal_representative")
    city.say("Contribution", C, "x", holder_name="不明公司", subscribed=5)


def planted() -> Said:
    said = Said()
    told(said)
    return said


@pytest.fixture
def source() -> Memory:
    return Memory(tables_of(planted().statements))


def seen(source: Memory) -> Projection:
    return Projection(Point(1, TODAY, TODAY), "internal", 1, source)


def refuse(*_: Any) -> compute.Links:
    raise AssertionError("worked out again")


def same(found: compute.Links, wanted: compute.Links) -> None:
    for name in compute.FRAMES:
        pd.testing.assert_frame_equal(found.frames[name], wanted.frames[name])
    assert (found.state, found.persons, found.rules) == (wanted.state, wanted.persons, wanted.rules)


def test_what_is_kept_is_what_was_worked_out(source: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = compute.links(seen(source), link_policy())
    assert [name for name in compute.FRAMES if wanted.frames[name].empty] == ["ruled", "state", "decisions"]
    same(compute.kept_links(seen(source), link_policy()), wanted)
    monkeypatch.setattr(compute, "links", refuse)
    again = compute.kept_links(seen(source), link_policy())
    same(again, wanted)
    chart = compute.chart(again)
    assert chart.chain(B) == compute.chart(wanted).chain(B)


def answers(projection: Projection) -> list[Any]:
    """Paths between all pairs, and what lies around each: of the network, kept or not."""
    network = compute.network(projection, compute.kept_links(projection, link_policy()))
    ends = [A, B, C, code("D"), "k-P", "1390", "nobody"]
    around = [network.ego(end, 2, 4) for end in ends]
    told = [(nodes, edges.to_dict(orient="records"), cut) for nodes, edges, cut in around]
    return [[network.explain(a, b, count=3) for a in ends for b in ends], told, network.numbers(ends)]


def test_the_network_that_is_kept_answers_as_one_made_anew(source: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = answers(seen(source))
    assert [name.split(" ")[2] for name in source.tables if name.startswith("network ")] == list(MESH)
    with monkeypatch.context() as patched:
        patched.setattr(compute, "edges", refuse)
        assert answers(seen(source)) == wanted
    assert answers(seen(Memory(tables_of(planted().statements)))) == wanted
    assert set(wanted[2]) == {A, B, C, code("D"), "k-P", "1390"}
    from_branch = wanted[0][3 * 7 + 4]  # to P, who holds its parent
    assert [(hop.start, hop.end, hop.kind) for hop in from_branch.hops] == [
        (code("D"), A, "branch"),
        (A, "k-P", "holds"),
    ]
    del source.tables[next(name for name in source.tables if name.endswith(" told"))]
    assert answers(seen(source)) == wanted


def test_other_rules_or_another_program_work_it_out_anew(source: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    compute.kept_links(seen(source), link_policy())
    assert {name.split(" ")[1] for name in source.tables if name.startswith("links ")} == {version()}
    monkeypatch.setattr(keeping, "version", lambda: "other")
    monkeypatch.setattr(compute, "links", refuse)
    with pytest.raises(AssertionError, match="again"):
        compute.kept_links(seen(source), link_policy())


def test_a_damaged_table_is_made_anew(source: Memory) -> None:
    wanted = compute.kept_links(seen(source), link_policy())
    found = compute.kept_links(seen(source), link_policy())
    for name in [name for name in source.tables if name.endswith(" holdings")]:
        del source.tables[name]
    same(found, wanted)


def test_frames_go_there_and_back() -> None:
    index = pd.Index(["k1", "k2"], name="eid", dtype="str")
    frame = pd.DataFrame(index=index)
    frame["amount"] = pd.array([2**61, None], "Int64")
    frame["sids"] = pd.Series([("a", "b"), ()], index=index, dtype=object)
    frame["text"] = pd.Series(["甲", None], index=index, dtype="str")
    frame["flag"] = [True, False]
    frame["other"] = pd.Series(["x", None], index=index, dtype=object)
    pd.testing.assert_frame_equal(unpacked(packed(frame)), frame)
    pd.testing.assert_frame_equal(unpacked(packed(frame.iloc[:0])), frame.iloc[:0])


@pytest.fixture
def city(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(TODAY))
    monkeypatch.setattr(cache, "SMALLEST", 0)
    load_or_create(store.settings, store)
    yield City(store)
    store.clear()


def settle(city: City, valid: date = TODAY) -> Projection:
    seq = city.commit()
    refresh(city.store)
    return project(city.store, Point(seq, valid, TODAY))


def test_kept_beside_the_graph_until_it_changes(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    told(city)
    first = settle(city)
    wanted, answered = compute.kept_links(first, link_policy()), answers(first)
    with monkeypatch.context() as patched:
        patched.setattr(compute, "links", refuse)
        patched.setattr(compute, "edges", refuse)
        same(compute.kept_links(project(city.store, first.point), link_policy()), wanted)
        assert answers(project(city.store, first.point)) == answered
    city.say("Contribution", C, "y", holder_name="王R", pid="k-R", subscribed=7)
    second = settle(city)
    assert not second.keeps([f"links {version()} holdings"])
    found = compute.kept_links(second, link_policy())
    same(found, compute.links(second, link_policy()))
    assert len(found.holdings) == len(wanted.holdings) + 1
    assert compute.explain_path(second, found, "k-R", A).found
    assert not compute.explain_path(first, wanted, "k-R", A).found
