"""Entities as numbers in component order."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from credit_graph.projection.numbering import numbered

NAMES = st.sampled_from("abcdefghij")


@given(st.lists(st.tuples(NAMES, NAMES), max_size=12), st.lists(st.tuples(NAMES, NAMES), max_size=6))
def test_components_stand_together_the_largest_first(
    first: list[tuple[str, str]], second: list[tuple[str, str]]
) -> None:
    columns = [pd.Series([pair[end] for pair in part], dtype="str") for part in (first, second) for end in (0, 1)]
    found = numbered((columns[0], columns[1]), (columns[2], columns[3]))
    graph = nx.Graph([*first, *second])
    order = [name for part in (first, second) for end in (0, 1) for name in (pair[end] for pair in part)]
    parts = [sorted(part, key=order.index) for part in nx.connected_components(graph)]
    parts.sort(key=lambda part: (-len(part), order.index(part[0])))
    assert list(found.entities) == [name for part in parts for name in part]
    assert found.component.tolist() == [place for place, part in enumerate(parts) for _ in part]
    assert [found.entities[ends].tolist() for ends in found.ends] == [column.tolist() for column in columns]
    assert {array.dtype for array in (found.component, *found.ends)} == {np.dtype(np.int32)}
