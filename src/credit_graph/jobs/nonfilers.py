"""Those who did not report (未按期年报): a proceeding for each, all begun at once after the last day of the window."""

from __future__ import annotations

from collections.abc import Callable

from credit_graph import clock
from credit_graph.jobs import batches
from credit_graph.jobs.decisions import Decision
from credit_graph.jobs.proceeding_subjects import Subject
from credit_graph.jobs.proceedings import Done, begin
from credit_graph.jobs.reports import silent_firms
from credit_graph.model.time import Point
from credit_graph.store import Store
from credit_graph.text import t

Progress = Callable[[str, int, int], None]


def begin_all(
    store: Store, decision: Decision, year: int | None = None, progress: Progress | None = None
) -> dict[str, Done]:
    """By the name of the bundle: firms for the list of abnormal operation, individual businesses for marking.

    Who has a proceeding already is told and left out, so that it can be run again. Raises as
    :func:`credit_graph.jobs.reports.silent_firms` and :func:`credit_graph.jobs.proceedings.begin` do.
    """
    today = clock.today()
    point = Point(batches.last_seq(store), today, today)
    found = silent_firms(store, point, year, candidates=True)
    done: dict[str, Done] = {}
    for group in found.found.rules.groups:
        rows = found.firms[found.firms["group"] == group.id]
        follow = group.follow_up
        if not len(rows):
            continue
        facts = t(f"未按规定期限报送{found.found.year}年度报告", f"did not report for {found.found.year} in time")
        last_days = rows["last_day"].dt.date
        subjects = [
            Subject(code, eid, said={"found_on": day.isoformat()})
            for code, eid, day in zip(rows["code"], rows["eid"], last_days, strict=True)
        ]
        bundle = f"{follow.list_name}-{found.found.year}-{group.id}"
        said = {"ground": follow.ground, "facts": facts}
        done[bundle] = begin(
            store, follow.list_name, follow.procedure, subjects, decision, said=said, bundle=bundle, partial=True,
            progress=progress,
        )  # fmt: skip
    return done
