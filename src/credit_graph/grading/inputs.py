"""The value of an indicator for every enterprise at once, with the statements that it comes from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from credit_graph.grading.policy import (
    ChangesInput,
    Condition,
    Input,
    LinksInput,
    RatioInput,
    Records,
    RecordsInput,
    RelatedInput,
    ViewInput,
)
from credit_graph.grading.related import related_firms
from credit_graph.links.claims import one_source
from credit_graph.links.compute import Links
from credit_graph.links.gather import tuples
from credit_graph.model.kinds import KINDS
from credit_graph.projection import Projection, normal_name


@dataclass(frozen=True, slots=True)
class Value:
    """Per enterprise (index ``eid``): integers; the statements counted; the links walked to related firms.

    An enterprise that is missing in ``values`` has no data, unless ``absent`` is 0: then nothing was found in a
    source that is loaded.
    """

    values: pd.Series
    statements: pd.Series
    path: pd.Series | None = None
    absent: int | None = None


_EMPTY = pd.Series([], index=pd.Index([], name="eid", dtype="str"), dtype=object)
NO_DATA = Value(_EMPTY.astype("Int64"), _EMPTY)


def value_of(rule: Input, projection: Projection, links: Links) -> Value:
    """The value of one indicator's input."""
    handlers: dict[type, Callable[[Any, Projection, Links], Value]] = {
        RecordsInput: _records_value,
        RatioInput: _ratio_value,
        ViewInput: _view_value,
        ChangesInput: _changes_value,
        LinksInput: _links_value,
        RelatedInput: _related_value,
    }
    return handlers[type(rule)](rule, projection, links)


def loaded(kind: str, projection: Projection) -> bool:
    """Whether any source of that kind has been loaded: without one, nothing found means nothing."""
    return kind in KINDS and projection.stated(kind)


def select(rule: Records, projection: Projection, *fields: str) -> pd.DataFrame:
    """The records that fulfil a rule: in use on the channel, in time, within the window, all conditions met; with what
    the rule reads and the ``fields`` named."""
    read = [condition.field for condition in rule.where] + [rule.day or "valid_from", *fields]
    frame = projection.history(rule.kind, read)
    chosen = frame["in_use"] & frame["eid"].notna()
    if rule.only == "valid":
        chosen &= frame["visible"]
    for condition in rule.where:
        chosen &= _fulfils(condition, frame)
    if rule.years is not None:
        chosen &= _within(frame[rule.day or "valid_from"], projection.point.valid, rule.years)
    return frame[chosen]


def _fulfils(condition: Condition, frame: pd.DataFrame) -> pd.Series:
    column = frame[condition.field]
    if condition.one_of:
        return column.isin(condition.one_of)
    if condition.contains:
        return column.str.contains("|".join(map(re.escape, condition.contains)), na=False)
    if condition.below is not None:
        return (column < condition.below).fillna(False).astype(bool)
    return column.isna() if condition.empty else column.notna()


def _within(column: pd.Series, day: date, years: int) -> pd.Series:
    """Whether the day lies in (day - years, day]; a year counts as its last day."""
    if not pd.api.types.is_datetime64_any_dtype(column):
        ends = [None if pd.isna(year) else f"{year:04d}-12-31" for year in column]
        column = pd.Series(np.array(ends, dtype="datetime64[D]"), index=column.index)
    return (column > np.datetime64(years_before(day, years))) & (column <= np.datetime64(day))


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _records_value(rule: RecordsInput, projection: Projection, _: Links) -> Value:
    if not loaded(rule.kind, projection):
        return NO_DATA
    frame = select(rule, projection, "source", "key", "known_from", *rule.sum, *([rule.same] if rule.same else []))
    frame = frame.assign(fact=_facts(rule, frame))
    if rule.sum:
        amounts = frame[list(rule.sum)].fillna(0).sum(axis=1).astype("Int64")
        # a key that has several statements on the valid axis is still one case
        last = frame.assign(amount=amounts).sort_values(["valid_from", "known_from", "sid"])
        told = last.drop_duplicates(["source", "key"], keep="last")
        values = told.groupby(["eid", "fact"])["amount"].max().groupby("eid").sum()
    else:
        values = frame.drop_duplicates(["eid", "fact"]).groupby("eid").size().astype("Int64")
    return Value(values, tuples(frame, ["eid"], "sid"), absent=0)


def _facts(rule: RecordsInput, frame: pd.DataFrame) -> pd.Series:
    """What names the fact that a record tells of: its key, or the number that all sources give it."""
    key = frame["source"].astype("str") + "|" + frame["key"].astype("str")
    if rule.same is None:
        return key
    number = frame[rule.same].astype("str").map(normal_name, na_action="ignore")
    return number.where(frame[rule.same].notna(), key)


