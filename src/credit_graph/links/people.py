"""The persons of a projection: its mentions, what their firms share, and who is whom by that and by decision."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from credit_graph.links.claims import REGISTER
from credit_graph.links.person_evidence import holding_circles, pair_circles, phone_circles, room_circles
from credit_graph.links.person_policy import EvidenceRule, PersonRules
from credit_graph.links.persons import mentions, same_firm_name
from credit_graph.links.policy import Hubs
from credit_graph.links.same_person import PersonDecision, SamePersons, named_in, same_person
from credit_graph.projection import Projection


def persons(
    projection: Projection,
    branches: pd.DataFrame,
    holders: pd.DataFrame,
    held: set[str],
    rules: PersonRules,
    hubs: Hubs,
) -> SamePersons:
    """Who is whom, by what people decided and by the rules.

    ``branches``: eid, parent, sids; ``holders``: of ``resolve_holders``; ``held``: statements that may not be used,
    which say nothing.
    """
    offices, phones, addresses = (_used(f, held) for f in (projection.offices, projection.phones, projection.addresses))
    contributions = projection.contributions[projection.contributions["in_use"]]
    found = mentions(offices, contributions)
    named = named_in(found, rules.agents)

    def shared(rule: EvidenceRule) -> pd.DataFrame:
        if rule.kind == "phone":
            return phone_circles(phones, rule)
        if rule.kind == "room":
            return room_circles(addresses, rule, rules, hubs)
        if rule.kind == "holding":
            firms = holders[(holders["holder_kind"] == "enterprise") & (holders["kind"] == REGISTER)]
            return holding_circles(firms, branches, rule)
        return pair_circles(named, rule, rules.least_firms)

    circles: dict[str, pd.DataFrame] = {rule.kind: shared(rule) for rule in rules.evidence if rule.kind != "companion"}
    return same_person(named, same_firm_name(found), circles, rules, _decisions(projection))


def _decisions(projection: Projection) -> Iterator[PersonDecision]:
    said = projection.records("PersonDecision", ["person_a", "person_b", "decision"])
    columns = [said[name] for name in ("person_a", "person_b", "decision", "sid")]
    for a, b, decision, sid in zip(*columns, strict=True):
        yield PersonDecision(a, b, decision == "join", sid)


def _used(frame: pd.DataFrame, held: set[str]) -> pd.DataFrame:
    return frame[~frame["sid"].isin(held)]
