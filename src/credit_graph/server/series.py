"""Case series (串案) as the link run wrote them: leads, never a ground of a listing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import strawberry

from credit_graph.links.policy import LEAD
from credit_graph.server.connections import Connection, connect, page_size
from credit_graph.server.context import LINK, Moment
from credit_graph.server.enterprise import Party, enterprise, person
from credit_graph.server.needs import Info, needs, shown
from credit_graph.server.records import Record, usable_records
from credit_graph.text import t

_MOST = (2**62, "")  # before the longest series
_LOADED = 50  # nodes that one series costs


@strawberry.type(description="串案中的当事人 / a party of a case series")
class SeriesParty:
    """Who was punished, and the decisions."""

    row: strawberry.Private[Mapping[str, Any]]
    at: strawberry.Private[Moment]

    @shown("当事人 / who was punished")
    def party(self, info: Info) -> Party:
        """The enterprise or person."""
        return _entity(info, self.row, self.at)

    @needs("records", "处罚决定记录 / the records of the decisions")
    async def records(self, info: Info) -> list[Record] | None:
        """Those that the caller may use."""
        return await usable_records(info, self.row["sids"], self.at)


@strawberry.type(description="串案：同一族群或人员的同类违法（线索） / like violations of one group or person: a lead")
class CaseSeries:
    """Penalties for like violations within a window."""

    row: strawberry.Private[Mapping[str, Any]]
    involved: strawberry.Private[list[Mapping[str, Any]]]
    at: strawberry.Private[Moment]

    @shown("group 企业族群，person 人员 / what joins the parties")
    def unit_kind(self) -> str:
        """group or person."""
        return str(self.row["unit_kind"])

    @shown("族群之首或人员；一致行动人为其中第一人 / head of the group, or the person; the first of concert parties")
    def unit(self, info: Info) -> Party | None:
        """Who joins the parties."""
        return next(iter(self.units(info)), None)

    @shown("族群之首或人员；一致行动的，为各方 / head of the group, or the person; all who act in concert")
    def units(self, info: Info) -> list[Party]:
        """Everybody who joins the parties."""
        return [_entity(info, row, self.at) for row in self.involved if row["role"] == "unit"]

    @shown("violation 违法行为，article 法条 / what the decisions have in common")
    def mark_kind(self) -> str:
        """violation or article."""
        return str(self.row["mark_kind"])

    @shown("违法行为或法条 / the violation, or the article of law")
    def mark(self) -> str:
        """What the decisions are about."""
        return str(self.row["mark"])

    @shown("首次处罚决定日期 / day of the first decision")
    def first(self) -> date:
        """The first day."""
        day: date = self.row["first"]
        return day

    @shown("末次处罚决定日期 / day of the last decision")
    def last(self) -> date:
        """The last day."""
        day: date = self.row["last"]
        return day

    @shown("处罚决定数 / number of decisions")
    def cases(self) -> int:
        """How many decisions."""
        return int(self.row["cases"])

    @shown("当事人 / the parties")
    def parties(self) -> list[SeriesParty]:
        """Everybody who was punished."""
        return [SeriesParty(row=row, at=self.at) for row in self.involved if row["role"] == "party"]

    @shown("提示 / notice")
    def notice(self) -> str:
        """That it is a lead."""
        return t(*LEAD)


async def series_connection(
    info: Info, at: Moment, first: int | None, after: str | None, eid: str | None
) -> Connection[CaseSeries]:
    """A page of the series, of one enterprise or of all, the most decisions first."""
    size = page_size(first)
    context = info.context
    cases, serid = _MOST if after is None else context.sealer.open_cursor("caseSeries", after)
    run = await context.run_at(LINK, at)
    context.spend(size * _LOADED)
    place = {"run": run["rid"], "after_cases": int(cases), "after_id": str(serid), "limit": size + 1}
    if eid is None:
        rows = await context.read("read/api_series", **place)
    else:
        rows = await context.read("read/api_series_of", eid=eid, **place)
    return connect(
        context,
        "caseSeries",
        rows,
        size,
        lambda row: CaseSeries(row=row["series"], involved=row["parties"], at=at),
        lambda row: (row["series"]["cases"], row["series"]["serid"]),
        after=after,
    )


def _entity(info: Info, row: Mapping[str, Any], at: Moment) -> Party:
    if row["pid"] is not None:
        return person(info, row["pid"], at, row["name"])
    return enterprise(info, row["eid"], at)
