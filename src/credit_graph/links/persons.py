"""Persons: which mentions within one firm are the same person, and who represents a firm.

A person without an ID is one node per (firm, name). Within one firm the name-only mentions are joined to the only
keyed person of that full name (rule ``same_firm_name``); with two such persons nothing is joined. Across firms
:mod:`credit_graph.links.same_person` decides.
"""

from __future__ import annotations

import pandas as pd

from credit_graph.links.gather import renamed, tuples
from credit_graph.links.holders import is_keyed
from credit_graph.projection.names import normal_name

LEGAL_REPRESENTATIVE = "legal_representative"  # value of ``office``, as the record kinds write it
RULE = "same_firm_name"


def mentions(offices: pd.DataFrame, contributions: pd.DataFrame) -> pd.DataFrame:
    """Every mention of a person at a firm: pid, name, eid, sid, office (missing for a holder).

    ``offices``: eid, sid, pid, name, office. ``contributions``: eid, sid, holder, person (bool), holder_name.
    """
    holders = contributions[contributions["person"]].rename(columns={"holder": "pid", "holder_name": "name"})
    columns = ["pid", "name", "eid", "sid"]
    found = pd.concat([offices[[*columns, "office"]], holders[columns]], ignore_index=True)
    return found.sort_values(columns, ignore_index=True)


def same_firm_name(found: pd.DataFrame) -> pd.DataFrame:
    """Which name-only persons are the only keyed person of that name in the firm.

    ``found``: as :func:`mentions`. Result: pid, same_as (the keyed pid), eid, name, rule, sids (of both), one row
    per joined person, ordered by pid.
    """
    frame = found.dropna(subset=["name"]).copy()
    frame["normal"] = frame["name"].map(normal_name)
    frame["keyed"] = frame["pid"].map(is_keyed).astype(bool)
    within = ["eid", "normal"]
    keyed = frame[frame["keyed"]]
    persons = tuples(keyed, within, "pid")
    only = persons[persons.map(len) == 1].map(lambda pids: pids[0]).rename("same_as").reset_index()
    key_sids = tuples(keyed, within, "sid").rename("key_sids").reset_index()
    names = frame[~frame["keyed"]]
    name_sids = tuples(names, [*within, "pid"], "sid").rename("name_sids").reset_index()
    joined = name_sids.merge(only, on=within).merge(key_sids, on=within)
    joined["name"] = joined["pid"].map(names.drop_duplicates("pid").set_index("pid")["name"])
    joined["rule"] = RULE
    both = zip(joined["name_sids"], joined["key_sids"], strict=True)
    joined["sids"] = [tuple(sorted({*a, *b})) for a, b in both]
    columns = ["pid", "same_as", "eid", "name", "rule", "sids"]
    return joined[columns].sort_values("pid", ignore_index=True)


def legal_representatives(offices: pd.DataFrame, same_as: dict[str, str]) -> pd.DataFrame:
    """Legal representatives (法定代表人): eid, pid, name, sids; one row per firm and person, ordered."""
    chosen = offices[offices["office"] == LEGAL_REPRESENTATIVE].copy()
    chosen["pid"] = renamed(chosen["pid"], same_as)
    found = chosen.sort_values("sid").groupby(["eid", "pid"])[["name"]].first()
    found["sids"] = tuples(chosen, ["eid", "pid"], "sid")
    return found.reset_index()
