"""The nearest controller of every company, as the graph keeps it (``CONTROLS``)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from credit_graph.links.forest import Basis, deciding_rows
from credit_graph.links.gather import united
from credit_graph.links.structure import BASIS, Structure

COLUMNS = ["controller", "eid", "basis", "rule", "ring", "votes", "capital", "share_ppm", "near_line", "sids"]
CONCERT = "concert"


def controls(chart: Structure) -> pd.DataFrame:
    """One row per controlled company, ordered by eid: its nearest controller and the votes that add up.

    ``basis``: as :class:`credit_graph.links.structure.Control`, where parties act in concert the controller is their
    node (see :func:`by_party`); ``rule``: what went before votes, else missing;
    ``ring``: the controller stands for a ring of companies that control one another; ``votes`` of ``capital`` in fen
    and ``share_ppm``, missing where votes did not decide; ``sids`` of the records behind it.
    """
    forest, stakes = chart.forest, chart.voting.stakes
    company = np.flatnonzero(forest.parent >= 0)
    parent = forest.parent[company]
    ruled = forest.basis[company] == Basis.RULED
    row = np.flatnonzero(deciding_rows(stakes, forest))
    of = np.repeat(np.arange(stakes.n), np.diff(stakes.in_ptr))[row]
    votes = np.zeros(stakes.n, np.int64)
    np.add.at(votes, of, stakes.in_votes[row])
    frame = pd.DataFrame(
        {
            "controller": pd.Series(chart.ids[parent], dtype="str"),
            "eid": pd.Series(chart.ids[company], dtype="str"),
            "basis": [BASIS[Basis(code)] for code in forest.basis[company].tolist()],
            "ring": forest.ring[parent] >= 0,
            "votes": pd.Series(votes[company], dtype="Int64").mask(ruled),
            "capital": pd.Series(stakes.capital[company], dtype="Int64").mask(ruled),
            "near_line": forest.near_line[company],
        }
    )
    # whole numbers of Python: a million times the votes need not fit 64 bits
    pairs = zip(votes[company].tolist(), stakes.capital[company].tolist(), strict=True)
    ppm = [vote * 1_000_000 // whole if whole > 0 else 0 for vote, whole in pairs]
    frame["share_ppm"] = pd.Series(ppm, dtype="Int64").mask(ruled)
    said = chart.rows[["sids"]].iloc[stakes.in_row[row]].assign(eid=chart.ids[of])
    agreed = _agreed(chart, row, of)
    sids = united(pd.concat([said, agreed, _rulings(chart, frame[ruled])]), ["eid"], "sids")
    frame["sids"] = [found if isinstance(found, tuple) else () for found in sids.reindex(frame["eid"])]
    rules = chart.ruled.drop_duplicates(["eid", "controller"]).set_index(["eid", "controller"])["rule"]
    names = rules.reindex(pd.MultiIndex.from_frame(frame[["eid", "controller"]])).to_numpy()
    frame["rule"] = pd.Series(names, dtype="str").where(ruled)
    concert = frame["controller"].isin(list(chart.voting.parties)) & (frame["basis"] == BASIS[Basis.DIRECT])
    frame["basis"] = frame["basis"].mask(concert, CONCERT)
    return frame.sort_values("eid", ignore_index=True)[COLUMNS]


def by_party(chart: Structure, column: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with a row for each of those who act in concert, where ``column`` names their node."""
    members = [chart.members(entity) or (entity,) for entity in frame[column]]
    rows = frame.assign(**{column: pd.Series(members, index=frame.index, dtype=object)}).explode(column)
    told: pd.DataFrame = rows.astype({column: "str"}).reset_index(drop=True)
    return told


def _agreed(chart: Structure, at: NDArray[np.intp], of: NDArray[np.intp]) -> pd.DataFrame:
    """What is said of votes that count together, beside the first holding: of the others, and that they do: sids, eid.

    ``at``: places in the votes as they are cast, ``of``: their companies.
    """
    stakes, voting, found = chart.voting.stakes, chart.voting, []
    together = np.isin(stakes.in_row[at], list(voting.parts))
    for place, company in zip(at[together].tolist(), of[together].tolist(), strict=True):
        parts = [chart.rows["sids"].iloc[part] for part, _ in voting.parts[int(stakes.in_row[place])]]
        agreed = voting.agreed(chart.name(int(stakes.in_holder[place])), company)
        found += [(sids, chart.name(company)) for sids in (*parts, agreed)]
    return pd.DataFrame(found, columns=["sids", "eid"]).astype({"sids": object, "eid": "str"})


def _rulings(chart: Structure, ruled: pd.DataFrame) -> pd.DataFrame:
    """The statements by which a controller goes before votes: eid, sids."""
    return chart.ruled[chart.ruled["eid"].isin(ruled["eid"])][["eid", "sids"]]
