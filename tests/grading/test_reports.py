"""Annual reports: who owes one, what counts as filed, how places are told, and rates against a plain count."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_graph.errors import DefinitionError, UsageError
from credit_graph.grading.reports import COUNTS, Obliged, counted, obliged, rate
from credit_graph.grading.reports_policy import ReportRules, reports_policy
from credit_graph.grading.silent import contacts, decide_by, overdue, silent
from credit_graph.resources import root
from handmade import Said, projection_of

TODAY = date(2026, 11, 23)
RULES = reports_policy().on(TODAY)
FIRM, BRANCH, SHOP, FARM = "有限责任公司", "有限责任公司分公司", "个体工商户", "农民专业合作社"
ABROAD = "外国（地区）企业常驻代表机构"
A, B, C = (f"91330200{letter * 10}" for letter in "ABC")


def filed(said: Said, eid: str, day: date | None, year: int = 2025, **more: Any) -> None:
    """An annual report."""
    key = f"{eid}|{year}|{len(said.statements)}"
    said.say("AnnualReport", eid, key, start=date(year, 12, 31), year=year, filed_on=day, **more)


def listed(said: Said, eid: str, day: date, reason: str) -> None:
    """An entry on the list of abnormal operation."""
    said.say("AbnormalListing", eid, f"{eid}|{day}", start=day, listed_on=day, reason=reason)


def found(said: Said, valid: date = TODAY, year: int = 2025, rules: ReportRules = RULES) -> Obliged:
    projection = projection_of(said.statements, TODAY, channel="internal", valid=valid)
    return obliged(projection, rules, year)


@pytest.mark.parametrize(
    ("content", "owes"),
    [
        ({"founded_on": date(2025, 12, 31)}, True),
        ({"founded_on": date(2026, 1, 1)}, False),
        ({"founded_on": None}, True),
        ({"state": "歇业"}, True),  # 实施细则第六十三条
        ({"state": "注销中"}, True),
        ({"state": "吊销", "approved_on": date(2026, 2, 1)}, False),
        ({"state": "注销", "approved_on": date(2026, 11, 23)}, False),
        ({"state": "注销", "approved_on": date(2026, 11, 24)}, True),  # in being on the day asked about
        ({"state": "注销"}, False),
        ({"state": None}, False),
        ({"entity_type": BRANCH}, True),
        ({"entity_type": SHOP}, True),
        ({"entity_type": FARM}, True),
        ({"entity_type": "事业单位", "credit_code": "12330200AAAAAAAAAA"}, False),
    ],
)
def test_who_owes_a_report(content: dict[str, Any], owes: bool) -> None:
    said = Said()
    said.firm(A, "甲", **content)
    assert (A in found(said).firms.index) is owes


def test_a_report_counts_from_its_day_and_the_first_one_decides() -> None:
    said = Said()
    said.firm(A, "甲")
    filed(said, A, date(2026, 7, 1))
    filed(said, A, date(2026, 6, 30))
    filed(said, A, date(2026, 3, 1), year=2024)
    status = {
        day: [str(cell)[:10] for cell in found(said, valid=day).firms.loc[A, ["status", "filed_on"]]]
        for day in (date(2026, 6, 29), date(2026, 6, 30), TODAY)
    }
    assert status == {
        date(2026, 6, 29): ["silent", "NaT"],
        date(2026, 6, 30): ["in_time", "2026-06-30"],
        TODAY: ["in_time", "2026-06-30"],
    }


@pytest.mark.parametrize(
    ("type_", "code", "form", "day", "status", "paper", "refused"),
    [
        (SHOP, "92", "纸质", date(2026, 6, 30), "in_time", True, 0),
        (SHOP, "92", "纸质", date(2026, 7, 1), "late", True, 0),
        (SHOP, "92", None, date(2026, 6, 30), "in_time", False, 0),
        (SHOP, "92", "纸质", None, "undated", True, 0),
        (FIRM, "91", "纸质", date(2026, 6, 30), "silent", False, 1),
        (FIRM, "91", None, None, "undated", False, 0),
    ],
)
def test_reports_on_paper(
    type_: str, code: str, form: str | None, day: date | None, status: str, paper: bool, refused: int
) -> None:
    eid = code + A[2:]
    said = Said()
    said.firm(eid, "甲", entity_type=type_)
    filed(said, eid, day, form=form)
    result = found(said)
    assert (*result.firms.loc[eid, ["status", "paper"]], result.paper_refused) == (status, paper, refused)
    assert result.paper_loaded is (form == "纸质")


def test_a_withdrawn_report_and_one_of_nobody_do_not_count() -> None:
    said = Said()
    said.firm(A, "甲")
    filed(said, A, date(2026, 3, 1))
    said.hold(said.statements[-1], reason="withdrawn", channels="public,departments,grading,internal")
    filed(said, B, date(2026, 3, 1))
    said.say("AnnualReport", None, "x|2025", start=date(2025, 12, 31), year=2025, filed_on=date(2026, 3, 1))
    result = found(said)
    assert result.firms["status"].to_dict() == {A: "silent"}
    assert result.unlinked == 1


def test_windows_and_moved_last_days() -> None:
    said = Said()
    said.firm(A, "甲")
    said.firm(B, "乙", entity_type=ABROAD)
    abroad = RULES.windows[0].model_copy(update={"to": RULES.windows[0].to.model_copy(update={"day": 15})})
    moved = {"year": 2025, "groups": ["enterprise"], "to": "2026-09-30", "basis": RULES.basis.model_dump()}
    one = RULES.model_copy(update={"windows": (abroad, RULES.windows[1])})
    two = ReportRules.model_validate({**RULES.model_dump(), "moved": [moved]})
    days = [found(said, rules=rules).firms["last_day"].dt.strftime("%m-%d").tolist() for rules in (RULES, one, two)]
    assert days == [["06-30", "06-30"], ["06-30", "06-15"], ["09-30", "09-30"]]
    filed(said, A, date(2026, 9, 30))
    assert found(said, rules=two).firms.loc[A, "status"] == "in_time"
    assert found(said, rules=RULES).firms.loc[A, "status"] == "late"


def test_places() -> None:
    bureau, office = "庆原市西原区市场监督管理局", "庆原市西原区市场监督管理局南街市场监管所"
    said = Said()
    town = {"district": "621002001", "industry_code": "5165"}
    said.firm(A, "甲", authority=bureau, **town)
    for number in range(2):
        said.firm(f"9233020000000000{number}0", "店", entity_type=SHOP, authority=office, **town)
    said.firm(f"92330200000000009{0}", "店", entity_type=SHOP, authority=f"{bureau}北街工商所", **town)
    said.firm(B, "乙", authority=bureau, district="621002002", industry_code="111")
    said.firm(C, "丙", authority="某局", industry_code="H6210")
    shown = found(said).firms[["county", "county_name", "station", "section"]]
    assert {eid: tuple(shown.loc[eid]) for eid in (A, B, C)} == {
        A: ("621002", "西原区", office, "F"),
        B: ("621002", "西原区", "", "A"),
        C: ("", "", "", "H"),
    }
    stations = RULES.stations.model_copy(update={"towns": {"621002001": "某所"}})
    told = found(said, rules=RULES.model_copy(update={"stations": stations})).firms["station"]
    assert told[A] == "某所"


def test_sections_of_the_industry_standard() -> None:
    """GB/T 4754-2017: the first and last division of each section."""
    divisions = {
        "A": (1, 5), "B": (6, 12), "C": (13, 43), "D": (44, 46), "E": (47, 50), "F": (51, 52), "G": (53, 60),
        "H": (61, 62), "I": (63, 65), "J": (66, 69), "K": (70, 70), "L": (71, 72), "M": (73, 75), "N": (76, 79),
        "O": (80, 82), "P": (83, 83), "Q": (84, 85), "R": (86, 90), "S": (91, 96), "T": (97, 97),
    }  # fmt: skip
    said = Said()
    wanted: dict[str, str] = {}
    for section, ends in divisions.items():
        for division in ends:
            for code in (f"{division:02d}", f"{division:02d}10", str(division * 100 + 10)):
                eid = f"91{len(wanted):016d}"
                said.firm(eid, "户", industry_code=code)
                wanted[eid] = section
    assert found(said).firms["section"].to_dict() == wanted


def test_silent_firms_and_what_follows() -> None:
    said = Said()
    for eid in (A, B, C):
        said.firm(eid, f"户{eid[-1]}", address="南大街1号")
    filed(said, A, date(2024, 5, 1), year=2023)
    said.say(
        "AbnormalListing",
        A,
        "1",
        start=date(2026, 7, 3),
        listed_on=date(2026, 7, 3),
        reason="未按照规定的期限公示年度报告",
    )
    said.say(
        "AbnormalListing",
        B,
        "1",
        start=date(2025, 7, 3),
        listed_on=date(2025, 7, 3),
        reason="未按照规定的期限公示年度报告",
    )
    said.say(
        "AbnormalListing", C, "1", start=date(2026, 7, 3), listed_on=date(2026, 7, 3), reason="通过登记的住所无法联系"
    )
    projection = projection_of(said.statements, TODAY, channel="internal")
    rows = silent(obliged(projection, RULES, 2025), projection)
    told = {
        row["eid"]: (row["missing"], row["days"], row["standing"], str(row["followed_on"])[:10])
        for row in rows.to_dict("records")
    }
    assert told == {
        A: ((2024, 2025), -146, False, "2026-07-03"),
        B: ((2023, 2024, 2025), -146, True, "NaT"),
        C: ((2023, 2024, 2025), -146, False, "NaT"),
    }
    late = rows[overdue(rows)]
    assert late["eid"].tolist() == [B, C]
    assert decide_by(late, RULES).dt.date.tolist() == [date(2026, 7, 14)] * 2  # ten working days after 30 June
    on_time = projection_of(said.statements, TODAY, channel="internal", valid=date(2026, 6, 30))
    before = silent(obliged(on_time, RULES, 2025), on_time)
    assert (before["days"].tolist(), overdue(before).tolist()) == ([0, 0, 0], [False, False, False])


def test_the_term_for_the_decision_counts_working_days() -> None:
    said = Said()
    said.firm(A, "甲")
    moved = {"year": 2025, "groups": ["enterprise"], "to": "2026-09-18", "basis": RULES.basis.model_dump()}
    rules = ReportRules.model_validate({**RULES.model_dump(), "moved": [moved]})
    projection = projection_of(said.statements, TODAY, channel="internal")
    rows = silent(obliged(projection, rules, 2025), projection)
    # 20 September, a Sunday, is worked; 25 to 27 September and 1 to 7 October are not
    assert decide_by(rows, rules).dt.date.tolist() == [date(2026, 10, 9)]
    with pytest.raises(DefinitionError) as caught:
        decide_by(rows.assign(last_day=pd.Timestamp("2020-06-30")), rules)
    assert (caught.value.code, caught.value.fields) == ("policy.no_calendar", {"year": 2020})


def test_individual_businesses_are_marked() -> None:
    shop = "92" + A[2:]
    said = Said()
    said.firm(shop, "店", entity_type=SHOP)
    listed(said, shop, date(2026, 7, 3), "未公示年度报告")
    projection = projection_of(said.statements, TODAY, channel="internal")
    rows = silent(obliged(projection, RULES, 2025), projection)
    assert overdue(rows).tolist() == [True]
    said.say("AbnormalMark", shop, "1", start=date(2026, 7, 3), marked_on=date(2026, 7, 3))
    projection = projection_of(said.statements, TODAY, channel="internal")
    assert overdue(silent(obliged(projection, RULES, 2025), projection)).tolist() == [False]


def test_the_liaison_named_last_is_called() -> None:
    said = Said()
    said.firm(A, "甲", phone="09348600001")
    said.firm(B, "乙")
    liaison: dict[str, Any] = {"office": "liaison", "pid": "p"}
    said.say("Office", A, "1", start=date(2015, 1, 1), person_name="宋测试", mobile="13900000001", **liaison)
    said.say("Office", A, "2", start=date(2021, 1, 1), person_name="贾测试", mobile="13900000002", **liaison)
    said.say(
        "Office",
        A,
        "3",
        start=date(2022, 1, 1),
        end=date(2023, 1, 1),
        person_name="去测试",
        mobile="1390000",
        **liaison,
    )
    said.say("Office", A, "4", person_name="陈测试", mobile="13900000004", office="executive", pid="q")
    projection = projection_of(said.statements, TODAY, channel="internal")
    shown: Any = contacts(projection, [A, B])
    assert shown.loc[A].tolist() == ["贾测试", "13900000002", ("09348600001", "13900000001", "13900000004")]
    assert shown.loc[B].tolist() == ["", "", ()]


STATES = ["存续", "歇业", "注销", "吊销"]
DAYS = st.sampled_from([None, date(2026, 3, 1), date(2026, 6, 30), date(2026, 7, 1), date(2027, 1, 1)])
FIRMS = st.lists(
    st.tuples(
        st.sampled_from([FIRM, BRANCH, SHOP, FARM]),
        st.sampled_from(STATES),
        st.sampled_from([date(2020, 1, 1), date(2025, 12, 31), date(2026, 1, 1)]),
        st.sampled_from(["621002001", "621021001", None]),
        st.lists(st.tuples(DAYS, st.booleans()), max_size=2),
    ),
    max_size=40,
)


@settings(max_examples=12, deadline=None)  # of many firms each: an example of few takes as long
@given(firms=FIRMS)
def test_counts_are_those_of_a_plain_count(firms: list[tuple[Any, ...]]) -> None:
    said = Said()
    said.firm("93" + "0" * 16, "总有一户", entity_type=FARM, district="621002001")
    wanted: Counter[tuple[str, str, str]] = Counter(
        {("621002", "cooperative", "due"): 1, ("621002", "cooperative", "silent"): 1}
    )
    groups = {FIRM: "enterprise", BRANCH: "enterprise", SHOP: "individual", FARM: "cooperative"}
    for number, (type_, state, founded, district, reports) in enumerate(firms):
        eid = f"91{number + 1:016d}"
        said.firm(eid, f"户{number}", entity_type=type_, state=state, founded_on=founded, district=district)
        for day, paper in reports:
            filed(said, eid, day, form="纸质" if paper else None)
        if state in {"注销", "吊销"} or founded > date(2025, 12, 31):
            continue
        known = [(day or date.max, paper) for day, paper in reports if day is None or day <= TODAY]
        counting = sorted(item for item in known if type_ == SHOP or not item[1])
        flags = ["due"]
        if not counting:
            flags.append("silent")
        elif counting[0][0] == date.max:
            flags.append("undated")
        else:
            flags += ["reported", "in_time" if counting[0][0] <= date(2026, 6, 30) else "late"]
            flags += ["paper"] if counting[0][1] else []
        wanted.update({((district or "")[:6], groups[type_], flag): 1 for flag in flags})
    table = counted(found(said), ["county"])
    keys: list[Any] = table.index.tolist()
    shown = {(*key, name): value for name in COUNTS for key, value in zip(keys, table[name], strict=True) if value}
    assert shown == wanted
    whole = counted(found(said), [])
    pd.testing.assert_frame_equal(whole, table.groupby("group", observed=True).sum(), check_index_type=False)


@given(due=st.integers(1, 10**7), part=st.floats(0, 1))
def test_rates_are_rounded_half_up(due: int, part: float) -> None:
    reported = int(due * part)
    from decimal import ROUND_HALF_UP, Decimal

    exact = (Decimal(100 * reported) / Decimal(due)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert rate(reported, due) == float(exact)
    assert rate(0, 0) is None


def test_a_year_that_can_not_be_asked_about() -> None:
    said = Said()
    said.firm(A, "甲")
    for year in (2013, 2026):
        with pytest.raises(UsageError) as caught:
            found(said, year=year)
        assert caught.value.code == "usage.bad_value"
    with pytest.raises(DefinitionError) as none:
        reports_policy().on(date(2010, 1, 1))
    assert none.value.code == "policy.none_in_force"


NOTICE = "{year: 2021, groups: [all], to: 2022-09-30, basis: {source: 某, confidence: own}}"


@pytest.mark.parametrize(
    ("old", "new", "at", "why"),
    [
        ('to: "06-30"', 'to: "06-31"', 'to: "06-30"', "06-31 不是月日"),
        ("words: {", "wrods: {", "words: {", "wrods: 没有这个键"),
        ("operational: true", "operational: perhaps", "operational: true", "应为 true 或 false"),
        ("kinds: [农民专业合作社]", "kinds: [企业]", "groups:", "企业 出现两次"),
        ("kind: AbnormalMark", "kind: AbnormalMarks", "kind: AbnormalMark", "没有记录类型 AbnormalMarks"),
        ("day: marked_on", "day: restored", "day: marked_on", "没有日期字段 restored"),
        ("moved: []", f"moved: [{NOTICE}]", "moved: []", "没有类别 all"),
        ("working_days: 10 # after", "working_days: -10 # after", "working_days: 10", "不能小于 1"),
        ("one_of: [纸质]", "one_of: [纸质], empty: true", "one_of: [纸质]", "须且只须写一种检验"),
        ("pattern: (市场", "pattern: ((市场", "pattern: (市场", "不是正则表达式"),
        ("'([^省市]", "'[^省市]", "'([^省市]", "不是正则表达式"),
        ("  - {from: 6,", "  - {from: 1,", "industries:", "from 须递增"),
    ],
)
def test_a_faulty_policy_names_its_line(tmp_path: Path, old: str, new: str, at: str, why: str) -> None:
    text = (root("policies") / "annual_reports.yml").read_text(encoding="utf-8")
    path = tmp_path / "annual_reports.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        reports_policy(path)
    assert caught.value.code == "policy.invalid"
    line = next(number for number, words in enumerate(text.splitlines(), 1) if at in words)
    assert f"annual_reports.yml:{line} " in str(caught.value)
    assert why in str(caught.value)
