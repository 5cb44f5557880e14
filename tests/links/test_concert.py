"""Who acts in concert, and who controls by agreement or appointment, as the bureau decided: without a graph."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from charts import brute_control, draw, with_rules

from credit_graph.errors import UsageError
from credit_graph.links import compute, control
from credit_graph.links.controls import by_party, controls
from credit_graph.links.parties import Parties, united
from credit_graph.links.policy import link_policy
from credit_graph.links.structure import Control, Structure, Vote, structure
from credit_graph.model.time import DAY_MAX, DAY_MIN
from handmade import Said, projection_of
from holdingcharts import CAPITAL, TODAY, code, entity, say
from shareholders import rows

RULES = link_policy().on(TODAY)
Holds = dict[str, float | None]


class Decided(Said):
    """A chart with what was decided of control."""

    def __init__(self, holds: Holds) -> None:
        super().__init__()
        self.sids = say(self, holds)

    def decide(self, verdict: str, parties: str, company: str | None = None, **days: date) -> tuple[str, ...]:
        """The parties by their letters; returns the statements."""
        id_ = f"{verdict}-{len(self.statements)}"
        found = []
        start, end = days.get("start", DAY_MIN), days.get("end", DAY_MAX)
        for number, letter in enumerate(parties):
            name = "party_person" if letter in "PQRST" else "party_firm"
            content: dict[str, Any] = {"decision": verdict, "agreement": id_, name: entity(letter)}
            eid = None if company is None else code(company)
            key = f"{id_}|{number}"
            found.append(self.say("ControlDecision", eid, key, source="bureau", start=start, end=end, **content).sid)
        return tuple(sorted(found))

    def links(self, valid: date = TODAY) -> compute.Links:
        return compute.links(projection_of(self.statements, TODAY, valid=valid), link_policy())

    def chart(self, valid: date = TODAY) -> Structure:
        return compute.chart(self.links(valid))


def node(letters: str) -> str:
    """The node of parties."""
    return Parties(tuple(sorted(entity(letter) for letter in letters))).id


THREE: Holds = {"P>A": 20, "Q>A": 18, "R>A": 15, "S>A": 47, "A>B": 60, "P>B": 40, "P>C": 40, "Q>C": 11, "T>C": 49}


def test_who_acts_in_concert_controls_together_and_each_owns_his_own() -> None:
    said = Decided(THREE)
    agreed = said.decide("concert", "PQR", "A")
    chart = said.chart()
    assert chart.status(code("A")) == ("controlled", "")
    three = tuple(entity(letter) for letter in "PQR")
    votes = {"P": 20_000_000, "Q": 18_000_000, "R": 15_000_000}
    cast = tuple(Vote(entity(k), v, False, (said.sids[f"{k}>A"],), concert=True) for k, v in votes.items())
    assert chart.control(node("PQR"), code("A")) == Control(
        node("PQR"), code("A"), "concert", 53_000_000, CAPITAL, False, cast, "", agreed, three
    )
    assert chart.chain(code("B")) == [code("B"), code("A"), node("PQR")]
    # of A only: in C each votes for himself
    assert chart.status(code("C")) == ("none", "")
    owners = control.owners_card(chart, code("A"))["beneficial"]
    assert {(row["person"], tuple(row["criteria"]), row["ownership"], row["votes"]) for row in owners} == {
        ("k-S", ("equity", "votes"), "47/100", 47_000_000),
        ("k-P", ("joint_control",), "1/5", 20_000_000),
        ("k-Q", ("joint_control",), "9/50", 18_000_000),
        ("k-R", ("joint_control",), "3/20", 15_000_000),
    }
    # what each holds stands as it is recorded
    assert [(vote.holder, vote.votes, vote.concert) for vote in chart.holders(code("A"), 2)] == [
        ("k-S", 47_000_000, False), ("k-P", 20_000_000, False),
    ]  # fmt: skip
    apart = compute.chart(said.links(), agreed=False)
    assert (apart.status(code("A")), apart.chain(code("B"))) == (("none", ""), [code("B"), code("A")])


def test_what_is_written_names_each_party_and_every_record() -> None:
    said = Decided(THREE)
    agreed = said.decide("concert", "PQR", "A")
    chart = said.chart()
    found = controls(chart)
    sids = tuple(sorted([*agreed, *(said.sids[f"{letter}>A"] for letter in "PQR")]))
    assert rows(found, "controller", "eid", "basis", "votes", "sids") == {
        (node("PQR"), code("A"), "concert", 53_000_000, sids),
        (code("A"), code("B"), "direct", 60_000_000, (said.sids["A>B"],)),
    }
    assert rows(by_party(chart, "controller", found), "controller", "eid") == {
        ("k-P", code("A")), ("k-Q", code("A")), ("k-R", code("A")), (code("A"), code("B")),
    }  # fmt: skip
    groups = compute.group_members(projection_of(said.statements, TODAY), said.links(), chart)
    group = groups[groups["layer"] == "control"]
    assert rows(group, "key", "member", "role") == {
        *((node("PQR"), entity(letter), "head") for letter in "PQR"),
        *((node("PQR"), code(letter), "member") for letter in "AB"),
    }


def test_without_a_company_it_holds_for_all_and_sets_that_share_a_party_are_one() -> None:
    said = Decided(THREE)
    general = said.decide("concert", "PQ")
    own = said.decide("concert", "QR", "A")
    chart = said.chart()
    assert (chart.chain(code("C"))[1:], chart.chain(code("A"))[1:]) == ([node("PQ")], [node("PQR")])
    three, two = (chart.control(node(letters), code(company)) for letters, company in (("PQR", "A"), ("PQ", "C")))
    assert three is not None and three.sids == tuple(sorted(general + own))
    assert two is not None and two.sids == general


def test_it_holds_on_its_days_only() -> None:
    said = Decided({"P>A": 30, "Q>A": 30, "R>A": 40})
    said.decide("concert", "PQ", "A", start=date(2026, 1, 1), end=date(2026, 7, 1))
    for day, status in ((date(2025, 12, 31), "none"), (date(2026, 1, 1), "controlled"), (date(2026, 7, 1), "none")):
        assert said.chart(day).status(code("A"))[0] == status


def test_parties_under_one_controller_do_as_he_does() -> None:
    said = Decided({"P>A": 100, "P>B": 60, "Q>B": 40, "A>C": 30, "B>C": 30, "R>C": 40})
    said.decide("concert", "AB")
    chart = said.chart()
    assert chart.chain(code("C")) == [code("C"), "k-P"]
    said.decide("concert", "AR")  # with the other it is another matter
    assert said.chart().chain(code("C")) == [code("C"), node("ABR")]


def test_agreement_and_appointment_go_before_votes_and_partners() -> None:
    said = Decided({"P>A": 100, "A>B": 51, "Q>B": 49, "P>C": 99, "R>C": 1})
    said.firm(code("C"), "C合伙企业（有限合伙）", key="C2", entity_type="有限合伙企业", legal_representative="王R")
    agreement = said.decide("agreement", "T", "A")
    appointment = said.decide("appointment", "S", "C")
    found = said.links()
    chart = compute.chart(found)
    ruled = chart.control("k-T", code("A"))
    assert ruled is not None
    assert (ruled.basis, ruled.rule, ruled.sids, ruled.rows) == ("ruled", "agreement", agreement, ())
    assert chart.chain(code("B")) == [code("B"), code("A"), "k-T"]
    assert rows(found.ruled, "controller", "eid", "rule", "sids") == {
        ("k-T", code("A"), "agreement", agreement), ("k-S", code("C"), "appointment", appointment),
    }  # fmt: skip
    own = control.owners_card(chart, code("A"))["beneficial"]
    assert {(row["person"], tuple(row["criteria"])) for row in own} == {
        ("k-P", ("equity",)),
        ("k-T", ("votes", "control")),
    }


def test_own_shares_and_blanks_are_not_added_up() -> None:
    said = Decided({"A>A": 20, "P>A": 41, "Q>A": 39, "P>B": None, "Q>B": 30, "T>B": None})
    said.decide("concert", "PQ")
    chart = said.chart()
    found = chart.control(node("PQ"), code("A"))
    assert found is not None and (found.votes, found.whole) == (80_000_000, 80_000_000)
    assert chart.status(code("B")) == ("undetermined", "blank_amounts")


def test_sets_that_are_asked_join_those_that_were_decided() -> None:
    said = Decided(THREE)
    said.decide("concert", "PQ")
    found = said.links()
    assert compute.chart(found, [["k-Q", "k-R"]]).chain(code("A")) == [code("A"), node("PQR")]
    with pytest.raises(UsageError) as caught:
        compute.chart(found, [["k-P", "k-Q"], ["k-Q", "k-R"]])
    assert (caught.value.code, caught.value.fields["option"]) == ("usage.bad_value", "--together")
    assert compute.chart(found, [["nobody", "k-S"]]).status(code("A")) == ("none", "")
    assert united([Parties(("a",))]) == []


@pytest.mark.parametrize("seed", range(60))
def test_control_in_concert_is_that_of_one_holder(seed: int) -> None:
    drawn = draw(seed, own=False)
    shares, _, _ = with_rules(drawn)
    names = [f"e{number}" for number in range(drawn.n)]
    told = [(names[h], names[y], votes) for (h, y), votes in drawn.votes.items()]
    frame = pd.DataFrame(told, columns=["holder", "eid", "amount"]).astype({"amount": "Int64"})
    frame["capital"] = pd.array([100] * len(frame), dtype="Int64")
    person = frame["holder"].isin(names[drawn.companies :])
    frame["holder_kind"] = person.map({True: "person", False: "enterprise"})
    frame["basis"], frame["sids"] = "subscribed", pd.Series([(str(at),) for at in frame.index], dtype=object)
    pair = (drawn.n - 1, seed % (drawn.n - 1))
    before = brute_control(drawn.n, shares)
    parties = Parties(tuple(sorted(names[number] for number in pair)))
    chart = structure(frame, RULES, parties=[parties])
    one = {number: drawn.n if number in pair else number for number in range(drawn.n)}
    both = all(any(number in ends for ends in drawn.votes) for number in pair)
    if both and not any(set(pair) <= inside | {x} for x, inside in before.items()):  # nobody above both
        merged: dict[tuple[int, int], Fraction] = {}
        for (h, y), share in shares.items():
            merged[one[h], y] = merged.get((one[h], y), Fraction(0)) + share
        before = brute_control(drawn.n + 1, merged)
    called = [*names, parties.id]
    found = {x: {y for y in names if chart.control(called[x], y) is not None} for x in before}
    assert found == {x: {names[y] for y in inside} for x, inside in before.items()}
