"""Enterprises, persons and the links between them, as the schema shows them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

import strawberry

from credit_graph.server.connections import After, Connection, First, connect, page_size
from credit_graph.server.context import LINK, Moment
from credit_graph.server.control import (
    BeneficialOwner,
    Control,
    EnterpriseGroup,
    HeldShare,
    Makers,
    beneficial_owners,
    controller,
    groups,
    ownership_tree,
)
from credit_graph.server.found import FoundLink, FoundRecord, LinkPage, Page, Statement, first_page
from credit_graph.server.lists import ListEntry, ListName, entry_connection
from credit_graph.server.mates import mates
from credit_graph.server.needs import Info, needs, shown
from credit_graph.server.persons import LegalRepresentative, SamePerson, found_same
from credit_graph.server.reborn import RebornCandidate, candidates
from credit_graph.server.records import (
    RECORD_TYPES,
    Money,
    Record,
    RecordKind,
    percent,
    record,
    shared,
    usable_records,
    yuan,
)
from credit_graph.server.risk import CreditRiskLevel, risk_level
from credit_graph.server.risk_history import RiskLevelChange, level_history

Kinds = list[RecordKind] | None


@strawberry.interface(description="可按 id 取得的对象 / anything that node(id) finds")
class Node:
    """An object with an opaque id."""

    id: strawberry.ID


@strawberry.type(description="自然人 / natural person")
class Person(Node):
    """A natural person; its key never leaves, the id is for this client only."""

    pid: strawberry.Private[str]
    at: strawberry.Private[Moment]
    known_name: strawberry.Private[str | None]

    @needs("persons", "姓名 / name")
    def name(self) -> str | None:
        """The name."""
        return self.known_name

    @needs("links", "对外投资，份额大者在前 / what the person holds, largest share first")
    async def holdings(self, info: Info, first: First = None, after: After = None) -> Connection[Holding] | None:
        """Holdings of the link run."""
        return await _link_page(info, self.pid, self.at, "holdings", "Person", first, after)

    @needs(
        "links",
        "被认定为同一人的其他记载（线索），至多 200 处 / other mentions taken for this person: leads, at most 200",
    )
    async def same_persons(self, info: Info) -> list[SamePerson] | None:
        """Joins of the link run, either way."""
        found = await found_same(info, self.pid, self.at)
        return [
            SamePerson(found=item, at=self.at, other=person(info, item.other, self.at, item.name)) for item in found
        ]


@strawberry.type(description="企业及其他经营主体 / enterprise or other market entity")
class Enterprise(Node):
    """An enterprise as seen at one point; its fields are read when they are asked for."""

    eid: strawberry.Private[str]
    at: strawberry.Private[Moment]

    @needs("identity", "统一社会信用代码 / unified social credit code")
    async def code(self, info: Info) -> str | None:
        """The credit code."""
        view = await _view(self, info)
        return view["credit_code"] or (None if ":" in self.eid else self.eid)

    @needs("identity", "注册号 / registration number")
    async def registration_number(self, info: Info) -> str | None:
        """The 15-digit registration number."""
        return _text((await _view(self, info))["registration_number"])

    @needs("identity", "名称 / name")
    async def name(self, info: Info) -> str | None:
        """The current name; of a holder that no source describes, the name that its investee gives it."""
        view = await _view(self, info)
        return _text(view["name"] or (None if view["known"] else view["holder_name"]))

    @needs("identity", "曾用名，近者在前 / former names, latest first")
    async def former_names(self, info: Info) -> list[str] | None:
        """Former names."""
        return list((await _view(self, info))["former_names"])

    @needs("identity", "登记状态 / state in the register")
    async def state(self, info: Info) -> str | None:
        """The state."""
        return _text((await _view(self, info))["state"])

    @needs("registration", "经营主体类别 / kind of market entity")
    async def entity_kind(self, info: Info) -> str | None:
        """企业, 个体工商户, 农民专业合作社 or 分支机构."""
        return _text((await _view(self, info))["entity_kind"])

    @needs("registration", "住所所在行政区划 / district of the domicile")
    async def district(self, info: Info) -> str | None:
        """The division code."""
        return _text((await _view(self, info))["district"])

    @needs("registration", "住所 / domicile")
    async def address(self, info: Info) -> str | None:
        """The address."""
        return _text((await _view(self, info))["address"])

    @needs("registration", "成立日期 / day of founding")
    async def founded_on(self, info: Info) -> date | None:
        """The day of founding."""
        found: date | None = (await _view(self, info))["founded_on"]
        return found

    @needs("registration", "注册资本 / registered capital")
    async def registered_capital(self, info: Info) -> Money | None:
        """The registered capital."""
        view = await _view(self, info)
        amount = yuan(view["registered_capital"])
        return None if amount is None else Money(amount=amount, currency=_text(view["currency"]))

    @needs("persons", "法定代表人 / legal representative")
    async def legal_representative(self, info: Info) -> LegalRepresentative | None:
        """The legal representative."""
        name = (await _view(self, info))["legal_representative"]
        return LegalRepresentative(name=str(name)) if name else None

    @needs(
        "records", "记录，近者在前；ended：包括有效期已过的 / records, latest first; ended: also those no longer true"
    )
    async def records(
        self, info: Info, kinds: Kinds = None, ended: bool = False, first: First = None, after: After = None
    ) -> Connection[Record] | None:
        """Records that are known and true at the point and may be used by the caller."""
        size = page_size(first)
        wanted = [kind.value for kind in kinds] if kinds is not None else list(RECORD_TYPES)
        page = first_page(wanted, ended, size)
        if after is not None:
            day, sid = info.context.sealer.open_cursor("records", after)
            page = Page(page.kinds, ended, (date.fromisoformat(str(day)), str(sid)), size)
        found = await info.context.loaders.pages.load((self.eid, self.at, page))
        rows = await shared(info, found[:size], self.at)
        on = FoundRecord.keys(found[size - 1]) if len(found) > size else None
        return connect(info.context, "records", rows, size, record, FoundRecord.keys, after=after, goes_on=on)

    @needs("links", "股东及出资人，份额大者在前 / holders, largest share first")
    async def holders(self, info: Info, first: First = None, after: After = None) -> Connection[Holding] | None:
        """Holders by the link run."""
        return await _link_page(info, self.eid, self.at, "holders", "Enterprise", first, after)

    @needs("links", "对外投资，份额大者在前 / what it holds, largest share first")
    async def holdings(self, info: Info, first: First = None, after: After = None) -> Connection[Holding] | None:
        """Holdings by the link run."""
        return await _link_page(info, self.eid, self.at, "holdings", "Enterprise", first, after)

    @needs("links", "直接控股股东 / direct majority holder, if there is one for certain")
    async def majority_holder(self, info: Info) -> Holding | None:
        """The direct majority holder (公司法 art. 265(2)) by the link run."""
        run = await info.context.run_at(LINK, self.at)
        page = LinkPage("read/api_holders", "CONTROLS", "Enterprise", run["rid"], _LARGEST, 1)
        found = await info.context.loaders.links.load((self.eid, self.at, page))
        direct = found and found[0].link.get("basis") in ("direct", "half")
        return Holding(found=found[0], at=self.at, incoming=True) if direct else None

    @needs("links", "分支机构 / branches")
    async def branches(self, info: Info, first: First = None, after: After = None) -> Connection[Enterprise] | None:
        """Branches by the link run."""
        size = page_size(first)
        run = await info.context.run_at(LINK, self.at)
        start = str(info.context.sealer.open_cursor("branches", after)[0]) if after is not None else ""
        found = await info.context.loaders.branches.load((self.eid, run["rid"], start, size))
        return connect(
            info.context,
            "branches",
            found,
            size,
            lambda eid: enterprise(info, eid, self.at),
            lambda eid: (eid,),
            after=after,
        )

    @needs("links", "所属企业（本主体为分支机构时） / the enterprise that this branch belongs to")
    async def parent(self, info: Info) -> Enterprise | None:
        """The parent by the link run."""
        run = await info.context.run_at(LINK, self.at)
        found = await info.context.loaders.parents.load((self.eid, run["rid"]))
        return enterprise(info, found, self.at) if found else None

    @needs(
        "links",
        "疑似换马甲：先为原企业，后为新企业（线索） / may be reborn: as the old firm, as the new",
    )
    async def reborn_candidates(self, info: Info) -> list[RebornCandidate] | None:
        """Candidates by the link run; leads only."""
        return await candidates(info, self.eid, self.at, lambda eid: enterprise(info, eid, self.at))

    @needs("links", "控制人与控制链（线索） / who controls it, and why: a lead")
    async def controller(self, info: Info) -> Control | None:
        """The nearest and the ultimate controller."""
        return await controller(info, self.eid, self.at, makers(info, self.at))

    @needs("links", "受益所有人（线索） / beneficial owners: a lead")
    async def beneficial_owners(self, info: Info) -> list[BeneficialOwner] | None:
        """By equity, votes or control."""
        return await beneficial_owners(info, self.eid, self.at, makers(info, self.at))

    @needs("links", "股权树：各层出资人，其下为其出资人 / holders, each followed by its own holders")
    async def ownership_tree(self, info: Info, depth: int = 3) -> list[HeldShare] | None:
        """At most five levels and fifty rows."""
        return await ownership_tree(info, self.eid, self.at, depth, makers(info, self.at))

    @needs("links", "企业族群，按层（线索） / groups, layer by layer: leads")
    async def group(self, info: Info) -> list[EnterpriseGroup] | None:
        """One controller, and weaker layers."""
        return await groups(info, self.eid, self.at, makers(info, self.at))

    @needs("links", "同一地址的其他企业（线索） / others at one of its addresses: leads")
    async def address_mates(
        self, info: Info, first: First = None, after: After = None
    ) -> Connection[Enterprise] | None:
        """In the order of their key, however many."""
        return await mates(
            info, self.eid, self.at, "addresses", first, after, lambda eid: enterprise(info, eid, self.at)
        )

    @needs("links", "同一电话的其他企业（线索） / others with one of its telephones: leads")
    async def phone_mates(self, info: Info, first: First = None, after: After = None) -> Connection[Enterprise] | None:
        """In the order of their key, however many."""
        return await mates(info, self.eid, self.at, "phones", first, after, lambda eid: enterprise(info, eid, self.at))

    @needs("level", "信用风险分类 / credit-risk class: internal, no rating of credit")
    async def credit_risk_level(self, info: Info) -> CreditRiskLevel | None:
        """The class by the pinned grade run; null: not graded."""
        return await risk_level(info, self.eid, self.at)

    @needs("level", "信用风险分类的变化，近者在前 / how its class changed, the latest first")
    async def risk_level_history(self, info: Info) -> list[RiskLevelChange] | None:
        """Changes of class or score by runs at or before the point."""
        return await level_history(info, self.eid, self.at, lambda eid: enterprise(info, eid, self.at))

    @needs("lists", "名单条目 / entries on lists")
    async def list_entries(
        self, info: Info, list_name: ListName, first: First = None, after: After = None
    ) -> Connection[ListEntry] | None:
        """Its entries on a list, as a release of that day would hold them."""
        return await entry_connection(info, list_name, self.at, first, after, self.eid)


@strawberry.type(description="持股：出资人、企业、份额 / a holding: holder, company, share")
class Holding:
    """A derived holding; ``share`` is for display, no threshold is judged by it."""

    found: strawberry.Private[FoundLink]
    at: strawberry.Private[Moment]
    incoming: strawberry.Private[bool]

    @shown("出资人 / holder")
    def holder(self, info: Info) -> Party:
        """Who holds."""
        if not self.incoming:
            return enterprise(info, self.found.owner, self.at)
        if self.found.person:
            return person(info, self.found.other, self.at, self.found.name)
        return enterprise(info, self.found.other, self.at)

    @shown("被投资企业 / company")
    def company(self, info: Info) -> Enterprise:
        """What is held."""
        return enterprise(info, self.found.owner if self.incoming else self.found.other, self.at)

    @shown("占注册资本（%），向下取四位小数 / share of the capital in per cent, rounded down")
    def share(self) -> Decimal | None:
        """Per cent."""
        return percent(self.found.link.get("share_ppm"))

    @shown("出资额（元） / amount in yuan")
    def amount(self) -> Decimal | None:
        """Yuan."""
        return yuan(self.found.link.get("amount"))

    @shown("份额下限（%） / the share is at least so much, in per cent, rounded down")
    def lowest_share(self) -> Decimal | None:
        """Per cent; null where the amounts can't be right or the capital is unknown."""
        return percent(self.found.link.get("low_ppm"))

    @shown("份额上限（%） / the share is at most so much, in per cent, rounded up")
    def highest_share(self) -> Decimal | None:
        """Per cent; above ``share`` where holders or amounts are missing."""
        return percent(self.found.link.get("high_ppm"))

    @shown("金额依据：subscribed 认缴，paid 实缴，share 公示的比例，residual 余额 / what the amount rests on")
    def basis(self) -> str | None:
        """subscribed, paid, share or residual."""
        return _text(self.found.link.get("basis"))

    @shown("疑点：over_100 合计超过百分之百，negative 为负，too_large 过大 / what can't be right")
    def fault(self) -> str | None:
        """over_100, negative or too_large."""
        return _text(self.found.link.get("fault"))

    @shown("认定出资人的依据：code、person、name、former_name、legal_form、region、unknown / how the holder was found")
    def match(self) -> str | None:
        """code, person, name, former_name, legal_form, region or unknown."""
        return _text(self.found.link.get("match"))

    @shown("据以匹配的企业名称 / the firm's name that fits")
    def matched_name(self) -> str | None:
        """Only of a holder that a name led to."""
        return _text(self.found.link.get("matched"))

    @needs("records", "所依据的记录 / the records that it rests on")
    async def records(self, info: Info) -> list[Record] | None:
        """The statements behind it that the caller may use."""
        return await usable_records(info, self.found.link.get("sids") or (), self.at)


