"""Holdings (出资、持股): one per (holder, company), amounts over registered capital as integers.

Sources name most holders by name only; such a holder is matched to a firm if exactly one firm bears the name.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from credit_graph.links.gather import renamed, tuples
from credit_graph.links.policy import LinkRules
from credit_graph.model.kinds import UNKNOWN_PREFIX
from credit_graph.projection.names import normal_name

COLUMNS = [
    "holder", "eid", "holder_kind", "name", "match", "amount", "capital", "share_ppm", "basis", "source", "sids",
]  # fmt: skip


def name_index(names: pd.DataFrame) -> pd.Series:
    """Normalised name -> the only enterprise that bears or bore it; names of several are left out.

    ``names``: eid, normal (of :class:`Projection`).
    """
    pairs = names[["normal", "eid"]].drop_duplicates()
    single = pairs[~pairs["normal"].duplicated(keep=False)]
    return single.set_index("normal")["eid"]


def resolve_holders(contributions: pd.DataFrame, names: pd.DataFrame, same_as: dict[str, str]) -> pd.DataFrame:
    """The contributions with who the holder is: ``holder`` (eid or pid), ``holder_kind``, ``match``.

    ``match``: ``code`` (the source gives the holder's credit code), ``person`` (a node of a person), ``name``
    (matched to the only firm that bears the name) or ``unknown``. ``same_as``: pid -> pid of the same person.
    """
    result = contributions.copy()
    matched = result["holder_name"].fillna("").map(normal_name).map(name_index(names))
    named_only = result["holder"].str.startswith(UNKNOWN_PREFIX) | (
        result["person"] & ~result["holder"].map(is_keyed).astype(bool)
    )
    by_name = named_only & matched.notna()
    unknown = named_only & ~by_name & ~result["person"]
    result["holder"] = renamed(result["holder"].where(~by_name, matched), same_as)
    person = result["person"] & ~by_name
    result["holder_kind"] = np.select([person, unknown], ["person", "unknown"], "enterprise")
    result["match"] = np.select([by_name, person, unknown], ["name", "person", "unknown"], "code")
    return result


def is_keyed(pid: str) -> bool:
    """Whether the person has a key made of an ID number; else it is a name within one firm."""
    return not pid.startswith(UNKNOWN_PREFIX)


def holdings(contributions: pd.DataFrame, enterprises: pd.DataFrame, rules: LinkRules) -> pd.DataFrame:
    """One row per (holder, company), ordered by company and holder.

    ``contributions``: as :func:`resolve_holders` gives them, with eid, sid, source, valid_from, known_from,
    subscribed and paid in fen. ``enterprises``: by eid with registered_capital (fen) and currency.
    Result: ``amount`` and ``capital`` in fen (missing where unknown or not in yuan), ``share_ppm`` = amount /
    capital rounded down to parts per million, ``basis`` (``subscribed`` 认缴, ``paid`` 实缴 where a company has no
    subscribed amount, ``residual`` for the only holder without one), ``sids`` (tuple).
    """
    if contributions.empty:
        return pd.DataFrame(columns=COLUMNS)
    used = one_source(contributions)
    subscribed = used["subscribed"].notna().groupby(used["eid"]).transform("any")
    used["amount"] = used["subscribed"].where(subscribed, used["paid"])
    used["basis"] = np.where(subscribed, "subscribed", "paid")
    keys = ["eid", "holder"]
    grouped = used.sort_values("sid").groupby(keys, sort=True)
    result = grouped[["holder_kind", "holder_name", "match", "basis", "source"]].first()
    result = result.rename(columns={"holder_name": "name"})
    # one contribution without an amount leaves the holder's total unknown
    blank = used["amount"].isna().groupby([used["eid"], used["holder"]]).any()
    result["amount"] = grouped["amount"].sum().where(~blank)
    result["sids"] = tuples(used, keys, "sid")
    result = result.reset_index()
    result["amount"] = result["amount"].astype("Int64")
    result["capital"] = capital_in_yuan(enterprises, rules).reindex(result["eid"]).to_numpy()
    result["capital"] = result["capital"].astype("Int64")
    result = _residual(result)
    # the quotient is for display: floor of whole parts per million, in integers
    share = (result["amount"] * 1_000_000) // result["capital"]
    result["share_ppm"] = share.astype("Int64")
    return result[COLUMNS]


def capital_in_yuan(enterprises: pd.DataFrame, rules: LinkRules) -> pd.Series:
    """Registered capital (注册资本) in fen by eid, missing where it is zero, unknown or in another currency."""
    currency = enterprises["currency"]
    known = currency.isna() | currency.isin(rules.yuan)
    capital = enterprises["registered_capital"].astype("Int64")
    return capital.where(known & (capital > 0).fillna(False))


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


def _residual(result: pd.DataFrame) -> pd.DataFrame:
    """The only holder of a company without an amount has what the others leave."""
    blank = result["amount"].isna()
    blanks = blank.groupby(result["eid"]).transform("sum")
    known = result["amount"].fillna(0).groupby(result["eid"]).transform("sum")
    rest = result["capital"] - known
    fits = blank & (blanks == 1) & (known > 0) & (rest > 0).fillna(False)
    result["amount"] = result["amount"].where(~fits, rest)
    result["basis"] = result["basis"].where(~fits, "residual")
    return result
