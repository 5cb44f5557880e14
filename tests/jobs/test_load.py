"""Loading real files into both engines: counters, statements at points in time, scopes, resuming, concurrency."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from city import LISTING, OFFICE, REGISTRATION, citizen_id, credit_code, listing, office, registration, write
from credit_graph.errors import InputError, StateError
from credit_graph.jobs import batches, decisions, undo
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.model.time import Point
from credit_graph.projection.holds import in_use
from credit_graph.store import Store
from credit_graph.store.snapshot import snapshot

D = date.fromisoformat
COUNTS = ("read", "new", "changed", "unchanged", "closed", "awaiting", "empty", "duplicate", "quarantined")


@pytest.fixture(autouse=True)
def _today(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")


def run(store: Store, path: Path | list[Path], as_of: str | None = None, **options: Any) -> dict[str, Any]:
    """Load one table; its report without the fields that are zero."""
    paths = path if isinstance(path, list) else [path]
    (*_, report) = load(store, paths, LoadOptions(as_of=D(as_of) if as_of else None, **options))
    assert report["read"] == sum(
        report[name] for name in ("new", "changed", "unchanged", "empty", "duplicate", "erased", "quarantined")
    )
    return {name: report[name] for name in COUNTS if report[name]}


def said(
    store: Store, number: int, kind: str, valid: str, known: int, field: str, channel: str | None = None
) -> set[Any]:
    """The field's value in the visible statements of a kind about one enterprise, at (valid, known)."""
    point = Point(known, D(valid), D("2026-11-23"))
    rows = [row["record"] for row in store.read("read/statements_of", eid=credit_code(number))]
    visible = [
        r
        for r in rows
        if r["kind"] == kind
        and r["known_from"] <= point.seq < r["known_to"]
        and r["valid_from"] <= point.valid < r["valid_to"]
    ]
    if channel and visible:
        columns = ["held_source", "held_key", "event_day", "channels", "valid_from", "valid_to"]
        now = [r for r in rows if r["kind"] == "Hold" and r["known_from"] <= last(store) < r["known_to"]]
        holds = pd.DataFrame([{c: r.get(c) for c in columns} for r in now], columns=columns)
        holds[["valid_from", "valid_to"]] = holds[["valid_from", "valid_to"]].astype("datetime64[s]")
        frame = pd.DataFrame(visible).astype({"valid_from": "datetime64[s]"})
        used = in_use(frame, holds, channel, point.use)
        visible = [r for r, kept in zip(visible, used, strict=True) if kept]
    return {r.get(field) for r in visible}


def last(store: Store) -> int:
    return batches.last_seq(store)


def table(values: dict[tuple[str, int], set[Any]], ask: Any) -> None:
    """Each (valid, known) point answers as the table says."""
    assert {point: ask(*point) for point in values} == values


def test_counts_of_a_second_delivery(store: Store, tmp_path: Path) -> None:
    rows = [registration(i) for i in range(1, 31)]
    first = write(tmp_path / "a.csv", REGISTRATION, rows)
    assert run(store, first, "2026-01-01") == {"read": 30, "new": 30}
    changed = [row | {"addr": "新地址1号"} for row in rows[:3]]
    added = [registration(i) for i in (31, 32)]
    second = write(tmp_path / "b.csv", REGISTRATION, [*changed, *rows[3:29], *added])
    expected = {"read": 31, "new": 2, "changed": 3, "unchanged": 26, "closed": 1}
    assert run(store, second, "2026-02-01") == expected
    assert said(store, 30, "Registration", "2026-01-15", 2, "state") == {"存续"}
    assert said(store, 30, "Registration", "2026-02-01", 2, "state") == set()


