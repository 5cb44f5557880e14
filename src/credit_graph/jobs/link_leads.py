"""The part of a link run that gives leads (线索): reborn firms (换马甲) and case series (串案).

What is written holds keys, numbers and statement ids: names, telephones and addresses stay in the statements.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from credit_graph.jobs.link_writing import Progress, reporting, rows_of
from credit_graph.links.compute import Links
from credit_graph.links.lookup import person_ids
from credit_graph.links.parties import Parties, united
from credit_graph.links.reborn_data import find_reborn
from credit_graph.links.reborn_policy import reborn_policy
from credit_graph.links.series_data import find_series
from credit_graph.links.series_policy import series_policy
from credit_graph.projection import Projection
from credit_graph.store import Store

LEADS = ("reborn", "series")  # counts of a link run
_PAIR = ["old", "new"]
_FEATURES = ["status", "reason", "score", "rank", "what", "days", "hard", "core", "scope"]
_LINKS = ["group", "old_kind", "new_kind"]


def write_leads(
    store: Store, projection: Projection, found: Links, rid: str, progress: Progress | None
) -> dict[str, int]:
    """Write ``REBORN_AS``, ``Series`` and ``IN_SERIES`` of the run; counts by name (``LEADS``)."""
    day = projection.point.valid
    candidates, shared = find_reborn(projection, found, reborn_policy().on(day))
    rows = list(_reborn_rows(candidates, shared))
    store.write("write/link_reborn", rows, progress=reporting(progress, "REBORN_AS", len(rows)), run=rid)
    series, decided = find_series(projection, found, series_policy().on(day))
    nodes, parties = _series_rows(series, decided, rid, found.parties)
    store.write("write/link_series", nodes, run=rid)
    named = {row["entity"] for row in parties}
    persons = set(person_ids(projection, named)) | set(decided["party"]) - set(projection.enterprises.index)
    for label, key, person in (("Enterprise", "eid", False), ("Person", "pid", True)):
        chosen = [row for row in parties if (row["entity"] in persons) == person]
        store.write("write/link_series_parties", chosen, labels={"FROM": label, "KEY": key}, run=rid)
    return {"reborn": int((candidates["status"] == "reborn").sum()), "series": len(series)}


def _reborn_rows(candidates: pd.DataFrame, shared: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Each candidate with its links as lists of one length, and all statements behind it in ``sids``."""
    order = [True, True, False, False, True, True]
    ordered = shared.sort_values([*_PAIR, "hard", "points", "group", "key"], ascending=order)
    links: dict[tuple[str, str], list[Any]] = {}
    columns = [*_PAIR, *_LINKS, "hard", "sids"]
    for old, new, *link in ordered[columns].itertuples(index=False, name=None):
        links.setdefault((old, new), []).append(link)
    same = candidates["same_industry"].astype(object)
    plain = candidates.assign(same_industry=same.where(same.notna(), None))
    ends = zip(candidates["end"].dt.date, candidates["end_sids"], strict=True)
    for row, (end, end_sids) in zip(rows_of(plain, _PAIR, [*_FEATURES, "same_industry"]), ends, strict=True):
        told = links.get((row["old"], row["new"]), [])
        every = {*end_sids, *(sid for *_, sids in told for sid in sids)}
        row["props"] |= {
            "end": end,
            "end_sids": list(end_sids),
            "sids": sorted(every),
            **{f"link_{name}s": [str(link[place]) for link in told] for place, name in enumerate(_LINKS)},
            "link_hard": [bool(link[3]) for link in told],
            "link_sids": [" ".join(link[4]) for link in told],
        }
        yield row


def _series_rows(
    series: pd.DataFrame, decided: pd.DataFrame, rid: str, concert: Sequence[Parties]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows for the nodes, and for the relationships from unit and parties; of those who act in ``concert`` and
    have no node together each is the unit, by the decision."""
    nodes, parties = [], []
    said = decided.set_index(["case", "party"])["sids"]
    together = {one.id: one for one in united(concert)}
    for row in series.to_dict(orient="records"):
        named = [rid, row["unit_kind"], row["unit"], row["mark_kind"], row["mark"], *row["cases"]]
        serid = hashlib.sha256("\x1f".join(named).encode()).hexdigest()[:32]
        props = {name: row[name] for name in ("unit_kind", "mark_kind", "mark", "first", "last")}
        counts = {"cases": len(row["cases"]), "parties": len(row["parties"])}
        nodes.append({"serid": serid, "props": {**props, **counts}})
        unit = together.get(row["unit"], Parties((row["unit"],)))
        parties += [{"entity": one, "serid": serid, "role": "unit", "sids": list(unit.sids)} for one in unit.members]
        for party in row["parties"]:
            sids = {sid for case in row["cases"] if (case, party) in said.index for sid in said[case, party]}
            parties.append({"entity": party, "serid": serid, "role": "party", "sids": sorted(sids)})
    return nodes, parties
