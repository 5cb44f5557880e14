"""Rotation of the secret: the same persons under other keys, whenever it is killed; the next load changes nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from credit_graph.errors import StateError
from credit_graph.jobs import batches
from credit_graph.jobs import load as loading
from credit_graph.jobs import rotate as rotation
from credit_graph.jobs.decisions import Decision, lift_hold
from credit_graph.jobs.erase import apply, erase
from credit_graph.jobs.erasing import Target
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.jobs.rotate import Rotated, catch_up, rotate
from credit_graph.jobs.tombstones import Ground
from credit_graph.model.statement import META
from credit_graph.store import Store, admin
from credit_graph.store.dump import NodeData, dump
from credit_graph.store.secret import graph_check, load_or_create, secret_path
from credit_graph.store.snapshot import snapshot
from wholecity import FEW, PERSONS_CASE, TODAY, fill, load_samples, persons_key, samples

End = tuple[str, str]  # label and key
Graph = tuple[dict[End, Any], set[tuple[str, End, End, str]]]

KILLED = """
import os, signal, sys
from pathlib import Path
from credit_graph.jobs.rotate import rotate
from credit_graph.store import Store

left = int(sys.argv[1])

def step():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

change, replace = Store.change, Path.replace

def counted_change(self, name, *arguments, **named):
    found = change(self, name, *arguments, **named)
    if not name.startswith("write/lock"):
        step()
    return found

def counted_replace(self, target):
    found = replace(self, target)
    step()
    return found

Store.change, Path.replace = counted_change, counted_replace
with Store.open() as store:
    rotate(store)
