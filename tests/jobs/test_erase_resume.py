"""An erasure that is killed anywhere is finished by ``apply``, and until then the graph is not opened."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import city
from bytesearch import places
from credit_graph import clock
from credit_graph.errors import StateError, UsageError
from credit_graph.jobs import batches, explain, grade, release_show
from credit_graph.jobs.erase import apply, erase
from credit_graph.jobs.erasing import Target
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.jobs.tombstones import Ground
from credit_graph.jobs.undo import undo
from credit_graph.model.statement import Statement
from credit_graph.model.time import Point
from credit_graph.settings import Settings
from credit_graph.store import Store, admin
from credit_graph.store.dump import dump
from credit_graph.store.secret import load_or_create
from facts import commit, fact
from handmade import City
from releases import build
from viewers import INSIDE

D = date.fromisoformat
TODAY = D("2026-11-23")
GROUND = Ground("清除决定书〔2026〕1号", "张一", "李二")
NAME = "欧阳秘密甲"
KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from credit_graph.jobs.erase import erase
from credit_graph.jobs.erasing import Target
from credit_graph.jobs.tombstones import Ground
from credit_graph.store import Store

left, pid = int(sys.argv[1]), sys.argv[2]

def counted(function):
    def step(*arguments, **named):
        global left
        found = function(*arguments, **named)
        left -= not any(isinstance(item, str) and item.startswith("write/lock") for item in arguments)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return found
    return step

Store.change, Path.replace, Path.touch = map(counted, (Store.change, Path.replace, Path.touch))
with Store.open() as store:
    erase(store, Target(pids=(pid,)), Ground("清除决定书〔2026〕1号", "张一", "李二"))
print(left)
"""


@pytest.fixture(autouse=True)
def _today(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    env["CREDIT_GRAPH_TODAY"] = str(TODAY)
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(TODAY))


@pytest.fixture
def store(store: Store) -> Iterator[Store]:
    """The graph forgets its tombstones with the test that made them."""
    load_or_create(store.settings, store)
    yield store
    store.clear()


def load_city(store: Store, folder: Path) -> str:
    """Three firms, two of them represented by the person whose key is returned."""
    city.write(folder / "registration.csv", city.REGISTRATION, [city.registration(n) for n in range(1, 4)])
    names = [(1, NAME), (2, NAME), (3, "钱某")]
    rows = [city.office(n, name, city.citizen_id("19850317", len(name))) for n, name in names]
    city.write(folder / "office.csv", city.OFFICE, rows)
    load(store, [folder / "registration.csv", folder / "office.csv"], LoadOptions(as_of=D("2026-01-01")))
    records = [row["record"] for row in store.read("read/records_opened", seq=1)]
    return next(str(record["pid"]) for record in records if record["person_name"] == NAME)


def graph(store: Store) -> set[str]:
    """Every node and relationship as text, without batches, the state of the graph, and when a cache was made."""
    skip = {"Batch", "State", "FROM_SOURCE"}
    found = set()
    for item in dump(store):
        if not skip & {*getattr(item, "labels", ()), getattr(item, "type", "")}:
            item.properties.pop("cache_seq", None)
            found.add(str(item))
    return found


SOME = (1, 9, 24)  # of about thirty: tombstones, files, batch, graph, cache, copy, swap
MORE = pytest.param((3, 13, 19), marks=pytest.mark.slow)


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
@pytest.mark.parametrize("steps", [SOME, MORE])
def test_killed_anywhere_it_is_finished_by_apply(
    store: Store, env: dict[str, str], tmp_path: Path, steps: tuple[int, ...]
) -> None:
    pid = load_city(store, tmp_path)
    admin.backup(store, tmp_path / "backup")
    erase(store, Target(pids=(pid,)), GROUND)
    wanted = graph(store)
    for step in steps:
        admin.wipe(store)
        (store.home / "tombstones.jsonl").unlink()
        admin.restore(store, tmp_path / "backup")
        command = [sys.executable, "-c", KILLED, str(step), pid]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == -9, (step, done)
        with pytest.raises(StateError) as caught:
            Store.open(store.settings)
        assert caught.value.code == "state.erasure_pending", step
        assert apply(store).seq in {0, 3}
        Store.open(store.settings).close()
        assert graph(store) == wanted, step
        assert batches.open_batch(store) is None
        assert places(store.home, {NAME}) == {}, step


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_an_erasure_is_not_undone(store: Store, tmp_path: Path) -> None:
    pid = load_city(store, tmp_path)
    done = erase(store, Target(pids=(pid,)), GROUND)
    with pytest.raises(UsageError):
        undo(store, done.seq, "甲", "analyst")
    assert batches.last_seq(store) == done.seq


# results that were made before


def listing() -> Statement:
    code = "91330206MA00000001"
    content: dict[str, Any] = {
        "listing_id": "ILL0001",
        "credit_code": code,
        "name": "宁波第一食品有限公司",
        "listed_on": D("2025-03-01"),
        "reason": "拒不配合监督检查",
        "listed_by": "宁波市北仑区市场监督管理局",
    }
    return fact("SeriousListing", "k1", code, start=D("2025-03-01"), **content)


def test_a_release_that_names_an_erased_statement_says_so(store: Store, tmp_path: Path) -> None:
    item = listing()
    commit(store, 1, [item], source="seriouslisting")
    point = Point(1, TODAY, TODAY)
    out = tmp_path / "release"
    build(store, "serious_violation", point, out)
    assert release_show.rebuild(store, out).kind == "draft"
    done = erase(store, Target(sids=(item.sid,)), GROUND)
    kept = {path.name: path.read_bytes() for path in out.iterdir()}
    again: Callable[[], object]
    for again in (
        lambda: release_show.rebuild(store, out),
        lambda: build(store, "serious_violation", point, tmp_path / "again"),
    ):
        with pytest.raises(StateError) as caught:
            again()
        assert caught.value.code == "state.erased"
        assert item.sid in str(caught.value) and done.tombstones[0] in str(caught.value)
        assert GROUND.basis in str(caught.value)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == kept  # the archive stays as it is


def test_a_grade_names_the_tombstone_in_place_of_its_evidence(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    town = City(store)
    town.firm("91330200AAAAAAAAAA", "甲有限公司")
    day = D("2025-07-08")
    item = town.say("AbnormalListing", "91330200AAAAAAAAAA", "l", start=day, listed_on=day, reason="无法联系。")
    point = Point(town.commit(), TODAY, TODAY)
    first = grade.grade(store, point)
    done = erase(store, Target(sids=(item.sid,)), GROUND)
    told = explain.explain(store, "91330200AAAAAAAAAA", point, INSIDE)
    records = [record for line in told.lines or () for record in line.records]
    assert {record["sid"] for record in records if record["withheld"]} == {item.sid}
    (text,) = {record["text"] for record in records if record["withheld"]}
    assert done.tombstones[0] in text and GROUND.basis in text
    again = grade.grade(store, point)  # the stored run stands beside it
    assert (again.rid == first.rid, again.levels) == (False, {"A": 1, "B": 0, "C": 0, "D": 0})
    assert (store.home / first.path).is_file()


def test_the_copy_of_a_killed_rewrite_is_removed(own: Settings, tmp_path: Path) -> None:
    with Store.open(own) as store:
        load_city(store, tmp_path)
        before = graph(store)
    admin.stop(own)
    left = own.home / "engine" / "databases" / "credit_fresh"
    left.mkdir()
    (left / "x.bucket").write_text(NAME, encoding="utf-8")
    with Store.open(own) as store:
        assert graph(store) == before
    assert not left.exists()
