"""Counts and sums of enterprises by one or two of what they are, from the columns in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import strawberry

from credit_graph.errors import UsageError
from credit_graph.grading.policy import NOTICE
from credit_graph.projection.begun import Begun
from credit_graph.projection.columns import record_frame
from credit_graph.server.browse import fitting
from credit_graph.server.columns import Columns, by_eid, grades
from credit_graph.server.context import Asked
from credit_graph.server.filters import LEVELS, EnterpriseFilter, conditions
from credit_graph.server.needs import Info, needs, shown
from credit_graph.server.records import yuan
from credit_graph.text import t

Whole = npt.NDArray[np.integer]
MOST_BY = 2
_SPLIT = 10**9  # sums are made of two parts, so that no sum of amounts that a column holds overflows
_OF_CLASSES = {"LEVEL", "LEVEL_IN_EFFECT", "OFFICIAL_LEVEL"}


@strawberry.enum(description="统计维度 / what enterprises are counted by")
class Dimension(Enum):
    """A property of an enterprise; "" where it is not known."""

    COUNTY = "county"
    STATION = "station"
    INDUSTRY = "section"
    KIND = "entity_kind"
    STATE = "state"
    LEVEL = "level"
    OFFICIAL_LEVEL = "official"
    LEVEL_IN_EFFECT = "in_effect"
    FOUNDED_MONTH = "month"
    FOUNDED_YEAR = "year"


@strawberry.enum(description="合计什么 / what is added up")
class StatisticsSum(Enum):
    """An amount or number of each enterprise."""

    CAPITAL = strawberry.enum_value("capital", description="注册资本（元，人民币） / registered capital in yuan")
    FINES = strawberry.enum_value("fines", description="现行处罚决定的罚款（元） / fines of decisions in use, in yuan")
    CASES = strawberry.enum_value("cases", description="现行处罚决定数 / number of decisions in use")


@strawberry.type(description="统计维度的值 / value of a dimension")
class StatisticsKey:
    """One of the values that a row stands for."""

    dimension: Dimension
    value: str = strawberry.field(description="代码，空：不详 / code; empty: not known")
    name: str = strawberry.field(description="名称 / what it is called")


@strawberry.type(description="统计的一行 / a row of statistics")
class StatisticsRow:
    """How many enterprises have these values, and their sum."""

    keys: list[StatisticsKey]
    count: int = strawberry.field(description="户数 / number of enterprises")
    counted: int | None = strawberry.field(
        description="计入合计的户数 / how many of them have a value that is added up"
    )
    sum: Decimal | None = strawberry.field(description="合计 / sum; null: none was asked for")


@strawberry.type(description="统计结果 / statistics")
class Statistics:
    """Every combination that occurs, in the order of the codes."""

    rows: list[StatisticsRow]
    total: StatisticsRow = strawberry.field(description="总计 / all together")
    classes: strawberry.Private[bool]

    @shown("提示：用到信用风险分类时 / what a class must not be taken for, where one was asked about")
    def notice(self) -> str | None:
        """The notice that goes with the class."""
        return t(*NOTICE) if self.classes else None


@strawberry.type
class StatisticsQuery:
    """The root of statistics."""

    @needs("browse", "统计：按一两个维度计数、合计 / counts and sums of enterprises by one or two dimensions")
    async def statistics(
        self,
        info: Info,
        by: list[Dimension],
        where: EnterpriseFilter | None = None,
        sum: StatisticsSum | None = None,
        as_of: Asked = None,
    ) -> Statistics | None:
        """Of all enterprises that fit. A row costs a node."""
        context, names = info.context, {dimension.name for dimension in by}
        if not 1 <= len(by) <= MOST_BY or len(names) < len(by):
            why = t("一个或两个不同的维度", "one dimension, or two that differ")
            raise UsageError("usage.bad_value", option="by", value=" ".join(one.name for one in by)[:80], why=why)
        for right in sorted(_rights(names, sum)):
            context.role.require(right)
        at, wanted = await context.moment(as_of), where or EnterpriseFilter()
        found, fits = await fitting(context, wanted, at)
        classes = names & _OF_CLASSES
        graded = await grades(context, at, beside=classes != {"LEVEL"}) if classes else None
        cells = await context.run(partial(cells_of, found, graded, by, sum, fits))
        context.spend(len(cells))
        asked = {name for item, name in conditions(wanted) if isinstance(item, EnterpriseFilter)}
        return Statistics(
            rows=[_row(cell, found, by, sum) for cell in cells],
            total=_row(_total(cells), found, by, sum),
            classes=bool(classes or asked & LEVELS),
        )


def _rights(names: set[str], measure: StatisticsSum | None) -> set[str]:
    rights = {"level"} if names & _OF_CLASSES else set()
    if names - _OF_CLASSES - {"STATE"} or measure is StatisticsSum.CAPITAL:
        rights.add("registration")
    return rights | ({"records"} if measure in {StatisticsSum.FINES, StatisticsSum.CASES} else set())


@dataclass(frozen=True, slots=True)
class Cell:
    """How many have these values; ``counted`` and ``sum`` are ``None`` where nothing is added up."""

    values: tuple[str, ...]
    count: int
    counted: int | None = None
    sum: int | None = None


def cells_of(
    found: Columns,
    graded: pd.DataFrame | None,
    by: Sequence[Dimension],
    measure: StatisticsSum | None,
    fits: npt.NDArray[np.bool_],
) -> list[Cell]:
    """A cell of each combination that occurs, in the order of the values."""
    with found.lock:
        frame = pd.DataFrame({one.value: _values(found, graded, one)[fits] for one in by})
        groups = frame.groupby([one.value for one in by], sort=True)
        number = np.full(len(fits), -1)
        number[fits] = groups.ngroup().to_numpy()
        keys = [tuple(map(str, key)) if isinstance(key, tuple) else (str(key),) for key in groups.size().index]
        counts = np.bincount(number[fits], minlength=len(keys)).tolist()
        if measure is None:
            return [Cell(*row) for row in zip(keys, counts, strict=True)]
        counted, sums = _summed(number, len(keys), *_AMOUNTS[measure](found))
    return [Cell(*row) for row in zip(keys, counts, counted, sums, strict=True)]


def _summed(number: Whole, count: int, place: Whole, amount: Whole) -> tuple[list[int], list[int]]:
    """Per group how many enterprises have an amount, and the sum. ``number``: the group of each enterprise, -1 for
    none; ``place``: whose each amount is."""
    inside = number[place] >= 0
    place, amount = place[inside], amount[inside]
    counted = np.bincount(number[np.unique(place)], minlength=count)
    high, low = np.zeros(count, np.int64), np.zeros(count, np.int64)
    np.add.at(high, number[place], amount // _SPLIT)
    np.add.at(low, number[place], amount % _SPLIT)
    return counted.tolist(), [a * _SPLIT + b for a, b in zip(high.tolist(), low.tolist(), strict=True)]


def _values(found: Columns, graded: pd.DataFrame | None, by: Dimension) -> npt.NDArray[np.object_]:
    """A dimension's value of every enterprise, "" where it is not known."""
    if by in {Dimension.COUNTY, Dimension.STATION, Dimension.INDUSTRY}:
        return _texts(found.places[by.value])
    if by in {Dimension.FOUNDED_MONTH, Dimension.FOUNDED_YEAR}:
        form = "%Y-%m" if by is Dimension.FOUNDED_MONTH else "%Y"
        codes, texts = pd.factorize(found.frame["founded_on"].dt.strftime(form))
        return np.append(np.asarray(texts, object), "")[codes]
    if by in {Dimension.KIND, Dimension.STATE}:
        return _texts(found.frame[by.value])
    if graded is None:
        raise ValueError("classes are asked about, and none are given")
    return _texts(pd.Series(by_eid(graded, by.value, found.frame.index), dtype=object))


