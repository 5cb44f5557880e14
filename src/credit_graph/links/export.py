"""A piece of the graph for other programs: ``networkx``, GraphML, GEXF (Gephi) and JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import SubElement

import networkx as nx
import numpy as np
from networkx.readwrite.gexf import GEXFWriter

Attributes = Mapping[str, Any]
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def as_networkx(
    nodes: Iterable[tuple[str, Attributes]], edges: Iterable[tuple[str, str, Attributes]]
) -> nx.MultiDiGraph[str]:
    """The entities and relationships as a graph in which two entities may have several relationships.

    ``nodes``: id and attributes; ``edges``: from, to and attributes, in the direction of the relationship (holder
    to company). ``.to_undirected()`` gives the graph that paths walk on.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_nodes_from((name, dict(attributes)) for name, attributes in nodes)
    graph.add_edges_from((a, b, dict(attributes)) for a, b, attributes in edges)
    return graph


def graphml(graph: nx.MultiDiGraph[str]) -> str:
    """The graph as GraphML text."""
    return "\n".join(nx.generate_graphml(_plain(graph))) + "\n"


def gexf(graph: nx.MultiDiGraph[str]) -> str:
    """The graph as GEXF 1.2 text, without the day of writing: the same graph gives the same text.

    The graph's own attribute ``notice`` becomes the description; GEXF has no place for others.
    """
    writer = GEXFWriter(encoding="utf-8", prettyprint=True, version="1.2draft")
    writer.add_graph(_plain(graph))
    meta = writer.xml.find("meta")
    del meta.attrib["lastmodifieddate"]
    if "notice" in graph.graph:
        SubElement(meta, "description").text = _text(str(graph.graph["notice"]))
    return str(writer) + "\n"


def node_link(graph: nx.MultiDiGraph[str]) -> str:
    """The graph as JSON in the node-link form of networkx (``nodes``, ``edges``)."""
    data = nx.node_link_data(graph, edges="edges")
    return json.dumps(data, ensure_ascii=False, sort_keys=True, default=str) + "\n"


def _plain(graph: nx.MultiDiGraph[str]) -> nx.MultiDiGraph[str]:
    """The graph with attributes that XML formats take: text and numbers; empty ones are left out."""
    nodes = ((_text(name), _values(data)) for name, data in graph.nodes(data=True))
    edges = ((_text(a), _text(b), _values(data)) for a, b, data in graph.edges(data=True))
    plain = as_networkx(nodes, edges)
    plain.graph.update(_values(graph.graph))
    return plain


def _values(attributes: Attributes) -> dict[str, Any]:
    return {name: _value(value) for name, value in attributes.items() if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        parts = sorted(value) if isinstance(value, set | frozenset) else value
        return " ".join(_text(str(part)) for part in parts)
    return _text(str(value))


def _text(value: str) -> str:
    return _NOT_XML.sub("", value)
