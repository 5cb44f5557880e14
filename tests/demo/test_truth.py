"""The planted truth agrees with the files: control recomputed by brute force, persons, reborn pairs, structures."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from generated import UNTIL, city, rows, source, truth

from credit_graph.demo.conduct import Conduct
from credit_graph.demo.truth import write_truth
from credit_graph.demo.view import View
from credit_graph.demo.world import build


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return city(tmp_path_factory.mktemp("city") / "a", firms=3_000)


def planted(folder: Path, name: str) -> Any:
    return json.loads((folder / "truth" / f"{name}.json").read_text("utf-8"))


def votes(folder: Path, partners: dict[str, int]) -> dict[str, dict[str, int]]:
    """Per company the votes of its holders, in hundredths of a percent; a partnership's are its executing partner's."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in truth(folder, "holdings"):
        person = row["holder_person"]
        holder = row["holder_code"] or (f"person {person}" if person >= 0 else row["holder_name"])
        found[row["company"]][holder] = found[row["company"]].get(holder, 0) + int(row["share"])
    for vehicle, partner in partners.items():
        found[vehicle] = {f"person {partner}": 10_000}
    return found


def controlled(start: str, held: dict[str, dict[str, int]], below: dict[str, set[str]]) -> set[str]:
    """C(x) by its definition: the least set such that x and its members hold more than half of each member."""
    inside = {start}
    edge = set(below.get(start, ()))
    while True:
        new = {y for y in edge - inside if 2 * sum(s for h, s in held[y].items() if h in inside) > 10_000}
        if not new:
            return inside - {start}
        inside |= new
        edge |= {z for y in new for z in below.get(y, ())}


def test_control_by_brute_force(folder: Path) -> None:
    operator = {row["code"]: row["operator"] for row in truth(folder, "firms") if row["kind"] == "partnership"}
    held_by = {(row["company"], row["holder_person"]) for row in truth(folder, "holdings")}
    partners = {code: person for code, person in operator.items() if (code, person) in held_by}
    structures = planted(folder, "structures")
    general = {item["members"][0]: item["general_partner"] for item in structures if "general_partner" in item}
    assert general.items() <= partners.items() and len(partners) > len(general)
    held = votes(folder, partners)
    below: dict[str, set[str]] = defaultdict(set)
    for company, holders in held.items():
        for holder in holders:
            below[holder].add(company)
    by_holder = {holder: controlled(holder, held, below) for holder in below}
    controllers: dict[str, set[str]] = defaultdict(set)
    for holder, companies in by_holder.items():
        for company in companies:
            controllers[company].add(holder)
    said = 0
    for row in truth(folder, "control"):
        above = controllers[row["code"]]
        assert bool(row["parent_kind"]) == bool(above), row
        if not above:
            continue
        assert name_of(row, "parent") in above
        # the nearest controller is the one that all others control, too
        assert all(name_of(row, "parent") in by_holder[other] for other in above - {name_of(row, "parent")})
        if row["ring"]:
            assert name_of(row, "root") in above | {row["code"]}
            assert not any(holder.startswith("person") for holder in above)
        else:
            assert not controllers[name_of(row, "root")]
            assert name_of(row, "root") in above
        said += 1
    assert said > 400


def name_of(row: dict[str, Any], which: str) -> str:
    """A controller as the votes name it."""
    if row[f"{which}_kind"] == "firm":
        return str(row[f"{which}_code"])
    return f"person {row[f'{which}_person']}" if row[f"{which}_kind"] == "person" else str(row[f"{which}_name"])


def test_contributions_say_what_the_truth_says(folder: Path) -> None:
    capital = {row[code]: float(row[capt] or 0) for row, code, capt in register(folder)}
    said = Counter(
        (row["uni_social_crd_cd"], row["stocker_nm"], round(float(row["subscrip_amt"]) * 10_000))
        for row in source(folder, "dw_nb_scjdgl_czrrjmxxx")
    )
    expected: Counter[tuple[str, str, int]] = Counter()
    for row in truth(folder, "holdings"):
        if row["shown"]:
            amount = int(capital[row["company"]]) * int(row["share"]) // 10_000
            expected[row["company"], row["holder_name"], amount] += 1
    assert said == expected
    missing = [row for row in truth(folder, "holdings") if not row["shown"]]
    assert 0 < len(missing) < 0.2 * len(truth(folder, "holdings"))


def register(folder: Path) -> list[tuple[dict[str, str], str, str]]:
    found = []
    for path in sorted(folder.glob("dw_zj_scjdgl_scztxx_*")):
        for row in rows(path):
            coded = "uni_social_crd_cd" in row
            found.append(
                (
                    row,
                    "uni_social_crd_cd" if coded else "统一社会信用代码",
                    "reg_capt" if coded else "注册资本(资金数额)",
                )
            )
    return found


