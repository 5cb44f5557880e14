"""Rows that stand already are not read again, and that changes nothing: every delivery is loaded with and without."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest

from city import LISTING, OFFICE, REGISTRATION, citizen_id, listing, office, registration, write
from credit_graph.ingest import batchfile
from credit_graph.ingest.checked import SpooledTable
from credit_graph.jobs import batches, decisions, timelines, undo
from credit_graph.jobs.decisions import Decision
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.jobs.timelines import standing_keys
from credit_graph.store import Store
from credit_graph.store.snapshot import snapshot

DAYS = ("2026-01-01", "2026-02-01", "2026-03-01", "2026-01-15", "2026-04-01")
BY = Decision("王敏", "analyst", "异议成立")


@pytest.fixture(autouse=True)
def _today(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")


def deliveries(folder: Path, seed: int) -> list[tuple[Path, str]]:
    """Registers, offices and listings that change from day to day, with every kind of row that is no clean new one."""
    random = Random(seed)
    result = []
    for day in DAYS:
        firms = sorted(random.sample(range(1, 40), 30))
        register = [registration(i, addr=random.choice(("东街1号", "西街2号", "南街3号"))) for i in firms]
        register += random.sample(register, 2)  # the same row again
        register.append(register[0] | {"addr": "另一处9号"})  # says otherwise
        register.append(registration(50) | {"uni_social_crd_cd": "91330206MA0000000X"})  # refused
        register.append(registration(51) | {"reg_capt": "若干"})  # a value set aside
        officers = [office(i, f"李{i}", citizen_id("19800101", random.choice((1, i)))) for i in firms[:20]]
        lists = [
            listing(i, "2024-07-05", remove_dt=removed, remexcpres_cn="补报年度报告" if removed else "")
            for i in firms[5:25]
            for removed in [random.choice(("", "2025-01-02"))]
        ]
        for name, columns, rows in (("a", REGISTRATION, register), ("b", OFFICE, officers), ("c", LISTING, lists)):
            random.shuffle(rows)
            result.append((write(folder / f"{day}-{name}.csv", columns, rows), day))
    return result


def run(store: Store, files: list[tuple[Path, str]], *, remember: bool) -> tuple[list[Any], Any, list[Any]]:
    """Reports, graph and batch files after loading all; an annulment and an undo in between."""
    reports = []
    for number, (path, day) in enumerate(files):
        if not remember:
            shutil.rmtree(store.home / "standing", ignore_errors=True)
        options = LoadOptions(as_of=date.fromisoformat(day), complete=True, accept_closures=100)
        reports += load(store, [path], options)
        if number == 5:
            decisions.annul(store, "registration", _key(store), BY)
        if number == 7:
            undo.undo(store, batches.last_seq(store), "王敏", "analyst")
    nodes, relationships = snapshot(store)
    graph = frozenset((item[0], _without_audit(item[1]), *item[2:]) for item in nodes), relationships
    kept = [pq.read_table(path).to_pylist() for path in sorted((store.home / "batches").glob("*.parquet"))]
    return reports, graph, kept


def _without_audit(properties: Any) -> frozenset[Any]:
    """Without the hash of the line of the audit log, which tells the time of the act."""
    return frozenset(item for item in properties if item[0] != "audit")


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_what_stands_already_changes_nothing(store: Store, tmp_path: Path, seed: int) -> None:
    files = deliveries(tmp_path, seed)
    first = run(store, files, remember=True)
    assert sum(report["unchanged"] for report in first[0]) > 100
    store.clear()
    shutil.rmtree(store.home / "batches")
    second = run(store, files, remember=False)
    assert first[0] == second[0]
    assert first[1] == second[1]
    assert first[2] == second[2]


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_only_the_rows_that_differ_are_read(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [registration(i) for i in range(1, 101)]
    load(store, [write(tmp_path / "a.csv", REGISTRATION, rows)], LoadOptions(as_of=date(2026, 1, 1)))
    rows[6]["addr"] = "新址7号"
    numbers: set[int] = set()
    plain = SpooledTable._rows

    def noted(self: SpooledTable, chunk: Any, *rest: Any, **named: Any) -> Any:
        numbers.update(chunk["number"].to_pylist())
        return plain(self, chunk, *rest, **named)

    monkeypatch.setattr(SpooledTable, "_rows", noted)
    path = write(tmp_path / "b.csv", REGISTRATION, rows)
    (report,) = load(store, [path], LoadOptions(as_of=date(2026, 2, 1)))
    assert (report["unchanged"], report["changed"], numbers) == (99, 1, {8})
    batch = batches.find(store, report["seq"])
    kept = list(batchfile.rows(batches.rows_file(store, batch.seq, batch.bid), "unchanged"))
    assert [row["cells"]["comp_nm"] for row in kept] == [r["comp_nm"] for i, r in enumerate(rows) if i != 6]
    assert all(row["key"] for row in kept)


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_the_latest_file_again_is_not_read(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register = [registration(i) for i in range(1, 31)] + [registration(40) | {"uni_social_crd_cd": "9133"}]
    files = [write(tmp_path / "a.csv", REGISTRATION, register)]
    files.append(write(tmp_path / "b.csv", OFFICE, [office(i, f"李{i}") for i in range(1, 11)]))
    options = LoadOptions(as_of=date(2026, 1, 1))
    first = load(store, files, options)
    shown = snapshot(store)
    monkeypatch.setattr("credit_graph.jobs.load.check_file", lambda *_, **__: pytest.fail("it was read"))
    preview = load(store, files, LoadOptions(as_of=date(2026, 1, 1), dry=True))
    again = load(store, files, options)
    assert [(r["source"], r["read"], r["new"], r["unchanged"], r["quarantined"]) for r in again] == [
        ("legal_representative", 10, 0, 10, 0),
        ("registration", 31, 0, 30, 1),
    ]
    assert [report | {"seq": 0} for report in preview] == [report | {"seq": 0} for report in again]
    assert only_batches_were_added(shown, snapshot(store))
    monkeypatch.undo()
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    changed = write(tmp_path / "c.csv", REGISTRATION, [*register[:-1], registration(31)])
    assert [r["new"] for r in load(store, [changed], LoadOptions(as_of=date(2026, 2, 1)))] == [1]
    assert [r["new"] + r["unchanged"] for r in first] == [10, 30]


def only_batches_were_added(before: Any, after: Any) -> bool:
    records = [{node for node in shown[0] if "Record" in node[0]} for shown in (before, after)]
    return records[0] == records[1] and len(after[0]) - len(before[0]) <= 4  # two batches, and the state's new seq


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_file_that_is_no_longer_the_latest_is_read(store: Store, tmp_path: Path) -> None:
    one = write(tmp_path / "a.csv", REGISTRATION, [registration(1)])
    other = write(tmp_path / "b.csv", REGISTRATION, [registration(1, addr="新址1号")])
    counts = []
    for path in (one, other, one, one):
        (report,) = load(store, [path])
        counts.append((report["new"], report["changed"], report["unchanged"]))
    assert counts == [(1, 0, 0), (0, 1, 0), (0, 1, 0), (0, 0, 1)]
    decisions.annul(store, "registration", _key(store), BY)
    (report,) = load(store, [one])
    assert report["new"] == 1  # said again, and held


def _key(store: Store) -> str:
    rows = store.read("read/open_keys", source="registration", seq=99, open_day=date.max, after="", limit=1)
    return str(rows[0]["key"])


def test_what_is_remembered_of_open_keys_is_what_the_graph_holds(store: Store, tmp_path: Path) -> None:
    for number, (path, day) in enumerate(deliveries(tmp_path, 3)):
        load(store, [path], LoadOptions(as_of=date.fromisoformat(day), complete=True, accept_closures=100))
        if number == 4:
            decisions.annul(store, "registration", _key(store), BY)
    for source in ("registration", "legal_representative", "abnormal_listing"):
        kept = pq.read_table(batches.open_keys_file(store, source)).to_pylist()
        found = list(standing_keys(store, source, batches.last_seq(store) + 1))
        assert len(found) > 10
        assert sorted(map(repr, kept)) == sorted(map(repr, found))


def test_a_page_may_end_within_a_key(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, day in deliveries(tmp_path, 4)[:6]:
        load(store, [path], LoadOptions(as_of=date.fromisoformat(day), complete=True, accept_closures=100))
    whole = list(standing_keys(store, "abnormal_listing", 100))
    monkeypatch.setattr(timelines, "_PAGE", 2)
    assert list(standing_keys(store, "abnormal_listing", 100)) == whole
