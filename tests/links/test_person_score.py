"""The judgement of merged persons: pairs counted by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from credit_graph.links.person_score import PersonScore, by_name, by_name_and_phone, found_places, score

# person 1 is 张伟 of A (with an ID), B and C; person 2 is 张伟 of D; person 3 is 王芳 of A and B, with IDs;
# persons 4 and 5 are both 李娜 of E, so nobody can tell them apart; 4 is at F too
MENTIONS = pd.DataFrame(
    [
        (1, "张伟", "A", True),
        (1, "张伟", "A", False),
        (1, "张伟", "B", False),
        (1, "张 伟", "C", False),
        (2, "张伟", "D", False),
        (3, "王芳", "A", True),
        (3, "王芳", "B", True),
        (4, "李娜", "E", False),
        (5, "李娜", "E", False),
        (4, "李娜", "F", False),
    ],
    columns=["person", "name", "code", "keyed"],
)
PAIRS = pd.DataFrame(
    [(1, "B", "A", True), (1, "A", "C", False), (1, "B", "C", True), (3, "A", "B", True), (4, "E", "F", True)],
    columns=["person", "code_a", "code_b", "decided"],
)


def labels(**firms: str) -> pd.Series:
    """What was found of 张伟: firm -> label; the others are as they are."""
    places = {(code, "张伟"): label for code, label in firms.items()}
    places |= {("A", "王芳"): "w", ("B", "王芳"): "w", ("E", "李娜"): "l", ("F", "李娜"): "l"}
    return pd.Series(places)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        # six pairs of 张伟, none of two IDs; two of them decidable (AB, BC)
        (labels(A="1", B="1", C="1", D="2"), PersonScore(2, 2, 0, 4, 0, 1)),
        (labels(A="1", B="1", C="3", D="2"), PersonScore(2, 1, 0, 4, 0, 0)),
        (labels(A="1", B="1", C="3", D="3"), PersonScore(2, 1, 1, 4, 1, 0)),
        (labels(A="1", B="1"), PersonScore(2, 1, 0, 4, 0, 0)),  # C and D were not read
        (labels(A="1", B="2", C="3", D="4"), PersonScore(2, 0, 0, 4, 0, 0)),
    ],
)
def test_pairs_are_counted(found: pd.Series, expected: PersonScore) -> None:
    assert score(MENTIONS, PAIRS, found) == expected


def test_the_shares() -> None:
    told = PersonScore(decidable=8, right=6, wrong=2, undecidable=1000, wrong_undecidable=1, beyond=5)
    assert (told.precision, told.recall, told.wrongly_merged) == (0.75, 0.75, 0.001)
    nothing = PersonScore(0, 0, 0, 0, 0, 0)
    assert (nothing.precision, nothing.recall, nothing.wrongly_merged) == (1.0, 1.0, 0.0)


def test_the_baselines() -> None:
    assert score(MENTIONS, PAIRS, by_name(MENTIONS)) == PersonScore(2, 2, 3, 4, 3, 1)
    phones = pd.DataFrame([("A", "1"), ("B", "1"), ("C", "2"), ("D", "2")], columns=["code", "number"])
    assert score(MENTIONS, PAIRS, by_name_and_phone(MENTIONS, phones)) == PersonScore(2, 1, 1, 4, 1, 0)


def test_what_a_program_found() -> None:
    named = pd.DataFrame(
        [("k1", "张伟", "a"), ("name:1", "张伟", "b"), ("k2", "张伟", "b"), ("k3", "王芳", "none")],
        columns=["pid", "normal", "eid"],
    )
    found = found_places(named, {"name:1": "k1"}, pd.Series({"a": "A", "b": "B"}))
    assert found.to_dict() == {("A", "张伟"): "k1", ("B", "张伟"): "k1"}
