"""Which firms and persons stand for which relation, and the statements that lead to them: all from the links."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from credit_graph.grading.chains import Chains
from credit_graph.grading.columns import (
    NOTHING,
    Flags,
    Numbers,
    Places,
    Rows,
    Said,
    equal_rows,
    joined,
    listed,
    spread,
    texts,
)
from credit_graph.grading.facts import Facts
from credit_graph.grading.rules import Via
from credit_graph.links.compute import Links
from credit_graph.links.gather import among
from credit_graph.links.holders import is_keyed

# statements of so many related firms at most are kept for a firm: who belongs to a group of thousands is not explained
# better by thousands of documents. The value counts all of them.
MOST = 100


class Pairs(NamedTuple):
    """Firms and the related firms that count, in this order, at most ``MOST`` of each; ``tie``: row of the relation."""

    firm: Places
    other: Places
    tie: Rows


class Related(Protocol):
    """Who is related to whom."""

    def counts(self, struck: Flags) -> tuple[Numbers, Numbers]:
        """Per enterprise (n) how many of its related firms are struck, and how many there are; never itself."""

    def pairs(self, struck: Flags) -> Pairs:
        """The struck ones by name."""

    def path(self, pairs: Pairs) -> Said:
        """The statements that connect the firms of each pair."""


def related(via: Via, facts: Facts) -> Related:
    """The relation of that name."""
    if via not in facts.relations:
        facts.relations[via] = _related(via, facts)
    found: Related = facts.relations[via]
    return found


def _related(via: Via, facts: Facts) -> Related:
    links = facts.links
    if via == "group":
        return Group(facts)
    if via == "majority_holder":
        majority = links.majority[links.majority["status"] == "majority"].reset_index()
        firms = links.holdings.loc[links.holdings["holder_kind"] == "enterprise", "holder"]
        held = majority[among(majority["holder"], firms)]
        return Ties(facts, held["eid"], held["holder"], held[["sids"]])
    if via == "investments":
        held = links.holdings[links.holdings["holder_kind"] == "enterprise"]
        return Ties(facts, held["holder"], held["eid"], held[["sids"]])
    if via in {"parent", "branches"}:
        ends = ("eid", "parent") if via == "parent" else ("parent", "eid")
        return Ties(facts, links.branches[ends[0]], links.branches[ends[1]], links.branches[["sids"]])
    if via == "same_legal_representative":
        pairs = same_representative(links)
        return Ties(facts, pairs["eid"], pairs["eid_other"], pairs[["sids", "sids_other"]])
    return ties_of_history(facts, controller_history(facts))


class Ties:
    """A relation that is a list of pairs; ``sids``: columns of tuples of the statements behind each."""

    def __init__(
        self, facts: Facts, firm: pd.Series, other: pd.Series, sids: pd.DataFrame, *, chains: bool = False
    ) -> None:
        self._facts, self._chains = facts, chains
        a, b = facts.place(firm), facts.place(other)
        known = (a >= 0) & (b >= 0) & (a != b)
        order = np.flatnonzero(known)[np.lexsort((b[known], a[known]))]
        pairs = a[order].astype(np.int64) * facts.count + b[order]
        first = np.flatnonzero(np.diff(pairs, prepend=-1)) if len(pairs) else np.zeros(0, np.int64)
        self._firm, self._other = a[order][first], b[order][first]
        self._sids = [sids[name].to_numpy()[order] for name in sids.columns]
        # rows of ``sids`` of each pair
        self._starts = np.append(first, len(order))

    @property
    def ends(self) -> tuple[Places, Places]:
        """Every pair once: the firm, and the one that is related to it."""
        return self._firm, self._other

    def counts(self, struck: Flags) -> tuple[Numbers, Numbers]:
        """See :class:`Related`."""
        hit = self._firm[struck[self._other]]
        return _count(hit, self._facts.count), _count(self._firm, self._facts.count)

    def pairs(self, struck: Flags) -> Pairs:
        """See :class:`Related`."""
        at = np.flatnonzero(struck[self._other])
        at = at[_first(self._firm[at])]
        return Pairs(self._firm[at], self._other[at], at)

    def path(self, pairs: Pairs) -> Said:
        """See :class:`Related`."""
        if not len(pairs.firm):
            return NOTHING
        start = self._starts[pairs.tie]
        row, of = spread(start, self._starts[pairs.tie + 1] - start)
        found = [listed(pairs.firm[of], column[row]) for column in self._sids]
        if self._chains:
            chains: Chains = self._facts.chains
            found.append(chains.way(pairs.firm, pairs.firm))
        return joined(found)


class Group:
    """The control group (企业族群): the companies under one controller, cut below the state; a branch belongs to the
    group of its parent, and is no firm of it."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._chains: Chains = facts.chains
        self._head = self._chains.head
        self._member = self._chains.member
        size = np.bincount(self._head[self._member], minlength=int(self._head.max(initial=-1)) + 1)
        self._size = size

    def counts(self, struck: Flags) -> tuple[Numbers, Numbers]:
        """See :class:`Related`."""
        hit = np.bincount(self._head[self._member & struck], minlength=len(self._size))
        return self._beside(hit, self._member & struck), self._beside(self._size, self._member)

    def _beside(self, counts: Numbers, own: Flags) -> Numbers:
        """The count of each firm's group without the firm itself."""
        inside = self._head >= 0
        result = self._facts.nobody.copy()
        result[inside] = counts[self._head[inside]] - own[inside]
        return result

    def pairs(self, struck: Flags) -> Pairs:
        """See :class:`Related`."""
        numbers, _ = self.counts(struck)
        firms = np.flatnonzero(numbers > 0)
        others = np.flatnonzero(self._member & struck)
        others = others[np.argsort(self._head[others], kind="stable")]
        heads = self._head[others]
        row, of = equal_rows(heads, self._head[firms], MOST + 1)
        firm, other = firms[of].astype(np.int32), others[row].astype(np.int32)
        apart = np.flatnonzero(firm != other)
        apart = apart[_first(firm[apart])]
        return Pairs(firm[apart], other[apart], apart)

    def path(self, pairs: Pairs) -> Said:
        """See :class:`Related`."""
        if not len(pairs.firm):
            return NOTHING
        own = np.unique(pairs.firm)
        return self._chains.way(np.append(own, pairs.firm), np.append(own, pairs.other))


