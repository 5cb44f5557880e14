"""Which firms stand for which relation: pairs of firms with the statements that connect them."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from credit_graph.links.compute import Links
from credit_graph.links.holders import is_keyed

Via = Literal["majority_holder", "parent", "same_legal_representative"]


def related_firms(via: Via, links: Links) -> pd.DataFrame:
    """Pairs ``eid`` -> ``other`` with ``sids``, the statements that connect the two."""
    if via == "majority_holder":
        majority = links.majority[links.majority["status"] == "majority"].reset_index()
        firms = links.holdings.loc[links.holdings["holder_kind"] == "enterprise", "holder"]
        held = majority[majority["holder"].isin(firms)]
        return held[["eid", "holder", "sids"]].rename(columns={"holder": "other"})
    if via == "parent":
        return links.branches[["eid", "parent", "sids"]].rename(columns={"parent": "other"})
    return _same_representative(links)


def _same_representative(links: Links) -> pd.DataFrame:
    """Firms of one keyed person; one that represents more firms than the hub limit (an agent) connects nothing."""
    frame = links.representatives
    keyed = frame[frame["pid"].map(is_keyed).astype(bool)]
    firms = keyed.groupby("pid")["eid"].transform("nunique")
    few = keyed[(firms > 1) & (firms <= links.rules.hubs.limits["person"])]
    pairs = few.merge(few, on="pid", suffixes=("", "_other"))
    pairs = pairs[pairs["eid"] != pairs["eid_other"]]
    both = zip(pairs["sids"], pairs["sids_other"], strict=True)
    sids = pd.Series([tuple(sorted({*a, *b})) for a, b in both], index=pairs.index, dtype=object)
    return pd.DataFrame({"eid": pairs["eid"], "other": pairs["eid_other"], "sids": sids})
