"""The classes of all firms as files for the exchange platform."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError
from credit_graph.jobs.department_files import DATA_DICTIONARY, DICTIONARY, LATEST, LEVELS_CSV, LEVELS_PARQUET, MANIFEST
from credit_graph.jobs.department_levels import COLUMNS
from credit_graph.store import Store
from departments import GONE, NOTICE, filled, shown
from server.city import TODAY, A, B, C


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_delivery(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", TODAY.isoformat())
    rid = filled(store)
    out = tmp_path / "out"
    done = invoke("--role", "planner", "level", "export", "--out", str(out), "--json")
    told = json.loads(done.stdout)
    folder = out / told["name"]
    assert json.loads((out / LATEST).read_bytes()) == {"name": told["name"]}
    assert told["name"].startswith("levels-2026-11-000001-")
    assert {path.name for path in folder.iterdir()} == {LEVELS_CSV, LEVELS_PARQUET, DICTIONARY, MANIFEST}
    manifest = json.loads((folder / MANIFEST).read_bytes())
    expected = {
        "month": "2026-11",
        "seq": 1,
        "run": rid,
        "rows": 4,
        "graded": 2,
        "columns": list(COLUMNS),
        "notice": NOTICE,
    }
    assert {name: manifest[name] for name in expected} == expected
    for name, said in manifest["files"].items():
        data = (folder / name).read_bytes()
        assert said == {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    with (folder / LEVELS_CSV).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    policy = manifest["policyVersion"]
    own = {"source": "own", "month": "2026-11", "validUntil": "2026-12-31", "policyVersion": policy}
    official = {"source": "official", "month": "2026-10", "validUntil": "2026-11-30"}
    wanted = [
        shown(A, name="甲有限公司", creditRiskLevel="A", levelName="信用风险低", status="graded", **own),
        shown(GONE, name="丁有限公司", status="not_graded", reason="登记状态为注销，不分级"),
        shown(B, name="乙有限公司", creditRiskLevel="D", levelName="信用风险高", status="graded", **official),
        shown(C, name="丙商店", status="not_graded", reason="主体类型为个体工商户，不在分级范围"),
    ]
    assert pq.read_table(folder / LEVELS_PARQUET).to_pylist() == wanted
    assert rows == [{name: value or "" for name, value in row.items()} for row in wanted]
    assert [row.field for row in DATA_DICTIONARY] == list(COLUMNS)
    with (folder / DICTIONARY).open(encoding="utf-8-sig", newline="") as file:
        assert [tuple(row) for row in csv.reader(file)][1:] == list(DATA_DICTIONARY)
    again(out, folder)


def again(out: Path, folder: Path) -> None:
    """The same state gives the same bytes, cut short or not; a folder of that name is never changed."""
    before = contents(out)
    export = ("--lang", "en", "--role", "planner", "level", "export", "--out", str(out))
    assert "There already, unchanged" in invoke(*export).stdout
    assert contents(out) == before
    folder.rename(folder.with_name(f"{folder.name}.partial"))
    (folder.with_name(f"{folder.name}.partial") / LEVELS_CSV).unlink()
    assert "Written" in invoke(*export).stdout
    assert contents(out) == before
    (folder / LEVELS_CSV).write_bytes(b"")
    with pytest.raises(CreditGraphError) as raised:
        invoke(*export)
    assert raised.value.code == "state.exists"
    assert (folder / LEVELS_CSV).read_bytes() == b""
    with pytest.raises(CreditGraphError) as raised:
        invoke("--role", "public", "level", "export", "--out", str(out))
    assert raised.value.code == "access.denied"
