"""Trace, quarantine and faults: every doubt and every fact leads back to a file and a row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from city import LISTING, OFFICE, REGISTRATION, credit_code, listing, office, registration, write
from credit_graph.commands import common
from credit_graph.errors import UsageError
from credit_graph.jobs import batches, quarantine
from credit_graph.jobs.faults import faults
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.jobs.trace import trace
from credit_graph.model.time import Point
from credit_graph.store import Store

DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", DAY.isoformat())


def test_trace_shows_the_row_that_said_it(store: Store, tmp_path: Path) -> None:
    rows = [registration(i) for i in range(1, 4)]
    load(store, [write(tmp_path / "a.csv", REGISTRATION, rows)], LoadOptions(actor="王"))
    (found,) = trace(store, credit_code(2))
    assert found["statement"]["row"] == 3
    assert (found["batch"]["path"], found["batch"]["seq"], found["batch"]["actor"]) == ("a.csv", 1, "王")
    assert {name: cell or "" for name, cell in found["cells"].items()} == rows[1]
    assert trace(store, found["statement"]["sid"]) == [found]
    with pytest.raises(UsageError):
        trace(store, "nothing")


def test_a_statement_asserted_again_still_leads_to_its_row(store: Store, tmp_path: Path) -> None:
    load(store, [write(tmp_path / "a.csv", REGISTRATION, [registration(1)])], LoadOptions(as_of=date(2026, 1, 1)))
    changed = write(tmp_path / "b.csv", REGISTRATION, [registration(2), registration(1, addr="乙路2号")])
    load(store, [changed], LoadOptions(as_of=date(2026, 2, 1)))
    places = [(f["batch"]["path"], f["statement"]["row"]) for f in trace(store, credit_code(1))]
    assert places == [("a.csv", 2), ("a.csv", 2), ("b.csv", 3)]


def test_a_batch_that_is_not_there_is_refused(store: Store, tmp_path: Path) -> None:
    for number in (1, 2):
        load(store, [write(tmp_path / f"r{number}.csv", REGISTRATION, [registration(number)])])
    assert [batch.seq for batch in batches.find_all(store, [2, 1])] == [2, 1]
    with pytest.raises(UsageError) as error:  # as in a graph that is half restored
        batches.find_all(store, [1, 3])
    assert error.value.code == "usage.unknown_entity"


def test_quarantine_names_file_row_column_and_reason(store: Store, tmp_path: Path) -> None:
    bad = credit_code(2)[:-1] + ("1" if credit_code(2)[-1] != "1" else "2")
    rows = [registration(1), registration(2, uni_social_crd_cd=bad), registration(3)]
    load(store, [write(tmp_path / "a.csv", REGISTRATION, rows)])
    (found,) = quarantine.quarantined(store)
    expected = {"id": "1:3", "path": "a.csv", "row": 3, "column": "uni_social_crd_cd", "reason": "code_invalid"}
    assert {name: found[name] for name in expected} == expected
    assert found["value"].startswith(bad)
    shown = quarantine.row(store, "1:3")
    assert shown["cells"]["comp_nm"] == "宁波第2贸易有限公司"
    with pytest.raises(UsageError):
        quarantine.row(store, "1:2")


def test_faults_in_any_order_of_loading(store: Store, tmp_path: Path) -> None:
    """A value set aside, sources that disagree, and a removal reason without a day."""
    register = write(tmp_path / "r.csv", REGISTRATION, [registration(1, appr_dt="2020-13-45"), registration(2)])
    offices = write(tmp_path / "o.csv", OFFICE, [office(1, "王某1"), office(2, "别人")])
    listed = write(tmp_path / "l.csv", LISTING, [listing(1, "2022-03-01", remexcpres_cn="更正公示信息")])
    answers = []
    for order in ([register, offices, listed], [listed, offices, register]):
        store.clear()
        for path in order:
            load(store, [path])
        found = faults(store, Point(3, DAY, DAY))
        answers.append([(f.kind, f.code, f.eid, f.source) for f in found])
    assert answers[0] == answers[1]
    assert answers[0] == [
        ("check", "abnormal_removal_without_day", credit_code(1), "abnormal_listing"),
        ("contradiction", "legal_representative", credit_code(2), "registration"),
        ("value", "day_invalid", credit_code(1), "registration"),
    ]


def test_brackets_in_names_are_no_markup(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Console libraries read [/red] as markup; a file or firm may be called so."""
    path = write(tmp_path / "a[bold].csv", REGISTRATION, [registration(1, comp_nm="甲[/red]有限公司")])
    load(store, [path])
    common.print_table("t", ["x"], [[item["content"]["name"]] for item in trace(store, credit_code(1))])
    common.console.print("a[bold].csv")
    printed = capsys.readouterr().out
    assert "甲[/red]有限公司" in printed
    assert "a[bold].csv" in printed
