"""What the files decide of a city made by hand: missing holders, namesakes, persons of several firms, partnerships."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd

from credit_graph.evaluation.found import Naming
from credit_graph.evaluation.truth import Truth

QUARTER = Fraction(1, 4)
# company, holder (a number: a person), share, whether the files show it, whether they decide the name
HOLDINGS: list[tuple[str, str | int, int, bool, bool]] = [
    ("A", 1, 6000, True, False),
    ("A", 2, 4000, True, False),
    ("B", 1, 7000, True, False),  # the files know that this is the one of A
    ("J", "A", 3000, True, True),  # together A and B have the majority
    ("J", "B", 2500, True, True),
    ("J", 3, 4500, True, False),
    ("C", 4, 6000, True, False),
    ("D", 4, 7000, True, False),  # they don't know it of C and D
    ("K", "C", 3000, True, True),
    ("K", "D", 2500, True, True),
    ("K", 5, 4500, True, False),
    ("M", 6, 6000, False, False),  # the holder is left out
    ("M", 7, 4000, True, False),
    ("N", "A", 6000, True, False),  # several firms have the name of the holder
    ("N", 8, 4000, True, False),
    ("S", 9, 6000, True, False),  # two persons of one name
    ("S", 10, 4000, True, False),
    ("T", "S", 6000, True, True),
    ("P", 11, 100, True, False),  # a partnership, whose executing partner has the votes
    ("P", 12, 9900, True, False),
    ("Q", 13, 10000, True, False),  # one whose executing partner holds nothing
    ("R", "Q", 10000, True, True),
    ("G", "state", 10000, True, False),
    ("H", "G", 5100, True, True),
]
PARENTS: dict[str, str | int] = {
    "A": 1, "B": 1, "J": 1, "C": 4, "D": 4, "K": 4, "M": 6, "N": "A", "S": 9, "T": "S", "P": 11, "Q": 13, "R": "Q",
    "G": "state", "H": "G",
}  # fmt: skip
ROOTS: dict[str, str | int] = {**PARENTS, "N": 1, "T": 9, "R": 13, "H": "state"}
OPERATORS = {"P": 11, "Q": 99}


def end(node: str | int | None) -> tuple[str, str, int, str]:
    """kind, code, person, name."""
    if node is None:
        return "", "", -1, ""
    if isinstance(node, int):
        return "person", "", node, ""
    return ("outside", "", -1, "国资委") if node == "state" else ("firm", node, -1, "")


def city() -> Truth:
    codes = [*PARENTS, "Z"]
    firms = [(c, "partnership" if c in OPERATORS else "company", True, OPERATORS.get(c, 0)) for c in codes]
    control = [(c, *end(PARENTS.get(c)), *end(ROOTS.get(c)), False, c != "M") for c in codes]
    ends = [f"{end}_{name}" for end in ("parent", "root") for name in ("kind", "code", "person", "name")]
    holdings = []
    for company, holder, share, shown, decided in HOLDINGS:
        kind, code, person, name = end(holder)
        holdings.append((company, kind, code, person, name, share, shown, decided))
    names = {9: "张伟", 10: "张伟"}
    mentions = [(h, names.get(h, f"人{h}"), c, False) for c, h, _, shown, _ in HOLDINGS if shown and isinstance(h, int)]
    pairs = [(1, "A", "B", True), (4, "C", "D", False)]
    structures: list[dict[str, Any]] = [{"kind": "state_group", "members": ["G", "H"]}]
    held = ["company", "kind", "holder_code", "holder_person", "holder_name", "share", "shown", "decided"]
    return Truth(
        {"noise": 0.0},
        pd.DataFrame(firms, columns=["code", "kind", "shown", "operator"]),
        pd.DataFrame(control, columns=["code", *ends, "ring", "decided"]),
        pd.DataFrame(holdings, columns=held),
        pd.DataFrame(mentions, columns=["person", "name", "code", "keyed"]),
        pd.DataFrame(pairs, columns=["person", "code_a", "code_b", "decided"]),
        structures,
        [],
    )


def test_what_the_files_decide_of_control() -> None:
    # K hangs on whether C and D have one holder, N on its holder's name; Z has no holder, and so no controller
    assert city().control_decided == {"A", "B", "J", "C", "D", "P", "G", "H", "Z"}


def test_what_the_files_decide_of_owners() -> None:
    truth = city()
    # who of K owns 18 % by C and 17.5 % by D is not known to be one; of R and Q the equity is plain
    assert truth.owners_decided(QUARTER) == {"A", "B", "J", "C", "D", "P", "Q", "R", "G", "H"}
    owners = truth.owners(QUARTER)
    assert {who for company, who in owners if company == "K"} == {"person:4", "person:5"}
    assert {who for company, who in owners if company == "J"} == {"person:1", "person:3"}
    assert {who for company, who in owners if company in ("G", "H")} == set()


def test_groups_end_below_the_state() -> None:
    truth = city()
    assert truth.state == {"outside:国资委"}
    one, four = ("person:1", "person:4")
    assert {code: truth.groups[code] for code in "ABJNCDKGHPZ"} == {
        "A": one, "B": one, "J": one, "N": one, "C": four, "D": four, "K": four, "G": "G", "H": "G", "P": "person:11",
        "Z": "Z",
    }  # fmt: skip
    assert (truth.partners, truth.contradicted, truth.namesakes) == ({"P": 11}, {"Q"}, {"S"})


def test_of_persons_taken_for_one_the_true_one_is_meant() -> None:
    names = Naming(
        {"p": "person:1", "q": "mixed:q"}, {"mixed:q": frozenset({"person:2", "person:3"})}, {"u": "outside:甲"}
    )
    assert [names.of(node) for node in ("p", "q", "u", "A")] == ["person:1", "mixed:q", "outside:甲", "A"]
    assert names.meant("mixed:q", ["person:1", "person:3"]) == "person:3"
    assert names.meant("mixed:q", ["person:1"]) == "mixed:q"
    assert names.meant("person:1", ["person:3"]) == "person:1"
