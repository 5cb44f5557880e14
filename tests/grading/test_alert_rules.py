"""Rules of early warning on a few hand-made firms: exactly which signals, new or not, and on what evidence."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from alerting import KEY, TODAY, A, B, C, D, E, firms, judged, only, told, warned

from credit_graph.grading import alert_rules
from credit_graph.grading.alert_levels import NO_RUN, GradeRun, TwoRuns
from credit_graph.grading.reports_policy import Moved, reports_policy
from credit_graph.model.definition import Title
from credit_graph.model.statement import Statement
from facts import fact
from handmade import Said

# complaints


def complain(said: Said, eid: str, days: Iterable[date]) -> list[Statement]:
    start = len(said.statements)
    return [
        said.say("Complaint", eid, f"c{start}{number}", start=day, received_on=day, complaint_id=f"{start}{number}")
        for number, day in enumerate(days)
    ]


def days_before(count: int, *, end: date = TODAY, back: int = 0) -> list[date]:
    return [end - timedelta(days=back + number) for number in range(count)]


def test_a_burst_of_complaints_counts_back_from_the_last_day_told_of() -> None:
    last = date(2026, 10, 28)  # the source is delivered monthly
    said = firms(A, B, C, D)
    five = complain(said, A, days_before(5, end=last))
    complain(said, B, days_before(4, end=last))
    complain(said, C, days_before(5, end=last) + days_before(10, end=last, back=30))  # 10 * 30 * 3 = 900 = 5 * 180
    complain(said, D, days_before(5, end=last) + days_before(11, end=last, back=30))
    found = judged(said, "complaints")
    assert told(found, "complaints") == {(A, "", True), (C, "", True)}
    assert found.signals.loc[found.signals["eid"] == A, "sids"].tolist() == [
        tuple(sorted(statement.sid for statement in five))
    ]
    figures = json.loads(found.signals.loc[found.signals["eid"] == C, "said"].item())
    assert figures == {"count": 5, "days": 30, "until": "2026-10-28", "earlier": 10, "days_before": 180}


def test_complaints_out_of_use_or_told_twice_do_not_count() -> None:
    said = firms(A, B)
    said.hold(complain(said, A, days_before(5))[0])
    same = [said.say("Complaint", B, "one", start=day, received_on=day) for day in days_before(5)]
    assert len({statement.sid for statement in same}) == 5
    assert told(judged(said, "complaints"), "complaints") == set()


# a room


def test_many_new_firms_at_one_room_but_not_at_a_hosted_address() -> None:
    codes = [f"9133020{number}AAAAAAAAAA" for number in range(5)]
    new = {"founded_on": date(2026, 10, 1)}
    said = Said()
    rooms = [said.firm(code, f"新设{code[7]}有限公司", address="庆原市西原区南大街1号301室", **new) for code in codes]
    for number, address in enumerate(("南大街9号501室（集群注册）", "南大街7号", "南大街5号301室")):
        for place in range(5 if number < 2 else 4):
            said.firm(f"9233020{number}{place}BBBBBBBBB", f"别处{number}{place}", address=address, **new)
    said.firm(A, "旧有限公司", address="庆原市西原区南大街1号301室", founded_on=date(2026, 8, 24))  # 91 days ago
    found = judged(said, "new_firms_at_room")
    assert {(eid, new) for eid, _, new in told(found, "new_firms_at_room")} == {(code, True) for code in codes}
    first = found.signals[(found.signals["rule"] == "new_firms_at_room") & (found.signals["eid"] == codes[3])]
    assert first["sids"].item()[0] == rooms[3].sid and set(first["sids"].item()) == {room.sid for room in rooms}
    assert json.loads(first["said"].item()) == {"count": 5, "days": 90}


# groups


def controlled() -> tuple[Said, list[Statement]]:
    """Person KEY holds A and B whole; C holds D; E stands alone. A is listed, B was founded a month later."""
    said = firms(A, C, E)
    own = [
        said.firm(B, "新公司有限公司", founded_on=date(2026, 9, 1)),
        said.firm(D, "子公司有限公司"),
        said.say("Contribution", A, "A", holder_name="王测试", subscribed=100_000_000, pid=KEY),
        said.say("Contribution", B, "B", holder_name="王测试", subscribed=100_000_000, pid=KEY),
        said.say("Contribution", D, "D", holder_name="测试C有限公司", subscribed=100_000_000),
        said.say("SeriousListing", A, "l", start=date(2026, 8, 1), listed_on=date(2026, 8, 1)),
    ]
    return said, own


def test_the_controller_of_a_listed_firm_opens_another() -> None:
    said, (new, _, held_a, held_b, _, listing) = controlled()
    for number, founded in enumerate((date(2026, 8, 1), date(2026, 7, 31), date(2010, 1, 1))):
        code = f"9133020{number}FFFFFFFFFF"
        said.firm(code, f"在先{number}有限公司", founded_on=founded)  # not after the listing
        said.say("Contribution", code, code, holder_name="王测试", subscribed=100_000_000, pid=KEY)
    found = judged(said, "listed_controller")
    assert told(found, "listed_controller") == {(B, A, True)}
    figures, sids = only(found, "listed_controller")
    assert sids == (listing.sid, new.sid, held_b.sid, held_a.sid)
    what = {"zh": "列入严重违法失信名单", "en": "listed for serious violations"}
    assert figures == {"firm": A, "what": what, "on": "2026-08-01"}


def test_a_listed_firm_that_opens_a_subsidiary_is_its_controller() -> None:
    said, _ = controlled()
    said.say("SeriousListing", C, "c", start=date(2009, 1, 1), listed_on=date(2024, 1, 1))
    said.say("SeriousListing", E, "e", start=date(2009, 1, 1), listed_on=date(2023, 11, 23))  # three years ago: over
    for code, holder in ((E[:-1] + "F", "子公司有限公司"), (E[:-1] + "G", "测试E有限公司")):
        said.firm(code, f"下属{code[-1]}有限公司", founded_on=date(2026, 9, 1))
        said.say("Contribution", code, code, holder_name=holder, subscribed=100_000_000)
    found = judged(said, "listed_controller")
    assert told(found, "listed_controller") == {(B, A, True), (E[:-1] + "F", C, True)}


def test_what_strikes_one_firm_of_a_group_warns_the_others() -> None:
    said, (_, _, held_a, held_b, _, listing) = controlled()

    def case(eid: str, day: date, kind: str) -> Statement:
        return said.say("Case", eid, f"{eid}{day}{kind}", start=day, decided_on=day, penalty_kind=kind)

    case(D, date(2026, 10, 1), "吊销许可证件")
    case(C, date(2026, 10, 1), "罚款")
    case(A, date(2026, 8, 1), "吊销许可证件")  # over 90 days ago
    said.hold(case(A, date(2026, 10, 1), "责令停产停业"))
    found = judged(said, "group_contagion")
    # the listing still stands, but is no news
    assert told(found, "group_contagion") == {(B, f"{A}|SeriousListing", False), (C, f"{D}|Case", True)}
    assert found.signals.loc[found.signals["eid"] == B, "sids"].item() == (listing.sid, held_b.sid, held_a.sid)


def test_of_a_large_group_only_the_nearest_are_warned() -> None:
    codes = [f"9133{number:02d}00FFFFFFFFFF" for number in range(31)]
    said = firms(*codes)
    said.firm(A, "顶层有限公司")
    said.firm(B, "中层有限公司")
    said.say("Contribution", A, "A", holder_name="王测试", subscribed=100_000_000, pid=KEY)
    for number, code in enumerate([*codes, B]):
        code_of, name = (A, "顶层有限公司") if number >= 30 else (B, "中层有限公司")
        said.say("Contribution", code, code, subscribed=100_000_000, holder_name=name, holder_code=code_of)
    # A under KEY, B and one more under A, thirty under B: 33 firms of one controller
    said.say("SeriousListing", B, "l", start=TODAY, listed_on=TODAY)
    assert warned(judged(said, "group_contagion"), "group_contagion") == {A, *codes[:30]}


def test_a_controller_known_by_name_only_is_to_be_verified() -> None:
    said, _ = controlled()
    named = [piece.again(pid="name:x") if piece.pid == KEY else piece for piece in said.statements]
    found = judged(named, "listed_controller", "group_contagion")
    assert found.signals.empty
    assert [(row.rule, row.why.zh, row.eids) for row in found.unverified] == [
        ("listed_controller", "控制人没有证件号码", (B,)),
        ("group_contagion", "控制人没有证件号码", (B,)),
    ]


# permits, terms, reports


def test_permits_that_lapsed_and_were_not_renewed() -> None:
    said = firms(A, B, C, D, E)
    day = date(2026, 11, 22)

    def permit(eid: str, until: date, name: str = "食品经营许可证", **more: Any) -> Statement:
        return said.say("Permit", eid, f"{eid}{until}{name}", permit_name=name, permitted_until=until, **more)

    lapsed = permit(A, day)
    permit(A, TODAY, "烟草专卖零售许可")  # its last day
    permit(B, day)
    permit(B, date(2031, 1, 1))  # renewed
    permit(C, day, state="注销")
    permit(D, date(2026, 8, 25))  # 90 days ago
    permit(E, date(2026, 8, 26))
    found = judged(said, "permit_lapsed")
    name = "食品经营许可证"
    assert told(found, "permit_lapsed") == {(A, name, True), (D, name, False), (E, name, True)}
    row = found.signals[(found.signals["rule"] == "permit_lapsed") & (found.signals["eid"] == A)]
    assert row["sids"].item() == (lapsed.sid,)
    assert json.loads(row["said"].item()) == {"permit": name, "until": "2026-11-22"}


def test_the_term_of_business() -> None:
    said = Said()
    ended = said.firm(A, "甲", term_to=date(2026, 11, 22))
    said.firm(B, "乙", term_to=TODAY)
    said.firm(C, "丙", term_to=date(2020, 1, 1))
    said.firm(D, "丁", term_to=date(2020, 1, 1), state="注销")
    found = judged(said, "term_lapsed")
    assert told(found, "term_lapsed") == {(A, "2026-11-22", True), (C, "2020-01-01", False)}
    assert found.signals.loc[found.signals["eid"] == A, "sids"].tolist() == [(ended.sid,)]


@pytest.mark.parametrize(
    ("today", "year", "new"),
    [
        (date(2026, 6, 30), 2024, False),
        (date(2026, 7, 1), 2025, True),
        (date(2026, 7, 30), 2025, True),
        (date(2026, 7, 31), 2025, False),
        (date(2026, 12, 31), 2025, False),
    ],
)
def test_the_annual_report(today: date, year: int, new: bool) -> None:
    said = firms(A, B, C)
    said.firm(D, "新", founded_on=date(year + 1, 1, 1))
    said.firm(E, "户", entity_type="个体工商户")
    for eid in (A, B):
        said.say("AnnualReport", eid, f"{eid}{year}", start=date(year, 12, 31), year=year)
    said.hold(said.statements[-1])  # it was filed all the same
    said.say("AnnualReport", C, "old", start=date(year - 1, 12, 31), year=year - 1)
    found = judged(said, "report_missing", today=today)
    assert told(found, "report_missing") == {(C, str(year), new)}
    assert only(found, "report_missing")[0] == {"year": year, "until": f"{year + 1}-06-30"}


@pytest.mark.parametrize(
    ("today", "year", "until"),
    [(date(2026, 9, 30), 2024, "2025-06-30"), (date(2026, 10, 1), 2025, "2026-09-30")],
)
def test_a_last_day_that_was_moved(monkeypatch: pytest.MonkeyPatch, today: date, year: int, until: str) -> None:
    policy = reports_policy()
    (rules,) = policy.reports
    moved = Moved(year=2025, groups=("enterprise",), to=date(2026, 9, 30), basis=rules.basis)
    changed = policy.model_copy(update={"reports": (rules.model_copy(update={"moved": (moved,)}),)})
    monkeypatch.setattr(alert_rules, "reports_policy", lambda: changed)
    said = firms(A, B)
    for of in (2024, 2025):
        said.say("AnnualReport", B, f"{of}", start=date(of, 12, 31), year=of)
    found = judged(said, "report_missing", today=today)
    assert told(found, "report_missing") == {(A, str(year), year == 2025)}
    assert only(found, "report_missing")[0] == {"year": year, "until": until}


def test_rules_without_their_source_say_so() -> None:
    found = judged(firms(A))
    assert {rule: why.zh for rule, why in found.silent.items()} == {
        "level_rise": NO_RUN.zh,
        "official_rise": "数据源未载入：信用风险分类",
        "direct_grade": NO_RUN.zh,
        "complaints": "数据源未载入：投诉举报",
        "listed_controller": "数据源未载入：严重违法失信名单",
        "banned_office": "数据源未载入：对人的处罚与限制",
        "permit_lapsed": "数据源未载入：行政许可",
        "report_missing": "数据源未载入：年度报告",
    }
    said = firms(A)
    said.say("AnnualReport", A, "1", start=date(2019, 12, 31), year=2019)
    assert judged(said).silent["report_missing"].zh == "没有载入任何 2025 年度报告"


# what is new


def permit_of(seq: int, n: int = 1) -> Statement:
    until = date(2020, 1, 1)
    made = fact("Permit", "p", A, seq=seq, source="permits", permit_name="食品经营许可证", permitted_until=until)
    return made.again(n=n)


@pytest.mark.parametrize(
    ("seq", "n", "since", "new"),
    [
        (5, 1, None, False),  # never looked before: what is old is old
        (5, 1, 4, True),  # known since then
        (5, 1, 5, False),
        (5, 2, 4, False),  # a correction of what was known
    ],
)
def test_what_is_old_but_known_only_since_is_new(seq: int, n: int, since: int | None, new: bool) -> None:
    statements = [*firms(A).statements, permit_of(seq, n)]
    assert told(judged(statements, "permit_lapsed", since=since), "permit_lapsed") == {(A, "食品经营许可证", new)}


# two runs


def run_of(rows: dict[str, tuple[str, str, tuple[str, ...]]], evidence: dict[str, dict[str, Any]]) -> GradeRun:
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["level", "direct_rule", "direct_statements"])
    return GradeRun(frame, lambda eids: {eid: evidence[eid] for eid in eids if eid in evidence})


def test_classes_that_rose_and_facts_that_give_a_class_at_once() -> None:
    before = run_of(
        {A: ("B", "", ()), B: ("C", "", ()), C: ("D", "serious_list", ("s1",)), D: ("A", "", ())},
        {A: {"x.points": 100, "x.statements": ["o1"], "y.points": 5, "y.statements": ["o2"]}},
    )
    after = run_of(
        {
            A: ("C", "", ()), B: ("C", "", ()), C: ("D", "serious_list", ("s1",)),
            D: ("B", "", ()), E: ("D", "court", ("s2",)),
        },
        {
            A: {"x.points": 400, "x.statements": ["n1", "o1"], "y.points": 5, "y.statements": ["o2"]},
            B: {"x.points": 500, "x.statements": ["b1"]},
            C: {"direct_statements": ["s1"]},
            E: {"direct_statements": ["s2"], "x.points": 0, "x.statements": []},
        },
    )  # fmt: skip
    titles = {"serious_list": Title(zh="当前列入", en="now listed")}
    found = judged(
        firms(A, B, C, D, E), "level_rise", "direct_grade", runs=TwoRuns(before, after, ("A", "B", "C", "D"), titles)
    )
    assert told(found, "level_rise") == {(A, "C", True), (B, "C", False), (C, "D", False), (E, "D", False)}
    assert told(found, "direct_grade") == {(C, "serious_list", False), (E, "court", True)}
    rows = {(row.eid, row.rule): row for row in found.signals.itertuples()}
    assert rows[A, "level_rise"].sids == ("n1", "o1")
    assert json.loads(str(rows[A, "level_rise"].said)) == {"before": "B", "after": "C"}
    assert rows[E, "direct_grade"].sids == ("s2",)
    assert json.loads(str(rows[E, "level_rise"].said))["before"] == {"zh": "无", "en": "none"}
    assert json.loads(str(rows[C, "direct_grade"].said))["rule"] == {"zh": "当前列入", "en": "now listed"}


def by_province(said: Said, eid: str, *classes: str, until: date = date(2026, 10, 1)) -> list[Statement]:
    """The province's classes of the months up to ``until``."""
    months = pd.date_range(end=until, periods=len(classes), freq="MS").date
    return [
        said.say("OfficialRiskClass", eid, f"{eid}|{month}", start=month, month=month, risk_class=level)
        for month, level in zip(months, classes, strict=True)
    ]


