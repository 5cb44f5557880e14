"""Case series (串案): penalties for like violations within a window, across the firms of one group or person.

Two decisions are alike if they have a mark in common: the violation, or an article of law. A window runs from a
decision for so many months; it counts if it holds enough decisions against enough different parties, and windows that
overlap are one series. A lead (线索) only. The rules are ``policies/links/series.yml``.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from credit_graph.links.series_policy import SeriesRules
from credit_graph.projection.names import normal_name

CASES = ["case", "party", "day"]
MARKS = ["case", "mark_kind", "mark"]
MEMBERS = ["unit_kind", "unit", "party", "counts_as"]
SERIES = ["unit_kind", "unit", "mark_kind", "mark", "first", "last", "cases", "parties"]

_KIND_ORDER = {"group": 0, "person": 1}
_ARTICLE = re.compile(r"《([^》]+)》[^《]{0,8}?第([〇零一二三四五六七八九十百千\d]+)条")
_COUNTRY = "中华人民共和国"


def case_series(cases: pd.DataFrame, marks: pd.DataFrame, members: pd.DataFrame, rules: SeriesRules) -> pd.DataFrame:
    """The series, those with the most decisions first.

    ``cases``: ``CASES``, one row per decision: its id, who was punished (eid or pid), datetime64 day. ``marks``:
    ``MARKS``, what the decisions are about. ``members``: ``MEMBERS``, the parties of a ``group`` or ``person``;
    parties that ``counts_as`` calls the same are one (an individual household 个体工商户 is its operator).

    Result: ``SERIES``, where ``cases`` and ``parties`` are tuples: ids in order of day, and parties, ascending. Of
    series with the same decisions the one of a group goes before that of a person, a violation before an article,
    then the smaller name.
    """
    rows = members.merge(cases[CASES].dropna(), on="party").merge(marks, on="case").drop_duplicates()
    by = ["unit_kind", "unit", "mark_kind", "mark"]
    for column, least in (("case", rules.cases), ("counts_as", rules.parties)):
        rows = rows[rows.groupby(by)[column].transform("nunique") >= least]
    rows = rows.sort_values([*by, "day", "case", "party"], ignore_index=True)
    found = [_told(rows.iloc[start:end], by) for start, end in _runs(rows, by, rules)]
    series = pd.DataFrame(found, columns=SERIES)
    order = pd.DataFrame(
        {
            "kind": series["unit_kind"].map(_KIND_ORDER),
            "mark": series["mark_kind"].map({kind: place for place, kind in enumerate(rules.marks)}),
            "unit": series["unit"],
            "name": series["mark"],
            "many": -series["cases"].map(len).astype("int64"),
            "wide": -series["parties"].map(len).astype("int64"),
        }
    )
    series = series.loc[order.sort_values(["many", "wide", "kind", "mark", "unit", "name"]).index]
    return series.drop_duplicates("cases").reset_index(drop=True)


def violation_of(violation: str, rules: SeriesRules) -> str | None:
    """The violation as it is compared; none where nothing of the name is left.

    >>> violation_of("涉嫌广告违法案", rules)
    '广告违法'
    """
    text = normal_name(violation)
    shorter = ""
    while shorter != text:
        shorter, text = text, _without(text, rules.strip)
    like = next((row.name for row in rules.like if any(word in text for word in row.words)), text)
    return like or None


def articles_of(basis: str, rules: SeriesRules) -> list[str]:
    """The articles of law that a basis names, without the general ones: 食品安全法第一百二十四条."""
    found = []
    for law, number in _ARTICLE.findall(basis):
        name = normal_name(law).removeprefix(_COUNTRY)
        if not any(word in name for word in rules.general):
            found.append(f"{name}第{number}条")
    return sorted(set(found))


def _without(text: str, words: tuple[str, ...]) -> str:
    for word in words:
        text = text.removeprefix(word).removesuffix(word)
    return text


def _runs(rows: pd.DataFrame, by: list[str], rules: SeriesRules) -> list[tuple[int, int]]:
    """The rows (from, to) of each series: windows with enough decisions and parties, overlapping ones together."""
    if rows.empty:
        return []
    group = rows.groupby(by, sort=False).ngroup().to_numpy().astype(np.int64)
    ends = _window_ends(group, rows["day"], rules.months)
    case, party = rows["case"].tolist(), rows["counts_as"].tolist()
    runs: list[tuple[int, int]] = []
    for start in np.flatnonzero(ends - np.arange(len(rows)) >= rules.cases).tolist():
        end = int(ends[start])
        if len(set(case[start:end])) < rules.cases or len(set(party[start:end])) < rules.parties:
            continue
        if runs and start < runs[-1][1]:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    return runs


def _window_ends(group: NDArray[np.int64], days: pd.Series, months: int) -> NDArray[np.int64]:
    """For each row the first row after it that is of another group or after its window."""
    day = days.to_numpy().astype("datetime64[D]").astype(np.int64)
    last = (days + pd.DateOffset(months=months)).to_numpy().astype("datetime64[D]").astype(np.int64)
    span = int(max(day.max(), last.max()) - day.min()) + 1
    key = group * span + (day - day.min())
    ends: NDArray[np.int64] = np.searchsorted(key, group * span + (last - day.min()), side="right")
    return ends


def _told(rows: pd.DataFrame, by: list[str]) -> tuple[Any, ...]:
    first = rows.iloc[0]
    cases = tuple(dict.fromkeys(rows["case"]))
    parties = tuple(sorted(set(rows["party"])))
    return (*(first[name] for name in by), first["day"].date(), rows.iloc[-1]["day"].date(), cases, parties)
