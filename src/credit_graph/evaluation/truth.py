"""The planted truth of a generated city (docs/generator.md) as measures need it, and what its files decide of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import networkx as nx
import pandas as pd

from credit_graph.evaluation import charts

Controllers = dict[str, tuple[str, str]]  # company -> nearest and last controller


@dataclass(frozen=True)
class Truth:
    """The tables of the truth. Nodes are texts: a firm's credit code, ``person:``, ``outside:`` or ``ring:`` and more.

    ``city``: arguments; ``structures``, ``reborn``: what was planted; the frames are described in docs/generator.md.
    """

    city: dict[str, Any]
    firms: pd.DataFrame
    control: pd.DataFrame
    holdings: pd.DataFrame
    mentions: pd.DataFrame
    pairs: pd.DataFrame
    structures: list[dict[str, Any]]
    reborn: list[dict[str, Any]]

    @property
    def noise(self) -> float:
        """Share of the files' rows that have a fault."""
        return float(self.city["noise"])

    @cached_property
    def controllers(self) -> Controllers:
        """Who controls each company that is controlled; rings as :func:`charts.controllers` names them."""
        frame, ring = self.control, self.rings
        ends = zip(frame["code"], _node(frame, "parent"), _node(frame, "root"), strict=True)
        return {
            code: (ring.get(parent, parent), ring.get(root, root))
            for code, parent, root in ends
            if parent and code not in ring
        }

    @cached_property
    def rings(self) -> dict[str, str]:
        """The firms that control one another, with the name of their ring."""
        parent = dict(zip(self.control["code"], _node(self.control, "parent"), strict=True))
        return {member: f"ring:{min(circle)}" for circle in _circles(parent) for member in circle}

    @cached_property
    def equity(self) -> charts.Chart:
        """Who owns how much."""
        rows = self.holdings
        return charts.chart(zip(rows["company"], _holders(rows), rows["share"], strict=True))

    @cached_property
    def partners(self) -> dict[str, int]:
        """Partnership -> the person who is its executing partner: its operator, if one of its partners."""
        rows = self._partnerships()
        rows = rows[rows["holder_person"] == rows["operator"]]
        return dict(zip(rows["company"], rows["operator"], strict=True))

    @cached_property
    def contradicted(self) -> set[str]:
        """The partnerships whose executing partner, as the files call the operator, is none of their partners."""
        return set(self._partnerships()["company"]) - self.partners.keys()

    @cached_property
    def namesakes(self) -> set[str]:
        """The firms that name two persons of one name: the files can't tell which of them is meant where."""
        persons = self.mentions.groupby(["code", "name"])["person"].nunique()
        return set(persons.index[persons > 1].get_level_values("code"))

    def _partnerships(self) -> pd.DataFrame:
        firms = self.firms.loc[self.firms["kind"] == "partnership", ["code", "operator"]]
        return self.holdings.merge(firms, left_on="company", right_on="code")

    @cached_property
    def state(self) -> set[str]:
        """Those who hold for the state: groups end below them (公司法 art. 265(4))."""
        tops = [item["members"][0] for item in self.structures if item["kind"] == "state_group"]
        return {self.controllers[top][0] for top in tops if top in self.controllers}

    @cached_property
    def groups(self) -> dict[str, str]:
        """Firm -> head of its control group: the highest controller below the state, else the firm itself."""
        return groups(self.firms["code"], self.controllers, self.rings, self.state)

    def owners(self, line: Fraction) -> set[tuple[str, str]]:
        """(company, person) of every person who owns at least ``line`` of a company in the end."""
        return charts.owners(self.equity, line)

    @cached_property
    def classes(self) -> dict[tuple[int, str], str]:
        """(person, firm) -> a name of all firms in which the files show that it is the same person.

        Of the firms that name a person those are joined that both have the ID, or that share what is evidence.
        """
        told = self.pairs[self.pairs["decided"]]
        same: nx.Graph[tuple[int, str]] = nx.Graph()
        a = zip(told["person"], told["code_a"], strict=True)
        b = zip(told["person"], told["code_b"], strict=True)
        same.add_edges_from(zip(a, b, strict=True))
        return {
            node: f"person:{node[0]}/{place}"
            for place, part in enumerate(nx.connected_components(same))
            for node in part
        }

    @cached_property
    def seen(self) -> charts.Chart:
        """The equity as the files show it: without missing holders, with whom they let one recognise."""
        rows = self.holdings[self.holdings["shown"]]
        return charts.chart(zip(rows["company"], self._seen_holders(rows), rows["share"], strict=True))

    def _seen_holders(self, rows: pd.DataFrame) -> list[str]:
        columns = [rows[name] for name in ("company", "kind", "holder_code", "holder_person", "holder_name", "decided")]
        result = []
        for company, kind, code, person, name, decided in zip(*columns, strict=True):
            if kind == "person":
                result.append(self.classes.get((person, company), f"person:{person}/{company}"))
            elif kind == "firm":
                result.append(code if decided else f"unknown:{company}/{name}")
            else:
                result.append(f"outside:{name}")
        return result

    @cached_property
    def control_decided(self) -> set[str]:
        """The firms of whose controllers the files lead to the truth.

        To what the truth says of the holdings comes whom the files name: a holder whose name several firms have, or a
        person who is told from a namesake by nothing, is not known to be the same elsewhere. Nothing is decided of a
        firm with namesakes, of a partnership whose executing partner is no partner, and of what these hold.
        """
        partners = {firm: self.classes.get((who, firm), f"person:{who}/{firm}") for firm, who in self.partners.items()}
        seen = charts.controllers(charts.ruled(self.seen, partners))
        seen = {company: (_whole(a), _whole(b)) for company, (a, b) in seen.items()}
        firms = self.firms.loc[self.firms["shown"], "code"]
        told = set(self.control.loc[self.control["decided"], "code"]) - self._below(self.contradicted | self.namesakes)
        return {code for code in firms if code in told and seen.get(code) == self.controllers.get(code)}

    def _below(self, firms: Set[str]) -> set[str]:
        """The firms, and those whose votes may hang on them."""
        found, waiting = set(firms), list(firms)
        while waiting:
            below = set(self.equity.holds.get(waiting.pop(), ())) - found
            found |= below
            waiting += below
        return found

    def owners_decided(self, line: Fraction) -> set[str]:
        """The companies of whose owners the files lead to the truth: no holder above them is missing or unknown."""
        rows = self.holdings
        unknown = set(rows.loc[~rows["shown"] | ((rows["kind"] == "firm") & ~rows["decided"]), "company"])
        unknown |= self.namesakes
        seen, true = _by_company(charts.owners(self.seen, line)), _by_company(self.owners(line))
        return {
            company
            for company in self.seen.held
            if {_whole(node) for node in seen.get(company, ())} == true.get(company, set())
            and unknown.isdisjoint(charts.upstream(self.equity, company))
        }


