"""Control and ownership as the evaluation works them out: by hand, by definition, and beside the product's own."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from credit_graph.evaluation.charts import WHOLE, chart, controllers, owners, ruled, upstream
from credit_graph.links.forest import control_forest
from credit_graph.links.ownership import owners as product_owners
from credit_graph.links.stakes import UNKNOWN, stakes

Rows = list[tuple[str, str, int]]


def test_control_by_hand() -> None:
    rows: Rows = [
        ("a", "person:1", 6000),
        ("b", "person:1", 7000),
        ("c", "a", 3000),  # together with b
        ("c", "b", 2500),
        ("d", "c", 5100),
        ("half", "person:1", 5000),
        ("half", "person:2", 5000),
        ("x", "y", 6000),  # a ring that nobody controls, and a firm below it
        ("y", "x", 6000),
        ("z", "y", 5001),
    ]
    assert controllers(chart(rows)) == {
        "a": ("person:1", "person:1"),
        "b": ("person:1", "person:1"),
        "c": ("person:1", "person:1"),
        "d": ("c", "person:1"),
        "z": ("ring:x", "ring:x"),
    }


def test_a_partnership_votes_as_its_executing_partner_says() -> None:
    found = chart([("p", "person:1", 100), ("p", "person:2", 9900), ("c", "p", 6000), ("c", "person:3", 4000)])
    assert controllers(found) == {"p": ("person:2", "person:2"), "c": ("p", "person:2")}
    votes = ruled(found, {"p": "person:1"})
    assert controllers(votes) == {"p": ("person:1", "person:1"), "c": ("p", "person:1")}
    assert owners(found, Fraction(1, 4)) == {("p", "person:2"), ("c", "person:2"), ("c", "person:3")}


def test_owners_by_hand() -> None:
    rows: Rows = [
        ("a", "person:1", 5000),
        ("a", "person:2", 5000),
        ("b", "a", 5000),  # exactly a quarter each through a
        ("b", "person:3", 5000),
        ("r", "s", 5000),  # r and s hold each other: person:4 owns 2/3 of r and 1/3 of s
        ("r", "person:4", 5000),
        ("s", "r", 5000),
        ("s", "outside:o", 5000),
    ]
    found = {
        ("a", "person:1"), ("a", "person:2"), ("b", "person:1"), ("b", "person:2"), ("b", "person:3"),
        ("r", "person:4"), ("s", "person:4"),
    }  # fmt: skip
    assert owners(chart(rows), Fraction(1, 4)) == found
    assert owners(chart(rows), Fraction(1, 3)) == found - {("b", "person:1"), ("b", "person:2")}
    assert owners(chart(rows), Fraction(33_334, 100_000)) == {p for p in found if p[0] != "b" and p[0] != "s"} | {
        ("b", "person:3")
    }
    assert upstream(chart(rows), "b") == ["a", "b"]
    assert owners(chart([("k", "l", WHOLE), ("l", "k", WHOLE)]), Fraction(1, 4)) == set()  # nobody outside


def draw(seed: int) -> tuple[list[str], Rows]:
    """Up to six companies and three persons with rings, halves and missing holders."""
    random_ = random.Random(seed)
    companies = [f"c{i}" for i in range(random_.randint(2, 6))]
    persons = [f"person:{i}" for i in range(3)]
    rows: Rows = []
    for company in companies:
        left = WHOLE
        nodes = [node for node in companies + persons if node != company]
        for holder in random_.sample(nodes, random_.randint(0, 4)):
            parts = min(left, random_.choice([500, 1000, 2000, 2500, 3400, 4000, 5000, 5100, 6000, left]))
            if parts:
                rows.append((company, holder, parts))
            left -= parts
    return companies + persons, rows


@pytest.mark.parametrize("start", range(0, 1_500, 300))
def test_the_product_and_the_evaluation_agree_on_random_charts(start: int) -> None:
    """Two implementations that share nothing; each is tested by brute force besides."""
    controlled = 0
    for seed in range(start, start + 300):
        names, rows = draw(seed)
        place = {name: i for i, name in enumerate(names)}
        capital = [UNKNOWN if name.startswith("person") else WHOLE for name in names]
        holder, company, votes = (
            [place[row[1]] for row in rows],
            [place[row[0]] for row in rows],
            [r[2] for r in rows],
        )
        held = stakes(len(names), *(np.array(c) for c in (holder, company, votes, capital)))
        forest = control_forest(held)
        ring = [f"ring:{min(names[m] for m in forest.members(i))}" for i in range(len(names))]
        called = [ring[i] if forest.ring[i] >= 0 else name for i, name in enumerate(names)]
        product = {
            names[i]: (called[forest.parent[i]], called[forest.root[i]])
            for i in range(len(names))
            if forest.parent[i] >= 0
        }
        found = controllers(chart(rows))
        assert found == product, seed
        controlled += len(found)
        line = Fraction(1, 4)
        result = product_owners(held, line, owner_is=np.array([name.startswith("person") for name in names]))
        shares = {(names[c], names[o]) for c, o in zip(result.company, result.owner, strict=True)}
        assert owners(chart(rows), line) == shares, seed
    assert controlled > 300
