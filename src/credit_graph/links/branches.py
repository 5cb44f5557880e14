"""Branches (分支机构) and their parents: by the parent's credit code or number, else by name."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from credit_graph.links.gather import among, looked_up
from credit_graph.links.holders import name_index
from credit_graph.links.policy import Branches
from credit_graph.projection.names import normal_name

BRANCH = "分支机构"
COLUMNS = ["eid", "parent", "rule", "parent_name", "sids"]


def branches(
    registrations: pd.DataFrame, enterprises: pd.DataFrame, names: pd.DataFrame, rules: Branches
) -> pd.DataFrame:
    """The parent of each branch that has exactly one candidate: eid, parent, rule, parent_name, sids.

    ``registrations``: visible Registration records (eid, sid, name, parent_code, parent_number, subject_number);
    ``enterprises``: by eid with name and entity_kind; ``names``: eid, normal. ``rule``: ``parent_code``,
    ``parent_number`` or ``branch_name`` (the longest beginning of the name that is the name of exactly one firm).
    """
    frame = registrations.dropna(subset=["eid"]).sort_values("sid").drop_duplicates("eid")
    found = pd.concat([_by_code(frame, enterprises), _by_number(frame), _by_name(frame, enterprises, names, rules)])
    found = found[found["eid"] != found["parent"]].drop_duplicates("eid")
    found["parent_name"] = looked_up(found["parent"], enterprises["name"]).array
    found["sids"] = [(sid,) for sid in found["sid"]]
    return found[COLUMNS].sort_values("eid", ignore_index=True)


def _by_code(frame: pd.DataFrame, enterprises: pd.DataFrame) -> pd.DataFrame:
    known = frame[among(frame["parent_code"], enterprises.index)]
    return pd.DataFrame(
        {"eid": known["eid"], "parent": known["parent_code"], "rule": "parent_code", "sid": known["sid"]}
    )


def _by_number(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = frame.dropna(subset=["subject_number"])
    single = numbers[~numbers["subject_number"].duplicated(keep=False)].set_index("subject_number")["eid"]
    known = frame[among(frame["parent_number"], single.index)]
    parents = known["parent_number"].map(single)
    return pd.DataFrame({"eid": known["eid"], "parent": parents, "rule": "parent_number", "sid": known["sid"]})


def _by_name(frame: pd.DataFrame, enterprises: pd.DataFrame, names: pd.DataFrame, rules: Branches) -> pd.DataFrame:
    sites = enterprises.index[(enterprises["entity_kind"] == BRANCH).to_numpy()]
    named = frame[among(frame["eid"], sites)].dropna(subset=["name"])
    told = {name: normal_name(name) for name in named["name"].unique()}
    beginnings = {text[:end] for text in told.values() for end in range(rules.shortest_parent, len(text))}
    firms = names[among(names["normal"], beginnings)]
    firms = firms[~among(firms["eid"], sites)]
    # a name that several firms bear still ends the search: a shorter one would be somebody else
    borne = dict.fromkeys(firms["normal"], None) | name_index(firms).to_dict()
    rows = [
        {"eid": eid, "parent": parent, "rule": "branch_name", "sid": sid}
        for eid, name, sid in named[["eid", "name", "sid"]].itertuples(index=False)
        if (parent := parent_by_name(name, borne, rules))
    ]
    return pd.DataFrame(rows, columns=["eid", "parent", "rule", "sid"], dtype="str")


def parent_by_name(name: str, borne: Mapping[str, str | None], rules: Branches) -> str | None:
    """The firm whose name the branch's name begins with.

    ``borne``: normalised name -> the only firm that bears it, ``None`` where several do. ``None`` if the name has
    no ending of a branch, or its longest beginning that is a name belongs to several firms.
    """
    text = normal_name(name)
    if not text.endswith(rules.endings):
        return None
    for end in range(len(text) - 1, rules.shortest_parent - 1, -1):
        if text[:end] in borne:
            return borne[text[:end]]
    return None
