"""The path to related firms, hop by hop."""

from __future__ import annotations

from typing import Any

from credit_graph.grading.hops import End, Hop, hops

NAMES = {"A": "甲有限公司", "B": "乙有限公司"}
NODES: list[dict[str, Any]] = [
    {"sid": "1", "kind": "Contribution", "eid": "B", "holder_code": "A", "holder_name": "甲有限公司"},
    {"sid": "2", "kind": "ReportedContribution", "eid": "B", "holder_code": "A", "holder_name": "甲有限公司"},
    {"sid": "3", "kind": "Contribution", "eid": "A", "holder_name": "王某"},
    {"sid": "4", "kind": "Office", "eid": "A", "person_name": "王某"},
    {"sid": "6", "kind": "Contribution", "eid": "A", "holder_name": "乙 有限公司"},
    {"sid": "5", "kind": "Registration", "eid": "C", "parent_code": "A", "name": "丙分公司"},
]


def test_hops_name_both_ends_and_join_what_says_the_same() -> None:
    assert hops(NODES, NAMES, persons=True) == [
        Hop(End("A", "甲有限公司"), End("B", "乙有限公司"), "holds", ("1", "2")),
        Hop(End(None, "王某"), End("A", "甲有限公司"), "holds", ("3",)),
        Hop(End(None, "王某"), End("A", "甲有限公司"), "office", ("4",)),
        Hop(End("B", "乙 有限公司"), End("A", "甲有限公司"), "holds", ("6",)),  # a firm of the path, by its name
        Hop(End("A", "甲有限公司"), End("C", "丙分公司"), "registered", ("5",)),
    ]


def test_no_person_is_named_to_a_role_that_may_see_none() -> None:
    told = hops(NODES, NAMES, persons=False)
    starts = [End("A", "甲有限公司"), End(None, None), End(None, None), End("B", "乙 有限公司"), End("A", "甲有限公司")]
    assert [hop.start for hop in told] == starts
