"""What is due and what is late, worked out by hand. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from credit_graph.errors import DefinitionError
from credit_graph.lists.authority import authority_on
from credit_graph.lists.due import (
    Item,
    due_policy,
    entry_ends,
    in_order,
    missing_receipts,
    of_proceeding,
    publication_ends,
    role_titles,
)
from credit_graph.lists.policy import list_policy
from credit_graph.lists.procedures import procedures
from credit_graph.lists.proceedings import Proceeding, Taken, Target
from credit_graph.lists.receipts import Receipt, Receipts
from credit_graph.model.time import DAY_MAX

D = date.fromisoformat
TODAY = D("2026-11-23")
OURS, OTHER = "庆原市市场监督管理局", "兰州市市场监督管理局"
GSXT, CHINA = due_policy().receipts


def penalty(key: str = "k1", decided: str = "2026-11-02", **changes: Any) -> dict[str, Any]:
    found = {
        "sid": f"s{key}",
        "kind": "Case",
        "source": "case",
        "key": key,
        "eid": "91621002MA70000342",
        "name": "庆原测试有限公司",
        "document_number": f"庆西市监处罚〔2026〕{key}号",
        "decided_on": D(decided),
        "valid_from": D(decided),
        "valid_to": DAY_MAX,
        "penalty_kind": "罚款",
        "fine": 5_000_000,
        "authority": OURS,
    } | changes
    return {name: value for name, value in found.items() if value is not None}


def asked(*records: dict[str, Any], row: Any = GSXT, day: date = TODAY, **more: Any) -> tuple[list[Item], list[int]]:
    holds, receipts = more.get("holds", ()), more.get("receipts", Receipts())
    items, unknown = missing_receipts(row, records, holds, receipts, authority_on(day), day)
    return items, [line.count for line in unknown]


def test_a_penalty_without_a_receipt_is_due_within_seven_and_twenty_working_days() -> None:
    """Decided on Monday 2026-11-02: 424号, seven working days; 45号令第九条, twenty."""
    for row, last, article in ((GSXT, "2026-11-30", "第45号）第九条"), (CHINA, "2026-11-11", "424号）第（一）项")):
        (item,), unknown = asked(penalty(), row=row)
        assert (item.day, item.role, item.list, item.id) == (
            D(last),
            "publisher",
            "penalty",
            "庆西市监处罚〔2026〕k1号",
        )
        assert (item.article[0].endswith(article), unknown) == (True, [])
    assert [item.late(TODAY) for row in (GSXT, CHINA) for item in asked(penalty(), row=row)[0]] == [0, 12]


def test_what_is_not_asked_for() -> None:
    held: dict[str, Any] = {
        "held_source": "case",
        "held_key": "k1",
        "reason": "repaired",
        "channels": "public",
        "sid": "h",
    }
    held |= {"valid_from": D("2026-11-10"), "valid_to": DAY_MAX}
    shown = Receipt("gsxt", "G", D("2026-11-05"), "other", "x", ("庆西市监处罚〔2026〕k1号", "91621002MA70000342"))
    for records, more in (
        ([penalty(decided="2026-10-31")], {}),  # before receipts were recorded
        ([penalty(authority=OTHER)], {}),
        ([penalty(cancel_reason="撤案")], {}),
        ([penalty(penalty_kind="警告")], {}),  # GSXT never shows a mere warning (45号令第二条)
        ([penalty()], {"holds": [held]}),
        ([penalty()], {"receipts": Receipts([shown])}),  # another source's record of the same document
    ):
        assert asked(*records, **more) == ([], []), records
    assert len(asked(penalty(penalty_kind="警告"), row=CHINA)[0]) == 1
    # a receipt of the other channel, or from tomorrow, is none
    for receipt in (
        Receipt("credit_china", "C", D("2026-11-05"), "case", "k1"),
        Receipt("gsxt", "G", D("2026-11-24"), "case", "k1"),
    ):
        assert len(asked(penalty(), receipts=Receipts([receipt]))[0]) == 1
    # two sources of one document are one; one without who decided is counted, not listed
    assert len(asked(penalty(), penalty("k2", document_number="庆西市监处罚〔2026〕k1号"))[0]) == 1
    assert asked(penalty(authority=None)) == ([], [1])
    (item,) = asked(penalty(party_kind="自然人", name="王某某", eid=None))[0]
    assert (item.name, item.code) == ("", "")


def test_a_year_without_a_calendar_is_an_error() -> None:
    with pytest.raises(DefinitionError) as error:
        asked(penalty(decided="2026-12-28"), day=D("2026-12-31"))
    assert error.value.code == "policy.no_calendar"


def listing(key: str, listed: str, **changes: Any) -> dict[str, Any]:
    return {
        "sid": f"s{key}",
        "kind": "SeriousListing",
        "source": "list",
        "key": key,
        "listing_id": key,
        "eid": "91621002MA70000342",
        "name": "庆原测试有限公司",
        "listed_on": D(listed),
        "listed_by": OURS,
        "valid_from": D(listed),
        "valid_to": DAY_MAX,
    } | changes


def test_an_entry_that_stands_is_due_on_the_last_day_of_its_clock() -> None:
    held: dict[str, Any] = {
        "held_source": "list",
        "held_key": "held",
        "reason": "expired",
        "channels": "public",
        "sid": "h",
    }
    held |= {"valid_from": D("2026-11-01"), "valid_to": DAY_MAX}
    records = [
        listing("late", "2023-11-20"),
        listing("soon", "2023-11-25"),
        listing("again", "2023-11-20", counted_from=D("2025-02-28")),  # 44号令第二十条
        listing("other", "2023-11-20", listed_by=OTHER),
        listing("nobody", "2023-11-20", listed_by=None),
        listing("out", "2023-11-20", removed_on=D("2026-11-20")),
        listing("held", "2023-11-20"),
    ]
    found, unknown = entry_ends(list_policy("serious_violation"), records, [held], authority_on(TODAY), TODAY)
    days = {key: item.day for (_, key), item in found.items()}
    assert days == {"late": D("2026-11-20"), "soon": D("2026-11-25"), "again": D("2028-02-28")}
    assert [item.late(TODAY) for item in found.values()] == [3, 0, 0]
    assert (found["list", "late"].role, "第二十一条" in found["list", "late"].article[0]) == ("case_officer", True)
    assert [line.count for line in unknown] == [1]  # nobody's


def test_a_publication_ends_with_its_clock_unless_it_ended_already() -> None:
    """通报批评, shown from 2025-02-28: three months, until 2025-05-28 (45号令第十三条)."""
    record = penalty(decided="2025-02-20", penalty_kind="通报批评")
    receipt = Receipt("gsxt", "G", D("2025-02-28"), "case", "k1")
    day = D("2025-06-03")
    item = publication_ends(receipt, record, [], Receipts([receipt]), day)
    assert item is not None
    assert (item.day, item.late(day), item.role, item.list) == (D("2025-05-28"), 6, "publisher", "penalty")
    held: dict[str, Any] = {
        "reason": "expired",
        "channels": "public",
        "valid_from": D("2025-05-29"),
        "valid_to": DAY_MAX,
    }
    assert publication_ends(receipt, record, [held], Receipts([receipt]), day) is None
    # since 2025-12-25 the day from which GSXT counts is not known: blocked, and nothing is asked
    assert publication_ends(receipt, record, [], Receipts([receipt]), TODAY) is None


def begun(
    procedure: str, step: str, target: Target | None = None, list_name: str = "abnormal_operation", **said: str
) -> Proceeding:
    taken = Taken(step, "done", D("2026-07-01"), "王经办", "case_officer", said)
    return Proceeding("YC2026-00001", list_name, procedure, "91", "甲公司", D("2026-07-01"), (taken,), target)


def item_of(proceeding: Proceeding, ends: dict[tuple[str, str], date] | None = None) -> Item:
    rules = procedures(proceeding.list).on(proceeding.procedure, proceeding.opened_on)
    found = of_proceeding(rules, proceeding, ("经营异常名录", "list"), ends or {})
    assert found is not None
    return found


def test_the_next_step_of_a_proceeding_is_due_by_its_term_for_its_role() -> None:
    item = item_of(begun("listing", "proposed", ground="6", facts="未报", found_on="2026-06-30"))
    assert (item.what[0], item.day, item.role) == (
        "经营异常名录·列入经营异常名录：科室负责人审核",
        D("2026-07-14"),  # ten working days after 30 June
        "reviewer",
    )
    assert (item.persons, item.not_before, item.article[0].endswith("第六条")) == (("王经办",), None, True)
    titles = role_titles()
    assert [item.of(who, titles) for who in ("reviewer", "复核人员", "王经办", "李科长", "")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert (item.shown(D("2026-07-13")), item.shown(D("2026-07-14"))) == (False, True)


def test_a_step_that_can_not_be_taken_yet_is_not_asked_for() -> None:
    found = begun("listing", "proposed", ground="9", facts="无法联系", found_on="2026-07-01")
    letter = Taken("first_letter", "done", D("2026-07-01"), "王经办", "case_officer", {"first_letter_on": "2026-07-01"})
    item = item_of(
        Proceeding(
            **{name: getattr(found, name) for name in ("id", "list", "procedure", "eid", "name", "opened_on")},
            taken=(*found.taken, letter),
        )
    )
    assert (item.day, item.not_before) == (None, D("2026-07-16"))
    assert (item.shown(D("2026-07-15")), item.shown(D("2026-07-16"))) == (False, True)


def test_a_removal_in_hand_keeps_to_the_last_day_of_its_entry() -> None:
    target = Target("list", "k", D("2023-07-05"))
    rules = procedures("serious_violation").on("removal_at_term", D("2026-07-01"))
    proceeding = begun("removal_at_term", rules.steps[0].id, target, "serious_violation")
    item = of_proceeding(rules, proceeding, ("严重违法失信名单", "list"), {("list", "k"): D("2026-07-05")})
    assert item is not None and item.day == D("2026-07-05")


def test_the_most_late_comes_first_and_what_has_no_term_last() -> None:
    days = [None, D("2026-11-30"), D("2026-11-01")]
    items = [Item(("x", "x"), day, "penalty", str(number), "", "") for number, day in enumerate(days)]
    assert [item.day for item in in_order(items)] == [D("2026-11-01"), D("2026-11-30"), None]
