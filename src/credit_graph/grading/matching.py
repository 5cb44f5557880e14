"""Which records of a kind fit a condition of ``policies/annual_reports.yml``. Pure."""

from __future__ import annotations

import re

import pandas as pd

from credit_graph.grading.reports_policy import Where


def fits(condition: Where, frame: pd.DataFrame) -> pd.Series:
    """Whether each record of a frame fits the condition (bool, by the frame's index); a missing value fits none but
    ``empty``."""
    column = frame[condition.field]
    if condition.one_of:
        return column.isin(condition.one_of)
    if condition.contains:
        return column.str.contains("|".join(map(re.escape, condition.contains)), na=False)
    return column.isna() if condition.empty else column.notna()
