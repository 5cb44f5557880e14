"""A piece of the graph around one entity, or all of it, as a ``networkx`` graph (MultiDiGraph).

Nodes bear ``kind`` (enterprise, person, address, phone, unknown: a holder that is only a name) and ``label``; edges
``kind``, ``label`` (the share, the office …) and ``records``, in the direction of the relationship: holder to
company, person to firm, firm to address. Persons have the id that is shown of them, never their key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import networkx as nx
import pandas as pd

from credit_graph.links import compute
from credit_graph.links.export import as_networkx, gexf, graphml, node_link
from credit_graph.links.lookup import called, person_ids
from credit_graph.projection import Projection

FORMATS: dict[str, Callable[[nx.MultiDiGraph[str]], str]] = {"graphml": graphml, "gexf": gexf, "json": node_link}


def whole(projection: Projection, found: compute.Links) -> nx.MultiDiGraph[str]:
    """Everything, in memory: for a small graph. A city has millions of relationships."""
    edges = compute.edges(projection, found)
    everybody = pd.concat([edges["a"], edges["b"], projection.enterprises.index.to_series()]).unique()
    return _graph(projection, found, sorted(everybody), edges)


def around(projection: Projection, found: compute.Links, center: str, hops: int, limit: int) -> nx.MultiDiGraph[str]:
    """What lies within ``hops`` of ``center`` (eid or pid), at most ``limit`` entities, the near ones first.

    The graph's attribute ``truncated`` says whether the limit cut something off. Hubs over their limit and hosted
    addresses are shown and not walked through.
    """
    names, between, truncated = compute.network(projection, found).ego(center, hops, limit)
    graph = _graph(projection, found, names, between)
    graph.graph["truncated"] = truncated
    return graph


def _graph(
    projection: Projection, found: compute.Links, names: Iterable[str], edges: pd.DataFrame
) -> nx.MultiDiGraph[str]:
    members = list(names)
    shown, labels = person_ids(projection, members), called(projection, found, members)
    indexes = {"enterprise": projection.enterprises.index, "person": pd.Index(list(shown))}
    indexes |= {"address": found.addresses.index, "phone": found.phones.index}

    def node(name: str) -> tuple[str, dict[str, Any]]:
        kind = next((kind for kind, index in indexes.items() if name in index), "unknown")
        return shown.get(name, name), {"kind": kind, "label": labels.get(name, name if kind == "phone" else "")}

    ends = zip(edges["a"], edges["b"], strict=True)
    told = edges[["kind", "label", "sids"]].itertuples(index=False, name=None)
    rows = (
        (shown.get(a, a), shown.get(b, b), {"kind": kind, "label": label, "records": list(sids)})
        for (a, b), (kind, label, sids) in zip(ends, told, strict=True)
    )
    return as_networkx(map(node, members), rows)
