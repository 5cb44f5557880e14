"""Control, owners and groups of an enterprise: leads, worked out from the holdings of the link run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from credit_graph.links import control, groupcard
from credit_graph.server.charts import Charts, charts
from credit_graph.server.context import LINK, Moment
from credit_graph.server.needs import Info, needs, shown
from credit_graph.server.records import Record, percent, usable_records

if TYPE_CHECKING:
    from credit_graph.server.enterprise import Enterprise, Party, Person

Entity = Annotated["Party", strawberry.lazy("credit_graph.server.enterprise")]
Firm = Annotated["Enterprise", strawberry.lazy("credit_graph.server.enterprise")]
Human = Annotated["Person", strawberry.lazy("credit_graph.server.enterprise")]
Row = Mapping[str, Any]
ROWS = 50  # of each list in an answer
DEPTH = 5  # levels of an ownership tree


@dataclass(frozen=True)
class Told:
    """What turns entities into what the schema shows."""

    at: Moment
    persons: frozenset[str]
    names: Mapping[str, str]
    firm: Callable[[str], Any]
    human: Callable[[str, str | None], Any]

    def party(self, entity: str) -> Any:
        """The enterprise or the person."""
        return self.human(entity, self.names.get(entity)) if entity in self.persons else self.firm(entity)

    async def records(self, info: Info, sids: Sequence[str]) -> list[Record]:
        """The statements that the caller may use."""
        return await usable_records(info, sids[:ROWS], self.at)


@strawberry.type(description="一笔出资及其记录 / a holding with its records")
class HeldShare:
    """What one holds of a company; ``depth``: how far above the company that was asked about."""

    row: strawberry.Private[Row]
    told: strawberry.Private[Told]

    @shown("出资人 / holder")
    def holder(self) -> Entity:
        """Who holds."""
        found: Party = self.told.party(self.row["holder"])
        return found

    @shown("被投资企业 / company")
    def company(self) -> Firm:
        """What is held."""
        found: Enterprise = self.told.firm(self.row["company"])
        return found

    @shown("占表决权或出资（%） / share in per cent; null: unknown")
    def share(self) -> Decimal | None:
        """Per cent."""
        return percent(self.row["share_ppm"])

    @shown("按一致行动与他人合并计算 / counted with others who act in concert")
    def concert(self) -> bool:
        """Whether they count together."""
        return bool(self.row.get("concert"))

    @shown("层级，1 为直接 / level, 1: direct")
    def depth(self) -> int:
        """From 1."""
        return int(self.row.get("depth", 1))

    @needs("records", "依据记录 / the records that say so")
    async def records(self, info: Info) -> list[Record] | None:
        """The statements."""
        return await self.told.records(info, self.row["sids"])


@strawberry.type(description="控制关系 / control of a company")
class ControlLink:
    """Who controls a company, and the votes that add up."""

    row: strawberry.Private[Row]
    told: strawberry.Private[Told]

    @shown("控制人 / who controls")
    def controller(self) -> Entity:
        """The controller; a ring is named by its first member, concert parties by the first of them."""
        parties = self.row["parties"]
        found: Party = self.told.party(parties[0]["holder"] if parties else self.row["controller"])
        return found

    @shown("一致行动人：共同控制的各方，否则为空 / concert parties who control together; else empty")
    def parties(self) -> list[Entity]:
        """Who acts in concert."""
        found: list[Party] = [self.told.party(row["holder"]) for row in self.row["parties"][:ROWS]]
        return found

    @shown("被控制企业 / what is controlled")
    def company(self) -> Firm:
        """The company."""
        found: Enterprise = self.told.firm(self.row["company"])
        return found

    @shown("direct、jointly、half、ring、concert（一致行动）或 ruled（协议等优先于表决权） / by what")
    def basis(self) -> str:
        """direct, jointly, half, ring, concert or ruled."""
        return str(self.row["basis"])

    @shown("ruled 时的依据：executing_partner、general_partner、agreement、appointment / what went before votes")
    def rule(self) -> str | None:
        """The rule."""
        return str(self.row["rule"]) if self.row["rule"] else None

    @shown("合计表决权（%） / votes together, in per cent")
    def share(self) -> Decimal | None:
        """Per cent."""
        return percent(self.row["share_ppm"])

    @shown("与一半相差不到 0.01 个百分点 / within 0.01 points of half")
    def near_line(self) -> bool:
        """Whether it is near."""
        return bool(self.row["near_line"])

    @shown(f"相加的表决权，最多 {ROWS} 条 / the votes that add up, at most {ROWS}")
    def adds_up(self) -> list[HeldShare]:
        """The holdings."""
        return [HeldShare(row={**row, "company": self.row["company"]}, told=self.told) for row in self.row["rows"]]

    @needs("records", "优先于表决权或一致行动的依据记录 / records of what went before votes, or of acting in concert")
    async def records(self, info: Info) -> list[Record] | None:
        """The statements of the rule."""
        return await self.told.records(info, self.row["sids"])


@strawberry.type(description="企业的控制人（线索） / who controls an enterprise: a lead")
class Control:
    """The nearest and the ultimate controller."""

    card: strawberry.Private[Row]
    told: strawberry.Private[Told]

    @shown("controlled、ring（无外部控制人）、none、joint、itself、undetermined、not_held / what can be said")
    def status(self) -> str:
        """The status."""
        return str(self.card["status"])

    @shown("无法确定的原因：no_holders、no_capital、over_100、blank_amounts、unlisted / why nothing can be said")
    def reason(self) -> str | None:
        """The reason."""
        return str(self.card["reason"]) if self.card["reason"] else None

    @shown("控制链，自下而上 / from the enterprise up, nearest controller first")
    def chain(self) -> list[ControlLink]:
        """Each step."""
        return [ControlLink(row=row, told=self.told) for row in self.card["chain"]]

    @shown("实际控制人 / the ultimate controller")
    def ultimate(self) -> ControlLink | None:
        """The last controller, and why it controls the enterprise."""
        row = self.card["ultimate"]
        return ControlLink(row=row, told=self.told) if row else None

    @shown("相互控制的企业 / enterprises that control one another, this one too")
    def ring(self) -> list[Firm]:
        """The members of its ring."""
        found: list[Enterprise] = [self.told.firm(eid) for eid in self.card["ring"][:ROWS]]
        return found

    @shown("控制人中有国家 / whether the state is among the controllers")
    def state(self) -> bool:
        """Whether the state controls it."""
        return bool(self.card["state"])


@strawberry.type(description="持股路径 / a chain of holdings")
class OwnershipPath:
    """From owner to company."""

    row: strawberry.Private[Row]
    told: strawberry.Private[Told]

    @shown("各层比例之积（%） / product of the shares in per cent")
    def share(self) -> Decimal | None:
        """Per cent."""
        return percent(self.row["share_ppm"])

    @shown("各步 / the steps")
    def steps(self) -> list[HeldShare]:
        """The holdings, from the owner on."""
        return [HeldShare(row=step, told=self.told) for step in self.row["steps"]]


@strawberry.type(description="受益所有人（令〔2024〕第3号，线索） / a beneficial owner: a lead")
class BeneficialOwner:
    """A natural person with the criteria met."""

    row: strawberry.Private[Row]
    told: strawberry.Private[Told]

    @shown("自然人 / the person")
    def person(self) -> Human:
        """The person."""
        found: Person = self.told.human(self.row["person"], self.told.names.get(self.row["person"]))
        return found

    @shown("equity、votes、control、joint_control / criteria that are met")
    def criteria(self) -> list[str]:
        """The criteria."""
        return list(self.row["criteria"])

    @shown("穿透持股（%） / integrated ownership in per cent")
    def ownership(self) -> Decimal | None:
        """Per cent."""
        return percent(self.row["ownership_ppm"])

    @shown("表决权（%），含所控制企业 / votes with those of companies under it, in per cent")
    def votes(self) -> Decimal | None:
        """Per cent."""
        return percent(self.row["votes_ppm"])

    @shown("持股路径，大者在前 / chains of holdings, largest first")
    def paths(self) -> list[OwnershipPath]:
        """The chains."""
        return [OwnershipPath(row=path, told=self.told) for path in self.row["paths"]]


@strawberry.type(description="族群成员 / a member of a group")
class GroupMember:
    """A member, its role, and why it belongs."""

    row: strawberry.Private[Row]
    told: strawberry.Private[Told]

    @shown("成员 / who")
    def party(self) -> Entity:
        """The enterprise, or the person who is the head."""
        found: Party = self.told.party(self.row["member"])
        return found

    @shown("head 或 member / role")
    def role(self) -> str:
        """head or member."""
        return str(self.row["role"])

    @needs("records", "依据记录 / the records that it rests on")
    async def records(self, info: Info) -> list[Record] | None:
        """The statements."""
        return await self.told.records(info, self.row["sids"])


@strawberry.type(description="企业族群（线索） / enterprises that belong together: a lead")
class EnterpriseGroup:
    """A group of one layer."""

    row: strawberry.Private[Row]
    told: strawberry.Private[Told]

    @shown("族群编号，跨次计算不变 / its id, kept from run to run; null where this channel sees another group")
    def group_id(self) -> str | None:
        """The id of the link run."""
        return str(self.row["gid"]) if self.row["gid"] else None

    @shown("control 同一控制；较弱：person、officers、phone、address；ring 循环持股 / layer")
    def layer(self) -> str:
        """The layer."""
        return str(self.row["layer"])

    @shown("分拆或合并自的族群编号 / ids of groups from which members came")
    def came_from(self) -> list[str]:
        """The ids."""
        return list(self.row["came_from"])

    @shown(f"成员，最多 {ROWS} 个 / members, at most {ROWS}")
    def members(self) -> list[GroupMember]:
        """The members, the head first."""
        return [GroupMember(row=row, told=self.told) for row in self.row["members"]]

    @shown("成员总数 / how many members")
    def total(self) -> int:
        """The number."""
        return int(self.row["total"])


Makers = tuple[Callable[[str], Any], Callable[[str, str | None], Any]]  # enterprise by eid; person by pid and name


async def controller(info: Info, eid: str, at: Moment, makers: Makers) -> Control:
    """Who controls the enterprise."""
    found = await _asked(info, at)
    card = await info.context.together(partial(control.control_card, found.chart, eid, ROWS))
    return Control(card=card, told=await told(info, found, at, makers, card))


async def beneficial_owners(info: Info, eid: str, at: Moment, makers: Makers) -> list[BeneficialOwner]:
    """The beneficial owners of the enterprise."""
    found = await _asked(info, at)
    card = await info.context.together(partial(control.owners_card, found.chart, eid, ROWS))
    shared = await told(info, found, at, makers, card)
    return [BeneficialOwner(row=row, told=shared) for row in card["beneficial"]]


async def ownership_tree(info: Info, eid: str, at: Moment, depth: int, makers: Makers) -> list[HeldShare]:
    """Who holds the enterprise, who holds these, and so on."""
    found = await _asked(info, at)
    rows = await info.context.together(
        partial(control.ownership_tree, found.chart, eid, max(1, min(depth, DEPTH)), ROWS)
    )
    shared = await told(info, found, at, makers, rows)
    return [HeldShare(row=row, told=shared) for row in rows]


async def groups(info: Info, eid: str, at: Moment, makers: Makers) -> list[EnterpriseGroup]:
    """The groups of the enterprise, layer by layer."""
    found = await _asked(info, at)
    run = await info.context.run_at(LINK, at)
    rows = await info.context.together(lambda: groupcard.group_card(found.groups, eid, found.persons, ROWS))
    stored = await info.context.loaders.groups.load((eid, run["rid"]))
    named = groupcard.with_ids(rows, stored)
    shared = await told(info, found, at, makers, named)
    return [EnterpriseGroup(row=row, told=shared) for row in named]


async def _asked(info: Info, at: Moment) -> Charts:
    info.context.spend(ROWS)
    return await charts(info.context, at)


async def told(info: Info, found: Charts, at: Moment, makers: Makers, answer: Any) -> Told:
    """What shows the entities of an answer."""
    persons = found.persons & control.entities(answer)
    names = await info.context.together(partial(found.names, persons))
    return Told(at, persons, names, *makers)
