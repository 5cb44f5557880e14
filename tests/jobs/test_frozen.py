"""What happened, as it is known today: also what may not be used any more."""

from __future__ import annotations

from datetime import date

import pandas as pd

from credit_graph.grading.backtest.outcomes import everybody
from credit_graph.grading.backtest.rules import backtest_policy
from credit_graph.grading.grade import CHANNEL
from credit_graph.jobs.frozen import Happened
from credit_graph.model.time import Point
from credit_graph.projection import Projection
from credit_graph.projection.sources import Given
from handmade import Said, tables_of


def test_a_repaired_violation_happened_and_an_annulled_one_never_did() -> None:
    said, day = Said(), date(2025, 8, 1)
    for number, reason in enumerate(("", "repaired", "expired", "deleted_by_source", "withdrawn")):
        case = said.say("Case", f"{number}", f"{number}", start=day, decided_on=day)
        if reason:
            said.hold(case, reason, channels="public,departments,grading,internal", start=date(2025, 9, 1))
    today = date(2026, 6, 30)
    known = Projection(Point(1, today, today), CHANNEL, 1, Happened(Given(tables_of(said.statements))))
    rows = everybody(known, backtest_policy().on(day), date(2025, 6, 30), today, pd.Index(list("01234"))).rows
    assert rows["found"].tolist() == [True, True, True, True, False]
