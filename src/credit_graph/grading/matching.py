"""Which values fit a condition of a policy. Pure."""

from __future__ import annotations

import re

import pandas as pd

from credit_graph.grading.rules import Condition


def fits(condition: Condition, column: pd.Series) -> pd.Series:
    """Whether each value of the condition's field fits (bool, by the column's index).

    A missing value fits ``empty`` and ``none_of`` only.
    """
    if condition.one_of:
        return column.isin(condition.one_of)
    if condition.none_of:
        return ~column.isin(condition.none_of)
    if condition.counts:
        found = column >= condition.at_least if condition.at_least is not None else column < (condition.below or 0)
        return found.fillna(False).astype(bool)
    if condition.contains:
        return column.str.contains("|".join(map(re.escape, condition.contains)), na=False)
    return column.isna() if condition.empty else column.notna()
