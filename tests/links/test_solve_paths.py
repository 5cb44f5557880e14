"""``solve`` for paths, risk, close links and reborn firms: own charts, worked out by hand or by enumeration."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest

from credit_graph.errors import InputError
from credit_graph.links import solve_paths
from credit_graph.links.cases import Case, parse_cases
from credit_graph.links.neighbours import neighbours
from credit_graph.links.ppr import ppr, walk_of
from credit_graph.links.risk import weighted

Row = tuple[Any, ...]


def case(definition: str, nodes: dict[str, Any], edges: list[Row], **params: Any) -> Case:
    """``nodes``: id -> type or properties; ``edges``: from, to, type, properties."""
    told = [
        {"id": name, **({"type": it} if isinstance(it, str) else {"type": "company"} | it)}
        for name, it in nodes.items()
    ]
    links = [{"src": a, "dst": b, "type": kind, **more} for a, b, kind, more in edges]
    row = {"name": "own", "definition": definition, "nodes": told, "edges": links, "params": params}
    return parse_cases(json.dumps([row]), "own.json")[0]


def solved(definition: str, nodes: dict[str, Any], edges: list[Row], **params: Any) -> Any:
    result = solve_paths.DEFINITIONS[definition](case(definition, nodes, edges, **params))
    return json.loads(json.dumps(result))  # what the command prints


def firms(names: str) -> dict[str, Any]:
    return dict.fromkeys(names.split(), "company")


def holds(*rows: tuple[str, str, Any]) -> list[Row]:
    return [(a, b, "HOLDS", {"pct": pct}) for a, b, pct in rows]


def links(*rows: tuple[str, str, Any]) -> list[Row]:
    return [(a, b, "LINK", {"p": p}) for a, b, p in rows]


# path


def test_of_equal_paths_the_shortest_then_the_first_by_name() -> None:
    chart = holds(("A", "B", 50), ("B", "Z", 50), ("A", "C", 50), ("C", "Z", 50), ("A", "Z", 25))
    told = firms("A B C Z")
    assert solved("path", told, chart, **{"from": "A", "to": "Z"}) == {
        "strongest": ["A", "Z"],
        "strongest_value": "1/4",
    }
    assert solved("path", told, chart[:4], **{"from": "A", "to": "Z"})["strongest"] == ["A", "B", "Z"]
    assert solved("path", told, chart, **{"from": "Z", "to": "A"}) == {"strongest": [], "strongest_value": "0"}
    assert solved("path", told, chart, **{"from": "A", "to": "A"}) == {"strongest": ["A"], "strongest_value": "1"}


def test_two_holdings_of_one_holder_add_up_and_the_only_blank_is_the_rest() -> None:
    chart = holds(("A", "Z", 10), ("A", "Z", "20"), ("A", "B", None), ("C", "B", 20), ("B", "Z", 40))
    found = solved("path", firms("A B C Z"), chart, **{"from": "A", "to": "Z"})
    assert found == {"strongest": ["A", "B", "Z"], "strongest_value": "8/25"}


def test_what_floating_point_can_not_tell_apart_is_settled_in_fractions() -> None:
    # 1/3 * 3/10 is less than 1/10 + 10^-20, which float64 does not see
    chart = holds(("A", "B", "100/3"), ("B", "Z", 30), ("A", "C", 50), ("C", "Z", "20.000000000000000002"))
    with pytest.raises(InputError):
        solved("close_links_ecb", firms("A B C Z"), chart)  # too many digits for whole votes
    found = solved("path", firms("A B C Z"), chart, **{"from": "A", "to": "Z"})
    assert found["strongest"] == ["A", "C", "Z"]
    assert Fraction(found["strongest_value"]) == Fraction(1, 10) + Fraction(1, 10**20)


def strongest(edges: list[tuple[str, str, Fraction]], sources: set[str], hubs: set[str]) -> dict[str, Fraction]:
    """By enumeration of all simple paths."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for a, b, p in edges:
        if a != b and p > graph.get_edge_data(a, b, {"p": 0})["p"]:
            graph.add_edge(a, b, p=p)
    best = dict.fromkeys(sources, Fraction(1))
    for source in sources & set(graph):
        for target in set(graph) - {source}:
            for path in nx.all_simple_paths(graph, source, target):
                if not hubs & set(path[1:-1]):
                    value = Fraction(1)
                    for a, b in nx.utils.pairwise(path):
                        value *= graph.edges[a, b]["p"]
                    best[target] = max(best.get(target, Fraction(0)), value)
    return best


