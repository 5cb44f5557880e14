"""What a search for case series (串案) needs, out of a projection and its links: decisions, marks, members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from credit_graph.links.compute import Links
from credit_graph.links.compute import chart as chart_of
from credit_graph.links.controls import by_party
from credit_graph.links.gather import renamed, tuples
from credit_graph.links.reborn_data import roles
from credit_graph.links.series import MARKS, MEMBERS, articles_of, case_series, violation_of
from credit_graph.links.series_policy import SeriesRules
from credit_graph.projection import Projection
from credit_graph.text import t

_HOUSEHOLD = "个体工商户"  # as ``entity_kind`` has it; before the law it and its operator are one party
_SHOWN = ("document_number", "authority", "violation")


def find_series(projection: Projection, found: Links, rules: SeriesRules) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The series (see :func:`credit_graph.links.series.case_series`) and the decisions, as :func:`decisions`."""
    decided = decisions(projection, found.persons)
    told = case_series(decided, marks(decided, rules), members(projection, found, rules), rules)
    return told, decided


def decisions(projection: Projection, persons: dict[str, str]) -> pd.DataFrame:
    """Decided penalties (行政处罚决定), by case and party: ``case``, ``party`` (eid, or pid of a person), ``sids``, and
    of the case ``day``, ``violation``, ``basis``, ``document_number`` and ``authority``.

    Several sources speak of one decision, now of a shop, now of the person who runs it: records with the same
    document number are one case. Cases that are open or were cancelled (撤销), and records on hold, don't count.
    """
    fields = ["pid", "basis", "case_name", *_SHOWN]
    records = projection.history("Case", [*fields, "decided_on", "cancel_reason"])
    columns = ["sid", "eid", "day", *fields]
    chosen = records["visible"] & records["in_use"] & records["decided_on"].notna() & records["cancel_reason"].isna()
    told = records.loc[chosen].rename(columns={"decided_on": "day"})[columns].sort_values("sid", ignore_index=True)
    told["party"] = told["eid"].fillna(renamed(told["pid"], persons))
    told["violation"] = told["violation"].fillna(told["case_name"])
    told = told.dropna(subset=["party"])
    told["case"] = told.groupby(told["document_number"].fillna(told["sid"]))["sid"].transform("first")
    said = told.groupby("case")[["day", "basis", *_SHOWN]].first()
    sids = tuples(told, ["case", "party"], "sid").rename("sids").rename_axis(["case", "party"])
    return sids.reset_index().join(said, on="case")


def marks(decided: pd.DataFrame, rules: SeriesRules) -> pd.DataFrame:
    """``MARKS``: what the decisions are about; texts that many share are looked at once."""
    once = decided.drop_duplicates("case").set_index("case")
    parts = [pd.DataFrame({name: pd.Series([], dtype="str") for name in MARKS})]
    if "violation" in rules.marks:
        said = once["violation"].dropna()
        called = {text: violation_of(text, rules) for text in said.unique()}
        parts.append(pd.DataFrame({"case": said.index, "mark_kind": "violation", "mark": said.map(called).to_numpy()}))
    if "article" in rules.marks:
        said = once["basis"].dropna()
        named = {text: articles_of(text, rules) for text in said.unique()}
        told = pd.DataFrame({"case": said.index, "mark_kind": "article", "mark": said.map(named).to_numpy()})
        parts.append(told.explode("mark"))
    return pd.concat(parts, ignore_index=True).dropna(subset=["mark"])[MARKS].astype("str")


def members(projection: Projection, found: Links, rules: SeriesRules) -> pd.DataFrame:
    """``MEMBERS``: those of every control group (企业族群), whose unit is its head; the firms of a person in one of
    the roles, and the person. Persons with too many firms say nothing; groups are cut below the state anyway."""
    parts = [_groups(found), *_persons(projection, found, rules)]
    return pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)[MEMBERS]


def _groups(found: Links) -> pd.DataFrame:
    chart = chart_of(found)
    told = pd.DataFrame({"unit": chart.ids[chart.heads], "party": chart.ids}, dtype="str")
    told = by_party(chart, "party", told[told.groupby("unit")["party"].transform("size") > 1])
    return told.assign(unit_kind="group", counts_as=told["party"])[MEMBERS]


def _persons(projection: Projection, found: Links, rules: SeriesRules) -> Iterator[pd.DataFrame]:
    told = roles(projection, found)
    told = told.loc[told["kind"].isin(rules.roles), ["eid", "key", "kind"]]
    operates = told["kind"] == "legal_representative"
    operates &= told["eid"].map(projection.enterprises["entity_kind"]) == _HOUSEHOLD
    told["counts_as"] = told["eid"].where(~operates, told["key"])
    told = told.sort_values(["key", "eid", "counts_as"]).drop_duplicates(["key", "eid"])
    firms = told.groupby("key")["eid"].transform("size")
    told = told[firms <= rules.limit].rename(columns={"key": "unit", "eid": "party"})
    yield told.assign(unit_kind="person")[MEMBERS]
    persons = told["unit"].unique()
    yield pd.DataFrame({"unit_kind": "person", "unit": persons, "party": persons, "counts_as": persons})


def told(series: pd.DataFrame, decided: pd.DataFrame, names: dict[str, str]) -> list[dict[str, Any]]:
    """The series as plain values with every decision and its statements; ``names``: eid or pid -> name."""
    result = []
    for row in series.to_dict(orient="records"):
        cases = decided[decided["case"].isin(row["cases"]) & decided["party"].isin(row["parties"])]
        cases = cases.sort_values(["day", "case", "party"])
        unit = names.get(row["unit"])
        result.append(
            {
                **{name: row[name] for name in ("unit_kind", "unit", "mark_kind", "mark", "first", "last")},
                "unit_name": unit,
                "cases": len(row["cases"]),
                "parties": len(row["parties"]),
                "text": _sentence(row, unit or row["unit"]),
                "decisions": [_decision(case, names) for case in cases.to_dict(orient="records")],
            }
        )
    return result


def _sentence(row: Mapping[Any, Any], unit: str) -> str:
    many, wide, mark = len(row["cases"]), len(row["parties"]), row["mark"]
    first, last = row["first"], row["last"]
    if row["unit_kind"] == "group":
        return t(
            f"“{unit}”所属企业族群中{wide}个主体在{first}至{last}因“{mark}”被处罚{many}次。",
            f"{wide} members of the group of “{unit}” were punished {many} times for “{mark}”, {first} to {last}.",
        )
    return t(
        f"与“{unit}”有关的{wide}个主体在{first}至{last}因“{mark}”被处罚{many}次。",
        f"{wide} parties connected with “{unit}” were punished {many} times for “{mark}”, {first} to {last}.",
    )


def _decision(case: Mapping[Any, Any], names: dict[str, str]) -> dict[str, Any]:
    told = {name: None if pd.isna(case[name]) else case[name] for name in _SHOWN}
    party = {"party": case["party"], "party_name": names.get(case["party"])}
    return {**party, "day": case["day"].date(), **told, "records": list(case["sids"])}
