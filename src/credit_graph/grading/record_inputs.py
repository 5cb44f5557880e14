"""Values that come of a firm's own records: counts, sums, ratios, falls, ranks, lapsed permits."""

from __future__ import annotations

import numpy as np

from credit_graph.grading.columns import Flags, Numbers, Places, Rows, Said, within
from credit_graph.grading.facts import Facts, Table
from credit_graph.grading.rules import (
    FallInput,
    GrowthInput,
    LapsedInput,
    RankInput,
    RatioInput,
    RecordsInput,
    Span,
)
from credit_graph.grading.values import MOST_PERCENT, Value, found_of_all, no_data, nothing, of_rows


def records(rule: RecordsInput, facts: Facts, window: Span | None) -> Value:
    """Number of records, or the sum of their amounts."""
    table = facts.table(rule.kind)
    if table is None:
        return no_data(facts)
    chosen = facts.chosen(rule, window)
    rows = np.flatnonzero(chosen)
    fact = table.fact(rule.same)
    numbers = _summed(rule, facts, table, rows) if rule.sum else facts.counted(table.firm[rows], fact[rows])
    return found_of_all(facts, numbers, lambda: table.tell(chosen))


def _summed(rule: RecordsInput, facts: Facts, table: Table, rows: Rows) -> Numbers:
    """Amounts: of a key with several statements the last one's, of sources that tell of one fact the highest."""
    amount = np.zeros(len(table), np.int64)
    for name in rule.sum:
        amount += table.numbers(name)
    last = _last(table.later(rows), table.key)
    order = np.lexsort((amount[last], table.fact(rule.same)[last], table.firm[last]))
    last = last[order]
    facts_told = np.stack([table.firm[last], table.fact(rule.same)[last]])
    highest = last[np.append((np.diff(facts_told) != 0).any(axis=0), True)] if len(last) else last
    numbers = facts.nobody.copy()
    np.add.at(numbers, table.firm[highest], amount[highest])
    return numbers


def growth(rule: GrowthInput, facts: Facts, window: Span | None) -> Value:
    """By how many per cent there are more than in the window before."""
    table = facts.table(rule.kind)
    if table is None or window is None:
        return no_data(facts)
    both = facts.chosen(rule, Span(months=2 * window.length))
    now = both & within(table.days(rule.day or "valid_from"), facts.day, window)
    counts = []
    for chosen in (now, both & ~now):
        rows = np.flatnonzero(chosen)
        counts.append(facts.counted(table.firm[rows], table.key[rows]))
    late, early = counts
    rise = np.maximum(late - early, 0) * 100 // np.maximum(early, 1)
    return found_of_all(facts, np.where(late >= rule.least, rise, 0), lambda: table.tell(both))


def _latest(table: Table, chosen: Flags, field: str) -> Rows:
    """The last record of each firm among the chosen: by the field, then valid_from, known_from, sid."""
    rows = np.flatnonzero(chosen)
    return _last(table.later(rows, table.days(field)[rows]), table.firm)


def _last(rows: Rows, what: Places | Rows) -> Rows:
    """Of rows in order the last of each."""
    _, first = np.unique(what[rows][::-1], return_index=True)
    return rows[np.sort(len(rows) - 1 - first)]


def ratio(rule: RatioInput, facts: Facts, window: Span | None) -> Value:
    """Numerator over denominator of the latest record."""
    table = facts.table(rule.kind)
    if table is None:
        return no_data(facts)
    above, below = table.numbers(rule.numerator), table.numbers(rule.denominator)
    rows = _latest(table, facts.chosen(rule, window) & table.there(rule.numerator) & (below > 0), rule.latest)
    # amounts in fen may reach 10^17, a hundredfold of which has no place in 64 bits
    pairs = zip(above[rows].tolist(), below[rows].tolist(), strict=True)
    numbers = [max(min(one * 100 // other, MOST_PERCENT), -MOST_PERCENT) for one, other in pairs]
    return of_rows(facts, table, rows, np.array(numbers, np.int64))


def fall(rule: FallInput, facts: Facts, _: Span | None) -> Value:
    """By how many per cent an amount fell from the year before."""
    table = facts.table(rule.kind)
    if table is None:
        return no_data(facts)
    amount, year = table.numbers(rule.field), table.numbers(rule.year)
    chosen = facts.chosen(rule, None) & table.there(rule.field) & table.there(rule.year)
    last = _latest(table, chosen, rule.year)
    newest = np.zeros(facts.count, np.int64)
    newest[table.firm[last]] = year[last]
    earlier = chosen.copy()
    earlier[chosen] = year[chosen] == newest[table.firm[chosen]] - 1
    base = _latest(table, earlier & (amount > 0), rule.year)
    before, row_before = np.zeros(facts.count, np.int64), np.full(facts.count, -1, np.int64)
    before[table.firm[base]], row_before[table.firm[base]] = amount[base], base
    last = last[before[table.firm[last]] > 0]
    firm = table.firm[last]
    pairs = zip(amount[last].tolist(), before[firm].tolist(), strict=True)
    fell = [min(max(other - one, 0) * 100 // other, MOST_PERCENT) for one, other in pairs]
    value = of_rows(facts, table, last, np.array(fell, np.int64))
    both = np.concatenate([last, row_before[firm]])
    return Value(value.numbers, value.known, lambda: Said(table.firm[both], both, table.sids), nothing)


def rank(rule: RankInput, facts: Facts, window: Span | None) -> Value:
    """What the latest record says, as a number."""
    table = facts.table(rule.kind)
    if table is None:
        return no_data(facts)
    codes, values = table.coded(rule.field)
    ranks = np.array([*(rule.ranks.get(value, MOST_PERCENT) for value in values), MOST_PERCENT], np.int64)[codes]
    rows = _latest(table, facts.chosen(rule, window) & (codes >= 0), rule.latest)
    rows = rows[ranks[rows] != MOST_PERCENT]  # what the policy has no rank for says nothing
    return of_rows(facts, table, rows, ranks[rows])


def lapsed(rule: LapsedInput, facts: Facts, window: Span | None) -> Value:
    """Of each permit the last term: one that has been renewed, or has no end, has not lapsed."""
    table = facts.table(rule.kind)
    if table is None or rule.day is None:
        return no_data(facts)
    ends = table.days(rule.day)
    ends = np.where(np.isnat(ends), np.datetime64("9999-12-31"), ends)
    rows = np.flatnonzero(table.used & (table.firm >= 0))
    permit = table.firm.astype(np.int64) * (len(ends) + 1) + table.coded(rule.by)[0]
    last = _last(table.later(rows, ends[rows]), permit)
    over = ends[last] < np.datetime64(facts.day)
    if window is not None:
        over &= ends[last] > np.datetime64(window.start(facts.day))
    chosen = np.zeros(len(ends), np.bool_)
    chosen[last[over]] = True
    for condition in rule.where:
        chosen &= table.fulfils(condition)
    numbers = np.bincount(table.firm[chosen], minlength=facts.count).astype(np.int64)
    return found_of_all(facts, numbers, lambda: table.tell(chosen))