@pytest.mark.parametrize("seed", range(3))
def test_max_product_is_that_of_enumeration(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(20):
        names = "A B C D E F".split()
        degree = {name: draw.choice([1, 300]) if draw.random() < 0.4 else 1 for name in names}
        nodes = {name: {"type": "company", "degree": degree[name]} for name in names}
        rows = [
            (draw.choice(names), draw.choice(names), Fraction(draw.randint(0, 9), 9))
            for _ in range(draw.randint(0, 12))
        ]
        seeds = draw.sample(names, draw.randint(1, 2))
        decay = Fraction(draw.randint(1, 3), 3)
        told = links(*((a, b, str(p)) for a, b, p in rows))
        found = solved("risk", nodes, told, seeds=seeds, decay=str(decay), hub=200)
        hubs = {name for name in names if degree[name] > 200}
        wanted = strongest([(a, b, p * decay) for a, b, p in rows], set(seeds), hubs)
        assert found["max_product"] == {name: str(wanted.get(name, Fraction(0))) for name in names}


# risk and PageRank


def test_the_three_rules_of_risk_on_a_diamond() -> None:
    chart = links(("S", "A", "1/3"), ("A", "B", 1), ("A", "C", "0.5"), ("B", "T", 1), ("C", "T", 1))
    found = solved("risk", firms("S A B C T U"), chart, seeds=["S"])
    assert found["max_product"] == {"S": "1", "A": "1/3", "B": "1/3", "C": "1/6", "T": "1/3", "U": "0"}
    # 1 - (1 - 1/3)(1 - 1/6) against 1/3, since everything passes by S-A
    assert (found["noisy_or"]["T"], found["exact_reliability"]["T"]) == ("4/9", "1/3")


def test_sources_of_different_strength_and_links_by_percentage() -> None:
    chart = [*holds(("S", "A", 50), ("R", "A", 25)), ("A", "B", "LINK", {})]
    found = solved("risk", firms("S R A B"), chart, seeds={"S": "1/2", "R": 1}, decay="1/2")
    assert found["max_product"] == {"S": "1/2", "R": "1", "A": "1/8", "B": "1/16"}
    assert found["noisy_or"]["A"] == str(1 - (1 - Fraction(1, 8)) ** 2)


def test_what_has_no_exact_value_is_said_to_have_none() -> None:
    names = [f"N{n}" for n in range(20)]
    found = solved(
        "risk", dict.fromkeys(names, "company"), links(*((names[0], name, "1/2") for name in names[1:])), seeds=["N0"]
    )
    assert found["exact_reliability"] is None
    assert found["noisy_or"]["N7"] == "1/2"


@pytest.mark.parametrize("seed", range(3))
def test_ppr_is_exact(seed: int) -> None:
    draw = random.Random(seed)
    names = "A B C D E".split()
    rows = [(draw.choice(names), draw.choice(names), Fraction(draw.randint(1, 4), 4)) for _ in range(9)]
    found = solved(
        "ppr", firms("A B C D E"), links(*((a, b, str(p)) for a, b, p in rows)), seeds=["B", "D"], damping="1/2"
    )
    values = {name: Fraction(value) for name, value in found["ppr"].items()}
    assert sum(values.values()) == 1
    a = np.array([names.index(start) for start, _, _ in rows], dtype=np.int32)
    b = np.array([names.index(end) for _, end, _ in rows], dtype=np.int32)
    one = np.arange(9, dtype=np.uint8)
    network = weighted(neighbours(a, b, 5), a, one, np.array([float(p) for _, _, p in rows]), np.zeros(9))
    platform = ppr(walk_of(network, {1: 1.0, 3: 1.0}), 0.5)
    assert [float(values[name]) for name in names] == pytest.approx(platform.tolist(), abs=1e-9)


# close links


def test_both_definitions_of_close_links() -> None:
    chart = holds(("A", "B", 51), ("A", "T", 8), ("B", "T", 12), ("A", "C", 50), ("C", "D", 60))
    nodes = firms("A B C D T")
    ecb = solved("close_links_ecb", nodes, chart)
    assert ecb["pairs"] == [["A", "B"], ["A", "C"], ["A", "T"], ["C", "D"]]
    assert ecb["pairs_third_party_20"] == [
        ["A", "B"],
        ["A", "C"],
        ["A", "T"],
        ["B", "C"],
        ["B", "T"],
        ["C", "D"],
        ["C", "T"],
    ]
    products = solved("close_links_products", nodes, chart)
    assert products["pairs"] == [["A", "B"], ["A", "C"], ["A", "D"], ["C", "D"]]
    assert products["sums"] == {"A>B": "51/100", "A>C": "1/2", "A>D": "3/10", "C>D": "3/5"}


# reborn


OLD = {"name": "鸿运饮料有限公司", "blacklisted": "2023-06-01", "closed": "2023-07-01", "industry": "C1521"}
NEW = {"name": "天成饮料有限公司", "opened": "2023-09-01", "industry": "C1521"}


def reborn(edges: list[Row], new: dict[str, Any] | None = None, **params: Any) -> Any:
    nodes = {
        "OLD": OLD,
        "NEW": NEW | (new or {}),
        "P": "person",
        "Q": "person",
        "TEL": "phone",
        "ROOM": {"type": "address"},
    }
    return solved("reborn", nodes, edges, **params)


def test_a_common_person_in_the_trade_and_the_window_is_a_rebirth() -> None:
    tied: list[Row] = [("P", "OLD", "LEGAL_REP", {}), ("P", "NEW", "HOLDS", {"pct": 90}), ("OLD", "TEL", "USES", {})]
    found = reborn(tied)
    # 7 pairs of characters each, 5 of them the same
    assert found["features"] == {
        "days_after_close": 62, "shared_person": 1, "shared_phone": 0, "shared_address": 0, "same_industry": 1,
        "name_jaccard_bigram": "5/9",
    }  # fmt: skip
    assert found["reborn"] is True
    assert reborn(tied, {"opened": "2020-01-01"})["reborn"] is False  # a sister
    assert reborn(tied, {"opened": "2025-06-02"})["reborn"] is False
    assert reborn(tied, {"industry": "C1522"})["reborn"] is False
    assert reborn(tied, {"industry": "C1522"})["features"]["same_industry"] == 0


def test_a_relative_or_a_name_alone_is_none_and_a_hub_counts_nothing() -> None:
    kin: list[Row] = [("P", "OLD", "LEGAL_REP", {}), ("Q", "NEW", "LEGAL_REP", {}), ("P", "Q", "RELATIVE_OF", {})]
    assert reborn(kin, {"name": OLD["name"]})["reborn"] is False
    phone: list[Row] = [("OLD", "TEL", "USES_PHONE", {}), ("NEW", "TEL", "USES_PHONE", {})]
    assert (reborn(phone)["reborn"], reborn(phone)["features"]["shared_phone"]) == (True, 1)
    assert reborn(phone, hub=1)["features"]["shared_phone"] == 0


@pytest.mark.parametrize(
    ("definition", "params", "place"),
    [
        ("path", {"from": "A"}, "params.to"),
        ("path", {"from": "A", "to": "nobody"}, "params.to"),
        ("risk", {"seeds": ["nobody"]}, "params.seeds"),
        ("risk", {"seeds": {"A": 2}}, "params.seeds.A"),
        ("risk", {"seeds": ["A"], "decay": "x"}, "params.decay"),
        ("ppr", {"seeds": ["A"], "damping": 1}, "params"),
        ("reborn", {}, "nodes"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(definition: str, params: dict[str, Any], place: str) -> None:
    with pytest.raises(InputError) as caught:
        solved(definition, firms("A B"), links(("A", "B", "1/2")), **params)
    assert (caught.value.code, caught.value.fields["field"]) == ("input.case", place)
