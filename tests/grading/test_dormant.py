"""Dormant entities: each condition on its own, on its day, and against a plain judgement of every firm."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from credit_graph.errors import DefinitionError
from credit_graph.grading.dormant import Dormant, dormant
from credit_graph.grading.reports_policy import reports_policy
from credit_graph.resources import root
from handmade import Said, projection_of

TODAY = date(2026, 11, 23)
A, B = "91330200AAAAAAAAAA", "91330200BBBBBBBBBB"
SHOP = "92330200CCCCCCCCCC"
Record = tuple[str, dict[str, Any]]


def say(said: Said, kind: str, eid: str, start: date, **content: Any) -> None:
    """A record of a firm, with a key of its own."""
    said.say(kind, eid, f"{eid}|{len(said.statements)}", start=start, **content)


def unreachable(said: Said, eid: str, day: date = date(2024, 5, 6)) -> None:
    """An entry on the list of abnormal operation."""
    say(said, "AbnormalListing", eid, day, listed_on=day, reason="通过登记的住所或者经营场所无法联系")


def filed(said: Said, eid: str, year: int, day: date | None, **more: Any) -> None:
    """An annual report."""
    say(said, "AnnualReport", eid, date(year, 12, 31), year=year, filed_on=day, **more)


def city(**content: Any) -> Said:
    """A firm that last reported for 2023 and can't be found; another one has reported on paper."""
    said = papers()
    lost(said, A, **content)
    return said


def papers() -> Said:
    """A shop that has reported on paper."""
    said = Said()
    said.firm(SHOP, "店", entity_type="个体工商户")
    filed(said, SHOP, 2025, date(2026, 5, 1), form="纸质")
    return said


def lost(said: Said, eid: str, **content: Any) -> None:
    """A firm that last reported for 2023 and can't be found."""
    said.firm(eid, f"户{eid}", **content)
    filed(said, eid, 2023, date(2024, 5, 1))
    unreachable(said, eid)


def numbered(number: int) -> str:
    return f"91{number + 1:016d}"


def judged(said: Said, valid: date = TODAY) -> Dormant:
    projection = projection_of(said.statements, TODAY, channel="internal", valid=valid)
    policy = reports_policy()
    return dormant(projection, policy.dormant_on(valid), policy.on(valid))


def place(said: Said, eid: str = A, valid: date = TODAY) -> str:
    """Where the firm stands: the list, the reason it is left out for, its sign of life, or nowhere."""
    return places(said, valid).get(eid, "")


def places(said: Said, valid: date = TODAY) -> dict[str, str]:
    """Where each firm stands, if it stands anywhere: a city is judged at once, one by one takes long."""
    found = judged(said, valid)
    return {
        **dict.fromkeys(found.firms.index, "listed"),
        **found.excluded["excluded"].astype(str).to_dict(),
        **found.alive["sign"].astype(str).to_dict(),
    }


def test_the_list_tells_its_evidence() -> None:
    said = city()
    found = judged(said)
    assert found.firms.index.tolist() == [A]
    row = found.firms.loc[A]
    listing = next(item for item in said.statements if item.kind == "AbnormalListing")
    assert (row["last_report"], row["unreachable"], row["unreachable_sid"]) == (2023, "listed_unreachable", listing.sid)
    assert str(row["unreachable_day"])[:10] == "2024-05-06"
    assert (found.silent, found.not_judged) == (1, ())
    assert {"insured", "insolvency", "equity_frozen", "equity_pledged"} <= set(found.unchecked)
    assert "listed_unreachable" not in found.unchecked


def test_one_report_of_the_last_years_is_enough() -> None:
    said = papers()
    wanted = {}
    for number, (year, day, expected) in enumerate(
        [
            (2025, date(2026, 11, 23), ""),
            (2025, date(2026, 11, 24), "listed"),  # not filed yet
            (2025, None, ""),  # filed on an unknown day is filed
            (2024, date(2026, 10, 1), ""),
            (2022, date(2026, 10, 1), "listed"),
        ]
    ):
        lost(said, numbered(number))
        filed(said, numbered(number), year, day)
        wanted[numbered(number)] = expected
    assert places(said) == {eid: expected for eid, expected in wanted.items() if expected}


def test_windows_that_are_not_over_do_not_count() -> None:
    said = city()
    days = (date(2026, 7, 1), date(2026, 6, 30))
    assert [place(said, valid=day) for day in days] == ["listed", ""]  # of 2024 and 2025; of 2023 and 2024
    filed(said, A, 2025, date(2026, 7, 2))
    assert [place(said, valid=day) for day in (date(2026, 7, 1), date(2026, 7, 2))] == ["listed", ""]


