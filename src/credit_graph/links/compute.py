"""All links of a projection in one object."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

import pandas as pd
import pyarrow as pa

from credit_graph.links.branches import branches
from credit_graph.links.claims import REGISTER, said_of_holdings
from credit_graph.links.gather import among, renamed
from credit_graph.links.grouping import members
from credit_graph.links.holders import resolve_holders
from credit_graph.links.holdings import holdings
from credit_graph.links.hubs import address_hubs, phone_hubs
from credit_graph.links.keeping import kept, packed, unpacked
from credit_graph.links.majority import direct_majority
from credit_graph.links.parties import Parties, asked_parties, control_decisions, decided_parties, ruling
from credit_graph.links.partners import executing_partners, state_holders
from credit_graph.links.path import MESH, EdgeKind, Network, PathAnswer, edge_frame, mesh
from credit_graph.links.people import persons
from credit_graph.links.person_policy import person_policy
from credit_graph.links.persons import LEGAL_REPRESENTATIVE, legal_representatives, mentions, same_firm_name
from credit_graph.links.policy import LinkPolicy, LinkRules
from credit_graph.links.structure import Structure, structure
from credit_graph.projection import Projection, relations
from credit_graph.projection.views import VIEWS

_REGISTERED = ["name", "pid", "legal_representative", "parent_code", "parent_number", "subject_number"]
_OFFICE = ["pid", "person_name", "office", "position"]
_POSITION = ["eid", "sid", "pid", "name", "position"]


FRAMES = (
    "same_as", "person_ties", "holdings", "majority", "representatives", "branches", "addresses", "phones", "ruled",
    "state", "decisions",
)  # fmt: skip


class Links:
    """What follows from a projection. ``frames``: ``FRAMES``, described where they are made; each may be made late."""

    def __init__(self, rules: LinkRules, frames: Mapping[str, pd.DataFrame]) -> None:
        self.rules, self.frames = rules, frames

    @property
    def same_as(self) -> pd.DataFrame:
        """Persons who are another one."""
        return self.frames["same_as"]

    @property
    def person_ties(self) -> pd.DataFrame:
        """The single steps behind ``same_as``."""
        return self.frames["person_ties"]

    @property
    def holdings(self) -> pd.DataFrame:
        """One row per holder and company."""
        return self.frames["holdings"]

    @property
    def majority(self) -> pd.DataFrame:
        """The direct majority holder of each company."""
        return self.frames["majority"]

    @property
    def representatives(self) -> pd.DataFrame:
        """Legal representatives."""
        return self.frames["representatives"]

    @property
    def branches(self) -> pd.DataFrame:
        """Branches and their parents."""
        return self.frames["branches"]

    @property
    def addresses(self) -> pd.DataFrame:
        """Addresses with their number of firms, by aid."""
        return self.frames["addresses"]

    @property
    def phones(self) -> pd.DataFrame:
        """Telephones with their number of firms, by number."""
        return self.frames["phones"]

    @property
    def ruled(self) -> pd.DataFrame:
        """Who goes before votes, by decision or as a partnership's executing partner: controller, eid, rule, sids."""
        return self.frames["ruled"]

    @cached_property
    def parties(self) -> list[Parties]:
        """Who acts in concert, by decision of the bureau."""
        return decided_parties(self.frames["decisions"])

    @cached_property
    def state(self) -> frozenset[str]:
        """Holders for the state (国资委 …): groups are cut there."""
        return frozenset(self.frames["state"]["holder"])

    @cached_property
    def persons(self) -> dict[str, str]:
        """pid -> pid of the person that it is: a keyed one, or else the first of several without an ID."""
        return dict(zip(self.same_as["pid"], self.same_as["same_as"], strict=True))


def kept_links(projection: Projection, policy: LinkPolicy) -> Links:
    """As :func:`links`; what was worked out at this very state of the graph, by this program, is not again.

    It is kept with the projection's views, and goes with them.
    """
    frames = kept(projection, "links", FRAMES, lambda: links(projection, policy).frames, packed, unpacked)
    return Links(policy.on(projection.point.valid), frames)


