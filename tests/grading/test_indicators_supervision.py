"""Exact points of supervision (监管信息) and of what the public says (社会评价信息), faded by age."""

from __future__ import annotations

from datetime import date
from typing import Any

from graded import YUAN, A, B, Case, Firm, check_all, firm, graded, result

NEW, OLDER, OLDEST, GONE = date(2025, 11, 24), date(2025, 11, 23), date(2024, 11, 23), date(2023, 11, 23)
"""Days that count 100, 70 and 40 per cent, and one that no longer counts."""


def many(count: int, say: str, *args: Any, **more: Any) -> Any:
    """So many records; all of them are expected behind the value."""
    return lambda firm: {getattr(firm, say)(*args, **more) for _ in range(count)}


def aged(say: str, days: list[date], *args: Any, **more: Any) -> Any:
    """Records on these days; those that still count are expected."""

    def build(firm: Firm) -> set[str]:
        sids = {day: getattr(firm, say)(*args, day, **more) for day in days}
        return {sid for day, sid in sids.items() if day > GONE}

    return build


def fading(indicator: str, full: int, say: str, *args: Any, **more: Any) -> list[Case]:
    """One record of each age: 100, 70 and 40 per cent of the points, then none."""
    return [
        Case(indicator, 1, full, aged(say, [NEW], *args, **more)),
        Case(indicator, 1, full * 70 // 100, aged(say, [OLDER], *args, **more)),
        Case(indicator, 1, full * 40 // 100, aged(say, [OLDEST], *args, **more)),
        Case(indicator, 0, 0, aged(say, [GONE], *args, **more)),
    ]


def complained(count: int, day: date, **more: Any) -> Any:
    return lambda firm: {firm.say("Complaint", day=day, received_on=day, **more) for _ in range(count)}


def growing(before: int, now: int) -> Any:
    early, late = complained(before, date(2026, 6, 1)), complained(now, date(2026, 9, 1))
    return lambda firm: early(firm) | late(firm)


def sampled(firm: Firm, day: date = NEW) -> str:
    return firm.say("Sampling", day=day, sampled_on=day, result="不合格")


def good_sample(firm: Firm) -> set[str]:
    firm.say("Sampling", day=NEW, sampled_on=NEW, result="合格")
    return set()


def green_after_black(firm: Firm) -> set[str]:
    for day, level in ((date(2025, 1, 1), "黑色"), (date(2026, 1, 1), "绿色")):
        last = firm.say("Evaluation", evaluation_kind="环境信用", rated_level=level, published_on=day)
    return {last}


def rated(level: str) -> Any:
    told = {"evaluation_kind": "环境信用", "rated_level": level, "published_on": date(2026, 1, 1)}
    return lambda firm: {firm.say("Evaluation", **told)}


def removed(firm: Firm) -> set[str]:
    """Listed and taken off again: no listing of today."""
    firm.listed(date(2020, 1, 1), end=date(2021, 1, 1), removed_on=date(2021, 1, 1))
    return set()


def not_reported(firm: Firm) -> set[str]:
    firm.listed(reason="未依照规定公示年度报告")
    return set()


def only_fined(firm: Firm) -> set[str]:
    firm.case(penalty_kind="罚款")
    return set()


def once_serious(day: date, end: date) -> Any:
    return lambda firm: {firm.seriously(day, end=end, removed_on=end)}


def fined(yuan: int, day: date = NEW) -> Any:
    return lambda firm: {firm.case(day, fine=(yuan - 1) * YUAN), firm.case(day, confiscated=YUAN)}


def same_batch(firm: Firm) -> set[str]:
    return {firm.measure("联合惩戒", measure_batch="1", measure=text) for text in ("限制", "禁止")}


CASES = [
    Case("abnormal_now", 1, 200, many(1, "listed", date(2019, 1, 1))),
    Case("abnormal_now", 2, 250, many(2, "listed", date(2019, 1, 1))),
    Case("abnormal_now", 4, 250, many(4, "listed", date(2019, 1, 1))),
    Case("abnormal_now", 0, 0, removed),
    Case("abnormal_unreachable", 1, 60, many(1, "listed", reason="通过登记的住所或者经营场所无法联系的")),
    Case("abnormal_unreachable", 0, 0, not_reported),
    Case("abnormal_false", 1, 80, many(1, "listed", reason="公示企业信息隐瞒真实情况、弄虚作假的")),
    *fading("abnormal_times", 40, "listed"),
    Case("abnormal_times", 2, 80, many(2, "listed", NEW)),
    Case("abnormal_times", 3, 120, many(3, "listed", NEW)),
    Case("abnormal_times", 5, 120, many(5, "listed", NEW)),
    # 30 % of the points of what is of the last year, 30 % of two years', 40 % of three years'
    Case("abnormal_times", 3, (30 * 40 + 30 * 80 + 40 * 120) // 100, aged("listed", [NEW, OLDER, OLDEST])),
    Case("serious_history", 1, 150, once_serious(date(2024, 1, 1), date(2025, 1, 1))),
    Case("serious_history", 1, 105, once_serious(date(2023, 11, 23), date(2025, 1, 1))),
    Case("serious_history", 1, 60, once_serious(date(2022, 3, 1), date(2024, 3, 1))),
    Case("unfulfilled_judgment", 1, 80, many(1, "measure", "未履行生效裁判")),
    Case("unfulfilled_judgment", 2, 120, many(2, "measure", "未履行生效裁判")),
    Case("joint_measures", 1, 60, same_batch),
    Case("joint_measures", 2, 100, lambda firm: same_batch(firm) | {firm.measure("联合惩戒", measure_batch="2")}),
    *fading("penalties", 80, "case"),
    *(
        Case("penalties", count, points, many(count, "case", NEW))
        for count, points in [(2, 140), (3, 180), (4, 180), (5, 220), (9, 220)]
    ),
    *(
        Case("fines", yuan * YUAN, points, fined(yuan))
        for yuan, points in [(9_999, 0), (10_000, 20), (100_000, 50), (1_000_000, 100)]
    ),
    Case("fines", 100_000 * YUAN, 35, fined(100_000, OLDER)),
    *fading("heavy_penalties", 100, "case", penalty_kind="罚款;责令停产停业"),
    Case("heavy_penalties", 1, 100, many(1, "case", NEW, penalty_kind="吊销许可证件")),
    Case("heavy_penalties", 0, 0, only_fined),
    *fading("inspection_refused", 80, "inspected", "不予配合情节严重"),
    Case("inspection_refused", 2, 120, many(2, "inspected", "不予配合情节严重", NEW)),
    *fading("inspection_pending", 40, "inspected", "发现问题待后续处理"),
    Case("inspection_pending", 2, 70, many(2, "inspected", "发现问题待后续处理", NEW)),
    *fading("inspection_corrected", 20, "inspected", "发现问题责令改正"),
    Case("inspection_corrected", 2, 35, many(2, "inspected", "发现问题责令改正", NEW)),
    Case("inspection_corrected", 3, 50, many(3, "inspected", "发现问题责令改正", NEW)),
    *fading("inspection_unreachable", 40, "inspected", "通过登记的住所无法联系"),
    *(
        Case("sampling_failed", count, points, lambda firm, count=count: {sampled(firm) for _ in range(count)})  # type: ignore[misc]
        for count, points in [(1, 40), (2, 70), (3, 70), (4, 100)]
    ),
    Case("sampling_failed", 1, 28, lambda firm: {sampled(firm, OLDER)}),
    Case("sampling_failed", 0, 0, good_sample),
    *(
        Case("environment", value, points, rated(level))
        for level, value, points in [("蓝色", 0, 0), ("黄色", 1, 15), ("红色", 2, 40), ("黑色", 3, 70)]
    ),
    Case("environment", 0, 0, green_after_black),
    *(
        Case("complaints", count, points, complained(count, date(2026, 1, 1)))
        for count, points in [(1, 0), (2, 15), (4, 30), (10, 60)]
    ),
    Case("complaints_growth", 0, 0, growing(0, 2)),
    Case("complaints_growth", 300, 30, growing(0, 3)),
    Case("complaints_growth", 50, 15, growing(2, 3)),
    Case("complaints_growth", 33, 0, growing(3, 4)),
    Case("complaints_growth", 0, 0, growing(5, 3)),
    Case("tips_confirmed", 1, 30, complained(1, NEW, result="立案")),
    Case("tips_confirmed", 1, 21, complained(1, OLDER, result="立案")),
    Case("tips_confirmed", 3, 60, complained(3, NEW, result="立案")),
    Case("complaints_unsettled", 1, 10, complained(1, NEW, result="调解不成")),
    Case("complaints_unsettled", 3, 25, complained(3, NEW, result="调解不成")),
    Case("complaints_unsettled", 0, 0, lambda firm: complained(3, OLDER, result="调解不成")(firm) and set()),
]
WITHOUT = {"lawsuits", "opinions"}  # awaited: no source brings these kinds yet


def test_every_case() -> None:
    assert check_all(CASES) == []


def test_one_decision_told_by_two_sources_counts_once() -> None:
    said = firm()
    day: dict[str, Any] = {"start": date(2026, 3, 18), "decided_on": date(2026, 3, 18)}
    number = "庆西市监处罚〔2026〕31号"
    one = said.say("Case", A, "1", source="penalty_published", document_number=number, **day)
    two = said.say(
        "Case", A, "2", source="penalty_double_publicity", document_number=f" {number}", fine=20_000 * YUAN, **day
    )
    said.say("Case", A, "3", source="penalty_published", document_number="庆西市监处罚〔2026〕32号", **day)
    found = graded(said).indicators
    row: Any = found["penalties"].loc[A]
    assert (row["value"], row["points"]) == (2, 140)
    assert {one.sid, two.sid} < set(row["statements"])
    assert found["fines"].loc[A, "value"] == 20_000 * YUAN


def test_a_source_that_is_not_loaded_gives_no_value_and_no_points() -> None:
    said = firm()
    assert result(said, "complaints")[:3] == (None, 0, set())
    assert result(said, "abnormal_now")[:3] == (None, 0, set())
    said.say("AbnormalListing", B, "1", start=date(2025, 1, 1))
    assert result(said, "abnormal_now")[:3] == (0, 0, set())
