"""The commands behind ``credit-graph db``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import processes
from credit_graph.settings import Settings
from credit_graph.store import Store, admin, migrate

Define = Callable[[str, str], str]


def test_start_status_stop(own: Settings) -> None:
    home = str(own.home.resolve())
    assert admin.status(own) == {"engine": "embedded", "running": False, "home": home}
    assert not own.home.exists()
    started = admin.start(own)
    assert started == admin.status(own)
    assert {key: started[key] for key in ("engine", "running", "home")} == {
        "engine": "embedded",
        "running": True,
        "home": home,
    }
    assert sorted([started["java"], started["supervisor"]]) == sorted(processes.of_home(own.home))
    assert admin.stop(own) is True
    assert processes.none_left(own.home)
    assert admin.stop(own) is False


@pytest.mark.parametrize("engine", ["neo4j"], indirect=True)
def test_a_server_is_reached_but_not_stopped(settings: Settings) -> None:
    expected = {"engine": "neo4j", "uri": settings.uri, "running": True, "home": str(settings.home.resolve())}
    assert admin.start(settings) == expected
    assert admin.stop(settings) is False
    assert admin.status(settings) == expected


def test_a_sound_graph_has_no_findings(engine: str, store: Store) -> None:
    assert admin.check(store) == []
    found = store.check()
    assert (found["engine"], found["schema"]) == (engine, migrate.schema_version())
    assert "Neo4j/5.26" in found["server"]


def test_findings_name_what_is_wrong(store: Store, define: Define) -> None:
    drop = "// purpose: x\n// parameters: none\n// returns: none\nDROP INDEX batch_seq"
    forge = (
        "// purpose: x\n// parameters: sha256 string\n// returns: none\n"
        "MATCH (m:Migration {number: 1}) SET m.sha256 = $sha256"
    )
    define("test/forge", forge)
    store.write("test/forge", sha256="other")
    store.define("drop.cypher", drop)
    store.home.chmod(0o755)
    try:
        assert [finding.code for finding in admin.check(store)] == [
            "schema_changed",
            "index_missing",
            "home_open",
        ]
        assert any("Batch(seq)" in finding.message for finding in admin.check(store))
    finally:
        store.home.chmod(0o700)
        for step in migrate.migrations():
            migrate.apply(store, step)
    assert admin.check(store) == []


def test_wipe_leaves_other_files_alone(store: Store) -> None:
    kept = Path(store.home / "tombstones.json")
    kept.write_text("[]")
    (store.home / "batches").mkdir()
    (store.home / "batches" / "x.parquet").write_bytes(b"x")
    assert admin.wipe(store) == 0
    assert kept.read_text() == "[]"
    assert not (store.home / "batches").exists()
