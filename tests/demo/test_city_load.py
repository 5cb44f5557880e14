"""The invented city in the graph: the first delivery, the same again, and the second one."""

from __future__ import annotations

from pathlib import Path

from credit_graph.demo.city import write_city, write_delivery_2
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.store import Store

COUNTS = ("new", "changed", "unchanged", "closed", "awaiting", "empty", "duplicate", "quarantined")


def test_city_and_its_second_delivery(store: Store, tmp_path: Path) -> None:
    write_city(tmp_path / "first", firms=120)
    write_delivery_2(tmp_path / "second", firms=120)
    first = load(store, [tmp_path / "first"], LoadOptions())
    assert {report["source"] for report in first} == {
        "abnormal_listing",
        "annual_report_assets",
        "legal_representative",
        "penalty_double_publicity",
        "penalty_published",
        "registration",
        "registration_gsxt",
        "serious_violation_listing",
        "subscribed_contribution",
    }
    register = [report for report in first if report["source"] == "registration"]
    assert [[report[name] for name in COUNTS] for report in register] == [
        [register[0]["new"], 0, 0, 0, 0, 1, 1, 1],
        [register[1]["new"], 0, 0, 0, 0, 1, 1, 1],
    ]
    assert register[0]["new"] + register[1]["new"] == 122  # each district has one shop with odd values

    again = load(store, [tmp_path / "first"], LoadOptions())
    assert sum(report[name] for report in again for name in ("new", "changed", "closed")) == 0

    second = load(store, [tmp_path / "second"], LoadOptions())
    total = {name: sum(report[name] for report in second) for name in ("new", "changed", "closed", "quarantined")}
    assert total == {"new": 2, "changed": 3, "closed": 1, "quarantined": 0}
    # the missing firm might have moved: it waits for the other district's file
    assert [report["awaiting"] for report in second] == [1, 0]
