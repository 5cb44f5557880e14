"""Reading and writing: exact values, batches, retries, timeouts, clear errors."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from credit_graph.errors import StoreError
from credit_graph.settings import Settings
from credit_graph.store import Store, graph
from credit_graph.store.graph import Metric
from credit_graph.store.migrate import migrations

Define = Callable[[str, str], str]

VALUES: dict[str, Any] = {
    "text": "厦门市“测试”科技有限公司\n𠮷",
    "small": 7,
    "large": 5_000_000_000,
    "largest": 2**63 - 1,
    "least": -(2**63),
    "half": 7.5,
    "whole_float": 3.0,
    "yes": True,
    "first_day": date(1, 1, 1),
    "last_day": date(9999, 12, 31),
    "valid_from": date(1, 1, 1),
    "valid_to": date(9999, 12, 31),
    "known_to": 2**63 - 1,
    "words": ["甲", "乙", ""],
    "none": [],
}
PUT = """// purpose: Put records with any properties.
// parameters: rows list
// returns: none
UNWIND $rows AS row
MERGE (n:Record {sid: row.sid})
SET n += row.props"""
GET = """// purpose: One record.
// parameters: sid string
// returns: props, node
MATCH (n:Record {sid: $sid})
RETURN properties(n) AS props, n AS node"""
COUNT = "// purpose: Count.\n// parameters: none\n// returns: n\nMATCH (n:Record) RETURN count(*) AS n"
SLOW = """// purpose: Takes long.
// parameters: none
// returns: n
UNWIND range(1, 20000) AS a
UNWIND range(1, 20000) AS b
WITH a * b AS c
WHERE c = -1
RETURN count(*) AS n"""


def exact(properties: dict[str, Any]) -> dict[str, tuple[type, Any]]:
    return {name: (type(value), value) for name, value in properties.items()}


def test_values_come_back_as_they_went_in(store: Store, define: Define) -> None:
    put, get = define("test/put", PUT), define("test/get", GET)
    assert store.write(put, [{"sid": "a", "props": VALUES}]) == 1
    (row,) = store.read(get, sid="a")
    assert exact(row["props"]) == exact({"sid": "a", **VALUES})
    assert exact(row["node"]) == exact(row["props"])


def test_rows_are_written_in_batches_and_counted(settings: Settings, store: Store, define: Define) -> None:
    put, count = define("test/put", PUT), define("test/count", COUNT)
    with Store.open(settings.model_copy(update={"batch_size": 4})) as small:
        seen: list[int] = []
        rows = [{"sid": str(number), "props": {}} for number in range(10)]
        assert small.write(put, rows, progress=seen.append) == 10
        assert seen == [4, 8, 10]
        assert small.write(put, []) == 0
        assert small.metrics[put].count == 3
    assert store.read(count) == [{"n": 10}]


def test_a_failing_batch_leaves_nothing_of_itself(store: Store, define: Define) -> None:
    put, count = define("test/put", PUT), define("test/count", COUNT)
    rows = [{"sid": "good", "props": {}}, {"sid": "bad", "props": {"map": {"no": "property"}}}]
    with pytest.raises(StoreError) as caught:
        store.write(put, rows)
    assert caught.value.code == "store.failed"
    assert store.read(count) == [{"n": 0}]


def test_stream_gives_the_rows_one_by_one(store: Store, define: Define) -> None:
    name = define(
        "test/many", "// purpose: x\n// parameters: n integer\n// returns: i\nUNWIND range(1, $n) AS i RETURN i"
    )
    assert [row["i"] for row in store.stream(name, n=12_000)] == list(range(1, 12_001))
    assert store.metrics[name].rows == 12_000


def test_metrics_count_per_statement(store: Store) -> None:
    store.metrics.clear()
    for _ in range(3):
        assert store.read("read/ping") == [{"one": 1}]
    metric = store.metrics["read/ping"]
    assert (metric.count, metric.rows) == (3, 3)
    assert 0 < metric.seconds < 30
    assert set(store.metrics) == {"read/ping"}
    assert Metric() == Metric(0, 0.0, 0)


@pytest.mark.parametrize("params", [{}, {"sid": "a", "more": 1}, {"Sid": "a"}])
def test_wrong_parameters_never_reach_the_engine(store: Store, define: Define, params: dict[str, Any]) -> None:
    get = define("test/get", GET)
    with pytest.raises(TypeError, match="test/get takes the parameters"):
        store.read(get, **params)


def test_writers_of_one_key_do_not_collide(store: Store, define: Define) -> None:
    put, count = define("test/put", PUT), define("test/count", COUNT)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for number in range(40):
                store.write(put, [{"sid": f"key {number}", "props": {}}])
        except BaseException as error:
            failures.append(error)

    run_together(work, 6)
    assert failures == []
    assert store.read(count) == [{"n": 40}]


def test_increments_of_one_node_are_all_counted(store: Store, define: Define) -> None:
    put, get = define("test/put", PUT), define("test/get", GET)
    add = define(
        "test/add",
        "// purpose: x\n// parameters: none\n// returns: none\nMATCH (n:Record {sid: 'one'}) SET n.row = n.row + 1",
    )
    store.write(put, [{"sid": "one", "props": {"row": 0}}])
    run_together(lambda: [store.write(add) for _ in range(20)], 4)
    assert store.read(get, sid="one")[0]["props"]["row"] == 80


def test_write_without_rows_returns_the_number_that_the_statement_returns(store: Store, define: Define) -> None:
    put = define("test/put", PUT)
    store.write(put, [{"sid": str(number), "props": {}} for number in range(5)])
    assert store.write("write/clear", size=3) == 3
    assert store.write("write/clear", size=3) == 2
    assert store.write("write/clear", size=3) == 0


def test_clear_takes_a_hub_piece_by_piece(store: Store, define: Define, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = define(
        "test/hub",
        "// purpose: x\n// parameters: rows list\n// returns: none\nMERGE (h:Record {sid: 'hub'})\n"
        "WITH h UNWIND $rows AS row CREATE (n:Record {sid: row.sid}) CREATE (h)-[:NEXT]->(n)",
    )
    store.write(hub, [{"sid": str(number)} for number in range(25)])
    monkeypatch.setattr(graph, "CLEAR_SIZE", 10)
    before = store.metrics.get("write/clear_relationships", Metric()).count
    assert store.clear() == 26
    assert store.metrics["write/clear_relationships"].count - before == 4  # 10, 10, 5, none
    assert store.size() == 0


@pytest.mark.parametrize("engine", ["neo4j"], indirect=True)  # the embedded one limits no transaction
def test_too_little_memory_is_named(store: Store, define: Define, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "RETRY_SECONDS", 0)
    much = define(
        "test/much",
        "// purpose: x\n// parameters: none\n// returns: n\n"
        "UNWIND range(1, 100000000) AS x WITH collect(x) AS found RETURN size(found) AS n",
    )
    with pytest.raises(StoreError) as error:
        store.read(much)
    assert error.value.code == "store.memory"


@pytest.mark.parametrize("size", [5, 500])
def test_clear_removes_all_but_migrations(store: Store, define: Define, size: int) -> None:
    put, count = define("test/put", PUT), define("test/count", COUNT)
    rows = [{"sid": str(number), "props": {"half": 7}} for number in range(size)]
    with store.writer("test"):
        store.write(put, rows)
        assert store.clear() == size
        assert (store.size(), store.clear()) == (0, 0)
        # the schema stays: types, unique keys, the lock of this writer
        store.write(put, [{"sid": "a", "props": {"half": 7.5, "known_to": 2**63 - 1}}] * 2)
        assert store.read(count) == [{"n": 1}]
    assert store.check()["nodes"] == {"Lock": 1, "Migration": len(migrations()), "Record": 1}


def test_a_statement_that_runs_too_long_is_stopped_by_the_engine(
    engine: str, settings: Settings, own: Settings, define: Define
) -> None:
    slow = define("test/slow", SLOW)
    chosen = own if engine == "embedded" else settings
    with Store.open(chosen.model_copy(update={"timeout_seconds": 1.0})) as store:
        for run in (store.read, lambda name: list(store.stream(name))):
            with pytest.raises(StoreError) as caught:
                run(slow)
            assert (caught.value.code, caught.value.fields["statement"]) == ("store.timeout", slow)
        assert store.read("read/ping") == [{"one": 1}]


def test_an_error_names_the_statement_and_no_value(store: Store, define: Define) -> None:
    name = define(
        "test/twice",
        "// purpose: x\n// parameters: sid string\n// returns: none\n"
        "CREATE (:Record {sid: $sid}) CREATE (:Record {sid: $sid})",
    )
    with pytest.raises(StoreError) as caught:
        store.write(name, sid="350203199001011234")
    assert caught.value.code == "store.failed"
    assert str(caught.value) == ("图数据库出错（test/twice）：Neo.ClientError.Schema.ConstraintValidationFailed")
    assert caught.value.exit_status == 5


@pytest.mark.parametrize("engine", ["neo4j"], indirect=True)
def test_a_wrong_password_is_said(settings: Settings, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("wrong-password\n")
    for change in ({"password_file": secret}, {"user": "nobody"}, {"password": None}):
        with pytest.raises(StoreError) as caught:
            Store.open(settings.model_copy(update=change))
        assert (caught.value.code, caught.value.exit_status) == ("store.wrong_password", 5)
        assert "wrong-password" not in str(caught.value)


@pytest.mark.parametrize("engine", ["neo4j"], indirect=True)
def test_the_password_is_read_from_a_file(settings: Settings, tmp_path: Path) -> None:
    assert settings.password is not None
    file = tmp_path / "password"
    file.write_text(settings.password.get_secret_value() + "\n")
    with Store.open(settings.model_copy(update={"password": None, "password_file": file})) as store:
        assert store.read("read/ping") == [{"one": 1}]
    with pytest.raises(StoreError) as caught:
        Store.open(settings.model_copy(update={"password_file": tmp_path / "none"}))
    assert caught.value.code == "store.unreachable"


@pytest.mark.parametrize("engine", ["neo4j"], indirect=True)
def test_an_unknown_database_is_said(settings: Settings) -> None:
    with pytest.raises(StoreError) as caught:
        Store.open(settings.model_copy(update={"database": "nothing"}))
    assert caught.value.code == "store.failed"
    assert "DatabaseNotFound" in str(caught.value)


@pytest.mark.parametrize("uri", ["bolt://127.0.0.1:{port}", "neo4j://127.0.0.1:{port}", "http://x", "nonsense"])
def test_an_unreachable_server_is_said(tmp_path: Path, uri: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        uri = uri.format(port=closed.getsockname()[1])
        with pytest.raises(StoreError) as caught:
            Store.open(Settings(home=tmp_path, uri=uri))
    assert (caught.value.code, caught.value.fields["uri"]) == ("store.unreachable", uri)


def run_together(work: Callable[[], object], number: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
