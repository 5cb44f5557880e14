"""Reborn firms (换马甲): who came back under another name after being struck, revoked or listed. Leads (线索) only.

A firm is a candidate if it was opened around a day on which the old one ended, in the same trade, and at least one
hard identity link ties the two: a common person, telephone, room … Addresses and phones of many firms are no
evidence, and a sister firm that was opened earlier is related, not reborn. What counts, and how much, is
``policies/links/reborn.yml``.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from credit_graph.links.gather import among, looked_up
from credit_graph.links.likeness import Core, bigrams
from credit_graph.links.reborn_policy import RebornRules

TRACES = ["eid", "kind", "key", "label", "sids"]
ENDS = ["old", "end", "what", "end_sids"]
SHARED = [
    "old", "new", "group", "key", "old_kind", "new_kind", "old_label", "new_label", "points", "hard", "sids",
]  # fmt: skip
PAIR = ["old", "new"]
_SIDED = ("kind", "label", "sids")
NO_LINK, TOO_WEAK, OTHER_TRADE, UNKNOWN_TRADE = "no_hard_link", "too_weak", "other_industry", "unknown_industry"


def reborn_candidates(
    firms: pd.DataFrame,
    traces: pd.DataFrame,
    rules: RebornRules,
    *,
    ends: pd.DataFrame | None = None,
    regions: Collection[str] = (),
    per_firm: int = 10,
    hard_only: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The firms that may be an ended firm come back, the likeliest first, and what they share with it.

    ``firms``: by ``eid``, with ``name``, ``opened``, ``ended`` (first day on which it was struck, revoked or listed;
    NaT for firms that are not looked for), ``closed`` (NaT where it is not), datetime64; ``industry`` (code or
    missing); ``scope`` (tuple of licensed items). ``traces``: ``TRACES``, ``kind`` as in ``rules.links``, ``key``
    the same for the same person, phone, room …, ``label`` what to show; hosted addresses are left out by the caller.
    ``ends``: ``ENDS``, every day on which a firm was struck, revoked or listed, with what it was (as in
    ``rules.ends``) and the statements that say so; without it the one day of ``firms``. ``regions``: see
    :class:`Core`, besides those of the rules. ``hard_only``: leave out who has no hard link, and so is no candidate;
    in a city these are many, alike by name or by a bookkeeper's telephone.

    Result: the columns of :func:`compare`, with ``status`` (``reborn``; ``possible``: opened then, but ``reason``
    speaks against it; ``sister``: tied and opened before) and ``rank`` among those of one old firm (from 1, at most
    ``per_firm``); and ``SHARED``, the links of these pairs. Raises ``ValueError`` for unknown kinds of traces.
    """
    cores = Core(rules.legal_forms, [*rules.regions, *regions])
    dated = _ends(firms) if ends is None else ends
    old = firms.index[among(firms.index, dated["old"])]
    links = _links(old, traces, rules)
    pairs = links.loc[links["hard"], PAIR] if hard_only else pd.concat([links[PAIR], _same_core(firms, old, cores)])
    pairs = pairs.drop_duplicates(ignore_index=True)
    # the days first: they leave few of the pairs, and likeness is worked out pair by pair
    pairs = _at_its_end(pairs, firms, dated, rules)
    pairs = pairs[pairs["days"] <= pairs["window"]]
    links = links.merge(pairs[PAIR], on=PAIR)
    found = compare(firms, pairs, links, rules, cores)
    found = found[(found["status"] != "sister") | (found["hard"] > 0)]
    found = found.sort_values(["old", "order", "score", "new"], ascending=[True, True, False, True], ignore_index=True)
    found["rank"] = found.groupby("old").cumcount() + 1
    found = found[found["rank"] <= per_firm].drop(columns="order")
    first = found.groupby("old")["score"].transform("max")
    found = found.assign(first=first).sort_values(
        ["first", "old", "rank"], ascending=[False, True, True], ignore_index=True
    )
    return found.drop(columns="first"), _with_records(links.merge(found[PAIR], on=PAIR))


def shared_traces(old: pd.Index, traces: pd.DataFrame, rules: RebornRules) -> pd.DataFrame:
    """What ended firms share with others: ``SHARED``, one row per pair, group and key, its strongest kinds.

    ``traces``: as :func:`reborn_candidates`, optionally with ``firms``, how many firms have the key (else counted).
    The points of a person with different roles are those of the weaker one.
    """
    return _with_records(_links(old, traces, rules))


