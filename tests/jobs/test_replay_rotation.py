"""Refused rows are replayed beside a rotation of the secret: refused while one is under way, and no person mixed up."""

from __future__ import annotations

from pathlib import Path

import pytest
from refusals import again, corrected, deliver, listed, wrong

from city import citizen_id, credit_code, office
from credit_graph.errors import StateError
from credit_graph.jobs import batches
from credit_graph.jobs import rotate as rotation
from credit_graph.jobs.replay import Replayed
from credit_graph.store import Store
from credit_graph.store.snapshot import snapshot

pytestmark = pytest.mark.parametrize("engine", ["embedded"], indirect=True)


def test_a_rotation_in_between_changes_no_person(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unfinished, it lets nothing be replayed; done, the stored keys have come along, and the workbook holds none."""
    one, two = citizen_id("19850317", 42), citizen_id("19700101", 7)
    right = [office(1, "王一", one), office(2, "王一", one), office(3, "李二", two)]
    spoilt = [row | {"uni_social_crd_cd": wrong(i)} if i > 1 else row for i, row in enumerate(right, start=1)]
    deliver(store, tmp_path / "o.csv", spoilt)
    changes = {f"1:{i + 1}": {"uni_social_crd_cd": credit_code(i)} for i in (2, 3)}
    file = corrected(store, tmp_path / "q.xlsx", changes, "legal_representative")
    with monkeypatch.context() as cut, pytest.raises(ZeroDivisionError):
        cut.setattr(rotation._Rotation, "_records", lambda *_: 1 / 0)  # the rows are rewritten, the records not yet
        rotation.rotate(store)
    before = snapshot(store)
    for wanted in (file, None):
        with pytest.raises(StateError) as caught:
            again(store, wanted)
        assert caught.value.code == "state.rotating"
    assert (snapshot(store), batches.last_seq(store)) == (before, 1)
    assert rotation.rotate(store).resumed
    (batch,) = again(store, file).batches
    assert (batch["new"], batch["quarantined"], batch["faults"]) == (2, 0, 0)
    records = [store.read("read/statements_of", eid=credit_code(i))[0]["record"] for i in (1, 2, 3)]
    assert records[0]["pid"] == records[1]["pid"] != records[2]["pid"]
    assert all(record["person_id"] == record["pid"] for record in records)
    report = deliver(store, tmp_path / "o.csv", right)
    assert (report["unchanged"], report["new"], report["changed"]) == (3, 0, 0)
    rotation.rotate(store)
    assert again(store, file).as_dict() == Replayed().as_dict()


def test_an_interrupted_replay_is_finished_before_a_rotation(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(store, tmp_path / "o.csv", [office(1, "王一", citizen_id("19850317", 42), uni_social_crd_cd=wrong(1))])
    changes = {"1:2": {"uni_social_crd_cd": credit_code(1)}}
    file = corrected(store, tmp_path / "q.xlsx", changes, "legal_representative")
    with monkeypatch.context() as cut, pytest.raises(ZeroDivisionError):
        cut.setattr(batches, "commit", lambda *_: 1 / 0)
        again(store, file)
    with pytest.raises(StateError) as caught:
        rotation.rotate(store)
    assert caught.value.code == "state.batch_open"
    assert [batch["new"] for batch in again(store, file).batches] == [1]
    rotation.rotate(store)
    assert (listed(store), again(store).batches) == ([], [])