def links(projection: Projection, policy: LinkPolicy) -> Links:
    """Everything that is computed: persons joined, holdings, majority, representatives, branches, hubs.

    Only records in use on the projection's channel count. Raises ``DefinitionError`` where no rule is in force.
    """
    rules = policy.on(projection.point.valid)
    projection.prepare(VIEWS, {"Registration": _REGISTERED, "Office": _OFFICE})
    held = _held(projection)
    offices = projection.offices[~projection.offices["sid"].isin(held)]
    registrations = projection.records("Registration", _REGISTERED)
    registrations = registrations[registrations["in_use"]]
    below = branches(registrations, projection.enterprises, projection.names, rules.branches)
    said = said_of_holdings(projection)
    said = resolve_holders(said, projection.names, projection.enterprises, rules.holdings.names)
    same = persons(projection, below, said, held, person_policy().on(projection.point.valid), rules.hubs)
    who = dict(zip(same.same_as["pid"], same.same_as["same_as"], strict=True))
    everybody = who | _reported_persons(offices, said)
    said["holder"] = renamed(said["holder"], everybody)
    held_by = holdings(said, projection.enterprises, rules)
    named = _positions(registrations, projection.records("Office", _OFFICE), who)
    partners = executing_partners(named, projection.enterprises, held_by, rules.holdings.partnerships)
    told = projection.records("ControlDecision", ["decision", "agreement", "party_firm", "party_person"])
    decisions = control_decisions(told, everybody)
    frames = {
        "same_as": same.same_as,
        "person_ties": same.ties,
        "holdings": held_by,
        "majority": direct_majority(held_by, rules),
        "representatives": legal_representatives(offices, who),
        "branches": below,
        "addresses": address_hubs(projection.addresses, rules.hubs),
        "phones": phone_hubs(projection.phones, rules.hubs),
        "ruled": ruling(decisions, partners),
        "state": pd.DataFrame({"holder": sorted(state_holders(held_by, rules.holdings.state))}, dtype="str"),
        "decisions": decisions,
    }
    return Links(rules, frames)


def recorded_holdings(projection: Projection, policy: LinkPolicy) -> pd.DataFrame:
    """The holdings as :func:`links` finds them, with no persons joined: what faults are looked for in."""
    rules = policy.on(projection.point.valid)
    firms = projection.current(["entity_kind", "address", "registered_capital", "currency"])
    said = resolve_holders(said_of_holdings(projection), projection.names, firms, rules.holdings.names)
    return holdings(said, firms, rules)


def _positions(registrations: pd.DataFrame, offices: pd.DataFrame, who: dict[str, str]) -> pd.DataFrame:
    """Who is named with which position (eid, sid, pid, name, position); missing: the register's representative."""
    head = registrations[["eid", "sid", "pid", "legal_representative"]].dropna(subset=["eid"])
    head = head.rename(columns={"legal_representative": "name"}).reindex(columns=_POSITION)
    told = offices["in_use"] & (offices["position"].notna() | (offices["office"] == LEGAL_REPRESENTATIVE))
    other = offices.loc[told, ["eid", "sid", "pid", "person_name", "position"]].set_axis(_POSITION, axis=1)
    found = pd.concat([head.astype({"position": "str"}), other], ignore_index=True)
    return found.assign(pid=renamed(found["pid"], who))


def chart(found: Links, together: Sequence[Collection[str]] = (), *, agreed: bool = True) -> Structure:
    """The holdings as one numbered chart: control, owners, groups, rings.

    ``together``: sets of holders that are taken as one besides those who were decided to act in concert; ``agreed``
    false leaves the latter out. Raises ``UsageError("usage.bad_value")`` where somebody belongs to two of the sets.
    """
    parties = [*(found.parties if agreed else ()), *asked_parties(together)]
    decided = found.frames["decisions"]
    persons = frozenset(decided.loc[decided["person"], "party"])
    return structure(found.holdings, found.rules, found.ruled, found.state, parties, persons)


def group_members(projection: Projection, found: Links, structure_: Structure) -> pd.DataFrame:
    """Members of groups in their layers (see :mod:`credit_graph.links.grouping`), of records in use."""
    held = _held(projection)
    parts = (projection.offices, projection.addresses, projection.phones)
    offices, addresses, phones = (part[~part["sid"].isin(held)] for part in parts)
    return members(structure_, offices, addresses, phones, found.persons)


