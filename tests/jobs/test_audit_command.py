"""``credit-graph audit show | verify``: each act of a person has its line, and a log that lost one is found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import city
from commandline import invoke
from credit_graph.errors import AccessError, CreditGraphError
from credit_graph.jobs import batches
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.store import Store
from facts import D

HOLD = ("--reason", "repaired", "--basis", "信用修复决定书〔2026〕7号", "--by", "张一")
BOTH = ("--basis", "清除决定书〔2026〕1号", "--by", "张一", "--second", "李二")


def run(*words: str, status: int = 0) -> str:
    done = invoke(*words)
    assert done.exit_code == status, done.output
    return done.output


def shown(*options: str) -> list[tuple[Any, ...]]:
    found = json.loads(run("--role", "auditor", "audit", "show", "--json", *options))["entries"]
    return [(entry["n"], entry["actor"], entry["role"], entry["action"], entry["seq"]) for entry in found]


def verified(status: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("audit", "verify", "--json", status=status))
    return found


def test_each_act_has_its_line_and_a_lost_one_is_found(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    rows = [city.listing(1, "2025-01-02"), city.listing(2, "2024-01-02", "2025-06-01")]
    load(store, [city.write(tmp_path / "list.csv", city.LISTING, rows)], LoadOptions(as_of=D("2026-01-01")))
    assert verified() == {
        "sound": True,
        "lines": 0,
        "last": "0" * 64,
        "broken": None,
        "torn_bytes": 0,
        "batches_without_line": [],
    }
    sids = [row["record"]["sid"] for row in store.read("read/records_opened", seq=1)]
    listed = [row["record"]["sid"] for row in store.read("read/records_opened", seq=1) if "AbnormalListing" in str(row)]
    run("hold", "add", listed[0], *HOLD)
    with pytest.raises(CreditGraphError):
        run("hold", "add", listed[0], *HOLD)  # it is held already: nothing is decided
    run("--actor", "王五", "batch", "undo", "2")
    run("erase", listed[1], *BOTH)
    run("--actor", "周八", "--role", "administrator", "key", "create", "--role", "department")
    run("--actor", "赵六", "--role", "administrator", "db", "backup", str(tmp_path / "backup"))
    acts = [
        (1, "张一", "analyst", "decision", 2),
        (2, "王五", "analyst", "undo", 3),
        (3, "张一", "", "erase", 4),
        (4, "周八", "administrator", "key_created", None),
        (5, "赵六", "administrator", "backup", None),
    ]
    assert shown() == acts
    assert shown("--actor", "张一", "--action", "erase") == [acts[2]]
    assert shown("--since", "2026-11-24") == [] and shown("--since", "2026-11-23", "--limit", "2") == acts[3:]
    assert "张一" in run("--role", "auditor", "audit", "show", "--action", "decision")
    sound = verified()
    assert (sound["sound"], sound["lines"]) == (True, 5)
    found = [batch.properties for batch in batches.recent(store)]
    lines = (store.home / "audit" / "log.jsonl").read_bytes().splitlines(keepends=True)
    assert {row["seq"]: row.get("audit") for row in found} == {
        1: None,
        **{seq: json.loads(lines[seq - 2])["hash"] for seq in (2, 3, 4)},
    }
    told = json.loads(lines[0])["what"]
    assert (told["did"], len(told["opened"]), told["closed"]) == ("hold", 1, [])
    assert set(json.loads(lines[2])["what"]) == {"second", "tombstones"}
    everything = b"".join(lines).decode()
    assert not [word for row in rows for word in row if len(word) > 8 and word in everything and word not in str(sids)]

    # the end of the log is taken away, together with what is noted of it: the graph knows
    whole, head = b"".join(lines), (store.home / "audit" / "head").read_bytes()
    (store.home / "audit" / "log.jsonl").write_bytes(b"".join(lines[:2]))
    assert verified(1)["broken"] == {"line": 3, "why": "末尾缺失：应有 5 行"}
    (store.home / "audit" / "head").write_text(f"2 {json.loads(lines[1])['hash']}\n")
    lost = verified(1)
    assert (lost["sound"], lost["broken"], lost["batches_without_line"]) == (False, None, [4])
    assert "这些批次在日志中没有记录：4" in run("audit", "verify", status=1)
    (store.home / "audit" / "log.jsonl").write_bytes(whole)
    (store.home / "audit" / "head").write_bytes(head)

    # it outlives the graph, and a restored graph fits it
    run("--actor", "赵六", "--role", "administrator", "db", "wipe", "--yes")
    assert verified()["lines"] == 6
    run("--actor", "赵六", "--role", "administrator", "db", "restore", str(tmp_path / "backup"))
    assert shown()[5:] == [
        (6, "赵六", "administrator", "wipe", None),
        (7, "赵六", "administrator", "restore", None),
    ]
    assert verified()["sound"]
    run("--actor", "赵六", "--role", "administrator", "db", "wipe", "--yes")
    for name in ("log.jsonl", "head"):  # as on another machine
        (store.home / "audit" / name).unlink()
    (store.home / "audit").rmdir()
    run("--actor", "赵六", "--role", "administrator", "db", "restore", str(tmp_path / "backup"))
    assert [act[3] for act in shown()] == ["decision", "undo", "erase", "key_created", "restore"]
    assert verified()["sound"]


def test_who_may_not_read_the_log_is_refused() -> None:
    for role in ("analyst", "inspector", "approver"):
        with pytest.raises(AccessError) as caught:
            invoke("--role", role, "audit", "show")
        assert caught.value.code == "access.denied"
    with pytest.raises(CreditGraphError) as wrong:
        invoke("--role", "auditor", "audit", "show", "--action", "dance")
    assert wrong.value.code == "usage.bad_value"
