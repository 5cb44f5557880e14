"""What the clocks and the receipts of GSXT say of the entries of a release. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from credit_graph.lists.receipts import Receipt, Receipts
from credit_graph.lists.release import Known, judge_list, rules_on
from credit_graph.model.time import DAY_MAX, Point

D = date.fromisoformat
TODAY = D("2026-11-23")
ORDER_44 = "《市场监督管理严重违法失信名单管理办法》（国家市场监督管理总局令第44号）"


def entry(source: str = "list", listed: str = "2025-03-01", **changes: Any) -> dict[str, Any]:
    """An entry of an invented firm on the list of serious violations."""
    return {
        "sid": "s1",
        "source": source,
        "key": "k1",
        "kind": "SeriousListing",
        "name": "庆原测试有限公司",
        "credit_code": "91621002MA70000342",
        "listing_id": "L1",
        "listed_on": D(listed),
        "listed_by": "庆原市市场监督管理局",
        "reason": "组织虚假交易",
        "valid_from": D(listed),
        "valid_to": DAY_MAX,
    } | changes


def hold(reason: str, start: str) -> dict[str, Any]:
    named = {"sid": "h", "held_source": "list", "held_key": "k1", "reason": reason, "channels": "public"}
    return named | {"valid_from": D(start), "valid_to": DAY_MAX}


def shown(day: str, source: str = "bureau") -> Receipts:
    return Receipts([Receipt("gsxt", "G-1", D(day), source, "k1")])


def released(
    record: dict[str, Any], *holds: dict[str, Any], receipts: Receipts | None = None, use: date = TODAY
) -> tuple[list[Any], list[tuple[str, str, str]]]:
    """The last days of the entries; code, sentence and basis of what is refused."""
    point = Point(1, TODAY, use)
    known = Known([record], holds, receipts=receipts or Receipts())
    listed = judge_list(rules_on("serious_violation", TODAY), known, point)
    told = [(row["codes"], row["sentences"], row["basis"]) for row in listed.refused]
    return [item["last_day"] for item in listed.entries], told


def test_an_entry_of_the_bureau_needs_the_receipt_of_gsxt_and_one_of_a_source_does_not() -> None:
    assert released(entry()) == (["2028-03-01"], [])
    refused = ("no_receipt", "本机关决定列入，尚无公示系统的公示回执", ORDER_44 + "第十四条")
    assert released(entry("bureau")) == ([], [refused])
    assert released(entry("bureau"), receipts=shown("2025-03-10")) == (["2028-03-01"], [])
    # one that says that it is shown from tomorrow, on another channel, or of another record, is none
    other = Receipts([Receipt("credit_china", "C-1", D("2025-03-10"), "bureau", "k1")])
    for receipts in (shown("2026-11-24"), other, shown("2025-03-10", "list")):
        assert released(entry("bureau"), receipts=receipts) == ([], [refused])


def test_a_restoration_counts_the_term_anew_and_asks_for_a_new_receipt() -> None:
    """Listed 2023-03-01, its repair revoked 2026-05-06: three years from then on (44号令第二十条)."""
    again = entry(listed="2023-03-01", counted_from=D("2026-05-06"))
    assert released(again) == (["2029-05-06"], [])
    own = again | {"source": "bureau"}
    assert [code for code, _, _ in released(own, receipts=shown("2023-03-10"))[1]] == ["no_receipt"]
    assert released(own, receipts=shown("2026-05-06")) == (["2029-05-06"], [])
    # without it the term would be over
    ((code, sentence, basis),) = released(entry(listed="2023-03-01"))[1]
    assert (code, sentence, basis) == (
        "term_over",
        "列入期限已届满，应当移出：2026-03-01",
        ORDER_44 + "第二十一条",
    )


@pytest.mark.parametrize(
    ("start", "code", "sentence"),
    [
        ("2026-04-01", "clock_ended", "公示期限已届满或者已停止公示：自 2025-03-01（当日不计入）起3年，至 2028-03-01"),
        (
            "2025-06-01",
            "clock_blocked",
            "公示期限不能确定：自 2025-03-01（当日不计入）起3年，至 2028-03-01；"
            "2025-06-01 停止公示，规定此时不能停止，须核对",
        ),
    ],
)
def test_what_the_clock_says_is_no_entry_though_no_hold_keeps_it(start: str, code: str, sentence: str) -> None:
    """The use day lies before the repair, so no hold speaks; the clock of the valid day knows of it."""
    (entries, refused) = released(entry(), hold("repaired", start), use=D("2025-05-01"))
    basis = "；".join(f"{ORDER_44}{article}" for article in ("", "第二十一条", "第十六条", "第二十条"))
    assert (entries, refused) == ([], [(code, sentence, basis)])


def test_a_removal_after_the_valid_day_does_not_speak_on_it() -> None:
    """Removed within its first year, which the rules don't allow: on the days before it stood all the same."""
    assert released(entry(listed="2026-06-01", removed_on=D("2026-11-24"))) == (["2029-06-01"], [])
