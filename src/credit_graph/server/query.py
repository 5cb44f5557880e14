"""The root of the schema: what can be asked for."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import strawberry

from credit_graph import __version__, clock
from credit_graph.errors import UsageError
from credit_graph.projection import normal_name
from credit_graph.server.alerts import Alert, AlertQuery, alert_connection
from credit_graph.server.browse import BrowseQuery
from credit_graph.server.connections import After, Connection, First
from credit_graph.server.context import GRADE, LINK, Asked, Context, Moment
from credit_graph.server.costs import CostQuery
from credit_graph.server.enterprise import Enterprise, Node, enterprise, person
from credit_graph.server.knowledge import KnowledgeQuery
from credit_graph.server.listings import Listing, ListingStatus, listing_connection
from credit_graph.server.lists import ListEntry, ListName, entry_connection
from credit_graph.server.needs import Info, needs, shown
from credit_graph.server.paths import LinkedEnterprise, LinkKind, PathAnswer, Ring, linked_enterprises, path, rings
from credit_graph.server.proceedings import Proceeding, proceeding_by_id, proceeding_connection
from credit_graph.server.records import Record, record
from credit_graph.server.releases import (
    ListInfo,
    PublicRecord,
    Release,
    list_infos,
    public_record,
    release_by_id,
    releases_of,
)
from credit_graph.server.risk_history import RiskLevelChange, change_connection
from credit_graph.server.screen import ScreenQuery
from credit_graph.server.series import CaseSeries, series_connection
from credit_graph.server.statistics import StatisticsQuery
from credit_graph.text import joined


@strawberry.type(description="一次计算结果的版本 / version of a computed result")
class RunInfo:
    """The point that a run of links or grades was made at."""

    seq: int
    valid: date
    use_day: date
    policy: str


@strawberry.type(description="服务与数据版本 / versions of service and data")
class Meta:
    """What this answer rests on."""

    seq: int = strawberry.field(description="本次回答所依据的最后批次 / seq of the last batch that counts")
    today: date
    version: str
    link_run: RunInfo | None
    grade_run: RunInfo | None


@strawberry.type(description="查询入口 / root of all queries")
class Query(AlertQuery, BrowseQuery, ScreenQuery, StatisticsQuery, CostQuery, KnowledgeQuery):
    """The root."""

    @shown("数据版本 / versions of service and data")
    async def meta(self, info: Info) -> Meta:
        """What this request is pinned to."""
        pin = await info.context.pin()
        runs = {name: _run_info(run) for name, run in pin.runs.items()}
        return Meta(
            seq=pin.seq,
            today=clock.today(),
            version=__version__,
            link_run=runs.get(LINK),
            grade_run=runs.get(GRADE),
        )

    @needs(
        "identity",
        "按统一社会信用代码、注册号或组织机构代码查询 / one enterprise by its code or number",
        districts=True,
    )
    async def enterprise(self, info: Info, code: str, as_of: Asked = None) -> Enterprise | None:
        """One enterprise; the errors ``usage.unknown_entity`` and ``usage.several`` where there is not just one."""
        at = await info.context.moment(as_of)
        return enterprise(info, await _one(info.context, code, at), at)

    @needs("lists", "名单条目 / entries of a list as they stand", districts=True)
    async def list_entries(
        self, info: Info, list_name: ListName, first: First = None, after: After = None, as_of: Asked = None
    ) -> Connection[ListEntry] | None:
        """The entries, as a release of that day would hold them."""
        return await entry_connection(info, list_name, await info.context.moment(as_of), first, after)

    @needs("lists", "名单的全部记录及其判定 / every record of a list, as it is judged")
    async def listings(
        self,
        info: Info,
        list_name: ListName,
        status: ListingStatus | None = None,
        first: First = None,
        after: After = None,
        as_of: Asked = None,
    ) -> Connection[Listing] | None:
        """Entries, refusals with their reasons, what is held or removed."""
        return await listing_connection(info, list_name, await info.context.moment(as_of), status, first, after)

    @needs("releases", "名单与其设定依据、最近一期发布 / lists, what they rest on, their latest release")
    async def lists(self, info: Info) -> list[ListInfo] | None:
        """All lists."""
        return await list_infos(info)

    @needs("releases", "一个名单的各期发布，近者在前 / releases of a list, the latest first")
    async def releases(self, info: Info, list_name: ListName) -> list[Release] | None:
        """The public editions of today."""
        return await releases_of(info, list_name)

    @needs("releases", "一期发布，今日的公开版本 / a release: its public edition of today")
    async def release(self, info: Info, id: strawberry.ID) -> Release | None:
        """The release."""
        return await release_by_id(info, id)

    @needs("releases", "某代码今日的公开记录 / what is public of a credit code or registration number today")
    async def public_record(self, info: Info, code: str) -> PublicRecord | None:
        """Entries of the latest releases."""
        return await public_record(info, code)

    @needs("alerts", "风险预警，期限近者在前 / warnings that are not closed, or in these states; the ones due first")
    async def alerts(
        self,
        info: Info,
        states: list[str] | None = None,
        owner: str | None = None,
        overdue: bool = False,
        first: First = None,
        after: After = None,
    ) -> Connection[Alert] | None:
        """A page of warnings."""
        return await alert_connection(info, states, owner, overdue, first, after)

    @needs("proceedings", "名单办理事项，期限近者在前 / proceedings of list work in hand; the ones due first")
    async def proceedings(
        self,
        info: Info,
        list_name: str | None = None,
        code: str | None = None,
        bundle: str | None = None,
        ended: bool = False,
        first: First = None,
        after: After = None,
    ) -> Connection[Proceeding] | None:
        """A page of proceedings."""
        return await proceeding_connection(info, list_name, code, bundle, ended, first, after)

    @needs("proceedings", "一件名单办理事项 / one proceeding by its id")
    async def proceeding(self, info: Info, id: str) -> Proceeding | None:
        """The proceeding."""
        return await proceeding_by_id(info, id)

    @needs("links", "串案：同一族群或人员的同类违法（线索） / like violations of one group or person: leads")
    async def case_series(
        self, info: Info, code: str | None = None, first: First = None, after: After = None, as_of: Asked = None
    ) -> Connection[CaseSeries] | None:
        """The series by the link run, the most decisions first; ``code``: of one enterprise."""
        at = await info.context.moment(as_of)
        eid = None if code is None else await _one(info.context, code, at)
        return await series_connection(info, at, first, after, eid)

    @needs("level", "某日以来级别变化的企业，近者在前 / firms that changed class since a day, the latest first")
    async def risk_level_changes(
        self, info: Info, since: date, first: First = None, after: After = None
    ) -> Connection[RiskLevelChange] | None:
        """Changes from one class to another; a first class, or none any more, is no change."""
        at = await info.context.moment()
        return await change_connection(info, since, at, first, after, lambda eid: enterprise(info, eid, at))

    @needs("links", "循环持股、交叉持股（线索） / circular and cross holdings: leads")
    async def rings(
        self, info: Info, first: First = None, after: After = None, as_of: Asked = None
    ) -> Connection[Ring] | None:
        """In the order of their first member."""
        return await rings(info, await info.context.moment(as_of), first, after)

    @needs("links", "几步之内的关联企业，近者在前（线索） / enterprises within some hops, the near ones first: leads")
    async def linked_enterprises(
        self,
        info: Info,
        code: str,
        kinds: list[LinkKind] | None = None,
        hops: int = 2,
        first: First = None,
        as_of: Asked = None,
    ) -> list[LinkedEnterprise] | None:
        """At most three hops; hubs over the limit are not walked through."""
        at = await info.context.moment(as_of)
        return await linked_enterprises(info, at, await _one(info.context, code, at), kinds, hops, first)

    @needs("links", "两个主体之间的最短路径（线索） / shortest paths between two enterprises: a lead")
    async def path(
        self,
        info: Info,
        from_: Annotated[str, strawberry.argument(name="from")],
        to: str,
        kinds: list[LinkKind] | None = None,
        count: int = 1,
        as_of: Asked = None,
    ) -> PathAnswer | None:
        """At most five paths of eight links."""
        at = await info.context.moment(as_of)
        ends = await _one(info.context, from_, at), await _one(info.context, to, at)
        return await path(info, at, ends, kinds, count)

    @needs("identity", "按 id 查询 / an object by its opaque id", districts=True)
    async def node(self, info: Info, id: strawberry.ID, as_of: Asked = None) -> Node | None:
        """An enterprise or a person that this client was given an id of."""
        kind, key = info.context.sealer.open_id(id)
        at = await info.context.moment(as_of)
        if kind == "Enterprise":
            return enterprise(info, key, at)
        if kind == "Person":
            return await _person(info, key, at)
        raise UsageError("usage.bad_id", value=id[:80])

    @needs("records", "按声明标识查询记录 / a record by its statement id")
    async def record(self, info: Info, statement_id: strawberry.ID, as_of: Asked = None) -> Record | None:
        """A record that this client was given the id of; null where it may not be used any more."""
        kind, sid = info.context.sealer.open_id(statement_id)
        if kind != "Record":
            raise UsageError("usage.bad_id", value=statement_id[:80])
        found = await info.context.loaders.statements.load((sid, await info.context.moment(as_of)))
        return record(found[1]) if found else None


def _run_info(run: dict[str, Any]) -> RunInfo:
    return RunInfo(seq=run["seq"], valid=run["valid"], use_day=run["use"], policy=run["policy"])


async def _find(context: Context, code: str, at: Moment) -> str | None:
    """The eid of the one enterprise with that code or number that some record speaks of at the moment.

    Raises ``UsageError("usage.several")``.
    """
    text = normal_name(code)
    if not text:
        return None
    eids = [text, f"org:{text}", f"reg:{text}", f"tax:{text}"]
    org = text[8:17] if len(text) == 18 else text
    rows = await context.read("read/api_find", eids=eids, number=text, org=org)
    views = await context.loaders.views.load_many([(row["eid"], at) for row in rows])
    known = {view["eid"]: view["credit_code"] or view["name"] or "" for view in views if view["known"]}
    found = [eid for eid in known if eid in eids] or list(known)
    if len(found) > 1:
        raise UsageError("usage.several", what=code[:80], candidates=joined(known[eid] for eid in found))
    return found[0] if found else None


async def _one(context: Context, code: str, at: Moment) -> str:
    """As :func:`_find`; ``UsageError("usage.unknown_entity")`` where there is none."""
    eid = await _find(context, code, at)
    if eid is None:
        raise UsageError("usage.unknown_entity", what=code[:80])
    return eid


async def _person(info: Info, pid: str, at: Moment) -> Node | None:
    rows = await info.context.read("read/api_person", pid=pid)
    return person(info, pid, at, rows[0]["name"]) if rows else None
