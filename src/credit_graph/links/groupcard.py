"""The groups of one entity as plain values, each member with the statements behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

import pandas as pd

from credit_graph.links.grouping import LAYERS

SHOWN = 200


def group_card(members: pd.DataFrame, entity: str, persons: Set[str], limit: int = SHOWN) -> list[dict[str, Any]]:
    """The groups that the entity belongs to, ordered by layer: ``layer``, ``by`` (what they have in common: head,
    persons, telephone or address), ``members`` (at most ``limit``: heads first), ``total``, ``firms`` (all of them).

    ``members``: as :func:`credit_graph.links.grouping.members`; ``persons``: those of them that are no firms.
    """
    own = members[members["member"] == entity][["layer", "key"]].drop_duplicates()
    found = []
    for layer, key in own.itertuples(index=False, name=None):
        rows = members[(members["layer"] == layer) & (members["key"] == key)]
        ordered = rows.sort_values(["role", "member"])  # head before member
        told = ordered[["member", "role", "sids"]].head(limit).itertuples(index=False, name=None)
        shared = {} if layer == "ring" else {"by": [{"id": part} for part in _parts(layer, key)]}
        found.append(
            {
                "layer": layer,
                **shared,
                "members": [{"member": member, "role": role, "sids": list(sids)} for member, role, sids in told],
                "total": len(rows),
                "firms": sorted(set(rows["member"]) - persons),
            }
        )
    return sorted(found, key=lambda group: (LAYERS.index(group["layer"]), group["firms"]))


def with_ids(groups: list[dict[str, Any]], stored: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The groups with the ids that a link run gave them (``gid``, ``since``, ``came_from``); ``None`` without one.

    ``stored``: gid, layer, since, came_from, firms of the entity's groups in the run. ``firms`` is left out.
    """
    ids = {(row["layer"], frozenset(row["firms"])): row for row in stored}
    result = []
    for group in groups:
        row = ids.get((group["layer"], frozenset(group.pop("firms"))), {})
        told = {"gid": row.get("gid"), "since": row.get("since"), "came_from": list(row.get("came_from") or ())}
        result.append({**told, **group})
    return result


def _parts(layer: str, key: str) -> list[str]:
    return key.split(" ") if layer == "officers" else [key]
