"""Values that come of others: related firms, persons at the firm, firms that it may be come back."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from credit_graph.grading import related as relations
from credit_graph.grading.columns import Flags, Said, said
from credit_graph.grading.facts import Facts
from credit_graph.grading.rules import PersonsInput, RebornInput, RelatedInput, RelatedStateInput, Span
from credit_graph.grading.values import Tell, Value, found_of_all, no_data
from credit_graph.links.gather import renamed


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
    return found_of_all(facts, numbers, lambda: relations.statements(pairs(), told()), lambda: found.path(pairs()))


def persons(rule: PersonsInput, facts: Facts, window: Span | None) -> Value:
    """Persons at the firm with such a record."""
    table = facts.table(rule.kind)
    if table is None:
        return no_data(facts)
    pids = table.column("pid")
    rows = np.flatnonzero(facts.chosen(rule, window, of_firm=False) & pids.notna().to_numpy(dtype=bool))
    about = pd.DataFrame({"pid": renamed(pids.iloc[rows], facts.links.persons), "row": rows})
    hit = relations.persons(rule.who, facts).merge(about, on="pid")
    firm = hit["firm"].to_numpy(dtype=np.int32)
    numbers = facts.counted(firm, pd.factorize(hit["pid"])[0].astype(np.int64))
    rows = hit["row"].to_numpy(dtype=np.int64)
    return found_of_all(
        facts, numbers, lambda: Said(firm, rows, table.sids), lambda: relations.way_to(rule.who, facts, hit)
    )
