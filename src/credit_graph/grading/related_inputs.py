"""Values that come of others: related firms, persons at the firm, firms that it may be come back."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.grading import related as relations
from credit_graph.grading.columns import Flags, Said, equal_rows, said
from credit_graph.grading.facts import Facts
from credit_graph.grading.rules import PersonsInput, RebornInput, RelatedInput, RelatedStateInput, Span
from credit_graph.grading.values import Tell, Value, found_of_all, no_data


def reborn(rule: RebornInput, facts: Facts, _: Span | None) -> Value:
    """Ended firms that this one may be come back."""
    found, shared = facts.reborn
    ended = found[(found["status"] == "reborn") & found["what"].isin(rule.ends)]
    firm = facts.place(ended["new"])
    numbers = np.bincount(firm[firm >= 0], minlength=facts.count).astype(np.int64)

    def told() -> Said:
        ends = ended.explode("end_sids")
        return said(facts.place(ends["new"]), ends["end_sids"])

    def path() -> Said:
        links = shared.merge(ended[["old", "new"]], on=["old", "new"]).explode("sids")
        return said(facts.place(links["new"]), links["sids"])

    return found_of_all(facts, numbers, told, path)


def related(rule: RelatedInput, facts: Facts, window: Span | None) -> Value:
    """Related firms with such a record."""
    table = facts.table(rule.kind)
    if table is None:
        return no_data(facts)
    chosen = facts.chosen(rule, window)
    struck = np.zeros(facts.count, np.bool_)
    struck[table.firm[chosen]] = True
    return _of_related(rule, facts, struck, lambda: table.tell(chosen))


def related_state(rule: RelatedStateInput, facts: Facts, _: Span | None) -> Value:
    """Related firms in such a state."""
    if facts.table("Registration") is None:
        return no_data(facts)
    states = facts.projection.enterprises["state"]
    struck: Flags = states.isin(rule.states).to_numpy(dtype=bool)

    def told() -> Said:
        shown = facts.shown("state")
        kept = struck[shown.firm]
        return Said(shown.firm[kept], shown.row[kept], shown.sids)

    return _of_related(rule, facts, struck, told)


def _of_related(rule: RelatedInput | RelatedStateInput, facts: Facts, struck: Flags, told: Tell) -> Value:
    """How many, or which part, of the related firms are struck: with their statements and the way to them."""
    found = relations.related(rule.via, facts)
    numbers, members = found.counts(struck)
    if rule.measure == "percent":
        numbers = numbers * 100 // np.maximum(members, 1)
    pairs = cache(lambda: found.pairs(struck))
    return found_of_all(
        facts,
        numbers,
        lambda: told().ordered().passed_on(pairs().firm, pairs().other),
        lambda: found.path(pairs()),
    )


def persons(rule: PersonsInput, facts: Facts, window: Span | None) -> Value:
    """Persons at the firm with such a record."""
    table = facts.table(rule.kind)
    if table is None:
        return no_data(facts)
    rows = np.flatnonzero(facts.chosen(rule, window, of_firm=False) & table.there("pid"))
    pids = table.column("pid").take(pa.array(rows)).to_pylist()
    same, there = facts.links.persons, relations.persons(rule.who, facts)
    told = pa.array([same.get(pid, pid) for pid in pids], pa.large_string())
    person = pc.index_in(told, value_set=there.pids).fill_null(-1).to_numpy()
    order = np.argsort(person, kind="stable")
    row, at = equal_rows(person[order], there.person)
    firm, rows = there.firm[at], rows[order][row]
    numbers = facts.counted(firm, there.person[at])
    return found_of_all(facts, numbers, lambda: Said(firm, rows, table.sids), lambda: there.way(facts, at))
