"""Case series: what is alike, which windows count, and the decisions behind each."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from commandline import invoke
from credit_graph.links import compute, series_data
from credit_graph.links.policy import link_policy
from credit_graph.links.series import MEMBERS, articles_of, case_series, violation_of
from credit_graph.links.series_policy import SeriesRules, series_policy
from credit_graph.store import Store
from facts import D
from handmade import City, Said, projection_of

TODAY = D("2026-11-23")
RULES: SeriesRules = series_policy().on(TODAY)
A, B, C, SHOP = (*(f"91330200{letter * 10}" for letter in "ABC"), "92330200DDDDDDDDDD")


def series(
    told: list[tuple[str, str, str, str]], members: dict[str, list[str]], rules: SeriesRules = RULES
) -> list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    """(unit, mark, cases, parties) of decisions (case, party, day, violation)."""
    cases = pd.DataFrame([row[:3] for row in told], columns=["case", "party", "day"], dtype="str")
    cases["day"] = pd.to_datetime(cases["day"])
    marks = pd.DataFrame(
        [(case, "violation", mark) for case, _, _, mark in told], columns=["case", "mark_kind", "mark"], dtype="str"
    ).drop_duplicates()
    rows = [
        ("group" if unit.startswith("g") else "person", unit, party, party)
        for unit in members
        for party in members[unit]
    ]
    found = case_series(cases, marks, pd.DataFrame(rows, columns=MEMBERS, dtype="str"), rules)
    return list(found[["unit", "mark", "cases", "parties"]].itertuples(index=False, name=None))


def test_two_parties_within_the_window_are_a_series() -> None:
    two_years = [("1", "a", "2023-03-01", "广告"), ("2", "b", "2025-03-01", "广告")]
    assert series(two_years, {"p": ["a", "b"]}) == [("p", "广告", ("1", "2"), ("a", "b"))]
    assert series([two_years[0], ("2", "b", "2025-03-02", "广告")], {"p": ["a", "b"]}) == []
    assert series([two_years[0], ("2", "b", "2024-03-01", "价格")], {"p": ["a", "b"]}) == []
    assert series([two_years[0], ("2", "a", "2024-03-01", "广告")], {"p": ["a", "b"]}) == []  # one party
    assert series(two_years, {"p": ["a"], "q": ["b"]}) == []
    assert series([], {"p": ["a"]}) == []


def test_windows_that_overlap_are_one_series_and_a_gap_parts_two() -> None:
    days = ["2015-01-01", "2016-06-01", "2017-12-01", "2021-01-01", "2021-02-01"]
    told = [(str(place), "ab"[place % 2], day, "广告") for place, day in enumerate(days)]
    assert series(told, {"p": ["a", "b"]}) == [
        ("p", "广告", ("0", "1", "2"), ("a", "b")),
        ("p", "广告", ("3", "4"), ("a", "b")),
    ]


def test_a_group_goes_before_its_controller_and_a_decision_of_two_parties_is_one() -> None:
    told = [("1", "a", "2024-01-01", "广告"), ("2", "b", "2024-02-01", "广告"), ("2", "c", "2024-02-01", "广告")]
    members = {"g1": ["a", "b", "c"], "p": ["a", "b", "c"], "q": ["b", "c"]}
    assert series(told, members) == [("g1", "广告", ("1", "2"), ("a", "b", "c"))]


@pytest.mark.parametrize("seed", range(20))
def test_series_are_those_of_the_definition(seed: int) -> None:
    draw = random.Random(seed)
    rules = RULES.model_copy(update={"months": 2, "cases": 3, "parties": 2})
    start = date(2024, 1, 1)
    told = [
        (f"{place:02d}", draw.choice("abcd"), str(start + timedelta(days=draw.randrange(300))), draw.choice("xy"))
        for place in range(25)
    ]
    found = series(told, {"p": ["a", "b", "c"]}, rules)
    wanted = set()
    for mark in "xy":
        rows = sorted((day, case, party) for case, party, day, its in told if its == mark and party != "d")
        windows = []
        for day, *_ in rows:
            last = str((pd.Timestamp(day) + pd.DateOffset(months=2)).date())
            inside = [row for row in rows if day <= row[0] <= last]
            if len(inside) >= 3 and len({party for *_, party in inside}) >= 2:
                windows.append({case for _, case, _ in inside})
        merged: list[set[str]] = []
        for window in windows:
            if merged and merged[-1] & window:
                merged[-1] |= window
            else:
                merged.append(window)
        wanted |= {(mark, frozenset(cases)) for cases in merged}
    assert {(mark, frozenset(cases)) for _, mark, cases, _ in found} == wanted


def test_violations_and_articles_are_read_from_the_text() -> None:
    assert violation_of("涉嫌广告违法案", RULES) == "广告违法"
    assert violation_of("虚假 宣传行为", RULES) == "虚假宣传"
    assert violation_of("对商品的性能作引人误解的商业宣传", RULES) == "虚假宣传"
    assert violation_of("案", RULES) is None
    basis = "《中华人民共和国食品安全法》第一百二十四条第一款、《行政处罚法》第二十八条、《广告法》（2021修正）第55条"
    assert articles_of(basis, RULES) == ["广告法第55条", "食品安全法第一百二十四条"]
    assert articles_of("按规定", RULES) == []


def planted(said: Said) -> dict[str, str]:
    """Two firms of one person, her shop, and cases of three sources."""
    sids = {}
    said.firm(A, "甲食品有限公司")
    said.firm(B, "乙食品有限公司")
    said.firm(C, "丙食品有限公司")
    said.firm(SHOP, "王测试小吃店", entity_type="个体工商户")
    for firm in (A, B, SHOP):
        said.say("Office", firm, f"o{firm}", pid="k1", person_name="王测试", office="legal_representative")
    food, place = {"violation": "食品安全违法"}, {"authority": "宁波市市场监督管理局"}
    told: list[tuple[str, str, str, str, dict[str, Any]]] = [
        ("one", A, "published", "甬市监处罚〔2024〕1号", {}),
        ("also", A, "double", "甬市监处罚〔2024〕1号", food | place),
        ("two", B, "decision", "甬市监处罚〔2024〕2号", {"case_name": "涉嫌食品安全违法案"}),
        ("other", C, "double", "甬市监处罚〔2024〕3号", food),
        ("cancelled", A, "decision", "甬市监处罚〔2024〕4号", food | {"cancel_reason": "证据不足"}),
        ("price", SHOP, "double", "甬市监处罚〔2024〕5号", {"violation": "价格违法"}),
    ]
    for name, firm, source, number, content in told:
        day = D("2024-03-01") if firm == A else D("2024-05-01")
        sids[name] = said.say("Case", firm, name, source=source, start=day, decided_on=day, document_number=number,
                              **content).sid  # fmt: skip
    # the person is punished as such: before the law she and her shop are one
    sids["person"] = said.say("Case", None, "person", pid="k1", name="王测试", start=D("2024-06-01"),
                              decided_on=D("2024-06-01"), violation="价格违法").sid  # fmt: skip
    return sids


def test_decisions_of_several_sources_are_one() -> None:
    said = Said()
    sids = planted(said)
    projection = projection_of(said.statements, TODAY)
    found = compute.links(projection, link_policy())
    every, decided = series_data.find_series(projection, found, RULES)
    assert set(zip(decided["party"], decided["sids"], strict=True)) == {
        (A, tuple(sorted((sids["one"], sids["also"])))),
        (B, (sids["two"],)),
        (C, (sids["other"],)),
        (SHOP, (sids["price"],)),
        ("k1", (sids["person"],)),
    }
    assert every[["unit_kind", "unit", "mark", "parties"]].to_numpy().tolist() == [
        ["person", "k1", "食品安全违法", (A, B)]
    ]


def test_a_control_group_is_a_unit() -> None:
    said = Said()
    for firm, name in ((A, "甲控股有限公司"), (B, "乙有限公司"), (C, "丙有限公司"), (SHOP, "丁有限公司")):
        said.firm(firm, name)
    for firm, holder, amount in ((B, A, 51_000_000), (C, B, 60_000_000), (SHOP, A, 50_000_000)):
        said.say("Contribution", firm, f"{firm}{holder}", holder_name="", holder_code=holder, subscribed=amount)
    for firm, day in ((A, "2024-01-01"), (C, "2024-02-01"), (SHOP, "2024-03-01")):
        basis = "《中华人民共和国广告法》第五十五条第一款"
        said.say("Case", firm, firm, start=D(day), decided_on=D(day), basis=basis)
    projection = projection_of(said.statements, TODAY)
    every, _ = series_data.find_series(projection, compute.links(projection, link_policy()), RULES)
    # half of 丁 is no control
    assert every[["unit_kind", "unit", "mark_kind", "mark", "parties"]].to_numpy().tolist() == [
        ["group", A, "article", "广告法第五十五条", (A, C)]
    ]


def run(*arguments: str) -> str:
    done = invoke(*arguments)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_tells_each_decision_with_its_records(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(TODAY))
    city = City(store)
    sids = planted(city)
    city.commit()
    answer: dict[str, Any] = json.loads(run("series", "--json"))
    (told,) = answer["series"]
    assert answer["notice"] == "线索，不作为列入名单或公示的依据"
    assert told["text"] == "与“王测试”有关的2个主体在2024-03-01至2024-05-01因“食品安全违法”被处罚2次。"
    assert [(row["party"], row["day"], set(row["records"])) for row in told["decisions"]] == [
        (A, "2024-03-01", {sids["one"], sids["also"]}),
        (B, "2024-05-01", {sids["two"]}),
    ]
    assert told["unit"].startswith("person:")
    assert "k1" not in json.dumps(answer)
    assert json.loads(run("series", B, "--json"))["series"] == [told]
    assert json.loads(run("series", told["unit"], "--json"))["series"] == [told]
    assert json.loads(run("series", C, "--json"))["total"] == 0
    assert "甬市监处罚〔2024〕2号" in run("series")