MAY_BE: list[tuple[dict[str, Any], str]] = [
    ({"founded_on": date(2024, 12, 31)}, "listed"),  # both reports were owed
    ({"founded_on": date(2025, 1, 1)}, ""),
    ({"state": "歇业"}, "filed_closure"),
    ({"state": "吊销"}, ""),
    ({"state": "注销中"}, ""),
    ({"entity_type": "有限责任公司分公司"}, "listed"),
]


def test_who_may_be_dormant() -> None:
    said = papers()
    wanted = {}
    for number, (content, expected) in enumerate(MAY_BE):
        lost(said, numbered(number), **content)
        wanted[numbered(number)] = expected
    assert places(said) == {eid: expected for eid, expected in wanted.items() if expected}


DAY, BEFORE = date(2024, 11, 24), date(2024, 11, 23)  # the first day of 24 months up to today, and the day before


SIGNS: list[tuple[str, str, str, int, dict[str, Any]]] = [
    ("Evaluation", "tax_rating", "rated_on", 24, {"evaluation_kind": "纳税信用", "rated_level": "M"}),
    ("Permit", "permit_issued", "issued_on", 24, {}),
    ("Permit", "permit_begun", "permitted_from", 24, {}),
    ("OnlineAccess", "online", "patrolled_on", 12, {"state": "在线"}),
    ("OnlineAccess", "self_report", "self_reported_on", 12, {"state": "离线"}),
    ("Sampling", "sampled", "sampled_on", 24, {}),
    ("Inspection", "inspected", "inspected_on", 24, {"result": "未发现问题"}),
    ("Complaint", "complaint", "received_on", 24, {}),
    ("SocialInsurance", "insured", "", 12, {"insured": 1}),
]


def test_a_sign_of_life_counts_within_its_months() -> None:
    said = papers()
    wanted: dict[str, str] = {}
    for kind, sign, day, months, content in SIGNS:
        first = date(2024 if months == 24 else 2025, 11, 24)
        days = {first: sign, first.replace(day=23): "listed", TODAY: sign, date(2026, 11, 24): "listed"}
        for when, expected in days.items():
            eid = numbered(len(wanted))
            lost(said, eid)
            told = {day: when} if day else {}
            say(said, kind, eid, when if not day else date(2020, 1, 1), **content, **told)
            wanted[eid] = expected
    assert places(said) == wanted


NEITHER: list[Record] = [
    ("Evaluation", {"evaluation_kind": "纳税信用", "rated_level": "D", "rated_on": TODAY}),
    ("Evaluation", {"evaluation_kind": "环境信用", "rated_level": "绿色", "rated_on": TODAY}),
    ("SocialInsurance", {"insured": 0}),
    ("SocialInsurance", {}),
    ("OnlineAccess", {"state": "离线", "patrolled_on": TODAY}),
    ("Inspection", {"result": "通过登记的住所无法联系", "inspected_on": TODAY}),
    ("EquityPledge", {"state": "无效", "pledged_on": TODAY}),
    ("EquityPledge", {"state": "有效", "pledged_on": TODAY, "released_on": TODAY}),
    ("EquityFreeze", {"state": "解除冻结", "frozen_on": TODAY}),
    ("Insolvency", {"accepted_on": TODAY, "ended_on": TODAY}),
    ("Case", {"decided_on": TODAY}),
    ("Case", {"opened_on": BEFORE}),
    ("Measure", {"measure_kind": "联合惩戒"}),
]


def test_what_neither_shows_life_nor_excludes() -> None:
    said = papers()
    for number, (kind, content) in enumerate(NEITHER):
        lost(said, numbered(number))
        say(said, kind, numbered(number), date(2026, 11, 1), **content)
    assert places(said) == {numbered(number): "listed" for number in range(len(NEITHER))}


EXCLUDING: list[tuple[str, str, dict[str, Any]]] = [
    ("Insolvency", "insolvency", {"procedure": "破产清算", "accepted_on": date(2021, 3, 4)}),
    ("EquityFreeze", "equity_frozen", {"state": "冻结", "frozen_on": date(2023, 1, 1)}),
    ("EquityFreeze", "equity_frozen", {}),
    ("EquityPledge", "equity_pledged", {"state": "有效", "pledged_on": date(2019, 1, 1)}),
    ("Case", "open_case", {"opened_on": DAY}),
    ("Measure", "open_judgment", {"measure_kind": "失信被执行人", "published_on": date(2022, 2, 2)}),
    ("Measure", "open_judgment", {"measure_kind": "未履行生效裁判"}),
    ("Measure", "tax_arrears", {"measure_kind": "欠税"}),
]


