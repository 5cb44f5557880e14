"""Backup and restore: the same graph on the same or the other engine, or a clear refusal."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from credit_graph.errors import StateError, StoreError
from credit_graph.settings import Settings
from credit_graph.store import Store, admin
from credit_graph.store.secret import load_or_create, secret_path
from credit_graph.store.snapshot import snapshot

Define = Callable[[str, str], str]

FILL = """// purpose: A little of everything.
// parameters: rows list
// returns: none
UNWIND $rows AS row
MERGE (e:Enterprise {eid: row.eid})
SET e.name = row.eid
CREATE (r:Record:Registration {sid: row.eid})
SET r += row.props
CREATE (h:Record:Hold {sid: 'hold ' + row.eid, known_to: 9223372036854775807})
MERGE (p:Phone {number: 'shared'})
CREATE (e)-[:SUBJECT_OF {sid: row.eid, known_from: 1, valid_from: row.props.valid_from}]->(r)
CREATE (e)-[:USES_PHONE {share: row.props.share}]->(p)
CREATE (e)-[:USES_PHONE {share: row.props.share}]->(p)
CREATE (e)-[:GUARANTEES]->(e)"""
BATCH = """// purpose: A committed batch.
// parameters: none
// returns: none
MERGE (b:Batch {bid: 'one'}) SET b.seq = 5, b.state = 'committed', b.as_of = date('2026-01-01')
MERGE (s:State {name: 'graph'}) SET s.seq = 5"""
KEYLESS = "// purpose: x\n// parameters: none\n// returns: none\nCREATE (:Record:Odd {x: 1}) CREATE (:Nothing {x: 1})"


def fill(store: Store, define: Define, number: int = 12) -> None:
    rows: list[dict[str, Any]] = [
        {
            "eid": f"企业{index:06}",
            "props": {
                "valid_from": date(1, 1, 1),
                "valid_to": date(9999, 12, 31),
                "known_to": 2**63 - 1,
                "amount": 5_000_000_000 + index,
                "share": [7, 7.5, 7.0, True][index % 4],
                "text": '换行\n引号" \\ {"$date": "2020-01-01"} \u2028𠮷',
                "words": ["甲", "乙"],
                "listed_on": date(2020, 2, 29),
            },
        }
        for index in range(number)
    ]
    store.write(define("test/fill", FILL), rows)
    store.write(define("test/batch", BATCH))
    for folder in ("batches", "runs"):
        (store.home / folder).mkdir(exist_ok=True)
        (store.home / folder / "one.parquet").write_bytes(folder.encode() * 100)
    for name in ("keys.jsonl", "private/a.pem", "archive/l/2026Q3/head.json", "public/l/2026Q3.old/x", "l.lock"):
        (store.home / "releases" / name).parent.mkdir(parents=True, exist_ok=True)
        (store.home / "releases" / name).write_text(name)


def released(folder: Path) -> list[Path]:
    return [path for path in (folder / "backup" / "files" / "releases").rglob("*") if path.is_file()]


def test_a_wiped_graph_is_restored_as_it_was(settings: Settings, store: Store, define: Define, tmp_path: Path) -> None:
    load_or_create(settings, store)
    fill(store, define)
    before = snapshot(store)
    assert (len(before[0]), len(before[1])) == (12 * 3 + 4, 12 * 4)
    manifest = admin.backup(store, tmp_path / "backup")
    assert (manifest["seq"], manifest["counts"]["nodes/Record.Registration"]) == (5, 12)
    assert admin.wipe(store) == 40
    assert store.size() == 0
    assert not (store.home / "batches").exists()
    assert secret_path(settings).exists()
    assert admin.restore(store, tmp_path / "backup") == manifest
    assert snapshot(store) == before
    assert (store.home / "batches" / "one.parquet").read_bytes() == b"batches" * 100
    assert (store.home / "runs" / "one.parquet").read_bytes() == b"runs" * 100
    kept = {path.relative_to(tmp_path / "backup" / "files" / "releases").as_posix() for path in released(tmp_path)}
    assert kept == {"keys.jsonl", "archive/l/2026Q3/head.json"}  # no private key leaves by a backup
    key = store.home / "releases" / "private" / "a.pem"
    assert key.read_text() == "private/a.pem"  # and none is lost by a restore
    assert admin.check(store) == []


def test_more_nodes_than_a_page_are_all_taken(
    store: Store, define: Define, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("credit_graph.store.dump.PAGE", 5)
    monkeypatch.setattr(store, "settings", store.settings.model_copy(update={"batch_size": 7}))
    fill(store, define, 23)
    before = snapshot(store)
    assert len(before[0]) == 23 * 3 + 3
    admin.backup(store, tmp_path / "backup")
    admin.wipe(store)
    admin.restore(store, tmp_path / "backup")
    assert snapshot(store) == before


def test_a_backup_moves_to_the_other_engine(
    engine: str, store: Store, own: Settings, engines: Any, define: Define, tmp_path: Path
) -> None:
    fill(store, define)
    before = snapshot(store)
    admin.backup(store, tmp_path / "backup")
    if engine == "neo4j":
        target = own
    else:
        names = {"uri": "URI", "user": "USER", "password": "PASSWORD"}
        found = engines.environment("neo4j")
        target = Settings(
            home=tmp_path / "other", **{key: found[f"CREDIT_GRAPH_{name}"] for key, name in names.items()}
        )
    with Store.open(target) as other:
        assert other.engine != engine
        other.clear()
        admin.restore(other, tmp_path / "backup")
        assert snapshot(other) == before
        assert (other.home / "releases" / "keys.jsonl").read_text() == "keys.jsonl"


def test_the_files_say_what_they_are(settings: Settings, store: Store, define: Define, tmp_path: Path) -> None:
    secret = load_or_create(settings, store)
    fill(store, define, 1)
    admin.backup(store, tmp_path / "backup")
    files = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*") if path.is_file()}
    nodes = ("Batch", "Enterprise", "Hold.Record", "Phone", "Record.Registration", "State")
    types = ("GUARANTEES", "SUBJECT_OF", "USES_PHONE")
    assert set(files) == {
        "backup/manifest.json",
        "backup/files/batches/one.parquet",
        "backup/files/runs/one.parquet",
        "backup/files/releases/keys.jsonl",
        "backup/files/releases/archive/l/2026Q3/head.json",
        *(f"backup/nodes/{name}.jsonl" for name in nodes),
        *(f"backup/relationships/{name}.jsonl" for name in types),
    }
    manifest = json.loads(files["backup/manifest.json"].read_text())
    assert set(manifest["files"]) == {name.removeprefix("backup/") for name in files} - {"manifest.json"}
    assert "does not contain the installation secret" in manifest["secret"]
    contents = b"".join(path.read_bytes() for path in files.values())
    assert secret.hex().encode() not in contents
    assert secret not in contents
    (line,) = files["backup/relationships/SUBJECT_OF.jsonl"].read_text().splitlines()
    assert json.loads(line) == {
        "start": ["Enterprise", "企业000000"],
        "end": ["Record", "企业000000"],
        "properties": {"sid": "企业000000", "known_from": 1, "valid_from": {"$date": "0001-01-01"}},
    }
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o700


def damage_line(backup: Path) -> None:
    path = backup / "nodes" / "Phone.jsonl"
    path.write_text(path.read_text().replace("shared", "Shared"))


def damage_missing(backup: Path) -> None:
    (backup / "relationships" / "SUBJECT_OF.jsonl").unlink()


def damage_more(backup: Path) -> None:
    (backup / "files" / "batches" / "more.parquet").write_bytes(b"")


def damage_manifest(backup: Path) -> None:
    path = backup / "manifest.json"
    path.write_text(path.read_text()[:-20])


def damage_no_manifest(backup: Path) -> None:
    (backup / "manifest.json").unlink()


def damage_format(backup: Path) -> None:
    path = backup / "manifest.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
@pytest.mark.parametrize(
    "damage",
    [damage_line, damage_missing, damage_more, damage_manifest, damage_no_manifest, damage_format],
)
def test_a_damaged_backup_is_refused_before_anything_is_written(
    store: Store, define: Define, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    fill(store, define, 1)
    admin.backup(store, tmp_path / "backup")
    admin.wipe(store)
    damage(tmp_path / "backup")
    with pytest.raises(StoreError) as caught:
        admin.restore(store, tmp_path / "backup")
    assert (caught.value.code, caught.value.exit_status) == ("store.damaged_backup", 5)
    assert store.size() == 0


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_backup_of_a_newer_schema_is_refused(store: Store, tmp_path: Path) -> None:
    manifest = admin.backup(store, tmp_path / "backup")
    path = tmp_path / "backup" / "manifest.json"
    path.write_text(json.dumps(manifest | {"schema": manifest["schema"] + 1}))
    with pytest.raises(StoreError) as caught:
        admin.restore(store, tmp_path / "backup")
    assert caught.value.code == "store.newer_schema"


def test_a_graph_that_is_not_empty_is_left_alone(store: Store, define: Define, tmp_path: Path) -> None:
    fill(store, define, 1)
    admin.backup(store, tmp_path / "backup")
    before = snapshot(store)
    with pytest.raises(StoreError) as caught:
        admin.restore(store, tmp_path / "backup")
    assert caught.value.code == "store.not_empty"
    assert snapshot(store) == before
    with pytest.raises(StateError) as exists:
        admin.backup(store, tmp_path / "backup")
    assert exists.value.code == "state.exists"


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_stopped_restore_shows_no_committed_batch(
    store: Store, define: Define, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, define, 3)
    before = snapshot(store)
    admin.backup(store, tmp_path / "backup")
    admin.wipe(store)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("credit_graph.store.backup._restore_last", stop)
        with pytest.raises(KeyboardInterrupt):
            admin.restore(store, tmp_path / "backup")
    assert store.read("read/last_seq") == [{"seq": None}]
    with pytest.raises(StoreError) as caught:
        admin.restore(store, tmp_path / "backup")
    assert caught.value.code == "store.not_empty"
    admin.wipe(store)
    admin.restore(store, tmp_path / "backup")
    assert snapshot(store) == before


def test_nodes_without_a_key_are_found_and_not_backed_up(store: Store, define: Define, tmp_path: Path) -> None:
    store.write(define("test/keyless", KEYLESS))
    assert [(finding.code, "Nothing" in finding.message) for finding in admin.check(store)] == [("keyless", True)]
    with pytest.raises(StoreError) as caught:
        admin.backup(store, tmp_path / "backup")
    assert caught.value.code == "store.keyless"
    assert list(tmp_path.glob("backup*")) == []


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_another_secret_refuses_the_restore(settings: Settings, store: Store, define: Define, tmp_path: Path) -> None:
    load_or_create(settings, store)
    fill(store, define, 1)
    admin.backup(store, tmp_path / "backup")
    admin.wipe(store)
    original = secret_path(settings).read_bytes()
    secret_path(settings).write_text(json.dumps({"chain": [os.urandom(32).hex()]}))
    with pytest.raises(StateError) as caught:
        admin.restore(store, tmp_path / "backup")
    assert caught.value.code == "state.secret"
    assert store.size() == 0
    secret_path(settings).write_bytes(original)
    admin.restore(store, tmp_path / "backup")
    assert load_or_create(settings, store).hex() in original.decode()
