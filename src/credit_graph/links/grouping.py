"""Enterprise groups (企业族群): who belongs together, in layers that are kept apart, each with its evidence.

``control`` is the group in the sense of the law: the companies under one controller, cut below the state (公司法 2023
art. 265(4)). The others are weaker and only labelled: the same natural person decides or could, the same two officers,
a telephone or a room in common. Telephones, rooms and persons of too many firms, and addresses that are shared by
arrangement (集群注册), say nothing. Nothing is chained: firms with one telephone
and firms with another are two groups, also where one firm has both.
"""

from __future__ import annotations

import re
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from credit_graph.links.controls import by_party, controls
from credit_graph.links.forest import Status
from credit_graph.links.gather import renamed, tuples, united
from credit_graph.links.policy import Hubs, LinkRules
from credit_graph.links.structure import Structure

Layer = Literal["control", "person", "officers", "phone", "address", "ring"]
LAYERS: tuple[Layer, ...] = get_args(Layer)
COLUMNS = ["layer", "key", "member", "role", "sids"]
# layer, what makes the group (never written: it may name a person), member, role in it, statements


def members(
    chart: Structure, offices: pd.DataFrame, addresses: pd.DataFrame, phones: pd.DataFrame, persons: dict[str, str]
) -> pd.DataFrame:
    """One row per member of a group of two firms or more: ``COLUMNS``, ordered by them.

    ``role``: ``member``, or ``head`` of a control group: a firm or a person, or several who act in concert.
    ``offices``, ``addresses``, ``phones``: relations in use, as the projection has them; ``persons``: pid -> pid of the
    same person.
    """
    rules = chart.rules
    layers = {
        "control": _control(chart),
        "person": _person(chart),
        "officers": _officers(offices, persons, rules),
        "phone": _shared(phones, "number", rules.hubs.limits["phone"]),
        "address": _shared(_rooms(addresses, rules.hubs), "aid", rules.hubs.limits["address"]),
        "ring": _rings(chart),
    }
    frame = pd.concat([part.assign(layer=layer) for layer, part in layers.items()], ignore_index=True)
    frame = frame.astype({"key": "str", "member": "str", "role": "str"})
    firms = frame[~frame["member"].isin(chart.ids[chart.person])].groupby(["layer", "key"])["member"].nunique()
    several = pd.MultiIndex.from_frame(frame[["layer", "key"]]).isin(firms.index[firms > 1])
    ordered: pd.DataFrame = frame[several].sort_values(COLUMNS[:4], ignore_index=True)[COLUMNS]
    return ordered


def _control(chart: Structure) -> pd.DataFrame:
    """Companies under one head; the head's own row has the statements of what it holds directly."""
    found = controls(chart)
    number = np.searchsorted(chart.ids, found["eid"].to_numpy(dtype=object))
    inside = chart.heads[number] != number
    under = pd.DataFrame({"key": chart.ids[chart.heads[number]], "member": found["eid"], "sids": found["sids"]})[inside]
    direct = found[found["controller"] == pd.Series(chart.ids[chart.heads[number]], dtype="str")]
    heads = united(direct, ["controller"], "sids").reindex(under["key"].unique())
    top = pd.DataFrame({"key": heads.index, "member": heads.index, "role": "head"})
    top["sids"] = [sids if isinstance(sids, tuple) else () for sids in heads]
    # companies that control one another and are a head: the first of them names the group, all belong to it
    ring = np.flatnonzero((chart.forest.ring >= 0) & (chart.heads == chart.forest.ring))
    turn = pd.DataFrame({"key": chart.ids[chart.heads[ring]], "member": chart.ids[ring], "role": "member"})
    turn["sids"] = _sids_of(chart, chart.ids[ring])
    turn = turn[~turn["member"].isin([*under["member"], *top["member"]])]
    every = pd.concat([under.assign(role="member"), by_party(chart, "member", top), turn], ignore_index=True)
    typed: pd.DataFrame = every.astype({"key": "str", "member": "str"})
    return typed