def _texts(column: pd.Series) -> npt.NDArray[np.object_]:
    told: npt.NDArray[np.object_] = column.astype(object).where(column.notna(), "").to_numpy(dtype=object)
    return told


def _capital(found: Columns) -> tuple[Whole, Whole]:
    known = found.capital.notna().to_numpy()
    return np.flatnonzero(known), found.capital[known].to_numpy(np.int64)


def _fines(found: Columns) -> tuple[Whole, Whole]:
    said, used = _decisions(found)
    fines = record_frame(said.columns.table(["fine"]))["fine"]
    used &= fines.notna().to_numpy()
    return found.projection.places("Case")[used], fines[used].to_numpy(np.int64)


def _number(found: Columns) -> tuple[Whole, Whole]:
    place = found.projection.places("Case")[_decisions(found)[1]]
    return place, np.ones(len(place), np.int64)


def _decisions(found: Columns) -> tuple[Begun, npt.NDArray[np.bool_]]:
    """The penalty decisions (行政处罚决定), and which of them are in use."""
    said = found.projection.statements("Case", ["fine"])
    return said, said.visible & said.in_use & (found.projection.places("Case") >= 0)


_AMOUNTS: dict[StatisticsSum, Callable[[Columns], tuple[Whole, Whole]]] = {
    StatisticsSum.CAPITAL: _capital,
    StatisticsSum.FINES: _fines,
    StatisticsSum.CASES: _number,
}


def _total(cells: Sequence[Cell]) -> Cell:
    count = sum(cell.count for cell in cells)
    parts = [(cell.counted, cell.sum) for cell in cells if cell.counted is not None and cell.sum is not None]
    return Cell((), count, *(sum(part) for part in zip(*parts, strict=True))) if parts else Cell((), count)


def _row(cell: Cell, found: Columns, by: Sequence[Dimension], measure: StatisticsSum | None) -> StatisticsRow:
    keys = [
        StatisticsKey(dimension=one, value=value, name=_name(found, one, value))
        for one, value in zip(by, cell.values, strict=False)
    ]
    added = None if measure is None else cell.sum or 0
    shown_sum = Decimal(added) if measure is StatisticsSum.CASES and added is not None else yuan(added)
    counted = None if measure is None else cell.counted or 0
    return StatisticsRow(keys=keys, count=cell.count, counted=counted, sum=shown_sum)


def _name(found: Columns, by: Dimension, value: str) -> str:
    """What a value is called."""
    if not value:
        return t("（未定）", "(unknown)")
    if by is Dimension.COUNTY:
        return found.county_names.get(value, value)
    if by is Dimension.INDUSTRY:
        names = {row.section: t(row.name.zh, row.name.en) for row in found.rules.industries}
        return names.get(value, value)
    return value
