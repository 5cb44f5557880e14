"""A day before the first load, put together from the days that the sources themselves give."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from credit_graph.ingest.definitions import definitions
from credit_graph.jobs.frozen import recording
from credit_graph.model.statement import Statement
from credit_graph.model.time import DAY_MAX, DAY_MIN, Point
from credit_graph.projection import Projection
from credit_graph.projection.recorded import Recorded, recorded_by
from credit_graph.projection.sources import Given
from handmade import Said, tables_of

D = date.fromisoformat
DAY = D("2024-06-30")
A = "91330200AAAAAAAAAA"
LISTING = ["listed_on", "reason", "removed_on", "removal_reason", "removed_by"]
REGISTER = ["credit_code", "name", "founded_on", "state", "address", "legal_representative", "pid"]
REGISTER += ["registered_capital", "approved_on"]
RECORDINGS = {name: recording(item) for name, item in definitions().items()}


class Told(Said):
    """Statements with the day on which their source recorded them."""

    def told(self, kind: str, source: str, key: str, recorded: str | None, **content: Any) -> Statement:
        made = self.say(kind, A, key, source=source, **content)
        self.statements[-1] = made.again(recorded_on=D(recorded) if recorded else None)
        return self.statements[-1]


def past(said: Told, day: date = DAY) -> tuple[Projection, Recorded]:
    tables = tables_of(said.statements)
    recorded = Recorded(Given(tables), RECORDINGS, day)
    return Projection(Point(1, day, day), "grading", 1, recorded), recorded


def case(said: Told, key: str, start: str, recorded: str | None, source: str = "penalty_decision") -> str:
    return said.told("Case", source, key, recorded, start=D(start), decided_on=D(start)).sid


def test_the_day_of_recording_decides() -> None:
    said = Told()
    before = case(said, "1", "2024-01-10", "2024-06-30")
    case(said, "2", "2024-01-10", "2024-07-01")  # happened before, recorded after
    case(said, "3", "2024-07-01", "2024-06-01")  # recorded before it begins: not true yet on the day
    projection, recorded = past(said)
    assert set(projection.history("Case")["sid"]) == {before}
    assert recorded.left_out["Case"] == 1  # not the third: it can't have been there


def test_without_one_an_events_own_day_stands_for_it() -> None:
    said = Told()
    before = case(said, "1", "2024-06-30", None, source="penalty_published")
    case(said, "2", "2024-07-01", None, source="penalty_published")
    assert set(past(said)[0].history("Case")["sid"]) == {before}


@pytest.mark.parametrize(
    ("kind", "source", "start"),
    [
        ("Office", "legal_representative", DAY_MIN),  # a state that names no day: it may have been another before
        ("AnnualReport", "annual_report_assets", D("2023-12-31")),  # of a year; filed nobody knows when
        ("PersonDecision", "bureau", DAY_MIN),  # people decided after the first load
    ],
)
def test_what_tells_no_day_is_left_out_and_counted(kind: str, source: str, start: date) -> None:
    said = Told()
    said.told(kind, source, "1", None, start=start)
    projection, recorded = past(said)
    assert len(projection.history(kind)) == 0
    assert recorded.left_out[kind] == 1


def test_a_removal_that_had_not_come_reads_as_none() -> None:
    said = Told()
    removal = {"removed_on": D("2024-07-01"), "removal_reason": "补报年度报告", "removed_by": "某局"}
    content = {"listed_on": D("2022-07-05"), "reason": "未按照规定的期限公示年度报告", **removal}
    start, end = D("2022-07-05"), D("2024-07-01")
    said.told("AbnormalListing", "abnormal_listing", "1", "2022-07-05", start=start, end=end, **content)
    row = past(said)[0].history("AbnormalListing", LISTING).iloc[0]
    assert row[["removed_on", "removal_reason", "removed_by"]].isna().all()
    assert (row["listed_on"], row["valid_to"]) == (pd.Timestamp("2022-07-05"), pd.Timestamp(DAY_MAX))
    assert row["reason"] == content["reason"]
    assert row["visible"]
    # the day after, all of it stands there
    row = past(said, D("2024-07-01"))[0].history("AbnormalListing", LISTING).iloc[0]
    assert (row["removed_on"], row["removal_reason"], row["visible"]) == (
        pd.Timestamp("2024-07-01"),
        "补报年度报告",
        False,
    )


def test_only_its_own_sources_values_depend_on_a_day() -> None:
    said = Told()
    said.told("AbnormalListing", "a_departments_own", "1", "2022-07-05", removed_on=D("2024-07-01"), removed_by="某局")
    row = past(said)[0].history("AbnormalListing", LISTING).iloc[0]
    assert pd.isna(row["removed_on"])
    assert row["removed_by"] == "某局"


def register(said: Told, approved: str) -> Statement:
    return said.told(
        "Registration",
        "registration",
        A,
        approved,
        start=D("2015-03-02"),
        pid="p1",
        credit_code=A,
        name="甲有限公司",
        entity_type="有限责任公司",
        state="吊销",
        address="某路1号",
        legal_representative="王",
        registered_capital=100,
        founded_on=D("2015-03-02"),
        approved_on=D(approved),
    )


def test_of_a_row_approved_anew_only_what_stays_is_told() -> None:
    said = Told()
    register(said, "2025-02-03")
    projection, _ = past(said)
    row = projection.history("Registration", REGISTER).iloc[0]
    assert (row["credit_code"], row["name"], row["founded_on"]) == (A, "甲有限公司", pd.Timestamp("2015-03-02"))
    assert row[["state", "address", "legal_representative", "pid", "registered_capital", "approved_on"]].isna().all()
    assert len(projection.offices) == len(projection.addresses) == 0
    firm = projection.enterprises.loc[A]
    assert firm["entity_kind"] == "企业"
    assert pd.isna(firm["state"])  # revoked since: it does not show


def test_a_value_is_judged_by_its_day_though_nobody_asks_for_the_day() -> None:
    said = Told()
    register(said, "2025-02-03")
    assert past(said)[0].history("Registration", ["state"])["state"].isna().all()


def test_of_one_approved_before_everything_is() -> None:
    said = Told()
    register(said, "2024-06-30")
    projection, recorded = past(said)
    assert projection.enterprises.loc[A, "state"] == "吊销"
    assert projection.offices["pid"].tolist() == ["p1"]
    assert recorded.left_out["Registration"] == 0


def test_a_firm_founded_later_is_not_there() -> None:
    said = Told()
    register(said, "2025-02-03")
    assert len(past(said, D("2015-03-01"))[0].enterprises) == 0


def test_use_is_judged_on_the_day() -> None:
    said = Told()
    sid = case(said, "1", "2023-01-10", "2023-01-10")
    record = said.statements[-1]
    said.hold(record, start=D("2024-07-01"))
    assert past(said)[0].history("Case").set_index("sid").loc[sid, "in_use"]
    assert not past(said, D("2024-07-01"))[0].history("Case").set_index("sid").loc[sid, "in_use"]


def test_nothing_after_the_day_changes_what_is_seen() -> None:
    """The past does not depend on the future: whatever comes later, the day looks the same."""
    said, more = Told(), Told()
    for one in (said, more):
        case(one, "1", "2024-01-10", "2024-06-30")
        register(one, "2024-06-01")
    case(more, "2", "2024-05-01", "2024-07-01")
    case(more, "3", "2024-08-01", "2024-08-01")
    said_only, with_more = past(said)[0], past(more)[0]
    for kind, fields in (("Case", ["decided_on"]), ("Registration", REGISTER)):
        pd.testing.assert_frame_equal(said_only.history(kind, fields), with_more.history(kind, fields))
    pd.testing.assert_frame_equal(said_only.enterprises, with_more.enterprises)


def test_what_was_recorded_is_found_by_statement() -> None:
    said = Told()
    case(said, "1", "2024-01-10", "2024-06-30")
    case(said, "2", "2024-01-10", "2024-07-01")
    table = tables_of(said.statements)["Case"]
    known = recorded_by(table, RECORDINGS, DAY)
    assert dict(zip(table["key"].to_pylist(), known.tolist(), strict=True)) == {"1": True, "2": False}
