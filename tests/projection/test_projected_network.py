"""Entities as numbers in component order, and what the functions on arrays make of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from credit_graph.links.neighbours import neighbours
from credit_graph.links.stakes import stakes
from credit_graph.projection.network import KINDS, MISSING, network, numbered
from handmade import Said, projection_of

TODAY = date(2026, 11, 23)
A, B, C = "91330200AAAAAAAAAA", "91330200BBBBBBBBBB", "91330200CCCCCCCCCC"
NAMES = st.sampled_from("abcdefghij")


@given(st.lists(st.tuples(NAMES, NAMES), max_size=12), st.lists(st.tuples(NAMES, NAMES), max_size=6))
def test_components_stand_together_the_largest_first(
    first: list[tuple[str, str]], second: list[tuple[str, str]]
) -> None:
    columns = [pd.Series([pair[end] for pair in part], dtype="str") for part in (first, second) for end in (0, 1)]
    found = numbered((columns[0], columns[1]), (columns[2], columns[3]))
    graph = nx.Graph([*first, *second])
    parts = sorted(map(sorted, nx.connected_components(graph)), key=lambda part: (-len(part), part))
    assert list(found.entities) == [name for part in parts for name in part]
    assert found.component.tolist() == [place for place, part in enumerate(parts) for _ in part]
    assert [found.entities[ends].tolist() for ends in found.ends] == [column.tolist() for column in columns]
    assert {array.dtype for array in (found.component, *found.ends)} == {np.dtype(np.int32)}


def test_a_projection_as_arrays() -> None:
    said = Said()
    said.firm(A, "甲公司", phone="05740000000")
    said.firm(B, "乙公司", phone="05740000000", registered_capital=9_007_199_254_740_993)
    said.say("Contribution", A, "1", holder_name="乙公司", holder_code=B, subscribed=60)
    said.say("Contribution", A, "2", holder_name="乙公司", holder_code=B, subscribed=9_007_199_254_740_993)
    said.say("Contribution", A, "3", pid="k1", holder_name="王测试")
    said.say("Contribution", C, "4", pid="k2", holder_name="李测试", subscribed=5)
    said.say("Office", B, "5", pid="k1", person_name="王测试")
    held = said.say("Office", C, "6", pid="k1", person_name="王测试")
    said.hold(held)
    found = network(projection_of(said.statements, TODAY))
    assert list(found.entities) == sorted(["05740000000", A, B, "k1"]) + sorted([C, "k2"])
    assert found.component.tolist() == [0, 0, 0, 0, 1, 1]
    names = found.entities.to_numpy()
    rows = zip(names[found.holder], names[found.company], found.votes.tolist(), strict=True)
    assert set(rows) == {(B, A, 9_007_199_254_741_053), ("k1", A, MISSING), ("k2", C, 5)}
    capital = dict(zip(names, found.capital.tolist(), strict=True))
    assert capital == {
        "05740000000": MISSING, A: 100_000_000, B: 9_007_199_254_740_993, C: MISSING, "k1": MISSING, "k2": MISSING,
    }  # fmt: skip
    index = stakes(len(names), found.holder, found.company, found.votes, found.capital)
    assert index.holders(int(np.flatnonzero(names == C)[0])) == [(int(np.flatnonzero(names == "k2")[0]), 5)]
    beside = neighbours(found.a, found.b, len(names))
    steps: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for entity, name in enumerate(names):
        for step in range(beside.indptr[entity], beside.indptr[entity + 1]):
            steps[name].add((names[beside.neighbour[step]], KINDS[found.kind[beside.edge[step]]]))
    assert steps["k1"] == {(A, "holds"), (B, "office")}
    assert steps["05740000000"] == {(A, "phone"), (B, "phone")}
    sids = {statement.key: statement.sid for statement in said.statements}
    assert found.sid[found.kind == 1].tolist() == [sids["5"]]
