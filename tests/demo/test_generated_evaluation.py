"""``credit-graph evaluate`` on a generated city in the graph."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from generated import UNTIL, city, truth

from commandline import CommandLine
from credit_graph.commands import evaluate as command
from credit_graph.errors import InputError, StateError
from credit_graph.evaluation.goals import Goal, GoalPolicy, goal_policy
from credit_graph.evaluation.measures import Measure
from credit_graph.jobs.evaluate import evaluate, judged, read_truth
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.store import Store

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return city(tmp_path_factory.mktemp("city") / "a", firms=400, seed=5)


def goals(**clean: Goal) -> GoalPolicy:
    """Goals of one's own for a clean city."""
    return GoalPolicy(goals=(goal_policy().goals[0].model_copy(update={"clean": clean}),))


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_scores_of_a_city(
    store: Store, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(UNTIL))
    with pytest.raises(StateError) as nothing:
        evaluate(store, folder, UNTIL, goal_policy())
    assert nothing.value.code == "state.no_data"
    load(store, [folder], LoadOptions())
    with pytest.raises(StateError) as other:
        evaluate(store, city(tmp_path / "other", firms=200, seed=6), UNTIL, goal_policy())
    assert other.value.code == "state.other_city"

    run = CommandLine(monkeypatch, capfd).run
    # one pair of reborn firms is too few for a goal
    few = Goal(at_most=0, of_at_least=2)
    reached = {"reborn_pr_auc": few, "owners": Goal(at_least=1), "groups": Goal(at_least=0.98, above_baseline=True)}
    monkeypatch.setattr(command, "goal_policy", lambda: goals(**reached))
    shown = json.loads(run("evaluate", str(folder), "--json")[0])
    assert {name: shown[name] for name in ("firms", "present", "met", "valid", "city")} == {
        "firms": sum(row["shown"] for row in truth(folder, "firms")),
        "present": 377,
        "met": True,
        "valid": "2026-11-23",
        "city": {"firms": 400, "seed": 5, "noise": 0.0, "until": "2026-11-23"},
    }
    lines = {line.pop("measure"): line for line in shown["measures"]}
    check_lines(lines)

    monkeypatch.setattr(command, "goal_policy", lambda: goals(**reached, holder_recall=Goal(above_baseline=True)))
    text, _ = run("evaluate", str(folder), status=1)  # every name is exact here
    assert re.search(r"出资人名称：召回率 +│ 1\.0000 │ 高于对照 +│ 否 +│ 名称完全相同 +1\.0000 ", text)
    assert text.endswith("有目标未达到。\n")
    english, _ = run("--lang", "en", "evaluate", str(folder), status=1)
    assert re.search(r"owners by equity +│ 1\.0000 │ ≥ 1 +│ yes │ direct holdings +0\.8737 ", english)


def check_lines(lines: dict[str, dict[str, Any]]) -> None:
    names: dict[str, Any] = {"baselines": {"exact_name": 1.0}, "goal": None, "met": True, "value": 1.0, "differing": []}
    assert lines["holder_precision"] == {**names, "counts": {"right": 23, "found": 23}}
    assert lines["holder_recall"] == {**names, "counts": {"right": 23, "decided": 23}}
    assert lines["owners"] == {
        "value": 1.0,
        "goal": {"at_least": 1.0},
        "met": True,
        "baselines": {"direct_holders": 0.873684},
        "counts": {"right": 95, "decided": 95, "owners": 132, "companies": 96},
        "differing": [],
    }
    counts = {"right": 93, "decided": 93, "controlled": 80, "companies": 96}
    for name, base in (("control_nearest", 0.88172), ("control_ultimate", 0.870968)):
        assert lines[name] == {
            "value": 1.0,
            "goal": None,
            "met": True,
            "baselines": {"largest_holder": base},
            "counts": counts,
            "differing": [],
        }
    assert lines["groups"]["counts"] == {"firms": 97, "groups": 62, "of_several": 11}
    assert lines["reborn_precision"]["counts"] == {"right": 1, "first": 1, "decided": 1}
    assert (lines["reborn_pr_auc"]["value"], lines["reborn_pr_auc"]["baselines"]) == (1.0, {"name_similarity": 1.0})
    # of sixty pairs of one name one is decided by the files, and eleven are of two persons
    assert lines["person_precision"]["value"] == lines["person_recall"]["value"] == 1.0
    assert lines["person_recall"]["counts"] == {"right": 1, "decided": 1}
    wrongly = lines["person_wrongly_merged"]
    assert (wrongly["value"], wrongly["counts"]) == (0.0, {"wrong": 0, "undecided": 59})
    assert wrongly["baselines"] == {"exact_name": 0.186441, "name_and_phone": 0.0}


def test_a_goal_is_judged_among_enough_cases_only() -> None:
    for counts in ({"right": 24, "wrong": 1, "undecided_right": 99}, {"wrong": 1, "undecided": 25}, {"decided": 25}):
        measure = Measure("person_precision", 0.96, {"exact_name": 0.5}, counts)
        few, enough = (judged(measure, Goal(at_least=0.99, of_at_least=number)) for number in (26, 25))
        assert (few.goal, few.met, enough.met) == (None, True, False)


def test_a_folder_without_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_truth(tmp_path)
    assert error.value.code == "input.no_truth"


def test_no_other_module_names_the_folder_of_the_truth() -> None:
    """Only the generator writes it and only the evaluation's job reads it."""
    sources = sorted((REPOSITORY / "src").rglob("*.py"))
    naming = [path for path in sources if re.search(r"['\"/]truth['\"/]|\bTRUTH\b", path.read_text("utf-8"))]
    assert {(path.parent.name, path.name) for path in naming} == {
        ("demo", "generate.py"),
        ("commands", "generate.py"),  # tells where it is
        ("jobs", "evaluate.py"),
    }


def test_the_goals_are_of_measures_that_there_are() -> None:
    row = goal_policy().goals[0]
    assert set(row.clean) <= set(command.MEASURES)
    assert set(row.noisy) < set(row.clean)
    assert row.of(0.2) == row.noisy and row.of(0.0) == row.clean
    assert [Goal(at_least=0.5).met(v, None) for v in (0.5, 0.49)] == [True, False]
    assert [Goal(at_most=0.5).met(v, None) for v in (0.5, 0.51)] == [True, False]
    assert [Goal(above_baseline=True).met(0.5, base) for base in (0.4, 0.5, None)] == [True, False, True]