CHECKS: dict[str, Callable[[nx.DiGraph[str], list[str]], bool]] = {
    "tree": lambda graph, members: nx.is_weakly_connected(graph.subgraph(members)) and nx.is_forest(
        graph.subgraph(members).to_undirected()
    ),
    "joint_control": lambda graph, members: set(graph.predecessors(members[2])) >= set(members[:2]),
    "open_ring": lambda graph, members: len(list(nx.simple_cycles(graph.subgraph(members)))) == 1,
    "closed_ring": lambda graph, members: len(list(nx.simple_cycles(graph.subgraph(members)))) == 1,
    "held_ring": lambda graph, members: graph.has_edge(*members) and graph.has_edge(*members[::-1]),
    "partnership": lambda graph, members: graph.has_edge(*members),
    "state_group": lambda graph, members: set(nx.descendants(graph, members[0])) >= set(members[1:]),
}  # fmt: skip


def test_structures_stand_in_the_contributions(folder: Path) -> None:
    # a holder may be called by a name that it had before
    names = {(row["company"], row["holder_name"]): row["holder_code"] for row in truth(folder, "holdings")}
    graph: nx.DiGraph[str] = nx.DiGraph()
    for row in source(folder, "dw_nb_scjdgl_czrrjmxxx"):
        company, holder = row["uni_social_crd_cd"], row["stocker_nm"]
        graph.add_edge(names.get((company, holder)) or holder, company)
    found = planted(folder, "structures")
    assert {item["kind"] for item in found} == {*CHECKS, "exactly_half", "nominee"}
    assert [item for item in found if item["kind"] in CHECKS and not CHECKS[item["kind"]](graph, item["members"])] == []


def test_persons_and_pairs(folder: Path) -> None:
    mentions = truth(folder, "persons")
    offices = {
        (row["uni_social_crd_cd"], row["personid"]): (row["nm"], bool(row["cer_no"]))
        for row in source(folder, "dw_zj_scjdgl_fddbrxx")
    }
    told = {
        (row["code"], str(row["number"])): (row["name"], row["keyed"])
        for row in mentions
        if row["source"] == "legal_representative"
    }
    assert told == offices
    firms_of: dict[int, set[str]] = defaultdict(set)
    for row in mentions:
        firms_of[int(row["person"])].add(row["code"])
    pairs = {(row["person"], frozenset((row["code_a"], row["code_b"]))) for row in truth(folder, "person_pairs")}
    assert pairs == {(person, frozenset(pair)) for person, codes in firms_of.items() for pair in combinations(codes, 2)}
    some = truth(folder, "person_pairs")
    assert {row["decided"] for row in some} == {True, False}
    assert all(row["decided"] == any(row[name] for name in ("keyed", "phone", "room", "companion")) for row in some)


def test_reborn_pairs(tmp_path: Path) -> None:
    world = build(60_000, 1, UNTIL)
    write_truth(tmp_path / "truth", View(world, Conduct(world), UNTIL), {})
    pairs = planted(tmp_path, "reborn")
    firms = {row["code"]: row for row in truth(tmp_path, "firms")}
    assert len(pairs) > 30
    for pair in pairs:
        assert len(pair["decoys"]) >= 5
        assert firms[pair["old"]]["ended"] is not None
        assert firms[pair["old"]]["founded"] < firms[pair["old"]]["ended"]
        assert (firms[pair["new"]]["room_of"] == pair["old"]) != pair["moved"]
        assert (firms[pair["new"]]["operator"] == firms[pair["old"]]["operator"]) != pair["relative"]
        hard = [not pair["moved"], not pair["new_phone"], not pair["relative"], pair["common_officer"]]
        assert pair["decided"] == any(hard)
    rates = [sum(pair[name] for pair in pairs) / len(pairs) for name in ("moved", "new_phone", "relative")]
    assert all(abs(rate - wanted) < 0.25 for rate, wanted in zip(rates, (0.6, 0.5, 0.4), strict=True))


def test_what_files_leave_out_is_said(folder: Path) -> None:
    control = truth(folder, "control")
    undecided = {row["code"] for row in control if not row["decided"]}
    hidden = {row["company"] for row in truth(folder, "holdings") if not row["shown"]}
    assert undecided and undecided & hidden
    listed = {row["number"] for row in truth(folder, "ids")}
    written = {row["cer_no"].upper() for row in source(folder, "dw_zj_scjdgl_fddbrxx") if len(row["cer_no"]) == 18}
    assert written <= listed
