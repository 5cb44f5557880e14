"""A loaded city goes from the embedded engine to Neo4j and back by backups, and is the same each time."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from credit_graph import settings as settings_module
from credit_graph.ingest.definitions import definitions
from credit_graph.settings import Settings
from credit_graph.store import Store, admin
from credit_graph.store.dump import NodeData, dump
from credit_graph.store.secret import secret_path
from credit_graph.store.snapshot import snapshot
from wholecity import TODAY, fill, load_samples

Define = Callable[[str, str], str]

EXTREMES = """// purpose: Values that an engine might bend.
// parameters: props map
// returns: none
CREATE (r:Record:Registration {sid: 'extremes'})
CREATE (e:Enterprise {eid: 'extreme'})
CREATE (e)-[s:SUBJECT_OF {sid: 'extremes'}]->(r)
SET r += $props, s += $props"""
PROPS: dict[str, Any] = {
    "large": 2**63 - 1,
    "small": -(2**63),
    "exact": 2**53 + 1,
    "half": 7.5,
    "whole": 7.0,
    "tiny": 5e-324,
    "zero": 0,
    "yes": True,
    "no": False,
    "first": date(1, 1, 1),
    "last": date(9999, 12, 31),
    "leap": date(2024, 2, 29),
    "text": '换行\n引号" 反斜杠\\ \u2028 𠮷 {"$date": "2020-01-01"}',
    "blank": " ",
    "none": "",
    "words": ["甲", "", "乙 "],
    "numbers": [1, 2**62],
    "halves": [0.5, 1.0],
    "days": [date(2020, 2, 29)],
}


def server(engines: Any, home: Path) -> Settings:
    found = engines.environment("neo4j")
    names = ("uri", "user", "password")
    return Settings(home=home, **{name: found[f"CREDIT_GRAPH_{name.upper()}"] for name in names})


def contents(store: Store) -> dict[str, bytes]:
    folders = [store.home / name for name in ("batches", "runs")]
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(store.home).as_posix(): path.read_bytes() for path in paths}


def lines(backup: Path) -> dict[str, list[str]]:
    """The parts of a backup, without the order of lines and of properties in a line."""
    paths = [*backup.glob("nodes/*.jsonl"), *backup.glob("relationships/*.jsonl")]
    return {
        path.relative_to(backup).as_posix(): sorted(
            json.dumps(json.loads(line), sort_keys=True, ensure_ascii=False)
            for line in path.read_text(encoding="utf-8").split("\n")
            if line
        )
        for path in paths
    }


def move(source: Store, target: Store, backup: Path) -> None:
    """Back up here and restore there; the secret goes its own way."""
    admin.backup(source, backup)
    admin.wipe(target)
    secret_path(target.settings).write_bytes(secret_path(source.settings).read_bytes())
    admin.restore(target, backup)
    assert admin.check(target) == []
    assert contents(target) == contents(source)


def test_embedded_to_neo4j_and_back(
    own: Settings, engines: Any, define: Define, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(TODAY))
    settings_module.settings.cache_clear()
    other = server(engines, tmp_path / "other")
    with Store.open(own) as first, Store.open(other) as second:
        assert (first.engine, second.engine) == ("embedded", "neo4j")
        fill(first)
        first.write(define("test/extremes", EXTREMES), props=PROPS)
        before = snapshot(first)
        assert_everything_is_in(first)
        move(first, second, tmp_path / "one")
        assert snapshot(second) == before
        move(second, first, tmp_path / "two")
        assert snapshot(first) == before
        assert lines(tmp_path / "one") == lines(tmp_path / "two")
        for store in (first, second):  # both go on from there: nothing is new, and both say the same of it
            for report in load_samples(store):
                assert (report["new"], report["changed"], report["closed"]) == (0, 0, 0)
        assert snapshot(first) == snapshot(second)
        second.clear()


def assert_everything_is_in(store: Store) -> None:
    """Every kind of record that a source makes, every relationship of loads and runs, every type of property."""
    labels, types, values = set(), set(), set()
    for item in dump(store):
        if isinstance(item, NodeData):
            labels |= set(item.labels)
        else:
            types.add(item.type)
        values |= {type(value).__name__ for value in item.properties.values()}
    kinds = {definition.kind for definition in definitions().values()}
    assert labels >= kinds | {"Enterprise", "Person", "Address", "Phone", "Batch", "Source", "State", "Run", "Hold"}
    assert types >= {"SUBJECT_OF", "HOLDS_OFFICE", "CONTRIBUTES", "LOCATED_AT", "USES_PHONE", "FROM_SOURCE", "HOLDS"}
    assert values == {"str", "int", "float", "bool", "date", "list"}