def same_representative(links: Links) -> pd.DataFrame:
    """Firms of one keyed person: eid, eid_other, and the statements of each end, sids and sids_other.

    One that represents more firms than the hub limit (an agent) connects nothing.
    """
    frame = links.representatives
    keyed = frame[frame["pid"].map(is_keyed).astype(bool)]
    firms = keyed.groupby("pid")["eid"].transform("nunique")
    few = keyed[(firms > 1) & (firms <= links.rules.hubs.limits["person"])]
    pairs = few.merge(few, on="pid", suffixes=("", "_other"))
    return pairs[pairs["eid"] != pairs["eid_other"]]


def ties_of_history(facts: Facts, found: pd.DataFrame) -> Ties:
    """The relation that :func:`controller_history` found."""
    sids = pd.DataFrame({"sids": pd.Series([(sid,) for sid in found["sids"]], dtype=object)})
    return Ties(facts, found["eid"], found["other"], sids, chains=True)


def controller_history(facts: Facts) -> pd.DataFrame:
    """Other firms in which the person who controls a firm has or had an office or a holding, outside the group: eid,
    other, sids (one statement each)."""
    links, chains = facts.links, facts.chains
    controlled = pd.DataFrame(dict(zip(("firm", "pid"), chains.controlled(), strict=True)))
    seen = _ever_there(facts, set(controlled["pid"]))
    firms = seen.groupby("pid")["other"].transform("nunique")
    seen = seen[firms <= links.rules.hubs.limits["person"]]
    pairs = controlled.merge(seen, on="pid")
    a, b = pairs["firm"].to_numpy(), pairs["other"].to_numpy()
    pairs = pairs[(chains.head[a] != chains.head[b]) & (chains.own[a] != b)]
    eids = facts.projection.enterprises.index
    firm, other = (pd.Series(eids[pairs[name].to_numpy()], dtype="str") for name in ("firm", "other"))
    return pd.DataFrame({"eid": firm, "other": other, "sids": pairs["sid"].to_numpy()})


def _ever_there(facts: Facts, pids: set[str]) -> pd.DataFrame:
    """Where persons had an office or a holding by any statement in use: pid, other (place), sid."""
    who = facts.links.persons
    names = {*pids, *(pid for pid, same in who.items() if same in pids)}
    parts = []
    for kind in ("Registration", "Office", "Contribution"):
        table = facts.table(kind)
        if table is None:
            continue
        told = table.column("pid")
        chosen = table.used & (table.firm >= 0) & among(told, names)
        if kind == "Office":
            chosen &= ~among(table.column("office"), facts.links.rules.hubs.agents)
        kept = pa.array(chosen)
        pid, sid = (column.filter(kept).to_pandas() for column in (told, table.column("sid")))
        part = pd.DataFrame({"pid": pid, "sid": sid, "other": table.firm[chosen]})
        parts.append(part.assign(pid=part["pid"].map(lambda pid: who.get(pid, pid)).astype("str")))
    empty = pd.DataFrame({"pid": pd.Series(dtype="str"), "sid": pd.Series(dtype="str"), "other": np.zeros(0, np.int32)})
    return pd.concat([empty, *parts], ignore_index=True)


class Persons(NamedTuple):
    """Persons at firms, each of a firm once: the place of the firm, the number of the person among ``pids``."""

    firm: Places
    person: Rows
    pids: pa.Array
    sids: npt.NDArray[np.object_] | None  # tuples of what says so; of a controller it is the way up

    def way(self, facts: Facts, rows: Rows) -> Said:
        """The statements that say so of these rows."""
        rows = np.unique(rows)
        if self.sids is not None:
            return listed(self.firm[rows], self.sids[rows])
        chains: Chains = facts.chains
        return chains.way(self.firm[rows], self.firm[rows])


def persons(who: Literal["legal_representative", "controller"], facts: Facts) -> Persons:
    """Who represents, or controls in the end, each firm."""
    if who not in facts.relations:
        if who == "controller":
            firm, pids = facts.chains.controlled()
            sids = None
        else:
            frame = facts.links.representatives
            firm, pids, sids = facts.place(frame["eid"]), frame["pid"], frame["sids"].to_numpy()
        coded = texts(pids).dictionary_encode()
        facts.relations[who] = _known(Persons(firm, coded.indices.to_numpy(), coded.dictionary, sids))
    found: Persons = facts.relations[who]
    return found


def _known(found: Persons) -> Persons:
    known = found.firm >= 0
    sids = found.sids[known] if found.sids is not None else None
    return found._replace(firm=found.firm[known], person=found.person[known], sids=sids)


def _first(firm: Places) -> Rows:
    """Positions of the first ``MOST`` of each firm; equal ones stand together."""
    starts = np.flatnonzero(np.diff(firm, prepend=-1)) if len(firm) else np.zeros(0, np.int64)
    length = np.diff(np.append(starts, len(firm)))
    rank = np.arange(len(firm)) - np.repeat(starts, length)
    return np.flatnonzero(rank < MOST)


def _count(firm: Places, count: int) -> Numbers:
    return np.bincount(firm, minlength=count).astype(np.int64)