def _links(old: pd.Index, traces: pd.DataFrame, rules: RebornRules) -> pd.DataFrame:
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
    ours = known.loc[among(known["eid"], old), columns]
    both = ours.merge(known[columns], on=["group", "key"], suffixes=("_old", "_new"))
    both = both[both["eid_old"] != both["eid_new"]]
    both["points"] = np.minimum(both["points_old"], both["points_new"])
    both["hard"] = both["hard_old"] & both["hard_new"]
    both = both.rename(columns={f"{name}_{side}": f"{side}_{name}" for name in _SIDED for side in PAIR})
    both = both.rename(columns={"eid_old": "old", "eid_new": "new"})
    both = both.sort_values(
        ["old", "new", "group", "key", "points", "old_kind", "new_kind"],
        ascending=[True, True, True, True, False, True, True],
    )
    return both.drop_duplicates(["old", "new", "group", "key"]).reset_index(drop=True)


def _with_records(links: pd.DataFrame) -> pd.DataFrame:
    """``SHARED``: the links with the statements of both sides together."""
    both = zip(links["old_sids"], links["new_sids"], strict=True)
    sids = pd.Series([tuple(sorted({*a, *b})) for a, b in both], index=links.index, dtype=object)
    return links.assign(sids=sids)[SHARED]


def compare(
    firms: pd.DataFrame, pairs: pd.DataFrame, shared: pd.DataFrame, rules: RebornRules, cores: Core
) -> pd.DataFrame:
    """Pairs of an ended firm and another, with every feature, the score and what it comes to.

    ``pairs``: old, new, and ``end``, ``what``, ``end_sids``, ``days``, ``window`` where the day is chosen already;
    the rest as :func:`reborn_candidates` has them. Columns: ``status``, ``reason``, ``score``, ``hard`` (hard
    links), ``end`` (the day on which it ended), ``what`` happened then, ``days`` (from that day to the opening of
    the other), ``days_after_close``, ``same_industry`` (missing where one is unknown), ``name`` and ``core``
    (likeness of the names as they are and without region and legal form, Jaccard of bigrams), ``scope`` and
    ``shared_〈group〉`` (how many).
    """
    result = pairs.reset_index(drop=True) if "end" in pairs else _at_its_end(pairs, firms, _ends(firms), rules)
    closed = _column(result, firms, "old", "closed").fillna(result["end"])
    result["days_after_close"] = (_column(result, firms, "new", "opened") - closed).dt.days
    old, new = (_column(result, firms, side, "industry").map(lambda code: _trade(code, rules)) for side in PAIR)
    result["same_industry"] = (old == new).astype("boolean").mask(old.isna() | new.isna())
    told = firms[among(firms.index, pd.concat([result["old"], result["new"]]))]
    names = told["name"].fillna("")
    for column, of in (("name", lambda name: name), ("core", cores.of)):
        result[column] = _alike(result, names.map(of).map(bigrams))
    result["scope"] = _alike(result, told["scope"]) if "scope" in firms else 0.0
    for group in sorted({link.group for link in rules.links.values()}):
        result[f"shared_{group}"] = _count(result, shared[shared["group"] == group])
    result["hard"] = _count(result, shared[shared["hard"]])
    result["score"] = _score(result, shared, rules).round(4)
    return _judged(result, rules)


def _ends(firms: pd.DataFrame) -> pd.DataFrame:
    """``ENDS`` of the one day that the firms' table has, of which nothing more is said."""
    days = firms["ended"].dropna()
    return pd.DataFrame(
        {"old": days.index, "end": days.to_numpy(), "what": "", "end_sids": pd.Series([()] * len(days), dtype=object)}
    )


