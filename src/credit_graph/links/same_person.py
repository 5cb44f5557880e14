"""Which mentions in different firms are the same person (同一人): by rules on evidence, and by people's decisions.

The same keyed ID is the same person; within a firm :func:`credit_graph.links.persons.same_firm_name` decides. Across
firms the same name never suffices: a second, independent evidence does (:mod:`credit_graph.links.person_evidence`).
A merge may give the evidence of the next (collective evidence: a rare pair of names shows who the common name is), so
the rules run until nothing is joined any more. Two different keys are never merged by a rule: where the evidence of one
kind leads to both, none of it counts. People's decisions go first: who was joined is one, who is kept apart stays so.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit_graph.links.holders import is_keyed
from credit_graph.links.person_evidence import companion_circles
from credit_graph.links.person_policy import EvidenceRule, PersonRules
from credit_graph.links.persons import RULE
from credit_graph.projection.names import normal_name
from credit_graph.projection.numbering import components

COLUMNS = ["pid", "same_as", "eid", "name", "rule", "sids"]
TIES = ["a", "b", "kind", "circle", "eid_a", "eid_b", "sids"]
_GROUP = ["circle", "normal"]
DECISION = "decision"  # rule of a merge that people decided


@dataclass(frozen=True, slots=True)
class PersonDecision:
    """What people decided of two persons: ``join`` (one person) or ``apart``; ``sid``: the statement."""

    a: str
    b: str
    join: bool
    sid: str


@dataclass(frozen=True, slots=True)
class SamePersons:
    """Who is whom. ``same_as``: pid, same_as (a keyed pid, else the first one), eid, name, rule, sids, by pid.

    ``rule``: the kinds of evidence on the way from the one to the other, joined by ``+``. ``ties``: the single steps
    (a, b, kind, circle: what both have in common, eid_a, eid_b, sids).
    """

    same_as: pd.DataFrame
    ties: pd.DataFrame


def named_in(mentions: pd.DataFrame, agents: Iterable[str]) -> pd.DataFrame:
    """One row per person, firm and name: pid, name, normal, eid, sid (the first), agent (no other office).

    ``mentions``: pid, name, eid, sid, office (missing for a holder).
    """
    frame = mentions.dropna(subset=["name"]).copy()
    frame["agent"] = frame["office"].isin(list(agents))
    names = frame["name"].unique()
    frame["normal"] = frame["name"].map({name: normal_name(name) for name in names}).astype("str")
    place = ["pid", "eid", "normal"]
    frame = frame.sort_values([*place, "agent", "sid"]).drop_duplicates(place, ignore_index=True)
    return frame[["pid", "name", "normal", "eid", "sid", "agent"]]


def same_person(
    named: pd.DataFrame,
    within: pd.DataFrame,
    circles: Mapping[str, pd.DataFrame],
    rules: PersonRules,
    decisions: Iterable[PersonDecision] = (),
) -> SamePersons:
    """Join mentions. ``named``: of :func:`named_in`; ``within``: of ``same_firm_name``; ``circles``: by kind.

    Kinds go in the order of the policy; ``companion`` is made here, of the persons as they are known so far.
    """
    decided = list(decisions)
    people = _People(named, decided)
    people.join(_decided(people, decided), force=True)
    people.join(people.edges(within.assign(eid_b=within["eid"], circle=""), "pid", "same_as"))
    while True:
        found = 0
        for rule in rules.evidence:
            frame = circles.get(rule.kind)
            if rule.kind == "companion":
                frame = companion_circles(named, people.cluster, rule)
            if frame is not None and len(frame):
                found += people.join(_across(rule, rules.least_firms, frame, people))
        if not found:
            return people.result(within, circles)


@dataclass
class _People:
    """Who is known to be whom so far. ``label``: per person (by code, in the order of pids) the first of its own."""

    named: pd.DataFrame
    decisions: list[PersonDecision]
    accepted: list[pd.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.named = self.named.copy()
        pids = sorted(self.named["pid"].unique(), key=lambda pid: (not is_keyed(pid), pid))
        self.pids = pd.Index(pids, dtype="str")
        self.named["code"] = self.pids.get_indexer(self.named["pid"])
        self.label: npt.NDArray[np.int64] = np.arange(len(pids))
        self.keyed = np.fromiter((is_keyed(pid) for pid in pids), bool, len(pids))
        apart = [(item.a, item.b) for item in self.decisions if not item.join]
        ends = self.pids.get_indexer(np.array(apart, dtype=object).reshape(-1)).reshape(-1, 2)
        self.apart = ends[(ends >= 0).all(axis=1)]

    @property
    def cluster(self) -> pd.Series:
        """Per row of ``named`` who it is."""
        return pd.Series(self.label[self.named["code"]], index=self.named.index)

    def edges(self, frame: pd.DataFrame, a: str, b: str) -> pd.DataFrame:
        """Edges between persons who are named, a and b as codes. ``frame``: the two pids, eid, eid_b, rule, circle."""
        ends = pd.DataFrame({"a": self.pids.get_indexer(frame[a]), "b": self.pids.get_indexer(frame[b])})
        rest = frame[["eid", "eid_b", "rule", "circle"]].set_axis(["eid_a", "eid_b", "kind", "circle"], axis=1)
        result = pd.concat([ends, rest.reset_index(drop=True)], axis=1)
        return result[(ends["a"] >= 0) & (ends["b"] >= 0)]

    def join(self, edges: pd.DataFrame, *, force: bool = False) -> int:
        """Join along the edges where that makes nobody of two keys or of two kept apart; how many edges joined."""
        count = len(self.label)
        new = edges[self.label[edges["a"]] != self.label[edges["b"]]]
        if new.empty:
            return 0
        ends = self.label[new["a"]], self.label[new["b"]]
        part = components(count, *ends)
        bad = np.zeros(count, dtype=bool)
        if not force:
            keys = np.unique(self.label[self.keyed])
            bad[np.flatnonzero(np.bincount(part[keys], minlength=count) > 1)] = True
            one, other = self.label[self.apart].T
            split = (one != other) & (part[one] == part[other])
            bad[part[one[split]]] = True
        new = new[~bad[part[ends[0]]]]
        if new.empty:
            return 0
        tree = new[_spanning(self.label[new["a"]].tolist(), self.label[new["b"]].tolist())]
        first = np.full(count, count)
        np.minimum.at(first, part[self.label], self.label)
        self.label = np.where(bad[part[self.label]], self.label, first[part[self.label]])
        self.accepted.append(tree)
        return len(tree)

    def result(self, within: pd.DataFrame, circles: Mapping[str, pd.DataFrame]) -> SamePersons:
        """The merges with what they rest on."""
        tied = pd.concat(self.accepted, ignore_index=True) if self.accepted else pd.DataFrame(columns=TIES)
        tied["a"], tied["b"] = (self.pids[tied[end].to_numpy(dtype=np.int64)] for end in ("a", "b"))
        tied["circle"] = tied["circle"].astype(object)
        met = tied["kind"] == "companion"
        persons = self.pids[self.label[tied.loc[met, "circle"].to_numpy(dtype=np.int64)]]
        tied.loc[met, "circle"] = np.asarray(persons, dtype=object)
        inside = dict(zip(within["pid"], within["sids"], strict=True))
        across = iter(self._sids(tied[tied["kind"] != RULE], circles))
        sids = [inside[a] if kind == RULE else next(across) for a, kind in zip(tied["a"], tied["kind"], strict=True)]
        tied["sids"] = pd.Series(sids, index=tied.index, dtype=object)
        return SamePersons(self._joined(tied), tied[TIES])

    def _sids(self, tied: pd.DataFrame, circles: Mapping[str, pd.DataFrame]) -> list[tuple[str, ...]]:
        """The statements of each tie across firms: of the two mentions, and of what ties their firms."""
        firms = set(tied["eid_a"]) | set(tied["eid_b"])
        near = self.named[self.named["eid"].isin(firms)]
        rows = zip(near["pid"], near["eid"], near["sid"], strict=True)
        said = _lists(((pid, eid), sid) for pid, eid, sid in rows)
        who = self.pids[self.label[near["code"]]]
        common = _lists(
            (("companion", pid, eid), sid) for pid, eid, sid in zip(who, near["eid"], near["sid"], strict=True)
        )
        for kind, frame in circles.items():
            used = frame[frame["circle"].isin(tied.loc[tied["kind"] == kind, "circle"]) & (frame["sid"] != "")]
            rows = zip(used["circle"], used["eid"], used["sid"], strict=True)
            common |= _lists(((kind, circle, eid), sid) for circle, eid, sid in rows)
        result = []
        columns = [tied[name] for name in ("a", "b", "kind", "circle", "eid_a", "eid_b")]
        for a, b, kind, circle, eid_a, eid_b in zip(*columns, strict=True):
            found = {*said.get((a, eid_a), ()), *said.get((b, eid_b), ())}
            found |= {sid for eid in (eid_a, eid_b) for sid in common.get((kind, circle, eid), ())}
            result.append((circle,) if kind == DECISION else tuple(sorted(found)))
        return result

    def _joined(self, tied: pd.DataFrame) -> pd.DataFrame:
        """Who is whom, each with the ties on the way to the first of its own."""
        steps: dict[str, list[tuple[str, str, tuple[str, ...]]]] = defaultdict(list)
        for a, b, kind, sids in zip(tied["a"], tied["b"], tied["kind"], tied["sids"], strict=True):
            steps[a].append((b, kind, sids))
            steps[b].append((a, kind, sids))
        first = self.named.drop_duplicates("pid")
        where = dict(zip(first["pid"], zip(first["eid"], first["name"], strict=True), strict=True))
        rows = []
        for pid in self.pids[np.unique(self.label[self.pids.get_indexer(list(steps))])] if steps else ():
            for other, kinds, sids in _ways(pid, steps):
                rows.append((other, pid, *where[other], "+".join(kinds), sids))
        return pd.DataFrame(rows, columns=COLUMNS).sort_values("pid", ignore_index=True)


def _lists(rows: Iterable[tuple[Any, str]]) -> dict[Any, list[str]]:
    found: dict[Any, list[str]] = defaultdict(list)
    for key, sid in rows:
        found[key].append(sid)
    return found


def _ways(
    start: str, steps: Mapping[str, list[tuple[str, str, tuple[str, ...]]]]
) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Everybody who is the same as the first one: pid, kinds of the ties on the way (each once), their statements."""
    queue: deque[tuple[str, str, tuple[str, ...], tuple[str, ...]]] = deque([(start, "", (), ())])
    while queue:
        pid, before, kinds, sids = queue.popleft()
        if before:
            yield pid, kinds, sids
        for other, kind, more in steps[pid]:
            if other != before:
                ways = kinds if kind in kinds else (*kinds, kind)
                queue.append((other, pid, ways, tuple(sorted({*sids, *more}))))


