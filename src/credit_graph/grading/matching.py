"""Which records of a kind fit a condition of ``policies/annual_reports.yml``. Pure."""

from __future__ import annotations

import re

import pandas as pd

from credit_graph.grading.reports_policy import Where


def fits(condition: Where, frame: pd.DataFrame) -> pd.Series:
    """Whether each record of a frame fits the condition (bool, by the frame's index).

    A missing value fits ``empty`` and ``none_of`` only.
    """
    column = frame[condition.field]
    if condition.one_of:
        return column.isin(condition.one_of)
    if condition.none_of:
        return ~column.isin(condition.none_of)
    if condition.at_least is not None:
        return (column >= condition.at_least).fillna(False).astype(bool)
    if condition.contains:
        return column.str.contains("|".join(map(re.escape, condition.contains)), na=False)
    return column.isna() if condition.empty else column.notna()