def _at_its_end(pairs: pd.DataFrame, firms: pd.DataFrame, ends: pd.DataFrame, rules: RebornRules) -> pd.DataFrame:
    """Each pair with the end of the old firm that says most: one in whose window the other was opened, if there is
    one, that with the most points; else the last. Adds ``ENDS``, ``days`` and ``window``, the last day that counts."""
    dated = ends.assign(
        window=(ends["end"] + pd.DateOffset(months=rules.months_after) - ends["end"]).dt.days,
        worth=ends["what"].map({row.what: row.points for row in rules.ends}).fillna(0.0).astype(float),
    )
    both = pairs[PAIR].merge(dated, on="old")
    both["days"] = (_column(both, firms, "new", "opened") - both["end"]).dt.days
    inside = (both["days"] >= -rules.days_before) & (both["days"] <= both["window"])
    both["worth"] += _nearness(both, rules)
    both["inside"] = inside.astype(bool)
    both["worth"] = both["worth"].where(both["inside"], 0.0)
    both = both.sort_values(
        [*PAIR, "inside", "worth", "end", "what"], ascending=[True, True, False, False, False, True]
    )
    chosen = both.drop_duplicates(PAIR).reset_index(drop=True)
    return chosen[[*PAIR, "end", "what", "end_sids", "days", "window", "worth"]]


def _nearness(pairs: pd.DataFrame, rules: RebornRules) -> pd.Series:
    late = (pairs["days"] / pairs["window"]).clip(0, 1).fillna(1)
    return rules.points.nearness * (1 - late)


def _judged(result: pd.DataFrame, rules: RebornRules) -> pd.DataFrame:
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
    outside = (result["days"].isna() | (result["days"] > result["window"])).to_numpy(dtype=bool)
    fits = (result["reason"] == "").to_numpy(dtype=bool)
    result["status"] = np.select([outside, early, fits], ["unrelated", "sister", "reborn"], "possible")
    result["order"] = result["status"].map({"reborn": 0, "possible": 1, "sister": 2, "unrelated": 3})
    return result.drop(columns=["window", "worth"])


def _score(result: pd.DataFrame, shared: pd.DataFrame, rules: RebornRules) -> pd.Series:
    ordered = shared.sort_values([*PAIR, "group", "points", "key"], ascending=[True, True, True, False, True])
    counted = ordered[ordered.groupby([*PAIR, "group"]).cumcount() < rules.most]
    links = counted.groupby(PAIR)["points"].sum()
    score = pd.Series(links.reindex(pd.MultiIndex.from_frame(result[PAIR])).fillna(0).to_numpy(), index=result.index)
    points = rules.points
    score += points.name * result["core"] + points.scope * result["scope"]
    score += points.industry * result["same_industry"].fillna(False).astype(float)
    return score + result["worth"]  # of what ended it, and of how near that is


def _column(pairs: pd.DataFrame, firms: pd.DataFrame, side: str, column: str) -> pd.Series:
    return looked_up(pairs[side], firms[column])


def _trade(code: object, rules: RebornRules) -> str | None:
    """The digits of an industry code that are compared; None where it is missing or too short."""
    digits = "".join(c for c in code if c.isdigit()) if isinstance(code, str) else ""
    return digits[: rules.industry_digits] if len(digits) >= rules.industry_digits else None


def _alike(pairs: pd.DataFrame, sets: pd.Series) -> pd.Series:
    of = {eid: frozenset(members) for eid, members in sets.items()}
    values = [_share(of[a], of[b]) for a, b in zip(pairs["old"], pairs["new"], strict=True)]
    return pd.Series(values, index=pairs.index, dtype="float64")


def _share(one: frozenset[object], other: frozenset[object]) -> float:
    """:func:`jaccard` for many pairs."""
    common = len(one & other)
    return common / (len(one) + len(other) - common) if common else 0.0


def _count(pairs: pd.DataFrame, shared: pd.DataFrame) -> pd.Series:
    counts = shared.groupby(PAIR).size().reindex(pd.MultiIndex.from_frame(pairs[PAIR]))
    return pd.Series(counts.fillna(0).to_numpy(dtype="int64"), index=pairs.index)


def _same_core(firms: pd.DataFrame, old: pd.Index, cores: Core) -> pd.DataFrame:
    """Pairs of an ended firm and another one whose names have the same core."""
    core = firms["name"].dropna().map(cores.of).rename("core").rename_axis("eid").reset_index()
    both = core[among(core["eid"], old)].merge(core, on="core", suffixes=("_old", "_new"))
    both = both[both["eid_old"] != both["eid_new"]]
    return both[["eid_old", "eid_new"]].set_axis(PAIR, axis=1)
