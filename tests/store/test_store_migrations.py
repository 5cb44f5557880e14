"""Migrations: applied once, safe to rerun, and values keep their types."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from credit_graph.errors import StoreError
from credit_graph.settings import Settings
from credit_graph.store import Store, embedded, migrate
from credit_graph.store.snapshot import snapshot

Define = Callable[[str, str], str]

PUT = """// purpose: A record of an enterprise.
// parameters: rows list
// returns: none
UNWIND $rows AS row
MERGE (n:Record {sid: row.sid})
SET n += row.props
MERGE (e:Enterprise {eid: row.sid})
SET e.founded_on = row.props.valid_from, e.score = row.props.row, e.names_text = row.name
MERGE (e)-[r:SUBJECT_OF {sid: row.sid}]->(n)
SET r.known_from = row.props.known_from, r.valid_from = row.props.valid_from, r.share = row.props.share"""
FORGET = """// purpose: Remove a migration's record.
// parameters: number integer
// returns: none
MATCH (m:Migration {number: $number}) DELETE m"""
SEARCH = """// purpose: Search names.
// parameters: index string, text string
// returns: eid
CALL db.index.fulltext.queryNodes($index, $text) YIELD node
RETURN node.eid AS eid ORDER BY eid"""

KEYS = {
    "Enterprise": "eid",
    "Person": "pid",
    "Address": "aid",
    "Phone": "number",
    "Record": "sid",
    "Batch": "bid",
    "Source": "name",
    "State": "name",
    "Lock": "name",
    "Run": "rid",
    "Absence": "aid",
    "Group": "gid",
    "Grade": "gid",
    "Migration": "number",
}


def row(sid: str, share: Any, amount: Any, name: str = "") -> dict[str, Any]:
    props = {
        "known_from": 5_000_000_000,
        "known_to": 2**63 - 1,
        "row": 1,
        "valid_from": date(1, 1, 1),
        "valid_to": date(9999, 12, 31),
        "valid_to_inferred": True,
        "share": share,
        "amount": amount,
        "listed_on": date(9999, 12, 31),
    }
    return {"sid": sid, "props": props, "name": name}


def populate(store: Store, define: Define) -> None:
    """Integers first: an engine that pins a type to its first value would spoil those that follow."""
    put = define("test/put", PUT)
    store.write(put, [row(f"i{number}", 7, 2, "厦门市测试科技有限公司") for number in range(3)])
    store.write(put, [row("f", 7.5, 5_000_000_000), row("t", "7", "a"), row("d", 0.1, date(1, 1, 1))])


def test_the_keys_of_all_labels_are_declared() -> None:
    assert KEYS.items() <= migrate.keys().items()


def test_the_schema_is_applied_once(store: Store) -> None:
    assert [row["number"] for row in migrate.applied(store)] == [step.number for step in migrate.migrations()]
    assert [row["sha256"] for row in migrate.applied(store)] == [step.sha256 for step in migrate.migrations()]
    assert migrate.migrate(store) == []


def test_migrations_rerun_on_a_populated_graph_change_nothing(
    engine: str, settings: Settings, store: Store, define: Define
) -> None:
    populate(store, define)
    before = snapshot(store)
    assert (len(before[0]), len(before[1])) == (12, 6)
    for step in migrate.migrations():
        migrate.apply(store, step)
    assert snapshot(store) == before
    populate(store, define)
    assert snapshot(store) == before
    store.close()
    if engine == "embedded":
        assert embedded.stop(settings)
    with Store.open(settings) as again:
        assert snapshot(again) == before


def test_a_migration_that_stopped_half_way_is_finished(own: Settings, define: Define) -> None:
    step = migrate.migrations()[0]
    with Store.open(own, migrate=False) as store:
        parts = step.parts("embedded")
        for name, text in parts[: len(parts) // 2]:
            store.define(name, text)
        assert migrate.applied(store) == []
    with Store.open(own) as store:
        assert [row["number"] for row in migrate.applied(store)] == [s.number for s in migrate.migrations()]
        populate(store, define)
        assert len(snapshot(store)[0]) == 12


def test_a_newer_schema_is_refused(settings: Settings, store: Store, define: Define) -> None:
    newer = migrate.schema_version() + 1
    forget = define("test/forget", FORGET)
    store.write("write/migration", number=newer, name="future", sha256="")
    try:
        with pytest.raises(StoreError) as caught:
            Store.open(settings)
        assert (caught.value.code, caught.value.exit_status) == ("store.newer_schema", 5)
        assert caught.value.fields == {"found": newer, "known": newer - 1}
    finally:
        store.write(forget, number=newer)
    Store.open(settings).close()


def test_names_are_found_by_their_characters(store: Store, define: Define) -> None:
    put, search = define("test/put", PUT), define("test/search", SEARCH)
    names = {"a": "厦门市测试科技有限公司 厦门旧名贸易行", "b": "福州科学仪器厂", "c": "厦门轮渡公司"}
    store.write(put, [row(eid, 1, 1, name) for eid, name in names.items()])

    def found(text: str) -> list[str]:
        return [hit["eid"] for hit in store.read(search, index=store.fulltext_index, text=text)]

    assert found("科技") == ["a"]
    assert found("旧名贸易") == ["a"]
    assert found("厦门") == ["a", "c"]
    assert found("不存在") == []
    store.write(put, [row("c", 1, 1, "科技轮渡公司")])
    assert found("科技") == ["a", "c"]
    assert found("厦门") == ["a"]


def test_two_nodes_of_one_key_are_refused(store: Store, define: Define) -> None:
    name = define(
        "test/two",
        "// purpose: x\n// parameters: key any\n// returns: none\n// labels: LABEL, KEY\n"
        "CREATE (:__LABEL__ {__KEY__: $key}) CREATE (:__LABEL__ {__KEY__: $key})",
    )
    for label, key in KEYS.items():
        value = 99 if label == "Migration" else "key"
        with pytest.raises(StoreError) as caught:
            store.write(name, labels={"LABEL": label, "KEY": key}, key=value)
        assert "ConstraintValidationFailed" in str(caught.value), label


def test_a_misnamed_or_missing_migration_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "schema"
    folder.mkdir()
    monkeypatch.setattr(migrate, "root", lambda _: tmp_path)
    for name, match in (("0002_more.cypher", "not numbered"), ("base.cypher", "no name of a migration")):
        (folder / name).write_text("// purpose: x\nRETURN 1\n;\n")
        with pytest.raises(ValueError, match=match):
            migrate.migrations.__wrapped__()
        (folder / name).unlink()


def test_statements_are_split_at_lines_with_a_semicolon() -> None:
    source = "// purpose: two\nCREATE (a {x: ';'})\n;\n  // more\nRETURN 1;\n;\n"
    assert migrate.split(source) == ["CREATE (a {x: ';'})", "// more\nRETURN 1;"]
