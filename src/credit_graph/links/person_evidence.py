"""What two firms have in common that says that a name in both is one person: telephone, room, holdings, companions.

Every kind is a list of circles: a circle is a set of firms round one thing (a telephone, a room, a holder, a person).
Circles over the limit of their kind are left out, so that they say nothing. No pairs of firms are made.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from credit_graph.links.person_policy import EvidenceRule, PersonRules
from credit_graph.links.policy import Hubs

CIRCLES = ["circle", "eid", "sid"]


def phone_circles(phones: pd.DataFrame, rule: EvidenceRule) -> pd.DataFrame:
    """Firms by telephone: circle, eid, sid. ``phones``: eid, sid, number."""
    return _limited(phones.rename(columns={"number": "circle"}), rule.limit)


def room_circles(addresses: pd.DataFrame, rule: EvidenceRule, rules: PersonRules, hubs: Hubs) -> pd.DataFrame:
    """Firms by address down to the room, hosted ones left out. ``addresses``: eid, sid, aid, text."""
    shared = addresses[addresses["aid"].duplicated(keep=False)]
    text = shared["text"].str.normalize("NFKC")
    hosted = np.fromiter((hubs.hosted(item) for item in text), bool, len(text))
    rooms = shared[text.str.contains(rules.room.replace("(", "(?:"), regex=True).to_numpy() & ~hosted]
    return _limited(rooms.rename(columns={"aid": "circle"}), rule.limit)


def holding_circles(holdings: pd.DataFrame, branches: pd.DataFrame, rule: EvidenceRule) -> pd.DataFrame:
    """A firm (without a statement of its own) with those that it holds and its branches.

    ``holdings``: of firms in firms, holder, eid, sid; ``branches``: eid, parent, sids.
    """
    branch = branches[["parent", "eid", "sids"]].explode("sids").set_axis(["circle", "eid", "sid"], axis=1)
    below = pd.concat([holdings.rename(columns={"holder": "circle"})[CIRCLES], branch], ignore_index=True)
    above = below[["circle"]].drop_duplicates().assign(eid=lambda frame: frame["circle"], sid="")
    return _limited(pd.concat([below, above], ignore_index=True), rule.limit)


def companion_circles(named: pd.DataFrame, cluster: pd.Series, rule: EvidenceRule) -> pd.DataFrame:
    """The firms of each person: circle (the person), eid, sid. ``named``: eid, sid, agent; ``cluster``: who it is."""
    frame = named.assign(circle=cluster)[[*CIRCLES, "agent"]]
    return _limited(frame[~frame["agent"]], rule.limit)


def pair_circles(named: pd.DataFrame, rule: EvidenceRule, least: int) -> pd.DataFrame:
    """Firms in which the same two names stand, both rare: circle, eid, sid, normal (of either name).

    Names of f and g firms stand together in f g / n of n firms by chance; pairs above ``chance`` are left out, and n is
    taken to be ``least`` at least. ``named``: eid, sid, normal, agent.
    """
    once = named[~named["agent"]].drop_duplicates(["eid", "normal"])
    bearers = once.groupby("normal")["eid"].transform("size")
    firms = max(once["eid"].nunique(), least)
    # a name of one firm pairs with nothing, and one that is too common even beside the rarest says nothing
    once = once.assign(bearers=bearers)[(bearers > 1) & (bearers * 2 <= rule.chance * firms)]
    once = once[["eid", "sid", "normal", "bearers"]]
    both = once.merge(once, on="eid", suffixes=("", "_other"))
    both = both[both["normal"] < both["normal_other"]]
    both = both[both["bearers"] * both["bearers_other"] <= rule.chance * firms]
    both["circle"] = both["normal"] + "\x1f" + both["normal_other"]
    one = both[[*CIRCLES, "normal"]]
    other = both[["circle", "eid", "sid_other", "normal_other"]].set_axis([*CIRCLES, "normal"], axis=1)
    return _limited(pd.concat([one, other], ignore_index=True), rule.limit)


def _limited(frame: pd.DataFrame, limit: int) -> pd.DataFrame:
    """Circles of two firms or more, up to the limit."""
    firms = frame.drop_duplicates(["circle", "eid"]).groupby("circle").size()
    kept = firms.index[(firms > 1) & (firms <= limit)]
    columns = [*CIRCLES, *(["normal"] if "normal" in frame else [])]
    return frame.loc[frame["circle"].isin(kept), columns].drop_duplicates(ignore_index=True)
