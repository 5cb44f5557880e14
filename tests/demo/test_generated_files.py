"""What the program reads in generated files: every source recognised, no fault where none is planted, all others."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from generated import city, numbers_in, truth

from checking import all_rows, check
from credit_graph.demo.sources import SOURCES
from credit_graph.ingest.rows import CheckedTable, Row


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return city(tmp_path_factory.mktemp("clean") / "a", firms=1_200, seed=2)


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return city(tmp_path_factory.mktemp("noisy") / "a", firms=800, noise=0.2)


def tables(folder: Path) -> list[tuple[Path, CheckedTable]]:
    return [(path, check(path)) for path in sorted(folder.iterdir()) if path.is_file()]


def test_every_file_is_read_without_a_fault(clean: Path) -> None:
    found = tables(clean)
    assert {table.definition.source for _, table in found} == {source.name for source in SOURCES}
    assert {path.name: table.unmapped for path, table in found if table.unmapped} == {}
    for path, table in found:
        rows = all_rows(table)
        assert [(row.number, row.reasons, row.faults) for row in rows if row.status != "ok" or row.faults] == [], path
        keys = [row.key for row in rows]
        assert len(set(keys)) == len(keys), path


def outcomes(rows: list[Row]) -> dict[int, str]:
    """What becomes of each row: quarantined (alone or for contradicting another), set aside, duplicate, fine."""
    same: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.status == "ok":
            same[row.key or ""].append(row)
    found: dict[int, str] = {row.number: row.status for row in rows}
    for group in same.values():
        differ = len({repr(sorted(row.content.items())) for row in group}) > 1
        for place, row in enumerate(group):
            status = "set_aside" if row.faults else "fine"
            found[row.number] = "quarantined" if differ else "duplicate" if place else status
    return found


def test_every_planted_fault_is_found_and_nothing_else(noisy: Path) -> None:
    planted: dict[str, dict[int, dict[str, str]]] = defaultdict(dict)
    for fault in truth(noisy, "noise"):
        planted[fault["file"]][int(fault["row"])] = fault
    kinds = {fault["fault"] for faults in planted.values() for fault in faults.values()}
    assert {"code_destroyed", "code_wide", "day_serial", "amount_words", "id_text", "cells_fewer", "bare"} <= kinds
    assert len(kinds) == 23
    for path, table in tables(noisy):
        faults = planted[path.name]
        found = outcomes(all_rows(table))
        expected = {number: faults[number]["outcome"] if number in faults else "fine" for number in found}
        wrong = {n: (faults.get(n), expected[n], found[n]) for n in found if found[n] != expected[n]}
        assert wrong == {}, path.name


def test_a_planted_number_is_in_no_checked_row(noisy: Path) -> None:
    numbers = {fault["number"] for fault in truth(noisy, "noise") if fault["number"]}
    known = {row["number"] for row in truth(noisy, "ids")} | {row["old_form"] for row in truth(noisy, "ids")}
    assert len(numbers) > 100
    for path, table in tables(noisy):
        text = repr([(row.content, row.faults, row.reasons, [*row.cells]) for row in all_rows(table)])
        assert numbers_in(text) & (numbers | known) == set(), path.name
