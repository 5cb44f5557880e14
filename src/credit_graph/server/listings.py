"""Every record of a list as it is judged (名单记录): what stands, and what does not and why; for the bureau itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import partial

import strawberry

from credit_graph.jobs.listing import known
from credit_graph.lists.editions.draft import record_id
from credit_graph.lists.release import Known, Listed, judge_list, rules_on
from credit_graph.server.connections import Connection, connect, page_size
from credit_graph.server.context import Moment
from credit_graph.server.needs import Info, shown


@strawberry.enum(description="名单记录的判定 / what a record of a list is judged to be")
class ListingStatus(Enum):
    """As docs/lists.md has them."""

    ENTRY = "entry"
    REFUSED = "refused"
    HELD = "held"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class FoundListing:
    """A judged record. ``said``: what may be told of it; of what is held or removed, nothing but the reasons."""

    sid: str
    status: ListingStatus
    said: dict[str, str | None]
    reasons: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, str]:
        """Code, then statement."""
        return (self.said.get("credit_code") or "", self.sid)


@strawberry.type(description="名单记录及其判定 / a record of a list, as it is judged")
class Listing:
    """A record; of one that is held or removed only the reason, its content by ``record`` for whom it may be shown."""

    found: strawberry.Private[FoundListing]

    @shown("来源记录的声明标识 / the statement behind it")
    def statement_id(self, info: Info) -> strawberry.ID:
        """The opaque id."""
        return strawberry.ID(info.context.sealer.node_id("Record", self.found.sid))

    @shown("判定 / what it is judged to be")
    def status(self) -> ListingStatus:
        """The status."""
        return self.found.status

    @shown("原因代码 / codes of the reasons, where it does not stand")
    def reasons(self) -> list[str]:
        """As docs/lists.md has them; of a hold, its reason."""
        return list(self.found.reasons)

    @shown("原因 / the reasons in words, of a refusal")
    def sentence(self) -> str | None:
        """In the language of the files."""
        return self.found.said.get("sentences")

    @shown("名称 / name")
    def name(self) -> str | None:
        """The name."""
        return self.found.said.get("name")

    @shown("统一社会信用代码 / credit code")
    def code(self) -> str | None:
        """The credit code."""
        return self.found.said.get("credit_code")

    @shown("列入情形 / ground, of an entry")
    def ground(self) -> str | None:
        """In the order's own words."""
        return self.found.said.get("ground")

    @shown("依据 / legal basis of the entry or of the refusal")
    def basis(self) -> str | None:
        """Document and article."""
        return self.found.said.get("basis")

    @shown("列入期限至 / last day of the term, of an entry")
    def last_day(self) -> date | None:
        """The last day."""
        day = self.found.said.get("last_day")
        return date.fromisoformat(day) if day else None


async def listing_connection(
    info: Info, name: str, at: Moment, status: ListingStatus | None, first: int | None, after: str | None
) -> Connection[Listing]:
    """A page of the records of a list by code; ``status``: only those judged so.

    Raises ``AccessError`` for what is no entry, where the role may not see records; ``UsageError`` for an unknown list,
    ``DefinitionError`` where nothing carries it that day.
    """
    context = info.context
    if status is not ListingStatus.ENTRY:
        context.role.require("records")
    size = page_size(first)
    place = tuple(context.sealer.open_cursor("listings", after)) if after is not None else ("", "")
    rules = rules_on(name, at.point.valid)
    found = await context.run(partial(known, context.store, rules, at.point, at.head))
    listed = await context.run(partial(judge_list, rules, found, at.point))
    rows = [row for row in _rows(found, listed) if status in (None, row.status) and (after is None or row.keys > place)]
    context.spend(min(len(rows), size))
    return connect(context, "listings", rows, size, lambda row: Listing(found=row), lambda row: row.keys, after=after)


def _rows(found: Known, listed: Listed) -> list[FoundListing]:
    rows = [FoundListing(str(row["sid"]), ListingStatus.ENTRY, row, ()) for row in listed.entries]
    rows += [
        FoundListing(str(row["sid"]), ListingStatus.REFUSED, row, tuple(row["codes"].split(";")))
        for row in listed.refused
    ]
    told: set[str] = set()
    for record in found.records:
        name = record_id(record["source"], record["key"])
        status, _, reasons = listed.why.get(name, "").partition(":")
        if status in ("held", "removed") and name not in told:
            told.add(name)
            said = tuple(reasons.split(",")) if reasons else ()
            rows.append(FoundListing(str(record["sid"]), ListingStatus(status), {}, said))
    return sorted(rows, key=lambda row: row.keys)
