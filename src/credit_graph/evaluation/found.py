"""What the product found, named as the truth names it, so that the two can be compared; and the simple baselines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from credit_graph.evaluation.truth import Controllers, Truth
from credit_graph.links.beneficial import Criterion
from credit_graph.links.compute import Links, chart
from credit_graph.links.groups import components
from credit_graph.links.stakes import Ids
from credit_graph.links.structure import Structure
from credit_graph.projection import Projection

_FIRST_NUMBER = 3_700_000  # the generator counts subscribed contributions from here, with "37" before
_SUBSCRIBED = "subscribed_contribution"


@dataclass(frozen=True, slots=True)
class Naming:
    """The truth's names of the product's entities.

    ``person``: pid -> ``person:`` and the number of the one person of whom all its mentions are; where the product
    took several persons for one, ``mixed:`` and the pid. ``mixed``: that name -> those persons. ``holder``: id of an
    unknown holder -> ``outside:`` and its name.
    """

    person: dict[str, str]
    mixed: dict[str, frozenset[str]]
    holder: dict[str, str]

    def of(self, entity: str) -> str:
        """The truth's name of an eid, a pid or an unknown holder."""
        return self.person.get(entity) or self.holder.get(entity) or entity

    def meant(self, node: str, true: Iterable[str]) -> str:
        """The node, or of several persons taken for one the true one, if it is among them.

        That they are not one is counted once, by the measures of persons.
        """
        persons = self.mixed.get(node, frozenset())
        return next((one for one in true if one in persons), node)


@dataclass(frozen=True, slots=True)
class Found:
    """What is judged: the truth's ``mentions`` with their nodes, nearest and ultimate controllers, owners (company,
    person), groups (firm -> head).
    """

    mentions: pd.DataFrame
    names: Naming
    controllers: Controllers
    owners: set[tuple[str, str]]
    groups: dict[str, str]


def found(projection: Projection, links: Links, truth: Truth) -> Found:
    """The answers of the product in the truth's names."""
    told = mentions(projection, truth)
    names = naming(told, links, truth)
    structure = chart(links)
    called = _called(structure, names)
    return Found(
        told,
        names,
        _controllers(structure, called),
        _owners(structure, names),
        {entity: called[head] for entity, head in zip(structure.ids.tolist(), structure.heads.tolist(), strict=True)},
    )


def mentions(projection: Projection, truth: Truth) -> pd.DataFrame:
    """The truth's mentions of persons with the node that each has in the graph: the truth's columns, ``pid``, ``sid``.

    Mentions whose row is not in the graph (noise) are left out.
    """
    offices = projection.history("Office", ["source", "person_no"])[["sid", "eid", "source", "person_no"]]
    offices = offices.merge(projection.offices[["sid", "pid"]].drop_duplicates(), on="sid")
    given = projection.history("Contribution", ["source", "contribution_id"])[
        ["sid", "eid", "source", "contribution_id"]
    ]
    given = given.merge(projection.contributions[["sid", "holder"]].drop_duplicates(), on="sid")
    rows = pd.concat(
        [
            offices.rename(columns={"person_no": "shown", "eid": "code"}),
            given.rename(columns={"contribution_id": "shown", "holder": "pid", "eid": "code"}),
        ],
        ignore_index=True,
    )
    number = truth.mentions["number"]
    subscribed = "37" + (number + _FIRST_NUMBER).astype("str")
    shown = subscribed.where(truth.mentions["source"] == _SUBSCRIBED, number.astype("str"))
    return truth.mentions.assign(shown=shown).merge(rows, on=["code", "source", "shown"])


