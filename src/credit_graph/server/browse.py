"""Finding enterprises: by nested conditions and by name."""

from __future__ import annotations

from datetime import date
from functools import partial

import numpy as np
import numpy.typing as npt
import strawberry

from credit_graph.jobs.audit import record
from credit_graph.server.charts import charts
from credit_graph.server.columns import Columns, columns, grades
from credit_graph.server.connections import After, Connection, First, connect, page_size
from credit_graph.server.context import GRADE, Asked, Context, Moment
from credit_graph.server.enterprise import Enterprise, enterprise
from credit_graph.server.filters import BESIDE, CACHED, LEVELS, LINKED, EnterpriseFilter, allow, held_kinds
from credit_graph.server.masks import Masks
from credit_graph.server.needs import Info, needs
from credit_graph.server.roles import limits
from credit_graph.server.search import search


@strawberry.type
class BrowseQuery:
    """Roots that find enterprises."""

    @needs("browse", "浏览经营主体 / enterprises in the order of their key")
    async def enterprises(
        self,
        info: Info,
        filter: EnterpriseFilter | None = None,
        first: First = None,
        after: After = None,
        as_of: Asked = None,
    ) -> Connection[Enterprise] | None:
        """A page of enterprises. The graph answers plain conditions, where a page without the cache may be short
        though another follows; the others from columns in memory."""
        size = page_size(first)
        context = info.context
        start = str(context.sealer.open_cursor("enterprises", after)[0]) if after is not None else ""
        wanted = filter or EnterpriseFilter()
        named = allow(wanted, context.role)
        at = await context.moment(as_of)
        cached, seen = await context.cached(at), None
        if cached and named <= CACHED:
            context.spend(size)
            if wanted.level is not None:
                await context.run_at(GRADE, at)
            eids = await _from_cache(context, wanted, start, size)
        elif named <= CACHED - LEVELS:
            eids, seen = await _from_statements(context, wanted, start, at)
        else:
            context.spend(size)
            eids = await _from_columns(context, wanted, start, size, at)
        return connect(
            context,
            "enterprises",
            eids,
            size,
            lambda eid: enterprise(info, eid, at),
            lambda eid: (eid,),
            after=after,
            goes_on=(seen,) if seen else None,
        )

    @needs("browse", "按名称检索，含曾用名 / search by name, former names too", districts=True)
    async def search(
        self, info: Info, text: str, first: First = None, after: After = None, as_of: Asked = None
    ) -> Connection[Enterprise] | None:
        """Matches: exact name first, then by where the text stands in the name, former names last."""
        size = page_size(first)
        context = info.context
        place = tuple(context.sealer.open_cursor("search", after)) if after is not None else (-1, "")
        at = await context.moment(as_of)
        found = await context.seen(await search(context, text, at), lambda hit: hit.eid, at)
        hits = [hit for hit in found if hit.keys > place]
        context.spend(min(len(hits), size))
        return connect(
            context,
            "search",
            hits,
            size,
            lambda hit: enterprise(info, hit.eid, at),
            lambda hit: hit.keys,
            after=after,
        )


async def fitting(context: Context, wanted: EnterpriseFilter, at: Moment) -> tuple[Columns, npt.NDArray[np.bool_]]:
    """The columns of the moment and who of them fits. Raises ``AccessError``, ``UsageError``, ``StateError``."""
    named = allow(wanted, context.role)
    graded = await grades(context, at, beside=bool(named & BESIDE)) if named & LEVELS else None
    linked = await charts(context, at) if named & LINKED else None
    found = await columns(context, at)
    if kinds := held_kinds(wanted):
        who = context.client.id, context.role.name
        await context.run(partial(record, context.store.home, *who, "held_records_read", {"kinds": kinds}))

    def flags() -> npt.NDArray[np.bool_]:
        with found.lock:
            return Masks(found, graded, linked).firms(wanted)

    return found, await context.run(flags)


async def _from_columns(context: Context, wanted: EnterpriseFilter, start: str, size: int, at: Moment) -> list[str]:
    found, fits = await fitting(context, wanted, at)
    return await context.run(partial(_page, found, fits, start, size))


def _page(found: Columns, fits: npt.NDArray[np.bool_], start: str, size: int) -> list[str]:
    """The first enterprises that fit after a place, one more than the page has."""
    begin = int(np.searchsorted(found.eids, start, side="right")) if start else 0
    return [str(eid) for eid in found.eids[begin + np.flatnonzero(fits[begin:])[: size + 1]]]


async def _from_cache(context: Context, wanted: EnterpriseFilter, start: str, size: int) -> list[str]:
    rows = await context.read(
        "read/api_enterprises",
        after=start,
        name=wanted.name_contains,
        state=wanted.state,
        district=wanted.district,
        entity_kind=wanted.entity_kind,
        level=wanted.level,
        founded_from=wanted.founded_from,
        founded_to=wanted.founded_to,
        limit=size + 1,
    )
    return [row["eid"] for row in rows]


async def _from_statements(
    context: Context, wanted: EnterpriseFilter, start: str, at: Moment
) -> tuple[list[str], str | None]:
    """Where the cache can't answer: matches among the next enterprises, and the last of these if more follow."""
    scan = limits().scan.value
    rows = await context.read("read/api_eids", after=start, limit=scan)
    views = await context.loaders.views.load_many([(row["eid"], at) for row in rows])
    found = [view["eid"] for view in views if view["known"] and _fits(view, wanted)]
    return found, rows[-1]["eid"] if len(rows) == scan else None


def _fits(view: dict[str, object], wanted: EnterpriseFilter) -> bool:
    name, district, founded = str(view["name"] or ""), str(view["district"] or ""), view["founded_on"]
    if wanted.founded_from and not (isinstance(founded, date) and founded >= wanted.founded_from):
        return False
    if wanted.founded_to and not (isinstance(founded, date) and founded <= wanted.founded_to):
        return False
    return (
        (wanted.name_contains is None or wanted.name_contains in name)
        and (wanted.state is None or wanted.state == view["state"])
        and (wanted.district is None or district.startswith(wanted.district))
        and (wanted.entity_kind is None or wanted.entity_kind == view["entity_kind"])
    )
