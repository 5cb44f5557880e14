"""The chart of holdings by place of the enterprise: groups, controllers, and the statements of each step up to them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.grading.columns import Flags, Places, Rows, Said, places, said
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
        self._branch_sids = links.branches["sids"][known].set_axis(branch[known])
        # the last place stands for who neither holds nor is held (-1)
        self.head: Places = np.append(self._chart.heads, -1)[self._number].astype(np.int32)
        """Per enterprise (n) the number of its group, -1 for none."""
        self.member: Flags = (number >= 0) & (self.own == np.arange(len(eids)))
        """Whether it is a firm of its group, and not a branch."""

    def controlled(self) -> dict[str, object]:
        """Enterprises that a natural person controls in the end: firm (place), pid."""
        forest = self._chart.forest
        root = np.append(forest.root, -1)[self._number]
        firm = np.flatnonzero(np.append(self._chart.person, False)[root] & (root != self._number))
        return {"firm": firm.astype(np.int32), "pid": pd.Series(self._chart.ids[root[firm]], dtype="str")}

    def way(self, firm: Places, of: Places) -> Said:
        """For ``firm`` the statements of every step from the enterprise ``of`` up to its last controller."""
        if not len(firm):
            return said(np.zeros(0, np.int32), pa.array([], _TEXT))
        steps = self._steps(np.unique(of))
        pairs = pd.DataFrame({"firm": firm, "of": of}).drop_duplicates().merge(steps, on="of")
        return said(pairs["firm"].to_numpy(dtype=np.int32), pairs["sid"])

    def _steps(self, of: Places) -> pd.DataFrame:
        """of (place), sid: what says that each company on the way up is controlled."""
        forest = self._chart.forest
        level = pd.DataFrame({"of": of, "node": self._number[of]})
        level = level[level["node"] >= 0]
        visited = []
        while len(level):
            visited.append(level)
            above = forest.parent[level["node"].to_numpy()]
            level = level.assign(node=above)[above >= 0]
        told = [
            self._branch_sids[self._branch_sids.index.isin(of)].explode().rename("sid").rename_axis("of").reset_index()
        ]
        if visited:
            every = pd.concat(visited)
            told.append(every.merge(self._said_of(np.unique(every["node"].to_numpy())), on="node")[["of", "sid"]])
        return pd.concat(told).dropna().astype({"sid": "str"})

    def _said_of(self, nodes: Rows) -> pd.DataFrame:
        """node, sid: the statements by which each is controlled by the next above; of a ring all of its holdings."""
        found = self._chart
        wanted = np.zeros(len(found.ids), np.bool_)
        wanted[nodes] = True
        company, deciding = self._deciding
        ring = (found.forest.ring >= 0) & (found.forest.parent < 0)
        at = np.flatnonzero(wanted[company] & (deciding | ring[company]))
        rows = pd.DataFrame({"node": company[at], "sid": found.rows["sids"].iloc[found.holdings.in_row[at]].to_numpy()})
        ruled = found.ruled
        number = pc.index_in(pa.array(ruled["eid"], _TEXT), value_set=self._ids).fill_null(-1).to_numpy()
        by_rule = (number >= 0) & wanted[number] & (found.forest.basis[number] == Basis.RULED)
        rules = pd.DataFrame({"node": number[by_rule], "sid": ruled["sids"].to_numpy()[by_rule]})
        return pd.concat([rows, rules]).explode("sid").dropna().drop_duplicates()

    @cached_property
    def _deciding(self) -> tuple[Rows, Flags]:
        """Per holding, in the order of its company, the company and whether it is among those that decide."""
        stakes = self._chart.holdings
        company = np.repeat(np.arange(stakes.n), np.diff(stakes.in_ptr))
        return company, deciding_rows(stakes, self._chart.forest)
