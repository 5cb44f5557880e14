"""Who holds (出资人、股东): sources name most holders by name only, and the same one in several spellings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from credit_graph.links.firm_names import match_names
from credit_graph.links.holding_policy import HolderNames
from credit_graph.model.kinds import UNKNOWN_PREFIX
from credit_graph.projection.names import normal_name

BY_NAME = ("name", "former_name", "legal_form", "region")  # values of ``match`` of a holder that a name led to


def name_index(names: pd.DataFrame) -> pd.Series:
    """Normalised name -> the only enterprise that bears or bore it; names of several are left out.

    ``names``: eid, normal (of :class:`Projection`).
    """
    pairs = names[["normal", "eid"]].drop_duplicates()
    single = pairs[~pairs["normal"].duplicated(keep=False)]
    return single.set_index("normal")["eid"]


def is_keyed(pid: str) -> bool:
    """Whether the person has a key made of an ID number; else it is a name within one firm."""
    return not pid.startswith(UNKNOWN_PREFIX)


def resolve_holders(
    claims: pd.DataFrame, names: pd.DataFrame, enterprises: pd.DataFrame, rules: HolderNames
) -> pd.DataFrame:
    """The claims with who the holder is: ``holder`` (eid or pid), ``holder_kind``, ``match``, ``matched``.

    ``holder_kind``: enterprise, person, or unknown. ``match``: ``code`` (the source gives the holder's credit code),
    ``person`` (a node of a person), ``name``, ``former_name``, ``legal_form``, ``region`` (the only firm whose name
    fits so; ``matched`` is that name) or ``unknown``. A household (个体工商户) holds nothing in its own name: one that
    is called like a person leaves the person a person. A name that the sources of one company use for a holder they
    also give a code is that holder.
    """
    result = claims.copy()
    spelled = result["holder_name"].fillna("").astype("str")
    result["normal"] = spelled.map({name: normal_name(name) for name in spelled.unique()}).astype("str")
    only_named = result["holder"].str.startswith(UNKNOWN_PREFIX).to_numpy()
    person = result["person"].to_numpy(dtype=bool)
    fits = match_names(result.loc[only_named, "normal"], names, enterprises, rules)
    found = fits.reindex(result["normal"])
    by_name = only_named & found["eid"].notna().to_numpy()
    holder = np.where(by_name, found["eid"].to_numpy(), result["holder"].to_numpy())
    result["holder"] = pd.Series(holder, result.index, dtype="str")
    result["match"] = np.select(
        [by_name, person, only_named], [found["match"].fillna("").to_numpy(), "person", "unknown"], "code"
    )
    result["matched"] = pd.Series(found["matched"].to_numpy(), result.index, dtype="str").where(by_name)
    result = _same_in_firm(result)
    unknown = result["match"] == "unknown"
    result["holder_kind"] = np.select([result["match"] == "person", unknown], ["person", "unknown"], "enterprise")
    return result


def _same_in_firm(result: pd.DataFrame) -> pd.DataFrame:
    """Unknown holders of one company with one name are one, and the one whose code a source gives, if only one."""
    unknown = result["match"] == "unknown"
    if not unknown.any():
        return result
    within = ["eid", "normal"]
    known = result[~unknown & ~result["person"]].drop_duplicates([*within, "holder"])
    known = known[~known.duplicated(within, keep=False)]
    first = result[unknown].sort_values(["kind", "sid"]).drop_duplicates(within)
    one = pd.concat([known, first])[[*within, "holder", "match", "matched"]].drop_duplicates(within)
    told = result.loc[unknown, within].merge(one, on=within, how="left")
    for column in ("holder", "match", "matched"):
        result.loc[unknown, column] = told[column].to_numpy()
    return result
