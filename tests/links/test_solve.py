"""``credit-graph solve``: own cases of each definition as a file, and files that are wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from commandline import invoke
from credit_graph.errors import InputError
from credit_graph.links.cases import parse_cases
from credit_graph.links.solve import DEFINITIONS, solve

PERSONS = "PQR"


def case(definition: str, holds: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A case: ``holds`` maps "P>A" to a percentage; P, Q and R are persons, S is the state, all others companies."""
    relations = more.pop("relations", [])
    ends = [tuple(pair.split(">")) for pair in holds]
    names = sorted({name for pair in ends for name in pair} | {name for edge in relations for name in edge[:2]})
    types = {name: "person" if name in PERSONS else "state" if name == "S" else "company" for name in names}
    edges = [
        {"src": a, "dst": b, "type": "HOLDS", "pct": pct} for (a, b), pct in zip(ends, holds.values(), strict=True)
    ]
    edges += [{"src": a, "dst": b, "type": kind} for a, b, kind in relations]
    nodes = [{"id": name, "type": types[name]} for name in names]
    return {"name": "case", "definition": definition, "nodes": nodes, "edges": edges, **more}


def answer(definition: str, holds: dict[str, Any], **more: Any) -> dict[str, Any]:
    text = json.dumps([case(definition, holds, **more)])
    found: dict[str, Any] = json.loads(json.dumps(solve(parse_cases(text, "t.json")[0])))
    return found


# control


def test_control_and_each_rule_apart() -> None:
    found = answer("control", {"A>A": 20, "P>A": 41, "Q>A": 39, "P>B": None, "Q>B": 40, "P>C": 45})
    assert found["control"] == []
    assert found["control_votes_exclude_self"] == [["P", "A"]]
    assert found["control_with_residual"] == [["P", "B"]]
    assert found["possible_control"] == [["P", "B"], ["P", "C"]]
    assert found["missing"] == {"C": 55}
    assert found["relative_largest"] == {"A": "P"}
    assert found["control_if_merged"] == {"merge": [], "control": []}


def test_control_is_more_than_half_since_2024_and_half_before() -> None:
    holds = {"P>A": 50, "Q>A": 30, "R>A": 20, "A>B": 60}
    assert answer("control", holds)["control"] == [["A", "B"]]
    assert answer("control", holds, params={"valid": "2024-06-30"})["control"] == [["A", "B"], ["P", "A"], ["P", "B"]]
    assert answer("control", holds, params={"valid": "2024-07-01"})["control"] == [["A", "B"]]


def test_control_in_decimals_is_exact() -> None:
    holds = {"P>A": 100, "P>B": 100, "P>C": 16.6667, "A>C": 16.6667, "B>C": 16.6667}
    assert ["P", "C"] in answer("control", holds)["control"]
    holds = {"P>A": 100, "P>B": 100, "P>C": 10.1, "A>C": 10.2, "B>C": 29.7}
    assert ["P", "C"] not in answer("control", holds)["control"]
    assert ["P", "C"] in answer("control", {"P>C": "5000000000000001/100000000000000"})["control"]


def test_control_of_faults_as_they_stand_and_scaled() -> None:
    found = answer("control", {"P>A": 60, "Q>A": 55, "A>B": 51})
    assert found["control"] == [["A", "B"], ["P", "A"], ["P", "B"], ["Q", "A"], ["Q", "B"]]
    assert (found["over_100"], found["control_normalised"]) == (["A"], [["A", "B"], ["P", "A"], ["P", "B"]])


