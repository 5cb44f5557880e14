"""The chart of holdings by place of the enterprise: groups, controllers, and the statements of each step up to them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.grading.columns import Flags, Places, Rows, Said, listed, places
from credit_graph.links.compute import Links, chart
from credit_graph.links.forest import Basis, deciding_rows

_TEXT = pa.large_string()


class Chains:
    """Who is above each enterprise. ``own`` (n): the place whose holdings count, of a branch that of its parent."""

    def __init__(self, links: Links, eids: pa.Array) -> None:
        self._links = links
        self._chart = chart(links)
        self._ids = pa.array(self._chart.ids.tolist(), _TEXT)
        self.own: Places = np.arange(len(eids), dtype=np.int32)
        branch, parent = (places(links.branches[name], eids) for name in ("eid", "parent"))
        known = (branch >= 0) & (parent >= 0)
        self.own[branch[known]] = parent[known]
        number = pc.index_in(eids, value_set=self._ids).fill_null(-1).to_numpy().astype(np.int32)
        self._number: Places = number[self.own]
        self._branch, self._branch_sids = branch[known], links.branches["sids"].to_numpy()[known]
        # the last place stands for who neither holds nor is held (-1)
        self.head: Places = np.append(self._chart.heads, -1)[self._number].astype(np.int32)
        """Per enterprise (n) the number of its group, -1 for none."""
        self.member: Flags = (number >= 0) & (self.own == np.arange(len(eids)))
        """Whether it is a firm of its group, and not a branch."""

    def controlled(self) -> tuple[Places, pd.Series]:
        """Enterprises that a natural person controls in the end, and the person's pid."""
        forest = self._chart.forest
        root = np.append(forest.root, -1)[self._number]
        firm = np.flatnonzero(np.append(self._chart.person, False)[root] & (root != self._number))
        return firm.astype(np.int32), pd.Series(self._chart.ids[root[firm]], dtype="str")

    def way(self, firm: Places, of: Places) -> Said:
        """For ``firm`` the statements of every step from the enterprise ``of`` up to its last controller."""
        parts = [self._said.passed_on(firm, of)]  # of a branch what says whose it is
        node = self._number[of]
        while (above := node >= 0).any():
            firm, node = _once(firm[above], node[above])
            parts.append(self._said.passed_on(firm, node + len(self.own)))
            node = self._chart.forest.parent[node]
        firms, rows = ([getattr(part, name) for part in parts] for name in ("firm", "row"))
        return Said(np.concatenate(firms), np.concatenate(rows), self._said.sids)

    @cached_property
    def _said(self) -> Said:
        """By place what says whose branch an enterprise is; by the number of a node, after the places, the statements
        by which it is controlled by the next above; of a ring all of its holdings."""
        found = self._chart
        company, deciding = self._deciding
        ring = (found.forest.ring >= 0) & (found.forest.parent < 0)
        at = np.flatnonzero(deciding | ring[company])
        ruled = found.ruled
        number = pc.index_in(pa.array(ruled["eid"], _TEXT), value_set=self._ids).fill_null(-1).to_numpy()
        by_rule = (number >= 0) & (found.forest.basis[number] == Basis.RULED)
        whose = [self._branch, company[at] + len(self.own), number[by_rule] + len(self.own)]
        holdings = found.rows["sids"].to_numpy()[found.holdings.in_row[at]]
        told = [self._branch_sids, holdings, ruled["sids"].to_numpy()[by_rule]]
        return listed(np.concatenate(whose).astype(np.int32), np.concatenate(told)).ordered()

    @cached_property
    def _deciding(self) -> tuple[Rows, Flags]:
        """Per holding, in the order of its company, the company and whether it is among those that decide."""
        stakes = self._chart.holdings
        company = np.repeat(np.arange(stakes.n), np.diff(stakes.in_ptr))
        return company, deciding_rows(stakes, self._chart.forest)


def _once(firm: Places, node: Places) -> tuple[Places, Places]:
    """Each pair once."""
    pairs = np.unique(firm.astype(np.int64) << 32 | node)
    return (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)
