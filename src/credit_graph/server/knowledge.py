"""What the platform knows of its own data: batches, doubts about records (数据疑点), and rates of annual reports."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from enum import Enum
from functools import partial
from pathlib import PurePath
from threading import Lock
from typing import Annotated, Any
from weakref import WeakKeyDictionary

import strawberry

from credit_graph.errors import DefinitionError, UsageError
from credit_graph.jobs.faults import DataFault, faults
from credit_graph.jobs.reports import Rates, rates
from credit_graph.model.time import Point
from credit_graph.server.connections import After, Connection, First, connect, page_size
from credit_graph.server.context import Asked, Moment
from credit_graph.server.enterprise import Enterprise, enterprise
from credit_graph.server.needs import Info, needs, shown
from credit_graph.server.records import Record, usable_records
from credit_graph.store import Store

OfSource = Annotated[str | None, strawberry.argument(name="source", description="数据源 / data source")]
_KEPT = 2
_lock = Lock()
Row = dict[str, Any]
Key = tuple[tuple[str, ...], Point]  # the pinned batch, and the point
_faults: WeakKeyDictionary[Store, OrderedDict[Key, list[DataFault]]] = WeakKeyDictionary()


@strawberry.type(description="批次：一次载入的文件 / a batch: one delivery of a source")
class Batch:
    """A committed batch."""

    row: strawberry.Private[Row]

    @shown("批次号 / its seq")
    def seq(self) -> int:
        """The seq."""
        return int(self.row["seq"])

    @shown("数据源 / data source")
    def source(self) -> str:
        """The source."""
        return str(self.row["source"])

    @shown("文件名 / name of the file")
    def file(self) -> str | None:
        """The name without its folder."""
        return PurePath(self.row["path"]).name if self.row.get("path") else None

    @shown("文件的SHA-256 / of the file")
    def sha256(self) -> str | None:
        """In hexadecimal digits."""
        return self.row.get("file_sha256")

    @shown("提交日期 / day on which it was committed")
    def committed_on(self) -> date | None:
        """The day."""
        day: date | None = self.row.get("committed_on")
        return day

    @shown("读取行数 / rows read")
    def read(self) -> int | None:
        """How many."""
        return self.row.get("read")

    @shown("隔离行数 / rows set aside")
    def quarantined(self) -> int | None:
        """How many."""
        return self.row.get("quarantined")


@strawberry.type(description="数据疑点 / a doubt about what was loaded")
class Fault:
    """Of a value, of sources that contradict each other, of checks across tables, of records without a subject, of
    holdings."""

    found: strawberry.Private[DataFault]
    at: strawberry.Private[Moment]

    @shown("种类：value、contradiction、check、unlinked、holding / kind")
    def kind(self) -> str:
        """The kind."""
        return self.found.kind

    @shown("规则 / the rule that found it")
    def code(self) -> str:
        """The rule."""
        return self.found.code

    @shown("数据源 / data source")
    def source(self) -> str:
        """The source."""
        return self.found.source

    @needs("persons", "内容；记录不可用时为空 / what it says; null where the record may not be used")
    async def detail(self, info: Info) -> str | None:
        """The sentence; it may name persons."""
        linked = self.found.sid is not None and self.found.eid is not None
        if linked and await info.context.loaders.statements.load((self.found.sid, self.at)) is None:
            return None
        return self.found.detail

    @needs("identity", "所涉企业 / the enterprise that it is about")
    def enterprise(self, info: Info) -> Enterprise | None:
        """The enterprise."""
        return enterprise(info, self.found.eid, self.at) if self.found.eid else None

    @needs("records", "所涉记录；不可用时为空 / the record; null where it may not be used")
    async def record(self, info: Info) -> Record | None:
        """The record."""
        told = await usable_records(info, [self.found.sid] if self.found.sid else [], self.at)
        return told[0] if told else None


@strawberry.enum(description="年报率的维度 / what the rates of reports are told by")
class ReportDimension(Enum):
    """A table of the rates."""

    KIND = "kind"
    COUNTY = "county"
    STATION = "station"
    INDUSTRY = "industry"
    YEAR = "year"


@strawberry.type(description="年报率的一行 / a row of the rates of reports")
class ReportRate:
    """One place (or all), one group of entities."""

    row: strawberry.Private[Row]

    @shown("代码 / code of the place, industry or year; empty: all, or not known")
    def place(self) -> str:
        """The code."""
        return str(self.row["place"])

    @shown("名称 / what it is called")
    def name(self) -> str:
        """The name."""
        return str(self.row["name"])

    @shown("县区（按所统计时） / county, by stations")
    def county(self) -> str | None:
        """The code."""
        return self.row.get("county")

    @shown("主体类别 / group of entities")
    def group(self) -> str:
        """Its id (policies/annual_reports.yml)."""
        return str(self.row["group"])

    @shown("主体类别名称 / name of the group")
    def group_name(self) -> str:
        """The name."""
        return str(self.row["group_name"])

    @shown("应报户数 / who owes a report")
    def due(self) -> int:
        """How many."""
        return int(self.row["due"])

    @shown("已报户数 / who has filed")
    def reported(self) -> int:
        """How many."""
        return int(self.row["reported"])

    @shown("未报户数 / who has not")
    def silent(self) -> int:
        """How many."""
        return int(self.row["silent"])

    @shown("年报率（%） / rate in per cent")
    def rate(self) -> float | None:
        """Two decimals; null where nobody owes one."""
        return _number(self.row["rate"])

    @shown("上年同日年报率（%） / rate on the same day a year before")
    def rate_before(self) -> float | None:
        """Two decimals."""
        return _number(self.row["rate_before"])

    @shown("增减（百分点） / change in percentage points")
    def change(self) -> float | None:
        """Two decimals."""
        return _number(self.row["change"])


@strawberry.type(description="年报率 / rates of annual reports")
class ReportRates:
    """The rates of a year on a day."""

    found: strawberry.Private[Rates]

    @shown("年报年度 / year that is reported")
    def year(self) -> int:
        """The year."""
        return self.found.year

    @shown("统计日 / day")
    def valid(self) -> date:
        """The day."""
        return self.found.point.valid

    @shown("对比日 / day that it is compared with")
    def before(self) -> date:
        """The day."""
        return self.found.before

    @shown("各行 / the rows")
    def rows(self) -> list[ReportRate]:
        """In the order of the codes."""
        return [ReportRate(row=row) for row in self.found.rows]

    @shown("说明 / what the figures rest on and lack")
    def notes(self) -> list[str]:
        """Sentences in the caller's language."""
        return list(self.found.notes)