@pytest.mark.parametrize(
    "more",
    [
        {"params": {"merge": [["Q", "P"]]}},
        {"relations": [("P", "Q", "PARTNER_OF")]},
        {"expect": {"control_if_merged": {"merge": [["P", "Q"]], "control": "is never read"}}},
    ],
)
def test_joint_holders_are_merged_as_the_case_says(more: dict[str, Any]) -> None:
    found = answer("control", {"P>A": 30, "Q>A": 21, "R>A": 49, "A>B": 100, "P>C": None, "Q>C": 90}, **more)
    assert found["control"] == [["A", "B"], ["Q", "C"]]
    assert found["control_if_merged"] == {"merge": [["P", "Q"]], "control": [["A", "B"], ["P+Q", "A"], ["P+Q", "B"]]}


def test_the_partner_in_charge_and_agreements_control() -> None:
    found = answer("control", {"P>L": 99, "G>L": 1, "Q>G": 100}, relations=[("G", "L", "GENERAL_PARTNER")])
    assert found["control"] == [["G", "L"], ["Q", "G"], ["Q", "L"]]
    assert found["ultimate"] == {"G": ["Q"], "L": ["Q"]}


def test_the_ultimate_controller_of_a_ring_is_the_ring() -> None:
    found = answer("control", {"A>B": 60, "B>A": 60, "A>C": 60, "P>A": 40, "Q>D": 51, "D>E": 51})
    assert found["ultimate"] == {"A": ["A", "B"], "B": ["A", "B"], "C": ["A", "B"], "D": ["Q"], "E": ["Q"]}
    assert found["integrated"]["Q>E"] == "0.2601"
    assert found["integrated"]["P>A"] == "0.625"  # 0.4 / (1 - 0.36)


# groups, rings


def test_groups_are_cut_at_the_state_and_not_at_persons() -> None:
    found = answer("group", {"S>A": 100, "S>B": 51, "A>C": 60, "P>D": 80, "P>E": 70, "C>J": 50, "D>J": 50})
    assert found["groups"] == [["A", "C"], ["B"], ["D", "E"], ["J"]]
    assert found["joint_venture"] == ["J"]
    assert found["control"] == [["A", "C"], ["P", "D"], ["P", "E"], ["S", "A"], ["S", "B"], ["S", "C"]]


def test_rings_are_strongly_connected_components() -> None:
    holds = {"A>B": 1, "B>C": 1, "C>A": None, "C>D": 99, "D>E": 50, "E>D": 5, "F>F": 3, "P>A": 10}
    assert answer("scc", holds) == {"sccs": [["A", "B", "C"], ["D", "E"]], "self_loops": ["F"]}


# ownership


def test_integrated_ownership_and_its_other_definitions() -> None:
    found = answer("integrated", {"P>A": 40, "B>A": 50, "A>B": 20, "Q>B": 80})
    # V(A, A) = V(B, B) = 1 / (1 - 0.5 * 0.2) = 10/9
    assert found["corrected"] == {
        "A>A": "1/10", "A>B": "1/5", "B>A": "1/2", "B>B": "1/10",
        "P>A": "4/9", "P>B": "4/45", "Q>A": "4/9", "Q>B": "8/9",
    }  # fmt: skip
    assert found["corrected_bfs"] == {k: v for k, v in found["corrected"].items() if k not in ("A>A", "B>B")}
    assert found["naive"]["A>B"] == "2/9"
    assert (found["singular"], found["closed_sccs"], found["missing"]) == (False, [], {"A": 10})
    assert found["ubo25"] == {"A": ["P", "Q"], "B": ["Q"]}


def test_own_shares_in_integrated_ownership() -> None:
    found = answer("integrated", {"A>A": 10, "P>A": 90})
    assert (found["corrected"], found["naive"]) == ({"A>A": "1/10", "P>A": "1"}, {"A>A": "1/9", "P>A": "1"})


def test_a_closed_ring_is_found_and_not_solved_blindly() -> None:
    found = answer("integrated", {"A>B": 100, "B>C": 100, "C>A": 100, "C>D": 40, "P>D": 60})
    assert (found["singular"], found["naive"], found["closed_sccs"]) == (True, None, [["A", "B", "C"]])
    assert found["corrected_bfs"] == found["corrected"]
    assert found["corrected"]["A>D"] == "2/5"
    assert answer("integrated", {"A>A": 100})["closed_sccs"] == [["A"]]


