"""Values that come of the register and of the links of one firm: its view, changes, branches, payments, address."""

from __future__ import annotations

import numpy as np
import pandas as pd

from credit_graph.grading.columns import Flags, Numbers, Rows, listed, said, within
from credit_graph.grading.facts import Facts, Table
from credit_graph.grading.rules import ChangesInput, LinksInput, Span, ViewInput
from credit_graph.grading.values import MOST_PERCENT, Value, found_of_all, no_data, nothing
from credit_graph.links.claims import one_source
from credit_graph.projection import normal_name


def view(rule: ViewInput, facts: Facts, _: Span | None) -> Value:
    """What the current view shows."""
    column = facts.projection.enterprises[rule.field]
    known: Flags = column.notna().to_numpy(dtype=bool)
    numbers = facts.nobody.copy()
    if known.any():
        numbers[known] = _measured(rule, column[known], facts)
    return Value(numbers, known, lambda: facts.shown(rule.field), nothing)


def _measured(rule: ViewInput, column: pd.Series, facts: Facts) -> Numbers:
    if rule.values:
        codes, values = pd.factorize(column)
        part = rule.measure == "contains"
        met = [any(word in str(value) if part else word == str(value) for word in rule.values) for value in values]
        flags: Numbers = np.array(met, np.int64)[codes]
        return flags
    if rule.measure == "amount":
        amounts: Numbers = column.to_numpy(dtype=np.int64)
        return amounts
    days = pd.to_datetime(column).to_numpy().astype("datetime64[D]")
    today = np.datetime64(facts.day)
    if rule.measure == "days_past":
        return np.maximum((today - days).astype(np.int64), 0)
    years, months = days.astype("datetime64[Y]"), days.astype("datetime64[M]")
    within_year = (months - years).astype(np.int64) * 100 + (days - months).astype(np.int64) + 1
    had = within_year <= (facts.day.month - 1) * 100 + facts.day.day
    full: Numbers = np.maximum(facts.day.year - 1970 - years.astype(np.int64) - ~had, 0)
    return full


def changes(rule: ChangesInput, facts: Facts, window: Span | None) -> Value:
    """How often a registered item changed."""
    table = facts.table("Registration")
    if table is None or window is None:
        return no_data(facts)
    rows = np.flatnonzero(table.used & (table.firm >= 0) & table.there(rule.field))
    rows = table.later(rows)
    rows = rows[np.lexsort((table.key[rows], table.firm[rows]))]  # stable: of one key one after the other
    before, after = rows[:-1], rows[1:]
    next_ = (table.key[before] == table.key[after]) & (table.firm[before] == table.firm[after])
    next_ &= within(table.since[after], facts.day, window)
    before, after = before[next_], after[next_]
    changed = _fell(rule, table, before, after) if rule.falls_by else _differ(table, rule.field, before, after)
    found = after[changed]
    chosen = np.zeros(len(table), np.bool_)
    chosen[found] = True
    # several sources tell of one change: it counts once
    numbers = facts.counted(table.firm[found], table.since[found].astype(np.int64))
    return found_of_all(facts, numbers, lambda: table.tell(chosen))


def _differ(table: Table, field: str, before: Rows, after: Rows) -> Flags:
    """Whether the two say something else, not only in another spelling."""
    codes, values = table.coded(field)
    one, other = codes[before], codes[after]
    differ: Flags = one != other
    pairs = zip(one[differ].tolist(), other[differ].tolist(), strict=True)
    differ[differ] = [normal_name(values[a]) != normal_name(values[b]) for a, b in pairs]
    return differ


def _fell(rule: ChangesInput, table: Table, before: Rows, after: Rows) -> Flags:
    amounts = table.numbers(rule.field)
    kept = 100 - (rule.falls_by or 0)
    pairs = zip(amounts[before].tolist(), amounts[after].tolist(), strict=True)
    return np.array([one > 0 and other * 100 <= one * kept for one, other in pairs], np.bool_)


