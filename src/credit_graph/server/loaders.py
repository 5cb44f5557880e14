"""Batch loading: all that one level of a query asks for comes with one statement, whatever the page size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from strawberry.dataloader import DataLoader

from credit_graph.jobs.audit import Said, record
from credit_graph.jobs.names import names
from credit_graph.model.time import Point
from credit_graph.projection import enterprise_view, precedence
from credit_graph.server.batching import by_rest
from credit_graph.server.context import NO_CHANNEL, Context, Moment
from credit_graph.server.found import FoundLink, FoundRecord, LinkPage, Page
from credit_graph.server.lists import load_entries
from credit_graph.server.reborn import MOST
from credit_graph.server.risk import load_grades
from credit_graph.server.risk_beside import load_beside
from credit_graph.server.risk_history import load_differences, load_histories

NAMING = ["Registration", "Office"]
MENTIONS = 200  # of one person
VIEW_RECORDS = 500  # of one enterprise; a registration with its corrections has a handful


class Loaders:
    """The batch loaders of one request."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.views = DataLoader(load_fn=self._views)
        self.pages = DataLoader(load_fn=self._pages)
        self.statements = DataLoader(load_fn=self._statements)
        self.batches = DataLoader(load_fn=self._batches)
        self.links = DataLoader(load_fn=self._links)
        self.same_persons = DataLoader(load_fn=self._same_persons)
        self.branches = DataLoader(load_fn=self._branches)
        self.parents = DataLoader(load_fn=self._parents)
        self.reborn = DataLoader(load_fn=self._reborn)
        self.work = DataLoader(load_fn=self._work, cache=False)
        self.names = DataLoader(load_fn=self._names)
        self.groups = DataLoader(load_fn=self._groups)
        self.entries = DataLoader(load_fn=partial(load_entries, context))
        self.grades = DataLoader(load_fn=partial(load_grades, context))
        self.beside = DataLoader(load_fn=partial(load_beside, context))
        self.histories = DataLoader(load_fn=partial(load_histories, context))
        self.differences = DataLoader(load_fn=partial(load_differences, context))

    async def _views(self, keys: list[tuple[str, Moment]]) -> Sequence[dict[str, Any]]:
        """(eid, moment) -> the current view (projection.view), with ``eid`` and ``known``: whether any record
        speaks of it."""
        return await by_rest(keys, self._views_at)

    async def _views_at(self, eids: list[str], moment: Moment) -> dict[str, dict[str, Any]]:
        self._context.spend(len(eids))
        rows = await self._context.read(
            "read/api_views",
            eids=eids,
            kinds=NAMING,
            seq=moment.point.seq,
            limit=VIEW_RECORDS,
            **self._use(moment),
        )
        rules = precedence()
        found = {row["eid"]: row for row in rows}
        result = {}
        for eid in eids:
            records = found[eid]["records"] if eid in found else []
            view = enterprise_view(records, moment.point, rules)
            holder_name = found[eid]["holder_name"] if eid in found else None
            result[eid] = {**view, "eid": eid, "known": bool(records), "holder_name": holder_name}
        return result

    async def _pages(self, keys: list[tuple[str, Moment, Page]]) -> Sequence[list[FoundRecord]]:
        """(eid, moment, page) -> one record more than the page has, to tell whether another follows."""
        return await by_rest(keys, self._pages_at)

    async def _pages_at(self, eids: list[str], moment: Moment, page: Page) -> dict[str, list[FoundRecord]]:
        self._context.spend(len(eids) * page.limit)
        rows = await self._context.read(
            "read/api_records",
            eids=eids,
            kinds=list(page.kinds),
            seq=moment.point.seq,
            valid=moment.point.valid,
            ended=page.ended,
            after_day=page.after[0],
            after_sid=page.after[1],
            limit=page.limit + 1,
            **self._use(moment, past_holds=True),
        )
        found = {row["eid"]: [_record(item) for item in row["page"]] for row in rows}
        await self._log_held(record for page in found.values() for record in page)
        return {eid: found.get(eid, []) for eid in eids}

    async def _statements(self, keys: list[tuple[str, Moment]]) -> Sequence[tuple[str, FoundRecord] | None]:
        """(sid, moment) -> its enterprise and the record, ``None`` where the client may not see one."""
        return await by_rest(keys, self._statements_at)

    async def _statements_at(self, sids: list[str], moment: Moment) -> dict[str, tuple[str, FoundRecord] | None]:
        self._context.spend(len(sids))
        use = self._use(moment, past_holds=True)
        rows = await self._context.read("read/api_statements", sids=sids, seq=moment.point.seq, **use)
        found = {row["sid"]: (row["eid"], _record(row)) for row in rows}
        await self._log_held(record for _, record in found.values())
        return {sid: found.get(sid) for sid in sids}

    async def _batches(self, keys: list[int]) -> Sequence[dict[str, Any] | None]:
        """seq -> the batch of a record."""
        rows = await self._context.read("read/api_batches", seqs=sorted(set(keys)))
        found = {row["seq"]: row for row in rows}
        return [found.get(seq) for seq in keys]

    async def _links(self, keys: list[tuple[str, Moment, LinkPage]]) -> Sequence[list[FoundLink]]:
        """(eid or pid, moment, page) -> one link more than the page has."""
        return await by_rest(keys, self._links_at)

    async def _links_at(self, owners: list[str], moment: Moment, page: LinkPage) -> dict[str, list[FoundLink]]:
        self._context.spend(len(owners) * page.limit)
        labels: dict[str, str] = {"TYPE": page.type}
        if page.statement == "read/api_holdings":
            labels |= {"FROM": page.owner, "KEY": "pid" if page.owner == "Person" else "eid"}
        rows = await self._context.read(
            page.statement,
            labels=labels,
            keys=owners,
            run=page.run,
            after_share=page.after[0],
            after_key=page.after[1],
            limit=page.limit + 1,
            **self._use(moment),
        )
        found = {row["key"]: [FoundLink(owner=row["key"], **item) for item in row["page"]] for row in rows}
        return {owner: found.get(owner, []) for owner in owners}

    async def _same_persons(self, keys: list[tuple[str, Moment, str]]) -> Sequence[list[FoundLink]]:
        """(pid, moment, run) -> the mentions taken for the same person, at most :data:`MENTIONS`."""
        return await by_rest(keys, self._same_persons_at)

    async def _same_persons_at(self, pids: list[str], moment: Moment, run: str) -> dict[str, list[FoundLink]]:
        rows = await self._context.read("read/api_same_persons", keys=pids, run=run, **self._use(moment))
        self._context.spend(len(rows))
        found: dict[str, list[FoundLink]] = {pid: [] for pid in pids}
        for row in rows:
            if len(found[row["key"]]) < MENTIONS:
                found[row["key"]].append(FoundLink(row["key"], row["other"], True, row["name"], row["link"]))
        return found

    async def _branches(self, keys: list[tuple[str, str, str, int]]) -> Sequence[list[str]]:
        """(eid, run, after, limit) -> eids of branches, one more than the limit."""
        return await by_rest(keys, self._branches_at)

    async def _branches_at(self, eids: list[str], run: str, after: str, limit: int) -> dict[str, list[str]]:
        self._context.spend(len(eids) * limit)
        rows = await self._context.read("read/api_branches", keys=eids, run=run, after=after, limit=limit + 1)
        found = {row["key"]: row["page"] for row in rows}
        return {eid: found.get(eid, []) for eid in eids}

    async def _parents(self, keys: list[tuple[str, str]]) -> Sequence[str | None]:
        """(eid, run) -> eid of the enterprise that the branch belongs to."""
        return await by_rest(keys, self._parents_at)

    async def _parents_at(self, eids: list[str], run: str) -> dict[str, str | None]:
        rows = await self._context.read("read/api_parents", keys=eids, run=run)
        found = {row["key"]: row["parent"] for row in rows}
        return {eid: found.get(eid) for eid in eids}

    async def _reborn(self, keys: list[tuple[str, str]]) -> Sequence[tuple[list[Any], list[Any]]]:
        """(eid, run) -> candidates for reborn firms, of the enterprise as the old one and as the new."""
        return await by_rest(keys, self._reborn_at)

    async def _reborn_at(self, eids: list[str], run: str) -> dict[str, tuple[list[Any], list[Any]]]:
        self._context.spend(len(eids) * MOST)
        rows = await self._context.read("read/api_reborn", keys=eids, run=run, limit=MOST)
        found = {row["key"]: (row["after"], row["before"]) for row in rows}
        return {eid: found.get(eid, ([], [])) for eid in eids}

    async def _work(self, keys: list[Callable[[], Any]]) -> list[Any]:
        """Blocking work of one level, in one thread; what fails is raised to whom it fails."""

        def every() -> list[Any]:
            return [_tried(work) for work in keys]

        return await self._context.run(every)

    async def _names(self, keys: list[tuple[str, Point]]) -> Sequence[str | None]:
        """(eid, point) -> what it is called there."""

        async def fetch(eids: list[str], point: Point) -> dict[str, str | None]:
            found = await self._context.run(partial(names, self._context.store, eids, point))
            return {eid: found.get(eid) for eid in eids}

        return await by_rest(keys, fetch)

    async def _groups(self, keys: list[tuple[str, str]]) -> Sequence[list[dict[str, Any]]]:
        """(eid, run) -> the groups that the run found it in, with their firms."""
        return await by_rest(keys, self._groups_at)

    async def _groups_at(self, eids: list[str], run: str) -> dict[str, list[dict[str, Any]]]:
        labels = {"KIND": "Enterprise", "KEY": "eid"}
        rows = await self._context.read("read/api_groups", labels=labels, keys=eids, run=run)
        found = {row["key"]: row["groups"] for row in rows}
        return {eid: found.get(eid, []) for eid in eids}

    def _use(self, moment: Moment, *, past_holds: bool = False) -> dict[str, Any]:
        """Use is judged today, by the holds known now, whatever ``asOf`` says.

        ``past_holds``: records that may not be used are shown to a role that passes holds; what is composed of
        records (views, links) leaves them out for everybody.
        """
        role = self._context.role
        channel = NO_CHANNEL if past_holds and role.passes_holds else role.channel
        return {"head": moment.head, "use": moment.point.use, "channel": channel}

    async def _log_held(self, records: Iterable[FoundRecord]) -> None:
        context = self._context
        held = [record.node["sid"] for record in records if context.role.channel in record.held]
        if held:
            who = context.client.id, context.client.role.name
            said: Said = {"statements": sorted(held)}
            await context.run(partial(record, context.store.home, *who, "held_records_read", said))


def _tried(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except Exception as error:  # a loader raises it again
        return error


def _record(row: Mapping[str, Any]) -> FoundRecord:
    return FoundRecord(row["record"], frozenset(channel for hold in row["held"] for channel in hold))