def test_beneficial_owners() -> None:
    found = answer("ubo", {"P>A": 51, "A>B": 51, "B>C": 51, "Q>C": 49, "P>D": 20, "Q>D": 20, "R>D": 20})
    assert found["ubo25"] == {"A": ["P"], "B": ["P"], "C": ["Q"], "D": []}
    assert found["ubo_control"] == {"C": ["P"]}
    assert found["fallback"] == "criterion 3 (actual control) or senior managing official"
    assert found["integrated"]["P>C"] == "0.132651"
    assert answer("ubo", {"P>A": 25, "Q>A": 75})["fallback"] is None


# for comparison


def test_alpha_icon_scales_holders_and_damps_steps() -> None:
    holds = {"P>A": 30, "Q>A": 10, "A>B": 80}
    assert answer("icon", holds, params={"alpha": ["1/3"]}) == {
        "alpha": {"1/3": {"A>B": "1", "P>A": "3/4", "P>B": "1/4", "Q>A": "1/4", "Q>B": "1/12"}}
    }
    assert set(answer("icon", holds)["alpha"]) == {"0", "1/2"}
    assert answer("icon", {"A>B": 1, "B>A": 1}, params={"alpha": 1}) == {"alpha": {"1": None}}


def test_network_power_by_pivots() -> None:
    # three thirds: each is the pivot in a third of the orders; B follows A's leader
    found = answer("npi", {"P>A": 30, "Q>A": 30, "R>A": 30, "A>B": 60})
    assert found == {"npi": {"A": "0", "B": "0", "P": "5/3", "Q": "5/3", "R": "5/3"}}
    assert answer("npi", {"P>A": 30})["npi"] == {"A": "1", "P": "1"}


# the command


def run(path: Path) -> Any:
    return invoke("solve", str(path), catch=True)


def test_one_line_for_each_case_in_the_order_of_the_file(tmp_path: Path) -> None:
    cases = [case("scc", {"甲>乙": 60}), {**case("ubo", {"P>甲": 60}), "name": "二"}]
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(cases), encoding="utf-8-sig")
    done = run(path)
    assert done.exit_code == 0
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["name"] for line in lines] == ["case", "二"]
    assert lines[0] == {"name": "case", "result": {"sccs": [], "self_loops": []}}
    assert lines[1]["result"]["ubo25"] == {"甲": ["P"]}