def test_exclusions_are_named() -> None:
    said = papers()
    wanted, later = {}, {}
    records = []
    for number, (kind, reason, content) in enumerate(EXCLUDING):
        eid = numbered(number)
        lost(said, eid)
        say(said, kind, eid, date(2021, 3, 4), **content)
        records.append(len(said.statements) - 1)
        wanted[eid] = (reason, said.statements[-1].sid)
        later[eid] = reason if kind == "Case" else "listed"  # an event has no end
    found = judged(said)
    shown = found.excluded[["excluded", "excluded_sid"]].itertuples(name=None)
    assert {eid: told for eid, *told in shown} == {eid: list(told) for eid, told in wanted.items()}
    assert found.firms.empty
    for place_ in records:
        said.statements[place_] = replace(said.statements[place_], valid_to=TODAY)
    assert places(said) == later


def test_a_decision_settles_a_case() -> None:
    said = city()
    say(said, "Case", A, date(2026, 1, 5), opened_on=date(2026, 1, 5))
    say(said, "Case", A, date(2026, 1, 4), decided_on=date(2026, 1, 4))  # of an earlier case
    assert place(said) == "open_case"
    say(said, "Case", A, date(2026, 3, 5), decided_on=date(2026, 3, 5))
    assert place(said) == "listed"


def test_a_record_on_hold_neither_lists_nor_saves() -> None:
    said = city()
    say(said, "Sampling", A, TODAY, sampled_on=TODAY)
    assert place(said) == "sampled"
    said.hold(said.statements[-1], reason="withdrawn", channels="internal")
    assert place(said) == "listed"
    said.hold(said.statements[2], reason="withdrawn", channels="internal")
    assert place(said) == ""


def test_nobody_is_judged_by_reports_that_are_not_loaded() -> None:
    said = Said()
    said.firm(A, "甲")
    unreachable(said, A)
    assert judged(said).not_judged == ("企业", "分支机构", "农民专业合作社", "个体工商户")
    filed(said, B, 2025, date(2026, 5, 1))
    said.firm(SHOP, "店", entity_type="个体工商户")
    unreachable(said, SHOP)
    found = judged(said)
    assert (found.not_judged, found.firms.index.tolist()) == (("个体工商户",), [A])
    filed(said, "92330200DDDDDDDDDD", 2025, date(2026, 5, 1), form="纸质")
    assert judged(said).firms.index.tolist() == [A, SHOP]


YEARS = (2020, 2023, 2024, 2025)
KINDS_OF_FIRMS = list(product(*[(False, True)] * (len(YEARS) + 3)))


@pytest.mark.parametrize("firms", [KINDS_OF_FIRMS, []], ids=["every kind of firm", "none"])
def test_everybody_stands_in_one_place(firms: list[tuple[bool, ...]]) -> None:
    said = Said()
    filed(said, B, 2025, TODAY)
    wanted: dict[str, str] = {}
    silent = 0
    for number, (*reported, missing, alive, pledged) in enumerate(firms):
        eid, years = numbered(number), {year for year, filed_ in zip(YEARS, reported, strict=True) if filed_}
        said.firm(eid, f"户{number}")
        for year in years:
            filed(said, eid, year, date(year + 1, 5, 1))
        if missing:
            unreachable(said, eid)
        if alive:
            say(said, "Sampling", eid, TODAY, sampled_on=TODAY)
        if pledged:
            say(said, "EquityPledge", eid, TODAY, state="有效")
        silent += not years & {2024, 2025}
        if missing and not years & {2024, 2025}:
            wanted[eid] = "alive" if alive else "excluded" if pledged else "firms"
    found = judged(said)
    shown = {eid: name for name in ("firms", "excluded", "alive") for eid in getattr(found, name).index}
    assert shown == wanted
    assert found.silent == silent


@pytest.mark.parametrize(
    ("old", "new", "at", "why"),
    [
        ("kind: SocialInsurance", "kind: Insurance", "kind: SocialInsurance", "没有记录类型 Insurance"),
        ("day: sampled_on", "day: result", "day: sampled_on", "没有日期字段 result"),
        ("at_least: 1", "at_least: 1, empty: true", "at_least: 1", "须且只须写一种检验"),
        ("field: insured", "field: insurd", "where: [{field: insured", "没有字段 insurd"),
        ("silent_years: 2 #", "silent_years: 0 #", "silent_years: 2 #", "不能小于 1"),
        ("id: equity_frozen", "id: equity_pledged", "excluded:", "equity_pledged 出现两次"),
    ],
)
def test_a_faulty_policy_names_its_line(tmp_path: Path, old: str, new: str, at: str, why: str) -> None:
    text = (root("policies") / "annual_reports.yml").read_text(encoding="utf-8")
    path = tmp_path / "annual_reports.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        reports_policy(path)
    line = next(number for number, words in enumerate(text.splitlines(), 1) if at in words)
    assert f"annual_reports.yml:{line} " in str(caught.value)
    assert why in str(caught.value)
