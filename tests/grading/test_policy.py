"""Grading policies: the shipped ones, how they combine, and what is said of a faulty file."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import test_indicators_firm
import test_indicators_related
import test_indicators_supervision

from credit_graph.errors import DefinitionError
from credit_graph.grading.policy import grading_policy, problems
from credit_graph.model.kinds import KINDS
from credit_graph.resources import root

SHIPPED = root("policies") / "grading" / "general.yml"
DAY = date(2026, 11, 23)
GROUPS = ("企业基础属性信息", "企业动态信息", "监管信息", "关联关系信息", "社会评价信息")


def test_the_shipped_policy() -> None:
    policy, version = grading_policy("general", DAY)
    assert len(version) == 64
    assert Counter(indicator.group for indicator in policy.indicators) == dict(
        zip(GROUPS, (6, 21, 17, 26, 5), strict=True)
    )
    levels = [(level.level, level.from_) for level in policy.scale.levels]
    assert (levels, policy.scale.maximum) == ([("A", 0), ("B", 200), ("C", 500), ("D", 750)], 1000)
    direct = [(rule.id, rule.level) for rule in policy.direct]
    assert direct == [("serious_list", "D"), ("court_defaulter", "D"), ("tax_blacklist", "D")]
    assert policy.subjects.kinds == ("企业", "分支机构")


def test_what_is_awaited_is_none_of_the_known_kinds() -> None:
    policy, _ = grading_policy("general", DAY)
    assert set(policy.awaited) & set(KINDS) == set()
    awaiting = [rule.id for rule in policy.indicators if getattr(rule.input, "kind", "") in policy.awaited]
    assert awaiting == ["lawsuits", "opinions"]
    assert len(policy.indicators) - len(awaiting) >= 40


def test_every_indicator_has_cases_with_exact_points() -> None:
    policy, _ = grading_policy("general", DAY)
    modules = (test_indicators_firm, test_indicators_supervision, test_indicators_related)
    told = {case.indicator: [] for module in modules for case in module.CASES}  # type: ignore[var-annotated]
    for module in modules:
        for case in module.CASES:
            told[case.indicator].append(case.points)
    others = set().union(*(module.WITHOUT for module in modules))
    assert set(told) | others == {rule.id for rule in policy.indicators}
    # the most points that an indicator gives are among them
    assert {rule.id for rule in policy.indicators if rule.id in told and max(told[rule.id]) != rule.cap} == BY_SIZE


BY_SIZE = {"investments"}  # 20 firms invested in would be 10 points


def changed(tmp_path: Path, old: str, new: str, count: int = 1) -> tuple[Path, str]:
    """A folder with the shipped policy, of which a part is changed."""
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    folder = tmp_path / "grading"
    folder.mkdir()
    text = text.replace(old, new, count)
    (folder / "general.yml").write_text(text, encoding="utf-8")
    return folder, text


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        # typos
        ("maximum: 1000", "maximun: 1000", "maximun: 1000", "scale.maximum"),
        ("group: 社会评价信息", "group: 社会信息", "group: 社会信息", "group"),
        ("measure: years_since", "measure: years_after", "measure: years_after", "measure"),
        ("via: group", "via: groups", "via: groups", "via"),
        ("region:", "region: x\nregion:", "region:", "region"),
        ("policy: general", "policy: [", None, ""),
        ("confidence: verified-2nd\nawaited", "confidence: sure\nawaited", "confidence: sure", "confidence"),
        ("effective_from: 2014-10-01", "effective_from: 2014-13-01", "2014-13-01", ""),
        ("effective_from: 2014-10-01", "effective_from: 2014-10-01\neffective_to: 2014-10-01", "effective_to", ""),
        # inputs that nobody gives
        ("kind: Complaint,", "kind: Complain,", "kind: Complain,", "Complain"),
        ("kind: Complaint,", "kind: Hold,", "kind: Hold,", "Hold"),
        ("day: decided_on, same", "day: decide_on, same", "day: decide_on", "decide_on"),
        ("day: decided_on, same", "day: penalty_kind, same", "day: penalty_kind", "penalty_kind"),
        ("same: document_number", "same: document", "same: document}", "document"),
        ("sum: [fine, confiscated]", "sum: [fine, penalty_kind]", "penalty_kind", "penalty_kind"),
        ("{field: profit, below: 0}", "{field: proft, below: 0}", "proft", "proft"),
        ("{field: profit, below: 0}", "{field: report_id, below: 0}", "report_id", "report_id"),
        ("{field: profit, below: 0}", "{field: profit, one_of: [x]}", "one_of: [x]", "profit"),
        ("{field: profit, below: 0}", "{field: profit}", "{field: profit}", "below"),
        ("denominator: assets", "denominator: asset", "denominator: asset,", "asset"),
        ("field: term_to", "field: business_scope", "business_scope", "business_scope"),
        ("field: term_to", "field: state", "field: state", "state"),
        ("field: founded_on", "field: founded", "field: founded,", "founded"),
        ("type: changes, field: name", "type: changes, field: names", "field: names", "names"),
        ("field: registered_capital, falls_by", "field: address, falls_by", "falls_by", "address"),
        ("ends: [abnormal]", "ends: [abnormally]", "abnormally", "abnormally"),
        ("by: permit_name", "by: permit", "by: permit}", "permit"),
        ("kinds: [企业, 分支机构]", "kinds: [企业, 分支]", "分支]", "分支"),
        # sources
        ("    basis: {source: 豫市监办〔2022〕100号, confidence: verified-2nd}", "", "id: court_defaulter", "basis"),
        ("source: 豫市监办〔2022〕100号,", 'source: "",', 'source: ""', "source"),
        # points that nobody gets, and cuts that overlap
        ("{from: 3, points: 60}]\n    cap: 60", "{from: 3, points: 61}]\n    cap: 60", "cap: 60", "cap"),
        ("cap: 40\n    basis", "cap: -40\n    basis", "cap: -40", "cap: 不能小于 0"),
        ("bands: [{from: 1, points: 60}]\n    cap: 60", "bands: [{from: 1, points: 60}]\n    cap: 70", "70", "cap"),
        ("points: 40}, {from: 1, points: 25}", "points: 40}, {from: 0, points: 25}", "{from: 0, points: 25}", "bands"),
        ("points: 40}, {from: 1, points: 25}", "points: 40}, {from: -1, points: 25}", "from: -1", "bands"),
        ("points: 25}, {from: 3, points: 10}", "points: 25}, {from: 3, points: 25}", "{from: 3, points: 25}", "bands"),
        ("{from: 20, points: 50}, {from: 50, points: 80}", "{from: 20, points: 50}, {from: 101, points: 80}",
         "from: 101", "100"),
        ("{from: 3, points: 180}, {from: 5, points: 220}", "{from: 3, points: 120}, {from: 5, points: 220}",
         "from: 3, points: 120", "bands"),
        ("{level: B, from: 200", "{level: B, from: 0", "level: B", "B"),
        ("{level: D, from: 750", "{level: D, from: 1001", "level: D", "D"),
        ("{level: A, from: 0", "{level: A, from: 1", "level: A", "levels"),
        ("{level: C, from: 500", "{level: B, from: 500", "level: B, from: 500", "B"),
        ("    level: D\n", "    level: E\n", "level: E", "E"),
        # ids, windows, decay
        ("  - id: fines", "  - id: penalties", "- id: penalties", "penalties"),
        ("  - id: fines", "  - id: serious_list", "- id: serious_list", "serious_list"),
        ("  - id: fines", "  - id: fines\n    replaces: true", "replaces: true", "fines"),
        ("measure: years_since}", "measure: years_since}\n    window: {years: 1}", "window: {years: 1}", "window"),
        ("window: {months: 3}", "window: {months: 3, years: 1}", "window: {months: 3, years: 1}", "years"),
        ("    window: {months: 3}\n", "", "type: growth", "window"),
        ("{years: 2, percent: 70}, {years: 3, percent: 40}", "{years: 2, percent: 70}", "decay", "window"),
        ("{years: 2, percent: 70}", "{years: 2, percent: 100}", "decay", "decay"),
        ("{years: 2, percent: 70}", "{years: 1, percent: 70}", "decay", "decay"),
        ("same: changed_on}\n    window: {years: 3}", "same: changed_on}\n    window: {years: 3}\n"
         "    decay: [{years: 3, percent: 0}]", "decay", "percent"),
        ("title: {zh", "extends: general\ntitle: {zh", "extends", "general"),
    ],
)  # fmt: skip
def test_a_fault_names_file_and_line(tmp_path: Path, old: str, new: str, line: str | None, why: str) -> None:
    folder, text = changed(tmp_path, old, new)
    with pytest.raises(DefinitionError) as caught:
        grading_policy("general", DAY, folder)
    assert caught.value.code == "policy.invalid"
    path, _, number = caught.value.fields["path"].partition(":")
    assert path == "grading/general.yml"
    assert why in caught.value.fields["why"]
    if line:
        lines = text.splitlines()
        near = range(max(0, int(number) - 2), min(len(lines), int(number) + 1))
        assert any(line in lines[n] for n in near), (number, caught.value.fields["why"])


def test_all_problems_are_told_at_once_and_by_line(tmp_path: Path) -> None:
    folder, text = changed(tmp_path, "kind: Complaint,", "kind: Complain,")
    told = [(name, problem.line) for name, problem in problems(folder / "general.yml")]
    lines = [number for number, line in enumerate(text.splitlines(), 1) if "kind: Complain," in line]
    assert told == [("grading/general.yml", lines[0])]
    (folder / "general.yml").write_text(text.replace("kind: Complaint,", "kind: Complain,"), encoding="utf-8")
    found = problems(folder / "general.yml")
    wrong = [number for number, line in enumerate(text.splitlines(), 1) if "kind: Complain" in line]
    assert [problem.line for _, problem in found] == wrong
    assert len(wrong) == 4


def test_a_level_that_the_caps_do_not_reach(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    head, _, rest = text.partition("  - id: age")
    one = "  - id: age" + rest.partition("  - id: capital")[0]
    (tmp_path / "few.yml").write_text(head + one, encoding="utf-8")
    found = [(problem.line, problem.why) for _, problem in problems(tmp_path / "few.yml")]
    lines = head.splitlines()
    assert [lines[line - 1].split(",")[0].strip() for line, _ in found] == ["- {level: B", "- {level: C", "- {level: D"]
    assert "40" in found[0][1]


def test_two_policies_for_one_day(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    (tmp_path / "a.yml").write_text(text, encoding="utf-8")
    (tmp_path / "b.yml").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        grading_policy("general", DAY, tmp_path)
    line = next(n for n, words in enumerate(text.splitlines(), 1) if words.startswith("effective_from"))
    assert (caught.value.code, caught.value.fields["path"]) == ("policy.invalid", f"{tmp_path.name}/b.yml:{line}")


def test_versions_of_one_policy_follow_one_another(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    old = text.replace("effective_from: 2014-10-01", "effective_from: 2014-10-01\neffective_to: 2027-01-01")
    new = text.replace("effective_from: 2014-10-01", "effective_from: 2027-01-01").replace("from: 750", "from: 700")
    (tmp_path / "old.yml").write_text(old, encoding="utf-8")
    (tmp_path / "new.yml").write_text(new, encoding="utf-8")
    cuts = [
        grading_policy("general", day, tmp_path)[0].scale.levels[-1].from_
        for day in (date(2026, 12, 31), date(2027, 1, 1))
    ]
    assert cuts == [750, 700]


@pytest.mark.parametrize(("name", "day"), [("general", date(2000, 1, 1)), ("unknown", DAY)])
def test_no_policy(name: str, day: date) -> None:
    with pytest.raises(DefinitionError) as caught:
        grading_policy(name, day)
    assert caught.value.code == "policy.none_in_force"