def _ratio_value(rule: RatioInput, projection: Projection, _: Links) -> Value:
    if not loaded(rule.kind, projection):
        return NO_DATA
    frame = select(rule, projection, rule.numerator, rule.denominator, rule.latest, "known_from")
    usable = frame[rule.numerator].notna() & (frame[rule.denominator] > 0).fillna(False)
    order = [rule.latest, "valid_from", "known_from", "sid"]
    last = frame[usable].sort_values(order).drop_duplicates("eid", keep="last").set_index("eid")
    values = last[rule.numerator] * 100 // last[rule.denominator]
    return Value(values.astype("Int64"), _single(last["sid"]))


def _view_value(rule: ViewInput, projection: Projection, _: Links) -> Value:
    column = projection.enterprises[rule.field].dropna()
    values = _measure(rule, column, projection.point.valid)
    shown = projection.shown(rule.field)
    return Value(values.astype("Int64"), _single(shown.reindex(column.index).dropna()))


def _measure(rule: ViewInput, column: pd.Series, day: date) -> pd.Series:
    if rule.measure == "one_of":
        return column.isin(rule.values).astype("Int64")
    if rule.measure == "amount":
        return column
    days = pd.to_datetime(column)
    if rule.measure == "days_past":
        return (np.datetime64(day) - days).dt.days.clip(lower=0)
    had = (days.dt.month * 100 + days.dt.day) <= day.month * 100 + day.day
    return (day.year - days.dt.year - (~had).astype(int)).clip(lower=0)


def _changes_value(rule: ChangesInput, projection: Projection, _: Links) -> Value:
    if not loaded("Registration", projection):
        return NO_DATA
    frame = projection.history("Registration", ["source", "key", "known_from", rule.field])
    frame = frame[frame["in_use"] & frame["eid"].notna() & frame[rule.field].notna()]
    frame = frame.sort_values(["eid", "source", "key", "valid_from", "known_from", "sid"])
    normal = frame[rule.field].astype("str").map(normal_name)
    group = [frame["eid"], frame["source"], frame["key"]]
    before = normal.groupby(group).shift()
    changed = before.notna() & (before != normal) & _within(frame["valid_from"], projection.point.valid, rule.years)
    found = frame[changed]
    # several sources tell of one change: it counts once
    values = found.drop_duplicates(["eid", "valid_from"]).groupby("eid").size().astype("Int64")
    return Value(values, tuples(found, ["eid"], "sid"), absent=0)


def _links_value(rule: LinksInput, projection: Projection, links: Links) -> Value:
    if rule.measure == "branches":
        if not loaded("Registration", projection):
            return NO_DATA
        exploded = links.branches.explode("sids").rename(columns={"sids": "sid"})
        values = links.branches.groupby("parent").size().astype("Int64")
        return Value(values, tuples(exploded, ["parent"], "sid"), absent=0)
    used = projection.contributions[projection.contributions["in_use"]]
    return _paid_percent(used) if not used.empty else NO_DATA


def _paid_percent(used: pd.DataFrame) -> Value:
    """Paid over subscribed amounts; where the holders' source leaves payments out, those of a source of payments."""
    holders, payments = one_source(used), one_source(used[used["subscribed"].isna()])
    subscribed, paid = _total(holders, "subscribed"), _total(holders, "paid")
    elsewhere = _total(payments, "paid").drop(paid.index, errors="ignore")
    paid = pd.concat([paid, elsewhere]).reindex(subscribed[subscribed > 0].index).dropna()
    values = (paid * 100 // subscribed.reindex(paid.index)).astype("Int64")
    told = [
        holders[holders["eid"].isin(values.index)],
        payments[payments["eid"].isin(values.index.intersection(elsewhere.index))],
    ]
    return Value(values, tuples(pd.concat(told), ["eid"], "sid"))


def _total(frame: pd.DataFrame, column: str) -> pd.Series:
    """The sum per enterprise, of those where no amount is missing."""
    complete = frame[column].notna().groupby(frame["eid"]).all()
    return frame.groupby("eid")[column].sum()[complete]


def _related_value(rule: RelatedInput, projection: Projection, links: Links) -> Value:
    if not loaded(rule.kind, projection):
        return NO_DATA
    frame = select(rule, projection)
    pairs = related_firms(rule.via, links)
    struck = pairs[pairs["other"].isin(frame["eid"])]
    values = struck.groupby("eid")["other"].nunique().astype("Int64")
    records = struck.merge(frame[["eid", "sid"]].rename(columns={"eid": "other"}), on="other")
    hops = struck.explode("sids").rename(columns={"sids": "hop"})
    return Value(values, tuples(records, ["eid"], "sid"), tuples(hops, ["eid"], "hop"), absent=0)


def _single(column: pd.Series) -> pd.Series:
    return pd.Series([(value,) for value in column], index=column.index, dtype=object)
