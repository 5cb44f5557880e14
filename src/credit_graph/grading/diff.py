"""Which firms change class under another policy, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from credit_graph.grading.grade import GradeFrame

DIRECT, CUTS, SCALE_CAP = "direct_rule", "levels", "scale_cap"


@dataclass(frozen=True, slots=True)
class Difference:
    """Two grades of the same firms at the same point.

    ``firms``: by ``eid`` of everybody whom either policy grades: level_a, score_a, direct_a and the same of b (level
    "" and no score for who is not graded), ``worse``. ``why``: one row per reason of a firm that changes class: eid,
    rule (an indicator's id, ``direct_rule``, ``scale_cap``, or ``levels`` where only the cut points differ), points_a,
    points_b.
    """

    firms: pd.DataFrame
    why: pd.DataFrame

    @property
    def changed(self) -> pd.DataFrame:
        """The firms that change class, those that get worse first, then by the change of the score and ``eid``; last
        those whom only one of the policies grades."""
        moved = self.firms[self.firms["level_a"] != self.firms["level_b"]]
        one = (moved["level_a"] == "") | (moved["level_b"] == "")
        gain = (moved["score_b"].fillna(0) - moved["score_a"].fillna(0)).astype("int64")
        keys = moved.assign(one=one, gain=-gain, better=~moved["worse"])
        ordered = keys.sort_values(["one", "better", "gain"], kind="stable")
        return ordered[moved.columns]

    @property
    def moves(self) -> dict[str, dict[str, int]]:
        """Class before -> class after -> firms, with those that keep theirs."""
        table = pd.crosstab(self.firms["level_a"], self.firms["level_b"])
        return {str(before): {str(after): int(row[after]) for after in row.index} for before, row in table.iterrows()}

    @property
    def reasons(self) -> pd.DataFrame:
        """Per rule how many firms change class with it (``firms``) and by how many points in all, most firms first."""
        gained = self.why.assign(points=self.why["points_b"] - self.why["points_a"])
        found = gained.groupby("rule").agg(firms=("eid", "nunique"), points=("points", "sum")).reset_index()
        return found.sort_values(["firms", "rule"], ascending=[False, True], ignore_index=True)


def difference(a: GradeFrame, b: GradeFrame) -> Difference:
    """What changes from the grades ``a`` to the grades ``b``, made of one projection."""
    eids = a.firms.index.union(b.firms.index)
    firms = pd.DataFrame(index=eids)
    for side, graded in (("a", a), ("b", b)):
        rows = graded.firms.reindex(eids)
        firms[f"level_{side}"] = rows["level"].fillna("")
        firms[f"score_{side}"] = rows["score"].astype("Int64")
        firms[f"direct_{side}"] = rows["direct_rule"].fillna("")
    place = {level.level: number for number, level in enumerate(b.policy.scale.levels)}
    firms["worse"] = firms["level_b"].map(place).fillna(-1) > firms["level_a"].map(place).fillna(len(place))
    moved = firms.index[(firms["level_a"] != firms["level_b"]).to_numpy()]
    both = moved[moved.isin(a.firms.index) & moved.isin(b.firms.index)]
    parts = [_reason(name, *_points(name, a, b, both)) for name in dict.fromkeys([*a.indicators, *b.indicators])]
    parts.append(_reason(SCALE_CAP, *(side.firms["scale_cap"].reindex(both).astype("int64") for side in (a, b))))
    nothing = pd.Series(0, index=both, dtype="int64")
    direct = both[(firms.loc[both, "direct_a"] != firms.loc[both, "direct_b"]).to_numpy()]
    parts.append(_rows(DIRECT, direct, nothing[direct], nothing[direct]))
    told = {eid for part in parts for eid in part["eid"]}
    only_cuts = both[~both.isin(list(told))]
    parts.append(_rows(CUTS, only_cuts, nothing[only_cuts], nothing[only_cuts]))
    why = pd.concat(parts, ignore_index=True)
    return Difference(firms, why.sort_values(["eid", "rule"], ignore_index=True))


def _points(name: str, a: GradeFrame, b: GradeFrame, eids: pd.Index) -> tuple[pd.Series, pd.Series]:
    """What an indicator gives under each policy; nothing where it is not there."""
    none = pd.Series(0, index=eids, dtype="int64")
    one, other = (
        side.indicators[name]["points"].reindex(eids).astype("int64") if name in side.indicators else none
        for side in (a, b)
    )
    return one, other


def _reason(rule: str, a: pd.Series, b: pd.Series) -> pd.DataFrame:
    differs = np.flatnonzero((a != b).to_numpy())
    return _rows(rule, a.index[differs], a.iloc[differs], b.iloc[differs])


def _rows(rule: str, eids: pd.Index, a: pd.Series, b: pd.Series) -> pd.DataFrame:
    columns = {"eid": pd.Series(eids, dtype="str"), "rule": pd.Series([rule] * len(eids), dtype="str")}
    return pd.DataFrame({**columns, "points_a": a.to_numpy(np.int64), "points_b": b.to_numpy(np.int64)})
