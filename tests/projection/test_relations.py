"""The relationships that follow from the statements are those that the load writes, on both engines."""

from __future__ import annotations

from datetime import date

from credit_graph.model.time import Point
from credit_graph.projection import project
from credit_graph.store import Store
from credit_graph.store.dump import RelationshipData, dump
from handmade import City

TODAY = date(2026, 11, 23)
A, B = "91330200AAAAAAAAAA", "91330200BBBBBBBBBB"


def test_they_are_those_of_the_graph(store: Store) -> None:
    city = City(store)
    city.firm(A, "甲公司", address="测试路1号", phone="05740000000", legal_representative="王测试", pid="k1")
    city.firm(B, "乙公司", address="测试路 1号", legal_representative="无号")
    city.say("Office", A, "o1", pid="k1", person_name="王测试", office="executive", phone="1", mobile="1")
    city.say("Office", A, "o2", pid="name:x", person_name="李测试", phone="1", mobile="2")
    city.say("Office", None, "o3", pid="k3", person_name="赵测试", phone="3")
    city.say("Office", B, "o4", pid="k1", person_name="王测试", end=date(2020, 1, 1))
    gone = city.say("Office", B, "o5", pid="k5", person_name="钱测试")
    city.say("Contribution", A, "c1", holder_name="乙公司", holder_code=B, subscribed=100)
    city.say("Contribution", A, "c2", holder_name="丙公司", subscribed=7, paid=3)
    city.say("Contribution", B, "c3", holder_name="王测试", pid="k1", paid=3)
    city.commit()
    city.close(gone)
    seq = city.commit()
    found = project(store, Point(seq, TODAY, TODAY))
    written = [item for item in dump(store) if isinstance(item, RelationshipData)]
    made = [item for item in written if "sid" in item.properties and item.type != "SUBJECT_OF"]
    visible = [i for i in made if i.properties["known_to"] > seq and i.properties["valid_to"] > TODAY]
    assert len(made) == len(visible) + 2  # one ended, one closed
    ends = {(item.type, item.start[1], item.end[1], item.properties["sid"]) for item in visible}
    assert len(ends) == 12
    frames = [
        ("HOLDS_OFFICE", found.offices, "pid", "eid"),
        ("CONTRIBUTES", found.contributions, "holder", "eid"),
        ("LOCATED_AT", found.addresses, "eid", "aid"),
        ("USES_PHONE", found.phones, "eid", "number"),
    ]
    rows = [
        (type_, *row)
        for type_, frame, start, end in frames
        for row in frame[[start, end, "sid"]].itertuples(index=False, name=None)
    ]
    assert (set(rows), len(rows)) == (ends, len(ends))
    offices = {row[1:] for row in found.offices.drop(columns="sid").itertuples(name=None)}
    assert offices == {
        (A, "k1", "王测试", "legal_representative"),
        (A, "k1", "王测试", "executive"),
        (A, "name:x", "李测试", "officer"),
    }
    assert set(found.contributions["person"]) == {True, False}
