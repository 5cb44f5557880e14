"""Which firms stand or fall together: one control group, a branch with its firm, one representative."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from credit_graph.grading.related import same_representative
from credit_graph.links.compute import Links, chart


def ties(links: Links) -> pd.DataFrame:
    """Pairs of a firm and what it belongs to: a, b (head of its control group, parent, firm of the same person)."""
    structure = chart(links)
    ids = pd.Series(structure.ids.astype(str))
    pairs = [pd.DataFrame({"a": ids, "b": ids.to_numpy()[structure.heads]})]
    pairs.append(links.branches[["eid", "parent"]].set_axis(["a", "b"], axis=1))
    pairs.append(same_representative(links)[["eid", "eid_other"]].set_axis(["a", "b"], axis=1))
    return pd.concat(pairs, ignore_index=True).astype("str")


def numbers(firms: pd.Index, *tied: pd.DataFrame) -> pd.Series:
    """A number per firm, the same for firms that any chain of ties of any of these days connects."""
    every = pd.concat(tied, ignore_index=True)
    codes, names = pd.factorize(pd.concat([every["a"], every["b"], firms.to_series().astype("str")], ignore_index=True))
    a, b = codes[: len(every)], codes[len(every) : 2 * len(every)]
    graph = coo_array((np.ones(len(a), np.bool_), (a, b)), shape=(len(names), len(names)))
    _, label = connected_components(graph, directed=False)
    return pd.Series(pd.factorize(label[codes[2 * len(every) :]])[0], index=firms)
