"""Persons under a ban (从业禁止、任职限制) who hold an office that it forbids.

A ban is what a decision says, never inferred. It meets an office only where both name the person by a keyed ID, or
where people decided that the two are one; what only the name leads to is to be verified (待核实) and warns of nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import pandas as pd

from credit_graph.grading.alert_policy import BannedOffice, Forbidden
from credit_graph.grading.alert_rules import Found, not_loaded
from credit_graph.grading.facts import loaded
from credit_graph.grading.signals import Scene, Silence, Told, Unverified, rows
from credit_graph.links.gather import renamed
from credit_graph.links.holders import is_keyed
from credit_graph.links.persons import LEGAL_REPRESENTATIVE
from credit_graph.projection import normal_name

_DECIDED = "decision"  # the rule of persons whom people joined
_BAN = ["sid", "pid", "person_name", "sanction_kind", "offices", "document_number"]
_OFFICE = ["eid", "sid", "pid", "person_name", "office", "position"]
WITHOUT_ID = Silence("限制决定没有证件号码，不能确认是同一人", "the ban names no ID, so who it is can't be told")
OFFICE_WITHOUT_ID = Silence(
    "任职信息没有证件号码，不能确认是同一人", "the office names no ID, so who holds it can't be told"
)
UNCLEAR = Silence("限制范围不明，不能判断是否禁止该职务", "what the ban forbids is not clear")


def banned_office(rule: BannedOffice, scene: Scene) -> Found:
    """One signal per ban and firm, as long as the office is held; what can't be told goes to ``scene.unverified``."""
    if not loaded("Sanction", scene.projection):
        return not_loaded("Sanction")
    bans = _bans(rule, scene)
    offices = _offices(scene)
    offices = offices[offices["eid"].isin(scene.alive)]
    pairs = _forbidden(rule, bans[bans["keyed"]].merge(offices, on="who", suffixes=("_ban", "")), scene)
    struck = pairs[pairs["forbids"]].sort_values(["sid_ban", "eid", "sid"])
    _verify(rule, scene, bans, offices, pairs)

    def told() -> Iterator[Told]:
        for (_, eid), part in struck.groupby(["sid_ban", "eid"]):
            ban = part.iloc[0]
            held = "、".join(dict.fromkeys(part["position"].fillna(part["office"].map(_TITLES)).dropna()))
            said = {"kind": ban["sanction_kind"], "document": ban["document_number"], "offices": held}
            yield str(eid), rule.id, _name(ban), True, [ban["sid_ban"], *part["sid"]], said

    return rows(told())


_TITLES = {LEGAL_REPRESENTATIVE: "法定代表人", "executive": "主要人员", "liaison": "联络员"}


def _name(ban: pd.Series) -> str:
    """Names the ban whatever the graph's key of the person is, which a rotation of the secret changes."""
    said = (ban["document_number"], ban["sanction_kind"], normal_name(ban["person_name_ban"]))
    return hashlib.sha256("\x1f".join(map(str, said)).encode()).hexdigest()[:16]


def _bans(rule: BannedOffice, scene: Scene) -> pd.DataFrame:
    frame = scene.projection.records("Sanction", _BAN)
    frame = frame.loc[frame["in_use"] & frame["sanction_kind"].isin(rule.kinds) & frame["pid"].notna(), _BAN]
    who = renamed(frame["pid"], _decided(scene))
    return frame.assign(who=who, keyed=who.map(is_keyed).astype(bool), normal=frame["person_name"].map(normal_name))


