"""What sources say of holdings, in one frame: the register, annual reports, published changes of shares."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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


def one_source(firm: NDArray[np.int32], source: NDArray[np.int64], *order: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Of several sources that list a company's holders the contributions of one; adding them would count twice.

    ``order``: numbers per contribution; the source with the highest is taken, by the first of them before the others,
    at last the first source.
    """
    width = int(source.max(initial=0)) + 1
    pairs, pair = np.unique(firm.astype(np.int64) * width + source, return_inverse=True)
    highest = [np.full(len(pairs), np.iinfo(np.int64).min) for _ in order]
    for most, numbers in zip(highest, order, strict=True):
        np.maximum.at(most, pair, numbers)
    ordered = np.lexsort((-(pairs % width), *highest[::-1], pairs // width))
    last = ordered[np.append(np.diff(pairs[ordered] // width) != 0, np.ones(min(len(pairs), 1), np.bool_))]
    chosen = np.zeros(len(pairs), np.bool_)
    chosen[last] = True
    return chosen[pair]
