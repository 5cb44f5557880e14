"""Reborn firms: who is a candidate, in which order, and what is said of it."""

from __future__ import annotations

import random
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_graph.links.likeness import Core, bigrams, jaccard, regions_of
from credit_graph.links.reborn import reborn_candidates
from credit_graph.links.reborn_policy import RebornRules, reborn_policy
from credit_graph.links.reborn_text import evidence
from credit_graph.text import use

RULES: RebornRules = reborn_policy().on(date(2026, 11, 23))
Trace = tuple[str, str, str]


def firms(rows: dict[str, dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("eid")
    for column in ("opened", "ended", "closed"):
        frame[column] = pd.to_datetime(frame.get(column, pd.Series(pd.NaT, frame.index)))
    for column in ("name", "industry"):
        frame[column] = frame.get(column, pd.Series(None, frame.index, dtype="str"))
    if "scope" in frame:
        frame["scope"] = [scope if isinstance(scope, tuple) else () for scope in frame["scope"]]
    return frame


def traces(rows: list[Trace]) -> pd.DataFrame:
    told = [(eid, kind, key, f"〈{key}〉", (f"{eid}:{key}",)) for eid, kind, key in rows]
    return pd.DataFrame(told, columns=["eid", "kind", "key", "label", "sids"])


def statuses(found: pd.DataFrame) -> dict[tuple[str, str], tuple[str, str]]:
    return {(old, new): (status, reason) for old, new, status, reason in
            found[["old", "new", "status", "reason"]].itertuples(index=False)}  # fmt: skip


OLD = {
    "name": "庆原华远食品有限公司",
    "ended": "2024-03-01",
    "closed": "2024-04-10",
    "opened": "2012-01-01",
    "industry": "F5211",
}


def news(**changes: Any) -> dict[str, Any]:
    return {"name": "庆原云启食品有限公司", "opened": "2024-05-20", "industry": "5211"} | changes


def test_one_hard_link_in_the_window_and_trade_is_a_candidate() -> None:
    told = firms(
        {
            "old": OLD,
            "person": news(),
            "phone": news(opened="2023-12-02"),  # 90 days before
            "sister": news(opened="2023-12-01"),  # 91
            "last": news(opened="2026-03-01"),
            "late": news(opened="2026-03-02"),
            "trade": news(industry="I6510"),
            "untold": news(industry=None),
            "kin": news(),
            "hub": news(),
            "name": news(name="庆原市华远食品股份有限公司"),
        }
    )
    links = [
        ("old", "legal_representative", "p1"), ("person", "executive", "p1"), ("sister", "holder", "p1"),
        ("last", "supervisor", "p1"), ("late", "holder", "p1"), ("trade", "holder", "p1"), ("untold", "holder", "p1"),
        ("old", "phone", "0574"), ("phone", "phone", "0574"),
        ("old", "relative", "f1"), ("kin", "relative", "f1"),
        *((f"other{n}", "address", "room") for n in range(19)), ("old", "address", "room"), ("hub", "address", "room"),
    ]  # fmt: skip
    found, shared = reborn_candidates(told, traces(links), RULES, regions=["庆原"])
    assert statuses(found) == {
        ("old", "person"): ("reborn", ""),
        ("old", "phone"): ("reborn", ""),
        ("old", "last"): ("reborn", ""),
        ("old", "trade"): ("possible", "other_industry"),
        ("old", "untold"): ("possible", "unknown_industry"),
        ("old", "kin"): ("possible", "no_hard_link"),
        ("old", "name"): ("possible", "no_hard_link"),
        ("old", "sister"): ("sister", ""),
    }
    row = found.set_index("new").loc["person"]
    # min(5, 3) for the person, 1 for the trade, 3 times 1 of 5 bigrams (食品 of 华远食品, 云启食品), 1 - 80/730
    assert row["score"] == pytest.approx(3 + 1 + 3 * 1 / 5 + 1 - 80 / 730, abs=1e-4)
    assert (row["days"], row["days_after_close"], row["hard"], row["shared_person"]) == (80, 40, 1, 1)
    assert found["rank"].tolist() == list(range(1, 9))
    assert found["status"].tolist() == ["reborn"] * 3 + ["possible"] * 4 + ["sister"]
    assert set(shared["new"]) == {"person", "phone", "last", "trade", "untold", "kin", "sister"}


def test_the_evidence_is_told_in_sentences_with_its_records() -> None:
    told = firms({"old": OLD | {"scope": ("食品",)}, "new": news(scope=("食品", "酒类"))})
    links = [
        ("old", "legal_representative", "p1"), ("new", "holder", "p1"), ("new", "executive", "p1"),
        ("old", "relative", "f1"), ("new", "relative", "f1"), ("old", "phone", "0574"), ("new", "phone", "0574"),
    ]  # fmt: skip
    found, shared = reborn_candidates(told, traces(links), RULES, regions=["庆原"])
    row = found.to_dict(orient="records")[0]
    names = told["name"].to_dict()
    sentences = evidence(row, shared, names)
    assert [sentence.text for sentence in sentences] == [
        "“庆原云启食品有限公司”在“庆原华远食品有限公司”被列入、吊销或注销后80日成立。",
        "〈p1〉曾是原企业的法定代表人，现为新企业的高级管理人员。",
        "两企业联系电话相同：〈0574〉。",
        "原企业的〈f1〉与新企业的〈f1〉疑为亲属。",
        "两企业登记的行业相同。",
        "去除行政区划和组织形式后，两企业名称的相似度为20%。",
        "许可、经营项目的重合度为50%。",
    ]
    assert [sentence.sids for sentence in sentences[1:3]] == [("new:p1", "old:p1"), ("new:0574", "old:0574")]
    try:
        use("en")
        assert evidence(row, shared, names)[1].text == (
            "〈p1〉 was legal representative of the old firm and is executive of the new one."
        )
    finally:
        use("zh")


def test_unknown_kinds_of_traces_are_refused_and_empty_tables_answered() -> None:
    with pytest.raises(ValueError, match="unknown kinds"):
        reborn_candidates(firms({"old": OLD}), traces([("old", "horoscope", "x")]), RULES)
    found, shared = reborn_candidates(firms({"old": OLD}), traces([]), RULES)
    assert (len(found), len(shared)) == (0, 0)
    found, _ = reborn_candidates(firms({"new": news()}), traces([("new", "phone", "1")]), RULES)
    assert len(found) == 0


KINDS = sorted(RULES.links)


@pytest.mark.parametrize("seed", range(5))
def test_candidates_are_those_of_the_rules_applied_one_by_one(seed: int) -> None:
    draw = random.Random(seed)
    start = date(2022, 1, 1)
    told = {}
    for number in range(25):
        opened = start + timedelta(days=draw.randint(-400, 1_000))
        ended = start if draw.random() < 0.3 else None
        told[f"e{number}"] = {"name": f"企业{number}号", "opened": opened, "ended": ended,
                              "industry": draw.choice(["5211", "5212", None])}  # fmt: skip
    links = sorted({(draw.choice(list(told)), draw.choice(KINDS), f"k{draw.randrange(6)}") for _ in range(60)})
    found, _ = reborn_candidates(firms(told), traces(links), RULES, per_firm=1000)
    wanted = {}
    for old, new in ((a, b) for a in told for b in told if a != b and told[a]["ended"]):
        status = judged(told[old], told[new], points(links, old, new))
        if status:
            wanted[old, new] = status
    assert {pair: status for pair, (status, _) in statuses(found).items()} == wanted


def points(links: list[Trace], old: str, new: str) -> dict[tuple[str, str], tuple[float, bool]]:
    """(group, key) that the two share -> points of the weaker role, and whether it is hard."""
    result: dict[tuple[str, str], tuple[float, bool]] = {}
    for eid, kind, key in links:
        for other, other_kind, other_key in links:
            one, two = RULES.links[kind], RULES.links[other_kind]
            if (eid, other, key, one.group) == (old, new, other_key, two.group):
                firms_with_it = {e for e, k, value in links if value == key and RULES.links[k].group == one.group}
                if len(firms_with_it) <= min(one.limit, two.limit):
                    label = (min(one.points, two.points), one.hard and two.hard)
                    result[one.group, key] = max(result.get((one.group, key), (0.0, False)), label)
    return result


def judged(old: dict[str, Any], new: dict[str, Any], shared: dict[tuple[str, str], tuple[float, bool]]) -> str | None:
    days = (new["opened"] - old["ended"]).days
    hard = any(is_hard for _, is_hard in shared.values())
    if not shared or days > 730:  # from 2022-01-01 to 2024-01-01
        return None
    if days < -90:
        return "sister" if hard else None
    score = 0.0
    for group in {group for group, _ in shared}:
        score += sum(sorted((p for (g, _), (p, _) in shared.items() if g == group), reverse=True)[:2])
    same = old["industry"] and old["industry"] == new["industry"]
    score += (1 if same else 0) + 1 - min(max(days, 0) / 730, 1)
    likeness = float(jaccard(bigrams(old["name"]), bigrams(new["name"])))
    return "reborn" if hard and same and round(score + 3 * likeness, 4) >= 3 else "possible"


def test_names_are_compared_without_region_and_legal_form() -> None:
    plain = jaccard(bigrams("鸿运饮料有限公司"), bigrams("天成机械有限公司"))
    assert plain == Fraction(3, 11)  # only the legal form
    core = Core(RULES.legal_forms, [*RULES.regions, "宁波", "鄞州"])
    assert jaccard(*(bigrams(core.of(f"{name}有限公司")) for name in ("鸿运饮料", "天成机械"))) == 0
    assert core.of("宁波市鄞州区鸿运饮料（宁波）有限责任公司") == "鸿运饮料"
    assert core.of("浙江鸿运集团股份有限公司") == "鸿运"
    assert core.of("上海市场调查有限公司") == "市场调查"
    assert core.of("宁波公司") == "宁波"  # two characters stay
    assert Core([], []).of("鸿运有限公司") == "鸿运有限公司"


def test_regions_are_read_from_addresses() -> None:
    told = [
        "浙江省宁波市鄞州区天童路1号",
        "上海市浦东新区张江路2号",
        "安定路3号",
        "内蒙古自治区呼和浩特市赛罕区大学路4号",
    ]
    assert regions_of(told) == {
        "浙江", "宁波", "鄞州", "上海", "浦东新", "内蒙古", "呼和浩特", "赛罕",
    }  # fmt: skip


words = st.text(alphabet="甲乙丙丁", max_size=8)


@settings(deadline=None)
@given(words, words)
def test_likeness_is_a_symmetric_share(one: str, other: str) -> None:
    value = jaccard(bigrams(one), bigrams(other))
    assert value == jaccard(bigrams(other), bigrams(one))
    assert 0 <= value <= 1
    assert (value == 1) == (bigrams(one) == bigrams(other) != frozenset())
