"""Reborn firms (换马甲) as the link run wrote them: leads, never a ground of a listing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
import strawberry

from credit_graph.links.policy import LEAD
from credit_graph.links.reborn_text import evidence
from credit_graph.server.context import LINK, Moment
from credit_graph.server.needs import Info, needs, shown
from credit_graph.server.records import Record, usable_records
from credit_graph.text import t

if TYPE_CHECKING:
    from credit_graph.server.enterprise import Enterprise

Firm = Annotated["Enterprise", strawberry.lazy("credit_graph.server.enterprise")]
Row = Mapping[str, Any]
MOST = 50  # candidates of one firm, old or new
_PARTS = ("link_groups", "link_old_kinds", "link_new_kinds", "link_hard", "link_sids")


@strawberry.type(description="一条依据 / one piece of evidence")
class LeadEvidence:
    """A sentence and the records behind it."""

    said: strawberry.Private[str]
    found: strawberry.Private[list[Record]]

    @shown("说明 / the sentence")
    def text(self) -> str:
        """The sentence in the caller's language; names stand in the records."""
        return self.said

    @shown("所依据的记录 / the records that it rests on")
    def records(self) -> list[Record]:
        """The records that the caller may use; none for what is compared."""
        return self.found


@strawberry.type(description="疑似换马甲的企业（线索） / a firm that may be an ended one come back: a lead")
class RebornCandidate:
    """An ended firm and one that was opened around its end, with what ties the two."""

    ends: strawberry.Private[tuple[str, str]]
    row: strawberry.Private[Row]
    at: strawberry.Private[Moment]
    firm: strawberry.Private[Callable[[str], Any]]

    @shown("原企业 / the firm that was struck, revoked or listed")
    def old(self) -> Firm:
        """The old firm."""
        found: Enterprise = self.firm(self.ends[0])
        return found

    @shown("疑似其后身的企业 / the firm that may be it come back")
    def new(self) -> Firm:
        """The new firm."""
        found: Enterprise = self.firm(self.ends[1])
        return found

    @shown("reborn 疑似换马甲，possible 有疑点，sister 关联而成立在前 / may be it, doubtful, or opened before")
    def status(self) -> str:
        """reborn, possible or sister."""
        return str(self.row["status"])

    @shown("为何只是有疑点：no_hard_link、too_weak、other_industry、unknown_industry / what speaks against it")
    def reason(self) -> str | None:
        """What speaks against it."""
        return str(self.row["reason"]) if self.row.get("reason") else None

    @shown("得分（policies/links/reborn.yml） / points")
    def score(self) -> float:
        """The points."""
        return float(self.row["score"])

    @shown("在原企业各候选中的名次 / place among the candidates of the old firm")
    def rank(self) -> int:
        """From 1."""
        return int(self.row["rank"])

    @shown("原企业因何终止：revoked、struck、serious、licence、measure、abnormal / what ended the old firm")
    def ended_by(self) -> str:
        """As ``ends`` of the policy has it."""
        return str(self.row["what"])

    @shown("原企业终止之日 / the day on which it ended")
    def ended_on(self) -> date:
        """The day."""
        day: date = self.row["end"]
        return day

    @shown("从终止到新企业成立的天数，负数为此前 / days from then to the founding of the new one, negative: before")
    def days(self) -> int:
        """Days."""
        return int(self.row["days"])

    @shown("行业是否相同，空：不详 / the same industry; null: unknown")
    def same_industry(self) -> bool | None:
        """Whether the industry codes agree."""
        found = self.row.get("same_industry")
        return None if found is None else bool(found)

    @shown("名称相似度，0 至 1 / likeness of the names, 0 to 1")
    def name_likeness(self) -> float:
        """Without region and legal form."""
        return float(self.row["core"])

    @needs("records", "依据 / evidence")
    async def evidence(self, info: Info) -> list[LeadEvidence] | None:
        """The reasons; those whose records may not be used are left out."""
        names = dict(zip(self.ends, await _names(info, self.ends, self.at), strict=True))
        told = evidence({**self.row, "old": self.ends[0], "new": self.ends[1]}, _shared(self.ends, self.row), names)
        result = []
        await usable_records(
            info, [sid for sentence in told for sid in sentence.sids], self.at
        )  # one statement for all
        for sentence in told:
            usable = await usable_records(info, sentence.sids, self.at)
            if usable or not sentence.sids:
                result.append(LeadEvidence(said=sentence.text, found=usable))
        return result

    @shown("提示 / notice")
    def notice(self) -> str:
        """That it is a lead."""
        return t(*LEAD)


async def candidates(info: Info, eid: str, at: Moment, firm: Callable[[str], Any]) -> list[RebornCandidate]:
    """The candidates of an enterprise as the old firm by rank, then those of which it is the new one."""
    run = await info.context.run_at(LINK, at)
    after, before = await info.context.loaders.reborn.load((eid, run["rid"]))
    rows = [((eid, row["other"]), row["link"]) for row in after] + [
        ((row["other"], eid), row["link"]) for row in before
    ]
    return [RebornCandidate(ends=ends, row=link, at=at, firm=firm) for ends, link in rows]


async def _names(info: Info, eids: tuple[str, str], at: Moment) -> list[str]:
    views = await info.context.loaders.views.load_many([(eid, at) for eid in eids])
    return [str(view["name"] or eid) for eid, view in zip(eids, views, strict=True)]


def _shared(ends: tuple[str, str], row: Row) -> pd.DataFrame:
    """The links of the relationship as the table that the sentences are made of."""
    links = zip(*(row.get(name) or () for name in _PARTS), strict=True)
    told = [
        (*ends, group, old_kind, new_kind, "", "", hard, place, "", tuple(sids.split()))
        for place, (group, old_kind, new_kind, hard, sids) in enumerate(links)
    ]
    columns = ["old", "new", "group", "old_kind", "new_kind", "old_label", "new_label", "hard", "key", "x", "sids"]
    return pd.DataFrame(told, columns=columns).assign(points=0).drop(columns="x")
