"""The food policy on top of the general one (通用+专业): exact points, who is graded, what is inherited."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from graded import TODAY, A, B, C, Case, D, E, Firm, check_all, graded

from credit_graph.errors import DefinitionError
from credit_graph.grading.policy import grading_policy, policy_of_file, problems
from credit_graph.resources import root
from handmade import Said

SHIPPED = root("policies") / "grading"
FOOD = {"industry_code": "6210"}
NEW, OLDER, OLDEST = date(2025, 11, 24), date(2025, 11, 23), date(2024, 11, 23)


def lapsed(until: date, name: str = "食品经营许可证") -> Any:
    return lambda firm: {firm.say("Permit", permit_name=name, permitted_until=until)}


def punished(*days: date, violation: str = "经营超过保质期的食品") -> Any:
    return lambda firm: {firm.case(day, violation=violation) for day in days}


def samples(count: int, day: date = NEW, product: str = "肉制品") -> Any:
    told: dict[str, Any] = {"sampled_on": day, "product": product, "result": "不合格"}
    return lambda firm: {firm.say("Sampling", **told) for _ in range(count)}


def findings(count: int, day: date = NEW, items: str = "食品销售监督检查") -> Any:
    told: dict[str, Any] = {"inspected_on": day, "items": items, "result": "发现问题责令改正"}
    return lambda firm: {firm.say("Inspection", **told) for _ in range(count)}


def kitchen(**told: Any) -> Any:
    return lambda firm: {firm.say("OnlineAccess", access_kind="明厨亮灶", **told)}


def sister(firm: Firm) -> set[str]:
    pid = firm.person()
    other = firm.other()
    for code in (firm.eid, other):
        firm.holds(code, pid, person=True)
    return {firm.case(date(2026, 1, 1), of=other, violation="食品标签虚假")}


def complained(count: int) -> Any:
    told: dict[str, Any] = {"received_on": NEW, "goods": "餐饮和住宿服务"}
    return lambda firm: {firm.say("Complaint", **told) for _ in range(count)}


def unsaid(build: Any) -> Any:
    def unnamed(firm: Firm) -> set[str]:
        build(firm)
        return set()

    return unnamed


CASES = [
    Case("food_licence_lapsed", 1, 80, lapsed(date(2026, 11, 22))),
    Case("food_licence_lapsed", 0, 0, unsaid(lapsed(date(2026, 11, 22), "药品经营许可"))),
    Case("food_penalties", 1, 60, punished(NEW)),
    Case("food_penalties", 1, 42, punished(OLDER)),
    Case("food_penalties", 1, 24, punished(OLDEST)),
    Case("food_penalties", 3, 150, punished(NEW, date(2026, 1, 1), date(2026, 2, 1))),
    Case("food_penalties", 0, 0, unsaid(punished(NEW, violation="虚假宣传"))),
    Case("food_samples_failed", 1, 50, samples(1)),
    Case("food_samples_failed", 1, 30, samples(1, OLDER)),
    Case("food_samples_failed", 0, 0, unsaid(samples(1, OLDEST))),
    Case("food_samples_failed", 4, 130, samples(4)),
    Case("food_samples_failed", 0, 0, unsaid(samples(1, product="建筑材料"))),
    Case("food_inspections", 1, 40, findings(1)),
    Case("food_inspections", 1, 24, findings(1, OLDER)),
    Case("food_inspections", 3, 100, findings(3)),
    Case("food_inspections", 0, 0, unsaid(findings(1, items="登记事项检查"))),
    Case("kitchen_off_line", 1, 20, kitchen(state="离线")),
    Case("kitchen_off_line", 0, 0, unsaid(kitchen(state="在线"))),
    Case("kitchen_patrol", 1, 40, kitchen(patrol_result="未规范操作", patrolled_on=NEW)),
    Case("kitchen_patrol", 0, 0, unsaid(kitchen(patrol_result="未规范操作", patrolled_on=OLDER))),
    Case("food_group", 100, 60, sister),
    Case("food_complaints", 2, 20, complained(2)),
    Case("food_complaints", 5, 50, complained(5)),
]


def test_every_case() -> None:
    for case in CASES:
        case.register = {**FOOD}
    assert check_all(CASES, policy="food") == []
    own = {rule for rule, policy in grading_policy("food", TODAY)[0].origin.items() if policy == "food"}
    assert own - {case.indicator for case in CASES} == {"food_licence_revoked", "food_heavy_penalty"}


def test_general_applies_and_food_comes_on_top() -> None:
    said = Said()
    said.firm(A, "甲餐饮有限公司", **FOOD)
    said.say("Case", A, "1", decided_on=NEW, violation="经营超过保质期的食品")
    said.say("Sampling", A, "2", sampled_on=NEW, product="肉制品", result="不合格")
    general, food = graded(said).firms.loc[A], graded(said, policy="food").firms.loc[A]
    assert (general["score"], food["score"], food["level"]) == (80 + 40, 80 + 40 + 60 + 50, "B")


def test_who_is_a_food_business() -> None:
    said = Said()
    said.firm(A, "甲餐饮有限公司", industry_code="6210")
    said.firm(B, "乙建材有限公司", industry_code="5165")
    said.firm(C, "丙商贸有限公司", industry_code="5219")
    said.say("Permit", C, "p", permit_name="食品经营许可证", end=date(2020, 1, 1))
    said.firm(D, "丁面馆", industry_code="6210", entity_type="个体工商户")
    said.firm(E, "戊食品有限公司")
    assert list(graded(said, policy="food").firms.index) == [A, C]


@pytest.mark.parametrize(
    ("content", "level", "rule"),
    [
        ({"penalty_kind": "吊销许可证件", "revoked_licence": "食品经营许可证"}, "D", "food_licence_revoked"),
        ({"penalty_kind": "罚款;责令停产停业"}, "C", "food_heavy_penalty"),
        ({"penalty_kind": "罚款"}, "A", ""),
    ],
)
def test_direct_classes_of_food(content: dict[str, Any], level: str, rule: str) -> None:
    said = Said()
    said.firm(A, "甲餐饮有限公司", **FOOD)
    said.say("Case", A, "1", decided_on=NEW, violation="经营超过保质期的食品", **content)
    found = graded(said, policy="food").firms.loc[A]
    assert (found["level"], found["direct_rule"]) == (level, rule)


def test_a_direct_c_never_lifts_a_d_by_the_score() -> None:
    said = Said()
    said.firm(A, "甲餐饮有限公司", state="吊销", **FOOD)
    for number in range(3):
        said.say("Case", A, str(number), decided_on=NEW, violation="食品", penalty_kind="停产停业", fine=10**8)
        said.say("AbnormalListing", A, f"l{number}", listed_on=NEW)
    found = graded(said, policy="food").firms.loc[A]
    assert (found["level"], found["direct_rule"], found["score"]) == ("D", "", 1000)


# inheritance


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
    return tmp_path


def shipped(name: str) -> str:
    return (SHIPPED / f"{name}.yml").read_text(encoding="utf-8")


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


@pytest.mark.parametrize(
    ("old", "new", "words", "why"),
    [
        ("extends: general", "extends: genera", "extends: genera", "genera"),
        ("extends: general", "extends: food", "extends: food", "food → food"),
        ("  - id: food_penalties", "  - id: penalties", "- id: penalties", "penalties"),
        ("  - id: food_penalties", "  - id: food_penalties\n    replaces: true", "replaces: true", "food_penalties"),
        ("    level: C\n", "    level: X\n", "level: X", "X"),
        ('industries: ["13"', 'industries: ["1x"', "industries", "1x"),
        ("effective_from: 2016-12-01", "effective_from: 2010-01-01", "extends: general", "2010-01-01"),
    ],
)
def test_faults_of_a_specialised_policy(tmp_path: Path, old: str, new: str, words: str, why: str) -> None:
    text = shipped("food")
    assert old in text
    changed = text.replace(old, new, 1)
    found = problems(folder(tmp_path, food=changed) / "food.yml")
    assert [(name, problem.line) for name, problem in found] == [(f"{tmp_path.name}/food.yml", line_of(changed, words))]
    assert why in found[0][1].why


def test_a_circle_of_policies_is_told_of_its_file(tmp_path: Path) -> None:
    general = shipped("general").replace("title:", "extends: food\ntitle:", 1)
    where = folder(tmp_path, food=shipped("food"), general=general)
    with pytest.raises(DefinitionError) as caught:
        grading_policy("general", TODAY, where)
    line = line_of(shipped("food"), "extends:")
    assert (caught.value.code, caught.value.fields["path"]) == ("policy.invalid", f"{tmp_path.name}/food.yml:{line}")
    assert "food → general → food" in caught.value.fields["why"]


def test_a_fault_of_the_base_is_told_of_the_base(tmp_path: Path) -> None:
    general = shipped("general").replace("kind: Complaint,", "kind: Complain,", 1)
    where = folder(tmp_path, food=shipped("food"), general=general)
    found = problems(where / "food.yml")
    assert {(name, problem.line) for name, problem in found} == {
        (f"{tmp_path.name}/general.yml", line_of(general, "kind: Complain,"))
    }


def test_an_indicator_is_replaced_and_its_base_is_that_of_the_day(tmp_path: Path) -> None:
    age = "  - id: age\n    replaces: true\n" + shipped("general").partition("  - id: age\n")[2].partition("  - id:")[0]
    food = shipped("food") + age.replace("{from: 0, points: 40}", "{from: 0, points: 90}").replace("cap: 40", "cap: 90")
    old = shipped("general").replace(
        "effective_from: 2014-10-01", "effective_from: 2014-10-01\neffective_to: 2027-01-01"
    )
    new = shipped("general").replace("effective_from: 2014-10-01", "effective_from: 2027-01-01")
    where = folder(tmp_path, food=food, old=old, new=new.replace("from: 750", "from: 700"))
    for day, cut in ((TODAY, 750), (date(2027, 1, 1), 700)):
        policy, _ = grading_policy("food", day, where)
        caps = {rule.id: rule.cap for rule in policy.indicators}
        assert (len(caps), len(policy.indicators), caps["age"]) == (83, 83, 90)
        assert policy.scale.levels[-1].from_ == cut
    # a draft of a later day is tried on the base of that day
    later = food.replace("effective_from: 2016-12-01", "effective_from: 2027-03-01")
    (where / "food.yml").write_text(later, encoding="utf-8")
    assert policy_of_file(where / "food.yml", TODAY).scale.levels[-1].from_ == 700
