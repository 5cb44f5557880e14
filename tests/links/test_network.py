"""Explanations on frames with names: kinds, alternatives, neighbourhoods."""

from __future__ import annotations

import pandas as pd
import pytest

from credit_graph.links.path import EdgeKind, Hop, Network, PathAnswer, edge_frame, mesh


def rows(*edges: tuple[str, str, str]) -> pd.DataFrame:
    told = [(a, b, label, (f"{a}-{b}",)) for a, b, label in edges]
    return pd.DataFrame(told, columns=["a", "b", "label", "sids"])


@pytest.fixture
def edges() -> pd.DataFrame:
    parts: dict[EdgeKind, pd.DataFrame] = {
        "holds": rows(("甲", "乙", "60%"), ("乙", "丙", "30%"), ("甲", "甲", "5%")),
        "office": rows(("王", "甲", "董事"), ("王", "丙", "监事")),
        "phone": rows(("甲", "110", ""), ("丁", "110", "")),
    }
    return edge_frame(parts)


def hop(start: str, end: str, kind: str, label: str, sid: str) -> Hop:
    return Hop(start, end, kind, label, (sid,))


def test_alternatives_and_kinds(edges: pd.DataFrame) -> None:
    by_firm = (hop("甲", "乙", "holds", "60%", "甲-乙"), hop("乙", "丙", "holds", "30%", "乙-丙"))
    by_person = (hop("甲", "王", "office", "董事", "王-甲"), hop("王", "丙", "office", "监事", "王-丙"))
    found = Network(mesh(edges, set())).explain("甲", "丙", count=5)
    assert (found.found, {found.hops, *found.others}) == (True, {by_firm, by_person})
    assert Network(mesh(edges, set()), kinds=["holds"]).explain("甲", "丙", count=5) == PathAnswer(by_firm, (), True)
    assert Network(mesh(edges, set())).explain("甲", "丙", max_hops=1) == PathAnswer()


def test_hubs_block_and_unknown_entities_have_no_path(edges: pd.DataFrame) -> None:
    assert Network(mesh(edges, {"110", "no node"})).explain("甲", "丁") == PathAnswer(blocked=("110",))
    assert Network(mesh(edges, set())).explain("甲", "戊") == PathAnswer()
    assert Network(mesh(edges, set())).explain("戊", "戊") == PathAnswer(found=True)
    assert Network(mesh(edges.iloc[:0], {"110"})).explain("甲", "丁") == PathAnswer()


def test_the_answer_does_not_depend_on_the_order_of_the_rows(edges: pd.DataFrame) -> None:
    parts: dict[EdgeKind, pd.DataFrame] = {
        kind: edges[edges["kind"] == kind].iloc[::-1] for kind in ("phone", "office", "holds")
    }
    assert Network(mesh(edge_frame(parts), set())).explain("甲", "丙") == Network(mesh(edges, set())).explain(
        "甲", "丙"
    )


def test_a_neighbourhood_has_its_edges(edges: pd.DataFrame) -> None:
    network = Network(mesh(edges, {"110"}))
    nodes, between, truncated = network.ego("甲", 3, 10)
    assert (set(nodes), truncated) == ({"甲", "乙", "丙", "王", "110"}, False)
    assert set(zip(between["a"], between["b"], strict=True)) == {
        ("甲", "乙"), ("乙", "丙"), ("王", "甲"), ("王", "丙"), ("甲", "110"),
    }  # fmt: skip
    nodes, between, truncated = network.ego("甲", 3, 2)
    assert (len(nodes), len(between), truncated) == (2, 1, True)
    nodes, between, truncated = network.ego("戊", 3, 2)
    assert (nodes, len(between), truncated) == (["戊"], 0, False)
