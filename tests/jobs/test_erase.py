"""An erasure: nowhere in the bytes afterwards, refused when loaded again, and the rest of the city untouched."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import city
from bytesearch import kinds, places
from credit_graph import clock
from credit_graph.errors import StateError, UsageError
from credit_graph.jobs.batches import recent
from credit_graph.jobs.decisions import Decision, place_hold
from credit_graph.jobs.erase import apply, erase
from credit_graph.jobs.erasing import Target, find
from credit_graph.jobs.link import link
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.jobs.tombstones import Ground, Tombstones
from credit_graph.model.statement import Statement
from credit_graph.model.time import Point
from credit_graph.settings import Settings
from credit_graph.store import Store, admin
from credit_graph.store.snapshot import snapshot

D = date.fromisoformat
TODAY = D("2026-11-23")
GROUND = Ground("清除决定书〔2026〕1号", "张一", "李二")
ID = city.citizen_id("19850317", 42)
OTHER_ID = city.citizen_id("19790102", 7)
NAME, MOBILE, ADDRESS = "欧阳秘密甲", "13777777771", "浙江省宁波市北仑区秘密路九九九号"
OFFICE = [*city.OFFICE, "mobile"]


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def store(store: Store) -> Iterator[Store]:
    """The graph forgets its tombstones with the test that made them."""
    yield store
    store.clear()


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    """Six firms; the man who is erased represents the first two."""
    folder = tmp_path / "incoming"
    folder.mkdir()
    registrations = [city.registration(n) for n in range(1, 7)]
    registrations[0] |= {"addr": ADDRESS}
    city.write(folder / "registration.csv", city.REGISTRATION, registrations)
    city.write(folder / "office.csv", city.OFFICE, offices())
    return folder


def offices() -> list[dict[str, str]]:
    rows = [city.office(n, f"钱某{n}", city.citizen_id("19700101", n)) for n in range(3, 7)]
    return [city.office(1, NAME, ID), city.office(2, NAME, ID), *rows]


def load_all(store: Store, folder: Path, day: str = "2026-01-01") -> dict[str, dict[str, Any]]:
    reports = load(store, [folder], LoadOptions(as_of=D(day)))
    return {report["source"]: report for report in reports}


def statements(store: Store, source: str | None = None) -> list[Statement]:
    rows = [row["record"] for seq in range(1, 30) for row in store.read("read/records_opened", seq=seq)]
    found = [Statement.from_properties(row) for row in rows]
    return [item for item in found if source in {None, item.source}]


def of_person(store: Store) -> list[Statement]:
    return [item for item in statements(store) if item.content.get("person_name") == NAME]


def outcomes(store: Store, source: str) -> list[dict[str, int]]:
    names = ("read", "new", "changed", "unchanged", "erased", "quarantined")
    found = [batch for batch in reversed(recent(store)) if batch.source == source]
    return [{name: batch.properties[name] for name in names if batch.properties[name]} for batch in found]


# two persons


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
@pytest.mark.parametrize(
    ("by", "second"),
    [
        ("张一", "张一"),
        ("张一", " 张 一　"),
        ("Zhang Yi", "ＺＨＡＮＧ　ＹＩ"),
        ("zhang.yi", "Zhang Yi"),
        ("张一", "张\u200b一"),
    ],
)
def test_one_person_twice_is_refused_and_nothing_written(store: Store, incoming: Path, by: str, second: str) -> None:
    load_all(store, incoming)
    before = snapshot(store)
    with pytest.raises(UsageError) as caught:
        erase(store, Target(sids=(of_person(store)[0].sid,)), Ground("依据", by, second))
    assert caught.value.code == "usage.same_person"
    assert snapshot(store) == before
    assert not (store.home / "tombstones.jsonl").exists()


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
@pytest.mark.parametrize(
    ("ground", "option"),
    [
        (Ground("", "张一", "李二"), "--basis"),
        (Ground("依据", " ", "李二"), "--by"),
        (Ground("依据", "张一", "—"), "--second"),
    ],
)
def test_basis_and_both_names_are_needed(store: Store, incoming: Path, ground: Ground, option: str) -> None:
    load_all(store, incoming)
    with pytest.raises(UsageError) as caught:
        erase(store, Target(sids=(of_person(store)[0].sid,)), ground)
    assert (caught.value.code, caught.value.fields["option"]) == ("usage.bad_value", option)
    assert not (store.home / "tombstones.jsonl").exists()


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_what_is_unknown_is_refused(store: Store, incoming: Path) -> None:
    load_all(store, incoming)
    for target in (Target(sids=("0" * 32,)), Target(pids=("0" * 64,))):
        with pytest.raises(UsageError) as caught:
            erase(store, target, GROUND)
        assert caught.value.code == "usage.unknown_entity"
    assert not (store.home / "tombstones.jsonl").exists()


# a statement


def test_an_erased_statement_is_refused_when_it_is_loaded_again(store: Store, incoming: Path) -> None:
    load_all(store, incoming)
    first, second = sorted(of_person(store), key=lambda item: item.row)
    before = snapshot(store)
    done = erase(store, Target(sids=(first.sid,)), GROUND)
    assert (done.statements, done.rows, done.persons, done.seq) == (1, 1, 0, 3)
    assert store.read("read/statement", sid=first.sid) == []
    assert {sid_of(item) for item in before[0] - snapshot(store)[0]} == {first.sid, None}  # None: caches, State
    path = store.home / "tombstones.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (line,) = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    said = ("basis", "by", "second", "on", "source", "sids")
    assert [line[name] for name in said] == [*vars_of(GROUND), "2026-11-23", "legal_representative", [first.sid]]
    assert NAME not in path.read_text(encoding="utf-8") and first.key not in path.read_text(encoding="utf-8")

    left = snapshot(store)
    report = load_all(store, incoming, "2026-02-01")["legal_representative"]
    assert {n: report[n] for n in ("read", "unchanged", "erased", "new")} == {
        "read": 6, "unchanged": 5, "erased": 1, "new": 0,
    }  # fmt: skip
    assert {sid_of(item) for item in left[0] - snapshot(store)[0]} == {None}
    assert [item.sid for item in of_person(store)] == [second.sid]


def sid_of(node: Any) -> Any:
    """The id of a record in a snapshot, None of other nodes."""
    return {name: value for name, _, value in node[1]}.get("sid")


def vars_of(ground: Ground) -> list[str]:
    return [ground.basis, ground.by, ground.second]


def test_a_corrected_row_comes_in_under_an_id_of_its_own(store: Store, incoming: Path) -> None:
    load_all(store, incoming)
    first = next(item for item in of_person(store) if item.row == 2)
    erase(store, Target(sids=(first.sid,)), GROUND)
    rows = [city.office(1, "孙某", OTHER_ID), *offices()[1:]]
    city.write(incoming / "office.csv", city.OFFICE, rows)
    report = load_all(store, incoming, "2026-02-01")["legal_representative"]
    assert (report["new"], report["erased"]) == (1, 0)
    (new,) = [item for item in statements(store) if item.key == first.key and item.source == first.source]
    assert (new.n, new.sid != first.sid, new.content["person_name"]) == (first.n + 1, True, "孙某")


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_statements_that_say_the_same_go_together_and_others_stay(store: Store, incoming: Path) -> None:
    load_all(store, incoming)
    original = offices()
    city.write(incoming / "office.csv", city.OFFICE, [city.office(1, "孙某", OTHER_ID), *original[1:]])
    load_all(store, incoming, "2026-02-01")
    city.write(incoming / "office.csv", city.OFFICE, original)
    load_all(store, incoming, "2026-03-01")
    key = next(item.key for item in of_person(store) if item.row == 2)
    history = [item for item in statements(store, "legal_representative") if item.key == key]
    assert len(history) == 5  # A → B → A by succession
    mine = {item.sid for item in history if item.content["person_name"] == NAME}
    plan = find(store, Target(sids=(min(mine),)))
    assert {item.sid for item in plan.statements} == mine
    assert {item.sid for item in plan.kept} == {item.sid for item in history} - mine
    done = erase(store, Target(sids=(min(mine),)), GROUND)
    assert (done.statements, done.rows) == (len(mine), 2)
    assert {item.sid for item in statements(store, "legal_representative") if item.key == key} == {
        item.sid for item in plan.kept
    }
    assert find(store, Target(sids=(plan.kept[0].sid,), history=True)).kept == []


def test_a_hold_on_it_goes_too_and_then_the_key_is_refused_whatever_it_says(store: Store, incoming: Path) -> None:
    load_all(store, incoming)
    first = next(item for item in of_person(store) if item.row == 2)
    place_hold(store, first.source, first.key, "repaired", Decision("甲", "legal", "信用修复决定书"))
    erase(store, Target(sids=(first.sid,)), GROUND)
    assert [item for item in statements(store) if item.kind == "Hold"] == []
    rows = [city.office(1, "孙某", OTHER_ID), *offices()[1:]]
    city.write(incoming / "office.csv", city.OFFICE, rows)
    report = load_all(store, incoming, "2026-02-01")["legal_representative"]
    assert (report["new"], report["erased"]) == (0, 1)


# a person


def test_a_person_goes_from_every_firm_and_is_refused_by_every_source(store: Store, incoming: Path) -> None:
    load_all(store, incoming)
    link(store, Point(2, TODAY, TODAY))
    pid = of_person(store)[0].pid
    assert pid is not None and len(pid) == 64
    done = erase(store, Target(pids=(pid,)), GROUND)
    assert (done.statements, done.rows, done.persons) == (2, 2, 1)
    assert of_person(store) == []
    assert store.read("read/api_person", pid=pid) == []
    rows = [city.office(5, "别名", ID), *offices()]  # the same ID under another name at another firm
    city.write(incoming / "office.csv", city.OFFICE, rows[:1] + rows[1:3] + rows[3:5] + rows[6:])
    report = load_all(store, incoming, "2026-02-01")["legal_representative"]
    assert (report["erased"], report["new"], report["changed"]) == (3, 0, 0)
    assert store.read("read/api_person", pid=pid) == []


# bytes


@pytest.fixture
def home(own: Settings, incoming: Path) -> Iterator[Settings]:
    """An engine of one's own with the city loaded twice, linked, one row quarantined, a backup made, a load killed."""
    rows = [{**row, "mobile": ""} for row in offices()]
    rows[0]["mobile"] = rows[1]["mobile"] = MOBILE
    city.write(incoming / "office.csv", OFFICE, [*rows, {**rows[0], "uni_social_crd_cd": "91", "comp_nm": ""}])
    with Store.open(own) as store:
        load_all(store, incoming)
        load_all(store, incoming, "2026-02-01")
        link(store, Point(4, TODAY, TODAY))
        admin.backup(store, incoming.parent / "backup")
    yield own


