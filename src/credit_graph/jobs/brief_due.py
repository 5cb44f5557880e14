"""What is due and late, by person (到期与逾期): warnings, entries after a missing report, open matters with a term."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from credit_graph.grading.dormant import showing
from credit_graph.grading.reports_policy import Fact
from credit_graph.jobs.alert_list import Listed
from credit_graph.jobs.due import due as due_items
from credit_graph.jobs.reports import silent_firms
from credit_graph.jobs.sheets import Value
from credit_graph.lists.due import WARNING, role_title
from credit_graph.model.time import Point
from credit_graph.policyfile import Dated, read_policy
from credit_graph.projection import Projection
from credit_graph.resources import root
from credit_graph.store import Store
from credit_graph.text import t

SOON = timedelta(days=7)
MOST = 8  # rows, so that the brief stays one page
_WARNINGS = ("风险预警", "warnings")
_ENTRIES = ("未报年报列入、标记", "entries for missing reports")

Due = tuple[str, str, date | None]  # who ("": nobody), what, the last day (None: no term runs)


class Term(Dated):
    """Within so many ``days`` of its day a matter that records show as ``open`` is to be settled."""

    id: str
    days: int = Field(ge=1)
    open: Fact


class BriefPolicy(BaseModel):
    """``policies/brief.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    terms: tuple[Term, ...]


@cache
def brief_policy() -> BriefPolicy:
    """The shipped policy; raises ``DefinitionError("policy.invalid")`` with file and line."""
    return read_policy(root("policies") / "brief.yml", BriefPolicy)


def due(store: Store, projection: Projection, warnings: Sequence[Listed]) -> Iterator[Due]:
    """Everything that has to be done at the projection's point: what ``credit-graph due`` tells one by one, the
    entries that follow a missing report, and open matters with a term.

    Raises ``DefinitionError`` where no rules of reports, or no calendar of their year, are there.
    """
    point = projection.point
    for item in due_items(store, point.seq, point.valid, warnings).items:
        if item.list == WARNING:
            yield next(iter(item.persons), ""), t(*_WARNINGS), item.day
        else:
            yield role_title(item.role) if item.role else next(iter(item.persons), ""), t(*item.what), item.day
    yield from _entries(store, projection.point)
    for term in brief_policy().terms:
        if term.in_force(projection.point.valid):
            opened = showing(projection, term.open, projection.enterprises.index)["day"]
            for last in (opened + np.timedelta64(term.days, "D")).dt.date:
                yield "", t(term.open.name.zh, term.open.name.en), last


def _entries(store: Store, point: Point) -> Iterator[Due]:
    for last in silent_firms(store, point, candidates=True).firms["decide_by"].dt.date:
        yield "", t(*_ENTRIES), last


def counted(found: Iterable[Due], day: date) -> list[list[Value]]:
    """Rows of who, what, open, due within a week, late: the most late first; beyond ``MOST`` summed up in one row."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for who, what, last in found:
        row = counts.setdefault((who, what), Counter())
        soon, late = (day <= last <= day + SOON, last < day) if last is not None else (False, False)
        row.update({"open": 1, "soon": int(soon), "late": int(late)})
    frame = pd.DataFrame(
        [(*key, row["open"], row["soon"], row["late"]) for key, row in counts.items()],
        columns=["who", "what", "open", "soon", "late"],
    ).sort_values(["late", "soon", "open", "who", "what"], ascending=[False, False, False, True, True])
    nobody = t("（未定责任人）", "(nobody yet)")
    rows: list[list[Value]] = [[who or nobody, *rest] for who, *rest in frame.itertuples(index=False, name=None)]
    if len(rows) <= MOST:
        return rows
    rest = frame.iloc[MOST - 1 :][["open", "soon", "late"]].sum().tolist()
    more = len(rows) - MOST + 1
    return [*rows[: MOST - 1], [t(f"其余 {more} 项", f"{more} more"), "", *rest]]
