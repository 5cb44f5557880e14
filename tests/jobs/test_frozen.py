"""A past day as it was known and in use then; and what happened, as it is known today, whatever was repaired since."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pandas as pd
import pytest

from credit_graph.grading.backtest.outcomes import everybody
from credit_graph.grading.backtest.rules import backtest_policy
from credit_graph.grading.grade import CHANNEL
from credit_graph.jobs import backtest as job
from credit_graph.jobs.frozen import Archive, Happened
from credit_graph.model.time import Point
from credit_graph.projection import Projection
from credit_graph.projection.sources import Given
from credit_graph.store import Store
from handmade import City, Said, tables_of

A = "91330200AAAAAAAAAA"
EARLIER, AT, UNTIL = date(2024, 6, 30), date(2025, 6, 30), date(2026, 6, 30)


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


class Deliveries:
    """甲, some of whose penalties were told late, held later, or held at once, in batches of three days."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self._store, self._monkeypatch = store, monkeypatch
        self.told: list[set[str]] = []  # the statements of each batch

    @contextmanager
    def on(self, day: date) -> Iterator[City]:
        self._monkeypatch.setenv("CREDIT_GRAPH_TODAY", f"{day}")
        city = City(self._store)
        yield city
        self.told.append({item.sid for item in city.statements})
        city.commit()

    def fill(self, first: date, second: date, third: date) -> None:
        def case(key: str, day: date) -> Any:
            return city.say("Case", A, key, source="penalty_published", start=day, decided_on=day)

        def draw(key: str, day: date) -> Any:
            told: dict[str, Any] = {"draw_probability": 50_000, "result": "发现问题责令改正"}
            return city.say("Inspection", A, key, source="inspection", start=day, inspected_on=day, **told)

        with self.on(first) as city:
            city.firm(A, "甲有限公司", source="registration")
            case("old", date(2024, 1, 5))
        with self.on(second) as city:
            plain = case("plain", date(2025, 1, 2))
            city.hold(case("held_later", date(2025, 1, 3)), start=date(2025, 9, 1))
            city.hold(case("held", date(2025, 1, 4)), start=date(2025, 2, 1))
            draw("told", date(2024, 9, 1))
        with self.on(third) as city:
            case("told_late", date(2025, 2, 5))
            city.statements[-1] = city.statements[-1].again(recorded_on=date(2025, 8, 1))
            city.hold(plain, start=date(2025, 1, 10))
            draw("draw_told_late", date(2024, 10, 1))
            city.hold(draw("after", date(2025, 9, 1)), start=date(2025, 10, 1))

    def in_use(self, projection: Projection) -> set[str]:
        frame = projection.history("Case", ["key"])
        return set(frame.loc[frame["in_use"], "key"])


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_day_is_frozen_as_it_was_known_and_in_use(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    given = Deliveries(store, monkeypatch)
    given.fill(date(2024, 6, 1), date(2025, 6, 1), date(2026, 6, 1))
    seen: list[Any] = []
    rules = backtest_policy().on(AT).model_copy(update={"least_found": 1})
    monkeypatch.setattr(job, "backtest_policy", lambda: type("Rules", (), {"on": lambda *_: rules}))
    monkeypatch.setattr(job, "compare", lambda *arguments: seen.extend(arguments))
    job.backtest(store, "general", AT, "12m", UNTIL)
    now, before, past, later, _ = seen
    # a hold told later, or that begins later, has not ended any use yet
    assert given.in_use(now.projection) == {"old", "plain", "held_later"}
    assert (now.projection.point, now.projection.hold_seq) == (Point(2, AT, AT), 2)
    assert given.in_use(before.projection) == {"old"}
    assert later(sid for told in given.told for sid in told) == given.told[2]
    # of what came after all is known, repaired or not; learnt is only what was told by the day
    assert now.sample.rows[["weight", "found"]].to_numpy().tolist() == [[20.0, True]]
    assert (len(before.sample.rows), len(past.rows)) == (1, 2)

    # told all at once afterwards, the sources' own days and those of holds decide
    store.clear()
    given.fill(UNTIL, UNTIL, UNTIL)
    frozen = Archive(store, 3, UNTIL).on(AT)
    assert frozen.seq is None
    assert given.in_use(frozen.projection) == {"old", "held_later"}
