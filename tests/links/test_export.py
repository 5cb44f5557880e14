"""What other programs read back of a piece of the graph."""

from __future__ import annotations

import io
import json
from typing import Any

import networkx as nx

from credit_graph.links.export import as_networkx, gexf, graphml, node_link

NODES: list[tuple[str, dict[str, Any]]] = [
    ("甲", {"kind": "enterprise", "label": "甲\x00有限公司", "hub": False}),
    ("p1", {"kind": "person", "note": None}),
]
EDGES: list[tuple[str, str, dict[str, Any]]] = [
    ("p1", "甲", {"kind": "holds", "share": 0.6, "sids": ("s1", "s2")}),
    ("p1", "甲", {"kind": "office", "sids": ()}),
]


def test_the_graph_keeps_several_relationships_and_their_direction() -> None:
    graph = as_networkx(NODES, EDGES)
    assert isinstance(graph, nx.Graph)
    assert [(a, b, data["kind"]) for a, b, data in graph.edges(data=True)] == [
        ("p1", "甲", "holds"), ("p1", "甲", "office"),
    ]  # fmt: skip
    assert graph.to_undirected().has_edge("甲", "p1")


def test_graphml_and_gexf_are_read_back() -> None:
    graph = as_networkx(NODES, EDGES)
    back = nx.read_graphml(io.BytesIO(graphml(graph).encode()))
    assert dict(back.nodes(data=True)) == {
        "甲": {"kind": "enterprise", "label": "甲有限公司", "hub": False}, "p1": {"kind": "person"},
    }  # fmt: skip
    shown = sorted((data["kind"], data["sids"]) for _, _, data in back.edges(data=True))
    assert shown == [("holds", "s1 s2"), ("office", "")]
    text = gexf(graph)
    assert "lastmodifieddate" not in text
    back = nx.read_gexf(io.BytesIO(text.encode()))
    assert back.nodes["甲"]["label"] == "甲有限公司"
    assert {(a, b) for a, b in back.edges()} == {("p1", "甲")}
    assert back.number_of_edges() == 2


def test_json_is_read_back() -> None:
    data = json.loads(node_link(as_networkx(NODES, EDGES)))
    assert {node["id"] for node in data["nodes"]} == {"甲", "p1"}
    assert [(edge["source"], edge["target"], edge["sids"]) for edge in data["edges"]] == [
        ("p1", "甲", ["s1", "s2"]), ("p1", "甲", []),
    ]  # fmt: skip
    assert nx.node_link_graph(data, edges="edges").number_of_edges() == 2


def test_an_empty_graph_is_exported() -> None:
    graph = as_networkx([], [])
    assert nx.read_graphml(io.BytesIO(graphml(graph).encode())).number_of_nodes() == 0
    assert "<gexf" in gexf(graph)
    assert json.loads(node_link(graph))["nodes"] == []
