"""The audit log: exact lines, any tampering is found, a torn line is set aside; no engine is needed."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit_graph import clock
from credit_graph.errors import StateError
from credit_graph.jobs.audit import ACTIONS, MOST, START, entries, named, record, verify

ID = "330206198001011234"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    moment = datetime(2026, 12, 1, 8, 30, 0, 123456, clock.SHANGHAI)
    monkeypatch.setattr(clock, "now", lambda: moment)
    yield tmp_path


def log(home: Path) -> Path:
    return home / "audit" / "log.jsonl"


def three(home: Path) -> list[str]:
    return [
        record(home, "张一", "approver", "decision", {"did": "hold", "opened": ["a1"]}, seq=7),
        record(home, "local", "auditor", "held_records_read", {"statements": ["a1", "b2"]}),
        record(home, "李二", "administrator", "key_revoked", {"key": "k1"}),
    ]


def test_a_line_is_written_as_it_should_to_the_last_byte(home: Path) -> None:
    hashes = three(home)
    lines = log(home).read_bytes().decode().split("\n")
    body = (
        '"action":"decision","actor":"张一","day":"2026-11-23",%s"n":1,"previous":"' + START + '","role":"approver",'
        '"seq":7,"time":"2026-12-01T08:30:00.123+08:00","what":{"did":"hold","opened":["a1"]}}'
    )
    assert hashes[0] == hashlib.sha256(("{" + body % "").encode()).hexdigest()
    assert lines[0] == "{" + body % f'"hash":"{hashes[0]}",'
    told = [json.loads(line) for line in lines[:3]]
    assert lines[3] == "" and list(entries(home)) == told
    assert [line["n"] for line in told] == [1, 2, 3]
    assert [line["previous"] for line in told] == [START, hashes[0], hashes[1]]
    assert [line["seq"] for line in told] == [7, None, None]
    assert (log(home).stat().st_mode & 0o777, log(home).parent.stat().st_mode & 0o777) == (0o600, 0o700)
    found = verify(home)
    assert (found.sound, found.lines, found.last) == (True, 3, hashes[2])


def test_no_id_number_gets_into_a_line(home: Path) -> None:
    record(home, f"张{ID}", "analyst", "export", {"file": f"{ID}.xlsx", "statements": [f"x {ID}"], "rows": 3})
    assert ID not in log(home).read_text(encoding="utf-8")
    (entry,) = entries(home)
    assert entry["what"] == {"file": "33**************34.xlsx", "rows": 3, "statements": ["x 33**************34"]}
    assert entry["actor"] == "张33**************34"


def test_an_action_that_nobody_knows_is_a_fault_of_the_program(home: Path) -> None:
    with pytest.raises(KeyError):
        record(home, "张一", "analyst", "dance", {})
    assert verify(home).lines == 0 and not log(home).exists()
    assert all(zh and en for zh, en in ACTIONS.values())


def test_many_ids_are_named_in_part() -> None:
    ids = [f"s{number:03}" for number in range(MOST + 3)]
    assert named(reversed(ids)) == [*ids[:MOST], "+3"]
    assert named(ids[:MOST]) == ids[:MOST]


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_altered_is_found(home: Path, data: st.DataObject) -> None:
    """A byte changed, taken out or put in; lines taken away, doubled or moved: the chain or the end tells."""
    if not log(home).exists():
        three(home)
        (home / "whole").write_bytes(log(home).read_bytes())
    whole = (home / "whole").read_bytes()
    lines = whole.splitlines(keepends=True)
    place = data.draw(st.integers(0, len(whole) - 1), "place")
    byte = bytes([data.draw(st.integers(0, 255), "byte")])
    altered = data.draw(
        st.sampled_from(
            [
                whole[:place] + byte + whole[place + 1 :],
                whole[:place] + byte + whole[place:],
                whole[:place] + whole[place + 1 :],
                whole[:place],
                b"".join(data.draw(st.lists(st.sampled_from(lines), max_size=4), "lines")),
            ]
        ),
        "altered",
    )
    log(home).write_bytes(altered)
    assert verify(home).sound == (altered == whole)


def test_a_line_made_anew_with_its_hash_breaks_the_chain(home: Path) -> None:
    three(home)
    lines = log(home).read_bytes().splitlines(keepends=True)
    entry = json.loads(lines[1])
    entry["actor"] = "王五"
    del entry["hash"]
    text = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    entry["hash"] = hashlib.sha256(text.encode()).hexdigest()
    lines[1] = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    log(home).write_bytes(b"".join(lines))
    found = verify(home)
    assert found.broken is not None and found.broken.line == 3 and "不相接" in found.broken.why


@given(cut=st.integers(1, 10_000))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_line_that_a_crash_cut_is_set_aside_and_said(home: Path, cut: int) -> None:
    folder = home / str(cut)
    folder.mkdir(exist_ok=True)
    three(folder)
    head = (folder / "audit" / "head").read_bytes()
    whole = log(folder).read_bytes()
    record(folder, "王五", "publisher", "export", {"file": "x"})
    fourth = log(folder).read_bytes()[len(whole) :]
    left = fourth[: 1 + cut % (len(fourth) - 1)]
    log(folder).write_bytes(whole + left)
    (folder / "audit" / "head").write_bytes(head)  # it is noted after the line is on disk
    found = verify(folder)
    assert (found.lines, found.torn, found.broken, found.sound) == (3, len(left), None, False)
    record(folder, "赵六", "analyst", "export", {"file": "y"})
    after = verify(folder)
    assert (after.lines, after.sound) == (5, True)
    said, act = list(entries(folder))[3:]
    digest = hashlib.sha256(left).hexdigest()
    assert (said["action"], act["what"]) == ("torn", {"file": "y"})
    assert said["what"] == {"bytes": len(left), "file": f"torn-{digest[:16]}", "sha256": digest}
    assert (folder / "audit" / said["what"]["file"]).read_bytes() == left


@pytest.mark.parametrize("lost", ["line", "all", "file", "altered"])
def test_nothing_is_added_to_a_log_that_does_not_end_as_it_was_left(home: Path, lost: str) -> None:
    three(home)
    whole = log(home).read_bytes()
    lines = whole.splitlines(keepends=True)
    log(home).write_bytes(
        {"line": b"".join(lines[:2]), "all": b"", "file": b""}.get(lost, whole.replace("李二".encode(), b"x"))
    )
    if lost == "file":
        log(home).unlink()
    before = verify(home)
    assert before.broken is not None and before.broken.line == {"line": 3, "altered": 3}.get(lost, 1)
    with pytest.raises(StateError) as caught:
        record(home, "张一", "approver", "export", {})
    assert caught.value.code == "state.audit_broken"
    assert verify(home).broken == before.broken


def batch(seq: int, audit: str | None, source: str = "bureau", state: str = "committed") -> dict[str, Any]:
    return {"seq": seq, "source": source, "state": state} | ({"audit": audit} if audit else {})


def test_batches_of_the_bureau_need_their_lines(home: Path) -> None:
    hashes = three(home)
    own = batch(7, hashes[0])
    assert verify(home, [own, batch(6, None), batch(9, None, "registration")]).sound  # from before the log; a load
    assert verify(home, [batch(8, None, state="writing")]).sound
    assert verify(home, [own, batch(8, None)]).missing == (8,)
    assert verify(home, [batch(8, hashes[0]), batch(9, "0" * 64), batch(10, hashes[1])]).missing == (8, 9, 10)
    log(home).unlink()
    (home / "audit" / "head").unlink()
    assert verify(home, [own]).missing == (7,)


def test_two_writers_at_once_lose_nothing(home: Path) -> None:
    def write(name: str) -> None:
        for _ in range(20):
            record(home, name, "analyst", "export", {})

    threads = [threading.Thread(target=write, args=(name,)) for name in "甲乙丙"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (verify(home).sound, verify(home).lines) == (True, 60)
    assert sorted(entry["actor"] for entry in entries(home)) == sorted("甲乙丙" * 20)
