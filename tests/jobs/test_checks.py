"""Checks across tables: exactly the records at fault, at a point, in whatever order they were loaded."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from credit_graph import text
from credit_graph.jobs import checks
from credit_graph.jobs.checks import run_checks
from credit_graph.model.statement import Statement
from credit_graph.model.time import Point
from credit_graph.store import Store
from facts import D, commit, fact

NOW = Point(9, D("2026-11-23"), D("2026-11-23"))
BEFORE = D("2017-05-01")
FOUNDED = D("2018-03-01")


def firm(number: int, founded: date = FOUNDED, seq: int = 1, **changes: Any) -> Statement:
    return fact("Registration", f"r{number}", f"e{number}", seq, founded_on=founded, **changes)


def report(number: int, year: int, seq: int = 1) -> Statement:
    return fact("AnnualReport", f"a{number}-{year}", f"e{number}", seq, start=date(year, 12, 31), year=year)


def case(number: int, day: date) -> Statement:
    return fact("Case", f"c{number}", f"e{number}", start=day, decided_on=day)


def on_list(kind: str, number: int, day: date, **content: Any) -> Statement:
    return fact(kind, f"l{number}", f"e{number}", start=day, listed_on=day, **content)


CITY = [
    firm(1),
    *(report(1, year) for year in (2016, 2017, 2018, 2019)),
    firm(2),
    report(2, 2018),
    fact("Registration", "g2", "e2", source="gsxt", founded_on=D("2010-01-01")),
    report(2, 2012),  # before the one founding day, after the other
    report(3, 2001),  # no registration
    fact("Registration", "r4", "e4", name="无成立日期"),
    report(4, 2001),
    firm(5),
    on_list("AbnormalListing", 5, BEFORE),
    firm(6),
    on_list("SeriousListing", 6, BEFORE, removal_reason="更正公示信息"),
    firm(7),
    case(7, BEFORE),
    firm(8),
    on_list("AbnormalListing", 8, FOUNDED, removal_reason="补报年报"),
    case(8, FOUNDED),
]
FAULTS = {
    ("report_before_founding", "e1", "a1-2016"),
    ("report_before_founding", "e1", "a1-2017"),
    ("abnormal_listing_before_founding", "e5", "l5"),
    ("serious_listing_before_founding", "e6", "l6"),
    ("serious_removal_without_day", "e6", "l6"),
    ("penalty_before_founding", "e7", "c7"),
    ("abnormal_removal_without_day", "e8", "l8"),
}


def found(store: Store, point: Point = NOW) -> set[tuple[str, str, str]]:
    keys = {statement.sid: statement.key for statement in CITY}
    faults = run_checks(store, point)
    assert faults == sorted(faults)
    assert len(faults) == len(set(faults))
    return {(fault.check, fault.eid, keys.get(fault.sid, fault.sid)) for fault in faults}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_exactly_the_records_at_fault_in_any_order_of_loading(store: Store, seed: int) -> None:
    shuffled = random.Random(seed).sample(CITY, len(CITY))
    for statement in shuffled:
        commit(store, 1, [statement])
    assert found(store) == FAULTS


def test_pages_cut_nothing_off(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_PAGE", 1)
    commit(store, 1, CITY)
    assert found(store) == FAULTS


def test_a_check_reads_the_point(store: Store) -> None:
    commit(store, 1, [firm(1), report(1, 2016), report(1, 2017)])
    commit(store, 2, [firm(2, seq=2), report(2, 2016, seq=2)], closed=[report(1, 2016)])
    early = Point(1, NOW.valid, NOW.use)
    assert {row[2] for row in found(store, early)} == {"a1-2016", "a1-2017"}
    later = {row[1:] for row in found(store, Point(2, NOW.valid, NOW.use))}
    assert later == {("e1", "a1-2017"), ("e2", report(2, 2016).sid)}
    assert found(store, Point(2, D("2016-12-30"), NOW.use)) == set()
    assert found(store, Point(2, D("2014-01-01"), NOW.use)) == set()


def test_a_fault_is_told_in_both_languages(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(store, 1, [firm(1), report(1, 2016)])
    (fault,) = run_checks(store, NOW)
    assert fault.detail == "年度报告的年度早于成立年份：年报年度 2016，成立日期 2018-03-01"
    assert (fault.source, fault.sid) == ("annualreport", report(1, 2016).sid)
    monkeypatch.setenv("CREDIT_GRAPH_LANG", "en")
    assert text.language() == "en"
    (fault,) = run_checks(store, NOW)
    assert fault.detail == "annual report of a year before the founding: report of 2016, founded on 2018-03-01"


def test_an_empty_graph_has_no_faults(store: Store) -> None:
    assert run_checks(store, NOW) == []