def test_loading_a_file_twice_writes_no_statement(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", REGISTRATION, [registration(i) for i in range(1, 11)])
    run(store, path, "2026-01-01")
    before = {row["record"]["sid"] for row in store.read("read/records_opened", seq=1)}
    assert run(store, path, "2026-01-01") == {"read": 10, "unchanged": 10}
    assert store.read("read/records_opened", seq=2) == []
    assert store.read("read/records_closed", seq=2) == []
    assert len(before) == 10
    assert last(store) == 2


def test_new_change_absence_and_return_of_a_registration(store: Store, tmp_path: Path) -> None:
    keep = [registration(i) for i in range(2, 6)]

    def deliver(name: str, day: str, *rows: dict[str, str]) -> None:
        run(store, write(tmp_path / f"{name}.csv", REGISTRATION, [*rows, *keep]), day)

    deliver("a", "2026-01-01", registration(1))
    deliver("b", "2026-02-01", registration(1, addr="乙路2号"))
    deliver("c", "2026-03-01")
    deliver("d", "2026-04-01", registration(1, addr="乙路2号"))
    old, new = "浙江省宁波市北仑区新碶街道1号", "乙路2号"
    table(
        {
            ("2026-01-15", 1): {old},
            ("2026-02-15", 1): {old},
            ("2026-01-15", 2): {old},
            ("2026-02-15", 2): {new},
            ("2026-03-15", 2): {new},
            ("2026-03-15", 3): set(),
            ("2026-04-15", 3): set(),
            ("2026-03-15", 4): set(),
            ("2026-04-15", 4): {new},
            ("2018-05-05", 4): set(),  # before it was founded
        },
        lambda valid, known: said(store, 1, "Registration", valid, known, "address"),
    )


def test_a_b_a_gives_five_statements_and_corrections_three(store: Store, tmp_path: Path) -> None:
    for n, (day, state) in enumerate((("2026-01-01", "存续"), ("2026-02-01", "吊销"), ("2026-03-01", "存续"))):
        run(store, write(tmp_path / f"{n}.csv", REGISTRATION, [registration(1, reg_state=state)]), day)
    for n, why in enumerate(("甲", "乙", "甲")):
        row = listing(1, "2022-03-01", decorg_cn=why)
        run(store, write(tmp_path / f"l{n}.csv", LISTING, [row]), f"2026-0{n + 1}-01")
    records = [row["record"] for row in store.read("read/statements_of", eid=credit_code(1))]
    assert sorted(r["n"] for r in records if r["kind"] == "Registration") == [1, 2, 3, 4, 5]
    assert sorted(r["n"] for r in records if r["kind"] == "AbnormalListing") == [1, 2, 3]


def test_correction_and_late_correction_of_a_listing(store: Store, tmp_path: Path) -> None:
    run(store, write(tmp_path / "a.csv", LISTING, [listing(1, "2022-03-01")]), "2026-01-01")
    removed = listing(1, "2022-03-01", "2023-03-01")
    run(store, write(tmp_path / "b.csv", LISTING, [removed]), "2026-02-01")
    run(store, write(tmp_path / "c.csv", LISTING, [listing(1, "2022-03-01")]), "2026-01-15")  # older: undoes nothing
    reason = "通过登记的住所或者经营场所无法联系"
    table(
        {
            ("2022-06-01", 1): {reason},
            ("2024-01-01", 1): {reason},
            ("2022-06-01", 2): {reason},
            ("2024-01-01", 2): set(),
            ("2022-06-01", 3): {reason},
            ("2024-01-01", 3): set(),
        },
        lambda valid, known: said(store, 1, "AbnormalListing", valid, known, "reason"),
    )


def test_a_repaired_listing_is_history_but_not_in_use(store: Store, tmp_path: Path) -> None:
    """The worked example: listed 2022-03-01, repaired 2023-03-01."""
    row = listing(1, "2022-03-01", "2023-03-01")
    run(store, write(tmp_path / "a.csv", LISTING, [row, listing(2, "2022-03-01")]), "2026-01-01")
    ask = [said(store, 1, "AbnormalListing", "2022-06-01", 1, "removed_on", c) for c in (None, "grading", "public")]
    assert ask == [{D("2023-03-01")}, set(), set()]
    assert said(store, 1, "AbnormalListing", "2022-06-01", 1, "removed_on", "internal") == {D("2023-03-01")}
    assert said(store, 2, "AbnormalListing", "2022-06-01", 1, "removed_on", "public") == {None}


def test_hold_and_annulment_by_the_bureau(store: Store, tmp_path: Path) -> None:
    run(store, write(tmp_path / "a.csv", LISTING, [listing(1, "2022-03-01")]), "2026-01-01")
    key = next(r["record"]["key"] for r in store.read("read/statements_of", eid=credit_code(1)))
    by = decisions.Decision("李审核", "reviewer", "（2026）第1号")
    decisions.place_hold(store, "abnormal_listing", key, "repaired", by, start=D("2026-06-01"))

    def ask(channel: str | None, known: int) -> set[Any]:
        return said(store, 1, "AbnormalListing", "2022-06-01", known, "listed_on", channel)

    day = {D("2022-03-01")}
    assert [ask(None, 2), ask("public", 2), ask("grading", 2), ask("internal", 2)] == [day, set(), set(), day]
    decisions.lift_hold(store, "abnormal_listing", key, by)
    assert ask("public", 3) == day
    decisions.annul(store, "abnormal_listing", key, by)
    assert [ask(None, 1), ask(None, 3), ask(None, last(store))] == [day, day, set()]
    assert [ask("public", 1), ask("internal", 1)] == [set(), set()]  # an annulled fact: the auditor only
    run(
        store,
        write(tmp_path / "b.csv", LISTING, [listing(1, "2022-03-01", decorg_cn="海曙区")]),
        "2026-02-01",
    )
    assert ask("internal", last(store)) == set()  # said again by the source: still held


def test_an_added_id_is_no_change_of_office(store: Store, tmp_path: Path) -> None:
    run(store, write(tmp_path / "a.csv", OFFICE, [office(1, "李静")]), "2026-01-01")
    number = citizen_id("19890924", 56)
    run(store, write(tmp_path / "b.csv", OFFICE, [office(1, "李静", number)]), "2026-02-01")
    keyed = [said(store, 1, "Office", v, k, "person_id") for v in ("2025-01-01", "2026-03-01") for k in (1, 2)]
    assert keyed[0] == keyed[2] == {None}
    assert keyed[1] == keyed[3]
    assert len(keyed[1]) == 1
    (key,) = keyed[1]
    assert key is not None
    assert number not in key
    run(
        store,
        write(tmp_path / "c.csv", OFFICE, [office(1, "张三", citizen_id("19700101", 11))]),
        "2026-03-01",
    )
    names = [said(store, 1, "Office", v, 3, "person_name") for v in ("2026-02-15", "2026-03-15")]
    assert names == [{"李静"}, {"张三"}]


def test_district_files_close_nothing_of_each_other(store: Store, tmp_path: Path) -> None:
    east = [registration(i, "330206001") for i in range(1, 6)]
    west = [registration(i, "330203001") for i in range(6, 11)]
    run(store, write(tmp_path / "e.csv", REGISTRATION, east), "2026-01-01")
    assert run(store, write(tmp_path / "w.csv", REGISTRATION, west), "2026-01-01") == {"read": 5, "new": 5}
    assert run(store, write(tmp_path / "e2.csv", REGISTRATION, east), "2026-02-01") == {
        "read": 5,
        "unchanged": 5,
    }


def test_a_firm_that_moved_to_a_late_district_does_not_end(store: Store, tmp_path: Path) -> None:
    east = [registration(i, "330206001") for i in range(1, 6)]
    west = [registration(i, "330203001") for i in range(6, 11)]
    run(store, write(tmp_path / "e.csv", REGISTRATION, east), "2026-01-01")
    run(store, write(tmp_path / "w.csv", REGISTRATION, west), "2026-01-01")
    gone = write(tmp_path / "e2.csv", REGISTRATION, east[2:])  # 1 moved west, 2 is gone
    assert run(store, gone, "2026-02-01") == {"read": 3, "unchanged": 3, "awaiting": 2}
    assert batches.find(store, 3).report()["late_scopes"] == ["district=330203001"]
    assert said(store, 1, "Registration", "2026-02-15", 3, "district") == {"330206001"}
    moved = write(tmp_path / "w2.csv", REGISTRATION, [*west, registration(1, "330203001")])
    assert run(store, moved, "2026-02-01") == {"read": 6, "unchanged": 5, "changed": 1, "closed": 1}
    assert said(store, 1, "Registration", "2026-02-15", 4, "district") == {"330203001"}
    assert said(store, 2, "Registration", "2026-02-15", 4, "district") == set()
    assert said(store, 2, "Registration", "2026-01-15", 4, "district") == {"330206001"}


def test_an_older_file_loaded_late_undoes_nothing(store: Store, tmp_path: Path) -> None:
    new = write(tmp_path / "n.csv", REGISTRATION, [registration(1, addr="新路1号"), registration(2)])
    old = write(tmp_path / "o.csv", REGISTRATION, [registration(1, addr="旧路1号"), registration(3)])
    run(store, new, "2026-03-01")
    assert run(store, old, "2026-01-01") == {"read": 2, "new": 1, "changed": 1}
    asked = [said(store, 1, "Registration", v, 2, "address") for v in ("2026-02-01", "2026-03-02")]
    assert asked == [{"旧路1号"}, {"新路1号"}]
    assert said(store, 2, "Registration", "2026-03-02", 2, "state") == {"存续"}
    asked = [said(store, 3, "Registration", v, 2, "state") for v in ("2026-02-01", "2026-03-02")]
    assert asked == [{"存续"}, set()]


def test_without_a_day_or_partial_nothing_closes(store: Store, tmp_path: Path) -> None:
    run(store, write(tmp_path / "a.csv", REGISTRATION, [registration(i) for i in range(1, 5)]), "2026-01-01")
    fewer = write(tmp_path / "b.csv", REGISTRATION, [registration(1)])
    assert run(store, fewer) == {"read": 1, "unchanged": 1}
    assert run(store, fewer, "2026-02-01", partial=True) == {"read": 1, "unchanged": 1}


def test_many_closures_need_consent(store: Store, tmp_path: Path) -> None:
    rows = [registration(i) for i in range(1, 61)]
    run(store, write(tmp_path / "a.csv", REGISTRATION, rows), "2026-01-01")
    fewer = write(tmp_path / "b.csv", REGISTRATION, rows[:30])
    before = snapshot(store)
    with pytest.raises(StateError) as refused:
        run(store, fewer, "2026-02-01")
    assert refused.value.code == "state.closures"
    assert batches.open_batch(store) is None
    assert snapshot(store)[1] == before[1]
    accepted = {"read": 30, "unchanged": 30, "closed": 30}
    assert run(store, fewer, "2026-02-01", accept_closures=30) == accepted


def test_contradicting_rows_are_refused_and_the_old_fact_stays(store: Store, tmp_path: Path) -> None:
    run(store, write(tmp_path / "a.csv", REGISTRATION, [registration(1), registration(2)]), "2026-01-01")
    both = [
        registration(1, addr="甲路1号"),
        registration(1, addr="乙路1号"),
        registration(2),
        registration(2),
    ]
    expected = {"read": 4, "unchanged": 1, "duplicate": 1, "quarantined": 2}
    assert run(store, write(tmp_path / "b.csv", REGISTRATION, both), "2026-02-01") == expected
    assert said(store, 1, "Registration", "2026-02-15", 2, "address") == {"浙江省宁波市北仑区新碶街道1号"}


def test_an_unreadable_key_closes_nothing(store: Store, tmp_path: Path) -> None:
    run(store, write(tmp_path / "a.csv", REGISTRATION, [registration(1), registration(2)]), "2026-01-01")
    bad = registration(2, uni_social_crd_cd=credit_code(2)[:-1] + "?")
    expected = {"read": 2, "unchanged": 1, "quarantined": 1}
    assert run(store, write(tmp_path / "b.csv", REGISTRATION, [registration(1), bad]), "2026-02-01") == expected


def test_a_refused_file_leaves_the_graph_unchanged(store: Store, tmp_path: Path) -> None:
    run(store, write(tmp_path / "0.csv", REGISTRATION, [registration(2)]), "2026-01-01")
    good = write(tmp_path / "a.csv", REGISTRATION, [registration(1)])
    bad = tmp_path / "z.csv"
    bad.write_bytes(b"")
    before = snapshot(store)
    with pytest.raises(InputError) as refused:
        run(store, [good, bad], "2026-01-01")
    assert refused.value.code == "input.empty"
    assert snapshot(store) == before


def test_a_check_writes_nothing_and_reports_the_same(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", REGISTRATION, [registration(i) for i in range(1, 6)])
    before = snapshot(store)
    dry = run(store, path, "2026-01-01", dry=True)
    assert {item for item in snapshot(store)[0] - before[0] if "Batch" in str(item) or "Record" in str(item)} == set()
    assert dry == run(store, path, "2026-01-01")


def test_undo_of_a_committed_batch(store: Store, tmp_path: Path) -> None:
    run(store, write(tmp_path / "a.csv", REGISTRATION, [registration(1), registration(2)]), "2026-01-01")
    run(store, write(tmp_path / "b.csv", REGISTRATION, [registration(1, addr="新路1号")]), "2026-02-01")
    assert undo.undo(store, 2, "王", "administrator") == 3
    asked = [said(store, 1, "Registration", "2026-02-15", known, "address") for known in (2, 3)]
    assert asked == [{"新路1号"}, {"浙江省宁波市北仑区新碶街道1号"}]
    assert said(store, 2, "Registration", "2026-02-15", 3, "state") == {"存续"}
    # the delivery counts as never made: the same file loaded again does the same again
    expected = {"read": 1, "changed": 1, "closed": 1}
    assert run(store, tmp_path / "b.csv", "2026-02-01") == expected


def test_an_interrupted_load_blocks_others_until_it_is_undone(store: Store, tmp_path: Path) -> None:
    run(store, write(tmp_path / "a.csv", REGISTRATION, [registration(1)]), "2026-01-01")
    before = snapshot(store)
    batches.begin(store, "b" * 32, 2, "registration", {"path": "half.csv", "delivery": "x"})
    with pytest.raises(StateError) as refused:
        run(store, write(tmp_path / "b.csv", REGISTRATION, [registration(2)]), "2026-02-01")
    assert refused.value.code == "state.batch_open"
    assert undo.undo(store, 2, "王", "administrator") is None
    assert snapshot(store) == before
