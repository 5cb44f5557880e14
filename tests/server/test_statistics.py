"""Counts and sums over columns, without a graph: exact tables, and sums that no column could hold."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from credit_graph.server.columns import Columns
from credit_graph.server.statistics import Cell, Dimension, StatisticsSum, cells_of
from handmade import Said, projection_of
from holdingcharts import TODAY, code

D = date.fromisoformat
HUGE = 2**62
A, B, C, E = (code(letter) for letter in "ABCE")


@cache
def columns() -> Columns:
    """Three firms in two counties and one of which nothing but a decision is known."""
    said = Said()
    for eid, county, founded, capital, currency in (
        (A, "621002", "2015-03-01", 100, "人民币"),
        (B, "621002", "2015-03-31", 250, None),
        (C, "621021", "2016-01-01", 999, "美元"),
    ):
        said.firm(
            eid, f"庆阳{eid[8]}有限公司", district=county, founded_on=D(founded), registered_capital=capital,
            currency=currency, industry_code="5211",
        )  # fmt: skip
    for eid, number, fine in ((A, 1, HUGE), (A, 2, HUGE), (E, 3, 5), (B, 4, None)):
        told: dict[str, Any] = {} if fine is None else {"fine": fine}
        said.say("Case", eid, f"c{number}", start=D("2026-01-01"), **told)
    said.say("Case", B, "ended", start=D("2020-01-01"), end=D("2021-01-01"), fine=7)
    said.hold(said.say("Case", B, "held", start=D("2026-01-01"), fine=9))
    return Columns(projection_of(said.statements, TODAY))


def table(*by: Dimension, measure: StatisticsSum | None = None, only: str = "ABCE") -> list[Cell]:
    found = columns()
    fits = np.array([eid[8] in only for eid in found.frame.index], np.bool_)
    grades = pd.DataFrame({"level": ["A", "D"], "in_effect": ["A", "B"]}, index=[A, B])
    return cells_of(found, grades, by, measure, fits)


def test_counts_by_one_and_by_two() -> None:
    assert table(Dimension.COUNTY) == [Cell(("",), 1), Cell(("621002",), 2), Cell(("621021",), 1)]
    assert table(Dimension.INDUSTRY) == [Cell(("",), 1), Cell(("F",), 3)]
    assert table(Dimension.FOUNDED_MONTH) == [Cell(("",), 1), Cell(("2015-03",), 2), Cell(("2016-01",), 1)]
    assert table(Dimension.FOUNDED_YEAR, only="AC") == [Cell(("2015",), 1), Cell(("2016",), 1)]
    assert table(Dimension.KIND, Dimension.LEVEL) == [
        Cell(("", ""), 1), Cell(("企业", ""), 1), Cell(("企业", "A"), 1), Cell(("企业", "D"), 1),
    ]  # fmt: skip
    assert table(Dimension.LEVEL_IN_EFFECT, only="AB") == [Cell(("A",), 1), Cell(("B",), 1)]
    assert table(Dimension.COUNTY, only="") == []


def test_sums_are_exact_and_say_of_how_many() -> None:
    county, state = Dimension.COUNTY, Dimension.STATE
    # of B, whose currency is not told, the capital is yuan; of C, in dollars, it is left out
    assert table(county, measure=StatisticsSum.CAPITAL) == [
        Cell(("",), 1, 0, 0), Cell(("621002",), 2, 2, 350), Cell(("621021",), 1, 0, 0),
    ]  # fmt: skip
    # held and ended decisions don't count, nor a decision without a fine
    assert table(state, measure=StatisticsSum.FINES) == [Cell(("",), 1, 1, 5), Cell(("存续",), 3, 1, 2 * HUGE)]
    assert table(state, measure=StatisticsSum.CASES) == [Cell(("",), 1, 1, 1), Cell(("存续",), 3, 2, 3)]
    assert table(state, measure=StatisticsSum.CASES, only="C") == [Cell(("存续",), 1, 0, 0)]