def groups(firms: Iterable[str], controllers: Controllers, rings: Mapping[str, str], state: Set[str]) -> dict[str, str]:
    """Firm -> head of its control group, of firms that control one another their ring."""
    result = {}
    for firm in firms:
        node = firm
        while node in controllers and controllers[node][0] not in state:
            node = controllers[node][0]
        result[firm] = rings.get(node, node)
    return result


def _by_company(found: set[tuple[str, str]]) -> dict[str, set[str]]:
    result: dict[str, set[str]] = {}
    for company, who in found:
        result.setdefault(company, set()).add(who)
    return result


def _whole(node: str) -> str:
    """The person of a part of a person that the files show."""
    return node.split("/", maxsplit=1)[0] if node.startswith("person:") else node


def _node(frame: pd.DataFrame, which: str) -> list[str]:
    columns = [frame[f"{which}_{name}"] for name in ("kind", "code", "person", "name")]
    return [_named(*cells) for cells in zip(*columns, strict=True)]


def _holders(rows: pd.DataFrame) -> list[str]:
    columns = [rows[name] for name in ("kind", "holder_code", "holder_person", "holder_name")]
    return [_named(*cells) for cells in zip(*columns, strict=True)]


def _named(kind: str, code: str, person: int, name: str) -> str:
    return {"firm": code, "person": f"person:{person}", "outside": f"outside:{name}"}.get(kind, "")


def _circles(parent: dict[str, str]) -> list[list[str]]:
    """The rings: firms whose controllers lead back to themselves."""
    found, done = [], set[str]()
    for start in parent:
        chain, node = [], start
        while node in parent and node not in done and parent[node]:
            done.add(node)
            chain.append(node)
            node = parent[node]
        if node in chain:
            found.append(chain[chain.index(node) :])
    return found
