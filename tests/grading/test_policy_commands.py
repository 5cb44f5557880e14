"""``policy check`` and ``policy diff``: what they print, and that they write nothing."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from graded import A, B, C, D, graded
from typer.testing import Result

from commandline import invoke
from credit_graph.errors import DefinitionError, InputError
from credit_graph.grading.diff import difference
from credit_graph.jobs.policies import vocabulary
from credit_graph.resources import root
from credit_graph.store import Store
from handmade import City, Said

SHIPPED = root("policies") / "grading" / "general.yml"
NEW = date(2026, 1, 1)


def typed(*words: str) -> Result:
    return invoke("policy", *words)


@pytest.mark.parametrize("name", ["general", "food"])
def test_the_shipped_policies_have_no_problems(name: str) -> None:
    done = typed("check", str(SHIPPED.with_name(f"{name}.yml")))
    assert (done.exit_code, done.stdout.strip()) == (0, f"{name}.yml：没有问题")


def test_every_problem_is_printed_with_file_and_line(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    for old, new in (
        ("one_of: [失信被执行人]", "one_of: [失信被执行]"),
        ("kind: Complaint,", "kind: Complain,"),
        ("ranks: {A: 0, B: 0, M: 0", "ranks: {A: 0, B: 0, N: 0"),
    ):
        text = text.replace(old, new, 1)
    (tmp_path / "draft.yml").write_text(text, encoding="utf-8")
    done = typed("check", str(tmp_path / "draft.yml"))
    assert done.exit_code == DefinitionError.exit_status == 4
    lines = text.splitlines()
    wanted = [n for n, line in enumerate(lines, 1) if any(w in line for w in ("失信被执行]", "Complain,", "N: 0"))]
    heads = [line.split(" ")[0] for line in done.stdout.splitlines()]
    # rated_level is said by several sources, not all of which name every value: N may be one
    assert heads == [f"{tmp_path.name}/draft.yml:{n}" for n in (wanted[0], wanted[2])]
    assert "失信被执行" in done.stdout
    assert "重大税收违法" in done.stdout  # what sources do say
    assert list(tmp_path.iterdir()) == [tmp_path / "draft.yml"]


def test_which_values_sources_can_give() -> None:
    found = vocabulary()
    assert found["Measure", "measure_kind"] == {
        "失信被执行人", "重大税收违法", "欠税", "纳税非正常户", "联合惩戒", "未履行生效裁判",
    }  # fmt: skip
    assert ("Evaluation", "rated_level") not in found  # 环境信用 names other levels than it lists


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(InputError) as caught:
        typed("check", "nothing.yml")
    assert caught.value.code == "input.not_found"


def said_of_four(said: Said) -> None:
    """甲 not a word; 乙 with a penalty; 丙 listed, so that it lies on the cut of B; 丁 a food firm with a penalty."""
    for code, name in ((A, "甲有限公司"), (B, "乙有限公司"), (C, "丙有限公司")):
        said.firm(code, name)
    said.firm(D, "丁食品有限公司", industry_code="5129")
    said.say("Case", B, "b", decided_on=NEW)
    said.say("AbnormalListing", C, "c", listed_on=date(2020, 1, 1))
    said.say("Case", D, "d", decided_on=NEW, violation="食品标签虚假", penalty_kind="责令停产停业")


def stricter() -> str:
    """A draft: one penalty gives 200 points, B begins at 201."""
    text = SHIPPED.read_text(encoding="utf-8")
    text = text.replace("effective_from: 2014-10-01", "effective_from: 2027-01-01")
    text = text.replace("{level: B, from: 200", "{level: B, from: 201")
    bands = "{from: 1, points: 80}, {from: 2, points: 140}, {from: 3, points: 180}, {from: 5, points: 220}"
    assert bands in text
    return text.replace(bands, "{from: 1, points: 201}, {from: 2, points: 220}")


def test_the_difference_of_two_grades_by_hand() -> None:
    said = Said()
    said_of_four(said)
    found = difference(graded(said), graded(said, policy="food"))
    assert found.moves == {"A": {"": 2, "C": 1}, "B": {"": 1, "C": 0}}
    rows = {eid: tuple(row) for eid, row in found.changed[["level_a", "level_b"]].iterrows()}
    assert rows == {A: ("A", ""), B: ("A", ""), C: ("B", ""), D: ("A", "C")}
    # who gets worse comes first, whom only one policy grades last
    assert found.changed.index.tolist() == [D, A, B, C]
    assert difference(graded(said, policy="food"), graded(said)).changed.index.tolist() == [D, C, B, A]
    assert set(found.why.itertuples(index=False, name=None)) == {
        (D, "direct_rule", 0, 0), (D, "food_penalties", 0, 60),
    }  # fmt: skip
    assert found.reasons.values.tolist() == [["direct_rule", 1, 0], ["food_penalties", 1, 60]]


@pytest.fixture
def city(store: Store, monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    city = City(store)
    said_of_four(city)
    city.commit()
    return city


def test_who_changes_class_under_a_draft_and_why(city: City, tmp_path: Path) -> None:
    draft = tmp_path / "draft.yml"
    draft.write_text(stricter(), encoding="utf-8")
    before = city.store.read("read/last_seq"), city.store.read("explore/grades")
    found: dict[str, Any] = json.loads(typed("diff", "general", str(draft), "--json").stdout)
    names = {"a": "general", "b": "general", "known": 1, "valid": "2026-11-23", "changed": 3}
    assert {name: found[name] for name in names} == names
    assert found["moves"] == {"A": {"A": 1, "B": 2}, "B": {"A": 1, "B": 0}}
    assert found["reasons"] == [
        {"rule": "penalties", "firms": 2, "points": 242},
        {"rule": "levels", "firms": 1, "points": 0},
    ]
    told = {
        firm["code"]: (firm["name"], firm["a"]["level"], firm["b"]["level"], firm["b"]["score"], firm["why"])
        for firm in found["firms"]
    }
    penalty = [{"rule": "penalties", "points_a": 80, "points_b": 201}]
    assert told == {
        B: ("乙有限公司", "A", "B", 201, penalty),
        C: ("丙有限公司", "B", "A", 200, [{"rule": "levels", "points_a": 0, "points_b": 0}]),
        D: ("丁食品有限公司", "A", "B", 301, penalty),
    }
    printed = typed("diff", "general", str(draft)).stdout
    assert "级别变化 3 户" in printed and "另有" not in printed
    assert "近三年行政处罚次数 80→201" in printed
    assert "内部监管参考，非信用评价，不得公开" in printed
    printed = typed("diff", "general", "food").stdout
    assert "级别变化 1 户" in printed and "另有 3 户只由其中一份政策分级，列在最后。" in printed
    assert (city.store.read("read/last_seq"), city.store.read("explore/grades")) == before
    with pytest.raises(InputError) as missing:
        typed("diff", "general", "nothing.yml")
    with pytest.raises(DefinitionError) as unknown:
        typed("diff", "general", "nothing")
    assert (missing.value.code, unknown.value.code) == ("input.not_found", "policy.none_in_force")