GOOD = case("control", {"P>A": 60})
EDGE = {"src": "P", "dst": "A", "type": "HOLDS", "pct": 60}


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({**GOOD, "definition": "vote"}, "definition"),
        ({**GOOD, "params": {"valid": "1900-01-01"}}, "params.valid"),
        ({**GOOD, "definition": None}, "definition"),
        ({**GOOD, "name": ""}, "name"),
        ({**GOOD, "nodes": "A"}, "nodes"),
        ({**GOOD, "nodes": [*GOOD["nodes"], GOOD["nodes"][0]]}, "nodes"),
        ({**GOOD, "nodes": [{"id": "A"}]}, "nodes[0].type"),
        ({**GOOD, "nodes": [7]}, "nodes[0]"),
        ({**GOOD, "nodes": [{"id": f"n{i}", "type": "company"} for i in range(201)], "edges": []}, "nodes"),
        ({**GOOD, "edges": [{**EDGE, "pct": 100.01}]}, "edges[0].pct"),
        ({**GOOD, "edges": [EDGE, {**EDGE, "pct": -1}]}, "edges[1].pct"),
        ({**GOOD, "edges": [{**EDGE, "pct": "sixty"}]}, "edges[0].pct"),
        ({**GOOD, "edges": [{**EDGE, "pct": True}]}, "edges[0].pct"),
        ({**GOOD, "edges": [{**EDGE, "pct": "1/0"}]}, "edges[0].pct"),
        ({**GOOD, "edges": [{**EDGE, "pct": "1e-999999999"}]}, "edges[0].pct"),
        ({**GOOD, "edges": [{**EDGE, "pct": "0." + "3" * 30}]}, "A 的 pct"),
        ({**GOOD, "edges": [{**EDGE, "src": "X"}]}, "edges[0].src"),
        ({**GOOD, "edges": [{**EDGE, "dst": "P", "src": "A"}]}, "edges[0].dst"),
        ({**GOOD, "edges": [{"src": "P", "dst": "A"}]}, "edges[0].type"),
        ({**GOOD, "edges": [None]}, "edges[0]"),
        ({**GOOD, "edges": [{**EDGE, "type": "OWNS"}]}, "P>A"),
        ({**GOOD, "params": []}, "params"),
        ({**GOOD, "params": {"valid": "yesterday"}}, "params.valid"),
        ({**GOOD, "params": {"merge": [["P", "X"]]}}, "merge"),
        ({**GOOD, "params": {"merge": [["P", "A"], ["A", "P"]]}}, "merge"),
        ({**GOOD, "definition": "icon", "params": {"alpha": 2}}, "alpha"),
        ({**case("npi", {"A>B": 10, "B>A": 10})}, "edges"),
        ("control", ""),
    ],
)
def test_a_wrong_case_is_named_with_its_field(tmp_path: Path, row: Any, field: str) -> None:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([row], ensure_ascii=False), encoding="utf-8")
    done = run(path)
    assert isinstance(done.exception, InputError)
    assert (done.exception.code, done.exception.exit_status, done.exception.fields["field"]) == ("input.case", 3, field)
    assert done.stdout == ""
    if isinstance(row, dict) and row["name"]:
        assert done.exception.fields["case"] == "case"


def test_a_wrong_case_keeps_no_other_back(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rows = [{**GOOD, "definition": "vote", "name": "one"}, GOOD, 7, {**GOOD, "name": "last"}]
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    done = run(path)
    assert [json.loads(line)["name"] for line in done.stdout.splitlines()] == ["case", "last"]
    assert isinstance(done.exception, InputError)  # the last of them, which main() tells; the others are told before
    assert (done.exception.exit_status, done.exception.fields["case"]) == (3, "#3")
    assert "“one”" in done.stderr


def test_relations_are_known_however_they_are_written() -> None:
    shares = {"P>L": 99, "G>L": 1}
    ruled = [["G", "L"]]
    assert answer("control", shares, relations=[("G", "L", "general_partner")])["control"] == ruled
    told = case("control", shares)
    told["edges"][1]["role"] = "GP"
    assert solve(parse_cases(json.dumps([told]), "t.json")[0])["control"] == ruled
    assert answer("control", {"P>A": 30, "Q>A": 30}, relations=[("P", "Q", "Spouse_of")])["control_if_merged"] == {
        "merge": [["P", "Q"]], "control": [["P+Q", "A"]],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "input.damaged"),
        (b"{}", "input.damaged"),
        (b"[]", "input.damaged"),
        (b"[", "input.damaged"),
        (b"\xff\xfe\x00", "input.damaged"),
        (b"[" * 100_000, "input.damaged"),
        (b'[{"name": NaN}]', "input.damaged"),
        (None, "input.not_found"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "cases.json"
    if content is not None:
        path.write_bytes(content)
    done = run(path)
    assert isinstance(done.exception, InputError)
    assert done.exception.code == code
    folder = run(tmp_path)
    assert isinstance(folder.exception, InputError)


def test_every_definition_answers_for_nothing_at_all() -> None:
    for name in ("control", "group", "icon", "integrated", "npi", "scc", "ubo"):
        assert name in DEFINITIONS
        assert isinstance(answer(name, {}), dict)