"""


@pytest.fixture(autouse=True)
def _today(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    env["CREDIT_GRAPH_TODAY"] = str(TODAY)
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(TODAY))


def chain(store: Store) -> list[bytes]:
    return [bytes.fromhex(link) for link in json.loads(secret_path(store.settings).read_text())["chain"]]


def wrap(link: bytes, key: str) -> str:
    return hmac.new(link, bytes.fromhex(key), hashlib.sha256).hexdigest()


def short(pid: str) -> str:
    return "person:" + hashlib.sha256(pid.encode()).hexdigest()[:16]


def whole(store: Store) -> Graph:
    """Nodes by label and key, relationships by type, ends and properties."""
    nodes: dict[End, Any] = {}
    relationships = set()
    for item in dump(store):
        if isinstance(item, NodeData):
            nodes[item.label, item.key] = dict(item.properties)
        else:
            properties = json.dumps(item.properties, default=str, sort_keys=True)
            relationships.add((item.type, item.start, item.end, properties))
    return nodes, relationships


def expected(before: Graph, link: bytes, check: str) -> Graph:
    """The graph as a rotation has to leave it, computed here from the graph before and the new link."""
    nodes, relationships = before
    pids = {key for label, key in nodes if label == "Person"} | {n["pid"] for n in nodes.values() if "pid" in n}
    keyed = {pid: wrap(link, pid) for pid in pids if not pid.startswith("name:")}
    assert len(keyed) >= 4
    texts = keyed | {short(old): short(new) for old, new in keyed.items()}

    def new(value: Any) -> Any:
        for old, text in texts.items():
            value = value.replace(old, text) if isinstance(value, str) else value
        return value

    result = {}
    for (label, key), node in nodes.items():
        changed = {name: new(value) for name, value in node.items()}
        if label == "Record":
            content = {name: value for name, value in changed.items() if name not in META}
            text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
            changed["content_hash"] = hashlib.sha256(text.encode()).hexdigest()
        result[label, new(key) if label == "Person" else key] = changed
    result["State", "secret"]["check"] = check
    moved = {(type_, (a, new(b)), (c, new(d)), p) for type_, (a, b), (c, d), p in relationships}
    return result, moved


def check_of(links: list[bytes]) -> str:
    value = hmac.new(links[0], b"credit_graph secret check", hashlib.sha256).hexdigest()
    for link in links[1:]:
        value = wrap(link, value)
    return hashlib.sha256(bytes.fromhex(value)).hexdigest()


def rows_of_batches(store: Store) -> dict[str, Any]:
    return {path.name: pq.read_table(path) for path in sorted((store.home / "batches").iterdir())}


def assert_nothing_changes(store: Store, sources: Collection[str] = ()) -> None:
    """The samples again: no statement, relationship or person comes or goes."""

    def kept() -> Graph:
        nodes, relationships = whole(store)
        # batches count on; caches carry their seq; an awaiting row that comes is awaited no more
        own = {"Batch", "State", "Enterprise", "Absence"}
        return {k: v for k, v in nodes.items() if k[0] not in own}, {r for r in relationships if r[0] != "FROM_SOURCE"}

    before = kept()
    for report in load_samples(store, sources):
        assert (report["new"], report["changed"], report["closed"]) == (0, 0, 0), report
    assert kept() == before


def test_all_that_hangs_on_the_secret_is_wrapped_and_nothing_else(store: Store) -> None:
    fill(store)
    before, files = whole(store), rows_of_batches(store)
    old = chain(store)
    done = rotate(store)
    links = chain(store)
    assert (len(links), links[0]) == (2, old[0])
    after = whole(store)
    assert after == expected(before, links[1], check_of(links))
    keyed = [key for label, key in before[0] if label == "Person" and not key.startswith("name:")]
    changed = [key for key, node in before[0].items() if key[0] == "Record" and node != after[0][key]]
    assert (done.links, done.resumed, done.persons, done.records) == (2, False, len(keyed), len(changed))
    text = str(after)
    assert [key for key in keyed if key in text] == []
    assert done.files == sum(names_persons(table) for table in files.values()) >= 2
    pids = [node["pid"] for node in before[0].values() if "pid" in node]
    assert_files_are_wrapped(store, files, pids, links[1])
    assert_nothing_changes(store)
    rotate(store)
    assert len(chain(store)) == 3
    assert_nothing_changes(store, FEW)


def names_persons(table: Any) -> bool:
    return any(row["documents"] or (row["key"] or "").startswith("person:") for row in table.to_pylist())


def assert_files_are_wrapped(store: Store, before: dict[str, Any], pids: list[str], link: bytes) -> None:
    after = rows_of_batches(store)
    assert after.keys() == before.keys()
    known = {short(pid): short(wrap(link, pid)) for pid in pids if not pid.startswith("name:")}
    wrapped = 0
    for name, old in before.items():
        new = after[name]
        assert new.drop_columns(["documents", "key"]).equals(old.drop_columns(["documents", "key"]))
        for a, b in zip(old.to_pylist(), new.to_pylist(), strict=True):
            documents = json.loads(a["documents"] or "{}")
            assert json.loads(b["documents"] or "{}") == {field: wrap(link, pid) for field, pid in documents.items()}
            texts = known | {short(pid): short(wrap(link, pid)) for pid in documents.values()}
            part, mark, rest = (a["key"] or "").partition("|")
            assert (b["key"] or "") == texts.get(part, part) + mark + rest
            wrapped += bool(documents) + (part in texts)
    assert wrapped >= 2


def test_a_statement_keeps_its_id_and_can_still_be_closed(store: Store) -> None:
    fill(store, FEW)
    rotate(store)
    key = persons_key(store)
    lift_hold(store, PERSONS_CASE, key, Decision("甲", "clerk", "更正"))
    (hold,) = [n for n in whole(store)[0].values() if n.get("kind") == "Hold" and n["source"] == "bureau"]
    assert (hold["held_key"], hold["known_to"]) == (key, batches.last_seq(store))


EVERY = pytest.param("embedded", 1, marks=pytest.mark.slow)


@pytest.mark.parametrize(("engine", "steps"), [EVERY, ("embedded", 4), ("neo4j", 8)], indirect=["engine"])
def test_killed_again_and_again_it_ends_as_undisturbed(store: Store, env: dict[str, str], steps: int) -> None:
    fill(store, FEW)
    before, files = whole(store), rows_of_batches(store)
    env = env | {"CREDIT_GRAPH_BATCH_SIZE": "3"}
    kills = 0
    while kills < 60:
        done = subprocess.run([sys.executable, "-c", KILLED, str(steps)], env=env, check=False)
        if done.returncode == 0:
            break
        assert done.returncode == -9
        kills += 1
        if graph_check(store) == check_of(chain(store)):
            break  # killed on its way out
        with pytest.raises(StateError) as caught:
            load(store, samples()[:1], LoadOptions())
        assert caught.value.code == "state.rotating"
    assert kills >= {1: 15, 4: 4, 8: 2}[steps]
    links = chain(store)
    assert len(links) == 2
    assert whole(store) == expected(before, links[1], check_of(links))
    assert_files_are_wrapped(store, files, [n["pid"] for n in before[0].values() if "pid" in n], links[1])
    assert_nothing_changes(store, FEW)


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_while_it_is_unfinished_nobody_writes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, FEW)
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr(rotation._Rotation, "_persons", lambda *_: 1 / 0)
        rotate(store)
    for attempt in (
        lambda: load(store, samples()[:1], LoadOptions()),
        lambda: lift_hold(store, PERSONS_CASE, persons_key(store), Decision("甲", "clerk", "更正")),
        lambda: admin.backup(store, store.home / "backup"),
    ):
        with pytest.raises(StateError) as caught:
            attempt()
        assert caught.value.code == "state.rotating"
    assert rotate(store).resumed
    assert len(chain(store)) == 2
    assert_nothing_changes(store, FEW)


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_load_that_read_its_files_before_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, FEW)
    seq = batches.last_seq(store)
    real = loading._check_all

    def rotated_meanwhile(*arguments: Any) -> Any:
        tables = real(*arguments)
        rotate(store)
        return tables

    monkeypatch.setattr(loading, "_check_all", rotated_meanwhile)
    with pytest.raises(StateError) as caught:
        load(store, samples()[:1], LoadOptions())
    assert caught.value.code == "state.rotated"
    assert batches.last_seq(store) == seq


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_an_unfinished_batch_comes_first(store: Store) -> None:
    load_or_create(store.settings, store)
    batches.begin(store, "bid", 1, "source", {"path": "a.csv"})
    with pytest.raises(StateError) as caught:
        rotate(store)
    assert caught.value.code == "state.batch_open"
    assert len(chain(store)) == 1


def test_a_backup_from_before_is_caught_up(store: Store, tmp_path: Path) -> None:
    fill(store, FEW)
    admin.backup(store, tmp_path / "backup")
    rotate(store)
    rotated = snapshot(store)
    assert catch_up(store) is None
    admin.wipe(store)
    admin.restore(store, tmp_path / "backup")
    with pytest.raises(StateError) as caught:
        load(store, samples()[:1], LoadOptions())
    assert caught.value.code == "state.rotating"
    done = catch_up(store)
    assert done is not None
    assert (done.resumed, done.links, len(chain(store))) == (True, 2, 2)
    assert snapshot(store) == rotated
    assert_nothing_changes(store, FEW)


def test_an_empty_installation_can_be_rotated(store: Store) -> None:
    assert rotate(store) == Rotated(2, False)
    assert len(chain(store)) == 2
    assert load_or_create(store.settings, store) == b"".join(chain(store))


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_what_was_erased_stays_away(store: Store, tmp_path: Path) -> None:
    fill(store, FEW)
    admin.backup(store, tmp_path / "backup")
    key = persons_key(store)
    cases = [n for (label, _), n in whole(store)[0].items() if label == "Record" and n["source"] == PERSONS_CASE]
    (party,) = {case["pid"] for case in cases if case["key"] == key}
    erase(store, Target(pids=(party,)), Ground("个人信息保护法第四十七条", "甲", "乙"))
    erased = sum(report["erased"] for report in load_samples(store, FEW))
    assert erased >= 1
    assert rotate(store).tombstones >= 1
    assert sum(report["erased"] for report in load_samples(store, FEW)) == erased
    rotate(store)
    assert sum(report["erased"] for report in load_samples(store, FEW)) == erased
    admin.wipe(store)
    admin.restore(store, tmp_path / "backup")
    with pytest.raises(StateError) as caught:
        apply(store)
    assert caught.value.code == "state.rotating"
    catch_up(store)
    apply(store)
    links = chain(store)
    new = wrap(links[2], wrap(links[1], party))
    text = str(whole(store)) + str([table.to_pylist() for table in rows_of_batches(store).values()])
    assert [word for word in (party, new, short(party), short(new)) if word in text] == []
    assert sum(report["erased"] for report in load_samples(store, FEW)) == erased