def naming(told: pd.DataFrame, links: Links, truth: Truth) -> Naming:
    """The names of whom the product found. ``told``: of :func:`mentions`.

    A holder who stands in an annual report only is who has that name in the firm.
    """
    same = links.persons
    pid = told["pid"].map(lambda one: same.get(one, one))
    one = told.assign(pid=pid)[["pid", "person"]].drop_duplicates()
    several = one[one["pid"].duplicated(keep=False)]
    person = {pid: f"person:{number}" for pid, number in zip(one["pid"], one["person"], strict=True)}
    person |= {pid: f"mixed:{pid}" for pid in several["pid"]}
    mixed = {
        f"mixed:{pid}": frozenset(f"person:{number}" for number in numbers)
        for pid, numbers in several.groupby("pid")["person"]
    }
    reported = links.holdings[(links.holdings["holder_kind"] == "person") & ~links.holdings["holder"].isin(person)]
    bearers = truth.mentions.drop_duplicates(["code", "name", "person"]).drop_duplicates(["code", "name"], keep=False)
    reported = reported.merge(bearers, left_on=["eid", "name"], right_on=["code", "name"])
    person |= {pid: f"person:{number}" for pid, number in zip(reported["holder"], reported["person"], strict=True)}
    unknown = links.holdings[links.holdings["holder_kind"] == "unknown"]
    return Naming(person, mixed, dict(zip(unknown["holder"], "outside:" + unknown["name"], strict=True)))


def _called(structure: Structure, names: Naming) -> list[str]:
    """The truth's name of each entity, of a ring's members the ring's."""
    forest, called = structure.forest, [names.of(entity) for entity in structure.ids.tolist()]
    rings = set(forest.ring[forest.ring >= 0].tolist())
    ring = {label: f"ring:{min(called[member] for member in forest.members(label))}" for label in rings}
    return [ring.get(label, name) for label, name in zip(forest.ring.tolist(), called, strict=True)]


def _controllers(structure: Structure, called: list[str]) -> Controllers:
    forest = structure.forest
    rows = zip(structure.ids.tolist(), forest.parent.tolist(), forest.root.tolist(), strict=True)
    return {entity: (called[parent], called[root]) for entity, parent, root in rows if parent >= 0}


def _owners(structure: Structure, names: Naming) -> set[tuple[str, str]]:
    result = structure.owners
    if result is None:
        return set()
    by_equity = (result.criteria & int(Criterion.EQUITY)) > 0
    company, person = (structure.ids[rows[by_equity]].tolist() for rows in (result.company, result.person))
    return {(one, names.of(other)) for one, other in zip(company, person, strict=True)}


def largest_holders(held: pd.DataFrame, names: Naming) -> Controllers:
    """Baseline of control: the holder with the most, and the last one of going up so; none where two have as much."""
    most = held["votes"] == held.groupby("eid")["votes"].transform("max")
    rows = held[most.fillna(False)]
    rows = rows[~rows["eid"].duplicated(keep=False)]
    up = dict(zip(rows["eid"], rows["holder"], strict=True))
    result = {}
    for company, holder in up.items():
        last, passed = holder, {company}
        while last in up and last not in passed:
            passed.add(last)
            last = up[last]
        result[company] = (names.of(holder), names.of(last))
    return result


def direct_owners(held: pd.DataFrame, names: Naming, line: Fraction) -> set[tuple[str, str]]:
    """Baseline of owners: the natural persons who hold the line's part themselves."""
    rows = held[(held["holder_kind"] == "person") & held["votes"].notna() & held["whole"].notna()]
    enough = rows["votes"] * line.denominator >= rows["whole"] * line.numerator
    rows = rows[enough]
    return {(company, names.of(holder)) for company, holder in zip(rows["eid"], rows["holder"], strict=True)}


def exactly_named(projection: Projection) -> set[tuple[str, str]]:
    """Baseline of holders' names: (company, firm) where the name is, letter by letter, that of one firm today."""
    names = projection.enterprises["name"].dropna()
    single = pd.Series(names.index, index=names.to_numpy())[~names.duplicated(keep=False).to_numpy()]
    rows = projection.contributions[projection.contributions["in_use"]]
    found = rows["holder_name"].map(single)
    rows, found = rows[found.notna()], found[found.notna()]
    return set(zip(rows["eid"], found, strict=True))


def components_of_majority(majority: pd.DataFrame) -> dict[str, str]:
    """Baseline of groups: firm -> component of those joined by direct majorities, the state's too."""
    rows = majority[majority["status"] == "majority"].reset_index()
    ids = pd.Index(pd.concat([rows["eid"], rows["holder"]]).unique())
    ends = ids.get_indexer(rows["eid"]).astype(np.int32), ids.get_indexer(rows["holder"]).astype(np.int32)
    root: Ids = components(len(ids), *ends)
    return {str(one): str(ids[place]) for one, place in zip(ids, root, strict=True)}
