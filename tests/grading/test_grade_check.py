"""A stored run, made again later at its own point, is what was stored then; a record repaired since is in it still."""

from __future__ import annotations

import json

import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError, StateError
from credit_graph.grading import runfile
from credit_graph.jobs.erase import erase
from credit_graph.jobs.erasing import Target
from credit_graph.jobs.grade import grade, run_path
from credit_graph.jobs.grade_check import check_run
from credit_graph.jobs.tombstones import Ground
from credit_graph.model.time import Point
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from months import DAYS, A, three_months


@pytest.fixture
def runs(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    load_or_create(store.settings, store)  # before there is anything: erasing needs it
    return three_months(store, monkeypatch)


def test_every_month_is_as_it_was_stored(store: Store, runs: list[str]) -> None:
    for rid in runs:
        done = invoke("grade", "--check", rid)
        assert "与存档一致" in done.stdout
    october = runfile.rows(run_path(store, runs[1]), [A])[A]
    assert (october["score"], october["level"]) == (300, "B")
    # graded today for that day, the repaired listing scores nothing: another run, and the stored one stays
    today = grade(store, Point(3, DAYS[1], DAYS[2]))
    assert today.rid not in runs
    row = runfile.rows(run_path(store, today.rid), [A])[A]
    assert (row["score"], row["level"], today.current) == (0, "A", False)


def test_what_differs_is_told(store: Store, runs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CreditGraphError) as unknown:
        check_run(store, "0" * 32)
    assert unknown.value.code == "usage.unknown_entity"
    path = run_path(store, runs[1])
    whole = path.read_bytes()
    other = run_path(store, runs[2]).read_bytes()
    path.write_bytes(other)
    with pytest.raises(StateError) as altered:
        check_run(store, runs[1])
    path.write_bytes(whole)
    (sid,) = runfile.rows(path, [A])[A]["abnormal_now.statements"]
    erase(store, Target(sids=(sid,)), Ground("清除决定书〔2026〕1号", "张一", "李二"))
    with pytest.raises(StateError) as erased:
        check_run(store, runs[1])
    path.unlink()
    with pytest.raises(StateError) as gone:
        check_run(store, runs[1])
    codes = [error.value.code for error in (altered, erased, gone)]
    assert codes == ["state.run_differs", "state.erased", "state.no_run"]


def test_the_day_from_which_a_record_scores_nothing(
    store: Store, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The repair holds from 20 October: on the 19th the listing scores, on the 20th no more."""
    found = {}
    for day in ("2026-10-19", "2026-10-20"):
        monkeypatch.setenv("CREDIT_GRAPH_TODAY", day)
        done = invoke("grade", "--known", "3", "--json")
        rid = json.loads(done.stdout)["run"]
        found[day] = runfile.rows(run_path(store, rid), [A])[A]["score"]
    assert found == {"2026-10-19": 300, "2026-10-20": 0}
