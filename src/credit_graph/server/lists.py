"""Entries of lists (名单), exactly as a release of the same point would hold them: one judgement for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Any

import strawberry

from credit_graph.jobs.listing import known
from credit_graph.lists.release import MARK, heading, judge_list, rules_on
from credit_graph.server.batching import by_rest
from credit_graph.server.connections import Connection, connect, page_size
from credit_graph.server.context import Context, Moment
from credit_graph.server.needs import Info, shown

ListName = Annotated[
    str, strawberry.argument(name="list", description="名单，如 serious_violation / list, e.g. serious_violation")
]


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """An entry as a release holds it, the enterprise it speaks of, and the headings of its fields."""

    eid: str | None
    values: dict[str, str | None]
    headings: dict[str, str]


@strawberry.type(description="公示字段 / a publishable field")
class NamedValue:
    """A field of the record that may be published."""

    field: str
    title: str
    value: str | None


@strawberry.type(description="名单条目 / an entry on a list")
class ListEntry:
    """Who stands on the list, on what ground and legal basis."""

    found: strawberry.Private[FoundEntry]

    @shown("来源记录的声明标识 / the statement behind it")
    def statement_id(self, info: Info) -> strawberry.ID:
        """The opaque id."""
        return strawberry.ID(info.context.sealer.node_id("Record", str(self.found.values["sid"])))

    @shown("名称 / name")
    def name(self) -> str | None:
        """The name, if the list may publish it."""
        return _text(self.found.values.get("name"))

    @shown("统一社会信用代码 / credit code")
    def code(self) -> str | None:
        """The credit code, if the list may publish it."""
        return _text(self.found.values.get("credit_code"))

    @shown("列入情形 / ground of listing in the words of the order")
    def ground(self) -> str:
        """The ground."""
        return str(self.found.values["ground"])

    @shown("列入依据 / legal basis: document and article")
    def basis(self) -> str:
        """The basis."""
        return str(self.found.values["basis"])

    @shown("列入期限至 / last day of the term")
    def last_day(self) -> date | None:
        """The last day of the term."""
        day = self.found.values["last_day"]
        return date.fromisoformat(day) if day else None

    @shown("可公示的全部字段 / every field that may be published")
    def fields(self) -> list[NamedValue]:
        """The publishable fields, in the order of the policy."""
        found = self.found
        return [
            NamedValue(field=n, title=title, value=_text(found.values.get(n))) for n, title in found.headings.items()
        ]

    @shown("提示 / notice")
    def notice(self) -> str:
        """What an entry must not be taken for."""
        return MARK


async def entry_connection(
    info: Info, name: str, at: Moment, first: int | None, after: str | None, eid: str | None = None
) -> Connection[ListEntry]:
    """A page of the entries of a list, of one enterprise if ``eid`` is given.

    Raises ``UsageError`` for an unknown list and ``DefinitionError`` where no legal basis carries it that day.
    """
    size = page_size(first)
    place = tuple(info.context.sealer.open_cursor("list_entries", after)) if after is not None else ("", "")
    entries = await info.context.loaders.entries.load((name, at))
    if eid is None:
        entries = await info.context.seen(entries, lambda entry: entry.eid, at)
    rows = [entry for entry in entries if (eid is None or entry.eid == eid) and (after is None or _keys(entry) > place)]
    info.context.spend(min(len(rows), size))
    return connect(info.context, "list_entries", rows, size, lambda entry: ListEntry(found=entry), _keys, after=after)


async def load_entries(context: Context, keys: list[tuple[str, Moment]]) -> Sequence[list[FoundEntry]]:
    """(list, moment) -> all its entries, ordered by code."""

    async def fetch(names: list[str], moment: Moment) -> dict[str, list[FoundEntry]]:
        return {name: await _entries(context, name, moment) for name in names}

    return await by_rest(keys, fetch)


async def _entries(context: Context, name: str, moment: Moment) -> list[FoundEntry]:
    rules = rules_on(name, moment.point.valid)
    # holds as they are known now, whatever point is asked about: what was stopped since is not shown again
    work = partial(known, context.store, rules, moment.point, moment.head)
    found = await context.run(work)
    listed = await context.run(partial(judge_list, rules, found, moment.point))
    eids = {record["sid"]: record.get("eid") for record in found.records}
    headings = {field: heading(rules, field) for field in rules.row.publishable.fields}
    entries = [FoundEntry(eids[entry["sid"]], entry, headings) for entry in listed.entries]
    return sorted(entries, key=_keys)


def _keys(entry: FoundEntry) -> tuple[str, str]:
    return (entry.values.get("credit_code") or "", str(entry.values["sid"]))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
