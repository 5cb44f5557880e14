"""What a record says of its clocks, and what stays unknown."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from credit_graph.lists.clock_policy import clock_policy
from credit_graph.lists.clocks import clock
from credit_graph.lists.facts import CLOCKED, matter_of
from credit_graph.lists.matter import Matter
from credit_graph.model.kinds import KINDS
from credit_graph.model.time import DAY_MAX, DAY_MIN

D = date.fromisoformat
DAY = D("2026-11-23")
CASE: dict[str, Any] = {
    "kind": "Case",
    "valid_from": D("2024-05-06"),
    "decided_on": D("2024-05-06"),
    "penalty_kind": "罚款;没收违法所得",
    "basis": "《产品质量法》第四十九条",
    "fine": 2_000_000,
    "authority_code": "116210******82154N",
}


def told(record: dict[str, Any], *holds: dict[str, Any], **more: Any) -> Matter:
    return matter_of(record, holds, DAY, clock_policy(), **more)


def hold(reason: str, begin: str | None, **changes: Any) -> dict[str, Any]:
    start = D(begin) if begin else DAY_MIN
    return {"reason": reason, "channels": "public,grading", "valid_from": start, "valid_to": DAY_MAX} | changes


def test_what_a_penalty_says() -> None:
    assert told(CASE) == Matter(
        subject="penalty",
        event_on=D("2024-05-06"),
        kinds=frozenset({"fine", "confiscation"}),
        domain="general",
        fine=2_000_000,
        region="620000",
    )
    found = told(CASE, receipt=D("2024-05-20"), severity="general")
    assert (found.published_on, found.severity) == (D("2024-05-20"), "general")


@pytest.mark.parametrize(
    ("text", "kinds", "unknown"),
    [
        ("警告、罚款", {"warning", "fine"}, ()),
        ("吊销许可证件；没收非法财物", {"revocation", "confiscation"}, ()),
        ("责令停产停业 限制从业", {"suspension", "occupation"}, ()),
        ("通报批评", {"criticism"}, ()),
        ("罚款,行政拘留", {"fine"}, ("行政拘留",)),
        ("暂扣许可证件", set(), ("暂扣许可证件",)),
        ("", set(), ()),
    ],
)
def test_kinds_by_the_words_of_the_source(text: str, kinds: set[str], unknown: tuple[str, ...]) -> None:
    found = told(CASE | {"penalty_kind": text})
    assert (set(found.kinds), found.unknown_kinds) == (kinds, unknown)


@pytest.mark.parametrize(
    ("changes", "domain"),
    [
        ({"basis": "《食品安全法》第一百二十四条"}, "food"),
        ({"basis": None, "violation": "销售假药品"}, "drugs"),
        ({"basis": "《特种设备安全法》第八十四条"}, "special_equipment"),
        ({"basis": None}, None),
        ({"basis": "《公路法》第七十六条"}, "general"),
    ],
)
def test_the_field_of_law(changes: dict[str, Any], domain: str | None) -> None:
    assert told(CASE | changes).domain == domain


@pytest.mark.parametrize(
    ("changes", "region"),
    [
        ({"authority_code": None}, None),
        ({"authority_code": None, "credit_code": "91330206MA00000001"}, "330000"),
        ({"authority_code": "(masked)"}, None),
    ],
)
def test_the_province_is_that_of_the_authority_else_of_the_registrar(
    changes: dict[str, Any], region: str | None
) -> None:
    assert told(CASE | changes).region == region


@pytest.mark.parametrize(
    ("text", "simple"), [("简易程序", True), ("普通程序", False), ("一般程序", False), ("02", None), (None, None)]
)
def test_a_procedure_is_known_by_its_name_only(text: str | None, simple: bool | None) -> None:
    assert told(CASE | {"procedure": text}).simple is simple


def test_holds_stop_and_end_a_clock_from_their_day() -> None:
    one = told(CASE, hold("repaired", "2025-01-10"))
    assert (one.stopped_on, one.withdrawn_on, one.held) == (D("2025-01-10"), None, None)
    one = told(CASE, hold("withdrawn", "2025-01-10"))
    assert (one.stopped_on, one.withdrawn_on, one.held) == (None, D("2025-01-10"), None)
    # without a day, or for another reason, it is kept from the public and no more is told
    for other in (hold("repaired", None), hold("expired", "2025-01-10"), hold("deleted_by_source", "2025-01-10")):
        one = told(CASE, other)
        assert (one.stopped_on, one.withdrawn_on, one.held) == (None, None, other["reason"])
    # lifted, of another channel, of another event
    for other in (
        hold("repaired", "2025-01-10", valid_to=D("2025-02-01")),
        hold("repaired", "2025-01-10", channels="grading"),
        hold("expired", "2025-01-10", event_day=D("2023-01-01")),
    ):
        assert told(CASE, other) == told(CASE)


def test_every_kind_that_has_clocks_and_its_days() -> None:
    assert {"Case", "SeriousListing", "AbnormalListing", "AbnormalMark", "Inspection"} == CLOCKED
    assert set(KINDS) >= CLOCKED
    start, end = D("2024-03-01"), D("2025-06-01")
    listing = {"kind": "SeriousListing", "valid_from": start, "listed_on": start, "removed_on": end}
    assert told(listing) == Matter("serious_violation", event_on=start, stopped_on=end)
    # the earlier of removal and repair
    assert told(listing, hold("repaired", "2025-05-01")).stopped_on == D("2025-05-01")
    assert told(listing | {"kind": "AbnormalListing"}).subject == "abnormal_operation"
    mark = {"kind": "AbnormalMark", "valid_from": start, "marked_on": start, "restored_on": end}
    assert told(mark) == Matter("abnormal_mark", event_on=start, stopped_on=end)
    check = {"kind": "Inspection", "valid_from": start, "inspected_on": start, "published_on": end}
    assert told(check) == Matter("sampling_results", event_on=start, published_on=end)
    # a day that was set aside as impossible is none
    assert told(listing | {"listed_on": None}).event_on is None


def test_a_period_counts_anew_from_a_restoration() -> None:
    """Listed 2023-03-01, listed again 2026-05-06: three years from then, one at least (44号令第二十条)."""
    record = {"kind": "SeriousListing", "valid_from": D("2023-03-01"), "listed_on": D("2023-03-01")}
    found = clock(told(record | {"counted_from": D("2026-05-06")}), "gsxt", DAY)
    days = (found.start, found.until_min, found.until_max, found.state)
    assert days == (D("2026-05-06"), D("2027-05-06"), D("2029-05-06"), "running")
    assert clock(told(record), "gsxt", DAY).state == "ended"
