"""Signals of risk (风险信号): what the rules of early warning are judged on, and the form of what they find."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from credit_graph.grading.alert_policy import AlertRules
from credit_graph.links.compute import Links, chart
from credit_graph.links.controls import controls
from credit_graph.links.structure import Structure
from credit_graph.model.statement import statement_id
from credit_graph.projection import Projection

# eid, id of the rule, what it is about (with these two it names the signal), whether it is new, the statements that it
# rests on (the first of them first), and the figures of its sentence as JSON
COLUMNS = ["eid", "rule", "object", "fresh", "sids", "said"]
NEW = ["source", "key", "known_from"]  # the fields of a record that tell whether it is new
NONE_BEFORE = {"zh": "无", "en": "none"}  # what a sentence says where there was no class before
MOST_SIDS = 50  # of one signal; its figures say how many there are

Told = tuple[str, str, str, bool, Iterable[str], Mapping[str, Any]]  # one row of ``COLUMNS``, its figures as such

_FIRST = 1  # the number of a key's first statement


@dataclass(frozen=True, slots=True)
class Silence:
    """Why a rule was not judged; what it found before stands as it is."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Unverified:
    """What is to be verified (待核实) and warns of nothing: ``why``, the statement, and the firms that it may concern.

    ``eids`` is empty where ``firms``, their number, is too large to lead to any.
    """

    rule: str
    why: Silence
    sid: str
    eids: tuple[str, ...]
    firms: int


@dataclass
class Scene:
    """What the rules look at: the city at a point and its links.

    ``since``: seq up to which signals were looked for before (``None``: never).
    """

    projection: Projection
    links: Links
    rules: AlertRules
    since: int | None
    unverified: list[Unverified] = field(default_factory=list)

    @property
    def day(self) -> date:
        """The day that is judged."""
        return self.projection.point.valid

    @cached_property
    def alive(self) -> pd.Index:
        """Firms in being."""
        firms = self.projection.enterprises
        return firms.index[~firms["state"].isin(self.rules.states_excluded)]

    @cached_property
    def chart(self) -> Structure:
        """Who controls whom."""
        return chart(self.links)

    @cached_property
    def controllers(self) -> pd.DataFrame:
        """The nearest controller of each company and the statements that say so, by eid."""
        return controls(self.chart).set_index("eid")[["controller", "sids"]]

    @cached_property
    def groups(self) -> pd.DataFrame:
        """eid, head: everybody under one controller, cut below the state (公司法第二百六十五条第四项)."""
        drawn = self.chart
        return pd.DataFrame({"eid": drawn.ids, "head": drawn.ids[drawn.heads]}, dtype="str")

    def chain(self, eid: str, head: str) -> list[str]:
        """The statements of every step from the firm up to the head."""
        found: list[str] = []
        seen = {eid}
        while eid != head and eid in self.controllers.index:
            row = self.controllers.loc[eid].to_dict()
            found += row["sids"]
            eid = str(row["controller"])
            if eid in seen:
                break
            seen.add(eid)
        return found

    def fresh(self, frame: pd.DataFrame, happened: pd.Series, days: int) -> pd.Series:
        """Whether it happened within so many days, or is older and has become known since signals were looked for.

        A correction of what was known already makes nothing new. ``frame``: sid and ``NEW``.
        """
        recent = (happened > np.datetime64(self.day) - np.timedelta64(days, "D")).fillna(False)
        if self.since is None:
            return recent
        late = frame[~recent & (frame["known_from"] > self.since)]
        rows = late[["sid", "source", "key"]].itertuples(index=False, name=None)
        first = [sid == statement_id(source, key, _FIRST) for sid, source, key in rows]
        return recent | frame.index.isin(late.index[first])


def rows(found: Iterable[Told]) -> pd.DataFrame:
    """What was found as ``COLUMNS``; a signal that is told several times counts once."""
    told = [(eid, rule, what, fresh, evidence(sids), figures(said)) for eid, rule, what, fresh, sids, said in found]
    frame = pd.DataFrame(told, columns=COLUMNS)
    frame = frame.astype({"eid": "str", "rule": "str", "object": "str", "fresh": "bool", "said": "str"})
    ordered = frame.sort_values([*COLUMNS[:3], "fresh"], ascending=[True, True, True, False], kind="stable")
    return ordered.drop_duplicates(COLUMNS[:3], ignore_index=True)


def evidence(sids: Iterable[str]) -> tuple[str, ...]:
    """The statements once each, in their order, at most ``MOST_SIDS``."""
    return tuple(dict.fromkeys(sids))[:MOST_SIDS]


def figures(said: Mapping[str, Any]) -> str:
    """The figures of a sentence as JSON; days as ISO."""
    return json.dumps(dict(said), ensure_ascii=False, sort_keys=True, default=str)


def iso(day: Any) -> str:
    """A day of a frame as ISO."""
    return str(pd.Timestamp(day).date())
