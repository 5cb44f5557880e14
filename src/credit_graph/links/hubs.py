"""Addresses and phones that several firms share. Hubs are nodes, never pairs of firms."""

from __future__ import annotations

import pandas as pd

from credit_graph.links.policy import Hubs


def address_hubs(addresses: pd.DataFrame, rules: Hubs) -> pd.DataFrame:
    """Per address (index ``aid``): text, firms, hub (over the limit), hosted (集群注册 … by its text).

    ``addresses``: eid, sid, aid, text.
    """
    counted = addresses.groupby("aid").agg(text=("text", "first"), firms=("eid", "nunique"))
    counted["hub"] = counted["firms"] > rules.limits["address"]
    counted["hosted"] = pd.Series([rules.hosted(text) for text in counted["text"]], index=counted.index, dtype=bool)
    return counted


def phone_hubs(phones: pd.DataFrame, rules: Hubs) -> pd.DataFrame:
    """Per phone (index ``number``): firms, hub (over the limit). ``phones``: eid, sid, number."""
    counted = phones.groupby("number").agg(firms=("eid", "nunique"))
    counted["hub"] = counted["firms"] > rules.limits["phone"]
    return counted
