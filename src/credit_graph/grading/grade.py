"""The grade of every firm in one vectorised pass. Points are integers that add up exactly to the score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from credit_graph.grading.inputs import Value, loaded, select, value_of
from credit_graph.grading.policy import DirectRule, GradingPolicy, Indicator
from credit_graph.links.compute import Links
from credit_graph.links.gather import tuples
from credit_graph.projection import Projection

CHANNEL = "grading"  # only records in use on this channel score


@dataclass(frozen=True, slots=True)
class GradeFrame:
    """Grades by enterprise (index ``eid``, ascending).

    ``firms``: score (0 to the policy's maximum), level, direct_rule ("" if none), direct_statements, scale_cap (0,
    or the negative points that bring a sum over the maximum back to it). ``indicators``: per indicator id a frame
    with value (missing: no data), points, statements and path (tuples of statement ids).
    The points of all indicators and scale_cap add up to the score.
    """

    policy: GradingPolicy
    firms: pd.DataFrame
    indicators: dict[str, pd.DataFrame]


def grade(projection: Projection, links: Links, policy: GradingPolicy) -> GradeFrame:
    """Grade the policy's subjects.

    ``projection`` must be made for the channel ``grading``; raises ``ValueError`` if it is not.
    """
    if projection.channel != CHANNEL:
        raise ValueError(f"grades are made of records in use on the channel {CHANNEL}, not {projection.channel}")
    eids = subjects(projection, policy)
    indicators = {rule.id: _indicator(rule, projection, links, eids) for rule in policy.indicators}
    total = np.zeros(len(eids), dtype=np.int64)
    for frame in indicators.values():
        total += frame["points"].to_numpy()
    score = np.minimum(total, policy.scale.maximum)
    firms = pd.DataFrame({"score": score, "scale_cap": score - total}, index=eids)
    names = np.array([level.level for level in policy.scale.levels], dtype=object)
    starts = [level.from_ for level in policy.scale.levels]
    firms["level"] = names[np.searchsorted(starts, score, side="right") - 1]
    firms["direct_rule"] = ""
    firms["direct_statements"] = _tuples(pd.Series(dtype=object), eids)
    for rule in reversed(policy.direct):  # the first rule of the policy is set last and so wins
        _apply(rule, projection, firms)
    return GradeFrame(policy, firms, indicators)


def subjects(projection: Projection, policy: GradingPolicy) -> pd.Index:
    """The enterprises that the policy grades, ascending."""
    firms = projection.enterprises
    who = firms["entity_kind"].isin(policy.subjects.kinds) & ~firms["state"].isin(policy.subjects.states_excluded)
    return firms.index[who]


def _apply(rule: DirectRule, projection: Projection, firms: pd.DataFrame) -> None:
    if not loaded(rule.input.kind, projection):
        return
    found = tuples(select(rule.input, projection), ["eid"], "sid")
    struck = firms.index.isin(found.index)
    firms.loc[struck, "level"] = rule.level
    firms.loc[struck, "direct_rule"] = rule.id
    firms.loc[struck, "direct_statements"] = found.reindex(firms.index[struck])


def _indicator(rule: Indicator, projection: Projection, links: Links, eids: pd.Index) -> pd.DataFrame:
    found: Value = value_of(rule.input, projection, links)
    values = found.values.reindex(eids)
    if found.absent is not None:
        values = values.fillna(found.absent)
    return pd.DataFrame(
        {
            "value": values.astype("Int64"),
            "points": _points(rule, values),
            "statements": _tuples(found.statements, eids),
            "path": _tuples(found.path if found.path is not None else pd.Series(dtype=object), eids),
        },
        index=eids,
    )


def _points(rule: Indicator, values: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Points by bands; no value, no points."""
    starts = [band.from_ for band in rule.bands]
    points = np.array([0, *(band.points for band in rule.bands)], dtype=np.int64)
    missing = values.isna().to_numpy()
    numbers = values.fillna(0).to_numpy(dtype=np.int64)
    result = points[np.searchsorted(starts, numbers, side="right")]
    result[missing] = 0
    return np.minimum(result, rule.cap)


def _tuples(column: pd.Series, eids: pd.Index) -> pd.Series:
    found = column.reindex(eids)
    return pd.Series([item if isinstance(item, tuple) else () for item in found], index=eids, dtype=object)
