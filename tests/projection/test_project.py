"""The projection against graphs made by hand, on both engines."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from credit_graph.model.kinds import KINDS
from credit_graph.model.time import Point
from credit_graph.projection import enterprise_view, precedence, project, statements
from credit_graph.store import Store
from handmade import City

TODAY = date(2026, 11, 23)
A, B = "91330200AAAAAAAAAA", "91330200BBBBBBBBBB"


def visible(store: Store, kind: str, point: Point) -> set[str]:
    return set(project(store, point).records(kind)["sid"])


def test_only_visible_statements_on_both_axes(store: Store) -> None:
    city = City(store)
    old = city.say("AbnormalListing", A, "l1", start=date(2020, 1, 1), end=date(2021, 1, 1), reason="x")
    stands = city.say("AbnormalListing", A, "l2", start=date(2022, 1, 1), reason="y")
    first = city.commit()
    city.close(stands)
    corrected = city.say("AbnormalListing", A, "l2b", start=date(2022, 2, 1), reason="z")
    second = city.commit()
    points = {
        (first, date(2020, 6, 1)): {old.sid},
        (first, date(2022, 1, 15)): {stands.sid},
        (first, date(2021, 6, 1)): set(),
        (second, date(2022, 1, 15)): set(),
        (second, TODAY): {corrected.sid},
    }
    found = {(seq, day): visible(store, "AbnormalListing", Point(seq, day, TODAY)) for seq, day in points}
    assert found == points
    history = project(store, Point(second, TODAY, TODAY)).history("AbnormalListing")
    assert set(history["sid"]) == {old.sid, corrected.sid}


def test_values_come_back_as_stated(store: Store) -> None:
    city = City(store)
    said = city.say(
        "AnnualReport",
        A,
        "r",
        start=date(2024, 5, 1),
        year=2023,
        filed_on=date(2024, 5, 1),
        assets=9_000_000_000_000_01,
    )
    seq = city.commit()
    frame = project(store, Point(seq, TODAY, TODAY)).records(
        "AnnualReport", ["year", "assets", "liabilities", "filed_on"]
    )
    row = frame.set_index("sid").loc[said.sid]
    assert (row["year"], row["assets"], row["eid"]) == (2023, 9_000_000_000_000_01, A)
    assert row["liabilities"] is pd.NA
    assert (row["filed_on"], row["valid_from"]) == (pd.Timestamp(2024, 5, 1), pd.Timestamp(2024, 5, 1))
    assert frame["valid_to"].to_numpy()[0] == np.datetime64("9999-12-31")


def test_a_hold_is_judged_by_channel_and_day_of_use(store: Store) -> None:
    city = City(store)
    held = city.say("Case", A, "c1", start=date(2022, 1, 1), decided_on=date(2022, 1, 1))
    dated = city.say("Case", A, "c2", start=date(2022, 1, 1), decided_on=date(2022, 1, 1))
    free = city.say("Case", A, "c3", start=date(2022, 1, 1), decided_on=date(2022, 1, 1))
    before = city.commit()
    city.hold(held, start=date(2023, 3, 1))
    city.hold(dated, event_day=date(2022, 1, 1), start=date(2023, 3, 1))
    city.hold(free, event_day=date(2021, 1, 1), start=date(2023, 3, 1))
    city.commit()

    def used(channel: str, use: date, hold_seq: int | None = None) -> set[str]:
        point = Point(before, date(2022, 6, 1), use)
        frame = project(store, point, channel, hold_seq=hold_seq).records("Case")
        return set(frame.loc[frame["in_use"], "sid"])

    every = {held.sid, dated.sid, free.sid}
    # judged today, whatever was known at the point asked for
    assert used("grading", TODAY) == {free.sid}
    assert used("internal", TODAY) == every
    assert used("grading", date(2023, 2, 28)) == every
    # the check of a stored result takes the holds of its time
    assert used("grading", TODAY, hold_seq=before) == every


def test_relations_and_pages(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "PASS_CELLS", 2 * 30)
    monkeypatch.setattr(statements, "ROW_RECORDS", 1)
    city = City(store)
    one = city.firm(A, "甲公司", address="测试路1号", phone="05740000000")
    two = city.firm(B, "乙公司", address="测试路 1号")
    office = city.say("Office", A, "o", pid="k1", person_name="王测试", office="legal_representative")
    by_firm = city.say("Contribution", A, "c", holder_name="乙公司", holder_code=B, subscribed=100)
    by_name = city.say("Contribution", A, "d", holder_name="丙公司", subscribed=7, paid=3)
    seq = city.commit()
    found = project(store, Point(seq, TODAY, TODAY))
    assert list(found.enterprises.index) == [A, B]
    offices = set(found.offices.itertuples(index=False, name=None))
    assert offices == {(A, office.sid, "k1", "王测试", "legal_representative")}
    rows = found.contributions[["eid", "sid", "holder", "person", "holder_name", "subscribed"]]
    holders = {row[1]: (row[0], row[2][:5], *row[3:]) for row in rows.itertuples(index=False, name=None)}
    assert holders == {
        by_firm.sid: (A, B[:5], False, "乙公司", 100),
        by_name.sid: (A, "name:", False, "丙公司", 7),
    }
    assert set(found.phones.itertuples(index=False, name=None)) == {(A, one.sid, "05740000000")}
    assert found.addresses["aid"].nunique() == 1
    assert set(found.addresses["sid"]) == {one.sid, two.sid}


def test_columns_agree_with_the_view_of_one_enterprise(store: Store) -> None:
    city = City(store)
    city.firm(A, "旧名公司", key="a1", start=date(2015, 1, 1))
    city.say(
        "Registration", A, "gs", source="gsxt", start=date(2018, 1, 1), name="新名公司", credit_code=A, state="吊销"
    )
    city.say("Office", A, "o", pid="k1", person_name="王测试", office="legal_representative", name="新名公司")
    seq = city.commit()
    point = Point(seq, TODAY, TODAY)
    rows = store.read("read/records_of", eids=[A], seq=seq)
    view = enterprise_view(rows[0]["records"], point, precedence())
    columns = project(store, point)
    row = columns.enterprises.loc[A]
    shown = {name: None if pd.isna(value) else value for name, value in row.items()}
    shown["founded_on"] = shown["founded_on"].date()
    assert shown == {name: view[name] for name in shown}
    assert (view["name"], view["state"], view["legal_representative"]) == ("新名公司", "吊销", "王测试")
    assert set(columns.names[["name", "current"]].itertuples(index=False, name=None)) == {
        ("旧名公司", False),
        ("新名公司", True),
    }


def test_an_empty_graph(store: Store) -> None:
    found = project(store, Point(0, TODAY, TODAY))
    assert found.enterprises.empty
    assert [kind for kind in KINDS if kind != "Hold" and found.stated(kind)] == []
