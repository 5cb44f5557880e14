"""Collecting and renaming values in columns."""

from __future__ import annotations

import pandas as pd

from credit_graph.links.gather import among, renamed, tuples


def test_renamed_replaces_what_has_another_name_and_keeps_the_rest() -> None:
    values = pd.Series(["a", None, "b", "c"], index=[3, 1, 2, 0], dtype="str")
    found = renamed(values, {"a": "b", "c": "d", "x": "y"})
    assert found.isna().tolist() == [False, True, False, False]
    assert found.dropna().to_dict() == {3: "b", 2: "b", 0: "d"}
    assert renamed(values, {}).dropna().to_dict() == {3: "a", 2: "b", 0: "c"}


def test_renamed_looks_at_each_value_once() -> None:
    names = {f"name:{number}": f"key:{number}" for number in range(20_000)}
    found = renamed(pd.Series(list(names), dtype="str"), names)
    assert found.tolist() == list(names.values())  # one look per name would take minutes


def test_tuples_are_ascending_and_distinct() -> None:
    frame = pd.DataFrame({"k": ["b", "a", "b", "b"], "v": ["2", "1", "1", "2"]})
    assert tuples(frame, ["k"], "v").to_dict() == {"a": ("1",), "b": ("1", "2")}


def test_among_says_which_texts_are_known_and_never_a_missing_one() -> None:
    values = pd.Series(["a", None, "b", "a"], index=[3, 1, 2, 0], dtype="str")
    assert among(values, {"a", "c"}).tolist() == [True, False, False, True]
    assert among(values, pd.Series(["b", None], dtype="str")).tolist() == [False, False, True, False]
    assert among(pd.Index(["x", "a"], dtype="str"), pd.Index([], dtype="str")).tolist() == [False, False]
    assert among(values.iloc[:0], ["a"]).tolist() == []
