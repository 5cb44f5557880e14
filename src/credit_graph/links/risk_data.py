"""Risk spread (风险传导) on the graph: who is a source, what arrives at one entity, and by which paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from credit_graph.links import compute
from credit_graph.links.gather import tuples
from credit_graph.links.path import EDGE_KINDS, Network
from credit_graph.links.ppr import ppr, ppr_parts, walk_of
from credit_graph.links.risk import Contribution, Weighted, contributions, weighted
from credit_graph.links.risk_policy import RiskRules
from credit_graph.links.said import spoken_of
from credit_graph.projection import Projection

Method = Literal["max-product", "ppr"]


@dataclass(frozen=True, slots=True)
class Arrived:
    """What arrives at an entity: ``value`` is the sum of the parts of ``sources``.

    ``by_last`` (PPR only): the entity before -> what comes from there by the last step; it adds up to ``value`` too.
    ``own``: the entity's own strength as a source, which does not count here.
    """

    value: float
    own: float
    sources: list[dict[str, Any]]
    by_last: dict[str, float] | None = None


def sources(projection: Projection, rules: RiskRules) -> pd.DataFrame:
    """Who is a source: by eid the ``strength`` and the ``source``, the strongest of its reasons, and their ``sids``."""
    parts = [pd.DataFrame({"eid": [], "sid": [], "source": [], "strength": []}, dtype="str")]
    today = pd.Timestamp(projection.point.valid)
    for rule in rules.sources:
        chosen = spoken_of(projection, rule)
        if rule.months is not None:
            since = chosen[rule.day].fillna(chosen["valid_from"]) if rule.day else chosen["valid_from"]
            chosen = chosen[since > today - pd.DateOffset(months=rule.months)]
        parts.append(chosen[["eid", "sid"]].assign(source=rule.source, strength=rule.strength))
    every = pd.concat(parts, ignore_index=True)
    every["strength"] = every["strength"].astype(float)
    every = every.sort_values(["eid", "strength", "source", "sid"], ascending=[True, False, True, True])
    first = every.drop_duplicates("eid").set_index("eid")[["strength", "source"]]
    strongest = every.merge(first.reset_index()[["eid", "source"]], on=["eid", "source"])
    return first.assign(sids=tuples(strongest, ["eid"], "sid"))


def arrived(
    projection: Projection, found: compute.Links, rules: RiskRules, entity: str, method: Method = "max-product"
) -> Arrived:
    """The risk that arrives at the entity (eid or pid) from others, taken apart by source and path.

    Each source: ``source`` (eid), ``why``, ``strength``, ``sids``, ``value`` (what its path brings), ``part`` (of
    the whole), ``path``: its hops (:class:`Hop`). Nothing arrives at an entity without links.
    """
    told = sources(projection, rules)
    own = float(told["strength"].get(entity, 0.0))
    network = compute.network(projection, found)
    target = network.number(entity)
    if target is None:
        return Arrived(0.0, own, [], {} if method == "ppr" else None)
    others = told.loc[told.index != entity, "strength"]
    strength = {number: float(others[eid]) for eid, number in network.numbers(others.index).items()}
    steps = _weighted(network, rules)
    paths = contributions(steps, strength, target, decay=rules.decay, floor=rules.floor, closed=network.closed)
    if method == "max-product" or not strength:
        rows = [_row(network, told, path.source, path.part, path) for path in paths]
        return Arrived(sum(path.part for path in paths), own, rows, {} if method == "ppr" else None)
    walk = walk_of(steps, strength, network.closed)
    parts = ppr_parts(walk, rules.damping, ppr(walk, rules.damping), target)
    by_path = {path.source: path for path in paths}
    ordered = sorted(parts.by_source.items(), key=lambda item: (-item[1], item[0]))
    rows = [_row(network, told, source, part, by_path.get(source)) for source, part in ordered if part > 0]
    by_last = {network.name(before): part for before, part in parts.by_link.items() if part > 0}
    return Arrived(parts.value, own, rows, by_last)


def _weighted(network: Network, rules: RiskRules) -> Weighted:
    weights = [rules.weights.get(kind) for kind in EDGE_KINDS]
    forward, backward = (
        np.array([getattr(weight, way) if weight else 0.0 for weight in weights]) for way in ("forward", "backward")
    )
    return weighted(network.search.graph, network.first, network.code, forward, backward)


def _row(network: Network, told: pd.DataFrame, source: int, part: float, path: Contribution | None) -> dict[str, Any]:
    eid = network.name(source)
    row = told.loc[[eid]].to_dict(orient="records")[0]
    return {
        "source": eid,
        "why": row["source"],
        "strength": row["strength"],
        "sids": row["sids"],
        "value": path.strength if path else None,
        "part": part,
        "path": network.hops(path.walk) if path else (),
    }
