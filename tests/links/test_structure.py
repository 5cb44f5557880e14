"""Control, owners and rings from holdings as the graph has them, each answer with its statements."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pandas as pd
import pytest
from charts import brute_control, draw, with_rules

from credit_graph.links import control
from credit_graph.links.majority import direct_majority
from credit_graph.links.policy import link_policy
from credit_graph.links.structure import Control, Structure, Vote, structure
from holdingcharts import CAPITAL, TODAY, charted, code, entity

RULES = link_policy().on(TODAY)


def name(chart: Structure, letters: str) -> list[str]:
    return [entity(letter) for letter in letters]


def test_joint_majority_with_the_votes_that_add_up() -> None:
    chart, sids = charted({"P>A": 60, "P>B": 70, "A>C": 30, "B>C": 25, "Q>C": 45, "C>D": 51, "R>D": 49})
    assert chart.status(code("C")) == ("controlled", "")
    assert chart.chain(code("D")) == name(chart, "DCP")
    assert chart.control("k-P", code("C")) == Control(
        controller="k-P",
        company=code("C"),
        basis="jointly",
        votes=55_000_000,
        whole=CAPITAL,
        near_line=False,
        rows=(
            Vote(code("A"), 30_000_000, False, (sids["A>C"],)),
            Vote(code("B"), 25_000_000, False, (sids["B>C"],)),
        ),
    )
    over = chart.control("k-P", code("D"))
    assert over is not None
    assert (over.basis, over.rows) == ("jointly", (Vote(code("C"), 51_000_000, False, (sids["C>D"],)),))
    assert chart.control("k-Q", code("C")) is None
    assert chart.control(code("C"), "k-P") is None
    assert chart.control("k-P", "nobody") is None


@pytest.mark.parametrize(
    ("holds", "capital", "expected"),
    [
        ({"P>A": 51, "Q>A": 49}, {}, ("controlled", "")),
        ({"P>A": 50, "Q>A": 50}, {}, ("joint", "")),
        ({"P>A": 40, "Q>A": 30, "R>A": 30}, {}, ("none", "")),
        ({"P>A": 40, "Q>A": 30}, {}, ("undetermined", "unlisted")),
        ({"P>A": 40, "Q>A": None, "R>A": None}, {}, ("undetermined", "blank_amounts")),
        ({"P>A": 60, "Q>A": 60}, {}, ("undetermined", "over_100")),
        ({"P>A": 60}, {"A": 0}, ("undetermined", "no_capital")),
        ({"A>B": 51, "B>A": 51, "P>A": 49}, {}, ("ring", "")),
        ({"A>A": 20, "P>A": 41, "Q>A": 39}, {}, ("controlled", "")),
        ({"A>B": 60, "P>B": 40}, {}, ("not_held", "no_holders")),
    ],
)
def test_what_is_said_of_a_company(
    holds: dict[str, float | None], capital: dict[str, int], expected: tuple[str, str]
) -> None:
    chart, _ = charted(holds, capital=capital)
    assert chart.status(code("A")) == expected


def test_half_is_control_until_june_2024() -> None:
    holds = {"P>A": 50, "Q>A": 30, "R>A": 20}
    chart, sids = charted(holds, date(2024, 6, 30))
    found = chart.control("k-P", code("A"))
    assert found is not None
    assert (found.basis, found.votes, found.near_line, found.rows[0].sids) == ("half", 50_000_000, True, (sids["P>A"],))
    chart, _ = charted(holds, date(2024, 7, 1))
    assert chart.status(code("A")) == ("none", "")


def test_a_ring_names_its_members_and_nobody_outside() -> None:
    chart, sids = charted({"A>B": 51, "B>A": 51, "P>A": 49, "Q>B": 49, "B>C": 100})
    assert chart.ring(code("A")) == chart.ring(code("B")) == name(chart, "AB")
    assert (chart.ring(code("C")), chart.ring("k-P"), chart.ring("nobody")) == ([], [], [])
    assert chart.chain(code("C")) == name(chart, "CA")  # a ring is named by its first member
    found = chart.control(code("B"), code("A"))
    assert found is not None
    assert (found.basis, found.rows) == ("ring", (Vote(code("B"), 51_000_000, False, (sids["B>A"],)),))
    card = control.control_card(chart, code("A"))
    assert (card["status"], card["controller"], card["ultimate"]) == ("ring", None, None)
    assert [(row["depth"], row["company"], row["basis"]) for row in card["tree"]] == [
        (0, code("B"), "ring"),
        (1, code("C"), "direct"),
    ]


def test_who_rules_goes_before_votes_and_is_marked() -> None:
    chart, _ = charted({"P>A": 99, "Q>A": 1, "A>B": 60, "R>B": 40, "T>C": 100})
    rows = [("k-Q", code("A"), "executing_partner", ("s1",)), ("k-P", code("C"), "agreement", ("s2",))]
    rows += [("k-R", code("C"), "appointment", ("s3",))]  # two that claim one company cancel out
    ruled = pd.DataFrame(rows, columns=["controller", "eid", "rule", "sids"])
    ruling = structure(chart.rows, RULES, ruled)
    assert ruling.chain(code("B")) == [code("B"), code("A"), "k-Q"]
    assert ruling.control("k-Q", code("A")) == Control(
        "k-Q", code("A"), "ruled", 1_000_000, CAPITAL, False, (), "executing_partner", ("s1",)
    )
    assert ruling.chain(code("C")) == [code("C"), "k-T"]
    assert chart.chain(code("A")) == [code("A"), "k-P"]


def test_the_state_controls_and_groups_stop_below_it() -> None:
    chart, _ = charted({"A>B": 100, "A>C": 60, "P>C": 40, "B>D": 51, "Q>D": 49})
    state = structure(chart.rows, RULES, state=frozenset({code("A")}))
    assert control.control_card(state, code("D"))["state"] is True
    assert control.control_card(chart, code("D"))["state"] is False
    heads = {letter: state.name(int(state.heads[state.ids.tolist().index(code(letter))])) for letter in "BCD"}
    assert heads == {"B": code("B"), "C": code("C"), "D": code("B")}


def test_owners_by_equity_votes_and_control_with_their_paths() -> None:
    chart, sids = charted({"P>A": 40, "Q>A": 60, "A>B": 50, "P>B": 10, "R>B": 40, "Q>C": 51, "C>D": 51, "R>D": 49})
    card = control.owners_card(chart, code("B"))
    assert card["rule"] == "quarter"
    found = [(row["person"], row["criteria"], row["ownership"], row["votes"]) for row in card["beneficial"]]
    assert found == [
        ("k-R", ["equity", "votes"], "2/5", 40_000_000),
        ("k-Q", ["equity", "votes"], "3/10", 50_000_000),
        ("k-P", ["equity"], "3/10", 10_000_000),
    ]
    paths = {row["person"]: row["paths"] for row in card["beneficial"]}
    steps = [[(step["company"], step["share_ppm"], step["sids"]) for step in path["steps"]] for path in paths["k-P"]]
    assert [path["share"] for path in paths["k-P"]] == ["1/5", "1/10"]
    assert steps == [
        [(code("A"), 400_000, [sids["P>A"]]), (code("B"), 500_000, [sids["A>B"]])],
        [(code("B"), 100_000, [sids["P>B"]])],
    ]
    assert {(row["holder"], row["share_ppm"]) for row in card["integrated"]} == {
        (code("A"), 500_000), ("k-R", 400_000), ("k-P", 300_000), ("k-Q", 300_000),
    }  # fmt: skip
    pyramid = control.owners_card(chart, code("D"))["beneficial"]
    assert [(row["person"], row["criteria"], row["ownership"]) for row in pyramid] == [
        ("k-R", ["equity", "votes"], "49/100"),
        ("k-Q", ["equity", "votes", "control"], "2601/10000"),
    ]


def test_no_rule_for_owners_before_november_2024() -> None:
    chart, _ = charted({"P>A": 100}, date(2024, 10, 31))
    card = control.owners_card(chart, code("A"))
    assert (card["rule"], card["beneficial"]) == (None, [])
    assert [(row["holder"], row["share_ppm"]) for row in card["integrated"]] == [("k-P", 1_000_000)]


def test_rings_with_what_outsiders_hold() -> None:
    chart, sids = charted({"A>B": 20, "B>C": 30, "C>A": 10, "P>A": 90, "D>E": 100, "E>D": 100, "F>F": 10, "P>F": 90})
    found = control.ring_rows(chart)
    members = [[(m["company"], m["outside"]) for m in ring["members"]] for ring in found]
    assert [(ring["kind"], ring["closed"]) for ring in found] == [("circular", False), ("cross", True), ("self", False)]
    assert members == [
        [(code("A"), "9/10"), (code("B"), "4/5"), (code("C"), "7/10")],
        [(code("D"), "0"), (code("E"), "0")],
        [(code("F"), "9/10")],
    ]
    assert found[0]["members"][0]["held_inside"] == [
        {"holder": code("C"), "votes": 10_000_000, "share_ppm": 100_000, "basis": "recorded", "sids": [sids["C>A"]]}
    ]
    assert found[2]["members"][0]["held_inside"][0]["sids"] == [sids["F>F"]]


def test_entities_that_no_holding_names() -> None:
    chart, _ = charted({"P>A": 100})
    card = control.control_card(chart, "nobody")
    assert (card["status"], card["reason"], card["tree"], card["holders"]) == ("not_held", "no_holders", [], [])
    assert control.owners_card(chart, "nobody")["beneficial"] == []
    assert control.control_card(chart, "k-P")["tree_total"] == 1
    nothing = structure(chart.rows.iloc[:0], RULES)
    assert (nothing.status("x"), nothing.rings.lists(), control.ring_rows(nothing)) == (
        ("not_held", "no_holders"),
        [],
        [],
    )


def test_votes_that_no_register_can_say_are_unknown() -> None:
    chart, _ = charted({"P>A": 60, "Q>A": 40, "P>B": 60, "Q>B": 40})
    rows = chart.rows.copy()
    rows["votes"] = [-5, 2**62, 60_000_000, 40_000_000]
    odd = structure(rows, RULES)
    assert odd.status(code("A")) == ("undetermined", "blank_amounts")
    assert odd.status(code("B")) == ("controlled", "")
    rows["votes"] = [2**60, 2**61, 60_000_000, 40_000_000]  # each could be, but not their sum
    assert structure(rows, RULES).status(code("A")) == ("undetermined", "no_capital")


def test_a_company_with_200000_holders_and_a_holder_of_200000_companies() -> None:
    many = 200_000
    small = [(f"k{number:06}", "hub", 1, many) for number in range(many)]
    wide = [("boss", f"c{number:06}", 100, 100) for number in range(many)]
    rows = pd.DataFrame([*small, *wide], columns=["holder", "eid", "amount", "capital"])
    rows["holder_kind"] = "person"
    rows["basis"] = "subscribed"
    rows["sids"] = [(f"s{number}",) for number in range(2 * many)]
    chart = structure(rows, RULES)
    card = control.control_card(chart, "hub", 10)
    assert (card["status"], len(card["holders"]), card["holders_total"]) == ("none", 10, many)
    below = control.control_card(chart, "boss", 10)
    assert (len(below["tree"]), below["tree_total"]) == (10, many)
    assert control.owners_card(chart, "hub")["beneficial"] == []


def test_random_charts_agree_with_brute_force_and_with_the_direct_majority() -> None:
    charts = [draw(seed) for seed in range(1000)]
    rows = [
        (f"{seed:04}-{h}", f"{seed:04}-{y}", votes, 100, "person" if h >= drawn.companies else "enterprise")
        for seed, drawn in enumerate(charts)
        for (h, y), votes in drawn.votes.items()
    ]
    frame = pd.DataFrame(rows, columns=["holder", "eid", "amount", "capital", "holder_kind"])
    frame["basis"] = "subscribed"
    frame["sids"] = pd.Series([(f"{h}>{y}",) for h, y, *_ in rows], dtype=object)
    chart = structure(frame, RULES)
    for seed, drawn in enumerate(charts):
        expected = brute_control(drawn.n, with_rules(drawn)[0])
        for x, y in permutations(range(drawn.n), 2):
            found = chart.control(f"{seed:04}-{x}", f"{seed:04}-{y}")
            assert (found is not None) == (y in expected[x]), (seed, x, y)
            if found is not None:
                inside = {x, *expected[x]} - {y}
                used = {(h, v) for (h, z), v in drawn.votes.items() if z == y and h in inside and v}
                assert {(vote.sids[0], vote.votes) for vote in found.rows} == {
                    (f"{seed:04}-{h}>{seed:04}-{y}", v) for h, v in used
                }
                assert found.votes == sum(v for _, v in used)
    counted = frame.astype({"amount": "Int64", "capital": "Int64"})
    counted[["votes", "whole"]] = counted[["amount", "capital"]]
    direct = direct_majority(counted, RULES)
    majority = direct[direct["status"] == "majority"]
    assert len(majority) > 300
    assert all(chart.control(str(holder), str(company)) for company, holder in majority["holder"].items())