def _offices(scene: Scene) -> pd.DataFrame:
    """Who holds which office by the records in use: ``who`` is one only by ID or decision, ``joined`` also by rules."""
    office = scene.projection.records("Office", _OFFICE)
    register = scene.projection.records("Registration", ["pid", "legal_representative"])
    told = office.loc[office["in_use"] & office["eid"].notna() & office["pid"].notna(), _OFFICE]
    named = register[register["in_use"] & register["eid"].notna() & register["pid"].notna()]
    named = named.rename(columns={"legal_representative": "person_name"}).assign(office=LEGAL_REPRESENTATIVE)
    named = named.assign(position=pd.Series(np.nan, index=named.index, dtype=told["position"].dtype))
    frame = pd.concat([told, named[_OFFICE]], ignore_index=True).dropna(subset=["person_name"])
    return frame.assign(
        who=renamed(frame["pid"], _decided(scene)),
        joined=renamed(frame["pid"], scene.links.persons),
        normal=frame["person_name"].map(normal_name),
    )


def _decided(scene: Scene) -> dict[str, str]:
    same = scene.links.same_as
    same = same[same["rule"] == _DECIDED]
    return dict(zip(same["pid"], same["same_as"], strict=True))


def _forbidden(rule: BannedOffice, pairs: pd.DataFrame, scene: Scene) -> pd.DataFrame:
    """Pairs of a ban and an office with ``clear`` (some row says what the ban forbids) and ``forbids``."""
    clear, forbids = pd.Series(False, index=pairs.index), pd.Series(False, index=pairs.index)
    scope = pairs["offices"].fillna("")
    for row in rule.forbidden:
        spoken = scope.map(lambda text, row=row: any(word in text for word in row.words)).astype(bool)
        clear |= spoken
        forbids |= spoken & _covers(row, pairs, scene)
    return pairs.assign(clear=clear, forbids=forbids)


def _covers(row: Forbidden, pairs: pd.DataFrame, scene: Scene) -> pd.Series:
    """Whether the offices are among those of the row."""
    position = pairs["position"].fillna("").astype("str")
    for word in row.not_positions:
        position = position.str.replace(word, "", regex=False)
    named = position.map(lambda text: any(word in text for word in row.positions)).astype(bool)
    covered = named | pairs["office"].isin(row.offices)
    if row.permits and loaded("Permit", scene.projection):
        permits = scene.projection.records("Permit", ["permit_name", "permit_kind"])
        name = permits["permit_name"].fillna(permits["permit_kind"]).fillna("").astype("str")
        held = permits["in_use"] & name.map(lambda text: any(word in text for word in row.permits)).astype(bool)
        covered &= pairs["eid"].isin(permits.loc[held, "eid"])
    elif row.permits:
        covered &= False
    return covered


def _verify(rule: BannedOffice, scene: Scene, bans: pd.DataFrame, offices: pd.DataFrame, pairs: pd.DataFrame) -> None:
    """Offices that a ban may forbid, were it known who holds them or what it forbids."""
    found: list[tuple[Silence, pd.DataFrame]] = [(UNCLEAR, pairs[~pairs["clear"]])]
    named = bans.merge(offices, on="normal", suffixes=("_ban", ""))
    named = named[named["who_ban"] != named["who"]]
    other = named["joined"].map(is_keyed).astype(bool) & (named["joined"] != named["who_ban"])
    # a firm whose officer of the name has another ID, or is the one already, is no candidate
    warned = pd.MultiIndex.from_frame(pairs.loc[pairs["forbids"], ["sid_ban", "eid"]])
    named = named[~(other & named["keyed"]) & ~pd.MultiIndex.from_frame(named[["sid_ban", "eid"]]).isin(warned)]
    named = _forbidden(rule, named, scene)
    named = named[named["forbids"] | ~named["clear"]]
    found += [(WITHOUT_ID, named[~named["keyed"]]), (OFFICE_WITHOUT_ID, named[named["keyed"]])]
    for why, part in found:
        for sid, of_ban in part.groupby("sid_ban"):
            eids = sorted(set(of_ban["eid"]))
            told = tuple(eids) if len(eids) <= rule.names_most else ()
            scene.unverified.append(Unverified(rule.id, why, str(sid), told, len(eids)))