SECRETS = {NAME, MOBILE, ADDRESS}


def erase_all(store: Store) -> None:
    person = of_person(store)[0]
    registration = next(item for item in statements(store, "registration") if item.content["address"] == ADDRESS)
    erase(store, Target(sids=(registration.sid,), history=True), GROUND)
    erase(store, Target(pids=(str(person.pid),)), GROUND)


def test_erased_values_are_nowhere_in_the_bytes(home: Settings, incoming: Path) -> None:
    before = places(home.home, SECRETS)
    assert all(kinds(before[value]) >= {"batches", "engine/databases"} for value in (NAME, ADDRESS))
    left = home.home / "work" / "load-killed"
    left.mkdir()
    (left / "in-use.lock").touch()
    (left / "spool.parquet").write_text(NAME, encoding="utf-8")
    (home.home / "batches" / "000009-dead.partial").write_text(NAME, encoding="utf-8")
    with Store.open(home) as store:
        erase_all(store)
        load_all(store, incoming, "2026-03-01")
        assert outcomes(store, "legal_representative")[-1] == {"read": 7, "unchanged": 4, "erased": 3}
        assert places(home.home, SECRETS) == {}
    admin.stop(home)
    assert places(home.home, SECRETS) == {}
    with Store.open(home) as store:  # nor in what the engine writes when it opens it again
        assert of_person(store) == []
    assert places(home.home, SECRETS) == {}