def _held(projection: Projection) -> set[str]:
    """Statements under a hold, of the kinds whose statements give offices, addresses and telephones."""
    kinds = {kind for name in ("offices", "addresses", "phones") for kind in relations.fields_of(name)}
    frames = [projection.records(kind) for kind in sorted(kinds)]
    return {sid for frame in frames for sid in frame.loc[~frame["in_use"], "sid"]}


def _reported_persons(offices: pd.DataFrame, said: pd.DataFrame) -> dict[str, str]:
    """Persons whom only reports or changes name, who are the only keyed person of that name in the firm: pid -> pid."""
    people = said[said["match"] == "person"]
    named = {*offices["pid"], *people.loc[people["kind"] == REGISTER, "holder"]}
    firms = people.loc[~among(people["holder"], named), "eid"].unique()
    found = same_firm_name(mentions(offices[among(offices["eid"], firms)], people[among(people["eid"], firms)]))
    return dict(zip(found["pid"], found["same_as"], strict=True))


def edges(projection: Projection, found: Links) -> pd.DataFrame:
    """All edges that an explanation may use: a, b, kind, label, sids (see :mod:`credit_graph.links.path`)."""
    parts: dict[EdgeKind, pd.DataFrame] = {
        "holds": _edges(found.holdings, "holder", "eid", _share_text(found.holdings)),
        "office": _edges(_single(projection.offices), "pid", "eid", projection.offices["office"]),
        "branch": _edges(found.branches, "eid", "parent", found.branches["rule"]),
        "same_person": _edges(found.same_as, "pid", "same_as", found.same_as["rule"]),
        "address": _edges(_single(projection.addresses), "eid", "aid", projection.addresses["text"]),
        "phone": _edges(_single(projection.phones), "eid", "number", projection.phones["number"]),
    }
    return edge_frame(parts)


def hubs(all_edges: pd.DataFrame, projection: Projection, found: Links) -> set[str]:
    """Nodes over the limit of their kind, and hosted addresses."""
    addresses = found.addresses
    result = set(addresses.index[addresses["hub"] | addresses["hosted"]])
    result |= set(found.phones.index[found.phones["hub"]])
    firms = pd.Index(projection.enterprises.index)
    ends = pd.concat([all_edges["a"], all_edges["b"]])
    degree = ends[~ends.isin(addresses.index) & ~ends.isin(found.phones.index)].value_counts()
    limits = found.rules.hubs.limits
    is_firm = degree.index.isin(firms)
    result |= set(degree.index[is_firm & (degree.to_numpy() > limits["enterprise"])])
    return result | set(degree.index[~is_firm & (degree.to_numpy() > limits["person"])])


def explain_path(
    projection: Projection,
    found: Links,
    start: str,
    end: str,
    count: int = 1,
    kinds: Collection[EdgeKind] | None = None,
) -> PathAnswer:
    """Up to ``count`` shortest explanations between two entities (eid or pid), over edges of ``kinds`` (all)."""
    return network(projection, found, kinds).explain(start, end, count)


def network(projection: Projection, found: Links, kinds: Collection[EdgeKind] | None = None) -> Network:
    """The edges of ``kinds`` (all), indexed for paths and neighbourhoods; hubs are not walked through.

    ``found``: by the rules of the policy. What was made is kept as :func:`kept_links` are.
    """
    return Network(network_tables(projection, found), kinds)


def network_tables(projection: Projection, found: Links) -> Mapping[str, pa.Table]:
    """All edges and hubs as :func:`network` is made of them, kept with the projection."""

    def made() -> dict[str, pa.Table]:
        every = edges(projection, found)
        return mesh(every, hubs(every, projection, found))

    return kept(projection, "network", MESH, made, _as_it_is, _as_it_is)


def _as_it_is(table: pa.Table) -> pa.Table:
    return table


def _single(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(sids=pd.Series([(sid,) for sid in frame["sid"]], index=frame.index, dtype=object))


def _share_text(holdings_frame: pd.DataFrame) -> pd.Series:
    # text for people; no threshold is judged by it
    share = holdings_frame["share_ppm"]
    return pd.Series(["" if pd.isna(ppm) else f"{ppm / 10_000:.2f}%" for ppm in share], index=share.index)


def _edges(frame: pd.DataFrame, a: str, b: str, label: pd.Series) -> pd.DataFrame:
    columns = {"a": frame[a].astype("str"), "b": frame[b].astype("str")}
    return pd.DataFrame({**columns, "label": label.astype("str"), "sids": frame["sids"]})
