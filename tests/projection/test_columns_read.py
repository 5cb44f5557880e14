"""Of the statements only the columns are read that an answer is made of."""

from __future__ import annotations

from functools import partial

import pyarrow as pa

from credit_graph.links.compute import recorded_holdings
from credit_graph.links.policy import link_policy
from credit_graph.model.time import Point
from credit_graph.projection import Projection
from credit_graph.projection.columns import SPINE, Columns
from credit_graph.projection.sources import Given
from facts import D
from handmade import Said, tables_of

TODAY = D("2026-11-23")
A, B = (f"91330200{letter * 10}" for letter in "AB")


class Watched(Given):
    """A source that remembers which columns were read of which kind, beside ``SPINE``."""

    def __init__(self, tables: dict[str, pa.Table]) -> None:
        super().__init__(tables)
        self.read: dict[str, set[str]] = {}
        self._tables = tables
        self.statements = {kind: Columns(kind, partial(self._given, kind)) for kind in tables}

    def _given(self, kind: str, names: list[str]) -> dict[str, pa.ChunkedArray]:
        if told := {*names} - {*SPINE}:
            self.read.setdefault(kind, set()).update(told)
        return {name: self._tables[kind][name] for name in names}


def watched() -> tuple[Projection, Watched, dict[str, str]]:
    said = Said()
    first = said.firm(A, "甲有限公司", registered_capital=100, founded_on=D("2020-01-01"))
    second = said.firm(B, "乙有限公司", registered_capital=100)
    held = said.say("Contribution", B, "1", holder_name="甲有限公司", subscribed=120)
    source = Watched(tables_of(said.statements))
    sids = {A: first.sid, B: second.sid, "held": held.sid}
    return Projection(Point(1, TODAY, TODAY), "internal", 1, source), source, sids


def test_a_shown_statement_takes_the_columns_of_its_field() -> None:
    projection, source, sids = watched()
    assert projection.shown("founded_on").to_dict() == {A: sids[A], B: sids[B]}
    assert source.read.pop("Hold")  # whether a statement is in use
    assert source.read == {"Registration": {"known_from", "founded_on"}}


def test_faults_of_holdings_take_a_part_of_the_view() -> None:
    projection, source, sids = watched()
    held = recorded_holdings(projection, link_policy())
    (row,) = held.to_dict(orient="records")
    assert (row["holder"], row["eid"], row["fault"], row["sids"]) == (A, B, "over_100", (sids["held"],))
    told = {"name", "address", "credit_code", "entity_type", "registered_capital", "currency"}
    assert source.read["Registration"] == {"known_from", *told}
    whole, seen, _ = watched()
    assert {"state", "industry_code"} <= {*whole.enterprises.columns} & seen.read["Registration"]
    assert whole.current(["name", "entity_kind"]).equals(whole.enterprises[["name", "entity_kind"]])
    assert projection.current(["name", "entity_kind"]).equals(whole.enterprises[["name", "entity_kind"]])
    assert projection.names.equals(whole.names)