def test_nor_after_an_older_backup_was_restored(home: Settings, incoming: Path) -> None:
    with Store.open(home) as store:
        erase_all(store)
        erased = snapshot(store)
        admin.wipe(store)
        admin.restore(store, incoming.parent / "backup")
        assert of_person(store) != []
        with pytest.raises(StateError) as caught:
            Store.open(home)
        assert caught.value.code == "state.erasure_pending"
        done = apply(store)
        assert (done.statements, done.persons) == (3, 1)
        assert places(home.home, SECRETS) == {}
        assert records(erased) == records(snapshot(store))
    Store.open(home).close()
    admin.stop(home)
    assert places(home.home, SECRETS) == {}
    # the backup itself is the operator's to destroy
    assert places(incoming.parent / "backup", SECRETS).keys() == SECRETS


def records(graph: Any) -> set[Any]:
    return {item for item in graph[0] if item[0] & {"Record", "Person", "Address", "Phone"}}


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_tombstones_survive_a_wipe_and_a_lost_file_stops_loading(store: Store, incoming: Path) -> None:
    load_all(store, incoming)
    pid = str(of_person(store)[0].pid)
    erase(store, Target(pids=(pid,)), GROUND)
    admin.wipe(store)
    report = load_all(store, incoming)["legal_representative"]
    assert (report["new"], report["erased"]) == (4, 2)
    assert bool(Tombstones.read(store))
    (store.home / "tombstones.jsonl").unlink()
    with pytest.raises(StateError) as caught:
        load_all(store, incoming, "2026-02-01")
    assert caught.value.code == "state.tombstones"
