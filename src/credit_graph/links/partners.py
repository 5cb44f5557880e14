"""Whose votes a partnership's are (执行事务合伙人), and who holds for the state."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from credit_graph.links.gather import among, looked_up, tuples
from credit_graph.links.holding_policy import Partnerships, StateHolders
from credit_graph.projection.names import normal_name

EXECUTING_PARTNER, GENERAL_PARTNER = "executing_partner", "general_partner"  # values of ``rule``


def executing_partners(
    offices: pd.DataFrame, enterprises: pd.DataFrame, holdings: pd.DataFrame, rules: Partnerships | None
) -> pd.DataFrame:
    """Who has all votes of a partnership (合伙企业法 arts. 26, 67): controller, eid, rule, sids; its cash flow stays.

    An executing partner (执行事务合伙人), or where none is named the general partner (普通合伙人) of a limited one.

    ``offices``: eid, sid, pid (as in ``holdings``), name, position (missing: the register's 法定代表人, which of a
    partnership is the executing partner); ``holdings``: holder, eid, name. Only a partner counts: by pid, or by the
    name under which it holds. A firm may be named with who acts for it (…公司（委派代表：…）). Where two partners
    execute, neither has the votes alone: both rows are given, and control by votes is left.
    """
    columns = ["controller", "eid", "rule", "sids"]
    if rules is None or holdings.empty:
        return pd.DataFrame({name: pd.Series([], dtype=object if name == "sids" else "str") for name in columns})
    types = enterprises["entity_type"].fillna("")
    firms = types.index[types.str.contains("|".join(map(re.escape, rules.type_contains))).to_numpy(dtype=bool)]
    named = offices[among(offices["eid"], firms) & offices["name"].notna()]
    position = named["position"].fillna("")
    of = looked_up(named["eid"], types)
    executes = named["position"].isna() | position.str.contains(_any(rules.positions))
    general = position.str.contains(_any(rules.general)) & of.str.contains(_any(rules.limited))
    named = named.assign(rule=np.where(executes, EXECUTING_PARTNER, GENERAL_PARTNER))[executes | general]
    # a person may be a partner under a key, a firm only under its name
    partners = holdings.loc[among(holdings["eid"], firms), ["eid", "holder", "name"]]
    by_pid = named.merge(partners[["eid", "holder"]], left_on=["eid", "pid"], right_on=["eid", "holder"])
    delegate = re.compile(rf"\((?:{_any(rules.delegates)}).*$")
    named = named.assign(normal=named["name"].map(lambda name: delegate.sub("", normal_name(name))).astype("str"))
    partners = partners.assign(normal=partners["name"].map(normal_name).astype("str")).drop(columns="name")
    partners = partners[~partners.duplicated(["eid", "normal"], keep=False)]
    by_name = named[~named["sid"].isin(by_pid["sid"])].merge(partners, on=["eid", "normal"])
    found = pd.concat([by_pid, by_name], ignore_index=True)
    executed = found.loc[found["rule"] == EXECUTING_PARTNER, "eid"]
    found = found[(found["rule"] == EXECUTING_PARTNER) | ~found["eid"].isin(executed)]
    sids = tuples(found, ["holder", "eid", "rule"], "sid").rename("sids").reset_index()
    result = sids.rename(columns={"holder": "controller"})
    return result[columns].sort_values(["eid", "controller"], ignore_index=True)


def state_holders(holdings: pd.DataFrame, rules: StateHolders) -> frozenset[str]:
    """The holders that hold for the state (国有资产监督管理委员会、人民政府、财政局 …): by name or credit code.

    ``holdings``: holder, holder_kind, name, matched. A firm that the state owns is none: its own group is one.
    """
    firms = holdings[holdings["holder_kind"] != "person"].drop_duplicates("holder")
    ending = re.compile(f"(?:{_any(rules.endings)})$")
    names = firms["matched"].fillna(firms["name"]).fillna("").map(normal_name).astype("str")
    state = names.str.contains(ending) | firms["holder"].str.startswith(tuple(rules.code_prefixes))
    return frozenset(firms.loc[state, "holder"])


def _any(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(normal_name(word)) for word in words)
