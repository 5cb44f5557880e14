"""Cells of a release as spreadsheets see them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from credit_graph.lists.release import text_cell


@given(st.sampled_from(["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"]), st.text())
def test_no_cell_is_a_formula(first: str, rest: str) -> None:
    assert text_cell(first + rest) == "'" + first + rest


@given(st.text(alphabet="甲乙丙ABC019 （）", max_size=8))
def test_other_cells_are_as_they_were(text: str) -> None:
    assert text_cell(text) == text
