"""Nested conditions over columns, without a graph: which enterprises fit, by hand and by the algebra of sets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_graph.errors import UsageError
from credit_graph.server.charts import Charts
from credit_graph.server.columns import Columns
from credit_graph.server.filters import EnterpriseFilter as Firm
from credit_graph.server.filters import GroupFilter, PartyFilter, RecordFilter
from credit_graph.server.masks import Masks
from credit_graph.server.records import RecordKind
from handmade import Said, projection_of
from holdingcharts import TODAY, code, say

D = date.fromisoformat
SERIOUS, ABNORMAL = RecordKind.SeriousListing, RecordKind.AbnormalListing


@cache
def masks() -> Masks:
    """P controls C through A and B, C controls D; Q holds of A and C; E and F control each other, E holds of H; G is an
    individual business that nobody holds. D is on the list of serious violations, E was on the abnormal one."""
    said = Said()
    say(
        said,
        {
            "P>A": 60, "Q>A": 40, "P>B": 350, "A>C": 30, "B>C": 25, "Q>C": 45, "C>D": 51,
            "E>F": 60, "F>E": 60, "E>H": 60,
        },
        {"B": 500_000_000},
    )  # fmt: skip
    said.firm(
        code("G"), "庆城县甲（集团）商店", entity_type="个体工商户", state="注销", district="621021001",
        authority="庆城县市场监督管理局", founded_on=D("2020-05-17"), industry_code="5211", registered_capital=None,
    )  # fmt: skip
    said.say("SeriousListing", code("D"), "s1", start=D("2025-03-01"))
    said.say("AbnormalListing", code("E"), "a1", start=D("2022-03-01"), end=D("2023-03-01"))
    for day in ("2021-01-01", "2022-01-01"):
        said.say("Case", code("F"), f"c{day}", start=D(day))
    said.hold(said.say("Case", code("H"), "held", start=D("2026-01-01")))
    projection = projection_of(said.statements, TODAY)
    letters = {"A": "A", "B": "B", "C": "D", "D": "D", "E": "C", "H": "D"}
    grades = pd.DataFrame({"level": letters.values()}, index=[code(letter) for letter in letters])
    official = pd.Series({code("A"): "B"}).reindex(grades.index)
    grades = grades.assign(official=official, in_effect=official.fillna(grades["level"]))
    return Masks(Columns(projection), grades, Charts(projection))


def fit(wanted: Firm) -> str:
    """Letters of those that fit."""
    found = masks()
    return "".join(eid[8] for eid in found._frame.index[found.firms(wanted)])


def firm(letter: str) -> Firm:
    """One firm by its name."""
    return Firm(name_starts_with=letter)


LEAVES: list[tuple[Firm, str]] = [
    (Firm(), "ABCDEFGH"),
    (Firm(name_contains="测试"), "ABCDEFH"),
    (Firm(name_contains="（集团）"), "G"),  # no pattern
    (Firm(name_contains="."), ""),
    (Firm(name_starts_with="庆城"), "G"),
    (Firm(name_starts_with="测试"), ""),
    (Firm(state="注销"), "G"),
    (Firm(states=["存续", "注销"]), "ABCDEFGH"),
    (Firm(states=[]), ""),
    (Firm(district="6210"), "G"),
    (Firm(county="621021"), "G"),
    (Firm(county=""), "ABCDEFH"),
    (Firm(industry="f"), "G"),
    (Firm(industry="52"), "G"),
    (Firm(industry="A"), ""),
    (Firm(entity_kind="个体工商户"), "G"),
    (Firm(founded_from=D("2020-05-17")), "G"),
    (Firm(founded_to=D("2020-05-16")), "ABCDEFH"),
    (Firm(capital_from=Decimal("1000000.01")), "B"),
    (Firm(capital_from=Decimal("1000000"), capital_to=Decimal("1000000")), "ACDEFH"),
    (Firm(capital_to=Decimal("1e999999")), "ABCDEFH"),
    (Firm(capital_to=Decimal("-1e999999")), ""),
    (Firm(level="D"), "CDH"),
    (Firm(levels=["A", "C"]), "AE"),
    (Firm(official_level="B"), "A"),
    (Firm(level_in_effect="B"), "AB"),
    (Firm(level="None"), ""),
    (Firm(records=RecordFilter(kind=SERIOUS)), "D"),
    (Firm(records=RecordFilter(kind=SERIOUS, from_=D("2025-03-01"), to=D("2025-03-01"))), "D"),
    (Firm(records=RecordFilter(kind=SERIOUS, from_=D("2025-03-02"))), ""),
    (Firm(records=RecordFilter(kind=SERIOUS, to=D("2025-02-28"))), ""),
    (Firm(records=RecordFilter(kind=ABNORMAL)), ""),
    (Firm(records=RecordFilter(kind=ABNORMAL, ended=True)), "E"),
    (Firm(records=RecordFilter(kind=RecordKind.Case)), "F"),
    (Firm(records=RecordFilter(kind=RecordKind.Case, at_least=3)), ""),
    (Firm(records=RecordFilter(kind=RecordKind.Case, in_use=False)), "H"),
    (Firm(records=RecordFilter(kind=RecordKind.Complaint)), ""),
    (Firm(controller=PartyFilter()), "ABCDH"),
    (Firm(controller=PartyFilter(person=True)), "ABCD"),
    (Firm(controller=PartyFilter(enterprise=firm("F"))), "H"),  # of the ring E, F one fits
    (Firm(controller=PartyFilter(enterprise=firm("C"))), ""),  # it is not the last one
    (Firm(controller=PartyFilter(controls=Firm(records=RecordFilter(kind=SERIOUS)))), "ABCD"),
    (Firm(level="D", controller=PartyFilter(controls=Firm(records=RecordFilter(kind=SERIOUS)))), "CD"),
    (Firm(controller=PartyFilter(holds=firm("B"))), "ABCD"),
    (Firm(controls=firm("D")), "C"),
    (Firm(controls=firm("H")), "EF"),
    (Firm(controls=firm("E")), "EF"),
    (Firm(holds=firm("C")), "AB"),
    (Firm(holder=PartyFilter(person=True)), "ABC"),
    (Firm(holder=PartyFilter(person=True, holds=firm("C"))), "AC"),
    (Firm(holder=PartyFilter(person=True, controls=firm("D"))), "AB"),
    (Firm(holder=PartyFilter(enterprise=Firm(level="B"))), "C"),
    (Firm(group=GroupFilter()), "ABCDEFH"),
    (Firm(group=GroupFilter(layer="ring")), "EF"),
    (Firm(group=GroupFilter(layer="control", member=firm("D"))), "ABC"),
    (Firm(group=GroupFilter(layer="phone", member=firm("D"))), ""),
    (Firm(and_=[]), "ABCDEFGH"),
    (Firm(or_=[]), ""),
    (Firm(not_=Firm()), ""),
]


@pytest.mark.parametrize(("wanted", "letters"), LEAVES, ids=[str(number) for number in range(len(LEAVES))])
def test_each_condition(wanted: Firm, letters: str) -> None:
    assert fit(wanted) == letters


nested = st.recursive(
    st.sampled_from([(wanted, frozenset(letters)) for wanted, letters in LEAVES]),
    lambda inner: st.one_of(
        inner.map(lambda one: (Firm(not_=one[0]), frozenset("ABCDEFGH") - one[1])),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda some: (Firm(and_=[f for f, _ in some]), frozenset.intersection(*(s for _, s in some)))
        ),
        st.lists(inner, max_size=3).map(
            lambda some: (Firm(or_=[f for f, _ in some]), frozenset().union(*(s for _, s in some)))
        ),
        st.tuples(inner, inner).map(
            lambda two: (Firm(and_=[two[0][0]], or_=[two[1][0]]), frozenset(two[0][1] & two[1][1]))
        ),
    ),
    max_leaves=8,
)


@given(nested)
@settings(max_examples=150, deadline=None)
def test_conditions_compose_as_sets_do(wanted: tuple[Firm, frozenset[str]]) -> None:
    assert frozenset(fit(wanted[0])) == wanted[1]


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(UsageError) as raised:
        fit(Firm(capital_from=Decimal("nan")))
    assert raised.value.code == "usage.bad_value"
    assert np.array_equal(masks().firms(Firm()), np.ones(8, np.bool_))
