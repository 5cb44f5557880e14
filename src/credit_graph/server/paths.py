"""Circular holdings, neighbourhoods and paths over all kinds of links: leads, from the links of the run."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any

import strawberry

from credit_graph.links import control
from credit_graph.links.control import SHOWN
from credit_graph.links.path import EDGE_KINDS, EdgeKind, Hop
from credit_graph.server.charts import Charts, charts
from credit_graph.server.connections import Connection, connect, page_size
from credit_graph.server.context import Moment
from credit_graph.server.control import ROWS, HeldShare, Told, told
from credit_graph.server.enterprise import Enterprise, Party, enterprise, makers
from credit_graph.server.needs import Info, needs, shown
from credit_graph.server.records import Record

Row = Mapping[str, Any]
MOST_HOPS = 3
MOST_PATHS = 5
_PERCENT = 100


@strawberry.enum(description="关联的种类 / kind of link")
class LinkKind(Enum):
    """The kinds that a path may use."""

    holds = "holds"
    office = "office"
    branch = "branch"
    address = "address"
    phone = "phone"
    same_person = "same_person"


@strawberry.type(description="循环持股中的企业 / a member of a ring of holdings")
class RingMember:
    """A company and what of it is not held from inside the ring."""

    row: strawberry.Private[Row]
    told: strawberry.Private[Told]

    @shown("企业 / company")
    def company(self) -> Enterprise:
        """The company."""
        found: Enterprise = self.told.firm(self.row["company"])
        return found

    @shown("外部持股（%） / held from outside, in per cent")
    def outside(self) -> Decimal | None:
        """Per cent, rounded down to four decimals."""
        if self.row["outside"] is None:
            return None
        over, _, under = str(self.row["outside"]).partition("/")
        return Decimal(int(over) * _PERCENT * 10_000 // int(under or 1)).scaleb(-4)

    @shown("内部持股 / holdings inside")
    def held_inside(self) -> list[HeldShare]:
        """What the others hold of it."""
        rows = self.row["held_inside"][:ROWS]
        return [HeldShare(row={**row, "company": self.row["company"]}, told=self.told) for row in rows]


@strawberry.type(description="循环持股、交叉持股（线索） / circular and cross holdings: a lead")
class Ring:
    """Companies that hold one another."""

    row: strawberry.Private[Row]
    told: strawberry.Private[Told]

    @shown("circular 循环，cross 交叉，self 持有自身 / kind")
    def kind(self) -> str:
        """circular, cross or self."""
        return str(self.row["kind"])

    @shown("全部由内部持有 / whether nobody outside holds any of it")
    def closed(self) -> bool:
        """Whether it is closed."""
        return bool(self.row["closed"])

    @shown("成员 / members")
    def members(self) -> list[RingMember]:
        """The companies."""
        return [RingMember(row=row, told=self.told) for row in self.row["members"][:ROWS]]


@strawberry.type(description="路径中的一步 / a step of a path")
class LinkStep:
    """A link from one entity to the next."""

    hop: strawberry.Private[Hop]
    charts: strawberry.Private[Charts]
    told: strawberry.Private[Told]

    @shown("种类 / kind of link")
    def kind(self) -> LinkKind:
        """The kind."""
        return LinkKind(self.hop.kind)

    @shown("自；空：地址或电话 / from; null: an address or telephone")
    def start(self) -> Party | None:
        """The entity before."""
        return self._party(self.hop.start)

    @shown("至；空：地址或电话 / to; null: an address or telephone")
    def end(self) -> Party | None:
        """The entity after."""
        return self._party(self.hop.end)

    @needs("registration", "职务、比例、地址或电话 / office, share, address or telephone")
    def label(self) -> str | None:
        """What the link says."""
        return self.hop.label or None

    @needs("records", "依据记录 / the records that say so")
    async def records(self, info: Info) -> list[Record] | None:
        """The statements."""
        return await self.told.records(info, self.hop.sids)

    def _party(self, entity: str) -> Party | None:
        found: Party | None = None if self.charts.is_place(entity) else self.told.party(entity)
        return found


@strawberry.type(description="一条路径 / a path")
class LinkPath:
    """Its steps."""

    steps: list[LinkStep]


@strawberry.type(description="两个主体之间的路径（线索） / paths between two entities: a lead")
class PathAnswer:
    """The shortest chains of links."""

    paths: list[LinkPath]
    blocked: bool = strawberry.field(
        description="只经由共用过多的地址、电话或人员相连，不是证据 / only hubs connect them, which are no evidence"
    )


@strawberry.type(description="关联企业（线索） / a linked enterprise: a lead")
class LinkedEnterprise:
    """An enterprise within some hops."""

    enterprise: Enterprise
    hops: int = strawberry.field(description="步数，人员、地址、电话各计一步 / steps; persons and places count")


async def rings(info: Info, at: Moment, first: int | None, after: str | None) -> Connection[Ring]:
    """Circular and cross holdings, in the order of their first member."""
    size = page_size(first)
    start = str(info.context.sealer.open_cursor("rings", after)[0]) if after is not None else ""
    info.context.spend(size)
    found = await charts(info.context, at)
    rows = sorted(await info.context.run(partial(control.ring_rows, found.chart)), key=_ring_key)
    page = [row for row in rows if _ring_key(row) > start][: size + 1]
    shared = await told(info, found, at, makers(info, at), page)
    return connect(
        info.context,
        "rings",
        page,
        size,
        lambda row: Ring(row=row, told=shared),
        lambda row: (_ring_key(row),),
        after=after,
    )


def _ring_key(row: Row) -> str:
    return f"{row['members'][0]['company']} {row['kind']}"


async def path(info: Info, at: Moment, ends: tuple[str, str], kinds: list[LinkKind] | None, count: int) -> PathAnswer:
    """Up to five shortest paths between two enterprises."""
    info.context.spend(ROWS)
    found = await charts(info.context, at)
    wanted = _kinds(kinds)
    most = max(1, min(count, MOST_PATHS))
    answer = await info.context.run(lambda: found.explain(wanted, *ends, most))
    walks = [answer.hops, *answer.others] if answer.found else []
    shared = await told(info, found, at, makers(info, at), [[hop.start, hop.end] for walk in walks for hop in walk])
    paths = [LinkPath(steps=[LinkStep(hop=hop, charts=found, told=shared) for hop in walk]) for walk in walks]
    return PathAnswer(paths=paths, blocked=bool(answer.blocked))


def _kinds(kinds: list[LinkKind] | None) -> list[EdgeKind]:
    named = {kind.value for kind in kinds or ()}
    return [kind for kind in EDGE_KINDS if kind in named]


async def linked_enterprises(
    info: Info, at: Moment, eid: str, kinds: list[LinkKind] | None, hops: int, first: int | None
) -> list[LinkedEnterprise]:
    """Enterprises within ``hops`` steps, the near ones first; hubs are not walked through."""
    size = page_size(first)
    info.context.spend(size)
    found = await charts(info.context, at)
    wanted = _kinds(kinds)
    near = await info.context.run(lambda: found.near(wanted, eid, max(1, min(hops, MOST_HOPS)), size * 4 + SHOWN))
    rows = [(other, distance) for other, distance in near if found.is_firm(other) and other != eid]
    return [LinkedEnterprise(enterprise=enterprise(info, other, at), hops=distance) for other, distance in rows[:size]]
