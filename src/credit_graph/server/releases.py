"""Published releases of lists (名单发布): their public editions as of today, the same for every role."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

import strawberry
from graphql import FieldNode

from credit_graph import clock
from credit_graph.errors import UsageError
from credit_graph.ingest.screening import screen_text
from credit_graph.jobs.published import Published, latest, published
from credit_graph.jobs.release_store import ReleaseStore
from credit_graph.lists.carrying import carried_on
from credit_graph.lists.editions.edition import NUMBER, SALT, Entry
from credit_graph.lists.policy import list_names
from credit_graph.model.identifiers import normalise
from credit_graph.server.connections import After, Connection, First, connect, page_size
from credit_graph.server.lists import NamedValue
from credit_graph.server.needs import Info, shown

_NOT_SAID = (NUMBER, SALT)  # fields of their own
ROOTS = {"lists", "releases", "release", "publicRecord", "__typename"}  # what an answer with an ETag may hold


@strawberry.type(description="发布文件 / a file of a release")
class ReleaseFile:
    """A file of the public edition."""

    name: str
    size: int = strawberry.field(description="字节数 / bytes")
    sha256: str


@strawberry.type(description="已发布的名单条目 / an entry of a published release")
class ReleaseEntry:
    """An entry that may be shown today."""

    found: strawberry.Private[Entry]
    of: strawberry.Private[Published]

    @shown("序号 / its number within the release")
    def number(self) -> int:
        """From 1; what was taken down leaves a gap."""
        return int(str(self.found[NUMBER]))

    @shown("名称 / name")
    def name(self) -> str | None:
        """The name."""
        return self.found.get("name")

    @shown("统一社会信用代码 / credit code")
    def code(self) -> str | None:
        """The credit code."""
        return self.found.get("credit_code")

    @shown("列入情形 / ground of listing in the words of the order")
    def ground(self) -> str | None:
        """The ground."""
        return self.found["ground"]

    @shown("列入依据 / legal basis: document and article")
    def basis(self) -> str | None:
        """The basis."""
        return self.found["basis"]

    @shown("列入期限至 / last day of the term")
    def last_day(self) -> date | None:
        """The last day."""
        day = self.found["last_day"]
        return date.fromisoformat(day) if day else None

    @shown("全部字段 / every published field")
    def fields(self) -> list[NamedValue]:
        """In the order of the files."""
        columns = [column for column in self.of.index["columns"] if column["name"] not in _NOT_SAID]
        return [NamedValue(field=row["name"], title=row["zh"], value=self.found.get(row["name"])) for row in columns]

    @shown("校验盐值 / the salt of its leaf")
    def salt(self) -> str:
        """64 hex digits."""
        return str(self.found[SALT])

    @shown("叶节点哈希 / its leaf in the Merkle tree of the release")
    def leaf(self) -> str:
        """64 hex digits."""
        return self.of.leaves[self.number() - 1]

    @shown("所在发布 / the release that it stands in")
    def release_id(self) -> strawberry.ID:
        """Its id."""
        return strawberry.ID(self.of.id)


@strawberry.type(description="与上一期相比的一项变化 / a change since the release before")
class ReleaseChange:
    """What is no longer shown is told by its leaf alone."""

    change: str = strawberry.field(description="added | changed | removed")
    number: int | None = strawberry.field(description="本期序号 / number in this release")
    entry: ReleaseEntry | None
    fields: list[str] | None = strawberry.field(description="更正的字段 / the fields that were corrected")
    leaf: str | None = strawberry.field(description="不再公示条目的叶节点 / leaf of what is not shown")
    former_leaf: str | None = strawberry.field(description="更正前的叶节点 / leaf before the correction")


@strawberry.type(description="一期名单发布（今日公开版本） / a release of a list: its public edition of today")
class Release:
    """A release."""

    found: strawberry.Private[Published]

    @shown("标识，如 serious_violation/2026Q3 / its id")
    def id(self) -> strawberry.ID:
        """List and release."""
        return strawberry.ID(self.found.id)

    @shown("名单 / name of the list")
    def list_name(self) -> str:
        """As ``lists`` has it."""
        return str(self.found.head["list"])

    @shown("期别 / period, e.g. 2026Q3")
    def period(self) -> str:
        """The quarter."""
        return str(self.found.index["period"])

    @shown("发布序次 / 1, 2, … within the list")
    def number(self) -> int:
        """Its number."""
        return int(self.found.head["number"])

    @shown("发布日期 / day of publication")
    def published_on(self) -> date:
        """The day."""
        return date.fromisoformat(self.found.head["published_on"])

    @shown("公告文号 / number of its bulletin")
    def notice_number(self) -> str:
        """The number."""
        return str(self.found.index["notice_number"])

    @shown("提示 / notice, of test data")
    def notice(self) -> str | None:
        """Test data say that they are."""
        mark = self.found.index["mark"]
        return None if mark is None else str(mark)

    @shown("默克尔树根 / Merkle root over all its entries")
    def root(self) -> str:
        """64 hex digits."""
        return str(self.found.head["root"])

    @shown("发布时条目数 / how many entries it had")
    def size(self) -> int:
        """With those taken down since."""
        return int(self.found.head["size"])

    @shown("今日公示条目数 / how many may be shown today")
    def shown_entries(self) -> int:
        """Without those taken down."""
        return len(self.found.entries)

    @shown("今日公开的文件 / files of the public edition")
    def files(self) -> list[ReleaseFile]:
        """In the order of their names."""
        rows = self.found.index["files"]
        return [ReleaseFile(name=name, size=rows[name]["size"], sha256=rows[name]["sha256"]) for name in sorted(rows)]

    @shown("条目，按序号 / entries by number")
    def entries(self, info: Info, first: First = None, after: After = None) -> Connection[ReleaseEntry]:
        """A page."""
        rows = [(int(str(entry[NUMBER])), entry) for entry in self.found.entries]
        return _page(info, f"{self.found.id} entries", rows, first, after, lambda row: _entry(self.found, row))

    @shown("与上一期相比的变化 / changes since the release before")
    def delta(self, info: Info, first: First = None, after: After = None) -> Connection[ReleaseChange]:
        """A page; of the first release, every entry is an addition."""
        rows = list(enumerate(self.found.delta))
        return _page(info, f"{self.found.id} delta", rows, first, after, lambda row: _change(self.found, row))


@strawberry.type(description="名单 / a list")
class ListInfo:
    """A list of the policies, whether it may be released today, and its latest release."""

    name: str
    title: str
    state: str = strawberry.field(description="own | republished | refused")
    basis: list[str] = strawberry.field(description="设定依据 / what it rests on")
    why: str | None = strawberry.field(description="不得发布的原因 / why it can't be released")
    latest: Release | None


@strawberry.type(description="某代码今日的公开记录 / what is public of a code today")
class PublicRecord:
    """Entries of the latest release of every list; none says nothing of the firm but that."""

    code: str
    day: date
    entries: list[ReleaseEntry]


async def list_infos(info: Info) -> list[ListInfo]:
    """All lists, in order."""
    found = [row for row in carried_on(clock.today()) if row.what == "list"]
    last = {row.id: await _latest(info, row.id) for row in found}
    return [
        ListInfo(name=row.id, title=row.name, state=row.state, basis=list(row.basis), why=row.why, latest=last[row.id])
        for row in found
    ]


async def releases_of(info: Info, list_name: str) -> list[Release]:
    """The releases of a list, the latest first. Raises ``UsageError`` for an unknown list."""
    if list_name not in list_names():
        raise UsageError("usage.unknown_release", release=list_name[:80])
    names = await info.context.run(partial(ReleaseStore(info.context.store.home).releases, list_name))
    info.context.spend(len(names))
    return [await _release(info, list_name, name) for name in reversed(names)]


async def release_by_id(info: Info, release: str) -> Release:
    """One release. Raises ``UsageError("usage.unknown_release")``."""
    list_name, _, name = release.partition("/")
    return await _release(info, list_name, name)


async def public_record(info: Info, code: str) -> PublicRecord:
    """The entries of a credit code, or of a registration number, in the latest release of every list."""
    wanted = normalise(code)
    found = [await _latest(info, name) for name in list_names()]
    entries = [
        ReleaseEntry(found=entry, of=release.found)
        for release in found
        if release is not None
        for entry in release.found.entries
        if wanted and wanted in (entry.get("credit_code"), entry.get("registration_number"))
    ]
    return PublicRecord(code=screen_text(wanted), day=clock.today(), entries=entries)


async def _release(info: Info, list_name: str, name: str) -> Release:
    found = await info.context.run(partial(published, info.context.store, list_name, name))
    _saw(info, found)
    return Release(found=found)


async def _latest(info: Info, list_name: str) -> Release | None:
    found = await info.context.run(partial(latest, info.context.store, list_name))
    if found is None:
        return None
    _saw(info, found)
    return Release(found=found)


def _saw(info: Info, found: Published) -> None:
    """Note which release the answer rests on, where it rests on releases alone."""
    asked = {row.name.value for row in info.operation.selection_set.selections if isinstance(row, FieldNode)}
    if asked <= ROOTS:
        info.context.rests_on(f"{found.id};{clock.today()};{found.version[:16]}")


def _page(
    info: Info,
    name: str,
    rows: Sequence[tuple[int, Any]],
    first: int | None,
    after: str | None,
    node: Callable[[tuple[int, Any]], Any],
) -> Connection[Any]:
    size = page_size(first)
    start = int(info.context.sealer.open_cursor(name, after)[0]) if after is not None else -1
    left = [row for row in rows if row[0] > start][: size + 1]
    info.context.spend(min(len(left), size))
    return connect(info.context, name, left, size, node, lambda row: (row[0],), after=after)


def _entry(of: Published, row: tuple[int, Entry]) -> ReleaseEntry:
    return ReleaseEntry(found=row[1], of=of)


def _change(of: Published, row: tuple[int, dict[str, Any]]) -> ReleaseChange:
    line = row[1]
    return ReleaseChange(
        change=line["change"],
        number=int(line["number"]) if "number" in line else None,
        entry=ReleaseEntry(found=line["entry"], of=of) if "entry" in line else None,
        fields=line.get("fields"),
        leaf=line.get("leaf"),
        former_leaf=line.get("former_leaf"),
    )
