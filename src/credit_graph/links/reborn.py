"""Reborn firms (换马甲): who came back under another name after being struck, revoked or listed. Leads (线索) only.

A firm is a candidate if it was opened around the day on which the old one ended, in the same trade, and at least one
hard identity link ties the two: a common person, telephone, room … Addresses and phones of many firms are no
evidence, and a sister firm that was opened earlier is related, not reborn. What counts, and how much, is
``policies/links/reborn.yml``.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from credit_graph.links.likeness import Core, bigrams, jaccard
from credit_graph.links.reborn_policy import RebornRules

TRACES = ["eid", "kind", "key", "label", "sids"]
SHARED = [
    "old", "new", "group", "key", "old_kind", "new_kind", "old_label", "new_label", "points", "hard", "sids",
]  # fmt: skip
PAIR = ["old", "new"]
NO_LINK, TOO_WEAK, OTHER_TRADE, UNKNOWN_TRADE = "no_hard_link", "too_weak", "other_industry", "unknown_industry"


def reborn_candidates(
    firms: pd.DataFrame,
    traces: pd.DataFrame,
    rules: RebornRules,
    *,
    regions: Collection[str] = (),
    per_firm: int = 10,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The firms that may be an ended firm come back, the likeliest first, and what they share with it.

    ``firms``: by ``eid``, with ``name``, ``opened``, ``ended`` (first day on which it was struck, revoked or listed;
    NaT for firms that are not looked for), ``closed`` (NaT where it is not), datetime64; ``industry`` (code or
    missing); ``scope`` (tuple of licensed items). ``traces``: ``TRACES``, ``kind`` as in ``rules.links``, ``key``
    the same for the same person, phone, room …, ``label`` what to show; hosted addresses are left out by the caller.
    ``regions``: see :class:`Core`, besides those of the rules.

    Result: the columns of :func:`compare`, with ``status`` (``reborn``; ``possible``: opened then, but ``reason``
    speaks against it; ``sister``: tied and opened before) and ``rank`` among those of one old firm (from 1, at most
    ``per_firm``); and ``SHARED``, the links of these pairs. Raises ``ValueError`` for unknown kinds of traces.
    """
    cores = Core(rules.legal_forms, [*rules.regions, *regions])
    old = firms.index[firms["ended"].notna()]
    shared = shared_traces(old, traces, rules)
    by_name = _same_core(firms, old, cores)
    pairs = pd.concat([shared[PAIR], by_name], ignore_index=True).drop_duplicates()
    # the days first: they leave few of the pairs, and likeness is worked out pair by pair
    pairs = pairs[_days(pairs, firms, "ended") <= _window_end(pairs, firms, rules)]
    found = compare(firms, pairs, shared, rules, cores)
    found = found[(found["status"] != "sister") | (found["hard"] > 0)]
    found = found.sort_values(["old", "order", "score", "new"], ascending=[True, True, False, True], ignore_index=True)
    found["rank"] = found.groupby("old").cumcount() + 1
    found = found[found["rank"] <= per_firm].drop(columns="order")
    first = found.groupby("old")["score"].transform("max")
    found = found.assign(first=first).sort_values(
        ["first", "old", "rank"], ascending=[False, True, True], ignore_index=True
    )
    return found.drop(columns="first"), shared.merge(found[PAIR], on=PAIR)


def shared_traces(old: pd.Index, traces: pd.DataFrame, rules: RebornRules) -> pd.DataFrame:
    """What ended firms share with others: ``SHARED``, one row per pair, group and key, its strongest kinds.

    ``traces``: as :func:`reborn_candidates`, optionally with ``firms``, how many firms have the key (else counted).
    The points of a person with different roles are those of the weaker one.
    """
    unknown = set(traces["kind"]) - set(rules.links)
    if unknown:
        raise ValueError(f"unknown kinds of traces: {sorted(unknown)}")
    table = pd.DataFrame(
        [(kind, link.group, link.points, link.hard, link.limit) for kind, link in rules.links.items()],
        columns=["kind", "group", "points", "hard", "limit"],
    )
    known = traces.dropna(subset=["eid", "key"]).merge(table, on="kind")
    counted = known.groupby(["group", "key"])["eid"].transform("nunique")
    if "firms" in known:
        counted = counted.combine(known["firms"].fillna(0), max)
    known = known[counted <= known["limit"]]
    columns = ["eid", "group", "key", "kind", "label", "points", "hard", "sids"]
    ours = known.loc[known["eid"].isin(old), columns]
    both = ours.merge(known[columns], on=["group", "key"], suffixes=("_old", "_new"))
    both = both[both["eid_old"] != both["eid_new"]]
    both["points"] = np.minimum(both["points_old"], both["points_new"])
    both["hard"] = both["hard_old"] & both["hard_new"]
    both["sids"] = [tuple(sorted({*a, *b})) for a, b in zip(both["sids_old"], both["sids_new"], strict=True)]
    both = both.rename(columns={f"{name}_{side}": f"{side}_{name}" for name in ("kind", "label") for side in PAIR})
    both = both.rename(columns={"eid_old": "old", "eid_new": "new"})
    both = both.sort_values(
        ["old", "new", "group", "key", "points", "old_kind", "new_kind"],
        ascending=[True, True, True, True, False, True, True],
    )
    return both.drop_duplicates(["old", "new", "group", "key"])[SHARED].reset_index(drop=True)


