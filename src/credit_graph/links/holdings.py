"""How much each holder has (出资、持股): one row per (holder, company) at a day, with what it rests on.

Amounts over the registered capital decide, as integers; percentages are derived. Sources are not added up: the policy
says whose list counts, and what the others may add. What no source says leaves an interval, and what can't be right
is a fault: nothing is rescaled to 100 %.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from credit_graph.links.claims import CHANGE, REGISTER, REPORT
from credit_graph.links.gather import among, looked_up, tuples
from credit_graph.links.holding_policy import HoldingRules
from credit_graph.links.policy import LinkRules

COLUMNS = [
    "holder", "eid", "holder_kind", "name", "match", "matched", "amount", "capital", "share_ppm", "basis", "source",
    "votes", "whole", "low_ppm", "high_ppm", "fault", "sids",
]  # fmt: skip
MILLION = 1_000_000
MOST = 2**48  # fen, 2.8 trillion yuan: nothing is registered with more, and sums still fit an int64
_ALWAYS = np.datetime64("9999-12-31")  # what has no day is taken as said on the day asked for
_PAIR = ["eid", "holder"]
_DETAILS = ["holder_kind", "holder_name", "match", "matched"]


def holdings(claims: pd.DataFrame, enterprises: pd.DataFrame, rules: LinkRules) -> pd.DataFrame:
    """One row per (holder, company), ordered by company and holder.

    ``claims``: of :func:`resolve_holders`. ``enterprises``: by eid with registered_capital (fen) and currency.

    Result: ``amount`` and ``capital`` in fen, missing where unknown (or the capital not in yuan). ``votes`` and
    ``whole``: the integers to compare, ``2 * votes > whole``; fen, or a million times that where a stated percentage
    makes no whole fen, or parts per million where only percentages are known; ``votes`` missing: blank. ``share_ppm``:
    votes over whole, rounded down, for display. ``low_ppm`` and ``high_ppm``: the share lies between them, missing
    where nothing can be said. ``basis``: ``subscribed`` (认缴), ``paid`` (实缴), ``share`` (a percentage that a change
    of shares states), ``residual`` (the only blank: what the others leave). ``source``: whose list or notice.
    ``fault``: ``over_100`` (the company's sum exceeds the whole), ``negative``, ``too_large``, or empty; an amount that
    is one of the latter is not used. ``sids``: the statements, as a tuple.
    """
    policy = rules.holdings
    lists, changes = claims[claims["kind"] != CHANGE], claims[claims["kind"] == CHANGE]
    chosen = choose_lists(lists, policy)
    held = _summed(_of(lists, chosen))
    capital = capital_in_yuan(enterprises, rules)
    held = _filled(held, _summed(_of(lists, _later(lists, chosen, policy))), capital)
    if policy.lists.changes:
        held = _changed(held, _summed_changes(changes))
    held = held.sort_values(_PAIR, ignore_index=True)
    held["capital"] = looked_up(held["eid"], capital).array
    result = _bounds(_residual(_counted(held)))
    return result.rename(columns={"holder_name": "name"})[COLUMNS]


def faulty(held: pd.DataFrame) -> pd.DataFrame:
    """What can't be right: eid, fault, sid, source, name (of the holder), total and whole (in the unit of ``votes``).

    One row per company whose sum exceeds the whole (``over_100``; its largest holding is named), one per holding with a
    faulty amount; ordered by company and fault.
    """
    total = held["votes"].fillna(0).groupby(held["eid"]).transform("sum")
    frame = held.assign(total=total, sid=[sids[0] for sids in held["sids"]])[held["fault"] != ""]
    frame = frame.sort_values(["eid", "fault", "votes", "sid"], ascending=[True, True, False, True])
    again = (frame["fault"] == "over_100") & frame.duplicated(["eid", "fault"])
    columns = ["eid", "fault", "sid", "source", "name", "total", "whole"]
    return frame.loc[~again, columns].reset_index(drop=True)


def capital_in_yuan(enterprises: pd.DataFrame, rules: LinkRules) -> pd.Series:
    """Registered capital (注册资本) in fen by eid, missing where it is zero, unknown or in another currency."""
    currency = enterprises["currency"]
    known = currency.isna() | currency.isin(rules.yuan)
    capital = enterprises["registered_capital"].astype("Int64")
    return capital.where(known & ((capital > 0) & (capital <= MOST)).fillna(False))


def ppm(part: pd.Series, whole: pd.Series, *, up: bool = False) -> pd.Series:
    """``part / whole`` in parts per million, rounded down or ``up``; missing where either is; nothing overflows."""
    known = (part.notna() & whole.notna()).to_numpy()
    a = part.to_numpy(np.int64, na_value=0)
    b = np.maximum(whole.to_numpy(np.int64, na_value=1), 1)
    result, rest = np.divmod(a, b)
    for _ in range(6):  # long division: a million at once could overflow
        digit, rest = np.divmod(rest * 10, b)
        result = result * 10 + digit
    if up:
        result += rest > 0
    return pd.Series(pd.array(result, dtype="Int64"), part.index).where(known)


def choose_lists(lists: pd.DataFrame, policy: HoldingRules) -> pd.DataFrame:
    """Which list of holders counts per company: eid, kind, source, amount.

    The first of the policy's order that gives amounts; of several sources of that kind the one that spoke last.
    """
    by = ["eid", "kind", "source"]
    told = lists.groupby(by, sort=False, as_index=False).agg(
        subscribed=("subscribed", "count"), paid=("paid", "count"), day=("day", "max"), known=("known_from", "max")
    )
    order = policy.lists.order
    fits = [(told["kind"] == item.kind) & (told[item.amount] > 0) for item in order]
    told["rank"] = np.select(fits, range(len(order)), len(order))
    told["amount"] = np.select(fits, [item.amount for item in order], "subscribed")
    last = ["eid", "rank", "day", "known", "kind", "source"]
    told = told.sort_values(last, ascending=[True, True, False, False, True, True])
    return told.drop_duplicates("eid")[[*by, "amount"]]


def _later(lists: pd.DataFrame, chosen: pd.DataFrame, policy: HoldingRules) -> pd.DataFrame:
    """The annual report that may add to the register's list: of the last years, with subscribed amounts."""
    day = policy.day
    since = np.datetime64(date(max(day.year - policy.lists.report_years, 1), 1, 1))
    listed = pd.Index(chosen.loc[(chosen["kind"] == REGISTER) & (chosen["amount"] == "subscribed"), "eid"])
    recent: pd.DataFrame = lists[(lists["kind"] == REPORT) & (lists["day"] >= since)]
    recent = recent.loc[among(recent["eid"], listed)]
    found = recent[["eid", "kind", "source"]].drop_duplicates("eid") if policy.lists.report_years else recent.iloc[:0]
    return found.assign(amount="subscribed")[["eid", "kind", "source", "amount"]]


def _of(lists: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """The statements of the chosen lists, with the amount that counts and how it may be taken."""
    used = lists.merge(chosen, on=["eid", "kind", "source"])
    used["basis"] = used["amount"]
    used["amount"] = used["subscribed"].where(used["basis"] == "subscribed", used["paid"])
    negative, large = used["amount"] < 0, used["amount"] > MOST
    used["fault"] = np.select([negative.fillna(False), large.fillna(False)], ["negative", "too_large"], "")
    used["amount"] = used["amount"].where(used["fault"] == "")
    return used


def _summed(used: pd.DataFrame) -> pd.DataFrame:
    """Statements as one row per (company, holder): one without an amount leaves the sum unknown."""
    used = used.sort_values([*_PAIR, "sid"])
    grouped = used.groupby(_PAIR, sort=True)
    result = grouped[[*_DETAILS, "basis", "source"]].first()
    blank = grouped["amount"].count() < grouped["amount"].size()
    result["amount"] = grouped["amount"].sum().where(~blank)
    result["amount"] = result["amount"].astype("Int64")
    result["day"] = used["day"].fillna(_ALWAYS).groupby([used["eid"], used["holder"]]).max()
    result["fault"] = grouped["fault"].max()
    result["share"] = pd.array([pd.NA] * len(result), dtype="Int64")
    result["sids"] = tuples(used, _PAIR, "sid")
    return result.reset_index()


def _filled(held: pd.DataFrame, more: pd.DataFrame, capital: pd.Series) -> pd.DataFrame:
    """What the register's list lacks, from the annual report: all of it, if the sum stays within the capital."""
    more = more[more["amount"].fillna(0) > 0]
    stated = held.loc[held["amount"].notna(), _PAIR]
    more = _without(more, stated)
    if more.empty:
        return held
    sums = held.groupby("eid")["amount"].sum().add(more.groupby("eid")["amount"].sum(), fill_value=0)
    whole = looked_up(sums.index.to_series(), capital)
    fits = (sums <= whole).fillna(False)
    more = more[more["eid"].map(fits).astype(bool)]
    return pd.concat([_without(held, more), _with_faults(more, held)], ignore_index=True)


def _without(frame: pd.DataFrame, taken: pd.DataFrame) -> pd.DataFrame:
    """The rows whose pair of company and holder is not in ``taken``."""
    pairs = pd.MultiIndex.from_frame(frame[_PAIR]).isin(pd.MultiIndex.from_frame(taken[_PAIR]))
    return frame.loc[~pairs]


def _with_faults(rows: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """The rows that are put in place of held ones, with the faults of these: they stay told."""
    old = rows[_PAIR].merge(held[[*_PAIR, "fault"]], on=_PAIR, how="left")["fault"].fillna("").to_numpy()
    return rows.assign(fault=np.where(rows["fault"] == "", old, rows["fault"]))


def _summed_changes(changes: pd.DataFrame) -> pd.DataFrame:
    """The last change of each holder in the form of :func:`_summed`."""
    last = changes.sort_values([*_PAIR, "day", "known_from", "sid"]).drop_duplicates(_PAIR, keep="last").copy()
    over = (last["share"] > MILLION).fillna(False)
    last["fault"] = np.select([(last["share"] < 0).fillna(False), over], ["negative", "too_large"], "")
    last["share"] = last["share"].where(last["fault"] == "")
    last["amount"] = pd.array([pd.NA] * len(last), dtype="Int64")
    last["basis"] = "share"
    last["sids"] = pd.Series([(sid,) for sid in last["sid"]], index=last.index, dtype=object)
    return last[[*_PAIR, *_DETAILS, "basis", "source", "amount", "day", "fault", "share", "sids"]]


def _changed(held: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Changes (股权变更) put in place of what was said before their day of the parties that they name.

    A party that the list does not name counts if the change is later than the list, or the list is behind on the
    other party of the same day. Who has nothing left is no holder.
    """
    if changes.empty:
        return held
    own = changes[_PAIR].merge(held[[*_PAIR, "day"]], on=_PAIR, how="left")["day"].to_numpy("datetime64[s]")
    listed = held.groupby("eid")["day"].max().reindex(changes["eid"]).to_numpy("datetime64[s]")
    day = changes["day"].to_numpy("datetime64[s]")
    older = ~np.isnat(own) & (own < day)
    behind = pd.Series(older, changes.index).groupby([changes["eid"], changes["day"]]).transform("any").to_numpy()
    new = np.isnat(own) & (np.isnat(listed) | (listed < day) | behind) & changes["share"].notna().to_numpy()
    put: pd.DataFrame = changes[older | new]
    left = put[(put["share"] != 0).fillna(True)]
    return pd.concat([_without(held, put), _with_faults(left, held)], ignore_index=True)


def _counted(held: pd.DataFrame) -> pd.DataFrame:
    """Add ``votes`` and ``whole`` in one unit per company, and the amounts that stated percentages make."""
    capital = held["capital"]
    has_capital = capital.notna().to_numpy()
    whole = capital.to_numpy(np.int64, na_value=0)
    share = held["share"].to_numpy(np.int64, na_value=0)
    stated = held["share"].notna().to_numpy()
    # in two steps: the product of both could overflow
    fen = whole // MILLION * share + whole % MILLION * share // MILLION
    broken = stated & (whole % MILLION * share % MILLION != 0) & (whole <= MOST // MILLION)
    company = held["eid"]
    finer = pd.Series(broken, held.index).groupby(company).transform("any").to_numpy()
    scale = np.where(finer, MILLION, 1)
    only_shares = ~has_capital & pd.Series(stated, held.index).groupby(company).transform("any").to_numpy()
    # what is cut off here is over 100 % all the same
    amount = np.minimum(held["amount"].to_numpy(np.int64, na_value=0), np.where(finer, MOST // MILLION + 1, MOST))
    votes = np.select([stated & ~has_capital, stated & finer, stated], [share, whole * share, fen], amount * scale)
    known = stated | (held["amount"].notna().to_numpy() & ~only_shares)
    held["votes"] = pd.Series(pd.array(votes, dtype="Int64"), held.index).where(known)
    total = pd.Series(pd.array(np.where(has_capital, whole * scale, MILLION), dtype="Int64"), held.index)
    held["whole"] = total.where(has_capital | only_shares)
    derived = pd.Series(pd.array(fen, dtype="Int64"), held.index).where(stated & has_capital)
    held["amount"] = held["amount"].fillna(derived)
    held["scale"] = scale
    return held


def _residual(held: pd.DataFrame) -> pd.DataFrame:
    """The only holder of a company whose votes are blank has what the others leave."""
    company = held["eid"]
    blank = held["votes"].isna()
    rest = held["whole"] - held["votes"].fillna(0).groupby(company).transform("sum")
    fits = blank & (blank.groupby(company).transform("sum") == 1) & (rest >= 0).fillna(False)
    held["votes"] = held["votes"].where(~fits, rest)
    held["amount"] = held["amount"].where(~(fits & held["capital"].notna()), rest // held["scale"])
    held["basis"] = held["basis"].where(~fits, "residual")
    return held


def _bounds(held: pd.DataFrame) -> pd.DataFrame:
    """Add shares, the interval they lie in, and the fault of companies whose sum exceeds the whole."""
    company, votes, whole = held["eid"], held["votes"], held["whole"]
    unlisted = whole - votes.fillna(0).groupby(company).transform("sum")
    over = (unlisted < 0).fillna(False)
    held["fault"] = held["fault"].where(~over | (held["fault"] != ""), "over_100")
    blank = votes.isna()
    # where amounts are missing the list is complete: what is left belongs to the blank holders
    open_ = blank | ~blank.groupby(company).transform("any")
    low = votes.fillna(0)
    high = low + unlisted.where(open_, 0)
    held["share_ppm"] = ppm(votes, whole)
    held["low_ppm"] = ppm(low.where(whole.notna()), whole).where(~over)
    held["high_ppm"] = ppm(high, whole, up=True).where(~over)
    return held
