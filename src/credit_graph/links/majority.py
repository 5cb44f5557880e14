"""Direct majority holder (直接控股股东) per company: integers, the law in force on the valid day.

公司法 (2023) art. 265(2): more than half; until 2024-06-30 (2018 art. 216(2)): half or more. A quotient is never
compared, only ``2 * amount`` with the capital. Own shares carry no vote. What a source leaves out leaves an
interval: the answer is then "undetermined", never a firm no.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from credit_graph.links.gather import tuples
from credit_graph.links.holdings import ppm
from credit_graph.links.policy import LinkRules

COLUMNS = ["holder", "status", "reason", "amount", "capital", "share_ppm", "near_line", "possible", "sids"]
NEAR = 5000  # |2a - v| * 5000 <= v: within 0.01 percentage points of the line


def direct_majority(holdings: pd.DataFrame, rules: LinkRules) -> pd.DataFrame:
    """Per company (index ``eid``) its direct majority holder.

    ``holdings``: holder, eid, votes, whole, amount, capital, sids. Result: ``holder`` (missing unless ``status`` is
    majority), ``status`` (majority | joint | none | undetermined), ``reason`` (no_capital, over_100, blank_amounts,
    unlisted, or empty), ``amount`` of the holder and ``capital`` with votes in fen, ``share_ppm``, ``near_line``
    (within 0.01 percentage points of half), ``possible`` (holders that may have a majority where undetermined, both
    where joint), ``sids`` of the records that add up.
    """
    if holdings.empty:
        return pd.DataFrame(columns=COLUMNS, index=pd.Index([], name="eid", dtype="str"))
    frame = _votes(holdings)
    half = 2 * frame["votes"]
    over = (half > frame["total"]) | (rules.majority.at_exactly_half & (half == frame["total"]))
    frame["over"] = over.fillna(False).astype(bool)
    frame["exact"] = (half == frame["total"]).fillna(False).astype(bool)
    frame["near"] = ((half - frame["total"]).abs() * NEAR <= frame["total"]).fillna(False).astype(bool)
    frame["maybe"] = _may_have_more(frame, rules)
    companies = frame.groupby("eid").agg(
        total=("total", "first"),
        capital=("capital_with_votes", "first"),
        over_100=("over_100", "first"),
        unlisted=("unlisted", "first"),
        blanks=("blank", "sum"),
        overs=("over", "sum"),
        exacts=("exact", "sum"),
        maybes=("maybe", "sum"),
        near_line=("near", "any"),
    )
    return _decide(companies, frame)


def _votes(holdings: pd.DataFrame) -> pd.DataFrame:
    """The holdings with the votes of their company: capital without its own shares."""
    own = holdings["holder"] == holdings["eid"]
    itself = holdings["votes"].where(own, 0).fillna(0).groupby(holdings["eid"]).transform("sum")
    frame = holdings[~own].copy()
    frame["total"] = frame["whole"] - itself[~own]
    # votes may be counted finer than in fen
    frame["capital_with_votes"] = frame["total"] // (frame["whole"] // frame["capital"])
    frame["blank"] = frame["votes"].isna()
    listed = frame["votes"].fillna(0).groupby(frame["eid"]).transform("sum")
    frame["unlisted"] = frame["total"] - listed
    frame["over_100"] = (frame["unlisted"] < 0).fillna(False).astype(bool)
    return frame


def _may_have_more(frame: pd.DataFrame, rules: LinkRules) -> pd.Series:
    """Whether what is not listed could give the holder a majority: it belongs to the blank holders, if any."""
    blanks = frame["blank"].groupby(frame["eid"]).transform("any")
    upper = 2 * (frame["votes"].fillna(0) + frame["unlisted"].where(frame["blank"] | ~blanks, 0))
    reaches = (upper > frame["total"]) | (rules.majority.at_exactly_half & (upper == frame["total"]))
    return reaches.fillna(False).astype(bool) & (frame["unlisted"] > 0).fillna(False).astype(bool)


def _decide(companies: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    no_capital = companies["total"].isna()
    over_100 = companies["over_100"]
    majority = ~no_capital & ~over_100 & (companies["overs"] == 1)
    joint = ~no_capital & ~over_100 & (companies["exacts"] == 2)
    open_ = ~no_capital & ~over_100 & (companies["overs"] == 0) & (companies["maybes"] > 0)
    conditions = [no_capital, over_100, joint, majority, open_]
    result = pd.DataFrame(index=companies.index)
    result["status"] = np.select(
        conditions, ["undetermined", "undetermined", "joint", "majority", "undetermined"], "none"
    )
    missing = np.where(companies["blanks"] > 0, "blank_amounts", "unlisted")
    result["reason"] = np.select(conditions, ["no_capital", "over_100", "", "", missing], "")
    chosen = frame[frame["over"] & (frame["eid"].map(result["status"]) == "majority")].set_index("eid")
    result["holder"] = chosen["holder"].reindex(result.index)
    result["amount"] = chosen["amount"].reindex(result.index).astype("Int64")
    result["capital"] = companies["capital"].astype("Int64")
    result["share_ppm"] = ppm(chosen["votes"].reindex(result.index).astype("Int64"), companies["total"].astype("Int64"))
    result["near_line"] = companies["near_line"]
    result["possible"] = _listed(frame, result, "holder")
    result["sids"] = chosen["sids"].reindex(result.index)
    result["sids"] = [sids if isinstance(sids, tuple) else () for sids in result["sids"]]
    return result[COLUMNS]


def _listed(frame: pd.DataFrame, result: pd.DataFrame, column: str) -> pd.Series:
    """The holders of each company that an open answer is about."""
    status = frame["eid"].map(result["status"])
    reason = frame["eid"].map(result["reason"])
    about = (status == "joint") & frame["exact"]
    about |= (status == "undetermined") & (reason == "over_100") & frame["over"]
    about |= (status == "undetermined") & reason.isin(["unlisted", "blank_amounts"]) & frame["maybe"]
    found = tuples(frame[about], ["eid"], column)
    return pd.Series([found.get(eid, ()) for eid in result.index], index=result.index, dtype=object)
