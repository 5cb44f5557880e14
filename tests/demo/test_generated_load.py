"""A generated city in the graph: two deliveries with the counters that their files say; no ID number anywhere."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from generated import Rows, city, numbers_in, rows, truth

from credit_graph import settings as settings_module
from credit_graph.commands.generate import write
from credit_graph.errors import StateError, UsageError
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.settings import Settings
from credit_graph.store import Store, admin

COUNTS = ("new", "changed", "closed", "awaiting", "quarantined", "faults")


@pytest.fixture
def store(own: Settings) -> Iterator[Store]:
    settings_module.settings.cache_clear()
    with Store.open(own) as opened:
        yield opened
    settings_module.settings.cache_clear()


def register(folder: Path) -> dict[str, dict[str, str]]:
    """The register by credit code, with district."""
    found: Rows = [row for path in sorted(folder.glob("dw_zj_scjdgl_scztxx_*")) for row in rows(path)]
    return {row.get("uni_social_crd_cd") or row["统一社会信用代码"]: row for row in found}


def test_two_deliveries(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deliveries = sorted(path for path in city(tmp_path / "a", deliveries="quarterly").iterdir() if path.name != "truth")
    assert [path.name for path in deliveries] == ["2025-12-31", "2026-03-31", "2026-06-30", "2026-09-30"]
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-06-30")
    first = load(store, [deliveries[2]], LoadOptions())
    assert sum(report["quarantined"] + report["faults"] for report in first) == 0
    read = {Path(report["path"]).name.split("#")[0]: report["read"] for report in first}
    assert read == {path.name.removesuffix(".gz"): len(rows(path)) for path in deliveries[2].iterdir()}

    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-09-30")
    second = load(store, [deliveries[3]], LoadOptions())
    before, after = register(deliveries[2]), register(deliveries[3])
    total = Counter[str]()
    for report in second:
        if report["source"] == "registration":
            total.update({name: report[name] for name in COUNTS})
    changed = {code for code in before.keys() & after.keys() if before[code] != after[code]}
    gone = before.keys() - after.keys()
    assert changed and gone and after.keys() - before.keys()
    assert total["new"] == len(after.keys() - before.keys())
    assert total["changed"] == len(changed)
    # a missing firm waits until every district has delivered; at the end of the delivery none waits
    assert total["closed"] == len(gone)
    assert sum(report["quarantined"] + report["faults"] for report in second) == 0
    again = load(store, [deliveries[3]], LoadOptions())
    assert sum(report[name] for report in again for name in ("new", "changed", "closed")) == 0


def test_no_planted_number_is_anywhere_after_a_noisy_load(store: Store, own: Settings, tmp_path: Path) -> None:
    folder = city(tmp_path / "a", firms=200, noise=0.15)
    reports = load(store, [folder], LoadOptions())
    noise = truth(folder, "noise")
    planted = {fault["number"] for fault in noise if fault["number"]}
    numbers = planted | {row[form] for row in truth(folder, "ids") for form in ("number", "old_form")}
    assert len(planted) > 20
    refused = Counter(fault["file"].removesuffix(".gz") for fault in noise if fault["outcome"] == "quarantined")
    assert {Path(r["path"]).name.split("#")[0]: r["quarantined"] for r in reports if r["quarantined"]} == refused
    admin.stop(own)
    seen = 0
    for path in sorted(own.home.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        if path.suffix == ".parquet":
            data += json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False, default=repr).encode()
        seen += "统一社会信用代码".encode() in data
        assert numbers_in(data.decode("latin-1")) & numbers == set(), path
    assert seen


def test_the_command_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    with pytest.raises(StateError, match="full"):
        write(tmp_path / "full", 300)
    for wrong in ({"firms": 10}, {"firms": 300, "noise": 1.5}, {"firms": 300, "deliveries": "daily"}):
        with pytest.raises(UsageError):
            write(tmp_path / "new", **wrong)
    assert not (tmp_path / "new").exists()


def test_an_interrupted_run_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        (tmp_path / "new" / "half").mkdir(parents=True)
        raise KeyboardInterrupt

    monkeypatch.setattr("credit_graph.commands.generate.generate", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "new", 300)
    assert not (tmp_path / "new").exists()