def _person(chart: Structure) -> pd.DataFrame:
    """Firms in which one natural person decides, alone or with one other (共同控制), or by most votes though not half
    (相对控股).

    Only where that brings more together than control does. A person acts through the companies under it.
    """
    stakes, forest = chart.voting.stakes, chart.forest
    company = np.repeat(np.arange(stakes.n), np.diff(stakes.in_ptr))
    open_ = np.isin(forest.status[company], (Status.NONE, Status.JOINT)) & (stakes.in_votes > 0)
    votes = pd.DataFrame(
        {"y": company[open_], "by": forest.root[stakes.in_holder[open_]], "votes": stakes.in_votes[open_]}
    )
    summed = votes.groupby(["y", "by"], as_index=False)["votes"].sum()
    most = summed.groupby("y")["votes"].transform("max")
    top = summed[summed["votes"] == most]
    single = ~top["y"].duplicated(keep=False) & (top["votes"] > stakes.unlisted[top["y"]])
    joint = (forest.status[top["y"]] == Status.JOINT) & (2 * top["votes"] == stakes.capital[top["y"]])
    chosen = top[(single | joint) & chart.person[top["by"]]]
    weak = pd.DataFrame({"key": chart.ids[chosen["by"]], "member": chart.ids[chosen["y"]]})
    weak["sids"] = _sids_of(chart, weak["member"].to_numpy(dtype=object))
    whole = np.flatnonzero((forest.parent >= 0) & chart.person[chart.heads] & np.isin(chart.heads, chosen["by"]))
    firm = pd.DataFrame({"key": chart.ids[chart.heads[whole]], "member": chart.ids[whole]})
    firm["sids"] = _sids_of(chart, firm["member"].to_numpy(dtype=object))
    return pd.concat([weak, firm], ignore_index=True).assign(role="member")


def _sids_of(chart: Structure, companies: NDArray[np.object_]) -> pd.Series:
    """The statements of all holdings of each company."""
    part = chart.rows[chart.rows["eid"].isin(companies)]
    found = united(part, ["eid"], "sids").reindex(companies)
    return pd.Series([sids if isinstance(sids, tuple) else () for sids in found], dtype=object)


def _officers(offices: pd.DataFrame, persons: dict[str, str], rules: LinkRules) -> pd.DataFrame:
    """Firms with the same two officers (法定代表人、董事 …); offices that agents hold for many firms do not count."""
    offices = offices[~offices["office"].isin(rules.hubs.agents)]
    held = offices[["eid", "pid", "sid"]].assign(pid=renamed(offices["pid"], persons))
    firms = held.groupby("pid")["eid"].nunique()
    shared = firms.index[(firms > 1) & (firms <= rules.hubs.limits["person"])]
    held = held[held["pid"].isin(shared)]
    several = held.groupby("eid")["pid"].transform("nunique") > 1
    one = tuples(held[several], ["eid", "pid"], "sid").rename("sid").reset_index()
    pairs = one.merge(one, on="eid", suffixes=("", "_b"))
    pairs = pairs[pairs["pid"] < pairs["pid_b"]]
    key = pairs["pid"] + " " + pairs["pid_b"]
    pairs = pairs[key.groupby(key).transform("size") > 1]
    frame = pd.DataFrame({"key": pairs["pid"] + " " + pairs["pid_b"], "member": pairs["eid"], "role": "member"})
    frame["sids"] = [tuple(sorted({*a, *b})) for a, b in zip(pairs["sid"], pairs["sid_b"], strict=True)]
    return _distinct(frame)


def _distinct(frame: pd.DataFrame) -> pd.DataFrame:
    """Of groups with the very same members one: firms with three officers in common are one group, not three."""
    if frame.empty:
        return frame
    ordered = frame.sort_values(["key", "member"])
    sets = ordered.groupby("key")["member"].agg(" ".join)
    distinct: pd.DataFrame = frame[frame["key"].isin(sets[~sets.duplicated()].index)]
    return distinct


def _shared(relations: pd.DataFrame, key: str, limit: int) -> pd.DataFrame:
    """Firms with one telephone or address in common, which has at most ``limit`` of them."""
    firms = relations.groupby(key)["eid"].nunique()
    chosen = relations[relations[key].isin(firms.index[(firms > 1) & (firms <= limit)])]
    sids = tuples(chosen, [key, "eid"], "sid").rename("sid").reset_index()
    return pd.DataFrame({"key": sids[key], "member": sids["eid"], "role": "member", "sids": sids["sid"]})


def _rooms(addresses: pd.DataFrame, hubs: Hubs) -> pd.DataFrame:
    """Addresses down to the room, without those that firms share by arrangement."""
    room = re.compile(hubs.room)
    texts = addresses["text"].drop_duplicates()
    good = [bool(room.search(text)) and not hubs.hosted(text) for text in texts]
    rooms: pd.DataFrame = addresses[addresses["text"].isin(texts[good])]
    return rooms


def _rings(chart: Structure) -> pd.DataFrame:
    """Companies that hold one another in a circle (循环持股)."""
    found = chart.rings.ring
    inside = np.flatnonzero(found >= 0)
    frame = pd.DataFrame({"key": chart.ids[found[inside]], "member": chart.ids[inside], "role": "member"})
    held = chart.rows[chart.rows["holder"].isin(frame["member"]) & chart.rows["eid"].isin(frame["member"])]
    sids = united(held, ["eid"], "sids").reindex(frame["member"])
    frame["sids"] = [found if isinstance(found, tuple) else () for found in sids]
    return frame
