"""Refused rows: exported for people, corrected, checked again; what is accepted is as if it had come right at once."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from refusals import again, corrected, deliver, listed, wrong

from city import REGISTRATION, citizen_id, credit_code, office, registration, write
from credit_graph.errors import StateError
from credit_graph.ingest.definitions import definitions
from credit_graph.jobs import batches, quarantine, quarantinebook, undo
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.jobs.replay import Replayed
from credit_graph.model.definition import Definition
from credit_graph.store import Store

D = date.fromisoformat
Edit = Callable[[dict[str, str]], dict[str, str]]


@pytest.fixture(autouse=True)
def _today(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    env["CREDIT_GRAPH_TODAY"] = "2026-11-23"
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")


def sheet_of(path: Path, name: str = "registration") -> Worksheet:
    sheet = openpyxl.load_workbook(path)[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def cells_of(path: Path, name: str = "registration") -> list[list[str]]:
    return [["" if c is None else str(c) for c in row] for row in sheet_of(path, name).iter_rows(values_only=True)]


def statements(store: Store, number: int) -> set[tuple[Any, ...]]:
    """(address, valid_from, valid_to, seen_on) of what stands of a firm now."""
    rows = [row["record"] for row in store.read("read/statements_of", eid=credit_code(number))]
    last = batches.last_seq(store)
    names = ("address", "valid_from", "valid_to", "seen_on")
    return {tuple(r.get(n) for n in names) for r in rows if r["known_from"] <= last < r["known_to"]}


def said(store: Store, first: int, end: int) -> dict[int, set[tuple[Any, ...]]]:
    return {number: statements(store, number) for number in range(first, end)}


# export


def test_the_workbook_shows_each_row_with_its_reasons(store: Store, tmp_path: Path) -> None:
    formula = registration(
        2, uni_social_crd_cd=wrong(2), comp_nm="=HYPERLINK(1)", addr="+1", opt_scop="@x", reg_org="-1"
    )
    deliver(store, tmp_path / "a.csv", [registration(1), formula, registration(3, uni_social_crd_cd=wrong(3))])
    deliver(store, tmp_path / "o.csv", [office(1, "王某"), office(2, "李某", uni_social_crd_cd=wrong(2))])
    out = tmp_path / "refused.xlsx"
    assert quarantinebook.write(out, quarantine.refused(store)) == 3
    assert out.stat().st_mode & 0o777 == 0o600
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["registration", "legal_representative"]
    assert [book[name].freeze_panes for name in book.sheetnames] == ["A2", "A2"]
    found = cells_of(out)
    assert found[0] == ["批次", "文件", "行", "列", "原因", *REGISTRATION]
    assert found[1] == ["1", "a.csv", "3", "uni_social_crd_cd", "统一社会信用代码校验不通过", *formula.values()]
    assert [row[:3] for row in found[2:]] == [["1", "a.csv", "4"]]
    assert cells_of(out, "legal_representative")[1][:3] == ["2", "o.csv", "3"]
    kinds = {(cell.data_type, cell.number_format) for row in sheet_of(out).iter_rows() for cell in row if cell.value}
    assert kinds == {("s", "@")}
    with pytest.raises(StateError) as error:
        quarantinebook.write(out, quarantine.refused(store))
    assert error.value.code == "state.exists"
    only = tmp_path / "only.xlsx"
    assert quarantinebook.write(only, quarantine.refused(store, source="legal_representative")) == 1
    assert quarantinebook.write(tmp_path / "none.xlsx", quarantine.refused(store, seq=7)) == 0
    assert not (tmp_path / "none.xlsx").exists()


# with a corrected file


def test_a_corrected_row_is_as_if_it_had_come_right(store: Store, tmp_path: Path) -> None:
    rows = [registration(i) for i in range(1, 9)]
    deliver(store, tmp_path / "a.csv", rows, "2026-01-01")
    deliver(store, tmp_path / "b.csv", [row | {"addr": "乙路2号"} for row in rows], "2026-02-01")
    right = said(store, 1, 9)
    store.clear()
    deliver(store, tmp_path / "a.csv", rows, "2026-01-01")
    spoilt = [row | {"addr": "乙路2号"} for row in rows]
    spoilt[2]["reg_state"], spoilt[2]["uni_social_crd_cd"] = "存续", wrong(3)
    spoilt[4] = spoilt[4] | {"uni_social_crd_cd": wrong(5)}
    deliver(store, tmp_path / "b.csv", spoilt, "2026-02-01", partial=True)
    assert listed(store) == [("2:4", "code_invalid"), ("2:6", "code_invalid")]
    file = corrected(store, tmp_path / "q.xlsx", {"2:4": {"uni_social_crd_cd": credit_code(3)}})
    result = again(store, file)
    (batch,) = result.batches
    assert (batch["seq"], batch["path"], batch["read"], batch["changed"], result.refused) == (3, "b.csv", 1, 1, 0)
    assert batches.find(store, 3).properties["replays"] == 2
    assert listed(store) == [("2:6", "code_invalid")]
    everything = quarantine.quarantined(store, replayed=True)
    assert [(item["id"], item.get("replayed")) for item in everything] == [("2:4", 3), ("2:6", None)]
    assert again(store, file).as_dict() == Replayed().as_dict()  # repeated: nothing
    again(store, corrected(store, tmp_path / "q.xlsx", {"2:6": {"uni_social_crd_cd": credit_code(5)}}))
    assert said(store, 1, 9) == right
    assert listed(store) == []
    assert batches.last_seq(store) == 4


def test_a_row_that_stays_refused_keeps_its_new_reason(store: Store, tmp_path: Path) -> None:
    deliver(store, tmp_path / "a.csv", [registration(1), registration(2, uni_social_crd_cd=wrong(2))])
    file = corrected(store, tmp_path / "q.xlsx", {"1:3": {"uni_social_crd_cd": "9.13302E+17"}})
    result = again(store, file)
    assert [(b["read"], b["quarantined"]) for b in result.batches] == [(1, 1)]
    assert listed(store) == [("1:3", "code_destroyed")]
    assert quarantine.row(store, "1:3")["cells"]["uni_social_crd_cd"] == "9.13302E+17"
    assert again(store, file).batches == []
    result = again(store, corrected(store, tmp_path / "q.xlsx", {"1:3": {"uni_social_crd_cd": credit_code(2)}}))
    assert [(b["new"], b["quarantined"]) for b in result.batches] == [(1, 0)]
    assert listed(store) == []


def test_a_broken_row_is_mended(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", REGISTRATION, [registration(1)])
    with path.open("a", encoding="utf-8") as file:
        file.write(",".join([*registration(2).values(), "x", "y"]) + "\n")
    load(store, [path])
    assert listed(store) == [("1:3", "row_shape")]
    assert (again(store).batches, listed(store)) == ([], [("1:3", "row_shape")])
    again(store, corrected(store, tmp_path / "q.xlsx", {"1:3": {"addr": "丙路3号"}}))
    assert {row[0] for row in statements(store, 2)} == {"丙路3号"}
    assert listed(store) == []


def test_ids_become_keys_on_replay_as_on_entry(store: Store, tmp_path: Path) -> None:
    """A stored key is used; an invalid ID, of which only a mask is kept, waits for the number."""
    good, fresh = citizen_id("19850317", 42), citizen_id("19700101", 7)
    bad = good[:-1] + ("1" if good[-1] != "1" else "2")
    rows = [
        office(1, "王一", good),
        office(2, "王一", good, uni_social_crd_cd=wrong(2)),
        office(3, "李二", bad, uni_social_crd_cd=wrong(3)),
        office(4, "赵三", bad, uni_social_crd_cd=wrong(4)),
    ]
    deliver(store, tmp_path / "o.csv", rows)
    changes = {
        "1:3": {"uni_social_crd_cd": credit_code(2)},
        "1:4": {"uni_social_crd_cd": credit_code(3), "cer_no": fresh},
        "1:5": {"uni_social_crd_cd": credit_code(4), "cer_no": ""},
    }
    exported = tmp_path / "q.xlsx"
    file = corrected(store, exported, changes, "legal_representative")
    (batch,) = again(store, file).batches
    assert (batch["new"], batch["quarantined"], batch["faults"]) == (3, 0, 0)
    pids = [store.read("read/statements_of", eid=credit_code(i))[0]["record"]["pid"] for i in range(1, 5)]
    assert pids[0] == pids[1]
    assert len({*pids}) == 3
    assert pids[3].startswith("name:")
    kept = b"".join(
        path.read_bytes() for path in store.home.rglob("*") if path.is_file() and "engine" not in path.parts
    )
    assert not [number for number in (good, bad, fresh) if number.encode() in kept]


# by a corrected definition


def changed(monkeypatch: pytest.MonkeyPatch, source: str, **changes: Any) -> None:
    """The program reads the source by another definition from here on."""
    known = definitions()
    raw = known[source].model_dump(by_alias=True, exclude_defaults=True)
    found = {**known, source: Definition.model_validate({**raw, **changes})}
    for module in ("credit_graph.jobs.replay", "credit_graph.jobs.load"):
        monkeypatch.setattr(f"{module}.definitions", lambda: found)


def test_a_corrected_definition_accepts_what_it_refused(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key asked for a column that many rows leave empty; without it they are accepted, and nothing else is read."""
    rows = [registration(i, appr_dt="" if i % 3 else "2020-01-02") for i in range(1, 10)]
    with monkeypatch.context() as strict:
        changed(strict, "registration", key=("subject", "approved_on"))
        deliver(store, tmp_path / "a.csv", rows, "2026-01-01")
        assert len(listed(store)) == 6
        assert again(store).batches == []
        assert batches.last_seq(store) == 1
    result = again(store)
    (batch,) = result.batches
    assert (batch["read"], batch["new"], batch["quarantined"], result.refused) == (6, 6, 0, 0)
    assert listed(store) == []
    assert {len(statements(store, i)) for i in (1, 2, 4, 5, 7, 8)} == {1}
    assert again(store).as_dict() == Replayed().as_dict()
    (found,) = [r["record"] for r in store.read("read/statements_of", eid=credit_code(2))]
    assert (found["seen_on"], found["row"], found["batch"]) == (D("2026-01-01"), 3, 2)