def links(rule: LinksInput, facts: Facts, _: Span | None) -> Value:
    """A count from the links."""
    links = facts.links
    if rule.measure == "paid_percent":
        return _paid_percent(facts)
    if rule.measure == "hosted_address":
        return _hosted(facts)
    if rule.measure == "branches":
        if facts.table("Registration") is None:
            return no_data(facts)
        pairs = pd.DataFrame({"eid": links.branches["parent"], "sids": links.branches["sids"]})
    else:
        if links.holdings.empty:
            return no_data(facts)
        firms = links.holdings[links.holdings["holder_kind"] == "enterprise"]
        pairs = pd.DataFrame({"eid": firms["holder"], "sids": firms["sids"]})
    firm = facts.place(pairs["eid"])
    numbers = np.bincount(firm[firm >= 0], minlength=facts.count).astype(np.int64)
    return found_of_all(facts, numbers, lambda: listed(firm, pairs["sids"]))


def _hosted(facts: Facts) -> Value:
    """Whether the firm sits at an address that firms share by arrangement (集群注册、集中办公)."""
    known = facts.projection.addresses
    if known.empty:
        return no_data(facts)
    table = facts.links.addresses
    hosted = known[known["aid"].isin(table.index[table["hosted"]])]
    firm = facts.place(hosted["eid"])
    numbers = np.minimum(np.bincount(firm[firm >= 0], minlength=facts.count), 1).astype(np.int64)
    there = np.zeros(facts.count, np.bool_)
    all_firms = facts.place(known["eid"])
    there[all_firms[all_firms >= 0]] = True
    return Value(numbers, there, lambda: said(firm, hosted["sid"]), nothing)


def _paid_percent(facts: Facts) -> Value:
    """Paid over subscribed amounts; where the holders' source leaves payments out, those of a source of payments.

    Of several sources one that gives subscribed amounts goes before one of payments alone, then the one that spoke
    last.
    """
    told = facts.projection.contributions
    used = np.flatnonzero(told["in_use"].to_numpy())
    if not len(used):
        return no_data(facts)
    firm, source = facts.place(told["eid"]), np.unique(told["source"].to_numpy(dtype=object), return_inverse=True)[1]
    names = ("subscribed", "paid")
    amount = {name: told[name].to_numpy(np.int64, na_value=0) for name in names}
    there = {name: told[name].notna().to_numpy() for name in names}
    order = (told["valid_from"].to_numpy().astype(np.int64), told["known_from"].to_numpy())

    def of_one_source(rows: Rows) -> Rows:
        subscribes = there["subscribed"].astype(np.int64)
        return rows[one_source(firm[rows], source[rows], *(numbers[rows] for numbers in (subscribes, *order)))]

    def total(name: str, rows: Rows) -> tuple[Numbers, Flags]:
        """The sum per enterprise, and where no amount is missing."""
        sums, whole = facts.nobody.copy(), np.zeros(facts.count, np.bool_)
        np.add.at(sums, firm[rows], amount[name][rows])
        whole[firm[rows]] = True
        whole[firm[rows[~there[name][rows]]]] = False
        return sums, whole

    holders, payments = of_one_source(used), of_one_source(used[~there["subscribed"][used]])
    subscribed, known = total("subscribed", holders)
    (paid, own), (elsewhere, told_elsewhere) = total("paid", holders), total("paid", payments)
    other = told_elsewhere & ~own
    known &= (subscribed > 0) & (own | other)
    percent = np.where(own, paid, elsewhere) * 100 // np.where(known, subscribed, 1)
    numbers = np.where(known, np.clip(percent, -MOST_PERCENT, MOST_PERCENT), 0)
    rows = np.append(holders[known[firm[holders]]], payments[(known & other)[firm[payments]]])
    return Value(numbers, known, lambda: said(firm[rows], told["sid"].iloc[rows]), nothing)
