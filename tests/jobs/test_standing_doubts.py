"""Rows that must be read although rows like them stand: what stood may have been replaced, or meant something else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from city import REGISTRATION, registration, write
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.store import Store

pytestmark = pytest.mark.parametrize("engine", ["embedded"], indirect=True)
D = date.fromisoformat


@pytest.fixture(autouse=True)
def _today(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")


def changed(store: Store, path: Path, day: str) -> tuple[int, int, int]:
    report = load(store, [path], LoadOptions(as_of=D(day)))[-1]
    return report["new"], report["changed"], report["unchanged"]


def test_a_row_with_a_fault_does_not_leave_the_one_before_it_standing(store: Store, tmp_path: Path) -> None:
    first = registration(1, addr="甲路1号")
    doubtful = registration(1, addr="乙路2号", appr_dt="2020-13-45")
    days = {"2026-01-01": first, "2026-02-01": doubtful, "2026-03-01": first, "2026-04-01": first}
    files = [(write(tmp_path / f"{day}.csv", REGISTRATION, [row, registration(2)]), day) for day, row in days.items()]
    assert [changed(store, path, day) for path, day in files] == [(2, 0, 0), (0, 1, 1), (0, 1, 1), (0, 0, 2)]


def test_the_same_cells_under_other_headers_are_read(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "1.csv", REGISTRATION, [registration(i) for i in (1, 2)])
    assert changed(store, path, "2026-01-01") == (2, 0, 0)
    other = [{"est_dt": "appr_dt", "appr_dt": "est_dt"}.get(name, name) for name in REGISTRATION]
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    swapped = tmp_path / "2.csv"
    swapped.write_text("\n".join([",".join(other), *lines[1:]]), encoding="utf-8")
    assert changed(store, swapped, "2026-02-01") == (0, 2, 0)
