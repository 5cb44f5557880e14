"""Grading policies: the shipped one, and what is said of a faulty file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from credit_graph.errors import DefinitionError
from credit_graph.grading.policy import grading_policy
from credit_graph.resources import root

SHIPPED = root("policies") / "grading" / "general.yml"
DAY = date(2026, 11, 23)


def test_the_shipped_policy() -> None:
    policy, version = grading_policy("general", DAY)
    assert len(version) == 64
    assert len(policy.indicators) >= 12
    assert {indicator.group for indicator in policy.indicators} == {
        "企业基础属性信息", "企业动态信息", "监管信息", "关联关系信息", "社会评价信息",
    }  # fmt: skip
    levels = [(level.level, level.from_) for level in policy.scale.levels]
    assert (levels, policy.scale.maximum) == ([("A", 0), ("B", 200), ("C", 500), ("D", 750)], 1000)
    assert [(rule.id, rule.level) for rule in policy.direct] == [("serious_list", "D"), ("court_defaulter", "D")]
    assert policy.subjects.kinds == ("企业", "分支机构")


def test_every_cap_can_be_reached_and_no_band_gives_more() -> None:
    policy, _ = grading_policy("general", DAY)
    assert {i.id for i in policy.indicators if max(band.points for band in i.bands) != i.cap} == set()


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ("maximum: 1000", "maximun: 1000", "maximun: 1000", "scale.maximum"),
        ("group: 社会评价信息", "group: 社会信息", "group: 社会信息", "group"),
        ("day: decided_on\n      years: 3", "day: decide_on\n      years: 3", None, "decide_on"),
        ("kind: Complaint,", "kind: Complain,", None, "Complain"),
        ("  - id: fines", "  - id: penalties", None, "penalties"),
        ("{from: 3, points: 60}]\n    cap: 60", "{from: 3, points: 61}]\n    cap: 60", None, "cap"),
        ("cap: 40\n    basis", "cap: -40\n    basis", "cap: -40", "cap"),
        ("{level: B, from: 200", "{level: B, from: 0", None, "levels"),
        ("{level: D, from: 750", "{level: D, from: 1001", None, "levels"),
        ("    level: D\n", "    level: E\n", None, "level E"),
        ("measure: years_since", "measure: years_after", "measure: years_after", "measure"),
        ("field: term_to", "field: business_scope", None, "business_scope"),
        ("region:", "region: x\nregion:", "region:", "region"),
        ("policy: general", "policy: [", None, ""),
        ("confidence: verified-2nd\nawaited", "confidence: sure\nawaited", "confidence: sure", "confidence"),
        ("effective_from: 2014-10-01", "effective_from: 2014-13-01", None, ""),
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, old: str, new: str, line: str | None, why: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    folder = tmp_path / "grading"
    folder.mkdir()
    changed = text.replace(old, new, 1)
    (folder / "general.yml").write_text(changed, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        grading_policy("general", DAY, folder)
    assert caught.value.code == "policy.invalid"
    path, _, number = caught.value.fields["path"].partition(":")
    assert path == "grading/general.yml"
    assert why in caught.value.fields["why"]
    if line:
        lines = changed.splitlines()
        near = range(max(0, int(number) - 3), min(len(lines), int(number) + 3))
        assert any(line in lines[n] for n in near), (number, caught.value.fields["why"])


def test_two_policies_for_one_day(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    (tmp_path / "a.yml").write_text(text, encoding="utf-8")
    (tmp_path / "b.yml").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        grading_policy("general", DAY, tmp_path)
    assert caught.value.code == "policy.invalid"


@pytest.mark.parametrize(("name", "day"), [("general", date(2000, 1, 1)), ("unknown", DAY)])
def test_no_policy(name: str, day: date) -> None:
    with pytest.raises(DefinitionError) as caught:
        grading_policy(name, day)
    assert caught.value.code == "policy.none_in_force"