def _decided(people: _People, decisions: list[PersonDecision]) -> pd.DataFrame:
    rows = [(item.a, item.b, "", "", DECISION, item.sid) for item in decisions if item.join]
    frame = pd.DataFrame(rows, columns=["a", "b", "eid", "eid_b", "rule", "circle"], dtype="str")
    return people.edges(frame, "a", "b")


def _across(rule: EvidenceRule, least: int, circles: pd.DataFrame, people: _People) -> pd.DataFrame:
    """From the first person of each name in each circle (the keyed one, if any) to the others of that name."""
    named = people.named.assign(cluster=people.cluster)
    found = circles.drop(columns="sid").drop_duplicates()
    found["firms"] = found.groupby("circle")["eid"].transform("nunique")
    found = found.merge(named, on=["eid", "normal"] if "normal" in circles else ["eid"])
    if rule.kind == "companion":  # nobody is a companion of himself
        found = found[found["circle"] != found["cluster"]]
    keyed = np.isin(np.arange(len(people.label)), people.label[people.keyed])
    found["free"] = ~keyed[found["cluster"]]
    found = found.sort_values([*_GROUP, "free", "code", "eid"]).drop_duplicates([*_GROUP, "cluster"])
    groups = found.groupby(_GROUP).agg(size=("free", "size"), free=("free", "sum"), firms=("firms", "first"))
    split = groups["size"] - groups["free"] > 1  # more than one key
    if rule.kind == "rare_pair":  # who differs by one name is no pair
        split = split.groupby(level="circle").transform("any")
    else:
        split |= _expected(named, groups, least) > rule.chance
    found = found.set_index(_GROUP)
    found = found[(~split & (groups["size"] > 1)).reindex(found.index).to_numpy()].reset_index()
    first = found.groupby(_GROUP)[["code", "eid"]].transform("first")
    edges = pd.DataFrame({"a": found["code"], "b": first["code"], "eid_a": found["eid"], "eid_b": first["eid"]})
    return edges.assign(kind=rule.kind, circle=found["circle"])[edges["a"] != edges["b"]]


def _expected(named: pd.DataFrame, groups: pd.DataFrame, least: int) -> npt.NDArray[np.float64]:
    """How many bearers of the name chance would bring into the other firms of the circle."""
    bearers = named.drop_duplicates(["normal", "cluster"]).groupby("normal").size()
    firms = max(named["eid"].nunique(), least)
    count = bearers.reindex(groups.index.get_level_values("normal")).to_numpy(dtype=np.float64)
    expected: npt.NDArray[np.float64] = count * (groups["firms"].to_numpy() - 1) / firms
    return expected


def _spanning(a: list[int], b: list[int]) -> npt.NDArray[np.bool_]:
    """Which edges, taken in order, join what was not joined before."""
    parent: dict[int, int] = {}

    def top(node: int) -> int:
        while (up := parent.get(node, node)) != node:
            parent[node] = parent.get(up, up)
            node = up
        return node

    taken = np.zeros(len(a), dtype=bool)
    for place, (one, other) in enumerate(zip(a, b, strict=True)):
        here, there = top(one), top(other)
        if here != there:
            parent[here] = there
            taken[place] = True
    return taken
