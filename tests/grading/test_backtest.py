"""The arms of a backtest on a planted city: who is compared with whom, what is planted is found, a leak is seen."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from backtestcity import AT, EARLIER, RULES, UNTIL, Planted, code, planted

from credit_graph.grading import facts
from credit_graph.grading.backtest import groups
from credit_graph.grading.backtest.arms import on_rewired, own_history, policy_arm, related
from credit_graph.grading.backtest.compare import Comparison, Frozen, compare
from credit_graph.grading.backtest.leaks import Looked, improbable, later_records
from credit_graph.grading.backtest.outcomes import Sample, drawn, everybody, first_day
from credit_graph.grading.backtest.ranking import Curves, auc, wilson
from credit_graph.grading.backtest.rewire import dealt, rewired
from credit_graph.links.compute import links
from credit_graph.links.majority import direct_majority
from credit_graph.links.policy import link_policy
from handmade import Said, projection_of

FEW = RULES.model_copy(update={"bootstrap": 200, "permutations": 60, "rewirings": 3})


@pytest.fixture(scope="module")
def city() -> Planted:
    return planted(groups=120)


@pytest.fixture(scope="module")
def now(city: Planted) -> Frozen:
    return city.frozen(AT, UNTIL)


@pytest.fixture(scope="module")
def before(city: Planted) -> Frozen:
    return city.frozen(EARLIER, AT)


@pytest.fixture(scope="module")
def result(city: Planted, now: Frozen, before: Frozen) -> Comparison:
    return compare(now, before, city.past(), lambda sids: set(), FEW)


# what came after


def looks(*days: str, **content: Any) -> Sample:
    said = Said()
    for number, day in enumerate(days):
        full: dict[str, Any] = {
            "inspected_on": date.fromisoformat(day),
            "draw_probability": 50_000,
            "result": "未发现问题",
            **content,
        }
        said.say("Inspection", code(number), f"{number}", start=date.fromisoformat(day), **full)
    return drawn(projection_of(said.statements, UNTIL), RULES, AT, UNTIL)


def test_draws_count_from_the_day_after_up_to_the_last() -> None:
    found = looks("2025-06-30", "2025-07-01", "2026-06-30")
    assert found.rows["eid"].tolist() == [code(1), code(2)]
    assert looks("2026-07-01").rows.empty


@pytest.mark.parametrize(
    ("content", "rows", "unseen"),
    [
        ({}, [(20.0, False, False)], 0),
        ({"draw_probability": 300_000, "random_arm": True}, [(1e6 / 3e5, True, False)], 0),
        ({"draw_probability": 1_000_000}, [(1.0, False, False)], 0),
        ({"result": "发现问题待后续处理"}, [(20.0, False, True)], 0),
        ({"result": "通过登记的住所无法联系"}, [], 1),
        ({"draw_probability": None}, [], 0),  # directed: who was chosen and why is not known
        ({"draw_probability": 0}, [], 0),
        ({"draw_probability": 1_500_000}, [], 0),  # no probability
    ],
)
def test_what_a_draw_tells(content: dict[str, object], rows: list[tuple[float, bool, bool]], unseen: int) -> None:
    found = looks("2025-09-01", **content)
    told = found.rows[["weight", "random", "found"]].itertuples(index=False, name=None)
    assert ([tuple(row) for row in told], found.unseen) == (rows, unseen)


def test_of_everybody_any_violation_counts_once() -> None:
    said = Said()
    for number, (kind, day) in enumerate(
        [("Case", "2025-06-30"), ("Case", "2025-07-01"), ("Inspection", "2026-06-30"), ("Inspection", "2026-07-01")]
    ):
        when = date.fromisoformat(day)
        field = {"Case": "decided_on", "Inspection": "inspected_on"}[kind]
        content: dict[str, Any] = {field: when, "result": "发现问题责令改正"}
        said.say(kind, code(number), f"{number}", start=when, **content)
    said.say("Case", code(1), "again", start=date(2025, 8, 1), decided_on=date(2025, 8, 1))
    said.say("Inspection", code(4), "clean", start=date(2025, 8, 1), inspected_on=date(2025, 8, 1), result="未发现问题")
    known = projection_of(said.statements, UNTIL)
    rows = everybody(known, RULES, AT, UNTIL, pd.Index([code(number) for number in range(6)])).rows
    assert rows["found"].tolist() == [False, True, True, False, False, False]
    assert first_day(known, RULES) == date(2025, 6, 30)
    assert first_day(projection_of([], UNTIL), RULES) is None


# the arms


def test_the_policys_arm_is_its_grades(now: Frozen) -> None:
    arm, firms = policy_arm(now.graded).firms, now.graded.firms
    assert arm["level"].tolist() == firms["level"].tolist()
    scale = now.graded.policy.scale
    place = firms["level"].map({level.level: number for number, level in enumerate(scale.levels)})
    assert (arm["risk"] == place * (scale.maximum + 1) + firms["score"]).all()


def test_a_direct_rule_puts_a_firm_above_every_score(now: Frozen) -> None:
    firms = now.graded.firms.copy()
    firms.loc[code(5), ["level", "direct_rule"]] = ["D", "serious_list"]
    arm = policy_arm(replace(now.graded, firms=firms)).firms
    assert arm.loc[code(5), "level"] == "D"
    assert arm["risk"].idxmax() == code(5)


def test_own_history_leaves_out_what_looks_at_other_firms(now: Frozen) -> None:
    others = related(now.graded.policy, RULES.related)
    assert {rule.group for rule in others} == {"关联关系信息"}
    shown = now.graded.indicators
    left_out = pd.DataFrame({rule.id: shown[rule.id]["points"] for rule in others}).sum(axis=1)
    gap = policy_arm(now.graded).firms["risk"] - own_history(now.graded, others).firms["risk"]
    assert (left_out > 0).sum() > 50  # else the test tells nothing
    same = (policy_arm(now.graded).firms["level"] == own_history(now.graded, others).firms["level"]).to_numpy()
    assert (gap[same] == left_out[same]).all()


def test_rewired_ties_keep_their_numbers(now: Frozen) -> None:
    ties, random = now.links, np.random.default_rng(1)
    other = rewired(ties, random)
    for frame, fixed, moved in (
        ("holdings", "eid", "holder"),
        ("representatives", "eid", "pid"),
        ("branches", "eid", "parent"),
    ):
        old, new = ties.frames[frame], other.frames[frame]
        assert Counter(new[moved]) == Counter(old[moved])
        assert new[fixed].tolist() == old[fixed].tolist()
        assert not new.duplicated([fixed, moved]).any()
        assert (new[fixed] != new[moved]).all()
    votes = ["eid", "votes", "whole", "amount", "holder_kind"]
    pd.testing.assert_frame_equal(other.holdings[votes], ties.holdings[votes])
    pd.testing.assert_frame_equal(other.majority, direct_majority(other.holdings, ties.rules))
    assert Counter(other.majority["holder"].dropna()) == Counter(ties.majority["holder"].dropna())
    same = (other.holdings["holder"] == ties.holdings["holder"]).mean()
    assert same < 0.05  # of a hundred holders one in a hundred stays by chance


def test_dealing_undoes_doubles_and_ties_to_oneself() -> None:
    fixed = np.array(["a", "a", "b", "b", "c", "d"], dtype=object)
    moved = np.array(["b", "c", "a", "c", "a", "e"], dtype=object)
    seen = set()
    for seed in range(200):
        row = dealt(fixed, moved, np.random.default_rng(seed))
        assert sorted(row.tolist()) == [0, 1, 2, 3, 4, 5]
        pairs = list(zip(fixed.tolist(), moved[row].tolist(), strict=True))
        assert len(set(pairs)) == 6 and all(a != b for a, b in pairs)
        seen.add(tuple(sorted(pairs)))
    assert len(seen) > 1
    # where nothing else is possible the double stays, and it ends
    assert len(dealt(np.array(["a", "a"], object), np.array(["b", "b"], object), np.random.default_rng(1))) == 2


def test_nobody_is_dealt_two_parts_of_one_company() -> None:
    """Two persons hold the same three companies, each the majority of some: dealt apart, the parts must not meet."""
    said = Said()
    for number, (first, second) in enumerate([("k1", "k2"), ("k2", "k1"), ("k1", "k3")]):
        said.firm(code(number), f"{number}")
        for person, amount in ((first, 60_000_000), (second, 40_000_000)):
            key = f"{number}{person}"
            content: dict[str, Any] = {"pid": person, "holder_name": person, "subscribed": amount}
            said.say("Contribution", code(number), key, source="subscribed_contribution", **content)
    found = links(projection_of(said.statements, AT), link_policy())
    seen = set()
    for seed in range(8):
        dealt_out = rewired(found, np.random.default_rng(seed)).holdings
        assert not dealt_out.duplicated(["eid", "holder"]).any()
        seen.add(len(dealt_out))
    assert 6 in seen  # all are dealt out where there is a way


def test_one_persons_firms_are_one_group(city: Planted, now: Frozen) -> None:
    firms = now.graded.firms.index
    found = groups.numbers(firms, groups.ties(now.links))
    members = found.groupby(found).apply(lambda part: frozenset(part.index)).tolist()
    expected = {frozenset(code(g * city.size + i) for i in range(city.size)) for g in range(len(city.bad))}
    assert set(members) == expected
    # a tie of another day joins two groups
    more = pd.DataFrame({"a": [code(0)], "b": [code(3)]})
    joined = groups.numbers(firms, groups.ties(now.links), more)
    assert joined[code(0)] == joined[code(4)] and joined.nunique() == found.nunique() - 1


# what is planted is found


def test_related_firms_tell_what_ones_own_records_dont(result: Comparison) -> None:
    policy, own, rewired_, permuted = (result.arms[name] for name in ("policy", "own_history", "rewired", "permuted"))
    assert policy.auc > own.auc + 0.03
    assert result.over_own.value == pytest.approx(policy.auc - own.auc)
    assert result.over_own.low > 0
    assert rewired_.auc < own.auc + 0.03  # with ties left to chance they tell nothing
    assert result.over_rewired.low > 0
    assert abs(permuted.auc - 0.5) < 0.03
    assert result.above_chance == pytest.approx(1 / 61)
    assert result.leaks == []


def test_all_is_told_of_the_same_draws(result: Comparison, now: Frozen) -> None:
    assert (result.looked_at, result.firms, result.groups, result.largest_group) == (360, 360, 120, 3)
    assert result.found == int(now.sample.rows["found"].sum())
    assert sum(fold.looked_at for fold in result.folds) == 360
    assert sum(fold.found for fold in result.folds) == result.found
    for name, arm in result.arms.items():
        assert sum(row.looked_at for row in arm.levels) == 360, name
        assert sum(row.found for row in arm.levels) == result.found, name
        assert sum(row.share for row in arm.levels) == pytest.approx(1)
    assert {name: len(draws) for name, draws in result.draws.items()} == {"rewired": 3, "permuted": 60}
    assert sorted(result.draws["rewired"])[1] == result.arms["rewired"].auc
    assert result.learnt_before


def test_the_figures_are_those_of_the_draws(result: Comparison, now: Frozen) -> None:
    rows = now.sample.rows
    risk = policy_arm(now.graded).firms["risk"].reindex(rows["eid"]).to_numpy(float)
    found, weight = rows["found"].to_numpy(bool), rows["weight"].to_numpy(float)
    assert result.arms["policy"].auc == auc(Curves(risk).steps(found, weight))
    mine = now.graded.firms["level"].reindex(rows["eid"]).to_numpy() == "A"
    assert result.arms["policy"].levels[0].rate == wilson(found[mine], weight[mine], 0.95)


def test_each_fold_is_told_of_its_own_weighted_draws(result: Comparison, now: Frozen, before: Frozen) -> None:
    rows = now.sample.rows
    numbers = groups.numbers(now.graded.firms.index, groups.ties(now.links), groups.ties(before.links))
    fold = (np.random.default_rng(FEW.seed).permutation(120) % FEW.folds)[numbers.reindex(rows["eid"])]
    risk = policy_arm(now.graded).firms["risk"].reindex(rows["eid"]).to_numpy(float)
    found, weight = rows["found"].to_numpy(bool), rows["weight"].to_numpy(float)
    each = [(risk[fold == n], found[fold == n], weight[fold == n]) for n in range(FEW.folds)]
    assert [one.policy for one in result.folds] == [auc(Curves(x).steps(y, w)) for x, y, w in each]


def test_without_a_period_before_other_groups_tell_what_to_expect(city: Planted, now: Frozen) -> None:
    fewer = FEW.model_copy(update={"bootstrap": 100, "permutations": 20, "rewirings": 1})
    alone, again = (compare(now, None, city.past(), lambda sids: set(), fewer) for _ in range(2))
    assert not alone.learnt_before
    assert alone.arms["policy"].calibration is not None
    # the same seed gives the same figures
    assert (alone.over_own, alone.over_rewired, alone.folds) == (again.over_own, again.over_rewired, again.folds)


# leaks


def looked(sample: Sample, numbers: pd.Series) -> Looked:
    rows = sample.rows
    group = numbers.reindex(rows["eid"]).to_numpy()
    return Looked(rows["eid"], rows["found"].to_numpy(bool), rows["weight"].to_numpy(float), group)


def test_a_value_written_afterwards_is_detected(city: Planted, now: Frozen) -> None:
    """What is planted: a score dated before the day that knows, of nine firms in ten, what came after."""
    firms = now.graded.firms.index
    numbers = groups.numbers(firms, groups.ties(now.links))
    after, past = looked(now.sample, numbers), looked(city.past(), numbers)
    draw = np.random.default_rng(1)
    came = pd.Series(after.found, index=after.eid).reindex(firms).fillna(False).to_numpy(bool)
    noise = pd.Series(draw.random(len(firms)), index=firms)
    knows = pd.Series(draw.random(len(firms)) < 0.9, index=firms)
    honest = {rule: now.graded.indicators[rule]["points"] for rule in ("penalties", "siblings_penalised")}
    shared = pd.Series(np.repeat(city.bad, city.size).astype(float), index=firms)  # all that one can honestly know
    leaking = noise + (came & knows)
    found = improbable({**honest, "bad": shared, "leaking": leaking}, after, past, RULES)
    assert [(leak.test, leak.what) for leak in found] == [("better_than_before", "leaking")]
    assert found[0].value > found[0].limit
    # knowing all is too good as well
    surely = improbable({"knows": noise + came}, after, past, RULES)
    assert {leak.test for leak in surely} == {"better_than_before", "too_good"}


def test_leaks_are_judged_by_the_weights_of_draws(city: Planted, now: Frozen) -> None:
    firms = now.graded.firms.index
    numbers = groups.numbers(firms, groups.ties(now.links))
    sides = looked(now.sample, numbers), looked(city.past(), numbers)
    again = []
    for side in sides:
        times = side.weight.astype(int)
        eid = side.eid.repeat(times.tolist()).reset_index(drop=True)
        again.append(Looked(eid, side.found.repeat(times), np.ones(times.sum()), side.group.repeat(times)))
    came = pd.Series(sides[0].found, index=sides[0].eid).reindex(firms).fillna(False).to_numpy(bool)
    score = pd.Series(np.random.default_rng(1).random(len(firms)), index=firms) + came
    one, other = (improbable({"knows": score}, now_, past, RULES) for now_, past in (sides, again))
    assert [leak.test for leak in one] == [leak.test for leak in other] == ["too_good", "better_than_before"]
    assert [leak.value for leak in one] == pytest.approx([leak.value for leak in other])


def test_a_value_that_leaks_both_ways_is_too_good(city: Planted, now: Frozen) -> None:
    firms = now.graded.firms.index
    numbers = groups.numbers(firms, groups.ties(now.links))
    after, past = looked(now.sample, numbers), looked(city.past(), numbers)
    found = [pd.Series(side.found, index=side.eid).reindex(firms).fillna(False) for side in (after, past)]
    assert [leak.test for leak in improbable({"both": found[0] | found[1]}, after, past, RULES)] == ["too_good"]


def test_points_on_later_records_are_detected(city: Planted, now: Frozen) -> None:
    """What is planted: a day that was frozen a year too late."""
    later = {statement.sid for statement in city.said.statements if statement.valid_from > EARLIER}
    cases = {s.eid for s in city.said.statements if s.kind == "Case" and EARLIER < s.valid_from <= AT}
    found = {leak.what: leak for leak in later_records(now.graded, lambda sids: later & set(sids))}
    assert found["penalties"].test == "later_records"
    assert found["penalties"].value == len(cases) > 20
    own, of_others = {"penalties", "inspection_corrected"}, {"group_penalised", "group_findings", "siblings_penalised"}
    assert set(found) == own | of_others
    assert later_records(now.graded, lambda sids: set()) == []


def test_a_direct_class_on_a_later_record_is_detected(now: Frozen) -> None:
    firms = now.graded.firms.copy()
    firms.loc[code(5), ["level", "direct_rule"]] = ["D", "serious_list"]
    firms["direct_statements"] = [("late",) if eid == code(5) else () for eid in firms.index]
    found = later_records(replace(now.graded, firms=firms), lambda sids: {sid for sid in sids if sid == "late"})
    assert [(leak.test, leak.what, leak.value) for leak in found] == [("later_records", "serious_list", 1.0)]


def test_rewired_arms_differ_from_draw_to_draw(now: Frozen, monkeypatch: pytest.MonkeyPatch) -> None:
    others, random = related(now.graded.policy, RULES.related), np.random.default_rng(1)
    one, two = (on_rewired(now.graded, others, now.projection, now.links, random).firms["risk"] for _ in range(2))
    assert not one.equals(two)
    monkeypatch.setattr(facts, "find_reborn", lambda *given: pytest.fail("the search takes longer than all else"))
    on_rewired(now.graded, others, now.projection, now.links, random)
    assert one.sum() > own_history(now.graded, others).firms["risk"].sum()  # as many points, elsewhere
