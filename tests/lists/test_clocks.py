"""Clocks: worked days with the article beside each, what blocks a clock, and that no two clocks contradict.

The days were counted by hand with 民法典第二百零一条、第二百零二条 and the calendars of policies/working-days.yml.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from clockrules import with_start, with_very_large_fine
from credit_graph import text
from credit_graph.lists.clock_policy import Channel
from credit_graph.lists.clocks import Clock, clock
from credit_graph.lists.matter import Matter

D = date.fromisoformat
OLD = D("2025-12-24")  # the last day of the rules of 2021 on GSXT
NEW = D("2026-11-23")
ORDER_45, ORDER_44 = "国家市场监督管理总局令第45号", "国家市场监督管理总局令第44号"
ART_13, ART_14, ART_21 = f"{ORDER_45}）第十三条", f"{ORDER_45}）第十四条", f"{ORDER_44}）第二十一条"
RULE_3, NDRC = "国市监信规〔2021〕3号", "国家发展和改革委员会（2025年11月19日）"
RULE_68 = "国家工商行政管理总局令第68号，国家市场监督管理总局令第101号修订"
GENERAL = Matter(  # a fine of 50,000 yuan and a confiscation in Gansu
    "penalty", kinds=frozenset({"fine", "confiscation"}), domain="general", fine=5_000_000, region="621000"
)
CRITICISM = replace(GENERAL, kinds=frozenset({"criticism"}), fine=None, simple=False)
REVOKED = replace(GENERAL, kinds=frozenset({"revocation"}), fine=None)
HUBEI = replace(GENERAL, kinds=frozenset({"fine"}), region="420500")
SERIOUS, ABNORMAL, MARK = Matter("serious_violation"), Matter("abnormal_operation"), Matter("abnormal_mark")


def days(found: Clock) -> tuple[str | None, ...]:
    """Minimum, maximum, and the last day as things are."""
    return tuple(str(day) if day else None for day in (found.until_min, found.until_max, found.until))


def published(matter: Matter, on: str, **changes: Any) -> Matter:
    return replace(matter, published_on=D(on), event_on=D(on) - timedelta(days=9), **changes)


def decided(matter: Matter, on: str, **changes: Any) -> Matter:
    return replace(matter, event_on=D(on), **changes)


# matter, channel, day of the rules: minimum, maximum, last day; and an article that is named
WORKED: list[tuple[Matter, Channel, date, tuple[str | None, str | None, str | None], str]] = [
    # GSXT until 2025-12-25: from the receipt, 45号令第十三条; early after half a year, 3号第六条
    (
        published(GENERAL, "2025-05-20"),
        "gsxt",
        OLD,
        ("2025-11-20", "2028-05-20", "2028-05-20"),
        ART_13,
    ),
    (published(GENERAL, "2024-08-31"), "gsxt", OLD, ("2025-02-28", "2027-08-31", "2027-08-31"), f"{RULE_3}）第六条"),
    (published(GENERAL, "2024-02-29"), "gsxt", OLD, ("2024-08-29", "2027-02-28", "2027-02-28"), f"{RULE_3}）第六条"),
    (
        published(GENERAL, "2023-12-31"),
        "gsxt",
        OLD,
        ("2024-06-30", "2026-12-31", "2026-12-31"),
        ART_13,
    ),
    # the last day of the maximum is National Day: 民法典第二百零三条 does not prolong it
    (
        published(GENERAL, "2023-10-01"),
        "gsxt",
        OLD,
        ("2024-04-01", "2026-10-01", "2026-10-01"),
        ART_13,
    ),
    # food, drugs, special equipment: a year
    (
        published(replace(GENERAL, domain="food"), "2024-02-29"),
        *("gsxt", OLD, ("2025-02-28", "2027-02-28", "2027-02-28"), f"{RULE_3}）第六条"),
    ),
    (
        published(replace(GENERAL, domain="special_equipment"), "2023-06-30"),
        *("gsxt", OLD, ("2024-06-30", "2026-06-30", "2026-06-30"), f"{RULE_3}）第六条"),
    ),
    # three months, of which nothing is stopped early
    (
        published(CRITICISM, "2023-11-30"),
        "gsxt",
        OLD,
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ART_13,
    ),
    (
        published(replace(HUBEI, fine=9_999_999), "2022-11-30"),
        *("gsxt", OLD, ("2023-02-28", "2023-02-28", "2023-02-28"), ART_13),
    ),
    (
        published(replace(HUBEI, fine=10_000_000), "2022-11-30"),
        *("gsxt", OLD, ("2023-05-30", "2025-11-30", "2025-11-30"), ART_13),
    ),
    (
        published(replace(HUBEI, fine=1_000_000, natural_person=True), "2024-10-31"),
        *("gsxt", OLD, ("2025-04-30", "2027-10-31", "2027-10-31"), ART_13),
    ),
    # excluded kinds: to the end, and as long as the restriction itself where that is longer
    (
        published(REVOKED, "2022-03-15"),
        "gsxt",
        OLD,
        ("2025-03-15", "2025-03-15", "2025-03-15"),
        ART_14,
    ),
    (
        published(replace(REVOKED, kinds=frozenset({"occupation"}), restricted_until=D("2030-01-01")), "2024-01-01"),
        *("gsxt", OLD, ("2030-01-01", "2030-01-01", "2030-01-01"), ART_13),
    ),
    (
        published(replace(REVOKED, kinds=frozenset({"occupation"}), restricted_until=D("2026-01-01")), "2024-01-01"),
        *("gsxt", OLD, ("2027-01-01", "2027-01-01", "2027-01-01"), ART_13),
    ),
    # stopped on the first day that the law allows; a repair that was revoked begins anew; annulled
    (
        published(GENERAL, "2025-05-20", stopped_on=D("2025-11-21")),
        *("gsxt", OLD, ("2025-11-20", "2028-05-20", "2025-11-20"), f"{RULE_3}）第六条"),
    ),
    (
        published(GENERAL, "2024-05-20", stopped_on=D("2025-01-10"), restored_on=D("2025-03-01")),
        *("gsxt", OLD, ("2025-09-01", "2028-03-01", "2028-03-01"), f"{RULE_3}）第十二条"),
    ),
    (
        published(GENERAL, "2025-05-20", withdrawn_on=D("2025-06-10")),
        *("gsxt", OLD, ("2025-11-20", "2028-05-20", "2025-06-09"), ART_13),
    ),
    # 信用中国 from 2026-04-01: from the decision
    (decided(CRITICISM, "2026-05-31"), "credit_china", NEW, (None, "2026-08-31", "2026-08-31"), NDRC),
    (
        decided(replace(GENERAL, severity="general"), "2026-11-30"),
        *("credit_china", NEW, ("2027-02-28", "2027-11-30", "2027-11-30"), NDRC),
    ),
    (decided(REVOKED, "2024-02-29"), "credit_china", NEW, ("2025-02-28", "2027-02-28", "2027-02-28"), NDRC),
    (
        decided(replace(GENERAL, kinds=frozenset({"confiscation"})), "2026-08-31", stopped_on=D("2026-12-01")),
        *("credit_china", NEW, ("2026-11-30", "2027-08-31", "2026-11-30"), NDRC),
    ),
    # lists: from the listing, early after one year, 44号令; without a term, 68号令 and 69号令
    (
        decided(SERIOUS, "2024-02-29"),
        "gsxt",
        NEW,
        ("2025-02-28", "2027-02-28", "2027-02-28"),
        ART_21,
    ),
    (
        decided(SERIOUS, "2024-03-31", stopped_on=D("2025-04-01")),
        *("gsxt", NEW, ("2025-03-31", "2027-03-31", "2025-03-31"), f"{ORDER_44}）第十六条"),
    ),
    (
        decided(SERIOUS, "2024-03-31", restricted_until=D("2028-01-01")),
        *("gsxt", NEW, ("2025-03-31", "2028-01-01", "2028-01-01"), ART_21),
    ),
    (
        decided(SERIOUS, "2023-03-31", stopped_on=D("2024-06-01"), restored_on=D("2024-12-31")),
        *("gsxt", NEW, ("2025-12-31", "2027-12-31", "2027-12-31"), f"{ORDER_44}）第二十条"),
    ),
    (
        decided(SERIOUS, "2025-03-31", withdrawn_on=D("2025-04-02")),
        *("gsxt", NEW, ("2026-03-31", "2028-03-31", "2025-04-01"), ART_21),
    ),
    (decided(ABNORMAL, "2016-07-08"), "gsxt", NEW, (None, None, None), f"{RULE_68}）第十条"),
    (
        decided(ABNORMAL, "2025-07-08", stopped_on=D("2026-03-01")),
        *("gsxt", NEW, (None, None, "2026-02-28"), f"{RULE_68}）第十条"),
    ),
    (
        decided(MARK, "2025-07-08", stopped_on=D("2026-01-01")),
        *("gsxt", NEW, (None, None, "2025-12-31"), "国家工商行政管理总局令第69号）第十八条"),
    ),
    # what the bureau releases ends with its source
    (decided(SERIOUS, "2024-02-29"), "release", NEW, (None, "2027-02-28", "2027-02-28"), ART_21),
]


@pytest.mark.parametrize(("matter", "channel", "day", "expected", "article"), WORKED)
def test_worked_days(
    matter: Matter, channel: Channel, day: date, expected: tuple[str | None, ...], article: str
) -> None:
    found = clock(matter, channel, day)
    assert days(found) == expected
    assert any(article in zh for zh, _ in found.articles)
    assert (found.row, found.confidence) != (None, None)


def test_the_states_of_a_clock_over_its_life() -> None:
    matter = published(GENERAL, "2022-03-15")
    one = D("2022-03-14")
    states = {
        str(day): clock(matter, "gsxt", day).state for day in (one, D("2022-03-15"), D("2025-03-15"), D("2025-03-16"))
    }
    assert list(states.values()) == ["not_started", "running", "running", "ended"]
    assert clock(replace(matter, published_on=None), "gsxt", D("2022-03-15")).state == "not_started"
    assert clock(replace(matter, held="repaired"), "gsxt", D("2022-03-15")).state == "held"


def test_a_clock_from_publication_starts_at_the_receipt_and_not_at_the_decision() -> None:
    found = clock(decided(GENERAL, "2025-01-02"), "gsxt", OLD)
    assert (found.state, days(found)) == ("not_started", (None, None, None))
    assert found.why == (("没有国家企业信用信息公示系统的公示回执", "there is no receipt of GSXT"),)
    # and a release of this bureau is no publication: it has not started either
    assert clock(decided(GENERAL, "2025-01-02"), "release", OLD).state == "not_started"


@pytest.mark.parametrize(
    ("matter", "article"),
    [
        (replace(GENERAL, kinds=frozenset({"warning"}), fine=None, simple=False), f"{ORDER_45}）第二条"),
        (replace(GENERAL, kinds=frozenset({"fine"}), fine=100_000, simple=True), f"{ORDER_45}）第二条"),
        # a warning can also be given on the spot; neither is shown, so it need not be known
        (replace(GENERAL, kinds=frozenset({"warning"}), fine=None), f"{ORDER_45}）第二条"),
    ],
)
def test_what_gsxt_never_shows(matter: Matter, article: str) -> None:
    for day in (OLD, NEW):
        found = clock(decided(matter, "2025-05-20"), "gsxt", day)
        assert (found.state, found.until) == ("not_shown", None)
        assert article in found.articles[0][0]


# the change of the rules in 2025 and 2026


def test_one_penalty_over_the_change_of_the_rules_on_both_channels() -> None:
    matter = published(replace(GENERAL, severity="general"), "2025-09-30", paused=(D("2026-05-01"), D("2026-06-30")))
    assert days(clock(matter, "gsxt", OLD)) == ("2026-03-30", "2028-09-30", "2028-09-30")
    # from the next day on the new rule is in force: its start day was not seen, so nothing is told and nothing shown
    blocked = clock(matter, "gsxt", D("2025-12-25"))
    assert (blocked.state, days(blocked), blocked.row) == ("blocked", (None, None, None), "gsxt_2025_general")
    name = "《市场监督管理信用修复管理办法》（国家市场监督管理总局（2025年））"
    assert [zh for zh, _ in blocked.why] == [f"{name}的起算日未设定"]
    assert clock(matter, "release", D("2025-12-25")).state == "blocked"
    # with a value marked 测试数据 it runs: three months to one year
    tested = with_start({"gsxt_2025_general": "publication"})
    found = clock(matter, "gsxt", D("2025-12-25"), tested)
    assert days(found) == ("2025-12-30", "2026-09-30", "2026-09-30")
    assert (found.state, found.confidence) == ("running", "own")
    assert clock(matter, "gsxt", D("2026-05-01"), tested).state == "paused"
    assert clock(matter, "gsxt", D("2026-07-01"), tested).state == "running"
    # 信用中国: no rule was seen before, then from the decision of 2025-09-21
    assert clock(matter, "credit_china", D("2026-03-31")).state == "blocked"
    assert days(clock(matter, "credit_china", D("2026-04-01"))) == ("2025-12-21", "2026-09-21", "2026-09-21")
    # and the release follows the first that ends
    assert days(clock(matter, "release", D("2026-04-01"), tested)) == (None, "2026-09-21", "2026-09-21")


@pytest.mark.parametrize(
    ("matter", "channel", "day", "why"),
    [
        (published(REVOKED, "2025-05-20"), "gsxt", NEW, ["起算日", "最短期限", "最长期限"]),  # the serious class
        (Matter("sampling_results", published_on=D("2026-01-05")), "gsxt", NEW, ["起算日", "最短期限", "最长期限"]),
        (decided(GENERAL, "2025-01-02"), "credit_china", OLD, ["该渠道当日没有规则"]),
        (SERIOUS, "gsxt", NEW, ["没有决定、列入或者检查的日期"]),
        (published(SERIOUS, "2025-05-20"), "credit_china", NEW, ["该渠道当日没有规则"]),
        # a small fine of Gansu is not set, and decides between three months and three years
        (
            published(replace(GENERAL, kinds=frozenset({"fine"})), "2025-05-20"),
            *("gsxt", OLD, ["621000 的较低数额罚款标准未设定；621000 的特别巨大数额罚款标准未设定"]),
        ),
        (published(replace(HUBEI, fine=None), "2025-05-20"), "gsxt", OLD, ["罚款数额未知"]),
        (published(replace(GENERAL, domain=None), "2025-05-20"), "gsxt", OLD, ["是否属于食品、药品、特种设备领域未知"]),
        (
            decided(replace(HUBEI, fine=300_000, region="420500"), "2025-05-20"),
            *("gsxt", OLD, ["适用简易程序还是普通程序未知"]),
        ),
        (published(replace(GENERAL, kinds=frozenset()), "2025-05-20"), "gsxt", OLD, ["处罚种类未知"]),
        (
            published(replace(GENERAL, unknown_kinds=("行政拘留",)), "2025-05-20"),
            "gsxt",
            OLD,
            ["处罚种类“行政拘留”无法识别"],
        ),
        (
            decided(replace(GENERAL, kinds=frozenset({"suspension"})), "2026-05-20"),
            *("credit_china", NEW, ["失信信息类别（轻微、一般、严重）无法确定"]),
        ),
        # a stop that the law does not allow yet, or at all
        (
            published(GENERAL, "2025-05-20", stopped_on=D("2025-11-20")),
            "gsxt",
            OLD,
            ["", "2025-11-20 停止公示"],
        ),
        (
            published(REVOKED, "2023-05-20", stopped_on=D("2025-11-20")),
            "gsxt",
            OLD,
            ["", "2025-11-20 停止公示"],
        ),
        (
            decided(SERIOUS, "2025-05-20", stopped_on=D("2026-05-20")),
            "gsxt",
            NEW,
            ["", "2026-05-20 停止公示"],
        ),
    ],
)
def test_what_blocks_a_clock(matter: Matter, channel: Channel, day: date, why: list[str]) -> None:
    found = clock(matter, channel, day)
    assert (found.state, found.until, found.shown) == ("blocked", None, False)
    assert len(found.why) == len(why)
    assert all(part in zh for part, (zh, _) in zip(why, found.why, strict=True))


@pytest.mark.parametrize("fine", [300_001, 5_000_000])
def test_what_is_unknown_matters_only_where_it_changes_the_answer(fine: int) -> None:
    # a revocation ends at three years, whatever the fine beside it and the field of law
    unknown = replace(REVOKED, kinds=frozenset({"revocation", "fine"}), fine=fine, domain=None, region=None)
    assert days(clock(published(unknown, "2022-03-15"), "gsxt", OLD)) == ("2025-03-15", "2025-03-15", "2025-03-15")
    # and such a fine is above what can be imposed on the spot
    large = replace(HUBEI, fine=fine, natural_person=False)
    assert clock(decided(large, "2022-03-15"), "gsxt", OLD).state == "not_started"


@pytest.mark.parametrize(
    ("fine", "row"), [(99_999_999, "credit_china_2026_general"), (100_000_000, "credit_china_2026_serious")]
)
def test_a_fine_is_very_large_from_the_threshold_on_once_it_is_set(fine: int, row: str) -> None:
    matter = decided(replace(HUBEI, fine=fine), "2026-05-20")
    assert clock(matter, "credit_china", NEW).why == (
        ("420500 的特别巨大数额罚款标准未设定", "no very large fine is set for 420500"),
    )
    assert clock(matter, "credit_china", NEW, with_very_large_fine(100_000_000)).row == row


def test_a_clock_is_explained_in_both_languages() -> None:
    found = clock(published(GENERAL, "2024-08-31"), "gsxt", OLD)
    assert found.as_json()["why"] == ["自 2024-08-31（当日不计入）起3年，至 2027-08-31"]
    text.use("en")
    try:
        shown = found.as_json()
    finally:
        text.use("zh")
    assert shown["why"] == ["3 years from 2024-08-31, which is not counted, until 2027-08-31"]
    assert shown["articles"][0].endswith("(国家市场监督管理总局令第45号), art. 13")
    assert (shown["until_min"], shown["until_max"], shown["row"]) == ("2025-02-28", "2027-08-31", "gsxt_45_other")
