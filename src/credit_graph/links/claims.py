"""What sources say of holdings, in one frame: the register, annual reports, published changes of shares."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from credit_graph.model.derived import unknown_holder
from credit_graph.projection import Projection

REGISTER, REPORT, CHANGE = "Contribution", "ReportedContribution", "EquityChange"
FIELDS = {
    REPORT: ["source", "known_from", "pid", "holder_name", "report_id", "subscribed", "paid"],
    CHANGE: ["source", "known_from", "pid", "holder_name", "share_after"],
}
COLUMNS = [
    "eid", "sid", "kind", "source", "day", "known_from", "holder", "person", "holder_name",
    "subscribed", "paid", "share",
]  # fmt: skip


def said_of_holdings(projection: Projection) -> pd.DataFrame:
    """:func:`claims` of a projection."""
    return claims(projection.contributions, {kind: projection.records(kind, names) for kind, names in FIELDS.items()})


def claims(contributions: pd.DataFrame, records: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Everything in use that is said of holdings, one row per statement (:data:`COLUMNS`), ordered by company and sid.

    ``contributions``: as in :class:`Projection`. ``records``: the visible records of ``FIELDS``; of annual reports
    (年报) only the last one of a company counts. ``day``: what the statement speaks of, missing where no source
    says; ``holder``: node of the holder, or the id of a name within the firm; ``share``: ppm after a change.
    """
    parts = [_register(contributions), _reported(records[REPORT]), _changed(records[CHANGE])]
    found = pd.concat([part[COLUMNS] for part in parts if len(part)] or [parts[0][COLUMNS]], ignore_index=True)
    return found.sort_values(["eid", "sid"], ignore_index=True)


def _register(contributions: pd.DataFrame) -> pd.DataFrame:
    frame = contributions[contributions["in_use"]].copy()
    frame["kind"] = REGISTER
    began = frame["valid_from"].where(frame["valid_from"] > np.datetime64("0001-01-01"))
    frame["day"] = frame["published_on"].fillna(frame["recorded_on"]).fillna(began)
    frame["share"] = pd.array([pd.NA] * len(frame), dtype="Int64")
    return frame


def _reported(records: pd.DataFrame) -> pd.DataFrame:
    frame = _named(records, REPORT)
    ordered = frame.sort_values(["eid", "valid_from", "known_from", "report_id"])
    last = ordered.drop_duplicates("eid", keep="last").set_index("eid")["report_id"]
    frame = frame[frame["report_id"] == frame["eid"].map(last)].copy()
    frame["share"] = pd.array([pd.NA] * len(frame), dtype="Int64")
    return frame


def _changed(records: pd.DataFrame) -> pd.DataFrame:
    frame = _named(records, CHANGE)
    for name in ("subscribed", "paid"):
        frame[name] = pd.array([pd.NA] * len(frame), dtype="Int64")
    return frame.rename(columns={"share_after": "share"})


def _named(records: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Records in use that name a holder of a known firm, with the id of that name."""
    frame = records[records["in_use"] & records["eid"].notna() & records["holder_name"].notna()].copy()
    frame["kind"] = kind
    frame["day"] = frame["valid_from"].where(frame["valid_from"] > np.datetime64("0001-01-01"))
    frame["person"] = frame["pid"].notna()
    only_named = frame.loc[~frame["person"], ["eid", "holder_name"]]
    ids = [unknown_holder(eid, name) for eid, name in only_named.itertuples(index=False)]
    frame["holder"] = frame["pid"].fillna(pd.Series(ids, index=only_named.index, dtype="str"))
    return frame


def one_source(contributions: pd.DataFrame) -> pd.DataFrame:
    """Of several sources that list a company's holders one; adding them would count twice.

    One that gives subscribed amounts goes before one of payments alone, then the one that spoke last.
    """
    told = contributions.assign(subscribes=contributions["subscribed"].notna())
    order = ["subscribes", "valid_from", "known_from"]
    said = told.groupby(["eid", "source"], as_index=False)[order].max()
    said = said.sort_values(["eid", *order, "source"], ascending=[True, False, False, False, True])
    chosen = said.drop_duplicates("eid")[["eid", "source"]]
    return contributions.merge(chosen, on=["eid", "source"])