Party = Annotated[Enterprise | Person, strawberry.union("Party", description="出资人 / who can hold")]
_LARGEST = (2**62, "")  # before the largest share


def enterprise(info: Info, eid: str, at: Moment) -> Enterprise:
    """The enterprise as the schema shows it."""
    return Enterprise(id=strawberry.ID(info.context.sealer.node_id("Enterprise", eid)), eid=eid, at=at)


def makers(info: Info, at: Moment) -> Makers:
    """What makes enterprises and persons of one moment."""
    return lambda eid: enterprise(info, eid, at), lambda pid, name: person(info, pid, at, name)


def person(info: Info, pid: str, at: Moment, name: str | None) -> Person:
    """The person as the schema shows it."""
    node_id = strawberry.ID(info.context.sealer.node_id("Person", pid))
    return Person(id=node_id, pid=pid, at=at, known_name=name)


async def _view(self: Enterprise, info: Info) -> dict[str, Any]:
    found: dict[str, Any] = await info.context.loaders.views.load((self.eid, self.at))
    return found


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


async def _link_page(
    info: Info,
    owner: str,
    at: Moment,
    direction: Literal["holders", "holdings"],
    label: Literal["Enterprise", "Person"],
    first: int | None,
    after: str | None,
) -> Connection[Holding]:
    size = page_size(first)
    start = _LARGEST
    if after is not None:
        share, other = info.context.sealer.open_cursor(direction, after)
        start = (int(share), str(other))
    run = await info.context.run_at(LINK, at)
    incoming = direction == "holders"
    statement: Statement = "read/api_holders" if incoming else "read/api_holdings"
    page = LinkPage(statement, "HOLDS", label, run["rid"], start, size)
    found = await info.context.loaders.links.load((owner, at, page))
    return connect(
        info.context,
        direction,
        found,
        size,
        lambda link: Holding(found=link, at=at, incoming=incoming),
        FoundLink.keys,
        after=after,
    )
