"""Who is one person, as the link run joined mentions by evidence or by people's decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

from credit_graph.links.person_text import reasons
from credit_graph.server.context import LINK, Moment
from credit_graph.server.found import FoundLink
from credit_graph.server.needs import Info, needs, shown
from credit_graph.server.records import Record, usable_records

if TYPE_CHECKING:
    from credit_graph.server.enterprise import Person

Other = Annotated["Person", strawberry.lazy("credit_graph.server.enterprise")]


@strawberry.type(description="法定代表人 / legal representative")
class LegalRepresentative:
    """The legal representative as the register names it."""

    name: str


@strawberry.type(description="被认定为同一人的另一处记载（线索） / another mention taken for the same person: a lead")
class SamePerson:
    """The other mention, and why it is taken for the same person."""

    found: strawberry.Private[FoundLink]
    at: strawberry.Private[Moment]
    other: strawberry.Private[Person]

    @shown("另一处记载的人员 / the person as mentioned there")
    def person(self) -> Other:
        """The other mention."""
        return self.other

    @shown("认定依据的种类，以 + 相连（docs/links.md） / kinds of evidence, joined by +")
    def rule(self) -> str:
        """same_firm_name, phone, room, companion, holding, rare_pair, decision."""
        return str(self.found.link["rule"])

    @shown("说明，每种依据一句 / why, a sentence for each kind of evidence")
    def reasons(self) -> list[str]:
        """The sentences in the caller's language."""
        return reasons(self.rule())

    @needs("records", "所依据的记录 / the records that it rests on")
    async def records(self, info: Info) -> list[Record] | None:
        """The statements behind it that the caller may use."""
        return await usable_records(info, self.found.link.get("sids") or (), self.at)


async def found_same(info: Info, pid: str, at: Moment) -> list[FoundLink]:
    """The mentions that the link run takes for the person, or for which it takes him; without those on hold."""
    run = await info.context.run_at(LINK, at)
    found: list[FoundLink] = await info.context.loaders.same_persons.load((pid, at, run["rid"]))
    return found