def test_a_masked_id_waits_for_its_number(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its number is nowhere, so a definition that accepts the row is not enough."""
    good = citizen_id("19850317", 42)
    bad = good[:-1] + ("1" if good[-1] != "1" else "2")
    rows = [office(1, "王一", good, position_cn=""), office(2, "李二", bad, position_cn="")]
    with monkeypatch.context() as strict:
        changed(strict, "legal_representative", key=("subject", "person_name", "position"))
        deliver(store, tmp_path / "o.csv", rows)
        assert listed(store) == [("1:2", "key_missing"), ("1:3", "key_missing")]
    assert [(b["new"], b["quarantined"]) for b in again(store).batches] == [(1, 1)]
    assert listed(store) == [("1:3", "id_masked")]
    assert again(store).batches == []
    number = {"1:3": {"cer_no": good}}
    again(store, corrected(store, tmp_path / "q.xlsx", number, "legal_representative"))
    pids = [store.read("read/statements_of", eid=credit_code(i))[0]["record"]["pid"] for i in (1, 2)]
    assert pids[0] == pids[1]
    assert listed(store) == []


# what a replay must not do


def test_contradictions_stay_until_they_are_settled(store: Store, tmp_path: Path) -> None:
    deliver(store, tmp_path / "a.csv", [registration(1), registration(2), registration(2, addr="乙路2号")])
    assert listed(store) == [("1:3", "contradiction"), ("1:4", "contradiction")]
    assert again(store).batches == []
    again(store, corrected(store, tmp_path / "q.xlsx", {"1:3": {}}))  # one alone, as it was: the file's reader decided
    assert {row[0] for row in statements(store, 2)} == {registration(2)["addr"]}
    assert (again(store).batches, listed(store)) == ([], [("1:4", "contradiction")])
    agreed = {"1:4": {"addr": registration(2)["addr"]}}
    assert [b["unchanged"] for b in again(store, corrected(store, tmp_path / "q.xlsx", agreed)).batches] == [1]
    assert listed(store) == []


def test_what_came_later_stands(store: Store, tmp_path: Path) -> None:
    """A refused row of an older delivery adds history by its day; without a day it must not undo what came since."""
    spoilt = registration(2, uni_social_crd_cd=wrong(2), addr="旧路1号")
    for as_of, later in ((None, None), ("2026-01-01", "2026-01-01"), ("2026-01-01", "2026-02-01")):
        store.clear()
        deliver(store, tmp_path / "a.csv", [registration(1), spoilt], as_of, partial=True)
        deliver(store, tmp_path / "b.csv", [registration(1), registration(2, addr="新路2号")], later, partial=True)
        file = corrected(store, tmp_path / "q.xlsx", {"1:3": {"uni_social_crd_cd": credit_code(2)}})
        again(store, file)
        standing = {row[0] for row in statements(store, 2) if row[2].year == 9999}
        assert standing == {"新路2号"}, (as_of, later)
        if as_of == later:
            assert listed(store) == [("1:3", "superseded")]
        else:
            assert listed(store) == []
            assert statements(store, 2) >= {("旧路1号", D("2018-05-06"), D("2026-02-01"), D("2026-01-01"))}


def test_a_batch_that_was_taken_back_has_no_refused_rows(store: Store, tmp_path: Path) -> None:
    deliver(store, tmp_path / "a.csv", [registration(1), registration(2, uni_social_crd_cd=wrong(2))])
    file = corrected(store, tmp_path / "q.xlsx", {"1:3": {"uni_social_crd_cd": credit_code(2)}})
    again(store, file)
    undo.undo(store, 2, "王", "analyst")
    assert listed(store) == [("1:3", "code_invalid")]  # the replay was taken back
    assert statements(store, 2) == set()
    undo.undo(store, 1, "王", "analyst")
    assert listed(store) == []


# closing what was left open


def test_absences_wait_until_every_key_is_read(store: Store, tmp_path: Path) -> None:
    rows = [registration(i) for i in range(1, 8)]
    deliver(store, tmp_path / "a.csv", rows, "2026-01-01")
    spoilt = [row | {"uni_social_crd_cd": wrong(i)} if i in {2, 3} else row for i, row in enumerate(rows[:6], start=1)]
    assert deliver(store, tmp_path / "b.csv", spoilt, "2026-02-01")["closed"] == 0
    first = again(store, corrected(store, tmp_path / "q.xlsx", {"2:3": {"uni_social_crd_cd": credit_code(2)}}))
    assert [b["closed"] for b in first.batches] == [0]
    assert len(first.notes) == 1 and "还有 1 行" in first.notes[0]
    assert {row[2].year for row in statements(store, 7)} == {9999}
    second = again(store, corrected(store, tmp_path / "q.xlsx", {"2:4": {"uni_social_crd_cd": credit_code(3)}}))
    assert [(b["unchanged"], b["closed"]) for b in second.batches] == [(1, 1)]
    assert {row[2] for row in statements(store, 7)} == {D("2026-02-01")}
    assert {row[2].year for i in range(1, 7) for row in statements(store, i)} == {9999}
    assert again(store).as_dict() == Replayed().as_dict()


def test_an_unreadable_key_in_one_file_of_a_complete_load(store: Store, tmp_path: Path) -> None:
    deliver(store, tmp_path / "a.csv", [registration(i) for i in range(1, 8)], "2026-01-01")
    parts = [
        write(tmp_path / "1.csv", REGISTRATION, [registration(1), registration(2, uni_social_crd_cd=wrong(2))]),
        write(tmp_path / "2.csv", REGISTRATION, [registration(i) for i in range(3, 7)]),
    ]
    reports = load(store, parts, LoadOptions(as_of=D("2026-02-01"), complete=True))
    assert [report["closed"] for report in reports] == [0, 0]
    result = again(store, corrected(store, tmp_path / "q.xlsx", {"2:3": {"uni_social_crd_cd": credit_code(2)}}))
    assert [(b["unchanged"], b["closed"]) for b in result.batches] == [(1, 1)]
    assert {row[2] for row in statements(store, 7)} == {D("2026-02-01")}
    assert {row[2].year for i in range(1, 7) for row in statements(store, i)} == {9999}


def test_many_closures_must_be_accepted(store: Store, tmp_path: Path) -> None:
    deliver(store, tmp_path / "a.csv", [registration(i) for i in range(1, 61)], "2026-01-01")
    few = [registration(1), registration(2, uni_social_crd_cd=wrong(2))]
    deliver(store, tmp_path / "b.csv", few, "2026-02-01")
    file = corrected(store, tmp_path / "q.xlsx", {"2:3": {"uni_social_crd_cd": credit_code(2)}})
    with pytest.raises(StateError) as error:
        again(store, file)
    assert error.value.code == "state.closures"
    assert (batches.last_seq(store), listed(store)) == (2, [("2:3", "code_invalid")])
    assert [b["closed"] for b in again(store, file, accept_closures=58).batches] == [58]


# interrupted


_KILLED = """
import os, signal, sys
from pathlib import Path
from credit_graph.jobs import delivery, quarantinebook, replay
from credit_graph.store import Store
whole, times = delivery.close_statements, [0]
def dying(*arguments, **options):
    whole(*arguments, **options)
    times[0] += 1
    if times[0] == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
delivery.close_statements = dying
with Store.open() as store:
    replay.replay(store, quarantinebook.read(Path(sys.argv[1])))
"""


def test_a_killed_replay_goes_on_where_it_stopped(store: Store, tmp_path: Path, env: dict[str, str]) -> None:
    for name in ("a", "b"):
        start = 1 if name == "a" else 11
        rows = [
            registration(i, uni_social_crd_cd=wrong(i) if i % 2 else credit_code(i)) for i in range(start, start + 10)
        ]
        deliver(store, tmp_path / f"{name}.csv", rows, "2026-01-01", partial=True)
    places = [(1, n) for n in range(1, 11, 2)] + [(2, n) for n in range(11, 21, 2)]
    changes = {f"{seq}:{(n - 1) % 10 + 2}": {"uni_social_crd_cd": credit_code(n)} for seq, n in places}
    file = corrected(store, tmp_path / "q.xlsx", changes)
    done = subprocess.run([sys.executable, "-c", _KILLED, str(file), "2"], env=env, check=False)
    assert done.returncode == -signal.SIGKILL
    assert batches.last_seq(store) == 3  # the first is committed, the second was begun
    with pytest.raises(StateError) as error:
        again(store)
    assert error.value.code == "state.batch_open"
    result = again(store, file)
    assert [(b["seq"], b["new"]) for b in result.batches] == [(4, 5)]
    assert listed(store) == []
    assert {len(statements(store, i)) for i in range(1, 21)} == {1}
