"""Concert parties and families (一致行动人): several holders taken as one before control is worked out.

The program merges nobody by itself, since no source records such agreements: whoever asks names them. The answer
without it is kept beside.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from credit_graph.errors import UsageError
from credit_graph.links.gather import renamed, united
from credit_graph.text import joined, t


def party_ids(parties: Sequence[Collection[str]]) -> list[str]:
    """The id of each set of holders: by its place, since a member's key is not to be shown."""
    return [f"parties:{number}" for number in range(1, len(parties) + 1)]


def concerted(holdings: pd.DataFrame, parties: Sequence[Collection[str]]) -> pd.DataFrame:
    """The holdings with each set of holders as one (Atzeni et al., CEUR Vol-3020: a family that owns 60 % together).

    Votes and amounts in a company are added up in one row; one blank makes them blank. ``holder_kind`` of such a row is
    ``parties``, its statements are those of all members, who keep their own holders. Raises
    ``UsageError("usage.bad_value")`` where somebody belongs to two sets.
    """
    members = [member for party in parties for member in sorted(set(party))]
    if len(set(members)) < len(members):
        why = t("有主体同时属于两组", "somebody belongs to two of them")
        raise UsageError("usage.bad_value", option="--together", value=len(parties), why=why)
    to = {member: id_ for id_, party in zip(party_ids(parties), parties, strict=True) for member in party}
    mine = holdings["holder"].isin(list(to))
    if not mine.any():
        return holdings
    rows = holdings[mine].assign(holder=renamed(holdings.loc[mine, "holder"], to), holder_kind="parties")
    grouped = rows.groupby(["eid", "holder"])
    one = grouped.first()
    one["name"] = grouped["name"].agg(joined)
    for column in ("votes", "amount"):
        complete = grouped[column].count() == grouped[column].size()
        one[column] = grouped[column].sum().where(complete).astype("Int64")
    one["sids"] = united(rows, ["eid", "holder"], "sids")
    result: pd.DataFrame = pd.concat([holdings[~mine], one.reset_index()[holdings.columns]], ignore_index=True)
    return result
