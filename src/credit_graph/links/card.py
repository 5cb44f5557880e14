"""Everything that links say of one enterprise, as plain values."""

from __future__ import annotations

from typing import Any

import pandas as pd

from credit_graph.links.compute import Links
from credit_graph.links.control import entities
from credit_graph.links.lookup import called, person_ids
from credit_graph.projection import Projection
from credit_graph.text import joined

SHOWN_ROWS = 200
SHOWN = [
    "amount", "capital", "share_ppm", "low_ppm", "high_ppm", "basis", "fault", "match", "matched", "source", "sids",
]  # fmt: skip


def card(projection: Projection, found: Links, eid: str, limit: int = SHOWN_ROWS) -> dict[str, Any]:
    """Holders, holdings, majority holder, legal representatives, branches, parent, addresses and phones.

    Of holders, holdings and branches at most ``limit``, the largest first, beside how many there are (``…_total``).
    Amounts are in fen, shares in parts per million; every row carries the statements that say so.
    """
    held, branches = found.holdings, found.branches
    every = {"holders": held[held["eid"] == eid], "holdings": held[held["holder"] == eid]}
    holders, holdings = (
        every[name].sort_values(["amount", other], ascending=[False, True]).head(limit)
        for name, other in (("holders", "holder"), ("holdings", "eid"))
    )
    every["branches"] = branches[branches["parent"] == eid]
    below, above = every["branches"].head(limit), branches[branches["eid"] == eid]
    majority = found.majority[found.majority.index == eid]
    possible = {holder for holders_ in majority["possible"] for holder in holders_}
    shown = {eid, *holders["holder"], *holdings["eid"], *below["eid"], *above["parent"], *majority["holder"].dropna()}
    names = called(projection, found, shown | possible)
    result = {
        "eid": eid,
        "name": names.get(eid),
        "holders": _rows(holders, names, "holder"),
        "holdings": _rows(holdings, names, "eid"),
        "majority": _majority(found, names, majority),
        "legal_representatives": _plain(found.representatives.query("eid == @eid")[["pid", "name", "sids"]]),
        "branches": _named(below[["eid", "rule", "sids"]], names, "eid"),
        "parent": _named(above[["parent", "rule", "sids"]], names, "parent"),
        "addresses": _hubs(projection.addresses, found.addresses, eid, "aid"),
        "phones": _hubs(projection.phones, found.phones, eid, "number"),
        **{f"{name}_total": len(frame) for name, frame in every.items()},
    }
    hidden: dict[str, Any] = hide_persons(projection, result)
    return hidden


def hide_persons(projection: Projection, value: Any) -> Any:
    """The value with every person key replaced by the id that is shown."""
    ids = person_ids(projection, entities(value))

    def hide(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: hide(item) for name, item in part.items()}
        if isinstance(part, list | tuple):
            return [hide(item) for item in part]
        return ids.get(part, part) if isinstance(part, str) else part

    return hide(value)


NAMED = (
    "id",
    "controller",
    "company",
    "holder",
    "person",
    "parent",
    "member",
    "head",
    "other",
    "third",
)  # keys that hold entities


def named(value: Any, projection: Projection, found: Links) -> Any:
    """The value with ``KEY_name`` beside every ``KEY`` that holds an entity."""
    names = called(projection, found, entities(value))

    def name(part: Any) -> Any:
        if isinstance(part, list | tuple):
            return [name(item) for item in part]
        if not isinstance(part, dict):
            return part
        result = {}
        for key, item in part.items():
            result[key] = name(item)
            if key in NAMED and isinstance(item, str):
                result[f"{key}_name"] = names.get(item)
        if part.get("parties") and isinstance(part.get("controller"), str):  # their node has no name of its own
            result["controller_name"] = joined(row["holder_name"] or row["holder"] for row in result["parties"])
        return result

    return name(value)


def _rows(frame: pd.DataFrame, names: dict[str, str], other: str) -> list[dict[str, Any]]:
    return _named(frame[[other, *SHOWN]], names, other)


def _named(frame: pd.DataFrame, names: dict[str, str], key: str) -> list[dict[str, Any]]:
    return [{"name": names.get(row[key]), **row} for row in _plain(frame)]


def _majority(found: Links, names: dict[str, str], rows: pd.DataFrame) -> dict[str, Any] | None:
    if rows.empty:
        return None
    row = _plain(rows)[0]
    possible = [{"holder": holder, "name": names.get(holder)} for holder in row["possible"]]
    rule = found.rules.majority
    return {
        **row,
        "name": names.get(row["holder"]),
        "possible": possible,
        "rule": rule.id,
        "law": rule.basis.source,
    }


def _hubs(relations: pd.DataFrame, hubs: pd.DataFrame, eid: str, key: str) -> list[dict[str, Any]]:
    own = relations[relations["eid"] == eid].drop(columns="eid").drop_duplicates(key)
    counted = hubs.drop(columns="text", errors="ignore")
    return _plain(own.join(counted, on=key))


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows with plain Python values: missing as ``None``, tuples as lists."""
    return [
        {str(name): _value(value) for name, value in row.items()}
        for row in frame.astype(object).to_dict(orient="records")
    ]


def _value(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return None if pd.isna(value) else value
