"""Holders, persons, branches, hubs, paths: the links of a graph made by hand, on both engines."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from credit_graph.errors import StateError
from credit_graph.jobs import batches
from credit_graph.jobs.faults import faults
from credit_graph.jobs.link import link
from credit_graph.jobs.runs import current_run
from credit_graph.links import compute
from credit_graph.links.policy import link_policy
from credit_graph.model.time import Point
from credit_graph.projection import Projection, project
from credit_graph.store import Store
from handmade import City

TODAY = date(2026, 11, 23)
A, B, C, D = (f"91330200{letter * 10}" for letter in "ABCD")


@pytest.fixture
def city(store: Store) -> City:
    return City(store)


def linked(city: City) -> tuple[Projection, compute.Links]:
    seq = city.commit()
    projection = project(city.store, Point(seq, TODAY, TODAY))
    return projection, compute.links(projection, link_policy())


def contribution(city: City, company: str, name: str, amount: int | None, **more: Any) -> str:
    content = {"holder_name": name, **({"subscribed": amount} if amount is not None else {}), **more}
    return str(city.say("Contribution", company, f"{company}|{name}|{amount}", **content).sid)


def rows(frame: pd.DataFrame, *names: str) -> set[tuple[Any, ...]]:
    plain = frame.reset_index()[list(names)].astype(object)
    return set(plain.where(plain.notna(), None).itertuples(index=False, name=None))


def test_holders_by_code_by_name_and_unknown(city: City) -> None:
    city.firm(A, "甲（宁波）有限公司")
    city.firm(B, "乙有限公司")
    city.firm(C, "丙有限公司", key="c-old", start=date(2000, 1, 1), end=date(2015, 1, 1))
    city.firm(C, "丙二有限公司", key="c-new", start=date(2015, 1, 1))
    city.firm(D, "丁有限公司")
    by_code = contribution(city, D, "甲公司（简称）", 60_000_000, holder_code=A)
    by_name = contribution(city, D, "乙 有限公司", 10_000_000)
    by_former = contribution(city, D, "丙有限公司", 10_000_000)
    unknown = contribution(city, D, "戊有限公司", 10_000_000)
    person = contribution(city, D, "王测试", 10_000_000, pid="k1")
    _, found = linked(city)
    assert rows(found.holdings[found.holdings["match"] != "unknown"], "holder", "match", "share_ppm", "sids") == {
        (A, "code", 600_000, (by_code,)),
        (B, "name", 100_000, (by_name,)),
        (C, "former_name", 100_000, (by_former,)),
        ("k1", "person", 100_000, (person,)),
    }
    rest = found.holdings[found.holdings["match"] == "unknown"]
    assert rows(rest, "name", "holder_kind", "sids") == {("戊有限公司", "unknown", (unknown,))}
    assert rows(found.majority, "eid", "holder", "status", "amount", "sids") == {
        (D, A, "majority", 60_000_000, (by_code,))
    }


def test_a_name_of_two_firms_matches_none(city: City) -> None:
    city.firm(A, "同名有限公司")
    city.firm(B, "别名有限公司", key="b-old", end=date(2015, 1, 1))
    city.firm(B, "同名有限公司", key="b-new", start=date(2015, 1, 1))
    city.firm(D, "丁有限公司")
    contribution(city, D, "同名有限公司", 60_000_000)
    _, found = linked(city)
    assert rows(found.holdings, "match", "holder_kind") == {("unknown", "unknown")}


def test_amounts_of_one_holder_add_up_and_of_two_sources_do_not(city: City) -> None:
    city.firm(A, "甲有限公司")
    for key, source, start, amount in (
        ("1", "subscribed_contribution", date(2015, 1, 1), 20_000_000),
        ("2", "subscribed_contribution", date(2018, 1, 1), 30_000_001),
        ("3", "annual_report_shareholders", date(2016, 1, 1), 90_000_000),
    ):
        city.say("Contribution", A, key, source=source, start=start, holder_name="王测试", subscribed=amount, pid="k1")
    _, found = linked(city)
    assert rows(found.holdings, "holder", "amount", "basis", "source") == {
        ("k1", 50_000_001, "subscribed", "subscribed_contribution")
    }
    assert rows(found.majority, "holder", "status") == {("k1", "majority")}


def test_one_blank_is_the_residual_and_paid_amounts_stand_in(city: City) -> None:
    city.firm(A, "甲有限公司")
    city.firm(B, "乙有限公司")
    city.firm(C, "丙有限公司", currency="美元")
    contribution(city, A, "王测试", 30_000_000, pid="k1")
    contribution(city, A, "李测试", None, pid="k2")
    contribution(city, B, "王测试", None, pid="k1", paid=51_000_000)
    contribution(city, C, "王测试", 100_000_000, pid="k1")
    _, found = linked(city)
    assert rows(found.holdings, "eid", "holder", "amount", "share_ppm", "basis") == {
        (A, "k1", 30_000_000, 300_000, "subscribed"),
        (A, "k2", 70_000_000, 700_000, "residual"),
        (B, "k1", 51_000_000, 510_000, "paid"),
        (C, "k1", 100_000_000, None, "subscribed"),
    }
    assert rows(found.majority, "eid", "holder", "status", "reason") == {
        (A, "k2", "majority", ""),
        (B, "k1", "majority", ""),
        (C, None, "undetermined", "no_capital"),
    }


def test_persons_within_one_firm(city: City) -> None:
    city.firm(A, "甲有限公司")
    city.firm(B, "乙有限公司")
    keyed = city.say("Office", A, "1", pid="k1", person_name="王测试", office="executive")
    named = city.say("Office", A, "2", pid="name:a", person_name="王测试", office="legal_representative")
    city.say("Office", B, "3", pid="name:b", person_name="王测试", office="legal_representative")
    city.say("Office", B, "4", pid="k2", person_name="李测试", office="executive")
    city.say("Office", B, "5", pid="k3", person_name="李测试", office="executive")
    city.say("Office", B, "6", pid="name:c", person_name="李测试", office="executive")
    _, found = linked(city)
    assert rows(found.same_as, "pid", "same_as", "eid", "rule", "sids") == {
        ("name:a", "k1", A, "same_firm_name", tuple(sorted((keyed.sid, named.sid))))
    }
    assert rows(found.representatives, "eid", "pid") == {(A, "k1"), (B, "name:b")}


def test_branches(city: City) -> None:
    branch = {"entity_type": "有限责任公司分公司"}
    city.firm(A, "宁波甲贸易有限公司", subject_number="100")
    city.firm(B, "宁波甲贸易有限公司慈溪分公司", **branch)
    city.firm(C, "无关分公司", parent_code=A, **branch)
    city.firm(D, "另一无关分公司", parent_number="100", **branch)
    city.firm("91330200EEEEEEEEEE", "宁波甲贸易有限公司", state="注销", key="e-old", end=date(2011, 1, 1))
    city.firm("91330200EEEEEEEEEE", "宁波戊贸易有限公司", key="e-new", start=date(2011, 1, 1))
    city.firm("91330200FFFFFFFFFF", "宁波戊贸易有限公司慈溪分公司", **branch)
    city.firm("91330200GGGGGGGGGG", "宁波戊贸易有限公司慈溪仓库", **branch)
    _, found = linked(city)
    # two firms have borne 宁波甲贸易有限公司, so its name decides nothing
    assert rows(found.branches, "eid", "parent", "rule") == {
        (C, A, "parent_code"),
        (D, A, "parent_number"),
        ("91330200FFFFFFFFFF", "91330200EEEEEEEEEE", "branch_name"),
    }


def test_hubs_and_hosted_addresses(city: City) -> None:
    for number in range(21):
        city.firm(f"91330200{number:010d}", f"第{number}公司", address="大厦1号", phone="05740000001")
    city.firm(A, "甲公司", address="园区2号（集群注册）", phone="05740000002")
    projection, found = linked(city)
    assert rows(found.addresses, "text", "firms", "hub", "hosted") == {
        ("大厦1号", 21, True, False),
        ("园区2号（集群注册）", 1, False, True),
    }
    assert rows(found.phones, "number", "firms", "hub") == {("05740000001", 21, True), ("05740000002", 1, False)}
    answer = compute.explain_path(projection, found, "913302000000000001", "913302000000000002")
    assert (answer.found, answer.hops, len(answer.blocked)) == (False, (), 1)


def test_the_shortest_path_names_every_statement(city: City) -> None:
    city.firm(A, "甲有限公司")
    one = city.firm(B, "乙有限公司", phone="05740000001")
    two = city.firm(C, "丙有限公司", phone="05740000001")
    city.firm(D, "丁有限公司")
    held = contribution(city, B, "甲有限公司", 60_000_000)
    projection, found = linked(city)
    answer = compute.explain_path(projection, found, A, C)
    assert [(h.start, h.end, h.kind, h.label, h.sids) for h in answer.hops] == [
        (A, B, "holds", "60.00%", (held,)),
        (B, "05740000001", "phone", "05740000001", (one.sid,)),
        ("05740000001", C, "phone", "05740000001", (two.sid,)),
    ]
    assert compute.explain_path(projection, found, A, D).found is False
    assert compute.explain_path(projection, found, A, A).found is True


def test_the_run_is_written_once_and_replaces_the_one_before(city: City) -> None:
    store = city.store
    city.firm(A, "宁波甲有限公司")
    city.firm(B, "宁波甲有限公司分公司", entity_type="分公司")
    held = contribution(city, A, "王测试", 60_000_000, pid="k1")
    named = city.say("Office", A, "2", pid="name:a", person_name="王测试", office="legal_representative")
    first = link(store, Point(city.commit(), TODAY, TODAY))
    expected = {"holdings": 1, "majority": 1, "joint": 0, "undetermined": 0, "branches": 1, "persons": 1}
    assert first.counts.items() >= expected.items()
    derived = {
        ("HOLDS", "k1", A, "600000"),
        ("CONTROLS", "k1", A, "600000"),
        ("BRANCH_OF", B, A, "branch_name"),
        ("SAME_AS", "name:a", "k1", "same_firm_name"),
    }
    assert graph(store, first.rid) == derived
    assert held in {sid for row in store.read("explore/derived_links") for sid in row["sids"]}
    again = link(store, Point(city.seq - 1, TODAY, TODAY))
    assert (again.rid, again.unchanged, again.counts) == (first.rid, True, first.counts)
    city.close(named)
    second = link(store, Point(city.commit(), TODAY, TODAY))
    assert second.rid != first.rid
    assert graph(store, second.rid) == {row for row in derived if row[0] != "SAME_AS"}
    current = current_run(store, "link")
    assert current is not None
    assert (current["rid"], current["state"], current["valid"]) == (second.rid, "complete", TODAY)


def graph(store: Store, rid: str) -> set[tuple[str, str, str, str]]:
    found = store.read("explore/derived_links")
    assert {row["run"] for row in found} == {rid}
    return {(row["type"], row["start"], row["end"], str(row["share_ppm"] or row["rule"])) for row in found}


def test_an_unfinished_batch_is_refused(city: City) -> None:
    city.firm(A, "甲有限公司")
    seq = city.commit()
    city.firm(B, "乙有限公司")
    city.write()
    with pytest.raises(StateError) as caught:
        link(city.store, Point(seq, TODAY, TODAY))
    assert (caught.value.code, caught.value.fields["seq"]) == ("state.batch_open", seq + 1)
    assert current_run(city.store, "link") is None
    batches.undo_open(city.store, batches.find(city.store, seq + 1))
    assert link(city.store, Point(seq, TODAY, TODAY)).counts["holdings"] == 0


def test_holdings_that_cannot_be_right_are_faults(city: City) -> None:
    for company, name in ((A, "甲有限公司"), (B, "乙有限公司"), (C, "丙有限公司")):
        city.firm(company, name)
    largest = contribution(city, A, "王测试", 70_000_000, pid="k1")
    contribution(city, A, "李测试", 50_000_000, pid="k2")
    negative = contribution(city, B, "王测试", -1, pid="k1")
    contribution(city, C, "王测试", 100_000_000, pid="k1")
    seq = city.commit()
    found = [f for f in faults(city.store, Point(seq, TODAY, TODAY)) if f.kind == "holding"]
    assert [(f.code, f.eid, f.sid, f.source, f.detail) for f in found] == [
        ("negative", B, negative, "contribution", "王测试 的出资额或比例为负，未采用"),
        ("over_100", A, largest, "contribution", "各出资人合计占 120.0000%，超过百分之百"),
    ]
    assert faults(city.store, Point(seq, date(1990, 1, 1), TODAY)) == []