@strawberry.type
class KnowledgeQuery:
    """Roots about the data itself."""

    @needs("lineage", "批次，近者在前 / batches that were committed, the latest first")
    async def batches(
        self, info: Info, of_source: OfSource = None, first: First = None, after: After = None, as_of: Asked = None
    ) -> Connection[Batch] | None:
        """Up to the batch that is known at the point."""
        size, context = page_size(first), info.context
        at = await context.moment(as_of)
        before = at.point.seq + 1
        if after is not None:
            before = min(before, int(context.sealer.open_cursor("batches", after)[0]))
        context.spend(size)
        rows = await context.read("read/api_batch_page", source=of_source, before=before, limit=size + 1)
        told = [row["batch"] for row in rows]
        return connect(
            context, "batches", told, size, lambda row: Batch(row=row), lambda row: (int(row["seq"]),), after=after
        )

    @needs("lineage", "数据疑点 / what is doubtful in the data")
    async def faults(
        self,
        info: Info,
        kind: str | None = None,
        of_source: OfSource = None,
        first: First = None,
        after: After = None,
        as_of: Asked = None,
    ) -> Connection[Fault] | None:
        """Ordered by kind, rule, enterprise and statement. The first page after a load looks through everything."""
        size, context = page_size(first), info.context
        place = tuple(map(str, context.sealer.open_cursor("faults", after))) if after is not None else None
        at = await context.moment(as_of)
        every = await context.run(partial(_known, context.store, (await context.bids(), at.point)))
        rows = [
            row
            for row in every
            if kind in {None, row.kind} and of_source in {None, row.source} and (place is None or _place(row) > place)
        ]
        context.spend(min(size, len(rows)))
        return connect(context, "faults", rows, size, lambda row: Fault(found=row, at=at), _place, after=after)

    @needs("browse", "年报率，与上年同日对比 / rates of annual reports against the same day a year before")
    async def report_rates(
        self, info: Info, by: ReportDimension = ReportDimension.KIND, year: int | None = None, as_of: Asked = None
    ) -> ReportRates | None:
        """By one dimension. Raises ``UsageError`` for a year that can't be asked about."""
        context = info.context
        context.role.require("records")
        at = await context.moment(as_of)
        try:
            found = await context.run(partial(rates, context.store, at.point, [by.value], year))
        except DefinitionError as error:
            if error.code != "policy.none_in_force":
                raise
            why = "no rules of reports are in force on that day"
            raise UsageError("usage.bad_value", option="asOf.valid", value=at.point.valid, why=why) from None
        context.spend(len(found.rows))
        return ReportRates(found=found)


def _known(store: Store, key: Key) -> list[DataFault]:
    """All doubts at a point; looked for once, and again after the next batch: it may have erased something."""
    with _lock:
        kept = _faults.setdefault(store, OrderedDict())
        for old in [one for one in kept if one[0] != key[0]]:
            del kept[old]
        if key not in kept:
            kept[key] = faults(store, key[1])
            while len(kept) > _KEPT:
                kept.popitem(last=False)
        kept.move_to_end(key)
        return kept[key]


def _place(row: DataFault) -> tuple[str, ...]:
    return (row.kind, row.code, row.eid or "", row.sid or "", row.detail)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