def test_the_class_of_the_province_rose() -> None:
    said = firms(A, B, C, D, E)
    *_, before, last = by_province(said, A, "A", "B", "C")
    by_province(said, B, "D", "C")  # fell, and still warns where it stood
    by_province(said, C, "A", "B")
    first = by_province(said, D, "D")
    by_province(said, E, "A", "D", until=date(2026, 8, 1))  # began 114 days ago
    found = judged(said, "official_rise")
    assert told(found, "official_rise") == {(A, "C", True), (B, "C", False), (D, "D", False), (E, "D", False)}
    rows = {row.eid: row for row in found.signals.itertuples()}
    assert (str(rows[A].sids), str(rows[D].sids)) == (str((last.sid, before.sid)), str((first[0].sid,)))
    assert json.loads(str(rows[A].said)) == {"before": "B", "after": "C", "month": "2026-10"}
    assert json.loads(str(rows[D].said))["before"] == {"zh": "无", "en": "none"}
    numbered = [piece.again(n=1) for piece in said.statements]  # months later, but known only since the last look
    assert (E, "D", True) in told(judged(numbered, "official_rise", since=0), "official_rise")
    said.hold(last)
    assert A not in warned(judged(said, "official_rise"), "official_rise")


def test_a_firm_no_longer_in_being_warns_of_nothing() -> None:
    said = firms(A, state="注销")
    said.say("Permit", A, "p", permit_name="食品经营许可证", permitted_until=date(2026, 11, 1))
    runs = run_of({A: ("D", "x", ("s",))}, {A: {}})
    assert judged(
        said, "level_rise", "direct_grade", "permit_lapsed", runs=TwoRuns(runs, runs, ("A", "D"), {})
    ).signals.empty