def compare(
    firms: pd.DataFrame, pairs: pd.DataFrame, shared: pd.DataFrame, rules: RebornRules, cores: Core
) -> pd.DataFrame:
    """Pairs of an ended firm and another, with every feature, the score and what it comes to.

    ``pairs``: old, new; the rest as :func:`reborn_candidates` has them. Columns: ``status``, ``reason``, ``score``,
    ``hard`` (hard links), ``days`` (from the day it ended to the opening of the other), ``days_after_close``,
    ``same_industry`` (missing where one is unknown), ``name`` and ``core`` (likeness of the names as they are and
    without region and legal form, Jaccard of bigrams), ``scope`` and ``shared_〈group〉`` (how many).
    """
    result = pairs.reset_index(drop=True).copy()
    result["days"] = _days(result, firms, "ended")
    closed = firms["closed"].fillna(firms["ended"])
    result["days_after_close"] = _days(result, firms.assign(closed=closed), "closed")
    old, new = (_column(result, firms, side, "industry").map(lambda code: _trade(code, rules)) for side in PAIR)
    result["same_industry"] = (old == new).astype("boolean").mask(old.isna() | new.isna())
    for column, of in (("name", lambda name: name), ("core", cores.of)):
        result[column] = _alike(result, firms["name"].fillna("").map(of).map(bigrams))
    result["scope"] = _alike(result, firms["scope"] if "scope" in firms else pd.Series([()] * len(firms), firms.index))
    for group in sorted({link.group for link in rules.links.values()}):
        result[f"shared_{group}"] = _count(result, shared[shared["group"] == group])
    result["hard"] = _count(result, shared[shared["hard"]])
    result["score"] = _score(result, shared, firms, rules).round(4)
    return _judged(result, _window_end(result, firms, rules), rules)


def _judged(result: pd.DataFrame, end: pd.Series, rules: RebornRules) -> pd.DataFrame:
    """With ``status``, ``reason`` and the order among the candidates of one firm."""
    against = [
        (result["hard"] == 0, NO_LINK),
        (result["same_industry"].isna(), UNKNOWN_TRADE),
        (~result["same_industry"].fillna(True).astype(bool), OTHER_TRADE),
        (result["score"] < rules.threshold, TOO_WEAK),
    ]
    conditions = [condition.to_numpy(dtype=bool) for condition, _ in against]
    result["reason"] = np.select(conditions, [reason for _, reason in against], "")
    early = (result["days"] < -rules.days_before).to_numpy(dtype=bool)
    outside = (result["days"].isna() | (result["days"] > end)).to_numpy(dtype=bool)
    fits = (result["reason"] == "").to_numpy(dtype=bool)
    result["status"] = np.select([outside, early, fits], ["unrelated", "sister", "reborn"], "possible")
    result["order"] = result["status"].map({"reborn": 0, "possible": 1, "sister": 2, "unrelated": 3})
    return result


def _score(result: pd.DataFrame, shared: pd.DataFrame, firms: pd.DataFrame, rules: RebornRules) -> pd.Series:
    ordered = shared.sort_values([*PAIR, "group", "points", "key"], ascending=[True, True, True, False, True])
    counted = ordered[ordered.groupby([*PAIR, "group"]).cumcount() < rules.most]
    links = counted.groupby(PAIR)["points"].sum()
    score = pd.Series(links.reindex(pd.MultiIndex.from_frame(result[PAIR])).fillna(0).to_numpy(), index=result.index)
    points = rules.points
    score += points.name * result["core"] + points.scope * result["scope"]
    score += points.industry * result["same_industry"].fillna(False).astype(float)
    late = (result["days"] / _window_end(result, firms, rules)).clip(0, 1).fillna(1)
    return score + points.nearness * (1 - late)


def _window_end(pairs: pd.DataFrame, firms: pd.DataFrame, rules: RebornRules) -> pd.Series:
    """Days from the end of the old firm to the last day that counts."""
    ended = _column(pairs, firms, "old", "ended")
    return (ended + pd.DateOffset(months=rules.months_after) - ended).dt.days


def _days(pairs: pd.DataFrame, firms: pd.DataFrame, since: str) -> pd.Series:
    """Days from ``since`` of the old firm to the opening of the new one, negative where that was before."""
    return (_column(pairs, firms, "new", "opened") - _column(pairs, firms, "old", since)).dt.days


def _column(pairs: pd.DataFrame, firms: pd.DataFrame, side: str, column: str) -> pd.Series:
    return pd.Series(firms[column].reindex(pairs[side]).to_numpy(), index=pairs.index)


def _trade(code: object, rules: RebornRules) -> str | None:
    """The digits of an industry code that are compared; None where it is missing or too short."""
    digits = "".join(c for c in code if c.isdigit()) if isinstance(code, str) else ""
    return digits[: rules.industry_digits] if len(digits) >= rules.industry_digits else None


def _alike(pairs: pd.DataFrame, sets: pd.Series) -> pd.Series:
    of = sets.to_dict()
    values = [float(jaccard(of[a], of[b])) for a, b in zip(pairs["old"], pairs["new"], strict=True)]
    return pd.Series(values, index=pairs.index, dtype="float64")


def _count(pairs: pd.DataFrame, shared: pd.DataFrame) -> pd.Series:
    counts = shared.groupby(PAIR).size().reindex(pd.MultiIndex.from_frame(pairs[PAIR]))
    return pd.Series(counts.fillna(0).to_numpy(dtype="int64"), index=pairs.index)


def _same_core(firms: pd.DataFrame, old: pd.Index, cores: Core) -> pd.DataFrame:
    """Pairs of an ended firm and another one whose names have the same core."""
    core = firms["name"].dropna().map(cores.of).rename("core").rename_axis("eid").reset_index()
    both = core[core["eid"].isin(old)].merge(core, on="core", suffixes=("_old", "_new"))
    both = both[both["eid_old"] != both["eid_new"]]
    return both[["eid_old", "eid_new"]].set_axis(PAIR, axis=1)
